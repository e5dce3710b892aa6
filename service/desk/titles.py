"""Titles for the codes of a logged decision, as the newest edition that has it names them; codes where none does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from rules.editing.address import Refused
from rules.editing.texts import HEAD, SUFFIX, tree
from rules.model import Rule
from rules.values.text import Lang, Text
from service.api.reviewing import Review
from service.http.context import snapshot
from service.log import Line
from service.publishing.drafts import Draft

STANDS = {"zh": "维持", "en": "stands"}
LOOKS: Mapping[str, Mapping[str, str]] = {
    "explanation": {"zh": "看说明", "en": "read the explanation"},
    "inputs": {"zh": "看输入", "en": "read the inputs"},
    "replay": {"zh": "重放", "en": "decided again"},
    "reviewing": {"zh": "为复核打开", "en": "opened it to review"},
    "replay_period": {"zh": "照草稿重判一段时间的判定", "en": "a period was judged again under a draft"},
}
CANNOT: Mapping[str, Mapping[str, str]] = {  # why a decision was not judged again, or not beside the edition in force
    "other_plan": {"zh": "别的方案的判定", "en": "decisions of other plans"},
    "other_edition": {"zh": "按别的版本或别的内容作出的", "en": "made under another edition, or other content"},
    "expired": {"zh": "封存的输入已到期删除", "en": "sealed inputs have expired"},
    "sealed": {"zh": "封存的输入打不开", "en": "sealed inputs do not open"},
    "unsigned": {"zh": "日志里的这一行没有有效签名，请核查日志",
                 "en": "no good signature covers the line of the log: verify it"},
    "no_decision": {"zh": "草稿没有这项判定", "en": "the draft has no such decision"},
    "unfit": {"zh": "输入不合草稿的事实字典", "en": "inputs do not fit the facts of the draft"},
    "dropped": {"zh": "来不及判，略过", "en": "left out, as too many came at once"},
    "failed": {"zh": "判定时出错", "en": "judging failed"},
    "unusable": {"zh": "草稿的内容不能用", "en": "the content of the draft cannot be used"},
    "unlike": {"zh": "照原版本重判与日志所记不同，请核查",
               "en": "the same edition decides otherwise than is logged: look into it"},
}  # fmt: skip
DEEDS: Mapping[str, Mapping[str, str]] = {
    "signed_in": {"zh": "登录", "en": "signed in"},
    "signed_out": {"zh": "退出", "en": "signed out"},
    "sign_in_failed": {"zh": "密码错误", "en": "wrong password"},
    "sign_ins_refused": {"zh": "其他未放行的登录", "en": "other sign-ins that were refused"},
    "person_added": {"zh": "增加人员", "en": "added"},
    "person_ended": {"zh": "停用人员", "en": "ended"},
    "role_changed": {"zh": "改角色", "en": "role changed"},
    "password_set": {"zh": "设密码", "en": "password set"},
    "staff_number_set": {"zh": "登记工号", "en": "staff number set"},
}
REFUSED: Mapping[str, Mapping[str, str]] = {
    "unknown": {"zh": "没有这个登录名", "en": "no such login"},
    "locked": {"zh": "登录名已锁", "en": "login locked"},
    "not_confirmed": {"zh": "单位没有确认", "en": "not confirmed elsewhere"},
    "sign_in_failed": {"zh": "密码错误", "en": "wrong password"},
}
LOCKS = {"zh": "，登录名锁一刻钟", "en": ", which locks the login for a quarter of an hour"}
CHANGED = {"zh": "改变", "en": "changed"}


def decision(line: Line, lang: Lang) -> str:
    rule = _rule(line.decision)
    return line.decision if rule is None else rule.title.get(lang)


def outcome(line: Line, code: str, lang: Lang) -> str:
    rule = _rule(line.decision)
    return code if rule is None or code not in rule.outcomes else rule.outcomes[code].title.get(lang)


def finding(line: Line, code: str, lang: Lang) -> str:
    """The title of a criterion, row or item."""
    rule = _rule(line.decision)
    found = [] if rule is None else [one for name in rule.body.finding_roles for one in getattr(rule.body, name)]
    return next((one.title.get(lang) for one in found if one.id == code), code)


def look(why: str, lang: Lang) -> str:
    """Why somebody opened the sealed inputs."""
    return LOOKS[why][lang] if why in LOOKS else why


def deed(line: Line, said: Mapping[str, object], lang: Lang) -> str:
    """What a line about people says: the deed, and of refused sign-ins how many of each kind."""
    counts = [f"{words[lang]} {said[why]}" for why, words in REFUSED.items() if why in said]
    told = DEEDS[line.outcome][lang] + (LOCKS[lang] if said.get("locks") else "")
    return ": ".join([told, *([", ".join(counts)] if counts else [])])


def result(found: Review, lang: Lang) -> str:
    """What a review came to."""
    if found.concluded is None:
        return ""
    said = json.loads(found.concluded.body)
    new = said.get("outcome")
    return STANDS[lang] if new is None else f"{CHANGED[lang]}: {outcome(found.decided, new, lang)}"


def codes() -> Mapping[str, Mapping[str, Sequence[Text]]]:
    """The titles of each decision and each outcome that editions have, by code: what a search can ask for."""
    rules = [rule for one in snapshot().compiled.values() for rule in one.edition.rules.values()]
    found: dict[str, dict[str, list[Text]]] = {"decision": {}, "outcome": {}}
    for name, one in [("decision", rule) for rule in rules] + [
        ("outcome", outcome) for rule in rules for outcome in rule.outcomes.values()
    ]:
        known = found[name].setdefault(one.id, [])
        if one.title not in known:
            known.append(one.title)
    return found


def _rule(name: str) -> Rule | None:
    """The newest rule of this name."""
    editions = [one.edition for one in snapshot().compiled.values() if name in one.edition.rules]
    return max(editions, key=lambda one: one.effective_from).rules[name] if editions else None


def of_drafts(drafts: Iterable[Draft]) -> Mapping[str, Text]:
    """What the plans of drafts are called, as these say."""
    found = dict[str, Text]()
    for one in drafts:
        with suppress(Refused):
            title = tree(HEAD, one.saved.files.get(f"{HEAD}{SUFFIX}", "")).at("title")
            if title.at("zh").text:
                found[one.plan] = Text(title.at("zh").text, title.at("en").text or title.at("zh").text)
    return found


def of_plans() -> Mapping[str, Text]:
    """What each plan is called, as its newest edition has it."""
    editions = sorted((one.edition for one in snapshot().compiled.values()), key=lambda one: one.effective_from)
    return {one.plan: one.title for one in editions}
