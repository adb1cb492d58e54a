"""The course that the times of a file take from line to line: days, steps, and the turn of years that no line names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt

from netaudit.ingest.moments import Moments, in_year
from netaudit.ingest.times import Years

Lines = npt.NDArray[np.int64]
Microseconds = npt.NDArray[np.int64]

_DAY_US = 86_400_000_000
_YEAR_DAYS = 366  # of the leap year in which times without a year stand
_YEAR_US = _YEAR_DAYS * _DAY_US
_LEAP_DAY = 31 + 28  # its place in that year, counted from 0
_APART_US = 60 * _DAY_US  # a line further from the one that speaks for it gets another: half a year is too far
_MOST_ANCHORS = 4_000
_MOST_DAYS = 40_000  # beyond either of these, the order of lines tells nothing
_FIRST_OF_2000 = np.datetime64("2000-01-01", "us")
_YEARS_BACK = 30


@dataclass(slots=True)
class Course:
    """What the times of lines show in the order of lines, a chunk at a time.

    Times without a year count from the beginning of the year in which the first line lies: where they leap by more than
    half a year, another year has begun.
    """

    bare: bool  # whether the times have no year
    rows: int = 0
    days: Counter[int] = field(default_factory=Counter)  # since 1970, or since the beginning of the first year
    ahead: int = 0  # lines more than a day after the one above
    back: int = 0  # lines more than a day before it
    last_us: int | None = None
    anchors: list[tuple[int, int]] = field(default_factory=list)  # line, time: near enough to tell years of others
    lawless: bool = False

    def add(self, lines: Lines, times: Moments) -> None:
        """Take in the next lines, in their order."""
        if not len(times) or self.lawless:
            self.rows += len(times)
            return
        since = _FIRST_OF_2000 if self.bare else np.datetime64(0, "us")
        values = (times - since).astype(np.int64)
        if self.bare:
            values = self._unrolled(values)
        days = values // _DAY_US
        before = days[0] if self.last_us is None else self.last_us // _DAY_US
        steps = np.diff(days, prepend=before)
        self.ahead += int((steps > 1).sum())
        self.back += int((steps < -1).sum())
        self.rows += len(values)
        self.days.update(dict(zip(*(part.tolist() for part in np.unique(days, return_counts=True)), strict=True)))
        self._anchor(lines, values)
        self.last_us = int(values[-1])
        self.lawless = len(self.anchors) > _MOST_ANCHORS or len(self.days) > _MOST_DAYS

    @property
    def is_rising(self) -> bool:
        """Whether the lines stand in the order of time, or in its reverse, but for a few."""
        return min(self.ahead, self.back) <= max(self.ahead, self.back) // 100

    def base_year(self, latest: datetime, first_year: int | None) -> int | None:
        """Return the year in which the first line lies: the last in which hardly any line is later than can be.

        Args:
            latest: the latest that a line can be, civil.
            first_year: the year of the earliest line, where somebody said so.

        Returns:
            None if the order of lines tells nothing.
        """
        if self.lawless or not self.days:
            return None
        turn, day, counts = self._turns()
        if first_year is not None:
            return first_year - int(turn.min())
        limit = np.datetime64(latest, "us")
        few = self.rows // 50
        for leaps_spared in (0, few):
            newest = latest.year - int(turn.min())
            for base in range(newest, newest - int(turn.max() - turn.min()) - _YEARS_BACK, -1):
                dates = in_year(_FIRST_OF_2000 + day.astype("m8[D]"), base + turn)
                missing = np.isnat(dates)
                if counts[missing].sum() <= leaps_spared and counts[~missing & (dates > limit)].sum() <= few:
                    return base
        return None

    def years(self, base: int) -> Years:
        """Return what the years of lines follow from, when the first lies in this one."""
        lines = np.array([line for line, _ in self.anchors], np.int64)
        values = np.array([value for _, value in self.anchors], np.int64)
        place = (values % _YEAR_US).astype("m8[us]")
        moments = in_year(_FIRST_OF_2000 + place, base + values // _YEAR_US)
        known = ~np.isnat(moments)
        return Years(tuple(lines[known].tolist()), tuple(moments[known].astype(np.int64).tolist()))

    def known_years(self) -> Years:
        """Return what the years of other lines follow from, when these have one."""
        return Years(tuple(line for line, _ in self.anchors), tuple(value for _, value in self.anchors))

    def dates(self, base: int | None) -> tuple[Moments, npt.NDArray[np.int64]]:
        """Return each day on which there are lines, sorted, and how many; of a first year where lines name none."""
        if not self.bare:
            days = np.array(sorted(self.days), np.int64)
            return days.astype("M8[D]").astype("M8[us]"), np.array([self.days[day] for day in days.tolist()])
        turn, day, counts = self._turns()
        dates = in_year(_FIRST_OF_2000 + day.astype("m8[D]"), (2000 if base is None else base) + turn)
        known = ~np.isnat(dates)
        return dates[known], counts[known]

    @property
    def has_leap_day(self) -> bool:
        """Whether any line without a year is of 29 February."""
        return self.bare and any(day % _YEAR_DAYS == _LEAP_DAY for day in self.days)

    @property
    def turns(self) -> int:
        """Return how many years follow the first."""
        return int(np.ptp(self._turns()[0])) if self.days else 0

    def _turns(self) -> tuple[Lines, Lines, Lines]:
        """Return the year counted from the first, the day in it, and the number of lines, of each day."""
        days = np.array(sorted(self.days), np.int64)
        counts = np.array([self.days[day] for day in days.tolist()], np.int64)
        return days // _YEAR_DAYS, days % _YEAR_DAYS, counts

    def _unrolled(self, places: Microseconds) -> Microseconds:
        """Return places in the year as times since the beginning of the first: each as near to the last as can be."""
        first = places[0] if self.last_us is None else self.last_us % _YEAR_US
        turn = 0 if self.last_us is None else self.last_us // _YEAR_US
        steps = np.diff(places, prepend=first)
        turns = (steps < -_YEAR_US // 2).astype(np.int64) - (steps > _YEAR_US // 2)
        return np.asarray(places + (turn + np.cumsum(turns)) * _YEAR_US, np.int64)

    def _anchor(self, lines: Lines, values: Microseconds) -> None:
        start = 0
        while len(self.anchors) <= _MOST_ANCHORS:
            if self.anchors:
                far = np.flatnonzero(np.abs(values[start:] - self.anchors[-1][1]) > _APART_US)
                if not len(far):
                    return
                start += int(far[0])
            self.anchors.append((int(lines[start]), int(values[start])))
