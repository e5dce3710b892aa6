"""Pages of a draft that stayed open while it went on."""

import re

from tests.desk.test_desk import (  # noqa: F401 -- fixtures among them
    LIMIT,
    alert,
    approver,
    author,
    begun,
    field,
    submitted,
    written,
)


def test_nobody_sends_back_or_gives_up_what_is_another_text_by_now(author, approver):
    """A page that was open meanwhile speaks of the revision that it shows."""
    draft = begun(author)
    written(author, draft, "credit_village.yaml", LIMIT, "at_least: 60%")
    assert submitted(author, draft).status_code == 303
    seen = field(approver.get(draft).text, "revision")
    written(author, draft, "credit_village.yaml", "at_least: 60%", "at_least: 58%")
    assert submitted(author, draft).status_code == 303
    for who, act in ((approver, "request-changes"), (approver, "reject"), (author, "discard")):
        told = who.post(f"{draft}/{act}", revision=seen, reason="60% 太高")
        assert (told.status_code, "已有第 3 稿，不是第 2 稿" in alert(told)) == (422, True)
        assert "60% 太高" in told.text  # what was typed stays
    assert approver.post(f"{draft}/reject", revision="3", reason="58% 也高").status_code == 303
    told = author.post(f"{draft}/discard", revision="3", reason="不要了")
    assert "已否决" in alert(told)
    assert not re.search("rejected|submitted|changes_requested", alert(told))
