"""The figures of a clause are read, in whichever way they are written, with the operator that the words give them."""

import re
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.values.exact import Type, read_literal
from rules.warnings.clauses import says
from rules.warnings.numerals import figures, literal, numeral, plain, says_day

HAN = "零一二三四五六七八九"
FULL = str.maketrans("0123456789.,%()<>", "０１２３４５６７８９．，％（）＜＞")
FORMAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
OPERATORS = {
    "at_least": ["不低于{}", "不少于{}", "不得低于{}", "大于等于{}", "大于或等于{}", "至少{}", "≥{}", "{}以上",
                 "{}（含）以上", "{}及以上", "超过{}（含）"],
    "above": ["高于{}", "超过{}", "大于{}", "多于{}", ">{}", "{}（不含）以上", "{}以上（不含）"],
    "at_most": ["不高于{}", "不超过{}", "不得超过{}", "小于等于{}", "低于或等于{}", "至多{}", "≤{}", "{}以下", "{}以内",
                "{}（含）以下"],
    "below": ["低于{}", "小于{}", "少于{}", "不足{}", "不到{}", "未达到{}", "<{}", "{}（不含）以下", "{}以下（不含）"],
}  # fmt: skip


def han(number: int) -> str:
    """A whole number below 10**8 in characters: 10305 is 一万零三百零五."""
    if number < 10:
        return HAN[number]
    for size, word in ((10_000, "万"), (1_000, "千"), (100, "百"), (10, "十")):
        if number >= size:
            high, low = divmod(number, size)
            gap = "零" if 0 < low < size // 10 else ""
            return han(high) + word + gap + (han(low) if low else "")
    raise AssertionError


def ways(number: int) -> list[str]:
    """The ways to write a whole number."""
    written = [str(number), f"{number:,}", f"{number:,}".translate(FULL), han(number), han(number).translate(FORMAL)]
    if 10 <= number < 20:
        written.append(han(number)[1:])
    for size, word in ((10_000, "万"), (1_000, "千")):
        share = Fraction(number, size)
        if number >= size and share.limit_denominator(100) == share and (share * 100).denominator == 1:
            written.append(f"{float(share):g}{word}" if share < 10**5 else str(number))
    return written


@given(st.integers(1, 9_999_999), st.data())
def test_a_number_is_read_however_it_is_written(number, data):
    text = data.draw(st.sampled_from(ways(number)))
    assert numeral(plain(text)) == number
    assert [one.value for one in figures(f"贷款{text}元")] == [number]


@given(st.integers(1, 100), st.data())
def test_a_share_is_read_however_it_is_written(share, data):
    written = [f"{share}%", f"{share}％".translate(FULL), f"百分之{han(share)}", f"百分之{share}", f"{share}个百分点"]
    written += [f"{share * 100}个基点", f"{share * 10}‰", f"千分之{han(share * 10)}", f"万分之{han(share * 100)}"]
    if share % 10 == 0 and share < 100:
        written += [f"{HAN[share // 10]}成", f"{share // 10}成"]
    if share == 50:
        written += ["半数", "一半", "二分之一"]
    text = data.draw(st.sampled_from(written))
    assert [one.value for one in figures(f"占比{text}。")] == [Fraction(share, 100)]


@given(st.sampled_from(sorted(OPERATORS)), st.integers(1, 100), st.data())
def test_the_words_beside_a_figure_give_its_operator(operator, number, data):
    form = data.draw(st.sampled_from(OPERATORS[operator]))
    text = data.draw(st.sampled_from([f"{number}%", f"百分之{han(number)}", f"{number}%".translate(FULL)]))
    form = data.draw(st.sampled_from([form, form.translate(FULL)]))
    [figure] = figures(f"该项{form.format(text)}。")
    assert (figure.value, figure.operator) == (Fraction(number, 100), operator)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("年满18周岁", [(18, "at_least")]),
        ("不满18周岁的", [(18, "below")]),
        ("未满十六岁", [(16, "below")]),
        ("18周岁（含）至65周岁（含）", [(18, "at_least"), (65, "at_most")]),
        ("3万元（不含）至5万元（含）", [(30_000, "above"), (50_000, "at_most")]),
        ("超过100万元至200万元", [(1_000_000, "above"), (2_000_000, "at_most")]),
        ("1至5万元", [(10_000, "at_least"), (50_000, "at_most")]),
        ("三至五年", [(3, "at_least"), (5, "at_most")]),
        ("100、50、20、10个基点", [(Fraction(n, 10_000), "") for n in (100, 50, 20, 10)]),
        ("过半数同意", [(Fraction(1, 2), "above")]),
        ("半数以上", [(Fraction(1, 2), "at_least")]),
        ("不低于评议组的三分之二", [(Fraction(2, 3), "at_least")]),
        ("不低于全村农户的70%", [(Fraction(7, 10), "at_least")]),
        ("达到标准且不超过5%", [(Fraction(1, 20), "at_most")]),
        ("打八五折", [(Fraction(17, 20), "")]),
        ("净收入的1.5倍", [(Fraction(3, 2), "")]),
        ("30日内", [(30, "at_most")]),
        ("三千五百元，两万五千元", [(3_500, ""), (25_000, "")]),
        ("满分100分，实行百分制", [(100, "")]),
        ("两万五以上，三百以下", [(25_000, "at_least"), (300, "at_most")]),
        (
            "半个月，一个半月，2个半月内，一倍半",
            [(Fraction(1, 2), ""), (Fraction(3, 2), ""), (Fraction(5, 2), "at_most"), (Fraction(3, 2), "")],
        ),
        ("3‱，50Bp", [(Fraction(3, 10_000), ""), (Fraction(1, 200), "")]),
        ("廿万元，卅户，叁拾万圆", [(200_000, ""), (30, ""), (300_000, "")]),
        ("第三条、第十二年，一般统一，万一", []),
    ],
)
def test_figures_of_clauses(text, wanted):
    assert [(one.value, one.operator) for one in figures(text)] == wanted


