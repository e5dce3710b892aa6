"""`village-credit policies effect | shadow`: what would come of a draft, and having it judge beside."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from rules.values.exact import read_date
from rules.values.layout import Span, line
from service.api.effects import feed_of, told
from service.api.shadows import shadow_of
from service.commands.common import RUN, Bad, read_day
from service.commands.desk import REASON, Here, at_desk
from service.commands.effect_words import effect_lines
from service.commands.screen import progress
from service.effect import Effects, Question, State
from service.effect.asking import asked
from service.effect.question import READINGS, REPLAY, SWEEP
from service.http.answering import Scribe
from service.log import Sealer
from service.publishing.desk import must_have
from service.settings import TABLE, Settings, value_of
from service.shadow import end, start

LOOK = 0.2  # seconds between two looks at how far it is


@click.command()
@click.argument("id")
@click.option("--run", "runs", type=RUN, help="全县运行的结果，默认按设置 / the county run (default: by the settings)")
@click.option("--readings", "readings", is_flag=True,
              help="别的解读会怎样 / what other choices of its readings would move")  # fmt: skip
@click.option("--sweep", metavar="DECISION.ITEM=FROM..TO/STEP", help="一个数逐个试过去 / a figure at value after value")
@click.option("--replay", metavar="FROM..TO",
              help="过去的判定照草稿重判；要封存密钥 / judge past decisions again; needs the seal keys")  # fmt: skip
@at_desk
def effect(here: Here, id: str, runs: Path | None, readings: bool, sweep: str | None, replay: str | None) -> None:
    """草稿的影响：改了什么、哪些例子不再成立、谁得到谁失去、过去的判定会怎样 / what would come of a draft"""
    if sum(map(bool, (readings, sweep, replay))) > 1:
        raise Bad("--readings、--sweep、--replay 一次只用一个。", "Use one of --readings, --sweep and --replay.")
    must_have(here.desk, here.who, "effect")
    asks = READINGS if readings else f"{SWEEP}{sweep}" if sweep else ""
    period = None
    if replay is not None:
        must_have(here.desk, here.who, "replay_period")
        period = _period(replay)
        asks = f"{REPLAY}{period[0]}..{period[1]}"
    settings = Settings(**{one.name: value_of(one.name) for one in TABLE})
    found = asked(here.desk, settings if runs is None else replace(settings, county_runs=str(runs)), id, asks)
    state = State("none")
    if found.question is not None:
        state = _worked_out(here, found.question, period)
    reads = here.desk.rights.may(here.who.person, "read_all")
    said = told(found, state, shadow_of(here.desk, found.draft, reads=reads), reads=reads)
    here.settings.tell(said, effect_lines(here.settings, said))
    if state.status == "failed":
        raise Bad(f"测算没有完成：{state.failure}", f"It was not worked out: {state.failure}")


def _period(text: str) -> tuple[date, date]:
    first, _, last = text.partition("..")
    days = read_date(first), read_date(last)
    if days[0] is None or days[1] is None or days[0] > days[1]:
        raise Bad(f"--replay 写成 2026-01-01..2026-01-31，不是 {text}。",
                  f"--replay reads 2026-01-01..2026-01-31, not {text}.")  # fmt: skip
    return days[0], days[1]


def _worked_out(here: Here, question: Question, period: tuple[date, date] | None) -> State:
    """Work an effect out in a process of its own, and wait for it; whoever stops waiting stops it."""
    log, effects = here.desk.log, Effects()
    fed = None
    if period is not None:
        log.sealer = Sealer.of(value_of("seal_keys"), value_of("blind_key"))
        says = Scribe(here.who.person, "", "", log.sealer, log.clock)
        fed = feed_of(log, question, *period, here.desk.zone, says)
    try:
        effects.begin(question, fed)
        with progress(0, here.settings.pick("测算", "working it out"), least=0) as tick:
            while (state := effects.state(question)).open:
                _tick(tick, state)
                time.sleep(LOOK)
    except BaseException:
        with suppress(OSError):
            effects.stop(question)
        raise
    finally:
        effects.wait()
    return state


def _tick(tick: Callable[..., None], state: State) -> None:
    tick(0, f"{state.step} {state.done}/{state.steps}" if state.steps else state.step)


@click.command()
@click.argument("id")
@click.option("--until", metavar="DAY", help="到哪一天为止 / the last day on which it judges")
@click.option("--end", "ending", is_flag=True, help="结束 / take it out of shadow")
@REASON
@at_desk
def shadow(here: Here, id: str, until: str | None, ending: bool, reason: str) -> None:
    """影子运行：草稿与生效的版本一起判定每个请求，只计数 / have a draft judge live requests beside, to be counted"""
    if ending == bool(until):
        raise Bad("写 --until 日期，或 --end。", "Say --until DAY, or --end.")
    if until:
        made = start(here.desk, here.who, id, read_day(until, "--until"), reason)
        words = f"{id} 影子运行到 {made.until}。", f"{id} is in shadow up to {made.until}."
    else:
        made = end(here.desk, here.who, id, reason)
        words = f"{id} 的影子运行已结束。", f"{id} is out of shadow."
    here.settings.tell(made.as_dict(), [line(Span("✓ ", "good"), here.settings.pick(*words))])
