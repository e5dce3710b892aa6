"""`village-credit people`: add and list those who sign in, change their roles, reset their passwords, end them."""

from __future__ import annotations

import re
from typing import Any

import click

from rules.values.ids import is_card, is_id
from rules.values.layout import Span, line, row
from service.commands.common import Bad, Settings
from service.commands.on_log import on_log
from service.commands.roles import EACH
from service.commands.screen import as_json
from service.days import day_of
from service.keys import PERMISSIONS, user
from service.log import DecisionLog
from service.people import Passwords, People, Person, end_sessions
from service.settings import value_of

LOGIN = re.compile(r"[\w.@-]{1,64}")
LONGEST = 32  # characters of a staff number
ROLE = click.Choice(list(PERMISSIONS))


@click.command(epilog=EACH)
@click.argument("login")
@click.option("--name", required=True, help="姓名或岗位 / name or post")
@click.option("--role", type=ROLE, required=True, help="角色 / the role")
@click.option(
    "--number", default="", help="工号：同一个人的几个账号写同一个 / staff number, one for all logins of one human"
)
@click.option("--elsewhere", is_flag=True, help="在单位登录，不发密码 / signs in elsewhere: no password")
@on_log
def add(settings: Settings, log: DecisionLog, login: str, elsewhere: bool, **said: str) -> None:
    """增加一个人；初始密码只显示这一次 / add a person; the first password is shown this once"""
    if not LOGIN.fullmatch(login) or is_card(login):
        raise Bad("登录名用 1 到 64 个字母、数字和 . _ - @，不能是身份证号。",
                  "A login is 1 to 64 of letters, digits and . _ - @, and no identity number.")  # fmt: skip
    if not is_id(said["name"]):
        raise Bad("姓名或岗位用 1 到 64 个看得见的字符，不能有身份证号。",
                  "A name or post is 1 to 64 characters that can be seen, and no identity number.")  # fmt: skip
    _must_be_number(said["number"])
    log.upgrade()
    log.introduce(user())
    people = People(log)
    if (person := people.add(login, **said)) is None:
        raise Bad(f"已有人用登录名 {login}。", f"Somebody signs in as {login} already.")
    if elsewhere:
        added = line(settings.pick(f"已增加 {login}，在单位登录。", f"{login} is added, and signs in elsewhere."))
        settings.tell(_as_dict(person), [added])
        return
    _show_password(settings, person, Passwords(log, people).first(person))


@click.command("list")
@on_log
def list_people(settings: Settings, log: DecisionLog) -> None:
    """列出 / list them"""
    people = People(log).listed()
    rows = [
        row(Span(one.login, "title"), one.name, one.role, one.number, one.id, _state(one, settings)) for one in people
    ]
    settings.tell([_as_dict(one) for one in people], rows)


@click.command()
@click.argument("login")
@on_log
def reset(settings: Settings, log: DecisionLog, login: str) -> None:
    """重设密码，新的初始密码只显示这一次 / a new first password, shown this once"""
    people = People(log)
    person = _person(people, login)
    password = Passwords(log, people).first(person)
    end_sessions(log, person)
    _show_password(settings, person, password)


@click.command("role", epilog=EACH)
@click.argument("login")
@click.argument("role", type=ROLE)
@on_log
def change_role(settings: Settings, log: DecisionLog, login: str, role: str) -> None:
    """改角色 / change a role"""
    people = People(log)
    person = _person(people, login)
    people.change_role(person, role)
    settings.tell({"id": person.id, "role": role},
                  [line(settings.pick(f"{login} 现在是 {role}。", f"{login} is {role} now."))])  # fmt: skip


@click.command()
@click.argument("login")
@click.argument("number", default="")
@on_log
def set_number(settings: Settings, log: DecisionLog, login: str, number: str) -> None:
    """登记工号：同一工号的账号是同一个人，不写则取消 / set the staff number: logins of one number are one human's"""
    people = People(log)
    ended = [one for one in people.listed() if login in (one.id, one.login)]
    person = people.by_login(login) or (ended[-1] if ended else _person(people, login))
    _must_be_number(number)
    people.set_number(person, number)
    others = sorted(people.accounts(person.id) - {person.id})
    zh, en = f"{login} 的工号是 {number}。", f"{login} has the staff number {number}."
    if not number:
        zh, en = f"{login} 没有工号了。", f"{login} has no staff number any more."
    if others:
        zh, en = zh + f"同一个人还有：{'、'.join(others)}。", f"{en} The same human has: {', '.join(others)}."
    settings.tell({"id": person.id, "number": number, "same": others}, [line(settings.pick(zh, en))])


def _must_be_number(number: str) -> None:
    if number and not (is_id(number) and len(number) <= LONGEST):
        raise Bad(f"工号用 1 到 {LONGEST} 个看得见的字符，不能是身份证号。",
                  f"A staff number is 1 to {LONGEST} characters that can be seen, and no identity number.")  # fmt: skip


@click.command()
@click.argument("login")
@on_log
def end(settings: Settings, log: DecisionLog, login: str) -> None:
    """停用；已登录的立即退出 / end a person; whoever is signed in is out at once"""
    people = People(log)
    person = _person(people, login)
    people.end(person)
    end_sessions(log, person)
    settings.tell({"id": person.id, "ended": True}, [line(settings.pick(f"已停用 {login}。", f"{login} is ended."))])


def _person(people: People, login: str) -> Person:
    if (person := people.by_login(login)) is None:
        raise Bad(f"没有人用登录名 {login}。", f"Nobody signs in as {login}.")
    return person


def _show_password(settings: Settings, person: Person, password: str) -> None:
    if settings.json:
        as_json({**_as_dict(person), "password": password})
        return
    click.echo(password)
    zh = "初始密码，请当面交给本人：以后不再显示，首次登录时须改掉。"
    en = "The first password: hand it over in person. It is shown this once, and changed at the first sign-in."
    click.echo(settings.pick(zh, en), err=True)


def _state(person: Person, settings: Settings) -> Span:
    if person.ended is not None:
        day = day_of(person.ended, value_of("time_zone")).isoformat()
        return Span(settings.pick(f"{day} 停用", f"ended {day}"), "bad")
    if not person.password:
        return Span(settings.pick("在单位登录", "signs in elsewhere"), "good")
    if person.temporary:
        return Span(settings.pick("尚未改初始密码", "first password not changed yet"), "unknown")
    return Span(settings.pick("有效", "live"), "good")


def _as_dict(person: Person) -> dict[str, Any]:
    ended = None if person.ended is None else person.ended.isoformat()
    return {"id": person.id, "login": person.login, "name": person.name, "role": person.role, "number": person.number,
            "created": person.created.isoformat(), "ended": ended}  # fmt: skip
