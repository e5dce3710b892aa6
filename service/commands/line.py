"""The commands, gathered."""

from __future__ import annotations

import click

from service.commands.county_assign import assign_command
from service.commands.county_explain import explain_command
from service.commands.county_run import run_command
from service.commands.county_simulate import simulate_command
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


@click.group("county")
def county() -> None:
    """全县：一次处理全部的村和户 / a county: all villages and households at once"""


for command in (assign_command, run_command, explain_command, simulate_command):
    county.add_command(command)
for command in (decide, explain, decisions, policies, demo, county, serve, log_commands, keys_commands):
    cli.add_command(command)
