"""netaudit report: several whole weeks together, from what was published of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from netaudit.cli.options import config_option, configuration_of, key_fd_option, out_option, weeks_option
from netaudit.pipeline.stored_weeks import Span
from netaudit.pipeline.union_report import report_union


@click.command("report")
@weeks_option
@click.option(
    "--to", required=True, type=click.Path(path_type=Path, file_okay=False), help="Gets the folders ig and board."
)
@key_fd_option
@config_option
@out_option
def report_(weeks: Span | None, to: Path, config: Path | None, out: Path) -> None:
    """Write a report on whole WEEKS together for Information Governance, and the board's page of them.

    It has the cases of these weeks, and between which printed figures the weeks lie. Nothing is added up: there is no
    figure in it that the pages of the weeks do not tell.

    \b
    Example:
      netaudit report --weeks 2026-W01..2026-W13 --config netaudit.toml --out /srv/netaudit --to quarter
    """
    configuration = configuration_of(config)
    span = weeks or ("0001-W01", "9999-W52")
    files = report_union(configuration, out, span, to, datetime.now(UTC))
    click.echo(f"{to / 'ig' / 'index.html'}: {len(files)} files")
