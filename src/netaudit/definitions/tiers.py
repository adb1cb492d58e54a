"""Who is believed first about a site: the one place that says so.

Tiers, from the first that is believed to the last. Within a tier a path beats an exact host, which beats a suffix;
of several paths or suffixes that of the longest host wins, and of several paths on it the longest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import polars as pl

from netaudit.definitions.taxonomy import Category

OVERRIDE = "override"  # the organisation's own word on a site
INTERNAL = "internal"  # addresses and internal names: their form says what they are
INFRASTRUCTURE = "infrastructure"  # our lists of what nobody visits
BUSINESS = "business"  # our lists of what people work with
OWN = "own"  # our other lists
CURATED = "curated"  # imported lists that people look after line by line
VENDOR = "vendor"  # the class that the proxy itself wrote into the log
BULK = "bulk"  # imported lists that are gathered by machine
NONE = "none"  # nobody says anything

TIERS = (OVERRIDE, INTERNAL, INFRASTRUCTURE, BUSINESS, OWN, CURATED, VENDOR, BULK, NONE)
RANK: Mapping[str, int] = MappingProxyType({tier: rank for rank, tier in enumerate(TIERS)})
OWN_TIERS = (INFRASTRUCTURE, BUSINESS, OWN)
IMPORTED_TIERS = (CURATED, BULK)


def tier_of(category: Category) -> str:
    """Return the tier in which our own lists' lines for a class stand, as long as no other line covers them."""
    if category.nature == "machine":
        return INFRASTRUCTURE
    return BUSINESS if category.business else OWN


def with_tiers(rules: pl.DataFrame, taxonomy: Mapping[str, Category]) -> pl.DataFrame:
    """Return the RULES of our own lists with their `tier`.

    A line under another of a higher tier is an exception to that one, written by the same hands, and stands beside
    it: NHS Jobs (jobs.nhs.uk, for people who look for work) is believed before nhs.uk (people's work). Without that
    it could never be reached.
    """
    ranks = rules.get_column("category").replace_strict(
        list(taxonomy), [RANK[tier_of(category)] for category in taxonomy.values()], return_dtype=pl.UInt8
    )
    hosts, kinds, own = rules.get_column("host").to_list(), rules.get_column("kind").to_list(), ranks.to_list()
    suffixes = _best(hosts, kinds, own, "suffix")
    exact = _best(hosts, kinds, own, "exact")
    best = []
    for host, kind, rank in zip(hosts, kinds, own, strict=True):
        found = min(rank, exact.get(host, rank)) if kind == "path" else rank
        text = host if kind != "suffix" else host.partition(".")[2]
        while text:
            found = min(found, suffixes.get(text, found))
            text = text.partition(".")[2]
        best.append(found)
    return rules.with_columns(tier=pl.Series(best, dtype=pl.UInt8).replace_strict(dict(enumerate(TIERS))))


def _best(hosts: Sequence[str], kinds: Sequence[str], ranks: Sequence[int], kind: str) -> dict[str, int]:
    return {host: rank for host, one, rank in zip(hosts, kinds, ranks, strict=True) if one == kind}
