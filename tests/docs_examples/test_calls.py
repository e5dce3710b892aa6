"""The example calls in the documents give what the documents show."""

import re
from pathlib import Path

import pytest

from service.commands.common import Settings
from service.commands.serve import _welcome
from service.keys import PERMISSIONS
from service.settings import from_environment
from tests.docs_examples.played import ADDRESS, blocks, calls, play, run, unlike

READMES = ("README.md", "README.zh-CN.md")
MANUALS = ("docs/api.md", "docs/api.zh-CN.md")


@pytest.mark.parametrize("name", [*READMES, *MANUALS])
def test_the_calls_give_what_is_shown(server, name):
    wrong = [said for shown in play(name, server) if (said := unlike(*shown))]
    assert wrong == []


@pytest.mark.parametrize("name", READMES)
def test_a_readme_calls_from_the_shell_and_from_python(name):
    assert [language for language, *_ in calls(name)] == ["sh", "sh", "python"]


@pytest.mark.parametrize(("english", "chinese"), [READMES, MANUALS])
def test_the_two_languages_have_the_same_blocks(english, chinese):
    assert [_bare(*one) for one in blocks(english)] == [_bare(*one) for one in blocks(chinese)]


def _bare(language, text):
    """What has to be the same: the kind of a block and its commands, whatever the language they ask for."""
    if language in ("text", "json", "ndjson"):
        return language
    lines = text.splitlines() if language != "console" else re.findall(r"^\$ .*", text, re.MULTILINE)
    words = (re.sub(r" *#.*", "", line) for line in lines)
    return language, [re.sub(r'(--lang |Language: |\["title"\]\[")(zh|en)', r"\1", word) for word in words]


@pytest.mark.parametrize(
    ("language", "wanted", "came", "said"),
    [
        ("json", '{"a": 1}', '{"a": 1, "b": 2}', ""),
        ("json", '{"a": 1}', '{"a": 2}', "/a: 1 is shown, 2 came"),
        ("json", '{"a": 1}', '{"a": true}', "/a: 1 is shown, True came"),
        ("json", '{"a": 1, "b": {"c": 1}}', '{"b": {}}', "/a is not there; /b/c is not there"),
        ("json", '{"a": [1]}', '{"a": [1, 2]}', ""),
        ("json", '{"a": [1, 2]}', '{"a": [1]}', "/a: [1, 2] is shown, [1] came"),
        ("json", '["…"]', '["x"]', ""),
        ("json", f'["{"0" * 32}"]', f'["{"f" * 32}"]', ""),
        ("json", f'["{"0" * 32}"]', '["f"]', f"/0: '{'0' * 32}' is shown, 'f' came"),
        ("ndjson", '{"a": 1}\n{"a": 2}', '{"a": 1}\n{"a": 3}', "/a: 2 is shown, 3 came"),
        ("text", "a\n", "a\nb\n", ""),
        ("text", "b\n", "a\nb\n", "b\n\nis not the beginning of\na\nb\n"),
    ],
)
def test_what_a_document_shows_wrongly_would_be_noticed(language, wanted, came, said):
    assert unlike(language, wanted, came) == said


def test_a_call_that_fails_would_be_noticed():
    with pytest.raises(AssertionError):
        run("sh", f"curl -sf {ADDRESS.replace('8000', '1')}/v1/plans", {})


@pytest.mark.parametrize(("name", "lang"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_a_readme_shows_what_make_run_prints(name, lang):
    settings = Settings(Path(), None, None, lang, False, False)
    printed = _welcome(
        settings, from_environment({}), dict.fromkeys(PERMISSIONS, "vc_…"), dict.fromkeys(PERMISSIONS, "…")
    )
    assert ("text", f"{printed}\n") in blocks(name)
