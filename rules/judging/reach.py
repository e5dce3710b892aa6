"""The facts that a condition rests on in the record at hand, and where beyond it people could change something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.model import Condition, Const, Edition, Expr, Fact, Op, Ref, Rule, children, parts_of
from rules.model.needs import needed
from rules.model.uses import behind, refs
from rules.operations import OPERATIONS


@dataclass(slots=True)
class Reach:
    """The facts of the record at hand that some conditions read, and the places beyond it that have levers of their
    own: lists, records around, and decisions, by id."""

    edition: Edition
    subject: str
    record: Mapping[str, Any]
    facts: dict[str, Fact] = field(default_factory=dict)
    followed: dict[str, Rule] = field(default_factory=dict)
    literals: list[Const] = field(default_factory=list)
    beyond: dict[str, None] = field(default_factory=dict)

    def read(self, part: Condition | Expr, *, under_lever: bool = False) -> None:
        if isinstance(part, Const):
            self.literals.append(part)
        elif isinstance(part, Ref) and part.scope in ("", self.subject):
            self._own(part, under_lever)
        elif isinstance(part, Ref):
            self._beyond(part, part.scope)
        if isinstance(part, Op) and part.each is not None and OPERATIONS[part.name].own:
            self.read(part.each, under_lever=under_lever)
        for child, inside in children(part):
            if not inside:
                self.read(child, under_lever=under_lever)
                continue
            for subject, ref in refs(child, inside, self.subject):
                if ref.scope == "own":
                    self._own(ref, under_lever)
                elif not under_lever:
                    self._beyond(ref, subject)

    def _own(self, ref: Ref, under_lever: bool) -> None:
        if ref.what == "fact" and ref.name not in self.facts:
            fact = self.facts[ref.name] = self.edition.subjects[self.subject].facts[ref.name]
            if fact.formula is not None:
                self.read(fact.formula, under_lever=under_lever or bool(fact.lever))
        elif ref.what in ("outcome", "output", "total") and ref.name not in self.followed:
            rule = self.edition.rules[ref.name]
            if ref.name in self.record and not ref.output:
                self._beyond(ref, self.subject)
                return
            self.followed[ref.name] = rule
            for part in parts_of(rule):
                if part.subject == self.subject:
                    self.read(part.what, under_lever=under_lever)
                else:
                    for subject, one in refs(part.what, part.subject, self.subject):
                        self._beyond(one, subject)

    def _beyond(self, ref: Ref, subject: str) -> None:
        rule = self.edition.rules[ref.name] if ref.what in ("outcome", "output") else None
        read = behind(self.edition, [(subject, ref)]) if rule is None else needed(self.edition, rule)
        if any(fact.lever for fact in read.values()):
            self.beyond[subject if rule is None else ref.name] = None