@pytest.mark.parametrize("grouped", [
    "1 200 000", "1,200,000", "１，２００，０００", "１　２００　０００", "1\xa0200\xa0000", "1\u2009200\u2009000",
    "1\u202f200\u202f000", "1'200'000", "1’200’000",
])  # fmt: skip
@pytest.mark.parametrize("unit", ["元", " 元"])
def test_a_figure_in_groups_of_three_digits_is_one(grouped, unit):
    [figure] = figures(text := f"第3条：最高{grouped}{unit}以下，5至8户。")[1:2]
    assert (figure.value, figure.operator, figure.unit) == (1_200_000, "at_most", "元")
    assert text[slice(*figure.numeral)] == grouped


@pytest.mark.parametrize("dash", "-—–－‐‑‒―−~～∼〜至到")
def test_both_ends_of_a_range_are_read_whatever_dash_lies_between(dash):
    for text in (f"18{dash}65周岁", f"十八{dash}六十五岁", f"18周岁{dash * 2}６５周岁"):
        assert [(one.value, one.operator) for one in figures(text)] == [(18, "at_least"), (65, "at_most")]


@pytest.mark.parametrize(
    ("text", "value", "unit", "said"),
    [
        ("满一年", 12, "month", True),
        ("一年半", 18, "month", True),
        ("半年", 6, "month", True),
        ("一个半月", Fraction(3, 2), "month", True),
        ("24个月", 2, "year", True),
        ("5年", 5, "month", False),
        ("三个季度", 9, "month", True),
        ("同意票不低于三分之二", 2, "vote", True),
        ("分别为20、10、3万元", 200_000, "yuan", True),
        ("分别为20、10、3万元", 30_000, "yuan", True),
        ("分别为20、10、3万元", 3, "yuan", False),
        ("分别为5000、1万元", 5_000, "yuan", True),
        ("分别为50、20、8%", Fraction(1, 2), "", True),
    ],
)
def test_a_period_is_said_in_any_unit(text, value, unit, said):
    assert says(text, value, "", unit) is said


@pytest.mark.parametrize(
    ("text", "day", "said"),
    [
        ("20xx年5月1日至5月31日", (5, 31), True),
        ("5月1日至31日", (5, 31), True),
        ("五月三十一日前", (5, 31), True),
        ("5月底前", (5, 31), True),
        ("年底前", (12, 31), True),
        ("2026年5月31日", (5, 31), True),
        ("2025年5月31日", (5, 31), False),
        ("2026-05-31", (5, 31), True),
        ("5.31万元", (5, 31), False),
        ("5月30日", (5, 31), False),
    ],
)
def test_a_day_is_read_however_it_is_written(text, day, said):
    assert says_day(text, date(2026, *day)) is said


def test_a_figure_knows_its_kind():
    kinds = {kind: Type(kind) for kind in ("rate", "amount", "points", "count")}
    for text, kind in {"55%": "rate", "五成": "rate", "5万元": "amount", "60分": "points", "3次": "count"}.items():
        [figure] = figures(text)
        assert [name for name, type in kinds.items() if figure.alike(type)] == [kind]


@given(st.text(alphabet="零一二两十百千万亿点分之半年月日以上不含（）0123,.%至-成折第", max_size=40))
def test_any_text_is_read_without_an_error(text):
    assert all(one.value >= 0 for one in figures(text))
    assert says_day(text, date(2026, 5, 31)) in (True, False)


