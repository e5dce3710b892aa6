"""Turns the errors of a YAML parser into plain words, at the place where an author should look.

Parsers speak of tokens and report where they gave up, which is often a line or more after the slip. The
table below names the slips that people make; any other complaint is passed on in the parser's own words.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from rules.problems.meant import signed
from rules.problems.problem import Problems
from rules.values.text import Mark, shown

# NEL, LS and PS count as control characters: YAML takes them for line ends, editors do not.
_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_TAB = re.compile(r"^ *(\t)[ \t]*[^ \t\r\n]", re.MULTILINE)
MOST_ALIKE = 20  # of one kind of stray character: enough to see what happened
_LINE_END = re.compile(r"\r\n|\r|\n")
_CONFLICT = re.compile(r"^(?:[<>]{7}(?: |$)|={7}$)", re.MULTILINE)

# The lines that tell a slip which a parser takes for another: the codes it reports, the sign, our code, and the cure.
_TELLTALES = (
    (r".", r"^ *(\xa0)\s*(?:- |[^\s:]+:(?:\s|$))", "yaml.wide_blank", " "),
    (r".", r"^ *(\u3000)\s*(?:- |[^\s:]+:(?:\s|$))", "yaml.wide_blank", None),  # as wide as two: the indent is a guess
    (r"colon", r":([\u3000\xa0])", "yaml.wide_blank", " "),
    (r"colon", r"^ *(?:- +)*[^\s:#'\"\[{(（，。]+(：)", "yaml.fullwidth_colon", ": "),
    (r"bracket", r"[{,]\s*[^\s:,{}'\"]+(：)\s*[{\[]", "yaml.fullwidth_colon", ": "),
    (r"bracket", r"[:{,]\s*([｛［])", "yaml.fullwidth_bracket", None),
    (r"no_colon|indent", r"^[^\t:#]*[^\s:#](\t)", "yaml.pasted", None),
    (r"bracket|colon", r"[{,][^'\"]*?(，)\s*[A-Za-z_]\w*:\s", "yaml.fullwidth_comma", ", "),
)

# The parser's words (libyaml's or the pure one's) -> our code, and whether to point at the opening instead.
_SLIPS = (
    (r"could not find expected ':'", "yaml.no_colon", True),
    (r"mapping values are not allowed", "yaml.colon_in_text", False),
    (r"unexpected end of stream|unexpected document indicator", "yaml.unclosed_quote", True),
    (r"expected ',' or", "yaml.bracket", False),
    (r"node content", "yaml.stray", False),
    (r"expected key|expected '-'|<block end>|entries are not allowed", "yaml.indent", False),
    (r"cannot start any token", "yaml.special_start", False),
    (r"comment or line break|chomping|alphabetic or numeric", "yaml.special_start", True),
    (r"unknown escape|escape sequence|expected escape", "yaml.escape", False),
    (r"tag handle", "yaml.tag", True),
    (r"", "yaml.syntax", False),
)


def translate(error: Any, text: str, file: str, problems: Problems) -> None:
    """Report the error of a YAML parser (`MarkedYAMLError`, whose marks count from 0) as the slip it most likely is."""
    at = error.problem_mark or error.context_mark
    opening = error.context_mark or at  # of the bracket, quotation or block that the parser was in
    detail, lines = error.problem or "", [*_LINE_END.split(text), "", ""]
    code, at_opening = next((c, o) for pattern, c, o in _SLIPS if re.search(pattern, detail))
    for codes, sign, told, cure in _TELLTALES:
        for number in range(max(0, min(opening.line, at.line - 1)), at.line + 1 if re.search(codes, code) else 0):
            if match := re.search(sign, lines[number]):
                problems.add(Mark(file, number + 1, match.start(1) + 1), told, character=f"{ord(match[1]):04X}",
                             sign=match[1], mend=(match[1], cure) if cure else None)  # fmt: skip
                return
    beyond = not "".join((lines[at.line][at.column :], *lines[at.line + 1 :])).strip()
    if code == "yaml.indent" and lines[at.line][: at.column].rstrip().endswith(("'", '"', "]", "}")):
        code = "yaml.after_close"
    left = code == "yaml.bracket" and (beyond or _is_next(lines, opening.line, at.line))
    spot = opening if at_opening or left else at
    written = re.split(r"[,}\]#]", lines[spot.line][spot.column :])[0].rstrip()
    if code == "yaml.special_start" and (comparison := signed(written)):
        operator, limit = comparison
        meant = f"{operator}: {limit}" if ":" in written else f"{{{operator}: {limit}}}"
        problems.add(Mark(file, spot.line + 1, spot.column + 1), "shape.meant", text=written, meant=meant,
                     mend=(written, meant))  # fmt: skip
        return
    problems.add(
        Mark(file, spot.line + 1, spot.column + 1),
        code,
        line=opening.line + 1,
        character=lines[spot.line][spot.column : spot.column + 1],
        tag="!",
        detail=shown(detail, 120),
    )


def _is_next(lines: list[str], opened: int, line: int) -> bool:
    """Whether a line behind an opened bracket stands no deeper than the one that opens it: it belongs to no bracket."""
    first, later = (len(lines[number]) - len(lines[number].lstrip(" ")) for number in (opened, line))
    return line > opened and later <= first


def parseable(text: str, file: str, problems: Problems) -> bool:
    """Whether every character may stand where it stands; a parser would stop at the first that may not."""
    if conflict := _CONFLICT.search(text):
        problems.add(place(text, conflict.start(), file), "yaml.conflict")
        return False
    controls, tabs = (list(islice(p.finditer(text), MOST_ALIKE)) for p in (_CONTROL, _TAB))
    for match in controls:
        name = f"U+{ord(match[0]):04X}"
        problems.add(place(text, match.start(), file), "file.control_character", character=name)
    for match in tabs:
        problems.add(place(text, match.start(1), file), "yaml.tab")
    return not controls and not tabs


def wide_colon(scalar: Any, text: str, file: str, problems: Problems) -> bool:
    """Whether a key and the bracket after it are one text, for a full-width colon between them, which is reported."""
    match = None if scalar.style else re.match(r"[^\s：]+(：)[{\[]", scalar.value)
    mark = scalar.start_mark
    if match is None or _LINE_END.split(text)[mark.line][: mark.column].strip(" -"):
        return False
    at = Mark(file, mark.line + 1, mark.column + match.start(1) + 1)
    problems.add(at, "yaml.fullwidth_colon", mend=("：", ": "))
    return True


def wide_indent(scalar: Any, text: str, file: str, problems: Problems) -> bool:
    """Whether a key begins with blanks that are meant as its indent, which is reported."""
    if scalar.style or scalar.value[:1] not in ("\u3000", "\xa0"):
        return False
    mark = scalar.start_mark
    wide = not _LINE_END.split(text)[mark.line][: mark.column].strip()
    if wide:
        at = Mark(file, mark.line + 1, mark.column + 1)
        blanks = scalar.value[: -len(scalar.value.lstrip("\xa0"))]  # as wide as a space: the indent is clear
        mend = (blanks, " " * len(blanks)) if blanks else None
        problems.add(at, "yaml.wide_blank", character=f"{ord(scalar.value[0]):04X}", mend=mend)
    return wide


def place(text: str, index: int, file: str) -> Mark:
    """The line and column of a character, counting line ends as YAML and editors do."""
    lines = _LINE_END.split(text[:index])
    return Mark(file, len(lines), len(lines[-1]) + 1)
