"""Queries that an earlier run made give what queries made anew give; and they are used for nothing else than what they
were made for."""

import errno
import json
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.county import asked, shipped
from examples.generate import Wanted, generate
from rules.variants.readings import under
from service.county import cache as caching
from service.county.backend import Duck
from service.county.cache import Cache
from service.county.hearing import PUT, RUN
from service.county.intake.inputs import Source
from service.county.run.asked import Asked
from service.county.run.outputs import Outputs
from service.county.run.retracing import Retracing
from service.county.run.steps import WORK
from service.county.running import run
from tests.county.conftest import run as command
from tests.county.making import ON, county
from tests.editions import POLICIES
from tests.unit.small import checklist, count, derived, given, small

OWN = {"line": given("amount"), "since": given("date"),
       "houses": count("house", counted={"count": "house"}),
       "fit_ones": count("house", counted={"count": "house", "where": {"fit": "good"}}),
       "earned": given("amount", counted={"total": "income", "over": "house"}),
       "share": derived(ratio=["fit_ones", "houses"])}  # fmt: skip
HOUSE = {
    "within": "thing",
    "income": given("amount", minimum="0 yuan"),
    "sound": given("boolean"),
    "born": given("date"),
}
NUMBERS = pa.decimal128(12, 2)


def plan(least="50%", after="2020-01-01"):
    """Houses are judged by the line of their thing, things by their houses."""
    rich, sound = {"income": {"at_least": "thing.line"}}, {"sound": True}
    late = {"require": sound, "when": {"on": {"at_least": "2026-12-01"}}}
    fit = checklist({"require": rich}, late, {"require": {"born": {"above": after}}}, subject="house")
    many = checklist({"require": {"share": {"at_least": least}}})
    return small(OWN, {"fit": fit, "many": many}, house=HOUSE)


def rows(houses=8, gap=False, low=None):
    """Things and houses; in a gap an income is not known, and `low` is what it may be at least."""
    things = [{"id": f"V{n}", "line": Decimal(300), "since": date(2026, 6, 1 + n)} for n in range(2)]
    own = [{"id": f"H{n}", "thing_id": f"V{n % 2}", "income": Decimal(100 * n), "sound": n % 3 > 0,
            "born": date(2020, 1, 1 + n)} for n in range(houses)]  # fmt: skip
    if gap:
        own[5]["income"] = None
    return {"thing": things, "house": own}


TYPES = {"line": NUMBERS, "income": NUMBERS, "since": pa.date32(), "born": pa.date32(), "sound": pa.bool_()}


def question(folder, edition, data, on=ON, types=TYPES, **more):
    """A run of data, each column of its type."""
    sources = []
    for subject, those in data.items():
        names = list(those[0])
        schema = pa.schema([(one, types.get(one, pa.string())) for one in names])
        folder.mkdir(exist_ok=True)
        pq.write_table(pa.Table.from_pylist(those, schema=schema), folder / f"{subject}.parquet")
        sources.append(Source(subject, folder / f"{subject}.parquet"))
    return Asked(edition, on, tuple(sources), folder / "out", at_most=1.0, **more)


def ran(question):
    """The bytes of all that a run wrote."""
    run(question)
    return {one.name: one.read_bytes() for one in question.out.iterdir()}


@contextmanager
def compiling(monkeypatch):
    """The queries that are made meanwhile."""
    made, really = [], Duck.sql
    with monkeypatch.context() as patch:
        patch.setattr(Duck, "sql", lambda self, expr: made.append(really(self, expr)) or made[-1])
        yield made


def warmed(folder, *questions):
    """A cache in which some runs have kept their queries."""
    for number, one in enumerate(questions):
        run(replace(one, cache=folder / "cache", out=folder / f"warm{number}"))
    return folder / "cache"


def test_a_run_of_kept_queries_writes_what_one_that_makes_them_writes(tmp_path, monkeypatch):
    plain = question(tmp_path / "plain", plan(), rows())
    kept = warmed(tmp_path, plain)

    with compiling(monkeypatch) as made:
        again = ran(replace(plain, cache=kept, out=tmp_path / "again"))
    assert made == []
    assert again == ran(plain)


