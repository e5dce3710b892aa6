"""The generated pages are true, and no link leads nowhere."""

import re
import shutil
from pathlib import Path

import pytest

from docs.make import main, manual, pages, read_feature, settings_page
from rules.building.store import open_store
from rules.cases.checker import FactChecker
from rules.cases.errors import FactError
from rules.cases.files import read_cases
from rules.format.manual import with_tables
from rules.model import Edition
from rules.operations import KEYS, OPERATORS
from rules.values.exact import RANGES, UNITS
from tests.editions import store

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(<?([^)\s>]+)>?[^)]*\)")
FENCED = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`", re.MULTILINE | re.DOTALL)
NAMED = re.compile(  # a file, a folder or a module of the repository; a name with a placeholder <family> is none
    r"(?<![\w/.:-])(?:(?:rules|service)[/.]|(?:tests|docs|deploy|benchmarks|examples)/)[\w./-]*\w(?![\w/.-]*<)"
)
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.MULTILINE)
PAGES = ["rulebook.md", "traceability.md", "impact-assessment.md", "impact-assessment.zh-CN.md"]
MANUAL = {"policy-format.md": "en", "policy-format.zh-CN.md": "zh"}
TABLES = [*MANUAL, "security.md", "security.zh-CN.md"]


@pytest.fixture(scope="module")
def edition():
    return store(ROOT / "policies").plans["xx-county"][-1]


@pytest.fixture(scope="module")
def book(edition):
    return pages(edition, ROOT / "policies", ROOT / "features")["rulebook.md"]


def written():
    """Every page that people read, the generated ones among them."""
    return [
        *sorted(DOCS.rglob("*.md")),
        *sorted(ROOT.glob("*.md")),
        *sorted((ROOT / "policies").rglob("*.md")),
    ]


def anchors(text):
    """What a link may point at within a page, as GitHub names it."""
    own = re.findall(r'<a id="([^"]+)"', text)
    slugs = [
        re.sub(r"[^\w\- ]", "", title.replace("`", "").lower()).replace(" ", "-")
        for title in HEADING.findall(FENCED.sub(_inline, text))
    ]
    return {*own, *slugs}


def _inline(match):
    """Code within a heading counts for its name, a block of code does not."""
    return "" if match[0].startswith(("```", "~~~")) else match[0].strip("`")


def broken(page):
    """The links of a page that lead nowhere."""
    for target in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists():
            yield f"{page.name}: {target}"
        elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8")):
            yield f"{page.name}: {target} (no such heading)"


def absent(page):
    """What a page names in the repository's folders, and is not there."""
    for name in NAMED.findall(page.read_text(encoding="utf-8")):
        path = ROOT / (name if "/" in name else name.replace(".", "/"))
        if not (path.exists() or path.with_suffix(".py").exists() or path.parent.with_suffix(".py").exists()):
            yield f"{page.name}: {name}"


# --- generated pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_true(edition, name):
    assert (DOCS / name).read_text(encoding="utf-8") == pages(edition, ROOT / "policies", ROOT / "features")[name], (
        "run `make docs`"
    )


def test_the_page_of_settings_is_true():
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == settings_page(), "run `make docs`"


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_of_the_manual_are_true(name):
    assert (DOCS / name).read_text(encoding="utf-8") == manual(DOCS)[name], "run `make docs`"


@pytest.mark.parametrize(("name", "lang"), MANUAL.items())
def test_the_manual_has_every_unit_formula_and_operator(name, lang):
    page = (DOCS / name).read_text(encoding="utf-8")
    cells = {word for line in page.splitlines() if line.startswith("| `") for word in re.findall(r"\w+|[%‰]", line)}
    assert cells >= {*UNITS, *KEYS, *OPERATORS}
    with pytest.raises(ValueError, match="formulas"):
        with_tables(page.replace("<!-- formulas: make docs -->", ""), lang)


