"""Answers one question, in a process of its own: `python -m service.effect.making FOLDER`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rules import Edition
from rules.building.loader import load_alone
from rules.cases.files import Case, CaseError
from rules.judging.decision import vars_of
from rules.values.text import Text, TextError
from rules.variants.readings import under
from service.county.backend import Duck, Limits
from service.county.effect import effect, judged_under
from service.county.run.outputs import Outputs
from service.effect.jobs import DONE, PROGRESS, QUESTION, STOP
from service.effect.question import REPLAY, Question
from service.effect.replaying import replayed
from service.effect.tried import trials, tried
from service.examples.own import cases_of, missed
from service.examples.scenarios import broken
from service.publishing.comparing import Content

Said = Callable[[str], None]
Answer = Callable[[Outputs, Outputs, Limits], Any]  # of the run, and the run as the edition judges it
NO_RUN = Text(
    "没有这个方案的全县运行结果：没有写设置 VILLAGE_CREDIT_COUNTY_RUNS，或它所指的目录里没有。"
    "请先用 village-credit county run 运行一次全县，把这项设置写成结果所在的目录，再测算。",
    "There is no county run of this plan: the setting VILLAGE_CREDIT_COUNTY_RUNS is not given, or its folder has none. "
    "Run the county with village-credit county run, set this to the folder of the results, and work it out again.",
)
NOT_KEPT = Text(
    "这次运行所用的版本已不在存档里，不能照它试算：请按已发布的版本再作一次全县运行。",
    "The edition that the run was judged under is not in the archive any more: run the county under a published one.",
)


class Stopped(Exception):
    """Nobody wants the answer any more."""


def make(home: Path) -> None:
    """Answer the question in a folder, part by part."""
    question = Question.loaded((home / QUESTION).read_text(encoding="utf-8"))
    at, steps = 0, 2 + 2 * len(question.heirs) + (5 if question.run else 0)

    def tell(done: int, of: int, step: str = REPLAY.strip()) -> None:
        if (home / STOP).exists() or not home.exists():
            raise Stopped
        _put(home / PROGRESS, {"done": done, "steps": of, "step": step})

    def say(step: str) -> None:
        nonlocal at
        at += 1
        tell(at - 1, max(steps, at), step)

    with TemporaryDirectory(prefix="village-credit-effect-") as folder:
        scratch = Path(folder)
        before = _loaded(question.before, scratch / "old")
        after = _loaded(question.after, scratch / "new")
        if question.asks.startswith(REPLAY):
            _put(home / "part-replay.json", replayed(before, after, sys.stdin.buffer, tell))
        elif question.asks:
            try_all = partial(_tried, question, scratch, say)
            _put(home / "part-tried.json", _county(question, after, scratch, try_all, say))
        else:
            add_up = partial(_effect, after, scratch, say)
            try:
                _put(home / "part-county.json", _county(question, before, scratch, add_up, say))
            finally:  # a run that cannot be read keeps nobody from the examples
                _put(home / "part-cases.json", _cases(question, before, after, scratch, say))
                if question.heirs:
                    _put(home / "part-heirs.json", list(_heirs(question, scratch, say)))
    (home / DONE).touch()


def _heirs(question: Question, scratch: Path, say: Said) -> Iterator[Any]:
    """The examples and cases of each edition that changes with the one in question."""
    for number, one in enumerate(question.heirs):
        home = scratch / f"heir-{number}"
        before, after = _loaded(one.before, home / "old"), _loaded(one.after, home / "new")
        yield {"edition": one.after.edition, **_cases(question, before, after, home, say)}


def _loaded(content: Content, root: Path) -> Edition:
    for path, text in content.files.items():
        (file := root / path).parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    edition = load_alone(root / content.edition, root, warn=False).edition
    if edition is None:
        raise SystemExit(f"{content.edition} 不能用 / cannot be used")
    return edition


def _cases(question: Question, before: Edition, after: Edition, scratch: Path, say: Said) -> Any:
    """The examples of the features that no longer hold, and the own cases of both editions that do not come to what
    they must."""
    say("examples")
    features, lost = Path(question.features), []
    if question.features and features.is_dir():
        lost = [
            {"decision": one.decision, "title": vars_of(before.rules[one.decision].title), "name": one.name,
             "clauses": one.clauses, "steps": one.steps, "now": one.outcome and vars_of(one.outcome),
             "alike": one.alike, "kept": one.kept}
            for one in broken(features, before, scratch / "old", after, scratch / "new")
        ]  # fmt: skip
    say("cases")
    try:
        own = cases_of(scratch / "new", after.id)
        own += [one for one in cases_of(scratch / "old", before.id) if not any(_same(one, other) for other in own)]
    except CaseError as error:
        return {"broken": lost, "cases": 0, "missed": [], "unreadable": error.as_dict()}
    day = max(date.fromisoformat(question.today), after.effective_from)
    found = [{"where": f"{one.mark.file}:{one.mark.line}", **vars_of(one.text)} for one in missed(after, own, day)]
    return {"broken": lost, "cases": len(own), "missed": found}


def _same(one: Case, other: Case) -> bool:
    """Whether two cases ask the same; one that a draft has left out is held against it all the same."""
    asked, again = ((each.subject_id, each.on, each.facts, each.wanted, each.gives) for each in (one, other))
    return asked == again


def _county(question: Question, edition: Edition, scratch: Path, answer: Answer, say: Said) -> Any:
    """What is answered of the county run as an edition judges it; why not, where that cannot be told."""
    if question.run is None:
        return {"not": vars_of(NO_RUN)}
    if question.judged is None:
        return {"not": vars_of(NOT_KEPT)}
    try:
        judged = under(scratch / "run", _loaded(question.judged, scratch / "run"), question.run.readings)
        limits = Limits(question.memory, question.threads)
        with closing(Duck(scratch / "tables", limits)) as duck:
            run = Outputs(Path(question.run.folder), judged, duck)
            return answer(run, judged_under(run, edition, scratch / "judged", say, limits), limits)
    except TextError as error:
        return {"not": {"zh": error.zh, "en": error.en}}


def _effect(after: Edition, scratch: Path, say: Said, run: Outputs, base: Outputs, limits: Limits) -> Any:
    return effect(run, base, after, scratch / "judged", say, limits)


def _tried(question: Question, scratch: Path, say: Said, run: Outputs, base: Outputs, limits: Limits) -> Any:
    those = trials(scratch / "new", base.edition, question.asks, run)
    return tried(run, base, those, scratch / "tried", say, limits)


def _put(file: Path, value: Any) -> None:
    half = file.with_suffix(".half")
    half.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    half.replace(file)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
