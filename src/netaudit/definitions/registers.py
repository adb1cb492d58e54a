"""The staff directory and the registers: CSV files with names in them, checked whole, held in memory only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from netaudit.definitions.csv_tables import Columns, Row, read_rows
from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import DefinitionError, Problem


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the staff directory."""

    person_id: str
    accounts: tuple[str, ...]
    team: str | None
    directorate: str | None
    manager: str | None
    roles: tuple[str, ...]
    pattern: str | None
    starts: date | None
    ends: date | None
    place: str = field(default="", compare=False)  # directory.csv:3


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a register: what it excuses, whom, from when until when."""

    register: str  # consent, exemption, self_report
    place: str  # consents.csv:3
    person_id: str | None
    role: str | None
    categories: tuple[str, ...]  # empty: all
    starts: datetime | None
    ends: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Registers:
    """Who works here and what has been agreed with them."""

    people: tuple[Person, ...] = ()
    entries: tuple[Entry, ...] = ()
    shared: frozenset[str] = field(default_factory=frozenset)  # accounts and addresses that many people use
    service: frozenset[str] = field(default_factory=frozenset)  # accounts that no person uses


_Moment = TypeVar("_Moment", date, datetime)

DIRECTORY = Columns(
    ("person_id", "accounts", "team", "directorate", "manager", "roles", "pattern", "starts", "ends"),
    ("person_id", "accounts"),
)
REGISTERS: Mapping[str, Columns] = {
    "consents.csv": Columns(("person_id", "starts", "ends", "approver", "reason"), ("person_id", "starts", "ends")),
    "exemptions.csv": Columns(("person_id", "role", "categories", "starts", "ends", "approver", "reason"), ()),
    "self_reports.csv": Columns(
        ("person_id", "date", "category", "incident", "reported_at"), ("person_id", "date", "incident")
    ),
    "shared_devices.csv": Columns(("account_or_address", "note"), ("account_or_address",)),
    "service_accounts.csv": Columns(("account", "note"), ("account",)),
}
_FIRST_YEAR, _NO_END = 1900, 9999  # staff systems write 31 December 9999 for "no end"


def load_registers(directory: Path | None, folder: Path | None, zone: str, categories: frozenset[str]) -> Registers:
    """Return directory and registers.

    Args:
        directory: the staff directory, a CSV file.
        folder: holds the registers; each of them may be absent.
        zone: local times in the files are in this zone.
        categories: the ids that a register may name.

    Raises:
        DefinitionError: with every fault of every file; names a line, never what stands in it.
    """
    reader = _Reader(ZoneInfo(zone), categories)
    people = reader.people(directory) if directory else ()
    entries: list[Entry] = []
    shared: frozenset[str] = frozenset()
    service: frozenset[str] = frozenset()
    if folder:
        reader.strangers(folder)
        entries += reader.consents(folder / "consents.csv")
        entries += reader.exemptions(folder / "exemptions.csv")
        entries += reader.self_reports(folder / "self_reports.csv")
        shared = reader.accounts(folder / "shared_devices.csv", "account_or_address")
        service = reader.accounts(folder / "service_accounts.csv", "account")
    if reader.problems:
        raise DefinitionError(reader.problems)
    return Registers(tuple(people), tuple(entries), shared, service)


class _Reader:
    """Reads the files and gathers what is wrong with them."""

    def __init__(self, zone: ZoneInfo, categories: frozenset[str]) -> None:
        self.zone = zone
        self.categories = categories
        self.problems: list[Problem] = []

    def people(self, path: Path) -> list[Person]:
        people: list[Person] = []
        first_seen: dict[str, str] = {}
        for where, row in read_rows(path, DIRECTORY, self.problems):
            for key in dict.fromkeys((row["person_id"].lower(), *_words(row["accounts"].lower()))):
                if key and key in first_seen:
                    self._fault("an identifier or account stands twice", f"{where} and {first_seen[key]}", "keep one")
                first_seen[key] = where
            starts = self._when(row, "starts", where, date.fromisoformat)
            ends = self._when(row, "ends", where, date.fromisoformat)
            if starts and ends and ends < starts:
                self._fault("it ends before it starts", where, "check starts and ends")
            people.append(
                Person(
                    person_id=row["person_id"].lower(),
                    accounts=_words(row["accounts"].lower()),
                    team=row.get("team") or None,
                    directorate=row.get("directorate") or None,
                    manager=row.get("manager", "").lower() or None,
                    roles=_words(row.get("roles", "")),
                    pattern=row.get("pattern") or None,
                    starts=starts,
                    ends=ends,
                    place=where,
                )
            )
        return people

    def consents(self, path: Path) -> list[Entry]:
        return [
            Entry(
                register="consent",
                place=where,
                person_id=row["person_id"].lower(),
                role=None,
                categories=(),
                starts=starts,
                ends=ends,
                reason=row.get("reason", ""),
            )
            for where, row in self._rows(path)
            for starts, ends in (self._span(row, where),)
        ]

    def exemptions(self, path: Path) -> list[Entry]:
        entries = []
        for where, row in self._rows(path):
            person, role = row.get("person_id", "").lower() or None, row.get("role") or None
            if (person is None) == (role is None):
                self._fault("an exemption is for a person or for a role", where, "fill in one of person_id and role")
            starts, ends = self._span(row, where)
            entries.append(
                Entry(
                    register="exemption",
                    place=where,
                    person_id=person,
                    role=role,
                    categories=self._known(row, "categories", where),
                    starts=starts,
                    ends=ends,
                    reason=row.get("reason", ""),
                )
            )
        return entries

    def self_reports(self, path: Path) -> list[Entry]:
        entries = []
        for where, row in self._rows(path):
            day = self._when(row, "date", where, date.fromisoformat)
            midnights = [datetime.combine(day + timedelta(n), time(), self.zone) for n in (0, 1)] if day else None
            entries.append(
                Entry(
                    register="self_report",
                    place=where,
                    person_id=row["person_id"].lower(),
                    role=None,
                    categories=self._known(row, "category", where),
                    starts=midnights[0] if midnights else None,
                    ends=midnights[1] if midnights else None,
                    reason=f"reported as {row['incident']}",
                )
            )
        return entries

    def accounts(self, path: Path, column: str) -> frozenset[str]:
        return frozenset(row[column].lower() for _, row in self._rows(path))

    def strangers(self, folder: Path) -> None:
        for path in sorted(folder.glob("*.csv")):
            if path.name not in REGISTERS:
                self._fault("a CSV file is no register", str(folder), did_you_mean(path.name, REGISTERS))

    def _rows(self, path: Path) -> list[tuple[str, Row]]:
        return read_rows(path, REGISTERS[path.name], self.problems)

    def _span(self, row: Mapping[str, str], where: str) -> tuple[datetime | None, datetime | None]:
        start = self._when(row, "starts", where, self._moment)
        end = self._when(row, "ends", where, lambda text: self._moment(text, end_of_day=True))
        if start and end and end <= start:
            self._fault("it ends before it starts", where, "check starts and ends")
        return start, end

    def _moment(self, text: str, *, end_of_day: bool = False) -> datetime:
        """Return a local moment; a date alone means the whole day."""
        moment = datetime.fromisoformat(text)
        if "T" not in text and " " not in text and end_of_day and moment.year < _NO_END:
            moment += timedelta(days=1)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def _when(self, row: Mapping[str, str], key: str, where: str, read: Callable[[str], _Moment]) -> _Moment | None:
        text = row.get(key, "")
        if not text:
            return None
        try:
            moment = read(text)
        except ValueError:
            self._fault(f"'{key}' is no date or time", where, "write 2026-03-09 or 2026-03-09T14:30")
            return None
        if moment.year >= _NO_END and key == "ends":
            return None
        if not _FIRST_YEAR <= moment.year < _NO_END:
            self._fault(f"'{key}' is no date of our time", where, "write 2026-03-09 or 2026-03-09T14:30")
            return None
        return moment

    def _known(self, row: Mapping[str, str], column: str, where: str) -> tuple[str, ...]:
        wanted = _words(row.get(column, ""))
        for category in wanted:
            if category not in self.categories:
                self._fault(f"'{column}' holds an unknown category", where, did_you_mean(category, self.categories))
        return wanted

    def _fault(self, what: str, where: str, remedy: str) -> None:
        self.problems.append(Problem(what, where, remedy))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(";") if word.strip())
