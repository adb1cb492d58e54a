"""What has been decided about the times of a file, and what was seen of them while it was read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from netaudit.contracts import TimeChoice

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
    choices: tuple[TimeChoice, ...] = ()


@dataclass(slots=True)
class TimesSeen:
    """What was seen of the times of lines that had been read: for what must be told, not for reading."""

    units: set[str] = field(default_factory=set)  # of numbers that count from 1970
    civil: int = 0  # times without an offset
    skipped: int = 0  # of them, those in an hour that the zone does not have
    behind: Counter[int] = field(default_factory=Counter)  # quarters of an hour by which heads with an offset differ

    def add(self, other: TimesSeen) -> None:
        """Count what was seen in another chunk as well."""
        self.units |= other.units
        self.civil += other.civil
        self.skipped += other.skipped
        self.behind += Counter()  # keeps no zeros
        self.behind.update(other.behind)
