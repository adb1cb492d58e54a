"""Commands about policies: netaudit policy …."""

from __future__ import annotations

import click

from netaudit.cli.policy_diff import diff
from netaudit.cli.policy_show import list_command, show
from netaudit.cli.policy_try import try_command
from netaudit.cli.policy_what_if import what_if


@click.group()
def policy() -> None:
    """List, read and compare policies, and try other settings.

    \b
    Example:
      netaudit policy list
    """


for command in (list_command, show, diff, what_if, try_command):
    policy.add_command(command)
