"""What the proxy let through: requests counted by site, by whomever or whatever they were made."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from netaudit.definitions.periods import days_of
from netaudit.store import Commit

LET_THROUGH_TABLE = "let_through"
_COUNTS = pl.Schema({"site": pl.String, "category": pl.String, "requests": pl.Int64})


def let_through(events: pl.DataFrame) -> pl.DataFrame:
    """Return how many EVENTS to each site of a confirmed class the proxy let through: `site, category, requests`.

    Parts of pages, adverts and software count as much as people. Shielded sites have no name, and no row.
    """
    passed = (pl.col("disposition") == "allowed") & pl.col("category_confirmed").fill_null(value=True)
    return (
        events.select("site", "category", passed=passed & pl.col("site").is_not_null())
        .filter("passed")
        .group_by("site", "category")
        .len("requests")
        .cast(_COUNTS)
    )


def summed(counts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return such counts as one table, in order."""
    every = pl.concat([pl.DataFrame(schema=_COUNTS), *counts])
    return every.group_by("site", "category").agg(pl.col("requests").sum()).sort("site", "category", nulls_last=True)


def let_through_of(period: str, commit: Commit) -> pl.DataFrame:
    """Return the counts of a week; none of days that an earlier version read."""
    parts = (commit.read(LET_THROUGH_TABLE, period, day.isoformat()) for day in days_of(period))
    return summed(part for part in parts if part is not None)
