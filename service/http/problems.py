"""Problem documents (RFC 9457): every HTTP error has one shape, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from rules.cases.errors import FactProblem
from rules.values.text import NotFound, Text, TextError
from service.exact_json import dumps, shipped
from service.http.language import language
from service.log import LogUnavailable

MEDIA_TYPE = "application/problem+json"
MOST = 100  # errors that one document lists
LONGEST = 1000  # characters of one text of a problem: it may quote what was sent
LONGEST_NAME = 100  # characters of one name in a pointer


_TEXTS = shipped("service.http", "problems.json")


def bounded(text: str, most: int = LONGEST) -> str:
    """A text that grows with no quotation: of a longer one its beginning, and its end, which says what to do."""
    end = most // 4
    return text if len(text) <= most else f"{text[: most - end]}…{text[-end:]}"


def _brief(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


class Kind(NamedTuple):
    """One kind of problem: its status, its title, its meaning, and its remedy."""

    status: int
    title: Text
    means: Text
    do: Text


KINDS: Mapping[str, Kind] = {
    name: Kind(one["status"], *(Text(*one[part]) for part in ("title", "means", "do")))
    for name, one in _TEXTS["kinds"].items()
}
# marshmallow's words, or `code|figure|figure` -> our code, and both languages
MESSAGES: Mapping[str, tuple[str, str, str]] = {words: tuple(texts) for words, texts in _TEXTS["fields"].items()}
BY_STATUS: Mapping[int, str] = {kind.status: name for name, kind in reversed(list(KINDS.items()))}


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one part of a request; `pointer` is a JSON Pointer (RFC 6901)."""

    pointer: str
    code: str
    zh: str
    en: str

    @classmethod
    def of_fact(cls, problem: FactProblem, above: str) -> FieldError:
        return cls(above + problem.pointer, problem.code, problem.zh, problem.en)

    def as_dict(self) -> dict[str, str]:
        pointer = self.pointer if len(self.pointer) <= LONGEST_NAME else "/".join(map(_brief, self.pointer.split("/")))
        return {"pointer": bounded(pointer), "code": self.code, "zh": bounded(self.zh), "en": bounded(self.en)}


class Problem(TextError):
    """Ends a request with a problem document."""

    def __init__(
        self,
        kind: str,
        zh: str,
        en: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        """`more` are members that the document has besides."""
        super().__init__(bounded(zh), bounded(en))
        self.kind, self.errors, self.count = kind, tuple(errors), len(errors)
        self.headers: Mapping[str, str] = headers or {}
        self.more: Mapping[str, Any] = more

    @classmethod
    def invalid(cls, errors: Iterable[FieldError]) -> Problem:
        found = tuple(errors)
        return cls("invalid-input", f"有 {len(found)} 处要改。", f"{len(found)} to mend.", found)

    @classmethod
    def unavailable(cls, error: LogUnavailable) -> Problem:
        return cls("unavailable", error.zh, error.en, headers={"Retry-After": "2"})

    @classmethod
    def unexpected(cls) -> Problem:
        return cls("internal-error", *KINDS["internal-error"].title)

    def as_dict(self, lang: str, most: int = MOST) -> dict[str, Any]:
        """The document. Of many errors it lists the first, and says how many there are."""
        kind = KINDS[self.kind]
        shown: dict[str, Any] = {
            "type": f"/problems/{self.kind}",
            "title": kind.title.get(lang),
            "status": kind.status,
            "detail": self.zh if lang == "zh" else self.en,
            "request_id": g.get("request_id", ""),
        }
        if self.errors:
            shown |= {"count": self.count, "errors": [error.as_dict() for error in self.errors[:most]]}
        return {**shown, **self.more}

    def response(self) -> Response:
        lang = language()
        response = Response(dumps(self.as_dict(lang)), KINDS[self.kind].status, mimetype=MEDIA_TYPE)
        response.headers["Content-Language"] = lang
        response.headers.extend(self.headers)
        return response


def from_http(error: HTTPException) -> Problem:
    """A problem for an error raised by Flask; its headers, `Allow` among them, are kept."""
    status = error.code or 500
    kind = BY_STATUS.get(status) or ("bad-request" if status < 500 else "internal-error")
    texts = {
        404: (f"没有 {request.path}。", f"There is no {request.path}."),
        413: (f"请求体最多 {request.max_content_length} 字节；案例多时分批发送，或用 NDJSON。",
              f"A body has at most {request.max_content_length} bytes: send many cases in parts, or as NDJSON."),
        405: (f"{request.path} 不支持 {request.method}。", f"{request.path} does not take {request.method}."),
    }  # fmt: skip
    zh, en = texts.get(status, (KINDS[kind].title.zh, error.description or KINDS[kind].title.en))
    own = ("content-type", "content-length")
    kept = {name: value for name, value in error.get_headers() if name.lower() not in own}
    return Problem(kind, zh, en, headers=kept)


def register(app: Flask) -> None:
    app.register_error_handler(Problem, lambda error: error.response())
    app.register_error_handler(HTTPException, lambda error: from_http(error).response())
    app.register_error_handler(NotFound, lambda error: Problem("not-found", error.zh, error.en).response())
    app.register_error_handler(LogUnavailable, lambda error: Problem.unavailable(error).response())
