"""Decides the cases of a file, each under the edition in force on its day; decisions as rows of a list."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click

from rules import Decision, Engine, FactChecker, FactError, PolicyError
from rules.cases.files import Case, read_cases
from rules.judging.decision import Finding, Missing
from rules.values.layout import Row, Span, row
from rules.values.text import NotFound, Text, TextErrors
from rules.variants.readings import under
from rules.variants.whatif import Supposition, in_force, suppose
from rules.words.explanation import TONES
from rules.words.phrases import LACKING
from rules.words.wording import Wording
from service.commands.common import NONE, Bad, Settings, edition_on, located, one_of
from service.commands.screen import progress

MUCH = 10000 * 10000  # bytes of a case file


@contextmanager
def supposing(option: str, said: Sequence[str]) -> Iterator[None]:
    """Tells what is wrong with suppositions at their option: the file that they were tried in is good."""
    try:
        yield
    except PolicyError as error:
        at = f"{option} {', '.join(said)}"
        raise TextErrors([{**located(one, Path()), "where": at} for one in error.problems]) from None


class Judge:
    """Decides cases under the edition in force on their day, or under other readings or figures of it."""

    def __init__(
        self, settings: Settings, suppositions: Sequence[Supposition] = (), readings: Mapping[str, str] = NONE
    ) -> None:
        self.settings, self.suppositions, self.readings = settings, suppositions, readings
        self.store = settings.store()
        self.plan = settings.chosen(self.store)
        self.compiled: dict[tuple[str, tuple[Supposition, ...]], tuple[Engine, FactChecker]] = {}

    def engine(self, on: date) -> tuple[Engine, FactChecker]:
        """Engine and fact checker for the edition in force, built once for each value that is supposed otherwise."""
        edition = edition_on(self.store, self.plan, on)
        key = edition.id, (supposed := in_force(edition, self.suppositions, on))
        if key not in self.compiled:
            edition = under(self.settings.policies, edition, self.readings)
            if supposed:
                edition = suppose(self.settings.policies, edition, supposed)
            self.compiled[key] = Engine(edition), FactChecker(edition)
        return self.compiled[key]

    def day(self, case: Case) -> date:
        return self.settings.on or case.on or self.settings.today()

    def about(self, decision: str, cases: list[Case]) -> list[Case]:
        """The cases without those whose own `decisions` are all about other subjects: a file may hold households and
        villages. How many are left out is told; where it would be all, none is."""
        kept = [one for one in cases if not self._elsewhere(decision, one)]
        if kept and (others := len(cases) - len(kept)):
            zh = f"{others} 个案例的 decisions 是别的对象的判定，没有用 {decision} 判定。"
            en = f"{others} of the cases name `decisions` about other subjects; {decision} was not made of them."
            click.echo(self.settings.pick(zh, en), err=True)
        return kept or cases

    def _elsewhere(self, decision: str, case: Case) -> bool:
        try:
            rules = self.engine(self.day(case))[0].edition.rules
        except NotFound:
            return False
        own = {rules[one].subject for one in case.decisions if one in rules}
        return decision in rules and bool(own) and rules[decision].subject not in own

    def decide(self, decision: str, case: Case) -> Decision:
        on = self.day(case)
        try:
            engine, checker = self.engine(on)
        except NotFound as error:
            raise TextErrors([{"where": case.where, "zh": error.zh, "en": error.en}]) from None
        if decision in engine.edition.assignments:
            raise Bad(
                f"{decision} 是分派，不逐个判定：请用 village-credit county assign。",
                f"{decision} is an assignment, which judges no single case: use village-credit county assign.",
            )
        rule = one_of(engine.edition.rules, decision, "判定", "decision")
        try:
            facts = checker.check(rule.subject, case.facts, on)
        except FactError as error:
            raise TextErrors(
                [{"where": case.place(one).rpartition(": ")[0], **one.as_dict(), "zh": _at(one.pointer, one.zh),
                  "en": _at(one.pointer, one.en)} for one in error.problems]
            ) from None  # fmt: skip
        return engine.decide(decision, facts, on, case.subject_id)


def _at(pointer: str, message: str) -> str:
    return f"{pointer.lstrip('/')}: {message}" if pointer else message


def cases_of(name: str) -> list[Case]:
    """The cases of a file, or of standard input for `-`."""
    try:
        if name == "-":
            return read_cases(sys.stdin.buffer.read().decode("utf-8-sig"), name)
        path = Path(name)
        if path.is_file() and path.stat().st_size > MUCH:
            raise Bad(f"{name} 太大（超过 {MUCH} 字节）。", f"{name} is too big (over {MUCH} bytes).")
        return read_cases(path.read_text(encoding="utf-8-sig"), name)
    except UnicodeDecodeError:
        raise Bad(f"{name} 不是 UTF-8 编码。", f"{name} is not UTF-8.") from None


def watched(cases: Sequence[Case], settings: Settings) -> Iterator[Case]:
    """The cases, with a progress bar on standard error for long work on a terminal."""
    with progress(len(cases), settings.pick("判定", "deciding")) as tick:
        for case in cases:
            yield case
            tick(1)


# --- decisions as rows of a list


def summary(decision: Decision, settings: Settings) -> list[Row]:
    """A decision as a row: subject, outcome, clauses; several rows for many reasons."""
    say = Wording(decision.edition, settings.lang)
    outcome = decision.rule.outcomes[decision.outcome]
    shown = Span(say.text(outcome.title), TONES[outcome.role])
    texts = reasons(decision, say)
    pairs = [say.pick("；", "; ").join(texts[at : at + 2]) for at in range(0, len(texts), 2)]  # to fit the screen
    first, *more = pairs or [""]
    rest = [row("", "", "", Span(one, "dim")) for one in more]
    return [row(decision.subject_id or "-", say.text(decision.rule.title), shown, Span(first, "dim")), *rest]


def reasons(decision: Decision, say: Wording) -> list[str]:
    """Unmet or missing criteria with clauses; the deciding row of a table and its outputs; the chosen records."""
    if decision.missing:
        first, *others = [_missed(one, say) for one in decision.missing]
        more = say.pick(f"等 {len(others) + 1} 项", f" and {len(others)} more") if others else ""
        return [f"{say.pick('缺：', 'wanted: ')}{first}{more}"]
    if decision.ranking:
        return [say.pick("、", ", ").join(one.id for one in decision.ranking if one.chosen)]
    judged = [one for one in decision.findings if one.applies and one.role != "item"]
    body = decision.rule.body
    if body.otherwise is None:
        return [f"{say.text(one.title)} {one.clause}" for one in judged if one.verdict is False]
    hits = [one for one in judged if one.verdict is True]
    if body.hit == "first":
        hits = hits[:1]
    values = [say.value(value, type, _codes(decision, name)) for name, (value, type) in decision.outputs.items()]
    if not hits and decision.findings:
        return [body.otherwise.clause, *values]
    return [*(f"{_own_title(one, say)}{one.clause}" for one in hits), *values]


def _missed(one: Missing, say: Wording) -> str:
    """The title of what is missing; with the reason, where the case does give it: a zero that divides nothing."""
    why = "" if one.why == "not_given" else say.text(LACKING[one.why])
    return say.text(one.title) + say.pick("（{}）", " ({})").format(why) if why else say.text(one.title)


def _own_title(finding: Finding, say: Wording) -> str:
    """The title of a row, unless it only repeats the title of its fact."""
    parts = finding.parts
    return "" if len(parts) == 1 and parts[0].title == finding.title else f"{say.text(finding.title)} "


def _codes(decision: Decision, output: str) -> Mapping[str, Text]:
    return decision.rule.body.outputs[output].choices
