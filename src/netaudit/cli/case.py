"""netaudit case: asking for the name behind a case, agreeing, opening, closing. Nobody can do it alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from netaudit.cli.officer_keys import hr_key_option, ig_key_option, key_option
from netaudit.cli.options import config_option, configuration_of, key_fd_option, out_option
from netaudit.custody import STATES, CaseState, Identity, Sealed
from netaudit.pipeline.case_list import CaseRow, list_cases
from netaudit.pipeline.case_steps import approve_case, close_case, open_case, request_case

_WORDS = ("sealed", "unknown", *STATES[:-1])


@click.group()
def case() -> None:
    """Ask for the name behind a case, agree, open it, close it: two people, one case at a time, all of it recorded.

    \b
    Example:
      netaudit case request F-7KQ2M9XWTB --purpose "HR meeting 14 March" --key ingrid.key
    """


@case.command("request")
@click.argument("case_number", metavar="CASE")
@click.option("--purpose", required=True, help="What the name is needed for; it stays in the trail, so name nobody.")
@click.option("--hours", type=int, metavar="N", help="Until when it can be opened; the configuration says how long.")
@key_option
@key_fd_option
@config_option
@out_option
def request_(case_number: str, purpose: str, hours: int | None, key: Identity, config: Path | None, out: Path) -> None:
    """Ask for the name behind CASE, as an officer of IG.

    \b
    Example:
      netaudit case request F-7KQ2M9XWTB --purpose "HR meeting 14 March" --key ingrid.key --out /srv/netaudit
    """
    configuration = configuration_of(config)
    state = request_case(configuration, out, case_number, purpose, key, datetime.now(UTC), hours)
    click.echo(f"Request {state.request_id} for case {state.case_number} of {state.period}, by {state.requested_by}.")
    click.echo(f"Purpose: {state.purpose}")
    click.echo(
        f"It can be opened until {_clock(state.expires, configuration.zone)}. Now somebody of HR, or an approver:"
    )
    click.echo(f"  netaudit case approve {state.request_id} --key FILE")


@case.command("approve")
@click.argument("request", metavar="REQUEST")
@key_option
@key_fd_option
@config_option
@out_option
def approve_(request: str, key: Identity, config: Path | None, out: Path) -> None:
    """Agree to REQUEST, as an officer of HR or an approver; whoever asked cannot.

    \b
    Example:
      netaudit case approve R-4MZ8QK2WTBHD --key harriet.key --out /srv/netaudit
    """
    configuration = configuration_of(config)
    state = approve_case(configuration, out, request, key, datetime.now(UTC))
    click.echo(f"{state.approved_by} agreed to {state.request_id} for case {state.case_number}.")
    click.echo(f"Purpose: {state.purpose}")
    click.echo(
        f"Until {_clock(state.expires, configuration.zone)} an officer of IG and one of HR can open it together:"
    )
    click.echo(f"  netaudit case open {state.request_id} --ig-key FILE --hr-key FILE")


@case.command("open")
@click.argument("request", metavar="REQUEST")
@ig_key_option
@hr_key_option
@key_fd_option
@config_option
@out_option
def open_(request: str, ig_key: Identity, hr_key: Identity, config: Path | None, out: Path) -> None:
    """Show whose the case of REQUEST is, once, with a key of IG and one of HR. That it is shown is recorded before.

    The name is written to the terminal and nowhere else. To see it again, ask again.

    \b
    Example:
      netaudit case open R-4MZ8QK2WTBHD --ig-key ingrid.key --hr-key harriet.key --out /srv/netaudit
    """
    configuration = configuration_of(config)
    open_case(configuration, out, request, ig_key, hr_key, datetime.now(UTC), _show)


@case.command("close")
@click.argument("case_number", metavar="CASE")
@click.option("--outcome", required=True, help="How it ended, or why it is refused; name nobody.")
@key_option
@key_fd_option
@config_option
@out_option
def close_(case_number: str, outcome: str, key: Identity, config: Path | None, out: Path) -> None:
    """Close CASE, as an officer of IG or of HR: its seal and the key of it are destroyed for good.

    A request that waits is refused by this. Nobody can undo it, and the case is never sealed again.

    \b
    Example:
      netaudit case close F-7KQ2M9XWTB --outcome "no case to answer" --key harriet.key --out /srv/netaudit
    """
    close_case(configuration_of(config), out, case_number, outcome, key, datetime.now(UTC))
    click.echo("Closed. Its seal and the key of it are destroyed: nobody can open the name any more.")


@case.command("list")
@click.option("--state", type=click.Choice(_WORDS), help="Only cases that stand so.")
@key_fd_option
@config_option
@out_option
def list_(state: str | None, config: Path | None, out: Path) -> None:
    """List cases by number and week: whether a name is sealed and until when, who asked, who agreed. No names of staff.

    \b
    Example:
      netaudit case list --state approved --config netaudit.toml --out /srv/netaudit
    """
    configuration = configuration_of(config)
    found = list_cases(configuration, out, datetime.now(UTC))
    rows = [row for row in found.rows if state is None or row.word == state]
    for row in rows:
        click.echo(f"{row.case_number}  {row.period or '–':8}  {row.word:9}  {_said(row, configuration.zone)}")
    click.echo(f"{len(rows)} cases")
    if found.stale:
        click.echo(f"note: {found.stale} names are sealed to officers of before: netaudit officers reseal")
    for problem in found.faults:
        click.echo(f"warning: {problem}", err=True)


def _said(row: CaseRow, zone: str) -> str:
    state = row.state
    if row.word == "unknown":
        return "no name is sealed: none was known when the case was raised, or the next run seals it"
    if row.word == "sealed" or state is None:
        expired = f"; request {state.request_id} expired" if state is not None else ""
        kept = "kept, as it is confirmed" if row.status == "confirmed" else ""
        return (f"until {row.seal.expires:%Y-%m-%d}" if row.seal and not kept else kept) + expired
    steps = [
        f"{state.request_id} by {state.requested_by}" if state.request_id else "",
        f"agreed by {state.approved_by}" if state.approved_by else "",
        f"seen by {' and '.join(one.name for one in state.opened)}" if state.opened else "",
        f"until {_clock(state.expires, zone)}" if state.state in ("requested", "approved") else "",
        f"for: {state.purpose}" if state.purpose else "",
        f"on {state.since:%Y-%m-%d}" if state.is_over and state.since else "",
        f"outcome: {state.outcome}" if state.outcome else "",
    ]
    return "; ".join(step for step in steps if step)


def _show(what: Sealed, state: CaseState) -> None:
    """Write whose a case is to the terminal: the one place where a name leaves."""
    who = what.person_id or "nobody in the staff directory: an account alone"
    more = f" and {what.more_accounts} more" if what.more_accounts else ""
    click.echo(f"Case {what.case_number} of {what.period}, raised on {what.raised:%Y-%m-%d} {what.purpose}")
    click.echo(f"Opened for: {state.purpose}")
    click.echo(f"  person    {who}")
    click.echo(f"  accounts  {', '.join(what.accounts)}{more}")
    click.echo(f"  team      {what.team or '–'}")
    click.echo("This is a lead from a log, not proof. Ask before you conclude; close the case when it has ended:")
    click.echo(f"  netaudit case close {what.case_number} --outcome TEXT --key FILE")


def _clock(moment: datetime | None, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") if moment else "–"
