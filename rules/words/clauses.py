"""Traces every sentence of the plan to the rules that carry it out, or to the reason why none does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.model import Clause, Edition, items_of
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
        said = {one.path for answer in self.answers for one in answer.citations}
        lost = [one for one in self.citations if one.kind != "decision" and self.answers and not _under(one.path, said)]
        return "rule_of_no_sentence" if lost else ""


def _under(path: str, said: set[str]) -> bool:
    return path in said or path.partition(".")[0] in said


def trace(edition: Edition) -> tuple[Trace, ...]:
    """Every clause in the plan's order."""
    cited: dict[str, list[Citation]] = {}
    for clause, citation in _citations(edition):
        cited.setdefault(clause, []).append(citation)
    known = {one.path: one for one in _everything(edition)}
    return tuple(
        Trace(clause, own := tuple(cited.get(clause.id, ())), tuple(_answers(clause, own, known)))
        for clause in edition.clauses.values()
    )


def _answers(clause: Clause, own: tuple[Citation, ...], known: Mapping[str, Citation]) -> Iterator[Answer]:
    if clause.text and not clause.sentences:
        yield Answer(0, clause.text, own, None, clause.not_decided)
    for number, one in enumerate(clause.sentences, 1):
        found = tuple(known[path] for path in one.by if path in known)
        unknown = tuple(path for path in one.by if path not in known)
        yield Answer(number, one.text, found, one.partly, one.left_out, unknown)


def _everything(edition: Edition) -> Iterator[Citation]:
    """Whatever a sentence may name."""
    yield from (one for _, one in _citations(edition))
    for subject in edition.subjects.values():
        for fact in subject.facts.values():
            yield Citation("fact", f"{subject.name}.{fact.name}", fact.title.zh, fact.set_by)
    for reading in edition.readings.values():
        yield Citation("reading", f"readings.{reading.id}", reading.title.zh, "")


def _citations(edition: Edition) -> Iterator[tuple[str, Citation]]:
    for rule in edition.rules.values():
        yield rule.clause, Citation("decision", rule.id, rule.title.zh, "")
        for one in items_of(rule):
            yield one.clause, Citation("item", f"{rule.id}.{one.id}", one.title.zh, one.set_by)
    for assignment in edition.assignments.values():
        yield assignment.clause, Citation("decision", assignment.id, assignment.title.zh, "")
        for dimension in assignment.balance:
            path = f"{assignment.id}.{dimension.id}"
            yield dimension.clause, Citation("item", path, dimension.title.zh, dimension.set_by)
    for subject in edition.subjects.values():
        for fact in subject.facts.values():
            if fact.clause:
                yield fact.clause, Citation("fact", f"{subject.name}.{fact.name}", fact.title.zh, fact.set_by)


STATES = {
    "carried_out": "执行",
    "partly": "部分执行",
    "left_out": "不执行",
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
        "不执行的，写明原因。",
        "每条规则的含义见[规则手册](rulebook.md)。",
        "",
        "*Each sentence of the plan, the rules that carry it out, what of it is left, and else why no rule does.*",
        "",
        f"共 {len(traces)} 条、{len(answers)} 句：{counts['carried_out']} 句执行，{counts['partly']} 句部分执行，"
        f"{counts['left_out']} 句不执行{silent}。",
        "",
        *table(
            ("条款", "原文", "结果", "执行它的规则，或还缺什么、为什么不执行"),
            [(_place(clause, one), _quote(clause, one), STATES[one.state], _how(one)) for clause, one in answers],
        ),
        "",
    ]
    return "\n".join(lines)


def _place(clause: Clause, answer: Answer) -> str:
    return f"{clause.id} 第{answer.number}句" if answer.number else clause.id


def _quote(clause: Clause, answer: Answer) -> str:
    heading = f"**{cell(clause.heading)}** " if clause.heading and answer.number < 2 else ""
    return f"{heading}{cell(answer.text)}"


def _how(answer: Answer) -> str:
    said = [_cited(one) for one in answer.citations]
    said += [f"还缺：{cell(answer.partly.zh)}"] if answer.partly is not None else []
    return "<br>".join([*said, *([cell(answer.left_out.zh)] if answer.left_out is not None else [])])


def _cited(citation: Citation) -> str:
    lender = "（农信社设定）" if citation.set_by == "lender" else ""
    return f"{KINDS.get(citation.kind, '')}`{citation.path}` {cell(citation.title)}{lender}"
