"""What a test case wants a decision to give beside its outcome: its outputs, held against what it gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rules.judging.outcomes import Judgement
from rules.model import Edition, Rule
from rules.model.decisions import Output
from rules.values.exact import Type, Value
from rules.values.kinds import KINDS, Unread
from rules.values.text import Text
from rules.words.wording import Wording

NONE = Text("不给出", "not given")


@dataclass(frozen=True, slots=True)
class Given:
    """An output of a decision: what a case wants, and what it comes to."""

    title: Text
    wanted: Text
    found: Text
    met: bool


@dataclass(frozen=True, slots=True)
class _Unbounded:
    """An output as values are read of it: as facts of its type, with no bounds."""

    type: Type
    minimum: Value = None
    maximum: Value = None
    whole: bool = False


def given(edition: Edition, rule: Rule, judged: Judgement, wanted: Mapping[str, Any]) -> Iterator[Given]:
    """Each output that is wanted. One that several rows may give is met where every value of it is the wanted one."""
    for name, said in wanted.items():
        output = rule.body.outputs.get(name)
        if output is None:
            names = ", ".join(rule.body.outputs)
            missing = Text(f"没有这一项（有：{names or '无'}）", f"no such output (there are: {names or 'none'})")
            yield Given(Text(name, name), Text(str(said), str(said)), missing, met=False)
            continue
        found = [one[name] for one in (judged.outputs, *(outputs for _, outputs in judged.measures)) if name in one]
        shown = _shown(edition, output, found)
        try:
            value = None if said is None else _read(output, said)
        except Unread as error:
            _, zh, en = next(iter(error.reasons.values()))
            yield Given(output.title, Text(f"{said}（{zh}）", f"{said} ({en})"), shown, met=False)
            continue
        met = all(one == value for one in found) and (bool(found) or value is None)
        unknown = None in found and value is None  # not known is not the same as not given
        yield Given(output.title, _shown(edition, output, [] if value is None else [value]), shown,
                    met and not unknown)  # fmt: skip


def _read(output: Output, said: Any) -> Value:
    reader = KINDS[output.type.kind].reader
    assert reader is not None  # a list is no output
    return reader(_Unbounded(replace(output.type, choices=tuple(output.choices) or output.type.choices)))(said)


def _shown(edition: Edition, output: Output, values: list[Value]) -> Text:
    if not values:
        return NONE
    zh, en = (Wording(edition, lang) for lang in ("zh", "en"))
    return Text("、".join(zh.value(one, output.type, output.choices) for one in values),
                ", ".join(en.value(one, output.type, output.choices) for one in values))  # fmt: skip
