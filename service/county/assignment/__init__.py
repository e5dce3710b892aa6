"""Villages to customer managers: evenly, each to one, keeping most of last year's where asked."""