def test_the_command_keeps_queries_and_writes_the_same(files, out, tmp_path):
    plain = {one.name: one.read_bytes() for one in out.iterdir()}
    for name in ("first", "again"):
        command(files, tmp_path / name, "--cache", tmp_path / "cache")
        assert {one.name: one.read_bytes() for one in (tmp_path / name).iterdir()} == plain
    assert list((tmp_path / "cache").iterdir())


@pytest.mark.parametrize("other", [rows(30), rows(8, gap=True), rows(1)])
def test_queries_kept_of_some_rows_give_others_their_due(tmp_path, other):
    kept = warmed(tmp_path, question(tmp_path / "first", plan(), rows()))

    fresh = ran(question(tmp_path / "fresh", plan(), other))
    assert ran(question(tmp_path / "other", plan(), other, cache=kept)) == fresh


def test_queries_are_kept_for_other_rows_of_the_same_columns(tmp_path, monkeypatch):
    kept = warmed(tmp_path, question(tmp_path / "first", plan(), rows()))

    with compiling(monkeypatch) as made:
        ran(question(tmp_path / "other", plan(), rows(9), cache=kept))
    assert made == []


def _without(data, column):
    return {subject: [{name: value for name, value in row.items() if name != column} for row in those]
            for subject, those in data.items()}  # fmt: skip


FINE = {**TYPES, "income": pa.decimal128(12, 4)}
EVEN = {**TYPES, "income": pa.int64()}
MUTANTS = {
    "figure": {"edition": plan("75%")},
    "date of a rule": {"edition": plan(after="2020-01-03")},
    "day": {"on": date(2026, 11, 30)},
    "given figures": {"keep_given": True},
    "places of a number": {"types": FINE},
    "whole numbers": {"types": EVEN},
    "column": {"data": _without(rows(), "sound")},
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_what_queries_rest_on_is_never_mistaken(tmp_path, monkeypatch, mutant):
    """Of another figure, day, option, type or column, the queries are made anew, and give what they give without a
    cache."""
    usual = {"edition": plan(), "data": rows()}
    kept = warmed(tmp_path, question(tmp_path / "first", **usual))
    changed = usual | MUTANTS[mutant]

    fresh = ran(question(tmp_path / "fresh", **changed))
    with compiling(monkeypatch) as made:
        assert ran(question(tmp_path / "changed", **changed, cache=kept)) == fresh
    assert made


def test_queries_of_one_reading_are_not_those_of_another(tmp_path, monkeypatch):
    county = generate(Wanted(60, townships=3), tmp_path / "county")
    own = asked(shipped(), county, tmp_path / "fresh")
    name, reading = next((name, one) for name, one in own.edition.readings.items() if one.changes)
    kept, other = warmed(tmp_path, own), under(POLICIES, own.edition, {name: next(iter(reading.changes))})

    fresh = ran(replace(own, edition=other))
    with compiling(monkeypatch) as made:
        assert ran(replace(own, edition=other, cache=kept, out=tmp_path / "other")) == fresh
    assert made


def test_queries_of_outputs_are_of_one_edition_and_one_day(tmp_path, monkeypatch):
    asking = question(tmp_path / "run", plan(), rows())
    manifest = run(asking)
    tomorrow = replace(manifest, on=date(2027, 1, 1))

    with closing(Duck(tmp_path / "scratch", cache=Cache(tmp_path / "cache"))) as duck, compiling(monkeypatch) as made:
        for edition, about in ((plan(), manifest), (plan("75%"), manifest), (plan(), tomorrow), (plan(), manifest)):
            outputs = Outputs(asking.out, edition, duck, about)
            for what in ("one", "other"):
                outputs.query([what], ["thing"], lambda: duck.table(asking.out / "thing.parquet"))
    assert len(made) == 6


def test_queries_of_other_code_or_libraries_are_not_used(tmp_path, monkeypatch):
    plain = question(tmp_path / "plain", plan(), rows())
    kept = warmed(tmp_path, plain)
    monkeypatch.setattr(caching, "product", lambda: "another")

    with compiling(monkeypatch) as made:
        ran(replace(plain, cache=kept))
    assert made


def test_the_product_is_its_sources_and_its_libraries(tmp_path, monkeypatch):
    def seen():
        caching.product.cache_clear()
        return caching.product()

    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/one.py").write_text("x = 1", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(caching, "ROOT", tmp_path)
        known = [seen()]
        (tmp_path / "rules/one.py").write_text("x = 2", encoding="utf-8")
        known.append(seen())
        patch.setattr(caching, "version", lambda name: f"{name} of tomorrow")
        known.append(seen())
    caching.product.cache_clear()
    assert len({*known, caching.product()}) == 4


# --- entries


def _cut(path):
    path.write_bytes(path.read_bytes()[:-2])


def _turned(path):
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("SELECT", "DELETE").replace("300", "400"), encoding="utf-8")


