"""What the board reads: one page of the organisation as a whole, from published figures of weeks that have closed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import polars as pl

from netaudit.contracts.leaving import RunFacts
from netaudit.report import words
from netaudit.report.audience import Audience
from netaudit.report.figures import ORGANISATION, Row, rows_of
from netaudit.report.pictures import Amount, Picture, trend
from netaudit.report.tables import Cell, Column, Table, duration, number, text

_MOST_WEEKS = 53  # a year, and the week it began with
_FEWEST_WEEKS = 2  # of a line
_OFTEN = 0.9  # a class that is shown in fewer of the weeks would make the line jump without any change
_ROUTED = re.compile(r" \([a-z]+\)$")  # "7.4 (safeguarding)": the row of a route of its own
_TITLE = "Personal time a week for each person on the staff list"


@dataclass(frozen=True, slots=True)
class BoardWeek:
    """The three figures of a week, each from printed rows alone; a cell may be hidden."""

    period: str
    headcount: Cell
    active: Cell
    found: Cell  # people with a finding, of the clause that has most
    clause: str  # that clause in words; nothing where none is shown
    time: Amount  # personal minutes for each person on the staff list

    @property
    def range(self) -> str:
        """Return between what the time lies, in words."""
        return f"{words.short_minutes(self.time.low)} and {words.short_minutes(self.time.high)}"


def board_pages(audience: Audience, published: pl.DataFrame, facts: RunFacts, titles: Mapping[str, str]) -> None:
    """Add the page for the board: one chart and three figures, of weeks that have closed.

    Args:
        audience: the folder, which gets `index.html` and the table of its chart.
        published: PUBLISHED. Only rows of report "ig" about the whole organisation that are not provisional count,
            without those that `facts.left_out` names and without findings on a route of their own: papers of a board
            are often published.
        facts: what the run did.
        titles: titles by class id and by clause.
    """
    weeks, classes = board_weeks(published, facts, titles)
    table = week_table(weeks) if weeks else None
    audience.page(
        "board/index.jinja", "index.html", [table],
        week=weeks[-1] if weeks else None, before=_before(weeks), classes=classes, table=table,
        picture=week_picture(weeks), count=len(weeks), missing=missing_weeks(weeks),
    )  # fmt: skip


def board_weeks(
    published: pl.DataFrame, facts: RunFacts, titles: Mapping[str, str]
) -> tuple[list[BoardWeek], list[str]]:
    """Return the weeks that have closed, the earliest first, and the titles of the classes whose time they add up.

    Only classes that are shown in nearly all weeks are added up, so that the line does not jump when one is hidden;
    where there is no such class, those that are shown most often. A week in which one of them is hidden has no time.
    """
    mine = published.filter(
        (pl.col("report") == "ig") & (pl.col("unit_level") == ORGANISATION) & ~pl.col("provisional")
    )
    left_out = set(facts.left_out)
    shown = {
        period: [row for row in rows_of(mine, "ig", period, titles)[0] if row.value not in left_out]
        for period in sorted(mine["period"].cast(pl.String).unique().to_list())[-_MOST_WEEKS:]
    }
    classes = _classes([_times(rows) for rows in shown.values()])
    titled = {row.value: row.title for rows in shown.values() for row in rows if row.value in classes}
    return [_week(period, rows, classes) for period, rows in shown.items()], sorted(titled.values())


def _times(rows: Sequence[Row]) -> dict[str, Row]:
    """Return the classes whose minutes a week shows."""
    return {row.value: row for row in rows if row.table == "time_by_class" and row.minutes is not None}


def _classes(weeks: Sequence[Mapping[str, Row]]) -> frozenset[str]:
    """Return the classes that are shown in nearly all of the weeks that show any."""
    told = [week for week in weeks if week]
    often = {value: sum(value in week for week in told) for week in told for value in week}
    enough = min(ceil(_OFTEN * len(told)), max(often.values(), default=0))
    return frozenset(value for value, times in often.items() if times >= enough)


def _week(period: str, rows: Sequence[Row], classes: frozenset[str]) -> BoardWeek:
    people = {row.value: row for row in rows if row.table == "active_people"}
    headcount = people.get("headcount")
    clauses = [
        row
        for row in rows
        if row.table == "findings_by_clause" and row.people is not None and not _ROUTED.search(row.value)
    ]
    most = max(clauses, key=lambda row: (row.people or 0, row.title), default=None)
    return BoardWeek(
        period,
        _people(headcount),
        _people(people.get("active")),
        _people(most),
        "" if most is None else most.title,
        _time(period, _times(rows), classes, headcount),
    )


def _people(row: Row | None) -> Cell:
    return number(None if row is None else row.people)


def _time(period: str, times: Mapping[str, Row], classes: frozenset[str], headcount: Row | None) -> Amount:
    staff = headcount.people if headcount is not None else None
    if not classes or not staff or classes - set(times):
        return Amount(period, 0.0, None, 0.0, words.HIDDEN)
    mine = [times[value] for value in sorted(classes)]
    low = sum(row.minutes_low if row.minutes_low is not None else row.minutes or 0 for row in mine)
    likely = sum(row.minutes or 0 for row in mine)
    high = sum(row.minutes_high if row.minutes_high is not None else row.minutes or 0 for row in mine)
    return Amount(
        period,
        round(low / staff, 1),
        round(likely / staff, 1),
        round(high / staff, 1),
        f"{words.short_minutes(likely / staff)} likely",
    )


def week_picture(weeks: Sequence[BoardWeek]) -> Picture | None:
    """Return the line over the weeks; None where there is no second week, or no time to draw."""
    if len(weeks) < _FEWEST_WEEKS or all(week.time.likely is None for week in weeks):
        return None
    return trend(_TITLE, [(words.first_day(week.period), week.time) for week in weeks])


def missing_weeks(weeks: Sequence[BoardWeek]) -> int:
    """Return how many weeks between the first and the last have no figures at all, hidden or not."""
    if not weeks:
        return 0
    first, last = words.monday(weeks[0].period), words.monday(weeks[-1].period)
    return 0 if first is None or last is None else (last - first).days // 7 + 1 - len(weeks)


def _before(weeks: Sequence[BoardWeek]) -> tuple[int, str, str] | None:
    """Return in how many earlier weeks the time is shown, its least and its most in words."""
    likely = [week.time.likely for week in weeks[:-1] if week.time.likely is not None]
    if not likely:
        return None
    return len(likely), words.short_minutes(min(likely)), words.short_minutes(max(likely))


def week_table(weeks: Sequence[BoardWeek]) -> Table:
    """Return the table of the line over the weeks, the latest first."""
    return Table(
        _TITLE,
        (
            Column("Week"),
            Column("On the staff list", numeric=True),
            Column("Used the web", numeric=True),
            Column("People with a finding", numeric=True),
            Column("Proven", numeric=True, unit="minutes"),
            Column("Likely", numeric=True, unit="minutes"),
            Column("At most", numeric=True, unit="minutes"),
        ),
        tuple(
            (text(words.period(week.period)), week.headcount, week.active, week.found, *_times_of(week.time))
            for week in reversed(weeks)
        ),
        "weeks.csv",
        note="People with a finding are those of the clause that has most in that week.",
    )


def _times_of(time: Amount) -> tuple[Cell, ...]:
    hidden = time.likely is None
    return tuple(duration(minutes, hidden=hidden) for minutes in (time.low, time.likely, time.high))
