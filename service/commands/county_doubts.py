"""Tells on the screen which records a run could not count, or counted in doubt."""

from __future__ import annotations

from collections.abc import Iterator

from rules.values.figures import figure
from rules.values.layout import Row, Span, row
from rules.words.wording import Wording
from service.county.run.manifest import Manifest
from service.county.run.outputs import Directory, shown

SHOWN = 10  # ids on the screen


def nowhere(subject: str, rows: int, say: Wording) -> Row:
    """Rows that are judged, and counted nowhere above, since the row that they belong to was set aside."""
    above = say.text(say.edition.subjects[say.edition.subjects[subject].within].title)
    words = say.pick(f"{figure(rows)} 条照常判定，不计入上级的数", f"{figure(rows)} judged, and counted nowhere above")
    return row(say.pick(f"所属{above}未采用", f"{above} set aside"), Span(words, "unknown"), indent=2)


def contradicting(manifest: Manifest, say: Wording, names: Directory) -> Iterator[Row]:
    """The records of which a part was counted larger than its whole: neither is known."""
    for one in manifest.contradictions:
        facts = say.edition.subjects[one.subject].facts
        part, whole = (say.text(facts[name].title) for name in (one.part, one.whole))
        ids = ", ".join(shown(names, one.subject, id) for id in one.ids[:SHOWN]) + (" …" if one.rows > SHOWN else "")
        words = say.pick(
            f"{figure(one.rows)} 个的{part}多于{whole}，两个数都按未知处理，请核对数据和 counted 的条件：{ids}",
            f"{figure(one.rows)} with more {part} than {whole}: neither is known; check the data and `counted`: {ids}",
        )
        yield row(say.text(say.edition.subjects[one.subject].title), Span(words, "unknown"))


def childless(manifest: Manifest, say: Wording, names: Directory) -> Iterator[Row]:
    """The records without any record below them, counted as 0: a part of an extract may be missing."""
    for one in manifest.empty:
        subject, below = (say.text(say.edition.subjects[name].title) for name in (one.subject, one.below))
        more = say.pick(" 等", " …") if one.rows > len(one.ids) else ""
        words = say.pick(
            f"{figure(one.rows)} 个没有一条{below}记录，由此汇总的数都是 0，请核对表是否齐全：",
            f"{figure(one.rows)} without any record below ({below}), counted as 0; is the extract complete? ",
        )
        yield row(
            subject, Span(f"{words}{', '.join(shown(names, one.subject, id) for id in one.ids)}{more}", "unknown")
        )
