"""The quick ways to `key=value`: lines about which nobody could be of two minds are cut by where their bytes stand."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.ingest.text_views import PADDING, texts_at

_WORD = 8  # bytes of a key are compared as one number
_LITTLE = np.dtype("<u8")
_BLOCK_BYTES = 1 << 18  # small enough to stay in the processor's cache
_SPACE, _TAB, _LINE_END, _QUOTE, _GIVES = b' \t\n"='
_AROUND = np.frombuffer(b'"; ', np.uint8)  # taken off a value in quotes
_MOST_BYTES = (1 << 31) - 1
_IN_KEY = np.zeros(256, np.bool_)
_IN_KEY[np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.()-", np.uint8)] = True
_BEGINS_KEY = _IN_KEY.copy()
_BEGINS_KEY[np.frombuffer(b"0123456789.()-", np.uint8)] = False
_FIRST_BYTES = np.array([(1 << 8 * number) - 1 for number in range(_WORD + 1)], np.uint64)  # masks

Places = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.intp]


Found = tuple[pl.DataFrame, pl.Series]  # a String column per wanted key; the rows in which one of them comes twice


def read_plain_keys(text: pl.Series, wanted: Collection[str]) -> Found | None:
    """Return a String column per wanted key, and the rows in which one of them comes twice; the first counts.

    Args:
        text: lines of `key=value` with spaces or tabs between, and perhaps words without `=` and a syslog priority
            before the first; a value stands in quotes, without quotes or backslashes inside, or holds no space and no
            quote. None of them holds a line end.
        wanted: the keys.

    Returns:
        None if there is too much text for one piece.
    """
    bare = text.str.strip_chars_end()
    if bare.str.starts_with("<").any():
        bare = bare.str.replace(r"^<\d{1,3}>", "")
    return _read(bare, wanted, _plain_cells, _without_quotes)


def read_bare_keys(text: pl.Series, wanted: Collection[str]) -> Found | None:
    """Return a String column per wanted key, and the rows in which one of them comes twice; the first counts.

    Args:
        text: lines of `key=value`; a value reaches to the next key behind a space, and has no quotes. None of them
            holds a line end.
        wanted: the keys.

    Returns:
        None if there is too much text for one piece.
    """
    found = _read(text.fill_null(""), wanted, _bare_cells, lambda _, cells: (cells.gives + np.int32(1), cells.end))
    return found and (found[0].select(pl.all().str.strip_chars()), found[1])


def _read(
    text: pl.Series,
    wanted: Collection[str],
    cells_of: Callable[[npt.NDArray[np.uint8]], _Cells],
    values_of: Callable[[npt.NDArray[np.uint8], _Cells], tuple[Places, Places]],
) -> Found | None:
    keys = tuple(sorted(wanted))
    data = (text.str.join("\n").item() + "\n").encode() + bytes(_WORD) + PADDING
    if len(data) > _MOST_BYTES or not keys:
        return None
    characters = np.frombuffer(data, np.uint8)[: -_WORD - len(PADDING)]
    number, cells = _known(data, cells_of(characters), keys)
    place, order = number * len(text) + cells.row, np.arange(len(number), dtype=np.int32)
    first = np.full(len(keys) * len(text), -1, np.int32)
    first[place[::-1]] = order[::-1]
    twice = pl.Series(np.unique(cells.row[first[place] != order]), dtype=pl.UInt32)
    begin, end = values_of(characters, cells)
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(text))
    columns = {}
    for key, of_key in zip(keys, first.reshape(len(keys), len(text)), strict=True):
        there = of_key >= 0
        columns[key] = texts_at(data, begin[of_key], end[of_key], there) if there.any() else nothing
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


def _plain_cells(characters: npt.NDArray[np.uint8]) -> _Cells:
    """Return the cells of whole lines: between two spaces or line ends outside of quotes, with a `=` inside."""
    at = _places(characters, _is_edge)
    sign = characters[at]
    inside = np.cumsum(sign == _QUOTE, dtype=np.uint8) & 1  # all lines hold an even number of quotes
    parts = np.flatnonzero((inside == 0) & (sign != _QUOTE) & (sign != _GIVES))
    after = np.concatenate([np.zeros(1, np.int64), parts[:-1] + 1])  # the next sign after each that parts cells
    end = at[parts]
    begin = np.concatenate([np.zeros(1, np.int32), end[:-1] + np.int32(1)])
    line_ends = sign[parts] == _LINE_END
    row = np.cumsum(line_ends, dtype=np.int32) - line_ends
    return _Cells(begin, at[after], end, row).only(sign[after] == _GIVES)


def _bare_cells(characters: npt.NDArray[np.uint8]) -> _Cells:
    """Return the cells of whole lines: from a key behind a space or at the begin, to the next."""
    at = _places(characters, lambda block: ~_IN_KEY[block])
    sign = characters[at]
    gives = np.flatnonzero(sign == _GIVES)
    before = np.where(gives > 0, sign[gives - 1], _LINE_END)
    begin = np.where(gives > 0, at[gives - 1] + np.int32(1), np.int32(0))
    is_key = (begin < at[gives]) & _BEGINS_KEY[characters[begin]]
    is_key &= (before == _SPACE) | (before == _TAB) | (before == _LINE_END)
    line_end = sign == _LINE_END
    row = np.cumsum(line_end, dtype=np.int32)[gives[is_key]]
    begin = begin[is_key]
    following = np.append(begin[1:] - np.int32(1), np.int32(len(characters)))
    end = np.minimum(following, at[line_end][row])
    return _Cells(begin, at[gives[is_key]], end, row)


def _is_edge(block: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = block == _SPACE
    for sign in (_TAB, _LINE_END, _QUOTE, _GIVES):
        found |= block == sign
    return found


def _places(
    characters: npt.NDArray[np.uint8], chosen: Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.bool_]]
) -> Places:
    """Return where the chosen signs stand, looked for block by block."""
    blocks = range(0, len(characters), _BLOCK_BYTES)
    found = [np.flatnonzero(chosen(characters[begin : begin + _BLOCK_BYTES])) + begin for begin in blocks]
    return np.concatenate(found).astype(np.int32)


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
