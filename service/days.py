"""Days of the calendar on the wall: those of the time zone that is set, wherever the process runs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The day on which an aware moment falls."""
    return moment.astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo, days: int = 0) -> datetime:
    """The moment at which a day, or the one so many days later, begins; OverflowError beyond the last day there is."""
    return datetime.combine(day + timedelta(days=days), time(), zone)
