"""Edits: acts on the texts of an edition, each held against what it means, all of them or none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff

from rules.editing.acts import Act, Remove, Set, applied, refined
from rules.editing.address import Address, Data, Refused, part
from rules.editing.layout import layout_of
from rules.editing.overriding import overriding, restored
from rules.editing.render import block
from rules.editing.splice import spliced
from rules.editing.texts import HEAD, SUFFIX, Texts, data_of, inherited, merged, tree
from rules.problems.problem import Problem

Check = Callable[[Mapping[str, str]], Sequence[Problem]]  # of the edition's own files


@dataclass(frozen=True, slots=True)
class Edited:
    """The edition's own files after an edit; one that has nothing left to say is not among them.

    `removed`: the lines that went with what was removed or replaced, the comments on them too; `problems`: what the
    checker finds in the result."""

    before: Mapping[str, str]
    files: Mapping[str, str]
    removed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def diff(self, context: int = 0) -> list[str]:
        """The lines of a unified difference."""
        return [line.rstrip("\r\n") for name in sorted({*self.before, *self.files}) for line in unified_diff(
            self.before.get(name, "").splitlines(keepends=True), self.files.get(name, "").splitlines(keepends=True),
            name, name, n=context,
        )]  # fmt: skip


def edit(texts: Texts, acts: Sequence[Act], check: Check | None = None) -> Edited:
    """Carry out acts one after the other. Refused where one cannot be made, or would change anything else."""
    now, removed = texts, list[str]()
    for act in acts:
        now, gone = _carried_out(now, act)
        removed += gone
    problems = () if check is None else tuple(check(now.own))
    return Edited(texts.own, now.own, tuple(removed), problems)


def restore(texts: Texts, at: Address, check: Check | None = None) -> Edited:
    """Take away what the edition itself says of a place that it inherits. Refused where it says nothing of it."""
    above = data_of(inherited(texts, at.file))
    own = data_of(tree(at.file, texts.own[at.file + SUFFIX])) if at.file + SUFFIX in texts.own else {}
    act = restored(at, own, above)
    made, removed = _all(texts, [act])
    if part(data_of(merged(made, at.file)), at) != part(above, at):
        raise _unsure(act)
    return Edited(texts.own, made.own, tuple(removed), () if check is None else tuple(check(made.own)))


def _carried_out(texts: Texts, act: Act) -> tuple[Texts, list[str]]:
    file = act.at.file
    above, name = inherited(texts, file), file + SUFFIX
    if above is None and name not in texts.own:
        raise Refused(f"没有文件 {name}。", f"There is no file {name}.", act.at)
    if above is None:
        return _own(texts, act)
    own = data_of(tree(file, texts.own[name])) if name in texts.own else {}
    together = data_of(merged(texts, file))
    wanted = applied(together, act)
    made, removed = _all(texts, overriding(act, own, data_of(above), together))
    if data_of(merged(made, file)) != wanted:
        raise _unsure(act)
    return made, removed


def _own(texts: Texts, act: Act) -> tuple[Texts, list[str]]:
    """An act on a file that is the edition's own: on as small parts as may be, else at once."""
    name = act.at.file + SUFFIX
    data = layout_of(act.at.file, texts.own[name]).data
    wanted = _ordered(applied(data, act))
    if isinstance(act, Set) and not isinstance(act.value, str):
        try:
            made, removed = _all(texts, refined(act.at, part(data, act.at), act.value))
            if _said(made.own[name], act) == wanted:
                return made, removed
        except Refused:
            pass  # a part of it cannot be changed alone
    made, removed = _all(texts, [act])
    if _said(made.own[name], act) != wanted:
        raise _unsure(act)
    return made, removed


def _said(text: str, act: Act) -> str:
    """What a text says that an act has made."""
    try:
        return _ordered(layout_of(act.at.file, text).data)
    except Refused as refused:
        raise Refused(f"改成这样，{refused.zh}", f"Changed so, {refused}", act.at) from None


def _all(texts: Texts, acts: Iterable[Act]) -> tuple[Texts, list[str]]:
    """Acts on own files, one after the other; a file that is not there is begun by the first."""
    removed = list[str]()
    for act in acts:
        name = act.at.file + SUFFIX
        if isinstance(act, Remove) and not act.at.steps:  # nothing of it is left to say
            removed += texts.own[name].splitlines()
            texts = replace(texts, own={key: text for key, text in texts.own.items() if key != name})
            continue
        if name not in texts.own:
            text, gone = _begun(texts, applied({}, act)), list[str]()
        else:
            text, gone = spliced(layout_of(act.at.file, texts.own[name]), act)
        texts, removed = replace(texts, own={**texts.own, name: text}), removed + gone
    return texts, removed


def _begun(texts: Texts, data: Data) -> str:
    """A new file, with the comment for editors that begins the head of the plan."""
    head = texts.own.get(HEAD + SUFFIX, "").removeprefix("\ufeff")
    first = head.splitlines()[0] if head.startswith("#") else ""
    eol = "\r\n" if "\r\n" in head else "\n"
    return f"{first}{eol if first else ''}{block(data, 0, eol)}{eol}"


def _ordered(data: Data) -> str:
    return json.dumps(data)


def _unsure(act: Act) -> Refused:
    return Refused(f"{act.at} 这样写着，不能只改这一处，请直接改文本。",
                   f"{act.at} is written so that it cannot be changed alone: edit the text.", act.at)  # fmt: skip
