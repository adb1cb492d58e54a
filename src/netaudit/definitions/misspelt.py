"""Names that are spelt almost like some others: a letter wrong, missing, added, or two swapped, but not the first."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from netaudit.definitions.rule_index import Keys, keys_of

_LONGEST = 63  # RFC 1035 §2.3.4: a label


@dataclass(frozen=True, slots=True)
class Misspelt:
    """Names to compare with, by what is left of each where any one letter is left out."""

    shortest: int = 0
    names: frozenset[str] = frozenset()
    keys: Keys = field(default_factory=lambda: np.empty(0, np.uint64))
    name_of: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))

    @classmethod
    def of(cls, domains: pl.Series, shortest: int) -> Misspelt:
        """Return the first labels of domains that have so many letters or more; none if `shortest` is 0."""
        if not shortest:
            return cls()
        names = _labels(domains).unique().sort()
        names = names.filter((names.str.len_bytes() >= shortest).fill_null(value=False))
        left, rows = _shortened(names)
        keys = keys_of(left)
        order = np.argsort(keys, kind="stable")
        return cls(shortest, frozenset(names), keys[order], names.gather(pl.Series(rows[order])))

    def like(self, domains: pl.Series) -> pl.Series:
        """Return for each domain the name that its first label is almost, but not quite; null for none."""
        nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(domains))
        if not len(self.keys):
            return nothing
        labels = _labels(domains)
        rows = (labels.str.len_bytes() >= self.shortest - 1).fill_null(value=False).arg_true()
        left, places = _shortened(labels.gather(rows))
        wanted = keys_of(left)
        first = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        hits = np.flatnonzero(self.keys[first] == wanted)
        found: dict[int, str] = {}
        for hit in hits.tolist():
            row = int(rows[int(places[hit])])
            label = labels[row]
            last = np.searchsorted(self.keys, wanted[hit], side="right")
            for name in self.name_of.slice(int(first[hit]), int(last - first[hit])):
                if label not in self.names and label[0] == name[0] and one_apart(label, name):
                    found.setdefault(row, name)
        if not found:
            return nothing
        return nothing.scatter(list(found), pl.Series(list(found.values()), dtype=pl.String))


def one_apart(one: str, other: str) -> bool:
    """Return whether one letter makes the difference, or two neighbours that are swapped.

    >>> one_apart("samaritens", "samaritans"), one_apart("samartians", "samaritans"), one_apart("samurai", "samaritans")
    (True, True, False)
    """
    short, long = sorted((one, other), key=len)
    start = next((place for place, pair in enumerate(zip(short, long, strict=False)) if len(set(pair)) > 1), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    swapped = short[start : start + 2][::-1] == long[start : start + 2] and short[start + 2 :] == long[start + 2 :]
    return len(short) == len(long) and (short[start + 1 :] == long[start + 1 :] or swapped)


def _labels(domains: pl.Series) -> pl.Series:
    return pl.select(pl.lit(domains).str.splitn(".", 2).struct.field("field_0")).to_series().rename("label")


def _shortened(names: pl.Series) -> tuple[pl.Series, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Return each name, and each without any one of its letters; and which name each text is of."""
    texts, rows = [names], [np.arange(len(names))]
    longest = names.str.len_bytes().max()
    ends = names.str.len_bytes()
    for place in range(min(longest, _LONGEST) if isinstance(longest, int) else 0):
        there = (ends > place).arg_true()
        some = names.gather(there)
        texts.append(pl.select(pl.lit(some).str.slice(0, place) + pl.lit(some).str.slice(place + 1)).to_series())
        rows.append(there.to_numpy().astype(np.int64))
    return pl.concat([text.rename("text") for text in texts]), np.concatenate(rows)
