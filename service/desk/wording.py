"""Problems of a draft as its forms call things: no key of a file, and names of the plan by their titles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.editing.address import Refused
from rules.editing.outline import outline
from rules.editing.texts import SUFFIX, Texts
from rules.format.labels import in_forms
from rules.problems.problem import Problem
from rules.values.text import Text
from service.desk.forms import above_of


@dataclass(frozen=True, slots=True)
class Words:
    """The words for the problems of an edition; without its texts no name has a title."""

    editions: frozenset[str] = frozenset()  # the edition, and those that it extends: what it inherits is marked there
    texts: Texts = field(default_factory=lambda: Texts({}))
    _named: dict[str, Mapping[str, Text]] = field(default_factory=dict)

    @classmethod
    def over(cls, edition: str, own: Mapping[str, str], published: Mapping[str, str]) -> Words:
        """The words of an edition with files of its own, by name, among published ones, by path."""
        above = above_of(own, published)
        return cls(frozenset({edition, *above}), Texts(own, tuple(above.values())))

    def of(self, problem: Problem) -> Text:
        folder, _, name = problem.mark.file.rpartition("/")
        return in_forms(problem, self._names(name.removesuffix(SUFFIX)) if folder in self.editions else {})

    def at_its_line(self, problem: Problem) -> Text:
        """The same, with the file and the line before it."""
        said, place = self.of(problem), f"{problem.mark.file.rpartition('/')[2]}:{problem.mark.line}"
        return Text(f"{place} {said.zh}", f"{place} {said.en}")

    def _names(self, file: str) -> Mapping[str, Text]:
        if file not in self._named:
            self._named[file] = self._titles(file)
        return self._named[file]

    def _titles(self, file: str) -> Mapping[str, Text]:
        if file not in self.texts.files:
            return {}
        try:
            places = [*outline(self.texts, file).walk()]
        except Refused:
            return {}
        return {str(one.address.steps[-1]): one.title for one in reversed(places)
                if one.address.steps and one.kind in ("record", "map")}  # fmt: skip
