"""The shapes of names, values, expressions and conditions, in which operations and operators are written.

`SHAPES` holds the two shapes that refer to themselves: rules.operations fills in `formula`,
rules.operations.comparisons fills in `condition`.
"""

from __future__ import annotations

from rules.shapes import Either, ListOf, MapOf, Pattern, Prose, Record, Ref, Shape, Word, is_a
from rules.values.text import Text

SHAPES: dict[str, Shape] = {}

ID = Pattern(
    "[A-Za-z][A-Za-z0-9_]{0,59}", "标识：字母开头，只用字母、数字、下划线",
    "an id: a letter, then letters, digits and underscores", ("income", "AAA"),
)  # fmt: skip
PATH = Pattern(
    r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,2}", "事实名", "the name of a fact",
    ("households", "county.income"), "facts",
)  # fmt: skip
VALUE = Pattern(
    r"[^\[\]{}“”‘’「」『』、\u3000\uff01-\uff5e]{1,120}", "带单位的值，或事实名",
    "a value with its unit, or the name of a fact",
    ("12.5%", "18 years", "county.income", "7", "2.5", "true", "false"), "facts",
)  # fmt: skip
WORDS = Record({"zh": Prose(), "en": Prose()})
CHOICES = MapOf(ID, WORDS, 1)
FIRST = Word({"highest": Text("大的在前", "the greatest first"), "lowest": Text("小的在前", "the least first")})
EXPRESSION = Either(
    (is_a("scalar", Text("一个数或一项事实", "a value or a fact")), VALUE), (is_a("map"), Ref("formula", SHAPES))
)
EXPRESSIONS = ListOf(EXPRESSION, 1)
CONDITION = Ref("condition", SHAPES)
