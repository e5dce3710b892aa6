"""`village-credit keys`: hand out, list and revoke API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from rules.values.layout import Span, line, row
from service.commands.common import Bad, Settings
from service.commands.log import midnight
from service.commands.on_log import on_log
from service.commands.roles import EACH
from service.commands.screen import as_json
from service.days import day_of
from service.keys import PERMISSIONS, ApiKey, Keys, user
from service.log import DecisionLog
from service.people import People
from service.settings import value_of


@click.command(epilog=EACH)
@click.argument("name")
@click.option("--role", type=click.Choice(list(PERMISSIONS)), help="新客户的角色 / the role of a new client")
@click.option("--for", "client", metavar="CLIENT", help="给已有客户再发一把 / another key of a client")
@click.option("--of", "login", metavar="LOGIN", help="属于谁；起草用的密钥要写 / whose it is; needed where it drafts")
@click.option("--expires", metavar="DATE", help="从哪天起失效，默认不失效 / the day on which it ends (default: never)")
@on_log
def add(settings: Settings, log: DecisionLog, name: str, role: str | None, **others: str | None) -> None:
    """发放密钥；密钥只显示这一次 / hand out a key; it is shown this once"""
    client, login, expires = (others[one] for one in ("client", "login", "expires"))
    until = None if expires is None else midnight(expires, "--expires")
    if (role is None) == (client is None):
        raise Bad("请写 --role（新客户）或 --for（已有客户），二者之一。",
                  "Write --role (a new client) or --for (a client there is), one of them.")  # fmt: skip
    log.upgrade()
    keys = Keys(log)
    before = None if client is None else _first_of(keys, client)
    role = role if before is None else before.role
    log.introduce(user())
    owner = before.person if before and login is None else _owner(log, role or "", login)
    key, text = keys.add(name, role or "", until, client or "", owner)
    if settings.json:
        as_json({**_as_dict(key), "key": text})
        return
    click.echo(text)
    click.echo(settings.pick("请现在保存：以后不再显示。", "Keep it now: it will not be shown again."), err=True)


@click.command("list")
@on_log
def list_keys(settings: Settings, log: DecisionLog) -> None:
    """列出密钥 / list the keys"""
    keys, now = Keys(log).listed(), log.clock()
    rows = [row(Span(key.id, "title"), _client(key, settings), key.name, key.role, _state(key, now, settings))
            for key in keys]  # fmt: skip
    settings.tell([_as_dict(key) for key in keys], rows)


@click.command()
@click.argument("id")
@on_log
def revoke(settings: Settings, log: DecisionLog, id: str) -> None:
    """吊销密钥；服务几秒内即不再接受 / revoke a key; the service refuses it within seconds"""
    if not Keys(log).revoke(id):
        raise Bad(f"没有可用的密钥 {id}。", f"There is no live key {id}.")
    settings.tell({"id": id, "revoked": True}, [line(settings.pick(f"已吊销 {id}。", f"{id} is revoked."))])


def _owner(log: DecisionLog, role: str, login: str | None) -> str:
    """The person whose key it is. What a key drafts, its person wrote, and so cannot approve."""
    if login is None and "draft" in PERMISSIONS[role]:
        raise Bad(
            f"角色 {role} 能起草：请用 --of 写明密钥属于谁。", f"The role {role} drafts: say with --of whose key it is."
        )
    person = None if login is None else People(log).by_login(login)
    if login is not None and person is None:
        raise Bad(f"没有人用登录名 {login}。", f"Nobody signs in as {login}.")
    return "" if person is None else person.id


def _first_of(keys: Keys, client: str) -> ApiKey:
    """The first key of a client, whose role and person are the client's."""
    for key in keys.listed():
        if key.client == client:
            return key
    raise Bad(f"没有客户 {client}；`keys list` 列出全部。", f"There is no client {client}; `keys list` lists them all.")


def _state(key: ApiKey, now: datetime, settings: Settings) -> Span:
    if key.revoked is not None:
        return Span(settings.pick(f"{_day(key.revoked)} 吊销", f"revoked {_day(key.revoked)}"), "bad")
    if key.expires is None:
        return Span(settings.pick("有效", "live"), "good")
    if key.live(now):
        return Span(settings.pick(f"有效至 {_day(key.expires)}", f"live until {_day(key.expires)}"), "good")
    return Span(settings.pick(f"{_day(key.expires)} 失效", f"ended {_day(key.expires)}"), "bad")


def _client(key: ApiKey, settings: Settings) -> str:
    return settings.pick(f"客户 {key.client}", f"client {key.client}")


def _day(moment: datetime) -> str:
    return day_of(moment, value_of("time_zone")).isoformat()


def _as_dict(key: ApiKey) -> dict[str, Any]:
    times = {"created": key.created, "expires": key.expires, "revoked": key.revoked}
    shown = {name: None if at is None else at.isoformat() for name, at in times.items()}
    return {"id": key.id, "client": key.client, "name": key.name, "role": key.role, **shown}
