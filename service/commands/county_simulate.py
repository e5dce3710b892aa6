"""`village-credit county simulate`."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import click

from rules import PolicyError
from rules.judging.decision import vars_of
from rules.model import Edition
from rules.table import TableError
from rules.values.figures import figure
from rules.values.layout import Line, Row, Span, line, row
from rules.values.text import TextErrors
from rules.variants.readings import under
from rules.variants.sweep import Swept, sweep
from rules.variants.whatif import Supposition, in_force, suppose
from rules.words.record_wording import RecordNames
from rules.words.wording import Wording
from service.commands.common import RUN, Bad, Settings, common, located, reread, root_of
from service.commands.judge import supposing
from service.commands.money import money_lines
from service.commands.screen import progress
from service.county.backend import Duck
from service.county.cells import defused
from service.county.effect import counted, moneys, rejudged
from service.county.rejudging import Again, Comparison, judge_again
from service.county.report.document import write_chart
from service.county.run.affected import affected_by_any
from service.county.run.manifest import read_manifest
from service.county.run.outputs import Outputs
from service.county.simulation import Moved, Recount, Simulation, moneyed, resting_on, touched, touched_between

BESIDE = {"id": ("name",), "above": ("above_name",)}  # columns of names behind those of ids
SHOWN = 20  # records of a decision on the screen; the file has all


@click.command("simulate")
@click.argument("folder", type=RUN, required=False)
@click.option("--run", "run_", type=RUN, help="同上，旧写法 / the folder of a run, as before")
@click.option("--change", "changes", multiple=True, metavar="DECISION.ITEM=VALUE",
              help="若改成这个数，可重复 / a figure as it might be; repeatable")  # fmt: skip
@click.option("--edition", "draft", metavar="PLAN/DATE|DIR",
              help="若用这个版本或草稿 / another edition, or the folder of a draft")  # fmt: skip
@click.option("--sweep", "sweep_", metavar="DECISION.ITEM=FROM..TO/STEP", help="逐个数试过去 / try value after value")
@click.option("--csv", "table", type=click.Path(dir_okay=False, path_type=Path), help="变化逐行写入 / rows to a file")
@click.option("--chart", "page", type=click.Path(dir_okay=False, path_type=Path),
              help="画成一页图 / draw it in one page")  # fmt: skip
@reread
@common
def simulate_command(
    settings: Settings,
    folder: Path | None,
    run_: Path | None,
    table: Path | None,
    page: Path | None,
    **asked: Any,
) -> None:
    """若改变门槛或换一个版本，谁得到、谁失去 / who gains and who loses under other figures, or another edition"""
    if (at := folder or run_) is None or (folder and run_):
        raise Bad("请写明一次运行的结果目录。", "Name the folder of one run.")
    if bool(asked["changes"] or asked["readings"] or asked["draft"]) == bool(asked["sweep_"]):
        raise Bad("请给出 --change、--reading、--edition，或 --sweep。",
                  "Give --change, --reading, --edition, or --sweep.")  # fmt: skip
    manifest = read_manifest(at)
    edition = settings.judged_by(manifest.edition, manifest.readings, manifest.edition_sha256)
    try:
        with tempfile.TemporaryDirectory() as scratch, closing(Duck(Path(scratch))) as duck:
            outputs = Outputs(at, edition, duck, manifest)
            result = _result(settings, outputs, _question(settings, edition, outputs.on, **asked), Path(scratch))
            _name(result, edition, outputs.named)
            result["outcomes"] = _outcomes(outputs, result["decisions"])
    except PolicyError as error:
        raise TextErrors([located(one, settings.policies) for one in error.problems]) from None
    except TableError as error:
        raise Bad(error.zh, error.en) from None
    if table is not None:
        _write(result, table)
    if page is not None:
        write_chart(edition, manifest, result, page)
    settings.tell(result, _shown(result, Wording(edition, settings.lang)))


@dataclass(frozen=True, slots=True)
class Question:
    """The editions to simulate, each with its name, and the way to the decisions that differ; `whole` where an edition
    may differ anywhere."""

    asked: Mapping[str, Any]
    values: tuple[str, ...]
    editions: tuple[Edition, ...]
    touched: Callable[[], list[str]]
    once: bool = False
    whole: bool = False


def _question(settings: Settings, edition: Edition, on: date, sweep_: str | None, **asked: Any) -> Question:
    if sweep_:
        with supposing("--sweep", [sweep_]):
            swept = sweep(settings.policies, edition, sweep_, on)
        return Question({"sweep": sweep_}, swept.values, swept.editions, lambda: _touched(edition, [swept]), swept.once)
    changes, draft, readings = asked["changes"], asked["draft"], asked["readings"]
    suppositions = [Supposition.read(one) for one in changes]
    root, other = settings.policies, edition
    if draft:
        other, root = settings.named(draft, edition.under), root_of(draft, settings.policies)
    other = read_otherwise = under(root, other, readings)
    if suppositions:
        with supposing("--change", changes):
            other = suppose(root, other, in_force(other, suppositions, on))
    figures = [*changes, *(f"{name}={option}" for name, option in readings.items())]
    words = [*([draft] if draft else []), *figures]
    called = {lang: ", ".join([*([f"{title} {other.id}"] if draft else []), *figures])
              for lang, title in vars_of(other.title).items()}  # fmt: skip

    def names() -> list[str]:
        return [*dict.fromkeys((*touched_between(edition, read_otherwise), *_touched(edition, suppositions)))]

    return Question({"change": words, "called": called}, (", ".join(words),), (other,), names, whole=bool(draft))


def _result(settings: Settings, outputs: Outputs, question: Question, scratch: Path) -> dict[str, Any]:
    """Who moves: by the counts of the run where the change leaves them alone, else by judging its rows again."""
    names: Sequence[str] = ()
    try:
        names = () if question.whole else question.touched()
        simulation = None if question.whole else Simulation(outputs, names)
    except Recount:
        simulation = None
    if simulation is None:
        return _rejudged(settings, outputs, question, scratch, names)
    (before,) = simulation.outcomes(outputs.edition)
    outcomes = simulation.outcomes(*question.editions, once=question.once)
    now, tells = (outputs.edition, before), any(moneyed(rule) for rule in simulation.affected)
    steps = []
    for number, (value, edition, after) in enumerate(zip(question.values, question.editions, outcomes, strict=True)):
        both = counted(simulation, now, (edition, after), scratch / str(number)) if tells else None
        amounts = moneys(both, outputs) if both else []
        steps.append(_step(value, simulation.met(after), list(simulation.moved(before, after)), amounts))
    return {**question.asked, "decisions": simulation.titles(), "before": simulation.met(before), "steps": steps}


def _rejudged(
    settings: Settings, outputs: Outputs, question: Question, scratch: Path, names: Sequence[str]
) -> dict[str, Any]:
    stages = len(question.editions) * (len(outputs.manifest.levels) + 1)
    with progress(stages, settings.pick("重新判定", "judging again"), least=0) as tick:
        only = affected_by_any(outputs.edition, question.editions, outputs.manifest)
        others = tuple(judge_again(outputs, one, scratch / str(number), lambda stage: tick(1, stage), only=only)
                       for number, one in enumerate(question.editions))  # fmt: skip
    compared = Comparison(outputs, others, [rule.id for rule in resting_on(outputs, names)])
    steps = [_step(value, compared.met(one.edition, one.manifest), moved, moneys(rejudged(outputs, one), outputs), one)
             for value, one, moved in zip(question.values, others, compared.changes, strict=True)]  # fmt: skip
    before = compared.met(outputs.edition, outputs.manifest)
    return {**question.asked, "decisions": compared.titles(), "before": before, "steps": steps}


def _outcomes(outputs: Outputs, titles: Mapping[str, Any]) -> dict[str, Mapping[str, int]]:
    """How many records had each outcome of the decisions that none meets, as grades."""
    subjects = {name: outputs.edition.rules[name].subject for name, one in titles.items() if not one["met"]}
    return {name: outputs.manifest.counts[subject].outcomes.get(name, {}) for name, subject in subjects.items()}


def _touched(edition: Edition, figures: Sequence[Supposition | Swept]) -> list[str]:
    return list(dict.fromkeys(name for one in figures for name in touched(edition, one.owner, one.name)))


def _step(
    value: str, met: Mapping[str, int], moved: Sequence[Moved], amounts: list[dict[str, Any]],
    again: Again | None = None,
) -> dict[str, Any]:  # fmt: skip
    by_above = Counter((one.decision, one.above, one.before, one.after) for one in moved)
    rest = {} if again is None else {"absent": [".".join(one) for one in again.absent], "set_aside": again.set_aside}
    return {
        "value": value, "met": met, "moved": [asdict(one) for one in moved],
        "by_above": [dict(zip(("decision", "above", "before", "after"), key, strict=True), count=count)
                     for key, count in sorted(by_above.items())],
        "amounts": amounts,
    } | rest  # fmt: skip


def _name(result: Mapping[str, Any], edition: Edition, known: RecordNames) -> None:
    """Put the names of records that have one beside their ids."""
    for step in result["steps"]:
        for one in (*step["moved"], *step["by_above"]):
            subject = edition.rules[one["decision"]].subject
            one["above_name"] = known.get((edition.subjects[subject].within, one["above"]), "")
            if "id" in one:
                one["name"] = known.get((subject, one["id"]), "")


def _label(one: Mapping[str, Any], of: str) -> str:
    """A record, or the one above it, as people read it."""
    return " ".join(filter(None, (one["above_name" if of == "above" else "name"], one[of])))


def _write(result: dict[str, Any], table: Path) -> None:
    with table.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        names = [name for one in fields(Moved) for name in (one.name, *BESIDE.get(one.name, ()))]
        writer.writerow(["value", *names])
        for step in result["steps"]:
            writer.writerows(defused([step["value"], *(one[name] for name in names)] for one in step["moved"]))


def _shown(result: dict[str, Any], say: Wording) -> list[Line | Row]:
    titles = result["decisions"]
    names = {one: titles[one]["title"][say.lang] for one in result["before"]}
    steps = [(step["value"], step["met"]) for step in result["steps"]]
    block = list(_table("", names, result["before"], steps, say)) if names else []
    for decision, counts in result["outcomes"].items():
        names = {one: title[say.lang] for one, title in titles[decision]["outcomes"].items()}
        steps = [(step["value"], _turned(counts, decision, step["moved"])) for step in result["steps"]]
        block += _table(titles[decision]["title"][say.lang], names, counts, steps, say)
    if len(result["steps"]) == 1:
        block += _movements(result["steps"][0], titles, say)
    for step in result["steps"]:
        if absent := step.get("absent"):
            words = say.pick("这次运行没有这些数据，按未知处理：", "The run has no such data, not known in any row: ")
            block.append(line(Span(words + ", ".join(absent), "unknown")))
        for subject, rows in step.get("set_aside", {}).items():
            title = say.text(say.edition.subjects[subject].title)
            words = say.pick(f"按新的事实字典，{rows} 条{title}记录不能采用。",
                             f"{rows} records ({title}) do not fit the other facts.")  # fmt: skip
            block.append(line(Span(words, "unknown")))
        block += money_lines(say.lang, step["amounts"])
    rest = say.pick("只比较结论和金额；得分、名次、利率等别的结果有没有变，不在其内。",
                    "Outcomes and amounts are compared; points, places, rates and other outputs are not.")  # fmt: skip
    return [*block, line(Span(rest, "dim"))]


def _turned(counts: Mapping[str, int], decision: str, moved: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """How many records have each outcome after some have moved."""
    after = Counter(counts)
    after.update(one["after"] for one in moved if one["decision"] == decision)
    after.subtract(one["before"] for one in moved if one["decision"] == decision)
    return after


def _table(
    title: str, names: Mapping[str, str], now: Mapping[str, int], steps: Sequence[tuple[str, Mapping[str, int]]],
    say: Wording,
) -> Iterator[Line | Row]:  # fmt: skip
    """Counts as they are, and under each value that is tried with what they gain or lose."""
    yield row(Span(title, "dim"), *(Span(one, "dim") for one in names.values()))
    yield row(say.pick("现在", "now"), *(figure(now.get(one, 0)) for one in names))
    for value, counts in steps:
        cells = (_difference(counts.get(one, 0), now.get(one, 0)) for one in names)
        yield row(
            Span(value, "title"), *(Span(one.text) if title else one for one in cells)
        )  # no outcome is the better


def _movements(step: Mapping[str, Any], titles: Mapping[str, Any], say: Wording) -> Iterator[Line | Row]:
    """The records that move; where many do by one decision, how many in each record above, the most first."""
    if not step["moved"]:
        yield line(Span(say.pick("没有结论改变。", "No outcome changes."), "dim"))
    for decision, many in Counter(one["decision"] for one in step["moved"]).items():
        title, outcomes = (titles[decision][one] for one in ("title", "outcomes"))
        if few := many <= SHOWN:
            rows = [
                (_label(one, "id"), _label(one, "above"), one) for one in step["moved"] if one["decision"] == decision
            ]
        else:
            counted = (one for one in step["by_above"] if one["decision"] == decision)
            ordered = sorted(counted, key=lambda one: -one["count"])
            rows = [(str(one["count"]), _label(one, "above"), one) for one in ordered]
        for first, above, one in rows[:SHOWN]:
            turned = f"{outcomes[one['before']][say.lang]} → {outcomes[one['after']][say.lang]}"
            yield row(first, Span(above, "dim"), title[say.lang], turned, indent=2)
        if not few:
            subject = titles[decision]["subject"][say.lang]
            words = say.pick(f"{many} 条{subject}记录，以上按所属计，逐条见 --csv",
                             f"{many} records ({subject}), above by where they belong; --csv has all")  # fmt: skip
            yield line(Span(f"{title[say.lang]}{say.pick('：', ': ')}{words}", "dim"), indent=2)


def _difference(now: int, before: int) -> Span:
    tone = "" if now == before else "good" if now > before else "bad"
    return Span(f"{figure(now)} ({now - before:+,d})" if now != before else figure(now), tone)
