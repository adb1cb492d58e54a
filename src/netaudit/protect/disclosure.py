"""Which counts of people are hidden in one row of a table, and all that ties the figures of a week to one another.

A row is a clause or a class, in every unit. The reader we guard against knows this code, the staff list with every
head count, and all that is printed. Each [c] must remain possible at nought and at the largest small figure, whatever
it truly is: also where it is hidden beside a small one, and where it is hidden for being nearly everybody.

What holds by construction, and so what can be added up or subtracted:

1. People of a unit = people of its parts, in each row.
2. A count is of people who were active: at most the unit's head count, and over all units no more than the active
   people of the organisation, which are printed. Of units nobody prints them: the staff list and the other units would
   bound a hidden number from below.
3. What is shown is no small figure and not nearly everybody: a shown count says how many of the unit must have been
   active at least (`active_behind`), and is bounded from above by the head count (`most_shown`).
4. Everybody in an hour of personal time is in a class and the reverse. So all people with personal time, of whom each
   unit has at least as many as its largest class, are at most the sum of the hours, and at most the sum of the classes.
5. Everybody with a new or a confirmed finding is in a clause and the reverse, likewise, withheld routes included.
6. A finding of a clause whose rules all follow from personal time in certain classes is of somebody in one of these
   classes, in the same unit: a shown clause proves somebody there, and few people there bound the clause.
7. The same for statuses, where it is true of the rules of every clause.
8. Minutes of a unit = minutes of its parts, in each class; of the organisation, minutes of all classes = minutes of all
   hours. Hidden people have no minutes printed, and nobody has less than none, so that minutes and people say nothing
   more together: nought people are nought minutes, which stays possible (`dark_minutes`).
9. A finding of a clause can need so many proven minutes, in certain classes, and some of them in core hours: so many
   findings need so much time, and so many people in these hours (`needed_time`).
10. Everybody in a cell of weekday and hour is in its hour, and the reverse; minutes of an hour = minutes of its seven
   cells. Cells are decided after all others, and give way to them (`weekday_hours`).
11. What managers read is part of what IG reads, figure by figure, and questions about other policies show nothing that
   published figures would not.

This module is for relations 1 to 3, within one row; `across` for those between rows and tables.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from netaudit.protect.suppression import Span, SuppressionSettings, hide, narrowed, summed
from netaudit.protect.units import UnitTree

MEASURES = ("minutes_low", "minutes", "minutes_high")


@dataclass(frozen=True, slots=True)
class Figure:
    """The true figure of one cell, before anything is hidden or rounded."""

    people: int = 0
    milliseconds: tuple[int, int, int] = (0, 0, 0)  # by MEASURES
    dominated: bool = False  # one person or two account for most of a measure


NOBODY = Figure()

Row = Sequence[Figure]
"""The figures of one row of a table (a clause, a class), by unit."""


@functools.cache
def active_behind(people: int, settings: SuppressionSettings) -> int:
    """Return how many people must have been active where so many are shown.

    >>> active_behind(20, SuppressionSettings())
    23
    """
    group = people
    while settings.says_it_of_all(people, group):
        group += 1
    return group


@functools.cache
def most_shown(group: int, settings: SuppressionSettings) -> int:
    """Return the largest count that is ever shown of so many people.

    >>> most_shown(20, SuppressionSettings())
    17
    """
    people = group
    while people > 0 and settings.says_it_of_all(people, group):
        people -= 1
    return people


def shown_span(people: int, group: float, settings: SuppressionSettings) -> Span:
    """Return between which counts a printed one can lie, in a group of so many at most."""
    low, high = settings.count_span(settings.rounded(people))
    return low, max(low, min(high, most_shown(int(group), settings)))


@dataclass(frozen=True, slots=True)
class Active:
    """What can be known of who was active, by unit: from head counts, the organisation's number, and shown figures."""

    heads: Sequence[float]  # on the staff list; of the organisation no more than the largest number that prints alike
    least: Sequence[float]
    most: Sequence[float]

    def caps(self, tree: UnitTree, hidden: Collection[int]) -> list[float]:
        """Return how many people there can be in each unit, in all hidden ones at once.

        Whoever must have been active in shown units is not there to be active in hidden ones; all others are shared
        out by the room that hidden units have.
        """
        dark = [unit in hidden for unit in range(len(self.most))]
        for unit, parts in reversed(tree.families):
            dark[unit] = dark[unit] or any(dark[part] for part in parts)
        caps = list(self.most)
        for unit, parts in tree.families:
            spare = max(0.0, caps[unit] - sum(self.least[part] for part in parts))
            room = {part: self.most[part] - self.least[part] for part in parts if dark[part]}
            total = sum(room.values())
            if total > spare:
                for part, own in room.items():
                    caps[part] = self.least[part] + own * spare // total
        return caps


def heads_of(tree: UnitTree, printed: Span) -> list[float]:
    """Return how many people can have been active in each unit, given the number that is printed of all."""
    return [min(float(tree.units[0].headcount), printed[1]), *(float(unit.headcount) for unit in tree.units[1:])]


