"""From URLs to classes of site."""

from __future__ import annotations

import polars as pl

from netaudit.categorise.answers import answers
from netaudit.categorise.hosts import normalised, with_form
from netaudit.categorise.lookup import beginnings, match_hosts, match_paths
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.rule_index import RuleIndex

_PLACES = pl.Schema(
    {
        "place": pl.UInt32,  # its row
        "host": pl.String,
        "list_rule": pl.UInt32,  # row in the class map's rules
        "list_special": pl.Boolean,
        "override_rule": pl.UInt32,  # row in the class map's overrides
        "depth": pl.UInt32,  # how many segments of a path may matter
    }
)


def categorise(urls: pl.DataFrame, class_map: ClassMap) -> pl.DataFrame:
    """Return the same rows in the same order with the class of each URL and why.

    Args:
        urls: `url_domain` (host, lower case, no port) and `url_path` (null where only the host is known).
            Should be distinct URLs; other columns are kept.
        class_map: the compiled lists.

    Returns:
        The rows plus `url_registered_domain` (null for addresses and internal names), `site`, `category`,
        `category_match` (the pattern that decided; null for none), `host_role` (page or asset), `shielded`.
        Any text is accepted as a host: what matches nothing is `uncategorised`.
    """
    hosts = normalised(urls.get_column("url_domain").cast(pl.String).alias("given")).select("host")
    places = _places(hosts.to_series().unique(), class_map)
    rows = hosts.join(
        places.select("host", "place", "depth"), on="host", how="left", nulls_equal=True, maintain_order="left"
    ).with_columns(path=urls.get_column("url_path").cast(pl.String))
    places, place = _with_paths(places, rows, class_map)
    return urls.with_columns(answers(places, class_map).select(pl.all().gather(place)).get_columns())


def has_path_rules(hosts: pl.Series, class_map: ClassMap) -> pl.Series:
    """Return for each host whether its class may depend on the path; of the others it is the host's own."""
    names = normalised(hosts.cast(pl.String).alias("given")).get_column("host").to_list()
    depths = zip(*(match_hosts(names, index)[1] for index in _indexes(class_map)), strict=True)
    return pl.Series([any(depth) for depth in depths], dtype=pl.Boolean)


def first_segments(class_map: ClassMap) -> list[str]:
    """Return what a path must begin with, in small letters, for any pattern with a path to match it."""
    return sorted(set().union(*(index.first_segments for index in _indexes(class_map))))


def _indexes(class_map: ClassMap) -> tuple[RuleIndex, RuleIndex]:
    return class_map.rule_index, class_map.override_index


def _places(hosts: pl.Series, class_map: ClassMap) -> pl.DataFrame:
    """Return a numbered row for each distinct host: its form, and what the patterns without a path say of it."""
    names = hosts.to_list()
    (listed, depths), (ruled, own_depths) = (match_hosts(names, index) for index in _indexes(class_map))
    places = pl.DataFrame(
        {
            "place": range(len(names)),
            "host": hosts,
            "list_rule": listed.rules,
            "list_special": listed.specials,
            "override_rule": ruled.rules,
            "depth": map(max, depths, own_depths),
        },
        schema=_PLACES,
    )
    return with_form(places)


def _with_paths(
    places: pl.DataFrame, rows: pl.DataFrame, class_map: ClassMap
) -> tuple[pl.DataFrame, pl.Series]:
    """Return the places with those parts of hosts added that a pattern with a path decides, and each row's place."""
    of_row = rows.get_column("place")
    candidates = rows.with_row_index("row").filter((pl.col("depth") > 0) & pl.col("path").is_not_null())
    if candidates.is_empty():
        return places, of_row
    candidates = candidates.select(
        "row", pl.col("place").alias("whole"), beginning=beginnings(pl.col("path"), pl.col("depth"))
    )
    spots = candidates.select("whole", "beginning").unique()
    parts = spots.with_columns(places.select(pl.exclude("place").gather(spots.get_column("whole"))).get_columns())
    texts = list(parts.select("host", "beginning").iter_rows())
    listed, ruled = (match_paths(texts, index) for index in _indexes(class_map))
    parts = parts.with_columns(
        pl.Series("path_rule", listed.rules, dtype=pl.UInt32),
        pl.Series("path_special", listed.specials, dtype=pl.Boolean),
        pl.Series("own_path_rule", ruled.rules, dtype=pl.UInt32),
    ).filter(pl.col("path_rule").is_not_null() | pl.col("own_path_rule").is_not_null())
    parts = parts.with_columns(
        pl.int_range(pl.len(), dtype=pl.UInt32).add(places.height).alias("place"),
        list_rule=pl.coalesce("path_rule", "list_rule"),
        list_special=pl.col("list_special") | pl.col("path_special"),
        override_rule=pl.coalesce("own_path_rule", "override_rule"),
    )
    moved = candidates.join(parts.select("whole", "beginning", "place"), on=["whole", "beginning"])
    places = pl.concat([places, parts.select(places.columns)])
    return places, of_row.scatter(moved.get_column("row"), moved.get_column("place"))
