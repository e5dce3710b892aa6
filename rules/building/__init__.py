"""Trees of nodes to an Edition: names resolved, types checked, what it extends merged in."""
