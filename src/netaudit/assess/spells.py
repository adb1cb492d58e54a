"""Chains of personal visits, and whether one of them is more than the policy allows."""

from __future__ import annotations

import polars as pl

from netaudit.assess.human_time import MINUTE_US, divided, minutes
from netaudit.definitions.policies import OneHour

_CHAINS = ("chain", "chain_at_half", "chain_at_double")


def with_chains(personal: pl.DataFrame, one_hour: OneHour) -> pl.DataFrame:
    """Return the visits with the chain each belongs to, at the policy's tolerance, at half and at double.

    Needs rows in order of person and start. A gap is what lies between the latest end so far and the next
    start; one that equals the tolerance still holds.
    """
    latest_end = pl.col("end_us").cum_max().shift(1).over("user_hash")
    gap = pl.col("start_us") - latest_end
    return personal.with_columns(
        ((gap > round(one_hour.tolerance_minutes * factor * MINUTE_US)) | gap.is_null()).cum_sum().alias(chain)
        for chain, factor in zip(_CHAINS, (1, 0.5, 2), strict=True)
    )


def with_long_chains_marked(personal: pl.DataFrame, one_hour: OneHour) -> pl.DataFrame:
    """Return the visits with `long`: whether the chain's proven minutes exceed the limit."""
    limit = round(one_hour.limit_minutes * MINUTE_US)
    return personal.with_columns(long=pl.col("low_us").sum().over("chain") > limit)


def breaks_the_hour(one_hour: OneHour, total: str, core: str) -> pl.Expr:
    """Return whether active and core minutes, summed over a chain, break the rule."""
    return (pl.col(total) > round(one_hour.limit_minutes * MINUTE_US)) & (
        pl.col(core) >= round(one_hour.core_minutes * MINUTE_US)
    )


def chains_to_spells(personal: pl.DataFrame, unknown: pl.DataFrame, one_hour: OneHour) -> pl.DataFrame:
    """Return one row for each chain: its totals in microseconds, and whether it breaks the one-hour rule.

    Time of unknown use that starts inside a chain adds to its upper estimate only. Adds to the columns of
    SPELLS: proven and likely (verdicts), start_us, end_us, requests, requests_blocked.
    """
    for chain in _CHAINS:
        totals = personal.group_by(chain).agg(pl.col("low_us", "core_low_us").sum())
        verdict = totals.select(chain, breaks_the_hour(one_hour, "low_us", "core_low_us").alias(f"{chain}_breaks"))
        personal = personal.join(verdict, on=chain, how="left", maintain_order="left")
    spells = personal.group_by("user_hash", "chain").agg(
        pl.col("start_us").min(),
        pl.col("until_us").max().alias("end_us"),
        pl.col("low_us", "likely_us", "high_us", "core_low_us", "core_us", "lunch_low_us", "lunch_us").sum(),
        pl.col("requests", "requests_blocked").sum(),
        pl.len().cast(pl.Int64).alias("visits"),
        pl.col("site").n_unique().cast(pl.Int64).alias("sites"),
        pl.col("chain_breaks").first().alias("proven"),
        pl.col("chain_at_half_breaks").any().alias("holds_at_half"),
        pl.col("chain_at_double_breaks").any().alias("holds_at_double"),
    )
    spells = spells.sort("user_hash", "start_us").join(
        _unknown_inside(spells, unknown), on="chain", how="left", maintain_order="left"
    )
    return spells.with_columns(
        pl.col("high_us") + pl.col("unknown_us").fill_null(0),
        likely=breaks_the_hour(one_hour, "likely_us", "core_us"),
    ).with_columns(
        event_start=_moment("start_us"),
        event_end=_moment("end_us"),
        span_minutes=divided(pl.col("end_us") - pl.col("start_us"), MINUTE_US),
        minutes_low=minutes("low_us"),
        minutes=minutes("likely_us"),
        minutes_high=minutes("high_us"),
        core_minutes_low=minutes("core_low_us"),
        core_minutes=minutes("core_us"),
        lunch_minutes_low=minutes("lunch_low_us"),
        lunch_minutes=minutes("lunch_us"),
    )


def _moment(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _unknown_inside(spells: pl.DataFrame, unknown: pl.DataFrame) -> pl.DataFrame:
    return (
        unknown.select("user_hash", "start_us", "high_us")
        .sort("start_us")
        .join_asof(
            spells.select("user_hash", "chain", "end_us", since="start_us").sort("since"),
            left_on="start_us",
            right_on="since",
            by="user_hash",
            strategy="backward",
            check_sortedness=False,
        )
        .filter(pl.col("start_us") < pl.col("end_us"))
        .group_by("chain")
        .agg(unknown_us=pl.col("high_us").sum())
    )
