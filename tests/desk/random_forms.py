"""Random edits made through the forms, beside the same edits made by hand in what the text says.

`python -m tests.desk.random_forms SEEDS FOLDER...` makes as many more, twenty a seed, of the editions of any folders.
"""

from __future__ import annotations

import re
import sys
from copy import deepcopy
from difflib import SequenceMatcher
from pathlib import Path
from random import Random

from rules.editing.address import Address, Refused
from rules.editing.texts import Texts, data_of, merged
from service.desk.forms import added, folded, form_of, made_of, texts_of
from tests.desk.forms_drawn import grown, key_of, rearranged, renamed, sent, valued
from tests.editing.by_hand import composed, parts

EACH = 20  # edits of a seed


# --- what a text says, and where


def touched(old, new):
    """The lines of the old text that are changed, taken away, or have something put before them."""
    matcher = SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    return {line for tag, first, last, _, _ in matcher.get_opcodes() if tag != "equal"
            for line in range(first, max(last, first + 1))}  # fmt: skip


def lines_of(text, steps):
    """The lines of a text in which a part of it may be changed, removed or moved: its own, with all comments around."""
    node, path = composed(text), []
    for step in steps:
        below = parts(node)
        data = dict(below) if isinstance(below[0][0], str) else [plainly(one) for _, one in below]
        here = [key for key, _ in below].index(key_of(data, step))
        path.append((node, here))
        node = below[here][1]
    return node, path


def plainly(node):
    return {key: getattr(one, "value", "") for key, one in parts(node)}


def span(node, before=0, after=0):
    return range(node.start_mark.line - before, max(node.end_mark.line, node.start_mark.line) + 1 + after)


def made(texts, at, drawn):
    """The files that the form makes."""
    said, _, _, how = drawn
    if how == "add":
        template, said = said
        return added(texts, template.form.address.above, template, said).files
    return made_of(texts, at, said, asked=True).files


def form_at(rng, texts, file):
    """A file as a form, or one of the forms of its parts."""
    form = form_of(texts, Address(file))
    parts = sorted(folded(form))
    return form_of(texts, Address.read(rng.choice(parts))) if parts and rng.random() < 0.7 else form


def edit(rng, texts, file, counted):
    """The texts after one edit through a form; AssertionError where it is not the edit by hand."""
    form = form_at(rng, texts, file)
    said = sent(form)
    draw = rng.choice((valued, valued, renamed, rearranged, None))
    drawn = draw(rng, form, said) if draw else grown(rng, texts, form)
    if drawn is None:
        return texts
    _, by_hand, steps, how = drawn
    before = data_of(merged(texts, file))
    wanted = deepcopy(thawed(before))
    by_hand(wanted)
    try:
        files = made(texts, form.address, drawn)
    except Refused as error:
        counted["refused"] = counted.get("refused", 0) + 1
        counted.setdefault("why", []).append((how, form.address.file, steps, error.en))
        return texts
    now = Texts(files, texts.above)
    name = f"{file}.yaml"
    found = thawed(data_of(merged(now, file))) if name in files or texts.above else {}
    assert repr(found) == repr(wanted), (how, file, steps, drawn[0] if how == "add" else "")
    assert {one: text for one, text in files.items() if one != name} == {
        one: text for one, text in texts.own.items() if one != name}, (how, file, steps)  # fmt: skip
    if not texts.above:
        may = allowed(texts.own[name], steps, how)
        assert touched(texts.own[name], files[name]) <= {*may}, (how, file, steps)
    counted[how] = counted.get(how, 0) + 1
    return now


def allowed(text, steps, how):
    node, path = lines_of(text, steps)
    if how in ("value", "key"):
        return span(node)
    if how == "add":
        return span(node, 1, 1)
    return span(path[-1][0], 1) if how in ("up", "down") else around(*path[-1])


def around(parent, here):
    """From the line of a part of a collection, with the comments above it, to that before the next."""
    begins = [one[0].start_mark.line if isinstance(one, tuple) else one.start_mark.line for one in parent.value]
    before = begins[here - 1] if here else parent.start_mark.line - (len(begins) == 1)
    after = begins[here + 1] if here + 1 < len(begins) else parent.end_mark.line
    return range(min(before, begins[here]), after + 1)


def thawed(data):
    if isinstance(data, str):
        return str(data)
    if hasattr(data, "items"):
        return {str(key): thawed(one) for key, one in data.items()}
    return [*map(thawed, data)]


def texts_in(folder):
    """The files of an edition over those that it extends; the folder stands among the plans."""
    files = {path.name: path.read_bytes().decode() for path in sorted(folder.glob("*.yaml"))}
    published = {path.relative_to(folder.parents[1]).as_posix(): path.read_bytes().decode()
                 for path in folder.parents[1].glob("*/*/*.yaml")}  # fmt: skip
    return texts_of(files, published)


def edits(folder, seed, number=EACH):
    """So many random edits one after the other; how many of which kind there were."""
    rng, texts, counted = Random(f"{folder.parent.name}/{folder.name} {seed}"), texts_in(folder), {}
    while sum(one for one in counted.values() if isinstance(one, int)) < number:
        files = [name.removesuffix(".yaml") for name in sorted(texts.own) if re.fullmatch(r"[a-z_]+\.yaml", name)]
        texts = edit(rng, texts, rng.choice([one for one in files if one != "cases"]), counted)
    return counted


if __name__ == "__main__":
    for root in sys.argv[2:]:
        for plan in sorted(Path(root).glob("*/*/plan.yaml")):
            for seed in range(int(sys.argv[1])):
                try:
                    sys.stdout.write(f"{plan.parent} {seed} {edits(plan.parent, seed)}\n")
                except AssertionError as error:
                    sys.stdout.write(f"DIFFERS {plan.parent} {seed} {error}\n")
