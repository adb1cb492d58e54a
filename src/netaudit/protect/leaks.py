"""Forbidden sites that the filter let through, for IT: by site, without people and times, in bands of requests."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from netaudit.contracts import LEAKS, REQUEST_BANDS
from netaudit.definitions.dpia import Gate
from netaudit.protect.counting import is_shielded

_FROM = (10, 100, 1_000)  # requests: each band but the first begins here
# A registrable name: letters in its last label, so no address of a machine, and nothing but what a name may hold.
_NAME = r"^[0-9\p{Ll}-]+(\.[0-9\p{Ll}-]+)*\.(xn--[0-9a-z-]+|\p{Ll}{2,})$"


def filter_leaks(passed: pl.DataFrame, policy_uses: Mapping[str, str], period: str) -> pl.DataFrame:
    """Return LEAKS of a week: the sites of classes that the policy forbids, by class and name.

    Args:
        passed: requests that the proxy let through to sites of confirmed classes: `site, category, requests`.
        policy_uses: use by category. What is of a special category is left out, whatever use a policy gives it.
        period: the week.
    """
    forbidden = [name for name, use in policy_uses.items() if use == "blocked" and not is_shielded(name, use)]
    counted = (
        passed.filter(pl.col("category").is_in(forbidden), pl.col("site").str.contains(_NAME))
        .group_by("site", "category")
        .agg(pl.col("requests").sum())
        .sort("category", "site")
    )
    band = pl.lit(REQUEST_BANDS[0])
    for least, name in zip(_FROM, REQUEST_BANDS[1:], strict=True):
        band = pl.when(pl.col("requests") >= least).then(pl.lit(name)).otherwise(band)
    return LEAKS.fit(counted.with_columns(period=pl.lit(period), requests=band))


def open_leaks(leaks: pl.DataFrame, gate: Gate) -> pl.DataFrame:
    """Return LEAKS that may be shown: none while the gate is shut, as a single request is enough for a site.

    Args:
        leaks: LEAKS of a week.
        gate: the DPIA and the day.
    """
    return LEAKS.completed(leaks) if gate.is_open else LEAKS.empty()
