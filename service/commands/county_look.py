"""`village-credit county look`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from rules.model import CONSTANTS
from rules.values.figures import figure
from rules.values.layout import Line, Row, Span, line, row
from rules.words.wording import Wording
from service.commands.common import EXTRACT, Settings, common, one_of
from service.commands.county_tables import files_in
from service.county.intake.grids import letter_of
from service.county.intake.lists import lists_of, with_list
from service.county.intake.looking import LookedFile, LookedSheet, look, mapping_text, plainly
from service.county.intake.names import MEMBER


@click.command("look")
@click.argument("files", type=EXTRACT, nargs=-1, required=True)
@click.option("--subject", default="", help="表里是哪种对象 / the subject of the records")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False),
              help="写出列的对应关系，供 run --mapping / write the mapping for run --mapping")  # fmt: skip
@common
def look_command(settings: Settings, files: tuple[Path, ...], subject: str, out: Path | None) -> None:
    """看看表怎样读，写出列的对应关系 / show how files are understood, and write a mapping"""
    edition = settings.edition(settings.today())
    subjects = [one for one in edition.subjects if one != CONSTANTS]
    if subject:
        one_of({one: one for one in (*subjects, *lists_of(edition))}, subject, "对象", "subject")
    looked = [look(edition, file, subject) for path in files for file in files_in(path)]
    if out is not None:
        out.write_text(mapping_text(looked), encoding="utf-8")
    block = [part for file in looked for part in _file(file, Wording(with_list(edition, file.subject), settings.lang))]
    settings.tell(plainly(looked), [*block, *([line(Span(str(out), "dim"))] if out is not None else [])])


def _file(file: LookedFile, say: Wording) -> Iterator[Line | Row]:
    title = say.text(say.edition.subjects[file.subject].title)
    yield line(
        Span(file.path.name, "title"), f"  {title}（{file.subject}）" if say.zh else f"  {title} ({file.subject})"
    )
    for sheet in file.sheets:
        yield from _sheet(file, sheet, say)


def _sheet(file: LookedFile, sheet: LookedSheet, say: Wording) -> Iterator[Line | Row]:
    name = sheet.sheet or say.pick("表", "table")
    words = say.pick(f"{name}：{figure(sheet.rows)} 行", f"{name}: {figure(sheet.rows)} rows")
    if sheet.hidden:
        yield line(Span(words + say.pick("，隐藏，不读", ", hidden: not read"), "unknown"), indent=2)
        return
    if sheet.turned:
        lying = say.pick("，横排的表（列名自上而下写），请转置后再读", ", lies on its side: transpose it first")
        yield line(Span(words + lying, "bad"), indent=2)
        return
    if (heading := sheet.heading) is None:
        yield line(Span(words + say.pick("，空", ", empty"), "dim"), indent=2)
        return
    lines = "-".join(map(str, sorted({heading.first, heading.last})))
    yield line(words + say.pick(f"，标题在第 {lines} 行", f", heading in row {lines}"), indent=2)
    for told in _told(file, sheet, say):
        yield line(Span(told, "unknown"), indent=4)
    for one in heading.columns:
        unit = say.pick(f"（{one.unit}）", f" ({one.unit})") if one.unit else ""
        yield row(letter_of(one.place), one.heading, f"→ {_title(file, one.name, say)}{unit}", indent=4)
    for guess in sheet.guesses:
        maybe = say.pick(
            f"像是 {_title(file, guess.name, say)}，请核对", f"perhaps {_title(file, guess.name, say)}: check"
        )
        yield row(letter_of(guess.place), guess.heading, Span(maybe, "unknown"), indent=4)
    guessed = {one.heading for one in sheet.guesses}
    if rest := [one for one in heading.strays if one not in guessed]:
        yield line(Span(say.pick("不用的列：", "not used: ") + ", ".join(rest), "dim"), indent=4)
    for number, cells in sheet.cells if heading.columns else ():
        yield row(str(number), *cells, indent=4)


def _told(file: LookedFile, sheet: LookedSheet, say: Wording) -> Iterator[str]:
    """What is said of the rows of a sheet as a whole."""
    if sheet.totals:
        yield say.pick("没有逐条的记录，像是汇总：对应关系里不写", "adds up other sheets: the mapping leaves it out")
    if sheet.above:
        title = say.text(say.edition.subjects[say.edition.subjects[file.subject].within].title)
        yield say.pick(
            f"没有“{title}”一列；对应关系里用 above 写明每行属于“{sheet.above}”",
            f"no column of the {title}: the mapping says (above) that every row belongs to {sheet.above}",
        )
    if sheet.dittos:
        yield say.pick(
            f"有 {figure(sheet.dittos)} 格“同上”，不读；都是上一行的值，请在对应关系里写 ditto: true",
            f"{figure(sheet.dittos)} cells say ditto and are not read: if they hold what stands above, say ditto: true "
            "in the mapping",
        )


def _title(file: LookedFile, name: str, say: Wording) -> str:
    """The title of a column, with its name."""
    if name == MEMBER:
        return say.pick("与户主关系（认出户主一行）", "relation to the head")
    facts, rules = say.edition.subjects[file.subject].facts, say.edition.rules
    known = facts.get(name) or rules.get(name) or say.edition.subjects.get(name)
    return f"{say.text(known.title)} {name}" if known is not None else name
