"""Laws that hold for any visits, and a second, minute-by-minute opinion on the one-hour rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import polars as pl
from assess_tables import people, register, visit, visits
from hypothesis import example, given, settings
from hypothesis import strategies as st

from netaudit.assess import Assessment, assess
from netaudit.definitions.policies import Policy, load_policy

LEEDS = load_policy("leeds")
TUESDAY = datetime(2026, 3, 10, tzinfo=UTC)
CATEGORIES = ("social_sharing", "news", "gambling", "business_nhs", "uncategorised", "shielded")


@st.composite
def day_of_visits(
    draw: st.DrawFn, categories: tuple[str, ...] = CATEGORIES, *, whole: bool = False, users: int = 2
) -> list[dict]:
    """Return visits of a day, one after another for each person, with or without doubt."""
    rows = []
    for user_hash in range(users):
        minute = draw(st.integers(7 * 60, 12 * 60))
        for _ in range(draw(st.integers(0, 12))):
            minute += draw(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 40]))
            lasts = draw(st.integers(1, 50))
            start, end = (TUESDAY + timedelta(minutes=at) for at in (minute, minute + lasts))
            share = 1.0 if whole else draw(st.sampled_from([0, 0.25, 0.5, 1]))
            rows.append(
                visit(
                    start.isoformat()[:19],
                    end.isoformat()[:19],
                    draw(st.sampled_from(categories)),
                    user_hash,
                    minutes_low=lasts * share,
                    minutes=lasts * (1 + share) / 2,
                    documents_allowed=draw(st.integers(0, 1)),
                    requests_blocked=draw(st.integers(0, 1)),
                )
            )
            minute += lasts
    return rows


def outcome(rows: list[dict], policy: Policy = LEEDS) -> Assessment:
    return assess(visits(*rows), people(), register(), policy)


def with_one_hour(**changes: float) -> Policy:
    return replace(LEEDS, one_hour=replace(LEEDS.one_hour, **changes))


def broken(policy: Policy, rows: list[dict]) -> set[tuple]:
    found = outcome(rows, policy).findings.filter((pl.col("rule_id") == "one_hour") & (pl.col("status") == "new"))
    return set(found.select("user_hash", "event_start", "event_end").rows())


@given(day_of_visits(), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_makes_no_difference(rows: list[dict], random: Random) -> None:
    shuffled = random.sample(rows, len(rows))
    first, second = outcome(rows), outcome(shuffled)
    assert first.findings.equals(second.findings)
    assert first.spells.equals(second.spells)


@given(day_of_visits(), st.sampled_from([20, 30, 45, 60]), st.sampled_from([0, 1, 15]))
@settings(max_examples=25, deadline=None)
def test_a_higher_limit_never_adds_a_finding(rows: list[dict], limit: int, more: int) -> None:
    low, high = with_one_hour(limit_minutes=limit), with_one_hour(limit_minutes=limit + more)
    # the break goes to chains over the limit first, so another limit may place it elsewhere: one person's day
    # is compared only by whether it has a finding at all
    assert {key[0] for key in broken(high, rows)} <= {key[0] for key in broken(low, rows)}


# 17 of 31 minutes in core time: 31 × (17 / 31) is a little less than 17 in floating point.
@example([visit("2026-03-10T08:46:00", "2026-03-10T09:17:00", "social_sharing", 1, minutes_low=31.0, minutes=31.0)])
@given(day_of_visits())
@settings(max_examples=30, deadline=None)
def test_the_figures_of_a_spell_fit_together(rows: list[dict]) -> None:
    spells = outcome(rows).spells
    ordered = {
        "core_minutes_low": "core_minutes",
        "core_minutes": "minutes",
        "lunch_minutes_low": "lunch_minutes",
        "lunch_minutes": "minutes",
        "minutes_low": "minutes",
        "minutes": "minutes_high",
    }
    for smaller, larger in ordered.items():
        assert (spells[smaller] <= spells[larger] + 1e-9).all(), (smaller, larger)
    assert (spells["core_minutes"] + spells["lunch_minutes"] <= spells["minutes"] + 1e-9).all()
    assert (spells["core_minutes_low"] + spells["lunch_minutes_low"] <= spells["minutes_low"] + 1e-9).all()
    assert (spells["minutes_low"] <= spells["span_minutes"] + 1e-9).all()
    assert (spells["lunch_minutes"] <= 60).all()


@given(day_of_visits())
@settings(max_examples=30, deadline=None)
def test_what_holds_at_half_the_tolerance_holds_and_what_holds_holds_at_double(rows: list[dict]) -> None:
    found = outcome(rows).findings.filter(pl.col("rule_id") == "one_hour")
    new = found.filter(pl.col("status") == "new")
    assert new["holds_at_double"].all()
    assert found.filter("holds_at_half")["status"].eq("new").all()


@given(day_of_visits())
@settings(max_examples=25, deadline=None)
def test_a_longer_tolerance_never_loses_a_person(rows: list[dict]) -> None:
    short, long = with_one_hour(tolerance_minutes=2), with_one_hour(tolerance_minutes=10)
    assert {key[0] for key in broken(short, rows)} <= {key[0] for key in broken(long, rows)}


@given(day_of_visits(), day_of_visits(users=1))
@settings(max_examples=15, deadline=None)
def test_other_people_make_no_difference(rows: list[dict], other: list[dict]) -> None:
    strangers = [{**row, "user_hash": 99} for row in other]
    own = pl.col("user_hash") != 99
    assert outcome(rows + strangers).findings.filter(own).equals(outcome(rows).findings)


def second_opinion(rows: list[dict], tolerance: int, limit: int) -> list[tuple[int, int, int, int]]:
    """Return start, end, active and core minutes of each chain that breaks the rule, minute by minute.

    For one person, proven minutes throughout, visits on whole minutes of a day on which core time is 09:00 to
    17:00. The break is tried at every minute.
    """
    personal = sorted(
        (
            round((row["event_start"] - TUESDAY).total_seconds() / 60),
            round((row["event_end"] - TUESDAY).total_seconds() / 60),
        )
        for row in rows
        if row["category"] in {"social_sharing", "gambling"}
    )
    chains: list[list[tuple[int, int]]] = []
    for start, end in personal:
        if chains and start - chains[-1][-1][1] <= tolerance:
            chains[-1].append((start, end))
        else:
            chains.append([(start, end)])
    active = [{minute for start, end in chain for minute in range(start, end)} for chain in chains]
    too_long = [chain for chain in active if len(chain) > limit]
    over, everything = set().union(*too_long), set().union(*active)
    at_work = set(range(9 * 60, 17 * 60))

    def gain(start: int) -> tuple[int, int, int]:
        covered = set(range(start, start + 60))
        findings = sum(bool(chain & (at_work - covered)) for chain in too_long)
        return -findings, len(covered & over), len(covered & everything)

    best = max(range(12 * 60, 13 * 60 + 1), key=lambda start: (*gain(start), -start))
    core = at_work - set(range(best, best + 60))
    return [
        (chain[0][0], max(end for _, end in chain), len(minutes), len(minutes & core))
        for chain, minutes in zip(chains, active, strict=True)
        if len(minutes) > limit and len(minutes & core) >= 1
    ]


@given(
    day_of_visits(("social_sharing", "gambling", "business_nhs", "uncategorised"), whole=True, users=1),
    st.sampled_from([2, 5, 10]),
    st.sampled_from([30, 60]),
)
@settings(max_examples=100, deadline=None)
def test_a_minute_by_minute_count_comes_to_the_same_findings(rows: list[dict], tolerance: int, limit: int) -> None:
    rows = [{**row, "documents_allowed": 1} for row in rows]
    # Any core time at all counts here: of a whole minute, the break would be placed to leave a second less.
    policy = with_one_hour(tolerance_minutes=tolerance, limit_minutes=limit, core_minutes=1e-4)
    found = outcome(rows, policy).findings.filter(pl.col("rule_id") == "one_hour")
    since = (pl.col("event_start", "event_end") - TUESDAY).dt.total_minutes()
    figures = found.select(since, pl.col("minutes_low", "core_minutes_low").round(2))
    assert figures.rows() == second_opinion(rows, tolerance, limit)
