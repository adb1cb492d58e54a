"""The fewest stretches without which a finding falls, and what shorter breaks would make of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from netaudit.assess.human_time import MINUTE_US
from netaudit.definitions.policy_terms import OneHour

_MOST_REMOVED = 8  # more would be no statement that anybody could check


class Stretch(NamedTuple):
    """A visit that counts in a finding; minutes in microseconds, as the rule counts them."""

    visit: int
    start_us: int
    end_us: int
    until_us: int
    low: int
    core: int
    documents: int
    number: int  # what the rule counts of it, in its own unit
    site: str | None
    category: str | None
    category_source: str | None
    reason: str | None


class Amounts(NamedTuple):
    """Proven minutes of a piece of a chain, and those of them in core hours outside lunch."""

    low: int
    core: int


class _Kept(NamedTuple):
    """A way to keep some stretches: what the last piece amounts to, and the way before."""

    low: int
    core: int
    place: int
    before: _Kept | None


@dataclass(frozen=True, slots=True)
class Chain:
    """The stretches of a one-hour finding, in order of time, and the rule."""

    stretches: Sequence[Stretch]
    one_hour: OneHour

    def is_broken(self, low: int, core: int) -> bool:
        """Whether so much breaks the rule."""
        rule = self.one_hour
        return low > round(rule.limit_minutes * MINUTE_US) and core >= round(rule.core_minutes * MINUTE_US)

    def breaks_without(self, places: Collection[int]) -> bool:
        """Whether the rule is broken without some stretches, with lunch where it is."""
        kept = [one for place, one in enumerate(self.stretches) if place not in places]
        return any(self.is_broken(*piece) for piece in pieces_at(kept, self._tolerance))

    def needed_tolerance(self) -> int:
        """Return the shortest tolerance, in microseconds, at which the chain breaks the rule."""
        for tolerance in sorted({0, *gaps(self.stretches)}):
            if any(self.is_broken(*piece) for piece in pieces_at(self.stretches, tolerance)):
                return tolerance
        return self._tolerance

    def fewest(self) -> tuple[int, ...] | None:
        """Return the places of the fewest stretches without which no piece breaks the rule; None if they are many.

        For each stretch that is kept last and each number left out before it, the ways to get there that are not
        beaten in both minutes are remembered.
        """
        count = len(self.stretches)
        ways: list[list[list[_Kept]]] = []
        best: tuple[int, _Kept | None] | None = (count, None) if count <= _MOST_REMOVED else None
        for place in range(count):
            mine: list[list[_Kept]] = [[] for _ in range(_MOST_REMOVED + 1)]
            for before in range(max(-1, place - 1 - _MOST_REMOVED), place):
                left_out = place - before - 1
                if before < 0:
                    self._keep(mine[left_out], place, None)
                    continue
                for removed in range(_MOST_REMOVED + 1 - left_out):
                    for one in ways[before][removed]:
                        self._keep(mine[removed + left_out], place, one)
            ways.append(mine)
            after = count - 1 - place
            for removed, found in enumerate(mine):
                if found and removed + after <= _MOST_REMOVED and (best is None or removed + after < best[0]):
                    best = (removed + after, found[0])
        if best is None:
            return None
        kept: set[int] = set()
        way = best[1]
        while way is not None:
            kept.add(way.place)
            way = way.before
        return tuple(place for place in range(count) if place not in kept)

    def _keep(self, ways: list[_Kept], place: int, before: _Kept | None) -> None:
        """Add a way that keeps a stretch next, unless it breaks the rule or another is better."""
        one = self.stretches[place]
        low, core = one.low, one.core
        if before is not None and one.start_us - self.stretches[before.place].end_us <= self._tolerance:
            low, core = low + before.low, core + before.core
        if self.is_broken(low, core) or any(way.low <= low and way.core <= core for way in ways):
            return
        ways[:] = [way for way in ways if not (low <= way.low and core <= way.core)]
        ways.append(_Kept(low, core, place, before))

    @property
    def _tolerance(self) -> int:
        return round(self.one_hour.tolerance_minutes * MINUTE_US)


def gaps(stretches: Sequence[Stretch]) -> list[int]:
    """Return what lies between each stretch and the latest end before it, in microseconds; at least nought."""
    found, latest = [], None
    for one in stretches:
        if latest is not None:
            found.append(max(0, one.start_us - latest))
        latest = one.end_us if latest is None else max(latest, one.end_us)
    return found


def pieces_at(stretches: Sequence[Stretch], tolerance: int) -> list[Amounts]:
    """Return the pieces into which a longer break than the tolerance divides some stretches.

    >>> def of(start, end):
    ...     return Stretch(0, start, end, end, end - start, 0, 0, 0, None, None, None, None)
    >>> pieces_at([of(0, 10), of(12, 20), of(25, 30)], 4)
    [Amounts(low=18, core=0), Amounts(low=5, core=0)]
    """
    pieces: list[Amounts] = []
    for gap, one in zip([None, *gaps(stretches)], stretches, strict=False):
        if gap is None or gap > tolerance:
            pieces.append(Amounts(one.low, one.core))
        else:
            pieces[-1] = Amounts(pieces[-1].low + one.low, pieces[-1].core + one.core)
    return pieces


def fewest_of_day(
    amounts: Sequence[int], most: int, documents: Sequence[int] = (), most_documents: int = 0
) -> tuple[int, ...]:
    """Return the places of the fewest stretches of a day without which no more than so much is left.

    Without documents, and where none may be left, these are the fewest that there can be.

    >>> fewest_of_day([10, 40, 20], 25)
    (1, 2)
    >>> fewest_of_day([10, 40, 20], 100, [0, 0, 1], 0)
    (2,)
    """
    removed: set[int] = set()
    for values, bound in ((documents, most_documents), (amounts, most)):
        left = sum(value for place, value in enumerate(values) if place not in removed)
        for place in sorted(range(len(values)), key=lambda one: (-values[one], one)):
            if left <= bound:
                break
            if place not in removed:
                removed.add(place)
                left -= values[place]
    return tuple(sorted(removed))
