"""Tells the record above a row belongs to: by its id, by its name, or by another name that a mapping declares."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rules.model import Edition
from rules.table.columns import key_of
from rules.values.ids import is_card
from rules.values.text import near, shown
from service.county.backend import Duck, named, quoted
from service.county.intake.columns import Fault
from service.county.intake.grids import Place, Unreadable
from service.county.intake.reasons import Message
from service.county.intake.texts import squashed

MOST = 200  # values that are asked about one by one


@dataclass(frozen=True, slots=True)
class Above:
    """The id of the record above in SQL, and the faults that it may have."""

    value: str
    wrong: tuple[Fault, ...] = ()


def unplaced(path: Path, edition: Edition, within: str, sheet: str = "") -> Unreadable:
    """The error about a file, or one sheet of it, in which no column says which record above a row belongs to."""
    title, key = edition.subjects[within].title, key_of(within)
    written = ("编号", "the id") if edition.subjects[within].named is None else ("编号或名称", "the id or the name")
    where = (f"工作表“{sheet}”", f"On the sheet {sheet} no") if sheet else ("", "No")
    aside = ("不该算进来的表请删掉或隐藏。", " Delete or hide a sheet that does not count.") if sheet else ("", "")
    return Unreadable(
        path,
        f"{where[0]}没有写明所属{title.zh}的列（{key}）。请在每张工作表里加一列“{title.zh}”，每行写{written[0]}；"
        f"如果每张工作表就是一个{title.zh}、以它的名称命名，用 county look --out 写出对应关系，核对后用 --mapping 读。"
        f"{aside[0]}",
        f"{where[1]} column says which {title.en} a row belongs to: add a column {key} to every sheet, with "
        f"{written[1]} in every row; or, where every sheet is one {title.en} and named after it, write a mapping with "
        f"county look --out, check it, and read it with --mapping.{aside[1]}",
    )


class Belonging:
    """The names of records by subject, each with its ids."""

    def __init__(self, edition: Edition, duck: Duck, aliases: Mapping[str, Mapping[str, str]]) -> None:
        self.edition, self.duck, self.aliases = edition, duck, aliases
        self.names: dict[str, dict[str, set[str]]] = {}

    def learn(self, subject: str, raw: str, id: str, column: str) -> None:
        """Keep the names of the records of a table, if it has a column of them."""
        names = self.names.setdefault(subject, {})
        at = f"nullif(trim(CAST({named(column)} AS VARCHAR)), '')" if column else "NULL"
        rows = self.duck.run(f"SELECT {at}, {id} FROM {named(raw)} WHERE {at} IS NOT NULL AND {id} IS NOT NULL")
        for name, own in (*rows, *self.aliases.get(subject, {}).items()):
            names.setdefault(squashed(name), set()).add(own)

    def of(self, within: str, column: str, raw: str, ids: str) -> Above:
        """The record above in a column: an id of those in a query, or a name that one record has."""
        at = f"nullif(trim(CAST({named(column)} AS VARCHAR)), '')"
        if not ids:
            return Above(at)
        strange = [one for (one,) in self.duck.run(
            f"SELECT {at} FROM {named(raw)} WHERE {at} NOT IN ({ids}) GROUP BY 1 ORDER BY count(*) DESC, 1"
        )]  # fmt: skip
        names = self.names.get(within, {})
        meant = {one: names.get(squashed(one), set()) for one in strange}
        told = {one: next(iter(those)) for one, those in meant.items() if len(those) == 1}
        cases = " ".join(f"WHEN {quoted(one)} THEN {quoted(id)}" for one, id in told.items())
        value = f"CASE {at} {cases} ELSE {at} END" if told else at
        unknown = [one for one in strange if one not in told]
        wrong = [Fault(column, f"{at} IS NULL", "no_record_above")]
        if unknown:
            some = ", ".join(map(quoted, unknown[:MOST]))
            wrong += self._strange(within, column, at, meant, unknown[:MOST], ids)
            wrong.append(Fault(column, f"{value} NOT IN ({ids}) AND {at} NOT IN ({some})", "strange_record_above"))
        return Above(value, tuple(wrong))

    def _strange(
        self, within: str, column: str, at: str, meant: Mapping[str, set[str]], unknown: list[str], ids: str
    ) -> Iterator[Fault]:
        """Values that name no record, with the nearest name, or that name several."""
        known = self._known(within, ids)
        for one in unknown:
            code = "ambiguous_record_above" if meant[one] else "strange_record_above"
            yield Fault(column, f"{at} = {quoted(one)}", code, message=self._why(within, one, meant[one], known))

    def _known(self, within: str, ids: str) -> tuple[str, ...]:
        """All names and ids of the records of a subject."""
        return tuple(dict.fromkeys((*self.names.get(within, {}), *(id for (id,) in self.duck.run(ids)))))

    def _why(self, within: str, word: str, meant: Collection[str], known: tuple[str, ...]) -> Message:
        """Why a word tells no record: several are called so, or none is; the nearest name is offered."""
        title, said = self.edition.subjects[within].title, "" if is_card(word) else shown(word)
        if meant:
            several = ", ".join(sorted(meant))
            return (f"有几个{title.zh}都叫“{said}”（{several}），请写编号。",
                    f"Several records are called {said} ({several}): write the id.")  # fmt: skip
        squeezed = {squashed(one): one for one in known[: MOST * MOST + 1]}
        guess = squeezed.get(near(squashed(word), squeezed), "") if len(known) <= MOST * MOST else ""
        hint = (f"最接近的是 {guess}。", f" The nearest is {guess}.") if guess else ("", "")
        return f"{title.zh}表里没有“{said}”。{hint[0]}", f"There is no {said} in its table.{hint[1]}"

    def hold(self, within: str, placed: Mapping[Place, str], ids: str) -> None:
        """Unreadable where a sheet is said to belong to a record that is not known, or to one of several."""
        if not ids or not placed:
            return
        own = {id for (id,) in self.duck.run(ids)}
        for place, word in placed.items():
            path, sheet = place.path, place.sheet
            meant = self.names.get(within, {}).get(squashed(word), set())
            if word not in own and len(meant) != 1:
                zh, en = self._why(within, word, meant, self._known(within, ids))
                raise Unreadable(path, f"对应关系把工作表“{shown(sheet)}”归到“{shown(word)}”（above）：{zh}",
                                 f"The mapping says that the sheet {shown(sheet)} belongs to {shown(word)} (above): "
                                 f"{en}")  # fmt: skip
