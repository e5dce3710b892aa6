"""`village-credit policies readings`: the readings of an edition, and the cases of a set on which they disagree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

import click

from rules import Decision, Edition, FactChecker, FactError, Reference
from rules.cases.files import Case
from rules.judging.decision import vars_of
from rules.model import Reading, Ref
from rules.model.uses import behind
from rules.values.layout import Line, Row, Span, line, row
from rules.variants.readings import alternatives, each_under
from rules.variants.whatif import changed
from rules.words.explanation import TONES
from rules.words.wording import Wording
from service.commands.common import Bad, Settings, another_day, common, edition_on, one_of
from service.commands.decide import turned
from service.commands.judge import cases_of
from service.commands.screen import progress

RECORD = re.compile(r"\[[^\]]*\]")  # the id of a record in a path: `votes[R-1].side`


@click.command("readings")
@click.argument("edition", required=False)
@click.option("--cases", "files", multiple=True, metavar="FILE",
              help="在这些案例上逐一试算，可重复 / try them on these cases; repeatable")  # fmt: skip
@click.option("--decision", "decisions", multiple=True, metavar="DECISION",
              help="判定什么，默认为案例里的 decisions / what to decide (default: the case's)")  # fmt: skip
@common
def readings_command(
    settings: Settings, edition: str | None, files: tuple[str, ...], decisions: tuple[str, ...]
) -> None:
    """各项解读及其选项；一批案例因此有什么不同 / the readings, and where the cases of a set differ by them"""
    if not files:
        chosen = settings.named(edition) if edition else settings.edition(settings.today())
        value: dict[str, Any] = {"edition": chosen.id, "readings": [_plain(one) for one in chosen.readings.values()]}
        settings.tell(value, [one for reading in chosen.readings.values() for one in _listed(reading, settings)])
        return
    asked = _asked(settings, edition, [case for file in files for case in cases_of(file)], decisions)
    tried = {one.edition.id: one.edition for one in asked}.values()
    compared = [one for each in tried for one in _compared(settings, each, asked)]
    options = dict.fromkeys(option for each in tried for option in alternatives(each))
    value = {"edition": ", ".join(one.id for one in tried), "cases": len(asked), "tried": len(options),
             "disagreements": [one.as_dict() for one in compared]}  # fmt: skip
    settings.tell(value, _shown(compared, asked, len(options), settings))


# --- the readings


def _plain(one: Reading) -> dict[str, Any]:
    choices = {key: {**vars_of(text), "changes": one.changes.get(key)} for key, text in one.readings.items()}
    return {"id": one.id, "clause": one.clause, "title": vars_of(one.title), "question": vars_of(one.question),
            "chosen": one.chosen, "because": vars_of(one.because), "choices": choices}  # fmt: skip


def _listed(one: Reading, settings: Settings) -> Iterator[Line | Row]:
    pick, lang = settings.pick, settings.lang
    yield line(Span(one.title.get(lang), "title"), Span(f"  {one.id}  {one.clause}", "dim"))
    for key, text in one.readings.items():
        tried = pick("可试算", "can be tried") if key in one.changes else pick("没有写改法", "no changes written")
        state = Span(pick("采用", "followed"), "good") if key == one.chosen else Span(tried, "dim")
        yield row(Span(key, "dim"), state, text.get(lang), indent=2)


# --- on cases


@dataclass(frozen=True, slots=True)
class Asked:
    """One decision about one case."""

    edition: Edition
    decision: str
    case: Case
    on: date


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One decision that comes out otherwise under a reading, or whose facts do not fit it."""

    reading: Reading
    option: str
    asked: Asked
    now: Decision | None = None
    then: Decision | None = None
    problem: FactError | None = None

    @property
    def wanted(self) -> tuple[str, ...]:
        """The facts for want of which the other reading tells less; none where the two say different things."""
        if self.now is None or self.then is None or (self.then.outcome != self.now.outcome and _known(self.then)):
            return ()
        before = {one.id: one.verdict for one in self.now.findings}
        lost = [one for one in self.then.findings if one.verdict is None and before.get(one.id) is not None]
        if any(one.verdict not in (None, before.get(one.id)) for one in self.then.findings):
            return ()
        had = {one.fact for one in self.now.missing}
        facts = [one.fact for one in self.then.missing if one.fact not in had]
        facts = facts or [part.fact for one in lost for part in one.parts]
        names = dict.fromkeys(RECORD.sub("", one) for one in facts)
        return tuple(dict.fromkeys(below for one in names for below in self._given(one, self.then)))

    def _given(self, name: str, then: Decision) -> list[str]:
        """The given facts that are missing behind a derived one of the subject; itself where it is given."""
        edition, home = then.edition, then.rule.subject
        fact = edition.subjects[home].facts.get(name)
        if fact is None or fact.given:
            return [name]
        read = behind(edition, [(home, Ref("fact", "", name, fact.type))])
        has = self.asked.case.facts
        below = [(of, one) for (of, one), each in read.items() if each.given]
        return [one if of == home else f"{of}.{one}" for of, one in below if not _held(has, of, one, home)] or [name]

    @property
    def key(self) -> tuple[str, str]:
        return self.reading.id, self.option

    def as_dict(self) -> dict[str, Any]:
        shown = {"reading": self.reading.id, "choice": self.option, "decision": self.asked.decision,
                 "case": self.asked.case.subject_id, "where": self.asked.case.where}  # fmt: skip
        if self.now is None or self.then is None:
            return {**shown, "problem": str(self.problem)}
        return {**shown, "now": self.now.outcome, "then": self.then.outcome, "changed": changed(self.now, self.then),
                "wanted": self.wanted}  # fmt: skip


