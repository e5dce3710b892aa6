"""`village-credit county`: work on all villages and households of a county at once."""

from __future__ import annotations

import click

from service.commands.county_assign import assign_command
from service.commands.county_explain import explain_command
from service.commands.county_run import run_command
from service.commands.county_simulate import simulate_command


@click.group("county")
def county_commands() -> None:
    """全县：一次处理全部的村和户 / a county: all villages and households at once"""


county_commands.add_command(assign_command)
county_commands.add_command(run_command)
county_commands.add_command(explain_command)
county_commands.add_command(simulate_command)
