"""Notices two items of one clause that have each other's figure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from operator import le
from typing import NamedTuple

from rules.model import Const, Edition
from rules.problems.problem import Problems
from rules.values.figures import told
from rules.values.text import Text
from rules.warnings.clauses import is_figure
from rules.warnings.numerals import figures, plain
from rules.warnings.sources import Source

BREAK = re.compile(r"[,、;。:]")
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")  # these commas end no part of a sentence
IN_ORDER = re.compile(r"(?P<labels>[^,;。:]*)分别(?P<listed>[^,;。:]*)")  # 优秀、较好户分别加50、100个基点
AND = re.compile(r"[、和与及]")
OTHERWISE = re.compile("不良|优[惠先质]|良[好性心]|[改优]良")  # words in which a character is no title
MOST = 100  # figures of a clause that are held against each other
MORE = 10  # a sentence that names the item, or a figure that its title states, weighs more than words


class Place(NamedTuple):
    """A figure of a clause: the words round it, the figures of the same part of a sentence, the items that its sentence
    names."""

    words: frozenset[str]
    figures: frozenset[Fraction]
    by: tuple[str, ...]
    listed: tuple[int, int] | None = None  # where a list without labels begins, and which of its figures it is


class Stated(NamedTuple):
    """A figure of an item, what it is of, and its one place in the clause."""

    source: Source
    figure: Const
    of: str
    place: Place


def check_exchanged(edition: Edition, sources: Sequence[Source], problems: Problems) -> None:
    """Warn where the places of two figures of a clause suit the two items better the other way round."""
    clauses: dict[tuple[str, str], list[Stated]] = defaultdict(list)
    for source in sources:
        for one in _stated(edition, source):
            clauses[source.clause, str(one.figure.type)].append(one)
    for (clause, _), listed in clauses.items():
        out_of_order = _out_of_order(listed)
        for first, second in combinations(listed[:MOST], 2):
            if _are_exchanged(first, second) or (first, second) in out_of_order:
                problems.warn(second.source.mark, "warning.exchanged", path=second.source.path, id=second.source.id,
                              fact=second.source.title, other=first.source.id, clause=clause, limit=_shown(second),
                              other_limit=_shown(first))  # fmt: skip


def _are_exchanged(one: Stated, other: Stated) -> bool:
    """The place of each has to speak of the other, and suit neither of them less than its own."""
    if (one.source.path, one.of) == (other.source.path, other.of) or one.figure.value == other.figure.value:
        return False
    own, turned = ((_suits(one, one), _suits(other, other)), (_suits(one, other), _suits(other, one)))
    return min(turned) > 0 and own != turned and all(map(le, own, turned))


def _out_of_order(listed: Sequence[Stated]) -> list[tuple[Stated, Stated]]:
    """Two figures of a list without labels (各等级分别为20、10、3万元) that alone keep it from the order of a plan's
    items, and from the opposite one: by decision, and where several items have one figure, by the first."""
    lists: dict[tuple[int, str], dict[int, Stated]] = defaultdict(dict)
    for one in listed:
        if one.place.listed is not None:
            start, number = one.place.listed
            lists[start, one.source.path.partition(".")[0]].setdefault(number, one)
    found = []
    for numbered in lists.values():
        places, those = [*numbered], [*numbered.values()]
        if len(places) > 2 and sorted(places) not in (places, places[::-1]):
            ordered = sorted(places)
            found += [(those[one], those[other]) for one, other in combinations(range(len(places)), 2)
                      if _swapped(places, one, other) in (ordered, ordered[::-1])]  # fmt: skip
    return found


def _swapped(places: Sequence[int], one: int, other: int) -> list[int]:
    turned = [*places]
    turned[one], turned[other] = turned[other], turned[one]
    return turned


def _suits(item: Stated, other: Stated) -> int:
    """How well the place of a figure suits an item."""
    title, place = item.source.title.zh, other.place
    beside = {figure.value for figure in figures(title)} & place.figures
    words = _words(plain(title)) | _words(plain(item.of))
    return len(words & place.words) + MORE * (len(beside) + (item.source.path in place.by))


def _stated(edition: Edition, source: Source) -> Iterator[Stated]:
    """The figures of a rule that stand once in its clause."""
    if source.clause not in edition.clauses:
        return
    clause = edition.clauses[source.clause]
    texts = [(one.text, one.by) for one in clause.sentences] or [(clause.text, ())]
    for claim in dict.fromkeys(source.claims):
        limit = claim.limit
        if isinstance(limit, Const) and limit.type.is_number and is_figure(limit, claim.operator):
            places = [_place(text, number, by) for text, by in texts for number, figure in enumerate(figures(text))
                      if figure.equals(abs(limit.value), limit.type.unit)]  # fmt: skip
            if len(places) == 1:
                yield Stated(source, limit, claim.of, places[0])


def _place(text: str, number: int, by: tuple[str, ...]) -> Place:
    """The place of a figure; its words begin behind the figure before."""
    read, text = figures(text), THOUSANDS.sub("'", plain(text))
    start = read[number].start
    begin = max((match.end() for match in BREAK.finditer(text, 0, start)), default=0)
    after = BREAK.search(text, start)
    end = after.start() if after else len(text)
    first = max([begin, *(figure.start for figure in read[:number])])
    words, beside = text[first:end], frozenset(one.value for one in read if begin <= one.start < end)
    starts = [figure.numeral[0] or figure.start for figure in read]  # the words of comparison may stand far before
    if label := _label(text, starts, starts[number]):
        words, beside = label, beside | {figure.value for figure in figures(label)}
    listed = None if label else _unlabelled(text, starts, starts[number])
    return Place(_words(words) | frozenset(OTHERWISE.sub("", words)), beside, by, listed)


def _label(text: str, starts: Sequence[int], start: int) -> str:
    """What stands in the place of a figure in the list before: 优、良分别为90、80分; "" where the lists differ."""
    for match in IN_ORDER.finditer(text):
        listed = [one for one in starts if match.start("listed") <= one < match.end("listed")]
        labels = AND.split(match["labels"])
        if start in listed and len(labels) == len(listed) > 1:
            return labels[listed.index(start)]
    return ""


def _unlabelled(text: str, starts: Sequence[int], start: int) -> tuple[int, int] | None:
    """Where the list begins that a figure stands in, and which of its figures it is, where it has one label at most."""
    for match in IN_ORDER.finditer(text):
        listed = [one for one in starts if match.start("listed") <= one < match.end("listed")]
        if start in listed and len(AND.split(match["labels"])) == 1:
            return match.start(), listed.index(start)
    return None


def _words(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a text; of one of a single character, that one."""
    return frozenset(one for one in (map("".join, pairwise(text)) if len(text) > 1 else text) if one.isalpha())


def _shown(one: Stated) -> Text:
    return told(one.figure.value, one.figure.type)