def test_the_command_writes_every_generated_file(tmp_path):
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    (tmp_path / "policies" / "policy.schema.json").unlink()
    (tmp_path / "features").symlink_to(ROOT / "features")
    (tmp_path / "docs").mkdir()
    for name in TABLES:
        page = (DOCS / name).read_text(encoding="utf-8")
        (tmp_path / "docs" / name).write_text(page.replace("| `ratio: [a, b]`", "| `ration`"), encoding="utf-8")
    main(tmp_path, "xx-county")
    made = [*(tmp_path / "docs").iterdir(), tmp_path / "policies" / "policy.schema.json"]
    assert sorted(path.name for path in made) == sorted([*PAGES, *TABLES, "settings.md", "policy.schema.json"])
    for path in made:
        assert path.read_text(encoding="utf-8") == (ROOT / path.relative_to(tmp_path)).read_text(encoding="utf-8")


def test_the_rulebook_has_every_decision_and_every_item(edition, book):
    missing = [name for name in (*edition.rules, *edition.assignments) if f'<a id="{name}"></a>' not in book]
    ids = re.findall(r"^ *- (?:\{)?id: (\w+)", _policies(edition), re.MULTILINE)
    assert missing == []
    assert [name for name in ids if f"`{name}`" not in book] == []
    assert len(ids) > len(edition.rules)


def _policies(edition: Edition) -> str:
    folder = ROOT / "policies" / edition.id
    return "\n".join(
        (folder / f"{name}.yaml").read_text(encoding="utf-8") for name in (*edition.rules, *edition.assignments)
    )


@pytest.mark.parametrize(
    "words",
    [
        "| A级及以上信用户占比 `a_grade_share` | 不低于 55% | 四(三)1(1) |",
        "| 获得贷款的农户比例 `borrower_share` | 高于 县（区）平均获得贷款的农户比例 |",
        "| 农信系统内不良率 `lender_npl_rate` | 不超过 2% |",
        "不得：有不良信用记录；否则 → D级",
        "判定日期 晚于 最后有效日",
        "A级及以上户数 ÷ 全村农户数",
        "最近一次评定日之后 1年",
        "最后有效日之前 提前提醒天数（示例）",
        "“2026年底前完成的村占比” 不低于 30%（适用于：判定日期 晚于 2026-12-31）",
        "| 评级 为 AAA级 → 提交申请审批（建议额度 20万元） | 三(五) | 由谁规定：农信社<br>",
        "解读：A级及以上信用户占比恰为55%，取“达到55%即符合（客户书面口径）”",
        "达到55%即符合（客户书面口径）；严格高于55%（方案原文“高于”）",
        "变动·可采集信息农户：行政村·A级及以上信用户占比："
        "A级及以上户数 ÷ 全村农户数 → A级及以上户数 ÷ 可采集信息农户数",
        "> **四(三)2(1)** 行政乡镇内信用村占比高于75%。",
    ],
)
def test_the_rulebook_speaks_plainly(book, words):
    assert words in book


def test_the_rulebook_follows_the_order_of_the_plan(edition, book):
    order = list(edition.clauses)
    shown = re.findall(r'^<a id="(\w+)"></a>', book, re.MULTILINE)
    decided = {**edition.rules, **edition.assignments}
    places = [order.index(decided[name].clause) for name in shown]
    assert places == sorted(places)


def test_tables_have_as_many_cells_in_every_row(edition):
    for text in pages(edition, ROOT / "policies", ROOT / "features").values():
        widths = []
        for line in [*text.splitlines(), ""]:
            if line.startswith("|"):
                widths.append(len(re.findall(r"(?<!\\)\|", line)))
            else:
                assert len(set(widths)) <= 1, line
                widths = []


