"""What the proxy let through: requests counted by site, by whomever or whatever they were made."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import polars as pl

from netaudit.definitions.periods import days_of
from netaudit.store import Commit

LET_THROUGH_TABLE = "let_through"
_COUNTS = pl.Schema({"site": pl.String, "category": pl.String, "requests": pl.Int64})


def let_through(events: pl.DataFrame, of_no_filter: Collection[str] = ()) -> pl.DataFrame:
    """Return how many EVENTS to each site of a confirmed class the proxy let through: `site, category, requests`.

    Parts of pages, adverts and software count as much as people. Shielded sites have no name, and no row.

    Args:
        events: EVENTS.
        of_no_filter: sources that no request goes through: look-ups of names, and logs of one's own servers.
    """
    events = events.filter(
        ~pl.col("event_dataset").is_in([*of_no_filter]), (pl.col("url_scheme") != "dns").fill_null(value=True)
    )
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
