"""The effect of a draft at the desk: worked out beside the requests, shown for the content that it is of."""

import fcntl
import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from service.effect import making
from service.effect.jobs import LOCK, QUESTION, WAITING, Busy, Effects
from service.effect.question import Heir, Question, Run, latest_run
from service.publishing.comparing import Content
from tests.api.calling import errors
from tests.county.conftest import files, out  # noqa: F401 -- fixtures
from tests.desk.test_desk import begun, written

FILE, OLD, NEW = "credit_village.yaml", "a_grade_share: {at_least: 55%}", "a_grade_share: {at_least: 75%}"


@pytest.fixture
def author(someone):
    return someone("editor")


def with_runs(api, folder):
    settings = replace(api.service.settings, county_runs=str(folder))
    api.app.extensions["village_credit"] = replace(api.service, settings=settings)


def worked_out(api, author, draft):
    author.get(f"{draft}/effect")
    api.service.effects.wait()
    return author.get(f"{draft}/effect").text


def test_who_gains_and_who_loses_is_shown(api, author, out):
    with_runs(api, out.parent)
    draft = begun(author)
    written(author, draft, FILE, OLD, NEW)
    written(author, draft, "clauses.yaml", "高于55%", "高于75%")
    assert "看影响" in author.get(draft).text
    first = author.get(f"{draft}/effect")
    assert 'id="progress"' in first.text
    assert "不低于 55% → 不低于 75%" in first.text
    parts = re.findall('data-part="([^"]*)"', first.text)
    shown = worked_out(api, author, draft)
    assert 'id="progress"' not in shown
    assert re.findall('data-part="([^"]*)"', shown) == parts  # what is not ready has its place, to be put in
    assert "已算好" in shown.split('id="said"')[1].split("</p>")[0]
    assert "全县：谁得到，谁失去" in shown
    assert "不再成立的例子" in shown
    assert "55%上下" in shown
    assert "逐条" in shown

    key, id = api.caller("editor"), draft.rpartition("/")[2]
    told = key.get(f"/v1/drafts/{id}/effect").json
    assert (told["status"], told["failure"]) == ("done", "")
    village = next(one for one in told["county"]["decisions"] if one["decision"] == "credit_village")
    assert village["loses"] > 0
    assert f"{village['loses']} 条失去" in shown
    figures = shown.split('id="figure"')[1].split("</select>")[0]
    assert re.findall('value="([^"]*)"', figures) == ["credit_village.a_grade_share"]  # no words of a clause
    swept = f"{draft}/effect?figure=credit_village.a_grade_share&from=60%25&to=75%25&step=15%25"
    author.get(swept)
    api.service.effects.wait()
    assert "<polyline" in author.get(swept).text
    english = author.get(f"{draft}/effect?lang=en").text
    assert "Examples that no longer hold" in english

    written(author, draft, FILE, NEW, "a_grade_share: {at_least: 74%}")
    edited = key.get(f"/v1/drafts/{id}/effect").json
    assert (edited["status"], edited["county"]) == ("none", None)  # what is known is of other content


def test_its_progress_moves_with_each_step_and_ends_with_the_last(api, author, out, monkeypatch):
    with_runs(api, out.parent)
    draft = begun(author)
    written(author, draft, FILE, OLD, NEW)
    worked_out(api, author, draft)
    [home] = [one.parent for one in api.service.effects.folder.glob(f"*/{QUESTION}")]
    told, put = [], making._put
    monkeypatch.setattr(making, "_put", lambda file, said: told.append((file.stem, said)) or put(file, said))
    making.make(home)
    progress = [said for name, said in told if name == "progress"]
    assert [one["done"] for one in progress] == [*range(len(progress))]
    assert len({one["steps"] for one in progress}) == 1  # as many as were told of at first
    assert progress[-1]["done"] < progress[-1]["steps"]  # levels that the change cannot reach are passed over
    assert len({one["step"] for one in progress}) == len(progress)
    done = [name for name, _ in told]
    assert done.index("part-county") == [one["step"] for one in progress].index("examples")  # before it, not with it
    assert done[-1] == "part-cases"


