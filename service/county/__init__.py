"""Work on a whole county at once: all its villages, all its households."""
