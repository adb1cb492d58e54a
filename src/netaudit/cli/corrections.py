"""netaudit object and correct: what somebody asks for becomes an entry of a register, and the next run acts on it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from netaudit.cli.options import config_option, configuration_of, out_option
from netaudit.cli.rights import person_of
from netaudit.definitions.configuration import Configuration
from netaudit.errors import InputError, Problem
from netaudit.pipeline.register_changes import Written, decide_objection, record_entry, record_override

_ACTED_ON = "the next run acts on it"
_day_option = click.DateTime(["%Y-%m-%d"])
_reason_option = click.option("--reason", default="", help="Why, in words; no name.")
_starts_option = click.option("--starts", required=True, metavar="TIME", help="As 2026-03-09 or 2026-03-09T14:00.")
_ends_option = click.option("--ends", required=True, metavar="TIME", help="As 2026-03-09 or 2026-03-09T16:00.")
_approver_option = click.option("--approver", required=True, metavar="PERSON_ID", help="Who agreed.")
_categories_option = click.option("--categories", default="", metavar="CLASS;…", help="Classes of site; all without.")


@click.command("object")
@click.argument("person")
@click.option("--received", type=_day_option, help="The day on which it came; today if left out.")
@click.option("--starts", default="", metavar="TIME", help="From when on; the day on which it came if left out.")
@click.option("--ends", default="", metavar="TIME", help="Until when; open if left out.")
@click.option(
    "--decision", type=click.Choice(["pending", "upheld", "refused"]), default="pending", help="What was decided."
)
@click.option("--decided-by", default="", metavar="ROLE", help="Who decided: a role, such as DPO. Not the person.")
@_reason_option
@config_option
@out_option
def object_(
    person: str,
    received: datetime | None,
    starts: str,
    ends: str,
    decision: str,
    decided_by: str,
    reason: str,
    config: Path | None,
    out: Path,
) -> None:
    """Record that PERSON objects to the monitoring (UK GDPR, Article 21), and later what was decided.

    While it waits, or once it is upheld, everything of the person from that day on is held back as excused. PERSON is
    an identifier or an account; `-` reads it from standard input, as others can see a command line.

    \b
    Example:
      netaudit object - --received 2026-03-02 --config netaudit.toml --out /srv/netaudit
      netaudit object - --decision refused --decided-by DPO --config netaudit.toml --out /srv/netaudit
    """
    configuration = configuration_of(config)
    now = datetime.now(UTC)
    if decision == "pending":
        day = received or now.astimezone(ZoneInfo(configuration.zone))
        row = {"received": day.date().isoformat(), "decision": decision, "starts": starts, "ends": ends}
        row |= {"decided_by": decided_by, "reason": reason}
        _say(
            record_entry(
                configuration, out, "objections.csv", row, now, kind="rights.objection", person=person_of(person)
            )
        )
        click.echo("Answer the person within one month of the day on which it came.")
        return
    if not decided_by:
        raise InputError(Problem("nobody is said to have decided", "--decided-by", "name a role, such as DPO"))
    words = {"decision": decision, "decided_by": decided_by, "reason": reason, "starts": starts, "ends": ends}
    wanted = received.date().isoformat() if received else ""
    _say(decide_objection(configuration, out, person_of(person), words, wanted, now))
    if decision == "refused":
        click.echo("Cases of published weeks that it held back stay excused: what comes late never accuses.")


@click.group()
def correct() -> None:
    """Put right what is wrong or missing (UK GDPR, Articles 16 and 18).

    A wrong row of the staff directory is not ours to write: `correct directory` says where it stands.

    \b
    Example:
      netaudit correct decision F-7KQ2M9XWTB --decision withdrawn --decided-by DPO --reason "consent found"
    """


@correct.command()
@click.argument("case")
@click.option("--decision", type=click.Choice(["confirmed", "withdrawn"]), required=True, help="What was decided.")
@click.option("--decided-by", required=True, metavar="ROLE", help="Who decided; it stands in the register.")
@click.option("--reason", required=True, help="Why; it stands on the page of the case: no name.")
@click.option("--incident", default="", metavar="NUMBER", help="The number of the incident, if there is one.")
@config_option
@out_option
def decision(
    case: str, decision: str, decided_by: str, reason: str, incident: str, config: Path | None, out: Path
) -> None:
    """Confirm or withdraw CASE.

    \b
    Example:
      netaudit correct decision F-7KQ2M9XWTB --decision withdrawn --decided-by DPO --reason "consent found"
    """
    row = {"case_number": case.strip().upper(), "decision": decision, "decided_by": decided_by, "reason": reason}
    _record(config, out, "decisions.csv", row | {"incident": incident}, "decided_on")


@correct.command()
@click.argument("case")
@click.option(
    "--text", "text", required=True, metavar="FILE", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Holds the statement, in UTF-8; `-` is standard input.",
)  # fmt: skip
@config_option
@out_option
def statement(case: str, text: Path, config: Path | None, out: Path) -> None:
    """Put what the person says to CASE on its page, where it stands from the next run on: text without any name.

    \b
    Example:
      netaudit correct statement F-7KQ2M9XWTB --text statement.txt --config netaudit.toml
    """
    try:
        said = sys.stdin.read() if str(text) == "-" else text.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        remedy = "give a file of UTF-8 text"
        raise InputError(Problem("the statement cannot be read", str(text), remedy)) from error
    row = {"case_number": case.strip().upper(), "statement": " ".join(said.split())}
    _record(config, out, "statements.csv", row, "received")


@correct.command("self-report")
@click.argument("person")
@click.option("--date", "day", required=True, metavar="DAY", help="When it happened, as 2026-03-10.")
@click.option("--category", default="", metavar="CLASS", help="The class of site.")
@click.option("--incident", required=True, metavar="NUMBER", help="The number of the incident.")
@click.option("--reported-at", required=True, metavar="TIME", help="When it was reported, as 2026-03-10T15:20.")
@config_option
@out_option
def self_report(
    person: str, day: str, category: str, incident: str, reported_at: str, config: Path | None, out: Path
) -> None:
    """Enter a report of accidental access by PERSON that is missing (`-`: from standard input).

    \b
    Example:
      netaudit correct self-report - --date 2026-03-10 --incident INC-0001 --reported-at 2026-03-10T15:20
    """
    row = {"date": day, "category": category, "incident": incident, "reported_at": reported_at}
    _record(config, out, "self_reports.csv", row, person=person_of(person))


@correct.command()
@click.argument("person")
@_starts_option
@_ends_option
@_categories_option
@_approver_option
@_reason_option
@config_option
@out_option
def consent(
    person: str,
    starts: str,
    ends: str,
    categories: str,
    approver: str,
    reason: str,
    config: Path | None,
    out: Path,
) -> None:
    """Enter a consent for PERSON that is missing (`-`: from standard input).

    \b
    Example:
      netaudit correct consent - --starts 2026-03-09T14:00 --ends 2026-03-09T16:00 --approver p003 --reason "house"
    """
    row = {"starts": starts, "ends": ends, "categories": categories, "approver": approver, "reason": reason}
    _record(config, out, "consents.csv", row, person=person_of(person))


@correct.command()
@click.argument("person")
@click.option("--role", is_flag=True, help="PERSON is a role of the directory: for everybody who has it.")
@_starts_option
@_ends_option
@_categories_option
@_approver_option
@_reason_option
@config_option
@out_option
def exemption(
    person: str,
    starts: str,
    ends: str,
    categories: str,
    approver: str,
    reason: str,
    config: Path | None,
    out: Path,
    *,
    role: bool,
) -> None:
    """Enter an exemption for PERSON that is missing (`-`: from standard input), or for a role.

    \b
    Example:
      netaudit correct exemption comms --role --starts 2026-01-01 --ends 2026-12-31 --approver p003 --reason "accounts"
    """
    row = {"starts": starts, "ends": ends, "categories": categories, "approver": approver, "reason": reason}
    _record(
        config,
        out,
        "exemptions.csv",
        row | ({"role": person} if role else {}),
        person=None if role else person_of(person),
    )


@correct.command()
@click.argument("pattern")
@click.option("--category", required=True, metavar="CLASS", help="The class that it is of.")
@click.option("--reason", required=True, help="Why.")
@click.option("--author", required=True, help="Who says so.")
@click.option("--until", type=_day_option, help="The last day on which it holds.")
@click.option("--ticket", default="", help="The number of the change.")
@config_option
@out_option
def site(
    pattern: str,
    category: str,
    reason: str,
    author: str,
    until: datetime | None,
    ticket: str,
    config: Path | None,
    out: Path,
) -> None:
    """Put a site into another class: PATTERN, as in class lists, for lines that are read from now on.

    What is stored keeps its class: `categories diff` says which cases would fall; withdraw them.

    \b
    Example:
      netaudit correct site rota.example --category business_supplier --reason "rota system" --author "IG team"
    """
    configuration = configuration_of(config)
    now = datetime.now(UTC)
    row = {
        "pattern": pattern,
        "category": category,
        "reason": reason,
        "author": author,
        "date": now.astimezone(ZoneInfo(configuration.zone)).date().isoformat(),
        "expires": until.date().isoformat() if until else "",
        "ticket": ticket,
    }
    _say(record_override(configuration, out, row, now))
    click.echo("Stored cases keep the class: `netaudit categories diff` says which would fall; withdraw these")


@correct.command()
@config_option
def directory(config: Path | None) -> None:
    """Say where the staff directory is put right: netaudit only reads it.

    \b
    Example:
      netaudit correct directory --config netaudit.toml
    """
    configuration = configuration_of(config)
    where = configuration.directory or "(none: [identity] directory)"
    click.echo(f"The staff directory is {where}. It comes from your staff system: have it put right there, or the next")
    click.echo("export brings the fault back. Each run reads it afresh; cases of published weeks stay: withdraw them")


def _record(
    config: Path | None, out: Path, name: str, row: Mapping[str, str], today: str = "", person: str | None = None
) -> None:
    configuration: Configuration = configuration_of(config)
    now = datetime.now(UTC)
    day = {today: now.astimezone(ZoneInfo(configuration.zone)).date().isoformat()} if today else {}
    _say(record_entry(configuration, out, name, {**row, **day}, now, person=person))


def _say(written: Written) -> None:
    click.echo(f"Written: {written.place}; {_ACTED_ON}")
    if not written.is_known:
        click.echo("note: the staff directory does not have this person; check how the identifier is spelt", err=True)
