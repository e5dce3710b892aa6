"""An edition under other readings than the plan's own: `NAME=OPTION` of readings.yaml, each with its `changes`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from rules.building.loader import Loaded, load_under
from rules.model import Edition
from rules.problems.problem import PolicyError
from rules.values.text import TextError, near

NAMING = {"title", "choices", "outcomes", "outputs"}  # keys whose titles others say


class NoSuchReading(TextError):
    """A reading or option that there is not, or one without changes; `path` is the name of the reading."""

    def __init__(self, zh: str, en: str, path: str = "") -> None:
        super().__init__(zh, en)
        self.path = path


def choices(texts: Iterable[str]) -> dict[str, str]:
    """`NAME=OPTION` of each text, by name."""
    wanted: dict[str, str] = {}
    for text in texts:
        name, equals, option = (part.strip() for part in text.partition("="))
        if not (name and equals and option):
            raise NoSuchReading(f"解读要写成“名称=选项”，不是 {text}。", f"A reading reads NAME=CHOICE, not {text}.")
        if wanted.setdefault(name, option) != option:
            raise NoSuchReading(f"解读 {name} 写了两个选项。", f"Two choices are given for the reading {name}.", name)
    return wanted


def otherwise(edition: Edition, wanted: Mapping[str, str]) -> dict[str, str]:
    """The wanted readings that differ from those an edition follows; NoSuchReading where one cannot be taken."""
    for name, option in wanted.items():
        reading = edition.readings.get(name)
        if reading is None:
            guess = near(name, tuple(edition.readings))
            hint = (f"（是不是 {guess}？）", f" (did you mean {guess}?)") if guess else ("", "")
            raise NoSuchReading(f"{edition.id} 没有解读 {name}{hint[0]}。",
                                f"{edition.id} has no reading {name}{hint[1]}.", name)  # fmt: skip
        if option not in reading.readings:
            known = ", ".join(reading.readings)
            raise NoSuchReading(f"解读 {name} 没有选项 {option}（有：{known}）。",
                                f"The reading {name} has no choice {option} (there are: {known}).", name)  # fmt: skip
        if option != reading.chosen and option not in reading.changes:
            raise NoSuchReading(
                f"解读 {name} 的选项 {option} 没有写 changes，不能试算。要试算，请在 readings.yaml 写上"
                f" {name}.changes.{option}。解读的说明：{reading.because.zh}",
                f"The choice {option} of the reading {name} has no `changes`, so it cannot be tried. "
                f"Write {name}.changes.{option} in readings.yaml to try it. "
                f"The note of the reading: {reading.because.en}", name,
            )  # fmt: skip
    return {name: option for name, option in wanted.items() if option != edition.readings[name].chosen}


def under(root: Path, edition: Edition, wanted: Mapping[str, str]) -> Edition:
    """The edition under other readings, which `Edition.under` lists; itself where they are all its own.

    NoSuchReading where one cannot be taken, PolicyError where two of them do not go together."""
    (made,) = each_under(root, edition, [{**edition.under, **otherwise(edition, wanted)}])
    return made


class Rereading:
    """An edition under one set of readings after another, as `under` gives it; its files are read once."""

    def __init__(self, root: Path, edition: Edition) -> None:
        self.edition, self.wanted = edition, dict[str, str]()
        folder = root / edition.plan / edition.effective_from.isoformat()
        self.made = map(_sound, load_under(folder, root, iter(self._next, None)))

    def _next(self) -> Mapping[str, str]:
        return self.wanted

    def under(self, wanted: Mapping[str, str]) -> Edition:
        """NoSuchReading, PolicyError as `under`."""
        self.wanted = {**self.edition.under, **otherwise(self.edition, wanted)}
        return next(self.made) if self.wanted else self.edition


def others(root: Path, edition: Edition) -> Callable[[str, str], Edition | None]:
    """Gives the edition under an option of a reading, and maybe under options of others, which change nothing that this
    one changes: a hundred options want a dozen editions. None where an option does not go together with the readings
    that the edition is under."""
    made, groups = Rereading(root, edition), _apart(edition)

    @cache
    def of(group: int) -> Edition | None:
        try:
            return made.under(groups[group])
        except PolicyError:
            return None

    @cache
    def alone(name: str, option: str) -> Edition | None:
        try:
            return made.under({name: option})
        except PolicyError:
            return None

    def under(name: str, option: str) -> Edition | None:
        group = next((at for at, one in enumerate(groups) if one.get(name) == option), None)
        return edition if group is None else of(group) or alone(name, option)

    return under


def _apart(edition: Edition) -> list[dict[str, str]]:
    """The options that can be tried, in groups: no two of a group belong to one reading, change one fact, or
    anything of one decision. One that calls something otherwise is alone, for what others change may speak of it."""
    alone, groups = list[dict[str, str]](), list[tuple[dict[str, str], set[str]]]()
    for name, option in alternatives(edition):
        changes = edition.readings[name].changes[option]
        if _renames(edition, changes):
            alone.append({name: option})
            continue
        touched = {path if path.partition(".")[0] in edition.subjects else path.partition(".")[0] for path in changes}
        group, held = next((one for one in groups if name not in one[0] and not touched & one[1]), ({}, set()))
        if not group:
            groups.append((group, held))
        group[name] = option
        held |= touched
    return [*alone, *(group for group, _ in groups)]


def _renames(edition: Edition, changes: Mapping[str, Any]) -> bool:
    """Whether changes call something otherwise that the edition has."""
    has = {f"{one.name}.{fact}" for one in edition.subjects.values() for fact in one.facts}
    decided = (path for path in changes if path.partition(".")[0] not in edition.subjects)
    return any(
        isinstance(changes[path], Mapping) and changes[path].keys() & NAMING
        for path in (*has & changes.keys(), *decided)
    )


def each_under(root: Path, edition: Edition, many: Iterable[Mapping[str, str]]) -> Iterator[Edition]:
    """The edition under each set of readings in turn; its files are read once."""
    folder = root / edition.plan / edition.effective_from.isoformat()
    if any(many := [*many]):
        yield from map(_sound, load_under(folder, root, many))
    else:
        yield from [edition] * len(many)


def alternatives(edition: Edition) -> list[tuple[str, str]]:
    """The readings and options that can be tried, in the order of the file."""
    return [(one.id, option) for one in edition.readings.values() for option in one.readings if option in one.changes
            and option != one.chosen]  # fmt: skip


def _sound(loaded: Loaded) -> Edition:
    if loaded.edition is None:
        raise PolicyError(loaded.problems)
    return loaded.edition
