"""The command `village-credit`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

FIRST_WITHOUT = (3, 13)  # durable-rules, which judges, does not import from here on


def main() -> None:
    """Run the command line; on a Python that cannot, say so instead of failing on import."""
    if message := unsupported(sys.version_info):
        sys.stderr.write(message)
        raise SystemExit(2)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr] # a terminal without Chinese shows `?`
    from service.commands.line import cli  # noqa: PLC0415 -- not before the Python is known to be right

    cli(prog_name="village-credit")


def unsupported(version: Sequence[object]) -> str:
    """What to say on a Python version that cannot run this; nothing on one that can."""
    if tuple(version[:2]) < FIRST_WITHOUT:
        return ""
    shown = ".".join(map(str, version[:2]))
    return (
        f"village-credit 需要 Python 3.11 或 3.12，当前是 {shown}（durable-rules 在其上无法导入）。\n"
        f"village-credit needs Python 3.11 or 3.12; this is {shown}, where durable-rules does not import.\n"
    )
