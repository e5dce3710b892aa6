"""Decides the cases of a file, each under the edition in force on its day."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import click

from rules import Decision, Engine, FactChecker, FactError
from rules.cases.files import Case, read_cases
from rules.variants.whatif import Supposition, suppose
from service.commands.common import Bad, Settings, Unfit
from service.commands.screen import patient

MUCH = 10000 * 10000  # bytes of a case file


class Judge:
    """Decides cases under the edition in force on their day, or under a supposed change of it."""

    def __init__(self, settings: Settings, suppositions: Sequence[Supposition] = ()) -> None:
        self.settings, self.suppositions = settings, suppositions
        self.store = settings.store()
        self.plan = settings.chosen(self.store)
        self.compiled: dict[str, tuple[Engine, FactChecker]] = {}

    def engine(self, on: date) -> tuple[Engine, FactChecker]:
        """Engine and fact checker for the edition in force, built once."""
        edition = self.store.in_force(self.plan, on)
        if edition.id not in self.compiled:
            if self.suppositions:
                edition = suppose(self.settings.policies, edition, self.suppositions)
            self.compiled[edition.id] = Engine(edition), FactChecker(edition)
        return self.compiled[edition.id]

    def day(self, case: Case) -> date:
        return self.settings.on or case.on or self.settings.today()

    def decide(self, decision: str, case: Case) -> Decision:
        on = self.day(case)
        engine, checker = self.engine(on)
        rule = engine.edition.rules.get(decision)
        if decision in engine.edition.assignments:
            raise Bad(
                f"{decision} 是分派，不逐个判定：请用 village-credit county assign。",
                f"{decision} is an assignment, which judges no single case: use village-credit county assign.",
            )
        if rule is None:
            known = ", ".join(engine.edition.rules)
            raise Bad(
                f"没有判定 {decision}（现有：{known}）。", f"There is no decision {decision} (there are: {known})."
            )
        try:
            facts = checker.check(rule.subject, case.facts)
        except FactError as error:
            raise Unfit(
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
    if not patient(len(cases)):
        yield from cases
        return
    label = settings.pick("判定", "deciding")
    with click.progressbar(length=len(cases), label=label, file=sys.stderr) as bar:
        for case in cases:
            yield case
            bar.update(1)
