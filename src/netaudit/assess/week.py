"""Visits of one week become spells and findings under a policy."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl

from netaudit.assess.excuses import decided, excuses_of
from netaudit.assess.human_time import MINUTE_US, divided, minutes, people_visits
from netaudit.assess.rota import with_pattern
from netaudit.assess.routing import routed
from netaudit.assess.rules import judge, people_time
from netaudit.contracts import FINDINGS, PEOPLE, REGISTER, SPELLS, VISITS
from netaudit.definitions.policies import Policy

CLOSE = "the likely minutes break the rule, the proven minutes do not"
# Digits and capitals less those that are mistaken for one another (Crockford's base 32).
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one week's visits amount to under a policy."""

    spells: pl.DataFrame
    findings: pl.DataFrame


def assess(
    visits: pl.DataFrame,
    people: pl.DataFrame,
    register: pl.DataFrame,
    policy: Policy,
    downloads: pl.DataFrame | None = None,
    beside: pl.DataFrame | None = None,
) -> Assessment:
    """Return the spells of personal use and the broken rules of one week.

    A finding is `new` when the proven minutes (`minutes_low`) break the rule, `close` when only the likely
    ones do, and `excused` when register entries remove it; `status_reason` names these, `entries` all that cover any
    part of it. What people have decided makes it `confirmed` or `withdrawn`. Only visits that
    are attributed to a person count. Whoever is not in `people` has the policy's default pattern and no
    roles, and is not `listed`, unless `people` is empty: no directory misses nobody. A chain belongs to the week of
    its first visit, and is followed into the hours beside it that are given. The order of rows makes no difference.

    Args:
        visits: VISITS of one week.
        people: PEOPLE of that week; several rows of a person take effect by their `starts`.
        register: REGISTER of that week.
        policy: what counts as what, and what breaks it.
        downloads: DOWNLOADS of that week; None: none is known.
        beside: VISITS of the last hours before that week and the first after it, under its pseudonyms: they count in
            nothing but chains.

    Raises:
        ValueError: a table does not fit its contract.
        DefinitionError: somebody's working pattern is not in the policy.
    """
    people, register = PEOPLE.fit(people), REGISTER.fit(register)
    seen = people_visits(VISITS.fit(visits), policy, downloads, None if beside is None else VISITS.fit(beside))
    time = people_time(seen, people, register, policy)
    found = judge(time, policy).with_row_index("case")
    excuses = excuses_of(
        found, seen, people, register, policy, lambda left: judge(people_time(left, people, register, policy), policy)
    )
    found = found.join(excuses, on="case", how="left", maintain_order="left")
    findings = decided(_findings(found, people, policy), register)
    return Assessment(SPELLS.fit(time.spells.sort("event_start", "user_hash")), findings)


def _findings(found: pl.DataFrame, people: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    clauses = {rule.rule_id: rule.clause for rule in policy.rules}
    routes = {rule.rule_id: rule.route for rule in policy.rules}
    excused = pl.col("excuse").is_not_null()
    start, end = (
        pl.col(column).cast(pl.Datetime("us")).dt.replace_time_zone("UTC") for column in ("start_us", "end_us")
    )
    began = found.with_columns(shift_day=start.dt.convert_time_zone(policy.zone).dt.date())
    findings = with_pattern(began, people, policy).with_columns(
        finding_ids(found),
        clause=pl.col("rule_id").replace_strict(clauses, return_dtype=pl.String),
        route=pl.col("rule_id").replace_strict(routes, return_dtype=pl.String),
        event_start=start,
        event_end=end,
        minutes_low=minutes("low_us"),
        minutes=minutes("likely_us"),
        minutes_high=minutes("high_us"),
        core_minutes_low=minutes("core_low_us"),
        lunch_minutes=minutes("lunch_us"),
        span_minutes=divided(pl.col("end_us") - pl.col("start_us"), MINUTE_US),
        status=pl.when(excused).then(pl.lit("excused")).when("proven").then(pl.lit("new")).otherwise(pl.lit("close")),
        status_reason=pl.when(excused).then("excuse").when("proven").then(pl.lit("")).otherwise(pl.lit(CLOSE)),
    )
    findings = routed(findings, people, policy.zone)
    return FINDINGS.fit(findings.sort("event_start", "rule_id", "finding_id"))


def finding_ids(found: pl.DataFrame) -> pl.Series:
    """Return the number of each case: always the same for the same person, rule, start and class.

    A hash of the pseudonym is no more than the pseudonym: it falls with the week's key.
    """
    rows = found.select("user_hash", "rule_id", "start_us", pl.col("category").fill_null("")).iter_rows()
    return pl.Series("finding_id", ["F-" + _short("|".join(map(str, row))) for row in rows], pl.String)


def _short(text: str) -> str:
    number = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(0, 5 * _ID_LENGTH, 5))
