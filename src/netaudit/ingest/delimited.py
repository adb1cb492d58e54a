"""The fast path: separated columns through the CSV reader; what it cannot vouch for goes to the next layout."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.contracts.distinct import Distinct
from netaudit.definitions.formats import Layout

_NUMBERS = {
    "event_duration_ms": pl.Int64,
    "http_request_bytes": pl.Int64,
    "http_response_bytes": pl.Int64,
    "http_response_status_code": pl.Int32,
}
_FEW_VALUES = ("event_action", "user_name", "source_ip", "http_request_method", "http_response_mime_type")
_DROPPED_PAIR = "_/_"  # looked at, not kept; the peer's address has too many values to list
_UNUSED = "_"
_EXTRA = "extra"
_HEADS_SEEN = 9  # lines that say how wide the first column is; one broken line must not speak for all
_WORD = np.dtype("<u8")  # eight characters are looked at as one number, the first as its lowest byte
_EACH, _ONE, _SEVEN = (np.uint64(one) for one in (0x0101010101010101, 1, 7))
_FOLLOWING = np.uint64(0x8080808080808000)  # the top bits of all characters but the first


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
    claims = [] if frame[_EXTRA].null_count() == frame.height else [frame[_EXTRA].is_null()]
    needed = names[: len(names) - layout.optional]
    claims += [frame[name].is_not_null() for name in needed if frame[name].null_count()]
    parts: list[pl.Series] = []
    for name, column in zip(names, layout.columns, strict=True):
        if column == _DROPPED_PAIR:
            claims.append(_pair_claims(frame[name], layout.checks.get("_", "[^/]+")))
        elif "/" in column:
            distinct = Distinct(frame[name])
            pairs = _pairs(distinct.values, column, layout)
            parts += [distinct.spread(part) for part in pairs.drop("valid")]
            claims += _value_claims(distinct, pairs["valid"])
        elif column in layout.checks and frame[name].dtype != pl.Categorical:
            claims.append(frame[name].cast(pl.String).str.contains(layout.checks[column]).fill_null(value=True))
        elif column in layout.checks:
            distinct = Distinct(frame[name])
            claims += _value_claims(distinct, distinct.values.cast(pl.String).str.contains(layout.checks[column]))
    of_one_value = frame.select(
        name for name, column in zip(names, layout.columns, strict=True) if "/" not in column and column != _UNUSED
    )
    return of_one_value.with_columns(*parts, claimed=pl.all_horizontal(pl.lit(value=True), *claims))


def _name(column: str, number: int) -> str:
    if column == _UNUSED:
        return f"unused_{number}"
    return f"pair_{number}" if "/" in column else column


def _type(column: str, *, epoch: bool) -> type[pl.DataType]:
    if column == "time" and epoch:
        return pl.Float64
    if column in _FEW_VALUES or ("/" in column and column != _DROPPED_PAIR):
        return pl.Categorical
    return _NUMBERS.get(column, pl.String)


def _value_claims(distinct: Distinct, good: pl.Series) -> list[pl.Series]:
    """Return whether each row's value is good, unless all are; where there is none, another claim says so."""
    return [] if good.all() else [distinct.spread(good).fill_null(value=True)]


def _pair_claims(pairs: pl.Series, check: str) -> pl.Series:
    """Return whether the first part of each pair looks as it should, and a second follows.

    Most of them begin alike, and what begins as one that was seen to be good is good.
    """
    first = pairs.head(_HEADS_SEEN).str.extract(rf"^({check})/.", 1).drop_nulls()
    if first.is_empty():
        return pairs.str.contains(rf"^{check}/.").fill_null(value=False)
    beginning = f"{first[0]}/"
    good = (pairs.str.starts_with(beginning) & (pairs.str.len_bytes() > len(beginning.encode()))).fill_null(value=False)
    others = pairs.filter(~good).str.contains(rf"^{check}/.").fill_null(value=False)
    return good if others.is_empty() else good.scatter((~good).arg_true(), others)


def _pairs(values: pl.Series, column: str, layout: Layout) -> pl.DataFrame:
    """Return both parts of each value of a column `first/second`, and whether they look as they should (`valid`)."""
    first, second = column.split("/")
    text = pl.col(values.name).cast(pl.String)
    parts = values.to_frame().select(
        text.str.extract(r"^([^/]+)/.*$", 1).alias(first), text.str.extract(r"^[^/]+/(.*)$", 1).alias(second)
    )
    valid = pl.all_horizontal(
        pl.col(part).str.contains(layout.checks.get(part, "")) for part in (first, second)
    ).fill_null(value=False)
    parts = parts.with_columns(valid.alias("valid"), pl.col(first).cast(pl.Categorical))
    if second in _NUMBERS:
        parts = parts.with_columns(pl.col(second).cast(_NUMBERS[second], strict=False))
    return parts


def _without_padding(data: bytes, ends: npt.NDArray[np.int64], separator: str) -> io.BytesIO:
    """Return the data with the separators that pad the second column turned into zeros.

    The first column is taken to be as wide in all lines as in the first few; where it is not, nothing is changed,
    the empty columns remain, and the line is not claimed.
    """
    padded = io.BytesIO(data)
    heads = data[: ends[:_HEADS_SEEN].max(initial=0)].split(b"\n")
    widths = [width for head in heads if (width := head.find(separator.encode())) >= 0]
    first_column = max(sorted(set(widths)), key=widths.count, default=0)
    with padded.getbuffer() as view:
        at = np.concatenate((np.zeros(1, np.int64), ends[:-1])) + first_column
        at, stop = _zero_words(view, at, ends, ord(separator))
        characters = np.frombuffer(view, np.uint8)
        while len(at):
            still = at < stop
            at, stop = at[still], stop[still]
            is_padding = characters[at] == ord(separator)
            at, stop = at[is_padding], stop[is_padding]
            characters[at] = ord("0")
            at = at + 1
        del characters  # while anything looks at a buffer it cannot be let go
    return padded


def _zero_words(
    view: memoryview, at: npt.NDArray[np.int64], stop: npt.NDArray[np.int64], separator: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Turn separators that follow a separator into zeros, up to seven after each place.

    Returns:
        The places where more of them may follow, and where their lines end.
    """
    characters = np.frombuffer(view, np.uint8)
    whole = at + _WORD.itemsize <= stop
    short, short_stop = at[~whole], stop[~whole]
    short, short_stop = short[short < short_stop], short_stop[short < short_stop]
    begins = characters[short] == separator
    left, left_stop = [short[begins] + 1], [short_stop[begins]]
    if whole.any():
        at, stop = (at, stop) if whole.all() else (at[whole], stop[whole])
        words = np.ndarray((len(view) - _WORD.itemsize + 1,), _WORD, view, strides=(1,))
        seen = words[at]
        unlike = seen ^ (_EACH * np.uint64(separator))
        below = (unlike & (~unlike + _ONE)) - _ONE  # all bits below the lowest that is unlike a separator's
        words[at] = seen ^ (((below & _FOLLOWING) >> _SEVEN) * np.uint64(separator ^ ord("0")))
        longer = unlike == 0
        left.append(at[longer] + _WORD.itemsize)
        left_stop.append(stop[longer])
    return np.concatenate(left), np.concatenate(left_stop)
