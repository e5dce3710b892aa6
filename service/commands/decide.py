"""`village-credit decide`, `explain` and `demo`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import click

from rules import Decision
from rules.cases.files import Case
from rules.values.exact import POINTS
from rules.values.layout import Line, Row, Span, line, row
from rules.values.text import TextErrors
from rules.variants.whatif import KINDS, Supposition, changed
from rules.words.explain import explanation, whole
from rules.words.explanation import MARKS, TONES
from rules.words.names import PATH
from rules.words.phrases import tried
from rules.words.wording import Wording
from service.commands.common import HOME, NEEDS_INFORMATION, Bad, Settings, common, levels, reread
from service.commands.judge import Judge, cases_of, summary, supposing, watched
from service.commands.screen import as_json, show

MOST_FAULTS = 100  # of a list of cases, told at once
COUNTY = HOME / "examples" / "county"
Made = TypeVar("Made")


def _leave(decisions: Iterable[Decision]) -> None:
    """Exit 3 where a decision waits for information."""
    if any(one.rule.outcomes[one.outcome].role == "unknown" for one in decisions):
        raise click.exceptions.Exit(NEEDS_INFORMATION)


def marked(decided: Iterable[Decision], settings: Settings) -> list[Line | Row]:
    """That decisions were tried under readings that the plan does not follow."""
    said = dict.fromkeys(text.get(settings.lang) for one in decided for text in tried(one.edition))
    return [line(Span(one, "unknown")) for one in said]


def lacking(decision: Decision, settings: Settings) -> list[Line]:
    """The missing facts by their ids: the explanation speaks of titles, a case is written with ids."""
    ids = ", ".join(dict.fromkeys(one.fact for one in decision.missing if one.why == "not_given"))
    text = settings.pick("案例里还没有的字段：", "Fields that the case lacks: ") + ids
    return [line(Span(text, "dim"), indent=2)] if ids else []


# --- decide


@click.command()
@click.argument("decision")
@click.argument("case")
@click.option("--what-if", "supposed", multiple=True, metavar="DECISION.ITEM=VALUE",
              help="若改成这个数会怎样，可重复 / what a change would do; repeatable")  # fmt: skip
@reread
@common
def decide(
    settings: Settings, decision: str, case: str, supposed: tuple[str, ...], readings: Mapping[str, str]
) -> None:
    """判定一个或一批案例（YAML、JSON，- 为标准输入）/ decide a case, or a list of cases"""
    judge = Judge(settings, readings=readings)
    cases = judge.about(decision, cases_of(case))
    if supposed:
        _compared(settings, judge, decision, cases, supposed)
        return
    if len(cases) == 1:
        only = judge.decide(decision, cases[0])
        settings.tell(only.as_dict(), [*explanation(only, settings.lang, full=False), *lacking(only, settings)])
        _leave([only])
        return
    decided = _each(cases, settings, partial(judge.decide, decision))
    if settings.json:
        for one in decided:
            as_json(one.as_dict(), lines=True)
    else:
        show([row for one in decided for row in summary(one, settings)] + marked(decided, settings), settings.color)
    _leave(decided)


def _each(cases: Sequence[Case], settings: Settings, decide: Callable[[Case], Made]) -> list[Made]:
    """What is decided of each case; TextErrors with the faults of all that cannot be taken, the first so many."""
    decided, faults = list[Made](), list[Mapping[str, str]]()
    for one in watched(cases, settings):
        try:
            decided.append(decide(one))
        except TextErrors as error:
            faults += error.problems
            if len(faults) >= MOST_FAULTS:
                break
    if faults:
        raise TextErrors(faults[:MOST_FAULTS])
    return decided


def _compared(settings: Settings, judge: Judge, decision: str, cases: list[Case], supposed: tuple[str, ...]) -> None:
    """Outcomes side by side."""
    with supposing("--what-if", supposed):
        other = Judge(settings, [Supposition.read(one) for one in supposed], judge.readings)
        pairs = _each(cases, settings, lambda one: (judge.decide(decision, one), other.decide(decision, one)))
    if settings.json:
        for now, then in pairs:
            as_json({"supposed": list(supposed), "now": now.as_dict(), "then": then.as_dict(),
                     "changed": changed(now, then)}, lines=len(pairs) > 1)  # fmt: skip
        return
    heads = ("", settings.pick("现在", "now"), settings.pick("假设", "then"), "")
    block: list[Line | Row] = [
        line(Span(f"{settings.pick('假设', 'What if')} {', '.join(supposed)}", "title")),
        row(*(Span(one, "dim") for one in heads)),
        *(_pair(now, then, settings) for now, then in pairs),
    ]
    kinds = Counter(kind for now, then in pairs for kind in changed(now, then))
    block += marked((now for now, _ in pairs), settings)
    show([*block, line(Span(_counted(pairs, kinds, settings), "title" if kinds else "dim"))], settings.color)


def _counted(pairs: Sequence[tuple[Decision, Decision]], kinds: Counter[str], settings: Settings) -> str:
    """How many cases would change, and in which respects."""
    many = sum(bool(changed(now, then)) for now, then in pairs)
    each = settings.pick("，", ", ").join(
        settings.pick(f"{KINDS[kind].zh}变 {kinds[kind]} 个", f"{KINDS[kind].en} in {kinds[kind]}")
        for kind in KINDS if kinds[kind]
    )  # fmt: skip
    colon = settings.pick("：", ": ") if each else ""
    total = settings.pick(f"{len(pairs)} 个案例中 {many} 个会变", f"{many} of {len(pairs)} cases would change")
    return total + colon + each


def _pair(now: Decision, then: Decision, settings: Settings) -> Row:
    say = Wording(then.edition, settings.lang)
    outcomes = [one.rule.outcomes[one.outcome] for one in (now, then)]
    spans = [Span(say.text(one.title), TONES[one.role]) for one in outcomes]
    return row(now.subject_id or "-", *spans, Span(say.pick("；", "; ").join(turned(now, then, say)), "dim"))


def turned(now: Decision, then: Decision, say: Wording) -> list[str]:
    """Each verdict, value, place and conclusion rested on that becomes another; those of one title with their ids."""
    before, after = _stated(now, say), _stated(then, say)
    titles = {key: title for key, (title, _) in (before | after).items()}
    alike = Counter(titles.values())
    return [
        f"{title}{say.text(PATH).format('.'.join(filter(None, key[1:]))) if alike[title] > 1 else ''} "
        f"{before.get(key, NOTHING)[1]} → {after.get(key, NOTHING)[1]}"
        for key, title in titles.items()
        if before.get(key) != after.get(key)
    ]


Stated = tuple[str, str]  # title, value
NOTHING: Stated = ("", "-")


def _stated(decision: Decision, say: Wording) -> dict[tuple[str, ...], Stated]:
    """Title and value of every part of a decision, by its place in the decision."""
    stated: dict[tuple[str, ...], Stated] = {}
    for one in decision.findings:
        value = MARKS[one.verdict] if one.applies else "-"
        if one.role == "item":
            value = "?" if one.points is None else say.value(one.points, POINTS)
        stated[one.role, one.id] = (say.text(one.title), value)
    declared = decision.rule.body.outputs
    for row_id, outputs in (("", decision.outputs), *decision.measures):
        for name, (amount, type) in outputs.items():
            output = declared[name]
            stated["output", row_id, name] = (say.text(output.title), say.value(amount, type, output.choices))
    for placed in decision.ranking:
        place = "-" if placed.place is None else say.pick(f"第 {placed.place} 名", f"place {placed.place}")
        stated["place", placed.id] = (placed.id, place + (say.pick("，入选", ", chosen") if placed.chosen else ""))
    for name, basis in decision.chained.items():
        stated["rests on", name] = (say.text(basis.rule.title), say.text(basis.rule.outcomes[basis.outcome].title))
    return stated


# --- explain


@click.command()
@click.argument("decision")
@click.argument("case")
@levels
@reread
@common
def explain(settings: Settings, decision: str, case: str, depth: int, readings: Mapping[str, str]) -> None:
    """逐条说明一个判定，连同它所依据的判定 / the full reasoning, with the decisions it rests on"""
    judge = Judge(settings, readings=readings)
    decided = _each(judge.about(decision, cases_of(case)), settings, partial(judge.decide, decision))
    for number, one in enumerate(decided):
        if settings.json:
            as_json(whole(one, depth), lines=len(decided) > 1)
            continue
        show([line()] if number else [], settings.color)
        show(explanation(one, settings.lang, depth=depth), settings.color)
        show(lacking(one, settings), settings.color)
    _leave(decided)


# --- demo: the files of the example county name the decisions


@click.command()
@click.argument("folder", required=False)
@common
def demo(settings: Settings, folder: str | None) -> None:
    """判定随附的示例县 / judge the example county"""
    place = Path(folder) if folder else COUNTY
    cases = [case for file in sorted(place.glob("*.yaml")) for case in cases_of(str(file))]
    if not cases:
        raise Bad(f"{place} 里没有案例（*.yaml）。", f"There are no cases (*.yaml) in {place}.")
    judge = Judge(settings)
    decided = [one for made in _each(cases, settings, partial(_decided, judge)) for one in made]
    settings.tell([decision.as_dict() for decision in decided], _table(decided, settings))


def _decided(judge: Judge, case: Case) -> list[Decision]:
    if not case.decisions:
        raise Bad(f"{case.where}：没有写 decisions。", f"{case.where}: no `decisions` are given.")
    return [judge.decide(decision, case) for decision in case.decisions]


def _table(decided: list[Decision], settings: Settings) -> list[Line | Row]:
    """A row for each decision, under a heading for each kind of subject."""
    block: list[Line | Row] = []
    heading, who = "", ""
    for one in decided:
        subject = one.edition.subjects[one.rule.subject].title.get(settings.lang)
        if subject != heading:
            heading, who = subject, ""
            block += [*([line()] if block else []), line(Span(subject, "title"))]
        first, *more = summary(one, settings)
        name = first.cells[0] if one.subject_id != who else Span("")
        who = one.subject_id
        block += [row(name, *first.cells[1:], indent=2), *(row(*one.cells, indent=2) for one in more)]
    editions = sorted({one.edition.id for one in decided})
    days = sorted({one.on.isoformat() for one in decided})
    count = settings.pick(f"{len(decided)} 项判定", f"{len(decided)} decisions")
    return [*block, line(), line(Span(f"{count} · {', '.join(editions)} · {' / '.join(days)}", "dim"))]
