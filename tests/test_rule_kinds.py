"""Rules that count up by the day or the week: minutes, one's own time, uploads, files, attempts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from assess_tables import people, register, utc, visit, visits
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.assess import assess, case_tables, evidence
from netaudit.contracts import DOWNLOADS, LABELLED
from netaudit.definitions.policies import Attempts, OwnTime, Policy, load_policy

LEEDS = load_policy("leeds")


def rule(rule_id: str, **changes: object) -> Policy:
    """Return leeds with one rule alone, on."""
    return replace(LEEDS, rules=(replace(LEEDS.rule(rule_id), on=True, **changes),))


def own_time(*categories: str) -> Policy:
    return rule("core_time", kind="own_time", categories=categories)


def findings(
    *rows: dict, policy: Policy, files: pl.DataFrame | None = None, entries: pl.DataFrame | None = None
) -> pl.DataFrame:
    return assess(visits(*rows), people(), register() if entries is None else entries, policy, files).findings


def tables(rows: list[dict], policy: Policy, files: pl.DataFrame | None = None) -> tuple[pl.DataFrame, ...]:
    """Return findings, their evidence, timeline and overturns."""
    seen = visits(*rows)
    found = assess(seen, people(), register(), policy, files).findings
    lines = evidence(found, seen, LABELLED.empty(), policy, files)
    requests = pl.DataFrame(schema=case_tables.__globals__["REQUESTS"])
    kept = case_tables(found, seen, requests, people(), register(), policy, files)
    return found, lines, kept.timeline, kept.overturns


def stopped(start: str, category: str = "gambling", **other: object) -> dict:
    """Return an attempt as the reconstruction tells it: an instant without minutes."""
    told = {"documents_allowed": 0, "requests": 4, "human_requests": 4, "requests_blocked": 4}
    return visit(start, start, category, **(told | {"reason": "asked for blocked pages"} | other))


def file(start: str, megabytes: float = 34, category: str = "online_games", **other: object) -> dict:
    return {
        "user_hash": 1,
        "attribution": "person",
        "site": category.replace("_", "-") + ".example",
        "category": category,
        "category_source": "netaudit",
        "category_confirmed": True,
        "event_start": utc(start),
        "file_kind": "program",
        "bytes": round(megabytes * 1_000_000),
        **other,
    }


def files(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame(list(rows), DOWNLOADS.schema)


# --- By the week ------------------------------------------------------------------------------------------------------


def test_a_week_adds_up_its_days_and_no_others() -> None:
    policy = rule("core_time_week", limit=60.0)
    rows = [
        visit("2026-03-08T10:00", "2026-03-08T12:00", "travel"),  # a Sunday, and another week
        visit("2026-03-09T10:00", "2026-03-09T10:31", "travel"),
        visit("2026-03-13T16:00", "2026-03-13T17:30", "travel"),  # 60 in core time
        visit("2026-03-16T10:00", "2026-03-16T10:40", "travel"),
    ]
    found = findings(*rows, policy=policy)
    columns = ("event_start", "event_end", "minutes_low", "amount", "measure", "per", "limit")
    assert found.select(columns).rows() == [
        (utc("2026-03-09T10:00"), utc("2026-03-13T17:30"), 91, 91, "minutes", "week", 60)
    ]
    assert findings(*rows, policy=rule("core_time_week", limit=91.0)).is_empty()


def test_a_week_begins_on_monday_by_the_clock_on_the_wall_also_where_the_clocks_change() -> None:
    # 29 March 2026: 00:30 in London is Sunday still; an hour later by the sun the clocks are an hour ahead.
    policy = replace(rule("core_time_week", kind="class_minutes", categories=("travel",), limit=50.0))
    sunday = visit("2026-03-29T22:40", "2026-03-29T22:59", "travel")  # 23:40 to 23:59 in summer time
    monday = visit("2026-03-29T23:01", "2026-03-29T23:41", "travel")  # 00:01 to 00:41 on Monday
    before = visit("2026-03-23T10:00", "2026-03-23T10:32", "travel")
    found = findings(before, sunday, monday, policy=policy)
    assert found.select("minutes_low", "event_start").rows() == [(51, utc("2026-03-23T10:00"))]


def test_likely_minutes_of_a_week_are_close() -> None:
    policy = rule("core_time_week", limit=60.0)
    rows = [
        visit(f"2026-03-{day:02d}T10:00", f"2026-03-{day:02d}T10:20", "travel", minutes_low=5.0) for day in range(9, 13)
    ]
    assert findings(*rows, policy=policy)["status"].to_list() == ["close"]


def test_the_tables_of_a_week_add_up_and_say_what_would_undo_it() -> None:
    rows = [visit(f"2026-03-{day:02d}T10:00", f"2026-03-{day:02d}T10:20", "travel") for day in range(9, 14)]
    found, lines, timeline, overturns = tables(rows, rule("core_time_week", limit=60.0))
    assert (found.height, lines.height) == (1, 5)
    assert timeline.filter(state="counted")["low_us"].sum() == 100 * 60_000_000
    fewest = overturns.filter(kind="fewest").to_dicts()[0]
    assert (fewest["stretches"], fewest["outcome"], fewest["left_low_us"]) == (2, "none", 60 * 60_000_000)


def test_nought_is_broken_by_anything_proven_and_by_nothing_else() -> None:
    policy = rule("core_time", limit=0.0)
    assert findings(visit("2026-03-10T10:00", "2026-03-10T10:00:01", "travel"), policy=policy)["status"].to_list() == [
        "new"
    ]
    assert findings(
        visit("2026-03-10T10:00", "2026-03-10T10:02", "travel", minutes_low=0.0, minutes=0.0), policy=policy
    ).is_empty()


# --- One's own time ---------------------------------------------------------------------------------------------------


def test_a_class_for_ones_own_time_is_a_case_in_core_time_outside_lunch_alone() -> None:
    policy = own_time("social_sharing", "social_blogging")
    rows = [
        visit("2026-03-09T08:00", "2026-03-09T08:59"),  # before work
        visit("2026-03-10T12:10", "2026-03-10T13:10"),  # lunch
        visit("2026-03-11T10:00", "2026-03-11T10:00:40"),
        visit("2026-03-11T15:00", "2026-03-11T15:00:20", "social_blogging"),  # a minute in all
        visit("2026-03-12T10:00", "2026-03-12T10:00:59"),
        visit("2026-03-13T10:00", "2026-03-13T11:00", "travel"),  # another class
        visit("2026-03-14T10:00", "2026-03-14T11:00"),  # a Saturday
    ]
    found = findings(*rows, policy=policy)
    columns = ("event_start", "minutes_low", "core_minutes_low", "limit", "measure", "category", "status")
    assert found.select(columns).rows() == [(utc("2026-03-11T10:00"), 1, 1, 1, "minutes", None, "new")]
    stricter = replace(policy, own_time=OwnTime(0.9))
    assert findings(*rows, policy=stricter).height == 2


def test_likely_minutes_in_working_time_are_close_beside_something_proven_and_nothing_alone() -> None:
    policy = own_time("social_sharing")
    row = visit("2026-03-10T10:00", "2026-03-10T10:05", minutes_low=0.5)
    assert findings(row, policy=policy)["status"].to_list() == ["close"]
    assert findings(row | {"minutes_low": 0.0}, policy=policy).is_empty()


def test_lunch_is_placed_so_that_what_is_for_ones_own_time_falls_into_it() -> None:
    policy = own_time("social_sharing")
    rows = [visit("2026-03-10T12:00", "2026-03-10T13:00", "travel"), visit("2026-03-10T13:20", "2026-03-10T13:50")]
    assert findings(*rows, policy=policy).is_empty()


def test_consent_covers_what_is_for_ones_own_time() -> None:
    row = visit("2026-03-10T10:00", "2026-03-10T10:30")
    entry = {"user_hash": 1, "starts": utc("2026-03-10T09:00"), "ends": utc("2026-03-10T11:00")}
    found = findings(row, policy=own_time("social_sharing"), entries=register(entry))
    assert found["status"].to_list() == ["excused"]
    _, _, timeline, overturns = tables([row], own_time("social_sharing"))
    assert timeline.filter(state="counted")["low_us"].to_list() == [30 * 60_000_000]
    assert overturns.filter(kind="fewest")["outcome"].to_list() == ["none"]


# --- Uploads ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("direction", "amount", "measure"), [("out", 5, "MB sent"), ("in", 7, "MB received"), ("both", 12, "MB")]
)
def test_megabytes_count_one_way_or_both(direction: str, amount: float, measure: str) -> None:
    policy = rule("uploads", direction=direction, limit=1.0)
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T10:05", "file_sharing", bytes_in=7_000_000, bytes_out=3_000_000),
        visit("2026-03-10T12:00", "2026-03-10T12:05", "file_sharing", bytes_out=2_000_000),
        visit("2026-03-10T14:00", "2026-03-10T14:05", "travel", bytes_out=90_000_000),
    ]
    found = findings(*rows, policy=policy)
    assert found.select("amount", "measure", "category").rows() == [(amount, measure, "file_sharing")]


def test_exactly_the_limit_of_uploads_is_not_more() -> None:
    row = visit("2026-03-10T10:00", "2026-03-10T10:05", "file_sharing", bytes_out=1_000_000)
    assert findings(row, policy=rule("uploads", limit=1.0)).is_empty()
    assert findings(row | {"bytes_out": 1_000_001}, policy=rule("uploads", limit=1.0)).height == 1


def test_what_would_undo_uploads_is_found_by_bytes() -> None:
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T10:30", "file_sharing", bytes_out=200_000),
        visit("2026-03-10T12:00", "2026-03-10T12:01", "file_sharing", bytes_out=4_000_000),
    ]
    *_, overturns = tables(rows, rule("uploads", limit=1.0))
    fewest = overturns.filter(kind="fewest").to_dicts()[0]
    assert (fewest["event_start"], fewest["amount"], fewest["outcome"]) == (utc("2026-03-10T12:00"), 4, "none")


# --- Downloads --------------------------------------------------------------------------------------------------------


def test_a_days_files_of_the_named_kinds_are_one_case() -> None:
    rows = files(
        file("2026-03-10T10:00", 0.6),
        file("2026-03-10T15:00", 0.6, "leisure", file_kind="archive"),
        file("2026-03-10T16:00", 50, file_kind="document"),  # not of the kinds that leeds names
        file("2026-03-11T10:00", 0.9),
    )
    found = findings(policy=rule("downloads", limit=1.0), files=rows)
    columns = ("event_start", "amount", "measure", "minutes_low", "minutes_high", "requests", "category", "status")
    assert found.select(columns).rows() == [(utc("2026-03-10T10:00"), 1.2, "MB downloaded", 0, 0, 2, None, "new")]


@pytest.mark.parametrize(
    "other",
    [
        {"category": "business_supplier"},
        {"category": "uncategorised"},
        {"category": "infra_update"},
        {"category": "special_health"},
        {"category": "shielded", "site": None},
        {"category_confirmed": False},
        {"attribution": "shared"},
        {"user_hash": None, "attribution": "none"},
    ],
)
def test_a_file_of_work_of_nobody_or_of_an_unconfirmed_or_shielded_class_is_none(other: dict) -> None:
    policy = rule("downloads", limit=1.0)
    rows = files(file("2026-03-10T10:00", **other))
    found = assess(visits(), people(), register(), policy, rows).findings
    assert found.is_empty()
    assert evidence(found, visits(), LABELLED.empty(), policy, rows).is_empty()


def test_files_count_for_no_other_rule_and_stand_in_no_other_case() -> None:
    policy = replace(
        LEEDS, rules=tuple(replace(one, on=one.kind in ("one_hour", "blocked_class")) for one in LEEDS.rules)
    )
    rows = [visit("2026-03-10T10:00", "2026-03-10T11:30", "online_games")]
    without, with_files = (tables(rows, policy, one) for one in (None, files(file("2026-03-10T10:30"))))
    assert without[0].height == 2
    for before, after in zip(without, with_files, strict=True):
        assert after.equals(before)


def test_a_case_of_files_shows_kind_and_size_and_no_time() -> None:
    rows = files(
        file("2026-03-10T10:00"), file("2026-03-10T10:20", 2.36, file_kind="archive"), file("2026-03-10T10:21", 0.04)
    )
    beside = [visit("2026-03-10T09:55", "2026-03-10T10:30", "online_games")]
    found, lines, timeline, overturns = tables(beside, rule("downloads", limit=1.0), rows)
    said = ["downloaded a program, 34 MB", "downloaded an archive, 2.3 MB", "downloaded a program, less than 0.1 MB"]
    assert lines["reason"].to_list() == timeline["reason"].to_list() == said
    assert set(timeline["state"]) == {"counted"}
    assert timeline.select(pl.col("low_us", "likely_us", "high_us").sum()).row(0) == (0, 0, 0)
    assert found["minutes_high"].to_list() == [0]
    fewest = overturns.filter(kind="fewest").to_dicts()[0]
    assert (fewest["stretches"], fewest["amount"], fewest["outcome"]) == (2, 36.36, "none")


def test_a_self_report_excuses_the_files_of_its_class_alone() -> None:
    policy = rule("downloads", limit=1.0)
    entry = {"register": "self_report", "user_hash": 1, "categories": ["online_games"], "entry": "self_reports.csv:2"}
    entry |= {"starts": utc("2026-03-10T00:00"), "ends": utc("2026-03-10T23:59")}
    one = files(file("2026-03-10T10:00"))
    assert findings(policy=policy, files=one, entries=register(entry))["status"].to_list() == ["excused"]
    two = files(file("2026-03-10T10:00"), file("2026-03-10T11:00", 2, "leisure"))
    assert findings(policy=policy, files=two, entries=register(entry))["status"].to_list() == ["new"]


# --- Attempts ---------------------------------------------------------------------------------------------------------


def test_attempts_are_counted_and_are_no_access() -> None:
    rows = [stopped(f"2026-03-10T{hour:02d}:00") for hour in (9, 11, 13)] + [stopped("2026-03-10T15:00", "dating")]
    everything = replace(
        LEEDS, rules=(*rule("attempts", limit=3.0).rules, *(r for r in LEEDS.rules if r.kind == "blocked_class"))
    )
    found = findings(*rows, policy=everything)
    columns = (
        "rule_id",
        "amount",
        "measure",
        "minutes_low",
        "minutes_high",
        "requests",
        "requests_blocked",
        "category",
    )
    assert found.select(columns).rows() == [("attempts", 4, "attempts", 0, 0, 16, 16, None)]
    assert findings(*rows, policy=rule("attempts", limit=4.0)).is_empty()
    assert findings(*rows, policy=rule("attempts", limit=1.0, categories=("gambling",)))["amount"].to_list() == [3]


def test_what_is_stopped_in_one_go_is_one_attempt_on_whatever_sites() -> None:
    policy = rule("attempts", limit=0.0)
    near = [
        stopped("2026-03-10T09:00"),
        stopped("2026-03-10T09:10", "dating"),
        stopped("2026-03-10T09:20", site="other.example"),
    ]
    assert findings(*near, policy=policy)["amount"].to_list() == [1]
    apart = [*near[:2], stopped("2026-03-10T09:20:01")]
    assert findings(*apart, policy=policy)["amount"].to_list() == [2]
    assert findings(*near, policy=replace(policy, attempts=Attempts(5)))["amount"].to_list() == [3]


def test_what_came_through_is_not_forbidden_or_is_not_a_persons_is_no_attempt() -> None:
    policy = rule("attempts", limit=0.0)
    for other in (
        {"documents_allowed": 1},
        {"requests_blocked": 3},
        {"category": "travel"},
        {"category": "uncategorised"},
        {"category_confirmed": False},
        {"kind": "embedded"},
        {"kind": "background"},
        {"attribution": "crowd"},
        {"category": "special_religion"},
    ):
        assert findings(stopped("2026-03-10T09:00", **other), policy=policy).is_empty(), other


def test_an_attempt_across_midnight_belongs_to_the_day_on_which_it_began() -> None:
    rows = [stopped("2026-03-10T23:55"), stopped("2026-03-11T00:02"), stopped("2026-03-11T12:00")]
    found = findings(*rows, policy=rule("attempts", limit=0.0))
    assert found.select("event_start", "amount").rows() == [
        (utc("2026-03-10T23:55"), 1),
        (utc("2026-03-11T12:00"), 1),
    ]


def test_in_the_night_the_clocks_go_back_attempts_are_apart_as_long_as_time_passes() -> None:
    london = ZoneInfo("Europe/London")
    first = datetime(2026, 10, 25, 1, 30, tzinfo=london).astimezone(UTC)
    second = datetime(2026, 10, 25, 1, 35, fold=1, tzinfo=london).astimezone(UTC)
    rows = [stopped("2026-10-25T00:00", event_start=at, event_end=at) for at in (first, second)]
    assert findings(*rows, policy=rule("attempts", limit=1.0))["amount"].to_list() == [2]


def test_a_case_of_attempts_tells_what_was_stopped_and_nothing_that_came_through() -> None:
    rows = [stopped(f"2026-03-10T{hour:02d}:00") for hour in (9, 11, 13, 15)]
    rows += [
        stopped("2026-03-10T15:05", site="other.example"),
        visit("2026-03-10T10:00", "2026-03-10T10:20", "gambling"),
    ]
    found, lines, timeline, overturns = tables(rows, rule("attempts", limit=3.0))
    assert found["amount"].to_list() == [4]
    assert (lines.height, set(lines["reason"])) == (5, {"stopped by the filter"})
    assert (timeline.height, set(timeline["state"])) == (5, {"counted"})
    fewest = overturns.filter(kind="fewest").to_dicts()[0]
    assert (fewest["stretches"], fewest["amount"], fewest["outcome"]) == (1, 1, "none")


def test_a_line_manager_cannot_consent_to_attempts_at_forbidden_sites() -> None:
    rows = [stopped(f"2026-03-10T{hour:02d}:00") for hour in (9, 11)]
    entry = {"user_hash": 1, "starts": utc("2026-03-10T00:00"), "ends": utc("2026-03-11T00:00")}
    policy = rule("attempts", limit=1.0)
    assert findings(*rows, policy=policy, entries=register(entry))["status"].to_list() == ["new"]
    named = entry | {"categories": ["gambling"]}
    assert findings(*rows, policy=policy, entries=register(named))["status"].to_list() == ["new"]


# --- Laws -------------------------------------------------------------------------------------------------------------

_STOPS = st.lists(st.integers(0, 7 * 24 * 60 - 1), min_size=1, max_size=25, unique=True)


@settings(deadline=None, max_examples=40)
@given(_STOPS, st.integers(0, 40), st.randoms(use_true_random=False))
def test_attempts_never_grow_by_a_longer_break_or_another_order(minutes: list[int], apart: int, order: object) -> None:
    monday = utc("2026-03-09T00:00")
    rows = [
        stopped("2026-03-09T00:00", event_start=at, event_end=at)
        for one in minutes
        for at in [monday + timedelta(minutes=one)]
    ]
    policy = rule("attempts", limit=0.0, per="week")

    def counted(rows: list[dict], apart: int) -> float:
        return findings(*rows, policy=replace(policy, attempts=Attempts(apart)))["amount"].sum()

    shuffled = rows.copy()
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    by_hand = 1 + sum(
        after - before > apart for before, after in zip(sorted(minutes), sorted(minutes)[1:], strict=False)
    )
    assert counted(rows, apart) == counted(shuffled, apart) == by_hand
    assert counted(rows, apart + 1) <= by_hand


_VISITS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 22), st.integers(1, 59)), min_size=1, max_size=12)


@settings(deadline=None, max_examples=40)
@given(_VISITS, st.sampled_from(["core_minutes", "class_minutes"]))
def test_a_week_is_the_sum_of_its_days(told: list[tuple[int, int, int]], kind: str) -> None:
    rows = []
    for day, hour, minutes in dict.fromkeys(told):
        start = utc("2026-03-09T00:00") + timedelta(days=day, hours=hour)
        end = start + timedelta(minutes=minutes)
        rows.append(visit(f"{start:%Y-%m-%dT%H:%M}", f"{end:%Y-%m-%dT%H:%M}", "travel"))
    rows = list({row["event_start"]: row for row in rows}.values())
    by = {
        per: findings(*rows, policy=rule("core_time", kind=kind, categories=("travel",), limit=0.0, per=per))
        for per in ("day", "week")
    }
    assert by["week"].height <= 1
    for column in ("minutes_low", "minutes", "core_minutes_low"):
        assert by["week"][column].sum() == pytest.approx(by["day"][column].sum())
