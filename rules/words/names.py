"""The names of facts, conclusions and choices at one place of an edition: each name means one thing only.

In: an edition, a language, and the place: the subject at hand and, inside a list, the subject around it.
Out: the title, after the name of its subject where that is another subject; before its path where two titles are
alike; in quotation marks where the title could be read as a formula.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, cached_property

from rules.model import CONSTANTS, Edition, Ref, Rule
from rules.operations import OPERATORS, PHRASES
from rules.values.text import Lang, Text
from rules.words.phrases import AND_ALSO, AROUND, BETWEEN, LISTED, ONLY, SPAN

DATE, TOTAL = Text("判定日期", "decision date"), Text("总分", "total points")
QUOTED, PATH = Text("“{}”", '"{}"'), Text("〔{}〕", "[{}]")
RESERVED = frozenset({"是", "否", "未知", "yes", "no", "not known"})
_UNSAFE = re.compile(r"[0-9+\-−≈(（〔\[]")  # the beginning of a figure or of brackets
_NEGATION = Text("不|未|无|没|非", "(?:not|no|non)\\b")  # the beginning of a title that a verb before it would read on
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_MARKS = re.compile(r"[“”\"〔〕\[\]]")


class Names:
    """The names of everything that can be named at a place."""

    def __init__(self, edition: Edition, lang: Lang, subject: str, own: str = "") -> None:
        self.edition, self.lang, self.subject, self.own = edition, lang, subject, own

    def of(self, ref: Ref) -> str:
        """The name of a fact, an outcome, an output, or a list of records."""
        base = self._base(ref)
        if self._bases[base] > 1:
            return f"{base}{PATH.get(self.lang).format(ref.path)}"
        return self._safe(base, ref.path, self._bases)

    def code(self, code: str, titles: Mapping[str, Text]) -> str:
        """The name of one choice among the titles of all its codes."""
        if code not in titles:
            return code
        known = Counter(title.get(self.lang) for title in titles.values())
        title = titles[code].get(self.lang)
        if known[title] > 1:
            return f"{title}{PATH.get(self.lang).format(code)}"
        name = self._safe(title, code, known | self._bases)
        if title in self._bases or negative(title, self.lang):  # in quotation marks it is the choice, and no fact
            return QUOTED.get(self.lang).format(title) if name == title else PATH.get(self.lang).format(code)
        return name

    def _safe(self, title: str, path: str, known: Counter[str]) -> str:
        """The title as it stands where it can be read in no other way, else in quotation marks, or its path."""
        before, within = _words(self.lang)
        quoted = _QUOTED.match(title)
        whole = quoted is not None and (quoted.end() == len(title) or within.match(title, quoted.end()) is not None)
        plain = title not in RESERVED and not _UNSAFE.match(title) and not before.match(title) and not whole
        if plain and not any(title[: match.start()] in known for match in within.finditer(title)):
            return title
        return PATH.get(self.lang).format(path) if _MARKS.search(title) else QUOTED.get(self.lang).format(title)

    def _base(self, ref: Ref) -> str:
        if ref.what == "on":
            return DATE.get(self.lang)
        if ref.what == "total":
            return TOTAL.get(self.lang)
        if ref.what == "records":
            return self.edition.subjects[ref.name].title.get(self.lang)
        home = self._home(ref.scope)
        if ref.what == "fact":
            title = self.edition.subjects[home].facts[ref.name].title.get(self.lang)
        else:
            title = _concluded(self.edition.rules[ref.name], ref.output, self.lang)
        return self._of_subject(ref.scope, home, title)

    def _home(self, scope: str) -> str:
        return self.subject if scope == "" else self.own or self.subject if scope == "own" else scope

    def _of_subject(self, scope: str, home: str, title: str) -> str:
        """A title with the subject it belongs to, where that is not the subject at hand."""
        if scope in ("", self.subject, CONSTANTS):
            return title
        subject = self.edition.subjects[home].title
        if self.lang == "zh":
            return f"{'本' if scope == 'own' else ''}{subject.zh}{title}"
        return f"{f'this {subject.en[:1].lower()}{subject.en[1:]}' if scope == 'own' else subject.en}: {title}"

    @cached_property
    def _bases(self) -> Counter[str]:
        """How many things at this place go by the same title."""
        return Counter([DATE.get(self.lang), TOTAL.get(self.lang), *self._all()])

    def _all(self) -> Iterator[str]:
        for scope in self._scopes():
            home = self._home(scope)
            for fact in self.edition.subjects[home].facts.values():
                yield self._of_subject(scope, home, fact.title.get(self.lang))
            for rule in self.edition.rules.values():
                for output in ("", *rule.body.outputs) if rule.subject == home else ():
                    yield self._of_subject(scope, home, _concluded(rule, output, self.lang))

    def _scopes(self) -> Iterator[str]:
        """The record at hand, the one around the list, and all that both lie within."""
        yield ""
        if CONSTANTS in self.edition.subjects and self.subject != CONSTANTS:
            yield CONSTANTS
        if self.own:
            yield "own"
        seen = {self.subject}
        for start in (self.subject, self.own):
            level = self.edition.subjects[start].within if start == self.subject else start
            while level in self.edition.subjects and level not in seen:
                seen.add(level)
                yield level
                level = self.edition.subjects[level].within


def negative(title: str, lang: Lang) -> bool:
    """Whether a title begins with a negation: `must not be not eligible` is read only with quotation marks."""
    return re.match(_NEGATION.get(lang), title, re.IGNORECASE) is not None


def _concluded(rule: Rule, output: str, lang: Lang) -> str:
    """The title of a decision, or of one of its outputs."""
    title, declared = rule.title.get(lang), rule.body.outputs.get(output)
    return f"{title}·{declared.title.get(lang) if declared else output}" if output else title


@cache
def _words(lang: Lang) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The words that a formula can begin with, and those that can follow an operand in it."""
    gap = Text(" ", " is ").get(lang)
    templates = [phrase.template(lang) for phrase in PHRASES.values()]
    templates += [around.get(lang) for around in AROUND.values()] + [ONLY.get(lang)]
    pieces = [re.split(r"\{\w+\}", template) for template in templates]
    before = {piece[0] for piece in pieces}
    within = {part for piece in pieces for part in piece[1:]}
    within |= {phrase.between.get(lang) for phrase in PHRASES.values()}
    within |= {between.get(lang) for between in BETWEEN.values()} | {AND_ALSO.get(lang), LISTED.get(lang), ": ", "："}
    operators = [words for one in OPERATORS.values() for words in (one.words, one.days) if words is not None]
    within |= {f"{gap}{words.get(lang)}".rstrip() + " " for words in operators}
    within |= {f"{gap}{SPAN.get(lang)}".split("{")[0], *re.split(r"\{\d\}", SPAN.get(lang))[1:]}
    return _any_of(before), re.compile(f"(?={_any_of(within).pattern})")


def _any_of(words: set[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if word.strip()))
