"""Holds: weeks and cases that must not be destroyed, whatever their age, because somebody has said so and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from netaudit.definitions.csv_tables import Columns, Row, read_rows
from netaudit.definitions.periods import days_of, is_period, period_of
from netaudit.errors import DefinitionError, Problem

_COLUMNS = Columns(("period", "case", "reason", "set_by", "set_on", "until"), ("reason", "set_by", "set_on"))
_CASE = re.compile(r"F-[0-9A-Z]{10}")
_BETWEEN = ".."
_MOST_WEEKS = 522


@dataclass(frozen=True, slots=True)
class Hold:
    """What is to be left alone."""

    periods: tuple[str, ...]
    case_number: str
    reason: str
    set_by: str
    set_on: date
    until: date | None  # the last day; None: until the row is taken out
    place: str

    def __str__(self) -> str:
        """Return why something is held, and who says so."""
        until = f" until {self.until}" if self.until else ""
        return f"{self.reason} (set by {self.set_by} on {self.set_on}{until})"


def read_holds(path: Path | None, today: date) -> list[Hold]:
    """Return the holds of a file that are in force on a day; none without a file.

    Raises:
        DefinitionError: with every fault of the file.
    """
    if path is None:
        return []
    if not path.is_file():
        raise DefinitionError(Problem("there is no such file", str(path), "write its heading: period,case,reason,…"))
    problems: list[Problem] = []
    rows = read_rows(path, _COLUMNS, problems)
    holds = []
    for place, row in rows:
        faults = list(_faults(row, place))
        problems += faults
        if not faults and not problems:
            holds.append(_hold(row, place))
    if problems:
        raise DefinitionError(problems)
    return [one for one in holds if one.until is None or today <= one.until]


def _faults(row: Row, place: str) -> Iterator[Problem]:
    if not row["period"] and not row["case"]:
        yield Problem("neither a week nor a case is held", place, "write 2026-W11, 2026-W10..2026-W12, or F-7KQ2M9XWTB")
    if row["period"] and not _periods(row["period"]):
        yield Problem("'period' names no weeks", place, "write 2026-W11, or 2026-W10..2026-W12")
    if row["case"] and not _CASE.fullmatch(row["case"]):
        yield Problem("'case' is no number of a case", place, "write it as its page has it: F-7KQ2M9XWTB")
    for name in ("set_on", "until"):
        if row[name] and _day(row[name]) is None:
            yield Problem(f"'{name}' is no date", place, "write 2027-01-31")


def _periods(text: str) -> tuple[str, ...]:
    first, between, last = text.partition(_BETWEEN)
    last = last if between else first
    if not (is_period(first) and is_period(last) and first <= last):
        return ()
    monday, periods = days_of(first)[0], [first]
    while periods[-1] < last and len(periods) < _MOST_WEEKS:
        monday += timedelta(weeks=1)
        periods.append(period_of(monday))
    return tuple(periods) if periods[-1] == last else ()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _hold(row: Row, place: str) -> Hold:
    return Hold(
        _periods(row["period"]),
        row["case"],
        row["reason"],
        row["set_by"],
        date.fromisoformat(row["set_on"]),
        _day(row["until"]),
        place,
    )
