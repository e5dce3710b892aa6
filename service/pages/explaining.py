"""A decision as the parts of a page that the person concerned can read and print.

The words are those of rules.words.explain, put in order: findings of one clause stand together, before the words
of the clause. `Page` holds nothing but text, so that a template has no questions to ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from rules.judging.decision import Decision
from rules.model import Checklist, Clause, Table
from rules.model.needs import needed
from rules.values.layout import Line, Row, Span
from rules.values.text import Lang, Text
from rules.words.explain import TONES, Explainer
from rules.words.findings import HIT, MARKS, PASSED
from rules.words.wording import Wording

WORDS: Mapping[str, tuple[str, str]] = {
    MARKS[True]: ("符合", "met"),
    MARKS[False]: ("不符合", "not met"),
    MARKS[None]: ("无法判断", "cannot tell"),
    HIT: ("适用", "applies"),
    PASSED: ("不适用", "does not apply"),
}
WHOLE_ROW = 5  # cells: mark, title, value seen, what was wanted, clause; rows below a finding have fewer

Cells = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A finding: its mark and the mark's word, what was seen, what was wanted, and the comparisons inside it."""

    mark: Span
    word: str
    title: str
    seen: Span
    wanted: Span
    source: str
    parts: tuple[Cells, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """Findings (of a ranking none) that rest on one clause, and its words where the page has not quoted them yet."""

    group: str
    findings: tuple[Seen, ...]
    clause: Clause
    quote: str


@dataclass(frozen=True, slots=True)
class Page:
    """One decision; `rests_on` has those it follows from, each told once."""

    title: str
    clause: str
    subject: str
    subject_id: str
    on: str
    outcome: Span
    tally: str
    passages: tuple[Passage, ...]
    outputs: tuple[Cells, ...]
    ranking: tuple[Cells, ...]
    missing: tuple[Cells, ...]
    far: tuple[Cells, ...]
    given: tuple[tuple[str, str], ...]
    rests_on: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What stands on the page already."""

    decisions: set[str]
    clauses: set[str]


def page_of(decision: Decision, lang: Lang) -> Page:
    return _page(decision, lang, Told({decision.rule.id}, set()))


def _page(decision: Decision, lang: Lang, told: Told) -> Page:
    explainer, say = Explainer(decision, lang, full=False, told=set()), Wording(decision.edition, lang)
    rule, edition = decision.rule, decision.edition
    outcome = rule.outcomes[decision.outcome]
    passages = tuple(_passages(decision, explainer.findings(), say, told.clauses))
    below = []
    for one in decision.chained.values():
        if one.rule.id not in told.decisions:
            told.decisions.add(one.rule.id)
            below.append(_page(one, lang, told))
    return Page(
        title=say.text(rule.title),
        clause=rule.clause,
        subject=say.text(edition.subjects[rule.subject].title),
        subject_id=decision.subject_id,
        on=decision.on.isoformat(),
        outcome=Span(say.text(outcome.title), TONES[outcome.role]),
        tally=_tally(decision, say),
        passages=passages,
        outputs=_cells(explainer.outputs()),
        ranking=_cells(explainer.ranking()),
        missing=tuple((mark, title, why) for mark, title, _, why in _cells(explainer.missing())),
        far=_cells(explainer.far()),
        given=tuple(_given(decision, say)),
        rests_on=tuple(below),
    )


def _cells(rows: Iterator[Row]) -> tuple[Cells, ...]:
    return tuple(row.cells for row in rows)


def _tally(decision: Decision, say: Wording) -> str:
    """How many of the criteria are met: of a checklist, where every one counts."""
    if not isinstance(decision.rule.body, Checklist):
        return ""
    verdicts = [finding.verdict for finding in decision.findings if finding.applies]
    counts = [(MARKS[verdict], verdicts.count(verdict)) for verdict in (True, False, None)]
    counted = [say.pick(f"{WORDS[mark][0]} {count} 项", f"{count} {WORDS[mark][1]}") for mark, count in counts if count]
    return say.pick(f"共 {len(verdicts)} 项：{'，'.join(counted)}", f"Of {len(verdicts)}: {', '.join(counted)}")


# --- findings


def _passages(decision: Decision, block: Iterator[Row | Line], say: Wording, quoted: set[str]) -> Iterator[Passage]:
    found = list(_findings(decision, block, say))
    if not found:  # a ranking has no findings of its own; its clause says how it is made
        cited = decision.edition.clauses.get(decision.rule.clause)
        if cited is not None:
            yield Passage("", (), cited, cited.text)
    for (group, clause), run in groupby(found, key=lambda one: one[:2]):
        cited = decision.edition.clauses[clause]
        quote = "" if clause in quoted else cited.text
        quoted.add(clause)
        yield Passage(group, tuple(seen for _, _, seen in run), cited, quote)


def _findings(decision: Decision, block: Iterator[Row | Line], say: Wording) -> Iterator[tuple[str, str, Seen]]:
    """Each finding with its group and clause. The block has a whole row for each, in the decision's own order."""
    body = decision.rule.body
    clauses = [finding.clause for finding in decision.findings]
    groups = [_group(finding.item.group, finding.item.group_title, say) for finding in decision.findings]
    if isinstance(body, Table):
        clauses, groups = [*clauses, body.otherwise.clause], [*groups, ""]
    rows = [one for one in block if isinstance(one, Row)]
    starts = [at for at, one in enumerate(rows) if len(one.cells) == WHOLE_ROW]
    shown = [rows[start:end] for start, end in zip(starts, [*starts, len(rows)][1:], strict=True)]
    for number, (first, *more) in enumerate(shown):
        mark, title, seen, wanted, source = first.cells
        word = say.pick(*WORDS[mark.text]) if mark.text else ""
        parts = tuple((Span(one.cells[1].text.strip()), *one.cells[2:]) for one in more)
        yield groups[number], clauses[number], Seen(mark, word, title.text, seen, wanted, source.text, parts)


def _group(name: str, title: Text | None, say: Wording) -> str:
    return say.text(title) if title else name


# --- what it was decided from


def _given(decision: Decision, say: Wording) -> Iterator[tuple[str, str]]:
    """The facts that came with the case, as far as the decision has a use for them."""
    edition, wanted = decision.edition, needed(decision.edition, decision.rule)
    kinds = {subject for subject, _ in wanted}
    level, record, above = decision.rule.subject, decision.facts, ""
    while level:
        subject = edition.subjects[level]
        for fact in subject.facts.values():
            value = record.get(fact.name)
            if value is not None and (fact.type.of in kinds or (level, fact.name) in wanted):
                yield above + say.text(fact.title), say.value(value, fact.type, fact.choices)
        level = subject.within
        record = decision.facts.get(level) or {}
        above = f"{say.text(edition.subjects[level].title)} · " if level else ""
