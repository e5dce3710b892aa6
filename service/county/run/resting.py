"""What the facts and decisions of a run rest on, by way of what it counts: circles are told by name, and figures are
held against those that they are a part or the whole of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from rules.judging.parts import Pair, parts_and_wholes
from rules.model import Edition, Ref
from rules.model.uses import Used, fact_of, read_by, refs
from rules.problems.problem import Problem
from rules.table.columns import around
from rules.table.judge import asked
from rules.table.order import Unit, heights_of


def held_together(
    edition: Edition, level: str, units: Collection[Unit], bound: Collection[Unit], files: Collection[str]
) -> set[Unit]:
    """Units that are read, and the figures of a level that those of the level among them are held against: where one is
    surely larger than its whole, neither is known. Left out is a count that rests on what it is held against, or on
    what is `bound` to be worked out with it: that would be a circle."""
    found, facts = set(units), edition.subjects[level].facts
    pairs = [pair for pair in parts_and_wholes(edition, level) if not _all_of_it(pair)]
    pairs = [pair for pair in pairs if any((level, one) in found for one in pair.facts)]
    groups = [{(level, one) for one in _beside(pair)} for pair in pairs]
    groups = [one for one in groups if any(facts[name].counted for _, name in one)]
    bound = {*bound, *(found & set[Unit]().union(*groups))}
    for one in groups:
        more = one - found
        on = resting(edition, [_used(edition, unit) for unit in more], files)
        found |= set() if on & bound else more
    return found


def _beside(pair: Pair) -> tuple[str, ...]:
    """The figures that say whether a pair contradicts itself."""
    return *pair.facts, *pair.between


def _all_of_it(pair: Pair) -> bool:
    """Whether the whole counts all the records of which the part counts some: it is never the smaller."""
    part, whole = pair.part.counted, pair.whole.counted
    return (pair.given and part is not None and whole is not None and part.name == whole.name == "count"
            and part.inside == whole.inside and whole.where is None)  # fmt: skip


def turning(edition: Edition, unit: Unit, files: Collection[str]) -> bool:
    """Whether what a count rests on, with the counts that each of that is held against, leads back to it."""
    found, waiting = set[Unit](), [*behind(edition, _used(edition, unit), files)]
    while waiting:
        subject, ref = waiting.pop()
        one = subject, ref.name
        if ref.what in ("on", "total", "records") or one in found:
            continue
        found.add(one)
        waiting += behind(edition, (subject, ref), files)
        waiting += (_used(edition, (subject, other)) for pair in parts_and_wholes(edition, subject)
                    if not _all_of_it(pair) and ref.what == "fact" and ref.name in pair.facts
                    for other in _beside(pair) if edition.subjects[subject].facts[other].counted)  # fmt: skip
    return unit in found


def _used(edition: Edition, unit: Unit) -> Used:
    subject, name = unit
    return subject, Ref("fact", "", name, edition.subjects[subject].facts[name].type)


def resting(edition: Edition, start: Iterable[Used], files: Collection[str]) -> set[Unit]:
    """The facts and decisions that some rest on, those included."""
    found, waiting = set[Unit](), list(start)
    while waiting:
        subject, ref = waiting.pop()
        if ref.what not in ("on", "total", "records") and (subject, ref.name) not in found:
            found.add((subject, ref.name))
            waiting += behind(edition, (subject, ref), files)
    return found


def unsound(edition: Edition, columns: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """Decisions or counts of a run that rest on themselves by way of a count, parts and wholes that it cannot hold
    against each other, and lists of records that decisions read and nothing fills in; `columns` are those of every
    file, by its subject."""
    rules = [rule for rule in edition.rules.values() if rule.subject in columns]
    counts = [(of, Ref("fact", "", fact.name, fact.type))
              for of in columns for fact in edition.subjects[of].facts.values() if fact.counted]  # fmt: skip
    if circle := _circle(edition, [*map(asked, rules), *counts], columns):
        path = " → ".join(f"{subject}.{name}" for subject, name in circle)
        known = edition.subjects[circle[0][0]].facts
        mark = known[circle[0][1]].mark if circle[0][1] in known else edition.rules[circle[0][1]].mark
        yield Problem(mark, path, "run.circle",
                      f"汇总绕回了自己：{path}。一次运行算不出这样的数：请改正其中一个 counted 或条件。",
                      f"A count comes back to itself: {path}. No run can work that out: correct one.")  # fmt: skip
    for subject in columns:
        for pair in parts_and_wholes(edition, subject):
            yield from _unheld(edition, subject, pair, columns)
    for of, name in heights_of(edition, map(asked, rules)):
        fact = edition.subjects[of].facts.get(name)
        if fact is None or not fact.type.of or fact.counted or name in columns.get(of, (name,)):
            continue
        if fact.given and fact.type.of in columns and of in around(edition, fact.type.of):
            yield Problem(
                fact.mark, f"subjects.{of}.facts.{name}", "run.list",
                f"判定要看 {of}.{name}（{fact.title.zh}），但没有写明由哪些记录组成。"
                f"请在 facts.yaml 里给它加上 `counted: {{records: {fact.type.of}}}`，"
                f"或另给 --table {of}.{name}=文件。",
                f"Decisions read {of}.{name} ({fact.title.en}), and nothing says which records it holds. "
                f"Add `counted: {{records: {fact.type.of}}}` to it in facts.yaml, "
                f"or give --table {of}.{name}=FILE as well.",
            )  # fmt: skip


def _unheld(edition: Edition, subject: str, pair: Pair, files: Collection[str]) -> Iterator[Problem]:
    """A part and a whole that are worked out from a count of the run, of which one rests on records
    around: such are not held against each other after the count. Or that are worked out from nothing of the row: where
    they contradict each other, there is no cell of it to doubt."""
    facts = [edition.subjects[of].facts[name] for of, name in pair.behind]
    if not pair.given and all(one.subject != subject and one.subject in files for one in facts):
        yield _nothing_of_the_row(edition, pair)
    alien = [one for one in facts if one.subject != subject and one.subject in files]
    counted = [one for one in facts if one.counted and one.counted.inside in files and one.subject in files]
    if alien and counted:
        part, one = pair.part, counted[0]
        yield Problem(
            part.mark, f"subjects.{subject}.facts.{part.name}.part_of", "run.part_of",
            f"{subject}.{part.name}（{part.title.zh}）写了 part_of: {pair.whole.name}，两数中有的取自上级记录，"
            f"又有的由汇总得出（{one.subject}.{one.name}），一次运行无法核对。"
            "请删去这个 part_of，或删去该数的 counted。",
            f"{subject}.{part.name} ({part.title.en}) is part_of {pair.whole.name}; one of them reads a record around, "
            f"and one is counted ({one.subject}.{one.name}): a run cannot hold them against each other. "
            "Take out this part_of, or `counted` of that figure.",
        )  # fmt: skip


def _nothing_of_the_row(edition: Edition, pair: Pair) -> Problem:
    part, subject = pair.part, pair.part.subject
    levels = dict.fromkeys(of for of, _ in pair.behind)
    home = next((one for one in around(edition, subject) if one in levels), "")
    zh = f"请把两数写成 {home} 的事实，part_of 写在那里，或删去它。" if home else "请删去它。"
    en = f"Make both facts of {home}, with part_of there, or take it out." if home else "Take it out."
    return Problem(
        part.mark, f"subjects.{subject}.facts.{part.name}.part_of", "run.part_of",
        f"{subject}.{part.name}（{part.title.zh}）写了 part_of: {pair.whole.name}，两数都不取自 {subject} 本身的数据，"
        f"一次运行无法逐行核对。{zh}",
        f"{subject}.{part.name} ({part.title.en}) is part_of {pair.whole.name}, and neither is worked out from figures "
        f"of {subject} itself: a run cannot hold them against each other row by row. {en}",
    )  # fmt: skip


def _circle(edition: Edition, start: Iterable[Used], files: Collection[str]) -> list[Unit]:
    """The facts and decisions that rest on one another in a circle through counts of a run; empty where none do."""
    done: set[Unit] = set()
    path: list[Unit] = []

    def visit(used: Used) -> list[Unit]:
        subject, ref = used
        unit = subject, ref.name
        if unit in done or ref.what in ("on", "total", "records"):
            return []
        if unit in path:
            return [*path[path.index(unit) :], unit]
        path.append(unit)
        for below in behind(edition, used, files):
            if circle := visit(below):
                return circle
        done.add(path.pop())
        return []

    return next(filter(None, map(visit, start)), [])


def behind(edition: Edition, used: Used, files: Collection[str]) -> Iterator[Used]:
    """The references behind a fact or a decision, in a run of some files."""
    subject, ref = used
    fact = fact_of(edition, subject, ref)
    if fact is None:
        return read_by(edition.rules[ref.name])
    op = fact.counted if subject in files and fact.counted and fact.counted.inside in files else None
    return refs(fact.formula if op is None else op, subject)
