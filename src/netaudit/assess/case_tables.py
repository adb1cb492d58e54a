"""All that is kept with findings so that somebody can decide about them, made in one go."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.assess.case_requests import shown_requests, with_requests
from netaudit.assess.counted import counted_visits, numbered
from netaudit.assess.human_time import people_visits
from netaudit.assess.ignored import ignored_of
from netaudit.assess.overturns import overturns_of
from netaudit.assess.rule_kinds import IN_CORE
from netaudit.assess.rules import people_time
from netaudit.assess.time_spent import Time
from netaudit.assess.timeline import as_timeline, bounds_of, cut_at_bounds, others_of, pieces_of, with_silent_reading
from netaudit.contracts import (
    FINDINGS,
    HOURS,
    IGNORED,
    OVERTURNS,
    PEOPLE,
    REGISTER,
    TIMELINE,
    UTC_TIME,
    VISITS,
    CaseTables,
    columns,
)
from netaudit.definitions.policies import Policy

REQUESTS = columns(
    {
        "user_hash": pl.Int64,
        "event_start": UTC_TIME,  # of the first
        "site": pl.String,
        "category": pl.String,
        "category_confirmed": pl.Boolean,
        "label": pl.String,
        "reason": pl.String,
        "requests": pl.Int64,
        "open_ms": pl.Int64,  # how long their connections stayed open, added up
    }
)
"""Requests of people by minute, site and label; text may be Categorical."""

_HOURS_MATTER = ("one_hour", *IN_CORE)


def case_tables(
    findings: pl.DataFrame,
    visits: pl.DataFrame,
    requests: pl.DataFrame,
    people: pl.DataFrame,
    register: pl.DataFrame,
    policy: Policy,
    downloads: pl.DataFrame | None = None,
    beside: pl.DataFrame | None = None,
) -> CaseTables:
    """Return the days of a week's findings piece by piece, the hours, what was left out, and what would undo them.

    Args:
        findings: FINDINGS of the week.
        visits: VISITS of the week.
        requests: REQUESTS of the people in question; without rows, nothing is told of requests.
        people: PEOPLE of the week.
        register: REGISTER of the week.
        policy: the policy under which the findings were raised.
        downloads: DOWNLOADS of the week; None: none is known.
        beside: VISITS of the hours beside the week, as `assess` was given them.
    """
    findings, people, register = FINDINGS.fit(findings), PEOPLE.fit(people), REGISTER.fit(register)
    if findings.is_empty():
        return CaseTables(TIMELINE.empty(), HOURS.empty(), IGNORED.empty(), OVERTURNS.empty())
    of_them = pl.col("user_hash").is_in(findings["user_hash"].unique().implode())
    visits, beside = (VISITS.fit(one).filter(of_them) for one in (visits, VISITS.empty() if beside is None else beside))
    cases = with_days(numbered(findings, policy), policy)
    seen = people_visits(visits, policy, downloads, beside)
    visits = pl.concat([visits, beside], how="vertical_relaxed")
    spent = people_time(seen, people, register, policy)
    counted = counted_visits(cases, spent, policy)
    pieces = pieces_of(cases, seen, others_of(visits, policy), counted, spent)
    shown = shown_requests(cases, requests, visits, policy)
    bounds = bounds_of(cases, policy)
    pieces, placed = with_requests(cut_at_bounds(with_silent_reading(pieces), bounds), shown, bounds)
    return CaseTables(
        timeline=as_timeline(cases, pieces, policy),
        hours=_hours(cases, spent),
        ignored=ignored_of(cases, pieces, placed, counted),
        overturns=overturns_of(cases, seen, spent, counted, people, register, policy),
    )


def with_days(cases: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return the findings with `first_us, last_us`: the midnights around the local days that each touches."""
    zone = ZoneInfo(policy.zone)

    def local(column: pl.Expr) -> pl.Expr:
        moment = column.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").dt.convert_time_zone(policy.zone)
        return moment.dt.date()

    cases = cases.with_columns(
        first=local(pl.col("since_us")),
        last=local(pl.max_horizontal("since_us", pl.col("until_us") - 1)).dt.offset_by("1d"),
    )
    days = set(cases["first"]) | set(cases["last"])
    midnights = {day: int(datetime.combine(day, time(), zone).timestamp()) * 1_000_000 for day in days}
    return cases.with_columns(
        pl.col(name).replace_strict(midnights, return_dtype=pl.Int64).alias(f"{name}_us") for name in ("first", "last")
    )


def _hours(cases: pl.DataFrame, spent: Time) -> pl.DataFrame:
    """Return core hours and lunch in the days of the findings that depend on them, as HOURS."""
    asked = cases.filter(pl.col("kind").is_in(_HOURS_MATTER))
    bands = pl.concat(
        [
            spent.core.select("user_hash", kind=pl.lit("core"), begin="core_start", end="core_end"),
            spent.lunch.select("user_hash", kind=pl.lit("lunch"), begin="lunch_start", end="lunch_end"),
        ]
    )
    touched = (
        asked.join(bands, on="user_hash")
        .filter(pl.col("begin") < pl.col("last_us"), pl.col("end") > pl.col("first_us"))
        .with_columns(
            kind=pl.col("kind_right"),
            event_start=pl.col("begin").cast(UTC_TIME),
            event_end=pl.col("end").cast(UTC_TIME),
        )
        .sort("finding", "kind", "begin")
    )
    return HOURS.fit(touched)
