"""The commands, gathered."""

from __future__ import annotations

import click

from service.commands.county import county_commands
from service.commands.decide import decide, explain
from service.commands.decisions import decisions
from service.commands.demo import demo
from service.commands.keys import keys_commands
from service.commands.log import log_commands
from service.commands.policies import policies
from service.commands.serve import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """整村授信：按政策版本判定，每条结论都注明条款。

    Whole-village credit: decisions by policy edition, each finding citing its clause.

    退出码 / exit codes: 0 完成 done · 1 政策有问题 policy problems · 2 用法或输入有误 bad usage or input
    · 3 需补充信息 information is missing
    """


for command in (decide, explain, decisions, policies, demo, county_commands, serve, log_commands, keys_commands):
    cli.add_command(command)
