"""A week's true figures in, its printed figures out: what is hidden is decided over all tables together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from netaudit.protect.counting import STANDING
from netaudit.protect.disclosure import Figure, Row, hide_minutes, hide_people, uncovered
from netaudit.protect.suppression import Span, SuppressionSettings, bounds
from netaudit.protect.units import Staff


@dataclass(frozen=True, slots=True)
class Week:
    """The true figures of a week: by value where there are several, then by unit."""

    staff: Staff
    active: Row
    clauses: Mapping[str, Row]
    classes: Mapping[str, Row]
    hours: Mapping[str, Row]
    statuses: Mapping[str, Row]
    held: frozenset[tuple[str, str, int]] = frozenset()  # table, value and unit of what is hidden whatever it is

    def held_of(self, table: str, value: str) -> frozenset[int]:
        """Return the units in which a row of a table is hidden whatever its figures."""
        return frozenset(unit for its_table, its_value, unit in self.held if (its_table, its_value) == (table, value))


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
    active = [figure.people for figure in week.active]
    hidden_active, hidden_clauses, hidden_classes = _hidden_people(week, settings)
    hours = {hour: row[0] for hour, row in week.hours.items()}
    statuses = {status: row[0] for status, row in week.statuses.items()}
    dark = {
        hour
        for hour, figure in hours.items()
        if _is_hidden(figure, active[0], settings) or ("time_by_hour", hour, 0) in week.held
    }
    hidden_statuses = {
        status
        for status, figure in statuses.items()
        if _is_hidden(figure, active[0], settings) or ("cases_by_status", status, 0) in week.held
    }

    whole_classes = {value: row[0] for value, row in week.classes.items()}
    dark |= uncovered(whole_classes, [value for value, units in hidden_classes.items() if 0 in units], hours, settings)
    shown_classes = {value: figure for value, figure in whole_classes.items() if 0 not in hidden_classes[value]}
    if uncovered(hours, dark, shown_classes, settings):
        dark = set(hours)
    hidden_statuses |= uncovered(
        {value: row[0] for value, row in week.clauses.items()},
        [value for value, units in hidden_clauses.items() if 0 in units],
        {status: statuses[status] for status in STANDING},
        settings,
    )
    without_minutes, dark_minutes = hide_minutes(tree, week.classes, hours, hidden_classes, dark, settings)

    everywhere = range(len(heads))
    yield (
        "active_people",
        "none",
        {
            "active": {unit: _people(active[unit], settings, hidden=unit in hidden_active) for unit in everywhere},
            "headcount": {
                unit: _people(
                    head,
                    settings,
                    hidden=settings.too_small(head) or ("active_people", "headcount", unit) in week.held,
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
                unit: _people(row[unit].people, settings, hidden=unit in hidden_clauses[value]) for unit in everywhere
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
        "cases_by_status",
        "status",
        {
            status: {0: _people(figure.people, settings, hidden=status in hidden_statuses)}
            for status, figure in statuses.items()
        },
    )


def _hidden_people(
    week: Week, settings: SuppressionSettings
) -> tuple[frozenset[int], dict[str, frozenset[int]], dict[str, frozenset[int]]]:
    """Return the units whose people are hidden: as active, in each clause, and in each class.

    Whoever is counted in a class was active, so each table limits what is conceivable in the others: the
    tables are gone through until nothing more is hidden.
    """
    tree = week.staff.tree
    heads = [float(unit.headcount) for unit in tree.units]
    active = [figure.people for figure in week.active]
    rows = {("clause", value): row for value, row in week.clauses.items()}
    rows |= {("class", value): row for value, row in week.classes.items()}
    hidden: dict[tuple[str, str], frozenset[int]] = {
        ("active", ""): week.held_of("active_people", "active"),
        **{("clause", value): week.held_of("findings_by_clause", value) for value in week.clauses},
        **{("class", value): week.held_of("time_by_class", value) for value in week.classes},
    }
    at_least = [0.0] * len(heads)  # people who must have been active, by what is shown of them
    while True:
        before = (dict(hidden), at_least)
        # That most of a team are at work is known without a log: here head counts teach an attacker nothing.
        hidden["active", ""] = hide_people(
            tree,
            week.active,
            settings,
            groups=None,
            caps=[math.inf] * len(heads),
            at_least=at_least,
            already=hidden["active", ""],
        )
        # Elsewhere nobody believes in more people than the staff list has, or than can have been active.
        believed = bounds(
            tree,
            [
                (at_least[unit], head)
                if unit in hidden["active", ""]
                else _within(settings.count_span(settings.rounded(active[unit])), (at_least[unit], head))
                for unit, head in enumerate(heads)
            ],
        )
        for key, row in rows.items():
            hidden[key] = hide_people(
                tree,
                row,
                settings,
                groups=active,
                caps=[high for _, high in believed],
                already=hidden[key],
            )
        at_least = [
            max(
                (
                    settings.count_span(settings.rounded(row[unit].people))[0]
                    for key, row in rows.items()
                    if unit not in hidden[key]
                ),
                default=0.0,
            )
            for unit in range(len(heads))
        ]
        if before == (hidden, at_least):
            break
    return (
        hidden["active", ""],
        {value: hidden["clause", value] for value in week.clauses},
        {value: hidden["class", value] for value in week.classes},
    )


def _within(span: Span, limits: Span) -> Span:
    return (max(span[0], limits[0]), min(span[1], limits[1]))


def _is_hidden(figure: Figure, group: int, settings: SuppressionSettings) -> bool:
    return settings.too_small(figure.people) or settings.says_it_of_all(figure.people, group)


def _people(people: int, settings: SuppressionSettings, *, hidden: bool) -> Shown:
    return Shown() if hidden else Shown(settings.rounded(people))


def _timed(figure: Figure, settings: SuppressionSettings, *, hidden: bool, timeless: bool) -> Shown:
    if hidden or timeless:
        return _people(figure.people, settings, hidden=hidden)
    return Shown(settings.rounded(figure.people), *map(settings.rounded_minutes, figure.milliseconds))
