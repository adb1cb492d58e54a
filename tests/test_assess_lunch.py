"""Lunch: placed where it favours the person most, against a count that tries every minute."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import polars as pl
import pytest
from assess_tables import people, register, visit, visits
from hypothesis import example, given, settings
from hypothesis import strategies as st

from netaudit.assess import REQUESTS, assess, case_tables
from netaudit.definitions.calendars import Hours, Lunch, Pattern
from netaudit.definitions.policies import Policy, load_policy

LEEDS = load_policy("leeds")
TUESDAY = datetime(2026, 3, 10, tzinfo=UTC)
FLEXIBLE = Lunch(time(12), time(14), 60)
ONE_HOUR = LEEDS.rule("one_hour")
CORE_TIME = replace(LEEDS.rule("core_time"), on=True, limit=20)


def clock(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def pattern(name: str, core: tuple[int, int], lunch: Lunch | None) -> Pattern:
    hours = (Hours(clock(core[0]), clock(core[1])),)
    return Pattern(name, "", dict.fromkeys(("monday", "tuesday", "wednesday"), hours), lunch)


def with_patterns(patterns: Iterable[Pattern], *rules: object, limit: float = 60, core_minutes: float = 1) -> Policy:
    every = {one.name: one for one in patterns}
    one_hour = replace(LEEDS.one_hour, limit_minutes=limit, core_minutes=core_minutes)
    return replace(
        LEEDS, patterns=every, default_pattern=next(iter(every)), one_hour=one_hour, rules=rules or (ONE_HOUR,)
    )


def counts(rows: list[dict], patterns: list[Pattern], *rules: object, **settings_: float) -> list[tuple[int, int]]:
    """Return how many findings are proven, and how many there are at all, for the same visits under each pattern."""
    policy = with_patterns(patterns, *rules, **settings_)
    copies = [{**row, "user_hash": number} for number in range(len(patterns)) for row in rows]
    team = people(*({"user_hash": number, "pattern": one.name} for number, one in enumerate(patterns)))
    found = assess(visits(*copies), team, register(), policy).findings
    per = {
        number: (own.filter(pl.col("status") == "new").height, own.height)
        for (number,), own in found.group_by("user_hash")
    }
    return [per.get(number, (0, 0)) for number in range(len(patterns))]


@st.composite
def chains(draw: st.DrawFn, begins: int = 10 * 60, until: int = 16 * 60) -> list[dict]:
    """Return visits on whole minutes around noon, proven in full, in part or not at all."""
    rows = []
    minute = begins + draw(st.integers(0, 90))
    while minute < until and len(rows) < 12:
        lasts = draw(st.sampled_from([1, 5, 10, 20, 25, 30, 31, 45, 61, 70]))
        share = draw(st.sampled_from([0, 0.5, 0.8, 1, 1, 1]))
        start, end = (TUESDAY + timedelta(minutes=at) for at in (minute, minute + lasts))
        category = draw(
            st.sampled_from(["social_sharing", "social_sharing", "travel", "business_nhs", "uncategorised"])
        )
        proven = {"minutes_low": lasts * share, "minutes": lasts * (1 + share) / 2}
        rows.append(visit(start.isoformat()[:19], end.isoformat()[:19], category, **proven))
        minute += lasts + draw(st.sampled_from([0, 0, 2, 5, 6, 15, 40]))
    return rows


def placements(core: tuple[int, int], band: tuple[int, int], minutes: int) -> list[Pattern]:
    """Return a flexible break first, then one for each minute at which it may begin."""
    first = pattern("flexible", core, Lunch(clock(band[0]), clock(band[1]), minutes))
    return [first] + [
        pattern(f"at {start}", core, Lunch(clock(start), clock(start + minutes), minutes, fixed=True))
        for start in range(band[0], band[1] - minutes + 1)
    ]


def at(start: str, end: str, **other: object) -> dict:
    return visit(f"2026-03-10T{start}", f"2026-03-10T{end}", **other)


# Of each chain 61 minutes are proven in 65, of which 25 lie in core time (12:00-13:20): 21 proven there. A break of 75
# minutes spares the first only if it begins before 12:05, and the second only if it ends after 13:15.
@example(
    [at("11:20", "12:25", minutes_low=61.0), at("12:55", "14:00", minutes_low=61.0)],
    (12 * 60, 13 * 60 + 20),
    (11 * 60, 14 * 60),
    75,
    60,
)
@given(
    chains(),
    st.sampled_from([(9 * 60, 17 * 60), (12 * 60, 18 * 60), (9 * 60, 13 * 60), (12 * 60, 13 * 60 + 30)]),
    st.sampled_from([(12 * 60, 14 * 60), (11 * 60 + 30, 13 * 60), (12 * 60, 13 * 60)]),
    st.sampled_from([30, 45, 60]),
    st.sampled_from([30, 60]),
)
@settings(max_examples=60, deadline=None)
def test_no_minute_for_lunch_would_give_fewer_findings(
    rows: list[dict], core: tuple[int, int], band: tuple[int, int], minutes: int, limit: int
) -> None:
    for rules in ((ONE_HOUR,), (CORE_TIME,), (ONE_HOUR, CORE_TIME)):
        placed, *tried = counts(rows, placements(core, band, minutes), *rules, limit=limit)
        assert placed <= min(tried)


@given(chains(19 * 60, 34 * 60), st.sampled_from([20, 60]))
@settings(max_examples=25, deadline=None)
def test_nor_for_a_break_in_a_night(rows: list[dict], limit: int) -> None:
    core, band = (21 * 60, 7 * 60), (23 * 60, 27 * 60)
    placed, *tried = counts(rows, placements(core, band, 60), limit=limit)
    assert placed <= min(tried)


@given(chains(), st.integers(0, 60), st.integers(0, 60), st.integers(0, 30))
@settings(max_examples=40, deadline=None)
def test_a_wider_band_or_a_longer_break_never_adds_a_finding(
    rows: list[dict], earlier: int, later: int, longer: int
) -> None:
    core = (9 * 60, 17 * 60)
    narrow = Lunch(time(12), time(13, 30), 45)
    others = (
        Lunch(clock(720 - earlier), clock(810 + later), 45),
        Lunch(time(12), time(13, 30), 45 + longer),
        Lunch(clock(720 - earlier), clock(810 + later), 45 + longer),
        Lunch(time(12), time(13, 30), 90, fixed=True),
    )
    lunches = [pattern(str(number), core, lunch) for number, lunch in enumerate((None, narrow, *others))]
    none, narrowly, *more = [proven for proven, _ in counts(rows, lunches, ONE_HOUR, limit=45)]
    assert narrowly <= none
    assert max(more) <= narrowly


def lunch_of(rows: list[dict], policy: Policy = LEEDS, **person: object) -> list[tuple[str, str, str]]:
    """Return the hours that the case pages show."""
    table, team = visits(*rows), people(person)
    findings = assess(table, team, register(), policy).findings
    hours = case_tables(findings, table, pl.DataFrame(schema=REQUESTS), team, register(), policy).hours
    return (
        hours.select("kind", pl.col("event_start", "event_end").dt.strftime("%d %H:%M"))
        .unique(maintain_order=True)
        .rows()
    )


def test_a_finding_that_lunch_can_spare_comes_before_minutes_of_one_that_it_cannot() -> None:
    # From noon, core time. 11:25-12:30 is 65 minutes, 30 of them in core time. 13:00-14:15 is 75 minutes, all in core
    # time: no lunch spares that. Most minutes would be covered from 13:00 on; from 12:00 on there is one finding less.
    policy = with_patterns([pattern("noon", (12 * 60, 18 * 60), FLEXIBLE)])
    rows = [at("11:25", "12:30"), at("13:00", "14:15", category="travel")]
    found = assess(visits(*rows), people(), register(), policy).findings
    assert found.select("minutes_low", "core_minutes_low", "lunch_minutes").rows() == [(75, 75, 0)]


def test_one_minute_of_core_time_may_stay() -> None:
    # 11:00-12:30 and 13:29-14:35, core time from 11:30 to 13:30: of the second chain (66 minutes) a minute lies in core
    # time, which makes it a finding; of the first (90 minutes) 60. The break cannot spare both: 11:30-12:30 is not in
    # the band, and so it goes to the last minute, as early as it can and cover most: from 12:30 on.
    policy = with_patterns([pattern("short", (11 * 60 + 30, 13 * 60 + 30), FLEXIBLE)])
    rows = [at("11:00", "12:30"), at("13:29", "14:35", category="travel")]
    found = assess(visits(*rows), people(), register(), policy).findings
    assert found.select("core_minutes_low", "lunch_minutes").rows() == [(60, 0)]
    # With 30 seconds less in core time it is none, and lunch is where the first chain is.
    rows = [at("11:00", "12:30"), at("13:29:30", "14:35", category="travel")]
    found = assess(visits(*rows), people(), register(), policy).findings
    assert found.select("core_minutes_low", "lunch_minutes").rows() == [(30, 30)]


def test_less_than_a_minute_may_stay_of_each_of_two() -> None:
    # Core time from 12:00 to 13:20, 25 minutes of each chain in it. A break of 79 minutes must begin before 12:01 to
    # leave less than a minute of the first, and end after 13:19, so begin after 12:00, to leave less of the second.
    policy = with_patterns([pattern("short", (720, 800), Lunch(time(11), time(14), 79))])
    rows = [at("11:20", "12:25"), at("12:55", "14:00", category="travel")]
    assert assess(visits(*rows), people(), register(), policy).findings.is_empty()
    policy = with_patterns([pattern("short", (720, 800), Lunch(time(11), time(14), 78))])
    assert assess(visits(*rows), people(), register(), policy).findings.height == 1


def test_a_rule_about_core_time_draws_the_break_as_well() -> None:
    # 20 minutes from noon and 40 from 13:00 on; 20 are allowed in core time. A break from noon to one would leave 40.
    limit = replace(LEEDS.rule("core_time"), on=True, limit=20)
    policy = with_patterns([pattern("days", (9 * 60, 17 * 60), FLEXIBLE)], ONE_HOUR, limit)
    rows = [at("12:00", "12:20"), at("13:00", "13:40", category="travel")]
    found = assess(visits(*rows), people(), register(), policy).findings
    assert found.is_empty()  # 20 minutes are not more than 20


@pytest.mark.parametrize(
    ("lunch", "hours"),
    [
        (
            Lunch(time(12), time(13, 30), 90, fixed=True),
            [("core", "10 09:00", "10 17:00"), ("lunch", "10 12:00", "10 13:30")],
        ),
        (FLEXIBLE, [("core", "10 09:00", "10 17:00"), ("lunch", "10 12:00", "10 13:00")]),
        (Lunch(time(12), time(14), 0), [("core", "10 09:00", "10 17:00")]),
        (None, [("core", "10 09:00", "10 17:00")]),
    ],
)
def test_hours_and_lunch_are_shown_with_a_finding_in_the_morning(lunch: Lunch | None, hours: list[tuple]) -> None:
    policy = with_patterns([pattern("days", (9 * 60, 17 * 60), lunch)])
    assert lunch_of([at("09:30", "10:40")], policy) == hours


def test_the_break_of_a_night_is_shown_on_its_own_date() -> None:
    # Tuesday's night is from 21:00 to 07:00, its break from 01:00 to 04:00 on Wednesday, here best from 01:30 on.
    row = visit("2026-03-11T01:30", "2026-03-11T02:40")
    assert lunch_of([row], pattern="nights") == [
        ("core", "10 21:00", "11 07:00"),
        ("core", "11 21:00", "12 07:00"),  # the next night begins on the day that is shown
        ("lunch", "11 01:30", "11 02:30"),
    ]
