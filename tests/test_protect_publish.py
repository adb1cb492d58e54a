"""Worked by hand: what is printed of a week, and what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import protect_data as data
import pytest

from netaudit.contracts import FINDINGS, PEOPLE, PUBLISHED, VISITS
from netaudit.definitions.policies import load_policy
from netaudit.errors import DefinitionError
from netaudit.protect.clauses import Clauses, clauses_of, proven_classes, withheld_classes
from netaudit.protect.counting import HOURS
from netaudit.protect.suppression import SuppressionSettings
from netaudit.protect.units import staff_of

ONE_TEAM = {("Finance", "Payroll"): 40}


def _in_class(category: str, count: int, first: int = 1) -> list[dict[str, object]]:
    return [data.visit(user, category) for user in range(first, first + count)]


def _at_work(count: int) -> list[dict[str, object]]:
    return _in_class("business_nhs", count)


def test_eight_people_are_shown_and_seven_are_not() -> None:
    staff = data.people(ONE_TEAM)
    seen = data.visits([*_at_work(40), *_in_class("news", 8), *_in_class("webmail", 7), *_in_class("gambling", 7)])
    table = data.published(seen, staff)
    assert data.cell(table, "time_by_class", "Organisation", "news")["people"] == 10
    hidden = data.cell(table, "time_by_class", "Organisation", "webmail")
    assert hidden["suppressed"]
    assert [hidden[name] for name in ("people", "minutes_low", "minutes", "minutes_high")] == [None] * 4


def test_nought_cannot_be_told_from_seven() -> None:
    staff = data.people(ONE_TEAM)
    pages = [
        data.published(data.visits([*_at_work(40), *_in_class("news", 20), *_in_class("webmail", count)]), staff)
        for count in range(8)
    ]
    # The hours change with the webmail; everything else is the same page.
    pages = [page.filter(pl.col("table") != "time_by_hour") for page in pages]
    assert all(page.equals(pages[0]) for page in pages)


def test_counts_are_rounded_to_five_and_minutes_to_two_figures() -> None:
    staff = data.people(ONE_TEAM)
    seen = data.visits([*_at_work(40), *_in_class("news", 13), *_in_class("webmail", 22)])
    table = data.published(seen, staff)
    news = data.cell(table, "time_by_class", "Organisation", "news")
    # 13 people with 8, 10 and 12 minutes each: 104, 130 and 156.
    assert [news[name] for name in ("people", "minutes_low", "minutes", "minutes_high")] == [
        15,
        100,
        130,
        160,
    ]
    assert data.cell(table, "active_people", "Organisation", "active")["people"] == 40


@pytest.mark.parametrize(("count", "printed"), [(8, 10), (12, 10), (13, 15), (17, 15), (18, 20), (322, 320)])
def test_rounding_is_to_the_nearest_five(count: int, printed: int) -> None:
    assert data.SETTINGS.rounded(count) == printed


def test_spans_are_exactly_what_prints_alike() -> None:
    settings = data.SETTINGS
    for count in range(8, 500):
        low, high = settings.count_span(settings.rounded(count))
        alike = [other for other in range(8, 520) if settings.rounded(other) == settings.rounded(count)]
        assert (low, high) == (alike[0], alike[-1])
    tenths = range(25_000 * 10)
    spans: dict[int, list[int]] = {}
    for tenth in tenths:
        spans.setdefault(settings.rounded_minutes(tenth * 6_000), []).append(tenth)
    for printed, alike in list(spans.items())[:-1]:
        low, high = settings.minutes_span(printed)
        assert low == alike[0] / 10
        assert alike[-1] / 10 < high <= alike[-1] / 10 + 0.1001


def test_nine_in_ten_of_a_group_are_not_shown() -> None:
    staff = data.people(ONE_TEAM)
    shown, hidden = (
        data.published(data.visits([*_at_work(40), *_in_class("news", count)]), staff) for count in (34, 36)
    )
    assert data.cell(shown, "time_by_class", "Organisation", "news")["people"] == 35
    assert data.cell(hidden, "time_by_class", "Organisation", "news")["suppressed"]


def test_a_group_is_who_was_active_not_who_is_employed() -> None:
    staff = data.people(ONE_TEAM)
    table = data.published(data.visits([*_at_work(20), *_in_class("news", 19)]), staff)
    assert data.cell(table, "time_by_class", "Organisation", "news")["suppressed"]
    assert data.cell(table, "active_people", "Organisation", "active")["people"] == 20


def test_printed_figures_do_not_accuse_a_whole_team_either() -> None:
    # 9 of 12 are three in four, but would be printed as 10 of 10.
    staff = data.people({("Finance", "Payroll"): 12})
    table = data.published(data.visits([*_at_work(12), *_in_class("news", 9)]), staff)
    assert data.cell(table, "time_by_class", "Organisation", "news")["suppressed"]


def test_fewer_than_eight_active_hide_a_team_however_large_it_is() -> None:
    sizes = {("Finance", "Payroll"): 30, ("Finance", "Audit"): 30, ("Nursing", "Wards"): 60}
    staff = data.people(sizes)
    seen = data.visits([data.visit(user, "business_nhs") for user in (*range(1, 8), *range(31, 121))])
    table = data.published(seen, staff)
    assert table.filter(pl.col("unit") != "Organisation", value="active").is_empty()  # of units it is never printed
    assert data.cell(table, "active_people", "Payroll", "headcount")["people"] == 30
    assert table.filter(pl.col("value") != "headcount", unit="Payroll")["suppressed"].all()


def test_a_hidden_directorate_takes_a_second_with_it() -> None:
    sizes = {("Estates", "A"): 40, ("Finance", "B"): 50, ("Nursing", "C"): 60}
    staff = data.people(sizes)
    seen = data.visits([*_at_work(150), *_in_class("news", 3), *_in_class("news", 20, 41), *_in_class("news", 20, 91)])
    table = data.published(seen, staff)
    shown = {
        unit: data.cell(table, "time_by_class", unit, "news")["people"]
        for unit in ("Organisation", "Estates", "Finance", "Nursing")
    }
    assert shown == {"Organisation": 45, "Estates": None, "Finance": None, "Nursing": 20}


def test_one_person_with_most_of_the_minutes_hides_them() -> None:
    staff = data.people(ONE_TEAM)
    others = [row for name in ("gambling", "webmail", "social_sharing") for row in _in_class(name, 20)]
    others += _at_work(40)
    nine, heavy = _in_class("news", 9), {"minutes_low": 100.0, "minutes": 101.0, "minutes_high": 110.0}
    table = data.published(data.visits([*others, *nine, data.visit(10, "news", **heavy)]), staff)
    news = data.cell(table, "time_by_class", "Organisation", "news")
    # 101 of 191 minutes are one person's.
    assert (news["people"], news["minutes"], news["suppressed"]) == (10, None, False)
    # A second class goes without minutes, or all hours less the other classes would give these away.
    without = table.filter(
        pl.col("minutes").is_null() & ~pl.col("suppressed"),
        report="ig",
        table="time_by_class",
        unit="Organisation",
    )
    assert without.height == 2


def test_two_people_with_most_of_the_minutes_hide_them() -> None:
    staff = data.people(ONE_TEAM)
    others = [row for name in ("gambling", "webmail", "social_sharing") for row in _in_class(name, 20)]
    others += _at_work(40)
    for heavy, is_hidden in ((30.0, True), (20.0, False)):  # 60 of 76, and 40 of 56: under three quarters
        few = [data.visit(user, "news", minutes_low=2.0, minutes=2.0, minutes_high=2.0) for user in range(1, 9)]
        two = [data.visit(user, "news", minutes_low=heavy, minutes=heavy, minutes_high=heavy) for user in (9, 10)]
        table = data.published(data.visits([*others, *few, *two]), staff)
        assert (data.cell(table, "time_by_class", "Organisation", "news")["minutes"] is None) == is_hidden


def test_small_teams_become_other_teams() -> None:
    sizes = {("Finance", "A"): 4, ("Finance", "B"): 5, ("Finance", "C"): 20, ("Nursing", "D"): 30}
    tree = staff_of(data.people(sizes), data.PERIOD, 8).tree
    assert [(unit.level, unit.name, unit.headcount) for unit in tree.units] == [
        ("organisation", "Organisation", 59),
        ("directorate", "Finance", 29),
        ("directorate", "Nursing", 30),
        ("team", "C", 20),
        ("team", "Other teams, Finance", 9),
    ]


def test_a_rest_of_one_to_seven_takes_the_smallest_team_with_it() -> None:
    # Finance less Audit and Payroll would be the three of Treasury.
    sizes = {
        ("Finance", "Treasury"): 3,
        ("Finance", "Audit"): 12,
        ("Finance", "Payroll"): 15,
        ("Nursing", "D"): 30,
    }
    staff = staff_of(data.people(sizes), data.PERIOD, 8)
    assert [unit.name for unit in staff.tree.units if unit.level == "team"] == [
        "Other teams, Finance",
        "Payroll",
    ]
    assert [unit.headcount for unit in staff.tree.units if unit.level == "team"] == [15, 15]
    where = dict(staff.teams.select("team", "unit").iter_rows())
    assert where == {
        "Treasury": "Other teams, Finance",
        "Audit": "Other teams, Finance",
        "Payroll": "Payroll",
        "D": "Nursing",
    }


def test_a_directorate_that_is_too_small_rolls_up_to_the_organisation() -> None:
    sizes = {("Finance", "A"): 5, ("Nursing", "B"): 30}
    tree = staff_of(data.people(sizes), data.PERIOD, 8).tree
    # Neither directorate can be shown, and with 5 people in team A, neither can the teams.
    assert [unit.name for unit in tree.units] == ["Organisation"]


def test_people_without_a_team_or_directorate_are_never_a_unit_of_their_own() -> None:
    sizes = {("Finance", "A"): 10, ("Finance", None): 12, (None, None): 9, ("Nursing", "B"): 30}
    tree = staff_of(data.people(sizes), data.PERIOD, 8).tree
    assert [unit.name for unit in tree.units] == [
        "Organisation",
        "Finance",
        "Nursing",
        "Other directorates",
        "A",
        "Other teams, Finance",
    ]


def test_teams_stand_under_the_organisation_where_there_are_no_directorates() -> None:
    sizes = {(None, "A"): 10, (None, "B"): 12, (None, "C"): 9}
    tree = staff_of(data.people(sizes), data.PERIOD, 8).tree
    assert [(unit.name, unit.parent) for unit in tree.units] == [
        ("Organisation", None),
        ("A", 0),
        ("B", 0),
        ("C", 0),
    ]


def test_teams_of_one_name_are_told_apart() -> None:
    sizes = {(unit, "Admin"): 10 for unit in ("Finance", "Nursing")} | {
        (unit, "Rest"): 20 for unit in ("Finance", "Nursing")
    }
    names = [unit.name for unit in staff_of(data.people(sizes), data.PERIOD, 8).tree.units if unit.level == "team"]
    assert names == ["Admin, Finance", "Rest, Finance", "Admin, Nursing", "Rest, Nursing"]


def test_only_who_is_employed_in_the_week_is_counted() -> None:
    staff = data.people(ONE_TEAM).with_columns(
        starts=pl.Series([date(2026, 11, 23), date(2026, 11, 22)] + [None] * 38, dtype=pl.Date),
        ends=pl.Series([None] * 38 + [date(2026, 11, 15), date(2026, 11, 16)], dtype=pl.Date),
    )
    assert staff_of(staff, data.PERIOD, 8).tree.units[0].headcount == 38


def test_who_moved_within_the_week_is_counted_once_where_they_ended_up() -> None:
    staff = data.people({("Finance", "A"): 10, ("Nursing", "B"): 20})
    moved = staff.filter(user_hash=1).with_columns(
        directorate=pl.lit("Nursing"), team=pl.lit("B"), starts=date(2026, 11, 18)
    )
    for rows in ((staff, moved), (moved, staff)):
        tree = staff_of(pl.concat(rows), data.PERIOD, 8).tree
        assert [unit.headcount for unit in tree.units] == [30, 9, 21]


def test_every_row_is_always_there() -> None:
    sizes = {("Finance", "A"): 20, ("Finance", "B"): 20, ("Nursing", "C"): 30}
    staff = data.people(sizes)
    nothing = data.published(VISITS.empty(), staff)
    something = data.published(data.visits([*_at_work(70), *_in_class("news", 30)]), staff)
    keys = ["report", "table", "unit_level", "unit", "dimension", "value"]
    assert nothing.select(keys).equals(something.select(keys))
    assert nothing.filter(value="headcount")["suppressed"].any() is False
    assert nothing.filter(pl.col("value") != "headcount")["suppressed"].all()
    whole = something.filter(report="ig", unit="Organisation")
    values = {name: whole.filter(table=name)["value"].to_list() for name in whole["table"].unique()}
    assert values == {
        "active_people": ["active", "headcount"],
        "findings_by_clause": ["7.2", "7.4", "7.2 (hr)", "7.4 (hr)", "7.4 (safeguarding)", "9.1 (safeguarding)"],
        "time_by_class": ["gambling", "news", "social_sharing", "webmail"],
        "time_by_hour": list(HOURS),
        "time_by_weekday_hour": [f"{weekday}-{hour}" for weekday in range(1, 8) for hour in HOURS],
        "cases_by_status": ["new", "excused", "close", "confirmed", "withdrawn"],
    }


def test_managers_read_their_lowest_unit_and_nothing_of_safeguarding() -> None:
    sizes = {("Finance", "A"): 40, ("Finance", "B"): 40, ("Nursing", "C"): 60}
    staff = data.people(sizes)
    users = (*range(1, 21), *range(41, 61), *range(81, 111))
    found = data.findings(
        [data.finding(user, "7.4", "manager") for user in users]
        + [data.finding(user, "7.4", "safeguarding") for user in users]
        + [data.finding(user, "9.1", "safeguarding") for user in users]
    )
    table = data.published(data.visits(_at_work(140)), staff, found)
    managers = table.filter(report="managers")
    assert set(managers["unit"]) == {"A", "B", "Nursing"}
    assert set(managers["table"]) == {"active_people", "findings_by_clause", "time_by_class"}
    assert set(managers.filter(table="findings_by_clause")["value"]) == {"7.2", "7.4"}
    assert data.cell(table, "findings_by_clause", "A", "7.4", "managers")["people"] == 20
    # The same cell is the same figure in both reports: nothing to subtract.
    keys = ["table", "unit", "value"]
    both = managers.join(table.filter(report="ig"), on=keys, suffix="_ig")
    assert both.height == managers.height
    assert both["people"].eq_missing(both["people_ig"]).all()
    assert data.cell(table, "findings_by_clause", "A", "9.1 (safeguarding)")["people"] == 20


WITH_EXTREMISM = data.USES | {"extremism": "blocked"}


def test_managers_get_no_row_for_a_class_that_only_safeguarding_hears_of() -> None:
    sizes = {("Finance", "A"): 40, ("Finance", "B"): 40, ("Nursing", "C"): 60}
    seen = data.visits([*_at_work(140), *(row for first in (1, 41, 81) for row in _in_class("extremism", 20, first))])
    table = data.published(seen, data.people(sizes), uses=WITH_EXTREMISM)
    managers = table.filter(report="managers", table="time_by_class")
    assert set(managers["value"]) == set(data.CLASSES)
    # Hours are for IG alone where there are units, so IG may have the figures.
    assert data.cell(table, "time_by_class", "Organisation", "extremism")["people"] == 60
    assert data.cell(table, "time_by_class", "A", "extremism")["people"] == 20


def test_all_hours_less_the_classes_of_managers_are_not_the_withheld_class() -> None:
    own = [row for name in data.CLASSES for row in _in_class(name, 20)]
    staff = data.people(ONE_TEAM)
    for extra in ([], _in_class("extremism", 20, 21)):
        table = data.published(data.visits([*_at_work(40), *own, *extra]), staff, uses=WITH_EXTREMISM)
        managers = table.filter(report="managers")
        assert "time_by_hour" in set(managers["table"])
        assert "extremism" not in set(managers["value"])
        assert data.cell(table, "time_by_class", "Organisation", "extremism")["suppressed"]
        # Another class goes without minutes, so there is no difference to take.
        assert managers.filter(pl.col("minutes").is_null(), table="time_by_class").height == 1


def test_findings_that_are_excused_or_close_are_not_people_with_findings() -> None:
    staff = data.people(ONE_TEAM)
    found = data.findings(
        [data.finding(user, "7.2", "manager") for user in range(1, 11)]
        + [data.finding(user, "7.2", "manager", status="excused") for user in range(1, 21)]
        + [data.finding(user, "7.2", "manager", status="close") for user in range(1, 31)]
    )
    table = data.published(data.visits(_at_work(40)), staff, found)
    assert data.cell(table, "findings_by_clause", "Organisation", "7.2")["people"] == 10
    statuses = [
        data.cell(table, "cases_by_status", "Organisation", name)["people"] for name in ("new", "excused", "close")
    ]
    assert statuses == [10, 20, 30]


def test_a_person_with_many_findings_is_one_person() -> None:
    staff = data.people(ONE_TEAM)
    found = data.findings(data.finding(user % 7 + 1, "7.2", "manager", finding_id=f"F-{user}") for user in range(100))
    table = data.published(data.visits(_at_work(40)), staff, found)
    assert data.cell(table, "findings_by_clause", "Organisation", "7.2")["suppressed"]


def test_a_finding_of_an_unlisted_clause_is_refused() -> None:
    found = data.findings([data.finding(1, "8.2", "manager")])
    with pytest.raises(ValueError, match=r"clause 8\.2 by route manager"):
        data.published(data.visits(_at_work(40)), data.people(ONE_TEAM), found)


def test_an_open_week_is_for_the_governance_team_only() -> None:
    table = data.published(data.visits(_at_work(40)), data.people(ONE_TEAM), provisional=True)
    assert set(table["report"]) == {"ig"}
    assert table["provisional"].all()


def test_without_a_directory_there_is_the_organisation_alone() -> None:
    table = data.published(data.visits([*_at_work(30), *_in_class("news", 12)]), PEOPLE.empty())
    assert set(table["unit"]) == {"Organisation"}
    assert data.cell(table, "active_people", "Organisation", "headcount")["people"] == 30
    assert data.cell(table, "time_by_class", "Organisation", "news")["people"] == 10
    assert set(table["report"]) == {"ig", "managers"}


def test_nobody_at_all_is_a_page_of_marks() -> None:
    table = data.published(VISITS.empty(), PEOPLE.empty())
    assert table["suppressed"].all()
    assert table.schema == PUBLISHED.schema


def test_who_is_not_in_the_directory_is_not_counted() -> None:
    staff = data.people(ONE_TEAM)
    seen = [*_at_work(40), *_in_class("news", 10)]
    strangers = [data.visit(user, "news") for user in range(1000, 1050)]
    assert data.published(data.visits(seen + strangers), staff).equals(data.published(data.visits(seen), staff))


@pytest.mark.parametrize(
    "visit",
    [
        {"category": "shielded"},
        {"category": "special_helpline"},
        {"category": "special_religion"},  # the policy does not even know it
        {"attribution": "shared"},
        {"attribution": "none", "user_hash": None},
        {"kind": "background"},
        {"kind": "idle"},
        {"kind": "embedded"},
    ],
)
def test_what_must_not_count_changes_nothing(visit: dict[str, object]) -> None:
    staff = data.people(ONE_TEAM)
    seen = [*_at_work(20), *_in_class("news", 10)]
    extra = [data.visit(user, "news") | {"site": "canary.example"} | visit for user in range(11, 41)]
    extra = [row | {"user_hash": visit.get("user_hash", row["user_hash"])} for row in extra]
    with_them = data.published(data.visits(seen + extra), staff)
    assert with_them.equals(data.published(data.visits(seen), staff))


def test_a_policy_cannot_uncover_a_special_class() -> None:
    uses = data.USES | {"special_helpline": "personal", "shielded": "personal"}
    seen = data.visits([*_at_work(40), *_in_class("special_helpline", 20), *_in_class("shielded", 20)])
    table = data.published(seen, data.people(ONE_TEAM), uses=uses)
    assert not set(table["value"]) & {"special_helpline", "shielded"}
    assert table.filter(table="time_by_hour")["suppressed"].all()


def test_what_the_filter_stopped_is_nobodys_time() -> None:
    stopped = [data.visit(user, "gambling", documents_allowed=0, requests_blocked=3) for user in range(1, 21)]
    table = data.published(data.visits([*_at_work(40), *stopped]), data.people(ONE_TEAM))
    assert data.cell(table, "time_by_class", "Organisation", "gambling")["suppressed"]
    through = [row | {"documents_allowed": 1} for row in stopped]
    table = data.published(data.visits([*_at_work(40), *through]), data.people(ONE_TEAM))
    assert data.cell(table, "time_by_class", "Organisation", "gambling")["people"] == 20


def test_hours_are_local_and_a_visit_is_shared_out_over_them() -> None:
    # 26 October 2026 is the Monday after the clocks went back, 19 October the last in summer time.
    staff = data.people(ONE_TEAM)
    for day, hours in (
        (datetime(2026, 10, 19, tzinfo=UTC), ("11", "12")),
        (datetime(2026, 10, 26, tzinfo=UTC), ("10", "11")),
    ):
        start = day + timedelta(hours=10, minutes=45)
        long = {
            "event_start": start,
            "event_end": start + timedelta(minutes=60),
            "minutes_low": 60.0,
            "minutes": 60.0,
            "minutes_high": 60.0,
        }
        seen = [
            *_at_work(40),
            *(data.visit(user, category, **long) for user in range(1, 21) for category in ("news", "webmail")),
        ]
        table = data.published(data.visits(seen), staff)
        shown = table.filter(~pl.col("suppressed"), report="ig", table="time_by_hour")
        # 40 visits of an hour: 15 minutes of each in the first hour, 45 in the second.
        assert shown.select("value", "people", "minutes").rows() == [
            (hours[0], 20, 600),
            (hours[1], 20, 1800),
        ]
        cells = table.filter(~pl.col("suppressed"), report="ig", table="time_by_weekday_hour")
        # Monday's minutes beside the hour's would say that there were none on other days; 1,800 is less exact.
        assert cells.select("value", "people", "minutes").rows() == [
            (f"1-{hours[0]}", 20, None),
            (f"1-{hours[1]}", 20, 1800),
        ]


def test_both_hours_of_the_night_the_clocks_go_back_are_one() -> None:
    start = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # 01:00 summer time, for two hours until 02:00
    long = {
        "event_start": start,
        "event_end": start + timedelta(hours=2),
        "minutes_low": 120.0,
        "minutes": 120.0,
        "minutes_high": 120.0,
    }
    seen = [*_at_work(40), *(data.visit(user, "news", **long) for user in range(1, 11))]
    table = data.published(data.visits(seen), data.people(ONE_TEAM))
    assert data.cell(table, "time_by_hour", "Organisation", "01")["people"] == 10
    assert table.filter(~pl.col("suppressed"), report="ig", table="time_by_hour").height == 1


def test_an_hour_of_the_day_is_shared_out_over_its_weekdays() -> None:
    """20 people on Monday, 12 of them and 18 others on Tuesday: 38 in all, and twice the minutes of each."""
    tuesday = {
        "event_start": data.MONDAY + timedelta(days=1, hours=10),
        "event_end": data.MONDAY + timedelta(days=1, hours=10, minutes=10),
    }
    seen = [*_at_work(80), *(data.visit(user, "news") for user in range(1, 21))]
    seen += [data.visit(user, "news", **tuesday) for user in range(9, 39)]
    table = data.published(data.visits(seen), data.people({("Finance", "Payroll"): 80}))
    shown = table.filter(
        ~pl.col("suppressed"), pl.col("table").str.starts_with("time_by_"), pl.col("table") != "time_by_class"
    )
    assert shown.select("report", "table", "dimension", "value", "unit_level", "people", "minutes").rows() == [
        ("ig", "time_by_hour", "hour", "10", "organisation", 40, 500),
        ("ig", "time_by_weekday_hour", "weekday_hour", "1-10", "organisation", 20, None),
        ("ig", "time_by_weekday_hour", "weekday_hour", "2-10", "organisation", 30, 300),
        ("managers", "time_by_hour", "hour", "10", "organisation", 40, 500),
    ]  # 500 less 200 and 300 would be the five other days


def test_a_visit_across_midnight_is_on_both_days() -> None:
    over = {
        "event_start": data.MONDAY + timedelta(hours=23, minutes=50),
        "event_end": data.MONDAY + timedelta(hours=24, minutes=10),
    }
    seen = [*_at_work(80), *(data.visit(user, "news", **over) for user in range(1, 21))]
    table = data.published(data.visits(seen), data.people({("Finance", "Payroll"): 80}))
    shown = table.filter(~pl.col("suppressed"), table="time_by_weekday_hour")
    assert shown.select("value", "people").rows() == [("1-23", 20), ("2-00", 20)]


def test_a_visit_without_length_is_in_the_hour_it_starts() -> None:
    at = {"event_start": data.MONDAY + timedelta(hours=10), "event_end": data.MONDAY + timedelta(hours=10)}
    seen = [*_at_work(40), *(data.visit(user, "news", **at) for user in range(1, 11))]
    table = data.published(data.visits(seen), data.people(ONE_TEAM))
    assert data.cell(table, "time_by_hour", "Organisation", "10")["people"] == 10


def test_settings_may_be_stricter_and_never_looser() -> None:
    SuppressionSettings(threshold=10, unit_size=20, saturation=0.8)
    with pytest.raises(DefinitionError) as caught:
        SuppressionSettings(threshold=5, base=3, saturation=0.95, minutes_base=1)
    assert len(caught.value.problems) == 4


def test_units_are_no_smaller_than_the_threshold() -> None:
    assert [SuppressionSettings(threshold=number).unit_size for number in (8, 12)] == [8, 12]
    assert SuppressionSettings(unit_size=20).unit_size == 20
    with pytest.raises(DefinitionError, match="unit_size is 9"):
        SuppressionSettings(threshold=10, unit_size=9)


def test_a_larger_threshold_is_kept() -> None:
    settings = SuppressionSettings(threshold=10)
    seen = data.visits([*_at_work(40), *_in_class("news", 9), *_in_class("webmail", 10)])
    table = data.published(seen, data.people(ONE_TEAM), settings=settings)
    assert data.cell(table, "time_by_class", "Organisation", "news")["suppressed"]
    assert not data.cell(table, "time_by_class", "Organisation", "webmail")["suppressed"]


def test_the_clauses_of_a_policy_come_with_the_routes_of_their_rules() -> None:
    policy = load_policy("leeds")
    clauses = clauses_of(policy)
    assert "safeguarding" in clauses.routes["7.4"]
    assert clauses.routes["7.2"] == ("hr", "manager")  # the bandwidth rule is off until a limit is set
    assert set(clauses.routes) <= set(policy.clauses)
    assert clauses.classes["extremism"] == ("safeguarding",)
    assert clauses.classes["streaming_media"] == ("manager",)  # though its rule is off as well
    withheld = withheld_classes(clauses, data.SETTINGS)
    assert withheld >= {"extremism", "grooming_risk_chat", "adult", "vpn_proxy"}
    assert not withheld & {"gambling", "streaming_media"}
    shared = Clauses({}, {"extremism": ("manager", "safeguarding"), "vpn_proxy": ("fraud", "safeguarding")})
    assert withheld_classes(shared, data.SETTINGS) == {"vpn_proxy"}


def test_a_clause_proves_classes_unless_a_finding_may_be_no_time_there() -> None:
    policy = load_policy("leeds")
    clauses = clauses_of(policy)
    assert clauses.within["7.4", "safeguarding"] == ("extremism", "grooming_risk_chat")
    assert clauses.within["7.2", "manager"] == policy.categories_used_as("personal", "blocked")
    tried = [
        replace(rule, on=True, limit=3.0) if rule.rule_id == "attempts_safeguarding" else rule for rule in policy.rules
    ]
    attempts = clauses_of(replace(policy, rules=tuple(tried)))
    assert ("7.4", "safeguarding") not in attempts.within
    shown = ("extremism", "gambling", "news")
    proven = proven_classes(clauses, shown, data.SETTINGS)
    assert proven["7.2"] == set(shown)
    assert proven["7.4 (safeguarding)"] == {"extremism"}
    assert "7.4 (safeguarding)" not in proven_classes(attempts, shown, data.SETTINGS)


def test_a_shown_clause_does_not_prove_somebody_in_a_hidden_class() -> None:
    # Whoever has such a finding was in that class: 18 findings would show that somebody was there.
    staff = data.people(ONE_TEAM)
    seen = data.visits([*_at_work(40), *_in_class("news", 20), *_in_class("social_sharing", 38)])
    found = data.findings([data.finding(user, "7.4", "safeguarding") for user in range(1, 21)])
    table = data.published(seen, staff, found, clauses=data.PROVING)
    assert data.cell(table, "time_by_class", "Organisation", "social_sharing")["suppressed"]  # nearly everybody
    assert data.cell(table, "findings_by_clause", "Organisation", "7.4 (safeguarding)")["suppressed"]
    table = data.published(seen, staff, found)  # where the policy does not say so, it stays
    assert data.cell(table, "findings_by_clause", "Organisation", "7.4 (safeguarding)")["people"] == 20


def test_held_active_people_hide_every_count() -> None:
    held = {("active_people", "active", "organisation", "Organisation")}
    table = data.published(data.visits([*_at_work(40), *_in_class("news", 20)]), data.people(ONE_TEAM), held=held)
    assert table.filter(pl.col("value") != "headcount")["suppressed"].all()


def test_a_shuffled_week_prints_the_same_bytes() -> None:
    sizes = {
        ("Finance", "A"): 14,
        ("Finance", "B"): 9,
        ("Nursing", "C"): 30,
        ("Nursing", "D"): 5,
        ("Nursing", "E"): 11,
    }
    seen, found, staff = data.random_week(7, sizes)
    first = data.published(seen, staff, found)
    generator = np.random.default_rng(1)
    for _ in range(5):
        again = data.published(*(frame[generator.permutation(frame.height)] for frame in (seen, staff, found)))
        assert again.equals(first)
        assert again.write_csv() == first.write_csv()


def test_text_columns_may_be_categorical() -> None:
    sizes = {("Finance", "A"): 14, ("Nursing", "C"): 30}
    seen, found, staff = data.random_week(3, sizes)
    thin = [
        frame.with_columns(pl.col(pl.String).cast(pl.Categorical))
        for frame in (VISITS.fit(seen), staff, FINDINGS.fit(found))
    ]
    assert data.published(*thin).equals(data.published(seen, staff, found))


def test_what_is_held_back_is_hidden_and_protected() -> None:
    sizes = {("Estates", "A"): 40, ("Finance", "B"): 50, ("Nursing", "C"): 60}
    seen = data.visits([*_at_work(150), *(row for first in (1, 41, 91) for row in _in_class("news", 20, first))])
    held = {("time_by_class", "news", "directorate", "Estates"), ("time_by_class", "news", "team", "Unheard of")}
    table = data.published(seen, data.people(sizes), held=held)
    shown = {
        unit: data.cell(table, "time_by_class", unit, "news")["people"]
        for unit in ("Organisation", "Estates", "Finance", "Nursing")
    }
    assert shown == {"Organisation": 60, "Estates": None, "Finance": None, "Nursing": 20}
    for name in ("time_by_hour", "cases_by_status"):
        held_too = data.published(seen, data.people(sizes), held={(name, "10", "organisation", "Organisation")})
        assert data.cell(held_too, "time_by_class", "Organisation", "news")["people"] == 60
        assert held_too.filter(table="time_by_hour", value="10", suppressed=name == "time_by_hour").height == 1
