"""Carries out an act in the text of a file: the lines meant, and no other."""

from __future__ import annotations

from rules.editing.acts import Act, Add, Move, Remove, Rename, Set, slot
from rules.editing.address import Data, Refused
from rules.editing.layout import Layout, Span, Spot, data_of, spots
from rules.editing.render import WIDTH, block, entry, fitting, flow, key_of, scalar, text_block
from rules.files.source import Written

Splice = tuple[int, int, str]


def spliced(layout: Layout, act: Act) -> tuple[str, list[str]]:
    """The text of the file after an act, and the lines or parts of lines that it takes away. Refused where the text is
    written so that it cannot be done."""
    if isinstance(act, Move):
        return layout.bom + _moved(layout, act), []
    start, end, new = _splice(layout, act)
    text, gone = layout.text, list[str]()
    if isinstance(act, Remove) or (isinstance(act, Set) and layout.find(act.at).value.children):
        kept = {line.strip() for line in new.splitlines()}
        gone = [line for line in text[start:end].splitlines() if line.strip() and line.strip() not in kept]
    return layout.bom + text[:start] + new + text[end:], gone


def _spans_lines(text: str, span: Span) -> bool:
    return "\n" in text[span[0] : span[1]]


def _splice(layout: Layout, act: Set | Rename | Add | Remove) -> Splice:
    spot = layout.find(act.at)
    if isinstance(act, Add):
        return _added(layout, spot, act)
    if isinstance(act, Set):
        return _put(layout, spot, act.value)
    if isinstance(act, Rename):
        if spot.key is None:
            raise Refused(f"{act.at} 没有键。", f"{act.at} has no key.", act.at)
        return spot.key.start, spot.key.end, key_of(act.key)
    return _removed_flow(layout, spot) if spot.flow else _removed_block(layout, spot, act)


def _put(layout: Layout, spot: Spot, new: Data) -> Splice:
    old = spot.value
    start, end = old.start, layout.end(old)
    if isinstance(new, str) and old.word is not None:
        if old.style in ("|", ">") and (made := text_block(layout.text[start:end], new, layout.eol)) is not None:
            return start, end, made
        return start, end, scalar(new, flow=spot.flow, style=_kept(old, flow=spot.flow))
    if old.word is not None or old.flow:
        one = scalar(new, flow=spot.flow) if isinstance(new, str) else flow(new)
        if spot.flow or spot.key is None or isinstance(new, str) or layout.column(start) + len(one) <= WIDTH:
            return start, end, one
        column = layout.column(spot.begin) + 2
        colon = layout.text.index(":", spot.key.end) + 1
        return colon, end, f"{layout.eol}{' ' * column}{block(new, column, layout.eol)}"
    if new and not isinstance(new, str):
        return start, end, block(new, layout.column(start), layout.eol)
    one = flow(new)
    return (start, end, one) if spot.key is None else (layout.text.index(":", spot.key.end) + 1, end, f" {one}")


def _kept(old: Written, *, flow: bool) -> str:
    """The quotes that stay: those that the author chose. Double ones that the old text needed go with it, so that a
    text that is set back is written as it was."""
    chosen = old.style == "'" or (old.style == '"' and scalar(old.word or "", flow=flow) == old.word)
    return old.style if chosen else ""


# --- adding ----------------------------------------------------------------------------------------------------------


def _added(layout: Layout, spot: Spot, act: Add) -> Splice:
    of = spot.value
    data = data_of(of)
    assert not isinstance(data, str)  # `applied` has refused it
    parts, place = spots(of, flow=spot.flow), slot(data, act)
    if of.flow or spot.flow:
        one = f"{key_of(act.key)}: {flow(act.value)}" if of.is_map else flow(act.value)
        return _added_flow(layout, of, parts, place, one)
    column, eol = layout.column(layout.start(parts[0])), layout.eol
    beside = parts[max(place - 1, 0)].value
    if of.is_map:
        one = entry(act.key, act.value, column, eol)
    else:
        braces = beside.flow or beside.word is not None
        one = "- " + (fitting if braces else block)(act.value, column + 2, eol)
    return _added_block(layout, spot, parts, place, one, " " * column)


def _added_flow(layout: Layout, of: Written, parts: list[Spot], place: int, one: str) -> Splice:
    if not parts:
        at = of.start + 1
        return at, at, one
    if place == 0:
        at = parts[0].begin
        return at, at, f"{one}, "
    before = parts[place - 1]
    at = layout.end(before.value)
    line = layout.line_start(before.begin)
    apart = place > 1 and layout.opens_line(before)
    return at, at, f",{layout.eol}{layout.text[line : before.begin]}{one}" if apart else f", {one}"


