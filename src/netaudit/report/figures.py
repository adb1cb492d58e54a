"""PUBLISHED figures as tables and charts: what one audience sees of one unit in one period."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from netaudit.report import words
from netaudit.report.charts import Amount, BarChart, HourChart, bar_chart, hour_chart
from netaudit.report.tables import Cell, Column, Table, duration, number, text

ORGANISATION = "organisation"

_ESTIMATES = (
    Column("Proven", numeric=True, unit="minutes"),
    Column("Likely", numeric=True, unit="minutes"),
    Column("Allowed", numeric=True, unit="minutes"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One PUBLISHED row, with its value in words."""

    table: str
    unit_level: str
    unit: str
    value: str
    title: str
    people: int | None
    minutes_low: int | None
    minutes: int | None
    minutes_high: int | None
    suppressed: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What a page may show of a unit and a period."""

    period: str
    provisional: bool
    active: Cell
    clauses: Table | None
    classes: Table | None
    class_chart: BarChart | None
    hours: Table | None
    hour_chart: HourChart | None
    units: Table | None

    @property
    def released(self) -> bool:
        """Whether any figure about findings or time may be shown."""
        tables = [table for table in (self.clauses, self.classes, self.hours) if table is not None]
        return any(not cell.hidden for table in tables for row in table.rows for cell in row[1:])


def periods(published: pl.DataFrame, report: str) -> list[str]:
    """Return the periods an audience has figures of, the latest first."""
    mine = published.filter(pl.col("report") == report)["period"]
    return sorted(mine.cast(pl.String).unique().to_list(), reverse=True)


def units(published: pl.DataFrame) -> list[tuple[str, str]]:
    """Return (unit, level) of every unit in the managers' figures, by name."""
    return sorted(published.select(pl.col("unit", "unit_level").cast(pl.String)).unique().rows())


def rows_of(
    published: pl.DataFrame, report: str, period: str, titles: Mapping[str, str]
) -> tuple[list[Row], bool]:
    """Return an audience's rows of a period, and whether the period is provisional."""
    mine = published.filter((pl.col("report") == report) & (pl.col("period") == period))
    if report != "ig":  # a week that has not closed is for IG only
        mine = mine.filter(~pl.col("provisional"))
    rows = [
        Row(
            table=row["table"],
            unit_level=row["unit_level"],
            unit=row["unit"],
            value=row["value"],
            title=titles.get(row["value"], row["value"] or ""),
            people=row["people"],
            minutes_low=row["minutes_low"],
            minutes=row["minutes"],
            minutes_high=row["minutes_high"],
            suppressed=row["suppressed"],
        )
        for row in mine.iter_rows(named=True)  # published figures, a few hundred: not log data
    ]
    return rows, bool(mine["provisional"].any())


def figures(
    rows: Sequence[Row],
    period: str,
    unit: tuple[str, str] | None,
    core_hours: tuple[float, float] | None,
    *,
    provisional: bool = False,
    prefix: str = "",
) -> Figures:
    """Return the tables and charts of one unit, or of the organisation where none is given.

    `prefix` goes before the names of the CSV files.
    """
    mine = [
        row
        for row in rows
        if (row.unit_level == ORGANISATION if unit is None else (row.unit, row.unit_level) == unit)
    ]
    active = next((row for row in mine if row.table == "active_people"), None)
    clauses = sorted(
        (row for row in mine if row.table == "findings_by_clause"), key=lambda row: _natural(row.value)
    )
    classes = _by_time(row for row in mine if row.table == "time_by_class")
    hours = {
        hour: row for row in mine if row.table == "time_by_hour" and (hour := _hour(row.value)) is not None
    }
    below = sorted(
        (row for row in rows if row.table == "active_people" and row.unit_level != ORGANISATION),
        key=lambda row: (row.unit_level, row.unit),  # by name: units are not ranked
    )
    return Figures(
        period=period,
        provisional=provisional,
        active=number(None if active is None else active.people, hidden=active is None or active.suppressed),
        clauses=_clause_table(clauses, f"{prefix}findings-by-clause.csv") if clauses else None,
        classes=_class_table(classes, f"{prefix}time-by-class.csv") if classes else None,
        class_chart=_class_chart(classes) if classes else None,
        hours=_hour_table(hours, f"{prefix}time-by-hour.csv") if hours else None,
        hour_chart=_hour_chart(hours, core_hours) if hours else None,
        units=_unit_table(below, f"{prefix}people-by-unit.csv") if unit is None and below else None,
    )


