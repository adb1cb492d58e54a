"""Consents, exemptions and self-reports: what they excuse and what they do not."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from assess_tables import people, register, utc, visit, visits
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from netaudit.assess import assess
from netaudit.assess.human_time import people_visits
from netaudit.assess.registers import covers_of, uncovered
from netaudit.definitions.policies import load_policy

LEEDS = load_policy("leeds")
LONG = [visit("2026-03-10T10:00", "2026-03-10T11:30", "social_microblogging")]
BETTING = [visit("2026-03-10T15:00", "2026-03-10T15:10", "gambling")]


def outcome(rows: list[dict], *entries: dict, staff: list[dict] | None = None) -> list[tuple[str, str]]:
    found = assess(visits(*rows), people(*(staff or [])), register(*entries), LEEDS).findings
    return found.select("status", "status_reason").rows()


def consent(start: str, end: str, **other: object) -> dict:
    return {"user_hash": 1, "starts": utc(start), "ends": utc(end), **other}


def exemption(**other: object) -> dict:
    plain = {"register": "exemption", "entry": "exemptions.csv:4", "user_hash": 1}
    return plain | {"starts": utc("2026-01-01"), "ends": utc("2026-12-31")} | other


def self_report(when: str, **other: object) -> dict:
    plain = {"register": "self_report", "entry": "self_reports.csv:3", "user_hash": 1}
    return plain | {"starts": utc(when), "ends": utc(when), "categories": ["gambling"]} | other


def test_consent_at_the_time_excuses_and_is_named() -> None:
    assert outcome(LONG, consent("2026-03-10T09:00", "2026-03-10T12:00")) == [("excused", "consents.csv:2")]


def test_consent_that_overlaps_a_visit_covers_it() -> None:
    assert outcome(LONG, consent("2026-03-10T11:00", "2026-03-10T13:00")) == [("excused", "consents.csv:2")]


@pytest.mark.parametrize(
    "entry",
    [
        consent("2026-03-10T08:00", "2026-03-10T10:00"),  # over when the visit starts
        consent("2026-03-10T11:30", "2026-03-10T13:00"),
        consent("2026-03-09T10:00", "2026-03-09T12:00"),
        consent("2026-03-10T09:00", "2026-03-10T12:00", user_hash=2),
        consent("2026-03-10T09:00", "2026-03-10T12:00", categories=["travel"]),
        consent("2026-03-10T09:00", "2026-03-10T12:00", user_hash=None, role="comms"),
    ],
)
def test_consent_for_another_time_person_class_or_role_excuses_nothing(entry: dict) -> None:
    assert outcome(LONG, entry) == [("new", "")]


def test_consent_excuses_only_what_it_covers() -> None:
    # three visits of 40 minutes in a row; consent covers the first: 80 minutes are left
    rows = [
        visit("2026-03-10T09:00", "2026-03-10T09:40"),
        visit("2026-03-10T09:40", "2026-03-10T10:20", "travel"),
        visit("2026-03-10T10:20", "2026-03-10T11:00", "sport"),
    ]
    assert outcome(rows, consent("2026-03-10T09:00", "2026-03-10T09:40")) == [("new", "")]
    # covering the one in the middle leaves two of 40 minutes with a gap of 40
    assert outcome(rows, consent("2026-03-10T09:40", "2026-03-10T10:20")) == [("excused", "consents.csv:2")]


def test_what_is_left_must_be_proven() -> None:
    # 65 + 61 likely minutes; without the first visit 50 are proven and 61 likely
    rows = [
        visit("2026-03-10T09:00", "2026-03-10T10:05"),
        visit("2026-03-10T10:05", "2026-03-10T11:06", "travel", minutes_low=50.0),
    ]
    covered = consent("2026-03-10T09:00", "2026-03-10T10:05")
    assert outcome(rows) == [("new", "")]
    assert outcome(rows, covered) == [("excused", "consents.csv:2")]


def test_open_ended_entries() -> None:
    assert outcome(LONG, consent("2026-03-01", "2026-03-01", ends=None)) == [("excused", "consents.csv:2")]
    assert outcome(LONG, consent("2026-03-01", "2026-03-31", starts=None)) == [("excused", "consents.csv:2")]


def test_consent_does_not_cover_a_forbidden_class_whatever_it_names() -> None:
    day = ("2026-03-10T00:00", "2026-03-11T00:00")
    assert outcome(BETTING, consent(*day)) == [("new", "")]
    assert outcome(BETTING, consent(*day, categories=[])) == [("new", "")]
    assert outcome(BETTING, consent(*day, categories=["gambling"])) == [("new", "")]


def test_an_exemption_by_person() -> None:
    assert outcome(LONG, exemption()) == [("excused", "exemptions.csv:4")]
    assert outcome(LONG, exemption(categories=["social_microblogging"])) == [("excused", "exemptions.csv:4")]
    assert outcome(LONG, exemption(categories=["gambling"])) == [("new", "")]
    assert outcome(LONG, exemption(ends=utc("2026-03-10"))) == [("new", "")]
    assert outcome(BETTING, exemption(categories=["gambling"])) == [("excused", "exemptions.csv:4")]


def test_an_exemption_by_role_and_the_dates_of_the_role() -> None:
    entry = exemption(user_hash=None, role="comms", categories=["social_microblogging"])
    excused, stands = [("excused", "exemptions.csv:4")], [("new", "")]
    assert outcome(LONG, entry, staff=[{"roles": ["comms"]}]) == excused
    assert outcome(LONG, entry, staff=[{"roles": ["research", "comms"]}]) == excused
    assert outcome(LONG, entry, staff=[{"roles": ["research"]}]) == stands
    assert outcome(LONG, entry) == stands
    assert outcome(LONG, entry, staff=[{"user_hash": 2, "roles": ["comms"]}]) == stands
    assert outcome(LONG, entry, staff=[{"roles": ["comms"], "ends": date(2026, 3, 9)}]) == stands


def test_exempt_work_ends_a_chain_of_personal_use() -> None:
    # 40 minutes, half an hour of exempt social media, 40 minutes
    rows = [
        visit("2026-03-10T09:00", "2026-03-10T09:40", "travel"),
        visit("2026-03-10T09:40", "2026-03-10T10:10", "social_microblogging"),
        visit("2026-03-10T10:10", "2026-03-10T10:50", "sport"),
    ]
    assert outcome(rows, exemption(categories=["social_microblogging"])) == [("excused", "exemptions.csv:4")]


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        (self_report("2026-03-10T15:20"), "excused"),
        (self_report("2026-03-11T15:00"), "excused"),  # a day after the visit began
        (self_report("2026-03-11T15:11"), "new"),
        (self_report("2026-03-09T15:00"), "excused"),
        (self_report("2026-03-09T14:59"), "new"),
        (self_report("2026-03-10T15:20", categories=["dating"]), "new"),
        (self_report("2026-03-10T15:20", categories=None), "excused"),
        (self_report("2026-03-10T15:20", user_hash=2), "new"),
    ],
)
def test_a_self_report_excuses_its_class_within_a_day(entry: dict, status: str) -> None:
    # the visit ends at 15:10, and a report may follow or precede it by 24 hours
    ((found, reason),) = outcome(BETTING, entry)
    assert found == status
    assert reason == ("self_reports.csv:3" if status == "excused" else "")


def test_a_self_report_does_not_excuse_an_hour_of_personal_use() -> None:
    assert outcome(LONG, self_report("2026-03-10T12:00", categories=None)) == [("new", "")]


def test_all_entries_that_cover_a_finding_are_named() -> None:
    entries = [
        consent("2026-03-10T09:00", "2026-03-10T12:00", entry="consents.csv:7"),
        exemption(categories=["social_microblogging"]),
    ]
    assert outcome(LONG, *entries) == [("excused", "consents.csv:7; exemptions.csv:4")]


def test_a_close_finding_can_be_excused_as_well() -> None:
    rows = [visit("2026-03-10T10:00", "2026-03-10T11:30", minutes_low=50.0)]
    assert outcome(rows) == [("close", "the likely minutes break the rule, the proven minutes do not")]
    assert outcome(rows, consent("2026-03-10T10:00", "2026-03-10T11:00")) == [("excused", "consents.csv:2")]


def test_an_entry_that_cannot_cover_a_finding_is_not_named() -> None:
    entries = [
        consent("2026-03-10T09:00", "2026-03-10T18:00", entry="consents.csv:7"),
        exemption(categories=["gambling"]),
    ]
    assert outcome(BETTING, *entries) == [("excused", "exemptions.csv:4")]


def test_a_close_finding_stays_close_where_what_is_left_is_close() -> None:
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T10:10"),
        visit("2026-03-10T10:10", "2026-03-10T11:20", "travel", minutes_low=45.0),
    ]
    ((status, _),) = outcome(rows, consent("2026-03-10T10:00", "2026-03-10T10:10"))
    assert status == "close"


# --- What entries leave ---------------------------------------------------------------------------------------


def research(**other: object) -> dict:
    plain = {"register": "research", "entry": "research.csv:2", "user_hash": 1, "categories": ["gambling"]}
    return plain | {"starts": utc("2026-03-01"), "ends": utc("2026-04-01")} | other


def objection(state: str, **other: object) -> dict:
    plain = {"register": "objection", "entry": "objections.csv:2", "user_hash": 1, "state": state}
    return plain | {"starts": utc("2026-03-01"), "ends": None} | other


def decision(state: str, finding_id: str, line: int = 2) -> dict:
    return {
        "register": "decision",
        "entry": f"decisions.csv:{line}",
        "user_hash": None,
        "state": state,
        "reference": finding_id,
        "reason": "looked into",
    }


def findings(rows: list[dict], *entries: dict, staff: list[dict] | None = None) -> pl.DataFrame:
    return assess(visits(*rows), people(*(staff or [])), register(*entries), LEEDS).findings


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        ("2026-03-10T10:00", "2026-03-10T10:05", "new"),  # 115 of 120 minutes are left
        ("2026-03-10T10:00", "2026-03-10T11:00", "excused"),  # 60 are not more than 60
        ("2026-03-10T10:00", "2026-03-10T10:59:59", "new"),
        ("2026-03-10T11:00", "2026-03-10T12:00", "excused"),
        ("2026-03-10T10:30", "2026-03-10T11:29", "excused"),  # 30 and 31, an hour apart
        ("2026-03-10T10:57", "2026-03-10T11:02", "new"),  # 57 and 58, five minutes apart: tabbing
        ("2026-03-10T10:57", "2026-03-10T11:02:01", "excused"),
    ],
)
def test_consent_covers_the_time_between_its_ends_and_no_more(start: str, end: str, status: str) -> None:
    rows = [visit("2026-03-10T10:00", "2026-03-10T12:00", "travel")]
    found = findings(rows, consent(start, end))
    assert found.select("status", "entries").rows() == [(status, "consents.csv:2")]
    assert found["minutes_low"].to_list() == [120.0]  # what the log shows stays what it shows
    assert found["status_reason"].to_list() == ["consents.csv:2" if status == "excused" else ""]


def test_what_is_left_is_proven_only_if_it_does_not_fit_into_what_is_covered() -> None:
    # 70 minutes proven in two hours: 15 of them may lie in the covered quarter, so that 55 are left for certain
    rows = [visit("2026-03-10T10:00", "2026-03-10T12:00", "travel", minutes_low=70.0)]
    assert outcome(rows) == [("new", "")]
    assert outcome(rows, consent("2026-03-10T10:00", "2026-03-10T10:15")) == [("excused", "consents.csv:2")]
    assert outcome(rows, consent("2026-03-10T10:00", "2026-03-10T10:09")) == [("new", "")]


def test_overlapping_consents_cover_their_union_and_all_are_named() -> None:
    rows = [visit("2026-03-10T10:00", "2026-03-10T12:00", "travel")]
    entries = [
        consent("2026-03-10T09:00", "2026-03-10T10:40", entry="consents.csv:10"),
        consent("2026-03-10T10:20", "2026-03-10T11:00", entry="consents.csv:2"),
        consent("2026-03-11T09:00", "2026-03-11T12:00", entry="consents.csv:3"),
    ]
    assert outcome(rows, *entries) == [("excused", "consents.csv:2; consents.csv:10")]
    assert outcome(rows, *entries[:1]) == [("new", "")]


def test_a_page_of_a_visit_that_is_covered_in_part_proves_nothing() -> None:
    rows = [visit("2026-03-10T15:00", "2026-03-10T15:10", "gambling", minutes_low=0.5)]
    whole = research(starts=utc("2026-03-10T15:08"))
    assert outcome(rows) == [("new", "")]
    assert outcome(rows, whole) == [("excused", "research.csv:2")]
    longer = [visit("2026-03-10T15:00", "2026-03-10T15:10", "gambling")]
    assert outcome(longer, whole) == [("new", "")]  # eight minutes are proven outside


def test_research_covers_the_classes_that_were_approved() -> None:
    assert outcome(BETTING, research()) == [("excused", "research.csv:2")]
    assert outcome(BETTING, research(categories=["dating"])) == [("new", "")]
    assert outcome(BETTING, research(ends=utc("2026-03-10"))) == [("new", "")]


@pytest.mark.parametrize(("state", "status"), [("pending", "excused"), ("upheld", "excused"), ("refused", "new")])
def test_an_objection_holds_everything_back_until_it_is_refused(state: str, status: str) -> None:
    for rows in (LONG, BETTING):
        ((found, reason),) = outcome(rows, objection(state))
        assert (found, reason) == (status, "objections.csv:2" if status == "excused" else "")
    assert outcome(LONG, objection(state, starts=utc("2026-03-11"))) == [("new", "")]


def test_a_self_report_covers_what_began_before_it_was_made() -> None:
    rows = [
        visit("2026-03-10T11:20", "2026-03-10T11:26", "gambling"),
        visit("2026-03-10T15:00", "2026-03-10T15:10", "gambling"),
    ]
    made = self_report("2026-03-10", ends=utc("2026-03-11"), reported=utc("2026-03-10T11:24"))
    assert outcome(rows[:1], made) == [("excused", "self_reports.csv:3")]
    assert outcome(rows, made) == [("new", "")]
    assert findings(rows, made)["entries"].to_list() == ["self_reports.csv:3"]
    late = self_report("2026-03-10", ends=utc("2026-03-11"), reported=utc("2026-05-10"))
    assert outcome(rows, late) == [("excused", "self_reports.csv:3")]  # 7.5 sets no limit


def test_leave_that_touches_a_finding_is_named() -> None:
    leave = {
        "register": "leave", "entry": "leave.csv:2", "user_hash": 1,
        "starts": utc("2026-03-10T11:00"), "ends": utc("2026-03-10T12:00"),
    }  # fmt: skip
    found = findings([visit("2026-03-10T10:00", "2026-03-10T12:00", "travel")], leave)
    assert found.select("status", "entries").rows() == [("new", "leave.csv:2")]
    assert findings(BETTING, leave)["entries"].to_list() == [""]  # which holds at any hour


# --- What people decided --------------------------------------------------------------------------------------


def test_a_decision_makes_a_finding_confirmed_or_withdrawn() -> None:
    (case,) = findings(LONG)["finding_id"]
    for state in ("confirmed", "withdrawn"):
        found = findings(LONG, decision(state, case))
        assert found.select("finding_id", "status", "status_reason", "entries").rows() == [
            (case, state, "decisions.csv:2: looked into", "decisions.csv:2")
        ]
    assert outcome(LONG, decision("confirmed", "F-0000000000")) == [("new", "")]


@pytest.mark.parametrize("order", [("confirmed", "withdrawn"), ("withdrawn", "confirmed")])
def test_of_two_decisions_the_one_for_the_person_counts(order: tuple[str, str]) -> None:
    (case,) = findings(LONG)["finding_id"]
    found = findings(LONG, *(decision(state, case, line) for line, state in enumerate(order, start=2)))
    assert found["status"].to_list() == ["withdrawn"]


def test_nobody_is_confirmed_against_an_excuse_or_without_proof() -> None:
    (case,) = findings(LONG)["finding_id"]
    covered = consent("2026-03-10T09:00", "2026-03-10T12:00")
    for state in ("confirmed", "withdrawn"):
        assert outcome(LONG, covered, decision(state, case)) == [("excused", "consents.csv:2")]
    near = [visit("2026-03-10T10:00", "2026-03-10T11:30", minutes_low=50.0)]
    (case,) = findings(near)["finding_id"]
    assert findings(near, decision("confirmed", case))["status"].to_list() == ["close"]
    assert findings(near, decision("withdrawn", case))["status"].to_list() == ["withdrawn"]


def test_what_people_do_on_their_own_devices_counts_only_if_the_policy_says_so() -> None:
    rows = visits(visit("2026-03-10T10:00", "2026-03-10T11:30", "travel", attribution="own_device"))
    for counts, status in ((False, []), (True, ["new"])):
        policy = replace(LEEDS, own_devices_count=counts)
        assert assess(rows, people(), register(), policy).findings["status"].to_list() == status


# --- Laws -----------------------------------------------------------------------------------------------------

DAY = utc("2026-03-10T09:00")
minutes = st.integers(0, 420)
spans = st.tuples(minutes, st.integers(1, 120))
stays = st.lists(
    st.tuples(minutes, st.integers(1, 150), st.sampled_from(["travel", "sport", "gambling"]), st.integers(0, 100)),
    min_size=1,
    max_size=5,
)


def moment(minute: int) -> str:
    return (DAY + timedelta(minutes=minute)).replace(tzinfo=None).isoformat()


def as_visits(those: list[tuple[int, int, str, int]]) -> list[dict]:
    return [
        visit(moment(start), moment(start + length), category, minutes_low=length * share / 100)
        for start, length, category, share in those
    ]


def as_consents(those: list[tuple[int, int]], **other: object) -> list[dict]:
    return [
        consent(moment(start), moment(start + length), entry=f"consents.csv:{n}", **other)
        for n, (start, length) in enumerate(those, start=2)
    ]


@settings(max_examples=40, deadline=None)
@given(those=stays, consents=st.lists(spans, max_size=4), order=st.randoms(use_true_random=False))
def test_the_order_of_entries_and_their_cuts_make_no_difference(
    those: list[tuple[int, int, str, int]], consents: list[tuple[int, int]], order: random.Random
) -> None:
    rows, entries = as_visits(those), as_consents(consents)
    known = findings(rows, *entries)
    order.shuffle(entries)
    assert_frame_equal(findings(rows, *entries), known)
    halves = [
        part
        for start, length in consents
        for part in ((start, max(1, length // 2)), (start + length // 2, length - length // 2))
    ]
    in_parts = findings(rows, *as_consents(halves)).drop("status_reason", "entries")
    assert_frame_equal(in_parts, known.drop("status_reason", "entries"))


@settings(max_examples=40, deadline=None)
@given(those=stays, consents=st.lists(spans, max_size=4))
def test_entries_excuse_and_never_accuse(
    those: list[tuple[int, int, str, int]], consents: list[tuple[int, int]]
) -> None:
    rows = as_visits(those)
    plain, covered = findings(rows), findings(rows, *as_consents(consents))
    assert_frame_equal(
        covered.drop("status", "status_reason", "entries"), plain.drop("status", "status_reason", "entries")
    )
    for before, after, reason, entries in zip(
        plain["status"], covered["status"], covered["status_reason"], covered["entries"], strict=True
    ):
        assert after in (before, "excused")
        assert set(filter(None, reason.split("; "))) <= set(entries.split("; ")) or after == "close"
    everything = findings(rows, *as_consents([(-60, 1000)], categories=["travel", "sport", "gambling"]))
    assert set(everything.filter(pl.col("category").is_null())["status"]) <= {"excused"}
    assert set(everything.drop_nulls("category")["status"]) == set(plain.drop_nulls("category")["status"])
    elsewhere = findings(rows, *as_consents(consents, user_hash=2))
    assert_frame_equal(elsewhere, plain)


@settings(max_examples=60, deadline=None)
@given(those=stays, consents=st.lists(spans, min_size=1, max_size=4))
def test_what_is_left_and_what_is_covered_make_up_the_visits(
    those: list[tuple[int, int, str, int]], consents: list[tuple[int, int]]
) -> None:
    seen = people_visits(visits(*as_visits(those)), LEEDS)
    covers = covers_of(seen, people(), register(*as_consents(consents)), LEEDS)
    left = uncovered(seen, covers)
    assert left.schema == seen.schema
    assert left["visit"].to_list() == list(range(left.height))
    assert (left["low_us"] <= left["likely_us"]).all()
    assert (left["likely_us"] <= left["high_us"]).all()
    assert (left["low_us"] <= left["until_us"] - left["start_us"]).all()
    minute = 60_000_000
    begin = int(DAY.timestamp()) * 1_000_000
    by_hand = {
        m for start, length in consents for m in range(start, start + length)
    }  # every entry begins and ends on a minute, and so does every visit
    for start, length, category, share in those:
        covered = len(by_hand & set(range(start, start + length)))
        same = sum(other[:3] == (start, length, category) for other in those)
        mine = left.filter(
            pl.col("category") == category,
            pl.col("start_us") >= begin + start * minute,
            pl.col("until_us") <= begin + (start + length) * minute,
        )
        if same == 1 and len({row[:3] for row in those if row[2] == category}) == 1:
            assert mine["low_us"].sum() == max(0, round(length * share / 100 * minute) - covered * minute)
            assert (mine["until_us"] - mine["start_us"]).sum() == (length - covered) * minute
