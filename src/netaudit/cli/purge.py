"""netaudit purge: what is past its time is destroyed, and a certificate says so."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from netaudit.cli.options import config_option, configuration_of, key_fd_option, out_option
from netaudit.pipeline.purge import Plan, purge, rehearse_purge


def _now() -> datetime:
    return datetime.now(UTC)


@click.command("purge")
@click.option("--dry-run", is_flag=True, help="Say what would be destroyed and what is held back, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask: for a nightly job.")
@key_fd_option
@config_option
@out_option
def purge_(config: Path | None, out: Path, *, dry_run: bool, yes: bool) -> None:
    """Destroy what is past its retention: keys, tables, accounts of log files, reports; and certify it.

    How long each is kept stands in [retention.tables]. What an open case or an entry in the file of holds needs
    stays. Stopped in the middle, the same command goes on, and one certificate lists all of it.

    \b
    Example:
      netaudit purge --dry-run --config netaudit.toml --out /srv/netaudit
    """
    configuration = configuration_of(config)
    now = _now()
    if dry_run or not yes:
        plan = rehearse_purge(configuration, out, now)
        _say(plan, "would destroy" if dry_run else "to destroy")
        if dry_run:
            return
        if plan.items and not click.confirm("Nobody can undo this. Destroy?"):
            click.echo("Nothing was destroyed.")
            return
    done = purge(configuration, out, now)
    _say(done.plan, "destroyed")
    if done.certificate is not None:
        path = done.certificate.with_suffix(".txt")
        click.echo(f"{len(done.plan.items)} things are destroyed; the certificate is {path}")
    if done.remark:
        click.echo(f"note: {done.remark}")


def _say(plan: Plan, doing: str) -> None:
    for item in plan.items:
        click.echo(f"{doing}: {item}")
    for one in plan.held:
        click.echo(f"held back: {one}")
    if not plan.items:
        click.echo("nothing is past its time")
