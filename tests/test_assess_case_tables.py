"""The day behind each finding: pieces that add up, what was left out, and what would undo it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, pairwise

import polars as pl
import pytest
from assess_tables import people, register, utc, visit, visits

from netaudit.assess import REQUESTS, assess, case_tables
from netaudit.contracts import STATES, CaseTables
from netaudit.definitions.policies import Policy, load_policy

LEEDS = load_policy("leeds")
MINUTE = 60_000_000
SUGGESTED = {"core_time": 30.0, "streaming": 5.0, "bandwidth": 0.1}
EVERY_RULE = replace(
    LEEDS,
    rules=tuple(
        replace(rule, on=True, limit=SUGGESTED.get(rule.rule_id, rule.limit)) if rule.rule_id in SUGGESTED else rule
        for rule in LEEDS.rules
    ),
)


def request(when: str, label: str = "human", category: str = "social_sharing", **other: object) -> dict:
    return {
        "user_hash": 1,
        "event_start": utc(when),
        "site": category.replace("_", "-") + ".example",
        "category": category,
        "category_confirmed": True,
        "label": label,
        "reason": label,
        "requests": 1,
        "open_ms": 0,
    } | other


def of(rows: list[dict], *requests: dict, staff: tuple[dict, ...] = (), policy: Policy = LEEDS) -> CaseTables:
    table, team = visits(*rows), people(*staff)
    findings = assess(table, team, register(), policy).findings
    return case_tables(findings, table, pl.DataFrame(list(requests), REQUESTS), team, register(), policy)


def told(tables: CaseTables, *columns: str) -> list[tuple]:
    clock = pl.col("event_start", "event_end").dt.strftime("%H:%M")
    return tables.timeline.select(clock, "state", *columns).rows()


CHAIN = [
    visit("2026-03-10T09:20", "2026-03-10T09:25", "business_nhs"),
    visit("2026-03-10T10:00", "2026-03-10T10:30", minutes_low=28.0, requests=9),
    visit("2026-03-10T10:30", "2026-03-10T10:32", "business_clinical"),
    visit("2026-03-10T10:32", "2026-03-10T10:34", "uncategorised", site="somewhere.example", minutes_high=3.0),
    visit("2026-03-10T10:35", "2026-03-10T11:20", "travel", minutes_high=55.0),
    visit("2026-03-10T15:00", "2026-03-10T15:05", "travel", site="later.example"),
]
"""Hand-made: 28 + 45 proven, 30 + 45 likely, 30 + 3 + 55 at most."""


def test_the_day_of_a_chain_piece_by_piece() -> None:
    tables = of(
        CHAIN,
        request("2026-03-10T10:01"),
        request("2026-03-10T10:05", "embedded", "infra_ads", requests=7),
        request("2026-03-10T10:34", "idle"),
        request("2026-03-10T13:00", "background", "infra_update"),
    )
    assert told(tables, "within", "site", "low_us", "likely_us", "high_us") == [
        ("09:20", "09:25", "work", False, None, 0, 0, 0),
        ("10:00", "10:30", "counted", True, "social-sharing.example", 28 * MINUTE, 30 * MINUTE, 30 * MINUTE),
        ("10:30", "10:32", "work", True, "work", 0, 0, 0),
        ("10:32", "10:34", "unknown", True, "not shown", 0, 0, 3 * MINUTE),
        ("10:34", "10:35", "idle", True, "social-sharing.example", 0, 0, 0),
        ("10:35", "11:20", "counted", True, "travel.example", 45 * MINUTE, 45 * MINUTE, 45 * MINUTE),
        ("11:20", "11:30", "reading", True, "travel.example", 0, 0, 10 * MINUTE),
        ("13:00", "13:01", "idle", False, None, 0, 0, 0),  # what else was personal that day is not of this case
    ]
    counts = tables.timeline.filter("within").select("human", "embedded", "idle", "background").rows()
    assert counts == [(1, 7, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 1, 0), (0, 0, 0, 0), (0, 0, 0, 0)]
    assert tables.hours.select("kind", pl.col("event_start", "event_end").dt.strftime("%H:%M")).rows() == [
        ("core", "09:00", "17:00"),
        ("lunch", "12:00", "13:00"),  # nothing to cover: the earliest
    ]


@pytest.mark.parametrize(("category", "state"), [("business_nhs", "work"), ("uncategorised", "unknown")])
def test_what_goes_on_after_a_case_is_cut_where_the_case_ends(category: str, state: str) -> None:
    """Uncut it would tell when somebody came and went."""
    before = visit("2026-03-10T08:17", "2026-03-10T09:59", category, site="a.example")
    after = visit("2026-03-10T11:21", "2026-03-10T16:03", category, site="a.example")
    chain = [replaced | {"minutes_high": replaced["minutes"]} for replaced in (CHAIN[1], CHAIN[4])]
    every_minute = [
        request(f"2026-03-10T{hour}:{minute:02d}", category=category)
        for hour in ("11", "12")
        for minute in range(22, 60)
    ]
    tables = of([before, *chain, after], *every_minute)
    assert told(tables, "within", pl.sum_horizontal("human", "embedded", "idle", "background")) == [
        ("08:17", "09:55", state, False, 0),
        ("09:55", "09:59", state, True, 0),
        ("10:00", "10:30", "counted", True, 0),
        ("10:35", "11:20", "counted", True, 0),
        ("11:21", "11:25", state, True, 3),  # at 22, 23 and 24
        ("11:25", "16:03", state, False, 0),
    ]


def test_what_software_does_is_cut_where_the_case_ends() -> None:
    chain = [replaced | {"minutes_high": replaced["minutes"]} for replaced in (CHAIN[1], CHAIN[4])]
    polls = [request(f"2026-03-10T11:{minute}", "background", "infra_update") for minute in range(22, 50)]
    tables = of(chain, *polls)
    assert told(tables, "within", "background")[2:] == [
        ("11:22", "11:25", "idle", True, 4),  # at 22, 23, 24 and 25
        ("11:26", "11:50", "idle", False, 0),
    ]


def test_what_was_left_out_and_what_it_would_have_added() -> None:
    tables = of(
        CHAIN,
        request("2026-03-10T10:05", "embedded", "infra_ads", requests=7),  # while something counts: adds nothing
        request("2026-03-10T10:30", "embedded", "infra_ads"),
        request("2026-03-10T10:31", "embedded", "infra_ads"),
        request("2026-03-10T10:34", "idle", requests=4, open_ms=80 * 60_000),
        request("2026-03-10T11:40", "idle"),  # after the case
    )
    assert tables.ignored.drop("finding_id").rows() == [
        ("embedded", "embedded", 9, 2 * MINUTE, [], ["infra_ads"]),
        ("idle", "idle", 4, 1 * MINUTE, ["social-sharing.example"], ["social_sharing"]),
        ("open", "", 4, 5 * MINUTE, ["social-sharing.example"], ["social_sharing"]),  # 80 open, 75 likely
        ("work", "", 2, 2 * MINUTE, [], ["business"]),
        ("unknown", "", 0, 2 * MINUTE, [], []),
    ]


def test_a_finding_about_a_class_tells_of_that_class_alone() -> None:
    tables = of(
        [
            visit("2026-03-10T09:00", "2026-03-10T09:05", "gambling"),
            visit("2026-03-10T10:00", "2026-03-10T10:05", "business_nhs"),
            visit("2026-03-10T11:00", "2026-03-10T11:05", "travel"),
            visit("2026-03-10T13:00", "2026-03-10T13:01", "gambling", documents_allowed=0, requests_blocked=1),
        ],
        request("2026-03-10T09:01", category="gambling"),
        request("2026-03-10T09:02", category="travel"),
        request("2026-03-10T16:00", "embedded", "gambling", requests=3),
        request("2026-03-10T16:30", "idle", "gambling"),
        request("2026-03-10T16:40", "background", "infra_update"),
    )
    assert told(tables, "category", "human", "idle") == [
        ("09:00", "09:05", "counted", "gambling", 1, 0),
        ("13:00", "13:00", "stopped", "gambling", 0, 0),
        ("16:30", "16:31", "idle", "gambling", 0, 1),
    ]
    assert tables.hours.is_empty()  # it holds at any time
    assert set(tables.ignored["what"]) == {"embedded", "idle", "stopped"}


def test_shielded_sites_leave_no_trace() -> None:
    shielded = [
        visit("2026-03-10T11:30", "2026-03-10T11:50", "shielded", site=None),
        visit("2026-03-10T10:34", "2026-03-10T10:35", "shielded", site=None),
    ]
    kept = [request("2026-03-10T10:05"), request("2026-03-10T11:41", "idle")]
    gone = [
        request("2026-03-10T10:34", category="shielded", site=None),
        request("2026-03-10T10:34", "embedded", "infra_ads"),  # pulled in by the shielded page
        request("2026-03-10T11:31", "embedded", "infra_ads", requests=40),
        request("2026-03-10T11:45", category="special_helpline", site="canary.example"),
        request("2026-03-10T11:46", "idle", category="special_helpline", site="canary.example"),
    ]
    with_them, without = of([*CHAIN, *shielded], *kept, *gone), of(CHAIN, *kept)
    for name in ("timeline", "hours", "ignored", "overturns"):
        assert getattr(with_them, name).equals(getattr(without, name)), name


def test_nobody_else_s_day_is_in_it() -> None:
    other = [visit("2026-03-10T09:30", "2026-03-10T12:00", "travel", user_hash=2, site="other-person.example")]
    both = of([*CHAIN, *other], request("2026-03-10T10:34", "idle"), request("2026-03-10T10:34", "idle", user_hash=2))
    alone = of(CHAIN, request("2026-03-10T10:34", "idle"))
    mine = alone.timeline["finding_id"][0]
    for name in ("timeline", "hours", "ignored", "overturns"):
        assert getattr(both, name).filter(finding_id=mine).equals(getattr(alone, name)), name


def test_accusations_of_a_single_list_are_not_named() -> None:
    doubtful = visit(
        "2026-03-10T10:34", "2026-03-10T10:36", "gambling", site="rumour.example", category_confirmed=False
    )
    idle = request("2026-03-10T10:33", "idle", "gambling", site="rumour.example", category_confirmed=False)
    tables = of([*CHAIN, doubtful], idle)
    row = tables.timeline.filter(~pl.col("category_confirmed")).row(0, named=True)
    assert (row["state"], row["site"], row["category"]) == ("unknown", "not shown", "gambling")
    assert "rumour" not in str([getattr(tables, name).to_dicts() for name in ("timeline", "ignored", "overturns")])
    assert ("unknown", "unconfirmed") in tables.ignored.select("what", "reason").rows()


def test_a_night_worker_s_day_reaches_over_midnight() -> None:
    nights = {"pattern": "nights", "starts": None, "ends": None}
    tables = of(
        [
            visit("2026-03-10T23:20", "2026-03-11T00:30", "travel"),
            visit("2026-03-10T22:00", "2026-03-10T22:10", "business_nhs"),
            visit("2026-03-11T05:00", "2026-03-11T05:10", "business_nhs"),
        ],
        staff=(nights,),
    )
    assert told(tables) == [("22:00", "22:10", "work"), ("23:20", "00:30", "counted"), ("05:00", "05:10", "work")]
    core = tables.hours.filter(kind="core")["event_start", "event_end"].rows()
    assert (utc("2026-03-10T21:00"), utc("2026-03-11T07:00")) in core


def test_lunch_stands_where_it_was_placed() -> None:
    tables = of([visit("2026-03-10T12:10", "2026-03-10T13:40")])
    lunch = tables.hours.filter(kind="lunch")["event_start", "event_end"].rows()
    finding = assess(visits(visit("2026-03-10T12:10", "2026-03-10T13:40")), people(), register(), LEEDS).findings
    (placed,) = lunch
    inside = min(placed[1], utc("2026-03-10T13:40")) - max(placed[0], utc("2026-03-10T12:10"))
    assert inside / timedelta(minutes=1) == finding["lunch_minutes"].item() == 60


def test_excused_minutes_are_told_as_such() -> None:
    tables = of([visit("2026-03-10T10:00", "2026-03-10T11:20", "news")])
    assert told(tables, "low_us") == [("10:00", "10:15", "excused", 0), ("10:15", "11:20", "counted", 65 * MINUTE)]
    assert ("excused", "", 0, 15 * MINUTE) in tables.ignored.select("what", "reason", "requests", "would_add_us").rows()


def test_a_million_requests_are_no_more_rows_than_minutes() -> None:
    crowd = [
        request(f"2026-03-10T{minute // 60:02d}:{minute % 60:02d}", "idle", requests=3_000)
        for minute in range(0, 1440, 6)
    ]
    tables = of(CHAIN, *crowd)
    assert tables.timeline.height < 300
    assert tables.timeline["idle"].sum() > 20_000


CATEGORIES = (
    "social_sharing", "travel", "travel", "social_sharing", "travel", "news", "gambling", "dating",
    "streaming_media", "business_nhs", "uncategorised",
    "shielded",
)  # fmt: skip


def random_week(seed: int) -> list[dict]:
    """Made-up days of some people: visits one after another, of any class, some attempts, with any range."""
    dice = random.Random(seed)  # noqa: S311 - made-up data
    rows = []
    for user in (1, 2, 3):
        at = utc("2026-03-09T07:00") + timedelta(minutes=dice.randrange(180))
        while at < utc("2026-03-12T20:00"):
            length = dice.choice([0.2, 1, 8, 15, 30, 40]) * dice.random()
            likely = length * (0.7 + dice.random() * 0.3)
            category = dice.choice(CATEGORIES)
            attempt = {"documents_allowed": 0, "requests_blocked": 1} if dice.random() < 0.05 else {}
            start = at.replace(tzinfo=None).isoformat()
            end = (at + timedelta(minutes=likely)).replace(tzinfo=None).isoformat()
            rows.append(
                visit(start, end, category, user, minutes_low=likely * dice.random() ** 0.2, minutes=likely,
                      minutes_high=length,
                      bytes_in=dice.randrange(100_000), site=None if category == "shielded" else f"{category}.example")
                | attempt
            )  # fmt: skip
            pause = dice.choice([0, 0, 1, 3, 6, 40, 600])
            at += timedelta(minutes=length + pause * dice.random())
    return rows


@pytest.mark.parametrize("seed", range(12))
def test_pieces_add_up_to_their_finding_whatever_its_rule(seed: int) -> None:
    table, team = visits(*random_week(seed)), people({"pattern": "nights"}, {"user_hash": 2, "pattern": "part_time"})
    findings = assess(table, team, register(), EVERY_RULE).findings
    tables = case_tables(findings, table, pl.DataFrame(schema=REQUESTS), team, register(), EVERY_RULE)
    sums = tables.timeline.group_by("finding_id").agg(pl.col("low_us", "likely_us", "high_us").sum())
    both = findings.join(sums, on="finding_id", how="left")
    assert both.height == findings.height > 10
    for figure, added in (("minutes_low", "low_us"), ("minutes", "likely_us"), ("minutes_high", "high_us")):
        assert [amount / MINUTE for amount in both[added]] == both[figure].to_list()
    assert set(tables.timeline["state"]) <= set(STATES)
    assert not tables.timeline["category"].is_in(["shielded"]).any()
    for _, pieces in tables.timeline.group_by("finding_id", maintain_order=True):
        ends = pieces.select("event_start", "event_end").rows()
        assert all(before[1] <= after[0] for before, after in pairwise(ends))


def test_the_rules_of_the_random_weeks_are_of_every_kind() -> None:
    found = {
        rule
        for seed in range(4)
        for rule in assess(visits(*random_week(seed)), people(), register(), EVERY_RULE).findings["rule_id"]
    }
    assert {"one_hour", "gambling", "dating", "core_time", "streaming", "bandwidth"} <= found


def is_still_found(rows: list[dict], rule: str, without: tuple[int, ...], span: tuple) -> bool:
    """Whether the policy, asked anew without some visits, still has the finding: nothing of `overturns` is used."""
    left = [row for place, row in enumerate(rows) if place not in without]
    findings = assess(visits(*left), people(), register(), LEEDS).findings if left else None
    if findings is None:
        return False
    mine = findings.filter(pl.col("rule_id") == rule, pl.col("status") == "new")
    return not mine.filter(pl.col("event_start") <= span[1], pl.col("event_end") >= span[0]).is_empty()


def random_visits(seed: int, rule: tuple[str, str], dice: random.Random) -> list[dict]:
    at, rows = utc("2026-03-10T09:30"), []
    for number in range(7):
        length = dice.choice([0.5, 6, 12, 18, 25]) if seed % 3 else dice.choice([0.2, 0.6, 3])
        end = at + timedelta(minutes=length)
        times = (moment.replace(tzinfo=None).isoformat() for moment in (at, end))
        documents = 1 if seed % 3 else int(dice.random() < 0.3)
        rows.append(visit(*times, rule[0], site=f"{number}.example", documents_allowed=documents))
        at = end + timedelta(minutes=dice.choice([0.5, 2, 4, 5]))
    return rows


@pytest.mark.parametrize("seed", range(12))
def test_the_fewest_stretches_are_the_fewest(seed: int) -> None:
    """Every set of visits is tried, with the policy itself, on the first made-up visits that break its rule."""
    dice = random.Random(seed)  # noqa: S311 - made-up data
    rule = ("travel", "one_hour") if seed % 3 else ("gambling", "gambling")
    while True:
        rows = random_visits(seed, rule, dice)
        span = (rows[0]["event_start"], rows[-1]["event_end"])
        if is_still_found(rows, rule[1], (), span):
            break
    least = next(
        size
        for size in range(1, len(rows) + 1)
        if any(not is_still_found(rows, rule[1], without, span) for without in combinations(range(len(rows)), size))
    )
    rows_of = of(rows).overturns
    (fewest,) = rows_of.filter(kind="fewest").to_dicts()
    assert fewest["stretches"] == least
    assert fewest["outcome"] != "new"
    for one in rows_of.filter(kind="visit").to_dicts():
        (place,) = (place for place, row in enumerate(rows) if row["site"] == one["site"])
        assert (one["outcome"] == "new") == is_still_found(rows, rule[1], (place,), span)


def test_what_shorter_breaks_and_other_sites_would_make_of_it() -> None:
    """By hand: 20 + 20 + 25 minutes with breaks of 2 and 4; a break above 3 minutes ends it."""
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T10:20", "travel", site="a.example", category_source="ut1"),
        visit("2026-03-10T10:22", "2026-03-10T10:42", "travel", site="b.example", category_source="netaudit"),
        visit("2026-03-10T10:46", "2026-03-10T11:11", "travel", site="a.example", reason="came back to an open page"),
    ]
    found = {row["kind"]: row for row in of(rows).overturns.to_dicts()}
    assert (found["breaks"]["amount"], found["breaks"]["stretches"], found["breaks"]["left_low_us"]) == (
        4.0,
        2,
        40 * MINUTE,
    )
    assert (found["half"]["amount"], found["half"]["stretches"], found["half"]["outcome"]) == (2.5, 2, "none")
    assert (found["site"]["site"], found["site"]["low_us"], found["site"]["left_low_us"]) == (
        "a.example",
        45 * MINUTE,
        20 * MINUTE,
    )
    assert (found["source"]["low_us"], found["source"]["outcome"]) == (20 * MINUTE, "none")
    assert (found["returns"]["low_us"], found["returns"]["left_low_us"]) == (25 * MINUTE, 40 * MINUTE)
    assert found["fewest"]["stretches"] == 1


def test_an_excused_finding_says_what_it_would_be_and_a_close_one_nothing() -> None:
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T11:10", "travel"),
        visit("2026-03-11T10:00", "2026-03-11T11:10", "travel", minutes_low=50.0),
    ]
    consent = {
        "user_hash": 1,
        "starts": utc("2026-03-10T09:00"),
        "ends": utc("2026-03-10T12:00"),
        "categories": None,
        "role": None,
    }
    table, entries = visits(*rows), register(consent)
    findings = assess(table, people(), entries, LEEDS).findings
    assert findings["status"].to_list() == ["excused", "close"]
    tables = case_tables(findings, table, pl.DataFrame(schema=REQUESTS), people(), register(), LEEDS)
    assert tables.overturns.select("kind", "outcome", "left_low_us").rows() == [("base", "new", 70 * MINUTE)]


def test_no_findings_have_no_day() -> None:
    tables = of([visit("2026-03-10T10:00", "2026-03-10T10:05")])
    assert all(getattr(tables, name).is_empty() for name in ("timeline", "hours", "ignored", "overturns"))