@pytest.mark.parametrize("text", ["9" * 5000, "一" * 5000, "1,111" * 2000, "1百" * 2000, "零分之五"])
def test_what_is_no_figure_is_passed_over(text):
    assert all(one.value < 10**16 for one in figures(text))


@pytest.mark.parametrize("text", ["每百户农户中不少于70户", "每一百名村民不少于70名", "每100户不少于70户"])
def test_so_many_of_a_hundred_are_a_share(text):
    last = figures(text)[-1]
    assert (last.operator, last.equals(Fraction(7, 10), ""), last.equals(Fraction(70), "")) == ("at_least", True, True)
    assert not figures("农户中不少于70户")[-1].equals(Fraction(7, 10), "")


RIGHT = [  # the words of a clause, a figure of a rule, and its operator
    ("信用户占比不低于55%", Fraction(55,100), "at_least"),
    ("信用户占比不得低于55％", Fraction(55,100), "at_least"),
    ("至少55%的农户", Fraction(55,100), "at_least"),
    ("满18周岁", 18, "at_least"),
    ("年满18周岁", 18, "at_least"),
    ("55%以上（含）", Fraction(55,100), "at_least"),
    ("55%（含）以上", Fraction(55,100), "at_least"),
    ("达到百分之五十五", Fraction(55,100), "at_least"),
    ("五成以上", Fraction(1,2), ""),
    ("逾期率不超过五成", Fraction(1,2), "at_most"),
    ("授信额度最高20万元", 200000, "at_most"),
    ("授信额度不超过二十万元", 200000, "at_most"),
    ("总额3亿元以内", 300000000, "at_most"),
    ("不良率不高于5‰", Fraction(5,1000), "at_most"),
    ("每百户不少于70户", Fraction(7,10), "at_least"),
    ("利率九五折", Fraction(95,100), ""),
    ("利率打9折", Fraction(9,10), ""),
    ("不超过年收入的1.5倍", Fraction(3,2), "at_most"),
    ("逾期90天以上", 90, "at_least"),
    ("逾期超过90天", 90, "above"),
    ("18至65周岁", 18, "at_least"),
    ("18至65周岁", 65, "at_most"),
    ("3—5年", 3, "at_least"),
    ("3—5年", 5, "at_most"),
    ("授信期限1-3年", 3, "at_most"),
    ("分别为30%、70%、100%", Fraction(7,10), ""),
    ("低于LPR 20个基点", Fraction(20,10000), ""),
    ("下浮1.5个百分点", Fraction(15,1000), ""),
    ("年收入3万元（含）至5万元（不含）", 30000, "at_least"),
    ("年收入3万元（含）至5万元（不含）", 50000, "below"),
    ("贷款余额在50万元及以下", 500000, "at_most"),
    ("余额50万元以下（不含）", 500000, "below"),
    ("未满60周岁", 60, "below"),
    ("不满六十周岁", 60, "below"),
    ("小于等于3%", Fraction(3,100), "at_most"),
    ("大于或等于 3%", Fraction(3,100), "at_least"),
    ("不小于三分之二", Fraction(2,3), "at_least"),
    ("三分之二以上同意", Fraction(2,3), "at_least"),
    ("半数以上农户", Fraction(1,2), ""),
    ("不少于两千元", 2000, "at_least"),
    ("人均纯收入1.2万元以上", 12000, "at_least"),
    ("人均收入不低于12,000元", 12000, "at_least"),
    ("≥90分", 90, "at_least"),
    ("连续三年无逾期", 3, ""),
    ("不得少于3人", 3, "at_least"),
    ("不低于全县平均水平的80%", Fraction(8,10), "at_least"),
    ("必须在55%以上", Fraction(55,100), "at_least"),
    ("须超过55%", Fraction(55,100), "above"),
    ("应不少于半年", 6, "at_least"),
    ("一年半以上", Fraction(3,2), "at_least"),
    ("不低于百分之八十五点五", Fraction(855,1000), "at_least"),
    ("达八成五", Fraction(85,100), ""),
    ("八成五以上", Fraction(85,100), "at_least"),
    ("控制在2%以内", Fraction(2,100), "at_most"),
    ("原则上不超过30万元/户", 300000, "at_most"),
    ("最低不少于10户", 10, "at_least"),
    ("起点金额1000元", 1000, ""),
    ("万分之五", Fraction(5,10000), ""),
    ("千分之五以内", Fraction(5,1000), "at_most"),
    ("不低于2/3", Fraction(2,3), "at_least"),
    ("2/3以上", Fraction(2,3), "at_least"),
    ("10-20户", 10, "at_least"),
    ("10～20户", 20, "at_most"),
    ("增长15%以上", Fraction(15,100), "at_least"),
    ("下降不少于5个百分点", Fraction(5,100), "at_least"),
    ("至少要达到60分", 60, "at_least"),
    ("60分（含60分）以上", 60, "at_least"),
    ("在60分以上的", 60, "at_least"),
    ("超过（含）60%", Fraction(6,10), "at_least"),
    ("大于60%（含60%）", Fraction(6,10), "at_least"),
]  # fmt: skip
WRONG = [
    ("信用户占比不低于55%", Fraction(55,100), "above"),
    ("信用户占比不低于55%", Fraction(60,100), "at_least"),
    ("满18周岁", 18, "above"),
    ("55%以上（不含）", Fraction(55,100), "at_least"),
    ("不超过五成", Fraction(1,2), "below"),
    ("最高20万元", 200000, "below"),
    ("不高于5‰", Fraction(5,100), "at_most"),
    ("每百户不少于70户", Fraction(7,10), "above"),
    ("打9折", Fraction(1,10), ""),
    ("超过90天", 90, "at_least"),
    ("18至65周岁", 65, "below"),
    ("3—5年", 5, "above"),
    ("分别为30%、70%、100%", Fraction(8,10), ""),
    ("20个基点", Fraction(2,10), ""),
    ("5万元（不含）以下", 50000, "at_most"),
    ("未满60周岁", 60, "at_most"),
    ("小于等于3%", Fraction(3,100), "below"),
    ("三分之二以上", Fraction(2,3), "at_most"),
    ("不少于两千元", 20000, "at_least"),
    ("1.2万元以上", 1200, "at_least"),
    ("不得少于3人", 3, "at_most"),
    ("控制在2%以内", Fraction(2,100), "at_least"),
    ("万分之五", Fraction(5,1000), ""),
    ("不低于2/3", Fraction(2,3), "above"),
    ("超过（含）60%", Fraction(6,10), "above"),
    ("八成五以上", Fraction(8,10), "at_least"),
    ("须超过55%", Fraction(55,100), "at_least"),
    ("不满六十周岁", 60, "at_least"),
    ("3亿元以内", 3000000, "at_most"),
    ("逾期90天以上", 90, "below"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "operator"), RIGHT)