def _by_time(rows: Iterable[Row]) -> list[Row]:
    """Most time first; what is hidden comes last and by name, so that its place gives nothing away."""
    shown = sorted(rows, key=lambda row: row.title)
    return sorted(shown, key=lambda row: -(row.minutes or 0) if not row.suppressed else 1)


def _clause_table(rows: Sequence[Row], csv_name: str) -> Table:
    return Table(
        "People with at least one finding, by clause",
        (Column("Clause"), Column("People", numeric=True)),
        tuple((text(row.title), number(row.people, hidden=row.suppressed)) for row in rows),
        csv_name,
    )


def _estimates(row: Row) -> tuple[Cell, ...]:
    return tuple(
        duration(minutes, hidden=row.suppressed)
        for minutes in (row.minutes_low, row.minutes, row.minutes_high)
    )


def _class_table(rows: Sequence[Row], csv_name: str) -> Table:
    return Table(
        "Estimated personal time by class of site",
        (Column("Class"), Column("People", numeric=True), *_ESTIMATES),
        tuple((text(row.title), number(row.people, hidden=row.suppressed), *_estimates(row)) for row in rows),
        csv_name,
    )


def _class_chart(rows: Sequence[Row]) -> BarChart:
    return bar_chart(
        "Estimated personal time by class of site", [_amount(row.title, row) for row in rows], ranged=True
    )


def _hour_table(hours: Mapping[int, Row], csv_name: str) -> Table:
    return Table(
        "Estimated personal time by hour of the day",
        (Column("Hour"), Column("People", numeric=True), *_ESTIMATES),
        tuple(
            (text(_hour_label(hour)), number(row.people, hidden=row.suppressed), *_estimates(row))
            for hour, row in sorted(hours.items())
        ),
        csv_name,
    )


def _hour_chart(hours: Mapping[int, Row], core: tuple[float, float] | None) -> HourChart:
    nothing = Amount("", 0.0, 0.0, 0.0, "")
    return hour_chart(
        "Estimated personal time by hour of the day",
        [_amount(_hour_label(hour), hours[hour]) if hour in hours else nothing for hour in range(24)],
        core,
    )


def _unit_table(rows: Sequence[Row], csv_name: str) -> Table:
    return Table(
        "People active in the period, by unit",
        (Column("Unit"), Column("Level"), Column("People", numeric=True)),
        tuple(
            (text(row.unit), text(row.unit_level.capitalize()), number(row.people, hidden=row.suppressed))
            for row in rows
        ),
        csv_name,
    )


def _amount(label: str, row: Row) -> Amount:
    if row.suppressed or row.minutes is None:
        return Amount(label, 0.0, None, 0.0, words.HIDDEN)
    low = row.minutes if row.minutes_low is None else row.minutes_low
    high = row.minutes if row.minutes_high is None else row.minutes_high
    return Amount(label, low, row.minutes, high, f"{words.short_minutes(row.minutes)} likely")


def _hour(value: str) -> int | None:
    digits = value[:2].strip(":")
    return int(digits) if digits.isascii() and digits.isdigit() and int(digits) < 24 else None


def _hour_label(hour: int) -> str:
    return f"{hour:02d}:00 to {(hour + 1) % 24:02d}:00"


def _natural(value: str) -> list[tuple[int, str]]:
    """Return a sort key that puts clause 7.10 after 7.9."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"\d+|\D+", value)]
