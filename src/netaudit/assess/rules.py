"""One function for each kind of rule: visits in, broken rules out.

Every function returns rows with the columns of `FOUND`: one row for each case in which the proven minutes
break the rule (`proven`) or only the likely ones do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from netaudit.assess.human_time import MINUTE_US, PERSONAL_USES, minutes, without_excused_minutes
from netaudit.assess.rule_kinds import AMOUNTS, over_limit
from netaudit.assess.spells import chains_to_spells, with_chains, with_long_chains_marked
from netaudit.assess.stakes import stakes_of
from netaudit.assess.time_spent import Time
from netaudit.assess.working_time import split_by_working_time
from netaudit.definitions.policies import Policy, Rule

FOUND = pl.Schema(
    {
        "rule_id": pl.String,
        "user_hash": pl.Int64,
        "category": pl.String,
        "start_us": pl.Int64,
        "end_us": pl.Int64,
        "low_us": pl.Int64,
        "likely_us": pl.Int64,
        "high_us": pl.Int64,
        "core_low_us": pl.Int64,
        "lunch_us": pl.Int64,
        "limit": pl.Float64,
        "measure": pl.String,
        "amount": pl.Float64,
        "per": pl.String,
        "requests": pl.Int64,
        "requests_blocked": pl.Int64,
        "holds_at_half": pl.Boolean,
        "holds_at_double": pl.Boolean,
        "proven": pl.Boolean,
    }
)
_NO_TIME = dict.fromkeys(
    ("low_us", "likely_us", "high_us", "core_low_us", "core_us", "core_high_us", "lunch_us"), pl.lit(0, pl.Int64)
)


def people_time(seen: pl.DataFrame, people: pl.DataFrame, register: pl.DataFrame, policy: Policy) -> Time:
    """Return the time of people's visits, split by what the policy counts."""
    is_download = pl.col("file_kind").is_not_null()
    came_through = seen.filter(~pl.col("attempt") & ~is_download)
    personal = came_through.filter(pl.col("use").is_in(PERSONAL_USES))
    personal = with_chains(without_excused_minutes(personal, policy), policy.one_hour)
    # A chain belongs to the week of its first visit: what begins in the hours before or after is the other week's.
    personal = personal.with_columns(of_weeks_chain=pl.col("of_week").first().over("chain"))
    personal = with_long_chains_marked(personal, policy.one_hour)
    unknown = came_through.filter(pl.col("use") == "unknown").with_columns(long=pl.lit(value=False))
    visits, stakes = pl.concat([personal, unknown], how="diagonal"), stakes_of(personal, policy)
    hours = split_by_working_time(visits, stakes, people, register, policy)
    is_unknown = pl.col("use") == "unknown"
    personal, unknown = hours.visits.filter(~is_unknown), hours.visits.filter(is_unknown)
    return Time(
        personal=personal,
        unknown=unknown,
        attempts=seen.filter("attempt", pl.col("use").is_in(PERSONAL_USES)).with_columns(**_NO_TIME),
        downloads=seen.filter(is_download).with_columns(**_NO_TIME),
        spells=chains_to_spells(personal.filter("of_weeks_chain"), unknown, policy.one_hour),
        core=hours.core,
        lunch=hours.lunch,
    )


def judge(time: Time, policy: Policy) -> pl.DataFrame:
    """Return every case, as rows of FOUND, in which a rule that is on is broken, or likely so."""
    on = [rule for rule in policy.rules if rule.on]
    kinds = {kind: [rule for rule in on if rule.kind == kind] for kind in _KINDS}
    found = [_KINDS[kind](time, rules, policy) for kind, rules in kinds.items() if rules]
    found += [over_limit(time, rule, policy) for rule in on if rule.kind not in _KINDS]
    return pl.concat([pl.DataFrame(schema=FOUND), *(rows.select(FOUND.names()).cast(FOUND) for rows in found)])


def _one_hour(time: Time, rules: list[Rule], policy: Policy) -> pl.DataFrame:
    broken = time.spells.filter(pl.col("proven") | pl.col("likely"))
    return broken.join(_each(rules), how="cross").with_columns(
        category=pl.lit(None, pl.String),
        limit=pl.lit(policy.one_hour.limit_minutes),
        measure=pl.lit("minutes"),
        amount=minutes("low_us"),
        per=pl.lit("chain"),
    )


def _blocked_class(time: Time, rules: list[Rule], policy: Policy) -> pl.DataFrame:
    """One case for each person, local day and class; what the filter stopped is counted beside it."""
    evidence = policy.blocked_class
    stopped = (
        time.attempts.filter("of_week")
        .group_by("user_hash", "day", "category")
        .agg(stopped=pl.col("requests").sum(), stopped_blocked=pl.col("requests_blocked").sum())
    )
    enough = round(evidence.minutes_low * MINUTE_US)
    by_minutes, by_documents = pl.col("low_us") >= enough, pl.col("documents") >= evidence.documents
    return (
        _by_day(time.personal.filter("of_week").join(_by_category(rules), on="category"), "rule_id", "category")
        # Likely minutes are shown only beside something that is proven.
        .filter(by_minutes | by_documents | ((pl.col("likely_us") >= enough) & (pl.col("low_us") > 0)))
        .join(stopped, on=["user_hash", "day", "category"], how="left")
        .with_columns(
            requests=pl.col("requests") + pl.col("stopped").fill_null(0),
            requests_blocked=pl.col("requests_blocked") + pl.col("stopped_blocked").fill_null(0),
            proven=by_minutes | by_documents,
            limit=pl.when(by_minutes | ~by_documents).then(evidence.minutes_low).otherwise(evidence.documents),
            measure=pl.when(by_minutes | ~by_documents).then(pl.lit("minutes")).otherwise(pl.lit("requests")),
            amount=pl.when(by_minutes | ~by_documents)
            .then(minutes("low_us"))
            .otherwise(pl.col("documents").cast(pl.Float64)),
            per=pl.lit("day"),
        )
    )


# The kinds with a table of their own; all others count up to their rule's limit.
_KINDS: Mapping[str, Callable[[Time, list[Rule], Policy], pl.DataFrame]] = {
    "one_hour": _one_hour,
    "blocked_class": _blocked_class,
}


def _each(rules: list[Rule]) -> pl.DataFrame:
    return pl.DataFrame({"rule_id": [rule.rule_id for rule in rules]}, {"rule_id": pl.String})


def _by_category(rules: list[Rule]) -> pl.DataFrame:
    rows = [(rule.rule_id, category) for rule in rules for category in rule.categories]
    return pl.DataFrame(rows, {"rule_id": pl.String, "category": pl.String}, orient="row")


def _by_day(visits: pl.DataFrame, *keys: str) -> pl.DataFrame:
    return visits.group_by("user_hash", "day", *keys).agg(
        pl.col("start_us").min(),
        pl.col("until_us").max().alias("end_us"),
        pl.col(*AMOUNTS, "documents").sum(),
        pl.lit(None, pl.Boolean).alias("holds_at_half"),
        pl.lit(None, pl.Boolean).alias("holds_at_double"),
    )
