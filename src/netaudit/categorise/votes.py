"""Every vote about one site, in the order in which they are believed: what an explanation is made of."""

from __future__ import annotations

import numpy as np
import polars as pl

from netaudit.categorise.decide import votes_table
from netaudit.categorise.lookup import Votes, beginnings, host_votes, path_votes
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.tiers import TIERS


def votes_about(host: str, path: str | None, class_map: ClassMap) -> pl.DataFrame:
    """Return every line that matches a host in normal form, with a path or without: who is believed first stands first.

    Returns:
        `pattern`, `category`, `source`, `tier`, `special`, `note` (of our own lists and imported ones: where the line
        stands, or what the source calls the class).
    """
    hosts, patterns = pl.Series([host], dtype=pl.String), class_map.lines.get_column("pattern")
    votes = host_votes(hosts, patterns, class_map.index)
    if path is not None:
        parts = pl.select(beginnings(pl.lit(path), pl.lit(len(path)))).to_series()
        by_path = path_votes(hosts, parts, patterns, class_map.index)
        votes = Votes(*map(np.concatenate, zip(votes, by_path, strict=True)))
    table = votes_table(votes, class_map)
    return table.select(
        "pattern",
        pl.col("category", "source").cast(pl.String),
        tier=pl.lit(list(TIERS)).list.get(pl.col("rank")),
        special=pl.col("category").cast(pl.String).is_in(list(class_map.special_categories)),
        note=pl.Series(_notes(table.get_column("row"), class_map), dtype=pl.String),
    )


def _notes(rows: pl.Series, class_map: ClassMap) -> list[str]:
    overrides, own = class_map.overrides.height, class_map.rules.height
    notes = []
    for row in rows:
        if row < overrides:
            notes.append(class_map.overrides.item(row, "where"))
        elif row < overrides + own:
            notes.append(class_map.rules.item(row - overrides, "where"))
        else:
            notes.append(f"called {class_map.imported.item(row - overrides - own, 'upstream')} there")
    return notes
