"""The visits that make up each finding, with the minutes that its rule counts of them."""

from __future__ import annotations

import polars as pl

from netaudit.assess.rule_kinds import counted_rows, unknown_in_core
from netaudit.assess.time_spent import Time
from netaudit.definitions.policies import Policy, Rule

AMOUNTS = ("low_us", "likely_us", "high_us", "core_low_us")
_COUNTED = ("finding", "visit", *AMOUNTS, "number")  # number: what the rule counts of it, in its own unit


def numbered(findings: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return findings as this package's tables about them use them, one row each.

    Columns: finding (row number), finding_id, rule_id, kind, whole (the person's whole day is told), categories (null:
    all), user_hash, finding_class, since_us, until_us, status.
    """
    rules = pl.DataFrame(
        [(rule.rule_id, rule.kind, list(policy.categories_of(rule)) or None) for rule in policy.rules],
        {"rule_id": pl.String, "kind": pl.String, "categories": pl.List(pl.String)},
        orient="row",
    )
    return (
        findings.with_row_index("finding")
        .join(rules, on="rule_id", maintain_order="left")
        .select(
            "finding",
            "finding_id",
            "rule_id",
            "kind",
            (pl.col("kind") == "one_hour").alias("whole"),
            "categories",
            "user_hash",
            pl.col("category").alias("finding_class"),
            pl.col("event_start").to_physical().alias("since_us"),
            pl.col("event_end").to_physical().alias("until_us"),
            "status",
        )
    )


def counted_visits(cases: pl.DataFrame, time: Time, policy: Policy) -> pl.DataFrame:
    """Return the visits that make up each finding: `finding, visit`, AMOUNTS and `number` as its rule counts them.

    The sum of each amount over a finding is the finding's own figure.

    Args:
        cases: what `numbered` returns.
        time: the time of the people they are about, as the rules saw it.
        policy: the policy under which they were raised.
    """
    rules = {rule.rule_id: rule for rule in policy.rules}
    present = [rules[rule_id] for rule_id in cases["rule_id"].unique().sort()]
    found = [_of_chains(cases, time)]
    found += [_of_days(cases, time, rule, policy) for rule in present if rule.kind != "one_hour"]
    return pl.concat(found).sort("finding", "visit")


def _of_chains(cases: pl.DataFrame, time: Time) -> pl.DataFrame:
    """Return the visits of chains; what is of unknown use in them adds to the highest estimate only."""
    spells = time.spells.select("user_hash", "chain", since_us="start_us", spell_end="end_us")
    chains = cases.filter(pl.col("kind") == "one_hour").join(spells, on=["user_hash", "since_us"])
    personal = chains.join(time.personal, on=["user_hash", "chain"]).with_columns(number="low_us").select(_COUNTED)
    unknown = (
        chains.join(time.unknown, on="user_hash")
        .filter(pl.col("start_us") >= pl.col("since_us"), pl.col("start_us") < pl.col("spell_end"))
        .with_columns(pl.lit(0, pl.Int64).alias(name) for name in (*AMOUNTS, "number") if name != "high_us")
        .select(_COUNTED)
    )
    return pl.concat([personal, unknown])


def _of_days(cases: pl.DataFrame, time: Time, rule: Rule, policy: Policy) -> pl.DataFrame:
    """Return what makes up the findings of a rule that is held against each local day, or week."""
    mine = cases.filter(pl.col("rule_id") == rule.rule_id)
    own = counted_rows(time, rule, policy)
    by_class = rule.kind == "blocked_class"
    keys = ["user_hash", "span", *(["category"] if by_class else [])]
    own = own.with_columns(since_us=pl.col("start_us").min().over(keys))
    on, theirs = ["user_hash", "since_us"], ["user_hash", "since_us"]
    if by_class:
        on, theirs = [*on, "finding_class"], [*theirs, "category"]
    spans = mine.select("finding", "user_hash", "since_us", "finding_class").join(own, left_on=on, right_on=theirs)
    counted = spans.select(_COUNTED)
    if rule.kind != "core_minutes":
        return counted
    nothing = dict.fromkeys((name for name in (*AMOUNTS, "number") if name != "high_us"), pl.lit(0, pl.Int64))
    unknown = (
        spans.select("finding", "user_hash", "span")
        .unique()
        .join(unknown_in_core(time, rule), on=["user_hash", "span"])
        .with_columns(**nothing)
        .select(_COUNTED)
    )
    return pl.concat([counted, unknown])
