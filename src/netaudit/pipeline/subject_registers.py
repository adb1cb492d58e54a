"""What directory, registers, officers and the trail hold about one person; who else stands there is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from netaudit.contracts.held import HeldColumn, HeldTable, Scalar
from netaudit.custody import Entry, Header
from netaudit.definitions.audit_events import EVENTS
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.csv_tables import Row, read_rows
from netaudit.definitions.officers import Officers
from netaudit.definitions.registers import REGISTERS, Registers
from netaudit.protect import Subject

SOMEBODY_ELSE = "(somebody else: kept, and not told)"
_OTHERS = ("approver", "decided_by", "manager")  # columns that name people besides the one whom a row is about
_STARTS = ("starts", "date", "received")
_DEVICES = ("account_or_address", "account")


def directory_table(subject: Subject, registers: Registers, kept_until: str) -> HeldTable | None:
    """Return the person's rows of the staff directory; None where it has none."""
    leads = sum(person.manager is not None and person.manager == subject.person_id for person in registers.people)
    rows = tuple(
        (
            person.place,
            person.person_id,
            "; ".join(person.accounts),
            person.team,
            person.directorate,
            _somebody(person.manager, person.manager == subject.person_id),
            "; ".join(person.roles),
            person.pattern,
            _day(person.starts),
            _day(person.ends),
        )
        for person in subject.rows
    )
    titles = ("Line", "Identifier", "Accounts", "Team", "Directorate", "Manager", "Roles", "Working pattern", "From")
    keys = ("line", "person_id", "accounts", "team", "directorate", "manager", "roles", "pattern", "starts", "ends")
    meaning = "The organisation's list of staff, as netaudit reads it for each run and keeps it in memory only."
    if leads:
        meaning += f" The person is the manager in {leads} rows about others."
    columns = tuple(map(HeldColumn, keys, (*titles, "Until")))
    return HeldTable("directory", "Staff directory", meaning, columns, rows, kept_until) if rows else None


def register_tables(
    subject: Subject, configuration: Configuration, cases: Mapping[str, str], kept_until: Callable[[str], str]
) -> Iterator[HeldTable]:
    """Yield the entries of each register that are about the person, their roles, or their cases.

    Args:
        subject: the person.
        configuration: says where the registers are; they have been checked.
        cases: the numbers of the person's cases.
        kept_until: of a register, in words.
    """
    roles = {role for person in subject.rows for role in person.roles}
    realms = configuration.realms
    for name, columns in REGISTERS.items() if configuration.registers else ():
        rows, named = [], 0
        for where, row in read_rows(_path(configuration, name), columns, []):
            if _is_about(row, subject, roles, cases, realms):
                rows.append((where, *(_told(row, key, subject, realms) for key in columns.known)))
            else:
                named += any(subject.is_named(row.get(key, ""), None, realms) for key in _OTHERS)
        meaning = "Entries about the person, their roles or their cases."
        if named:
            meaning += f" The person also stands in {named} entries about others, as the one who approved or decided."
        if rows or named:
            shown = (HeldColumn("line", "Line"), *(HeldColumn(key, _heading(key)) for key in columns.known))
            yield HeldTable(name, f"Register {name}", meaning, shown, tuple(rows), kept_until(name))


def officer_table(subject: Subject, officers: Officers) -> HeldTable | None:
    """Return the keys that the person holds as an officer; None where they are none."""
    mine = [one for one in officers.people if one.person_id and one.person_id.lower() == subject.person_id]
    rows = tuple(
        (one.name, one.role, _day(one.enrolled), _day(one.until), one.recipient, one.verify_key) for one in mine
    )
    titles = ("Name", "Role", "From", "Until")
    columns = (
        *map(HeldColumn, ("name", "role", "enrolled", "until"), titles),
        HeldColumn("recipient", "Public sealing key", on_page=False),
        HeldColumn("verify_key", "Public signing key", on_page=False),
    )
    meaning = "The public halves of the keys that the person holds as an officer."
    return HeldTable("officers", "Officers", meaning, columns, rows) if rows else None


