"""What the commands at the desk share: somebody who signs in, and refusals in full."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from rules.problems.problem import Problem
from rules.values.ids import SAYS
from rules.values.layout import Line as Shown
from rules.values.layout import Span, line
from rules.values.text import TextErrors
from service.commands.common import Bad, Command, Settings
from service.commands.on_log import on_log
from service.commands.screen import complain
from service.keys import user
from service.log import DecisionLog, Flaw
from service.people import Passwords, People
from service.policies.sources import DATABASE
from service.publishing import Act
from service.publishing.checking import Checked, name_of
from service.publishing.desk import Desk, Doer
from service.publishing.refusals import NotClean, Refused, Touching, Unacknowledged
from service.settings import value_of

PASSWORD = "VILLAGE_CREDIT_PASSWORD"  # noqa: S105 -- the name of a variable
APPROVER_PASSWORD = "VILLAGE_CREDIT_APPROVER_PASSWORD"  # noqa: S105 -- likewise: of a second person
LOGIN = click.option("--as", "login", metavar="LOGIN", required=True,
                     help=f"以谁的身份；密码当场输入，或取自 {PASSWORD} / who you are; the password is asked for, "
                          f"or taken from {PASSWORD}")  # fmt: skip


def words(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """What a person says, as it is: refused where it is but blanks."""
    if value is not None and re.match(SAYS, value) is None:
        raise click.BadParameter("只有空白，请写明。 / It holds only blanks: say something.", ctx, param)
    return value


REASON = click.option("--reason", callback=words, required=True, help="理由 / why")
ACKNOWLEDGED = click.option("--acknowledge", "acknowledged", multiple=True, metavar="ID",
                            help="看过的提醒，可重复 / a warning that you have seen; repeatable")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Here:
    """What a command at the desk has: the options of the call, the desk, and who acts."""

    settings: Settings
    desk: Desk
    who: Doer


def at_desk(command: Command) -> Command:
    """Add the log and somebody who signs in to a command; it gets a Here."""

    @wraps(command)
    def run(settings: Settings, log: DecisionLog, login: str, **others: Any) -> Any:
        log.upgrade()
        log.introduce(user())
        people = People(log)
        who = signed_in(settings, Passwords(log, people), login)
        try:
            with refusing():
                desk = Desk(log, people, value_of("time_zone"), in_folder=value_of("published_in") != DATABASE)
                return command(Here(settings, desk, who), **others)
        finally:
            _doubted(settings, log)

    return LOGIN(on_log(run))  # type: ignore[return-value]


def _doubted(settings: Settings, log: DecisionLog) -> None:
    """Say which lines of the log were left out, as no good signature covers them: the list they are missing from looks
    whole."""
    for seq, code in sorted(log.refused.items()):
        flaw = Flaw(seq, code)
        complain([settings.pick(f"日志里有一行没有采用：{flaw.zh}。请运行 village-credit log verify。",
                                f"A line of the log is not used: {flaw.en}. Run village-credit log verify.")],
                 settings.color)  # fmt: skip


@contextmanager
def refusing() -> Iterator[None]:
    """Turn a refusal of the desk into an error of the command, in full."""
    try:
        yield
    except Refused as error:
        raise _in_full(error) from None


def signed_in(settings: Settings, passwords: Passwords, login: str, variable: str = PASSWORD) -> Doer:
    """The person of a login whose password is in a variable of the environment, or is typed; Bad where it is wrong."""
    password = os.environ.get(variable)
    if password is None:
        password = click.prompt(settings.pick(f"{login} 的密码", f"Password of {login}"), hide_input=True, err=True)
    if (person := passwords.check(login, password)) is None:
        raise Bad(
            "登录名或密码不对。连续输错几次后，要等一刻钟。",
            "Login or password is wrong. After several failures in a row, wait a quarter of an hour.",
        )
    if person.temporary:
        raise Bad(
            "这是初始密码：请先在网页上登录，改掉它。",
            "This is a first password: sign in at the page first, and change it.",
        )
    return Doer(person.id)


def _in_full(error: Refused) -> Exception:
    """A refusal with its places, as the commands print errors."""
    said = {"where": "", "zh": error.zh, "en": error.en}
    match error:
        case NotClean():
            return TextErrors([said, *map(_placed, error.problems)])
        case Unacknowledged():
            zh, en = "看过之后，每个加 --acknowledge ID。", "Once you have seen them, add --acknowledge ID for each."
            return TextErrors([{"where": name_of(one), "zh": one.zh, "en": one.en} for one in error.warnings]
                              + [{"where": "", "zh": zh, "en": en}])  # fmt: skip
        case Touching():
            return TextErrors([said, *(
                {"where": f"{one.file}:{one.line}", "zh": f"您写的：\n{one.yours}别人写的：\n{one.theirs}",
                 "en": f"you wrote:\n{one.yours}somebody else wrote:\n{one.theirs}"} for one in error.conflicts
            )])  # fmt: skip
    return error


def _placed(problem: Problem) -> dict[str, str]:
    return {
        "where": f"{problem.mark.file}:{problem.mark.line}:{problem.mark.column}",
        "zh": problem.zh,
        "en": problem.en,
    }


def checked_lines(settings: Settings, checked: Checked) -> list[Shown]:
    """What a check came to: the editions that change, errors, warnings with their ids."""
    pick = settings.pick
    lines = [
        line(
            Span(one.edition, "title"),
            f"  {checked.title(one.edition).get(settings.lang)}" if one.edition in checked.called else "",
            f"  {one.before[:12] or '—'} → {one.sha256 or '—'}",
        )
        for one in checked.changes
    ]
    lines += [line(Span(one.text(settings.lang), "bad")) for one in checked.errors]
    for problem in checked.warnings:
        text = problem.zh if settings.lang == "zh" else problem.en
        lines.append(line(Span(f"{pick('提醒', 'warning')} {name_of(problem)}: {text}", "unknown")))
    return lines


def tell_act(settings: Settings, act: Act, zh: str, en: str, more: Iterable[Shown] = ()) -> None:
    changes = [{"edition": one.edition, "sha256": one.sha256, "before": one.before} for one in act.changes]
    said = {"id": act.id, "outcome": act.outcome, "draft": act.draft, "by": act.by, "changes": changes}
    settings.tell(said, [line(Span("✓ ", "good"), settings.pick(zh, en)), *more])
