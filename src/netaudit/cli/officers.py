"""netaudit officers: who holds a key, new keys, and sealing anew when officers came or went."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from netaudit.cli.officer_keys import hr_key_option, ig_key_option, passphrase, passphrase_option
from netaudit.cli.options import config_option, configuration_of, key_fd_option, out_option
from netaudit.custody import Identity
from netaudit.definitions.officers import ROLES, entry_of, load_officers, unfilled
from netaudit.pipeline.officer_keys import write_officer
from netaudit.pipeline.resealing import reseal


@click.group()
def officers() -> None:
    """Make keys for those who may ask for a name, agree and open; list them; seal anew when they change.

    \b
    Example:
      netaudit officers new --name "Ingrid Gale" --role ig --out ingrid.key
    """


@officers.command("new")
@click.option("--name", required=True, help="The officer's name, as colleagues know it.")
@click.option("--role", required=True, type=click.Choice(list(ROLES)), help="What the officer may do.")
@click.option(
    "--person-id", default="", help="The officer in the staff directory: no case about them is sealed to them."
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Gets the private key; a new file."
)
@passphrase_option
@config_option
def new_(name: str, role: str, person_id: str, out: Path, config: Path | None) -> None:
    """Make a private key for an officer, under a passphrase, and print the entry for the file of officers.

    Do it on the officer's own machine: the private key is theirs alone, and the host that runs the audit needs only
    the entry. A passphrase that is lost is lost for good.

    \b
    Example:
      netaudit officers new --name "Ingrid Gale" --role ig --person-id p1042 --out ingrid.key
    """
    today = datetime.now(ZoneInfo(configuration_of(config).zone)).date()
    officer = write_officer(
        out, name, role, person_id, today, lambda: passphrase("--passphrase-fd", f"the new key ({out})", twice=True)
    )
    click.echo(entry_of(officer), nl=False)
    click.echo(f"The private key is in {out}: keep it, and its passphrase, to yourself.", err=True)
    click.echo(
        f"Add the lines above to the file that [keys] officers names. Fingerprint: {officer.fingerprint}", err=True
    )


@officers.command("list")
@config_option
def list_(config: Path | None) -> None:
    """List the officers: name, role, whether they are in office, and a fingerprint to compare by telephone.

    \b
    Example:
      netaudit officers list --config netaudit.toml
    """
    configuration = configuration_of(config)
    today = datetime.now(ZoneInfo(configuration.zone)).date()
    known = load_officers(configuration.officers_file)
    width = max((len(one.name) for one in known.people), default=0)
    for one in known.people:
        state = f"in office since {one.enrolled}" if one.is_there(today) else f"from {one.enrolled}"
        state += f" until {one.until}" if one.until else ""
        click.echo(f"{one.name:{width}}  {one.role:8}  {one.fingerprint}  {state}")
    click.echo(f"{len(known.people)} officers")
    for lack in unfilled(known, today) if known.people else ():
        click.echo(f"warning: {lack}")


@officers.command("reseal")
@ig_key_option
@hr_key_option
@key_fd_option
@config_option
@out_option
def reseal_(ig_key: Identity, hr_key: Identity, config: Path | None, out: Path) -> None:
    """Seal every name anew to the officers of today, with a key of IG and one of HR. No name is shown.

    Needed when somebody has become an officer, or is none any more. Stopped in the middle, the same goes on.

    \b
    Example:
      netaudit officers reseal --ig-key ingrid.key --hr-key harriet.key --config netaudit.toml --out /srv/netaudit
    """
    done = reseal(configuration_of(config), out, ig_key, hr_key, datetime.now(UTC))
    click.echo(f"{done.anew} names sealed anew, {done.before} were sealed to these officers already")
    if done.unopened:
        click.echo(f"warning: {done.unopened} could not be opened by these two: try with two others")
