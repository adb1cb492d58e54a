"""Who is above whom on a day, and whom a finding is for."""

from __future__ import annotations

import random
from datetime import date, timedelta

import polars as pl
import pytest
from assess_tables import people, register, visit, visits
from hypothesis import given
from hypothesis import strategies as st

from netaudit.assess import assess
from netaudit.definitions.managers import Above, ManagerTree, Place
from netaudit.definitions.policies import Policy, load_policy

DAY = date(2026, 3, 10)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)


def tree(*rows: tuple[str, str | None] | Place[str]) -> ManagerTree[str]:
    return ManagerTree(row if isinstance(row, Place) else Place(*row) for row in rows)


CHAIN = (("nurse", "sister"), ("sister", "matron"), ("matron", "chief"), ("chief", None))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(CHAIN, Above("manager", "sister"), id="the person's own manager"),
        pytest.param((("nurse", None),), Above("top"), id="nobody above"),
        pytest.param((), Above("unlisted"), id="not in the directory"),
        pytest.param((("nurse", "nurse"),), Above("circle"), id="above themself"),
        pytest.param((("nurse", "sister"), ("sister", "nurse")), Above("circle"), id="a circle of two"),
        pytest.param(
            (("nurse", "sister"), ("sister", "matron"), ("matron", "nurse")), Above("circle"), id="a circle of three"
        ),
        pytest.param(
            (("nurse", "sister"), ("sister", "matron"), ("matron", "sister")),
            Above("manager", "sister"),
            id="under a circle, but no part of it",
        ),
        pytest.param((("nurse", "ghost"),), Above("gap"), id="a manager whom no row has"),
        pytest.param(
            (("nurse", "sister"), Place("sister", "matron", None, BEFORE), ("matron", None)),
            Above("climbed", "matron"),
            id="the manager left the day before",
        ),
        pytest.param(
            (("nurse", "sister"), Place("sister", "matron", None, DAY), ("matron", None)),
            Above("manager", "sister"),
            id="the manager leaves at the end of this day",
        ),
        pytest.param(
            (("nurse", "sister"), Place("sister", "matron", AFTER), ("matron", None)),
            Above("climbed", "matron"),
            id="the manager comes tomorrow",
        ),
        pytest.param((("nurse", "sister"), Place("sister", None, None, BEFORE)), Above("gap"), id="the top has left"),
        pytest.param(
            (("nurse", "sister"), Place("sister", "ghost", None, BEFORE)), Above("gap"), id="a gap above a gap"
        ),
        pytest.param(
            (("nurse", "sister"), Place("sister", "nurse", None, BEFORE)),
            Above("circle"),
            id="whoever left was under the person: nobody gets their own finding",
        ),
        pytest.param(
            (Place("nurse", "sister", None, BEFORE), Place("nurse", "matron", DAY), ("sister", None), ("matron", None)),
            Above("manager", "matron"),
            id="moved on this day",
        ),
        pytest.param(
            (Place("nurse", "sister", None, DAY), Place("nurse", "matron", AFTER), ("sister", None), ("matron", None)),
            Above("manager", "sister"),
            id="moves tomorrow",
        ),
        pytest.param((Place("nurse", "sister", None, BEFORE), ("sister", None)), Above("unlisted"), id="has left"),
        pytest.param(
            (("nurse", "sister"), ("nurse", "matron"), ("sister", None), ("matron", None)),
            Above("unclear"),
            id="two managers at once",
        ),
        pytest.param(
            (("nurse", "sister"), Place("nurse", "matron", BEFORE, DAY), ("sister", None), ("matron", None)),
            Above("manager", "matron"),
            id="lent to another ward for two days",
        ),
        pytest.param(
            (("nurse", "sister"), Place("nurse", "matron", BEFORE, BEFORE), ("sister", None), ("matron", None)),
            Above("manager", "sister"),
            id="and back again",
        ),
    ],
)
def test_who_is_above(rows: tuple, expected: Above[str]) -> None:
    assert tree(*rows).above("nurse", DAY) == expected


