"""The quick way to `key=value`: lines about which nobody could be of two minds are cut by where their bytes stand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

_WORD = 8  # bytes of a key are compared as one number
_LITTLE = np.dtype("<u8")
_SHORT = 12  # bytes; a text that is no longer stands in its view, another where it was found
_BLOCK_BYTES = 1 << 18  # small enough to stay in the processor's cache
_SPACE, _TAB, _LINE_END, _QUOTE, _GIVES = b' \t\n"='
_AROUND = np.frombuffer(b'"; ', np.uint8)  # taken off a value in quotes
_MOST_BYTES = (1 << 31) - 1
_FIRST_BYTES = np.array([(1 << 8 * number) - 1 for number in range(_WORD + 1)], np.uint64)  # masks

Places = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.intp]


def read_plain_keys(text: pl.Series, wanted: Collection[str]) -> tuple[pl.DataFrame, pl.Series] | None:
    """Return a String column per wanted key, and the rows in which one of them comes twice; the first counts.

    Args:
        text: lines of `key=value` with spaces or tabs between, and perhaps words without `=` and a syslog priority
            before the first; a value stands in quotes, without quotes or backslashes inside, or holds no space and no
            quote. None of them holds a line end.
        wanted: the keys.

    Returns:
        None if there is too much text for one piece.
    """
    keys = tuple(sorted(wanted))
    bare = text.str.strip_chars_end()
    if bare.str.starts_with("<").any():
        bare = bare.str.replace(r"^<\d{1,3}>", "")
    data = (bare.str.join("\n").item() + "\n").encode() + bytes(_WORD)
    if len(data) > _MOST_BYTES or not keys:
        return None
    cells = _cells(np.frombuffer(data, np.uint8)[:-_WORD])
    number, cells = _known(data, cells, keys)
    place, order = number * len(text) + cells.row, np.arange(len(number), dtype=np.int32)
    first = np.full(len(keys) * len(text), -1, np.int32)
    first[place[::-1]] = order[::-1]
    again = first[place] != order
    twice = pl.Series(np.unique(cells.row[again]), dtype=pl.UInt32)
    begin, end = _without_quotes(np.frombuffer(data, np.uint8), cells)
    buffer = pa.py_buffer(data)
    columns = {}
    for key, of_key in zip(keys, first.reshape(len(keys), len(text)), strict=True):
        there = of_key >= 0
        columns[key] = (
            _texts(buffer, begin[of_key], end[of_key], there)
            if there.any()
            else pl.Series([None], dtype=pl.String).new_from_index(0, len(text))
        )
    return pl.DataFrame(columns), twice


@dataclass(frozen=True, slots=True)
class _Cells:
    """Where cells begin, give their value and end, and in which line each stands."""

    begin: Places
    gives: Places
    end: Places
    row: Places

    def only(self, chosen: npt.NDArray[np.bool_]) -> _Cells:
        """Return some of the cells."""
        return _Cells(self.begin[chosen], self.gives[chosen], self.end[chosen], self.row[chosen])


def _cells(characters: npt.NDArray[np.uint8]) -> _Cells:
    """Return the cells of whole lines: between two spaces or line ends outside of quotes, with a `=` inside."""
    at = np.concatenate([_signs(characters, begin) for begin in range(0, len(characters), _BLOCK_BYTES)])
    sign = characters[at]
    inside = np.cumsum(sign == _QUOTE, dtype=np.uint8) & 1  # all lines hold an even number of quotes
    parts = np.flatnonzero((inside == 0) & (sign != _QUOTE) & (sign != _GIVES))
    after = np.concatenate([np.zeros(1, np.int64), parts[:-1] + 1])  # the next sign after each that parts cells
    end = at[parts]
    begin = np.concatenate([np.zeros(1, np.int32), end[:-1] + np.int32(1)])
    line_ends = sign[parts] == _LINE_END
    row = np.cumsum(line_ends, dtype=np.int32) - line_ends
    return _Cells(begin, at[after], end, row).only(sign[after] == _GIVES)


def _signs(characters: npt.NDArray[np.uint8], begin: int) -> Places:
    """Return where the signs stand that cut a block of lines."""
    block = characters[begin : begin + _BLOCK_BYTES]
    found = block == _SPACE
    for sign in (_TAB, _LINE_END, _QUOTE, _GIVES):
        found |= block == sign
    return (np.flatnonzero(found) + begin).astype(np.int32)


@lru_cache(maxsize=64)
def _words_of(keys: tuple[str, ...]) -> npt.NDArray[np.uint64]:
    """Return the keys as numbers of eight bytes, with zeros behind: a row per key."""
    width = -(-max(map(len, keys)) // _WORD) * _WORD
    return np.frombuffer(b"".join(key.encode().ljust(width, b"\0") for key in keys), _LITTLE).reshape(len(keys), -1)


def _known(data: bytes, cells: _Cells, keys: tuple[str, ...]) -> tuple[Numbers, _Cells]:
    """Return which of the keys cells have, and these cells."""
    words = _words_of(keys)
    cells = cells.only(cells.gives - cells.begin <= words.shape[1] * _WORD)
    view = np.ndarray((len(data) - _WORD + 1,), _LITTLE, data, strides=(1,))
    found = np.empty((words.shape[1], len(cells.begin)), np.uint64)
    for place in range(words.shape[1]):
        mask = _FIRST_BYTES[np.clip(cells.gives - cells.begin - place * _WORD, 0, _WORD)]
        found[place] = view[np.minimum(cells.begin + place * _WORD, len(view) - 1)] & mask
    of_keys, of_cells = _mixed(words.T), _mixed(found)
    order = np.argsort(of_keys)
    number: Numbers = order[np.minimum(np.searchsorted(of_keys[order], of_cells), len(keys) - 1)]
    same = np.ones(len(number), np.bool_)
    for one, other in zip(found, words.T, strict=True):
        same &= one == other[number]
    return number[same], cells.only(same)


def _mixed(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return one number for each column of numbers; equal columns have equal ones."""
    mixed = np.zeros(words.shape[1], np.uint64)
    for row in words:
        mixed = (mixed ^ row) * np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio spreads what is near
    return mixed