def _held(facts: Any, of: str, name: str, home: str) -> bool:
    """Whether a case gives a fact of its subject, or of the record around it, and not within bounds only."""
    record = facts if of == home else facts.get(of, {}) if isinstance(facts, Mapping) else {}
    value = record.get(name) if isinstance(record, Mapping) else None
    return value is not None and not isinstance(value, Mapping)


def _known(one: Decision) -> bool:
    return one.rule.outcomes[one.outcome].role != "unknown"


def _asked(settings: Settings, named: str | None, cases: Sequence[Case], decisions: Sequence[str]) -> list[Asked]:
    """Each decision about each case by the edition in force on its day, or by the one named."""
    asked, edition_on = [], _editions(settings, named)
    for case in cases:
        if not (names := decisions or case.decisions):
            raise Bad(
                f"{case.where}：请用 --decision 写明判定什么。", f"{case.where}: say what to decide by --decision."
            )
        on = settings.on or case.on or settings.today()
        edition = edition_on(on)
        for name in names:
            one_of(edition.rules, name, "判定", "decision")
            asked.append(Asked(edition, name, case, on))
    return asked


def _editions(settings: Settings, name: str | None) -> Callable[[date], Edition]:
    """The edition by which cases of a day are decided; it raises Bad where the one named is not in force then."""
    if name is None:
        store = settings.store()
        return partial(edition_on, store, settings.chosen(store))

    named = settings.named(name)
    ends = settings.last_day(name, named)

    def only(on: date) -> Edition:
        if on < named.effective_from or (ends is not None and on > ends):
            span = f"{named.effective_from}..{ends or ''}"
            hint = another_day(named.effective_from if ends is None or on < named.effective_from else ends)
            raise Bad(f"{named.id} 在 {on} 不是有效版本（{span}）。{hint.zh}",
                      f"{named.id} is not in force on {on} ({span}). {hint.en}")  # fmt: skip
        return named

    return only


def _compared(settings: Settings, edition: Edition, asked: Sequence[Asked]) -> Iterator[Disagreement]:
    """Every decision under every reading that can be tried; those that come out otherwise."""
    asked = [one for one in asked if one.edition is edition]
    options, own = alternatives(edition), (FactChecker(edition), Reference(edition))
    others = each_under(settings.policies, edition, [{name: option} for name, option in options])
    with progress(len(options), settings.pick("解读", "readings")) as tick:
        for (name, option), other in zip(options, others, strict=True):
            pair = (own, (FactChecker(other), Reference(other)))
            for one in asked:
                made = Disagreement(edition.readings[name], option, one)
                found = _one(pair, edition, made)
                if found is not None:
                    yield found
            tick(1)


def _one(pair: Sequence[tuple[FactChecker, Reference]], edition: Edition, made: Disagreement) -> Disagreement | None:
    asked = made.asked
    subject = edition.rules[asked.decision].subject
    try:
        now, then = (
            judge.decide(asked.decision, checker.check_beside(other, subject, asked.case.facts, asked.on),
                         asked.on, asked.case.subject_id)
            for (checker, judge), (other, _) in zip(pair, reversed(pair), strict=True)
        )  # fmt: skip
    except FactError as error:
        return Disagreement(made.reading, made.option, asked, problem=error)
    return Disagreement(made.reading, made.option, asked, now, then) if changed(now, then) else None


def _shown(
    compared: Sequence[Disagreement], asked: Sequence[Asked], tried: int, settings: Settings
) -> Iterator[Line | Row]:
    pick = settings.pick
    several = len({one.edition.id for one in asked}) > 1
    for (edition, name, option), group in groupby(compared, key=lambda one: (one.asked.edition.id, *one.key)):
        disagreements = list(group)
        reading = disagreements[0].reading
        texts = (reading.title, reading.readings[option])
        yield line(Span(pick("：", ": ").join(text.get(settings.lang) for text in texts), "title"),
                   Span(f"  --reading {name}={option}{f'  {edition}' if several else ''}", "dim"))  # fmt: skip
        lacking = [one for one in disagreements if one.wanted]
        yield from (_row(one, settings) for one in disagreements if not one.wanted)
        if lacking:
            facts = ", ".join(dict.fromkeys(fact for one in lacking for fact in one.wanted))
            words = pick(f"{len(lacking)} 项还缺：{facts}", f"data wanted in {len(lacking)}: {facts}")
            yield line(Span(words, "unknown"), indent=2)
    differ = {one.key for one in compared if not one.wanted}
    words = pick(f"{len(asked)} 项判定，逐一试了 {tried} 个选项：其中 {len(differ)} 个选项判得不同",
                 f"{len(asked)} decisions under {tried} other readings: under {len(differ)}, one differs")  # fmt: skip
    yield line(Span(words, "title"))


def _row(one: Disagreement, settings: Settings) -> Row:
    name = one.asked.case.subject_id or one.asked.case.where
    if one.now is None or one.then is None:
        return row(name, one.asked.decision, "", "", Span(str(one.problem), "bad"), indent=2)
    say = Wording(one.then.edition, settings.lang)
    outcomes = [each.rule.outcomes[each.outcome] for each in (one.now, one.then)]
    now, then = (Span(say.text(each.title), TONES[each.role]) for each in outcomes)
    detail = say.pick("；", "; ").join(turned(one.now, one.then, say))
    return row(name, say.text(one.now.rule.title), now, then, Span(detail, "dim"), indent=2)
