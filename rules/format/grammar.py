"""The grammar of the policy files. The loader checks with it, and the editor's JSON Schema is made from it."""

from __future__ import annotations

from dataclasses import replace

from rules.files.merge import Keys
from rules.format.titles import one_of
from rules.operations import KEYS
from rules.operations.comparisons import LIMITS
from rules.operations.forms import CHOICES, CONDITION, EXPRESSION, FIRST, ID, PATH, VALUE, WORDS
from rules.problems.problem import messages
from rules.shapes import (
    Anything,
    Either,
    Field,
    Flag,
    ListOf,
    MapOf,
    Pattern,
    Prose,
    Record,
    Shape,
    Whole,
    Word,
    has,
    is_a,
    says,
)
from rules.values.kinds import KINDS
from rules.values.text import Text
from rules.values.traits import PERSONAL_TRAITS

WARNINGS = tuple(code.removeprefix("warning.") for code in messages() if code.startswith("warning."))

DATE = Pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}", "日期，年-月-日", "a date, year-month-day", ("2026-12-31",))
NUMBER = Pattern(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", "数", "a number", ("10", "-5", "2.5"))
CLAUSE = Pattern(
    r"[^ \t\[\]{}][^\[\]{}]{0,39}", "条款编号", "the number of a clause", ("四(三)1(1)", "6", "6.1"), "clauses"
)
OUTCOME, READING, OPTION, SUBJECT, NAME = (
    replace(ID, names=one) for one in ("outcomes", "readings", "options", "subjects", "facts")
)
TITLE = Field(WORDS, "中英文名称", "what people call it, in both languages")
SET_BY = Field(Word({
    "plan": Text("方案规定", "the plan says so"), "lender": Text("农信社自定", "the lender decides it"),
}), "由谁规定", "who sets it")  # fmt: skip

# where a part that carries a figure stands in the plan; a part that says nothing follows what it is a part of
_STANDS: dict[str, Shape] = {"clause": Field(CLAUSE, "依据的条款", "the clause it comes from"), "set_by": SET_BY}
_ABOUT: dict[str, Shape] = {
    "about": Field(WORDS, "定义与口径", "its definition"),
    "supplied_by": Field(WORDS, "由谁提供", "who supplies it"),
    **_STANDS,
}
_LEVER: dict[str, Shape] = {
    "part_of": Field(
        Either((is_a("list"), ListOf(NAME, 1)), (is_a("scalar"), NAME)),
        "不会超过哪个（哪些）事实",
        "the fact or facts it can never exceed",
    ),
    "change": Field(one_of("change"), "人们可怎样改变它", "how people can change it"),
}
_CODES: dict[str, Shape] = {
    "choices": Field(CHOICES, "可选的代码及其名称", "the codes of a choice and their titles"),
    "ranked": Field(Flag(), "代码从高到低排列", "the choices are listed highest first"),
}
# how a bulk run fills in a given fact from the records of a subject below
_COUNTED: tuple[dict[str, Shape], ...] = ({"count": ID}, {"total": EXPRESSION, "over": ID}, {"records": ID})
COUNTED = Either(*((has(next(iter(keys))), Record(keys, {"where": CONDITION})) for keys in _COUNTED))
_FIXED = (
    (has("value"), Record({"value": VALUE, "title": TITLE}, _ABOUT)),
    (has("dated"), Record({"dated": MapOf(DATE, VALUE, 1), "title": TITLE}, _ABOUT)),
)
FACT = Either(
    (has("type"), Record(
        {"type": Field(Word({name: kind.title for name, kind in KINDS.items()}), "类型", "its type"), "title": TITLE},
        {
            "unit": Field(ID, "计数的单位，如 household", "the unit of a count"),
            "decimals": Field(Flag(), "计数可有小数，如亩", "the count may have decimals, as acres do"),
            "ahead": Field(Flag(), "日期可以晚于判定日，如到期日", "the date may lie after the day of the decision"),
            **_CODES,
            "of": Field(SUBJECT, "列表中每条记录属于哪类对象", "the subject of the records of a list"),
            "minimum": VALUE, "maximum": VALUE,
            **_LEVER,
            "moves": Field(ListOf(NAME, 1), "随它同量变动的事实", "the facts that move along by as much"),
            "counted": Field(COUNTED, "批量运行时怎样由下级记录汇总", "how a bulk run adds it up from records below"),
            "last": Field(EXPRESSION, "批量运行时，表中没写的由上一次运行的同一记录得出",
                          "what the same record of the run before makes it, where a bulk run is not given it"),
            "trait": Field(Word(PERSONAL_TRAITS), "受保护的个人特征", "a protected trait of a person"),
            "sensitive": Field(Flag(), "敏感个人信息（个人信息保护法第二十八条）", "sensitive by that law"),
            **_ABOUT,
        })),
    *_FIXED,
    *((has(name), key.record({"title": TITLE}, {**_CODES, **_ABOUT, **_LEVER})) for name, (_, key) in KEYS.items()),
)  # fmt: skip
CONSTANT = Either(*_FIXED, *((has(name), key.record({"title": TITLE}, _ABOUT)) for name, (_, key) in KEYS.items()))

_ITEM: dict[str, Shape] = {
    "title": TITLE,
    **_STANDS,
    "reading": Field(READING, "所取的解读", "the reading that explains it"),
    "note": WORDS,
}
_WHEN = Field(CONDITION, "只对哪些对象适用", "whom it applies to")
_OUTCOME = Field(OUTCOME, "结论代码", "an outcome of this decision")
_CRITERION = {
    "require": Field(CONDITION, "必须成立的条件", "what must hold"),
    "reject": Field(CONDITION, "一旦成立就不通过的条件", "what must not hold"),
}
CRITERION = Either(*(
    (has(key), Record({"id": ID, key: shape}, {**_ITEM, "when": _WHEN, "outcome": _OUTCOME}))
    for key, shape in _CRITERION.items()
))  # fmt: skip
GROUP = Record({"group": Prose(), "criteria": ListOf(CRITERION, 1)}, {"title": TITLE, "clause": CLAUSE, "note": WORDS})
CRITERIA = ListOf(Either((has("group"), GROUP), (is_a("map"), CRITERION)), 1)

THEN = Field(MapOf(ID, EXPRESSION, 1), "给出的结果", "the outputs")
ROW = Record({"id": ID, "when": CONDITION}, {**_ITEM, "outcome": _OUTCOME, "then": THEN})
BAND = Record({"points": EXPRESSION}, {**LIMITS.optional, **_STANDS})
POINTS = Either((has("points"), Record({"points": EXPRESSION}, _STANDS)), *EXPRESSION.branches)
SCORE_ITEM = Either(
    (has("formula"), Record({"id": ID, "formula": EXPRESSION},
                            {**_ITEM, "at_least": NUMBER, "at_most": NUMBER, "missing": NUMBER})),
    (has("bands"), Record({"id": ID, "fact": PATH, "bands": ListOf(BAND, 1)}, {**_ITEM, "missing": NUMBER})),
    (has("points"), Record({"id": ID, "fact": PATH, "points": MapOf(ID, POINTS, 1)},
                           {**_ITEM, "missing": NUMBER})),
)  # fmt: skip
ADJUSTMENT = Record({"id": ID, "when": CONDITION, "points": EXPRESSION}, {**_ITEM, "missing": NUMBER})
NUMERIC_LIMITS: dict[str, Shape] = dict.fromkeys(("at_least", "above", "at_most", "below"), NUMBER)

_ROLE = Field(one_of("if"), "何时得出", "when it follows")
OUTCOMES = MapOf(ID, Record({"title": TITLE}, {"if": _ROLE}), 1)
DIMENSION = Record(
    {"id": ID,
     "measure": Field(EXPRESSION, "逐个相加的数", "what is added up"),
     "weight": Field(Whole(1), "与其他方面相比有多重要", "how much it counts against the others"),
     "tolerance": Field(VALUE, "偏离应担份额多少以内算均衡", "how far from the fair share still counts as even")},
    _ITEM,
)  # fmt: skip
_SINGLE = Word({name: kind.title for name, kind in KINDS.items() if not kind.in_records})
OUTPUT = Record({"type": _SINGLE, "title": TITLE}, {"unit": ID, **_CODES, **_STANDS})
GRADE = Record({"grade": OUTCOME}, {**NUMERIC_LIMITS, **_STANDS})
# the keys of each kind of decision: those it must have, and those it may have
BODIES: dict[str, tuple[dict[str, Shape], dict[str, Shape]]] = {
    "checklist": ({"criteria": CRITERIA}, {}),
    "scorecard": (
        {"items": ListOf(SCORE_ITEM, 1), "grades": ListOf(GRADE, 1)},
        {"vetoes": ListOf(CRITERION, 1), "adjustments": ListOf(ADJUSTMENT, 1), "full_marks": NUMBER,
         "total": Record({}, {"at_least": NUMBER, "at_most": NUMBER}),
         "ceilings": ListOf(Record({"id": ID, "when": CONDITION, "at_most": OUTCOME}, _ITEM), 1)},
    ),
    "table": (
        {"hit": one_of("hit"), "rows": ListOf(ROW, 1),
         "otherwise": Record({}, {"outcome": _OUTCOME, "then": THEN})},
        {"outputs": MapOf(ID, OUTPUT, 1), "by": ID,
         "ranked": Field(Flag(), "结论从高到低排列", "the outcomes are listed highest first")},
    ),
    "ranking": (
        {"list": PATH,
         "order": ListOf(Record({"by": EXPRESSION, "first": FIRST}, {"title": TITLE}), 1)},
        {"eligible": CRITERIA, "ties": one_of("ties"), "take": Whole(1),
         "set_by": Field(SET_BY.shape, "次序和个数由谁规定", "who sets the order and the number")},
    ),
    "assignment": (
        {"bearer": Field(SUBJECT, "分派给哪类对象", "the subject that bears"), "balance": ListOf(DIMENSION, 1)},
        {"share": Field(PATH, "承担几成的事实，不写则人人相同", "the fact that says how much of a full load one bears"),
         "most": Field(PATH, "最多几个的事实", "the fact that says how many at most"),
         "keep": Field(Record({"at_least": VALUE}, {"set_by": SET_BY, "note": WORDS}),
                       "沿用上次分派的比例", "how much of the last assignment stays")},
    ),
}  # fmt: skip
HEAD: dict[str, Shape] = {
    "decision": Field(ID, "判定的标识，与文件名相同", "the id of the decision: the file's name"),
    "kind": one_of("kind"),
    "subject": Field(SUBJECT, "判定的对象", "the subject that is judged"),
    "title": TITLE,
    "clause": CLAUSE,
    "outcomes": Field(OUTCOMES, "可能的结论", "the possible outcomes"),
}
DECISION = Either(
    *((says("kind", kind), Record({**HEAD, **required}, {**optional, "note": WORDS}))
      for kind, (required, optional) in BODIES.items()),
    # the kind is mistyped: the message speaks of that alone
    (is_a("map"), Record(HEAD, {key: Anything() for pair in BODIES.values() for keys in pair for key in keys}
                         | {"note": Anything()})),
)  # fmt: skip

PLAN_ID = Pattern("[a-z][a-z0-9-]{0,59}", "方案标识", "the id of the plan", ("xx-county",))
PLAN = Record(
    {"plan": PLAN_ID,
     "title": TITLE, "issuer": WORDS,
     "effective": Record({"from": DATE}, {
         "to": DATE, "issued": Field(DATE, "印发日", "the day of its issue"),
         "after_lapse": Field(Flag(), "此前方案中断过一段时间", "no edition was in force for a time before it"),
     })},
    {"source": Record({"title": Prose(), "sha256": Pattern("[0-9a-f]{64}", "SHA-256", "SHA-256", ("0" * 63 + "a",))},
                      {"note": WORDS}),
     "extends": Record({"plan": PLAN_ID, "edition": DATE}),
     "not_decided": MapOf(CLAUSE, WORDS, 1),
     "acknowledged": Field(ListOf(Record({
         "warning": Field(Word(WARNINGS), "提醒的代码，check 写在行末", "the code that `check` prints last"),
         "at": Field(PATH, "提醒所指的位置", "the place that the warning names"),
         "by": Field(WORDS, "由谁确认（部门、岗位）", "the office that looked into it"),
         "on": DATE,
         "because": WORDS,
     }), 1), "已核对、保留原样的提醒", "warnings that were looked into and are meant"),
     "note": WORDS},
)  # fmt: skip
ABOUT_FACT = frozenset({"title", *_ABOUT})
FORMS = frozenset({"type", "value", "dated", *KEYS})  # the keys that say how a fact is come by
NAMED = Field(WORDS, "这类对象的名称列叫什么。写了就表示名称是公开的，不是个人信息",
              "what the column of names is called; it says that names are public and not personal")  # fmt: skip
PERSONAL = Field(Flag(), "这类对象的记录是否关于个人或农户；影响评估据此列出个人信息",
                 "whether its records are about persons or households; the impact assessment goes by it")  # fmt: skip
_SUBJECT: dict[str, Shape] = {"within": SUBJECT, "name": NAMED, "personal": PERSONAL, "facts": MapOf(ID, FACT, 1)}
FACTS = Record(
    {"subjects": MapOf(ID, Record({"title": TITLE}, _SUBJECT), 1)},
    {"constants": Field(MapOf(ID, CONSTANT, 1), "全方案通用的常数", "constants of the whole plan")},
)  # fmt: skip
SENTENCE = Record({"text": Prose()}, {
    "by": Field(ListOf(PATH, 1), "执行这一句的判定、条目、事实或解读",
                "the decisions, items, facts or readings that carry it out"),
    "partly": Field(WORDS, "还缺什么", "what of it is not carried out"),
    "left_out": Field(WORDS, "为什么不作判断", "why nothing is judged"),
})  # fmt: skip
CLAUSES = Record({"clauses": MapOf(CLAUSE, Record({}, {
    "heading": Prose(), "text": Prose(),
    "sentences": Field(ListOf(SENTENCE, 1), "逐句列出的原文，代替 text", "the text by sentences, instead of `text`"),
}), 1)})  # fmt: skip
READINGS = Record({"readings": MapOf(ID, Record(
    {"clause": CLAUSE, "title": TITLE, "question": WORDS, "chosen": OPTION, "readings": MapOf(ID, WORDS, 2),
     "because": WORDS},
    {"changes": Field(
        MapOf(ID, MapOf(PATH, MapOf(ID, Anything(), 1), 1), 1), "另一种解读要改什么",
        "what another reading changes of a decision, an item or a fact, as a child edition writes it",
    )}), 0)})  # fmt: skip

_ABOUT_ONE: dict[str, Shape] = {"decision": ID}
_STEP = Record({"id": ID, "title": TITLE}, {"where": CONDITION})
_RESULT = Record({"title": TITLE, "subject": SUBJECT}, {
    "where": Field(CONDITION, "数哪些", "which records count"),
    "sum": Field(ID, "同时合计的数", "the figure that is added up beside"),
    "risk": Field(Flag(), "越少越好的数", "a number that ought to be small"),
})  # fmt: skip
_TURN = Record({"decision": ID, "outcome": ID, "by": ID})
REPORT = Record({"report": Record({}, {
    "results": Field(ListOf(_RESULT, 1), "报告开头的结果", "the results that the report opens with"),
    "turns": Field(ListOf(_TURN, 1), "轮到谁办理下一步", "decisions whose next step is somebody's turn"),
    "smallest_group": Field(Whole(1), "公布时不显示比这更小的数目", "what is published shows no smaller group"),
    "funnel": Field(Record({"subject": SUBJECT, "steps": ListOf(_STEP, 1)}),
                    "漏斗：每一步都在上一步之内", "a funnel: each step within the one before"),
    "exclusions": Field(ListOf(ID, 1), "数出各项未满足的判定", "decisions whose unmet items are counted"),
    "scatter": Field(Record({**_ABOUT_ONE, "group": Prose()}), "一组条件的散点图", "a scatter of a group of criteria"),
    "shares": Field(Record({**_ABOUT_ONE, "criterion": ID}), "各对象与一条条件比较", "bars against one criterion"),
    "near": Field(Record({**_ABOUT_ONE, "most": Whole(1)}), "最接近达标的对象", "those nearest to being met"),
    "titles": Field(Record({**_ABOUT_ONE, "held": CONDITION}), "持有称号而不达标的", "titles held without being met"),
    "ahead": Field(Record({**_ABOUT_ONE, "months": ListOf(Whole(1), 1)},
                          {"expired": Record({"subject": ID, "where": CONDITION})}),
                   "若干个月后的样子", "what becomes of it in so many months if nothing is renewed"),
    "changes": Field(ListOf(ID, 1), "与上一次运行比较的判定", "decisions to be compared with the run before"),
    "milestones": Field(ID, "有日期节点的判定", "the decision with dated milestones"),
})})  # fmt: skip

WRITTEN = Pattern(
    "[A-Za-z0-9][A-Za-z0-9_.]{0,59}",
    "代码、数、true 或 false",
    "a code, a number, true or false",
    ("resident", "0", "true"),
)
_HEADINGS = Field(ListOf(Prose(), 1), "列的其他标题", "other headings of the column")
EXTRACTS = Record({"extracts": Record({}, {
    "blank": Field(ListOf(Prose(), 1), "表示不清楚的词", "words of a cell that mean that nothing is known"),
    "columns": Field(MapOf(ID, MapOf(ID, Record({}, {
        "headings": _HEADINGS,
        "means": Field(MapOf(WRITTEN, ListOf(Prose(), 1), 1), "各个值的其他写法", "other ways of writing each value"),
    }), 1), 1), "各对象的列：事实、id 或上级对象", "the columns of each subject: a fact, id, or the subject above"),
    "members": Field(MapOf(ID, Record({"headings": _HEADINGS, "head": ListOf(Prose(), 1)}), 1),
                     "一户分几行写的：凭哪一列、哪些词认出算数的一行",
                     "where a record has several rows: the column, and its words for the row that counts"),
})})  # fmt: skip

FILES: dict[str, Shape] = {"plan": PLAN, "facts": FACTS, "clauses": CLAUSES, "readings": READINGS}
OPTIONAL: dict[str, Shape] = {"report": REPORT, "extracts": EXTRACTS}
DOCUMENT = Either(
    (has("report"), REPORT),
    (has("extracts"), EXTRACTS),
    (has("subjects"), FACTS),
    (has("clauses"), CLAUSES),
    (has("readings"), READINGS),
    (has("plan"), PLAN),
    (is_a("map"), DECISION),
)
REPLACED = frozenset(
    {"require", "reject", "when", "then", "points", "bands", "grades", "order", "otherwise", "title", "effective",
     "ratio", "outputs", "value", "source", "outcomes", "choices", "where", "satisfies", "holds", "streak",
     "counted", "last", "formula", "measure"}
)  # fmt: skip
MERGED = Keys(REPLACED, frozenset(KEYS), {"subjects": 1, "facts": 1, "constants": 1, "clauses": 1, "readings": 1,
                                          "changes": 2, "columns": 2, "members": 1})  # fmt: skip
