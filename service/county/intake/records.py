"""Tells the records of a sheet from its other rows: totals, notes, marks under the heading, members of a record."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from service.county.intake.grids import Cell, Row, filled
from service.county.intake.headings import Heading
from service.county.intake.texts import squashed

ORDINALS = frozenset("甲 乙 丙 丁 戊 己 庚 辛 栏次 列次 序号".split())
_SUMS = "小计|合计|总计|共计|累计|总数|汇总|计数|承前页|过次页|subtotal|total|grandtotal"
_TOTAL = re.compile(rf".{{0,20}}?({_SUMS})[::]?")
_ROWS = "记录数|条数|笔数|行数"
_TOTAL_ID = re.compile(  # with whose, or how many
    rf"(.{{0,20}}?({_SUMS})[数额]?|[∑Σσ])[::]?(\(.*\)|[0-9][0-9,]*([^0-9].*)?)?"
)
_COUNTED = re.compile(rf"(.{{0,20}}?(?:{_SUMS}|{_ROWS}|共))?[::]?\(?([0-9][0-9,]*)(?![0-9,页])")
_PARTIAL = re.compile(r".{0,20}?(平均|均值|人均|户均|其中|average)[数值额]?[::]?(\(.*\))?")
_REMARK = re.compile(
    r"\*?(注|备注|说明|附注)([::0-9一二三、.]|$)|(填表|制表|填报|编制|审核|复核|经办|负责|联系|打印|报送|单位|日期)\D*[::]"
    r"|\(?[一二三四五六七八九十]+[)、.]|[0-9]{1,2}[、.](?=[^0-9])|续表|接上页|第[0-9]+页|共[0-9]+页|以下空白|(end|eof)$|[-—=*]*完?[-—=*]*$"
)
_ROWS_ENDS = tuple(_ROWS.split("|"))
FEWEST = 3  # numbers that number columns: 1, 2 may be a record and the one above


@dataclass(slots=True)
class Kinds:
    """The rows of a sheet that are no records, by their kind; totals with their cells. `headings` are those of other
    columns than the records above them have."""

    totals: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)
    headings: list[Row] = field(default_factory=list)


def records(
    rows: Iterable[Row], heading: Heading, id: int | None, above: int | None, kinds: Kinds, words: Container[str]
) -> Iterator[Row]:
    """The records below a heading, where `words` head columns; the other rows go to `kinds`. A row without an id is a
    record only where it stands among records and is filled like one: what no record can be is never dropped as a
    note."""
    facts = [one.place for one in heading.columns if one.place not in (id, above)]
    heads, titles = {one.place: squashed(one.heading) for one in heading.columns}, set[str]()
    lines = set[tuple[str, ...]]()
    waiting: list[Row] = []  # rows without an id: notes, unless a record follows and they are filled like one
    begun = False
    for number, cells in rows:
        if number <= heading.last:
            titles |= {squashed(one) for one in cells if isinstance(one, str)}
            lines.add(_line(cells))
        elif not filled(cells):
            continue
        elif _heads(cells, heads, words) and _line(cells) not in lines:
            kinds.headings.append((number, cells))
            break  # what stands below it is not told
        elif _repeats(cells, heads) or _remarks(cells, id, above, facts, titles):
            kinds.notes.append((number, cells))
        elif is_total(cells, id, above):
            kinds.totals.append((number, cells))
        elif id is None:
            if not facts or _count(cells, facts):
                yield number, cells
            else:
                kinds.notes.append((number, cells))
        elif not begun and _is_numbering(cells, len(heads)):
            kinds.notes.append((number, cells))
        elif not _at(cells, id):
            waiting.append((number, cells))
        else:
            yield from _told(waiting, facts, above, kinds, begun=begun)
            waiting, begun = [], True
            yield number, cells
    yield from _told(waiting, facts, above, kinds, begun=begun)


def _told(
    waiting: Sequence[Row], facts: Sequence[int], above: int | None, kinds: Kinds, *, begun: bool
) -> Iterator[Row]:
    """The rows without an id that are records all the same: filled at least by half, and with a record above them."""
    for number, cells in waiting:
        placed = above is not None and bool(_at(cells, above))
        count = _count(cells, facts)
        like = count * 2 >= len(facts) and (begun or any(map(_has_digit, cells)))
        signed = all(":" in squashed(str(one)) for one in cells if filled([one]))  # 制表人：…
        if not signed and (like or (placed and count > 0)):
            yield number, cells
        else:
            kinds.notes.append((number, cells))


def _has_digit(cell: Cell) -> bool:
    return any(letter.isdigit() for letter in str(cell))


def is_total(cells: Sequence[Cell], id: int | None, above: int | None = None) -> bool:
    """Whether a row adds up others: its id or where it belongs says so, or it has no id and a cell says so."""
    if above is not None and total_word(_at(cells, above)):
        return True  # beside it, in the column of ids, how many there are
    if id is not None and (own := _at(cells, id)):
        return _may_be_word(own) and (_TOTAL_ID.fullmatch(own) is not None or _counts(own))
    return any(isinstance(one, str) and (total_word(one) or _counts(squashed(one))) for one in cells)


def _may_be_word(id: str) -> bool:
    """Whether an id may be a word: most are told at sight."""
    return not id.isascii() or "total" in id or "average" in id


def _counts(text: str) -> bool:
    """Whether a text says how many there are in all: 共12户, 总记录数:12."""
    match = _COUNTED.match(text)
    return match is not None and bool(match[1])


def total_word(text: str) -> bool:
    """Whether a cell says that its row adds up others."""
    return _TOTAL.fullmatch(squashed(text)) is not None


def _repeats(cells: Sequence[Cell], heads: Mapping[int, str]) -> bool:
    """Whether a row is the heading once more, as at the top of a printed page."""
    return len(heads) > 1 and all(_at(cells, place) in (head, head.rpartition("/")[2]) for place, head in heads.items())


def _line(cells: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(squashed(str(one)) for one in cells)


def _heads(cells: Sequence[Cell], heads: Mapping[int, str], words: Container[str]) -> bool:
    """Whether a row is the heading of another table: words of columns stand where these do not."""
    first = min(heads, default=0)
    if _at(cells, first) not in words:
        return False
    said = [squashed(one) for one in cells if isinstance(one, str) and filled([one])]
    known = sum(one in words for one in said)
    return known >= FEWEST and known * 2 >= len(said) and not _repeats(cells, heads)


def counted(cells: Sequence[Cell], places: Sequence[int | None], title: str) -> int | None:
    """The number of records that a total states in words (合计：120户), in the cell of the sum or in some places; None
    where it states none. `title` is that of a record, which its last letter may stand for."""
    for place, one in enumerate(cells):
        text = squashed(one) if isinstance(one, str) else ""
        match = _COUNTED.match(text)
        if match is not None and (match[1] or place in places):
            units = (title, title[-1], *"条笔行")
            if text[match.end() :].removeprefix("个").startswith(units) or (match[1] or "").endswith(_ROWS_ENDS):
                return int(match[2].replace(",", ""))
    return None


def _remarks(
    cells: Sequence[Cell], id: int | None, above: int | None, facts: Sequence[int], titles: Container[str]
) -> bool:
    """Whether the id of a row is a remark or a title instead: it belongs nowhere, and is not filled like a record."""
    if id is None or not (own := _at(cells, id)):
        return False
    if _may_be_word(own) and _PARTIAL.fullmatch(own):
        return True
    if (above is not None and _at(cells, above) not in ("", own)) or _count(cells, facts) * 2 > len(facts):
        return False
    return _REMARK.match(own) is not None or own in titles


def _is_numbering(cells: Sequence[Cell], columns: int) -> bool:
    """Whether a row numbers the columns: 1, 2, 3 ..., perhaps after some letters."""
    words = [squashed(str(one)).removesuffix(".0").strip("()") for one in cells if filled([one])]
    numbers = [int(one) for one in words if one.isdecimal()]
    others = [one for one in words if not one.isdecimal()]
    return (
        len(numbers) >= FEWEST
        and len(words) * 2 >= columns
        and numbers == list(range(1, len(numbers) + 1))
        and all(one in ORDINALS or (len(one) == 1 and one.isascii()) for one in others)
    )


def _count(cells: Sequence[Cell], places: Sequence[int]) -> int:
    return filled(cells[place] for place in places if place < len(cells))


def _at(cells: Sequence[Cell], place: int) -> str:
    one = cells[place] if place < len(cells) else ""
    return squashed(one) if isinstance(one, str) else str(one)
