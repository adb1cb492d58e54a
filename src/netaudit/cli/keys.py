"""netaudit keys: which there are, and how they are destroyed and wrapped anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from netaudit.cli.options import (
    NEW_KEY_FD,
    config_option,
    configuration_of,
    descriptor_option,
    file_of_environment,
    key_fd_option,
    out_option,
)
from netaudit.cli.recording import record
from netaudit.definitions.periods import is_period
from netaudit.pipeline.key_tasks import destroy_keys, is_of_case, list_keys, rewrap_keys

_STATES = {
    "plain": "there, not wrapped",
    "wrapped": "there, wrapped by {}",
    "damaged": "damaged: restore it from its back-up",
    "destroyed": "destroyed on {}",
    "missing": "MISSING: restore it from its back-up, or say that it was destroyed",
}


@click.group()
def keys() -> None:
    """List keys, destroy them for good, wrap them by a key that a vault keeps.

    \b
    Example:
      netaudit keys list --config netaudit.toml --out /srv/netaudit
    """


@keys.command("list")
@config_option
@out_option
def list_(config: Path | None, out: Path) -> None:
    """List the keys by week and table, with their state; nothing of the keys themselves.

    \b
    Example:
      netaudit keys list --config netaudit.toml --out /srv/netaudit
    """
    every = list_keys(configuration_of(config), out)
    states = [one for one in every if not is_of_case(one.period)]
    width = max((len(one.table) for one in states), default=0)
    for one in states:
        said = _STATES[one.state].format(one.detail)
        click.echo(f"{one.period:8}  {one.table or 'everything':{max(width, 10)}}  {said}")
    count = sum(one.state in {"plain", "wrapped"} for one in states)
    click.echo(f"{count} keys")
    if len(every) > len(states):
        there = sum(one.state != "destroyed" for one in every) - sum(one.state != "destroyed" for one in states)
        click.echo(f"and {there} of sealed names")


@keys.command()
@click.option("--period", required=True, metavar="WEEK", help="The week, as 2026-W11; or `runs`.")
@click.option("--table", "tables", multiple=True, help="A table of it; may be repeated. All of the week if left out.")
@click.option("--dry-run", is_flag=True, help="Say what would be destroyed, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@config_option
@out_option
def destroy(period: str, tables: tuple[str, ...], config: Path | None, out: Path, *, dry_run: bool, yes: bool) -> None:
    """Destroy the keys of a week, or of some of its tables: nobody can read them again, from a back-up neither.

    What is left of the week is shown as it is; it takes no more lines and is not assessed again. A copy of the key
    in a back-up of the key folder has to be destroyed as well. Keys that were lost are declared destroyed.

    \b
    Example:
      netaudit keys destroy --period 2026-W11 --config netaudit.toml --out /srv/netaudit
    """
    configuration = configuration_of(config)
    today = datetime.now(UTC).astimezone(ZoneInfo(configuration.zone)).date()
    wanted = destroy_keys(configuration, out, period, tables, today, rehearse=True)
    for table, _ in wanted:
        click.echo(f"{'would destroy' if dry_run else 'to destroy'}: {table} of {period}")
    if not wanted:
        click.echo(f"there is no key of {period} left")
    if not tables and is_period(period):
        click.echo(f"and {period} as a whole: nothing will ever be stored under it again")
    if dry_run:
        return
    if not yes and not click.confirm("Nobody can undo this. Destroy?"):
        click.echo("Nothing was destroyed.")
        return
    of = {"week": period, "tables": [table for table, _ in wanted], "whole_week": not tables}
    record("keys.destroyed", configuration, out, state="begun", of=of)
    done = destroy_keys(configuration, out, period, tables, today, rehearse=False)
    record("keys.destroyed", configuration, out, state="finished", keys=len(done), of=of)
    click.echo(f"{len(done)} keys destroyed; the next run removes what lay under them")


@keys.command("rewrap")
@descriptor_option("--new-key-fd", NEW_KEY_FD, "Read the new wrapping key from this file descriptor.")
@key_fd_option
@config_option
@out_option
def rewrap_(config: Path | None, out: Path) -> None:
    """Wrap all keys by a new wrapping key: those that the old one wraps, and those that none does.

    The old key comes by --key-fd, NETAUDIT_KEY_FD or NETAUDIT_KEY_FILE, the new one by --new-key-fd,
    NETAUDIT_NEW_KEY_FD or NETAUDIT_NEW_KEY_FILE. Stopped in the middle, the same command goes on.

    \b
    Example:
      netaudit keys rewrap --config netaudit.toml --key-fd 3 --new-key-fd 4 3< old.key 4< new.key
    """
    configuration = configuration_of(config)
    new = click.get_current_context().meta.get(NEW_KEY_FD)
    record("keys.rewrapped", configuration, out, state="begun")
    done = rewrap_keys(configuration, out, new, file_of_environment("NETAUDIT_NEW_KEY_FILE"))
    record("keys.rewrapped", configuration, out, state="finished", anew=done.anew, before=done.before)
    click.echo(f"{done.anew} keys wrapped anew, {done.before} were already")
