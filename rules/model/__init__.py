"""The compiled edition: frozen dataclasses, and folds over what they contain."""
