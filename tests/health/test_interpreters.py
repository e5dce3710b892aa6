"""The Makefile installs the core on every Python of this machine, and there it judges as it does here.

What is built is kept in `.interpreters_cache`, by interpreter and lock: only the first run pays for it.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.health.core import judge_in_threads

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".interpreters_cache"
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
CORE = ("durable-rules", "orjson", "pyyaml")  # all that `import rules` brings in
THREADS, CASES = 2, 5
OUTER = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "CPPFLAGS", "PYTHONPATH")  # of a `make test` around this
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in OUTER}
ENVIRONMENT["PIP_NO_CACHE_DIR"] = "1"  # an engine from pip's cache would prove nothing of this Makefile
WORDS = "import sys, sysconfig, os; print(sys.version, os.path.exists(sysconfig.get_path('include') + '/Python.h'))"


def found(version):
    """A Python of this version that has its headers, and its full version; or None."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    inside = sorted(str(path) for path in pyenv.glob(f"{version}.*/bin/python{version}"))
    for python in filter(None, [*reversed(inside), shutil.which(f"python{version}"), shutil.which("python3")]):
        done = subprocess.run([python, "-c", WORDS], capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout.startswith(f"{version}.") and done.stdout.endswith("True\n"):
            return python, done.stdout
    return None


def locked(names):
    """The entries of the lock for these packages alone, hashes and all."""
    lock = (ROOT / "requirements" / "lock.txt").read_text(encoding="utf-8")
    entries = {re.split("==", entry)[0]: entry for entry in re.findall(r"^\w\S*.*\n(?:[ \t].*\n)*", lock, re.MULTILINE)}
    return "".join(entries[name] for name in names)


def make(*words):
    command = ["make", "-s", *words]
    return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)


def built(version):
    """A Python of this version with the core's packages, installed by the Makefile; skips where there is none."""
    python, told = found(version) or pytest.skip(f"no Python {version} with headers is on this machine")
    lock = locked(CORE)
    parts = (python, told, lock, *((ROOT / name).read_text() for name in ("Makefile", "requirements/build.txt")))
    folder = CACHE / f"{version}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "lock.txt").exists():
        (folder / "lock.txt").write_text(lock, encoding="utf-8")
    done = make(
        f"PYTHON={python}", f"VENV={folder / 'venv'}", f"LOCK={folder / 'lock.txt'}", f"{folder}/venv/.packages"
    )
    if "Failed to establish a new connection" in done.stderr or "No matching distribution" in done.stderr:
        pytest.skip("the package index is out of reach")
    assert done.returncode == 0, done.stderr
    return folder / "venv" / "bin" / "python"


@pytest.fixture(scope="module")
def here():
    return judge_in_threads(THREADS, CASES)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_core_judges_alike_on_every_python(version, here):
    words = [built(version), "-W", "error", ROOT / "tests" / "health" / "core.py", str(THREADS), str(CASES)]
    done = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert (done.stderr, done.stdout.strip()) == ("", here)


def test_every_python_that_is_promised_is_tried():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert set(re.findall(r"Python :: (3\.\d+)", text)) <= set(VERSIONS)
    assert ".".join(map(str, sys.version_info[:2])) in VERSIONS


@pytest.mark.parametrize(
    "page", ["README.md", "README.zh-CN.md", "docs/deploy.md", "docs/deploy.zh-CN.md", "CONTRIBUTING.md"]
)
def test_every_page_promises_the_same_pythons(page):
    promised = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = re.search(r"Python (3\.\d+(?:(?:, | or |、| 或 )3\.\d+)+)", (ROOT / page).read_text(encoding="utf-8"))
    assert re.findall(r"3\.\d+", listed[1]) == promised


# --- what make says where it cannot install --------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("old", ["older than 3.11", "低于 3.11"]),
        ("venv", ["python3-venv", "venv 组件"]),
        ("headers", ["python3-dev", "头文件"]),
        ("compiler clang-99", ["C compiler clang-99", "make CC=gcc", "C 编译器 clang-99"]),
    ],
)
def test_an_interpreter_that_will_not_do_is_told_why(tmp_path, word, said):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho '{word}'\n")
    python.chmod(0o755)
    done = make(f"PYTHON={python}", f"VENV={tmp_path}/venv", f"{tmp_path}/venv/.packages")
    assert done.returncode != 0
    assert [words for words in (*said, "PYTHON=/path/to", "未找到可用的 Python") if words not in done.stderr] == []


def test_the_compiler_is_looked_for_by_its_own_name(tmp_path):
    done = make(f"PYTHON={sys.executable}", "CC=gcc-none -O2", f"VENV={tmp_path}/venv", f"{tmp_path}/venv/.packages")
    assert done.returncode != 0
    assert "C compiler gcc-none," in done.stderr


def test_an_engine_that_does_not_load_is_built_anew_and_then_told(tmp_path):
    """A stand-in for the new environment's Python: all it is asked succeeds, but for the import."""
    folder = tmp_path / "venv" / "bin"
    folder.mkdir(parents=True)
    script = '#!/bin/sh\ncase "$2" in *durable_rules_engine*) exit 1;; *version_info*) echo good;; esac\n'
    (folder / "python").write_text(f'{script}echo "$CPPFLAGS $*" >> {tmp_path}/calls\n')
    (folder / "python").chmod(0o755)
    done = make(f"VENV={tmp_path}/venv", f"{tmp_path}/venv/.packages")
    calls = (tmp_path / "calls").read_text()
    assert done.returncode != 0
    assert not (tmp_path / "venv" / ".packages").exists()
    assert calls.count("--no-build-isolation -r requirements/lock.txt") == 2
    assert calls.count("-DPyEval_CallObject=PyObject_CallObject -m pip install") == 2
    assert "pip cache -q remove durable_rules" in calls
    assert [words for words in ("make CC=gcc", "CPPFLAGS", "请指定编译器") if words not in done.stderr] == []
