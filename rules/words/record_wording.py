"""Formulas and comparisons in words, with the values of one record put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.judging.bounds import seen
from rules.judging.evaluate import Scope, evaluate
from rules.judging.findings import title_of
from rules.judging.missing import missing
from rules.model import Condition, Const, Expr, Leaf, Op, Ref
from rules.operations import OPERATIONS
from rules.values.exact import BOOLEAN
from rules.values.text import Lang, Text
from rules.words.names import QUOTED, negative
from rules.words.phrases import HOLDS, IS, LACKING, MEETS, WANTED
from rules.words.wording import Codes, Wording

END = "\u2060"  # after a value, until the next character shows whether a space belongs there
END_BEFORE_WORD = re.compile(f"{END}(?=[\u4e00-\u9fff])")
JOINTS, QUOTES = re.compile("[，、；或,;]| or "), '“"'  # what joins words to a list; how a quotation begins
RecordNames = Mapping[tuple[str, str], str]  # subject and id -> the name of a record, where names are public
UNNAMED: RecordNames = {}
FEW = 2  # facts that are named beside the value they are missing for


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordWording(Wording):
    """Wording in which every name is followed by its value for one record. Conditions stay without values."""

    scope: Scope
    around: str  # `own` of the record itself; inside its lists it is another
    records: RecordNames = field(default_factory=dict)

    @classmethod
    def of(cls, scope: Scope, lang: Lang, records: RecordNames = UNNAMED) -> RecordWording:
        """The words for one record, seen from the record around its list where it is in one."""
        listed = scope.own is not None and scope.own.outer.get(scope.subject) is not scope
        own = scope.own.subject if scope.own is not None and listed else ""
        return cls(scope.edition, lang, scope.subject, own, scope=scope, around=own, records=records)

    @property
    def plain(self) -> Wording:
        return Wording(self.edition, self.lang, self.subject, self.own, self.years, self.ordinal, self._names)

    def beside(self, scope: Scope) -> RecordWording:
        """The words for another record."""
        return self.of(scope, self.lang, self.records)

    def record(self, subject: str, id: str) -> str:
        """A record as people read it: its name before its id, where it has one."""
        name = self.records.get((subject, id))
        return f"{name} {id}" if name else id

    def of_values(self, expr: Expr) -> RecordWording:
        """The words for values of an expression."""
        return self.fitting(expr, self.name(expr))

    @property
    def _here(self) -> bool:
        """Whether what is said is about the record itself, and not about those of a list."""
        return (self.subject, self.own) == (self.scope.subject, self.around)

    def phrased(self, expr: Expr, codes: Codes) -> tuple[str, int]:
        """Of a choice the branch that was taken: its condition is explained by its parts."""
        if self._here and isinstance(expr, Op) and expr.where is not None and not expr.inside:
            kept = OPERATIONS[expr.name].asked(expr, self.scope)
            if len(kept) == 1 < len(expr.args):
                return self.phrased(kept[0], codes)
        return Wording.phrased(self, expr, codes)

    def reference(self, ref: Ref) -> str:
        name = self.name(ref)
        if not self._here or ref.type.kind == "list":
            return name
        value = self.seen(ref)
        known = evaluate(ref, self.scope) is not None
        return self.pick(f"{name} {value}{END}", f"{value} ({name})" if known else f"{name} ({value})")

    def expr(self, expr: Expr, subject: str = "", own: str = "", codes: Mapping[str, Text] | None = None) -> str:
        return END_BEFORE_WORD.sub(" ", Wording.expr(self, expr, subject, own, codes)).replace(END, "")

    def condition(self, condition: Condition, subject: str = "", own: str = "") -> str:
        return self.plain.condition(condition, subject, own)

    def name(self, expr: Expr) -> str:
        """The title of a fact or a conclusion; the words of a formula."""
        if not isinstance(expr, Ref):
            return self.plain.expr(expr)
        return self.text(title_of(expr, self.edition, self.subject, self.own or self.subject))

    def seen(self, expr: Expr) -> str:
        """The value of an expression for this record."""
        return self.of_values(expr).value(seen(expr, self.scope), expr.type, self.codes(expr))

    def lacking(self, expr: Expr) -> str:
        """The value; where it is not known, the facts for want of which it is not."""
        if evaluate(expr, self.scope) is not None:
            return self.seen(expr)
        unknown = self.seen(expr)
        wanted = {(one.title, one.why) for one in missing(expr, self.scope)}
        if len(wanted) > FEW:
            return self.pick(f"{unknown}（缺 {len(wanted)} 项信息）", f"{unknown} ({len(wanted)} facts are missing)")
        lacking = [self._lack(title, why) for title, why in sorted(wanted, key=lambda one: (one[1], one[0].zh))
                if why != "not_given" or self.text(title) != self.name(expr)]  # fmt: skip
        listed = self.pick("、", ", ").join(lacking)
        return self.pick(f"{unknown}（{listed}）", f"{unknown} ({listed})") if listed else unknown

    def _lack(self, title: Text, why: str) -> str:
        """A fact for want of which a value is not known."""
        if why == "not_given":
            return self.pick(f"缺{title.zh}", f"{title.en} is missing")
        return self.pick(f"{title.zh}{LACKING[why].zh}", f"{title.en} {LACKING[why].en}")


def tests(say: Wording, leaf: Leaf) -> str:
    """The comparisons of a leaf with the limits of a record: `at least 55%`."""
    return say.tests(leaf, lambda limit, _: _limit(say, limit, leaf))


def plainly(say: Wording, leaf: Leaf) -> str:
    """The same, without the verb where one value is asked for: `at least 55%`, but `AA`.

    Several values stand in quotation marks where one of them is a sentence of its own: each ends where it ends."""
    if len(leaf.tests) != 1 or not exactly(leaf):
        return tests(say, leaf)
    limits = [_limit(say, limit, leaf) for limit in leaf.tests[0].limits]
    if len(limits) > 1 and any(JOINTS.search(limit) or negative(limit, say.lang) for limit in limits):
        limits = [quoted(say, limit) for limit in limits]
    return say.pick("或", " or ").join(limits)


def quoted(say: Wording, words: str) -> str:
    """Words in quotation marks, as they are where they begin with some."""
    return words if words[0] in QUOTES else QUOTED.get(say.lang).format(words)


def compared(say: Wording, leaf: Leaf, truth: bool | None) -> str:
    """What came of a comparison, and what it asks for; that alone where the value seen is what is asked for."""
    if truth and exactly(leaf):
        return say.text(HOLDS[True])
    if not exactly(leaf):
        words = tests(say, leaf)
        return say.text(MEETS[truth]).format(words if QUOTED.get(say.lang)[0] in words else quoted(say, words))
    if leaf.left.type == BOOLEAN:
        return say.text(WANTED).format(plainly(say, leaf))
    limits = (quoted(say, _limit(say, one, leaf)) for one in leaf.tests[0].limits)
    return say.text(IS[truth]).format(say.pick("或", " or ").join(limits))


def _limit(say: Wording, limit: Expr, leaf: Leaf) -> str:
    codes = say.codes(leaf.left)
    return say.value(limit.value, limit.type, codes) if isinstance(limit, Const) else say.expr(limit, codes=codes)


def exactly(leaf: Leaf) -> bool:
    """Whether the value seen is the value wanted, if the comparison holds."""
    return all(test.operator in ("equals", "one_of") for test in leaf.tests)
