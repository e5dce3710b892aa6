"""Drafts in shadow: for some days they judge live requests beside the edition in force, and decide nothing.

In: acts of people, requests as they are decided. Out: how many would come out otherwise, and which lines of the log
those are. May be imported by `people` and everything above it.
"""

from __future__ import annotations

from service.shadow.acts import Shadow, end, last_of, lasting, shadows, start
from service.shadow.beside import Beside, Made
from service.shadow.tally import found

__all__ = ["Beside", "Made", "Shadow", "end", "found", "last_of", "lasting", "shadows", "start"]
