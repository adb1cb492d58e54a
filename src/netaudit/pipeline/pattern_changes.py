"""What two class maps say of patterns: which were added, removed, or moved to another class."""

from __future__ import annotations

import polars as pl

from netaudit.definitions.categories import ClassMap

CHANGES = pl.Schema(
    {
        "change": pl.String,  # added, removed, moved
        "source": pl.String,
        "pattern": pl.String,
        "before": pl.String,  # the class; null where there was none
        "after": pl.String,
        "accusing": pl.Boolean,  # one of the two classes accuses
    }
)
_LINE = ("source", "pattern", "category")


def pattern_changes(before: ClassMap, after: ClassMap) -> pl.DataFrame:
    """Return CHANGES between two class maps, overrides, imported lists and web filters' words included, sorted."""
    lines = [_lines(one) for one in (before, after)]
    gone = lines[0].join(lines[1], on=_LINE, how="anti").rename({"category": "before"})
    new = lines[1].join(lines[0], on=_LINE, how="anti").rename({"category": "after"})
    place = ("source", "pattern")
    moved = gone.join(new, on=place)
    parts = {
        "added": new.join(moved, on=place, how="anti"),
        "removed": gone.join(moved, on=place, how="anti"),
        "moved": moved,
    }
    accusing = list(before.accusatory_categories | after.accusatory_categories)
    found = pl.concat(
        [part.with_columns(change=pl.lit(change)) for change, part in parts.items()], how="diagonal"
    ).with_columns(accusing=pl.any_horizontal(pl.col("before", "after").is_in(accusing).fill_null(value=False)))
    return found.select(pl.col(name).cast(kind) for name, kind in CHANGES.items()).sort(
        "change", "source", "before", "after", "pattern", nulls_last=False
    )


def _lines(class_map: ClassMap) -> pl.DataFrame:
    """Return every pattern, and every word of a web filter, with its source and class."""
    lines = class_map.lines.select(pl.col(_LINE).cast(pl.String))
    words = [(table.source, *entry) for table in class_map.vendors for entry in table.classes.items()]
    return pl.concat([lines, pl.DataFrame(words, lines.schema, orient="row")]).unique()


def other_sites(before: ClassMap, after: ClassMap) -> int:
    """Return how many patterns of our own lists keep their class and get another site or part in it."""
    rules = [one.rules.select("pattern", "category", "site", "role") for one in (before, after)]
    same = rules[0].join(rules[1], on=["pattern", "category"], suffix="_after")
    return same.filter((pl.col("site") != pl.col("site_after")) | (pl.col("role") != pl.col("role_after"))).height


def new_paths(before: ClassMap | None, after: ClassMap) -> dict[str, list[str]]:
    """Return the patterns with a path that only the later map has, by host; all of them if there is no earlier map."""
    with_path = pl.col("pattern").str.contains("/", literal=True)
    found = after.lines.filter(with_path).select("pattern").unique()
    if before is not None:
        found = found.join(before.lines.filter(with_path).select("pattern"), on="pattern", how="anti")
    paths: dict[str, list[str]] = {}
    for pattern in found["pattern"].sort():
        paths.setdefault(pattern.partition("/")[0], []).append(pattern)
    return paths
