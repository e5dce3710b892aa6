"""The effect of a draft as lines on a screen, from the same data as over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rules.values.figures import figure
from rules.values.layout import Line, Row, Span, line, row
from service.commands.common import Settings
from service.commands.money import money_lines
from service.desk.titles import CANNOT

Said = Mapping[str, Any]
Lines = Iterator[Line | Row]
FEW = 20  # places of a decision; JSON has all


def effect_lines(settings: Settings, said: Said) -> Lines:
    """Every part that there is, in the order of the page."""
    lang, pick = settings.lang, settings.pick
    against = said["against"] or {"edition": "—"}
    yield line(Span(pick(f"第 {said['revision']} 稿，对照 {against['edition']}",
                         f"revision {said['revision']}, held against {against['edition']}"), "title"))  # fmt: skip
    yield from (line(Span(one[lang], "bad"), indent=2) for one in said["errors"])
    yield from (line(one[lang], indent=2) for one in said["changes"])
    heirs = {one["edition"] for one in said["heirs"]}
    yield from _warnings(settings, [one for one in said["warnings"] if one["edition"] not in heirs])
    for one in said["heirs"]:
        called = f"{one['title'][lang]}  {one['edition']}"
        yield line(Span(pick("跟着改变：", "changes with it: ") + called, "title"))
        yield from (line(change[lang], indent=2) for change in one["changes"])
        yield from _warnings(settings, one["warnings"])
        yield from _cases(settings, one["cases"])
    yield from _cases(settings, said["cases"])
    yield from _county(settings, said["county"])
    yield from _tried(settings, said["tried"])
    yield from _replay(settings, said["replay"])
    yield from _shadow(settings, said["shadow"])


def _warnings(settings: Settings, warnings: Sequence[Said]) -> Lines:
    return (line(Span(one[settings.lang], "unknown"), indent=2) for one in warnings)


def _cases(settings: Settings, cases: Said | None) -> Lines:
    if cases is None:
        return
    for one in cases["broken"]:
        words = settings.pick("不再成立：", "holds no longer: ") + f"{one['title'][settings.lang]} · {one['name']}"
        yield line(Span(words, "bad"), indent=2)
    yield from (line(Span(one[settings.lang], "bad"), indent=2) for one in cases["missed"])
    if problem := cases.get("unreadable"):
        yield line(Span(f"{problem['where']}: {problem[settings.lang]}", "bad"), indent=2)


def _county(settings: Settings, county: Said | None) -> Lines:
    if county is None:
        return
    yield line(Span(settings.pick("全县", "the county"), "title"))
    if why := county.get("not"):
        yield line(Span(why[settings.lang], "unknown"), indent=2)
        return
    for one in county["decisions"]:
        yield from decision_lines(settings, one)
        for level in one["places"]:
            shown = sorted(level["rows"], key=lambda place: -place["changed"])[:FEW]
            for place in shown:
                yield row(place["name"] or place["id"], Span(f"+{place['gains']}", "good"),
                          Span(f"-{place['loses']}", "bad"), indent=4)  # fmt: skip
    if not county["decisions"]:
        yield _nothing(settings)


def decision_lines(settings: Settings, one: Said) -> Lines:
    """One decision: how many come out otherwise, who gains and loses, and the money."""
    words = settings.pick("{}：{} 条结论改变，{} 条得到，{} 条失去", "{}: {} come out otherwise, {} gain, {} lose")
    counts = [figure(one[name]) for name in ("changed", "gains", "loses")]
    yield line(words.format(one["title"][settings.lang], *counts), indent=2)
    yield from money_lines(settings.lang, one["amounts"])


def _tried(settings: Settings, tried: Said | None) -> Lines:
    if tried is None:
        return
    if why := tried.get("not"):
        yield line(Span(why[settings.lang], "bad"), indent=2)
        return
    for step in tried["steps"]:
        yield line(Span(step["name"][settings.lang], "title"))
        if why := step.get("not"):
            yield line(Span(why[settings.lang], "bad"), indent=2)
        for one in step["decisions"]:
            yield from decision_lines(settings, one)


def _replay(settings: Settings, replay: Said | None) -> Lines:
    if replay is None:
        return
    words = settings.pick("日志里 {} 条判定，重判 {} 条，{} 条结论改变",
                          "of {} decisions logged {} were judged again, {} come out otherwise")  # fmt: skip
    counts = [figure(replay[name]) for name in ("total", "judged", "changed")]
    yield line(Span(words.format(*counts), "title"))
    if replay["left"]:
        left = figure(replay["left"])
        yield line(Span(settings.pick(f"另有 {left} 条没有看", f"{left} more were not looked at"), "unknown"), indent=2)
    yield from _cannot(settings, replay["cannot"])
    for one in replay["decisions"]:
        yield from decision_lines(settings, one)
        yield from _turns(settings, one["turns"])
    if not replay["decisions"]:
        yield _nothing(settings)


def _shadow(settings: Settings, shadow: Said | None) -> Lines:
    if shadow is None:
        return
    state = settings.pick(
        "影子运行中" if shadow["on"] else "影子运行已结束", "in shadow" if shadow["on"] else "shadow ended"
    )
    counts = settings.pick(f"判定 {shadow['judged']} 个请求，{shadow['changed']} 个结论不同",
                           f"judged {shadow['judged']} requests, {shadow['changed']} come out otherwise")  # fmt: skip
    yield line(Span(f"{state} #{shadow['revision']} → {shadow['until']}: {counts}", "title"))
    if shadow["edited_since"]:
        yield line(Span(settings.pick("草稿之后改过，影子运行仍照开始时的内容",
                                      "the draft was edited since; it goes on with the content it was begun with"),
                        "unknown"), indent=2)  # fmt: skip
    yield from _cannot(settings, shadow["cannot"])
    for one in shadow["decisions"]:
        yield line(one["title"][settings.lang], indent=2)
        yield from _turns(settings, one["turns"])
        for sum in one["amounts"]:
            yield row(sum["title"][settings.lang], sum["turn"], str(sum["count"]), indent=4)


def _turns(settings: Settings, turns: list[Said]) -> Lines:
    for turn in turns:
        sides = [turn[side]["title"][settings.lang] for side in ("before", "after")]
        yield row(" → ".join(sides), figure(turn["count"]), *(Span(id, "dim") for id in turn["lines"][:1]), indent=4)


def _cannot(settings: Settings, cannot: Mapping[str, int]) -> Lines:
    for why, count in cannot.items():
        yield row(Span(CANNOT[why][settings.lang], "unknown"), figure(count), indent=2)


def _nothing(settings: Settings) -> Line:
    return line(Span(settings.pick("没有结论或额度改变", "no outcome and no amount changes"), "dim"), indent=2)
