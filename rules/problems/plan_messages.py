"""Messages about the decisions and editions of a plan, and warnings. The form: rules.problems.file_messages."""

from rules.problems.fact_messages import FACT_MESSAGES

PLAN_MESSAGES: dict[str, tuple[str, str]] = {
    **FACT_MESSAGES,
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
