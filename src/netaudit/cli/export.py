"""netaudit export: what other systems may have."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from netaudit.cli.options import config_option, configuration_of, key_fd_option, out_option, weeks_option
from netaudit.pipeline.findings_export import FORMS, USUAL_ROUTES, export_findings
from netaudit.pipeline.stored_weeks import Span
from netaudit.report import words


@click.group()
def export() -> None:
    """Write what other systems may have.

    \b
    Example:
      netaudit export findings --format ecs --to findings.ndjson --config netaudit.toml --out /srv/netaudit
    """


@export.command()
@click.option("--format", "form", required=True, type=click.Choice(sorted(FORMS)), help="The words of the events.")
@click.option(
    "--to", required=True, metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Gets the lines."
)
@click.option(
    "--route", "routes", multiple=True, default=USUAL_ROUTES, show_default=True,
    type=click.Choice(["manager", "hr", "it", "safeguarding", "fraud"]), help="Whose cases; may be repeated.",
)  # fmt: skip
@weeks_option
@key_fd_option
@config_option
@out_option
def findings(form: str, to: Path, routes: tuple[str, ...], weeks: Span | None, config: Path | None, out: Path) -> None:
    """Write cases as lines of JSON for a SIEM: number, clause, week and status.

    No pseudonym, time, site, class or minutes: a SIEM that holds the proxy's log, too, could tell by them whose it is.

    \b
    Example:
      netaudit export findings --format ocsf --weeks 2026-W11 --to findings.ndjson --config netaudit.toml
    """
    number = export_findings(configuration_of(config), out, to, datetime.now(UTC), form, routes=routes, span=weeks)
    click.echo(f"{to}: {words.counted(number, 'case')}")