def test_a_crash_is_said_and_it_can_be_worked_out_again(api, author, out, tmp_path):
    broken = tmp_path / "run"
    broken.mkdir()
    (broken / "manifest.json").write_bytes((out / "manifest.json").read_bytes())  # and no tables
    with_runs(api, broken)
    draft = begun(author)
    written(author, draft, FILE, OLD, NEW)
    shown = worked_out(api, author, draft)
    assert "测算没有完成" in shown
    assert "不再成立的例子" in shown  # what was ready is shown
    key, id = api.caller("editor"), draft.rpartition("/")[2]
    assert "parquet" in key.get(f"/v1/drafts/{id}/effect").json["failure"]
    with_runs(api, tmp_path / "nowhere")
    worked_out(api, author, draft)
    why = key.get(f"/v1/drafts/{id}/effect").json["county"]["not"]
    for said, none in ((why["zh"], "没有这个方案的全县运行结果"), (why["en"], "There is no county run of this plan")):
        assert said.startswith(none)
        assert "VILLAGE_CREDIT_COUNTY_RUNS" in said  # the setting, and what to do
        assert "village-credit county run" in said


CHILD = """\
plan: yy-county
title: {zh: YY县实施方案, en: YY County plan}
issuer: {zh: YY县, en: YY County}
effective: {from: 2027-02-01}
extends: {plan: xx-county, edition: 2026-05-01}
"""
STRICTER = "decision: credit_village\ncriteria:\n- {id: a_grade_share, require: {a_grade_share: {at_least: 75%}}}\n"


def test_the_first_edition_of_a_plan_is_tried_against_the_edition_that_it_extends(api, someone, out):
    """On the examples of that one, and on the county run of its plan: there is none of its own yet."""
    with_runs(api, out.parent)
    key, manager = api.caller("editor"), someone("approver")
    files = {"plan.yaml": CHILD, "credit_village.yaml": STRICTER}
    draft = key.post("/v1/drafts", {"plan": "yy-county", "day": "2027-02-01", "files": files}).json
    address = f"/v1/drafts/{draft['id']}/effect"
    begun = key.post(address)
    assert begun.status_code == 202, begun.text
    api.service.effects.wait()
    told = key.get(address).json
    assert (told["status"], told["failure"]) == ("done", "")
    assert told["against"]["edition"] == "xx-county/2026-05-01"
    assert any("55%上下" in one["name"] for one in told["cases"]["broken"])
    assert told["county"]["run"]["edition"] == "xx-county/2026-05-01"
    village = next(one for one in told["county"]["decisions"] if one["decision"] == "credit_village")
    assert village["loses"] > 0
    page = manager.get(f"/desk/drafts/{draft['id']}/effect").text
    assert "不再成立的例子" in page
    assert f"{village['loses']} 条失去" in page
    assert 'id="shadow"' not in page  # no request is about this plan yet
    swept = {"sweep": "credit_village.a_grade_share=60%..75%/15%"}
    key.post(address, query_string=swept)
    api.service.effects.wait()
    assert key.get(address, query_string=swept).json["tried"]["curves"]


@pytest.mark.parametrize(("sweep", "told"), [
    ("garbage", "decision.item=value"), ("a.b=1..2", "A sweep reads"), ("a.b=2..1/1", "it begins above its end"),
    ("a.b=1..2/0", "its step has to be more than zero"), ("a.b=0..9/0.001", "at most 1000 steps"),
    ("a.b=0%..100%/1%", "At most 41"),
])  # fmt: skip
def test_a_sweep_that_cannot_be_walked_takes_no_turn(api, author, sweep, told):
    draft = begun(author)
    written(author, draft, FILE, OLD, NEW)
    path = f"/v1/drafts/{draft.rpartition('/')[2]}/effect"
    refused = api.caller("editor").post(path, {}, query_string={"sweep": sweep})
    assert (refused.status_code, errors(refused)) == (422, [("/sweep", "not_a_sweep")])
    assert told in refused.json["errors"][0]["en"]
    assert api.caller("editor").get(path, query_string={"sweep": sweep}).json["status"] == "none"


