"""The test cases of an edition in words, and what a draft changes of them. Titles are read from the texts, so that the
cases of a draft with faults can be told too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rules.cases.files import OUTPUTS, CaseError, read_cases
from rules.editing.address import Data, Refused, entries, members, word
from rules.editing.cases import FILE, case_at
from rules.editing.known import Choice, Known
from rules.editing.scalars import TRUTH
from rules.editing.texts import Texts
from rules.values.text import Lang, Text
from service.examples.case import as_written
from service.examples.giving import NONE


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a decision of a case must come to, or an output of it be, by title."""

    decision: str
    title: Text
    outcome: Text


@dataclass(frozen=True, slots=True)
class Told:
    """A case: its number from 0, its line, and what it must come to."""

    number: int
    line: int
    subject: str
    on: str
    wanted: tuple[Wanted, ...]
    data: Data

    @property
    def text(self) -> Text:
        zh = "，".join(f"{one.title.zh}应为“{one.outcome.zh}”" for one in self.wanted)
        en = ", ".join(f"{one.title.en} must be “{one.outcome.en}”" for one in self.wanted)
        name = " ".join(filter(None, (self.subject, self.on)))
        return Text(f"{name}：{zh}" if zh else name, f"{name}: {en}" if en else name)


def told_cases(texts: Texts) -> tuple[Told, ...]:
    """The cases of an edition. CaseError or Refused where they cannot be read."""
    text = texts.own.get(FILE, "")
    if not text.strip():
        return ()
    known = Known.of(texts)
    return tuple(
        Told(number, one.node.mark.line if one.node else 1, one.subject_id, str(one.on or ""),
             tuple(each for decision, code in one.wanted.items()
                   for each in _wanted(known, decision, code, one.gives.get(decision, {}))),
             case_at(texts.own, number))
        for number, one in enumerate(read_cases(text, FILE))
    )  # fmt: skip


def _wanted(known: Known, decision: str, code: str, gives: Mapping[str, Any]) -> Iterator[Wanted]:
    title = known.title("", decision) or Text(decision, decision)
    yield Wanted(decision, title, _titled(known.codes("", decision), code))
    for name, value in gives.items():
        output, codes = known.output(decision, name)
        said = NONE if value is None else _titled(codes or TRUTH, word(as_written(value)))
        yield Wanted(decision, output, said)


def _titled(choices: tuple[Choice, ...], code: str) -> Text:
    return next((one.title for one in choices if one.word == code), Text(code, code))


def case_changes(before: Texts, after: Texts) -> tuple[Text, ...]:
    """What of the cases differs, in words; nothing where one of the two cannot be read, which is told as a problem."""
    try:
        old, new = [*told_cases(before)], [*told_cases(after)]
    except (CaseError, Refused):
        return ()
    same = [(one, other) for one in old for other in new if one.data == other.data]
    old = [one for one in old if all(one is not first for first, _ in same)]
    new = [one for one in new if all(one is not second for _, second in same)]
    return tuple(_differences(old, new, Known.of(after)))


def _differences(old: list[Told], new: list[Told], known: Known) -> Iterator[Text]:
    for one in new:
        was = next((other for other in old if (other.subject, other.on) == (one.subject, one.on)), None)
        if was is None:
            yield Text(f"增加案例 {one.text.zh}", f"A case is added: {one.text.en}")
            continue
        old.remove(was)
        facts = "；".join(_facts(was.data, one.data, known, "zh")), "; ".join(_facts(was.data, one.data, known, "en"))
        yield Text(f"改了案例 {one.text.zh}（{facts[0] or '写法'}）",
                   f"A case is changed: {one.text.en} ({facts[1] or 'spelling'})")  # fmt: skip
    for one in old:
        yield Text(f"删去案例 {one.text.zh}", f"A case is removed: {one.text.en}")


def _facts(before: Data, after: Data, known: Known, lang: Lang) -> Iterator[str]:
    """What differs of two cases: each fact by its title, and what must come of it."""
    old, new = dict(_flat(before)), dict(_flat(after))
    about = _subject(after, known)
    for path in dict.fromkeys((*old, *new)):
        if old.get(path) != new.get(path):
            title, codes = _named(path, about, known)
            was, now = (_titled(codes, one[path]).get(lang) if path in one else _none(lang) for one in (old, new))
            yield f"{title.get(lang)} {was} → {now}"


def _named(path: tuple[str, ...], about: str, known: Known) -> tuple[Text, tuple[Choice, ...]]:
    """What stands at a path of a case is called, and its codes."""
    if path[0] == "decisions" and len(path) > 2:  # {outcome, outputs}
        decision, name = path[1], path[-1]
        if path[2] == OUTPUTS:
            title, codes = known.output(decision, name)
            return title, codes or TRUTH
        return known.title("", decision) or Text(decision, decision), known.codes("", decision)
    owner, name = path[-2] if len(path) > 2 else about, path[-1]
    return known.title(owner, name) or Text(name, name), known.codes(owner, name) or TRUTH


def _none(lang: Lang) -> str:
    return "不清楚" if lang == "zh" else "not known"


def _subject(case: Data, known: Known) -> str:
    """The subject of the decisions of a case."""
    decisions = entries(entries(case).get("decisions", ""))
    return next((word(entries(known.files.get(one, "")).get("subject", "")) for one in decisions), "")


def _flat(data: Data, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, Mapping):
        for step, one in data.items():
            yield from _flat(one, (*path, step))
    else:
        for at, one in members(data):
            yield from _flat(one, (*path, f"[{at}]"))