def _without_quotes(characters: npt.NDArray[np.uint8], cells: _Cells) -> tuple[Places, Places]:
    """Return where the values begin and end, without the quotes around them and what stands idly inside these."""
    begin, end = cells.gives + 1, cells.end.copy()
    rows = np.flatnonzero((begin < end) & (characters[begin] == _QUOTE))
    begin[rows] += 1
    end[rows] = np.maximum(end[rows] - 1, begin[rows])
    for edge, step, of in ((begin, 1, 0), (end, -1, -1)):
        left = rows
        while len(left := left[begin[left] < end[left]]):
            left = left[np.isin(characters[edge[left] + of], _AROUND)]
            edge[left] += step
    return begin, end


def _texts(buffer: pa.Buffer, begin: Places, end: Places, there: npt.NDArray[np.bool_]) -> pl.Series:
    """Return the texts between places of a buffer, which is not copied; null where there is none.

    Source: https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-view-layout
    """
    begin = np.where(there, begin, 0)
    length = np.where(there, end - begin, 0)
    views = np.zeros((len(begin), 4), np.dtype("<u4"))
    views[:, 0] = length
    view = np.ndarray((buffer.size - 3,), np.dtype("<u4"), buffer, strides=(1,))
    short = length <= _SHORT
    for number in range(3):
        mask = _FIRST_BYTES[np.clip(length - 4 * number, 0, 4)].astype(np.uint32)
        views[:, 1 + number] = view[np.minimum(begin + 4 * number, len(view) - 1)] & mask
    views[~short, 2] = 0
    views[~short, 3] = begin[~short]
    known = None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
    found = pl.from_arrow(pa.Array.from_buffers(pa.string_view(), len(begin), [known, pa.py_buffer(views), buffer]))
    return pl.Series(found)
