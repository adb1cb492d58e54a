"""Captures into PARSED's types: times in UTC, counts as numbers, words that mean nothing as null."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl

from netaudit.contracts import UTC_TIME
from netaudit.definitions.formats import Format, Layout, TimeStyle
from netaudit.ingest.fields import FIELD
from netaudit.ingest.moments import moments
from netaudit.ingest.numbers import in_milliseconds
from netaudit.ingest.times import FileTimes
from netaudit.ingest.values import whole_numbers, with_plain_values

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # a clock that was not set is told apart later, by the moment of the run
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_LONGEST_MS = 366 * 86_400_000  # a duration beyond a year is none, and would lead out of the calendar
_CLOCK = r"^(?:(\d{1,6}):)?(\d{1,3}):(\d\d(?:\.\d{1,9})?)$"  # 01:00:05, 00:02, 00:00:02.250
_MILLISECONDS = {"s": 1e3, "us": 1e-3, "ns": 1e-6}
_BYTES = ("http_request_bytes", "http_response_bytes")
_COUNTS = ("event_duration_ms", *_BYTES)
_FEW_VALUES = (
    "event_action",
    "user_name",
    "source_ip",
    "http_request_method",
    "http_response_mime_type",
    "user_agent_original",
    "vendor_category",
)
_TEXTS = (*_FEW_VALUES, "url_full", "http_request_referrer")
_TYPES: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(_FEW_VALUES, pl.Categorical),
    **dict.fromkeys(("url_full", "http_request_referrer"), pl.String),
    **dict.fromkeys(_COUNTS, pl.Int64),
    "http_response_status_code": pl.Int32,
}


def normalise(frame: pl.DataFrame, log_format: Format, layout: Layout, zone: str | FileTimes) -> pl.DataFrame:
    """Return PARSED's columns with `not_web` and `reason` (null for a usable record).

    Args:
        frame: targets and fields.
        log_format: says what words mean.
        layout: that read the lines.
        zone: of times that carry none, or what has been decided of the file's times.
    """
    nulls, time = log_format.null_values, layout.time or log_format.time
    times = zone if isinstance(zone, FileTimes) else FileTimes(zone)
    absent = [pl.lit(None, kind).alias(name) for name, kind in _TYPES.items() if name not in frame.columns]
    texts = [name for name in _TEXTS if name in frame.columns]
    frame = frame.with_columns(absent).with_columns(pl.col(_FEW_VALUES).cast(pl.Categorical))
    frame = frame.with_columns(
        *(whole_numbers(frame[name]) for name in _BYTES),
        durations(frame, time),
        whole_numbers(frame["http_response_status_code"]).cast(pl.Int32, strict=False),
        *(_without(frame[name], nulls) for name in texts),
        moment=moments(frame, time, times.of(log_format.name), times.seen[log_format.name]),
    )
    frame = with_plain_values(_judged(frame, log_format), layout)
    # a negative duration is a clock that was set back: the request then takes no time; no request takes years
    frame = frame.with_columns(
        event_duration_ms=pl.when(pl.col("event_duration_ms") < _LONGEST_MS).then("event_duration_ms")
    )
    duration = pl.col("event_duration_ms").fill_null(0).clip(0)
    start = pl.col("moment") - pl.duration(milliseconds=duration) if time.marks == "end" else pl.col("moment")
    frame = frame.with_columns(
        event_start=start.cast(UTC_TIME),
        event_duration_ms=pl.col("event_duration_ms").clip(0),
        in_range=pl.col("moment").is_between(_EARLIEST, _LATEST),
    )
    if frame["in_range"].all(ignore_nulls=False):  # as nearly always
        return frame.with_columns(reason=pl.lit(None, pl.String))
    return frame.with_columns(
        reason=pl.when(pl.col("moment").is_null())
        .then(pl.lit("the time cannot be read"))
        .when(~pl.col("in_range"))
        .then(pl.lit("the time is out of range"))
    )


def _judged(frame: pl.DataFrame, log_format: Format) -> pl.DataFrame:
    """Return the frame with what the format's rules say of each line; they look at values as they are written."""
    return frame.with_columns(
        disposition=pl.when(_any_match(log_format.blocked, frame))
        .then(pl.lit("blocked", pl.Categorical))
        .otherwise(pl.lit("allowed", pl.Categorical)),
        not_web=_any_match(log_format.not_web, frame) | ~_any_match(log_format.web or ({},), frame),
    )


def durations(frame: pl.DataFrame, time: TimeStyle) -> pl.Expr:
    """Return durations in milliseconds: of numbers in the unit of the format, with a unit, or as a clock shows them."""
    written = pl.col("event_duration_ms")
    if "event_duration_ms" not in frame.columns:
        return written.cast(pl.Int64, strict=False)
    number = pl.lit(whole_numbers(frame["event_duration_ms"]))
    if time.duration != "ms":
        factor = _MILLISECONDS[time.duration]
        number = (written.cast(pl.Float64, strict=False) * factor).round().cast(pl.Int64, strict=False)
    column = frame["event_duration_ms"]
    if (told := in_milliseconds(column)) is not None:
        number = pl.coalesce(pl.lit(told.alias(column.name)).round().cast(pl.Int64, strict=False), number)
    if column.dtype != pl.String or not column.str.contains(":", literal=True).any():
        return number
    hours, minutes, seconds = (written.str.extract(_CLOCK, group).cast(pl.Float64) for group in (1, 2, 3))
    clock = ((hours.fill_null(0) * 60 + minutes) * 60 + seconds) * 1000
    return pl.coalesce(clock.round().cast(pl.Int64), number)


def _without(column: pl.Series, nulls: tuple[str, ...]) -> pl.Series:
    """Return the column with the words that mean nothing, and empty text, as null."""
    for word in (*nulls, ""):
        empty = (column == word).fill_null(value=False)
        if empty.any():
            column = column.set(empty, None)
    return column


def _any_match(entries: tuple[Any, ...], frame: pl.DataFrame) -> pl.Expr:
    """Return whether all patterns of any one entry match."""
    found = pl.lit(value=False)
    for entry in entries:
        every = pl.lit(value=True)
        for column, pattern in entry.items():
            known = column if column in frame.columns else FIELD + column
            if known in frame.columns:
                every &= _matches(frame[known], pattern)
            else:
                every = pl.lit(value=False)
        found |= every
    return found


def _matches(column: pl.Series, pattern: str) -> pl.Expr:
    """Return whether each value matches; where there are few values, each is looked at once."""
    if column.dtype == pl.String:
        return pl.col(column.name).str.contains(pattern).fill_null(value=False)
    values = column.unique().drop_nulls()
    matching = values.filter(values.cast(pl.String).str.contains(pattern))
    if matching.is_empty():
        return pl.lit(value=False)
    return pl.col(column.name).is_in(matching.implode()).fill_null(value=False)
