"""Traces every sentence of the plan to the rules that carry it out, or to the reason why none does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.model import Assignment, Clause, Criterion, Dimension, Edition, Rule, ScoreItem, cites, items_of
from rules.values.markdown import cell, table
from rules.values.text import Text


@dataclass(frozen=True, slots=True)
class Citation:
    """What a clause or a sentence is answered by."""

    kind: str  # decision | item | fact | reading
    path: str
    title: str
    set_by: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A sentence of a clause and what became of it; a clause that lists no sentences is one."""

    number: int  # within its clause, from 1; 0 where the clause is one sentence
    text: str
    citations: tuple[Citation, ...]
    partly: Text | None
    left_out: Text | None
    unknown: tuple[str, ...] = ()  # what is named and is not there

    @property
    def state(self) -> str:
        """carried_out | partly | left_out | unanswered"""
        if self.citations:
            return "carried_out" if self.partly is None else "partly"
        return "unanswered" if self.left_out is None else "left_out"


@dataclass(frozen=True, slots=True)
class Trace:
    """A clause and what became of it."""

    clause: Clause
    citations: tuple[Citation, ...]
    answers: tuple[Answer, ...]  # none where the clause is only a heading

    @property
    def fault(self) -> str:
        """What is wrong: a sentence that nothing answers for, a reason beside a rule, a name of nothing, or a rule of
        the clause that stands under none of its sentences."""
        if any(one.unknown for one in self.answers):
            return "unknown_rule"
        if any(one.state == "unanswered" for one in self.answers):
            return "no_rule_and_no_reason"
        if any(one.citations and one.left_out is not None for one in self.answers):
            return "rule_in_spite_of_reason"
        named = {one.path for answer in self.answers for one in answer.citations}
        items = [one for one in self.citations if one.kind != "decision" and self.answers]
        lost = [one for one in items if not named & {one.path, one.path.partition(".")[0]}]
        return "rule_of_no_sentence" if lost else ""


def trace(edition: Edition) -> tuple[Trace, ...]:
    """Every clause in the plan's order."""
    cited: dict[str, list[Citation]] = {}
    known = {}
    for clause, citation in _citations(edition):
        cited.setdefault(clause, []).append(citation)
        known[citation.path] = citation
    return tuple(
        Trace(clause, own := tuple(cited.get(clause.id, ())), tuple(_answers(clause, own, known)))
        for clause in edition.clauses.values()
    )


def _answers(clause: Clause, own: tuple[Citation, ...], known: Mapping[str, Citation]) -> Iterator[Answer]:
    if clause.text and not clause.sentences:
        yield Answer(0, clause.text, own, None, clause.not_decided)
    for number, one in enumerate(clause.sentences, 1):
        citations = tuple(known[path] for path in one.by if path in known)
        unknown = tuple(path for path in one.by if path not in known)
        yield Answer(number, one.text, citations, one.partly, one.left_out, unknown)


def _citations(edition: Edition) -> Iterator[tuple[str, Citation]]:
    """Everything that a sentence may name, and the clause that it cites: "" where it cites none."""
    for rule in edition.rules.values():
        yield from _decided(rule, items_of(rule))
    for assignment in edition.assignments.values():
        yield from _decided(assignment, assignment.balance)
    for subject in edition.subjects.values():
        for fact in subject.facts.values():
            yield fact.clause, Citation("fact", f"{subject.name}.{fact.name}", fact.title.zh, fact.set_by)
    for reading in edition.readings.values():
        yield "", Citation("reading", f"readings.{reading.id}", reading.title.zh, "")


def _decided(
    one: Rule | Assignment, items: Sequence[Criterion | ScoreItem | Dimension]
) -> Iterator[tuple[str, Citation]]:
    """A decision and its items; a part of one that stands in another clause has the same answer for it."""
    whole = Citation("decision", one.id, one.title.zh, one.body.set_by if isinstance(one, Rule) else "")
    parts = {item.id: Citation("item", f"{one.id}.{item.id}", item.title.zh, item.set_by) for item in items}
    yield from dict.fromkeys((clause, parts.get(item, whole)) for item, clause in cites(one))


STATES = {
    "carried_out": "执行",
    "partly": "部分执行",
    "left_out": "不作判断",
    "unanswered": "**没有规则，也没有写明原因**",
}
KINDS = {"decision": "判定 ", "fact": "事实 ", "reading": "解读 "}


def page(edition: Edition) -> str:
    """docs/traceability.md."""
    traces = trace(edition)
    answers = [(one.clause, answer) for one in traces for answer in one.answers]
    counts = Counter(answer.state for _, answer in answers)
    silent = "" if not counts["unanswered"] else f"，{counts['unanswered']} 句没有着落"
    lines = [
        "<!-- Generated by `make docs`. Do not edit. -->",
        "# 条款与规则对照表",
        "",
        f"{edition.title.zh}，版本 `{edition.id}`。方案的每一句，由哪些规则执行；部分执行的，写明还缺什么；"
        "不作判断的（没有可核对的条件或数字，或已在别处判断），写明原因。",
        "每条规则的含义见[规则手册](rulebook.md)。",
        "",
        "*Each sentence of the plan, the rules for it, what of it is not carried out, and else why nothing is judged.*",
        "",
        f"共 {len(traces)} 条、{len(answers)} 句：{counts['carried_out']} 句执行，{counts['partly']} 句部分执行，"
        f"{counts['left_out']} 句不作判断{silent}。",
        "",
        *table(
            ("条款", "原文", "结果", "执行它的规则，或还缺什么、为什么不作判断"),
            [(*_quote(clause, one), STATES[one.state], _how(one)) for clause, one in answers],
        ),
        "",
    ]
    return "\n".join(lines)


def _quote(clause: Clause, answer: Answer) -> tuple[str, str]:
    """The place of a sentence in the plan, and its words."""
    place = f"{clause.id} 第{answer.number}句" if answer.number else clause.id
    heading = f"**{cell(clause.heading)}** " if clause.heading and answer.number < 2 else ""
    return place, f"{heading}{cell(answer.text)}"


def _how(answer: Answer) -> str:
    lines = [
        f"{KINDS.get(one.kind, '')}`{one.path}` {cell(one.title)}{'（农信社自定）' if one.set_by == 'lender' else ''}"
        for one in answer.citations
    ]
    lines += [f"还缺：{cell(answer.partly.zh)}"] if answer.partly is not None else []
    lines += [cell(answer.left_out.zh)] if answer.left_out is not None else []
    return "<br>".join(lines)
