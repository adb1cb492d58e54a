"""What may be a finding or not, depending on where lunch is: the cases of each rule that asks for core time."""

from __future__ import annotations

import polars as pl

from netaudit.assess.human_time import MINUTE_US
from netaudit.assess.rule_kinds import IN_CORE, span_of
from netaudit.definitions.policies import Policy

_STAKE: dict[str, pl.DataType] = {
    "visit": pl.List(pl.UInt32()),
    "at_least_us": pl.Int64(),
    "likely_only": pl.Boolean(),
}


def stakes_of(personal: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return the visits of whatever a rule that is on may find, as `placed_breaks` needs them.

    Columns: stake, visit, at_least_us (in core time outside lunch), likely_only.

    Args:
        personal: personal visits in their chains.
        policy: the rules.
    """
    found = [pl.DataFrame(schema=_STAKE)]
    for rule in policy.rules:
        if rule.on and rule.kind == "one_hour":
            found.append(_long_chains(personal.filter("of_weeks_chain"), policy))
        elif rule.on and rule.kind in IN_CORE:
            own = personal.filter("of_week")
            own = own.filter(pl.col("category").is_in(rule.categories)) if rule.categories else own
            at_least = round((rule.limit or 0) * MINUTE_US) + 1  # more than the limit
            if rule.kind == "own_time":
                at_least = round(policy.own_time.minutes_low * MINUTE_US)
            found.append(_each(own.with_columns(span=span_of(rule)), ["user_hash", "span"], at_least))
    return pl.concat(found).with_row_index("stake").explode("visit", empty_as_null=False)


def _long_chains(personal: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    limit = round(policy.one_hour.limit_minutes * MINUTE_US)
    over = pl.col("low_us", "likely_us").sum().over("chain") > limit
    long = personal.with_columns(over.name.prefix("over_")).filter(pl.col("over_low_us") | pl.col("over_likely_us"))
    proven = pl.col("over_low_us")
    at_least = round(policy.one_hour.core_minutes * MINUTE_US)
    return pl.concat(
        [
            _each(long.filter(proven), ["chain"], at_least),
            _each(long.filter(~proven), ["chain"], at_least).with_columns(likely_only=pl.lit(value=True)),
        ]
    )


def _each(visits: pl.DataFrame, keys: list[str], at_least_us: int) -> pl.DataFrame:
    return (
        visits.group_by(keys)
        .agg("visit", at_least_us=pl.lit(at_least_us, pl.Int64), likely_only=pl.lit(value=False))
        .select(*_STAKE)
    )
