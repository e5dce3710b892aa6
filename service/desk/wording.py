"""Problems of policy files as forms call things: no key of a file, and names of the plan by their titles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.editing.address import Refused
from rules.editing.outline import outline
from rules.editing.texts import SUFFIX
from rules.format.labels import in_forms
from rules.problems.problem import Problem
from rules.values.text import Text
from service.desk.forms import own_of, texts_of
from service.publishing.checking import about

Place = tuple[str, str]  # an edition, and the name of a file without ending


@dataclass(frozen=True, slots=True)
class Words:
    """The words for the problems of editions whose files these are, by path; without them no name has a title."""

    files: Mapping[str, str] = field(default_factory=dict)
    _named: dict[Place, Mapping[str, Text]] = field(default_factory=dict)

    @classmethod
    def over(cls, edition: str, own: Mapping[str, str], published: Mapping[str, str]) -> Words:
        """The words where an edition has files of its own, by name, among published ones, by path."""
        others = {path: text for path, text in published.items() if not path.startswith(f"{edition}/")}
        return cls(others | {f"{edition}/{name}": text for name, text in own.items()})

    def of(self, problem: Problem) -> Text:
        name = problem.mark.file.rpartition("/")[2]
        place = about(problem), name.removesuffix(SUFFIX)
        if place not in self._named:
            self._named[place] = self._titles(*place)
        return in_forms(problem, self._named[place])

    def at_its_line(self, problem: Problem) -> Text:
        """The same, with the file and the line before it."""
        said, place = self.of(problem), f"{problem.mark.file.rpartition('/')[2]}:{problem.mark.line}"
        return Text(f"{place} {said.zh}", f"{place} {said.en}")

    def _titles(self, edition: str, file: str) -> Mapping[str, Text]:
        """What an edition calls the things of a file, in which it may extend that of another."""
        texts = texts_of(own_of(edition, self.files), self.files)
        if file not in texts.files:
            return {}
        try:
            places = [*outline(texts, file).walk()]
        except Refused:
            return {}
        return {str(one.address.steps[-1]): one.title for one in reversed(places)
                if one.address.steps and one.kind in ("record", "map")}  # fmt: skip
