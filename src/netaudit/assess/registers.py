"""Which register entry covers which visit, and which findings fall away because of it.

Consent (7.2) covers visits at its time, and forbidden classes only where it names them: a line manager
cannot consent to gambling. An exemption covers the classes that it names, of a person or of everybody with a
role. A finding is excused when the visits that nothing covers do not break its rule by themselves. A
self-report (7.5) excuses a finding of its class within a day.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from netaudit.contracts import UTC_TIME
from netaudit.definitions.policies import Policy

_LONG_AGO, _FAR_AHEAD = date(1, 1, 1), date(9999, 12, 31)


def covered_visits(seen: pl.DataFrame, people: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Return which consent or exemption covers which visit.

    Columns: visit, user_hash, start_us, category, entry, forbidden (whether it covers forbidden classes too).
    """
    entries = register.filter(pl.col("register").is_in(["consent", "exemption"]))
    of_person = entries.filter(pl.col("user_hash").is_not_null()).with_columns(
        member_from=pl.lit(_LONG_AGO), member_until=pl.lit(_FAR_AHEAD)
    )
    members = (
        people.select(
            "user_hash",
            role="roles",
            member_from=pl.col("starts").fill_null(_LONG_AGO),
            member_until=pl.col("ends").fill_null(_FAR_AHEAD),
        )
        .explode("role", empty_as_null=False)
        .drop_nulls(["user_hash", "role"])
    )
    of_role = entries.filter(pl.col("user_hash").is_null()).drop("user_hash").join(members, on="role")
    named = pl.col("categories").list.len().fill_null(0) > 0
    return (
        seen.select("visit", "user_hash", "day", "start_us", "until_us", "category")
        .join(pl.concat([of_person, of_role], how="diagonal"), on="user_hash")
        .filter(
            (pl.col("start_us") < _microseconds("ends").fill_null(pl.Int64.max()))
            & (pl.col("until_us") > _microseconds("starts").fill_null(pl.Int64.min())),
            ~named | pl.col("categories").list.contains(pl.col("category")),
            pl.col("day").is_between("member_from", "member_until"),
        )
        .select(
            "visit",
            "user_hash",
            "start_us",
            "category",
            "entry",
            forbidden=named | (pl.col("register") == "exemption"),
        )
        .unique()
    )


def self_reported(found: pl.DataFrame, register: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return the cases (columns `case`, `entry`) of a class that the person reported in time."""
    near = timedelta(days=policy.self_report_days)
    reports = register.filter((pl.col("register") == "self_report") & pl.col("user_hash").is_not_null())
    named = pl.col("categories").list.len().fill_null(0) > 0
    return (
        found.filter(pl.col("category").is_not_null())
        .join(
            reports.select(
                "user_hash",
                "entry",
                "categories",
                since=_microseconds("starts", -near),
                until=_microseconds("ends", near),
            ),
            on="user_hash",
        )
        .filter(
            ~named | pl.col("categories").list.contains(pl.col("category")),
            pl.col("end_us") >= pl.col("since").fill_null(pl.Int64.min()),
            pl.col("start_us") <= pl.col("until").fill_null(pl.Int64.max()),
        )
        .select("case", "entry")
    )


def _microseconds(column: str, later: timedelta = timedelta(0)) -> pl.Expr:
    return (pl.col(column).cast(UTC_TIME) + later).to_physical()


def covering_entries(found: pl.DataFrame, covered: pl.DataFrame, forbidden_rules: list[str]) -> pl.DataFrame:
    """Return the entries (columns `case`, `entry`) that cover visits of each case."""
    strict = pl.col("rule_id").is_in(forbidden_rules)
    return (
        found.join(covered.rename({"start_us": "visit_us", "category": "visit_category"}), on="user_hash")
        .filter(
            pl.col("visit_us").is_between("start_us", "end_us"),
            pl.col("category").is_null() | (pl.col("category") == pl.col("visit_category")),
            ~strict | pl.col("forbidden"),
        )
        .select("case", "entry")
    )
