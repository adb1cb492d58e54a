"""What the printed figures of some weeks have in common, as tables: between which figures each row lies."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from netaudit.contracts.leaving import RANGES
from netaudit.report.tables import Cell, Column, Table, text
from netaudit.report.words import HIDDEN, count, natural, short_minutes

_CAPTIONS = {
    "active_people": ("People active in a week", "active-people-range.csv"),
    "findings_by_clause": ("People with a finding in a week, by clause", "findings-by-clause-range.csv"),
    "time_by_class": ("Personal time in a week, by class of site", "time-by-class-range.csv"),
    "time_by_hour": ("Personal time in a week, by hour of the day", "time-by-hour-range.csv"),
    "cases_by_status": ("People in a week, by the status of their cases", "people-by-status-range.csv"),
}


def ranges_tables(ranges: pl.DataFrame, titles: Mapping[str, str]) -> list[Table]:
    """Return RANGES as a table for each table of PUBLISHED; of what is hidden in most weeks no more than that it is.

    Args:
        ranges: RANGES.
        titles: by class id, and by clause.
    """
    rows = RANGES.fit(ranges).to_dicts()  # published figures, a few hundred: not log data
    return [
        _table(name, [row for row in rows if row["table"] == name], titles)
        for name in _CAPTIONS
        if any(row["table"] == name for row in rows)
    ]


def _table(name: str, rows: list[dict[str, object]], titles: Mapping[str, str]) -> Table:
    caption, csv_name = _CAPTIONS[name]
    timed = name.startswith("time_")
    ordered = sorted(rows, key=lambda row: natural(_title(name, str(row["value"]), titles)))
    cells = tuple(
        (
            text(_title(name, str(row["value"]), titles)),
            Cell(f"{row['weeks_shown']} of {row['weeks']}", f"{row['weeks_shown']} of {row['weeks']}"),
            _range(row["people_low"], row["people_high"], timed=False),
            *([_range(row["minutes_low"], row["minutes_high"], timed=True)] if timed else []),
        )
        for row in ordered
    )
    columns = (
        Column("Figure"),
        Column("Weeks that show it"),
        Column("People a week"),
        *([Column("Likely time a week")] if timed else []),
    )
    return Table(caption, columns, cells, csv_name)


def _title(name: str, value: str, titles: Mapping[str, str]) -> str:
    if name == "active_people":
        return "People active"
    if name == "time_by_hour":
        return f"{value}:00"
    return titles.get(value, f"Clause {value}" if name == "findings_by_clause" else value.capitalize())


def _range(low: object, high: object, *, timed: bool) -> Cell:
    if not isinstance(low, int) or not isinstance(high, int):
        return Cell(HIDDEN, HIDDEN)
    words = [short_minutes(end) if timed else count(end) for end in (low, high)]
    told = words[0] if words[0] == words[1] else f"{words[0]} to {words[1]}"
    return Cell(told, str(low) if low == high else f"{low} to {high}")
