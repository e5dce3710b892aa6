"""`village-credit log` and `village-credit keys`, as they are typed."""

import io
import json
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import click
import pytest
from click.testing import CliRunner
from pyarrow import parquet

from service.commands.log import verify_log
from service.commands.main import COMMANDS, cli
from service.log import as_dict
from service.settings import DEFAULTS
from tests.log.samples import SIGNER, Clock, entry, key_file, opened, rows, tamper


@pytest.fixture
def log(sqlite):
    clock = Clock()
    log = opened(sqlite, clock)
    for _ in range(5):
        log.append([entry()])
        clock.forward(24 * 3600)
    yield log
    log.close()


@pytest.fixture
def run(sqlite, tmp_path_factory):
    key = key_file(tmp_path_factory.mktemp("keys") / "signing.pem")

    def run(*words, lang="en", database=sqlite, keep=None):
        environment = {"VILLAGE_CREDIT_DATABASE": database, "VILLAGE_CREDIT_SIGNING_KEY": str(key), "LANG": lang,
                       "VILLAGE_CREDIT_CLOCK_AHEAD": "1000000000"}  # fmt: skip
        environment |= {"VILLAGE_CREDIT_KEEP_INPUTS_DAYS": str(keep)} if keep else {}
        return CliRunner(env={**environment, "LC_ALL": lang}).invoke(cli, [str(word) for word in words])

    return run


def test_an_untouched_log_is_good(log, run):
    result = run("log", "verify")
    assert (result.exit_code, result.stdout) == (
        0,
        f"✓ 5 lines are as they were written; 0 anchors agree; signed by {SIGNER.id}.\n",
    )
    assert run("log", "verify", lang="zh").stdout == f"✓ 5 行完整无改动，核对了 0 个锚点，签名密钥 {SIGNER.id}。\n"


