"""Builds the assignments of an edition from their files."""

from __future__ import annotations

from rules.building.decisions import RuleBuilder
from rules.building.facts import text_of, title, words
from rules.files.source import Node
from rules.model import Assignment, Dimension, Ref
from rules.operations.operation import Place
from rules.values.exact import RATE, Type, Value
from rules.values.kinds import said

ADDED = ("count", "amount", "points")  # what can be added up: two rates make no rate


def is_assignment(node: Node) -> bool:
    return text_of(node.get("kind")) == "assignment"


class AssignmentBuilder(RuleBuilder):
    """Builds one assignment."""

    def assignment(self) -> Assignment | None:
        subjects, bearer = tuple(self.resolver.names.within), self.node.entries["bearer"]
        strange = [at for at in (self.node.entries["subject"], bearer) if at.text not in subjects]
        for at in strange:
            self.unknown(at, subjects, "subject.unknown")
        if strange:
            return None
        self._check_roles()
        clause = self.clause(self.node, "")
        balance = [self._dimension(at, clause) for at in self.node.entries["balance"].items]
        keep = self.node.get("keep")
        return Assignment(
            self.id, self.subject, bearer.text, title(self.node), clause, self.outcomes, self.node.mark,
            tuple(one for one in balance if one is not None),
            self._of_bearer("share", bearer.text, RATE), self._of_bearer("most", bearer.text, self._number_of()),
            None if keep is None else self._part(keep.entries["at_least"]),
            text_of(keep and keep.get("set_by")) or "plan",
        )  # fmt: skip

    def _number_of(self) -> Type:
        """The type of a number of records: a count of their subject."""
        return Type("count", self.subject)

    def _of_bearer(self, key: str, bearer: str, wanted: Type) -> Ref | None:
        """A fact of the bearer."""
        at = self.node.get(key)
        found = None if at is None else self.resolver.expression(at, Place(bearer), wanted)
        return found if isinstance(found, Ref) else None

    def _dimension(self, node: Node, clause: str) -> Dimension | None:
        meta, at = self.meta(node, clause), node.entries["measure"]
        measure, tolerance = self.resolver.expression(at, self.place), self._part(node.entries["tolerance"])
        if measure is None:
            return None
        if measure.type.kind not in ADDED:
            self.problems.add(at, "assignment.measure", found=said(measure.type))
        return Dimension(
            title=self.title(node, measure), measure=measure, weight=int(node.entries["weight"].text),
            tolerance=tolerance, reading=text_of(node.get("reading")), note=words(node.get("note")), **meta,
        )  # fmt: skip

    def _part(self, node: Node) -> Value:
        """A part of a whole: a percentage from none to all of it."""
        found = self.resolver.literal(node, RATE)
        if found is not None and not 0 <= found.value <= 1:
            self.problems.add(node, "assignment.part", text=node.text)
        return None if found is None else found.value
