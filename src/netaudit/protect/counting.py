"""A week's people and minutes, counted exactly, in memory, for `publish` alone to protect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from netaudit.protect.clauses import PERSONAL_USES, Clauses, withheld_clauses
from netaudit.protect.disclosure import MEASURES, NOBODY, Figure
from netaudit.protect.suppression import MS_PER_MINUTE, SuppressionSettings
from netaudit.protect.units import Staff

HOURS = tuple(f"{hour:02d}" for hour in range(24))
WEEKDAY_HOURS = tuple(f"{weekday}-{hour}" for weekday in range(1, 8) for hour in HOURS)
"""ISO weekday and local hour."""


def is_shielded(category: str, use: str) -> bool:
    """Return whether a class is of a special category, whatever the policy makes of it."""
    return use == "shielded" or category == "shielded" or category.startswith("special_")


def attended(visits: pl.DataFrame, policy_uses: Mapping[str, str]) -> pl.DataFrame:
    """Return the visits that count in published figures, with `use`, and minutes as whole milliseconds.

    Only what a person did, where we know which person. Shielded visits count for nothing at all: not even
    for somebody's having been there. What is not confirmed is of unknown use and of no class. Whole milliseconds,
    because sums of floats depend on their order.
    """
    uses = {category: "shielded" if is_shielded(category, use) else use for category, use in policy_uses.items()} | {
        "shielded": "shielded"
    }
    return (
        visits.select(
            "user_hash",
            pl.col("attribution", "kind", "site", "category_source").cast(pl.String),
            pl.col("category").cast(pl.String).fill_null("uncategorised"),
            "event_start",
            "event_end",
            pl.col("category_confirmed").fill_null(value=True),
            *((pl.col(measure) * MS_PER_MINUTE).round().cast(pl.Int64) for measure in MEASURES),
            attempt=(pl.col("requests_blocked") > 0) & (pl.col("documents_allowed") == 0),
        )
        .filter(
            pl.col("user_hash").is_not_null(),
            pl.col("attribution") == "person",
            pl.col("kind") == "human",
            ~pl.col("category").str.starts_with("special_"),
        )
        .with_columns(
            use=pl.col("category").replace_strict(
                list(uses), list(uses.values()), default="unknown", return_dtype=pl.String
            )
        )
        .filter(pl.col("use") != "shielded")
        .with_columns(
            category=pl.when("category_confirmed").then("category").otherwise(pl.lit("uncategorised")),
            use=pl.when("category_confirmed").then("use").otherwise(pl.lit("unknown")),
        )
    )


def personal(visits: pl.DataFrame) -> pl.DataFrame:
    """Return the attended visits that are personal time: not what the filter stopped outright."""
    return visits.filter(pl.col("use").is_in(PERSONAL_USES), ~pl.col("attempt"))


def by_weekday_hour(visits: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Return user_hash, weekday_hour (1-09), hour (09) and minutes: each visit shared out over its hours.

    Local time. In the night the clocks go back, both hours of that name count as one; in spring one is empty.
    """
    instant = pl.duration(microseconds=1)
    start, end = pl.col("event_start"), pl.max_horizontal("event_start", "event_end")
    pieces = (
        visits.with_columns(start.dt.convert_time_zone(zone), end.dt.convert_time_zone(zone).alias("event_end"))
        .with_columns(
            hour=pl.datetime_ranges(
                start.dt.truncate("1h"), pl.max_horizontal("event_start", pl.col("event_end") - instant), "1h"
            ),
            span=(pl.col("event_end") - start).dt.total_microseconds(),
        )
        .explode("hour")
        .with_columns(
            share=pl.when(pl.col("span") == 0)
            .then(1.0)
            .otherwise(
                (
                    pl.min_horizontal("event_end", pl.col("hour").dt.offset_by("1h"))
                    - pl.max_horizontal("event_start", "hour")
                ).dt.total_microseconds()
                / pl.col("span")
            )
        )
    )
    hour, weekday = (part.cast(pl.UInt32) for part in (pl.col("hour").dt.hour(), pl.col("hour").dt.weekday()))
    return pieces.select(
        "user_hash",
        pl.lit(pl.Series(WEEKDAY_HOURS)).gather((weekday - 1) * len(HOURS) + hour).alias("weekday_hour"),
        pl.lit(pl.Series(HOURS)).gather(hour).alias("hour"),
        *((pl.col(measure) * pl.col("share")).round().cast(pl.Int64) for measure in MEASURES),
    )


def by_clause(findings: pl.DataFrame, clauses: Clauses, settings: SuppressionSettings) -> pl.DataFrame:
    """Return user_hash and value (the row of its clause) of each finding.

    Raises:
        ValueError: a finding's clause or route is not in `clauses`.
    """
    rows = {(clause, route): clause for clause, routes in clauses.routes.items() for route in routes}
    rows |= withheld_clauses(clauses, settings)
    known = pl.DataFrame(
        [(clause, route, row) for (clause, route), row in rows.items()],
        schema=dict.fromkeys(("clause", "route", "value"), pl.String),
        orient="row",
    )
    found = findings.select("user_hash", pl.col("clause", "route").cast(pl.String)).join(
        known, on=["clause", "route"], how="left"
    )
    strange = found.filter(pl.col("value").is_null()).select("clause", "route").unique().sort("clause", "route")
    if not strange.is_empty():
        pairs = "; ".join(f"clause {clause} by route {route}" for clause, route in strange.iter_rows())
        raise ValueError(f"findings that the policy has no rule for: {pairs}")
    return found.select("user_hash", "value")


