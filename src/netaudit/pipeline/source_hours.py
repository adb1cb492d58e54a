"""Quarters of hours: how many lines each source wrote in them, and what these say; kept to see where logs are missing.

A quarter is that in which the line was written, as its clock says, and not that in which the request began: a tunnel of
five hours says nothing about the log's state five hours ago.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import polars as pl

from netaudit.contracts.quality import GIVES
from netaudit.contracts.tables import UTC_TIME
from netaudit.definitions.periods import days_of
from netaudit.store import Commit

SOURCE_HOURS_TABLE = "source_hours"
QUARTER = timedelta(minutes=15)
_MS = 1_000  # microseconds
_QUARTER_MS = QUARTER // timedelta(milliseconds=1)
_KEYS = ("event_dataset", "quarter")
_COUNTS = ("lines", "people", "files", *GIVES)
SOURCE_HOURS = pl.Schema({"event_dataset": pl.String(), "quarter": UTC_TIME, **dict.fromkeys(_COUNTS, pl.Int64())})
"""`people` are accounts, or machines where no account is named, as many as wrote; `files` were written to at once."""


def quarters_of(events: pl.DataFrame, start_marked: Iterable[str] = ()) -> pl.DataFrame:
    """Return SOURCE_HOURS of some EVENTS.

    Args:
        events: EVENTS of a day.
        start_marked: sources whose lines say when a request began; those of all others say when it ended.
    """
    marks = [name for name in start_marked if name in events["event_dataset"].unique().cast(pl.String)]
    lasted = pl.col("event_duration_ms").fill_null(0)
    if marks:
        lasted = pl.when(pl.col("event_dataset").is_in(marks)).then(0).otherwise(lasted)
    written = pl.col("event_start").to_physical() // _MS + lasted
    keyed = events.select(
        "event_dataset",
        "log_file",
        *_says(),
        who=pl.coalesce("user_hash", "source_hash"),
        quarter=(written // _QUARTER_MS).cast(pl.Int32),  # grouping by a small number takes a third of the time
    )
    counts = keyed.group_by(_KEYS).agg(
        lines=pl.len(),
        people=pl.col("who").drop_nulls().n_unique(),
        files=pl.col("log_file").n_unique(),
        **{name: pl.col(name).sum() for name in GIVES},
    )
    begin = (pl.col("quarter").cast(pl.Int64) * _QUARTER_MS * _MS).cast(UTC_TIME)
    return _fit(counts.with_columns(quarter=begin))


def _says() -> tuple[pl.Expr, ...]:
    given = {
        "named": pl.col("user_hash").is_not_null(),
        "timed": pl.col("event_duration_ms").is_not_null(),
        "referred": pl.col("referrer_key").is_not_null(),
        "agent": pl.col("user_agent_name").is_not_null(),
        "typed": pl.col("http_response_mime_type").is_not_null(),
        "sized": pl.col("http_response_bytes").is_not_null(),
        "classed": pl.col("vendor_category").is_not_null(),
        "tunnels": pl.col("url_scheme") == "tunnel",
        "blocked": pl.col("disposition") == "blocked",
    }
    return tuple(given[name].fill_null(value=False).alias(name) for name in GIVES)


def merged(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return SOURCE_HOURS of what was counted apart: people are of one part only, a file can be of several."""
    every = pl.concat([pl.DataFrame(schema=SOURCE_HOURS), *(_fit(part) for part in parts)])
    sums = (pl.col(name).sum() for name in _COUNTS if name != "files")
    return _fit(every.group_by(_KEYS).agg(*sums, pl.col("files").max()))


def source_hours_of(periods: Iterable[str], commit: Commit) -> pl.DataFrame:
    """Return SOURCE_HOURS of some weeks; none of days that an earlier version read."""
    found = (commit.read(SOURCE_HOURS_TABLE, period, day.isoformat()) for period in periods for day in days_of(period))
    return merged([part for part in found if part is not None])


def _fit(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in SOURCE_HOURS.items()).sort(_KEYS)
