"""A week's true figures in, its printed figures out: what is hidden is decided over all tables together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from netaudit.protect.across import ACTIVE_ROW, Counts, Key, hidden_people
from netaudit.protect.dark_minutes import hide_minutes, minute_figures
from netaudit.protect.disclosure import Figure, Row
from netaudit.protect.suppression import SuppressionSettings
from netaudit.protect.units import Staff
from netaudit.protect.weekday_hours import hide_cell_minutes


@dataclass(frozen=True, slots=True)
class Week:
    """The true figures of a week: by value where there are several, then by unit."""

    staff: Staff
    active: Row
    clauses: Mapping[str, Row]
    classes: Mapping[str, Row]
    hours: Mapping[str, Row]
    statuses: Mapping[str, Row]
    cells: Mapping[str, Row]  # of weekday and hour
    held: frozenset[tuple[str, str, int]] = frozenset()  # table, value and unit of what is hidden whatever it is
    # By value of `clauses`: the classes in one of which everybody in the row had personal time.
    proven: Mapping[str, Collection[str]] = field(default_factory=dict)


class Shown(NamedTuple):
    """What is printed of a figure."""

    people: int | None = None
    minutes_low: int | None = None
    minutes: int | None = None
    minutes_high: int | None = None


Rows = dict[str, dict[int, Shown]]
"""What is printed in a table, by value and unit."""


def released(week: Week, settings: SuppressionSettings) -> Iterator[tuple[str, str, Rows]]:
    """Yield each table, its dimension and what is printed in it."""
    tree = week.staff.tree
    heads = [unit.headcount for unit in tree.units]
    hours = {hour: row[0] for hour, row in week.hours.items()}
    statuses = {status: row[0] for status, row in week.statuses.items()}
    cells = {cell: row[0] for cell, row in week.cells.items()}
    held: defaultdict[Key, set[int]] = defaultdict(set)
    for table, value, unit in week.held:
        held[table, value].add(unit)
    hidden = hidden_people(
        Counts(
            tree,
            week.active,
            {("findings_by_clause", value): row for value, row in week.clauses.items()},
            {("time_by_class", value): row for value, row in week.classes.items()},
            {("time_by_hour", value): figure for value, figure in hours.items()},
            {("cases_by_status", value): figure for value, figure in statuses.items()},
            {
                ("findings_by_clause", value): [("time_by_class", category) for category in sorted(classes)]
                for value, classes in week.proven.items()
            },
            {("time_by_weekday_hour", value): figure for value, figure in cells.items()},
        ),
        held,
        settings,
    )
    hidden_classes = {value: hidden["time_by_class", value] for value in week.classes}
    dark = {hour for hour in hours if hidden["time_by_hour", hour]}
    dark_cells = {cell for cell in cells if hidden["time_by_weekday_hour", cell]}
    minutes, telling = minute_figures(tree, week.classes, hours, settings), frozenset[str]()
    while True:
        without_minutes, dark_minutes = hide_minutes(
            tree, week.classes, hours, hidden_classes, dark | telling, settings
        )
        of_cells = hide_cell_minutes(minutes, cells, dark_cells, without_minutes, dark_minutes, settings)
        if not of_cells.telling:
            break
        telling |= of_cells.telling

    everywhere = range(len(heads))
    yield (
        "active_people",
        "none",
        {
            "active": {0: _people(week.active[0].people, settings, hidden=bool(hidden[ACTIVE_ROW]))},
            "headcount": {
                unit: _people(
                    head,
                    settings,
                    hidden=settings.too_small(head) or unit in held["active_people", "headcount"],
                )
                for unit, head in enumerate(heads)
            },
        },
    )
    yield (
        "findings_by_clause",
        "clause",
        {
            value: {
                unit: _people(row[unit].people, settings, hidden=unit in hidden["findings_by_clause", value])
                for unit in everywhere
            }
            for value, row in week.clauses.items()
        },
    )
    yield (
        "time_by_class",
        "category",
        {
            value: {
                unit: _timed(
                    row[unit],
                    settings,
                    hidden=unit in hidden_classes[value],
                    timeless=unit in without_minutes[value],
                )
                for unit in everywhere
            }
            for value, row in week.classes.items()
        },
    )
    yield (
        "time_by_hour",
        "hour",
        {
            hour: {0: _timed(figure, settings, hidden=hour in dark, timeless=hour in dark_minutes)}
            for hour, figure in hours.items()
        },
    )
    yield (
        "time_by_weekday_hour",
        "weekday_hour",
        {
            cell: {0: _timed(figure, settings, hidden=cell in dark_cells, timeless=cell in of_cells.hidden)}
            for cell, figure in cells.items()
        },
    )
    yield (
        "cases_by_status",
        "status",
        {
            status: {0: _people(figure.people, settings, hidden=bool(hidden["cases_by_status", status]))}
            for status, figure in statuses.items()
        },
    )


def _people(people: int, settings: SuppressionSettings, *, hidden: bool) -> Shown:
    return Shown() if hidden else Shown(settings.rounded(people))


def _timed(figure: Figure, settings: SuppressionSettings, *, hidden: bool, timeless: bool) -> Shown:
    if hidden or timeless:
        return _people(figure.people, settings, hidden=hidden)
    return Shown(settings.rounded(figure.people), *map(settings.rounded_minutes, figure.milliseconds))
