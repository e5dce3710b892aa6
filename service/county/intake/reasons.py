"""The reasons why a row is set aside, in words: by code, and for a fact with its choices and limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.cases.checker import limits
from rules.model import Edition, Fact
from rules.values.ids import WANTED
from rules.values.limits import PLACES
from rules.values.text import Text
from rules.words.wording import Wording

Message = tuple[str, str]  # in Chinese and in English
MOST = 20  # codes listed
BEYOND = "too_large beyond"  # too large for any fact

MESSAGES: Mapping[str, Message] = {
    "no_id": ("没有编号。", "There is no id."),
    "long_id": WANTED,
    "identity_card": WANTED,
    "not_printable": ("含有看不见的字符。", "It holds characters that cannot be seen."),
    "repeated_id": (
        "编号在表中不止一次，无法判断哪一行为准。各村或各张表都从 1 编起的，请在编号前加上村的编号。",
        "The id occurs more than once; which row is right? Where each village or sheet counts from 1, put the id of "
        "the village before it.",
    ),
    "zeros_lost": (
        "与另一行的编号只差开头的 0：是不是同一条记录？请按文本写全。",
        "Another id differs by the zeros before it only: are they one record? Write ids in full, as text.",
    ),
    "answer_for_id": (
        "这里是 TRUE 或 FALSE，不是编号。请把这一列设成文本，重新填写。",
        "This is TRUE or FALSE, and no id: format the column as text and write it again.",
    ),
    "day_for_id": (
        "编号被 Excel 改成了日期。请把这一列设成文本，重新填写。",
        "Excel made a date of the id: format the column as text and write it again.",
    ),
    "shortened_id": (
        "编号被 Excel 缩成了科学计数（如 1.1E+05），后面的数字没有了。请在原表把这一列设成文本，重新导出。",
        "Excel shortened the id (as 1.1E+05), and its digits are lost: format the column as text and export it again.",
    ),
    "number_for_id": (
        "编号显示成科学计数（如 1.1E+05），可能原是 11E4，被 Excel 改成了数字。请把这一列设成文本，重新填写。",
        "This id is shown as 1.1E+05: Excel may have made the number of 11E4. Format the column as text and write it "
        "again.",
    ),
    "fraction_for_id": (
        "编号是带小数的数字，Excel 分不清 1.1 和 1.10。请把这一列设成文本，重新填写。",
        "This id is a number with decimals, of which Excel keeps no zeros at the end (1.10): format the column as text "
        "and write it again.",
    ),
    "digits_lost": (
        "数字超过 15 位，Excel 只存前 15 位。请把这一列设成文本，重新填写。",
        "Of a number this long Excel keeps 15 digits: format the column as text and write it again.",
    ),
    "no_record_above": (
        "没有写明属于哪一个上级。只在每段第一行写了的，请向下填满。",
        "It does not say where it belongs: where only the first row of a block does, fill it down.",
    ),
    "strange_record_above": ("所属的上级不在上级表中。", "The record that it belongs to is not in its table."),
    "ambiguous_record_above": ("有几个上级都叫这个名称。", "Several records are called so."),
    "ditto": (
        "“同上”指哪一行，排序、筛选以后就说不清了。请填上实际的值；确实都是上一行的，用 county look --out 写出"
        "对应关系，去掉 ditto: true 前的 #，再用 --mapping 读。",
        "Same as which row, once rows are sorted or filtered? Write the value itself; or, where it is that of the row "
        "above, let county look --out write a mapping, take the # from before ditto: true, and run with --mapping.",
    ),
    "formula_without_value": ("公式没有存结果。", "A formula without a stored value."),
    "error_value": ("Excel 的错误值（如 #N/A）。", "An error of Excel, as #N/A."),
    "merged_number": ("几行合并成一格的数，说不清各是多少。", "A number in a cell merged over rows: how much is each?"),
    "ambiguous_number": ("逗号的位置说不清是千位还是小数。", "Is the comma one of thousands or of decimals?"),
    "ambiguous_unit": (
        "列的单位和格里的单位说不清乘几次。",
        "The unit of the column and that of the cell: which holds?",
    ),
    "percent_for_number": (
        "这一列要写数，不能写百分数（如 30%）。请把单元格格式改成数字，按列的单位写数。",
        "A number is wanted here, and no percentage (as 30%): format the cell as a number, and write it in the unit of "
        "the column.",
    ),
    "ambiguous_percent": ("列写着 %，说不清是否已除以 100。", "The column says %: was it divided by 100 already?"),
    "bare_percent": (
        "大于 1 的比例要带 %：写 55 说不清是 55% 还是 55 倍。请写 55% 或 0.55；整列都是百分数的，标题写上（%）。",
        "A share above 1 needs its sign: is 55 meant as 55%, or as 55 times the whole? Write 55% or 0.55, or put (%) "
        "into the heading where the whole column is in percent.",
    ),
    "ambiguous_answer": (
        "标题里已有“无、未”一类的词，请写是或否。",
        "The title is in the negative: write yes or no (是, 否).",
    ),
    "ambiguous_date": ("年份要写四位，次序为年、月、日。", "Write the year in four digits, then month and day."),
    "ambiguous_serial": (
        "数字日期说不清从哪一年算起，请写成 2026-12-31。",
        "A day as a number: counted from which year? Write 2026-12-31.",
    ),
    "not_boolean": ("请写 是 或 否。", "Write yes or no."),
    "not_a_date": ("请写日期，如 2026-12-31。", "Write a date, as in 2026-12-31."),
    "not_a_number": ("请写数字。", "Write a number."),
    "not_whole": ("请写整数。", "Write a whole number."),
    "too_fine": (f"小数最多 {PLACES} 位。", f"At most {PLACES} decimal places."),
    BEYOND: ("数字大得不合常理。", "The number is beyond all reason."),
}


def reasons(edition: Edition, fact: Fact, codes: Mapping[str, Text]) -> dict[str, Message]:
    """The messages about a fact by code: its choices, or the outcomes of a conclusion, and its limits."""
    zh, en = Wording(edition, "zh"), Wording(edition, "en")
    messages = {"not_a_choice": (f"请写其中之一：{'、'.join(_listed(codes, zh))}。",
                                 f"Write one of: {', '.join(_listed(codes, en))}.")}  # fmt: skip
    return messages | limits(fact, zh, en)


def _listed(codes: Mapping[str, Text], say: Wording) -> Iterator[str]:
    for code, title in list(codes.items())[:MOST]:
        text = say.text(title)
        yield code if text in ("", code) else f"{code} = {text}"
    if len(codes) > MOST:
        yield "…"


def part_exceeds(part: Fact, whole: Fact) -> Message:
    """The message about a part that is larger than its whole."""
    return (f"部分不可能多于全部：{part.title.zh} > {whole.title.zh}。",
            f"A part cannot exceed its whole: {part.title.en} > {whole.title.en}.")  # fmt: skip
