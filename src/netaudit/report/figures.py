"""PUBLISHED figures as tables and charts: what one audience sees of one unit in one period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from netaudit.report import words
from netaudit.report.pictures import Amount, Picture, bars
from netaudit.report.pictures import hours as hours_picture
from netaudit.report.tables import Cell, Column, Table, duration, number, text
from netaudit.report.weekday_hours import cell_picture, cell_table, place_of
from netaudit.report.words import natural

ORGANISATION = "organisation"
STATUSES = {
    "new": "To review",
    "close": "Close to the limit",
    "excused": "Excused",
    "confirmed": "Confirmed",
    "withdrawn": "Withdrawn",
}

_ESTIMATES = (
    Column("Proven", numeric=True, unit="minutes"),
    Column("Likely", numeric=True, unit="minutes"),
    Column("At most", numeric=True, unit="minutes"),
)
_FEW_CLAUSES = 4  # as many hidden ones are named; more are one row
_MOST_UNITS = 100  # on a page; from there on teams are in the CSV beside it alone
_HOURS = frozenset(f"{hour:02d}" for hour in range(24))


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
    due: datetime | None  # when its figures come: the week is still open
    active: Cell  # of the organisation: of its parts it is never published
    headcount: Cell
    clauses: Table | None
    classes: Table | None
    class_chart: Picture | None
    hours: Table | None
    hour_chart: Picture | None
    cells: Table | None  # of weekday and hour; none in a store of a version that had none
    cell_chart: Picture | None
    units: Table | None
    statuses: Table | None

    @property
    def tables(self) -> list[Table | None]:
        """Return every table, for the CSV files beside the page."""
        return [self.clauses, self.classes, self.hours, self.cells, self.units, self.statuses]

    @property
    def released(self) -> bool:
        """Whether any figure about findings or time may be shown."""
        return any(_is_released(table) for table in (self.clauses, self.classes, self.hours))


def _is_released(table: Table | None) -> bool:
    return table is not None and any(not cell.hidden for row in table.rows for cell in row[1:])


def periods(published: pl.DataFrame, report: str) -> list[str]:
    """Return the periods an audience has figures of, the latest first."""
    mine = published.filter(pl.col("report") == report)["period"]
    return sorted(mine.cast(pl.String).unique().to_list(), reverse=True)


def units(published: pl.DataFrame) -> list[tuple[str, str]]:
    """Return (unit, level) of every unit in the managers' figures, by name."""
    return sorted(published.select(pl.col("unit", "unit_level").cast(pl.String)).unique().rows())


def rows_of(published: pl.DataFrame, report: str, period: str, titles: Mapping[str, str]) -> tuple[list[Row], bool]:
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
            title=_title(row["dimension"], row["value"] or "", titles),
            people=row["people"],
            minutes_low=row["minutes_low"],
            minutes=row["minutes"],
            minutes_high=row["minutes_high"],
            suppressed=row["suppressed"],
        )
        for row in mine.iter_rows(named=True)  # published figures, a few hundred: not log data
    ]
    return rows, bool(mine["provisional"].any())


def _title(dimension: str, value: str, titles: Mapping[str, str]) -> str:
    return titles.get(value, f"Clause {value}" if dimension == "clause" else value)


def figures(
    rows: Sequence[Row],
    period: str,
    unit: tuple[str, str] | None = None,
    *,
    core_hours: tuple[float, float] | None = None,
    lunch_hours: tuple[float, float] | None = None,
    core_days: Sequence[int] = (),
    provisional: bool = False,
    due: datetime | None = None,
) -> Figures:
    """Return the tables and charts of one unit, or of the organisation where none is given."""
    mine = [
        row for row in rows if (row.unit_level == ORGANISATION if unit is None else (row.unit, row.unit_level) == unit)
    ]
    people = {row.value: row for row in mine if row.table == "active_people"}
    clauses = sorted((row for row in mine if row.table == "findings_by_clause"), key=lambda row: natural(row.value))
    classes = _by_time(row for row in mine if row.table == "time_by_class")
    hours = {hour: row for row in mine if row.table == "time_by_hour" and (hour := _hour(row.value)) is not None}
    cells = {place: row for row in mine if row.table == "time_by_weekday_hour" and (place := place_of(row.value))}
    statuses = {row.value: row for row in mine if row.table == "cases_by_status"}
    below = [row for row in rows if row.table == "active_people" and row.unit_level != ORGANISATION]
    return Figures(
        period=period,
        provisional=provisional,
        due=due,
        active=_people(people.get("active")),
        headcount=_people(people.get("headcount")),
        clauses=_clause_table(clauses, "findings-by-clause.csv") if clauses else None,
        classes=_class_table(classes, "time-by-class.csv") if classes else None,
        class_chart=_class_chart(classes) if _any_shown(classes) else None,
        hours=_hour_table(hours, "time-by-hour.csv") if hours else None,
        hour_chart=_hour_chart(hours, core_hours) if _any_shown(hours.values()) else None,
        cells=cell_table(cells, "time-by-weekday-and-hour.csv") if cells else None,
        cell_chart=cell_picture(cells, core_hours, lunch_hours, core_days),
        units=_unit_table(below, "people-by-unit.csv") if unit is None and below else None,
        statuses=_status_table(statuses, "people-by-status.csv") if statuses else None,
    )


def _any_shown(rows: Iterable[Row]) -> bool:
    return any(not row.suppressed and row.minutes is not None for row in rows)


