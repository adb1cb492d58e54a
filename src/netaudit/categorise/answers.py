"""From the patterns that matched to the columns of the answer."""

from __future__ import annotations

import polars as pl

from netaudit.definitions.categories import ClassMap
from netaudit.definitions.public_suffixes import registered_domains
from netaudit.definitions.taxonomy import UNCATEGORISED


def answers(places: pl.DataFrame, class_map: ClassMap) -> pl.DataFrame:
    """Return the result columns, in the order of the places.

    Args:
        places: `host`, `is_name`, `fixed`, `list_rule` and `override_rule` (rows in the class map's tables), and
            `list_special`.
        class_map: the compiled lists.
    """
    list_rule, override_rule = places.get_column("list_rule"), places.get_column("override_rule")
    rows = places.with_columns(
        *class_map.rules.select(
            pl.col("pattern", "category", "site", "registered_domain", "role").gather(list_rule).name.prefix("list_"),
            list_host=pl.when(pl.col("kind") == "suffix").then("host").gather(list_rule),
        ),
        *class_map.overrides.select(pl.col("pattern", "category").gather(override_rule).name.prefix("override_")),
    )
    outright = pl.col("fixed").is_not_null()
    rows = _with_own_domain(rows, ~outright & pl.col("is_name"))
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
        category_match=pl.coalesce("override_pattern", pl.when(~outright).then("list_pattern")),
        host_role=pl.when(outright)
        .then(pl.lit("page"))
        .when((pl.col("list_role") == "asset") | pl.col("part").is_not_null())
        .then(pl.lit("asset"))
        .otherwise(pl.lit("page")),
        shielded=pl.when(pl.col("override_rule").is_not_null())
        .then(pl.col("override_category").is_in(special))
        .otherwise(~outright & pl.col("list_special")),
    )


def _with_own_domain(rows: pl.DataFrame, is_site: pl.Expr) -> pl.DataFrame:
    """Add the registered domain (private suffixes count as public) of hosts that no list gives a site."""
    is_given = (pl.col("list_site") != "") & (pl.col("list_registered_domain") != "")
    wanted = is_site & ~is_given.fill_null(value=False)
    hosts = rows.select(pl.when(wanted).then("host")).to_series().to_list()
    own = pl.Series("own_domain", registered_domains(hosts, private=True), dtype=pl.String)
    return rows.with_columns(pl.when(own != "").then(own))


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
