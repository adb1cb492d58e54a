"""What may be printed of a group: thresholds, rounding, and what has to be hidden with a hidden figure.

The reader we guard against knows this code, the staff list and every figure of the week. Two things follow.
A mark [c] must not say why it stands there, so *which* figures are hidden beside a small one is decided by
head counts (public) and printed figures only, never by the hidden values. And a hidden figure must stay
possible at nought and at all of 1 to 7 after every sum and difference has been tried: `bounds` does what that
reader would do, and `hide` goes on hiding until it finds nothing.

Rules of the NHS (1 to 7 suppressed, the rest to the nearest 5), made stricter where they give presence away:
nought is suppressed too, because otherwise [c] would mean "at least one person".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from netaudit.errors import DefinitionError, Problem
from netaudit.protect.units import UnitTree

Span = tuple[float, float]
"""The least and the greatest value a figure can have."""

ANYTHING: Span = (0.0, math.inf)
MS_PER_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class SuppressionSettings:
    """How published figures are protected; every setting may be made stricter, none looser.

    Raises:
        DefinitionError: naming every setting that is looser than what staff were promised.
    """

    # A group is shown at this many people or more, in the directory and active. NHS: not 1 to 7.
    threshold: int = 8
    # Units of fewer staff are joined to others. A unit barely over the threshold is hidden nearly always, and
    # the next larger one with it: an organisation with such a unit shows more by raising this. 0: the threshold.
    unit_size: int = 0
    # Counts are printed to the nearest multiple of this. NHS England rounds to 5.
    base: int = 5
    # A figure at this share of its group or more is hidden: it would say of everybody what they did.
    saturation: float = 0.9
    # Minutes are hidden where one person has more than this share of them …
    top_share: float = 0.5
    # … or two people together more than this (the n,k dominance rule of statistical disclosure control).
    top_two_share: float = 0.75
    # Minutes are printed to this many figures, but never finer than `minutes_base`. Two figures (5 % at most)
    # are well inside the distance between low and high, and far from what a log line could be matched to.
    minutes_base: int = 10
    minutes_figures: int = 2
    # Hidden minutes must remain possible up to this: an attacker may not learn that a unit had next to none.
    hidden_minutes: int = 60
    # Findings on these routes never count in what managers read: a manager may be the danger, or the one it is about.
    withheld_routes: tuple[str, ...] = ("hr", "safeguarding", "fraud", "it")

    def __post_init__(self) -> None:
        """Check that nothing is looser than the promise."""
        if self.unit_size == 0:
            object.__setattr__(self, "unit_size", self.threshold)  # frozen for all others
        faults = [
            Problem(f"suppression setting {name} is {getattr(self, name)}", remedy=remedy)
            for name, kept, remedy in (
                ("threshold", self.threshold >= 8, "use 8 or more"),  # noqa: PLR2004 (the promise itself)
                ("unit_size", self.unit_size >= self.threshold, "use the threshold or more"),
                ("base", 5 <= self.base <= self.threshold, "use 5 up to the threshold"),  # noqa: PLR2004
                ("saturation", 0 < self.saturation <= 0.9, "use 0.9 or less"),  # noqa: PLR2004
                ("top_share", 0 < self.top_share <= 0.5, "use 0.5 or less"),  # noqa: PLR2004
                ("top_two_share", 0 < self.top_two_share <= 0.75, "use 0.75 or less"),  # noqa: PLR2004
                ("minutes_base", self.minutes_base in (5, 10, 20, 50), "use 5, 10, 20 or 50"),
                ("minutes_figures", self.minutes_figures in (1, 2, 3), "use 1, 2 or 3"),
                ("hidden_minutes", self.hidden_minutes >= 60, "use 60 or more"),  # noqa: PLR2004
            )
            if not kept
        ]
        if faults:
            raise DefinitionError(faults)

    def rounded(self, count: int) -> int:
        """Return a count to the nearest multiple of the base.

        >>> [SuppressionSettings().rounded(n) for n in (8, 12, 13)]
        [10, 10, 15]
        """
        return (count + self.base // 2) // self.base * self.base

    def count_span(self, printed: int) -> Span:
        """Return which counts print as this one.

        >>> [SuppressionSettings().count_span(n) for n in (10, 15)]
        [(8, 12), (13, 17)]
        """
        low = printed - self.base // 2
        return (max(low, self.threshold), low + self.base - 1)

    def rounded_minutes(self, milliseconds: int) -> int:
        """Return a duration in minutes, to two figures and never finer than the base.

        >>> [SuppressionSettings().rounded_minutes(m * 60_000) for m in (4, 47, 234, 1249, 1250)]
        [0, 50, 230, 1200, 1300]
        """
        step = self._step(milliseconds // MS_PER_MINUTE)
        return (milliseconds + step * MS_PER_MINUTE // 2) // (step * MS_PER_MINUTE) * step

    def minutes_span(self, printed: int) -> Span:
        """Return between which durations, in minutes, a printed one can lie.

        >>> [SuppressionSettings().minutes_span(m) for m in (0, 50, 1000)]
        [(0.0, 5.0), (45.0, 55.0), (995.0, 1050.0)]
        """
        low = printed - self._step(printed - 1) / 2 if printed else 0.0
        return (low, printed + self._step(printed) / 2)

    def _step(self, minutes: int) -> int:
        return max(self.minutes_base, int(10 ** max(0, len(str(minutes)) - self.minutes_figures)))

    def too_small(self, people: int) -> bool:
        """Return whether a count is hidden for being small, nought included."""
        return people < self.threshold

    def says_it_of_all(self, people: int, group: int) -> bool:
        """Return whether a count is so near its group that it describes everyone in it.

        Printed figures are compared too: "10 of 10" accuses a team even where 8 of 12 are meant.
        """
        return people >= self.saturation * group or self.rounded(people) >= self.saturation * self.rounded(group)

    def dominated(self, total: int, first: int, second: int) -> bool:
        """Return whether one person or two account for most of a sum."""
        return first > self.top_share * total or first + second > self.top_two_share * total


def bounds(tree: UnitTree, spans: Sequence[Span]) -> list[Span]:
    """Return what each unit's figure can be, once every unit is known to be the sum of its parts.

    Sums up the tree, then differences down it; on a tree this is exact, so nobody with pen and paper or a
    solver gets further with this table, in whole numbers or not.

    Args:
        tree: the units, parents first.
        spans: by unit, what its own cell says; nought to the most conceivable where it is hidden.
    """
    return narrowed(tree, summed(tree, spans))


def summed(tree: UnitTree, spans: Sequence[Span]) -> list[Span]:
    """Return what each unit's figure can be by its own cell and the sum of its parts."""
    upward = list(spans)
    for unit, parts in reversed(tree.families):
        upward[unit] = _both(
            upward[unit], (sum(upward[part][0] for part in parts), sum(upward[part][1] for part in parts))
        )
    return upward


