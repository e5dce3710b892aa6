"""Shared by all commands: options, the chosen edition, output, error reporting."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from rules import Edition, FactError, PolicyError, Store, read_store
from rules.building.loader import load
from rules.building.store import NotInForce
from rules.problems.os_errors import why
from rules.problems.problem import Problem
from rules.values.exact import read_date
from rules.values.layout import Line, Row
from rules.values.text import Lang, NotFound, Text, TextError, TextErrors
from rules.variants.readings import choices, under
from rules.words.explanation import ALL, DEPTH
from service.commands.screen import as_json, colours, complain, show
from service.days import day_of
from service.settings import value_of

NONE: Mapping[str, str] = {}  # no other readings
HOME = Path(__file__).resolve().parents[2]
DONE, POLICY_PROBLEMS, BAD_INPUT, NEEDS_INFORMATION = 0, 1, 2, 3
Item = TypeVar("Item")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EXTRACT = click.Path(exists=True, path_type=Path)  # a file of records, or a folder of them
FOLDER = click.Path(file_okay=False, path_type=Path)
RUN = click.Path(exists=True, file_okay=False, path_type=Path)  # the folder of a county run
Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of one call."""

    policies: Path
    plan: str | None
    on: date | None
    lang: Lang
    json: bool
    color: bool | None

    def pick(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def store(self) -> Store:
        """The editions of the policies folder; PolicyError where those of the plan asked for cannot be used."""
        if not self.policies.is_dir():
            raise no_policies(self.policies)
        store = read_store(self.policies, warn=False)
        errors = [one for one in store.problems if one.severity == "error"]
        if blocking := [one for one in errors if self.plan is None or one.mark.file.startswith(f"{self.plan}/")]:
            raise Unusable(self.policies, tuple(blocking))
        return store

    def chosen(self, store: Store) -> str:
        """The plan asked for, or the only one."""
        return self.plan or only(store.plans, "--plan", "方案", "plan")

    def edition(self, on: date, readings: Mapping[str, str] = NONE) -> Edition:
        store = self.store()
        return under(self.policies, edition_on(store, self.chosen(store), on), readings)

    def named(self, name: str, readings: Mapping[str, str] = NONE) -> Edition:
        """An edition by `plan/date`, by its date alone, or by its folder; under other readings, if any."""
        folder, root = Path(name), root_of(name, self.policies)
        if (folder / "plan.yaml").is_file():
            loaded = load(folder.resolve(), root, warn=False)
            if loaded.edition is None:
                raise Unusable(root, loaded.problems)
            edition = loaded.edition
        else:
            store = self.store()
            edition = store.edition(f"{self.chosen(store)}/{name}" if read_date(name) else name)
        return under(root, edition, readings)

    def last_day(self, name: str | None, edition: Edition) -> date | None:
        """The last day of an edition that was named so, or is the one of a day."""
        return read_store(root_of(name, self.policies) if name else self.policies, warn=False).ends(edition)

    def judged_by(self, name: str, readings: Mapping[str, str], sha256: str) -> Edition:
        """The edition of a run; Bad where it has been edited since."""
        edition = self.named(name, readings)
        if edition.sha256 != sha256:
            raise Bad(f"{edition.id} 在这次运行之后改过，不能照它说明或试算：请恢复原来的文件，或重新运行。",
                      f"{edition.id} has changed since the run, which it cannot explain or simulate: restore its "
                      "files, or run again.")  # fmt: skip
        return edition

    def tell(self, value: Any, block: Iterable[Line | Row]) -> None:
        """Print `value` where JSON is asked for, else the text."""
        if self.json:
            as_json(value)
        else:
            show(block, self.color)

    def today(self) -> date:
        return self.on or day_of(datetime.now(UTC), value_of("time_zone"))


def root_of(name: str, policies: Path) -> Path:
    """The policies folder of an edition that is named as in `Settings.named`."""
    return Path(name).resolve().parents[1] if (Path(name) / "plan.yaml").is_file() else policies


class Bad(TextError):
    """The command or its input is wrong."""


def edition_on(store: Store, plan: str, on: date) -> Edition:
    """The edition of a plan in force on a date; NotFound says which there are, and how to decide by one of another
    day."""
    try:
        return store.in_force(plan, on)
    except NotInForce as error:
        hint = another_day(error.day)
        raise NotFound(f"{error.zh}。{hint.zh}", f"{error.en}. {hint.en}") from None


def another_day(day: date) -> Text:
    """How to decide by an edition that is not in force on the day."""
    return Text(f"要按另一天的版本判定，请加上那一天，如 --on {day}。",
                f"To decide by the edition of another day, add that day, such as --on {day}.")  # fmt: skip


def no_policies(folder: Path) -> Bad:
    return Bad(f"没有政策目录 {folder}。", f"There is no policies folder {folder}.")


class Unusable(Exception):
    """Policies that cannot be used; file names are relative to `root`."""

    def __init__(self, root: Path, problems: tuple[Problem, ...]) -> None:
        super().__init__(root)
        self.root, self.problems = root, problems


def only(known: Mapping[str, object], option: str, zh: str, en: str) -> str:
    """The name of the only item; Bad where there is another, or none: the option has to say which."""
    if len(known) != 1:
        there = ", ".join(known) or "-"
        raise Bad(f"请用 {option} 指明{zh}（现有：{there}）。", f"Say which {en} with {option} (there are: {there}).")
    return next(iter(known))


def one_of(known: Mapping[str, Item], name: str, zh: str, en: str) -> Item:
    """The item of this name; Bad lists those there are."""
    if name not in known:
        there = ", ".join(known)
        raise Bad(f"没有{zh} {name}（现有：{there}）。", f"There is no {en} {name} (there are: {there}).")
    return known[name]


def read_day(text: str, option: str) -> date:
    """The value of an option as a date."""
    day = read_date(text)
    if day is None:
        raise Bad(f"{option} 要写日期，如 2026-12-31，不是 {text}。",
                  f"{option} wants a date as in 2026-12-31, not {text}.")  # fmt: skip
    return day


def language() -> str:
    """English where the locale says so, else Chinese."""
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "en" if locale.lower().startswith("en") else "zh"


def common(command: Command) -> Command:
    """Add the common options to a command, and turn exceptions into a message and an exit code."""

    @wraps(command)
    def run(policies: str, plan: str | None, on: str | None, **others: Any) -> Any:
        shared = others.pop("lang"), others.pop("as_json"), colours(others.pop("color"))
        settings = Settings(Path(policies), plan, None, *shared)
        with reported(settings):
            if "readings" in others:
                others["readings"] = choices(others["readings"])
            return command(settings if on is None else replace(settings, on=read_day(on, "--on")), **others)

    for option in reversed(OPTIONS):
        run = option(run)
    return run  # type: ignore[return-value]


@contextmanager
def reported(settings: Settings) -> Iterator[None]:
    """Turn an exception into a message and an exit code."""
    try:
        yield
    except (Unusable, PolicyError) as error:
        root = getattr(error, "root", settings.policies)
        _fail(settings, POLICY_PROBLEMS, [located(one, root) for one in error.problems])
    except TextErrors as error:
        _fail(settings, BAD_INPUT, error.problems)
    except TextError as error:
        _fail(settings, BAD_INPUT, [{"where": error.where, "zh": error.zh, "en": error.en}])
    except FactError as error:
        _fail(settings, BAD_INPUT, [{"where": one.pointer.strip("/"), "zh": one.zh, "en": one.en}
                                    for one in error.problems])  # fmt: skip
    except BrokenPipeError:  # whoever reads has enough: click ends quietly
        raise
    except OSError as error:
        name, (zh, en) = error.filename or "", why(error)
        text = {"where": "", "zh": f"读写不了 {name}（{zh}）。", "en": f"{name} cannot be used ({en})."}
        _fail(settings, BAD_INPUT, [text])


OPTIONS = (
    click.option("--policies", metavar="DIR", envvar="VILLAGE_CREDIT_POLICIES", default=str(HOME / "policies"),
                 help="政策目录，默认为随附的 policies / the policies folder (default: the one shipped)"),
    click.option("--plan", metavar="PLAN", help="方案，默认为唯一的一个 / the plan (default: the only one)"),
    click.option("--on", metavar="DATE",
                 help="判定日期，默认随案例，没有则为今天 / decision date (default: the case's, else today)"),
    click.option("--lang", type=click.Choice(["zh", "en"]), default=language, help="语言，默认随系统 / language"),
    click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON"),
    click.option("--color/--no-color", default=None, help="颜色，默认看终端 / colours (default: where there are any)"),
)  # fmt: skip


reread = click.option(
    "--reading", "readings", multiple=True, metavar="NAME=CHOICE",
    help="换一种解读试算，可重复（见 policies readings）/ try another reading; repeatable",
)  # fmt: skip


def levels(command: Command) -> Command:
    """Give a command that explains the option for how deep it goes: `--depth 2`, or `--all`."""
    every = click.option("--all", "depth", flag_value=ALL, type=int, help="全部推算 / all arithmetic")
    some = click.option("--depth", type=click.IntRange(0, ALL), default=DEPTH, show_default=True, metavar="N",
                        help="推算说明几层，0 为不说明 / levels of arithmetic to explain, 0 for none")  # fmt: skip
    return every(some(command))


def located(problem: Problem, root: Path) -> dict[str, str]:
    """A problem with its file relative to the working directory, so that editors can open it."""
    where = replace(problem.mark, file=os.path.relpath(root / problem.mark.file)).place
    inside = f"{problem.inside}: " if problem.inside else ""
    return {
        "where": where,
        "severity": problem.severity,
        "code": problem.code,
        "zh": f"{inside}{problem.zh}",
        "en": f"{inside}{problem.en}",
    }


def message_of(problem: Mapping[str, str], lang: Lang) -> str:
    where = f"{problem['where']}: " if problem.get("where") else ""
    return f"{where}{problem[lang]}"


def _fail(settings: Settings, code: int, problems: Sequence[Mapping[str, str]]) -> NoReturn:
    if settings.json:
        as_json({"errors": problems}, err=True)
    else:
        complain((message_of(problem, settings.lang) for problem in problems), settings.color)
    raise click.exceptions.Exit(code)