TABLES = {
    "active_people": "none",
    "findings_by_clause": "clause",
    "time_by_class": "category",
    "time_by_hour": "hour",
    "time_by_weekday_hour": "weekday_hour",
    "cases_by_status": "status",
}
"""The published tables, with what their rows are values of."""

TIMED = ("time_by_class", "time_by_hour", "time_by_weekday_hour")
"""Tables with minutes."""

OF_THE_WHOLE = ("time_by_hour", "time_by_weekday_hour", "cases_by_status")
"""Tables that the organisation alone has."""

ACTIVE = "active"
STATUSES = ("new", "excused", "close", "confirmed", "withdrawn")
STANDING = ("new", "confirmed")
"""Statuses of findings that stand; the others are none, or none any more."""


def values_of(policy_uses: Mapping[str, str], clauses: Clauses, settings: SuppressionSettings) -> dict[str, list[str]]:
    """Return the rows of each table, whether anybody is in them or not."""
    withheld = set(settings.withheld_routes)
    return {
        "active_people": [ACTIVE],
        "findings_by_clause": [
            *sorted(clause for clause, routes in clauses.routes.items() if set(routes) - withheld),
            *sorted(withheld_clauses(clauses, settings).values()),
        ],
        "time_by_class": sorted(
            category for category, use in policy_uses.items() if use in PERSONAL_USES and not is_shielded(category, use)
        ),
        "time_by_hour": list(HOURS),
        "time_by_weekday_hour": list(WEEKDAY_HOURS),
        "cases_by_status": list(STATUSES),
    }


def counted(
    visits: pl.DataFrame,
    findings: pl.DataFrame,
    policy_uses: Mapping[str, str],
    zone: str,
    settings: SuppressionSettings,
    clauses: Clauses,
) -> pl.DataFrame:
    """Return who counts in which row of which table: user_hash, table, value, and MEASURES in whole milliseconds.

    One row for each person and row of a table, for the whole organisation: join `Staff.members` for the units. In
    tables without minutes these are null.

    Args:
        visits: VISITS of a week.
        findings: FINDINGS of the week.
        policy_uses: use by category, for every category.
        zone: time zone of the organisation.
        settings: the routes that are withheld.
        clauses: the clauses of the policy that have a rule, and the routes of its rules.

    Raises:
        ValueError: a finding's clause or route is not in `clauses`.
    """
    seen = attended(visits, policy_uses)
    found = findings.with_columns(pl.col("status").cast(pl.String))
    own_time = personal(seen)
    hours = by_weekday_hour(own_time, zone)
    tables = {
        "active_people": seen.select("user_hash", value=pl.lit(ACTIVE)),
        "findings_by_clause": by_clause(found.filter(pl.col("status").is_in(STANDING)), clauses, settings),
        "time_by_class": own_time.select("user_hash", pl.col("category").alias("value"), *MEASURES),
        "time_by_hour": hours.rename({"hour": "value"}),
        "time_by_weekday_hour": hours.rename({"weekday_hour": "value"}),
        "cases_by_status": found.select("user_hash", value="status"),
    }
    return pl.concat(
        [
            rows.lazy()
            .group_by("user_hash", "value")
            .agg(
                pl.col(measure).sum() if measure in rows.columns else pl.lit(None, pl.Int64).alias(measure)
                for measure in MEASURES
            )
            .select("user_hash", pl.lit(table).alias("table"), "value", *MEASURES)
            for table, rows in tables.items()
        ]
    ).collect()


def figures(
    staff: Staff, counted: pl.DataFrame, values: Sequence[str], settings: SuppressionSettings
) -> dict[str, list[Figure]]:
    """Return the true figure of each value and unit.

    Args:
        staff: the units and their members; who is in none is not counted.
        counted: user_hash, value and MEASURES in milliseconds, null where there are no minutes.
        values: every row of the table, whether anybody is in it or not.
        settings: when a figure is dominated.
    """
    cells = (
        counted.lazy()
        .group_by("user_hash", "value")
        .agg(pl.col(MEASURES).sum())
        .join(staff.members.lazy(), on="user_hash")
        .group_by("unit", "value")
        .agg(
            pl.len().alias("people"),
            pl.col(MEASURES).sum(),
            *(pl.col(measure).top_k(2).sort(descending=True).alias(f"{measure}_top") for measure in MEASURES),
        )
        .collect()
    )
    table = {value: [NOBODY] * len(staff.tree.units) for value in values}
    for cell in cells.iter_rows(named=True):  # units by values: never log data
        tops = ([*(amount or 0 for amount in cell[f"{measure}_top"]), 0, 0][:2] for measure in MEASURES)
        table[cell["value"]][cell["unit"]] = Figure(
            cell["people"],
            (cell["minutes_low"], cell["minutes"], cell["minutes_high"]),
            any(
                settings.dominated(cell[measure], first, second)
                for measure, (first, second) in zip(MEASURES, tops, strict=True)
            ),
        )
    return table
