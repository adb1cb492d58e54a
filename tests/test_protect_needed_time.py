"""Findings need time, some of it in core hours: their number must not prove somebody behind a hidden figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl
import protect_data as data
import pytest

from netaudit.definitions.policies import load_policy
from netaudit.protect import SuppressionSettings, clauses_of
from netaudit.protect.clauses import Clauses, needed_time
from netaudit.protect.needed_time import Needed

PAIR = ("7.2", "manager")
ALL_CLASSES = Clauses({"7.2": ("manager",)}, {}, {PAIR: data.CLASSES})
STAFF = {("Finance", "Payroll"): 60}


def with_needs(needed: Needed) -> Clauses:
    return replace(ALL_CLASSES, needed={PAIR: needed})


def clause(seen: list[dict], found: list[dict], clauses: Clauses) -> dict:
    table = data.published(data.visits(seen), data.people(STAFF), data.findings(found), clauses=clauses)
    return data.cell(table, "findings_by_clause", "Organisation", "7.2")


def in_all_classes(hidden: str) -> list[dict]:
    """Everybody at work, a glance of 30 people at each class but one, and over an hour of 7 people in that one."""
    seen = [data.visit(user, "business_nhs") for user in range(1, 61)]
    for number, name in enumerate(data.CLASSES):
        if name != hidden:
            glance = {"minutes_low": 0.0, "minutes": 0.5, "minutes_high": 12.0}
            seen += [data.visit(user, name, **glance) for user in range(1 + number, 31 + number)]
    long = {"minutes_low": 66.0, "minutes": 68.0, "minutes_high": 70.0}
    return [*seen, *(data.visit(user, hidden, **long) for user in range(1, 8))]


def test_so_much_time_must_have_been_in_a_hidden_class() -> None:
    """12 findings in a class that prints 10 people, 7 in a hidden one, no time in the others: 18 are too many."""
    hidden, other = data.CLASSES[:2]
    long = {"minutes_low": 66.0, "minutes": 68.0, "minutes_high": 70.0}
    seen = [one for one in in_all_classes(hidden) if one["category"] != other]
    seen += [data.visit(user, other, **long) for user in range(8, 20)]
    found = [data.finding(user, "7.2", "manager") for user in range(1, 20)]
    assert clause(seen, found, ALL_CLASSES)["people"] == 20
    assert clause(seen, found, with_needs(Needed(60.0)))["people"] is None
    assert clause(seen, found, with_needs(Needed(10.0)))["people"] is None  # nor is there for these
    assert clause(seen, found, with_needs(Needed(1.0)))["people"] == 20


def test_a_count_stays_where_the_classes_that_are_shown_have_time_for_it() -> None:
    other = data.CLASSES[1]
    long = {"minutes_low": 66.0, "minutes": 68.0, "minutes_high": 70.0}
    seen = in_all_classes(data.CLASSES[0]) + [data.visit(user, other, **long) for user in range(8, 30)]
    found = [data.finding(user, "7.2", "manager") for user in range(8, 28)]
    assert clause(seen, found, with_needs(Needed(60.0)))["people"] == 20


def test_so_many_people_must_have_been_there_in_a_hidden_hour() -> None:
    """30 findings need core time, of which 10 o'clock had 7 people and 11 o'clock 12."""
    name = data.CLASSES[0]
    seen = [data.visit(user, "business_nhs") for user in range(1, 61)]
    for hour, users in ((10, range(1, 8)), (11, range(8, 20)), (20, range(1, 41))):
        at = {"event_start": data.MONDAY + timedelta(hours=hour)}
        at["event_end"] = at["event_start"] + timedelta(minutes=10)
        seen += [data.visit(user, name, **at) for user in users]
    found = [data.finding(user, "7.2", "manager") for user in range(1, 20)]
    table = data.published(data.visits(seen), data.people(STAFF), data.findings(found), clauses=ALL_CLASSES)
    hours = table.filter(report="ig", table="time_by_hour").select("value", "people")
    assert hours.filter(pl.col("value").is_in(["10", "11"]))["people"].to_list() == [None, 10]
    assert clause(seen, found, ALL_CLASSES)["people"] == 20
    assert clause(seen, found, with_needs(Needed(0.0, ("10", "11"))))["people"] is None
    assert clause(seen, found, with_needs(Needed(0.0, ("11", "20"))))["people"] == 20


@pytest.mark.parametrize(("row", "minutes", "hours"), [("7.2", 60.0, "09 10 11 12 13 14 15 16"), ("7.4", 0.0, "")])
def test_what_findings_of_a_policy_need(row: str, minutes: float, hours: str) -> None:
    """Leeds: more than an hour, at least a minute of it from nine to five; of a forbidden class any time at all."""
    found = needed_time(clauses_of(load_policy("leeds")), SuppressionSettings())
    assert (found[row].minutes, list(found[row].hours)) == (minutes, hours.split())
    assert list(found[row].cells) == [f"{weekday}-{hour}" for weekday in range(1, 6) for hour in hours.split()]


def test_so_many_people_must_have_been_there_on_a_hidden_weekday() -> None:
    """20 findings need core time, of which Monday's ten o'clock had 12 people and Tuesday's 7 others."""
    seen = [data.visit(user, "business_nhs") for user in range(1, 61)]
    for weekday, users in ((0, range(1, 13)), (1, range(13, 20)), (5, range(1, 31))):
        start = data.MONDAY + timedelta(days=weekday, hours=10)
        at = {"event_start": start, "event_end": start + timedelta(minutes=10)}
        seen += [data.visit(user, data.CLASSES[0], **at) for user in users]
    found = [data.finding(user, "7.2", "manager") for user in range(1, 20)]
    table = data.published(data.visits(seen), data.people(STAFF), data.findings(found), clauses=ALL_CLASSES)
    cells = table.filter(table="time_by_weekday_hour", people=10)
    assert cells["value"].to_list() == ["1-10"]
    core = Needed(0.0, ("10",), ("1-10", "2-10"))
    assert clause(seen, found, with_needs(Needed(0.0, ("10",))))["people"] == 20
    assert clause(seen, found, with_needs(core))["people"] is None
    assert clause(seen, found, with_needs(core._replace(cells=("1-10", "2-10", "6-10"))))["people"] == 20


def test_an_hour_that_proves_somebody_on_a_hidden_weekday_is_hidden() -> None:
    """Twelve people on each of six days and six others on the seventh: 78 people are more than six times 12."""
    seen = [data.visit(user, "business_nhs") for user in range(1, 121)]
    for last, expected in ((78, None), (72, 70)):
        own = []
        for user in range(1, last + 1):
            start = data.MONDAY + timedelta(days=(user - 1) // 12, hours=10)
            at = {"event_start": start, "event_end": start + timedelta(minutes=10)}
            own.append(data.visit(user, data.CLASSES[user % 4], **at))
        table = data.published(data.visits([*seen, *own]), data.people({("Finance", "Payroll"): 120}))
        assert data.cell(table, "time_by_hour", "Organisation", "10")["people"] == expected
        shown = table.filter(~pl.col("suppressed"), table="time_by_weekday_hour")
        assert shown.height == (0 if expected is None else 6)