def seal_table(headers: Mapping[str, Header], cases: Mapping[str, str]) -> HeldTable:
    """Return the sealed identities of the person's cases: that there are some, and until when.

    Args:
        headers: what can be read of each seal without a key, by case number.
        cases: the numbers of the person's cases.
    """
    mine = [headers[case] for case in sorted(cases) if case in headers]
    rows = tuple((one.case_number, _day(one.raised), _day(one.expires)) for one in mine)
    columns = tuple(map(HeldColumn, ("case", "raised", "expires"), ("Case", "Sealed on", "Can be asked for until")))
    meaning = "The person's name, sealed with each case so that two officers have to open it together."
    return HeldTable("seals", "Sealed names", meaning, columns, rows, "until the last day, or until the case is closed")


def page_table(out: Path, cases: Mapping[str, str], kept_until: str) -> HeldTable:
    """Return in whose reports there are pages about the person's cases, without a name.

    Args:
        out: where the reports lie.
        cases: the numbers of the person's cases.
        kept_until: in words.
    """
    found = [(case, path) for case in sorted(cases) for path in sorted(out.glob(f"*/cases/{case.lower()}.html"))]
    rows = tuple((case, path.parts[-3], path.name) for case, path in found)
    columns = tuple(map(HeldColumn, ("case", "audience", "page"), ("Case", "Report for", "Page")))
    meaning = "Pages of reports about the person's cases: they have the number of the case, and no name."
    return HeldTable("reports", "Pages of cases", meaning, columns, rows, kept_until)


def trail_table(entries: Iterable[Entry], cases: Mapping[str, str], officers: Iterable[str], zone: str) -> HeldTable:
    """Return what was done about the person's cases, and what the person did as an officer.

    Args:
        entries: the audit trail.
        cases: the numbers of the person's cases.
        officers: names under which the person acted.
        zone: time zone of the organisation.
    """
    names, clock = set(officers), ZoneInfo(zone)
    rows: list[tuple[Scalar, ...]] = []
    for entry in entries:
        about = sorted({one for one in _texts(entry.about) if one in cases})
        if about or names & _who(entry.who):
            at = entry.at.astimezone(clock).isoformat(timespec="seconds")
            said = entry.about.get("purpose")
            purpose = said if about and isinstance(said, str) else ""
            meaning = EVENTS.get(entry.kind, entry.kind)
            rows.append((entry.number, at, entry.kind, meaning, entry.who, "; ".join(about), purpose))
    titles = ("Number", "When", "Kind", "What was done", "By whom", "Case", "Purpose")
    keys = ("number", "at", "kind", "meaning", "who", "case", "purpose")
    columns = tuple(HeldColumn(key, title, key != "kind") for key, title in zip(keys, titles, strict=True))
    meaning = "Who asked for the person's name, who agreed, who opened it, when and what for; from the audit trail."
    return HeldTable("trail", "What was asked and done about the person's cases", meaning, columns, tuple(rows))


def summary(tables: Iterable[HeldTable]) -> dict[str, int]:
    """Return how many rows there are of each."""
    counts: Counter[str] = Counter()
    for one in tables:
        counts[one.name] += len(one.rows)
    return dict(counts)


def _is_about(row: Row, subject: Subject, roles: set[str], cases: Mapping[str, str], realms: Mapping[str, str]) -> bool:
    day = next((found for key in _STARTS if (found := _date(row.get(key, "")))), None)
    named = [row.get("person_id", ""), *(row.get(key, "") for key in _DEVICES)]
    if any(subject.is_named(text, day, realms) for text in named):
        return True
    return row.get("role", "").lower() in roles or row.get("case_number", "").upper() in cases


def _told(row: Row, key: str, subject: Subject, realms: Mapping[str, str]) -> Scalar:
    text = row[key]
    if key not in _OTHERS or not text:
        return text
    return _somebody(text, subject.is_named(text, None, realms))


def _somebody(text: str | None, is_subject: bool) -> str | None:
    return text if not text or is_subject else SOMEBODY_ELSE


def _path(configuration: Configuration, name: str) -> Path:
    return (configuration.registers or Path()) / name


def _heading(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _who(text: str) -> set[str]:
    """Return the officers whom an entry names: one, or two, at an account of the machine."""
    return set(text.rpartition(", at ")[0].split(" and "))


def _texts(about: Any) -> Iterator[str]:  # noqa: ANN401  as JSON has it
    if isinstance(about, str):
        yield about
    elif isinstance(about, Mapping):
        for one in about.values():
            yield from _texts(one)
    elif isinstance(about, list | tuple):
        for one in about:
            yield from _texts(one)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
