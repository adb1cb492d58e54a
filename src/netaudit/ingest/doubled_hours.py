"""The hour that comes twice when clocks are set back: which lines are of which pass, by their order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from netaudit.ingest.courses import Lines, Microseconds
from netaudit.ingest.times import SecondPass

_US = 1_000_000
_BACK_US = 5 * 60 * _US  # less is how proxies with several workers write, and no clock that was set back
_CLEARLY_US = 10 * 60 * _US  # so much better one reading must be
_AROUND_US = 3600 * _US  # before and after the hour: lines further away say nothing of it
_MOST_STEPS = 50  # places at which the clock may have been set back that are looked at
_STEP = timedelta(days=7)  # no zone changes its clocks twice in a week
_GAP_WEIGHT = 2  # one line out of order is likelier than a silence of the same length


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of civil time that comes twice, or never, in microseconds since 1970."""

    begin_us: int
    end_us: int
    twice: bool


@lru_cache(maxsize=256)
def changes_of(zone: str, year: int) -> tuple[Change, ...]:
    """Return when the clocks of a zone are changed in a year."""
    place = ZoneInfo(zone)

    def offset(moment: datetime) -> timedelta:
        return moment.astimezone(place).utcoffset() or timedelta()

    found = []
    day = datetime(year, 1, 1, tzinfo=UTC)
    while day.year == year:
        following = day + _STEP
        if offset(day) != offset(following):
            before, after = day, following
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) // 2
                middle = middle.replace(microsecond=0)
                before, after = (middle, after) if offset(middle) == offset(day) else (before, middle)
            old, new = (_since_1970(after + one) for one in (offset(before), offset(after)))
            found.append(Change(min(old, new), max(old, new), twice=new < old))
        day = following
    return tuple(one for one in found if _year(one.begin_us) == year)


def doubled(zone: str, first_us: int, last_us: int) -> list[Change]:
    """Return the stretches of civil time between two times that come twice in a zone."""
    years = range(_year(first_us), _year(last_us) + 1)
    return [
        one
        for year in years
        for one in changes_of(zone, year)
        if one.twice and one.begin_us <= last_us and one.end_us > first_us
    ]


@dataclass(frozen=True, slots=True)
class Passes:
    """Which pass the lines of a doubled hour are of."""

    change: Change
    lines: int
    second: SecondPass | None  # None: all of them are of the first
    how: str  # both, first, second, or unknown: none of it shows, and the first is taken


@dataclass(slots=True)
class HourLines:
    """The lines of one doubled hour of a file, a chunk at a time."""

    change: Change
    lines: list[Lines] = field(default_factory=list)
    times: list[Microseconds] = field(default_factory=list)  # by which they are in order: when they were written
    before_us: int | None = None  # the latest time that is shortly before the hour
    after_us: int | None = None  # the earliest that is shortly after
    _rising: int = 0  # lines that are later than the one above, less those that are earlier
    _last_us: int | None = None

    def add(self, lines: Lines, civil: Microseconds, written: Microseconds) -> None:
        """Take in the next lines, in their order."""
        begin, end = self.change.begin_us, self.change.end_us
        inside = (civil >= begin) & (civil < end)
        if inside.any():
            self.lines.append(lines[inside])
            self.times.append(written[inside])
        before = civil[(civil >= begin - _AROUND_US) & (civil < begin)]
        after = civil[(civil >= end) & (civil < end + _AROUND_US)]
        if len(before):
            self.before_us = max(int(before.max()), self.before_us or int(before.max()))
        if len(after):
            self.after_us = min(int(after.min()), self.after_us or int(after.min()))
        if len(written):
            steps = np.diff(written, prepend=written[0] if self._last_us is None else self._last_us)
            self._rising += int((steps > 0).sum()) - int((steps < 0).sum())
            self._last_us = int(written[-1])

    def passes(self) -> Passes | None:
        """Return which lines are of the second pass; None if there is no line in the hour."""
        if not self.lines:
            return None
        lines, times = np.concatenate(self.lines), np.concatenate(self.times)
        if self._rising < 0:  # the newest line comes first
            lines, times = lines[::-1], times[::-1]
        shift = self.change.end_us - self.change.begin_us
        before = self.before_us
        after = None if self.after_us is None else self.after_us + shift
        steps = np.diff(times)
        places = np.argsort(steps, kind="stable")[:_MOST_STEPS]
        places = places[steps[places] <= -_BACK_US] + 1
        # all of the first pass; all of the second; the second begins at a place where times go back
        costs = [(_cost(times, before, after), 0, len(times)), (_cost(times + shift, before, after), 1, 0)]
        for place in places.tolist():
            both = times + np.where(np.arange(len(times)) >= place, shift, 0)
            costs.append((_cost(both, before, after), 2, place))
        best = min(costs)
        rest = [cost for cost, kind, _ in costs if kind != best[1]]
        if min(rest) - best[0] < _CLEARLY_US:
            return Passes(self.change, len(lines), None, "unknown")
        _, kind, place = best
        second = np.sort(lines[place:])
        end = self.change.end_us
        found = SecondPass(self.change.begin_us, end, int(second[0]), int(second[-1]) + 1) if len(second) else None
        return Passes(self.change, len(lines), found, ("first", "second", "both")[kind])


def _cost(times: Microseconds, before: int | None, after: int | None) -> int:
    """Return how unlikely it is that times follow one another: by how much they go back, and their longest silence."""
    edges = [[before] if before is not None else [], [after] if after is not None else []]
    whole = np.concatenate([np.array(edges[0], np.int64), times, np.array(edges[1], np.int64)])
    reached = np.maximum.accumulate(whole)
    late = reached - whole
    gap = int(np.diff(reached).max()) if len(whole) > 1 else 0
    return int(late[late >= _BACK_US].sum()) + _GAP_WEIGHT * gap


def _since_1970(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * _US


def _year(microseconds: int) -> int:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)).year
