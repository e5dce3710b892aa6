"""A whole county at once: read, checked, judged, counted up and reported."""
