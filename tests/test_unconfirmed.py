"""What a single bulk list says, on its way from requests to figures: it weighs what a site without a class weighs."""

from __future__ import annotations

from datetime import timedelta

import assess_tables
import polars as pl
import protect_data as data
import pytest
import reconstruct_events as events
from hypothesis import given, settings
from hypothesis import strategies as st
from test_assess_laws import day_of_visits, outcome

from netaudit.contracts import EVENTS, VISITS
from netaudit.protect import SuppressionSettings
from netaudit.protect.provenance import KINDS, SITES, provenance

BET = "www.bets.example"
ALONE = {"category_source": "ut1", "category_confirmed": False}
SURE = {"category_source": "netaudit", "category_confirmed": True}


# --- Visits ------------------------------------------------------------------------------------------------


def classed(*said: dict[str, object]) -> list[tuple[object, ...]]:
    """Return who classed each visit of a morning on one site, a page every two minutes."""
    rows = [
        row
        for number, one in enumerate(said)
        for row in events.page_by_urls(f"10:{2 * number:02}", BET, "img.bets.example", f"page{number}", **one)
    ]
    visits = events.run(rows).visits.filter(site="bets.example")
    return visits.select("category_source", "category_confirmed").rows()


def test_a_visit_is_confirmed_only_if_all_that_a_person_asked_for_is() -> None:
    assert classed(SURE, SURE) == [("netaudit", True)]
    assert classed(ALONE, ALONE) == [("ut1", False)]
    assert classed(SURE, ALONE, SURE) == [("ut1", False)]
    assert classed(SURE, SURE, ALONE) == [("ut1", False)]
    assert classed(ALONE, SURE, SURE) == [("ut1", False)]
    assert classed(SURE, ALONE | {"category_source": "b"}, ALONE | {"category_source": "a"}) == [("b", False)]


def test_what_nobody_asked_for_is_not_looked_at() -> None:
    rows = events.page_by_urls("10:00", BET, "img.bets.example", "page", **SURE)
    rows = [row | ALONE if row["url_extension"] in ("css", "jpg") else row for row in rows]
    visits = events.run(rows).visits.filter(site="bets.example")
    assert visits.select("category_source", "category_confirmed").rows() == [("netaudit", True)]


def test_what_an_earlier_version_stored_is_confirmed() -> None:
    rows = events.page_by_urls("10:00", BET, "img.bets.example", "page")
    assert set(events.run(rows).visits["category_confirmed"]) == {True}
    old = events.table(rows).drop("category_source", "category_confirmed")
    assert EVENTS.completed(old).select("category_source", "category_confirmed").unique().rows() == [(None, True)]


@given(st.permutations(range(5)), st.lists(st.booleans(), min_size=5, max_size=5))
@settings(max_examples=15, deadline=None)
def test_the_order_of_lines_makes_no_difference(order: list[int], sure: list[bool]) -> None:
    rows = [
        events.fetch(
            f"10:0{number}", BET, f"page{number}", **(SURE if one else ALONE | {"category_source": f"l{number}"})
        )
        for number, one in enumerate(sure)
    ]
    (visit,) = events.run([rows[number] for number in order]).visits.iter_rows(named=True)
    doubtful = [f"l{number}" for number, one in enumerate(sure) if not one]
    assert visit["category_confirmed"] == (not doubtful)
    assert visit["category_source"] == (doubtful[0] if doubtful else "netaudit")


# --- Findings ----------------------------------------------------------------------------------------------


@given(day_of_visits(), st.data())
@settings(max_examples=60, deadline=None)
def test_it_weighs_what_a_site_without_a_class_weighs(rows: list[dict], draw: st.DataObject) -> None:
    sure = draw.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    shields = {"shielded"}
    alone = [
        row | {"category_confirmed": one or row["category"] in shields} for row, one in zip(rows, sure, strict=True)
    ]
    without = [
        row if one or row["category"] in shields else row | {"category": "uncategorised"}
        for row, one in zip(rows, sure, strict=True)
    ]
    first, second = outcome(alone), outcome(without)
    assert first.findings.equals(second.findings)
    assert first.spells.equals(second.spells)


