"""Messages about facts, formulas and bands of a plan. The form: rules.problems.file_messages."""

FACT_MESSAGES: dict[str, tuple[str, str]] = {
    # --- names -----------------------------------------------------------------------------------------
    "name.unknown": (
        "`{subject}` 没有叫 `{text}` 的事实。{nearest}请改正名字，或先在 facts.yaml 里声明它。可用：{allowed}",
        "`{subject}` has no fact called `{text}`.{nearest} Correct the name, or declare it in facts.yaml first. "
        "Known: {allowed}",
    ),
    "name.figure": (
        "`{text}` 不是能读的数。数字和 % 要用半角，数字后面紧跟单位，例如 `55%`、`5 万元`、`30 天`。",
        "`{text}` is no figure that can be read. Write plain digits and their unit, "
        "as in `55%`, `50000 yuan`, `30 days`.",
    ),
    "name.no_output": (
        "判定 `{decision}` 没有叫 `{text}` 的结果。请写其中之一：{allowed}",
        "The decision `{decision}` has no output called `{text}`. Write one of: {allowed}",
    ),
    "subject.unknown": (
        "没有叫 `{text}` 的对象。{nearest}对象在 facts.yaml 的 subjects 下声明。",
        "There is no subject called `{text}`.{nearest} Subjects are declared in facts.yaml.",
    ),
    "subject.circle": (
        "对象 `{subject}` 的上级绕回了它自己。请改正 within。",
        "The subject `{subject}` lies within itself. Correct `within`.",
    ),
    "report.unknown": (
        "没有 `{text}`。{nearest}请写其中之一：{allowed}",
        "There is no `{text}`.{nearest} Write one of: {allowed}",
    ),
    # --- values and units ------------------------------------------------------------------------------
    "type.wrong": (
        "这里要的是{wanted}，写的却是{found}。请这样写：{example}",
        "This must be {wanted}, but {found} is written. Write for example: {example}",
    ),
    "type.no_choice": (
        "`{text}` 不在可选的代码里。{nearest}请写其中之一：{allowed}",
        "`{text}` is not one of the choices.{nearest} Write one of: {allowed}",
    ),
    "type.no_unit": (
        "`{text}` 没有单位。请写上单位，例如：{example}",
        "`{text}` has no unit. Write it with one, for example: {example}",
    ),
    "type.not_literal": (
        "这里要直接写一个值，不能写 `{text}`。例如：{example}",
        "A value is wanted here, not `{text}`. For example: {example}",
    ),
    "type.formula": (
        "公式 `{formula}` 不能这样用：{found}。各项的类型和单位要一致（比率要两项，日期公式要两个日期）。",
        "The formula `{formula}` does not go with: {found}. Its parts must be of one type and unit (two for a ratio, "
        "two dates for a date formula).",
    ),
    "type.period": (
        "请用 plus 或 minus 其中一个，写明期限，例如 `plus: 1 year`、`plus: 7 days`。",
        "Give one of plus and minus, with a period, as in `plus: 1 year`, `plus: 7 days`.",
    ),
    "type.not_list": (
        "`{text}` 不是列表。这里要一个 type 为 list 的事实。",
        "`{text}` is not a list. A fact of type list is wanted here.",
    ),
    "type.list_compared": (
        "列表不能直接比较。请用 count、every、some 等公式先算出一个值。",
        "A list cannot be compared. Derive a value from it first: count, every, some.",
    ),
    # --- conditions ------------------------------------------------------------------------------------
    "condition.too_many": (
        "要求至少 {least} 项成立，但只列了 {count} 项。请改小数目或补足条件。",
        "At least {least} are wanted of a list of {count}. Lower the number, or add conditions.",
    ),
    "condition.between": (
        "between 要写两个值：`between: [18 years, 65 years]`，两端都含。",
        "`between` takes two values, both ends in: `between: [18 years, 65 years]`.",
    ),
    "condition.one_of": (
        "列表里只能写明确的值，不能写事实或公式。请改用 any，一个一个地比较。",
        "A list holds values written out, no facts or formulas. Compare with each of them under `any` instead.",
    ),
    "condition.no_order": (
        "{found}没有大小之分，不能用 `{operator}`。请用 equals 或 one_of；有高低的代码请声明 ranked: true。",
        "There is no order in {found}, so `{operator}` means nothing. Use equals or one_of; or declare the choices "
        "ranked: true.",
    ),
    "order.no_order": (
        "{found}没有大小之分，不能用来排序。请换成数、金额、日期等，或给有高低的代码声明 ranked: true。",
        "Nothing can be ordered by {found}. Use a number, an amount or a date, or declare the choices ranked: true.",
    ),
    "condition.never": (
        "这个条件永远不会成立：上限低于下限。请检查两个数。",
        "This condition can never hold: its upper limit is below its lower one. Check the two numbers.",
    ),
    # --- facts -----------------------------------------------------------------------------------------
    "fact.circle": (
        "公式绕回了自己：{circle}。请改正其中一个公式，或改由调用方提供其中一个事实。",
        "These formulas need each other in a circle: {circle}. Correct one, or let one fact be given.",
    ),
    "fact.needs": (
        "类型为 {kind} 的事实必须写明 `{key}`。",
        "A fact of type {kind} needs `{key}`.",
    ),
    "fact.counted": (
        "不能由 {text} 的记录汇总出 {subject} 的事实：它不在 {subject} 之内。可以是：{allowed}",
        "No fact of {subject} is counted from records of {text}: they do not lie within it. It can be: {allowed}",
    ),
    "fact.needless": (
        "类型为 {kind} 的事实不用写 `{key}`。请删去这一项。",
        "A fact of type {kind} has no `{key}`. Delete it.",
    ),
    "fact.date": (
        "`{text}` 不是日历上的日期。请写成 2026-12-31 这样。",
        "`{text}` is not a day of the calendar. Write it as in 2026-12-31.",
    ),
    # --- bands -----------------------------------------------------------------------------------------
    "bands.empty": (
        "这一档是空的：上限不高于下限。请检查两个数。",
        "This band is empty: its upper end is not above its lower one. Check the two numbers.",
    ),
    "bands.gap_below": (
        "{range}的情形没有归到任何一档。请加一档 `{band}`，或去掉这一档的下限。",
        "Nothing covers values {range}. Add a band `{band}`, or drop this band's lower end.",
    ),
    "bands.gap_above": (
        "{range}的情形没有归到任何一档。请加一档 `{band}`，或去掉这一档的上限。",
        "Nothing covers values {range}. Add a band `{band}`, or drop this band's upper end.",
    ),
    "bands.gap_at": (
        "恰好 {value} 没有归到任何一档。请让其中一档含它（`at_least` 代替 `above`，或 `at_most` 代替 `below`）。",
        "{value} itself is in no band. Let one band take it in (`at_least` for `above`, or `at_most` for `below`).",
    ),
    "bands.gap": (
        "{low} 与 {high} 之间有缺口。请让这一档的一端接上另一档（一边 below，另一边 at_least）。",
        "There is a gap between {low} and {high}. Let one band end where the next begins (below, then at_least).",
    ),
    "bands.overlap": (
        "这一档与第 {line} 行的一档在 {value} 处重叠。请让两档首尾相接（一边 below，另一边 at_least）。",
        "This band overlaps that of line {line} at {value}. Let one end where the next begins (below, then at_least).",
    ),
}
