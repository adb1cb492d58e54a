"""Geometry of the static pictures: positions in per cent, so that text keeps its size on a phone.

A range is drawn in three parts that need no colour: solid up to what the log proves, striped up to the likely
figure, outlined up to what the log allows.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import NamedTuple

from netaudit.contracts.leaving import EvidenceLine
from netaudit.report.words import clock, comes_twice, count, passed, short_minutes, stretch

_BAR_END = 66.0  # per cent: the longest bar stops here and leaves room for its figure
_LABEL_CHARACTERS = 36  # what fits in 288 px, the text width of a 320 px screen
_HOURS = 24
_GAP = 0.24  # between columns, as a share of an hour
_HOUR_MARKS = 6  # a label every so many hours
_THINNEST = 0.7  # per cent: a moment is still to be seen
_NICE_MINUTES = (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360)
_STEPS = 5  # with the two ends that rounding can add, seven labels fit in 288 px
_FEW_STEPS = 2  # of the longer labels, "01:30 BST", four
_MINUTE = 60
_ONE_STRIP = 18 * 3600.0  # seconds; longer is days, not one sitting
LANE_HEIGHT = 52  # px
_FOOT = 30  # px, for the labels below the lanes

# Top to bottom: what a decision is about comes first.
LANES = (
    ("blocked", "Not allowed"),
    ("personal", "Personal"),
    ("business", "Work"),
    ("unknown", "Not known"),
    ("background", "Software"),
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure with its bounds; `likely` is None where it is suppressed."""

    label: str
    low: float
    likely: float | None
    high: float
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar's parts: ends in per cent, from the left or from the bottom."""

    label: str
    low: float
    likely: float
    high: float
    text: str
    hidden: bool
    left: float = 0.0  # of a column
    middle: float = 0.0  # of a column

    @property
    def says(self) -> str:
        """Return the bar in words."""
        return f"{self.label}: {self.text}"


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars below one another; `ranged` if they have three parts and so need a key."""

    title: str
    bars: tuple[Bar, ...]
    ranged: bool

    @property
    def says(self) -> str:
        """Return what the picture shows, for those who do not see it."""
        return "; ".join(bar.says for bar in self.bars)


class Mark(NamedTuple):
    """A labelled position, in per cent."""

    at: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class HourChart:
    """Twenty-four columns; the core hours have a ground of their own."""

    title: str
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    grid: tuple[Mark, ...]  # heights, from the top
    width: float
    core_left: float
    core_width: float
    core_label: str

    @property
    def any_hidden(self) -> bool:
        """Whether the figure of an hour is suppressed."""
        return any(bar.hidden for bar in self.bars)

    @property
    def says(self) -> str:
        """Return what the picture shows, for those who do not see it."""
        shown = [bar.says for bar in self.bars if bar.high]
        return "; ".join(shown) or "no figure can be shown for any hour"


class Block(NamedTuple):
    """A stretch in a lane; `acted` if a person did something in it."""

    left: float
    width: float
    acted: bool


class Lane(NamedTuple):
    """All stretches of one use."""

    use: str
    label: str
    blocks: tuple[Block, ...]


class Strip(NamedTuple):
    """The timeline of one day."""

    title: str
    lanes: tuple[Lane, ...]
    ticks: tuple[Mark, ...]
    says: str

    @property
    def height(self) -> int:
        """Return the height of the picture in px."""
        return len(self.lanes) * LANE_HEIGHT + _FOOT


class _Timed(NamedTuple):
    """A line with its ends in seconds passed."""

    begin: float
    end: float
    line: EvidenceLine


def bar_chart(title: str, amounts: Sequence[Amount], *, ranged: bool) -> BarChart:
    """Return the chart of some amounts, in the order given."""
    top = max((amount.high for amount in amounts if amount.likely is not None), default=0.0) or 1.0
    bars = []
    for amount in amounts:
        scale = 0.0 if amount.likely is None else _BAR_END / top
        low, likely, high = (value * scale for value in (amount.low, amount.likely or 0.0, amount.high))
        label = amount.label
        if len(label) > _LABEL_CHARACTERS:
            label = label[: _LABEL_CHARACTERS - 1].rstrip() + "…"
        bars.append(Bar(label, low, likely, high, amount.text, amount.likely is None))
    return BarChart(title, tuple(bars), ranged)


def hour_chart(title: str, amounts: Sequence[Amount], core: tuple[float, float] | None) -> HourChart:
    """Return the chart of the hours of the day; `amounts` holds all 24 in order."""
    top = _round_up(max((amount.high for amount in amounts if amount.likely is not None), default=0.0))
    share = 100.0 / _HOURS
    bars = []
    for hour, amount in enumerate(amounts):
        low, likely, high = (100.0 * value / top for value in (amount.low, amount.likely or 0.0, amount.high))
        left, middle = (hour + _GAP / 2) * share, (hour + 0.5) * share
        bars.append(Bar(amount.label, low, likely, high, amount.text, amount.likely is None, left, middle))
    marks = [
        Mark(hour * share, f"{hour:02d}:00", "start" if not hour else "end" if hour == _HOURS else "middle")
        for hour in range(0, _HOURS + 1, _HOUR_MARKS)
    ]
    grid = (Mark(0.0, short_minutes(top)), Mark(50.0, short_minutes(top / 2)))
    start, end = core or (0.0, 0.0)
    return HourChart(
        title,
        tuple(bars),
        tuple(marks),
        grid,
        share * (1 - _GAP),
        start * share,
        (end - start) * share,
        f"Core hours {_hour(start)} to {_hour(end)}" if core else "",
    )


def strips(lines: Sequence[EvidenceLine]) -> tuple[Strip, ...]:
    """Return the timeline of a case: one picture, or one for each day where it goes on for days."""
    ordered = sorted(
        (_Timed(passed(line.start), passed(line.end), line) for line in lines), key=attrgetter("begin", "end")
    )
    if ordered and max(timed.end for timed in ordered) - ordered[0].begin <= _ONE_STRIP:
        return (_strip(ordered),)
    by_day: dict[date, list[_Timed]] = {}
    for timed in ordered:
        by_day.setdefault(timed.line.start.date(), []).append(timed)
    return tuple(_strip(group) for group in by_day.values())


def _strip(ordered: Sequence[_Timed]) -> Strip:
    # Places are by time passed, labels by the clock on the wall: in the night when the clocks are put back, the
    # hour that comes twice is drawn twice.
    latest = max(ordered, key=attrgetter("end"))
    first, last = ordered[0].line.start, latest.line.end
    begin, end = ordered[0].begin, latest.end
    autumn = first.utcoffset() != last.utcoffset() or comes_twice(first) or comes_twice(last)
    step = _step((end - begin) / _MINUTE, _FEW_STEPS if autumn else _STEPS)
    left = begin - ((first.hour * 60 + first.minute) * _MINUTE + first.second) % step
    steps = max(1, math.ceil((end - left) / step))
    whole = steps * step

    blocks: defaultdict[str, list[Block]] = defaultdict(list)
    for timed in ordered:
        at, until = ((moment - left) * 100.0 / whole for moment in (timed.begin, timed.end))
        block = Block(min(at, 100.0 - _THINNEST), max(until - at, _THINNEST), timed.line.label == "human")
        blocks[timed.line.use].append(block)
    lanes = [Lane(use, label, tuple(blocks[use])) for use, label in LANES if use in blocks]
    ticks = tuple(
        Mark(
            number * 100.0 / steps,
            clock(datetime.fromtimestamp(left + number * step, first.tzinfo or UTC)),
            "start" if not number else "end" if number == steps else "middle",
        )
        for number in range(steps + 1)
    )
    what = ", ".join(f"{lane.label} {count(len(lane.blocks))}" for lane in lanes)
    return Strip(
        stretch(first, last),
        tuple(lanes),
        ticks,
        f"Stretches in each lane: {what}. The table below lists them in order.",
    )


def _step(minutes: float, most: int) -> int:
    """Return the seconds from one label to the next."""
    fitting = (nice for nice in _NICE_MINUTES if minutes / nice <= most)
    return next(fitting, _NICE_MINUTES[-1]) * _MINUTE


def _round_up(minutes: float) -> float:
    """Return a round number of minutes, not less, whose half is round too.

    >>> _round_up(17), _round_up(130), _round_up(1400), _round_up(9000)
    (20.0, 180.0, 1800.0, 12000.0)
    """
    hours = [float(f"{factor}e{power}") for power in range(9) for factor in (1, 2, 3, 4, 6, 8)]
    return next(nice for nice in (10.0, 20.0, 30.0, *(60 * hour for hour in hours)) if nice >= minutes)


def _hour(hour: float) -> str:
    return f"{int(hour):02d}:{round(hour % 1 * 60):02d}"
