"""netaudit review: cases as a sheet that an officer fills in, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from netaudit.cli.options import config_option, configuration_of, key_fd_option, out_option, weeks_option
from netaudit.pipeline.reviews import CAREFUL, export_review, import_review
from netaudit.pipeline.stored_weeks import Span
from netaudit.report import words

_ROUTES = ("manager", "hr", "it", *CAREFUL)


@click.group()
def review() -> None:
    """Write cases into a sheet for an officer to fill in, and record the decisions of one.

    \b
    Example:
      netaudit review export --to review.xlsx --config netaudit.toml --out /srv/netaudit
    """


@review.command("export")
@click.option(
    "--to", required=True, metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Gets the sheet: CSV where the name ends in .csv, else an XLSX workbook.",
)  # fmt: skip
@click.option(
    "--route", "routes", multiple=True, type=click.Choice(_ROUTES),
    help="Only cases of a route; may be repeated. Without it all but safeguarding and fraud.",
)  # fmt: skip
@click.option(
    "--status", "statuses", multiple=True, default=("new",), show_default=True,
    type=click.Choice(["new", "close", "confirmed"]), help="Which cases; may be repeated.",
)  # fmt: skip
@weeks_option
@key_fd_option
@config_option
@out_option
def export(
    to: Path, routes: tuple[str, ...], statuses: tuple[str, ...], weeks: Span | None, config: Path | None, out: Path
) -> None:
    """Write the cases that somebody has to decide about into a sheet.

    It has drop-downs, and only the columns to fill in can be changed. It tells no more of a case than the lists of
    the report do: neither names nor days nor minutes.

    \b
    Example:
      netaudit review export --to review.xlsx --weeks 2026-W11 --config netaudit.toml --out /srv/netaudit
    """
    now = datetime.now(UTC)
    done = export_review(configuration_of(config), out, to, now, routes=routes, statuses=statuses, span=weeks)
    click.echo(f"The sheet is at {to}: {words.counted(done.cases, 'case')}. Destroy it once it has been imported")
    if done.left_out:
        left = words.counted(done.left_out, "case")
        click.echo(f"note: {left} for {' or '.join(CAREFUL)} left out; --route {CAREFUL[0]} writes them", err=True)


@review.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Check it, and record nothing.")
@key_fd_option
@config_option
@out_option
def import_(file: Path, config: Path | None, out: Path, *, dry_run: bool) -> None:
    """Check FILE, a sheet that was filled in, and record its decisions: all of them, or with any fault none.

    The same sheet can be imported again, also with more rows filled in.

    \b
    Example:
      netaudit review import review.xlsx --config netaudit.toml --out /srv/netaudit
    """
    done = import_review(configuration_of(config), out, file, datetime.now(UTC), dry_run=dry_run)
    told = ", ".join(f"{number:,} {decision}" for decision, number in sorted(done.recorded.items())) or "none"
    click.echo(f"{'Would be recorded' if dry_run else 'Recorded'}: {told}")
    click.echo(f"{done.known:,} known already, {words.counted(done.undecided, 'row')} without a decision")
    if done.places and not dry_run:
        last = f" to {done.places[-1]}" if len(done.places) > 1 else ""
        click.echo(f"Written: {done.places[0]}{last}; the next run shows it")
