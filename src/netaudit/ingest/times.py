"""How the times of one file are read: what has been decided, and what is seen of them on the way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from netaudit.definitions.formats import TimeStyle

Order = Literal["day", "month"]


@dataclass(frozen=True, slots=True)
class Years:
    """From which the year of a line follows that names none: it is the one that brings the line nearest.

    `lines` are numbers of lines, rising, and `moments` civil times in microseconds: each holds until the next. Without
    any, `latest` is the latest that a line can be.
    """

    lines: tuple[int, ...] = ()
    moments: tuple[int, ...] = ()
    latest: int = 0


@dataclass(frozen=True, slots=True)
class SecondPass:
    """The lines that were written when the clocks had been set back, of those in an hour that comes twice."""

    begin_us: int  # of that hour, civil
    end_us: int
    first_line: int
    end_line: int  # the first line that is not of them


@dataclass(frozen=True, slots=True)
class Times:
    """How the times of a file are read where a line does not say it all."""

    zone: str = "UTC"  # of times without an offset
    order: Order | None = None  # of day and month where it can be either; None: as the style has it
    years: Years | None = None  # None: nobody has looked yet; such times are in the year 2000, which is never used
    second: tuple[SecondPass, ...] = ()
    undecided: bool = False  # nobody has looked yet: whatever order a line can be read in will do


@dataclass(slots=True)
class TimesSeen:
    """What was seen of the times of lines that had been read: for what must be told, not for reading."""

    units: set[str] = field(default_factory=set)  # of numbers that count from 1970
    civil: int = 0  # times without an offset
    bare: int = 0  # times without a year
    either: int = 0  # times in which day or month may come first
    skipped: int = 0  # of them, those in an hour that the zone does not have
    behind: Counter[int] = field(default_factory=Counter)  # quarters of an hour by which heads with an offset differ


# name of the format, how it writes times, its lines with their targets
Survey = Callable[[str, TimeStyle, pl.DataFrame], None]


@dataclass(slots=True)
class FileTimes:
    """How the times of one file are read, for each of its formats."""

    zone: str = "UTC"  # of times without an offset
    decided: dict[str, Times] = field(default_factory=dict)  # by name of the format
    seen: defaultdict[str, TimesSeen] = field(default_factory=lambda: defaultdict(TimesSeen))
    usual: Times | None = None  # of formats about which nothing has been decided
    survey: Survey | None = None  # told of all times before anything is decided

    def of(self, name: str) -> Times:
        """Return what has been decided for the lines of a format."""
        return self.decided.get(name) or self.usual or Times(self.zone, undecided=True)
