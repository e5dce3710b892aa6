"""The parts of the OpenAPI document that all operations share: names, headers, problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.http.marks import Deprecation, mark_of
from service.http.problems import KINDS, MEDIA_TYPE

# view -> operation id; client generators name their functions by it
NAMES: Mapping[str, str] = {
    "batch.batch": "decide_batch",
    "catalogue.clauses": "list_clauses",
    "catalogue.edition": "get_edition",
    "catalogue.editions": "list_editions",
    "catalogue.facts": "list_facts",
    "catalogue.plans": "list_plans",
    "decisions.decide": "decide",
    "decisions.find": "find_decisions",
    "decisions.show": "get_decision",
    "explanations.explanation": "explain_decision",
    "explanations.inputs": "read_inputs",
    "explanations.replay": "replay_decision",
    "reviews.ask": "request_review",
    "reviews.conclude": "record_review",
    "reviews.read": "read_review_request",
    "what-if.what_if": "what_if",
}
ALWAYS = ("unauthorized", "forbidden", "too-many-requests", "internal-error", "unavailable")
READING = ("bad-request", "payload-too-large", "unsupported-media-type", "invalid-input")  # of a body


def _header(about: str, kind: str = "string") -> dict[str, Any]:
    return {"description": about, "schema": {"type": kind}}


HEADERS: Mapping[str, Any] = {
    "X-Request-ID": _header("the id of the request: as it was sent, else one of ours"),
    "Retry-After": _header("seconds after which to try again", "integer"),
    "WWW-Authenticate": _header("the scheme by which to identify oneself"),
    "Accept": _header("the media types that are taken"),
    "ETag": _header("stands for this content; If-None-Match with it gives 304 while it is the same"),
    "Idempotent-Replayed": _header("`true` where the request was answered before, and this is that answer"),
    "Content-Language": _header("zh or en"),
    "Deprecation": _header("since when this is deprecated, RFC 9745"),
    "Sunset": _header("when this goes, RFC 8594"),
    "Link": _header("what takes its place"),
}
ON_STATUS: Mapping[int, tuple[str, ...]] = {401: ("WWW-Authenticate",), 415: ("Accept",), 429: ("Retry-After",),
                                            503: ("Retry-After",)}  # fmt: skip


def _sent(name: str, about: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": about, "schema": {"type": "string", **schema}}


PARAMETERS: Mapping[str, Any] = {
    "RequestId": _sent("X-Request-ID", "an id of the caller's, given back and kept in the log"),
    "IdempotencyKey": _sent(
        "Idempotency-Key",
        "send a request again under the same key, and it is answered as before and logged once",
        maxLength=255,
        pattern="^[!-~]+$",
    ),
    "IfNoneMatch": _sent("If-None-Match", "the ETag of what one has"),
    "AcceptLanguage": _sent("Accept-Language", "zh or en: the language of problems and of explanations"),
}


def complete(operation: dict[str, Any], view: Callable[..., object], method: str, *, has_place: bool) -> None:
    """Add the common parts to every operation; `has_place` where its path has a parameter and so may answer 404."""
    responses = operation["responses"]
    kinds = [*ALWAYS, *_own_kinds(view)]
    if has_place:
        kinds.append("not-found")
    if method == "post":
        kinds += READING
    elif responses.pop("422", None) or responses.pop(422, None):  # smorest's, for a query
        kinds.append("invalid-input")
    responses.pop("default", None)
    operation["security"] = [{"key": []}]
    sent, given = ["RequestId", "AcceptLanguage"], ["X-Request-ID"]
    if mark_of(view, "idempotent"):
        sent.append("IdempotencyKey")
        given.append("Idempotent-Replayed")
        kinds.append("idempotency-key-reused")
    if mark_of(view, "tagged"):
        sent.append("IfNoneMatch")
        given.append("ETag")
        responses["304"] = {"description": "Not changed", "headers": _refs("headers", ["X-Request-ID", "ETag"])}
    if isinstance(found := mark_of(view, "deprecation"), Deprecation):
        operation["deprecated"] = True
        said = operation.get("description", "")
        operation["description"] = f"{said}\n\n{found.sunset} 停用 / goes on {found.sunset}".strip()
        given += found.headers
    responses = operation["responses"] = {str(status): response for status, response in responses.items()}
    for status, response in responses.items():
        if status.startswith("2"):
            response["headers"] = _refs("headers", given)
    for status in sorted({KINDS[kind].status for kind in kinds}):
        responses[str(status)] = {"$ref": f"#/components/responses/{_response_name(status)}"}
    operation["responses"] = dict(sorted(responses.items()))
    operation.setdefault("parameters", []).extend(_refs("parameters", sent).values())


def problem_responses() -> dict[str, Any]:
    """An answer for every status that a problem can have."""
    kinds: dict[int, list[str]] = {}
    for kind in KINDS.values():
        kinds.setdefault(kind.status, []).append(f"{kind.zh} / {kind.en}")
    return {
        _response_name(status): {
            "description": "; ".join(titles),
            "headers": _refs("headers", ["X-Request-ID", "Content-Language", *ON_STATUS.get(status, ())]),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, titles in kinds.items()
    }


def _own_kinds(view: Callable[..., object]) -> tuple[str, ...]:
    found = mark_of(view, "kinds")
    return found if isinstance(found, tuple) else ()


def _response_name(status: int) -> str:
    return f"Problem{status}"


def _refs(what: str, names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/{what}/{name}"} for name in names}
