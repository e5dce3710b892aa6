"""The data of a report, by part of its page. The edition declares what each part shows; a part without data is left
out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rules.judging.decision import vars_of
from service.county.report import lists, people, time, villages
from service.county.report.basis import Basis


def about(basis: Basis) -> dict[str, Any]:
    """The run: its edition, its day, and the smallest group that a published report shows."""
    manifest = basis.manifest
    return {"edition": manifest.edition, "edition_sha256": manifest.edition_sha256, "on": manifest.on,
            "versions": manifest.versions, "publish": manifest.publish, "title": vars_of(basis.edition.title),
            "smallest": basis.report.smallest_group}  # fmt: skip


PARTS: Mapping[str, Callable[[Basis], Any]] = {  # in the order of the page
    "about": about,
    "funnel": people.funnel,
    "exclusions": people.exclusions,
    "gaps": people.gaps,
    "scatter": villages.scatter,
    "shares": villages.shares,
    "milestones": time.milestones,
    "changes": time.changes,
    "near": villages.near,
    "titles": villages.titles,
    "ahead": time.ahead,
    "rankings": lists.rankings,
    "alone": people.alone,
    "table": villages.table,
    "counts": lists.counts,
    "aside": lists.aside,
    "empty": lists.empty,
}
DRAWN = tuple(name for name in PARTS if name not in ("about", "empty"))  # the others are drawn within these


def parts_of(basis: Basis) -> dict[str, Any]:
    """The data of every part."""
    return {name: data for name, part in PARTS.items() if (data := part(basis))}