@st.composite
def directories(draw: st.DrawFn) -> list[Place[int]]:
    days = st.none() | st.integers(-3, 3).map(lambda by: DAY + timedelta(days=by))
    rows = st.builds(Place, st.integers(0, 5), st.none() | st.integers(0, 7), days, days)
    return draw(st.lists(rows, max_size=12))


@given(directories(), st.integers(0, 99))
def test_nobody_gets_their_own_finding_nor_one_after_they_left(rows: list[Place[int]], seed: int) -> None:
    whole = ManagerTree(rows)
    mixed = rows.copy()
    random.Random(seed).shuffle(mixed)  # noqa: S311
    for person in range(6):
        above = whole.above(person, DAY)
        assert above == ManagerTree(mixed).above(person, DAY)
        assert above.manager != person
        assert person not in whole.chain(person, DAY)
        if above.manager is not None:
            there = [p for p in rows if p.person == above.manager]
            assert any((p.starts or DAY) <= DAY <= (p.ends or DAY) for p in there)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy("leeds")


def found(policy: Policy, staff: pl.DataFrame, entries: pl.DataFrame | None = None) -> dict[str, dict]:
    """What comes of two minutes of gambling and of extremism on a Tuesday by person 1, by rule."""
    seen = visits(
        visit("2026-03-10 10:00", "2026-03-10 10:02", "gambling"),
        visit("2026-03-10 11:00", "2026-03-10 11:02", "extremism"),
        visit("2026-03-10 12:00", "2026-03-10 12:02", "adult"),
        visit("2026-03-10 13:00", "2026-03-10 13:02", "vpn_proxy"),
    )
    table = assess(seen, staff, register() if entries is None else entries, policy).findings
    return {row["rule_id"]: row for row in table.to_dicts()}


def test_only_what_is_for_managers_is_ever_sent_elsewhere(policy: Policy) -> None:
    top = people({"user_hash": 1, "manager_hash": None}, {"user_hash": 2, "manager_hash": 1})
    rows = found(policy, top)
    assert rows["gambling"]["route"] == "hr"
    assert rows["gambling"]["route_reason"] == "Nobody in the staff directory is above this person."
    assert rows["gambling"]["recipient"] is None
    for rule, route in (("radicalisation", "safeguarding"), ("obscene", "hr"), ("vpn", "it")):
        assert (rows[rule]["route"], rows[rule]["route_reason"], rows[rule]["recipient"]) == (route, "", None)


def test_the_manager_in_effect_on_the_day_is_the_one(policy: Policy) -> None:
    moved = people(
        {"manager_hash": 2, "ends": BEFORE},
        {"manager_hash": 3, "starts": DAY},
        {"user_hash": 2},
        {"user_hash": 3, "manager_hash": 2},
    )
    row = found(policy, moved)["gambling"]
    assert (row["route"], row["route_reason"], row["recipient"]) == ("manager", "", 3)


def test_a_day_is_a_local_one(policy: Policy) -> None:
    # 00:30 in London on 2 June 2026 is still the first in UTC.
    moved = people(
        {"manager_hash": 2, "ends": date(2026, 6, 1)},
        {"manager_hash": 3, "starts": date(2026, 6, 2)},
        {"user_hash": 2},
        {"user_hash": 3},
    )
    seen = visits(visit("2026-06-01 23:30", "2026-06-01 23:33", "gambling"))
    (row,) = assess(seen, moved, register(), policy).findings.to_dicts()
    assert row["recipient"] == 3


def test_without_managers_in_the_directory_nothing_is_sent_elsewhere(policy: Policy) -> None:
    for staff in (people(), people({"user_hash": 1}, {"user_hash": 2})):
        row = found(policy, staff)["gambling"]
        assert (row["route"], row["recipient"]) == ("manager", None)
        assert row["route_reason"].startswith("The staff directory names no managers")
        assert not found(policy, staff)["radicalisation"]["route_reason"]


def test_whoever_is_not_in_the_directory_goes_to_human_resources(policy: Policy) -> None:
    row = found(policy, people({"user_hash": 2, "manager_hash": 3}, {"user_hash": 3}))["gambling"]
    assert (row["route"], row["recipient"]) == ("hr", None)
    assert "did not have this person" in row["route_reason"]
