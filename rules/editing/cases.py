"""Edits of the file of an edition's own test cases, in place as those of other files: one case is added, changed or
taken away, and no other line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules.building.loader import CASES
from rules.editing.acts import Act, Add, Remove, Set
from rules.editing.address import Address, Data, Refused
from rules.editing.edit import edit
from rules.editing.layout import Layout, layout_of
from rules.editing.render import block
from rules.editing.texts import SUFFIX, Texts, tree

FILE = CASES + SUFFIX
Files = Mapping[str, str]


def case_at(files: Files, number: int) -> Data:
    """The case of a number, from 0; Refused where there is none, or the file cannot be read."""
    cases = _cases(files)
    if not 0 <= number < len(cases):
        raise Refused(f"{FILE} 没有第 {number + 1} 个案例。", f"{FILE} has no case {number + 1}.", CASES)
    return cases[number]


def _cases(files: Files) -> Sequence[Data]:
    text = files.get(FILE, "")
    if _blank(text):
        return ()
    data = layout_of(CASES, text).data
    return data if not isinstance(data, str | Mapping) else (data,)


def _blank(text: str) -> bool:
    return all(not line.strip() or line.startswith("#") for line in text.removeprefix("\ufeff").splitlines())


def with_case(files: Files, case: Data) -> Files:
    """The files with a case behind the others. Refused where the file is written so that it cannot be edited."""
    text = files.get(FILE, "")
    if not _cases(files):
        eol = "\r\n" if "\r\n" in text else "\n"
        kept = text if _blank(text) else ""
        gap = eol if kept and not kept.endswith("\n") else ""
        return {**files, FILE: f"{kept}{gap}{block([case], 0, eol)}{eol}"}
    return _edited(_as_list(files), Add(Address(CASES), case))


def with_changed(files: Files, number: int, case: Data) -> Files:
    """The files with another text of a case: the lines that differ."""
    case_at(files, number)
    alone = tree(CASES, files[FILE]).is_map
    return _edited(files, Set(Address(CASES) if alone else Address(CASES, (number,)), case))


def without_case(files: Files, number: int) -> tuple[Files, tuple[str, ...]]:
    """The files without a case, and the lines that went; where it was the only one, without the file."""
    case_at(files, number)
    if len(_cases(files)) == 1:
        return {name: text for name, text in files.items() if name != FILE}, tuple(files[FILE].splitlines())
    done = edit(Texts({FILE: files[FILE]}), [Remove(Address(CASES, (number,)))])
    return {**files, **done.files}, done.removed


def _edited(files: Files, act: Act) -> Files:
    return {**files, **edit(Texts({FILE: files[FILE]}), [act]).files}


def _as_list(files: Files) -> Files:
    """The files with a list of cases where there was one without a list: its lines two further in."""
    text = files[FILE]
    if not tree(CASES, text).is_map:
        return files
    layout = layout_of(CASES, text)
    made = {**files, FILE: layout.bom + _indented(layout)}
    if [*_cases(made)] != [*_cases(files)]:
        unsure = f"{FILE} is written so that nothing can be added to it: edit the text."
        raise Refused(f"{FILE} 这样写着，不能增加，请直接改文本。", unsure, CASES)
    return made


def _indented(layout: Layout) -> str:
    start = layout.line_start(layout.tree.start)
    first, *rest = layout.text[start:].splitlines(keepends=True)
    return layout.text[:start] + "- " + first + "".join("  " + line if line.strip() else line for line in rest)


def merged_into(case: Data, path: Sequence[str], value: Data | None) -> Data:
    """A case with another value at a path below its facts, or (None) without one. What else it says stays."""
    assert isinstance(case, Mapping)
    step, *below = path
    if below:
        inner = case.get(step, {})
        made = merged_into(inner if isinstance(inner, Mapping) else {}, below, value)
        kept: Data | None = made if made or step in case else None
    else:
        kept = value
    if kept is None:
        return {key: one for key, one in case.items() if key != step}
    return {**case, step: kept}
