"""Cells of directory and registers become dates, words and people, with every fault noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from netaudit.definitions.accounts import canonical_account, unescaped
from netaudit.definitions.registers.entries import Note
from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import Problem

_Moment = TypeVar("_Moment", date, datetime)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_NO_END = 9999  # staff systems write 31 December 9999 for "no end"
_WRITE = "write 2026-03-09 or 2026-03-09T14:30"
# What `fromisoformat` takes besides, 20260309 and 2026-W11-1, is more often a slip, or another date, than meant.
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?")


@dataclass(slots=True)
class Reader:
    """Reads cells and gathers what is wrong with them."""

    zone: ZoneInfo
    categories: frozenset[str]
    realms: Mapping[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def fault(self, what: str, where: str, remedy: str) -> None:
        """Note a fault."""
        self.problems.append(Problem(what, where, remedy))

    def note(self, where: str, what: str) -> None:
        """Note something that is odd and no fault."""
        self.notes.append(Note(where, what))

    def account(self, text: str) -> str:
        """Return an account in the form in which accounts are compared."""
        return canonical_account(unescaped(text), self.realms)

    def day(self, row: Mapping[str, str], key: str, where: str) -> date | None:
        """Return a date; None where there is none."""
        return self._when(row, key, where, date.fromisoformat)

    def moment(self, row: Mapping[str, str], key: str, where: str, *, end_of_day: bool = False) -> datetime | None:
        """Return a local moment; a date alone means the beginning of the day, or its end."""
        return self._when(row, key, where, lambda text: self._moment(text, end_of_day=end_of_day))

    def span(self, row: Mapping[str, str], where: str) -> tuple[datetime | None, datetime | None]:
        """Return the moments between which a row holds; date and date mean whole days."""
        start, end = self.moment(row, "starts", where), self.moment(row, "ends", where, end_of_day=True)
        if start and end and end.timestamp() <= start.timestamp():
            self.fault("it ends before it starts", where, "check starts and ends")
        return start, end

    def days(self, row: Mapping[str, str], where: str) -> tuple[date | None, date | None]:
        """Return the first and the last day on which a row holds."""
        starts, ends = self.day(row, "starts", where), self.day(row, "ends", where)
        if starts and ends and ends < starts:
            self.fault("it ends before it starts", where, "check starts and ends")
        return starts, ends

    def _moment(self, text: str, *, end_of_day: bool = False) -> datetime:
        moment = datetime.fromisoformat(text)
        if "T" not in text and " " not in text and end_of_day and moment.year < _NO_END:
            moment += timedelta(days=1)
        if moment.tzinfo:
            return moment
        # What a clock shows twice, or never, when it is changed: whichever makes the entry longer.
        both = [moment.replace(tzinfo=self.zone, fold=fold) for fold in (0, 1)]
        return (max if end_of_day else min)(both, key=datetime.timestamp)

    def _when(self, row: Mapping[str, str], key: str, where: str, read: Callable[[str], _Moment]) -> _Moment | None:
        text = row.get(key, "")
        if not text:
            return None
        try:
            moment = read(text if _DATE.fullmatch(text) else "")
        except (ValueError, OverflowError):
            self.fault(f"'{key}' is no date or time", where, _WRITE)
            return None
        if moment.year >= _NO_END and key == "ends":
            return None
        if not _FIRST_YEAR <= int(text[:4]) <= _LAST_YEAR:  # as written: the end of a last day is in the next year
            self.fault(f"'{key}' is no date of our time", where, _WRITE)
            return None
        return moment

    def known_categories(self, row: Mapping[str, str], column: str, where: str) -> tuple[str, ...]:
        """Return the categories that a cell names."""
        wanted = words(row.get(column, ""))
        for category in wanted:
            if category not in self.categories:
                self.fault(f"'{column}' holds an unknown category", where, did_you_mean(category, self.categories))
        return wanted

    def one_of(self, row: Mapping[str, str], column: str, known: Iterable[str], where: str) -> str | None:
        """Return a cell that is one of some words; None, and a fault unless it is empty, where it is not."""
        value = row.get(column, "").lower()
        if not value or value in known:
            return value or None
        self.fault(f"'{column}' is none that there is", where, "write " + ", ".join(known))
        return None


def words(text: str) -> tuple[str, ...]:
    """Return the values of a cell that holds several."""
    return tuple(word.strip() for word in text.split(";") if word.strip())
