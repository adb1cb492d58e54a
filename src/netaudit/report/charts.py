"""Geometry of the timeline of a case: positions in per cent, so that text keeps its size on a phone."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import NamedTuple

from netaudit.contracts.leaving import EvidenceLine
from netaudit.report.words import clock, comes_twice, count, passed, stretch

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


class Mark(NamedTuple):
    """A labelled position, in per cent."""

    at: float
    label: str
    anchor: str = "middle"


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
