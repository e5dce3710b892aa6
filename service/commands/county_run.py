"""`village-credit county run`."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from dataclasses import replace
from os import environ
from pathlib import Path
from typing import Any

import click

from rules.model import Edition, subject_read
from rules.table import TableError
from rules.values.figures import figure
from rules.values.layout import Line, Row, Span, line, row
from rules.values.text import TextErrors
from rules.words.phrases import tried
from rules.words.wording import Wording
from service.commands.common import EXTRACT, FILE, FOLDER, RUN, Bad, Settings, common, located, only, reread
from service.commands.county_doubts import SHOWN, childless, contradicting, nowhere
from service.commands.county_files import file_lines
from service.commands.county_tables import sources
from service.commands.screen import progress
from service.county.backend import Limits
from service.county.run.asked import Asked, Assigned, Changed
from service.county.run.history import runs_before
from service.county.run.manifest import Counts, Manifest, plain
from service.county.run.outputs import Directory, directory, shown
from service.county.run.steps import Busy, Finished, Occupied
from service.county.run.trying import Unheld
from service.county.running import TooMany, run
from service.settings import DEFAULTS, own_path, size

ENGINES = ("duckdb", "spark")
CACHE = "~/.cache/village-credit"


def share(_: click.Context, __: click.Parameter, text: str) -> float:
    """A share as people write it."""
    try:
        number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise click.BadParameter("0.5%, 0.005")
    return number


def memory(_: click.Context, __: click.Parameter, text: str) -> str:
    """An amount of memory, as the setting reads it."""
    try:
        return size(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command("run")
@click.option("--households", type=EXTRACT, multiple=True,
              help="农户数据，CSV、Excel 或 Parquet；文件可重复，或给目录 / the households; repeatable, or a folder"
              )  # fmt: skip
@click.option("--villages", type=EXTRACT, multiple=True, help="各村数据 / the villages")
@click.option("--townships", type=EXTRACT, multiple=True, help="各乡镇数据 / the townships")
@click.option("--county", "county_file", type=EXTRACT, multiple=True, help="全县数据 / the county")
@click.option("--table", "tables", multiple=True, metavar="SUBJECT=FILE",
              help="其他对象或列表的数据，可重复 / file of another subject or a list; repeatable")  # fmt: skip
@click.option("--out", type=FOLDER, required=True, help="结果目录 / folder for the results")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], help="在哪里计算 / what to run on")
@click.option("--memory", callback=memory, envvar="VILLAGE_CREDIT_COUNTY_MEMORY", default=DEFAULTS["county_memory"],
              show_default=True, metavar="SIZE",
              help="计算最多占用的内存，超出的放到磁盘 / most memory to compute in; the rest goes to disk")  # fmt: skip
@click.option("--threads", type=click.IntRange(0), envvar="VILLAGE_CREDIT_COUNTY_THREADS",
              default=DEFAULTS["county_threads"],
              help="计算用的线程数，不写则每核一个 / threads to compute on; as many as cores unless set")  # fmt: skip
@click.option("--cache", callback=lambda _, __, text: own_path(text),
              default=lambda: environ.get("VILLAGE_CREDIT_COUNTY_CACHE", CACHE),  # empty, click would not see it
              show_default=CACHE, metavar="DIR",
              help="保留查询语句的目录，下次不必再做；'' 为不保留 / keeps the queries for the next run; '' keeps none"
              )  # fmt: skip
@click.option("--at-most", callback=share, default="1%", show_default=True,
              help="不采用的行超过这个比例就拒绝 / refuse where more rows than this cannot be right")  # fmt: skip
@click.option("--keep-given", is_flag=True,
              help="表中已有的数字不再由下级汇总 / figures that a file gives stand")  # fmt: skip
@click.option("--publish", is_flag=True,
              help="报告供公布：小数目不显示 / the report is for publication: no small groups")  # fmt: skip
@click.option("--replace", is_flag=True,
              help="替换目录里另一次运行的结果 / replace what another run left in the folder")  # fmt: skip
@click.option("--mapping", type=FILE, help="county look 写出的列的对应关系 / the mapping that county look wrote")
@click.option("--mended", type=FILE, multiple=True,
              help="改好的 set_aside.xlsx，可重复 / a set_aside.xlsx with rows corrected; repeatable")  # fmt: skip
@click.option("--last", type=RUN, multiple=True,
              help="以前一次运行的结果，可重复 / the folder of an earlier run; repeatable")  # fmt: skip
@click.option("--assigned", type=FILE,
              help="客户经理分派，county assign 写的 / the manager of each village")  # fmt: skip
@reread
@common
def run_command(
    settings: Settings,
    out: Path,
    tables: tuple[str, ...],
    last: tuple[Path, ...],
    assigned: Path | None,
    readings: Mapping[str, str],
    **options: Any,
) -> None:
    """判定全县的户、村、乡镇，写出结果和报告 / judge a whole county and report"""
    edition = settings.edition(settings.today(), readings)
    names = zip(("household", "village", "township", "county"),
                ("households", "villages", "townships", "county_file"), strict=True)  # fmt: skip
    given = [(subject, file) for subject, option in names for file in options[option]]
    named = ("mapping", "mended", "engine", "at_most", "keep_given", "publish", "replace", "cache")
    before = runs_before([one.absolute() for one in last], edition, settings.today())
    asked = Asked(edition, settings.today(), sources(edition, given, tables), out.absolute(), before=before,
                  assigned=_assigned(edition, assigned), limits=Limits(options["memory"], options["threads"]),
                  **{one: options[one] for one in named})  # fmt: skip
    manifest = _guarded(asked, settings)
    settings.tell(plain(manifest), _summary(manifest, Wording(edition, settings.lang), out))


def _assigned(edition: Edition, file: Path | None) -> Assigned | None:
    """The bearers in a file, by the assignment of the plan."""
    if file is None:
        return None
    one = edition.assignments[only(edition.assignments, "--assigned", "分派", "assignment")]
    titles = [edition.subjects[name].title.zh for name in (one.subject, one.bearer)]
    return Assigned(one.subject, file, ((one.subject, "id", titles[0], "编号"), (one.bearer, titles[1])))


def _guarded(asked: Asked, settings: Settings) -> Manifest:
    """Run with a bar on standard error; what goes wrong becomes a message."""
    try:
        with progress(len(asked.sources) + 3, settings.pick("全县", "county"), least=0) as tick:
            return run(asked, lambda step: tick(1, step))
    except Unheld as error:
        raise _unheld(error, settings) from None
    except TableError as error:
        raise Bad(error.zh, error.en) from None
    except TooMany as error:
        raise _too_many(error) from None
    except Changed as error:
        raise Bad(f"读 {error.file} 的时候它被改动了，没有运行。请等它写完再运行。",
                  f"{error.file} was changed while it was read; nothing was run. Run again when it is done."
                  ) from None  # fmt: skip
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Bad(f"磁盘满了（{asked.out.parent}）。腾出空间后重新运行，会接着做。",
                  f"The disk is full ({asked.out.parent}). Free some space and run again: it goes on where it was."
                  ) from None  # fmt: skip
    except MemoryError:
        raise Bad(f"内存 {asked.limits.memory} 不够用。用 --memory 多给一些，重新运行，会接着做。",
                  f"{asked.limits.memory} of memory is not enough: give more (--memory).") from None  # fmt: skip
    except Busy:
        raise Bad(f"另一次运行正在写 {asked.out}。", f"Another run is writing {asked.out}.") from None
    except Occupied:
        raise Bad(
            f"{asked.out} 里有别的东西，没有动它。", f"{asked.out} holds something else; it was left alone."
        ) from None
    except Finished as error:
        raise Bad(
            f"{asked.out} 里是另一次运行（{error.on}）的结果，日期、数据、政策版本或选项与这次不同。"
            "请用另一个目录；要替换它，加 --replace。",
            f"{asked.out} holds the results of another run ({error.on}): its day, files, edition or options differ. "
            "Name another folder, or replace it with --replace.",
        ) from None
    except ImportError:
        raise Bad("没有安装：pip install 'pyspark<4.1'。", "Not installed: pip install 'pyspark<4.1'.") from None


def _unheld(error: Unheld, settings: Settings) -> TextErrors:
    return TextErrors([located(replace(one, path=""), settings.policies) for one in error.problems])


def _too_many(error: TooMany) -> TextErrors:
    zh = f"{error.rows} 行中有 {error.bad} 行不能采用，超过 --at-most；原因逐行列在这个文件里。"
    en = f"{error.bad} of {error.rows} rows cannot be right, more than --at-most; this file lists them."
    return TextErrors([{"where": str(error.file), "code": "too_many_set_aside", "zh": zh, "en": en}])


def _summary(manifest: Manifest, say: Wording, out: Path) -> Iterator[Line | Row]:
    """The run in a few lines."""
    edition, names = say.edition, directory(out)
    yield line(Span(say.text(edition.title), "title"), Span(f"  {manifest.edition}  {manifest.on}", "dim"))
    yield from (line(Span(say.text(one), "unknown")) for one in tried(edition))
    for file in manifest.checked:
        yield from file_lines(file, say)
    for subject, counts in manifest.counts.items():
        yield line(Span(f"{say.text(edition.subjects[subject].title)}  {figure(counts.rows)}", "title"))
        yield from _outcomes(counts, say)
        if counts.nowhere:
            yield nowhere(subject, counts.nowhere, say)
        if counts.beyond:
            yield _beyond(counts.beyond, manifest.levels[subject].beyond, say)
        for skipped in manifest.levels[subject].left_out:
            yield row(skipped.decision, Span(say.pick(skipped.zh, skipped.en), "unknown"), indent=2)
    yield from _differing(manifest, say)
    yield from childless(manifest, say, names)
    yield from contradicting(manifest, say, names)
    yield from _proposed(manifest, say, names)
    for subject, doubt in manifest.gaps.items():
        above, count = say.text(edition.subjects[subject].title), figure(doubt.doubtful)
        words = say.pick(f"{count} 条缺数据，{above}的汇总数因此不定，见报告",
                         f"{count} lack data that the figures above need ({above}); see the report")  # fmt: skip
        yield row(say.text(edition.subjects[doubt.below].title), Span(words, "unknown"))
    for subject, known in manifest.bounded.items():
        told = [f"{say.text(edition.rules[name].title)} {figure(count)}" for name, count in known.decided.items()]
        words = say.pick(
            f"{figure(known.rows)} 个有只知上下限的数", f"{figure(known.rows)} with figures known within bounds"
        )
        some = say.pick("，其中虽有数不确切、仍能得出结论的：", "; decided all the same, as the bounds settle it: ")
        words += some + say.pick("、", ", ").join(told) if told else ""
        yield row(say.text(edition.subjects[subject].title), Span(words, "dim"))
    yield line(Span(str(out), "dim"))


def _proposed(manifest: Manifest, say: Wording, names: Directory) -> Iterator[Row]:
    """The records that rankings propose, with their names."""
    for one in manifest.rankings:
        rule, enough = say.edition.rules[one.decision], one.take is None or len(one.chosen) >= one.take
        words = say.pick(f"选出 {len(one.chosen)} 个", f"{len(one.chosen)} chosen")
        words += "" if one.take is None else say.pick(f"，要求 {one.take} 个", f", {one.take} wanted")
        ids = ", ".join(shown(names, subject_read(rule), id) for id in one.chosen[:SHOWN])
        words += say.pick("：", ": ") + ids if ids else ""
        yield row(say.text(rule.title), Span(words, "" if enough else "bad"))


def _outcomes(counts: Counts, say: Wording) -> Iterator[Row]:
    for decision, outcomes in counts.outcomes.items():
        rule = say.edition.rules[decision]
        numbers = (
            f"{say.text(rule.outcomes[name].title)} {figure(outcomes[name])}"
            for name in rule.outcomes
            if name in outcomes
        )
        yield row(say.text(rule.title), "  ".join(numbers), indent=2)


def _beyond(rows: int, decided: int, say: Wording) -> Row:
    """Rows with figures too long for tables, and how they were decided."""
    zh, en = ("已逐行判定", "decided one by one") if rows == decided else ("没有结论", "without conclusions")
    words = say.pick(f"{figure(rows)} 行，{zh}", f"{figure(rows)} rows, {en}")
    return row(say.pick("数字过长", "Figures too long for tables"), Span(words, "unknown"), indent=2)


def _differing(manifest: Manifest, say: Wording) -> Iterator[Row]:
    """The figures of a file that differ from the counts of its records: a part of an extract may be missing."""
    kept = manifest.given_figures == "kept"
    which = say.pick("以表中为准" if kept else "以汇总为准", "the file's stand" if kept else "the counts stand")
    for subject in dict.fromkeys(one.subject for one in manifest.differences):
        facts = say.edition.subjects[subject].facts
        figures = say.pick("、", ", ").join(
            f"{say.text(facts[one.fact].title)} {figure(one.rows)}"
            for one in manifest.differences
            if one.subject == subject
        )
        words = say.pick(
            f"表中的数与汇总不同（条数），{which}：", f"rows whose figures differ from the counts, {which}: "
        )
        yield row(say.text(say.edition.subjects[subject].title), Span(words + figures, "unknown"))
