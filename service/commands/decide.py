"""`village-credit decide` and `explain`."""

from __future__ import annotations

from collections.abc import Iterable

import click

from rules import Decision, PolicyError
from rules.cases.files import Case
from rules.model import Table
from rules.values.layout import Line, Row, Span, line, row
from rules.variants.whatif import NoSuchFigure, Supposition
from rules.words.explain import TONES, explanation, whole
from rules.words.findings import MARKS
from rules.words.wording import Wording
from service.commands.common import NEEDS_INFORMATION, Bad, Settings, Unfit, common, located
from service.commands.judge import Judge, cases_of, watched
from service.commands.screen import as_json, show
from service.commands.summary import summary


def _leave(decisions: Iterable[Decision]) -> None:
    """Exit 3 where a decision waits for information."""
    if any(one.rule.outcomes[one.outcome].role == "unknown" for one in decisions):
        raise click.exceptions.Exit(NEEDS_INFORMATION)


# --- decide


@click.command()
@click.argument("decision")
@click.argument("case")
@click.option("--what-if", "supposed", multiple=True, metavar="DECISION.ITEM=VALUE",
              help="若改成这个数会怎样，可重复 / what a change would do; repeatable")  # fmt: skip
@common
def decide(settings: Settings, decision: str, case: str, supposed: tuple[str, ...]) -> None:
    """判定一个或一批案例（YAML、JSON，- 为标准输入）/ decide a case, or a list of cases"""
    cases = cases_of(case)
    judge = Judge(settings)
    if supposed:
        _compared(settings, judge, decision, cases, supposed)
        return
    if len(cases) == 1:
        found = judge.decide(decision, cases[0])
        if settings.json:
            as_json(found.as_dict())
        else:
            show(explanation(found, settings.lang, full=False), settings.color)
        _leave([found])
        return
    decided = [judge.decide(decision, one) for one in watched(cases, settings)]
    if settings.json:
        for one in decided:
            as_json(one.as_dict(), lines=True)
    else:
        show([told for one in decided for told in summary(one, settings)], settings.color)
    _leave(decided)


def _compared(settings: Settings, judge: Judge, decision: str, cases: list[Case], supposed: tuple[str, ...]) -> None:
    """Text outcomes side by side."""
    try:
        other = Judge(settings, [Supposition.read(one) for one in supposed])
        pairs = [(judge.decide(decision, one), other.decide(decision, one)) for one in watched(cases, settings)]
    except NoSuchFigure as error:
        raise Bad(error.zh, error.en) from None
    except PolicyError as error:
        raise Unfit([located(one, settings.policies) for one in error.problems]) from None
    if settings.json:
        for now, then in pairs:
            as_json({"supposed": list(supposed), "now": now.as_dict(), "then": then.as_dict()}, lines=len(pairs) > 1)
        return
    block: list[Line | Row] = [line(Span(f"{settings.pick('假设', 'What if')} {', '.join(supposed)}", "title"))]
    block.append(
        row(*(Span(one, "dim") for one in ("", settings.pick("现在", "now"), settings.pick("假设", "then"), "")))
    )
    block += [_pair(now, then, settings) for now, then in pairs]
    changed = sum(now.outcome != then.outcome for now, then in pairs)
    many = settings.pick(f"{len(pairs)} 个中 {changed} 个结论会变", f"{changed} of {len(pairs)} outcomes would change")
    show([*block, line(Span(many, "title" if changed else "dim"))], settings.color)


def _pair(now: Decision, then: Decision, settings: Settings) -> Row:
    say = Wording(then.edition, settings.lang)
    outcomes = [one.rule.outcomes[one.outcome] for one in (now, then)]
    spans = [Span(say.text(one.title), TONES[one.role]) for one in outcomes]
    return row(now.subject_id or "-", *spans, Span(say.pick("；", "; ").join(turned(now, then, say)), "dim"))


def turned(now: Decision, then: Decision, say: Wording) -> list[str]:
    """The criteria whose verdict turns, and the values granted that become others."""
    verdicts = {(one.role, one.id): one.verdict for one in now.findings}
    found = [
        f"{say.text(one.title)} {MARKS[verdicts[one.role, one.id]]} → {MARKS[one.verdict]}"
        for one in then.findings
        if verdicts[one.role, one.id] is not one.verdict
    ]
    before, after = granted(now, say), granted(then, say)
    return found + [
        f"{title} {before.get(title, '-')} → {after.get(title, '-')}"
        for title in dict.fromkeys((*before, *after))
        if before.get(title) != after.get(title)
    ]


def granted(decision: Decision, say: Wording) -> dict[str, str]:
    """What a decision gives, by title."""
    body = decision.rule.body
    declared = body.outputs if isinstance(body, Table) else {}
    given = [*decision.outputs.items(), *(one for _, outputs in decision.measures for one in outputs.items())]
    return {
        say.text(declared[name].title): say.value(value, type, declared[name].choices)
        for name, (value, type) in given
        if name in declared
    }


# --- explain


@click.command()
@click.argument("decision")
@click.argument("case")
@common
def explain(settings: Settings, decision: str, case: str) -> None:
    """逐条说明一个判定，连同它所依据的判定 / the full reasoning, with the decisions it rests on"""
    judge = Judge(settings)
    decided = [judge.decide(decision, one) for one in cases_of(case)]
    for number, one in enumerate(decided):
        if settings.json:
            as_json(whole(one), lines=len(decided) > 1)
            continue
        show([line()] if number else [], settings.color)
        show(explanation(one, settings.lang), settings.color)
    _leave(decided)
