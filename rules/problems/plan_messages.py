"""Messages about what a plan means: names, units, bands, outcomes, editions. The form: rules.problems.file_messages."""

PLAN_MESSAGES: dict[str, tuple[str, str]] = {
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
    # --- outcomes, items, clauses ----------------------------------------------------------------------
    "outcome.role": (
        "`if: {role}` 的结论要有且只有一个，现在有 {count} 个。请在 outcomes 里补上或合并。",
        "There must be exactly one outcome with `if: {role}`; there are {count}. Add it to outcomes, or merge them.",
    ),
    "outcome.unknown": (
        "`{text}` 不是这个判定可给出的结论。{nearest}请写其中之一：{allowed}",
        "`{text}` is not an outcome this decision can give.{nearest} Write one of: {allowed}",
    ),
    "clause.unknown": (
        "没有条款 `{text}`。{nearest}条款在 clauses.yaml 里列出。",
        "There is no clause `{text}`.{nearest} Clauses are listed in clauses.yaml.",
    ),
    "reading.unknown": (
        "没有解读 `{text}`。{nearest}解读在 readings.yaml 里列出。",
        "There is no reading `{text}`.{nearest} Readings are listed in readings.yaml.",
    ),
    "reading.no_option": (
        "`{text}` 不在列出的读法里。请写其中之一：{allowed}",
        "`{text}` is not one of the readings listed. Write one of: {allowed}",
    ),
    "item.twice": (
        "标识 `{id}` 在第 {line} 行已经用过。请换一个标识。",
        "The id `{id}` is used on line {line} already. Choose another.",
    ),
    "item.no_title": (
        "`{id}` 的条件不止涉及一个事实，请给它写 title: {{zh: …, en: …}}。",
        "The condition of `{id}` names more than one fact: give it a title: {{zh: …, en: …}}.",
    ),
    "output.unknown": (
        "没有叫 `{text}` 的结果。{nearest}结果在 outputs 里声明。可用：{allowed}",
        "There is no output called `{text}`.{nearest} Outputs are declared in `outputs`. Known: {allowed}",
    ),
    "table.by": (
        "hit: highest 和 lowest 要用 by 写明按哪个结果比较；其他方式不写 by。",
        "`hit: highest` and `lowest` need `by:`, the output that is compared; no other hit has `by`.",
    ),
    "table.by_missing": (
        "第 `{id}` 行没有给出结果 `{by}`，无法比较高低。请在 then 里写上。",
        "The row `{id}` does not give the output `{by}` that rows are compared by. Add it to `then`.",
    ),
    "veto.no_outcome": (
        "否决项 `{id}` 没有写明结论。请写 outcome: 否决后定为哪一档。",
        "The veto `{id}` does not say what follows. Give it an `outcome:`, the grade it leads to.",
    ),
    "table.sum": (
        "hit: sum 只能相加数字。请去掉不是数字的结果，或换一种 hit。",
        "`hit: sum` adds numbers only. Take out the outputs that are none, or use another hit.",
    ),
    "score.no_choices": (
        "`{fact}` 不是选项，不能按选项给分。数字请用 bands 按区间给分。",
        "`{fact}` has no choices to give points for. For a number use `bands`.",
    ),
    "score.choice_missing": (
        "这些选项没有给分：{left_out}。请补上（不给分写 0）。",
        "These choices have no points: {left_out}. Add them (0 for none).",
    ),
    "score.full_marks": (
        "满分写的是 {full}，各项最高分相加却是 {sum}。请改正其中之一。",
        "full_marks says {full}, but the best points of the items add up to {sum}. Correct one of them.",
    ),
    # --- assignments -----------------------------------------------------------------------------------
    "assignment.measure": (
        "{found}不能逐个相加。请换成户数、金额等可以相加的数，例如以“占比 × 户数”代替占比。",
        "There is no adding up {found}. Use a count, an amount or points instead, such as the share times the "
        "households for a share.",
    ),
    "assignment.part": (
        "`{text}` 不是一部分：请写 0% 到 100% 之间的百分比，例如 `80%`。",
        "`{text}` is no part of a whole. Write a percentage between 0% and 100%, as in `80%`.",
    ),
    # --- decisions and editions ------------------------------------------------------------------------
    "decision.circle": (
        "这些判定互相依赖，绕成了圈：{circle}。请断开其中一处。",
        "These decisions need each other in a circle: {circle}. Break it somewhere.",
    ),
    "decision.file_name": (
        "文件叫 {file}.yaml，里面却写着 decision: {id}。两者要一致。",
        "The file is called {file}.yaml but says decision: {id}. They must agree.",
    ),
    "decision.fact_of_same_name": (
        "`{subject}` 已有同名的事实 `{id}`。请给判定或事实换个名字。",
        "`{subject}` already has a fact called `{id}`. Rename the decision or the fact.",
    ),
    "edition.no_file": (
        "缺少 {file}。每个版本都要有 plan.yaml、facts.yaml、clauses.yaml、readings.yaml。",
        "{file} is missing. Every edition has plan.yaml, facts.yaml, clauses.yaml and readings.yaml.",
    ),
    "edition.no_folder": (
        "没有文件夹 {folder}。请检查路径。",
        "There is no folder {folder}. Check the path.",
    ),
    "edition.yml": (
        "文件名要以 .yaml 结尾。请改名，否则它不会被读到。",
        "File names end in .yaml. Rename it, or it would not be read.",
    ),
    "edition.extends_circle": (
        "extends 绕回了自己。请改正所继承的方案或版本。",
        "This edition extends itself. Correct `extends`.",
    ),
    "edition.extends_unknown": (
        "找不到所继承的版本 {parent}。请检查 extends 里的方案和日期。",
        "The edition extended, {parent}, does not exist. Check the plan and date in `extends`.",
    ),
    "edition.backwards": (
        "截止日早于起始日。请改正 effective。",
        "It ends before it begins. Correct `effective`.",
    ),
    "merge.unknown_before": (
        "要排在 `{id}` 之前，但列表里没有它。请核对名称{near}。",
        "This is to stand before `{id}`, but the list has no such item. Check the name{near}.",
    ),
    "edition.gap": (
        "{plan}：{before} 截止于 {end}，下一版 {after} 才从 {start} 起，中间没有有效版本。请让两者首尾相接。",
        "{plan}: {before} ends on {end}, and {after} begins on {start} only: no edition is in force between. "
        "Let them meet.",
    ),
    "edition.overlap": (
        "{plan}：{before} 到 {end} 仍有效，{after} 却从 {start} 起生效，两者重叠。请写明 {before} 的截止日 to。",
        "{plan}: {before} is in force until {end}, but {after} begins on {start}. Give {before} its last day (`to`).",
    ),
    "edition.too_deep": (
        "公式、事实和判定一个依赖一个，层数太多，无法计算。请减少层数，或改由调用方提供中间的事实。",
        "Formulas, facts and decisions rest on one another through too many levels to be worked out. "
        "Use fewer, or let a fact in between be given.",
    ),
    "edition.folder_name": (
        "文件夹名 {folder} 与 plan.yaml 里的 {wanted} 不一致。文件夹要按 方案/生效日期 命名。",
        "The folder is called {folder}, but plan.yaml says {wanted}. Folders are named plan/effective date.",
    ),
    # --- warnings: allowed, but worth a look -------------------------------------------------------------
    "warning.same": (
        "`{id}` 与第 {line} 行的 `{other}` 要求相同，删去它结论不变。若是方案写了两次，可以保留。",
        (
            "`{id}` asks the same as `{other}` on line {line}: without it every decision stays the "
            "same. It may stand where the plan says it twice."
        ),
    ),
    "warning.implied": (
        ("`{id}` 永远不会起决定作用：第 {line} 行的 `{other}` 更严。请核对两个界限，或删去较宽的一项。"),
        ("`{other}` on line {line} is stricter, so `{id}` can never decide. Check the two limits, or drop the weaker."),
    ),
    "warning.always_met": (
        "`{id}` 任何情形都符合，不会起决定作用。请核对界限和运算符。",
        "Every case meets `{id}`, so it can never decide. Check its limit and its operator.",
    ),
    "warning.nobody": (
        "`{id}` 没有任何情形能符合：界限在数据可达的范围之外。请核对界限和运算符。",
        ("No case can meet `{id}`: its limit is out of the data's reach. Check its limit and its operator."),
    ),
    "warning.never_applies": (
        "`{id}` 的 when 没有任何情形成立，这一项从不适用。请核对 when。",
        "No case meets the `when` of `{id}`, so it never applies. Check `when`.",
    ),
    "warning.own_statistic": (
        (
            "`{id}` 要求超过同类中的最高（或低于最低），而被评的对象自己也在其中，谁也做不到。请改用 "
            "at_least（或 at_most）。"
        ),
        (
            "`{id}` wants more than the highest (or less than the lowest) of peers that include the "
            "subject itself, which nobody can reach. Write at_least (or at_most)."
        ),
    ),
    "warning.row_never": (
        "`{id}` 这一行没有任何情形成立。请核对它的条件。",
        "No case meets the row `{id}`. Check its condition.",
    ),
    "warning.row_covered": (
        "`{id}` 这一行轮不到：凡符合它的，前面的行已经先取走。请调整行的次序或条件。",
        (
            "The row `{id}` is never reached: rows above take every case that meets it. Change their "
            "order or conditions."
        ),
    ),
    "warning.protected": (
        ("`{id}` 用到“{fact}”，涉及受保护的个人特征（{word}）。据此区别对待可能不合规，请先经合规审查。"),
        (
            "`{id}` uses '{fact}', which touches a protected trait ({word}). To treat people "
            "differently by it may be unlawful: have it reviewed first."
        ),
    ),
    "warning.fact_unused": (
        "事实“{fact}”（{id}）没有任何判定用到。不需要就删去，免得白白采集。",
        ("No decision uses the fact `{id}` ({fact}). Delete it if it is not needed, rather than collect it in vain."),
    ),
    "warning.output_unset": (
        "结果 `{id}` 没有任何一行给出。请在某行的 then 里写上，或从 outputs 里删去。",
        ("No row gives the output `{id}`. Write it in the `then` of some row, or take it out of `outputs`."),
    ),
    "warning.outcome_unused": (
        "结论 `{id}` 没有任何情形会得出。请让某一项给出它，或从 outcomes 里删去。",
        "No case ends in the outcome `{id}`. Let some item give it, or take it out of `outcomes`.",
    ),
    "warning.reading_unused": (
        "解读“{title}”既没有规则引用，它的条款也没有规则执行。请核对条款，或删去。",
        ("No rule names the reading '{title}', nor cites its clause. Check its clause, or delete it."),
    ),
    "warning.clause_disagrees": (
        (
            "`{id}`（{fact}）写的是 {operator} {limit}，与条款 {clause} 的文字不符。请核对；有意不同"
            "的，用 reading 写明所取的读法；由农信社自定的，写 set_by: lender。"
        ),
        (
            "`{id}` ({fact}) says {operator} {limit}, which is not what clause {clause} says. Check "
            "it; where it departs on purpose, name a reading that says so; where the lender sets it, "
            "write set_by: lender."
        ),
    ),
}
