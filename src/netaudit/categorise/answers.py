"""From the patterns that matched to the columns of the answer."""

from __future__ import annotations

import polars as pl

from netaudit.definitions.categories import ClassMap
from netaudit.definitions.patterns import registered_domain
from netaudit.definitions.taxonomy import UNCATEGORISED


def answers(rows: pl.DataFrame, class_map: ClassMap) -> pl.DataFrame:
    """Return the result columns, in the order of the rows."""
    listed = class_map.rules.select(
        pl.col("pattern", "category", "site", "registered_domain", "role", "kind").name.prefix("list_"),
        list_host=pl.when(pl.col("kind") == "suffix").then("host"),
    )
    ruled = class_map.overrides.select(pl.col("pattern", "category").name.prefix("override_"))
    rows = rows.join(
        listed, left_on="list_rule", right_on="list_pattern", how="left", maintain_order="left"
    ).join(ruled, left_on="override_rule", right_on="override_pattern", how="left", maintain_order="left")
    outright = pl.col("fixed").is_not_null()
    rows = _with_own_domain(rows, rows.select(~outright & pl.col("is_name")).to_series())
    list_site = pl.when(pl.col("list_site") != "").then(pl.col("list_site"))
    list_domain = pl.when(pl.col("list_registered_domain") != "").then(pl.col("list_registered_domain"))
    rows = rows.with_columns(_part(rows, class_map))
    special = list(class_map.special_categories)
    counts = pl.col("part") == "machine"
    return rows.select(
        url_registered_domain=pl.when(~outright).then(pl.coalesce(list_domain, "own_domain")),
        site=pl.when(outright).then("host").otherwise(pl.coalesce(list_site, "own_domain", "host")),
        category=pl.coalesce(
            "override_category",
            "fixed",
            pl.when(counts).then(pl.lit(class_map.host_labels.machine_category)),
            "list_category",
            pl.lit(UNCATEGORISED),
        ),
        category_match=pl.coalesce("override_rule", pl.when(~outright).then("list_rule")),
        host_role=pl.when(outright)
        .then(pl.lit("page"))
        .when((pl.col("list_role") == "asset") | pl.col("part").is_not_null())
        .then(pl.lit("asset"))
        .otherwise(pl.lit("page")),
        shielded=pl.when(pl.col("override_rule").is_not_null())
        .then(pl.col("override_category").is_in(special))
        .otherwise(~outright & pl.col("list_special")),
    )


def _with_own_domain(rows: pl.DataFrame, is_site: pl.Series) -> pl.DataFrame:
    """Add the registered domain (private suffixes count as public) of hosts that no list gives a site."""
    hosts = rows.filter(is_site & (pl.col("list_site").fill_null("") == "")).get_column("host").unique()
    own = pl.DataFrame(
        {"host": hosts, "own_domain": [registered_domain(name, private=True) or None for name in hosts]},
        schema={"host": pl.String, "own_domain": pl.String},
    )
    return rows.join(own, on="host", how="left", maintain_order="left")


def _part(rows: pl.DataFrame, class_map: ClassMap) -> pl.Series:
    """Return what a host's own labels make of it: asset, machine, or null where they say nothing.

    Only labels to the left of the suffix that decided, or of the registered domain, are looked at: a line of
    a list for the very host has had its say.
    """
    labels = class_map.host_labels
    known = pl.when(pl.col("list_rule").is_null()).then("own_domain").otherwise("list_host")
    left = pl.when(pl.col("is_name") & pl.col("host").str.ends_with("." + known)).then(
        pl.col("host").str.head(pl.col("host").str.len_chars() - known.str.len_chars() - 1)
    )
    human = ~pl.col("list_category").is_in([*labels.machine_except, *class_map.machine_categories])
    return rows.select(
        pl.when(left.str.contains(labels.machine_regex) & human.fill_null(value=True))
        .then(pl.lit("machine"))
        .when(left.str.contains(labels.asset_regex))
        .then(pl.lit("asset"))
        .alias("part")
    ).to_series()