def test_a_tampered_log_ends_with_exit_code_1(log, run):
    tamper(log, "UPDATE log SET outcome = 'no' WHERE seq = 2")
    result = run("log", "verify")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "line 2 is not as it was written, or the hash before it is not\n"
    result = run("log", "verify", "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["intact"], found["lines"]) == (1, False, 5)
    assert [(flaw["seq"], flaw["code"]) for flaw in found["flaws"]] == [(2, "line_changed")]


def test_anchors_kept_elsewhere_show_a_missing_end(log, run, tmp_path):
    anchors = tmp_path / "anchors.ndjson"
    for _ in range(2):
        assert run("log", "anchor", "--append", anchors).exit_code == 0
        log.append([entry()])
    assert [json.loads(line)["seq"] for line in anchors.read_text().splitlines()] == [5, 6]
    assert run("log", "verify", "--anchors", anchors).stdout.endswith(f"2 anchors agree; signed by {SIGNER.id}.\n")
    tamper(log, "DELETE FROM log WHERE seq > 5", "DELETE FROM sealed WHERE seq > 5")
    assert run("log", "verify").exit_code == 0
    result = run("log", "verify", "--anchors", anchors)
    assert result.exit_code == 1
    assert "line 6 was seen by an anchor: the end of the log is missing" in result.stderr


def test_an_anchor_is_a_line_of_json(log, run):
    assert json.loads(run("log", "anchor").stdout) == asdict(log.head())


def test_a_reader_that_leaves_early_is_no_fault(log, run, monkeypatch):
    echo = click.echo

    def broken(message, *, err=False, **others):
        if not err:
            raise BrokenPipeError(32, "Broken pipe")
        echo(message, err=err, **others)

    monkeypatch.setattr("click.echo", broken)
    result = run("log", "anchor")
    assert (result.exit_code, result.stderr) == (1, "")


@pytest.mark.parametrize("text", ["{}", "nonsense", '{"seq": "x", "hash": "", "at": ""}', "[1]"])
def test_a_file_that_holds_no_anchors_is_told_by_its_line(log, run, tmp_path, text):
    file = tmp_path / "anchors"
    file.write_text(f"{json.dumps(asdict(log.head()))}\n\n{text}\n")
    result = run("log", "verify", "--anchors", file)
    assert (result.exit_code, result.stderr) == (2, f"{file}:3 is not an anchor.\n")


def test_the_log_is_exported_to_a_file_or_to_standard_output(log, run, tmp_path):
    expected = [as_dict(line) for line in log.find()]
    found = [json.loads(line) for line in run("log", "export").stdout.splitlines()]
    assert [one["id"] for one in found] == [one["id"] for one in expected]
    assert run("log", "export", "--output", tmp_path / "out.ndjson").stdout == ""
    assert (tmp_path / "out.ndjson").read_text().count("\n") == 5
    table = parquet.read_table(io.BytesIO(run("log", "export", "--format", "parquet").stdout_bytes))
    assert table.column("id").to_pylist() == [one["id"] for one in expected]


def test_a_part_of_the_log_is_exported(log, run):
    lines = run("log", "export", "--from", "2026-05-02", "--to", "2026-05-03").stdout.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [2, 3]
    lines = run("log", "export", "--from", "2026-05-04", "--to", "9999-12-31").stdout.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [4, 5]


def test_a_part_that_ends_before_it_begins_is_refused(log, run):
    result = run("log", "export", "--from", "2026-05-04", "--to", "2026-05-03")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--from 2026-05-04 is after --to 2026-05-03" in result.stderr
    assert run("log", "export", "--from", "2026-05-03", "--to", "2026-05-03").exit_code == 0


@pytest.mark.parametrize("end", ["0001-01-01", "9999-12-31"])
def test_the_days_at_the_ends_of_the_calendar_are_days(log, run, end):
    assert run("log", "export", "--from", end).exit_code == 0
    assert run("log", "export", "--to", end).exit_code == 0
    assert run("log", "expire", "--before", end, "--keep-days", "1").exit_code in (0, 2)


def test_inputs_expire_before_a_date(log, run):
    result = run("log", "expire", "--before", "2026-05-03", "--keep-days", "1")
    assert result.stdout == "Inputs up to line 2 have expired; deleted 2 inputs and 0 stored answers.\n"
    assert rows(log, "SELECT seq FROM sealed") == [(3,), (4,), (5,)]
    assert run("log", "verify", "--keep-days", "1").exit_code == 0
    early = run("log", "verify")
    assert (early.exit_code, early.stderr) == (1, "line 6 lets inputs expire before their time\n")


def test_inputs_expire_after_days(log, run):
    found = json.loads(run("log", "expire", "--keep-days", "1", "--json").stdout)
    assert found == {"through": 5, "inputs": 5, "answers": 0}


def test_inputs_expire_by_the_setting_where_no_day_is_named(sqlite, run):
    clock, days = Clock(), DEFAULTS["keep_inputs_days"]
    with closing(opened(sqlite, clock)) as log:
        for age in (days + 1, days - 1):
            clock.now = datetime.now(UTC) - timedelta(days=age)
            log.append([entry()])
    assert json.loads(run("log", "expire", "--json").stdout)["inputs"] == 1
    assert json.loads(run("log", "expire", "--json", keep=days - 2).stdout)["inputs"] == 1


def test_inputs_left_by_a_broken_expiry_are_told(log, run):
    (content,) = rows(log, "SELECT seq, content FROM sealed WHERE seq = 1")
    run("log", "expire", "--before", "2026-05-03", "--keep-days", "1")
    log.database.write(lambda cursor: cursor.execute("INSERT INTO sealed VALUES (?, ?)", content))
    result = run("log", "verify", "--keep-days", "1")
    assert result.exit_code == 0
    assert "1 inputs have expired and are still there: run log expire again." in result.stdout


def test_a_file_that_is_not_there_is_told_in_chinese(log, run):
    assert (
        run("log", "verify", "--anchors", "/nowhere", lang="zh").stderr == "读写不了 /nowhere（没有这个文件或目录）。\n"
    )


@pytest.mark.parametrize("day", ["2999-01-01", "2026-05-03"])
def test_a_day_before_the_time_is_over_deletes_nothing(log, run, day):
    result = run("log", "expire", "--before", day)
    assert (result.exit_code, result.stderr) == (
        2,
        f"{day} is less than the 1825 days ago that inputs are kept for; none were deleted. If that is meant, say "
        "--keep-days too.\n",
    )
    assert json.loads(run("log", "expire", "--keep-days", "1", "--json").stdout)["inputs"] > 0  # they are still there


def test_where_nothing_has_expired_that_is_said(log, run):
    assert run("log", "expire", "--before", "2020-01-01").stdout == "No inputs have expired.\n"


def test_a_database_that_cannot_be_reached_is_named_without_its_password(run):
    result = run("log", "verify", database="postgresql+psycopg://me:secret@127.0.0.1:1/log")
    assert "me:***@127.0.0.1:1/log" in result.stderr
    assert "secret" not in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["log", "expire", "--before", "soon"], "--before wants a date as in 2026-12-31, not soon."),
        (["log", "verify", "--anchors", "/nowhere"], "/nowhere cannot be used (No such file or directory)."),
        (["log", "verify", "--database", "mysql://x"], "The log's database wants an address"),
        (["keys", "revoke", "unknown"], "There is no live key unknown."),
        (["keys", "add", "a", "--for", "unknown"], "There is no client unknown; `keys list` lists them all."),
        (["keys", "add", "a", "--for", "b", "--role", "caller"], "Write --role (a new client) or --for"),
        (["keys", "add", "a"], "Write --role (a new client) or --for"),
    ],
)
def test_what_cannot_be_done_is_said_in_both_languages(log, run, words, said):
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(said)
    told = json.loads(run(*words, "--json").stderr)["errors"][0]
    assert told["en"].startswith(said)
    assert told["zh"] + "\n" == run(*words, lang="zh").stderr


