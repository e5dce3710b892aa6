"""`village-credit serve`: runs the service with its workers until a signal."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from wsgiref.types import WSGIApplication

import click
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from rules import read_store
from rules.problems.os_errors import why
from service import processors
from service.commands.common import Bad, Settings, Unusable, common, no_policies
from service.commands.demonstration import passwords, prepare
from service.keys import user
from service.log import DecisionLog, LogError, Sealer, Signer, kept
from service.log.database import Database
from service.policies.archive import last_live
from service.policies.sources import DATABASE
from service.publishing import published
from service.settings import DATA, EXAMPLE, HOME, RUNTIME, from_environment
from service.settings import Settings as ServiceSettings

M_ARENA_MAX = -8  # of malloc.h
TRIM_SECONDS = 10  # between two trims: each makes the next requests fetch their memory anew
STOP_SECONDS = 30  # for requests under way when the service is told to stop


@click.command()
@click.option("--demo", is_flag=True,
              help="示例：自备密钥与数据目录 / make keys and a data folder of its own, to try it")  # fmt: skip
@click.option("--port", type=int, help="端口，默认见设置 / the port (default: the setting)")
@common
def serve(settings: Settings, demo: bool, port: int | None) -> None:
    """启动判定服务（设置见 docs/settings.md）/ start the service (settings: docs/settings.md)"""
    environment, keys = prepare(os.environ) if demo else (dict(os.environ), {})
    if demo and (HOME / "examples").is_dir():  # an installed package has none
        environment[EXAMPLE] = str(DATA / "example-county")
        environment.setdefault("VILLAGE_CREDIT_COUNTY_RUNS", environment[EXAMPLE])
    if port is not None:
        environment["VILLAGE_CREDIT_PORT"] = str(port)
    environment["VILLAGE_CREDIT_POLICIES"] = str(settings.policies)
    if settings.plan is not None:
        environment["VILLAGE_CREDIT_PLAN"] = settings.plan
    try:
        chosen = from_environment(environment)
        _check(chosen)
    except LogError as error:
        raise Bad(error.zh, str(error)) from None
    os.environ.update(environment)
    if demo:
        click.echo(_welcome(settings, chosen, keys, passwords()))
    run(chosen)


def _check(chosen: ServiceSettings) -> None:
    """Check settings, policies, log and port before any worker starts; migrate the tables."""
    sealer, signer = Sealer.of(chosen.seal_keys, chosen.blind_key), Signer.of(chosen.signing_key)
    log = DecisionLog(chosen.database, sealer, signer)
    log.upgrade()
    kept.check(log, chosen.head_file)
    log.introduce(user())
    errors = tuple(one for one in read_store(chosen.policies, warn=False).problems if one.severity == "error")
    usable = chosen.policies.is_dir() and not errors
    if not usable and not (chosen.published_in == DATABASE and published(log).releases) and not last_live(log):
        if errors:
            raise Unusable(chosen.policies, errors)
        raise no_policies(chosen.policies)
    log.close()
    if chosen.port:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((chosen.host, chosen.port))
            except OSError as error:
                where = f"{chosen.host}:{chosen.port}"
                raise Bad(f"{where} 用不了（{why(error).zh}）。",
                          f"{where} cannot be used ({why(error).en}).") from None  # fmt: skip


def _memory() -> str | None:
    """The host's shared-memory folder, if writable: these files change often and need not survive."""
    memory = Path("/dev/shm")  # noqa: S108 -- the folder made in it is our own
    return str(memory) if os.access(memory, os.W_OK) else None


def run(chosen: ServiceSettings) -> None:
    """Serve until a signal. The workers share a folder for votes on policies and for metrics.

    `service.app` is imported once the folder is set, since prometheus_client reads it at import, and before the
    workers are forked, so that they share its modules.
    """
    runtime = Path(tempfile.mkdtemp(prefix=f"village-credit-{os.getpid()}-", dir=_memory()))
    (runtime / "metrics").mkdir()
    os.environ[RUNTIME] = str(runtime)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(runtime / "metrics")
    import service.app  # noqa: F401, PLC0415

    server = Granian(
        "service.commands.serve:worker",
        factory=True,
        address=chosen.host,
        port=chosen.port,
        interface=Interfaces.WSGI,
        workers=chosen.workers,
        blocking_threads=chosen.threads,
        blocking_threads_idle_timeout=5,  # with the default of 30 an idle thread held up the end for as long
        backlog=1024,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    )
    try:
        with suppress(KeyboardInterrupt):
            server.serve()
    finally:
        shutil.rmtree(runtime, ignore_errors=True)
        _settle(chosen)


def _settle(chosen: ServiceSettings) -> None:
    """What is left when the workers are gone: keep the end of the log, and have all of it in the one file."""
    log = DecisionLog(chosen.database, Sealer.without_keys(), Signer.of(chosen.signing_key))
    with closing(log), suppress(LogError):
        kept.keep(log, chosen.head_file)
    Database(chosen.database).kind.settle()


def worker() -> WSGIApplication:
    """Create a worker's application. Until it exists, a stop signal ends the worker at once: the inherited handler
    would swallow the signal and delay the stop."""
    from service.app import create_app  # noqa: PLC0415 -- see `run`

    libc = ctypes.CDLL(None)
    with suppress(AttributeError):  # glibc's: with a heap for each thread, the memory one request frees serves no other
        libc.mallopt(M_ARENA_MAX, 1)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    processors.keep_to_one(Path(os.environ[RUNTIME]), from_environment().workers)
    threading.Thread(target=_follow, args=(os.getppid(), libc), name="parent", daemon=True).start()
    return create_app()


def _follow(parent: int, libc: ctypes.CDLL) -> None:
    """Stop when the parent is gone (killed, for example): nothing would restart or replace this worker. Until then,
    give freed memory back to the system."""
    for second in count():
        if os.getppid() != parent:
            break
        time.sleep(1)
        if second % TRIM_SECONDS == 0:
            with suppress(AttributeError):
                libc.malloc_trim(0)
    os.kill(os.getpid(), signal.SIGTERM)


def _welcome(settings: Settings, chosen: ServiceSettings, keys: Mapping[str, str], passwords: Mapping[str, str]) -> str:
    address = f"http://{chosen.host}:{chosen.port}"
    shown = "\n".join(f"  {role:<9}{key}" for role, key in keys.items())
    people = "\n".join(f"  {login:<9}{password}" for login, password in passwords.items())
    return settings.pick(
        f"示例服务：打开 {address}\n登录名和密码（仅供试用，存放在 .data）：\n{people}\n"
        f"程序调用的密钥：\n{shown}\n按 Ctrl-C 停止。",
        f"The example service: open {address}\nLogins and passwords to try it with (kept in .data):\n{people}\n"
        f"Keys for programs:\n{shown}\nCtrl-C stops it.",
    )
