"""The editions described in the OpenAPI document, and how each plan's next edition differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules import Store
from rules.model import Edition

ABOUT = """
### 版本 / editions

请求写了 `on` 就按那一天的版本判定；`/openapi.json?on=<日期>` 是那一天的文档。

A request with `on` is judged by the edition of that day; `/openapi.json?on=<date>` is the document of that day.

"""


def told(store: Store, described: Iterable[Edition]) -> str:
    """A note for each plan: the edition described, and what its next edition takes and decides differently."""
    return ABOUT + "\n".join(line for edition in described for line in _lines(edition, store.after(edition)))


def _lines(edition: Edition, coming: Edition | None) -> Iterator[str]:
    begins, ends = edition.effective_from, edition.effective_to
    until = (f" 至 {ends}", f" to {ends}") if ends else ("", "")
    yield f"- `{edition.id}` 自 {begins}{until[0]} / from {begins}{until[1]}"
    if coming is None:
        return
    begins = coming.effective_from
    yield f"- `{coming.id}` 自 {begins} / from {begins}: `/openapi.json?on={begins}`"
    was, will = _names(edition), _names(coming)
    for names, zh, en in ((will - was, "新增", "new"), (was - will, "不再有", "gone")):
        if names:
            yield f"  - {zh} / {en}: {', '.join(f'`{name}`' for name in sorted(names))}"


def _names(edition: Edition) -> set[str]:
    """The decisions of an edition, and the facts they take."""
    facts = (fact for subject in edition.subjects.values() for fact in subject.facts.values())
    return {*edition.rules, *(f"{fact.subject}.{fact.name}" for fact in facts if fact.given)}
