"""From URLs to classes of site."""

from __future__ import annotations

import polars as pl

from netaudit.categorise.answers import answers
from netaudit.categorise.hosts import normalised, with_form
from netaudit.categorise.lookup import beginnings, match_hosts, match_paths, path_depths
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.rule_index import RuleIndex

_PLACES = pl.Schema(
    {
        "place": pl.UInt32,  # its row
        "host": pl.String,
        "list_rule": pl.UInt32,  # row in the class map's rules
        "list_special": pl.Boolean,
        "override_rule": pl.UInt32,  # row in the class map's overrides
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
    rows = hosts.join(places.select("host", "place"), on="host", how="left", nulls_equal=True, maintain_order="left")
    place, path = rows.get_column("place"), urls.get_column("url_path").cast(pl.String)
    if path.null_count() < path.len():
        places, place = _with_paths(places, place, path, class_map)
    return urls.with_columns(answers(places, class_map).select(pl.all().gather(place)).get_columns())


def has_path_rules(hosts: pl.Series, class_map: ClassMap) -> pl.Series:
    """Return for each host whether its class may depend on the path; of the others it is the host's own."""
    names = normalised(hosts.cast(pl.String).alias("given")).get_column("host")
    return _path_depths(names, class_map) > 0


def first_segments(class_map: ClassMap) -> list[str]:
    """Return what a path must begin with, in small letters, for any pattern with a path to match it."""
    return sorted(set().union(*(index.first_segments for index in _indexes(class_map))))


def _indexes(class_map: ClassMap) -> tuple[RuleIndex, RuleIndex]:
    return class_map.rule_index, class_map.override_index


def _path_depths(hosts: pl.Series, class_map: ClassMap) -> pl.Series:
    names = hosts.to_list()
    listed, ruled = (path_depths(names, index) for index in _indexes(class_map))
    return pl.Series(map(max, listed, ruled), dtype=pl.UInt32)


def _places(hosts: pl.Series, class_map: ClassMap) -> pl.DataFrame:
    """Return a numbered row for each distinct host: its form, and what the patterns without a path say of it."""
    names = hosts.to_list()
    listed, ruled = (match_hosts(names, index) for index in _indexes(class_map))
    places = {
        "place": range(len(names)),
        "host": hosts,
        "list_rule": listed.rules,
        "list_special": listed.specials,
        "override_rule": ruled.rules,
    }
    return with_form(pl.DataFrame(places, schema=_PLACES))


def _with_paths(
    places: pl.DataFrame, place: pl.Series, path: pl.Series, class_map: ClassMap
) -> tuple[pl.DataFrame, pl.Series]:
    """Return the places with those parts of hosts added that a pattern with a path decides, and each row's place."""
    depth = _path_depths(places.get_column("host"), class_map)
    candidates = (
        pl.DataFrame({"whole": place, "path": path, "depth": depth.gather(place)})
        .with_row_index("row")
        .filter((pl.col("depth") > 0) & pl.col("path").is_not_null())
        .select("row", "whole", beginning=beginnings(pl.col("path"), pl.col("depth")))
    )
    spots = candidates.select("whole", "beginning").unique()
    hosts = places.get_column("host").gather(spots.get_column("whole"))
    texts = list(zip(hosts, spots.get_column("beginning"), strict=True))
    listed, ruled = (match_paths(texts, index) for index in _indexes(class_map))
    parts = spots.with_columns(
        pl.Series("path_rule", listed.rules, dtype=pl.UInt32),
        pl.Series("path_special", listed.specials, dtype=pl.Boolean),
        pl.Series("own_path_rule", ruled.rules, dtype=pl.UInt32),
    ).filter(pl.col("path_rule").is_not_null() | pl.col("own_path_rule").is_not_null())
    parts = parts.with_columns(
        places.select(pl.exclude("place").gather(parts.get_column("whole"))).get_columns(),
    ).with_columns(
        place=pl.int_range(pl.len(), dtype=pl.UInt32) + places.height,
        list_rule=pl.coalesce("path_rule", "list_rule"),
        list_special=pl.col("list_special") | pl.col("path_special"),
        override_rule=pl.coalesce("own_path_rule", "override_rule"),
    )
    moved = candidates.join(parts.select("whole", "beginning", "place"), on=["whole", "beginning"])
    places = pl.concat([places, parts.select(places.columns)])
    return places, place.scatter(moved.get_column("row"), moved.get_column("place"))
