"""netaudit audit: whether the audit trail is whole, what stands in it, its stamps, and how a damaged one goes on."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import click

from netaudit.cli.officer_keys import passphrase, passphrase_option
from netaudit.cli.options import config_option, configuration_of, out_option
from netaudit.custody import Trail
from netaudit.definitions.audit_events import EVENTS
from netaudit.definitions.officers import load_officers
from netaudit.errors import InputError, Problem, StoreError
from netaudit.pipeline.officer_keys import read_officer
from netaudit.pipeline.trail_checks import request_stamp, take_stamp, verify_trail
from netaudit.pipeline.trail_lines import COLUMNS, chosen, entry_lines, entry_rows
from netaudit.pipeline.trail_restarts import restart_trail
from netaudit.pipeline.trails import open_trail
from netaudit.report.plain import csv_cell

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
_REMEDY = 'find out who could write there; then: netaudit audit restart --reason "…"'


def no_trail(trail: Trail) -> StoreError:
    """Return what to say where there is none."""
    remedy = "name its folder with --trail, or what the runs were given: --config, --out"
    return StoreError(Problem("there is no audit trail", str(trail.folder), remedy))


@click.group()
def audit() -> None:
    """Check the audit trail, read it, have it stamped, begin a damaged one anew.

    \b
    Example:
      netaudit audit verify --config netaudit.toml --out /srv/netaudit
    """


@audit.command()
@click.option("--trail", "folder", type=_FOLDER, help="The trail, or a copy of it; the configured one if left out.")
@click.option("--second", type=_FOLDER, help="The second place, or a copy of it.")
@click.option("--root", "roots", type=_FILE, help="Certificates (PEM) of authorities whose stamps are believed.")
@config_option
@out_option
def verify(folder: Path | None, second: Path | None, roots: Path | None, config: Path | None, out: Path) -> None:
    """Say whether the audit trail is what was written: nothing cut, edited, put in another order, replayed, forked.

    Needs no key, and with --trail no configuration: an auditor can check copies of the trail and of the second place
    on another machine. Ends with 0 if all is well, with 2 if anything is wrong. Nothing is mended.

    \b
    Example:
      netaudit audit verify --config netaudit.toml --out /srv/netaudit
      netaudit audit verify --trail copies/audit --second copies/heads --root authority.pem
    """
    officers = None
    if folder is None:
        configuration = configuration_of(config)
        officers = load_officers(configuration.officers_file)
        trail = open_trail(configuration, out)
        trail.second = second or trail.second
        roots = roots or configuration.stamp_roots
    else:
        trail = Trail(folder, second)
    found = verify_trail(trail, roots, officers)
    if not found.count and not found.faults:
        raise no_trail(trail)
    for line in found.lines:
        click.echo(line)
    if found.faults:
        raise StoreError(Problem(one, str(trail.folder), _REMEDY) for one in found.faults)


@audit.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="The first day.")
@click.option("--case", metavar="CASE", help="Only what is about this case.")
@click.option(
    "--kind", metavar="KIND", help="Only entries of a kind, such as run, view or case.opened; `case`: all of cases."
)
@click.option("--csv", "as_csv", is_flag=True, help="Write comma-separated values with a header.")
@click.option("--trail", "folder", type=_FOLDER, help="The trail, or a copy of it; the configured one if left out.")
@config_option
@out_option
def show(
    since: datetime | None,
    case: str | None,
    kind: str | None,
    folder: Path | None,
    config: Path | None,
    out: Path,
    *,
    as_csv: bool,
) -> None:
    """Show who did what, when. Nobody in the logs is named in it.

    \b
    Example:
      netaudit audit show --since 2026-03-01 --kind case --config netaudit.toml --out /srv/netaudit
    """
    if kind and not any(one == kind or one.startswith(f"{kind}.") for one in EVENTS):
        raise InputError(Problem(f"there is no kind '{kind}' of entry", "--kind", f"kinds: {', '.join(EVENTS)}"))
    configuration = configuration_of(config)
    trail = Trail(folder) if folder else open_trail(configuration, out)
    if not trail.exists:
        raise no_trail(trail)
    entries = chosen(trail.entries(), since.date() if since else None, case, kind, configuration.zone)
    if not as_csv:
        for line in entry_lines(entries, configuration.zone):
            click.echo(line)
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in entry_rows(entries, configuration.zone):
        writer.writerow(map(csv_cell, row))
    click.echo(text.getvalue(), nl=False)


@audit.command()
@click.option("--reason", required=True, help="Why, in one sentence that names nobody: it stands in the trail.")
@click.option(
    "--key", type=_FILE, help="The private key of an officer of IG or an approver; needed once any is enrolled."
)
@passphrase_option
@config_option
@out_option
def restart(reason: str, key: Path | None, config: Path | None, out: Path) -> None:
    """Set a damaged trail aside, as it is, and begin a new one whose first entry names it.

    Nothing is deleted. Until this is done nothing that has to be recorded can be done. A last line that a crash cut
    short is no damage: the next recorded command repairs it.

    \b
    Example:
      netaudit audit restart --reason "disk replaced, see incident INC-0001" --key ig.key --config netaudit.toml
    """
    configuration = configuration_of(config)
    identity = read_officer(key, lambda: passphrase("--passphrase-fd", f"the key {key}")) if key else None
    entry = restart_trail(configuration, out, reason, identity, datetime.now(UTC))
    aside = entry.about.get("set_aside")
    where = open_trail(configuration, out).folder
    click.echo(
        f"A new trail has begun at {where}" + (f"; the old one is kept as {where / str(aside)}" if aside else "")
    )


@audit.command()
@click.option("--request", type=_FILE, help="Gets the request, to be sent to a time stamping authority.")
@click.option("--response", type=_FILE, help="The authority's answer, to be checked and kept.")
@click.option("--root", "roots", type=_FILE, help="Certificates (PEM) of authorities that are believed.")
@config_option
@out_option
def stamp(request: Path | None, response: Path | None, roots: Path | None, config: Path | None, out: Path) -> None:
    """Have a time stamping authority (RFC 3161) certify that the trail existed, with all that stands in it.

    Nothing is sent by netaudit: a request is written to a file, and the answer read from one. The authority learns a
    checksum and nothing else.

    \b
    Example:
      netaudit audit stamp --request head.tsq --config netaudit.toml --out /srv/netaudit
      curl -H 'Content-Type: application/timestamp-query' --data-binary @head.tsq https://tsa.example > head.tsr
      netaudit audit stamp --response head.tsr --root authority.pem --config netaudit.toml --out /srv/netaudit
    """
    if (request is None) == (response is None):
        remedy = "first --request FILE; when the authority has answered, --response FILE"
        raise InputError(Problem("say what is to be done", "--request or --response", remedy))
    configuration = configuration_of(config)
    if request:
        number = request_stamp(configuration, out, request)
        click.echo(f"Send {request} to the authority: it is about entry {number} and all before it")
    elif response:
        number, at = take_stamp(configuration, out, response, roots or configuration.stamp_roots, datetime.now(UTC))
        click.echo(f"Entry {number}, and all before it, existed on {at:%-d %B %Y at %H:%M:%S} UTC")