def _emptied(path):
    path.write_text("", encoding="utf-8")


def _bytes(path):
    path.write_bytes(b"\xff\xfe\x00")


@pytest.mark.parametrize("spoil", [_cut, _turned, _emptied, _bytes])
def test_an_entry_that_is_not_what_was_written_is_not_used(tmp_path, monkeypatch, spoil):
    plain = question(tmp_path / "plain", plan(), rows())
    kept = warmed(tmp_path, plain)
    for one in kept.iterdir():
        spoil(one)

    with compiling(monkeypatch) as made:
        again = ran(replace(plain, cache=kept, out=tmp_path / "again"))
    assert made
    assert again == ran(plain)


def test_an_entry_in_the_place_of_another_is_not_used(tmp_path):
    cache = Cache(tmp_path)
    one, other = cache.key("one"), cache.key("other")
    cache.put(one, ["of one"])
    (tmp_path / one).rename(tmp_path / other)

    assert cache.get(other) is None
    assert cache.once("other", lambda: "of other") == "of other"


def test_an_entry_that_duckdb_refuses_is_made_anew(tmp_path):
    (tmp_path / WORK).mkdir()
    with closing(Duck(tmp_path / WORK, cache=Cache(tmp_path / "cache"))) as duck:
        key = duck.cache.key([["about"], [], "step", []])
        duck.cache.put(key, {"result": "old", "asked": [[RUN, "SELECT nothing FROM nowhere", []]]})

        assert Retracing(duck, tmp_path, ["about"]).once("step", lambda: duck.run("SELECT 7")) == [(7,)]
        assert duck.cache.get(key)["asked"] == [[RUN, "SELECT 7", [[7]]]]


def test_what_cannot_be_asked_again_elsewhere_is_not_kept(tmp_path):
    (tmp_path / WORK).mkdir()
    with closing(Duck(tmp_path / WORK, cache=Cache(tmp_path / "cache"))) as duck:
        outside = tmp_path.parent / f"{tmp_path.name}.parquet"
        for number, do in enumerate((
            lambda: duck.dicts("SELECT 7 AS id"),
            lambda: duck.copy("SELECT 7 AS id", tmp_path / "one.parquet") or [],
            lambda: duck.put("SELECT '7' AS id", outside, "id") or [],
            lambda: [len(duck.run(f"SELECT * FROM read_parquet('{tmp_path}/one.parquet')"))],
            lambda: [duck.loaded([], {"id": "VARCHAR"})],
        )):  # fmt: skip
            Retracing(duck, tmp_path, ["about"]).once(number, do)
        outside.unlink()
    assert not list((tmp_path / "cache").iterdir())


def test_a_step_is_made_anew_where_an_answer_or_a_step_before_differs(tmp_path):
    """What is made rests on the number of rows; the same is asked as long as that is the same."""
    done = []

    def made(many, before="one"):
        home = tmp_path / f"{len(done)} {many} {before}"
        (home / WORK).mkdir(parents=True)
        with closing(Duck(home / WORK, cache=Cache(tmp_path / "cache"))) as duck:
            duck.copy(f"SELECT n::VARCHAR AS id FROM range({many}) t(n)", home / WORK / "all.parquet")
            steps, there = Retracing(duck, home, ["about"]), home / WORK / "all.parquet"

            def second():
                done.append(many)
                odd = duck.run(f"SELECT count(*) % 2 FROM {duck.rows(there)}")[0][0]
                duck.put(f"SELECT id, {odd} AS odd FROM {duck.rows(there)}", home / "end.parquet", "id")
                return odd

            steps.once(before, lambda: before)
            assert steps.once("two", second) == many % 2
        assert {row["odd"] for row in pq.read_table(home / "end.parquet").to_pylist()} == {many % 2}

    for many, before in ((3, "one"), (5, "one"), (4, "one"), (6, "one"), (4, "other")):
        made(many, before)
    assert done == [3, 4, 4]


