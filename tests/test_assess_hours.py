"""What people's hours make of their visits: leave, movers, closure days, and clocks of other zones, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import polars as pl
import pytest
from assess_tables import people, register, utc, visit, visits

from netaudit.assess import assess
from netaudit.definitions.calendars import Hours, Lunch, Pattern
from netaudit.definitions.policies import Policy, load_policy

LEEDS = load_policy("leeds")
NINE_TO_FIVE = Hours(time(9), time(17))


def core(
    *rows: dict, team: tuple[dict, ...] = (), entries: tuple[dict, ...] = (), policy: Policy = LEEDS
) -> list[tuple]:
    """Return the proven minutes in core time outside lunch, and at lunch, of each chain."""
    spells = assess(visits(*rows), people(*team), register(*entries), policy).spells
    return spells.select("core_minutes_low", "lunch_minutes_low").rows()


def leave(start: str | None, end: str | None, user_hash: int = 1) -> dict:
    starts, ends = (None if moment is None else utc(moment) for moment in (start, end))
    return {"register": "leave", "entry": "leave.csv:2", "user_hash": user_hash, "starts": starts, "ends": ends}


MORNING = visit("2026-03-10T09:30", "2026-03-10T10:40")  # a Tuesday


def test_leave_is_own_time() -> None:
    assert core(MORNING) == [(70, 0)]
    assert core(MORNING, entries=(leave("2026-03-10T00:00", "2026-03-11T00:00"),)) == [(0, 0)]
    assert core(MORNING, entries=(leave("2026-03-09T00:00", "2026-03-10T00:00"),)) == [(70, 0)]
    assert core(MORNING, entries=(leave("2026-03-10T00:00", "2026-03-11T00:00", user_hash=2),)) == [(70, 0)]


def test_leave_of_half_a_day_and_of_an_hour() -> None:
    # until ten: 40 minutes are left; from half past ten: 60; both: from ten to half past, 30
    early, late = leave("2026-03-10T09:00", "2026-03-10T10:00"), leave("2026-03-10T10:30", "2026-03-10T17:00")
    assert core(MORNING, entries=(early,)) == [(40, 0)]
    assert core(MORNING, entries=(late,)) == [(60, 0)]
    assert core(MORNING, entries=(late, early)) == [(30, 0)]


def test_leave_that_overlaps_or_has_no_beginning_or_end() -> None:
    one, other = leave("2026-03-10T09:00", "2026-03-10T10:00"), leave("2026-03-10T09:50", "2026-03-10T10:10")
    inside = leave("2026-03-10T09:10", "2026-03-10T09:20")
    assert core(MORNING, entries=(one, other, inside)) == [(30, 0)]
    assert core(MORNING, entries=(leave(None, "2026-03-10T10:00"),)) == [(40, 0)]
    assert core(MORNING, entries=(leave("2026-03-10T10:00", None),)) == [(30, 0)]
    assert core(MORNING, entries=(leave("2026-03-10T11:00", "2026-03-10T09:00"),)) == [(70, 0)]  # ends before it starts


def test_leave_that_removes_the_core_time_of_a_chain_leaves_no_finding() -> None:
    table = visits(MORNING)
    for entries, statuses in (((), ["new"]), ((leave("2026-03-10T00:00", "2026-03-10T12:00"),), [])):
        assert assess(table, people(), register(*entries), LEEDS).findings["status"].to_list() == statuses


def test_a_mover_is_held_against_the_pattern_of_each_day() -> None:
    # nine to one, Monday to Wednesday, until Tuesday; from Wednesday on full time
    team = (
        {"pattern": "full_time", "starts": date(2026, 3, 11)},
        {"pattern": "part_time", "ends": date(2026, 3, 10)},
    )
    tuesday = visit("2026-03-10T14:30", "2026-03-10T15:40")
    wednesday = visit("2026-03-11T14:30", "2026-03-11T15:40")
    assert core(tuesday, wednesday, team=team) == [(0, 0), (70, 0)]
    found = assess(
        visits(tuesday, wednesday, visit("2026-03-10T09:10", "2026-03-10T10:20")), people(*team), register(), LEEDS
    )
    assert found.findings.select("pattern", "listed").rows() == [("part_time", True), ("full_time", True)]


def test_a_secondment_inside_a_longer_row_ends() -> None:
    team = ({"pattern": "part_time"}, {"pattern": "full_time", "starts": date(2026, 3, 9), "ends": date(2026, 3, 10)})
    rows = [visit(f"2026-03-{day}T14:30", f"2026-03-{day}T15:40") for day in ("10", "11")]
    assert core(*rows, team=team) == [(70, 0), (0, 0)]


def test_hours_that_two_shifts_of_a_mover_share_count_once() -> None:
    # Tuesday's night runs until seven on Wednesday, and the early pattern of Wednesday begins at six
    early = Pattern("early", "", {"wednesday": (Hours(time(6), time(14)),)}, None)
    policy = replace(LEEDS, patterns={**LEEDS.patterns, "early": early})
    team = ({"pattern": "nights", "ends": date(2026, 3, 10)}, {"pattern": "early", "starts": date(2026, 3, 11)})
    assert core(visit("2026-03-11T05:40", "2026-03-11T07:20"), team=team, policy=policy) == [(100, 0)]


@pytest.mark.parametrize(
    ("team", "listed"),
    [
        ((), True),  # there is no directory: nobody is missing from it
        (({"user_hash": 2},), False),
        (({"starts": date(2026, 3, 11)},), False),  # joined on the day after
        (({"ends": date(2026, 3, 9)},), False),  # left on the day before
        (({"starts": date(2026, 3, 10), "ends": date(2026, 3, 10)},), True),
    ],
)
def test_who_is_missing_from_the_directory_on_that_day_is_said_to_be(team: tuple[dict, ...], listed: bool) -> None:
    found = assess(visits(MORNING), people(*team), register(), LEEDS).findings
    assert found.select("pattern", "listed").rows() == [("full_time", listed)]


def test_a_finding_has_the_pattern_of_the_local_day_on_which_it_starts() -> None:
    # 23:30Z on 9 June is 00:30 of the 10th in London, on which the night pattern begins; two pages of a forbidden class
    team = ({"pattern": "nights", "starts": date(2026, 6, 10)}, {"pattern": "part_time", "ends": date(2026, 6, 9)})
    rows = [
        visit("2026-06-09T23:30", "2026-06-09T23:40", "gambling"),
        visit("2026-06-09T11:00", "2026-06-09T11:10", "dating"),
    ]
    found = assess(visits(*rows), people(*team), register(), LEEDS).findings
    assert found.select("rule_id", "pattern").rows() == [("dating", "part_time"), ("gambling", "nights")]


def test_a_pattern_without_hours_makes_all_time_one_s_own() -> None:
    policy = replace(LEEDS, patterns={"full_time": Pattern("full_time", "", {}, LEEDS.patterns["full_time"].lunch)})
    outcome = assess(visits(MORNING), people(), register(), policy)
    assert outcome.findings.is_empty()
    assert outcome.spells["core_minutes"].to_list() == [0]


def test_closure_days_are_off_for_everybody() -> None:
    policy = replace(LEEDS, closure_days={date(2026, 3, 10): "Audit"})
    assert core(MORNING, policy=policy) == [(0, 0)]
    # the night of the 9th runs into the closed day and is work; the night of the 10th does not begin
    nights = [visit("2026-03-10T05:00", "2026-03-10T06:10"), visit("2026-03-10T22:00", "2026-03-10T23:10")]
    assert core(*nights, team=({"pattern": "nights"},), policy=policy) == [(70, 0), (0, 0)]


def in_zone(zone: str, weekday: str, *hours: Hours, lunch: Lunch | None = None) -> Policy:
    pattern = Pattern("full_time", "", {weekday: hours}, lunch)
    return replace(LEEDS, zone=zone, patterns={"full_time": pattern})


@pytest.mark.parametrize(
    ("zone", "weekday", "hours", "start", "end", "expected"),
    [
        # Lord Howe, Saturday 3 October 2026, 21:00 at +10:30 = 10:30Z, until 03:00 at +11 = 16:00Z of the 3rd
        ("Australia/Lord_Howe", "saturday", Hours(time(21), time(3)), "2026-10-03T10:00", "2026-10-03T16:20", 330),
        # 4 April 2026, 21:00 at +11 = 10:00Z, until 03:00 at +10:30 = 16:30Z
        ("Australia/Lord_Howe", "saturday", Hours(time(21), time(3)), "2026-04-04T09:30", "2026-04-04T17:00", 390),
        # a Monday there, nine o'clock at +10:30, is 22:30Z of the Sunday
        ("Australia/Lord_Howe", "monday", NINE_TO_FIVE, "2026-07-05T22:00", "2026-07-05T23:30", 60),
        # Santiago, Sunday 6 September 2026: from a midnight that there is not to six at -3 = 04:00Z to 09:00Z
        ("America/Santiago", "sunday", Hours(time(0), time(6)), "2026-09-06T03:00", "2026-09-06T09:30", 300),
        # Apia had no 30 December 2011; Saturday the 31st, 09:00 at +14, is 19:00Z of the 30th
        ("Pacific/Apia", "saturday", NINE_TO_FIVE, "2011-12-30T18:30", "2011-12-30T20:00", 60),
        ("Pacific/Apia", "friday", NINE_TO_FIVE, "2011-12-30T08:00", "2011-12-31T12:00", 0),
        # a leap day, a Tuesday
        ("Europe/London", "tuesday", NINE_TO_FIVE, "2028-02-29T08:30", "2028-02-29T10:00", 60),
        # Friday 1 January 2027, in the 53rd week; leeds has it off
        ("Europe/London", "friday", NINE_TO_FIVE, "2027-01-01T10:00", "2027-01-01T11:30", 0),
        ("Europe/London", "thursday", Hours(time(21), time(7)), "2027-01-01T05:30", "2027-01-01T07:30", 90),
    ],
)
def test_core_minutes_are_elapsed_minutes_in_any_zone(
    zone: str, weekday: str, hours: Hours, start: str, end: str, expected: int
) -> None:
    assert core(visit(start, end), policy=in_zone(zone, weekday, hours)) == [(expected, 0)]


def test_the_minutes_of_a_chain_over_a_clock_change_are_those_that_pass() -> None:
    # 00:20 to 02:15 by the clock in London on 29 March are 55 minutes; on 25 October, 175 (00:20+1 to 02:15+0)
    spring, autumn = visit("2026-03-29T00:20", "2026-03-29T01:15"), visit("2026-10-24T23:20", "2026-10-25T02:15")
    for row, minutes, statuses in ((spring, 55, []), (autumn, 175, ["new"])):
        outcome = assess(visits(row), people({"pattern": "nights"}), register(), LEEDS)
        assert outcome.spells["minutes_low"].to_list() == [minutes]
        assert outcome.findings["status"].to_list() == statuses


def test_lunch_by_the_clock_of_its_zone() -> None:
    # Monday in Lord Howe on 5 October (+11): lunch from 12:00 to 12:30 is 01:00Z to 01:30Z
    policy = in_zone("Australia/Lord_Howe", "monday", NINE_TO_FIVE, lunch=Lunch(time(12), time(12, 30), 30, fixed=True))
    assert core(visit("2026-10-05T00:50", "2026-10-05T02:00"), policy=policy) == [(40, 30)]


def test_the_order_of_staff_and_leave_makes_no_difference() -> None:
    team = [{"pattern": "part_time", "ends": date(2026, 3, 10)}, {"pattern": "full_time", "starts": date(2026, 3, 11)}]
    entries = [leave("2026-03-10T09:00", "2026-03-10T10:00"), leave("2026-03-11T09:00", "2026-03-11T10:00")]
    rows = [MORNING, visit("2026-03-11T09:30", "2026-03-11T10:40")]
    outcomes = [
        assess(visits(*rows[::step]), people(*team[::step]), register(*entries[::step]), LEEDS) for step in (1, -1)
    ]
    assert outcomes[0].findings.equals(outcomes[1].findings)
    assert outcomes[0].spells.select(pl.col("core_minutes")).rows() == [(40,), (40,)]
