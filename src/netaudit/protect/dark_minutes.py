"""Which minutes of a week are hidden: those of few people, and those that would give them away."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from netaudit.protect.disclosure import MEASURES, Figure, Row
from netaudit.protect.suppression import ANYTHING, Span, SuppressionSettings, bounds, hide, summed, totals_of_others
from netaudit.protect.units import UnitTree


@dataclass(frozen=True, slots=True)
class MinuteFigures:
    """What the minutes of classes and of the organisation's hours would say, were they all printed; by measure."""

    tree: UnitTree
    classes: Mapping[str, Sequence[Sequence[Span]]]  # by unit
    hours: Mapping[str, Sequence[Span]]


def minute_figures(
    tree: UnitTree, classes: Mapping[str, Row], hours: Mapping[str, Figure], settings: SuppressionSettings
) -> MinuteFigures:
    """Return what the minutes would say, were they all printed."""
    return MinuteFigures(
        tree,
        {name: [spans_of(figure, settings) for figure in row] for name, row in classes.items()},
        {hour: spans_of(figure, settings) for hour, figure in hours.items()},
    )


def hide_minutes(
    tree: UnitTree,
    classes: Mapping[str, Row],
    hours: Mapping[str, Figure],
    hidden_classes: Mapping[str, Collection[int]],
    hidden_hours: Collection[str],
    settings: SuppressionSettings,
) -> tuple[dict[str, frozenset[int]], frozenset[str]]:
    """Return the units whose minutes are hidden, for each class, and the hours whose minutes are hidden.

    Where people are hidden, so are minutes, and where one person makes up most of them. The organisation's
    classes and hours are two ways to cut the same time: what is missing in one cut is what the other has
    more, so never is a single one hidden.

    Args:
        tree: the units.
        classes: the figures of each class, by unit.
        hours: the organisation's figures for each hour.
        hidden_classes: the units whose people are hidden, for each class.
        hidden_hours: the hours whose people are hidden.
        settings: thresholds.
    """
    forced: dict[str, set[int]] = {
        name: set(hidden_classes[name]) | {unit for unit, figure in enumerate(row) if figure.dominated}
        for name, row in classes.items()
    }
    dark = set(hidden_hours) | {hour for hour, figure in hours.items() if figure.dominated}
    figures = minute_figures(tree, classes, hours, settings)
    spans, hour_spans = figures.classes, figures.hours
    # The next to be hidden, should one be needed: whatever is least to miss, by printed figures.
    queue = sorted(classes, key=lambda name: (settings.rounded(classes[name][0].people), name))
    hour_queue = sorted(hours, key=lambda hour: (settings.rounded(hours[hour].people), hour))

    roots: dict[str, list[Span]] = {name: [ANYTHING] * len(MEASURES) for name in classes}
    while True:
        hidden = {name: _hide_class(tree, spans[name], forced[name], roots[name], settings) for name in classes}
        for name, units in hidden.items():
            forced[name] |= units  # what is hidden stays so: each round hides more or ends
        whole = {name for name in classes if 0 in hidden[name]}
        next_roots, next_hours = _cut_both_ways(tree, spans, hidden, hour_spans, dark)
        class_betrayed = len(whole) == 1 or any(_is_betrayed(next_roots[name], settings) for name in whole)
        hour_betrayed = len(dark) == 1 or any(_is_betrayed(next_hours[hour], settings) for hour in dark)
        further = next((name for name in queue if name not in whole), None)
        further_hour = next((hour for hour in hour_queue if hour not in dark), None)
        if class_betrayed and further is not None:
            forced[further].add(0)
        elif hour_betrayed and further_hour is not None:
            dark.add(further_hour)
        elif class_betrayed and further_hour is not None:
            dark.update(hours)
        elif hour_betrayed and further is not None:
            for root_and_below in forced.values():
                root_and_below.add(0)
        elif next_roots != roots:
            roots = next_roots
        else:
            return hidden, frozenset(dark)


