"""The fast path: separated columns through the CSV reader; what it cannot vouch for goes to the next layout."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.definitions.formats import Layout

_NUMBERS = {
    "event_duration_ms": pl.Int64,
    "http_request_bytes": pl.Int64,
    "http_response_bytes": pl.Int64,
    "http_response_status_code": pl.Int32,
}
_FEW_VALUES = ("event_action", "user_name", "source_ip", "http_request_method", "http_response_mime_type")
_DROPPED_PAIR = "_/_"  # looked at, not kept; the peer's address has too many values to list
_EXTRA = "extra"


def read_delimited(data: bytes, ends: npt.NDArray[np.int64], layout: Layout, *, epoch: bool) -> pl.DataFrame | None:
    """Return one row per line with a column per capture and `claimed`: whether the line is surely of this layout.

    Args:
        data: whole lines, without carriage returns.
        ends: where each of them ends.
        layout: a delimited layout.
        epoch: the time is a number of seconds.

    Returns:
        None if the reader's rows and the lines do not correspond one to one (the caller takes the next layout).
    """
    names = [_name(column, number) for number, column in enumerate(layout.columns)]
    types = [_type(column, epoch=epoch) for column in layout.columns]
    frame = pl.read_csv(
        _without_padding(data, ends, layout.separator) if layout.padded else data,
        separator=layout.separator,
        has_header=False,
        schema={**dict(zip(names, types, strict=True)), _EXTRA: pl.String},
        quote_char=None,
        encoding="utf8-lossy",
        ignore_errors=True,
        truncate_ragged_lines=True,
        missing_columns="insert",
        extra_columns="ignore",
    )
    if frame.height != len(ends):
        return None
    read = frame.lazy()
    claims = [pl.col(_EXTRA).is_null()]
    claims += [pl.col(name).is_not_null() for name in names[: len(names) - layout.optional]]
    for name, column in zip(names, layout.columns, strict=True):
        if column == _DROPPED_PAIR:
            claims.append(pl.col(name).str.contains(rf"^{layout.checks.get('_', '[^/]+')}/."))
        elif "/" in column:
            read = read.join(_pairs(frame[name], column, layout).lazy(), on=name, how="left", maintain_order="left")
            claims.append(pl.col(f"{name}_valid"))
        elif column in layout.checks:
            good = frame[name].unique().drop_nulls()
            good = good.filter(good.cast(pl.String).str.contains(layout.checks[column]))
            optional = pl.col(name).is_null()  # where it must not be, another claim says so
            claims.append(optional | pl.col(name).is_in(good.implode()))
    return read.with_columns(claimed=pl.all_horizontal(claims).fill_null(value=False)).collect()


def _name(column: str, number: int) -> str:
    return f"pair_{number}" if "/" in column else column


def _type(column: str, *, epoch: bool) -> type[pl.DataType]:
    if column == "time" and epoch:
        return pl.Float64
    if column in _FEW_VALUES or ("/" in column and column != _DROPPED_PAIR):
        return pl.Categorical
    return _NUMBERS.get(column, pl.String)


def _pairs(values: pl.Series, column: str, layout: Layout) -> pl.DataFrame:
    """Return the few distinct values of a column `first/second`, both parts, and whether they look as they should."""
    first, second = column.split("/")
    text = pl.col(values.name).cast(pl.String)
    parts = (
        values.unique()
        .drop_nulls()
        .to_frame()
        .with_columns(
            text.str.extract(r"^([^/]+)/.*$", 1).alias(first), text.str.extract(r"^[^/]+/(.*)$", 1).alias(second)
        )
    )
    valid = pl.all_horizontal(
        pl.col(part).str.contains(layout.checks.get(part, "")) for part in (first, second)
    ).fill_null(value=False)
    parts = parts.with_columns(valid.alias(f"{values.name}_valid"), pl.col(first).cast(pl.Categorical))
    if second in _NUMBERS:
        parts = parts.with_columns(pl.col(second).cast(_NUMBERS[second], strict=False))
    return parts


def _without_padding(data: bytes, ends: npt.NDArray[np.int64], separator: str) -> bytes:
    """Return the data with the separators that pad the second column turned into zeros.

    The first column is taken to be as wide in all lines as in the first; where it is not, nothing is changed, the
    empty columns remain, and the line is not claimed.
    """
    padded = bytearray(data)
    characters = np.frombuffer(padded, np.uint8)
    first_column = max(data.find(separator.encode()), 0)
    after = np.concatenate((np.zeros(1, np.int64), ends[:-1])) + first_column + 1
    in_line = after < ends
    after, stop = after[in_line], ends[in_line]
    begins = characters[after - 1] == ord(separator)
    after, stop = after[begins], stop[begins]
    while len(after):
        is_padding = (characters[after] == ord(separator)) & (after < stop)
        after, stop = after[is_padding], stop[is_padding]
        characters[after] = ord("0")
        after = after + 1
        still = after < stop
        after, stop = after[still], stop[still]
    return bytes(padded)
