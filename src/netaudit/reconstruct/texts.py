"""Columns of text as whole numbers: rows are only ever looked at by the codes of their texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.reconstruct.arrays import Flags, Ints

# Shorter names (x.com, t.me) are found in any host.
_BRAND_LETTERS = 3


def matching(column: pl.Series, wanted: Callable[[str], bool]) -> list[str]:
    """Return the distinct texts of a column for which `wanted` holds."""
    column = column.cast(pl.Categorical)  # must live as long as its codes are to mean anything
    codes, null = _codes([column])
    _, texts = _distinct(codes, null)
    return [text for text in texts if wanted(text)]


def ranked(rows: npt.NDArray[np.uint32], *columns: pl.Series) -> tuple[list[Ints], pl.Series]:
    """Return some rows' places in the sorted list of their distinct texts, and that list; null is "", the first."""
    living = [column.cast(pl.Categorical) for column in columns]
    codes, null = _codes(living)
    codes = [code[rows] for code in codes]
    found, texts = _distinct(codes, null)
    order = texts.arg_sort().to_numpy()
    names = texts.gather(order)
    if not len(names) or names[0] != "":
        names = pl.Series([""], dtype=pl.String).append(names)
    rank = np.zeros(null + 1, dtype=np.int64)
    rank[found[order]] = np.arange(len(names) - len(order), len(names))
    return [rank[code] for code in codes], names


def bears_name(hosts: pl.Series, sites: pl.Series) -> Flags:
    """Return whether each host bears the name of the site beside it.

    >>> bears_name(pl.Series(["images.asos-media.com"]), pl.Series(["asos.com"]))
    array([ True])
    """
    brand = pl.lit(sites).str.splitn(".", 2).struct[0]
    bears = pl.lit(hosts).str.contains(brand, literal=True) & (brand.str.len_chars() >= _BRAND_LETTERS)
    return pl.select(bears.fill_null(value=False)).to_series().to_numpy()


def _codes(columns: Sequence[pl.Series]) -> tuple[list[npt.NDArray[np.uint32]], int]:
    """Return the codes that the texts of all columns share, and the one that stands for null, the highest."""
    physical = [column.to_physical() for column in columns]
    highest = [code for code in (column.max() for column in physical) if isinstance(code, int)]
    null = max(highest, default=-1) + 1
    return [column.fill_null(null).to_numpy() for column in physical], null


def _distinct(codes: Sequence[npt.NDArray[np.uint32]], null: int) -> tuple[Ints, pl.Series]:
    """Return the codes that occur, without the one for null, and their texts."""
    seen = np.zeros(null + 1, dtype=np.bool_)
    for code in codes:
        seen[code.astype(np.int64)] = True
    found = np.flatnonzero(seen[:null])
    return found, pl.Series(found, dtype=pl.UInt32).cat.to(pl.Categorical).cast(pl.String)