def test_a_changed_number_and_a_missing_feature_change_the_page(tmp_path, book):
    shutil.copytree(ROOT / "policies", tmp_path, dirs_exist_ok=True)
    file = next(tmp_path.glob("xx-county/*/credit_village.yaml"))
    file.write_text(file.read_text(encoding="utf-8").replace("at_least: 55%", "at_least: 60%"), encoding="utf-8")
    changed = open_store(tmp_path).plans["xx-county"][-1]
    assert (
        "| A级及以上信用户占比 `a_grade_share` | 不低于 60%"
        in pages(changed, tmp_path, ROOT / "features")["rulebook.md"]
    )
    assert "**场景**" in book
    assert "**场景**" not in pages(changed, tmp_path, tmp_path)["rulebook.md"]


FEATURE = """# language: zh-CN
功能: 示例
  场景: 单独的
    假如 甲
  规则: 第一条
    场景: 甲
      假如 甲
    场景大纲: 乙
      假如 <数>
      例子:
        | 数 |
        | 1  |
  规则: 第二条
    背景:
      假如 甲
    场景: 丙
      假如 甲
"""


def test_rules_and_scenarios_of_a_feature_are_read():
    found = [(one.rule, one.scenarios) for one in read_feature(FEATURE)]
    assert found == [("", ("单独的",)), ("第一条", ("甲", "乙")), ("第二条", ("丙",))]


def test_a_feature_without_content_has_no_examples():
    assert read_feature("") == ()


@pytest.mark.parametrize(("name", "heading"), [("policy-format.md", "Cases"), ("policy-format.zh-CN.md", "案例")])
def test_the_case_that_a_manual_shows_can_be_read(edition, name, heading):
    text = (DOCS / name).read_text(encoding="utf-8").partition(f"## {heading}\n")[2]
    [case] = read_cases(text.partition("```yaml\n")[2].partition("```")[0], name)
    assert set(case.decisions) <= set(edition.rules)
    record = FactChecker(edition).check("household", case.facts, case.on)
    assert record.keys() | record[RANGES].keys() >= case.facts.keys()
    with pytest.raises(FactError, match="annual_income"):
        FactChecker(edition).check("household", {**case.facts, "annual_income": "3 万元"}, case.on)


# --- links -----------------------------------------------------------------------------------------------


def test_every_link_leads_somewhere():
    assert [link for page in written() for link in broken(page)] == []


def test_the_decisions_that_are_asked_about_are_read():
    assert len(written()) > len(PAGES)
    assert any(page.parent.name == "decisions" for page in written())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](b.md)", []),
        ("[a](b.md#the-one)", []),
        ("[a](b.md#条款-一)", []),
        ("[a](#here)\n\n## Here", []),
        ("[a](https://example.org/x#y)", []),
        ("`[a](c.md)`\n\n```\n[a](c.md)\n```", []),
        ("[a](c.md)", ["a.md: c.md"]),
        ("[a](../c.md)", ["a.md: ../c.md"]),
        ("[a](b.md#other)", ["a.md: b.md#other (no such heading)"]),
        ("[a](b.md#not-me)", ["a.md: b.md#not-me (no such heading)"]),
        ("[a](#there)\n\n## Here", ["a.md: #there (no such heading)"]),
    ],
)
def test_a_link_to_nowhere_would_be_noticed(tmp_path, text, found):
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    (tmp_path / "b.md").write_text("# The `one`\n## 条款 一\n```\n# Not me\n```\n", encoding="utf-8")
    assert list(broken(tmp_path / "a.md")) == found


# --- names -----------------------------------------------------------------------------------------------


def test_every_file_and_module_that_a_page_names_is_there():
    assert [name for page in written() for name in absent(page)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`rules/values/ids.py` `rules/engine/ladders` `rules/files`, `service.http.security.Minutes`", []),
        ("`rules/table/<family>.py` `../rules/x.py` /srv/rules/x.py https://example.org/docs/x", []),
        ("(`rules/ids.py`)", ["a.md: rules/ids.py"]),
        (
            "see rules/source and `service.resources.decisions`.",
            ["a.md: rules/source", "a.md: service.resources.decisions"],
        ),
    ],
)
def test_a_name_of_nothing_would_be_noticed(tmp_path, text, found):
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    assert list(absent(tmp_path / "a.md")) == found
