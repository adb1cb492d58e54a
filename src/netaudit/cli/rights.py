"""netaudit subject-access, object, notice and challenge: what people may ask about themselves."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from netaudit.cli.officer_keys import hr_key_option, ig_key_option
from netaudit.cli.options import config_option, configuration_of, key_fd_option, out_option
from netaudit.custody import Identity
from netaudit.errors import InputError, Problem
from netaudit.pipeline.challenges import CAREFUL, write_challenge
from netaudit.pipeline.notices import write_notice
from netaudit.pipeline.subject_access import answer_request
from netaudit.pipeline.subject_words import ASK
from netaudit.report import words

_MOST = 1_024  # of an identifier


def person_of(text: str) -> str:
    """Return who is meant: the text itself, or with `-` the first line of standard input.

    Raises:
        InputError: nothing is there to be read.
    """
    if text != "-":
        click.echo("note: a name on the command line can be seen in the list of processes; `-` reads it", err=True)
        return text
    line = sys.stdin.readline(_MOST).strip()
    if not line:
        raise InputError(Problem("no person was named", "standard input", "write an identifier or an account there"))
    return line


@click.command()
@click.option(
    "--to",
    "to",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Gets the notice: a page where the name ends in .html, else plain text.",
)
@config_option
@out_option
def notice(to: Path | None, config: Path | None, out: Path) -> None:
    """Write the privacy notice for staff from the configuration that runs, in plain English.

    Where only the controller can answer, it says "to be completed by the controller". Without --to it is printed.

    \b
    Example:
      netaudit notice --to notice.html --config netaudit.toml
    """
    text = write_notice(configuration_of(config), out, to, datetime.now(UTC))
    click.echo(text if to is None else f"The notice is at {to}", nl=to is not None)
    missing = text.count(ASK)
    if missing:
        click.echo(f"note: {missing} places are {ASK}", err=True)


@click.command()
@click.argument("case")
@click.option(
    "--to",
    "to",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Gets the sheet, a page to print; CASE.html in the current folder if left out.",
)
@click.option("--answer-by", type=click.DateTime(["%Y-%m-%d"]), help="The day by which the person answers.")
@key_fd_option
@config_option
@out_option
def challenge(case: str, to: Path | None, answer_by: datetime | None, config: Path | None, out: Path) -> None:
    """Write the sheet with which somebody answers CASE: what was seen, assumed, left out, and would overturn it.

    It has no name. Like every case it needs a current DPIA.

    \b
    Example:
      netaudit challenge F-7KQ2M9XWTB --answer-by 2026-03-31 --to sheet.html --config netaudit.toml
    """
    target = to or Path(f"{case.strip().upper()}.html")
    until = answer_by.date() if answer_by else None
    route = write_challenge(case, configuration_of(config), out, target, until, datetime.now(UTC))
    click.echo(f"The sheet is at {target}; print it on A4")
    if route in CAREFUL:
        click.echo(f"warning: a case for {route}: give it to nobody before they have agreed", err=True)


@click.command("subject-access")
@click.argument("person")
@click.option("--reference", required=True, metavar="SAR-…", help="The number of the request; the trail knows this.")
@click.option(
    "--to", "to", required=True, metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False),
    help="Gets the answer; empty, or not there.",
)  # fmt: skip
@ig_key_option
@hr_key_option
@key_fd_option
@config_option
@out_option
def subject_access(
    person: str, reference: str, to: Path, ig_key: Identity, hr_key: Identity, config: Path | None, out: Path
) -> None:
    """Write all that is held about PERSON into a folder: pages to read, and held.json with every column.

    PERSON is an identifier of the staff directory or an account. On a command line others can see it in the list
    of processes: `-` reads it from standard input. Two officers answer together; the trail has the reference and
    the counts, and never the person. Read the answer before you hand it over: what colleagues typed as a reason
    may name somebody else.

    \b
    Example:
      netaudit subject-access - --reference SAR-2026-007 --to /srv/answers/SAR-2026-007 \\
        --ig-key ig.key --hr-key hr.key --config netaudit.toml --out /srv/netaudit
    """
    configuration = configuration_of(config)
    answer = answer_request(person_of(person), reference, to, configuration, out, ig_key, hr_key, datetime.now(UTC))
    if not answer.in_directory:
        click.echo(
            "note: the staff directory has nobody of this identifier or account, so it was looked for as an account, "
            "just as it stands; check how it is written, with its realm, before you answer",
            err=True,
        )
    if not answer.rows:
        click.echo("Nothing is held under this name, as far as anybody can find out.")
    requests, findings = words.counted(answer.requests, "request"), words.counted(answer.findings, "finding")
    rows, weeks = words.counted(answer.rows, "row"), words.counted(answer.weeks, "week")
    click.echo(f"{requests}, {findings}, {rows} in {weeks}")
    if answer.destroyed:
        click.echo(f"Cannot be told any more, because keys were destroyed: {', '.join(answer.destroyed)}")
    click.echo(f"The answer is at {to / 'index.html'}; read it before you hand it over")