class KnownMinutes:
    """What can be known of the minutes of hours and classes, given what is hidden of them."""

    def __init__(
        self,
        figures: MinuteFigures,
        hidden: Mapping[str, Collection[int]],
        dark: Collection[str],
        settings: SuppressionSettings,
    ) -> None:
        self.figures, self.hidden, self.dark, self.settings = figures, hidden, dark, settings
        self.classes = _class_roots(figures.tree, figures.classes, hidden)
        self.roots = _fitted(self.classes, self._hours({}))

    def hours(self, narrowed: Mapping[str, Sequence[Span]]) -> tuple[dict[str, list[Span]], bool]:
        """Return what the minutes of each hour can be, and whether nothing hidden is told by that.

        Args:
            narrowed: what is known of the minutes of shown hours beside their own figure.
        """
        hours = self._hours(narrowed)
        known, roots = _fitted(hours, self.classes), _fitted(self.classes, hours)
        tells = any(_is_betrayed(known[hour], self.settings) for hour in self.dark) or any(
            self._tells(name, roots[name]) for name, units in self.hidden.items() if units
        )
        return known, not tells

    def _hours(self, narrowed: Mapping[str, Sequence[Span]]) -> dict[str, list[Span]]:
        return _unless_dark({**self.figures.hours, **narrowed}, self.dark)

    def _tells(self, name: str, root: Sequence[Span]) -> bool:
        if root == self.roots[name]:
            return False  # as it was when the class was decided
        found = _bounds(self.figures.tree, self.figures.classes[name], self.hidden[name], root)
        return any(_is_betrayed([measure[unit] for measure in found], self.settings) for unit in self.hidden[name])


def spans_of(figure: Figure, settings: SuppressionSettings) -> list[Span]:
    """Return what the printed minutes of a figure would say, by measure."""
    return [settings.minutes_span(settings.rounded_minutes(amount)) for amount in figure.milliseconds]


def _is_betrayed(spans: Sequence[Span], settings: SuppressionSettings) -> bool:
    """Whether hidden minutes are known not to be nought, or to be next to nought."""
    return any(low > 0 or high < settings.hidden_minutes for low, high in spans)


def _bounds(
    tree: UnitTree, spans: Sequence[Sequence[Span]], hidden: Collection[int], roots: Sequence[Span]
) -> list[list[Span]]:
    """Return what each unit's minutes can be, by measure and unit."""
    by_measure = []
    for measure, root in enumerate(roots):
        own = [ANYTHING if unit in hidden else spans[unit][measure] for unit in range(len(spans))]
        own[0] = (max(own[0][0], root[0]), min(own[0][1], root[1]))
        by_measure.append(bounds(tree, own))
    return by_measure


def _hide_class(
    tree: UnitTree,
    spans: Sequence[Sequence[Span]],
    forced: Collection[int],
    roots: Sequence[Span],
    settings: SuppressionSettings,
) -> frozenset[int]:
    def betrayed(hidden: Collection[int]) -> list[int]:
        if 0 in hidden:
            return []  # all of the class is hidden; the cut by hours is looked at elsewhere
        found = _bounds(tree, spans, hidden, roots)
        return [unit for unit in hidden if _is_betrayed([measure[unit] for measure in found], settings)]

    return hide(tree, forced, betrayed)


def _cut_both_ways(
    tree: UnitTree,
    spans: Mapping[str, Sequence[Sequence[Span]]],
    hidden: Mapping[str, Collection[int]],
    hour_spans: Mapping[str, Sequence[Span]],
    dark: Collection[str],
) -> tuple[dict[str, list[Span]], dict[str, list[Span]]]:
    """Return what the organisation's minutes can be by class and by hour: both add up to the same."""
    classes, of_hours = _class_roots(tree, spans, hidden), _unless_dark(hour_spans, dark)
    return _fitted(classes, of_hours), _fitted(of_hours, classes)


def _class_roots(
    tree: UnitTree, spans: Mapping[str, Sequence[Sequence[Span]]], hidden: Mapping[str, Collection[int]]
) -> dict[str, list[Span]]:
    """Return what the organisation's minutes of each class can be by its units, by measure."""
    return {
        name: [
            summed(tree, [ANYTHING if unit in hidden[name] else row[unit][measure] for unit in range(len(row))])[0]
            for measure in range(len(MEASURES))
        ]
        for name, row in spans.items()
    }


def _unless_dark(hours: Mapping[str, Sequence[Span]], dark: Collection[str]) -> dict[str, list[Span]]:
    return {hour: [ANYTHING] * len(MEASURES) if hour in dark else list(own) for hour, own in hours.items()}


def _fitted(one: Mapping[str, Sequence[Span]], other: Mapping[str, Sequence[Span]]) -> dict[str, list[Span]]:
    """Return the terms of one sum, narrowed by its being equal to the other sum."""
    fitted: dict[str, list[Span]] = {name: [] for name in one}
    for measure in range(len(MEASURES)):
        low, high = (sum(spans[measure][end] for spans in other.values()) for end in (0, 1))
        terms = [spans[measure] for spans in one.values()]
        for (name, own), others in zip(
            ((name, spans[measure]) for name, spans in one.items()), totals_of_others(terms), strict=True
        ):
            least = low - others[1] if others[1] < math.inf else -math.inf
            fitted[name].append((max(own[0], least), min(own[1], high - others[0])))
    return fitted
