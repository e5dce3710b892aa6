"""The files of a county run on the screen: every row of every sheet is accounted for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.values.figures import figure
from rules.values.layout import Line, Row, Span, line, row
from rules.words.wording import Wording
from service.county.intake.checks import CheckedFile
from service.county.intake.matching import WARNED
from service.county.intake.sheets import NOT_READ, SheetRead

NOTED = ("unknown_column", "column_twice", "derived", "list_as_text", "unit", "under_group", *WARNED)


def file_lines(file: CheckedFile, say: Wording) -> Iterator[Line | Row]:
    """The rows of a file that were read, set aside and not used; its sheets where they differ; notes on columns."""
    colon = say.pick("：", ": ")
    aside = say.pick(f"未采用 {figure(file.bad)} 行", f"{figure(file.bad)} set aside")
    files = len({one.file for one in file.sheets})
    name = file.file if files <= 1 else say.pick(f"{figure(files)} 个文件", f"{figure(files)} files")
    yield row(name, _rows(file.rows, say),
              Span(aside, "bad" if file.bad else "dim"), indent=2)  # fmt: skip
    if len(file.sheets) > 1 or any(one.unused or one.above for one in file.sheets):
        yield from (_sheet(one, file, say) for one in file.sheets)
    if file.cells:
        cells = listed({column: figure(count) for column, count in file.cells.items()}, say)
        words = say.pick(
            f"按未知处理的格（逐格列在 set_aside.csv）：{cells}", f"cells not used, listed in set_aside.csv: {cells}"
        )
        yield line(Span(words, "bad"), indent=4)
    if file.unplaced:
        yield _unplaced(file, say)
    yield from _stated(file, say)
    for note in file.notes:
        if note.code in NOTED:
            look = "unknown" if note.code in WARNED else "dim"
            yield line(Span(f"{note.column}{colon}{say.pick(note.zh, note.en)}", look), indent=4)
    subject = say.edition.subjects.get(file.subject)  # None for the file of a list
    absent = [note.column for note in file.notes if note.code == "column_missing"]
    carried = [name for name in absent if subject is not None and subject.facts[name].last is not None]
    zh, en = (
        "没有这些列，只由上一次运行（--last）得出，否则未知",
        "no such columns: known from the last run (--last) alone",
    )
    for text, names in (
        (say.pick("没有这些列，全部按未知处理", "no such columns, not known in any row"),
         [name for name in absent if name not in carried]),
        (say.pick(zh, en), carried),
    ):  # fmt: skip
        if names:
            titles = [name if subject is None else say.text(subject.facts[name].title) for name in names]
            yield line(Span(f"{text}{colon}{say.pick('、', ', ').join(titles)}", "dim"), indent=4)


def listed(counts: Mapping[str, str], say: Wording) -> str:
    """Names with their numbers."""
    return say.pick("、", ", ").join(f"{name} {count}" for name, count in counts.items())


def _rows(count: int, say: Wording) -> str:
    return say.pick(f"{figure(count)} 行", f"{figure(count)} {'row' if count == 1 else 'rows'}")


def _sheet(one: SheetRead, file: CheckedFile, say: Wording) -> Row:
    """The rows of a sheet: kept, set aside, and not used, by kind; how many stated totals are those of its records."""
    parts = [] if one.why else [say.pick(f"采用 {figure(one.kept)}", f"{figure(one.kept)} kept"),
                                say.pick(f"未采用 {figure(one.aside)}", f"{figure(one.aside)} set aside")]  # fmt: skip
    parts += [f"{say.pick(*NOT_READ[kind])} {figure(count)}" for kind, count in one.unused.items()]
    if one.above:
        parts.append(say.pick(f"标题行以上 {figure(one.above)}", f"{figure(one.above)} above the heading"))
    if one.agreeing:
        parts.append(
            say.pick(f"相符的合计数 {figure(one.agreeing)}", f"stated totals that agree {figure(one.agreeing)}")
        )
    words = say.pick("，", ", ").join([_rows(one.rows, say), *parts])
    name = " ".join(part for part in (one.file if one.file != file.file else "", one.sheet) if part)
    return row(name or say.pick("表", "table"), Span(words, "bad" if one.why and one.rows else "dim"), indent=4)


def _unplaced(file: CheckedFile, say: Wording) -> Line:
    """The rows set aside of which it is not known where they belong."""
    within = say.text(say.edition.subjects[say.edition.subjects[file.subject].within].title)
    words = say.pick(
        f"其中 {figure(file.unplaced)} 行不知属于哪个{within}，{within}的数都不含这些行，请改好后重新运行",
        f"of {figure(file.unplaced)} of these it is not known where they belong ({within}): no count holds them; "
        "correct them and run again",
    )
    return line(Span(words, "bad"), indent=4)


def _stated(file: CheckedFile, say: Wording) -> Iterator[Line | Row]:
    """The totals that a file states and its records do not add up to."""
    for one in file.stated:
        where = " ".join(part for part in (one.file if one.file != file.file else "", one.sheet) if part)
        words = say.pick(
            f"{where} 第 {one.row} 行“{one.column}”写的合计是 {one.stated}，各行相加是 {one.records}",
            f"{where} row {one.row} states {one.stated} for {one.column}; the records add up to {one.records}",
        )
        yield line(Span(words.strip(), "bad"), indent=4)