def test_a_database_that_is_not_there_is_not_made(run, tmp_path):
    result = run("log", "verify", database=f"sqlite:///{tmp_path / 'none.db'}")
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert result.stderr.startswith("The log's database cannot be reached.")


def test_keys_are_handed_out_listed_and_revoked(run, tmp_path):
    database = f"sqlite:///{tmp_path / 'new' / 'log.db'}"
    result = run("keys", "add", "县行", "--role", "caller", "--expires", "2099-01-01", database=database)
    assert result.exit_code == 0
    assert result.stdout.startswith("vc_")
    assert result.stderr == "Keep it now: it will not be shown again.\n"
    added = json.loads(run("keys", "add", "b", "--role", "admin", "--json", database=database).stdout)
    assert added["key"].startswith(f"vc_{added['id']}_")
    assert json.loads(run("keys", "revoke", added["id"], "--json", database=database).stdout)["revoked"]
    listed = json.loads(run("keys", "list", "--json", database=database).stdout)
    assert [(one["name"], one["role"], one["revoked"] is None) for one in listed] == [
        ("县行", "caller", True),
        ("b", "admin", False),
    ]
    shown = run("keys", "list", database=database).stdout
    assert "live until 2099-01-01" in shown
    assert "revoked 20" in shown
    assert result.stdout.strip() not in shown


def test_a_key_that_has_ended_is_listed_as_such(run):
    run("keys", "add", "a", "--role", "caller", "--expires", "2000-01-01")
    run("keys", "add", "b", "--role", "caller")
    first, second = sorted(run("keys", "list").stdout.splitlines(), key=lambda line: "live" in line)
    assert first.endswith("ended 2000-01-01")
    assert second.endswith("live")


def test_another_key_of_a_client_has_its_role(run):
    first = json.loads(run("keys", "add", "a", "--role", "analyst", "--json").stdout)
    second = json.loads(run("keys", "add", "a 2028", "--for", first["client"], "--json").stdout)
    assert (second["client"], second["role"], second["name"]) == (first["id"], "analyst", "a 2028")


def test_every_command_says_how_to_answer_and_no_more_than_it_heeds(run):
    for group in ("log", "keys"):
        for name in COMMANDS[group].places:
            shown = run(group, name, "--help").stdout
            assert all(option in shown for option in ("--database", "--lang", "--json", "--color")), name
            assert "--policies" not in shown


def test_progress_is_shown_to_somebody_who_watches(log, run, monkeypatch):
    monkeypatch.setattr("service.commands.screen.patient", lambda total, least: total == 5)
    result = run("log", "verify")
    assert "verifying" in result.stderr
    assert result.exit_code == 0


def test_the_log_is_where_the_service_has_it_by_default():
    [database] = [one for one in verify_log.params if one.name == "database"]
    assert database.default == DEFAULTS["database"]
