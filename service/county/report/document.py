"""Writes the report: one page with everything it needs inside, to be opened, sent on or printed."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from service.county.report.basis import Basis
from service.county.report.parts import DRAWN, parts_of
from service.county.run.history import Before
from service.county.run.outputs import Outputs

HOME = Path(__file__).parent
ECHARTS = HOME / "vendor" / "echarts" / "echarts.common.min.js"
POLICY = "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data: blob:"
PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>
{style}
</style>
</head>
<body>
<header></header>
<main><noscript>{title}: JavaScript</noscript></main>
<footer></footer>
<script type="application/json" id="data">{data}</script>
<script type="application/json" id="words">{words}</script>
<script>{echarts}</script>
<script>{script}</script>
</body>
</html>
"""
SCRIPTS = ("figures", "base", "people", "villages", "time", "lists", "page")  # in the order in which they run


def write_report(outputs: Outputs, before: Sequence[Before] = ()) -> int:
    """Write the report of a run to its folder; the number of its parts."""
    data = parts_of(Basis(outputs, before))
    text = page_of("report", data, outputs.edition.title.zh, DRAWN, SCRIPTS)
    (outputs.folder / "report.html").write_text(text, encoding="utf-8")
    return len(data)


def page_of(kind: str, data: Mapping[str, Any], title: str, order: Sequence[str], scripts: Sequence[str]) -> str:
    """A page with everything inside."""
    page = HOME / "page"
    echarts = ECHARTS.read_text(encoding="utf-8")
    script = "".join((page / f"{name}.js").read_text(encoding="utf-8") for name in scripts)
    return PAGE.format(
        policy=POLICY.format(scripts=" ".join(map(hashed, (echarts, script)))),
        title=title.replace("&", "&amp;").replace("<", "&lt;"),
        style=(page / "report.css").read_text(encoding="utf-8"),
        data=inlined({**data, "kind": kind, "order": list(order)}),
        words=inlined(json.loads((page / "words.json").read_text(encoding="utf-8"))),
        echarts=echarts,
        script=script,
    )


def hashed(script: str) -> str:
    """A script as a policy allows it: this one and no other runs."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def inlined(value: Any) -> str:
    """JSON that may stand inside a page: nothing in it ends the script around it."""
    found = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return found.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)
