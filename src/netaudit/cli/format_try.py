"""netaudit formats: the formats that are known, and what they make of the lines of a file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import polars as pl

from netaudit.cli.log_formats import format_lines
from netaudit.cli.options import config_option, configuration_of, format_option
from netaudit.errors import DefinitionError, InputError, Problem
from netaudit.ingest import LogFile, find_logs, waiting_for
from netaudit.pipeline.choices import choices_of
from netaudit.pipeline.delivered import among_themselves
from netaudit.pipeline.known_formats import known_formats
from netaudit.pipeline.line_outcomes import OF_EVENTS, OUTCOMES, line_outcomes
from netaudit.pipeline.reading import NO_FORMAT, WAITS

_WARNING = (
    "warning: this shows names, addresses and pages of people as the log has them. It is for setting up formats; "
    "what it prints is not pseudonymised, not recorded, and yours to delete."
)
_LINES_SHOWN = 20  # of each file, for a person
_LINES_COUNTED = 400
_TIME = "%Y-%m-%dT%H:%M:%S%.fZ"
_BEYOND_ASCII = r"[^\x20-\x7e]"
_UNKNOWN_REMEDY = "add a format, or check that it is a web log"
_SHOWN = {
    "log_line": "line",
    "outcome": "outcome",
    "event_start": "time (UTC)",
    "user_name": "user",
    "source_ip": "client",
    "http_request_method": "method",
    "http_response_status_code": "status",
    "url_full": "address, or why not",
}
_WIDEST, _LONGEST_ADDRESS = 24, 60


@click.group(invoke_without_command=True)
@config_option
@click.pass_context
def formats(context: click.Context, config: Path | None) -> None:
    """List the log formats that are known, and how each is written; or try them on a file.

    \b
    Example:
      netaudit formats
      netaudit formats try access.log
    """
    if context.invoked_subcommand is None:
        _list(config)


@formats.command("list")
@config_option
def list_command(config: Path | None) -> None:
    """List the log formats that are known, and how each is written.

    \b
    Example:
      netaudit formats list
    """
    _list(config)


@formats.command("try")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@format_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each line of the files.")
@config_option
def try_command(files: tuple[str, ...], formats: tuple[str, ...], config: Path | None, *, as_json: bool) -> None:
    """Show what becomes of each line of each FILE: with names, so keep it to yourself.

    Nothing is stored. Without --json, the first lines of each file are shown as a table, for a person. With it there is
    one object for each line, in order: log_file, log_line, outcome (event, continuation, not_web, duplicate, reject,
    directive, blank), reason, event_dataset, and for events all that was read of the line.

    \b
    Example:
      netaudit formats try /var/log/squid/access.log --json | head
    """
    configuration = configuration_of(config)
    known = known_formats(configuration)
    choices = choices_of(configuration, known, formats)
    click.echo(_WARNING, err=True)
    problems: list[Problem] = [*known.problems]
    delivered = among_themselves()
    for log in find_logs(files):
        try:
            reader, delivery = choices.reader(log), delivered.begin()
            outcomes = line_outcomes(log, reader, delivery)
            unknown = _print_json(log, outcomes) if as_json else _print_table(log, outcomes)
        except InputError as error:
            problems += error.problems
            continue
        delivered.keep(delivery)
        if reader.waits_for:
            problems.append(Problem(WAITS, log.title, f"{waiting_for(reader.waits_for)}: mend it, then try again"))
        elif unknown:
            problems.append(Problem(NO_FORMAT, log.title, _UNKNOWN_REMEDY))
        if log.damage:
            problems.append(Problem(log.damage, log.title, "give the whole file when you have it"))
    if problems:
        raise InputError(problems)


def _list(config: Path | None) -> None:
    known = known_formats(configuration_of(config))
    for line in format_lines(known.sound, known.broken):
        click.echo(line)
    if known.broken:
        raise DefinitionError(known.problems)


def _print_json(log: LogFile, outcomes: Iterator[pl.DataFrame]) -> bool:
    """Print an object for each line; return whether no format knows the file."""
    path = json.dumps("-" if log.path is None else str(log.path))
    unknown = False
    for frame in outcomes:
        texts = _as_json(frame).to_list()
        click.echo("".join(f'{{"log_file":{path},{text[1:]}\n' for text in texts), nl=False)
        unknown |= _is_unknown(frame)
    return unknown


def _as_json(frame: pl.DataFrame) -> pl.Series:
    """Return each row as a JSON object in ASCII; fields of events only for these."""
    written = frame.with_columns(pl.col("event_start", "event_end").dt.strftime(_TIME))
    of_lines = [name for name in OUTCOMES if name not in OF_EVENTS]
    texts = written.select(
        text=pl.when(pl.col("outcome") == "event")
        .then(pl.struct(*of_lines, *OF_EVENTS).struct.json_encode())
        .otherwise(pl.struct(of_lines).struct.json_encode())
    )["text"]
    odd = texts.str.contains(_BEYOND_ASCII)  # a terminal may obey it, or show it other than it is
    plain = [json.dumps(json.loads(text), separators=(",", ":")) for text in texts.filter(odd).to_list()]
    return texts.scatter(odd.arg_true(), pl.Series(plain, dtype=pl.String))


def _is_unknown(frame: pl.DataFrame) -> bool:
    """Return whether lines were set aside that belong to no format at all."""
    return bool((frame["event_dataset"].is_null() & (frame["outcome"] == "reject")).any())


def _print_table(log: LogFile, outcomes: Iterator[pl.DataFrame]) -> bool:
    """Print the first lines as a table, and how many of the first came to what; return whether no format knows them."""
    first = next(outcomes, None)
    for _ in () if first is not None and first.height >= _LINES_COUNTED else outcomes:
        break  # a small file is read to its end, so that damage shows
    if first is None:
        click.echo(f"{log.title}: empty")
        return False
    some = first.head(_LINES_COUNTED)
    datasets = ", ".join(some["event_dataset"].drop_nulls().unique(maintain_order=True)) or "unknown"
    counts = Counter(some["outcome"].to_list())
    counted = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    click.echo(f"{log.title}: {datasets}")
    click.echo(f"  first {some.height} lines: {counted}")
    for line in _table(some.head(_LINES_SHOWN)):
        click.echo(f"  {line}".rstrip())
    return _is_unknown(some)


def _table(some: pl.DataFrame) -> Iterator[str]:
    rows = some.with_columns(
        pl.col("event_start").dt.strftime("%Y-%m-%d %H:%M:%S"), url_full=pl.coalesce("url_full", "reason")
    ).select(pl.col(name).cast(pl.String).fill_null("") for name in _SHOWN)
    cells = [tuple(_SHOWN.values()), *rows.rows()]
    widths = [min(max(len(row[at]) for row in cells), _WIDEST) for at in range(len(_SHOWN) - 1)]
    for row in cells:
        shown = [f"{cell[:width]:<{width}}" for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*shown, row[-1][:_LONGEST_ADDRESS]])
