"""What a decision says of its edition where that was amended after its day had come: by which act, when and why."""

from __future__ import annotations

from typing import Any

from rules.values.text import Text
from service.days import day_of
from service.http.context import service


def amended(sha256: str) -> dict[str, Any]:
    """For an answer, under the key `amended`; nothing where the edition of this hash came of no amendment."""
    act = service().policies.amended.get(sha256)
    if act is None or act.at is None:
        return {}
    return {"amended": {"act": act.id, "at": act.at.isoformat(), "reason": act.reason}}


def amended_in_words(sha256: str) -> Text | None:
    """The same as a sentence."""
    act = service().policies.amended.get(sha256)
    if act is None or act.at is None:
        return None
    day = day_of(act.at, service().settings.time_zone)
    return Text(f"所依据的版本在生效后经修订（{day}，发布记录 {act.id}）：{act.reason}",
                f"The edition was amended after it took force ({day}, act {act.id}): {act.reason}")  # fmt: skip
