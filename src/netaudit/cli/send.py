"""netaudit send: mails that say where reports lie, and managers' summaries."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from netaudit.cli.options import config_option, configuration_of, out_option
from netaudit.cli.recording import is_done
from netaudit.errors import NetauditError
from netaudit.pipeline.mails import SystemClock, list_mails, send_mails, settle_mail


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what is due, by line of the file of recipients, and send nothing.")
@click.option("--list", "listing", is_flag=True, help="List all mails of the ledger and what became of them.")
@click.option("--confirm", metavar="ID", help="Note that a mail arrived which nobody could be sure of.")
@click.option("--again", metavar="ID", help="Let a mail go out once more that was refused, or did not arrive.")
@click.option("--new-ledger", is_flag=True, help="Begin a ledger anew where it was lost: the latest week may go twice.")
@config_option
@out_option
def send(
    config: Path | None,
    out: Path,
    confirm: str | None,
    again: str | None,
    *,
    dry_run: bool,
    listing: bool,
    new_ledger: bool,
) -> None:
    """Mail what is due: where the reports of a published week lie and, if so configured, managers' summaries.

    Each mail goes out once; the ledger of deliveries knows what became of it. Where the connection was lost before
    the server's answer, nobody can know whether it arrived: such a mail is named until somebody says --confirm or
    --again. Without a mail server the mails are written as files. The same command can run every night.

    \b
    Example:
      netaudit send --dry-run --config netaudit.toml --out /srv/netaudit
    """
    if sum((dry_run, listing, confirm is not None, again is not None)) > 1:
        raise click.UsageError("use one of --dry-run, --list, --confirm and --again")
    configuration = configuration_of(config)
    if listing:
        for line in list_mails(configuration, out):
            click.echo(line)
        return
    one = confirm or again
    if one is not None:
        settle_mail(configuration, out, one, datetime.now(UTC), again=again is not None)
        click.echo("It goes out with the next `netaudit send`" if again else "Noted: it arrived")
        return
    sent = send_mails(configuration, out, SystemClock(), dry_run=dry_run, new_ledger=new_ledger)
    for line in sent.due:
        click.echo(f"{'would send' if dry_run else 'due'}: {line}")
    for text in sent.notes:
        click.echo(f"note: {text}", err=True)
    counts = [f"{count} {state}" for state, count in sorted(sent.states.items()) if count]
    click.echo(", ".join(counts) if counts else f"{len(sent.due)} due" if dry_run else "Nothing is due")
    if sent.problems:
        is_done(click.get_current_context())
        raise NetauditError(sent.problems)
