"""Rules by the texts that they match, so that a host is looked up and never compared with each rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """Where in a table of RULES the patterns stand, by what they match.

    The dictionaries hold numbers and no records: ten thousand records are ten thousand more for Python to look after
    whenever it looks for rubbish.
    """

    exact: Mapping[str, int]  # row, by the whole host
    suffixes: Mapping[str, int]  # row, by the host itself or any parent
    paths: Mapping[str, int]  # row, by host or parent, "/", and the beginning of a path, "/"
    depths: Mapping[str, int]  # how many segments the longest path has that `paths` knows for a host or parent
    special: frozenset[int]  # rows of shielded classes
    first_segments: frozenset[str]  # what the paths in `paths` begin with

    @classmethod
    def of(cls, rules: pl.DataFrame, special_categories: Collection[str]) -> RuleIndex:
        """Return the index of a table of RULES."""
        rules = rules.with_row_index("row").with_columns(
            special=pl.col("category").is_in(list(special_categories)),
            segments=pl.col("path").str.strip_chars("/").str.split("/"),
        )
        exact, suffixes, by_path = (rules.filter(kind=kind) for kind in ("exact", "suffix", "path"))
        segments = by_path.get_column("segments")
        return cls(
            exact=_by(exact, "host"),
            suffixes=_by(suffixes, "host"),
            paths=_by(by_path, "pattern"),
            depths=dict(by_path.group_by("host").agg(pl.col("segments").list.len().max()).iter_rows()),
            special=frozenset(rules.filter("special").get_column("row").to_list()),
            first_segments=frozenset(segments.list.first().to_list()),
        )


def _by(rules: pl.DataFrame, key: str) -> dict[str, int]:
    return dict(zip(rules.get_column(key).to_list(), rules.get_column("row").to_list(), strict=True))
