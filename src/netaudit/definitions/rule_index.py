"""Rules by the texts that they match, so that a host is looked up and never compared with each rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

# Of a host and of all names under it: the row of the suffix pattern that is written for it, whether that one is of a
# shielded class, and how many segments the longest path has that a pattern is written for (0: there is none).
End = tuple[int | None, bool, int]


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """Where in a table of RULES the patterns stand, by what they match."""

    exact: Mapping[str, int]  # by the whole host
    ends: Mapping[str, End]  # by the host itself or any parent
    paths: Mapping[str, int]  # by host or parent, "/", and the beginning of a path, "/"
    special: frozenset[int]  # rows of shielded classes
    first_segments: frozenset[str]  # what the paths in `paths` begin with

    @classmethod
    def of(cls, rules: pl.DataFrame, special_categories: Collection[str]) -> RuleIndex:
        """Return the index of a table of RULES."""
        rules = rules.with_row_index("row").with_columns(
            special=pl.col("category").is_in(list(special_categories)),
            segments=pl.col("path").str.strip_chars("/").str.split("/"),
        )
        suffixes = rules.filter(kind="suffix").select("host", "row", "special")
        by_path = rules.filter(kind="path").with_columns(depth=pl.col("segments").list.len())
        ends: dict[str, End] = {host: (row, special, 0) for host, row, special in suffixes.iter_rows()}
        for host, depth in by_path.group_by("host").agg(pl.max("depth")).iter_rows():
            row, special, _ = ends.get(host, (None, False, 0))
            ends[host] = (row, special, depth)
        return cls(
            exact=dict(rules.filter(kind="exact").select("host", "row").iter_rows()),
            ends=ends,
            paths=dict(by_path.select("pattern", "row").iter_rows()),
            special=frozenset(rules.filter("special").get_column("row")),
            first_segments=frozenset(by_path.get_column("segments").list.first()),
        )
