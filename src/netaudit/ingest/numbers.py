"""Numbers as people write them: with a comma for the fraction, with parted thousands, with units of size or time."""

from __future__ import annotations

import polars as pl

from netaudit.definitions.formats import Layout

_BYTES = ("http_request_bytes", "http_response_bytes")
_SIGNS = {".": ",", ",": "."}  # what parts the fraction, and what then parts thousands
_BETWEEN_THOUSANDS = "'\u2019\u00a0\u202f\x20"
_SIZE = r"^\s*(\d+(?:\.\d+)?)\s*([kKmMgGtT]?)(i?)(?:[bB](?:ytes?)?)?\s*$"
_HAS_LETTER = r"[A-Za-z\u00b5\u03bc]"
_POWERS = {"K": 1, "M": 2, "G": 3, "T": 4}
_BINARY = 1024  # of KiB, whatever a KB is: IEC 80000-13
_LASTED = (
    r"^\s*(?:(\d{1,6})\s*h(?:ours?)?)?\s*(?:(\d{1,6})\s*m(?:ins?|inutes?)?)?"
    r"\s*(?:(\d{1,18}(?:\.\d+)?)\s*(s|secs?|seconds?|ms|msecs?|millis|us|usecs?|\u00b5s|\u03bcs|ns|nsecs?))?\s*$"
)
_OF_SECOND = {"s": 1e3, "m": 1.0, "u": 1e-3, "\u00b5": 1e-3, "\u03bc": 1e-3, "n": 1e-6}  # in ms, by the first letter


def with_plain_numbers(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Return the frame with sizes and durations written as numbers are, where the format says how they are written."""
    for name in ("event_duration_ms", *_BYTES):
        if name in frame.columns and frame.schema[name] == pl.String:
            column = pl.col(name)
            if layout.decimal:
                frame = frame.with_columns(_with_point(column, layout.decimal).alias(name))
            if layout.kilobyte and name in _BYTES:
                frame = frame.with_columns(_in_bytes(column, layout.kilobyte).alias(name))
    return frame


def in_milliseconds(column: pl.Series) -> pl.Series | None:
    """Return durations that say their unit in milliseconds, null for others; None if no value has any.

    >>> in_milliseconds(pl.Series(["0.35s", "150ms", "1m2.5s", "7", "2h", "900us", "soon"])).to_list()
    [350.0, 150.0, 62500.0, None, 7200000.0, 0.9, None]
    """
    if column.dtype != pl.String or not column.str.contains(_HAS_LETTER).any():
        return None
    found = column.to_frame("text").select(pl.col("text").str.extract_groups(_LASTED).alias("found")).unnest("found")
    hours, minutes, seconds = (pl.col(group).cast(pl.Float64).fill_null(0) for group in ("1", "2", "3"))
    unit = pl.col("4").str.slice(0, 1).replace_strict(_OF_SECOND, default=1e3, return_dtype=pl.Float64)
    some = pl.any_horizontal(pl.col(group).is_not_null() for group in ("1", "2", "3"))
    whole = (hours * 60 + minutes) * 60_000 + seconds * unit
    return found.select(pl.when(some).then(whole)).to_series()


def _with_point(text: pl.Expr, decimal: str) -> pl.Expr:
    """Return numbers with a point before the fraction, and nothing between thousands."""
    other = _SIGNS[decimal]
    sign = "[" + "\\" + other + _BETWEEN_THOUSANDS + "]"
    grouped = rf"^\s*-?\d{{1,3}}(?:{sign}\d{{3}})+(?:\{decimal}\d+)?\s*[A-Za-z]*\s*$"
    bare = (
        pl.when(text.str.contains(grouped)).then(text.str.replace_all(rf"(\d){sign}(\d)", "${1}${2}")).otherwise(text)
    )
    return bare.str.replace(decimal, ".", literal=True)


def _in_bytes(text: pl.Expr, kilobyte: int) -> pl.Expr:
    """Return sizes with a unit in bytes; others as they are."""
    found = text.str.extract_groups(_SIZE)
    number = found.struct.field("1").cast(pl.Float64)
    power = found.struct.field("2").str.to_uppercase().replace_strict(_POWERS, default=0, return_dtype=pl.Int64)
    base = pl.when(found.struct.field("3") == "i").then(float(_BINARY)).otherwise(float(kilobyte))
    whole = (number * base.pow(power)).round().cast(pl.Int64, strict=False).cast(pl.String)
    return pl.when(text.str.contains(_HAS_LETTER)).then(pl.coalesce(whole, text)).otherwise(text)
