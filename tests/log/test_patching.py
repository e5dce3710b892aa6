"""A draft as a patch: git and patch make of the folder what the draft says, byte by byte."""

import shutil
import subprocess

import pytest

from rules.values.exact import read_date
from service.publishing.contents import editions_of
from service.publishing.drafting import begin, save
from service.publishing.lines import changed_lines
from service.publishing.patching import GIT, PATCH, name_of, patch_of
from service.publishing.refusals import Refused
from tests.log.deskwork import FIRST, NEW, NEXT, OLD, PLAN, changed, furnished

BASH = shutil.which("bash")
PROGRAMS = {"git": GIT, "patch": PATCH}
FIRST_DAY = read_date(FIRST.partition("/")[2])
ODD = "# 没有换行的末行"


@pytest.fixture
def room(log):
    return furnished(log)


@pytest.fixture(params=PROGRAMS)
def applied(request, room, tmp_path):
    """Applies the patch of a draft to a folder with what is published, one of several of its repository, as the steps
    say; what then stands there, by path."""
    if not BASH or not shutil.which(request.param):
        pytest.skip(f"no {request.param} on this machine")

    def applied(draft):
        root = tmp_path / "policies"
        for path, text in editions_of(
            room.log, {n: o.sha256 for n, o in room.desk.published().releases.items()}
        ).items():
            (file := root / path).parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())

        def run(command, cwd):
            subprocess.run([BASH, "-c", command], cwd=cwd, check=True)

        if request.param == "git":
            run("git init -q", cwd=tmp_path)
        (patch := root / name_of(draft)).write_bytes(patch_of(room.desk, draft).encode())
        run(PROGRAMS[request.param].format(patch.name), cwd=root)
        return {one.relative_to(root / draft.edition).as_posix(): one.read_bytes().decode()
                for one in (root / draft.edition).iterdir()}  # fmt: skip

    return applied


def test_a_new_edition_is_added(room, applied):
    draft = room.draft()
    assert applied(draft) == draft.saved.files


def amended(room, made):
    draft = begin(room.desk, room.editor, PLAN, FIRST_DAY, amend=True)
    return save(room.desk, room.editor, draft.id, 1, made(draft.saved.files)).draft


def test_an_edition_is_amended_whatever_ends_its_lines(room, applied):
    def made(files):
        changed_ones = {**changed(files, OLD, NEW), "added.yaml": ODD, "empty.yaml": ""}
        name = next(one for one in sorted(files) if one not in ("plan.yaml", "limit.yaml"))
        changed_ones[name] = files[name].replace("\n", "\r\n") + ODD
        return changed_ones

    draft = amended(room, made)
    assert applied(draft) == draft.saved.files


def test_a_file_is_taken_away(room, applied):
    def made(files):
        return {name: text for name, text in files.items() if name != "limit.yaml"}

    draft = amended(room, made)
    assert applied(draft) == draft.saved.files


def test_what_changes_nothing_has_no_patch(room):
    draft = begin(room.desk, room.editor, PLAN, FIRST_DAY, amend=True)
    with pytest.raises(Refused):
        patch_of(room.desk, draft)


def test_a_new_edition_of_a_plan_is_a_patch_of_all_its_files(room):
    draft = begin(room.desk, room.editor, PLAN, NEXT)
    assert patch_of(room.desk, draft).count("new file mode") == len(draft.saved.files)


@pytest.mark.parametrize(("before", "after", "what"), [
    ({}, {"a.yaml": ""}, "added"), ({"a.yaml": "x\n"}, {}, "removed"),
    ({"a.yaml": "x\n"}, {"a.yaml": "x\r\n"}, "changed"), ({"a.yaml": "x\n"}, {"a.yaml": "x"}, "changed"),
])  # fmt: skip
def test_no_change_of_a_file_is_left_out_of_what_the_approver_sees(before, after, what):
    [found] = changed_lines(before, after, {})
    assert found.what == what
    assert [one.mark for one in found.rows] == [*("-" * bool(before.get("a.yaml"))), *("+" * bool(after.get("a.yaml")))]


def test_lines_that_are_the_same_are_left_out_but_where_something_stands_beside_them():
    text = "".join(f"{n}\n" for n in range(1, 31))
    assert changed_lines({"a": text}, {"a": text}, {}) == ()
    [found] = changed_lines({"a": text}, {"a": text.replace("\n9\n", "\n九\n")}, {"a": {20}})
    shown = [one.after for one in found.rows if one.after]
    assert shown == [*range(6, 13), *range(17, 24)]
    assert {one.text for one in found.rows if one.mark == "+"} == {"九"}
