"""Bad policies get exactly these messages, all of them in one pass, whatever is wrong."""

import json
import re
import shutil
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from rules.building.loader import load
from rules.building.store import read_store
from rules.engine.engine import Engine
from rules.files.source import MOST_BYTES, MOST_NODES, read
from rules.format.grammar import DECISION, FILES, OPTIONAL
from rules.format.schema import document_schema
from rules.problems.problem import Problems, messages
from tests.policy.bad_cases import CASES, EDITION, HERE, lay_out, said, written
from tests.policy.core_yaml import plain
from tests.policy.fuzzing import SHIPPED, fuzzed

VALIDATOR = Draft7Validator(document_schema())
UNSEEN = {"leading_zero"}  # 02 and 2 are one number to a schema
UNSAID = {"file", "yaml", "shape", "warning", "merge", "edition"}  # families with tests of their own


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_message_is_exactly_this(case):
    assert written(said(case)) == (case / "expected.txt").read_text(encoding="utf-8")


def test_the_edition_the_cases_start_from_is_good(tmp_path):
    shutil.copytree(HERE / "base", tmp_path / "base")

    assert read_store(tmp_path).problems == ()


def test_every_message_has_been_seen():
    """A message that no case brings about has never been read where it will stand."""
    seen = "".join((case / "expected.txt").read_text(encoding="utf-8") for case in CASES)
    met = {
        line.rsplit(": ", 1)[-1].removesuffix(" (warning)")
        for line in seen.splitlines()
        if line.strip() and not line.startswith(" ")
    }
    unseen = {code for code in messages() if code.split(".")[0] not in UNSAID} - met

    assert not unseen
    assert met <= messages().keys()


QUOTED = re.compile("`[^`]*`|“[^”]*”|解析器的原话：.*?）|U[+][0-9A-F]+")
FILES_NAMED = re.compile(r"[\w./-]+\.(?:yaml|yml|md|txt)(?::\d+)*")
LATIN = re.compile(r"[A-Za-z][A-Za-z_]*")
FORMAT = {*json.loads((HERE.parents[1] / "rules/format/keys.json").read_text(encoding="utf-8"))} | {
    "after_lapse", "all", "any", "at_least", "before", "below", "between", "by", "count", "decimals", "effective",
    "equals", "every", "list", "one_of", "outcomes", "reject", "remove", "require",
}  # fmt: skip
NO_WORDS = {"YAML", "UTF", "Tab", "true", "false", "txt"}  # as Chinese texts have them


def foreign(text: str) -> set[str]:
    """The English words of a Chinese text that are neither quoted, nor a file's name, nor a word of the format."""
    return {*LATIN.findall(FILES_NAMED.sub("", QUOTED.sub("", text)))} - NO_WORDS - FORMAT


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_chinese_message_has_no_english_units_and_quotes_ids(case):
    assert {word for one in said(case) for word in foreign(one.zh)} == set()


def shapes(case: Path, root: Path) -> list[tuple[bool, bool]]:
    """For each readable file of a case: whether the grammar takes it, and whether the editor's schema does."""
    root.mkdir()
    lay_out(case, root)
    found = []
    for path in sorted(root.glob("*/*/*.yaml")):
        problems = Problems()
        try:
            node = read(path.read_text(encoding="utf-8"), path.name, problems)
        except UnicodeDecodeError:
            continue
        if node is not None and not problems.errors and (path.stem in FILES or "extends" not in str(case)):
            taken = (FILES | OPTIONAL).get(path.stem, DECISION).check(node, problems)
            found.append((taken, VALIDATOR.is_valid(plain(node))))
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_editors_refuse_the_same_shapes(case, tmp_path):
    for taken, valid in shapes(case, tmp_path / "policies"):
        assert taken == valid or (valid and case.name in UNSEEN)


def test_a_huge_file_is_refused_unread(tmp_path):
    shutil.copytree(HERE / "base", tmp_path / "base")
    file = tmp_path / EDITION / "huge.yaml"
    file.write_text("a: " + "x" * MOST_BYTES, encoding="utf-8")

    assert [problem.code for problem in read_store(tmp_path).problems] == ["file.too_big"]


