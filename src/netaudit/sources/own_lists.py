"""What our own lists say of a host, for guards to measure foreign lists by."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from netaudit.definitions.categories import ClassMap
from netaudit.definitions.tiers import OVERRIDE, RANK

_KINDS = {"path": 0, "exact": 1, "suffix": 2}  # as definitions.tiers: a path beats a host beats a suffix


@dataclass(frozen=True, slots=True)
class OwnLists:
    """Our own patterns and overrides; imported lists are never asked about imported lists."""

    lines: Mapping[str, tuple[int, int, str]]  # pattern → rank of its tier, of its kind, category

    @classmethod
    def of(cls, class_map: ClassMap) -> OwnLists:
        """Return those of a class map."""
        rules = class_map.rules.select("pattern", "tier", "kind", "category")
        overrides = class_map.overrides.select("pattern", "kind", "category", tier=pl.lit(OVERRIDE))
        both = pl.concat([rules.with_columns(pl.col("tier").cast(pl.String)), overrides.select(rules.columns)])
        return cls(
            {pattern: (RANK[tier], _KINDS[kind], category) for pattern, tier, kind, category in both.iter_rows()}
        )

    def category(self, pattern: str) -> str | None:
        """Return the class of what a pattern stands for; nothing if no line of ours matches it."""
        host, _, path = pattern.removeprefix("=").partition("/")
        segments = path.rstrip("/").split("/") if path else []
        found = [
            (*line[:2], number, line[2])
            for number, text in enumerate(_matching(host, segments))
            if (line := self.lines.get(text))
        ]
        return min(found)[-1] if found else None


def _matching(host: str, segments: list[str]) -> Iterator[str]:
    """Yield the patterns that match a host and a path: longest host first, of one host longest path first."""
    text = host
    while text:
        for end in range(len(segments), 0, -1):
            yield f"{text}/{'/'.join(segments[:end])}/"
        if text == host:
            yield f"={host}"
        yield text
        text = text.partition(".")[2]


def is_at_or_under(hosts: pl.Series, names: Collection[str]) -> pl.Series:
    """Return whether each host is one of the names or lies under one."""
    wanted = pl.Series(list(names), dtype=pl.String).implode()
    found = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(hosts))
    left = hosts.to_frame("text").with_row_index("row")
    while left.height:
        hit = left.get_column("text").is_in(wanted)
        found = found.scatter(left.get_column("row").filter(hit), values=True)
        left = left.filter(~hit & pl.col("text").str.contains(".", literal=True))
        left = left.with_columns(pl.col("text").str.replace(r"^[^.]*\.", ""))
    return found


def parents_of(names: Collection[str]) -> set[str]:
    """Return everything that any of the names lies under.

    >>> sorted(parents_of(["www.gov.uk"]))
    ['gov.uk', 'uk']
    """
    found = set()
    for name in names:
        above = name.partition(".")[2]
        while above and above not in found:
            found.add(above)
            above = above.partition(".")[2]
    return found
