"""The fast path: lines of separated columns, read by the CSV reader; what it cannot vouch for goes to the next layout."""

from __future__ import annotations

import io

import numpy as np
import polars as pl

from netaudit.definitions.formats import Layout

_NUMBERS = {
    "event_duration_ms": pl.Int64,
    "http_request_bytes": pl.Int64,
    "http_response_bytes": pl.Int64,
    "http_response_status_code": pl.Int32,
}
_FEW_VALUES = ("event_action", "user_name", "source_ip", "http_request_method", "http_response_mime_type")
_EXTRA = "extra"
_BLOCK_BYTES = 1 << 18


def read_delimited(data: bytes, lines: int, layout: Layout, *, epoch: bool) -> pl.DataFrame | None:
    """Return one row per line with a column per capture and `claimed`: whether the line is surely of this layout.

    Args:
        data: whole lines, without carriage returns.
        lines: how many they are.
        layout: a delimited layout.
        epoch: the time is a number of seconds.

    Returns:
        None if the reader's rows and the lines do not correspond one to one (the caller takes the next layout).
    """
    schema: dict[str, pl.DataType | type[pl.DataType]] = {}
    for number, column in enumerate(layout.columns):
        name = _name(column, number)
        if column == "_/_":
            schema[name] = pl.String  # addresses of servers: too many to list
        elif "/" in column or column == "_":
            schema[name] = pl.Categorical
        elif column == "time" and epoch:
            schema[name] = pl.Float64
        else:
            schema[name] = _NUMBERS.get(column, pl.Categorical if column in _FEW_VALUES else pl.String)
    schema[_EXTRA] = pl.String
    frame = pl.read_csv(
        io.BytesIO(_without_padding(data, layout.separator) if layout.padded else data),
        separator=layout.separator,
        has_header=False,
        schema=schema,
        quote_char=None,
        encoding="utf8-lossy",
        ignore_errors=True,
        truncate_ragged_lines=True,
        missing_columns="insert",
        extra_columns="ignore",
    )
    if frame.height != lines:
        return None
    claims = [pl.col(_EXTRA).is_null()]
    required = len(layout.columns) - layout.optional
    for number, column in enumerate(layout.columns):
        name = _name(column, number)
        if number < required:
            claims.append(pl.col(name).is_not_null())
        # a padded run of separators before text has become a leading zero: the next layout reads such a line
        if column == "_/_":
            claims.append(pl.col(name).str.contains(rf"^{layout.checks.get('_', '[^/]+')}/."))
        elif layout.padded and schema[name] == pl.String:
            claims.append(~pl.col(name).str.starts_with("0").fill_null(value=False))
        if layout.padded and column in _FEW_VALUES:
            claims.append(~pl.col(name).cat.starts_with("0").fill_null(value=False))
        if "/" in column and column != "_/_":
            frame, pair_claims = _split_pair(frame, column, name, layout)
            claims.append(pair_claims)
        elif column in layout.checks:
            good = frame[name].unique().drop_nulls()
            good = good.filter(good.cast(pl.String).str.contains(layout.checks[column]))
            claims.append(pl.col(name).is_in(good.implode()))
    return frame.with_columns(claimed=pl.all_horizontal(claims).fill_null(value=False))


def _name(column: str, number: int) -> str:
    return f"pair_{number}" if "/" in column or column == "_" else column


def _split_pair(frame: pl.DataFrame, column: str, name: str, layout: Layout) -> tuple[pl.DataFrame, pl.Expr]:
    """Split `first/second` on its few distinct values."""
    first, second = column.split("/")
    distinct = frame.select(name).unique().drop_nulls()
    text = pl.col(name).cast(pl.String)
    parts = distinct.with_columns(
        text.str.extract(r"^([^/]+)/.*$", 1).alias(f"{name}_first"),
        text.str.extract(r"^[^/]+/(.*)$", 1).alias(f"{name}_second"),
    )
    valid = pl.col(f"{name}_first").is_not_null()
    if second in layout.checks:
        valid &= pl.col(f"{name}_second").str.contains(layout.checks[second])
    parts = parts.with_columns(valid.alias(f"{name}_valid"))
    valid = pl.col(f"{name}_valid")
    if second in _NUMBERS:
        parts = parts.with_columns(pl.col(f"{name}_second").cast(_NUMBERS[second], strict=False))
        valid &= pl.col(f"{name}_second").is_not_null()
    if first in layout.checks:
        valid &= pl.col(f"{name}_first").str.contains(layout.checks[first])
    if layout.padded:
        valid &= ~pl.col(f"{name}_first").str.starts_with("0")
    parts = parts.with_columns(valid.alias(f"{name}_valid"), pl.col(f"{name}_first").cast(pl.Categorical))
    frame = frame.join(parts, on=name, how="left", maintain_order="left")
    return frame.rename({f"{name}_first": first, f"{name}_second": second}), pl.col(f"{name}_valid")


def _without_padding(data: bytes, separator: str) -> bytes:
    """Return the data with each separator that follows a separator turned into a zero: padding of a number."""
    given = np.frombuffer(data, np.uint8)
    padded = bytearray(data)
    result = np.frombuffer(padded, np.uint8)
    to_zero = np.uint8(ord("0") - ord(separator))
    for start in range(0, len(data), _BLOCK_BYTES):  # small enough to stay in the processor's cache
        block = given[start : start + _BLOCK_BYTES] == ord(separator)
        before = given[start - 1 : start - 1 + len(block)] == ord(separator) if start else np.append(False, block[:-1])  # noqa: FBT003 - numpy takes it by place
        block &= before
        result[start : start + len(block)] += block.view(np.uint8) * to_zero
    return bytes(padded)
