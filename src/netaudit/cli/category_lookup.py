"""netaudit categories lookup and explain: what a site is taken for, and why."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import click
import polars as pl

from netaudit.cli.options import config_option, configuration_of
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.policies import Policy, load_policy
from netaudit.pipeline.audit import load_configured_class_map
from netaudit.pipeline.sites import LOOKUP, explain_site, look_up

_LINES_AT_ONCE = 200_000


@click.command()
@click.argument("sites", nargs=-1, metavar="[HOST|URL]...")
@click.option("--csv", "as_csv", is_flag=True, help="Write comma-separated values with a header.")
@config_option
def lookup(sites: tuple[str, ...], config: Path | None, *, as_csv: bool) -> None:
    """Say what each HOST or URL is, one to a line; without any, those on standard input.

    A class that is shielded counts as `shielded`, one that is not confirmed as `unknown`. What somebody has visited
    does not belong on a command line, which others can see and shells remember: send it to standard input.

    \b
    Example:
      cut -d, -f1 hosts.txt | netaudit categories lookup --csv > classes.csv
    """
    class_map, policy = _definitions(config)
    if as_csv:
        click.echo(",".join(LOOKUP))
    for inputs in [pl.Series(sites)] if sites else _batches():
        found = look_up(inputs, class_map, policy).select(LOOKUP)
        if as_csv:
            click.echo(found.write_csv(include_header=False), nl=False)
        else:
            for row in found.iter_rows(named=True):
                notes = [row["tier"], *([row["source"]] if row["source"] else [])]
                notes += [] if row["confirmed"] else ["unconfirmed"]
                click.echo(f"{row['input']}: {row['category']}, counts as {row['use']} ({', '.join(notes)})")


@click.command()
@click.argument("site", metavar="HOST|URL")
@config_option
def explain(site: str, config: Path | None) -> None:
    """Show every list that says something about HOST or URL, who is believed, and why.

    `-` reads it from standard input: what somebody has visited does not belong on a command line, which others can
    see and shells remember.

    \b
    Example:
      netaudit categories explain www.bbc.co.uk/sounds
      netaudit categories explain - < address.txt
    """
    if site == "-":
        site = sys.stdin.buffer.readline().rstrip(b"\r\n").decode("utf-8", "replace")
    for line in explain_site(site, *_definitions(config)):
        click.echo(line)


def _definitions(config: Path | None) -> tuple[ClassMap, Policy]:
    configuration = configuration_of(config)
    folders = [configuration.policies_folder] if configuration.policies_folder else []
    return (
        load_configured_class_map(configuration, datetime.now(UTC).date()),
        load_policy(configuration.policy_pack, folders, configuration.zone),
    )


def _batches() -> Iterator[pl.Series]:
    """Yield the lines of standard input, so many at a time; what is no UTF-8 is shown as such."""
    while lines := list(islice(sys.stdin.buffer, _LINES_AT_ONCE)):
        yield pl.Series([line.rstrip(b"\r\n").decode("utf-8", "replace") for line in lines], dtype=pl.String)
