"""Clocks that were wrong: lines whose time cannot be are set aside, because they would be wrong about people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import polars as pl

from netaudit.contracts import REJECTS
from netaudit.ingest import ParsedChunk

# Clocks that were never set begin in 1970 (Unix), 1980 (PC firmware) or 2000 (most clock chips).
_FIRST = datetime(2001, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)  # a proxy in another zone, or a few minutes fast, is no reason to refuse its lines
PAST = "the clock was not set: a time before 2001"
FUTURE = "the time is in the future"


@dataclass(slots=True)
class StrangeTimes:
    """How many lines of a file have a time that cannot be."""

    log_file: str
    past: int = 0
    future: int = 0

    @property
    def in_words(self) -> str:
        """Return the counts as they are printed; nothing if there are none."""
        counts = ((self.past, "dated before 2001"), (self.future, "dated in the future"))
        parts = [f"{count:,} {'line is' if count == 1 else 'lines are'} {words}" for count, words in counts if count]
        return ", ".join(parts)


def without_strange_times(read: ParsedChunk, now: datetime, counts: StrangeTimes) -> ParsedChunk:
    """Return the chunk with records of impossible times among its rejects.

    Args:
        read: a chunk.
        now: the moment of the run.
        counts: of the file; gets their numbers added.
    """
    start = read.parsed["event_start"]
    earliest, latest = start.min(), start.max()
    limit = now.astimezone(UTC) + _AHEAD
    if not isinstance(earliest, datetime) or not isinstance(latest, datetime):
        return read
    if earliest >= _FIRST and latest <= limit:
        return read
    past, future = pl.col("event_start") < _FIRST, pl.col("event_start") > limit
    strange = read.parsed.filter(past | future)
    rejects = strange.select(
        "log_line",
        log_file=pl.lit(counts.log_file),
        event_dataset=pl.col("event_dataset").cast(pl.String),
        reason=pl.when(past).then(pl.lit(PAST)).otherwise(pl.lit(FUTURE)),
    )
    counts.past += strange.filter(past).height
    counts.future += strange.filter(future).height
    kept = read.parsed.filter(~past & ~future)
    return replace(read, parsed=kept, rejects=pl.concat([read.rejects, REJECTS.fit(rejects)]))
