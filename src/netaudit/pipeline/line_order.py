"""The order of a file's lines in time: a log is written as things happen, so where its times go back its clock did."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

_US = 1_000_000
_BACK = 5 * 60 * _US  # less is how proxies with several workers, and exports in blocks, write
_ORDERED = 0.005  # of the lines may follow one that is much later; beyond that they stand in another order
_FEW = 10  # such lines prove no other order
_NEAR = timedelta(hours=3)  # of a change of the clocks
_HOUR = 66 * 60 * _US  # by which they change, and some minutes


@dataclass(slots=True)
class LineOrder:
    """How the times of a file's lines follow one another, a chunk at a time."""

    zone: str  # of times without an offset
    at_start: bool  # whether lines say when a request began; otherwise when it ended
    lines: int = 0
    back: int = 0  # lines whose time is before that of the line above
    jumps: int = 0  # lines whose time is much before that of the line above
    largest_us: int = 0
    moments: list[int] = field(default_factory=list)  # of some jumps, in microseconds
    _last: int | None = None

    def add(self, parsed: pl.DataFrame) -> None:
        """Look at the next PARSED of a file."""
        if parsed.is_empty():
            return
        start, lasted = parsed["event_start"].to_physical(), parsed["event_duration_ms"]
        written = start if self.at_start or lasted.null_count() == len(lasted) else start + lasted.fill_null(0) * 1_000
        if not parsed["log_line"].is_sorted():
            written = written.gather(parsed["log_line"].arg_sort())
        steps = written.diff()
        if self._last is not None:
            steps = steps.scatter(0, int(written[0]) - self._last)
        self._last = int(written[-1])
        self.lines += len(written)
        least = steps.min()
        if not isinstance(least, int) or least >= 0:
            return
        self.back += int((steps < 0).sum())
        if least <= -_BACK:
            far = steps <= -_BACK
            self.jumps += int(far.sum())
            self.largest_us = max(self.largest_us, -least)
            self.moments += written.filter(far.fill_null(value=False)).to_list()[: _FEW - len(self.moments)]

    @property
    def in_words(self) -> str:
        """Return what is odd about it; nothing where the lines stand in order, or in one that tells nothing."""
        if not self.jumps or self.back * 2 > self.lines or self.jumps > max(_FEW, self.lines * _ORDERED):
            return ""
        if self.largest_us <= _HOUR and all(self._is_clock_change(moment) for moment in self.moments):
            return (
                "its times go back by an hour on the night when the clocks did, and its lines do not show which of the "
                "two hours they are of"
            )
        times = {1: "once", 2: "twice"}.get(self.jumps, f"{self.jumps} times")
        most = "by" if self.jumps == 1 else "by at most"
        return (
            f"its times go back {times}, {most} {_length(self.largest_us)}: a clock was set back, or logs were joined"
        )

    def _is_clock_change(self, moment: int) -> bool:
        at, place = datetime.fromtimestamp(moment / _US, UTC), ZoneInfo(self.zone)
        before, after = ((at + sign * _NEAR).astimezone(place).utcoffset() for sign in (-1, 1))
        return before is not None and after is not None and after < before


def _length(microseconds: int) -> str:
    minutes = round(microseconds / _US / 60)
    days, hours = minutes // 1440, minutes // 60
    if days >= 2:  # noqa: PLR2004
        return f"{days} days"
    if hours < 2:  # noqa: PLR2004
        return f"{minutes} minutes"
    return f"{hours} hours"
