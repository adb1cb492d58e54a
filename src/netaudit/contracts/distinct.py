"""A column with fewer values than rows: each is looked at once, and what is found is spread over the rows."""

from __future__ import annotations

import secrets
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

_SEEDS = secrets.randbits(64), secrets.randbits(64)  # so that nobody can prepare texts that share a hash
_SLOTS_PER_ROW = 2

# Distinct values; a number per row; where in the values each number's is.
_Numbered = tuple[pl.Series, npt.NDArray[np.uint32], npt.NDArray[np.uint32]]


class Distinct:
    """The distinct values of a Categorical or String column, and for each row the place of its own among them."""

    def __init__(self, column: pl.Series) -> None:
        self._known = column.is_not_null().to_numpy() if column.null_count() else None
        number = _text_numbers if column.dtype == pl.String else _value_numbers
        self.values, self._numbers, self._place = number(column, self._known)  # none of the values is null

    @cached_property
    def rows(self) -> pl.Series:
        """Return where in `values` each row's value is: UInt32, null where the column is."""
        rows = pl.Series(self._place[self._numbers])
        if self._known is None:
            return rows
        return rows.to_frame("row").select(pl.when(pl.Series(self._known)).then("row")).to_series()

    def spread(self, found: pl.Series) -> pl.Series:
        """Return for each row what was found of its value; null where the column is."""
        return found.gather(self.rows)


def places(numbers: npt.NDArray[np.integer], size: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
    """Return which of the numbers below `size` there are, in order, and the place among them for each below `size`."""
    used = np.zeros(size, np.bool_)
    used[numbers] = True
    found = np.flatnonzero(used)
    place = np.zeros(size, np.uint32)
    place[found] = np.arange(len(found), dtype=np.uint32)
    return found, place


def _value_numbers(column: pl.Series, known: npt.NDArray[np.bool_] | None) -> _Numbered:
    """Return distinct values by the ids that stand for them: they make an index, which is quicker than a join."""
    numbers = column.to_physical().fill_null(0).to_numpy()
    size = int(numbers.max(initial=0)) + 1  # ids come from a table that the whole process shares
    found, place = places(numbers if known is None else numbers[known], size)
    return pl.Series(column.name, found.astype(np.uint32)).cat.to(column.dtype), numbers, place


def _text_numbers(column: pl.Series, known: npt.NDArray[np.bool_] | None) -> _Numbered:
    """Return distinct values in the order in which they come; texts are equal if 128 bits of hashes are."""
    one, other = (column.hash(seed).to_numpy() for seed in _SEEDS)
    first = _first_alike(one)
    if not np.array_equal(other, other[first]):
        return _value_numbers(column.cast(pl.Categorical(pl.Categories.random())), known)
    found, place = places(first if known is None else first[known], len(column))
    return column.gather(found), first, place


def _first_alike(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
    """Return for each row the first row with the same hash.

    Each row claims a slot in a table, the first row last, so that it stands there; those that find another hash in
    their slot try again without those that have found theirs.
    """
    slots = 1 << max(len(hashes) * _SLOTS_PER_ROW - 1, 1).bit_length()
    slot = (hashes & np.uint64(slots - 1)).astype(np.uint32)
    table = np.empty(slots, np.uint32)
    first = np.empty(len(hashes), np.uint32)
    rows = np.arange(len(hashes), dtype=np.uint32)
    while len(rows):
        table[slot[::-1]] = rows[::-1]
        candidate = table[slot]
        same = hashes[candidate] == hashes[rows]
        first[rows[same]] = candidate[same]
        rows, slot = rows[~same], slot[~same]
    return first
