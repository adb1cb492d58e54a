"""netaudit formats new: a definition for a log that nobody has described yet."""

from __future__ import annotations

import re
from pathlib import Path

import click

from netaudit.cli.format_try import formats
from netaudit.cli.options import config_option, configuration_of
from netaudit.errors import InputError, Problem, unwritable
from netaudit.ingest import LogFile, LogReader
from netaudit.pipeline.format_proposals import Tried, proposed_format
from netaudit.pipeline.known_formats import known_formats

__all__ = ["formats"]  # the group, with the command of this module in it

_MISSING = {
    "time": "no field was found that holds the time",
    "url_full": "no field was found that holds an address or a host",
}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")


@formats.command("new")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--name", default="own", show_default=True, help="What to call the format: small letters and hyphens.")
@click.option("--title", help="The product, for people to read.  [default: the name]")
@click.option("--to", type=click.Path(path_type=Path), help="Write the definition here, not to the terminal.")
@config_option
def new_command(file: Path, name: str, title: str | None, to: Path | None, config: Path | None) -> None:
    """Propose a definition for a log that no format reads, from a sample of it.

    The lines of FILE are looked at, up to 2,000 of them. What comes out is a commented definition: each guess says why
    it was made. Its examples are like the lines of the sample, with made-up people, addresses and sites. Look at it,
    put it into the folder that `[inputs] formats` names, and run `netaudit check`.

    \b
    Example:
      netaudit formats new gateway.log --name gateway --title "Acme Gateway" --to formats/gateway.toml
    """
    if not _NAME.fullmatch(name):
        raise InputError(Problem("that is no name for a format", "--name", "use small letters, digits and hyphens"))
    if to is not None and to.exists():
        raise InputError(Problem("the file is there already", str(to), "give another name, or remove it"))
    log = LogFile(file)
    known = LogReader(log, known_formats(configuration_of(config)).sound).formats
    if known:
        click.echo(f"note: the format '{known[0].name}' reads this file already: see netaudit formats try", err=True)
    tried = proposed_format(log, name, title or name)
    if to is None:
        click.echo(tried.text, nl=False)
    else:
        _write(to, tried.text)
    click.echo(_said(tried, to), err=True)
    if tried.missing or tried.problems:
        what = [Problem(_MISSING[one], str(file), "name it in the definition by hand") for one in tried.missing]
        raise InputError([*what, *tried.problems])


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise unwritable(path, error.strerror) from error


def _said(tried: Tried, to: Path | None) -> str:
    place = f"{to}: " if to else ""
    read = f"it reads {tried.events:,} of {tried.asked:,} lines as requests, and sets {tried.rejects:,} aside"
    return f"{place}a proposal, to be looked at line by line; {read}"
