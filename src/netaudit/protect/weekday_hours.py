"""The cells of weekday and hour: what the figure of an hour of the day says of its seven cells, and they of it.

All figures that the week prints without them are decided first. A cell is shown where it tells of no hidden figure,
neither among the cells nor among the others. Where even so an hour and its cells would tell, the hour goes, too.

What holds by construction:

1. Everybody in a cell is in its hour, and everybody in an hour is in one of its seven cells: an hour has at least as
   many people as its largest cell, and at most as many as its cells together.
2. A shown cell stands in a shown hour and has no more people, so that it says nothing of who was active, or of classes
   and clauses, that the hour does not say.
3. Minutes of an hour = minutes of its seven cells. So they hang below the hour as teams hang below a directorate.
4. Nobody has more than 60 minutes in a cell.
5. A finding that needs core time has some of it in a core hour of a working day.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from netaudit.protect.dark_minutes import KnownMinutes, MinuteFigures, spans_of
from netaudit.protect.disclosure import MEASURES, Figure
from netaudit.protect.suppression import Span, SuppressionSettings

_PER_PERSON = 60.0  # minutes in a cell


class Hour(NamedTuple):
    """What is known of the people of an hour and of its cells; None is hidden."""

    people: Span | None
    cells: Sequence[Span | None]


def hour_of(cell: str) -> str:
    """Return the hour of a cell.

    >>> hour_of("1-09")
    '09'
    """
    return cell.partition("-")[2]


def cells_by_hour(cells: Collection[str]) -> dict[str, list[str]]:
    """Return the cells of each hour, in order."""
    found: dict[str, list[str]] = {}
    for cell in sorted(cells):
        found.setdefault(hour_of(cell), []).append(cell)
    return found


def most_people(hour: Hour, settings: SuppressionSettings, *, nobody_in_one: bool = False) -> float:
    """Return how many people an hour can have, with at most 7 where they are hidden.

    Args:
        hour: what is known of it, and of those of its cells that count.
        settings: thresholds.
        nobody_in_one: with nobody in one of its hidden cells; without any, nothing is different.
    """
    dark = sum(cell is None for cell in hour.cells)
    in_cells = sum(cell[1] for cell in hour.cells if cell is not None)
    in_cells += (settings.threshold - 1) * max(0, dark - (1 if nobody_in_one else 0))
    return min(hour.people[1] if hour.people is not None else settings.threshold - 1, in_cells)


def telling_hours(hours: Mapping[str, Hour], least: float, settings: SuppressionSettings) -> Iterator[str]:
    """Yield the shown hours that prove somebody to be in a hidden cell.

    Args:
        hours: what is known of each hour.
        least: how many different people there are in all hours together, at least.
        settings: thresholds.
    """
    most = {name: most_people(hour, settings) for name, hour in hours.items()}
    total = sum(most.values())
    for name, hour in hours.items():
        if hour.people is None or all(cell is not None for cell in hour.cells):
            continue
        without = most_people(hour, settings, nobody_in_one=True)
        if without < hour.people[0] or total - most[name] + without < least:
            yield name


def most_in_core(hours: Mapping[str, Hour], settings: SuppressionSettings) -> float:
    """Return how many people some cells can have together, with nobody in the hidden one that says least."""
    loss = [
        most_people(hour, settings) - most_people(hour, settings, nobody_in_one=True)
        for hour in hours.values()
        if any(cell is None for cell in hour.cells)
    ]
    return sum(most_people(hour, settings) for hour in hours.values()) - max(loss) if loss else math.inf


class CellMinutes(NamedTuple):
    """The cells without minutes, and the hours that would tell of one even so."""

    hidden: frozenset[str]
    telling: frozenset[str]


def hide_cell_minutes(
    figures: MinuteFigures,
    cells: Mapping[str, Figure],
    hidden_people: Collection[str],
    hidden_classes: Mapping[str, Collection[int]],
    dark: Collection[str],
    settings: SuppressionSettings,
) -> CellMinutes:
    """Return the cells whose minutes are hidden, given what is hidden of classes and hours.

    A hidden cell can be nought, and an hour or all that its hour of the day has if that is less: whoever sees that
    few minutes were spent at three in the morning knows as much of each night. Partners are chosen by what is printed.

    Args:
        figures: the units, and the minutes of classes and hours.
        cells: the figures of the cells.
        hidden_people: the cells whose people are hidden.
        hidden_classes: the units whose minutes are hidden, for each class.
        dark: the hours whose minutes are hidden.
        settings: thresholds.
    """
    rows = {hour: _Row(own, cells, hidden_people, settings) for hour, own in cells_by_hour(cells).items()}
    for hour, row in rows.items():
        if hour in dark:
            row.hide_all()
    minutes = KnownMinutes(figures, hidden_classes, dark, settings)
    while True:
        narrowed = {hour: row.narrowed(figures.hours[hour]) for hour, row in rows.items() if hour not in dark}
        saying = [hour for hour, spans in narrowed.items() if spans != figures.hours[hour]]
        known, is_safe = minutes.hours(narrowed)
        if not is_safe and saying:  # the cells say more of their hours than classes or other hours bear
            rows[min(saying, key=lambda hour: (rows[hour].people, hour))].hide_all()
            continue
        before = sum(len(row.hidden) for row in rows.values())
        telling = frozenset(
            hour for hour, row in rows.items() if hour not in dark and not row.hide(figures.hours[hour], known[hour])
        )
        if telling or before == sum(len(row.hidden) for row in rows.values()):
            return CellMinutes(frozenset[str]().union(*(row.hidden for row in rows.values())), telling)


class _Row:
    """The cells of an hour of the day."""

    def __init__(
        self,
        names: Sequence[str],
        cells: Mapping[str, Figure],
        dark: Collection[str],
        settings: SuppressionSettings,
    ) -> None:
        self.cells, self.settings = names, settings
        self.hidden = {name for name in names if name in dark or cells[name].dominated}
        self.spans = {name: spans_of(cells[name], settings) for name in names}
        printed = {name: settings.rounded(cells[name].people) for name in names}
        self.people = sum(printed.values())
        self.queue = sorted(names, key=lambda name: (printed[name], name))
        most = {
            name: settings.threshold - 1 if name in dark else settings.count_span(printed[name])[1] for name in names
        }
        self.room = {name: _PER_PERSON * people for name, people in most.items()}

    def narrowed(self, hour: Sequence[Span]) -> list[Span]:
        """Return what the minutes of the hour can be, by measure, once its cells are known."""
        low, high = self._shown()
        return [
            (max(own[0], low[measure]), min(own[1], math.inf if self.hidden else high[measure]))
            for measure, own in enumerate(hour)
        ]

    def hide_all(self) -> None:
        """Hide every cell."""
        self.hidden = set(self.cells)

    def hide(self, printed: Sequence[Span], known: Sequence[Span]) -> bool:
        """Hide as many cells as it takes, and return whether that is enough.

        Args:
            printed: what the hour's own figure says, by measure.
            known: what is known of it by all that is printed.
        """
        while self.hidden and self._is_betrayed(printed, known):
            further = next((name for name in self.queue if name not in self.hidden), None)
            if further is None:
                return False
            self.hidden.add(further)
        return True

    def _is_betrayed(self, printed: Sequence[Span], known: Sequence[Span]) -> bool:
        low, high = self._shown()
        room = sum(self.room[name] for name in self.hidden) - max(self.room[name] for name in self.hidden)
        return any(  # the one with most room would leave least to the others
            known[measure][0] > high[measure] + room
            or known[measure][1] - low[measure] < min(self.settings.hidden_minutes, printed[measure][1])
            for measure in range(len(MEASURES))
        )

    def _shown(self) -> tuple[list[float], list[float]]:
        shown = [self.spans[name] for name in self.cells if name not in self.hidden]
        low, high = (
            [sum(spans[measure][end] for spans in shown) for measure in range(len(MEASURES))] for end in (0, 1)
        )
        return low, high