def test_a_clause_says_what_a_rule_does_in_any_usual_spelling(text, value, operator):
    assert says(text, value, operator)


@pytest.mark.parametrize(("text", "value", "operator"), WRONG)
def test_a_clause_does_not_say_another_figure_or_operator(text, value, operator):
    assert not says(text, value, operator)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("七成", "70%"), ("百分之七十", "70%"), ("百分之三十三点五", "33.5%"), ("半数", "50%"), ("八折", "80%"),
     ("2个百分点", "2%"), ("五万元", "5 万元"), ("五千元", "5000元"), ("十分", "10分"), ("七天", "7天"),
     ("两年", "2年"), ("六十五周岁", "65岁"), ("半年", "6个月"), ("三分之二", ""), ("一年半", ""), ("5个基点", ""),
     ("三户", ""), ("半个月", ""), ("一个半月", ""), ("1万元至2万元", ""), ("二十万", "")],
)  # fmt: skip
def test_a_figure_that_is_a_whole_text_becomes_a_literal_or_none(text, meant):
    assert literal(text) == ("", meant)
    read = read_literal(meant)
    assert read is None if not meant else read.value == figures(text)[0].value


def test_the_operator_of_a_figure_goes_with_its_literal():
    assert [literal(one) for one in ("不低于七成", "五成以上", "不足3年")] == [
        ("at_least", "70%"), ("at_least", "50%"), ("below", "3年"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", [
    "不低于55%的", "最高授信20万元，不满3年", "18至65周岁", "5%-8%", "百分之五十以上（含）", "加50、100个基点",
])  # fmt: skip
@pytest.mark.parametrize("blank", [" ", "　", "\xa0", "\t"])
def test_blanks_between_characters_say_nothing(text, blank):
    """Texts pasted from a word processor, and lines that YAML folds, have them."""
    wide = re.sub(r"(?<=.)(?=.)", blank, text)
    wide = re.sub(rf"(?<=\d){blank}(?=\d)", "", wide)
    for one, other in zip(figures(wide), figures(text), strict=True):
        assert (one.value, one.operator, one.unit) == (other.value, other.operator, other.unit)
        assert wide[slice(*one.numeral)].replace(blank, "") == text[slice(*other.numeral)]


def test_blanks_between_the_parts_of_a_day_say_nothing():
    assert says_day("截至 2026 年 12 月 31 日", date(2026, 12, 31))
    assert [one.value for one in figures("20 30户")] == [20, 30]