def _people(row: Row | None) -> Cell:
    return number(None if row is None else row.people, hidden=row is None or row.suppressed)


def _by_time(rows: Iterable[Row]) -> list[Row]:
    """Most time first; what is hidden comes last and by name, so that its place gives nothing away."""
    return sorted(rows, key=lambda row: (row.suppressed, -(row.minutes or 0), row.title))


def _folded(
    caption: str, columns: tuple[Column, ...], rows: Sequence[Row], csv_name: str, others: str, *, few: int = 1
) -> Table:
    """Return a table whose hidden rows, if they are not few, are one row on the page; its CSV file has them all."""
    timed = len(columns) > 2  # noqa: PLR2004  # a title, people, and then minutes

    def cells(row: Row) -> tuple[Cell, ...]:
        return (text(row.title), _people(row), *(_estimates(row) if timed else ()))

    shown = [cells(row) for row in rows if not row.suppressed]
    hidden = sum(row.suppressed for row in rows)
    if hidden <= few:
        shown = [cells(row) for row in rows]
    else:
        title = f"Other {others}" if shown else others.capitalize()
        shown.append((text(f"{title}: {hidden}"), *[number(None)] * (len(columns) - 1)))
    return Table(caption, columns, tuple(shown), csv_name, csv_rows=tuple(cells(row) for row in rows))


def _clause_table(rows: Sequence[Row], csv_name: str) -> Table:
    columns = (Column("Clause"), Column("People", numeric=True))
    caption = "People with at least one finding, by clause"
    note = "Only findings that stand are counted: those to review, and those confirmed."
    return replace(_folded(caption, columns, rows, csv_name, "clauses", few=_FEW_CLAUSES), note=note)


def _estimates(row: Row) -> tuple[Cell, ...]:
    return tuple(
        duration(minutes, hidden=row.suppressed) for minutes in (row.minutes_low, row.minutes, row.minutes_high)
    )


def _class_table(rows: Sequence[Row], csv_name: str) -> Table:
    columns = (Column("Class"), Column("People", numeric=True), *_ESTIMATES)
    table = _folded("Estimated personal time by class of site", columns, rows, csv_name, "classes")
    return replace(table, note="Every class has a row or is among the others, whether anybody went there or not.")


def _class_chart(rows: Sequence[Row]) -> Picture:
    shown = [_amount(row.title, row) for row in rows if not row.suppressed]
    hidden = [row for row in rows if row.suppressed]
    if hidden:
        title = hidden[0].title if len(hidden) == 1 else f"Other classes: {len(hidden)}"
        shown.append(Amount(title, 0.0, None, 0.0, words.HIDDEN))
    return bars("Estimated personal time by class of site", shown, ranged=True)


def _hour_table(hours: Mapping[int, Row], csv_name: str) -> Table:
    return Table(
        "Estimated personal time by hour of the day",
        (Column("Hour"), Column("People", numeric=True), *_ESTIMATES),
        tuple((text(_hour_label(hour)), _people(row), *_estimates(row)) for hour, row in sorted(hours.items())),
        csv_name,
    )


def _hour_chart(hours: Mapping[int, Row], core: tuple[float, float] | None) -> Picture:
    nothing = Amount("", 0.0, 0.0, 0.0, "")
    return hours_picture(
        "Estimated personal time by hour of the day",
        [_amount(_hour_label(hour), hours[hour]) if hour in hours else nothing for hour in range(24)],
        core,
    )


def _unit_table(rows: Sequence[Row], csv_name: str) -> Table:
    by_unit: dict[tuple[str, str], dict[str, Row]] = {}
    for row in sorted(rows, key=lambda row: (row.unit_level, row.unit)):  # by name: units are not ranked
        by_unit.setdefault((row.unit, row.unit_level), {})[row.value] = row
    all_units = {
        (unit, level): (text(unit), text(level.capitalize()), _people(values.get("headcount")))
        for (unit, level), values in by_unit.items()
    }
    directorates = tuple(row for (_, level), row in all_units.items() if level == "directorate")
    folded = len(all_units) > _MOST_UNITS and bool(directorates)
    return Table(
        "People by directorate and team",
        (
            Column("Unit"),
            Column("Level"),
            Column("On the staff list", numeric=True),
        ),
        directorates[:_MOST_UNITS] if folded else tuple(all_units.values()),
        csv_name,
        note=f"The CSV file has all {words.count(len(all_units))} units, with their teams." if folded else "",
        csv_rows=tuple(all_units.values()) if folded else None,
    )


def _status_table(statuses: Mapping[str, Row], csv_name: str) -> Table:
    return Table(
        "People by the status of their cases",
        (Column("Status"), Column("People", numeric=True)),
        tuple((text(title), _people(statuses.get(status))) for status, title in STATUSES.items()),
        csv_name,
    )


def _amount(label: str, row: Row) -> Amount:
    if row.suppressed or row.minutes is None:
        return Amount(label, 0.0, None, 0.0, words.HIDDEN)
    low = row.minutes if row.minutes_low is None else row.minutes_low
    high = row.minutes if row.minutes_high is None else row.minutes_high
    return Amount(label, low, row.minutes, high, f"{words.short_minutes(row.minutes)} likely")


def _hour(value: str) -> int | None:
    return int(value) if value in _HOURS else None


def _hour_label(hour: int) -> str:
    return f"{hour:02d}:00 to {(hour + 1) % 24:02d}:00"
