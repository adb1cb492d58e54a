"""Consents, exemptions and self-reports: what they excuse and what they do not."""

from __future__ import annotations

from datetime import date

import pytest
from assess_tables import people, register, utc, visit, visits

from netaudit.assess import assess
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


def test_consent_does_not_cover_a_forbidden_class_unless_it_names_it() -> None:
    day = ("2026-03-10T00:00", "2026-03-11T00:00")
    assert outcome(BETTING, consent(*day)) == [("new", "")]
    assert outcome(BETTING, consent(*day, categories=[])) == [("new", "")]
    assert outcome(BETTING, consent(*day, categories=["gambling"])) == [("excused", "consents.csv:2")]


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
