"""netaudit evidence: what the monitoring has to show to those who answer for it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from netaudit.cli.options import config_option, configuration_of, key_fd_option, out_option, weeks_option
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.periods import period_of
from netaudit.pipeline.evidence import Exported, Span, dspt_year, dspt_year_of, export_sheet, iso_year, weeks_span
from netaudit.pipeline.stored_weeks import Span as Weeks

to_option = click.option(
    "--to", required=True, type=click.Path(path_type=Path, file_okay=False), help="Gets a folder with the sheet."
)


@click.group()
def evidence() -> None:
    """Write evidence for the DSPT, for Freedom of Information, and for the governing body.

    \b
    Example:
      netaudit evidence year --year 2026 --config netaudit.toml --out /srv/netaudit --to papers
    """


@evidence.command()
@click.option("--year", metavar="YEAR", help="The toolkit's year, as 2026-27; this one if left out.")
@to_option
@key_fd_option
@config_option
@out_option
def dspt(year: str | None, to: Path, config: Path | None, out: Path) -> None:
    """Write what there is to show of outcomes B3.a, C1.a, C1.b, E1.a and E2.a of the CAF-aligned DSPT.

    Each outcome has what the tool shows, what it does not cover, and what the organisation has to add. No outcome is
    judged. Check numbers and titles against this year's DSPT.

    \b
    Example:
      netaudit evidence dspt --year 2026-27 --config netaudit.toml --out /srv/netaudit --to evidence
    """
    configuration, now = configuration_of(config), datetime.now(UTC)
    span = dspt_year_of(_today(configuration, now)) if year is None else dspt_year(year)
    if span is None:
        raise click.BadParameter(f"'{year}' is no year of the toolkit; write it as 2026-27", param_hint="--year")
    _say(export_sheet("dspt", configuration, out, span, to, now))


@evidence.command()
@click.option("--year", metavar="YEAR", help="A calendar year, as 2026.")
@weeks_option
@to_option
@key_fd_option
@config_option
@out_option
def foi(year: str | None, weeks: Weeks | None, to: Path, config: Path | None, out: Path) -> None:
    """Write the sheet for Freedom of Information: what monitoring there is, and figures that may be released.

    The figures are those printed of whole weeks that have closed, of the organisation as a whole. Nothing is added up.
    Without --year and --weeks it is this calendar year.

    \b
    Example:
      netaudit evidence foi --weeks 2026-W01..2026-W26 --config netaudit.toml --out /srv/netaudit --to foi
    """
    if year is not None and weeks is not None:
        raise click.BadParameter("give --year or --weeks, not both", param_hint="--weeks")
    configuration, now = configuration_of(config), datetime.now(UTC)
    span = weeks_span(*weeks) if weeks is not None else _calendar_year(year, configuration, now)
    _say(export_sheet("foi", configuration, out, span, to, now))


@evidence.command()
@click.option("--year", metavar="YEAR", help="A calendar year, as 2026; this one if left out.")
@to_option
@key_fd_option
@config_option
@out_option
def year(year: str | None, to: Path, config: Path | None, out: Path) -> None:
    """Write the yearly statistics for the board, or the committee for information governance.

    A year is the union of its ISO weeks. Counts about cases and rights are told, in bands, once the year is over.

    \b
    Example:
      netaudit evidence year --year 2026 --config netaudit.toml --out /srv/netaudit --to papers
    """
    configuration, now = configuration_of(config), datetime.now(UTC)
    _say(export_sheet("year", configuration, out, _calendar_year(year, configuration, now), to, now))


def _calendar_year(text: str | None, configuration: Configuration, now: datetime) -> Span:
    span = iso_year(text or period_of(_today(configuration, now))[:4])
    if span is None:
        raise click.BadParameter(f"'{text}' is no year; write it as 2026", param_hint="--year")
    return span


def _today(configuration: Configuration, now: datetime) -> date:
    return now.astimezone(ZoneInfo(configuration.zone)).date()


def _say(done: Exported) -> None:
    for gap in done.gaps:
        click.echo(f"note: {gap}", err=True)
    click.echo(f"{done.folder / 'index.html'}: {done.files} files; checksum of their index {done.sha256}")
