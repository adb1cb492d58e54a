"""Columns of text as whole numbers: each distinct text is looked at once, rows only look up what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from netaudit.reconstruct.arrays import Flags, Ints


@dataclass(slots=True)
class Texts:
    """A column of text: each row's code, and the distinct texts with theirs. The last code stands for null."""

    codes: Ints
    texts: pl.Series
    code_of_text: Ints
    null: int

    def flags(self, wanted: Callable[[str], bool], *, null: bool = False) -> Flags:
        """Return for each row whether `wanted` holds for its text; `null` for null."""
        table = np.zeros(self.null + 1, dtype=np.bool_)
        table[self.code_of_text] = [wanted(text) for text in self.texts.to_list()]
        table[self.null] = null
        return table[self.codes]

    def present(self) -> Flags:
        """Return for each row whether it has a text."""
        present: Flags = self.codes != self.null
        return present


def texts_of(column: pl.Series) -> Texts:
    """Return a column of text, Categorical or not, as codes; columns share their codes."""
    column = column.cast(pl.Categorical)
    physical = column.to_physical()
    highest = physical.max()
    null = highest + 1 if isinstance(highest, int) else 0
    codes = physical.fill_null(null).to_numpy().astype(np.int64)
    # Any row that holds a text can tell it.
    holder = np.full(null + 1, -1, dtype=np.int32)
    holder[codes] = np.arange(len(codes), dtype=np.int32)
    found = np.flatnonzero(holder[:null] >= 0)
    return Texts(codes, column.gather(holder[found].astype(np.uint32)).cast(pl.String), found, null)


def ranked(*columns: Texts) -> tuple[list[Ints], pl.Series]:
    """Return each row's place in the sorted list of distinct texts, and that list; null is "", the first."""
    texts = pl.concat([column.texts for column in columns])
    codes = np.concatenate([column.code_of_text for column in columns])
    holder = np.full(max(column.null for column in columns) + 1, -1, dtype=np.int64)
    holder[codes] = np.arange(len(codes))
    codes = np.flatnonzero(holder >= 0)
    texts = texts.gather(holder[codes])
    order = texts.arg_sort().to_numpy()
    names = texts.gather(order)
    unnamed = pl.Series([""], dtype=pl.String)
    if not len(names) or names[0] != "":
        names = unnamed.append(names)
    rank = np.zeros(len(holder), dtype=np.int64)
    rank[codes[order]] = np.arange(len(names) - len(order), len(names))
    ranks = []
    for column in columns:
        table = rank[: column.null + 1].copy()
        table[column.null] = 0
        ranks.append(table[column.codes])
    return ranks, names