def test_only_whoever_may_see_effects_does(api, someone, author):
    draft = begun(author)
    assert someone("analyst").get(f"{draft}/effect").status_code == 403
    assert api.caller("analyst").get(f"/v1/drafts/{draft.rpartition('/')[2]}/effect").status_code == 403
    assert author.get("/desk/effects/nothing").status_code == 404
    assert author.get(f"/desk/effects/{'0' * 64}").json["status"] == "none"


# --- the jobs


def question(name, **more):
    content = Content("plan/2026-01-01", name, {})
    return Question(content, content, "2026-12-31", **more)


def test_what_was_worked_out_of_anything_else_is_never_shown():
    """The draft, what it is held against, the editions that change with it, the run, and the day."""
    asked = [question("a"), *(question("a", heirs=(Heir(*(Content("b/2026-01-01", one, {}) for one in pair)),))
                              for pair in (("1", "2"), ("1", "3"), ("2", "2")))]  # fmt: skip
    asked += [replace(asked[0], **{name: Content("plan/2026-01-01", "b", {})}) for name in ("before", "after")]
    asked += [replace(asked[0], run=Run("x", sha256, "plan/2026-01-01", "", {})) for sha256 in ("1", "2")]
    asked += [replace(asked[0], today="2027-01-01"), replace(asked[0], asks="readings")]
    assert len({one.key for one in asked}) == len(asked)


