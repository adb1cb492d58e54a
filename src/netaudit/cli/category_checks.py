"""netaudit categories status and lint: how the class map stands, and what in it is wrong or doubtful."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from netaudit.cli.options import config_option, configuration_of, key_fd_option, out_option
from netaudit.cli.recording import record
from netaudit.errors import DefinitionError
from netaudit.pipeline.audit import load_configured_class_map
from netaudit.pipeline.class_lint import lint as findings_of
from netaudit.pipeline.class_status import status_lines, terms_of, too_old
from netaudit.pipeline.stores import has_store


@click.command()
@click.option("--strict", is_flag=True, help="End with code 2 when the review, an override or a list is overdue.")
@config_option
def status(config: Path | None, *, strict: bool) -> None:
    """Show whose the class map is, what it is made of, where imported lists come from and how old they are.

    A list that is older than its source allows (30 days, unless it says otherwise) is called stale, here and on every
    report. With --strict one of 90 days or more, a review that is overdue and an override that has ended are errors.

    \b
    Example:
      netaudit categories status --strict --config netaudit.toml
    """
    today = datetime.now(UTC).date()
    class_map = load_configured_class_map(configuration_of(config), today)
    terms = terms_of(class_map)
    for line in status_lines(class_map, terms, today):
        click.echo(line)
    for warning in class_map.warnings:
        click.echo(f"warning: {warning}", err=True)
    problems = too_old(class_map, terms, today) if strict else []
    if problems:
        raise DefinitionError(problems)


@click.command()
@click.option("--all", "each", is_flag=True, help="Tell each superfluous pattern, not only how many there are.")
@key_fd_option
@config_option
@out_option
def lint(config: Path | None, out: Path, *, each: bool) -> None:
    """Look for what is wrong or doubtful in the lists, the overlay and the overrides.

    Faults (patterns without effect, names that do not exist, overrides that have ended, classes without a use) end with
    code 2; notes are for somebody to look at. Where there is a store, overrides that decided about nothing are named.

    \b
    Example:
      netaudit categories lint --config netaudit.toml --out /srv/netaudit
    """
    configuration = configuration_of(config)
    today = datetime.now(UTC).date()
    found = findings_of(load_configured_class_map(configuration, today), configuration, out, today, each=each)
    if has_store(configuration, out):
        record("view", configuration, out)
    for note in found.notes:
        click.echo(f"note: {note}")
    click.echo(f"{len(found.faults)} faults, {len(found.notes)} notes")
    if found.faults:
        raise DefinitionError(found.faults)
