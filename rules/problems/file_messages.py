"""Every message a policy editor can meet, by topic: code -> (Chinese, English).

Each says what is wrong and what to write instead. `{name}` is filled with the facts given to
`Problems.add`; both languages must use facts of the same names.
"""

MESSAGES: dict[str, tuple[str, str]] = {
    # --- the file itself -------------------------------------------------------------------------------
    "file.unreadable": (
        "读不到这个文件（{reason}）。请检查文件名和路径是否写对、文件是否存在。",
        "This file cannot be read ({reason}). Check that its name and folder are right and that it exists.",
    ),
    "file.not_utf8": (
        "文件不是 UTF-8 编码，从这里开始读不出来。请在编辑器里选“另存为 UTF-8”后再保存。",
        "The file is not UTF-8: it cannot be read from here on. Save it again with the encoding UTF-8.",
    ),
    "file.too_big": (
        "文件太大：超过 {most} 字节。请把内容拆成几个文件。",
        "The file is too big: over {most} bytes. Split it into several files.",
    ),
    "file.control_character": (
        "这里有一个看不见的控制字符（{character}）。请删除它。",
        "There is an invisible control character here ({character}). Delete it.",
    ),
    "file.empty": (
        "文件是空的。请写入内容；不需要这个文件就把它删掉。",
        "The file is empty. Write its content, or delete the file if it is not needed.",
    ),
    # --- YAML that cannot be read -----------------------------------------------------------------------
    "yaml.tab": (
        "缩进里用了制表符（Tab）。请改用空格，每一级两个空格。",
        "The indentation holds a tab. Use spaces instead, two for each level.",
    ),
    "yaml.fullwidth_colon": (
        "这里用了中文冒号“：”。请改成英文冒号加一个空格，例如 `name: 值`。",
        "This is a Chinese (full-width) colon. Write an ASCII colon and a space: `name: value`.",
    ),
    "yaml.no_colon": (
        "这一行缺少冒号。请写成 `键: 值`（英文冒号，后面空一格）；长文字请放在英文双引号里。",
        "This line lacks a colon. Write `key: value` (colon and space); put long text in double quotes.",
    ),
    "yaml.colon_in_text": (
        "这里多了一个冒号，或者缩进不对。文字里含有 `: ` 时请用英文双引号括起来；否则请另起一行并对齐。",
        (
            "There is one colon too many here, or the indentation is off. "
            "Put text that holds `: ` in double quotes; otherwise start a new line and align it."
        ),
    ),
    "yaml.indent": (
        "缩进没有对齐（所在的这一块从第 {line} 行开始）。请让同一级的每一行从同一列开始。",
        (
            "The indentation does not line up (this block starts on line {line}). "
            "Start every line of one level in the same column."
        ),
    ),
    "yaml.unclosed_quote": (
        "从这里开始的引号没有闭合。请在文字结尾补上同样的英文引号。",
        "The quotation that starts here is never closed. Add the same quote mark at the end of the text.",
    ),
    "yaml.bracket": (
        "第 {line} 行的方括号或花括号里，各项之间缺少英文逗号，或者括号没有闭合。请补上 `,` 或结尾的括号。",
        (
            "Inside the bracket opened on line {line} a comma is missing, or the bracket is never closed. "
            "Add the `,` or the closing bracket."
        ),
    ),
    "yaml.stray": (
        "这里应当有一个值，却遇到了多余的符号，或者文件提前结束。请检查附近的括号和逗号。",
        "A value is wanted here, but there is a stray sign or the file ends. Check the brackets and commas.",
    ),
    "yaml.after_close": (
        "引号或括号结束之后还有多余的文字。请删掉它，或者把整个值都放在英文双引号里。",
        "Text goes on after the closing quote or bracket. Delete it, or double-quote the whole value.",
    ),
    "yaml.special_start": (
        "值不能以这个符号（{character}）开头。请把整个值放在英文双引号里。",
        "A value cannot start with this sign ({character}). Put the whole value in double quotes.",
    ),
    "yaml.escape": (
        "双引号里的反斜杠 `\\` 后面不能跟这个字符。请改用单引号，或者把反斜杠写两遍。",
        (
            "A backslash in double quotes cannot be followed by this character. "
            "Use single quotes, or write the backslash twice."
        ),
    ),
    "yaml.syntax": (
        "这里不是正确的 YAML（解析器的原话：{detail}）。请检查这一行和上一行的缩进、冒号、引号和括号。",
        (
            "This is not valid YAML (the parser says: {detail}). "
            "Check the indentation, colons, quotes and brackets of this line and the one above."
        ),
    ),
    # --- YAML that can be read but is not allowed in a policy -------------------------------------------
    "yaml.duplicate_key": (
        "键 `{key}` 重复了：第 {line} 行已经写过。请删掉其中一个，或者合并成一个。",
        "The key `{key}` is repeated: it is already on line {line}. Delete one of the two, or merge them.",
    ),
    "yaml.anchor": (
        "不能使用锚点 `&{name}`。请删掉它，在需要的地方直接写出内容。",
        "Anchors such as `&{name}` are not allowed. Delete it and write the content where it is needed.",
    ),
    "yaml.alias": (
        "不能使用引用 `*{name}`。请在这里直接写出内容；如果就是文字，请放在英文双引号里。",
        (
            "Aliases such as `*{name}` are not allowed. "
            "Write the content itself here; if it is meant as text, put it in double quotes."
        ),
    ),
    "yaml.tag": (
        "不能使用以 `!` 开头的标签（{tag}）。请删掉标签；如果就是文字，请放在英文双引号里。",
        (
            "Tags that start with `!` are not allowed ({tag}). "
            "Delete the tag; if it is meant as text, put it in double quotes."
        ),
    ),
    "yaml.key_not_text": (
        "键必须是一个词，不能为空，也不能是列表或映射。请写成 `键: 值`。",
        "A key must be a word, not empty and not a list or a mapping. Write `key: value`.",
    ),
    "yaml.merge_key": (
        "不能使用合并键 `<<`。请把要用的各项直接写出来。",
        "The merge key `<<` is not allowed. Write out the entries that are wanted.",
    ),
    "yaml.several_documents": (
        "一个文件里只能有一份内容，这里却用 `---` 开始了第二份。请删掉 `---`，或者拆成两个文件。",
        (
            "A file holds one document, but a second one starts here with `---`. "
            "Delete the `---`, or split the file in two."
        ),
    ),
    "yaml.too_deep": (
        "嵌套太深：超过 {most} 层。请检查缩进和括号，减少层数。",
        "Nested too deeply: over {most} levels. Check the indentation and brackets and use fewer levels.",
    ),
    "yaml.too_many": (
        "内容太多：超过 {most} 项。请拆成几个文件。",
        "Too much content: over {most} items. Split it into several files.",
    ),
    # --- the shape of the content ------------------------------------------------------------------------
    "shape.unknown_key": (
        "不认识的键 `{key}`。这里可以写：{allowed}。",
        "Unknown key `{key}`. Allowed here: {allowed}.",
    ),
    "shape.unknown_key_near": (
        "不认识的键 `{key}`。是不是要写 `{near}`？这里可以写：{allowed}。",
        "Unknown key `{key}`. Did you mean `{near}`? Allowed here: {allowed}.",
    ),
    "shape.missing_key": (
        "缺少必填的键 `{key}`。请加上一行 `{key}: …`。",
        "The required key `{key}` is missing. Add a line `{key}: …`.",
    ),
    "shape.wanted_map": (
        "这里应当是若干行 `键: 值`（英文冒号后空一格），现在却是{found}。",
        "Lines of `key: value` (colon, then a space) are wanted here, but this is {found}.",
    ),
    "shape.wanted_list": (
        "这里应当是列表，每项单独一行、以 `- ` 开头，现在却是{found}。",
        "A list is wanted here, each item on a line that starts with `- `, but this is {found}.",
    ),
    "shape.wanted_scalar": (
        "这里应当直接写一个值：{wanted}，现在却是{found}。",
        "A single value is wanted here: {wanted}; but this is {found}.",
    ),
    "shape.no_value": (
        "这里没有写值。请写上{wanted}；不需要就删掉这一项。",
        "The value is missing. Write {wanted}, or delete the entry if it is not needed.",
    ),
    "shape.pattern": (
        "`{text}` 写法不对。应当是{wanted}，例如 {examples}。",
        "`{text}` is not written correctly. Write {wanted}, such as {examples}.",
    ),
    "shape.key_pattern": (
        "键 `{key}` 写法不对。应当是{wanted}，例如 {examples}。",
        "The key `{key}` is not written correctly. Write {wanted}, such as {examples}.",
    ),
    "shape.needs_quotes": (
        '`{text}` 不加引号会被编辑器当成数字或真假值。请写成 "{text}"。',
        'Without quotes, editors take `{text}` for a number or a truth value. Write "{text}".',
    ),
    "shape.word": (
        "`{text}` 不是可选的值。请从这些里选一个：{allowed}。",
        "`{text}` is not one of the choices. Choose one of: {allowed}.",
    ),
    "shape.word_near": (
        "`{text}` 不是可选的值。是不是要写 `{near}`？请从这些里选一个：{allowed}。",
        "`{text}` is not one of the choices. Did you mean `{near}`? Choose one of: {allowed}.",
    ),
    "shape.flag": (
        "`{text}` 不是真假值。请写 true（是）或 false（否），不加引号。",
        "`{text}` is not a truth value. Write true or false, without quotes.",
    ),
    "shape.whole": (
        "`{text}` 不是这里可用的整数。请写{wanted}，不加引号、单位和多余的 0，例如 {examples}。",
        (
            "`{text}` is not a whole number that fits here. "
            "Write {wanted}, without quotes, unit or leading zeros, such as {examples}."
        ),
    ),
    "shape.too_few": (
        "这里至少要有 {least} 项，现在只有 {count} 项。请补上。",
        "At least {least} entries are wanted here, but there are {count}. Add the missing ones.",
    ),
    "shape.no_branch": (
        "看不出这里写的是哪一种。请写成下面的一种：{possible}。",
        "It is not clear which kind of entry this is. Write one of: {possible}.",
    ),
    # --- a plan that extends another edition --------------------------------------------------------------
    "merge.unknown_id": (
        "要删除的 `{key}: {id}` 在被继承的方案里不存在。请核对名称{near}，或者删掉这一项。",
        (
            "There is no `{key}: {id}` to remove in the edition this one extends. "
            "Check the name{near}, or delete this entry."
        ),
    ),
    "merge.unknown_key": (
        "要删除的键 `{key}` 在被继承的方案里不存在。请核对名称{near}，或者删掉这一项。",
        (
            "There is no key `{key}` to remove in the edition this one extends. "
            "Check the name{near}, or delete this entry."
        ),
    ),
    "merge.remove_value": (
        "`remove` 只能写 true，现在是 `{text}`。要删除就写 `remove: true`；不删除就去掉这一行。",
        (
            "`remove` can only be true, but this is `{text}`. "
            "Write `remove: true` to remove the entry, or delete this line to keep it."
        ),
    ),
    "merge.remove_alone": (
        "写了 `remove: true` 就不能再写 `{keys}`。要删除就去掉其他键；要修改就去掉 `remove`。",
        (
            "`{keys}` cannot stand beside `remove: true`. "
            "Drop the other keys to remove the entry, or drop `remove` to change it."
        ),
    ),
    "merge.duplicate_id": (
        "`{key}: {id}` 在同一个列表里写了两次，第 {line} 行已经有了。请合并成一项或者改名。",
        "`{key}: {id}` stands twice in one list; it is already on line {line}. Merge the two or rename one.",
    ),
}