def test_a_job_is_stopped_before_its_turn_or_in_it(tmp_path):
    effects = Effects(tmp_path)
    with (tmp_path / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        asked = question("a")
        assert effects.begin(asked).status == "waiting"
        assert Effects(tmp_path).state(asked).status == "waiting"  # another worker sees it
        Effects(tmp_path).stop(asked)
        effects.wait()
    assert effects.state(asked).status == "stopped"
    assert effects.again(asked).open
    effects.wait()
    assert effects.state(asked).status == "failed"  # there is no such edition
    assert "plan/2026-01-01" in effects.state(asked).failure


def test_a_job_that_has_its_turn_runs_though_its_process_has_said_nothing_yet(tmp_path, monkeypatch):
    """To import what it needs and to read two editions takes a minute on a loaded machine."""
    told, popen = [], subprocess.Popen
    asked, effects = question("a"), Effects(tmp_path)

    def begun(*args, **more):
        told.append(effects.state(asked).status)
        return popen(*args, **more)

    monkeypatch.setattr(subprocess, "Popen", begun)
    effects.begin(asked)
    effects.wait()
    assert told == ["running"]


def test_few_wait(tmp_path):
    effects = Effects(tmp_path)
    with (tmp_path / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        asked = [question(str(number)) for number in range(WAITING + 1)]
        for one in asked[:WAITING]:
            effects.begin(one)
        with pytest.raises(Busy):
            effects.begin(asked[-1])
        for one in asked[:WAITING]:
            effects.stop(one)
        effects.wait()


def test_the_effect_of_an_earlier_text_makes_room_for_that_of_a_later_one(tmp_path):
    effects = Effects(tmp_path)
    with (tmp_path / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        texts = [question(str(number), draft="draft-1") for number in range(WAITING + 2)]
        for one in texts:
            assert effects.begin(one).status == "waiting"
        others = question("x", draft="draft-1", asks="readings"), question("y", draft="draft-2")
        for one in others:
            effects.begin(one)
        assert [effects.state(one).open for one in (*texts, *others)] == [False] * (len(texts) - 1) + [True] * 3
        for one in (texts[-1], *others):
            effects.stop(one)
        effects.wait()


def test_a_job_whose_worker_died_is_begun_again(tmp_path):
    asked = question("a")
    home = tmp_path / asked.key
    home.mkdir(parents=True)
    (home / LOCK).touch()
    (home / "progress.json").write_text(json.dumps({"done": 1, "steps": 2, "step": "x"}))
    assert Effects(tmp_path).state(asked).status == "none"


def test_the_newest_finished_run_of_the_plan_is_taken(out, tmp_path):
    assert latest_run(tmp_path, ["other", "xx-county"]) is None
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_bytes((out / "manifest.json").read_bytes())
    (tmp_path / "unfinished").mkdir()
    found = latest_run(tmp_path, ["other", "xx-county"])
    assert found is not None
    assert Path(found.folder).name == "b"
    assert latest_run(tmp_path, ["another"]) is None


def stored(api, part):
    [file] = api.service.effects.folder.glob(f"*/part-{part}.json")
    return file, json.loads(file.read_text("utf-8"))


def test_whatever_is_cut_says_how_much_more_there_is_and_where(api, author, out):
    with_runs(api, out.parent)
    draft = begun(author)
    written(author, draft, FILE, OLD, NEW)
    worked_out(api, author, draft)
    file, county = stored(api, "county")
    assert county["subjects"].keys() == county["set_aside"].keys()
    [village] = [one for one in county["decisions"] if one["decision"] == "credit_village"]
    rows = [{"id": f"p{n}", "name": "", "gains": n, "loses": 0, "changed": n} for n in range(1234)]
    village["places"] = [{"level": "township", "title": village["title"], "rows": rows}]
    money = {"before": "1", "after": "2", "more": "1", "less": "0", "newly_known": "0", "no_longer_known": "0"}
    sums = [{"id": f"m{n}", "name": "", **money} for n in range(1333)]
    where = [{"level": "township", "title": village["title"], "rows": sums}]
    unknown = {"unknown_before": 0, "unknown_after": 0}
    village["amounts"] = [{**money, **unknown, "title": village["title"], "changed": 1, "places": where}]
    village |= {"changed": 5000, "moved": (village["moved"] * 2000)[:2000]}
    county["set_aside"] = {"village": 1234567}
    county["subjects"] = {"village": {"zh": "行政村", "en": "Village"}}
    file.write_text(json.dumps(county), "utf-8")
    page = author.get(f"{draft}/effect").text
    for left in ("1,034", "1,133", "4,800"):
        assert f"以上列了 200 条，另有 {left} 条没有列出。" in page
    [whole] = {*re.findall(r'href="([^"]*)">全部（JSON）', page)}
    assert "前 2,000 条（JSON）" in page
    told = author.get(whole).json["county"]["decisions"]
    assert next(one for one in told if one["decision"] == "credit_village")["places"][0]["rows"][-1]["id"] == "p1233"
    assert '<p class="unknown">行政村：按新的事实字典，1,234,567 条记录不能采用。' in page


def test_a_sweep_is_drawn_with_its_ends_and_said_in_a_sentence(api, author, out):
    with_runs(api, out.parent)
    draft = begun(author)
    written(author, draft, FILE, OLD, NEW)
    swept = f"{draft}/effect?figure=credit_village.a_grade_share&from=60%25&to=80%25&step=10%25"
    author.get(swept)
    api.service.effects.wait()
    page = author.get(swept).text
    figure = re.search(r'<figure class="curve">.*?</figure>', page, re.DOTALL)[0]
    file, tried = stored(api, "tried")
    met = next(one["met"] for one in tried["curves"] if one["decision"] == "credit_village")
    assert [int(one.partition(",")[0]) for one in re.search('points="([^"]*)"', figure)[1].split()] == [120, 360, 600]
    assert re.findall(r"<span>([^<]*)</span>", figure) == ["55%", "80%"]
    assert f"60% 时 {met[0]} 条符合，80% 时 {met[-1]} 条" in figure
    label = re.search('role="img" aria-labelledby="([^"]*)"', figure)[1]
    assert f'<span id="{label}">60% 时' in figure
    assert [re.sub("<.*?>", "", one).strip() for one in re.findall(r"</svg>([^<]*)</span>", figure)] == [
        "现在 55%", "草稿 75%"]  # fmt: skip
    tried["steps"][1]["not"] = {"zh": "这个数不能判", "en": "It cannot be judged"}
    tried["curves"] = [{**one, "met": [one["met"][0], None, one["met"][2]]} for one in tried["curves"]]
    file.write_text(json.dumps(tried), "utf-8")
    assert '<td>70%</td><td colspan="2" class="bad">这个数不能判</td>' in author.get(swept).text
