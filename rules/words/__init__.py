"""An edition and its decisions in words: explanations, rulebook, difference of two editions."""
