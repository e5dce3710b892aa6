"""What a county run takes a record, and those around it, to be: conclusions that a file gives, and figures that are
counted and contradict others."""

from contextlib import closing

from rules import Engine
from service.county.backend import Duck
from service.county.run.outputs import Outputs
from tests.county.test_surroundings import judged
from tests.unit.small import checklist, count, derived, given, small

HOUSE = {"within": "thing", "sound": given("boolean"), "people": count("person"), "income": given("amount")}


def ran(tmp_path, village, decisions, houses, villages, house=HOUSE):
    edition = small(village, decisions, house=house)
    rows = {"thing": villages, "house": [{"id": f"H{n}"} | one for n, one in enumerate(houses)]}
    return edition, *judged(edition, rows, tmp_path / "out")


def test_a_count_compares_its_records_with_the_record_around_them(tmp_path):
    """`thing.line` in a count of the thing's own houses, which are judged by then."""
    village = {"line": given("amount"), "above": count("house", counted={"count": "house", "where": {
        "income": {"above": "thing.line"}, "fit": "good"}})}  # fmt: skip
    decisions = {"fit": checklist({"require": {"sound": True}}, subject="house"),
                 "many": checklist({"require": {"above": {"at_least": "2 houses"}}})}  # fmt: skip
    houses = [{"thing_id": f"V{n % 2}", "income": 100 * n, "sound": n > 1} for n in range(8)]
    _, found, _ = ran(tmp_path, village, decisions, houses, [{"id": "V0", "line": 300}, {"id": "V1", "line": 300}])

    assert [found["thing", one]["above"] for one in ("V0", "V1")] == [2, 2]  # 400 and 600; 500 and 700
    assert {found["thing", one]["many"] for one in ("V0", "V1")} == {"good"}


def test_a_total_of_counts_is_a_whole_number_where_rows_are_decided_one_by_one(tmp_path):
    village = {
        "people": count("person", counted={"total": "people", "over": "house"}),
        "houses": given("list", of="house", counted={"records": "house"}),
        "mean": derived(mean={"ratio": ["part", "whole"]}, over="houses"),
    }
    house = HOUSE | {"part": given("amount"), "whole": given("amount")}
    decisions = {
        "big": checklist({"require": {"people": {"at_least": "5 persons"}}}, {"require": {"mean": {"below": "60%"}}})
    }
    houses = [{"thing_id": "V0", "people": n, "part": n, "whole": 7 + n} for n in range(4)]
    _, found, manifest = ran(tmp_path, village, decisions, houses, [{"id": "V0"}], house)

    assert manifest.levels["thing"].singly == ("big",)
    assert found["thing", "V0"]["big"] == "good"


DECISIONS = {"fit": checklist({"require": {"sound": True}}, subject="house"),
             "grant": checklist({"require": {"fit": "good"}}, subject="house")}  # fmt: skip


def test_a_conclusion_that_a_file_gives_stands_for_all_that_rests_on_it(tmp_path):
    """In its own column, for the decisions about the same record, and for the counts above; not knowing is none."""
    village = {"fit_ones": count("house", counted={"count": "house", "where": {"fit": "good"}})}
    houses = [{"thing_id": "V", "sound": sound, "fit": fit}
              for sound, fit in ((False, "good"), (True, "bad"), (True, None), (True, "open"))]  # fmt: skip
    edition, found, manifest = ran(tmp_path, village, DECISIONS, houses, [{"id": "V"}])
    rows = [found["house", f"H{n}"] for n in range(4)]

    assert [one["fit"] for one in rows] == [one["grant"] for one in rows] == ["good", "bad", "good", "good"]
    assert found["thing", "V"]["fit_ones"] == 3
    with closing(Duck(tmp_path / "scratch")) as duck:
        outputs = Outputs(tmp_path / "out", edition, duck)
        for decision in ("fit", "grant"):
            assert outputs.decide(Engine(edition), "house", "H0", decision) is not None
    assert manifest.decided("house") == ("fit",)


def test_figures_that_contradict_each_other_are_not_known_to_the_records_below_either(tmp_path):
    """Nor does another part say how much the whole is at least."""
    village = {
        "registered": count("house"),
        "houses": count("house", part_of="registered", counted={"count": "house"}),
        "sound_ones": count("house", part_of="houses", counted={"count": "house", "where": {"sound": True}}),
    }
    decisions = {
        "few": checklist({"require": {"thing.houses": {"at_least": "1 house"}}}, subject="house"),
        "kept": checklist({"require": {"thing.registered": {"at_least": "1 house"}}}, subject="house"),
        "own": checklist({"require": {"houses": {"at_least": "1 house"}}}),
    }
    houses = [{"thing_id": f"V{n % 2}", "sound": n < 2 or None} for n in range(6)]
    villages = [{"id": "V0", "registered": 2}, {"id": "V1", "registered": 3}]
    _, found, manifest = ran(tmp_path, village, decisions, houses, villages)

    assert [(one.part, one.whole, one.ids) for one in manifest.contradictions] == [("houses", "registered", ("V0",))]
    assert [found["thing", one]["own"] for one in ("V0", "V1")] == ["open", "good"]
    for n in range(6):
        row = found["house", f"H{n}"]
        assert (row["few"], row["kept"]) == (("good", "good") if n % 2 else ("open", "open"))


FEW = {"count": "house", "where": {"few": "good"}}


def test_a_figure_that_a_count_of_those_below_is_held_against_rests_on_no_decision_about_them(tmp_path):
    """What a record reads is not held against a count that rests on the very decision: that would be a circle."""
    village = {"registered": count("house"),
               "fit_ones": count(part_of="registered", counted=FEW)}  # fmt: skip
    decisions = {"few": checklist({"require": {"thing.registered": {"at_least": "1 house"}}}, subject="house"),
                 "own": checklist({"require": {"fit_ones": {"at_least": "1 house"}}})}  # fmt: skip
    _, found, _ = ran(tmp_path, village, decisions, [{"thing_id": "V"}] * 2, [{"id": "V", "registered": 1}])

    assert found["house", "H0"]["few"] == "good"
    assert found["thing", "V"]["own"] == "open"  # two of one
