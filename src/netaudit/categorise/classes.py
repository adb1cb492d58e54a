"""From URLs to classes of site."""

from __future__ import annotations

import polars as pl

from netaudit.categorise.answers import answers
from netaudit.categorise.hosts import normalised, with_form
from netaudit.categorise.lookup import under_path_rules, with_host_rules, with_path_rules
from netaudit.definitions.categories import ClassMap


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
    given = urls.select(
        pl.col("url_domain").cast(pl.String).alias("given"), pl.col("url_path").cast(pl.String).alias("path")
    )
    hosts = normalised(given.get_column("given").unique())
    distinct = with_form(hosts.select("host").unique())
    tiers = (("list", class_map.rules), ("override", class_map.overrides))
    for tier, rules in tiers:
        distinct = with_host_rules(distinct, rules, class_map.special_categories, tier)
    rows = given.join(hosts, on="given", how="left", nulls_equal=True, maintain_order="left").join(
        distinct, on="host", how="left", nulls_equal=True, maintain_order="left"
    )
    for tier, rules in tiers:
        rows = with_path_rules(rows, rules, class_map.special_categories, tier)
    return urls.with_columns(answers(rows, class_map).get_columns())


def has_path_rules(hosts: pl.Series, class_map: ClassMap) -> pl.Series:
    """Return for each host whether its class may depend on the path; of the others it is the host's own."""
    rules = pl.concat([class_map.rules, class_map.overrides])
    return under_path_rules(normalised(hosts.alias("given")).get_column("host"), rules)


def first_segments(class_map: ClassMap) -> list[str]:
    """Return what a path must begin with, in small letters, for any pattern with a path to match it."""
    rules = pl.concat([class_map.rules, class_map.overrides]).filter(kind="path")
    first = pl.col("path").str.strip_chars("/").str.split("/").list.first()
    return rules.select(first.unique().sort()).to_series().to_list()
