"""What lies in `deploy/` fits the program: settings, files, metrics, requirements."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from prometheus_client import Counter, Gauge, Histogram

from service.commands.desk import APPROVER_PASSWORD, PASSWORD
from service.http import observing
from service.settings import TABLE
from tests.docs_examples.played import ROOT
from tests.health.test_packaging import addresses, pins, unhashed, unlocked

DEPLOY = ROOT / "deploy"
REQUIREMENTS = (DEPLOY / "requirements.txt").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements" / "lock.txt").read_text(encoding="utf-8")
KNOWN = {setting.variable for setting in TABLE} | {PASSWORD, APPROVER_PASSWORD}  # the last for commands alone
TEXTS = [*sorted(path for path in DEPLOY.iterdir()), ROOT / "docs" / "deploy.md", ROOT / "docs" / "deploy.zh-CN.md"]


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_only_settings_that_there_are_stand_in_it(path):
    assert set(re.findall(r"VILLAGE_CREDIT_[A-Z_]+[A-Z]", path.read_text(encoding="utf-8"))) <= KNOWN


def test_the_requirements_are_those_of_the_service_as_they_are_locked():
    wanted = [*project()["dependencies"], *project()["optional-dependencies"]["postgres"]]
    assert unlocked([Requirement(line) for line in wanted], pins(REQUIREMENTS)) == []
    assert pins(REQUIREMENTS).items() <= pins(LOCK).items(), "run `make lock`"
    assert canonicalize_name("pytest") not in pins(REQUIREMENTS)
    assert unhashed(REQUIREMENTS) == []
    assert addresses(REQUIREMENTS) == []


def test_the_image_copies_what_is_there_and_runs_what_is_installed():
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    known = {"ARG", "FROM", "RUN", "ENV", "WORKDIR", "COPY", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK",
             "ENTRYPOINT", "CMD"}  # fmt: skip
    assert {words[0] for words in lines} <= known
    copied = [
        word for words in lines if words[0] == "COPY" and not words[1].startswith("--from=") for word in words[1:-1]
    ]
    assert [path for path in copied if not (ROOT / path).exists()] == []
    assert {"rules", "service", "policies", "pyproject.toml", "deploy/requirements.txt"} <= set(copied)
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in allowed
    sent = {line.removeprefix("!") for line in allowed if line.startswith("!")}
    assert sent == set(copied)
    assert {words[1] for words in lines if words[0] == "FROM"} == {"${PYTHON_IMAGE}"}
    assert next(words[1] for words in reversed(lines) if words[0] == "USER") == "10001:10001"
    assert 'ENTRYPOINT ["village-credit"]' in text
    assert "village-credit" in project()["scripts"]


def test_the_compose_example_can_be_read():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    build = services["village-credit"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    assert set(services) == {"village-credit", *services["village-credit"]["depends_on"]}


def test_the_alerts_speak_of_metrics_that_there_are():
    rules = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    made = {one._name for one in vars(observing).values() if isinstance(one, Counter | Gauge | Histogram)}
    named = {re.sub("_(count|sum|bucket|total)$", "", name)
             for rule in rules for name in re.findall(r"village_credit_\w+", rule["expr"])}  # fmt: skip
    assert named
    assert named <= made
    for manual in ("deploy.md", "deploy.zh-CN.md"):
        text = (ROOT / "docs" / manual).read_text(encoding="utf-8")
        listed = re.findall(r"^\| `(village_credit_\w+?)(?:_total)?` \|", text, re.MULTILINE)
        assert set(listed) == made


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path):
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not on this machine")
    text = (DEPLOY / "village-credit.service").read_text(encoding="utf-8")
    start = "ExecStart=/opt/village-credit/venv/bin/village-credit"
    assert start in text
    unit = tmp_path / "village-credit.service"
    unit.write_text(text.replace(start, "ExecStart=/bin/true"), encoding="utf-8")
    done = subprocess.run([program, "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("english", "chinese"), [("deploy.md", "deploy.zh-CN.md")])
def test_the_two_languages_of_the_manual_say_the_same(english, chinese):
    first, second = ((ROOT / "docs" / name).read_text(encoding="utf-8") for name in (english, chinese))
    fenced = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
    bare = [[re.sub(r" *# .*", "", block) for block in fenced.findall(text)] for text in (first, second)]
    assert bare[0] == bare[1]
    assert len(re.findall("^#", first, re.MULTILINE)) == len(re.findall("^#", second, re.MULTILINE))
