"""The parts of the OpenAPI document that all operations share: headers, problems, and the schemas of answers.

`document.json` has the fixed text of the document. In its schemas every property is required but those under
`optional`, and `extends` names the schema whose properties come first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rules.variants.whatif import KINDS as KINDS_OF_CHANGE
from service.exact_json import shipped
from service.http.problems import KINDS, MEDIA_TYPE
from service.http.views import contract_of, deprecation_of

SHIPPED: Mapping[str, Any] = shipped("service.openapi", "document.json")
ALWAYS = ("invalid-input", "unauthorized", "forbidden", "too-many-requests", "internal-error", "unavailable")
READING = ("bad-request", "payload-too-large", "unsupported-media-type")  # of a body


ON_STATUS: Mapping[int, tuple[str, ...]] = {401: ("WWW-Authenticate",), 415: ("Accept",), 429: ("Retry-After",),
                                            503: ("Retry-After",)}  # fmt: skip


def complete(operation: dict[str, Any], view: Callable[..., object], method: str, *, has_place: bool) -> None:
    """Add the common parts to every operation; `has_place` where its path has a parameter and so may answer 404."""
    responses = operation["responses"]
    contract = contract_of(view)
    assert contract is not None, operation
    kinds = [*ALWAYS, *contract.kinds]
    if has_place:
        kinds.append("not-found")
    if method in {"post", "put"}:
        kinds += READING
    for other in ("422", 422, "default"):  # smorest's
        responses.pop(other, None)
    operation["security"] = [{"session": []}] if contract.in_person else [{"key": []}]
    sent, given = ["RequestId", "TraceParent", "AcceptLanguage"], ["X-Request-ID"]
    if contract.idempotent:
        sent.append("IdempotencyKey")
        given.append("Idempotent-Replayed")
        kinds.append("idempotency-key-reused")
    if contract.tagged:
        sent.append("IfNoneMatch")
        given.append("ETag")
        responses["304"] = {"description": "Not changed", "headers": _refs("headers", ["X-Request-ID", "ETag"])}
    if contract.versioned:
        given.append("ETag")
        sent += ["IfMatch"] if "precondition-required" in contract.kinds else []
    if deprecation := deprecation_of(view):
        operation["deprecated"] = True
        about, sunset = operation.get("description", ""), deprecation.sunset
        operation["description"] = f"{about}\n\n{sunset} 停用 / goes on {sunset}".strip()
        given += deprecation.headers
    responses = operation["responses"] = {str(status): response for status, response in responses.items()}
    for status, response in responses.items():
        if status.startswith("2"):
            response["headers"] = _refs("headers", given)
    for status in sorted({KINDS[kind].status for kind in kinds}):
        responses[str(status)] = {"$ref": f"#/components/responses/{_response_name(status)}"}
    operation["responses"] = dict(sorted(responses.items()))
    operation.setdefault("parameters", []).extend(_refs("parameters", sent).values())


def schemas() -> dict[str, Any]:
    """The schemas of answers."""
    made: dict[str, Any] = {}
    for name, schema in SHIPPED["schemas"].items():
        base = made[schema["extends"]] if "extends" in schema else {"properties": {}, "required": []}
        own, optional = schema["properties"], schema.get("optional", ())
        made[name] = {
            "type": "object",
            "properties": base["properties"] | own,
            "required": sorted({*base["required"], *own} - {*optional}),
        }
    made["Batch"]["additionalProperties"] = False  # what is sent; answers may have new members
    made["Compared"]["properties"]["changed"]["items"] = {"type": "string", "enum": list(KINDS_OF_CHANGE)}
    return made


def problem_responses() -> dict[str, Any]:
    """An answer for every status that a problem can have."""
    kinds: dict[int, list[str]] = {}
    for kind in KINDS.values():
        kinds.setdefault(kind.status, []).append(" / ".join(kind.title))
    return {
        _response_name(status): {
            "description": "; ".join(titles),
            "headers": _refs("headers", ["X-Request-ID", "Content-Language", *ON_STATUS.get(status, ())]),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, titles in kinds.items()
    }


def _response_name(status: int) -> str:
    return f"Problem{status}"


def _refs(what: str, names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/{what}/{name}"} for name in names}
