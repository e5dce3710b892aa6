"""The report of a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rules.model import Edition
from service.county.engine import Duck


def write_report(duck: Duck, edition: Edition, folder: Path, manifest: Mapping[str, Any]) -> int:
    """Nothing yet."""
    return 0
