"""Sites of one week that nobody has classed for sure, as far as they may be named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from netaudit.categorise import categorise
from netaudit.contracts import OPEN_SITES
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.overrides import can_be_overridden
from netaudit.definitions.policies import Policy
from netaudit.definitions.taxonomy import UNCATEGORISED, UNCATEGORISED_IP
from netaudit.protect import ShownSite, SuppressionSettings, attended, shown_sites
from netaudit.protect.disclosure import MEASURES

OPEN_SITES_TABLE = "open_sites"
_WITHOUT = (UNCATEGORISED, UNCATEGORISED_IP)


class OpenOfWeek(NamedTuple):
    """The sites without a class that is sure: what is known of each, and the figures of those that may be named."""

    notes: Mapping[str, str]
    shown: Mapping[str, ShownSite]


def open_of_week(
    visits: pl.DataFrame, class_map: ClassMap, policy: Policy, settings: SuppressionSettings
) -> OpenOfWeek:
    """Return the sites without a class or with one that is not confirmed, then and by the class map of today.

    Shielded sites, sites of parts and of software, and what the class map has learnt since are left out.
    """
    seen = attended(visits, policy.classes)  # of what is not confirmed, too, it says that it has no class
    then = seen.filter(pl.col("category").is_in(_WITHOUT), pl.col("site").is_not_null()).rename({"site": "value"})
    notes = _doubts(then["value"].unique().sort(), visits, class_map)
    counted = then.filter(pl.col("value").is_in(list(notes))).select("user_hash", "value", *MEASURES)
    return OpenOfWeek(notes, shown_sites(seen, counted, settings))


def open_sites_table(
    period: str, visits: pl.DataFrame, class_map: ClassMap, policy: Policy, settings: SuppressionSettings
) -> pl.DataFrame:
    """Return OPEN_SITES of a week: those that may be named, and that an override can name."""
    found = open_of_week(visits, class_map, policy, settings)
    rows = [
        (period, site, found.notes[site], *figures)
        for site, figures in sorted(found.shown.items())
        if can_be_overridden(site)
    ]
    return pl.DataFrame(rows, schema=OPEN_SITES.schema, orient="row")


def still_open(sites: pl.DataFrame, class_map: ClassMap) -> pl.DataFrame:
    """Return OPEN_SITES without those that have a sure class since, or of which no more than that may be told."""
    if sites.is_empty():
        return sites
    names = sites.select(url_domain=pl.col("site").unique().sort()).with_columns(url_path=pl.lit(None, pl.String))
    today = categorise(names, class_map).filter(~pl.col("shielded"), ~pl.col("withheld"))
    unsure = today.filter(pl.col("category").is_in(_WITHOUT) | ~pl.col("category_confirmed"))
    return sites.filter(pl.col("site").is_in(unsure["url_domain"].cast(pl.String).to_list()))


def _doubts(sites: pl.Series, visits: pl.DataFrame, class_map: ClassMap) -> dict[str, str]:
    """Return what is known of those sites that are still without a class that is sure: today, or else then."""
    names = sites.to_frame("url_domain").with_columns(url_path=pl.lit(None, pl.String))
    today = categorise(names, class_map).filter(~pl.col("shielded"), ~pl.col("withheld"))
    without = today.filter(pl.col("category").is_in(_WITHOUT))
    said = ("category", "category_source")
    then = visits.filter(~pl.col("category_confirmed")).select(pl.col("site", *said).cast(pl.String)).unique()
    unsure = pl.concat(
        [
            then.rename({"site": "url_domain"}).join(without, on="url_domain", how="semi"),
            today.filter(~pl.col("category_confirmed")).select("url_domain", *said),
        ]
    ).sort("url_domain", *said)
    return dict.fromkeys(without["url_domain"], "no class") | {
        site: f"unconfirmed: {category} by {source}" for site, category, source in unsure.iter_rows()
    }
