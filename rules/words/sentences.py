"""An item in one sentence: its condition or value, whom it applies to, and what follows from it."""

from __future__ import annotations

from rules.values.text import Lang, Text
from rules.words.phrases import FIELDS
from rules.words.sides import Item

FOLLOWING = {  # sides of an item behind the first
    "applies": Text("（适用于：{}）", " (where {})"),
    "outcome": Text(" → {}", " → {}"),
    "unmet": Text("；否则 → {}", "; otherwise → {}"),
    "least": Text("，最低 {}", ", at least {}"),
    "most": Text("，最高 {}", ", at most {}"),
    "missing": Text("；缺数据时 {}", "; {} where data is missing"),
    "ceiling": Text(" → 最高 {}", " → at most {}"),
    "then": Text("（{}）", " ({})"),
    "counted": Text("；全县运行时取 {}", "; in a county run {}"),
    "last": Text("；没有提供时取 {}", "; where it is not given {}"),
    "choices": Text("；可取 {}", "; one of {}"),
    **{name: Text(f"，{FIELDS[name].zh} {{}}", f", {FIELDS[name].en} {{}}") for name in ("weight", "tolerance")},
}
JOIN = Text("；", "; ")


def sentence(item: Item, lang: Lang) -> str:
    """What an item says beside its title, which stands before it, in whole or as its beginning."""
    if not item.sides:
        return ""
    title = item.title.get(lang)
    (_, main), *more = ((aspect, side.spoken[lang != "zh"]) for aspect, side in item.sides.items())
    words = JOIN.get(lang).join(main.parts) if main.frame == title else main.whole
    words = "" if main.whole == title and "outcome" in item.sides else words
    words += "".join(FOLLOWING[name].get(lang).format(one.whole) for name, one in more if name in FOLLOWING)
    return words.lstrip("；; ").rstrip()  # a following side may stand alone
