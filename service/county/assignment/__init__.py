"""A task of `rules` in; the records of every bearer out, as even as can be, with a bound on any better answer."""
