"""The project's text speaks of itself, not of the place where it was written."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPPED = {".git", ".venv", ".data", "__pycache__", ".hypothesis", ".idea", ".vscode", "build", "dist", "node_modules"}
WORKPLACE = re.compile(
    r"(?<![\w.:/-])/(?:work|root|home|Users|private|mnt|tmp/bash_jobs)(?=/|\b)"  # someone's folders
    r"|\b[A-Z]:\\Users\b"
    r"|\bpythonhosted\b|\bpypi\.org\b|\bregistry\.npmjs\b"  # where packages came from
    r"|\b(?:sub-?agent|coding assistant|language model|chat ?gpt)s?\b",  # who typed
    re.IGNORECASE,
)


def texts(root):
    """Every text file of the project with its content."""
    for path in sorted(root.iterdir()):
        if path.name in SKIPPED or re.fullmatch(r"\..*_cache|.*\.egg-info", path.name) or path.is_symlink():
            continue
        if path.is_dir():
            yield from texts(path)
            continue
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def workplace_lines(root):
    return [
        f"{path.relative_to(root)}:{number}: {line.strip()[:100]}"
        for path, text in texts(root)
        if path != Path(__file__)
        for number, line in enumerate(text.splitlines(), 1)
        if WORKPLACE.search(line)
    ]


def test_no_line_speaks_of_a_workplace():
    assert not (found := workplace_lines(ROOT)), "\n".join(found)


def test_the_project_s_own_files_are_read():
    read = {path.relative_to(ROOT).as_posix() for path, _ in texts(ROOT)}
    assert {"Makefile", ".ci/run", "pyproject.toml", "requirements/lock.txt", "tests/__init__.py"} <= read


@pytest.mark.parametrize(
    "line",
    [
        "cd /work/main",
        "see '/root/.cache'",
        "path=/home/someone/x",
        r"C:\Users\me",
        "from /work",
        "--index pypi.org",
    ],
)
def test_a_workplace_would_be_noticed(tmp_path, line):
    folder = tmp_path / ".ci"
    folder.mkdir()
    (folder / "notes.txt").write_text(f"first\n{line}\n", encoding="utf-8")
    assert workplace_lines(tmp_path) == [f".ci/notes.txt:2: {line}"]


@pytest.mark.parametrize(
    "line",
    [
        "rules/root.py",
        "https://example.org/work/1",
        "a/home/b",
        "GET /workers",
        "作/业",
        "./work/x",
        "/rooted",
    ],
)
def test_ordinary_text_is_left_alone(tmp_path, line):
    (tmp_path / "a.md").write_text(line, encoding="utf-8")
    assert workplace_lines(tmp_path) == []
