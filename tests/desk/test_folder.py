"""Where the policies folder is the truth, a draft is begun from, and held against, what that folder has live."""

import pytest

from tests.api.calling import start
from tests.api.test_published import limit, second
from tests.desk.drafting import person, service

DAY = "2027-06-01"


@pytest.fixture
def folder(tmp_path):
    service(tmp_path).close()  # publishes the first edition
    root = tmp_path / "policies"
    second(root, "60%")
    return root


@pytest.fixture
def started(folder, tmp_path):
    made = []

    def started(place):
        made.append(start(tmp_path, policies=folder, published_in=place))
        return made[-1], person(made[-1], f"editor-{len(made)}", "editor")

    yield started
    for api in made:
        api.close()


def shown(editor, draft):
    return editor.client.get(f"/desk/drafts/{draft['id']}").text


def test_a_draft_follows_and_is_held_against_the_edition_to_come_that_the_folder_has(started, folder):
    api, editor = started("folder")
    draft = editor.begin(DAY)
    assert draft["base"]["edition"] == "base/2027-05-01"
    saved = editor.save(draft, "60%", "65%").json
    assert "60% → 不低于 65%" in shown(editor, draft)
    assert not saved["outdated"]
    limit(folder, "58%", "base/2027-05-01")  # somebody has committed since
    api.reload()
    api.service.policies.current()  # goes live
    assert editor.get(f"/drafts/{draft['id']}").json["outdated"]
    assert "之后变过" in shown(editor, draft)
    assert "update" in editor.submit(saved).json["detail"]


def test_an_amendment_of_an_edition_that_the_folder_alone_has_is_a_patch_of_its_text(started):
    _, editor = started("folder")
    draft = editor.begin("2027-05-01", amend=True)
    editor.save(draft, "60%", "62%")
    patch = editor.client.get(f"/desk/drafts/{draft['id']}/patch").text
    changed = [line for line in patch.splitlines() if line[:1] in "+-" and "%" in line]
    assert [(line[0], "60%" in line, "62%" in line) for line in changed] == [("-", True, False), ("+", False, True)]
    assert "new file mode" not in patch


def test_where_the_database_is_the_truth_the_folder_is_not_looked_at(started):
    _, editor = started("database")
    assert editor.begin(DAY)["base"]["edition"] == "base/2026-05-01"