# --- the folder


def test_a_folder_that_others_may_write_to_is_left_alone(tmp_path):
    tmp_path.chmod(0o777)
    assert not Cache(tmp_path)
    Cache(tmp_path).put("key", ["value"])
    assert not list(tmp_path.iterdir())


def test_a_folder_that_others_may_replace_is_left_alone(tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    assert not Cache(tmp_path / "open/cache")
    (tmp_path / "open").chmod(0o1777)  # as /tmp is: nobody renames what is another's
    assert Cache(tmp_path / "open/cache")


def _of_another(path, monkeypatch):
    monkeypatch.setattr(caching.os, "getuid", lambda: path.stat().st_uid + 1)


def _open_to_others(path, _):
    path.chmod(0o666)


@pytest.mark.parametrize("plant", [_of_another, _open_to_others])
def test_an_entry_that_others_may_have_written_is_not_used(tmp_path, monkeypatch, plant):
    """Written while they could still write to the folder."""
    cache = Cache(tmp_path)
    cache.put("key", "planted")
    assert cache.get("key") == "planted"
    plant(tmp_path / "key", monkeypatch)
    assert cache.get("key") is None


def test_a_folder_that_cannot_be_made_keeps_nothing(tmp_path):
    (tmp_path / "file").touch()
    cache = Cache(tmp_path / "file/cache")
    assert cache.once("about", lambda: 7) == 7


def test_what_cannot_be_written_is_not_kept_and_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    cache = Cache(tmp_path)
    monkeypatch.setattr("pathlib.Path.replace", full)
    assert cache.once("about", lambda: 7) == 7
    assert not list(tmp_path.iterdir())


def test_a_full_folder_loses_its_oldest_entries(tmp_path, monkeypatch):
    monkeypatch.setattr(caching, "MOST", 4)
    cache = Cache(tmp_path)
    for number in range(4):
        cache.put(f"{number}", number)
    for age, name in enumerate("2031"):  # 2 and 0 were used last long ago
        caching.os.utime(tmp_path / name, (age, age))
    cache.put("4", 4)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["1", "3", "4"]


def test_what_has_no_order_is_no_key():
    with pytest.raises(TypeError):
        Cache().key({"a"})


def test_what_is_kept_holds_no_record(tmp_path):
    kept = warmed(tmp_path, question(tmp_path / "first", plan(), rows(8, gap=True)))

    words = " ".join(one.read_text(encoding="utf-8") for one in kept.iterdir())
    assert PUT in words
    assert json.dumps("V1") not in words
    assert not any(id in words for id in ("H3", "V1", str(tmp_path)))


def test_queries_of_a_run_of_fewer_files_are_not_those_of_a_run_of_all(tmp_path):
    """Without the records above, households have no links to them."""
    files, cache = county(tmp_path / "in", 60, 3, 1), tmp_path / "cache"
    command({"--households": files["--households"]}, tmp_path / "few", "--cache", cache)
    command(files, tmp_path / "all", "--cache", cache)
    command(files, tmp_path / "fresh", "--cache", "")
    for name in ("household", "county"):
        one, other = (tmp_path / folder / f"{name}.parquet" for folder in ("all", "fresh"))
        assert one.read_bytes() == other.read_bytes()


def test_a_setting_that_is_empty_keeps_no_queries(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VILLAGE_CREDIT_COUNTY_CACHE", "")
    command(county(tmp_path / "in", 60, 3, 1), tmp_path / "out")
    assert not (tmp_path / "home" / ".cache").exists()
