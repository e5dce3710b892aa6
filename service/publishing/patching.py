"""A draft as a patch of the policies folder, for those who keep that folder in git: `git apply` and `patch -p1`
take it, and make of the files that are published those of the draft, byte by byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff

from rules.values.text import Text
from service.publishing.acts import APPROVED
from service.publishing.desk import Desk, last_act, state_of
from service.publishing.drafting import base_files
from service.publishing.drafts import Draft
from service.publishing.refusals import Refused

MODE, NOWHERE = "100644", "/dev/null"
# Below the top of its repository git passes over every path of a patch without a word, unless told where it is.
GIT, PATCH = 'git apply --directory="$(git rev-parse --show-prefix)" {}', "patch -p1 < {}"
NO_END = "\\ No newline at end of file\n"
Files = Mapping[str, str]


def patch_of(desk: Desk, draft: Draft) -> str:
    """What a draft makes of the policies folder: files of a new edition, changed files of one that is amended. Refused
    where it changes nothing."""
    before = base_files(desk, draft.saved.base) if draft.amends else {}
    made = "".join(_file(f"{draft.edition}/{name}", before.get(name), draft.saved.files.get(name))
                   for name in sorted({*before, *draft.saved.files}))  # fmt: skip
    if not made:
        raise Refused("内容与已发布的一样，没有补丁。", "It says what is published already: there is no patch.")
    return made


def name_of(draft: Draft) -> str:
    """What the file of a patch is called."""
    return f"{draft.plan}-{draft.day}-{draft.saved.number}.patch"


def steps(draft: Draft, desk: Desk) -> tuple[Text, ...]:
    """What to do with the patch, in order."""
    file, state = name_of(draft), state_of(draft, last_act(draft, desk.seen()))
    unapproved = Text("草稿还没有批准：先提交，由另一个人批准，再并入主分支。",
                      "The draft is not approved yet: have another person approve it before it is merged.")  # fmt: skip
    return (
        *(() if state == APPROVED else (unapproved,)),
        Text(f"进入政策目录（其中有 {draft.plan} 的那一层），把补丁放在那里：cd 政策目录",
             f"Go to the policies folder, the one that holds {draft.plan}, and put the patch there: cd POLICIES"),
        Text(f"写入：{GIT.format(file)}（没有 git 时：{PATCH.format(file)}）",
             f"Apply it: {GIT.format(file)} (without git: {PATCH.format(file)})"),
        Text(f"检查：village-credit policies check {draft.edition}",
             f"Check it: village-credit policies check {draft.edition}"),
        Text(f"提交：git add {draft.edition} && git commit，照常合并、部署；服务几秒内读到，到 {draft.day} 生效。",
             f"Commit it: git add {draft.edition} && git commit; merge and deploy as always. The service reads it "
             f"within seconds; in force from {draft.day}."),
    )  # fmt: skip


def _file(path: str, before: str | None, after: str | None) -> str:
    """The part of a patch for one file; None is a file that is not there. Empty where both are the same."""
    if before == after:
        return ""
    head = [f"diff --git a/{path} b/{path}"]
    head += [f"new file mode {MODE}"] if before is None else [f"deleted file mode {MODE}"] if after is None else []
    names = (NOWHERE if before is None else f"a/{path}", NOWHERE if after is None else f"b/{path}")
    return "".join([*(f"{one}\n" for one in head), *_hunks(_lines(before), _lines(after), names)])


def _hunks(before: Sequence[str], after: Sequence[str], names: tuple[str, str]) -> Iterator[str]:
    for line in unified_diff(before, after, *names):
        yield line if line.endswith("\n") else f"{line}\n{NO_END}"


def _lines(text: str | None) -> list[str]:
    """Lines as git counts them: ended by a line feed and by nothing else."""
    return [] if not text else [one for one in text.replace("\n", "\n\0").split("\0") if one]
