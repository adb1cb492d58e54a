"""Civil time: clock changes, midnight, bank holidays and the lunch break, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from assess_tables import people, register, utc, visit, visits

from netaudit.assess import assess
from netaudit.definitions.calendars import (
    BankHolidays,
    Hours,
    Lunch,
    Pattern,
    bank_holidays,
    instant,
    working_day,
)
from netaudit.definitions.policies import Policy, load_policy

LEEDS = load_policy("leeds")
LONDON = ZoneInfo("Europe/London")


def spell(*rows: dict, pattern: str | None = None, policy: Policy = LEEDS) -> dict:
    (row,) = assess(visits(*rows), people({"pattern": pattern}), register(), policy).spells.to_dicts()
    return row


def core(*rows: dict, pattern: str | None = None, policy: Policy = LEEDS) -> tuple[float, float]:
    row = spell(*rows, pattern=pattern, policy=policy)
    return row["core_minutes_low"], row["lunch_minutes_low"]


@pytest.mark.parametrize(
    ("day", "clock", "opening", "expected"),
    [
        (date(2026, 3, 28), time(9), True, "2026-03-28T09:00"),  # GMT
        (date(2026, 3, 29), time(9), True, "2026-03-29T08:00"),  # BST since one o'clock
        (date(2026, 3, 29), time(1), True, "2026-03-29T01:00"),  # skipped: the moment of the change
        (date(2026, 3, 29), time(1, 30), True, "2026-03-29T01:00"),
        (date(2026, 3, 29), time(1, 30), False, "2026-03-29T01:00"),
        (date(2026, 3, 29), time(2), False, "2026-03-29T01:00"),
        (date(2026, 10, 25), time(1, 30), True, "2026-10-25T01:30"),  # repeated: opens at the second showing
        (date(2026, 10, 25), time(1, 30), False, "2026-10-25T00:30"),  # closes at the first
        (date(2026, 10, 25), time(2), True, "2026-10-25T02:00"),
        (date(2026, 10, 24), time(21), True, "2026-10-24T20:00"),
    ],
)
def test_wall_times_become_instants(day: date, clock: time, opening: bool, expected: str) -> None:
    assert instant(day, clock, LONDON, opening=opening) == utc(expected)


def test_core_time_starts_an_hour_earlier_by_utc_in_summer() -> None:
    # 07:50Z to 09:10Z. On Friday 27 March 2026 that is 07:50 to 09:10 GMT: ten minutes of core time.
    assert core(visit("2026-03-27T07:50", "2026-03-27T09:10")) == (10, 0)
    # On Monday 30 March it is 08:50 to 10:10 BST: seventy minutes of core time.
    assert core(visit("2026-03-30T07:50", "2026-03-30T09:10")) == (70, 0)
    # On Monday 26 October it is GMT again.
    assert core(visit("2026-10-26T07:50", "2026-10-26T09:10")) == (10, 0)


def test_the_night_on_which_clocks_go_forward_has_nine_hours() -> None:
    # Saturday 21:00 GMT = 21:00Z; Sunday 07:00 BST = 06:00Z: 540 minutes. The break of 60 minutes lies
    # between 01:00 (skipped: 01:00Z) and 04:00 BST (03:00Z), all of it inside the visit. 600 minutes proven.
    row = visit("2026-03-28T20:30", "2026-03-29T06:30", "social_sharing")
    assert core(row, pattern="nights") == (540 - 60, 60)


def test_the_night_on_which_clocks_go_back_has_eleven_hours() -> None:
    # Saturday 21:00 BST = 20:00Z; Sunday 07:00 GMT = 07:00Z: 660 minutes, less the break.
    row = visit("2026-10-24T19:30", "2026-10-25T07:30", "social_sharing")
    assert core(row, pattern="nights") == (660 - 60, 60)


def test_minutes_are_elapsed_minutes_on_a_clock_change() -> None:
    # 00:40 to 02:35 on the wall while the clock goes forward: 00:40Z to 01:35Z
    assert spell(visit("2026-03-29T00:40", "2026-03-29T01:35"), pattern="nights")["span_minutes"] == 55


def test_a_night_shift_belongs_to_the_date_it_starts_on() -> None:
    # Nights start on Monday, Tuesday, Wednesday and Saturday. Thursday 12 March 02:00 is Wednesday's shift,
    # Friday 13 March 02:00 is nobody's.
    assert core(visit("2026-03-12T04:30", "2026-03-12T05:40"), pattern="nights") == (70, 0)
    assert core(visit("2026-03-13T04:30", "2026-03-13T05:40"), pattern="nights") == (0, 0)


def test_a_break_in_a_night_shift_lies_after_midnight() -> None:
    # Tuesday 10 March: shift from 21:00, break between 01:00 and 04:00 of the 11th. 00:30 to 02:10 covers the
    # break from 01:00 to 02:00 in full: 30 + 10 minutes are left in core time.
    assert core(visit("2026-03-11T00:30", "2026-03-11T02:10"), pattern="nights") == (40, 60)


def test_chains_hold_across_midnight() -> None:
    rows = [
        visit("2026-03-10T23:20", "2026-03-10T23:59"),
        visit("2026-03-11T00:03", "2026-03-11T00:40"),
    ]
    assert spell(*rows, pattern="nights")["minutes_low"] == 76


def test_the_local_day_of_a_finding_is_not_the_day_in_utc() -> None:
    # 10 July, 23:30Z is 11 July, 00:30 BST: the same local day as 11 July, 10:00
    rows = [
        visit("2026-07-10T23:30", "2026-07-10T23:40", "gambling"),
        visit("2026-07-11T09:00", "2026-07-11T09:10", "gambling"),
    ]
    found = assess(visits(*rows), people(), register(), LEEDS).findings
    assert found["minutes_low"].to_list() == [20]


def test_bank_holidays_are_own_time_unless_the_pattern_works_them() -> None:
    # Monday 25 May 2026 is the spring bank holiday; the clock shows BST
    row = visit("2026-05-25T09:00", "2026-05-25T10:10")
    assert core(row) == (0, 0)
    assert core(visit("2026-05-26T09:00", "2026-05-26T10:10")) == (70, 0)
    night = visit("2026-05-25T21:00", "2026-05-25T22:10")
    assert core(night, pattern="nights") == (70, 0)


def test_substitute_days_and_other_nations() -> None:
    days = [date(2026, 12, 28), date(2026, 1, 2), date(2026, 8, 3), date(2026, 8, 31), date(2026, 3, 10)]
    assert bank_holidays(BankHolidays("GB", "ENG"), days) == {date(2026, 12, 28), date(2026, 8, 31)}
    assert bank_holidays(BankHolidays("GB", "SCT"), days) == {
        date(2026, 12, 28),
        date(2026, 1, 2),
        date(2026, 8, 3),
    }
    assert bank_holidays(None, days) == frozenset()


def test_lunch_is_placed_where_it_covers_most() -> None:
    # 12:00-12:20 and 12:50-13:40: a break from 12:00 covers 20 + 10, one from 12:40 (ending 13:40) covers 50
    rows = [
        visit("2026-03-10T12:00", "2026-03-10T12:20"),
        visit("2026-03-10T12:50", "2026-03-10T13:40", "travel"),
    ]
    spells = assess(visits(*rows), people(), register(), LEEDS).spells
    assert spells.select("core_minutes_low", "lunch_minutes_low").rows() == [(20, 0), (0, 50)]


def test_lunch_never_leaves_its_band() -> None:
    # 13:30-14:45: a break may end at 14:00 at the latest
    assert core(visit("2026-03-10T13:30", "2026-03-10T14:45")) == (45, 30)


def test_lunch_goes_to_the_chain_over_the_limit_first() -> None:
    # Core time from noon. 11:25-12:30 is 65 minutes, 30 of them in core time; 13:15-14:00 is short. Covering
    # the first spares the person a finding; covering the second covers more and spares nothing.
    noon = Pattern("noon", "From noon", {"tuesday": (Hours(time(12), time(18)),)}, LEEDS.patterns["full_time"].lunch)
    policy = replace(LEEDS, patterns={**LEEDS.patterns, "noon": noon})
    rows = [visit("2026-03-10T11:25", "2026-03-10T12:30"), visit("2026-03-10T13:15", "2026-03-10T14:00")]
    outcome = assess(visits(*rows), people({"pattern": "noon"}), register(), policy)
    assert outcome.spells["lunch_minutes"].to_list() == [30, 0]
    assert outcome.findings.is_empty()


def test_each_person_and_day_has_a_break_of_its_own() -> None:
    rows = [
        visit("2026-03-10T12:00", "2026-03-10T13:00"),
        visit("2026-03-11T13:00", "2026-03-11T14:00"),
        visit("2026-03-10T13:00", "2026-03-10T14:00", user_hash=2),
    ]
    spells = assess(visits(*rows), people(), register(), LEEDS).spells
    assert spells["core_minutes_low"].to_list() == [0, 0, 0]


def test_a_pattern_without_a_break_has_none() -> None:
    full_time = LEEDS.patterns["full_time"]
    for lunch in (None, Lunch(time(12), time(14), 0)):
        policy = replace(LEEDS, patterns={**LEEDS.patterns, "full_time": replace(full_time, lunch=lunch)})
        assert core(visit("2026-03-10T12:00", "2026-03-10T13:00"), policy=policy) == (60, 0)


def test_a_working_day_in_two_stretches() -> None:
    split = Pattern("split", "Split shift", {"tuesday": (Hours(time(7), time(10)), Hours(time(16), time(19)))}, None)
    day = working_day(split, date(2026, 3, 10), LONDON, off=False)
    assert day.core == (
        (datetime(2026, 3, 10, 7, tzinfo=UTC), datetime(2026, 3, 10, 10, tzinfo=UTC)),
        (datetime(2026, 3, 10, 16, tzinfo=UTC), datetime(2026, 3, 10, 19, tzinfo=UTC)),
    )
    policy = replace(LEEDS, patterns={"full_time": split})
    assert core(visit("2026-03-10T09:30", "2026-03-10T16:45"), policy=policy) == (75, 0)


def test_another_zone_moves_core_time() -> None:
    # 14:00Z to 15:10Z on 10 March is 10:00 to 11:10 in New York (on summer time since the 8th)
    row = visit("2026-03-10T12:30", "2026-03-10T13:40")
    assert core(row, policy=load_policy("leeds", zone="America/New_York")) == (40, 0)
