"""What each role may do, in a line, for the help of the commands that give one."""

from __future__ import annotations

from collections.abc import Mapping

ROLES: Mapping[str, tuple[str, str]] = {
    "caller": ("判定，看自己的判定和说明，申请复核", "decides, reads its own decisions and why, asks for review"),
    "analyst": (
        "同 caller，另看所有判定，办复核，重判，作假设",
        "as caller; reads all decisions, reviews, replays, tries other figures",
    ),
    "auditor": (
        "查全部日志，看封存的输入，重判；不作判定",
        "searches all the log, opens inputs, replays; decides nothing",
    ),
    "store": ("只拉取日志的行，供程序用", "pulls the lines of the log and no more: for a program"),
    "editor": ("起草政策并提交", "drafts policies and submits them"),
    "approver": ("起草；批准、退回别人的草稿，撤回版本", "drafts; approves or sends back others' drafts, withdraws"),
    "admin": ("同 analyst", "as analyst"),
}
EACH = "\b\n角色 / the roles:\n" + "\n".join(f"{role:<9}{zh}\n{'':<9}{en}" for role, (zh, en) in ROLES.items())
