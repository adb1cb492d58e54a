"""Commands about classes of site: netaudit categories …."""

from __future__ import annotations

import click

from netaudit.cli.category_checks import lint, status
from netaudit.cli.category_diff import diff
from netaudit.cli.category_imports import import_command, sources_command
from netaudit.cli.category_lookup import explain, lookup
from netaudit.cli.category_store import uncategorised


@click.group()
def categories() -> None:
    """Look at, import and check the lists that say what a site is.

    \b
    Example:
      netaudit categories explain www.bbc.co.uk/sounds
    """


for command in (lookup, explain, status, diff, uncategorised, lint, import_command, sources_command):
    categories.add_command(command)
