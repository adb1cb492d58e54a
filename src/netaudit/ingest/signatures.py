"""Signatures: which lines bear the mark of a format, before anything is made of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import polars as pl

_TOGETHER = 16  # signatures in one pattern; of many more the engine cannot keep the states, and takes 200 times as long


@lru_cache(maxsize=1024)
def compiled(signature: str) -> re.Pattern[bytes]:
    """Return the pattern of lines that may be of a format."""
    return re.compile(signature.encode())


def any_bears(lines: Iterable[bytes], signature: str) -> bool:
    """Return whether any of the lines bears a signature."""
    search = compiled(signature).search
    return any(search(line) for line in lines)


def bearing(lines: pl.Series, signature: str) -> pl.Series:
    """Return whether each line bears a signature."""
    if lines.is_empty():
        return pl.Series([], dtype=pl.Boolean)
    if _is_plain(signature):
        return lines.str.contains(signature)
    search = compiled(signature).search
    return pl.Series([search(line.encode()) is not None for line in lines], dtype=pl.Boolean)


def bearing_any(lines: pl.Series, signatures: Sequence[str]) -> pl.Series:
    """Return whether each line bears one of the signatures."""
    plain = [f"(?:{one})" for one in signatures if _is_plain(one)]
    found = pl.Series([False]).new_from_index(0, len(lines))
    for begin in range(0, len(plain), _TOGETHER):
        found |= lines.str.contains("|".join(plain[begin : begin + _TOGETHER]))
    for one in signatures:
        if not _is_plain(one) and not found.all():
            found |= bearing(lines, one)
    return found


@lru_cache(maxsize=1024)
def _is_plain(signature: str) -> bool:
    """Return whether the quicker of two engines, which has no look-around, knows the pattern."""
    try:
        pl.Series([""]).str.contains(signature)
    except pl.exceptions.ComputeError:
        return False
    return True
