"""The command `village-credit`."""

from __future__ import annotations

import sys

ENGINE = "durable_rules_engine"  # the C module that judges
NO_ENGINE = """\
village-credit 无法载入规则引擎 durable-rules：{reason}
请在检出目录中用 make 安装；用 pip 时先设置 CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject，
再以 --no-cache-dir 重装 durable-rules。
village-credit cannot load the rule engine durable-rules: {reason}
Install with make in a checkout. With pip, set CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject and install
durable-rules anew with --no-cache-dir.
"""


def main() -> None:
    """Run the command line; where the engine does not load, say how to install it and exit with 2."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr] # a terminal without Chinese shows `?`
    try:
        from service.commands.line import cli  # noqa: PLC0415 -- the engine may not load

        cli(prog_name="village-credit")
    except ImportError as error:
        if error.name != ENGINE:
            raise
        sys.stderr.write(NO_ENGINE.format(reason=error.msg))
        raise SystemExit(2) from None