def _added_block(layout: Layout, spot: Spot, parts: list[Spot], place: int, one: str, indent: str) -> Splice:
    eol = layout.eol
    if place:
        before = parts[place - 1]
        span = layout.lines(before)
        end = span[1] if span else layout.line_end(layout.end(before.value))
        return end, end, f"{eol}{indent}{one}"
    first = parts[0]
    if not layout.opens_line(first):
        at = layout.start(first)
        return at, at, f"{one}{eol}{indent}"
    at = layout.line_start(first.begin) if spot.key is None else layout.below(spot.key.end)
    return at, at, f"{indent}{one}{eol}"


# --- removing --------------------------------------------------------------------------------------------------------


def _removed_flow(layout: Layout, spot: Spot) -> Splice:
    assert spot.parent is not None
    parts, here = spots(spot.parent, flow=True), spot.here
    start, end = spot.begin, layout.end(spot.value)
    behind = parts[here + 1].begin if here + 1 < len(parts) else None
    if behind is not None and not _spans_lines(layout.text, (end, behind)):
        return start, behind, ""
    if behind is not None and layout.opens_line(spot) and layout.opens_line(parts[here + 1]):
        return layout.line_start(start), layout.line_start(behind), ""
    if here:
        return layout.end(parts[here - 1].value), end, ""
    return start, end if behind is None else behind, ""


def _removed_block(layout: Layout, spot: Spot, act: Remove) -> Splice:
    if spot.parent is None:
        raise Refused(f"{act.at} 是整个文件。", f"{act.at} is a whole file.", act.at)
    parts, span = spots(spot.parent), layout.lines(spot)
    if len(parts) == 1:
        above = layout.find(act.at.above)
        if above.key is None:
            only = f"{act.at} is the only one there: remove {act.at.above}."
            raise Refused(f"{act.at} 是唯一的一项，请删除上一级。", only, act.at)
        colon = layout.text.index(":", above.key.end) + 1
        return colon, span[1] if span else layout.end(spot.value), " {}" if spot.parent.is_map else " []"
    if span is not None:
        return _without_lines(layout, span)
    if spot.here:
        raise _no_line(act.at)
    return layout.start(spot), layout.start(parts[1]), ""


# --- moving ----------------------------------------------------------------------------------------------------------


def _moved(layout: Layout, act: Move) -> str:
    """Within brackets the parts change places, and what stands between them stays; lines are cut out and put in."""
    spot, text = layout.find(act.at), layout.text
    assert spot.parent is not None
    parts = spots(spot.parent, flow=spot.flow)
    beside = parts[act.to]
    if act.to == spot.here:
        return text
    if spot.flow:
        return _exchanged(layout, parts, spot.here, act.to)
    own, other = layout.lines(spot), layout.lines(beside)
    if own is None or other is None:
        raise _no_line(act.at)
    lines = text[slice(*own)]
    if act.to < spot.here:
        at, new = other[0], lines + layout.eol
    else:
        at, new = other[1], layout.eol + lines
    start, end, _ = _without_lines(layout, own)
    splices = sorted([(start, end, ""), (at, at, new)], reverse=True)
    for first, last, one in splices:
        text = text[:first] + one + text[last:]
    return text


def _exchanged(layout: Layout, parts: list[Spot], here: int, to: int) -> str:
    low, high = min(here, to), max(here, to)
    spans = [(one.begin, layout.end(one.value)) for one in parts[low : high + 1]]
    order = [*range(len(spans))]
    order.insert(to - low, order.pop(here - low))
    text, made, at = layout.text, list[str](), 0
    for (start, end), taken in zip(spans, order, strict=True):
        made += text[at:start], text[slice(*spans[taken])]
        at = end
    return "".join(made) + text[at:]


def _without_lines(layout: Layout, span: Span) -> Splice:
    """The removal of whole lines with the line end; of the last, which may have none, with the one before."""
    start, end = span
    if end == len(layout.text):
        return layout.line_end(layout.line_start(start - 1)), end, ""
    return start, layout.below(end), ""


def _no_line(at: object) -> Refused:
    return Refused(f"{at} 不在自己的行上，请直接改文本。", f"{at} has no line of its own: edit the text.", at)