def test_a_file_of_many_nodes_is_refused(tmp_path):
    shutil.copytree(HERE / "base", tmp_path / "base")
    (tmp_path / EDITION / "many.yaml").write_text("a: [" + "b," * MOST_NODES + "]", encoding="utf-8")

    assert "yaml.too_many" in [problem.code for problem in read_store(tmp_path).problems]


def chain(length: int, *, forward: bool) -> str:
    """Facts that each rest on the next."""
    facts = [f"      f{n}: {{sum: [f{n + 1}, f{n + 1}], title: {{zh: 和, en: sum}}}}" for n in range(length)]
    last = f"      f{length}: {{type: amount, title: {{zh: 元, en: yuan}}}}"
    lines = [*facts, last]
    return "\n".join(lines if forward else lines[::-1]) + "\n"


@pytest.mark.parametrize("forward", [True, False])
def test_a_long_chain_of_facts_is_refused_rather_than_run_out_of_stack(tmp_path, forward):
    shutil.copytree(HERE / "base", tmp_path / "base")
    file = tmp_path / EDITION / "facts.yaml"
    file.write_text(file.read_text(encoding="utf-8") + chain(3000, forward=forward), encoding="utf-8")

    [told] = [problem.mark for problem in read_store(tmp_path).problems if problem.code == "edition.too_deep"]
    named = file.read_text(encoding="utf-8").splitlines()[told.line - 1].strip().partition(":")[0]
    first = 0 if forward else 2966  # the first in the file that rests on too many: each is three levels
    assert named == f"f{first}"


@pytest.mark.parametrize("forward", [True, False])
def test_a_long_chain_of_decisions_names_the_file_and_line_of_one(tmp_path, forward):
    shutil.copytree(HERE / "base", tmp_path / "base")
    folder = tmp_path / EDITION
    standing, length = (folder / "standing.yaml").read_text(encoding="utf-8"), 1200
    head = standing.partition("criteria:")[0]
    for n in range(length):
        needs = n + 1 if forward else n - 1
        needed = f"r{needs:04d}: qualified" if 0 <= needs < length else "sound: true"
        body = f"criteria:\n  - {{id: one, title: {{zh: 一, en: one}}, require: {{{needed}}}}}\n"
        file = folder / f"r{n:04d}.yaml"
        file.write_text(head.replace("decision: standing", f"decision: r{n:04d}") + body, encoding="utf-8")

    [told] = [problem.mark for problem in read_store(tmp_path).problems if problem.code == "edition.too_deep"]
    assert (Path(told.file).name[0], told.line, told.column) == ("r", 1, 1)


def loaded_or_told(tmp: Path, path: Path, text: str) -> bool:
    """Load an edition with one file changed: a good edition compiles, a bad one says where and why."""
    folder = tmp / "edition"
    if not folder.exists():
        shutil.copytree(path.parent, folder)
    (folder / path.name).write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        loaded = load(folder, tmp)
    finally:
        shutil.copy(path, folder / path.name)
    for problem in loaded.problems:
        assert problem.zh
        assert problem.en
        assert problem.mark.line >= 1
    if loaded.edition is None:
        assert loaded.problems
        return False
    Engine(loaded.edition).close()
    return True


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(SHIPPED), st.randoms(use_true_random=False))
def test_no_edit_makes_the_loader_fail(tmp_path_factory, path, random):
    folder = tmp_path_factory.mktemp("fuzz")
    loaded_or_told(folder, path, fuzzed(path.read_text(encoding="utf-8"), random))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_edit_of_many_makes_the_loader_fail(tmp_path, path):
    random, text = Random(path.stem), path.read_text(encoding="utf-8")

    results = {loaded_or_told(tmp_path, path, fuzzed(text, random)) for _ in range(3)}

    assert False in results  # else no edit did any harm