def narrowed(tree: UnitTree, upward: Sequence[Span]) -> list[Span]:
    """Return what each unit's figure can be by what it is part of, less the other parts."""
    downward = list(upward)
    for unit, parts in tree.families:
        for part, others in zip(parts, totals_of_others([upward[part] for part in parts]), strict=True):
            low, high = downward[unit]
            downward[part] = _both(downward[part], (low - others[1], high - others[0]))
    return downward


def filled(tree: UnitTree, spans: Sequence[Span], hidden: Collection[int]) -> list[float]:
    """Return figures that add up and have as much as can be in hidden units, shared out by what each can hold."""
    up = summed(tree, spans)
    world = [up[0][1]] * len(spans)
    for unit, parts in tree.families:
        left = world[unit]
        for part in parts:
            world[part] = up[part][0]
            left -= world[part]
        for some in ([part for part in parts if part in hidden], [part for part in parts if part not in hidden]):
            room = sum(up[part][1] - up[part][0] for part in some)
            share = min(1.0, left / room) if room > 0 and left > 0 else 0.0
            for part in some:
                own = math.floor((up[part][1] - up[part][0]) * share)
                world[part] += own
                left -= own
    return world


def totals_of_others(spans: Sequence[Span]) -> list[Span]:
    """Return for each term of a sum what the other terms can come to together."""
    low = sum(span[0] for span in spans)
    high = sum(span[1] for span in spans if span[1] < math.inf)
    unbounded = sum(span[1] == math.inf for span in spans)
    return [
        (
            low - span[0],
            math.inf if unbounded > (span[1] == math.inf) else high - (span[1] if span[1] < math.inf else 0.0),
        )
        for span in spans
    ]


def _both(one: Span, other: Span) -> Span:
    return (max(one[0], other[0]), min(one[1], other[1]))


def hide(
    tree: UnitTree,
    small: Collection[int],
    betrayed: Callable[[Collection[int]], Collection[int]],
) -> frozenset[int]:
    """Return the units whose figure is hidden: the small ones, and those that would give them away.

    Below a hidden unit all is hidden, for the parts would add up to it. Of a shown unit's parts the smallest
    by head count are hidden, up to the last one that has to be, and never one alone. This "all of the first
    k" says nothing about which of the k is small: each of them can be nought in a world that prints the same
    page. Picking the cheapest partner instead (as tables usually do) can be undone by who knows the method:
    with 6, 6, 6 of 18 people hidden, none can be nought, or one of them would have been shown. A part that has parts
    of its own needs no such company: it may be hidden for any of these, whatever its own figure.

    Args:
        tree: the units.
        small: the units that must be hidden for their own figure.
        betrayed: given the hidden units, those an attacker could still work out.
    """
    least = dict.fromkeys(range(len(tree.units)), 0)  # how many parts of each unit are hidden at least
    forced = set(small)
    while True:
        hidden = _hidden(tree, forced, least)
        found = betrayed(hidden)
        if not found:
            return frozenset(hidden)
        for unit in sorted(found):
            top = unit
            while (parent := tree.units[top].parent) is not None and parent in hidden:
                top = parent
            if parent is None:
                return frozenset(range(len(tree.units)))  # nothing is shown, so nothing more can be done
            done = sum(part in hidden for part in tree.parts[parent])
            if done < len(tree.parts[parent]):
                least[parent] = max(least[parent], done + 1)
            else:
                forced.add(parent)


def _hidden(tree: UnitTree, forced: Collection[int], least: Mapping[int, int]) -> set[int]:
    hidden = {0} & set(forced)
    for unit, parts in tree.families:
        if unit in hidden:
            hidden.update(parts)
            continue
        lowest = [part for part in parts if not tree.parts[part]]
        last = max((place for place, part in enumerate(lowest, start=1) if part in forced), default=0)
        own = {*lowest[:last], *(part for part in parts if tree.parts[part] and part in forced)}
        wanted = max(least[unit], 2 if own else 0)
        hidden |= own
        hidden.update([part for part in parts if part not in own][: max(0, wanted - len(own))])
    return hidden
