"""Captures into PARSED's types: times in UTC, counts as numbers, words that mean nothing as null."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import polars as pl

from netaudit.contracts import UTC_TIME
from netaudit.definitions.formats import Format, Layout, TimeStyle
from netaudit.ingest.fields import FIELD
from netaudit.ingest.values import whole_numbers, with_plain_values

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # a clock that was not set is told apart later, by the moment of the run
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_LONGEST_MS = 366 * 86_400_000  # a duration beyond a year is none, and would lead out of the calendar
_UNITS = ((1e11, 1e6), (1e14, 1e3), (1e17, 1.0), (9e18, 1e-3))  # below this, so many microseconds make the unit
_IN_UTC = re.compile("GMT|UTC|(?<!%)Z")
_CLOCK = r"^(?:(\d{1,6}):)?(\d{1,3}):(\d\d)$"  # 01:00:05, 00:02
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


def normalise(frame: pl.DataFrame, log_format: Format, layout: Layout, zone: str) -> pl.DataFrame:
    """Return PARSED's columns with `not_web` and `reason` (null for a usable record)."""
    nulls, time = log_format.null_values, layout.time or log_format.time
    absent = [pl.lit(None, kind).alias(name) for name, kind in _TYPES.items() if name not in frame.columns]
    texts = [name for name in _TEXTS if name in frame.columns]
    frame = frame.with_columns(absent).with_columns(pl.col(_FEW_VALUES).cast(pl.Categorical))
    frame = frame.with_columns(
        *(whole_numbers(frame[name]) for name in _BYTES),
        _duration(frame, time),
        whole_numbers(frame["http_response_status_code"]).cast(pl.Int32, strict=False),
        *(_without(frame[name], nulls) for name in texts),
        moment=_moment(frame, time, zone),
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


def _duration(frame: pl.DataFrame, time: TimeStyle) -> pl.Expr:
    """Return durations in milliseconds: of numbers in the unit of the format, or of hours, minutes and seconds."""
    written = pl.col("event_duration_ms")
    if "event_duration_ms" not in frame.columns:
        return written.cast(pl.Int64, strict=False)
    number = pl.lit(whole_numbers(frame["event_duration_ms"]))
    if time.duration != "ms":
        factor = _MILLISECONDS[time.duration]
        number = (written.cast(pl.Float64, strict=False) * factor).round().cast(pl.Int64, strict=False)
    column = frame["event_duration_ms"]
    if column.dtype != pl.String or not column.str.contains(":", literal=True).any():
        return number
    hours, minutes, seconds = (written.str.extract(_CLOCK, group).cast(pl.Int64) for group in (1, 2, 3))
    return pl.coalesce(((hours.fill_null(0) * 60 + minutes) * 60 + seconds) * 1000, number)


def _without(column: pl.Series, nulls: tuple[str, ...]) -> pl.Series:
    """Return the column with the words that mean nothing, and empty text, as null."""
    for word in (*nulls, ""):
        empty = (column == word).fill_null(value=False)
        if empty.any():
            column = column.set(empty, None)
    return column


def has_time(frame: pl.DataFrame, time: TimeStyle) -> pl.Series:
    """Return whether the time of each line can be read."""
    return frame.select(_moment(frame, time, "UTC").is_not_null()).to_series()


def _moment(frame: pl.DataFrame, style: TimeStyle, zone: str) -> pl.Expr:
    """Return the time of the line in UTC by the first style that fits; null where none does."""
    time = frame["time"]
    if time.dtype == pl.Float64 and not time.is_empty() and _is_in_seconds(time):
        return (pl.col("time") * 1e6).round().cast(pl.Int64, strict=False).cast(UTC_TIME)
    return pl.coalesce(*(_in_style(one, time.dtype, zone) for one in style.styles))


def _is_in_seconds(time: pl.Series) -> bool:
    lowest, highest = time.min(), time.max()
    ceiling = _UNITS[0][0]
    return isinstance(lowest, float) and isinstance(highest, float) and -ceiling < lowest and highest < ceiling


def _in_style(style: str, written: pl.DataType, zone: str) -> pl.Expr:
    time = pl.col("time")
    if style == "epoch":
        number = time if written == pl.Float64 else time.cast(pl.Float64, strict=False)
        # Milli-, micro- and nanoseconds are known by their size: as seconds they would lie after the year 5000.
        moment = pl.lit(None, pl.Float64)
        for ceiling, microseconds in reversed(_UNITS):
            moment = pl.when(number.abs() < ceiling).then(number * microseconds).otherwise(moment)
        return moment.round().cast(pl.Int64, strict=False).cast(UTC_TIME)
    if written != pl.String:
        return pl.lit(None, UTC_TIME)
    if style == "iso":
        clean = time.str.replace(" ", "T", literal=True).str.replace(r" ?(?:Z|UTC|GMT)$", "+00:00")
        zoned = clean.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
        local = clean.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
        return zoned.fill_null(_to_utc(local, zone))
    if "%z" in style:
        return time.str.to_datetime(style, time_unit="us", time_zone="UTC", strict=False)
    moment = time.str.to_datetime(style, time_unit="us", strict=False)
    return moment.dt.replace_time_zone("UTC") if _IN_UTC.search(style) else _to_utc(moment, zone)


def _to_utc(local: pl.Expr, zone: str) -> pl.Expr:
    """Return local times in UTC: the earlier of two in autumn; an hour later where spring has none."""
    placed = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    after = (local + pl.duration(hours=1)).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return placed.fill_null(after).dt.convert_time_zone("UTC")


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
