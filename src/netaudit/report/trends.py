"""Printed figures week by week: what a year of weeks looks like side by side, with nothing added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netaudit.report import words
from netaudit.report.figures import ORGANISATION, Row
from netaudit.report.tables import Cell, Column, Table, duration, number, text
from netaudit.report.words import natural

_LEAST_WEEKS = 2
_MOST_CLAUSES, _MOST_CLASSES = 3, 3


@dataclass(frozen=True, slots=True)
class Series:
    """One figure in every week, the earliest first; a week in which it is hidden has no row, or a suppressed one."""

    title: str
    short: str  # for the heading of a column
    rows: tuple[tuple[str, Row | None], ...]
    timed: bool


@dataclass(frozen=True, slots=True)
class Trends:
    """The figures of closed weeks."""

    series: tuple[Series, ...]
    table: Table


def trends(weeks: Mapping[str, Sequence[Row]]) -> Trends | None:
    """Return figures of the organisation week by week; None for fewer than two weeks.

    Told are the people who were active, and the clauses and classes that are shown in most weeks.

    Args:
        weeks: rows of closed weeks, by period.
    """
    if len(weeks) < _LEAST_WEEKS:
        return None
    periods = sorted(weeks)
    found: dict[tuple[str, str], dict[str, Row]] = {}
    for period in periods:
        for row in weeks[period]:
            if row.unit_level == ORGANISATION:
                found.setdefault((row.table, row.value), {})[period] = row

    def chosen(table: str, most: int) -> list[tuple[str, str]]:
        def weight(place: tuple[str, str]) -> tuple[object, ...]:
            shown = [row for row in found[place].values() if not row.suppressed]
            return (-len(shown), -sum(row.minutes or row.people or 0 for row in shown), natural(place[1]))

        told = [place for place in found if place[0] == table and any(not r.suppressed for r in found[place].values())]
        return sorted(sorted(told, key=weight)[:most], key=lambda place: natural(place[1]))

    series = [
        Series(title, short, tuple((period, found[place].get(period)) for period in periods), timed)
        for place, title, short, timed in (
            *(
                (place, "People active", "People active", False)
                for place in [("active_people", "active")]
                if place in found
            ),
            *(
                (place, f"People with a finding, {_title(found[place])}", f"{_title(found[place])}: people", False)
                for place in chosen("findings_by_clause", _MOST_CLAUSES)
            ),
            *(
                (place, f"Likely personal time: {_title(found[place])}", f"{_title(found[place])}: likely time", True)
                for place in chosen("time_by_class", _MOST_CLASSES)
            ),
        )
    ]
    if not series:
        return None
    return Trends(tuple(series), _table(periods, series))


def _title(rows: Mapping[str, Row]) -> str:
    return next(iter(rows.values())).title


def _table(periods: Sequence[str], series: Sequence[Series]) -> Table:
    by_week = [dict(one.rows) for one in series]
    rows = tuple(
        (
            Cell(words.period(period).partition(":")[0] + f" of {period[:4]}", period),
            *(_cell(values[period], timed=one.timed) for one, values in zip(series, by_week, strict=True)),
        )
        for period in reversed(periods)
    )
    columns = (
        Column("Week"),
        *(Column(one.short, numeric=True, unit="minutes" if one.timed else "") for one in series),
    )
    note = "Closed weeks only, the latest first. Nothing is added up: nobody is the same number in two weeks, so "
    note += "nobody can tell how many people there were in several weeks together."
    return Table("Figures week by week", columns, rows, "week-by-week.csv", note=note, wide=True)


def _cell(row: Row | None, *, timed: bool) -> Cell:
    if row is None:
        return text(words.NOTHING)
    return duration(row.minutes, hidden=row.suppressed) if timed else number(row.people, hidden=row.suppressed)
