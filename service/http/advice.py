"""The meaning of each kind of problem, and its remedy: the text of `/problems/{kind}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rules.values.text import Text


class Advice(NamedTuple):
    """`means` says what happened, `do` what to do now."""

    means: Text
    do: Text


ADVICE: Mapping[str, Advice] = {
    "bad-request": Advice(
        Text("服务读不懂这个请求。", "The service could not make sense of the request."),
        Text("对照接口文档检查地址、请求头和请求体，再发一次。",
             "Check address, headers and body against the API documentation, and send it again."),
    ),
    "malformed-json": Advice(
        Text("请求体不是正确的 JSON，什么都没有判定。", "The body is not valid JSON; nothing was decided."),
        Text("到 detail 给出的行、列处修改；同一个键只能写一次，不能用 NaN，编码用 UTF-8。",
             "Mend the line and column that detail names; a key stands once, NaN is no number, the text is UTF-8."),
    ),
    "unauthorized": Advice(
        Text("请求没有带密钥，或密钥不对、已过期、已吊销。",
             "No key came with the request, or it is wrong, expired or revoked."),
        Text("加请求头 Authorization: Bearer <密钥>；没有密钥或密钥失效的，请向管理员索取。",
             "Send the header Authorization: Bearer <key>; ask the administrator for a key where you have none."),
    ),
    "forbidden": Advice(
        Text("密钥有效，但它的角色不能做这件事。", "The key is good, but its role may not do this."),
        Text("detail 写明缺哪一项权限；换用有此权限的密钥，或请管理员另发一把。",
             "detail names the permission that is lacking; use a key that has it, or ask for one."),
    ),
    "not-found": Advice(
        Text("没有这个地址、判定、方案、版本或记录；也可能是别人的记录，您的密钥看不到。",
             "There is no such address, decision, plan, edition or record; or it is another caller's, "
             "which your key does not see."),
        Text("检查编号和拼写；可用的判定见接口文档，方案见 /v1/plans。",
             "Check ids and spelling; the decisions stand in the documentation, the plans under /v1/plans."),
    ),
    "method-not-allowed": Advice(
        Text("这个地址不接受所用的 HTTP 方法。", "The address does not take this HTTP method."),
        Text("改用响应头 Allow 列出的方法。", "Use one of the methods in the answer's Allow header."),
    ),
    "not-acceptable": Advice(
        Text("请求头 Accept 要的格式，这里没有。", "There is no answer in the formats that Accept asks for."),
        Text("改用 detail 列出的格式，或去掉 Accept。", "Ask for one that detail lists, or leave Accept out."),
    ),
    "conflict": Advice(
        Text("请求本身没有错，但与已有的记录或当时的政策版本合不上。",
             "The request is sound, but does not fit what is recorded, or the edition in question."),
        Text("先读出现有的记录，看 detail 写的原因，再决定是否还要发。",
             "Read what is there, see the reason in detail, and decide whether it is still wanted."),
    ),
    "gone": Advice(
        Text("保存期已满，封存的输入已按规定删除；判定记录本身仍在。",
             "The sealed inputs have been deleted when their time was up; the decision itself is still on record."),
        Text("不能再说明或重放；结论和哈希仍可查。",
             "It cannot be explained or replayed any more; outcome and hash can still be read."),
    ),
    "payload-too-large": Advice(
        Text("请求体超过上限。", "The body is larger than allowed."),
        Text("分成几批发送；案例很多时用 NDJSON 流式发送。",
             "Send it in parts; for many cases stream NDJSON to the batch address."),
    ),
    "unsupported-media-type": Advice(
        Text("Content-Type 不是这里能读的类型。", "The Content-Type is not one that is read here."),
        Text("用响应头 Accept 列出的类型，一般是 application/json。",
             "Use one from the answer's Accept header, as a rule application/json."),
    ),
    "invalid-input": Advice(
        Text("有字段不能用：类型不对、不在范围内、没有这一项，或必填而未填。缺事实不算错误。",
             "Some fields cannot be used: of a wrong type, out of range, unknown, or required and not there. "
             "A fact that is left out is no error."),
        Text("errors 一次列出全部问题：pointer 指出位置，zh 与 en 写明该怎么改。改好后再发一次。",
             "errors lists all of them: pointer says where, zh and en what to write instead."),
    ),
    "idempotency-key-reused": Advice(
        Text("同一个 Idempotency-Key 已用于另一个内容不同的请求。",
             "The same Idempotency-Key came with a different request before."),
        Text("重发旧请求时内容要一字不改；新的请求用新的键。",
             "Send the old request again unchanged, or use a new key for a new request."),
    ),
    "too-many-requests": Advice(
        Text("这把密钥在短时间内发得太多。", "This key has sent too much in a short time."),
        Text("等响应头 Retry-After 给出的秒数再发；案例多时用批量接口。",
             "Wait for the seconds in Retry-After; use the batch address for many cases."),
    ),
    "internal-error": Advice(
        Text("服务自身出错。没有发出的答复不算数。",
             "Something broke inside the service. What was not answered does not count."),
        Text("带同一个 Idempotency-Key 重发；再出错时，把 request_id 告诉管理员。",
             "Send it again under the same Idempotency-Key; if it stays, tell the administrator the request_id."),
    ),
    "unavailable": Advice(
        Text("判定日志暂时写不进去。没有记入日志的判定，服务不作答复。",
             "The decision log cannot be written just now, and nothing is answered that is not logged."),
        Text("等响应头 Retry-After 给出的秒数，带同一个 Idempotency-Key 重发；状态见 /readyz。",
             "Wait for Retry-After and send it again under the same Idempotency-Key; /readyz shows the state."),
    ),
}  # fmt: skip
