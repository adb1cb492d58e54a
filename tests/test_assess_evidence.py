"""The timeline of a finding: as much as deciding about it needs, and no more."""

from __future__ import annotations

import polars as pl
from assess_tables import people, register, utc, visit, visits

from netaudit.assess import assess, evidence
from netaudit.contracts import EVIDENCE, LABELLED
from netaudit.definitions.policies import load_policy

LEEDS = load_policy("leeds")


def timeline(rows: list[dict], *requests: dict) -> pl.DataFrame:
    table = visits(*rows)
    findings = assess(table, people(), register(), LEEDS).findings
    return evidence(findings, table, pl.DataFrame(list(requests), LABELLED.schema), LEEDS)


def request(when: str, site: str = "social-sharing.example", **other: object) -> dict:
    plain = {"user_hash": 1, "site": site, "event_start": utc(when), "label": "human", "log_file": "7"}
    return plain | {"label_reason": "page"} | other


def test_a_chain_with_work_unknown_and_shielded_time_in_between() -> None:
    rows = [
        visit("2026-03-10T09:50", "2026-03-10T09:54", "banking_finance"),  # more than 5 minutes before
        visit("2026-03-10T09:56", "2026-03-10T09:58", "business_clinical", requests=9),
        visit("2026-03-10T10:00", "2026-03-10T10:30", reason="clicks and pages"),
        visit("2026-03-10T10:30", "2026-03-10T10:32", "business_clinical"),
        visit("2026-03-10T10:32", "2026-03-10T10:34", "uncategorised", site="somewhere.example"),
        visit("2026-03-10T10:34", "2026-03-10T11:10", "travel", requests=12),
        visit("2026-03-10T11:10", "2026-03-10T11:12", "shielded", site=None),
        visit("2026-03-10T11:10", "2026-03-10T11:20", "social_sharing", kind="idle", reason="polling"),
        visit("2026-03-10T11:10", "2026-03-10T11:12", "infra_update", kind="background"),
        visit("2026-03-10T11:20", "2026-03-10T11:30", "business_nhs"),
        visit("2026-03-10T10:00", "2026-03-10T10:30", "travel", user_hash=2, site="other-person.example"),
    ]
    lines = timeline(rows)
    columns = ("event_start", "site", "category", "use", "label", "reason", "requests")
    assert lines.select(columns).rows() == [
        (utc("2026-03-10T09:56"), "work", "business", "business", "human", "", 9),
        (
            utc("2026-03-10T10:00"),
            "social-sharing.example",
            "social_sharing",
            "personal",
            "human",
            "clicks and pages",
            1,
        ),
        (utc("2026-03-10T10:30"), "work", "business", "business", "human", "", 1),
        (utc("2026-03-10T10:32"), "not shown", "uncategorised", "unknown", "human", "", 1),
        (utc("2026-03-10T10:34"), "travel.example", "travel", "personal", "human", "page and its parts", 12),
        (
            utc("2026-03-10T11:10"),
            "social-sharing.example",
            "social_sharing",
            "personal",
            "idle",
            "polling",
            1,
        ),
    ]


def test_a_finding_about_a_class_shows_that_class_alone() -> None:
    attempt = {"documents_allowed": 0, "requests_blocked": 1}
    rows = [
        visit("2026-03-10T09:00", "2026-03-10T09:05", "gambling"),
        visit("2026-03-10T10:00", "2026-03-10T10:05", "dating"),
        visit("2026-03-10T11:00", "2026-03-10T11:05", "banking_finance"),
        visit("2026-03-10T12:00", "2026-03-10T12:05", "business_nhs"),
        visit("2026-03-10T13:00", "2026-03-10T13:01", "gambling", **attempt),
        visit("2026-03-10T14:00", "2026-03-10T14:05", "gambling"),
    ]
    lines = timeline(rows)
    assert lines.filter(pl.col("category") == "gambling").select("event_start", "reason").rows() == [
        (utc("2026-03-10T09:00"), "page and its parts"),
        (utc("2026-03-10T13:00"), "stopped by the filter"),
        (utc("2026-03-10T14:00"), "page and its parts"),
    ]
    assert lines["category"].value_counts().sort("category").rows() == [("dating", 1), ("gambling", 3)]


def test_lines_name_the_first_request_of_their_own_kind() -> None:
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T11:10"),
        visit("2026-03-10T11:11", "2026-03-10T11:14", "business_nhs"),
    ]
    lines = timeline(
        rows,
        request("2026-03-10T09:59", log_line=1),  # before the visit
        request("2026-03-10T10:00", log_line=5, label="embedded"),
        request("2026-03-10T10:02", log_line=9),
        request("2026-03-10T10:02", log_line=8),
        request("2026-03-10T10:01", log_line=2, user_hash=2),
        request("2026-03-10T10:01", log_line=3, site="elsewhere.example"),
        request("2026-03-10T11:12", log_line=4, site="business-nhs.example"),
    )
    assert lines.select("site", "log_file", "log_line").rows() == [
        ("social-sharing.example", "7", 8),
        ("work", None, None),
    ]


def test_without_requests_no_line_names_one() -> None:
    table = visits(visit("2026-03-10T10:00", "2026-03-10T11:10"))
    findings = assess(table, people(), register(), LEEDS).findings
    for nothing in (LABELLED.empty(), pl.DataFrame()):
        lines = evidence(findings, table, nothing, LEEDS)
        assert lines.schema == EVIDENCE.schema
        assert lines.select("log_file", "log_line").rows() == [(None, None)]


def test_no_findings_have_no_evidence() -> None:
    table = visits(visit("2026-03-10T10:00", "2026-03-10T10:10"))
    findings = assess(table, people(), register(), LEEDS).findings
    assert evidence(findings, table, LABELLED.empty(), LEEDS).equals(EVIDENCE.empty())


def test_timelines_stand_in_the_order_of_their_findings() -> None:
    rows = [
        visit("2026-03-11T09:00", "2026-03-11T09:05", "gambling"),
        visit("2026-03-10T15:00", "2026-03-10T15:05", "dating"),
        visit("2026-03-10T10:00", "2026-03-10T10:05", "dating"),
    ]
    lines = timeline(rows)
    assert lines["category"].to_list() == ["dating", "dating", "gambling"]
    assert lines["event_start"].is_sorted()
