"""The staff directory and the registers: CSV files with names in them, checked whole, held in memory only."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

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

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "directory": ("person_id", "accounts", "team", "directorate", "manager", "roles", "pattern", "starts", "ends"),
    "consents.csv": ("person_id", "starts", "ends", "approver", "reason"),
    "exemptions.csv": ("person_id", "role", "categories", "starts", "ends", "approver", "reason"),
    "self_reports.csv": ("person_id", "date", "category", "incident", "reported_at"),
    "shared_devices.csv": ("account_or_address", "note"),
    "service_accounts.csv": ("account", "note"),
}
_NEEDED = {"person_id", "accounts", "starts", "ends", "date", "incident", "account", "account_or_address"}


def load_registers(directory: Path | None, folder: Path | None, zone: str, categories: frozenset[str]) -> Registers:
    """Return directory and registers.

    Args:
        directory: the staff directory, a CSV file.
        folder: holds the registers; each of them may be absent.
        zone: local times in the files are in this zone.
        categories: the ids that a register may name.

    Raises:
        DefinitionError: with every fault of every file; names a line, never a person.
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
        for where, row in self._rows(path, "directory"):
            for key in (row["person_id"].lower(), *_words(row.get("accounts", "").lower())):
                if key in first_seen and not (key == row["person_id"].lower() and first_seen[key] == where):
                    self._fault("an identifier or account stands twice", f"{where} and {first_seen[key]}", "keep one")
                first_seen[key] = where
            people.append(
                Person(
                    person_id=row["person_id"].lower(),
                    accounts=_words(row.get("accounts", "").lower()),
                    team=row.get("team") or None,
                    directorate=row.get("directorate") or None,
                    manager=(row.get("manager") or "").lower() or None,
                    roles=_words(row.get("roles", "")),
                    pattern=row.get("pattern") or None,
                    starts=self._when(row, "starts", where, date.fromisoformat),
                    ends=self._when(row, "ends", where, date.fromisoformat),
                )
            )
        return people

    def consents(self, path: Path) -> list[Entry]:
        return [
            Entry("consent", where, row["person_id"].lower(), None, (), *self._span(row, where), row.get("reason", ""))
            for where, row in self._rows(path, path.name)
        ]

    def exemptions(self, path: Path) -> list[Entry]:
        entries = []
        for where, row in self._rows(path, path.name):
            person, role = row.get("person_id", "").lower() or None, row.get("role") or None
            if (person is None) == (role is None):
                self._fault("an exemption is for a person or for a role", where, "fill in one of person_id and role")
            wanted = self._known(_words(row.get("categories", "")), where)
            entries.append(
                Entry("exemption", where, person, role, wanted, *self._span(row, where), row.get("reason", ""))
            )
        return entries

    def self_reports(self, path: Path) -> list[Entry]:
        entries = []
        for where, row in self._rows(path, path.name):
            day = self._when(row, "date", where, date.fromisoformat)
            start = datetime.combine(day, time(), self.zone) if day else None
            wanted = self._known(_words(row.get("category", "")), where)
            entries.append(
                Entry(
                    "self_report",
                    where,
                    row["person_id"].lower(),
                    None,
                    wanted,
                    start,
                    datetime.combine(day + timedelta(days=1), time(), self.zone) if day else None,
                    f"reported as {row['incident']}",
                )
            )
        return entries

    def accounts(self, path: Path, column: str) -> frozenset[str]:
        return frozenset(row[column].lower() for _, row in self._rows(path, path.name))

    def strangers(self, folder: Path) -> None:
        for path in sorted(folder.glob("*.csv")):
            if path.name not in _COLUMNS:
                self._fault(f"unknown register '{path.name}'", str(folder), did_you_mean(path.name, set(_COLUMNS) - {"directory"}))

    def _rows(self, path: Path, kind: str) -> list[tuple[str, dict[str, str]]]:
        if not path.exists():
            return []
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            self._fault(f"cannot be read: {reason}", str(path), "check its permissions; save it as UTF-8")
            return []
        reader = csv.DictReader(text.splitlines(), strict=True)
        columns = _COLUMNS[kind]
        found = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = found
        for name in found:
            if name not in columns:
                self._fault(f"unknown column '{name}'", f"{path.name}:1", did_you_mean(name, columns))
        missing = [name for name in columns if name in _NEEDED and name not in found and not _optional(kind, name)]
        for name in missing:
            self._fault(f"column '{name}' is missing", f"{path.name}:1", "columns: " + ",".join(columns))
        if missing:
            return []
        rows = []
        try:
            for raw in reader:
                where = f"{path.name}:{reader.line_num}"
                if None in raw:
                    self._fault("more values than columns", where, "quote values that hold a comma")
                    continue
                row = {key: (value or "").strip() for key, value in raw.items()}
                if not any(row.values()):
                    continue
                empty = [name for name in columns if name in _NEEDED and not row.get(name) and not _optional(kind, name)]
                for name in empty:
                    self._fault(f"'{name}' is empty", where, "fill it in")
                if not empty:
                    rows.append((where, row))
        except csv.Error as error:
            self._fault(f"not CSV: {error}", f"{path.name}:{reader.line_num}", "mend the quotes")
        return rows

    def _span(self, row: Mapping[str, str], where: str) -> tuple[datetime | None, datetime | None]:
        start = self._when(row, "starts", where, self._moment)
        end = self._when(row, "ends", where, lambda text: self._moment(text, end_of_day=True))
        if start and end and end <= start:
            self._fault("it ends before it starts", where, "check starts and ends")
        return start, end

    def _moment(self, text: str, *, end_of_day: bool = False) -> datetime:
        """Return a local moment; a date alone means the whole day."""
        moment = datetime.fromisoformat(text)
        if "T" not in text and " " not in text and end_of_day:
            moment += timedelta(days=1)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def _when(self, row: Mapping[str, str], key: str, where: str, read: Callable[[str], _Moment]) -> _Moment | None:
        text = row.get(key, "")
        if not text:
            return None
        try:
            return read(text)
        except ValueError:
            self._fault(f"'{key}' is no date or time", where, "write 2026-03-09 or 2026-03-09T14:30")
            return None

    def _known(self, wanted: tuple[str, ...], where: str) -> tuple[str, ...]:
        for category in wanted:
            if category not in self.categories:
                self._fault(f"unknown category '{category}'", where, did_you_mean(category, self.categories))
        return wanted

    def _fault(self, what: str, where: str, remedy: str) -> None:
        self.problems.append(Problem(what, where, remedy))


def _optional(kind: str, name: str) -> bool:
    """Return whether a column that other files need may be empty in this one."""
    return (kind == "exemptions.csv" and name in {"person_id", "ends", "starts"}) or (
        kind == "directory" and name in {"starts", "ends"}
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(";") if word.strip())
