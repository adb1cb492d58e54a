"""Which counts of people are hidden, all rows and tables of a week taken together: relations 4 to 7 of `disclosure`.

Each round hides more or is the last, so that what an earlier round found safe stays so: whatever is hidden beside a
figure only widens what that figure can be.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from netaudit.protect.counting import STANDING
from netaudit.protect.disclosure import (
    Active,
    Figure,
    Row,
    active_behind,
    active_of,
    heads_of,
    hide_people,
    row_spans,
    seen,
    shown_span,
)
from netaudit.protect.suppression import Span, SuppressionSettings, bounds, filled, summed
from netaudit.protect.units import UnitTree
from netaudit.protect.weekday_hours import Hour, cells_by_hour, hour_of, telling_hours

Key = tuple[str, str]
"""A row: its table and its value."""

Hidden = dict[Key, frozenset[int]]
"""The units in which a row is hidden."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The true counts of a week: rows of every unit, and rows of the organisation alone."""

    tree: UnitTree
    active: Row
    clauses: Mapping[Key, Row]
    classes: Mapping[Key, Row]
    hours: Mapping[Key, Figure]
    statuses: Mapping[Key, Figure]
    proven: Mapping[Key, Collection[Key]] = field(default_factory=dict)  # classes, by clause
    cells: Mapping[Key, Figure] = field(default_factory=dict)  # of weekday and hour

    @property
    def in_units(self) -> dict[Key, Row]:
        """The rows that every unit has."""
        return {**self.clauses, **self.classes}

    @property
    def all_prove(self) -> bool:
        """Whether every finding is of somebody with personal time."""
        return bool(self.clauses) and all(clause in self.proven for clause in self.clauses)


def hidden_people(counts: Counts, held: Mapping[Key, Collection[int]], settings: SuppressionSettings) -> Hidden:
    """Return where each row is hidden.

    Args:
        counts: the true counts.
        held: the units in which a row is hidden whatever its figure; the active people are (active_people, active).
        settings: thresholds.
    """
    everywhere = frozenset(range(len(counts.tree.units)))
    active = counts.active[0].people
    whole = {**counts.hours, **counts.statuses, **counts.cells}
    if settings.too_small(active) or held.get(ACTIVE_ROW):
        # Any figure at all would prove somebody active.
        return {**dict.fromkeys(counts.in_units, everywhere), **dict.fromkeys((*whole, ACTIVE_ROW), frozenset({0}))}
    hidden: Hidden = {key: frozenset(held.get(key, ())) for key in (*counts.in_units, *whole)}
    for key, figure in whole.items():
        if settings.too_small(figure.people) or settings.says_it_of_all(figure.people, active):
            hidden[key] = frozenset({0})
    week = _Week(counts, hidden, settings)
    while True:
        before = dict(hidden)
        week.hide_rows()
        week.hide_clauses_that_prove_classes()
        week.hide_hours_and_classes()
        week.hide_cells()
        week.hide_statuses()
        if hidden == before:
            return hidden | {ACTIVE_ROW: frozenset()}


ACTIVE_ROW: Key = ("active_people", "active")
HOURS, CELLS = "time_by_hour", "time_by_weekday_hour"


