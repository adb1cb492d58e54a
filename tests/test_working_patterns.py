"""Working patterns as they are written, and the hours that they stand for in real zones, worked out by hand."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from assess_tables import utc
from test_policies import SMALL, faults, write

from netaudit.definitions.calendars import BankHolidays, Hours, Lunch, Pattern, bank_holidays, instant, working_days
from netaudit.definitions.periods import day_bounds, days_of, period_of
from netaudit.definitions.policies import Policy, load_policy
from netaudit.definitions.policy_changes import read_changes
from netaudit.definitions.policy_words import core_hours

DAYS = '[patterns.days]\ntitle = "Mondays"\nmonday = [[09:00:00, 17:00:00]]\n'
NINE_TO_FIVE = (Hours(time(9), time(17)),)
LUNCH = "[time.lunch]\nearliest = 12:00:00\nlatest = 14:00:00\nminutes = 60\n"
assert DAYS in SMALL
assert LUNCH in SMALL


def small(folder: Path, pattern: str, **more: str) -> Policy:
    """Return the small policy with other patterns, and other tables in place of some of its own."""
    text = SMALL.replace(DAYS, pattern)
    for old, new in more.items():
        text = text.replace({"lunch": LUNCH, "zone": "[time]\n"}[old], new)
    return load_policy(write(folder, text))


def days(*lines: str) -> str:
    return "\n".join(["[patterns.days]", 'title = "Days"', *lines]) + "\n"


def core_minutes(pattern: Pattern, day: date, zone: str, whose: BankHolidays | None = None) -> float:
    """Return how many minutes of core time the pattern starts on a date."""
    working = working_days(pattern, [day], ZoneInfo(zone), whose)[day]
    return sum((end - start) / timedelta(minutes=1) for start, end in working.core)


# ------------------------------------------------------------------------------------------------- how they are written
@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("[[09:00:00, 17:00:00]]", NINE_TO_FIVE),
        ('"09:00-17:00"', NINE_TO_FIVE),
        ('" 9:00 – 17:00 "', NINE_TO_FIVE),
        ('"09:00:00-17:00:00"', NINE_TO_FIVE),
        ('["09:00-17:00"]', NINE_TO_FIVE),
        ('["09:00-12:00", "13:00-17:00"]', (Hours(time(9), time(12)), Hours(time(13), time(17)))),
        ('["09:00-12:00", [13:00:00, 17:00:00]]', (Hours(time(9), time(12)), Hours(time(13), time(17)))),
        ('"21:00-07:00"', (Hours(time(21), time(7)),)),
        ('"16:00-24:00"', (Hours(time(16), time(0)),)),
        ("[]", ()),
    ],
)
def test_hours_are_written_in_several_ways(tmp_path: Path, written: str, hours: tuple[Hours, ...]) -> None:
    assert small(tmp_path, days(f"monday = {written}")).patterns["days"].core == {"monday": hours}


@pytest.mark.parametrize(
    ("written", "lunch"),
    [
        ('"12:00-13:30"', Lunch(time(12), time(13, 30), 90, fixed=True)),
        ("{ earliest = 12:00:00, latest = 13:30:00 }", Lunch(time(12), time(13, 30), 90, fixed=True)),
        ('"23:30-00:15"', Lunch(time(23, 30), time(0, 15), 45, fixed=True)),
        ("{ earliest = 12:00:00, latest = 14:00:00, minutes = 30 }", Lunch(time(12), time(14), 30)),
        ("{ earliest = 12:00:00, latest = 14:00:00, minutes = 0 }", Lunch(time(12), time(14), 0)),
        ("false", None),
    ],
)
def test_lunch_is_written_in_several_ways(tmp_path: Path, written: str, lunch: Lunch | None) -> None:
    own = small(tmp_path, days('monday = "09:00-17:00"', f"lunch = {written}"))
    everybodys = small(tmp_path, days('monday = "09:00-17:00"'), lunch=f"lunch = {written}\n")
    assert own.patterns["days"].lunch == everybodys.patterns["days"].lunch == lunch


@pytest.mark.parametrize(
    ("text", "lunch"),
    [
        ("time.lunch=12:00-13:30", Lunch(time(12), time(13, 30), 90, fixed=True)),
        ("time.lunch=false", None),
        ("time.lunch.minutes=30", Lunch(time(12), time(14), 30)),
        ("patterns.days.lunch=12:15-12:45", Lunch(time(12, 15), time(12, 45), 30, fixed=True)),
    ],
)
def test_lunch_can_be_tried(tmp_path: Path, text: str, lunch: Lunch | None) -> None:
    changes = read_changes([text], "--set")
    assert load_policy(write(tmp_path, SMALL), changes=changes).patterns["days"].lunch == lunch


def test_hours_can_be_tried(tmp_path: Path) -> None:
    changes = read_changes(["patterns.days.friday=09:00-12:30"], "--set")
    tried = load_policy(write(tmp_path, SMALL), changes=changes).patterns["days"]
    assert tried.core == {"monday": NINE_TO_FIVE, "friday": (Hours(time(9), time(12, 30)),)}


FORTNIGHT = days(
    "first_week = 2026-01-05",
    'weeks = [{ monday = "09:00-17:00", friday = "09:00-17:00" }, { monday = "09:00-17:00" }]',
)


def test_a_cycle_of_weeks_goes_on_for_ever_and_back(tmp_path: Path) -> None:
    pattern = small(tmp_path, FORTNIGHT).patterns["days"]
    fridays = {
        date(2026, 1, 9): NINE_TO_FIVE,
        date(2026, 1, 16): (),
        date(2026, 1, 23): NINE_TO_FIVE,
        date(2026, 1, 2): (),  # the week before the first is a second one
        date(2025, 12, 26): NINE_TO_FIVE,
        date(2027, 1, 1): (),  # 28 December is 51 weeks after 5 January: a second week
        date(2027, 1, 8): NINE_TO_FIVE,
    }
    assert {day: pattern.hours_on(day) for day in fridays} == fridays
    assert pattern.hours_on(date(2026, 1, 12)) == NINE_TO_FIVE
    assert core_hours(small(tmp_path, FORTNIGHT)) == (9.0, 17.0)


def test_a_site_may_change_one_pattern_and_keeps_the_others(tmp_path: Path) -> None:
    write(tmp_path, SMALL, "base")
    own = [
        'extends = "base"',
        'id = "own"',
        "[time]",
        'lunch = "12:30-13:00"',
        "closure_days = [2026-12-29]",
        "[patterns.late]",
        'title = "Late"',
        'tuesday = "13:00-21:00"',
    ]
    policy = load_policy(write(tmp_path, "\n".join(own), "own"), [tmp_path])
    assert policy.patterns["days"].core == {"monday": NINE_TO_FIVE}
    assert policy.patterns["late"].core == {"tuesday": (Hours(time(13), time(21)),)}
    lunches = {pattern.lunch for pattern in policy.patterns.values()}
    assert lunches == {Lunch(time(12, 30), time(13), 30, fixed=True)}
    assert policy.closure_days == {date(2026, 12, 29): ""}


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (
            days('monday = "9-5"'),
            "'9-5' is no stretch of time\n --> small.toml: pattern 'days', monday\n  = help: write \"09:00-17:00\"",
        ),
        (days('monday = "09:00-25:00"'), "'09:00-25:00' is no stretch of time\n"),
        (days('monday = "24:00-07:00"'), "'24:00-07:00' is no stretch of time\n"),
        (days("monday = [09:00:00, 17:00:00]"), "not a start and an end\n --> small.toml: pattern 'days', monday\n"),
        (days("monday = 9"), "'monday' is not a list or text\n --> small.toml: pattern 'days'\n"),
        (
            days('monday = ["09:00-12:00", "11:00-17:00"]'),
            "the hours of monday run into the next\n --> small.toml: pattern 'days'\n",
        ),
        (
            days('weeks = [{ monday = "09:00-17:00" }]'),
            "'first_week' is missing\n --> small.toml: pattern 'days'\n  = help: add first_week = the Monday",
        ),
        (
            days("first_week = 2026-01-06", 'weeks = [{ monday = "09:00-17:00" }]'),
            (
                "first_week is a Tuesday\n --> small.toml: pattern 'days'\n"
                "  = help: weeks begin on Mondays: write 2026-01-05"
            ),
        ),
        (
            days("first_week = 2026-01-05", 'monday = "09:00-17:00"'),
            "there is a first week and no weeks\n --> small.toml: pattern 'days'\n",
        ),
        (days("first_week = 2026-01-05", "weeks = []"), "there are no weeks in it\n"),
        (
            days("first_week = 2026-01-05", 'monday = "09:00-17:00"', 'weeks = [{ friday = "09:00-17:00" }]'),
            "it has weekdays, and weeks as well\n --> small.toml: pattern 'days'\n",
        ),
        (
            days("first_week = 2026-01-05", 'weeks = [{ mondey = "09:00-17:00" }]'),
            "unknown key 'mondey'\n --> small.toml: pattern 'days', week 1\n  = help: did you mean 'monday'?",
        ),
        (
            days("first_week = 2026-01-05", 'weeks = [{ monday = "09:00-17:00" }, "off"]'),
            "not a table\n --> small.toml: pattern 'days', week 2\n",
        ),
        (  # the last night of the last week runs into the first day of the first
            days("first_week = 2026-01-05", 'weeks = [{ monday = "06:00-14:00" }, { sunday = "21:00-07:00" }]'),
            "the hours of sunday of week 2 run into the next\n --> small.toml: pattern 'days'\n",
        ),
        (
            days('monday = "09:00-17:00"', 'lunch = "noon"'),
            "'noon' is no stretch of time\n --> small.toml: pattern 'days', lunch\n",
        ),
        (days('monday = "09:00-17:00"', "lunch = true"), "lunch is true\n --> small.toml: pattern 'days', lunch\n"),
        (days('monday = "09:00-17:00"', 'lunch = "12:00-12:00"'), "lunch ends when it begins\n"),
        (
            days('monday = "09:00-17:00"', "lunch = { earliest = 12:00:00 }"),
            "'latest' is missing\n --> small.toml: pattern 'days', lunch\n",
        ),
        (
            days('monday = "09:00-17:00"', "lunch = { earliest = 12:00:00, latest = 13:00:00, minutes = -5 }"),
            "minutes is -5\n --> small.toml: pattern 'days', lunch\n",
        ),
        (
            days('monday = "09:00-17:00"', 'bank_holidays = { country = "GB", subdivision = "SC" }'),
            "country 'GB' has no subdivision 'SC'\n --> small.toml: pattern 'days', bank_holidays\n",
        ),
        (
            days('monday = "09:00-17:00"', "bank_holidays_off = false", 'bank_holidays = { country = "GB" }'),
            "it names bank holidays and works on them\n --> small.toml: pattern 'days'\n",
        ),
    ],
)
def test_a_fault_in_a_pattern_says_what_where_and_what_to_do(tmp_path: Path, pattern: str, message: str) -> None:
    assert faults(tmp_path, SMALL.replace(DAYS, pattern)).startswith(message)


@pytest.mark.parametrize("entry", ['"2026-12-29"', "2026-12-29T00:00:00", "29"])
def test_a_closure_day_that_is_no_date(tmp_path: Path, entry: str) -> None:
    text = SMALL.replace("[time]\n", f"[time]\nclosure_days = [2026-12-28, {entry}]\n")
    assert faults(tmp_path, text).startswith("not a date\n --> small.toml: [time] closure_days, entry 2\n")


# --------------------------------------------------------------------------------------------------------- days off
def year(number: int, part: str) -> set[str]:
    every = [date(number, 1, 1) + timedelta(days=one) for one in range(365)]
    return {f"{day:%m-%d}" for day in bank_holidays(BankHolidays("GB", part), every) if day.weekday() < 5}


# https://www.gov.uk/bank-holidays, working days only: substitutes, the jubilee, the state funeral, the coronation
ENGLAND_2022 = {"01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27"}
ENGLAND_2023 = {"01-02", "04-07", "04-10", "05-01", "05-08", "05-29", "08-28", "12-25", "12-26"}
ENGLAND_2026 = {"01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"}


@pytest.mark.parametrize(
    ("number", "part", "expected"),
    [
        (2022, "ENG", ENGLAND_2022),
        (2022, "WLS", ENGLAND_2022),
        (2022, "NIR", ENGLAND_2022 | {"03-17", "07-12"}),
        (2022, "SCT", ENGLAND_2022 - {"04-18", "08-29"} | {"01-04", "08-01", "11-30"}),
        (2023, "ENG", ENGLAND_2023),
        (2023, "WLS", ENGLAND_2023),
        (2023, "NIR", ENGLAND_2023 | {"03-17", "07-12"}),
        (2023, "SCT", ENGLAND_2023 - {"04-10", "08-28"} | {"01-03", "08-07", "11-30"}),
        (2026, "ENG", ENGLAND_2026),
        (2026, "WLS", ENGLAND_2026),
        (2026, "NIR", ENGLAND_2026 | {"03-17", "07-13"}),  # the 12th is a Sunday
    ],
)
def test_the_bank_holidays_of_each_nation(number: int, part: str, expected: set[str]) -> None:
    assert year(number, part) == expected


def test_saint_andrew_on_a_saturday_and_new_year_in_scotland() -> None:
    scotland = BankHolidays("GB", "SCT")
    asked = [date(2024, 12, 2), date(2026, 1, 2), date(2027, 1, 4), date(2026, 4, 6), date(2026, 8, 31)]
    assert bank_holidays(scotland, asked) == {date(2024, 12, 2), date(2026, 1, 2), date(2027, 1, 4)}


ENGLAND = BankHolidays("GB", "ENG")
EVERY_NIGHT = Pattern("", "", dict.fromkeys(("thursday", "friday"), (Hours(time(21), time(7)),)), None)


def test_a_night_is_a_bank_holidays_where_it_starts_on_one() -> None:
    # New Year's Eve 2026 is a Thursday: that night is work until seven in the morning of the holiday; the next is off.
    assert core_minutes(EVERY_NIGHT, date(2026, 12, 31), "Europe/London", ENGLAND) == 600
    assert core_minutes(EVERY_NIGHT, date(2027, 1, 1), "Europe/London", ENGLAND) == 0


def test_a_pattern_has_the_bank_holidays_of_its_own_nation(tmp_path: Path) -> None:
    text = SMALL.replace("[time]\n", '[time]\nbank_holidays = { country = "GB", subdivision = "ENG" }\n')
    scots = 'bank_holidays = { country = "GB", subdivision = "SCT" }'
    text = text.replace(DAYS, DAYS + days(scots, 'monday = "09:00-17:00"').replace("patterns.days", "patterns.scots"))
    policy = load_policy(write(tmp_path, text))
    easter, august = date(2026, 4, 6), date(2026, 8, 3)  # Mondays: in England alone, in Scotland alone
    for name, expected in (("days", [0, 480]), ("scots", [480, 0])):
        pattern = policy.patterns[name]
        assert [
            core_minutes(pattern, day, "Europe/London", policy.bank_holidays) for day in (easter, august)
        ] == expected


def test_closed_is_closed_for_who_works_on_bank_holidays_too(tmp_path: Path) -> None:
    closed = '[time]\nclosure_days = [2026-12-28, { day = 2026-03-09, title = "Moving house" }]\n'
    policy = small(tmp_path, days('monday = "09:00-17:00"', "bank_holidays_off = false"), zone=closed)
    assert policy.closure_days == {date(2026, 3, 9): "Moving house", date(2026, 12, 28): ""}
    asked = [date(2026, 3, 9), date(2026, 5, 25), date(2026, 12, 28)]
    hours = working_days(policy.patterns["days"], asked, ZoneInfo("Europe/London"), ENGLAND, policy.closure_days)
    assert [len(hours[day].core) for day in asked] == [0, 1, 0]
    assert hours[asked[0]].lunch is None


# ------------------------------------------------------------------------------------------------------- real clocks
NIGHTS = Pattern(
    "nights",
    "",
    dict.fromkeys(("thursday", "saturday", "sunday", "monday", "tuesday"), (Hours(time(21), time(7)),)),
    Lunch(time(1), time(4), 60),
)


@pytest.mark.parametrize(
    ("zone", "day", "minutes"),
    [
        ("Europe/London", date(2026, 3, 28), 540),  # one o'clock is two: an hour less
        ("Europe/London", date(2026, 10, 24), 660),  # two o'clock is one: an hour more
        ("Australia/Lord_Howe", date(2026, 4, 4), 630),  # 21:00 at +11 to 07:00 at +10:30
        ("Australia/Lord_Howe", date(2026, 10, 3), 570),  # 21:00 at +10:30 to 07:00 at +11
        ("America/Santiago", date(2026, 9, 5), 540),  # there is no midnight
        ("America/Santiago", date(2026, 4, 4), 660),  # eleven o'clock comes twice
        ("Asia/Beirut", date(2026, 3, 28), 540),  # there is no midnight
        ("Europe/London", date(2028, 2, 28), 600),  # into the leap day
        ("Europe/London", date(2028, 2, 29), 600),
        ("Pacific/Apia", date(2011, 12, 29), 180),  # midnight is that of the 31st; seven o'clock of the 30th never came
    ],
)
def test_a_night_has_as_many_minutes_as_pass(zone: str, day: date, minutes: int) -> None:
    assert core_minutes(NIGHTS, day, zone) == minutes


@pytest.mark.parametrize(
    ("zone", "day", "clock", "opening", "expected"),
    [
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), False, "2026-04-04T14:45"),  # the first showing, at +11
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), True, "2026-04-04T15:15"),  # the second, at +10:30
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), True, "2026-10-03T15:30"),  # skipped from 02:00 on
        ("America/Santiago", date(2026, 9, 6), time(0), True, "2026-09-06T04:00"),  # skipped: one o'clock at -3
        ("America/Santiago", date(2026, 4, 4), time(23, 30), True, "2026-04-05T03:30"),  # the second showing, at -4
        ("Asia/Beirut", date(2026, 3, 29), time(0, 30), True, "2026-03-28T22:00"),
    ],
)
def test_times_that_come_twice_or_never(zone: str, day: date, clock: time, opening: bool, expected: str) -> None:
    assert instant(day, clock, ZoneInfo(zone), opening=opening) == utc(expected)


def test_a_day_that_never_was_has_no_hours() -> None:
    fridays = Pattern("", "", {"friday": NINE_TO_FIVE}, Lunch(time(12), time(13), 60))
    never = date(2011, 12, 30)
    assert working_days(fridays, [never], ZoneInfo("Pacific/Apia"), None)[never].core == ()


@pytest.mark.parametrize(
    ("day", "lunch", "expected"),
    [
        # Clocks go back on 25 October: the hour from one o'clock comes twice, and all of it is in the band.
        (date(2026, 10, 24), Lunch(time(1), time(2), 60), ("2026-10-25T00:00", "2026-10-25T02:00", 60)),
        (date(2026, 10, 24), Lunch(time(1), time(2), 60, fixed=True), ("2026-10-25T00:00", "2026-10-25T02:00", 120)),
        (
            date(2026, 10, 24),
            Lunch(time(0, 30), time(1, 30), 60, fixed=True),
            ("2026-10-24T23:30", "2026-10-25T01:30", 120),
        ),
        # They go forward on 29 March: one o'clock is two.
        (date(2026, 3, 28), Lunch(time(1), time(4), 60), ("2026-03-29T01:00", "2026-03-29T03:00", 60)),
        (date(2026, 3, 28), Lunch(time(0), time(3), 180, fixed=True), ("2026-03-29T00:00", "2026-03-29T02:00", 120)),
        (date(2026, 3, 28), Lunch(time(1), time(2), 60), None),
    ],
)
def test_the_break_of_a_night_on_which_clocks_change(day: date, lunch: Lunch, expected: tuple | None) -> None:
    nights = Pattern("", "", NIGHTS.core, lunch)
    band = working_days(nights, [day], ZoneInfo("Europe/London"), None)[day].lunch
    if expected is None:
        assert band is None
    else:
        assert band == (utc(expected[0]), utc(expected[1]), timedelta(minutes=expected[2]))


def test_days_and_weeks_around_clock_changes_leap_days_and_new_year() -> None:
    assert day_bounds(date(2026, 3, 29), "Asia/Beirut") == (utc("2026-03-28T22:00"), utc("2026-03-29T21:00"))
    assert day_bounds(date(2026, 9, 6), "America/Santiago") == (utc("2026-09-06T04:00"), utc("2026-09-07T03:00"))
    assert day_bounds(date(2026, 4, 5), "Australia/Lord_Howe") == (utc("2026-04-04T13:00"), utc("2026-04-05T13:30"))
    assert period_of(date(2028, 2, 29)) == "2028-W09"
    assert {period_of(day) for day in (date(2026, 12, 28), date(2027, 1, 3))} == {"2026-W53"}
    assert days_of("2026-W53")[-1] == date(2027, 1, 3)
