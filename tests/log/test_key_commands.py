"""`village-credit log new-key` and `carry-over`, as they are typed."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from service.commands.main import cli
from service.keys import Keys
from service.log.signing import Signer, pem_of
from tests.log.samples import SIGNER, entry, key_file, opened
from tests.log.test_signatures import older

__all__ = ["older"]


@pytest.fixture
def url(request, sqlite):
    return sqlite


@pytest.fixture
def log(sqlite):
    log = opened(sqlite, lambda: datetime.now(UTC))  # as the commands
    log.introduce("operator")
    yield log
    log.close()


@pytest.fixture
def run(sqlite, tmp_path):
    key_file(tmp_path / "signing.pem")

    def run(*words, key="signing.pem"):
        environment = {"VILLAGE_CREDIT_DATABASE": sqlite, "LC_ALL": "en"}
        environment |= {"VILLAGE_CREDIT_SIGNING_KEY": str(tmp_path / key)} if key else {}
        return CliRunner(env=environment).invoke(cli, ["log", *map(str, words)])

    return run


def test_a_new_key_takes_over(log, run, tmp_path):
    told = json.loads(run("new-key", tmp_path / "2027.pem", "--json").stdout)
    new = Signer.read(tmp_path / "2027.pem")
    assert told == {"key": new.id, "file": str(tmp_path / "2027.pem"), "retired": [SIGNER.id]}
    assert set(new.known) == {new.id, SIGNER.id}
    assert run("verify", key="2027.pem").exit_code == 0
    assert run("verify", "--public-key", tmp_path / "signing.pem", key="").exit_code == 0
    (tmp_path / "other.pem").write_bytes(pem_of(bytes(32)))
    assert run("verify", "--public-key", tmp_path / "other.pem", key="").exit_code == 1
    again = run("new-key", tmp_path / "2027.pem")
    assert (again.exit_code, again.stderr) == (2, f"{tmp_path / '2027.pem'} is there already.\n")


def test_a_key_for_another_host_stands_beside(log, run, tmp_path):
    assert json.loads(run("new-key", tmp_path / "b.pem", "--beside", "--json").stdout)["retired"] == []
    log.append([entry()])
    assert run("verify", key="b.pem").exit_code == 0


def test_a_lost_key_is_replaced_by_its_public_half(log, run, tmp_path):
    (tmp_path / "old.pub").write_bytes(pem_of(SIGNER.public))
    assert run("new-key", tmp_path / "new.pem", key="").exit_code == 2
    assert run("new-key", tmp_path / "new.pem", "--lost", tmp_path / "old.pub", key="").exit_code == 0
    assert run("verify", key="new.pem").exit_code == 0
    assert run("verify").stderr == "line 2 is signed by a key that is not known\n"
    assert json.loads(log.find(after_seq=1)[0].body)["lost"] is True


def test_an_older_log_is_carried_over_once_it_is_verified(older, run):
    key = Keys(older).listed()
    assert key == ()
    told = json.loads(run("carry-over", "--json").stdout)
    assert (told["carried_over"], len(told["again"])) == (2, 1)
    assert run("verify").exit_code == 0
    assert run("carry-over").exit_code == 2


def test_a_log_that_was_changed_is_not_carried_over(older, run):
    older.database.write(lambda cursor: cursor.execute("UPDATE log SET outcome = 'no' WHERE seq = 1"))
    result = run("carry-over")
    assert (result.exit_code, result.stderr) == (
        1,
        "line 1 is not as it was written, or the hash before it is not\n",
    )
