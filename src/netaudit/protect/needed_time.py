"""Clauses whose count would prove somebody behind a hidden class or hour, by what a finding needs.

A finding of continuous use needs more than an hour of proven time, and some of it in core hours. Where the classes
that are shown hold too little time for so many findings, or the core hours that are shown too few people, the rest must
be in a figure that is hidden: then the count of the clause goes.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from netaudit.protect.suppression import Span, SuppressionSettings
from netaudit.protect.weekday_hours import Hour, cells_by_hour, most_in_core


class Needed(NamedTuple):
    """What each finding in a row of clauses needs; nought and nothing where it is not known to need any."""

    minutes: float = 0.0  # of proven time in the classes of the row, at least
    hours: Collection[str] = ()  # in one of which some of it lies
    cells: Collection[str] = ()  # likewise, by weekday and hour


class Printed(NamedTuple):
    """What is printed of a figure; None is hidden."""

    people: int | None
    minutes_low: int | None


def telling_clauses(
    clauses: Mapping[str, Mapping[int, Printed]],
    classes: Mapping[str, Mapping[int, Printed]],
    hours: Mapping[str, Mapping[int, Printed]],
    cells: Mapping[str, Mapping[int, Printed]],
    proven: Mapping[str, Collection[str]],
    needed: Mapping[str, Needed],
    settings: SuppressionSettings,
) -> Iterator[tuple[str, int]]:
    """Yield the row and the unit of each printed count that proves somebody behind a hidden figure.

    Args:
        clauses: what is printed of each row of clauses, by unit.
        classes: of each class, by unit.
        hours: of each hour, of the organisation (unit 0) alone.
        cells: likewise of each cell of weekday and hour.
        proven: the classes in one of which everybody in a row of clauses had personal time.
        needed: what each finding in a row needs.
        settings: thresholds.
    """
    for row, by_unit in clauses.items():
        needs = needed.get(row, Needed())
        for unit, printed in by_unit.items():
            if printed.people is None:
                continue
            least = settings.count_span(printed.people)[0]
            of_classes = [classes[name][unit] for name in proven.get(row, ())]
            of_hours = [hours[name][0] for name in needs.hours] if unit == 0 else []
            of_cells = needs.cells if unit == 0 else ()
            if least > min(
                _held(of_classes, needs.minutes, settings),
                _held(of_hours, 0.0, settings),
                _held_in_cells(of_cells, cells, hours, settings),
            ):
                yield row, unit


def _held_in_cells(
    names: Collection[str],
    cells: Mapping[str, Mapping[int, Printed]],
    hours: Mapping[str, Mapping[int, Printed]],
    settings: SuppressionSettings,
) -> float:
    """Return how many people can be in some cells if a hidden one of them is nought; no limit where none is hidden."""

    def span(printed: Printed) -> Span | None:
        return None if printed.people is None else settings.count_span(printed.people)

    by_hour = cells_by_hour([name for name in names if name in cells])
    return most_in_core(
        {hour: Hour(span(hours[hour][0]), [span(cells[name][0]) for name in own]) for hour, own in by_hour.items()},
        settings,
    )


def _held(cover: Collection[Printed], minutes: float, settings: SuppressionSettings) -> float:
    """Return how many people can be in a cover if one of its hidden figures is nought; no limit where none is hidden.

    Args:
        cover: the figures.
        minutes: proven minutes that each of the people needs; nought: any.
        settings: thresholds.
    """
    dark = sum(one.people is None for one in cover)
    if not dark:
        return math.inf
    timed = [one for one in cover if one.minutes_low is not None] if minutes else []
    time = sum(settings.minutes_span(one.minutes_low)[1] for one in timed if one.minutes_low is not None)
    others = sum(settings.count_span(one.people)[1] for one in cover if one.people is not None and one not in timed)
    return (time // minutes if minutes else 0) + others + (settings.threshold - 1) * (dark - 1)