def active_of(tree: UnitTree, printed: Span, behind: Sequence[float]) -> Active:
    """Return what can be known of who was active.

    Args:
        tree: the units.
        printed: between which numbers the organisation's active people lie.
        behind: by unit, how many must have been active for what is shown.
    """
    heads = heads_of(tree, printed)
    up = summed(tree, list(zip(behind, heads, strict=True)))
    least = [low for low, _ in up]
    up[0] = (max(least[0], printed[0]), max(up[0]))
    return Active(heads, least, [max(low, high) for low, (_, high) in zip(least, narrowed(tree, up), strict=True)])


def hide_people(
    tree: UnitTree,
    row: Row,
    settings: SuppressionSettings,
    *,
    groups: Sequence[int],
    active: Active,
    caps: tuple[Sequence[float], Sequence[float]] | None = None,
    already: Collection[int] = (),
) -> frozenset[int]:
    """Return the units whose count is hidden.

    Args:
        tree: the units.
        row: the figures.
        settings: thresholds.
        groups: by unit, the active people a count is a share of.
        active: what can be known of these.
        caps: by unit, the most people that other tables leave possible: in one unit, and in all units at once.
        already: units that are hidden whatever their figure.
    """
    small = set(already) | {
        unit
        for unit, figure in enumerate(row)
        if settings.too_small(figure.people) or settings.says_it_of_all(figure.people, groups[unit])
    }
    spans = row_spans(row, active.heads, settings)
    one, all_at_once = caps or (active.most, active.most)
    most = [min(pair) for pair in zip(active.most, one, strict=True)]

    def betrayed(hidden: Collection[int]) -> set[int]:
        together = [min(limits) for limits in zip(active.caps(tree, hidden), most, all_at_once, strict=True)]
        up = summed(tree, seen(spans, hidden, together))
        found = narrowed(tree, up)
        alone = found if together == most else narrowed(tree, summed(tree, seen(spans, hidden, most)))
        told = {unit for unit in hidden if found[unit][0] > 0 or alone[unit][1] < settings.threshold - 1}
        return told | _shown_by_method(tree, up, found, hidden, active.least, settings)

    return hide(tree, small, betrayed)


def row_spans(row: Row, heads: Sequence[float], settings: SuppressionSettings) -> list[Span]:
    """Return what each figure of a row says, where it is shown."""
    return [shown_span(figure.people, head, settings) for figure, head in zip(row, heads, strict=True)]


def seen(spans: Sequence[Span], hidden: Collection[int], caps: Sequence[float]) -> list[Span]:
    """Return what each figure of a row says, with those that are hidden between nought and their caps."""
    return [(0.0, caps[unit]) if unit in hidden else span for unit, span in enumerate(spans)]


def _shown_by_method(
    tree: UnitTree,
    up: Sequence[Span],
    found: Sequence[Span],
    hidden: Collection[int],
    active: Sequence[float],
    settings: SuppressionSettings,
) -> set[int]:
    """Return the last hidden part of each unit of which the way of choosing parts would say more than sums do.

    Of three hidden parts or more, the last is there for its own figure: small, or nearly everybody. Each other one
    must remain possible at nought beside that. (Two are hidden together, whichever of them is the reason.)
    """
    told = set()
    for unit, parts in tree.families:
        if unit in hidden:
            continue
        dark = [part for part in parts if part in hidden]
        if len(dark) <= 2:  # noqa: PLR2004
            continue
        shown = [up[part] for part in parts if part not in hidden]
        low, high = found[unit][0] - sum(span[1] for span in shown), found[unit][1] - sum(span[0] for span in shown)
        last = next((part for part in reversed(dark) if not tree.parts[part]), None)
        if last is None:
            continue
        rest = sum(up[part][1] for part in dark)
        nearly_all = settings.threshold
        while not settings.says_it_of_all(nearly_all, max(nearly_all, int(active[last]))):
            nearly_all += 1
        most_but_one = rest - up[last][1] - max(up[part][1] for part in dark if part != last)
        if most_but_one + settings.threshold - 1 < low and nearly_all > min(up[last][1], high):
            told.add(last)
    return told


def uncovered(
    part: Mapping[str, Figure],
    hidden: Collection[str],
    whole: Mapping[str, Figure],
    settings: SuppressionSettings,
) -> frozenset[str]:
    """Return the figures of `whole` that prove somebody to stand behind each hidden figure of `part`.

    Everybody counted in `whole` is counted somewhere in `part`. If a shown figure of `whole` is larger than
    all shown figures of `part` and 7 in each hidden one but one can be, that one cannot be nought.
    """
    if not hidden:
        return frozenset()
    possible = sum(
        settings.count_span(settings.rounded(figure.people))[1] for name, figure in part.items() if name not in hidden
    ) + (settings.threshold - 1) * (len(hidden) - 1)
    return frozenset(
        name
        for name, figure in whole.items()
        if figure.people >= settings.threshold and settings.count_span(settings.rounded(figure.people))[0] > possible
    )
