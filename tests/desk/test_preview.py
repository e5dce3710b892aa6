"""What the desk shows of a draft is what comes of it: each example, judged by the draft as its pages judge it, is
decided so once the draft is in force."""

from pathlib import Path

from rules.cases.files import read_cases
from service.examples.own import judged
from service.publishing.comparing import edition_of
from tests.api.calling import NOON, example
from tests.desk.drafting import person
from tests.desk.test_heirs import approved
from tests.desk.test_replay import edited

CASES = Path(__file__).parents[2] / "examples" / "cases"
CHANGES = ("a_grade_share: {at_least: 55%}", "a_grade_share: {at_least: 56%}"), ("at_least: 90%", "at_least: 95%")
ANY = "anything"  # wanted of a case that is only tried


def tried(edition, name):
    """What each decision about its subject comes to by a draft, as the form of a case says when it is tried."""
    text = (CASES / f"{name}.yaml").read_text("utf-8")
    for rule in edition.rules.values():
        wanted = f"decisions: {{{rule.id}: {ANY}}}\n"
        [asked] = read_cases(text.partition("\ndecisions:")[0].rstrip("\n") + f"\n{wanted}", name)
        [found] = judged(edition, [asked], NOON.date())
        if not found.untaken:  # else of another subject
            yield rule.id, found.found


def test_each_example_is_decided_as_its_draft_was_shown_to_decide_it(api):
    editor, approver = person(api, "an.editor", "editor"), person(api, "an.approver", "approver")
    begun = editor.begin(plan="xx-county", day="2026-05-01", amend=True)
    draft = edited(editor, begun, *CHANGES)
    published = {f"xx-county/2026-05-01/{name}": text for name, text in draft["files"].items()}
    edition, before = edition_of(published, "xx-county/2026-05-01"), api.engine().edition
    names = sorted(path.stem for path in CASES.glob("*.yaml"))
    shown = {(name, decision): found for name in names for decision, found in tried(edition, name)}
    now = {(name, decision): found for name in names for decision, found in tried(before, name)}
    assert len(shown) > 2 * len(names)
    assert [one for one in shown if shown[one] != now[one]]  # the draft decides some otherwise
    approved(approver, editor, draft)
    api.reload()
    caller = api.caller("caller")
    for (name, decision), found in shown.items():
        said = caller.decided(decision, example(name))
        assert edition.rules[decision].outcomes[said["outcome"]].title == found, (name, decision)
