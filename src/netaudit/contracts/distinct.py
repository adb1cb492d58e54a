"""A column with fewer values than rows: each is looked at once, and what is found is spread over the rows."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

_SEEDS = secrets.randbits(64), secrets.randbits(64)  # so that nobody can prepare texts that share a hash
_SLOTS_PER_ROW = 2


@dataclass(frozen=True, slots=True)
class Distinct:
    """The distinct values of a column, and for each row the place of its own among them."""

    values: pl.Series  # none of them null
    rows: pl.Series  # UInt32; null where the column is

    @classmethod
    def of(cls, column: pl.Series) -> Distinct:
        """Return the distinct values of a Categorical or String column."""
        known = column.is_not_null().to_numpy() if column.null_count() else None
        found, place = _of_texts(column, known) if column.dtype == pl.String else _of_numbers(column, known)
        rows = pl.Series(place)
        if known is not None:
            rows = rows.to_frame("row").select(pl.when(pl.Series(known)).then("row")).to_series()
        return cls(found, rows)

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


def _of_numbers(column: pl.Series, known: npt.NDArray[np.bool_] | None) -> tuple[pl.Series, npt.NDArray[np.uint32]]:
    """Return distinct values by the ids that stand for them: they make an index, which is quicker than a join."""
    numbers = column.to_physical().fill_null(0).to_numpy()
    size = int(numbers.max(initial=0)) + 1  # ids come from a table that the whole process shares
    found, place = places(numbers if known is None else numbers[known], size)
    return pl.Series(column.name, found.astype(np.uint32)).cat.to(column.dtype), place[numbers]


def _of_texts(column: pl.Series, known: npt.NDArray[np.bool_] | None) -> tuple[pl.Series, npt.NDArray[np.uint32]]:
    """Return distinct values in the order in which they come; texts are equal if 128 bits of hashes are."""
    one, other = (column.hash(seed).to_numpy() for seed in _SEEDS)
    first = _first_alike(one)
    if not np.array_equal(other, other[first]):
        return _of_numbers(column.cast(pl.Categorical(pl.Categories.random())), known)
    numbers = first if known is None else first[known]
    found, place = places(numbers, len(column))
    return column.gather(found), place[first]


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
