"""The registers: one CSV file for each kind of entry, one function for each file."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

from netaudit.definitions.accounts import unescaped
from netaudit.definitions.csv_tables import Columns, Row, read_rows
from netaudit.definitions.registers.entries import Device, Entry, Person
from netaudit.definitions.registers.reading import Reader
from netaudit.definitions.toml_files import did_you_mean

_Row = TypeVar("_Row", Entry, Device)
_SPAN = ("starts", "ends")
_WHY = ("approver", "reason")
_DEVICE_SPAN = ("note", *_SPAN)
REGISTERS: Mapping[str, Columns] = {
    "consents.csv": Columns(("person_id", *_SPAN, "categories", *_WHY), ("person_id", *_SPAN, *_WHY)),
    "exemptions.csv": Columns(("person_id", "role", "categories", *_SPAN, *_WHY), (*_SPAN, *_WHY)),
    "research.csv": Columns(
        ("person_id", "categories", *_SPAN, "reference", *_WHY),
        ("person_id", "categories", *_SPAN, "reference", "approver"),
    ),
    "self_reports.csv": Columns(
        ("person_id", "date", "category", "incident", "reported_at"), ("person_id", "date", "incident", "reported_at")
    ),
    "objections.csv": Columns(
        ("person_id", "received", "decision", *_SPAN, "decided_by", "reason"), ("person_id", "received", "decision")
    ),
    "leave.csv": Columns(("person_id", *_SPAN, "half"), ("person_id", *_SPAN)),
    "decisions.csv": Columns(
        ("case_number", "decision", "decided_by", "decided_on", "reason", "incident"),
        ("case_number", "decision", "decided_by", "decided_on", "reason"),
    ),
    "statements.csv": Columns(("case_number", "received", "statement"), ("case_number", "received", "statement")),
    "shared_devices.csv": Columns(("account_or_address", *_DEVICE_SPAN), ("account_or_address",)),
    "service_accounts.csv": Columns(("account", *_DEVICE_SPAN), ("account",)),
    "own_devices.csv": Columns(("account_or_address", *_DEVICE_SPAN), ("account_or_address",)),
}
OBJECTION_STATES = ("pending", "upheld", "refused")
DECISIONS = ("confirmed", "withdrawn")
# Lunch is nobody's core time, so that halves may overlap there.
_HALVES: Mapping[str, tuple[time, time]] = {"morning": (time(0), time(13)), "afternoon": (time(12), time(0))}
# Letters and digits of a case number: those that are not mistaken for one another.
_CASE = re.compile(r"F-[0-9A-HJKMNP-TV-Z]{10}")
_LONGEST_STATEMENT = 4_000
_WIDEST = {4: 8, 6: 16}  # a network with fewer fixed bits is not an organisation's


def read_registers(
    reader: Reader, folder: Path, people: Sequence[Person], instead: Mapping[str, bytes] | None = None
) -> tuple[tuple[Entry, ...], tuple[Device, ...]]:
    """Return the entries and devices of a folder; faults and oddities are in the reader.

    Args:
        reader: reads cells.
        folder: holds the files.
        people: the staff directory.
        instead: what is read in place of a file, by its name: to see what a change would do before it is made.
    """
    for path in sorted(folder.glob("*.csv")):
        if path.name not in REGISTERS:
            reader.fault("a CSV file is no register", str(folder), did_you_mean(path.name, REGISTERS))
    files = _Files(reader, folder, _names_of(reader, people), instead or {})
    entries = [entry for read in _READERS for entry in read(files)]
    devices = [
        *files.devices("shared_devices.csv", "shared", "account_or_address"),
        *files.devices("service_accounts.csv", "service", "account"),
        *files.devices("own_devices.csv", "own_device", "account_or_address"),
    ]
    return tuple(_once(reader, entries)), tuple(_once(reader, devices))


def _names_of(reader: Reader, people: Iterable[Person]) -> dict[str, set[str]]:
    """Return who may be meant by an identifier or an account."""
    names: dict[str, set[str]] = {}
    for person in people:
        for text in (person.person_id, *person.accounts):
            names.setdefault(reader.account(text), set()).add(person.person_id)
    return names


@dataclass(slots=True)
class _Files:
    """The registers of a folder, read with one reader."""

    reader: Reader
    folder: Path
    names: Mapping[str, set[str]] = field(default_factory=dict)
    instead: Mapping[str, bytes] = field(default_factory=dict)

    def rows(self, name: str) -> list[tuple[str, Row]]:
        path = self.folder / name
        if path.exists() or name in self.instead:
            self.reader.files.append(name)
        return read_rows(path, REGISTERS[name], self.reader.problems, self.instead.get(name))

    def entry(self, register: str, where: str, row: Row, *, of_class: str = "categories") -> Entry:
        """Return an entry with what most registers have."""
        starts, ends = self.reader.span(row, where)
        return Entry(
            register=register,
            place=where,
            person_id=row.get("person_id", "").lower() or None,
            role=row.get("role", "").lower() or None,
            categories=self.reader.known_categories(row, of_class, where),
            starts=starts,
            ends=ends,
            reason=row.get("reason", ""),
        )

    def by_another(self, row: Row, column: str, where: str) -> None:
        """Note an entry that somebody approved for themselves."""
        mine, theirs = (self.reader.account(row.get(name, "")) for name in ("person_id", column))
        same = mine == theirs or self.names.get(mine, set()) & self.names.get(theirs, set())
        if row.get("person_id") and row.get(column) and same:
            self.reader.fault(f"'{column}' is the person themself", where, "let somebody else approve it")

    def consents(self) -> Iterable[Entry]:
        for where, row in self.rows("consents.csv"):
            self.by_another(row, "approver", where)
            yield self.entry("consent", where, row)

    def exemptions(self) -> Iterable[Entry]:
        for where, row in self.rows("exemptions.csv"):
            if bool(row["person_id"]) == bool(row["role"]):
                remedy = "fill in one of person_id and role"
                self.reader.fault("an exemption is for a person or for a role", where, remedy)
            self.by_another(row, "approver", where)
            yield self.entry("exemption", where, row)

    def research(self) -> Iterable[Entry]:
        for where, row in self.rows("research.csv"):
            self.by_another(row, "approver", where)
            yield self.entry("research", where, row)

    def self_reports(self) -> Iterable[Entry]:
        for where, row in self.rows("self_reports.csv"):
            day = self.reader.day(row, "date", where)
            reported = self.reader.moment(row, "reported_at", where, end_of_day=True)
            midnights = [datetime.combine(day + timedelta(n), time(), self.reader.zone) for n in (0, 1)] if day else []
            if midnights and reported and reported <= midnights[0]:
                remedy = "check date and reported_at: nobody reports what has not happened"
                self.reader.fault("it was reported before its date", where, remedy)
            yield replace(
                self.entry("self_report", where, row, of_class="category"),
                starts=midnights[0] if midnights else None,
                ends=midnights[1] if midnights else None,
                reason=f"reported as {row['incident']}",
                reported=reported,
            )

    def objections(self) -> Iterable[Entry]:
        entries = []
        for where, row in self.rows("objections.csv"):
            received = self.reader.moment(row, "received", where)
            state = self.reader.one_of(row, "decision", OBJECTION_STATES, where)
            if state in ("upheld", "refused") and not row["decided_by"]:
                self.reader.fault("'decided_by' is empty", where, "fill it in")
            self.by_another(row, "decided_by", where)
            entry = self.entry("objection", where, row)
            starts = entry.starts or received
            if not entry.starts and starts and entry.ends and entry.ends <= starts:
                self.reader.fault("it ends before it starts", where, "check received and ends")
            entries.append(replace(entry, starts=starts, state=state))
        by_person: dict[str | None, list[Entry]] = {}
        for entry in entries:
            for other in by_person.get(entry.person_id, []):
                if (entry.state == "refused") != (other.state == "refused") and _overlap(entry, other):
                    what = f"it contradicts {other.place}; the one that holds findings back counts"
                    self.reader.note(entry.place, what)
            by_person.setdefault(entry.person_id, []).append(entry)
        return entries

    def leave(self) -> Iterable[Entry]:
        for where, row in self.rows("leave.csv"):
            half = self.reader.one_of(row, "half", _HALVES, where)
            entry = self.entry("leave", where, row)
            if half and entry.starts and entry.ends:
                if len(row["starts"]) != len("2026-03-09") or row["starts"] != row["ends"]:
                    self.reader.fault("a half day is of one day", where, "write the same date as starts and ends")
                begins, stops = (datetime.combine(entry.starts, clock, self.reader.zone) for clock in _HALVES[half])
                entry = replace(entry, starts=begins, ends=stops if stops > begins else stops + timedelta(days=1))
            yield entry

    def decisions(self) -> Iterable[Entry]:
        first: dict[tuple[str, str], str] = {}
        for where, row in self.rows("decisions.csv"):
            case = row["case_number"].upper()
            if case and not _CASE.fullmatch(case):
                self.reader.fault("'case_number' is no case number", where, "write it as on the case's page: F-…")
            state = self.reader.one_of(row, "decision", DECISIONS, where)
            decided = self.reader.moment(row, "decided_on", where)
            for other in DECISIONS:
                if state and other != state and (case, other) in first:
                    what = f"it contradicts {first[case, other]}; the one that withdraws the case counts"
                    self.reader.note(where, what)
            first.setdefault((case, state or ""), where)
            why = row["reason"] + (f" (incident {row['incident']})" if row["incident"] else "")
            yield replace(self.entry("decision", where, row), starts=decided, state=state, reference=case, reason=why)

    def statements(self) -> Iterable[Entry]:
        for where, row in self.rows("statements.csv"):
            case = row["case_number"].upper()
            if case and not _CASE.fullmatch(case):
                self.reader.fault("'case_number' is no case number", where, "write it as on the case's page: F-…")
            if len(row["statement"]) > _LONGEST_STATEMENT:
                self.reader.fault("'statement' is too long for a page", where, f"{_LONGEST_STATEMENT} signs at most")
            received = self.reader.moment(row, "received", where)
            yield replace(self.entry("statement", where, row), starts=received, reason=row["statement"], reference=case)

    def devices(self, name: str, kind: str, column: str) -> Iterable[Device]:
        for where, row in self.rows(name):
            text = unescaped(row[column].lower())
            starts, ends = self.reader.days(row, where)
            if "/" in text and kind != "service":
                text = self._network(text, column, where)
            if self.reader.account(text) in self.names:
                self.reader.note(where, "it is also an account of the directory; nothing is held against its person")
            yield Device(kind, text, where, starts, ends)

    def _network(self, text: str, column: str, where: str) -> str:
        remedy = "write 192.0.2.0/24"
        try:
            network = ipaddress.ip_network(text)
        except ValueError:
            self.reader.fault(f"'{column}' is no network", where, remedy)
            return text
        if network.prefixlen < _WIDEST[network.version]:
            self.reader.fault(f"'{column}' is a network of half the world", where, remedy)
        return str(network)


_READERS: tuple[Callable[[_Files], Iterable[Entry]], ...] = (
    _Files.consents,
    _Files.exemptions,
    _Files.research,
    _Files.self_reports,
    _Files.objections,
    _Files.leave,
    _Files.decisions,
    _Files.statements,
)


def _overlap(one: Entry, other: Entry) -> bool:
    return (
        (one.ends is None or other.starts is None or other.starts < one.ends)
        and (other.ends is None or one.starts is None or one.starts < other.ends)
    )  # fmt: skip


def _once(reader: Reader, rows: Iterable[_Row]) -> Iterable[_Row]:
    """Yield rows without those that say what another says already."""
    seen: dict[_Row, str] = {}
    for row in rows:
        first = seen.setdefault(replace(row, place=""), row.place)
        if first == row.place:
            yield row
        else:
            reader.note(row.place, f"it says what {first} says")
