"""From the patterns that matched to the columns of the answer."""

from __future__ import annotations

import polars as pl

from netaudit.categorise.names import with_names
from netaudit.definitions.categories import OWN_SOURCE, ClassMap
from netaudit.definitions.public_suffixes import registered_domains
from netaudit.definitions.taxonomy import UNCATEGORISED
from netaudit.definitions.tiers import BUSINESS, INFRASTRUCTURE, INTERNAL, NONE, OVERRIDE, RANK, TIERS


def answers(places: pl.DataFrame, class_map: ClassMap) -> pl.DataFrame:
    """Return the result columns, in the order of the places.

    Args:
        places: `host`, `is_name`, `fixed`, and of what was decided `row` (in the class map's lines), `rank` (of the
            tier), `rule` (row in its rules), `special` and `confirmed`; null where no pattern matches.
        class_map: the compiled lists.
    """
    rows = places.with_columns(
        *class_map.lines.select(
            line_pattern=pl.col("pattern").gather(places["row"]),
            line_category=pl.col("category").gather(places["row"]).cast(pl.String),
            line_source=pl.col("source").gather(places["row"]).cast(pl.String),
        ),
        *class_map.rules.select(
            pl.col("site", "registered_domain", "role").gather(places["rule"]).name.prefix("list_"),
            list_host=pl.when(pl.col("kind") == "suffix").then("host").gather(places["rule"]),
        ),
    )
    overridden = (pl.col("rank") == RANK[OVERRIDE]).fill_null(value=False)
    outright = pl.col("fixed").is_not_null()
    rows = _with_own_domain(rows, ~outright & pl.col("is_name"))
    list_site = pl.when(pl.col("list_site") != "").then(pl.col("list_site"))
    list_domain = pl.when(pl.col("list_registered_domain") != "").then(pl.col("list_registered_domain"))
    rows = rows.with_columns(_part(rows, class_map))
    counts = (pl.col("part") == "machine").fill_null(value=False)
    works = (pl.col("part") == "work").fill_null(value=False) & pl.col("row").is_null() & ~outright
    by_line = overridden | ~(outright | counts | works)
    labels = class_map.host_labels
    tiers = pl.lit(list(TIERS)).list
    answered = rows.select(
        url_registered_domain=pl.when(~outright).then(pl.coalesce(list_domain, "own_domain")),
        site=pl.when(outright).then("host").otherwise(pl.coalesce(list_site, "own_domain", "host")),
        category=pl.coalesce(
            pl.when(overridden).then("line_category"),
            "fixed",
            pl.when(counts).then(pl.lit(labels.machine_category)),
            pl.when(works).then(pl.lit(labels.work_category)),
            "line_category",
            pl.lit(UNCATEGORISED),
        ),
        category_match=pl.when(by_line).then("line_pattern"),
        category_tier=pl.when(by_line)
        .then(tiers.get(pl.col("rank").fill_null(RANK[NONE])))
        .when(outright)
        .then(pl.lit(INTERNAL))
        .when(works)
        .then(pl.lit(BUSINESS))
        .otherwise(pl.lit(INFRASTRUCTURE)),
        category_source=pl.when(by_line).then("line_source").when(~outright).then(pl.lit(OWN_SOURCE)),
        category_confirmed=~by_line | pl.col("confirmed").fill_null(value=True),
        host_role=pl.when(outright)
        .then(pl.lit("page"))
        .when((pl.col("list_role") == "asset") | pl.col("part").is_in(["asset", "machine"]))
        .then(pl.lit("asset"))
        .otherwise(pl.lit("page")),
        shielded=pl.col("special").fill_null(value=False) & (overridden | ~outright),
    )
    return with_names(answered, rows, class_map)


def _with_own_domain(rows: pl.DataFrame, is_site: pl.Expr) -> pl.DataFrame:
    """Add the registered domain (private suffixes count as public) of hosts that no list gives a site."""
    is_given = (pl.col("list_site") != "") & (pl.col("list_registered_domain") != "")
    wanted = is_site & ~is_given.fill_null(value=False)
    hosts = rows.select(pl.when(wanted).then("host")).to_series().to_list()
    own = pl.Series("own_domain", registered_domains(hosts, private=True), dtype=pl.String)
    return rows.with_columns(pl.when(own != "").then(own))


def _part(rows: pl.DataFrame, class_map: ClassMap) -> pl.Series:
    """Return what a host's own labels make of it: asset, machine, work, or null where they say nothing.

    Only labels to the left of the suffix that decided, or of the registered domain, are looked at: a line of
    a list for the very host has had its say.
    """
    labels = class_map.host_labels
    known = pl.when(pl.col("rule").is_null()).then("own_domain").otherwise("list_host")
    left = pl.when(pl.col("is_name") & pl.col("host").str.ends_with("." + known)).then(
        pl.col("host").str.head(pl.col("host").str.len_chars() - known.str.len_chars() - 1)
    )
    human = ~pl.col("line_category").is_in([*labels.machine_except, *class_map.machine_categories])
    return rows.select(
        pl.when(left.str.contains(labels.machine_regex) & human.fill_null(value=True))
        .then(pl.lit("machine"))
        .when(left.str.contains(labels.asset_regex))
        .then(pl.lit("asset"))
        .when(left.str.contains(labels.work_regex))
        .then(pl.lit("work"))
        .alias("part")
    ).to_series()
