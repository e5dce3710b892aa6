"""What keeps somebody out, said to them."""

from rules.values.text import TextError


class TooWeak(TextError):
    """A password that is not taken."""


class NotSignedIn(TextError):
    """The answer of the organisation's provider lets nobody in."""
