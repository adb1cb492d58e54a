"""What a case shows of a finding: its facts and doubts, never who it is about."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import polars as pl
import protect_data as data
import pytest
from approved import APPROVED

from netaudit.contracts import EVIDENCE, FINDINGS, Case
from netaudit.definitions.dpia import Gate
from netaudit.definitions.policies import Policy, load_policy
from netaudit.protect.cases import open_cases

NUMBER = "F-ABCDEFGHJK"
GATE = Gate(APPROVED, date(2026, 3, 20))
USER = 4_611_686_018_427_387_847  # a pseudonym that no other number contains


@pytest.fixture(scope="module")
def leeds() -> Policy:
    return load_policy("leeds")


def _finding(**changes: object) -> dict[str, object]:
    facts = {
        "finding_id": NUMBER,
        "rule_id": "one_hour",
        "minutes_low": 90.0,
        "minutes": 95.0,
        "minutes_high": 100.0,
    }
    return data.finding(USER, "7.2", "manager") | facts | {"core_minutes_low": 90.0} | changes


def _line(**changes: object) -> dict[str, object]:
    start = changes.get("event_start", data.MONDAY + timedelta(hours=10))
    assert isinstance(start, datetime)
    return {
        "finding_id": NUMBER,
        "event_start": start,
        "event_end": start + timedelta(minutes=5),
        "site": "social.example",
        "category": "social_sharing",
        "use": "personal",
        "label": "human",
        "reason": "a page the person opened",
        "requests": 60,
        "log_file": "17",
        "log_line": 4711,
    } | changes


def _open(
    policy: Policy, findings: list[dict[str, object]], lines: list[dict[str, object]] | None = None
) -> list[Case]:
    return open_cases(
        data.findings(findings),
        pl.DataFrame(lines or [_line()], schema=EVIDENCE.schema),
        policy,
        data.PERIOD,
        data.ZONE,
        GATE,
    )


def _doubts(policy: Policy, *lines: dict[str, object], **changes: object) -> str:
    (case,) = _open(policy, [_finding(**changes)], list(lines))
    return " ".join(case.doubts)


def test_a_case_is_its_finding_with_the_words_of_the_policy(leeds: Policy) -> None:
    (case,) = _open(leeds, [_finding()])
    rule = leeds.rule("one_hour")
    assert (case.case_number, case.rule_title, case.clause_text) == (NUMBER, rule.title, rule.bullet)
    assert (case.clause, case.route, case.period, case.status) == ("7.2", "manager", data.PERIOD, "new")
    assert (case.minutes_low, case.minutes, case.minutes_high, case.limit) == (90.0, 95.0, 100.0, 60.0)
    assert case.category == ""
    assert [line.site for line in case.evidence] == ["social.example"]


def test_a_rule_that_the_policy_no_longer_has_keeps_its_case(leeds: Policy) -> None:
    (case,) = _open(leeds, [_finding(rule_id="gone")])
    assert (case.rule_title, case.clause_text) == ("gone", leeds.clauses["7.2"])


def test_nobody_can_be_found_in_a_case(leeds: Policy) -> None:
    (case,) = _open(leeds, [_finding()])
    text = repr(case)
    assert str(USER) not in text
    assert "4711" not in text
    names = {field.name for field in dataclasses.fields(case)}
    assert not names & {"user_hash", "team", "directorate", "log_file", "log_line"}


def test_cases_do_not_depend_on_the_order_of_rows_nor_on_whose_they_are(leeds: Policy) -> None:
    findings = [
        _finding(finding_id=f"F-{number}", event_start=data.MONDAY + timedelta(hours=number)) for number in range(5)
    ]
    lines = [
        _line(finding_id=f"F-{number}", event_start=data.MONDAY + timedelta(hours=number, minutes=minute))
        for number in range(5)
        for minute in range(0, 30, 10)
    ]
    first = _open(leeds, findings, lines)
    assert _open(leeds, findings[::-1], lines[::-1]) == first
    assert _open(leeds, [row | {"user_hash": place} for place, row in enumerate(findings)], lines) == first
    assert [case.case_number for case in first] == [f"F-{number}" for number in range(5)]
    assert all(list(case.evidence) == sorted(case.evidence, key=lambda line: line.start) for case in first)


@pytest.mark.parametrize(
    ("start", "local"),
    [
        (datetime(2026, 7, 14, 9, 0, 59, tzinfo=UTC), "2026-07-14T10:00:00+01:00"),
        (datetime(2026, 11, 16, 9, 0, 59, tzinfo=UTC), "2026-11-16T09:00:00+00:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25T01:30:00+01:00"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25T01:30:00+00:00"),
    ],
)
def test_times_are_local_and_to_the_minute(leeds: Policy, start: datetime, local: str) -> None:
    end = start + timedelta(minutes=80, seconds=1)
    (case,) = _open(leeds, [_finding(event_start=start, event_end=end)], [_line(event_start=start, event_end=end)])
    assert case.start.isoformat() == case.evidence[0].start.isoformat() == local
    assert (case.end.second, case.end.microsecond) == (0, 0)
    assert timedelta() <= case.end - end < timedelta(minutes=1)
    assert case.evidence[0].end == case.end


@pytest.mark.parametrize(
    "shielded",
    [{"use": "shielded"}, {"category": "shielded"}, {"category": "special_helpline", "use": "personal"}],
)
def test_a_shielded_line_never_reaches_a_case(leeds: Policy, shielded: dict[str, object]) -> None:
    (case,) = _open(leeds, [_finding()], [_line(), _line(site="canary.example") | shielded])
    assert "canary" not in repr(case)
    assert len(case.evidence) == 1


def test_every_case_says_that_it_is_about_an_account(leeds: Policy) -> None:
    assert "not who sat there" in _doubts(leeds, _line())
    assert "reason in their work" in _doubts(leeds, _line())
    assert "not which pages were read" in _doubts(leeds, _line())


# Each doubt with facts that call for it, and with facts that differ in that alone.
@pytest.mark.parametrize(
    ("words", "facts", "other_facts"),
    [
        ("Only the likely minutes do", {"status": "close"}, {"status": "new"}),
        ("close to the limit: 65 minutes", {"minutes_low": 65.0}, {"minutes_low": 67.0}),
        ("halved", {"holds_at_half": False}, {"holds_at_half": True}),
        ("halved", {"holds_at_half": False}, {"holds_at_half": None}),
        ("proves 90 minutes and would allow 140", {"minutes_high": 140.0}, {"minutes_high": 130.0}),
        # What is proven is never rounded up, nor down to the limit that it exceeds.
        ("proves 6.5 minutes", {"minutes_low": 6.59}, {"minutes_low": 6.6}),
        ("close to the limit: just over 60", {"minutes_low": 60.01}, {"minutes_low": 60.1}),
        ("Only 40 minutes of it", {"core_minutes_low": 40.0}, {"core_minutes_low": 45.0}),
        ("may be lunch", {"lunch_minutes": 20.0}, {"lunch_minutes": 0.0}),
        ("may be lunch", {"lunch_minutes": 20.0}, {"lunch_minutes": 20.0, "category": "gambling"}),
        ("It rests on few requests (3", {"requests": 3}, {"requests": 6}),
        ("stopped 3 of 100", {"requests_blocked": 3}, {"requests_blocked": 0}),
        ("Amounts of data", {"measure": "MB"}, {"measure": "minutes"}),
        ("go on playing", {"category": "streaming_media"}, {"category": "gambling"}),
    ],
)
def test_doubts_come_from_the_facts(
    leeds: Policy, words: str, facts: dict[str, object], other_facts: dict[str, object]
) -> None:
    assert words in _doubts(leeds, _line(), **facts)
    assert words not in _doubts(leeds, _line(), **other_facts)


@pytest.mark.parametrize(
    ("words", "line", "other_line"),
    [
        ("left open", {"label": "idle"}, {"label": "human"}),
        ("adverts", {"label": "embedded"}, {"label": "human"}),
        ("cannot judge", {"use": "unknown"}, {"use": "business"}),
        ("go on playing", {"category": "social_video_sharing"}, {"category": "social_sharing"}),
        ("already open", {"reason": "came back to an open page"}, {"reason": "opened a page"}),
        (
            "only when connections ended",
            {"reason": "probably used a page: the log has only the ends of connections"},
            {"reason": "opened a page"},
        ),
        ("the web filter's own word", {"category_source": "vendor/zscaler"}, {"category_source": "netaudit"}),
        ("the web filter's own word", {"category_source": "vendor/zscaler"}, {"use": "unknown"}),
        ("from an imported list", {"category_source": "ut1"}, {"category_source": "overrides"}),
        ("from an imported list", {"category_source": "ut1"}, {"category_source": None}),
        ("from an imported list", {"category_source": "ut1"}, {"category_source": "vendor/zscaler"}),
        ("nobody confirms", {"category_confirmed": False}, {"category_confirmed": None}),
        (
            "reading quietly",
            {"event_end": data.MONDAY + timedelta(hours=10, minutes=20), "requests": 9},
            {"event_end": data.MONDAY + timedelta(hours=10, minutes=20), "requests": 10},
        ),
    ],
)
def test_doubts_come_from_the_timeline(
    leeds: Policy, words: str, line: dict[str, object], other_line: dict[str, object]
) -> None:
    assert words in _doubts(leeds, _line(**line))
    assert words not in _doubts(leeds, _line(**other_line))


def test_no_findings_are_no_cases(leeds: Policy) -> None:
    assert open_cases(FINDINGS.empty(), EVIDENCE.empty(), leeds, data.PERIOD, data.ZONE, GATE) == []
