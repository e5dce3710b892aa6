"""JSON without floats: figures stay exact, Chinese stays readable, duplicate keys are refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from typing import Any

import orjson

from rules.values.exact_json import decode
from rules.values.text import TextError

# the words of json and of rules.values.exact_json in Chinese
WORDS: Mapping[str, str] = {
    "Expecting value": "这里要一个值",
    "Expecting property name enclosed in double quotes": "这里要用双引号括起来的键",
    "Expecting ':' delimiter": "这里要冒号",
    "Expecting ',' delimiter": "这里要逗号",
    "Unterminated string starting at": "从这里开始的文字没有结束的双引号",
    "Invalid control character at": "文字里有控制字符",
    "Invalid \\escape": "反斜杠后面的写法不对",
    "Invalid \\uXXXX escape": "\\u 后面要四位十六进制数",
    "Extra data": "后面还有多余的内容",
    "is no number": "不是数",
    "is given twice": "写了两次",
}
MARK = "\ufeff"


class Malformed(TextError):
    """Bytes that are not JSON, or not of the wanted form."""


def loads(data: bytes) -> Any:
    """Parse JSON, numbers with a point as Decimal; Malformed for duplicate keys, NaN, or bad text."""
    try:
        found = decode(data.decode())
        if b"\\u" in data:  # an escape can name half a character, which no UTF-8 can say again
            json.dumps(found, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise Malformed("文字里有半个字符（单独的代理码位）。",
                        "A text holds half a character (a lone surrogate).") from None  # fmt: skip
    except InvalidOperation:
        raise Malformed("数字的指数太大。", "The exponent of a number is too large.") from None
    except json.JSONDecodeError as error:
        place = f"{error.lineno}:{error.colno}"
        if error.doc.startswith(MARK):
            raise Malformed("开头有字节顺序标记（BOM），请去掉。",
                            "It begins with a byte order mark: leave it out.") from None  # fmt: skip
        raise Malformed(f"这不是正确的 JSON（{place} {_chinese(error.msg)}）。",
                        f"This is not valid JSON ({place} {error.msg}).") from None  # fmt: skip
    except UnicodeDecodeError:
        raise Malformed("请用 UTF-8 编码。", "Write UTF-8.") from None
    except RecursionError:
        raise Malformed("嵌套太深。", "It is nested too deep.") from None
    except ValueError as error:
        if str(error).startswith("Exceeds the limit"):  # Python's own, of digits
            raise Malformed("数字太长。", "A number is too long.") from None
        raise Malformed(
            f"这不是可用的 JSON（{_chinese(str(error))}）。", f"This is not JSON to be used ({error})."
        ) from None
    return found


def _chinese(said: str) -> str:
    for en, zh in WORDS.items():
        said = said.replace(en, zh)
    return said


def shipped(package: str, name: str) -> Any:
    """The content of a JSON file that ships in a package."""
    return json.loads(files(package).joinpath(name).read_text(encoding="utf-8"))


def dumps(value: Any) -> bytes:
    """The value as compact UTF-8: a copy, for orjson leaves the room that it wrote in behind its text, 8 KiB for half
    of one, as long as the text lives."""
    return bytes(memoryview(orjson.dumps(value, default=_exactly)))


def _exactly(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    raise TypeError(type(value).__name__)
