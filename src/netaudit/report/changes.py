"""What changed since the week before: two printed figures side by side, and whether their doubt leaves a difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from netaudit.definitions.periods import days_of, is_period, period_of
from netaudit.report import words
from netaudit.report.case_view import CaseEntry
from netaudit.report.figures import ORGANISATION, STATUSES, Row
from netaudit.report.tables import Cell, Column, Table, duration, number, text
from netaudit.report.words import natural

_MOST_CLASSES = 8  # those with most time; the tables of both weeks have all
_NO_CHANGE = "No clear change"
_NO_COMPARISON = "Cannot be compared"
_Rows = Mapping[tuple[str, str], Row]  # by table and value


def week_before(period: str) -> str:
    """Return the ISO week before one; "" where the period is no week.

    >>> week_before("2026-W01")
    '2025-W52'
    """
    return period_of(days_of(period)[0] - timedelta(days=1)) if is_period(period) else ""


def changes(
    now: Sequence[Row],
    before: Sequence[Row],
    cases: tuple[Sequence[CaseEntry], Sequence[CaseEntry]] | None,
    rounding: int,
) -> Table | None:
    """Return the figures of a week beside those of the week before; None where there are none.

    Both are printed on the pages of their weeks. People differ where they do by more than the rounding; time, where
    the likely figure of each week lies outside what the other week leaves open.

    Args:
        now: rows of the week.
        before: rows of the week before it.
        cases: of both weeks, exact; None: they are withheld.
        rounding: of published counts.
    """
    mine, theirs = _by_place(now), _by_place(before)
    rows = [*_case_rows(*cases)] if cases else []
    places = sorted(
        (place for place in {*mine, *theirs} if place[0] in ("findings_by_clause", "time_by_class")),
        key=lambda place: (place[0], natural(place[1])),
    )
    active = ("active_people", "active")
    if active in mine or active in theirs:
        rows.append(_people_row("People active", mine.get(active), theirs.get(active), rounding))
    for place in places:
        if place[0] == "findings_by_clause" and _is_told(mine.get(place), theirs.get(place)):
            title = f"People with a finding, {(mine.get(place) or theirs[place]).title}"
            rows.append(_people_row(title, mine.get(place), theirs.get(place), rounding))
    classes = [
        place for place in places if place[0] == "time_by_class" and _is_told(mine.get(place), theirs.get(place))
    ]
    classes.sort(key=lambda place: (-max(_likely(mine.get(place)), _likely(theirs.get(place))), place))
    for place in classes[:_MOST_CLASSES]:
        title = f"Personal time: {(mine.get(place) or theirs[place]).title}"
        rows.append(_time_row(title, mine.get(place), theirs.get(place)))
    if not rows:
        return None
    return Table(
        "What changed since the week before",
        (
            Column("Figure"),
            Column("This week", numeric=True),
            Column("Week before", numeric=True),
            Column("Change"),
        ),
        tuple(rows),
        "changes.csv",
        note="Cases are exact counts. People are rounded, so a difference that rounding could make is no clear change. "
        "Time is the likely figure; it is called more or less only where each week lies outside what the other leaves "
        "open. One week beside another is no trend.",
    )


def _by_place(rows: Sequence[Row]) -> _Rows:
    return {(row.table, row.value): row for row in rows if row.unit_level == ORGANISATION}


def _case_rows(now: Sequence[CaseEntry], before: Sequence[CaseEntry]) -> Iterator[tuple[Cell, ...]]:
    for status, title in STATUSES.items():
        mine, theirs = (sum(entry.case.status == status for entry in some) for some in (now, before))
        if mine or theirs:
            change = f"{words.count(abs(mine - theirs))} {'more' if mine > theirs else 'fewer'}"
            yield (
                text(f"Cases: {title.lower()}"),
                number(mine),
                number(theirs),
                text(change if mine != theirs else "No change"),
            )


def _is_told(*rows: Row | None) -> bool:
    return any(row is not None and not row.suppressed for row in rows)


def _likely(row: Row | None) -> int:
    return 0 if row is None or row.suppressed else row.minutes or 0


def _people_row(title: str, now: Row | None, before: Row | None, rounding: int) -> tuple[Cell, ...]:
    mine, theirs = (None if row is None or row.suppressed else row.people for row in (now, before))
    if mine is None or theirs is None:
        change = _NO_COMPARISON
    elif abs(mine - theirs) <= rounding:
        change = _NO_CHANGE
    else:
        change = f"About {words.count(abs(mine - theirs))} {'more' if mine > theirs else 'fewer'}"
    return text(title), number(mine), number(theirs), text(change)


def _time_row(title: str, now: Row | None, before: Row | None) -> tuple[Cell, ...]:
    mine, theirs = (None if row is None or row.suppressed else row.minutes for row in (now, before))
    if mine is None or theirs is None or now is None or before is None:
        change = _NO_COMPARISON
    elif _leaves_open(now, theirs) or _leaves_open(before, mine):
        change = _NO_CHANGE
    else:
        change = f"{words.short_minutes(abs(mine - theirs))} {'more' if mine > theirs else 'less'}"
    return text(title), duration(mine), duration(theirs), text(change)


def _leaves_open(row: Row, minutes: int) -> bool:
    """Whether minutes lie between what is proven of a figure and what it is at most."""
    low, high = row.minutes_low, row.minutes_high
    return low is None or high is None or low <= minutes <= high