@given(day_of_visits())
@settings(max_examples=20, deadline=None)
def test_nobody_is_accused_of_anything_where_nothing_is_confirmed(rows: list[dict]) -> None:
    assert outcome([row | {"category_confirmed": False} for row in rows]).findings.is_empty()


def test_a_shield_stays_up_whoever_raised_it() -> None:
    visit = assess_tables.visit("2026-03-10T10:00", "2026-03-10T12:00", "shielded", category_confirmed=False)
    assert outcome([visit]).findings.is_empty()
    assert outcome([visit]).spells.is_empty()


# --- Figures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_figures_count_it_as_a_site_without_a_class(seed: int) -> None:
    seen, found, staff = data.random_week(seed, {("Health", "North"): 40, ("Health", "South"): 25})
    doubtful = pl.Series(range(seen.height)) % 3 == 0
    alone = seen.with_columns(category_confirmed=~doubtful)
    without = seen.with_columns(category=pl.when(~doubtful).then("category").otherwise(pl.lit("uncategorised")))
    assert data.published(alone, staff, found).equals(data.published(without, staff, found))


def week(**people: int) -> pl.DataFrame:
    """VISITS of ten minutes on a site of each kind by so many people."""
    told = {
        "own": {"category_source": "netaudit"},
        "override": {"category_source": "overrides"},
        "earlier": {"category_source": None},
        "imported": {"category_source": "ut1"},
        "filter": {"category_source": "vendor/zscaler"},
        "unconfirmed": ALONE,
        "nobody": {"category": "uncategorised", "category_source": None},
    }
    rows = [
        data.visit(user, "news", site=f"{kind}.example", event_start=data.MONDAY + timedelta(hours=1)) | told[kind]
        for kind, count in people.items()
        for user in range(count)
    ]
    return data.visits({"category_confirmed": True} | row for row in rows)


def shares(**people: int) -> dict[str, int | None]:
    return dict(provenance(week(**people), data.USES, SuppressionSettings()).rows())


def test_shares_say_where_classes_come_from() -> None:
    found = shares(own=20, override=20, earlier=10, imported=20, filter=10, unconfirmed=10, nobody=10)
    assert found == {"own": 50, "imported": 20, "filter": 10, "unconfirmed": 10, "nobody": 10, SITES: None}
    assert list(found) == [*KINDS, SITES]


def test_kinds_of_few_people_stand_with_nobody() -> None:
    found = shares(own=60, imported=7, filter=20, nobody=20)
    assert found == {"own": 55, "imported": None, "filter": 20, "unconfirmed": None, "nobody": 25, SITES: None}


def test_of_two_shares_one_tells_the_other() -> None:
    hidden = dict.fromkeys((*KINDS, SITES))
    assert shares(own=60, imported=7) == hidden
    assert shares() == hidden
    assert shares(own=7) == hidden


def test_a_share_that_one_person_makes_up_is_hidden() -> None:
    seen = pl.concat([week(own=40, nobody=20), week(imported=8).with_columns(minutes=pl.col("user_hash") ** 6.0)])
    found = dict(provenance(seen, data.USES, SuppressionSettings()).rows())
    assert found["imported"] is None


def test_shielded_visits_and_those_of_nobody_in_particular_count_for_nothing() -> None:
    plain = week(own=40, nobody=20)
    hidden = week(imported=40).with_columns(category=pl.lit("shielded"))
    machine = week(filter=40).with_columns(attribution=pl.lit("machine"))
    assert provenance(pl.concat([plain, hidden, machine]), data.USES, SuppressionSettings()).equals(
        provenance(plain, data.USES, SuppressionSettings())
    )


@pytest.mark.parametrize(("sites", "told"), [(0, None), (7, None), (8, 10), (12, 10), (13, 15)])
def test_sites_that_are_not_confirmed_are_counted_roughly(sites: int, told: int | None) -> None:
    rows = [
        data.visit(user, "gambling", site=f"s{site}.example", **ALONE) for site in range(sites) for user in range(3)
    ]
    seen = VISITS.fit(data.visits(rows)) if rows else VISITS.empty()
    assert dict(provenance(seen, data.USES, SuppressionSettings()).rows())[SITES] == told
