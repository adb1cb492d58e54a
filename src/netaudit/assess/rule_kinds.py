"""The kinds of rule that count something up by the day or the week: minutes, megabytes, downloads, attempts.

Everything that such a rule counts is a row of a visit, a download or an attempt, with `number`: what it adds, in the
rule's own unit. The rule's case, what makes it up and what would undo it all come from these rows.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from netaudit.assess.human_time import MINUTE_US, divided
from netaudit.assess.time_spent import Time
from netaudit.definitions.policies import Policy, Rule

MEGABYTE = 1_000_000
AMOUNTS = ("low_us", "likely_us", "high_us", "core_low_us", "lunch_us", "requests", "requests_blocked")
IN_CORE = ("core_minutes", "own_time")  # kinds that count core time outside lunch alone
# Kinds of which a number breaks the rule by itself, whatever time it took.
UNITS: Mapping[str, int] = {"megabytes": MEGABYTE, "downloads": MEGABYTE, "attempts": 1}
_MEASURES: Mapping[tuple[str, str], str] = {
    ("megabytes", "both"): "MB",
    ("megabytes", "in"): "MB received",
    ("megabytes", "out"): "MB sent",
    ("downloads", "both"): "MB downloaded",
    ("attempts", "both"): "attempts",
}


def unit_of(rule: Rule) -> int:
    """Return how many of `number` make one of the rule's measure."""
    return UNITS.get(rule.kind, MINUTE_US)


def measure_of(rule: Rule) -> str:
    """Return what the rule's limit counts."""
    return _MEASURES.get((rule.kind, rule.direction), "minutes")


def span_of(rule: Rule) -> pl.Expr:
    """Return the local day, or the Monday of the local week, that a row counts towards."""
    return pl.col("day").dt.truncate("1w") if rule.per == "week" else pl.col("day")


def counted_rows(time: Time, rule: Rule, policy: Policy) -> pl.DataFrame:
    """Return what a rule that counts up has to count, one row each.

    The columns are those of the visits, with AMOUNTS as the rule counts them, `rule_id`, `span` (the local day, or the
    Monday of the local week, that it counts towards), `number` (proven) and `likely_number`.
    """
    rows = {"attempts": time.attempts, "downloads": time.downloads}.get(rule.kind, time.personal).filter("of_week")
    if categories := policy.categories_of(rule):
        rows = rows.filter(pl.col("category").is_in(categories))
    if rule.kind == "downloads":
        rows = rows.filter(pl.col("file_kind").is_in(rule.file_kinds))
    if rule.kind in IN_CORE:
        rows = rows.filter(pl.col("core_us") > 0).with_columns(
            low_us="core_low_us", likely_us="core_us", high_us="core_high_us"
        )
    if rule.kind == "attempts":
        rows = _as_attempts(rows, policy)
    number, likely = _numbers(rule)
    return rows.with_columns(
        rule_id=pl.lit(rule.rule_id),
        span=span_of(rule),
        number=number,
        likely_number=likely,
    )


def over_limit(time: Time, rule: Rule, policy: Policy) -> pl.DataFrame:
    """Return one case for each person and day, or week, with more than the rule's limit, or enough in core time."""
    rows = counted_rows(time, rule, policy)
    cases = rows.group_by("user_hash", "span").agg(
        pl.col("start_us").min(),
        pl.col("until_us").max().alias("end_us"),
        pl.col(*AMOUNTS, "number", "likely_number").sum(),
    )
    if rule.kind == "core_minutes":
        unknown = unknown_in_core(time, rule).group_by("user_hash", "span").agg(unknown_us=pl.col("high_us").sum())
        cases = cases.join(unknown, on=["user_hash", "span"], how="left").with_columns(
            high_us=pl.col("high_us") + pl.col("unknown_us").fill_null(0)
        )
    unit = unit_of(rule)
    if rule.kind == "own_time":
        limit = policy.own_time.minutes_low
        enough = round(limit * unit)
        proven = pl.col("number") >= enough
        # Likely minutes are shown only beside something that is proven.
        likely = (pl.col("likely_number") >= enough) & (pl.col("number") > 0)
    else:
        limit = rule.limit or 0.0
        most = round(limit * unit)
        proven, likely = pl.col("number") > most, pl.col("likely_number") > most
    only = rule.categories[0] if len(rule.categories) == 1 else None
    return cases.filter(proven | likely).with_columns(
        rule_id=pl.lit(rule.rule_id),
        category=pl.lit(only, pl.String),
        limit=pl.lit(float(limit)),
        measure=pl.lit(measure_of(rule)),
        amount=divided(pl.col("number"), unit),
        per=pl.lit(rule.per),
        holds_at_half=pl.lit(None, pl.Boolean),
        holds_at_double=pl.lit(None, pl.Boolean),
        proven=proven,
    )


def unknown_in_core(time: Time, rule: Rule) -> pl.DataFrame:
    """Return the visits of unknown use in core time, which add to the highest estimate alone, with `span`."""
    return time.unknown.filter("of_week", pl.col("core_high_us") > 0).with_columns(
        span=span_of(rule), high_us="core_high_us"
    )


def _as_attempts(stopped: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return what the filter stopped with the `day` on which its attempt began, and `number`: 1 for its first.

    Retries, reloads, redirects and what one page asks of several sites are one attempt: whatever was stopped with no
    longer breaks between than the policy says.
    """
    ended = pl.col("until_us").cum_max().shift(1).over("user_hash")
    apart = round(policy.attempts.apart_minutes * MINUTE_US)
    first = ended.is_null() | (pl.col("start_us") - ended > apart)
    return (
        stopped.filter(pl.col("use") == "blocked")
        .sort("user_hash", "start_us", "end_us", "visit")
        .with_columns(first=first)
        .with_columns(attempt_number=pl.col("first").cum_sum())
        .with_columns(day=pl.col("day").first().over("attempt_number"), number=pl.col("first").cast(pl.Int64))
        .drop("first", "attempt_number")
    )


def _numbers(rule: Rule) -> tuple[pl.Expr, pl.Expr]:
    """Return what a row adds to the rule's count: what is proven, and what is likely."""
    match rule.kind, rule.direction:
        case "attempts", _:
            return pl.col("number"), pl.col("number")
        case "megabytes", "in":
            counted = pl.col("bytes_in")
        case "megabytes", "out":
            counted = pl.col("bytes_out")
        case "megabytes" | "downloads", _:
            counted = pl.col("bytes_in") + pl.col("bytes_out")
        case _:
            return pl.col("low_us"), pl.col("likely_us")
    return counted, counted