class _Week:
    """What is hidden so far, and what can be known by it."""

    def __init__(self, counts: Counts, hidden: Hidden, settings: SuppressionSettings) -> None:
        self.counts, self.hidden, self.settings = counts, hidden, settings
        self.tree = counts.tree
        self.printed = settings.count_span(settings.rounded(counts.active[0].people))
        self.heads = heads_of(self.tree, self.printed)
        self.spans = {key: row_spans(row, self.heads, settings) for key, row in counts.in_units.items()}
        self.singles = {
            key: shown_span(figure.people, self.heads[0], settings)
            for key, figure in {**counts.hours, **counts.statuses, **counts.cells}.items()
        }
        self.groups = [figure.people for figure in counts.active]

    def hide_rows(self) -> None:
        """Hide in each row what is small, and what would tell it."""
        active = self.active()
        for key, row in self.counts.in_units.items():
            self.hidden[key] = hide_people(
                self.tree,
                row,
                self.settings,
                groups=self.groups,
                active=active,
                caps=self.most_of(self.counts.proven[key], active) if key in self.counts.proven else None,
                already=self.hidden[key],
            )
        self.known = {
            key: bounds(self.tree, seen(spans, self.hidden[key], active.most)) for key, spans in self.spans.items()
        }

    def active(self) -> Active:
        """Return what can be known of who was active."""
        behind = [0.0] * len(self.heads)
        for key, spans in self.spans.items():
            for unit, (_, high) in enumerate(spans):
                if unit not in self.hidden[key]:
                    behind[unit] = max(behind[unit], active_behind(int(high), self.settings))
        for key, (_, high) in self.singles.items():
            if not self.hidden[key]:
                behind[0] = max(behind[0], active_behind(int(high), self.settings))
        return active_of(self.tree, self.printed, behind)

    def most_of(self, classes: Collection[Key], active: Active) -> tuple[list[float], list[float]]:
        """Return how many people there can be in these classes, by unit: in one unit, and in all at once."""
        worlds = [
            filled(
                self.tree,
                seen(self.spans[key], self.hidden[key], active.caps(self.tree, self.hidden[key])),
                self.hidden[key],
            )
            for key in classes
        ]
        units = range(len(self.heads))
        return (
            [
                sum(active.most[unit] if unit in self.hidden[key] else self.spans[key][unit][1] for key in classes)
                for unit in units
            ],
            [sum(world[unit] for world in worlds) for unit in units],
        )

    def hide_clauses_that_prove_classes(self) -> None:
        """Hide a clause wherever it would prove somebody in a hidden class."""
        for clause, classes in self.counts.proven.items():
            for unit in range(len(self.heads)):
                if unit not in self.hidden[clause] and self._proves(
                    self.known[clause][unit][0], {key: self.known[key][unit] for key in classes}, unit, low=True
                ):
                    self.hidden[clause] |= {unit}

    def _proves(self, least: float, cover: Mapping[Key, Span], unit: int, *, low: bool) -> bool:
        """Return whether so many people prove somebody in a hidden figure of a cover, were all the other ones 7."""
        dark = sum(unit in self.hidden[key] for key in cover)
        shown = sum(span[0 if low else 1] for key, span in cover.items() if unit not in self.hidden[key])
        return dark > 0 and least > shown + (self.settings.threshold - 1) * (dark - 1)

    def hide_hours_and_classes(self) -> None:
        """Hide what would prove somebody in a hidden hour, or in a class that the organisation has hidden."""
        counts = self.counts
        classes = {key: self.known[key][0] for key in counts.classes}
        hours = {key: self.singles[key] for key in counts.hours}
        prove = [*hours, *(counts.statuses if counts.all_prove else ())]
        for key in prove:
            if not self.hidden[key] and self._proves(self.singles[key][0], classes, 0, low=False):
                self.hidden[key] = frozenset({0})
        rows = [*counts.classes, *(key for key in counts.proven if counts.proven[key])]
        self.least = max([self._least(rows), *(self.singles[key][0] for key in prove if not self.hidden[key])])
        if self._proves(self.least, hours, 0, low=False):
            self.hidden.update(dict.fromkeys(hours, frozenset({0})))

    def hide_cells(self) -> None:
        """Hide the cells of weekday and hour of every hidden hour, and hours that would prove somebody in a cell."""
        for key in self.counts.cells:
            if self.hidden[HOURS, hour_of(key[1])]:
                self.hidden[key] = frozenset({0})
        cells = cells_by_hour([value for _, value in self.counts.cells])
        hours = {
            hour: Hour(self._shown(HOURS, hour), [self._shown(CELLS, cell) for cell in own])
            for hour, own in cells.items()
        }
        for hour in telling_hours(hours, self.least, self.settings):
            self.hidden[HOURS, hour] = frozenset({0})

    def _shown(self, table: str, value: str) -> Span | None:
        return None if self.hidden[table, value] else self.singles[table, value]

    def _least(self, rows: Sequence[Key]) -> float:
        """Return how many different people there are at least in some rows: in each unit as many as in the largest."""
        if not rows:
            return 0.0
        spans = [
            (max(self.known[key][unit][0] for key in rows), float(unit_.headcount))
            for unit, unit_ in enumerate(self.tree.units)
        ]
        return summed(self.tree, spans)[0][0]

    def hide_statuses(self) -> None:
        """Hide what would prove somebody in a clause that the organisation has hidden, or in a hidden status."""
        clauses = {key: self.known[key][0] for key in self.counts.clauses}
        standing = [key for key in self.counts.statuses if key[1] in STANDING]
        for key in standing:
            if not self.hidden[key] and self._proves(self.singles[key][0], clauses, 0, low=False):
                self.hidden[key] = frozenset({0})
        least = self._least(list(clauses))
        shown = [self.singles[key][1] for key in standing if not self.hidden[key]]
        if len(shown) < len(standing) and shown and least > sum(shown):
            self.hidden.update(dict.fromkeys(standing, frozenset({0})))
