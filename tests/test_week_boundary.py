"""A stretch over Sunday midnight belongs whole to the week in which it begins, and to no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from accusations import _shipped
from approved import APPROVED
from assess_tables import people, register, visit, visits
from browsing import LEVELS, Person

from netaudit.assess import REQUESTS, assess, case_tables
from netaudit.definitions.calendars import Pattern
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.policies import Policy, load_policy
from netaudit.pipeline import audit, run_audit
from netaudit.protect import Keyring
from netaudit.store import Store

LONDON = ZoneInfo("Europe/London")
NIGHTS = """
extends = "leeds"
id = "nights_only"
[time]
default_pattern = "sundays"
[patterns.sundays]
title = "Sunday and Monday nights"
sunday = "21:00-07:00"
monday = "21:00-07:00"
lunch = false
bank_holidays_off = false
"""
LEVEL = LEVELS["urls, referrers, agents"]


@dataclass(frozen=True, slots=True)
class Weeks:
    """What a store holds after some runs, all weeks together, with `period`."""

    visits: pl.DataFrame
    findings: pl.DataFrame
    timeline: pl.DataFrame
    hours: pl.DataFrame


def reading(begins: datetime, minutes: int) -> list[tuple[float, str]]:
    """Return lines, with their times, of somebody who looks at a page of houses every minute, from a local time on."""
    person = Person("nadia.quill")
    before = ""
    for number in range(minutes + 1):
        before = person.page(60.0 * number, f"https://www.rightmove.co.uk/homes/{number}", referrer=before, parts=2)
    return sorted(LEVEL([person], int(begins.timestamp())))


def audited(folder: Path, *batches: Sequence[tuple[float, str]]) -> Weeks:
    """Run the audit over each batch of lines, one after the other, and return what is stored then."""
    (folder / "policies").mkdir()
    (folder / "policies" / "nights_only.toml").write_text(NIGHTS)
    configuration = replace(
        Configuration(dpia=APPROVED), policy_pack="nights_only", policies_folder=folder / "policies"
    )
    out = folder / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "load_configured_class_map", lambda *_: _shipped())
        for number, lines in enumerate(batches):
            log = folder / f"access{number}.log"
            log.write_text("".join(f"{line}\n" for _, line in lines))
            run_audit([str(log)], configuration, out, datetime(2027, 6, 1, tzinfo=UTC), lambda *_: None)
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        return Weeks(*(_all(store, name) for name in ("visits", "findings", "timeline", "hours")))
    finally:
        store.close()


def _all(store: Store, name: str) -> pl.DataFrame:
    frames = []
    for period, part in store.ledger.parts(name):
        table = store.read(name, period, part)
        assert table is not None
        frames.append(table.with_columns(pl.col(pl.Categorical).cast(pl.String), period=pl.lit(period)))
    return pl.concat(frames)


def chains(weeks: Weeks) -> list[tuple[str, str, str]]:
    found = weeks.findings.filter(pl.col("rule_id") == "one_hour")
    clock = pl.col("event_start", "event_end").dt.convert_time_zone("Europe/London").dt.strftime("%a %H:%M")
    return found.select("period", clock).rows()


SUNDAYS = {
    date(2026, 3, 15): "2026-W11",
    date(2026, 3, 29): "2026-W13",  # clocks go forward in its night
    date(2026, 10, 25): "2026-W43",  # and back
}


def at(day: date, hour: int, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize("sunday", SUNDAYS, ids=str)
def test_a_stretch_over_sunday_midnight_is_one_case_of_the_old_week(tmp_path: Path, sunday: date) -> None:
    weeks = audited(tmp_path, reading(at(sunday, 23, 20), 80))
    ((period, begins, ends),) = chains(weeks)
    assert (period, begins) == (SUNDAYS[sunday], "Sun 23:20")
    assert ends in {"Mon 00:40", "Mon 00:41"}
    (finding,) = weeks.findings.to_dicts()
    assert 75 <= finding["minutes_low"] <= 81
    assert finding["pattern"] == "sundays"
    assert finding["core_minutes_low"] == pytest.approx(finding["minutes_low"])  # Sunday's night, without lunch
    # nothing is counted twice, and each visit lies in the week in which it begins
    assert weeks.visits["minutes_low"].sum() == pytest.approx(finding["minutes_low"], abs=1)
    week = pl.col("event_start").dt.convert_time_zone("Europe/London").dt.strftime("%G-W%V")
    assert weeks.visits.filter(week != pl.col("period")).is_empty()
    # the page of the case tells all of it
    counted = weeks.timeline.filter(pl.col("state") == "counted")
    assert counted["low_us"].sum() / 60_000_000 == pytest.approx(finding["minutes_low"])
    assert set(weeks.hours["kind"]) == {"core"}


def test_a_stretch_after_midnight_is_one_case_of_the_new_week(tmp_path: Path) -> None:
    weeks = audited(tmp_path, reading(at(date(2026, 3, 16), 0, 10), 75))
    ((period, begins, _),) = chains(weeks)
    assert (period, begins) == ("2026-W12", "Mon 00:10")


def test_a_stretch_before_midnight_is_one_case_of_the_old_week(tmp_path: Path) -> None:
    weeks = audited(tmp_path, reading(at(date(2026, 3, 15), 22, 30), 85))
    ((period, begins, _),) = chains(weeks)
    assert (period, begins) == ("2026-W11", "Sun 22:30")


@pytest.mark.parametrize("late", [False, True], ids=["in order", "the evening comes late"])
def test_logs_that_come_day_by_day_come_to_the_same(tmp_path: Path, late: bool) -> None:
    sunday = date(2026, 3, 15)
    lines = reading(at(sunday, 23, 20), 80)
    midnight = at(date(2026, 3, 16), 0, 0).timestamp()
    evening, morning = ([line for line in lines if (line[0] < midnight) is before] for before in (True, False))
    batches = (morning, evening) if late else (evening, morning)
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
    whole, parts = audited(tmp_path / "whole", lines), audited(tmp_path / "parts", *batches)
    assert chains(parts) == chains(whole)
    assert parts.findings["minutes_low"].to_list() == pytest.approx(whole.findings["minutes_low"].to_list())


def test_of_a_stretch_that_reaches_beyond_three_hours_no_more_is_known(tmp_path: Path) -> None:
    # 22:00 to 05:00, one visit: the old week sees three hours of it on Monday. What comes then is in no week.
    weeks = audited(tmp_path, reading(at(date(2026, 3, 15), 22, 0), 420))
    ((period, begins, ends),) = chains(weeks)
    assert (period, begins) == ("2026-W11", "Sun 22:00")
    assert ends in {"Mon 02:59", "Mon 03:00", "Mon 03:01"}
    assert weeks.visits["minutes_low"].sum() == pytest.approx(300, abs=3)


# ------------------------------------------------------------------------------- the same on tables, figure by figure
MORNINGS = load_policy("leeds")
ALWAYS = replace(
    MORNINGS,
    patterns={
        "full_time": Pattern(
            "full_time", "", dict.fromkeys(("sunday", "monday"), MORNINGS.patterns["nights"].core["monday"]), None
        )
    },
)


def judged(
    own: Sequence[dict], beside: Sequence[dict], policy: Policy = ALWAYS
) -> tuple[list[tuple[str, str, float]], pl.DataFrame]:
    outcome = assess(visits(*own), people(), register(), policy, beside=visits(*beside))
    found = outcome.findings.select("rule_id", pl.col("event_start").dt.strftime("%d %H:%M"), "minutes_low").rows()
    tables = case_tables(
        outcome.findings,
        visits(*own),
        pl.DataFrame(schema=REQUESTS),
        people(),
        register(),
        policy,
        beside=visits(*beside),
    )
    counted = tables.timeline.filter(pl.col("state") == "counted")["low_us"].sum()
    assert counted / 60_000_000 == pytest.approx(sum(one[2] for one in found))
    return found, outcome.spells


EVENING = visit("2026-03-15T23:20", "2026-03-15T23:58")  # 38 minutes of Sunday
MORNING = visit("2026-03-16T00:00", "2026-03-16T00:40")  # 40 of Monday


def test_either_week_looks_at_both_and_one_of_them_judges() -> None:
    found, spells = judged([EVENING], [MORNING])
    assert found == [("one_hour", "15 23:20", 78)]
    assert spells["minutes_low"].to_list() == [78]
    found, spells = judged([MORNING], [EVENING])
    assert found == []
    assert spells.is_empty()


def test_a_gap_beyond_the_tolerance_ends_the_stretch_at_midnight_too() -> None:
    apart = {**EVENING, "event_end": EVENING["event_end"] - timedelta(minutes=4)}  # six minutes
    assert judged([apart], [MORNING])[0] == []
    assert judged([MORNING], [apart])[1]["minutes_low"].to_list() == [40]


def test_rules_about_a_day_count_their_own_week_alone() -> None:
    evening, morning = ({**row, "category": "gambling", "site": "a.example"} for row in (EVENING, MORNING))
    limited = replace(MORNINGS.rule("core_time"), on=True, limit=30)
    policy = replace(ALWAYS, rules=(MORNINGS.rule("gambling"), limited))
    assert judged([evening], [morning], policy)[0] == [("core_time", "15 23:20", 38), ("gambling", "15 23:20", 38)]
    assert judged([morning], [evening], policy)[0] == [("core_time", "16 00:00", 40), ("gambling", "16 00:00", 40)]


def test_what_is_left_of_a_stretch_is_judged_wherever_it_begins() -> None:
    # 10 minutes of Sunday and 70 of Monday: without the first it would be the next week's case, not none
    first, rest = visit("2026-03-15T23:50", "2026-03-16T00:00"), visit("2026-03-16T00:00", "2026-03-16T01:10", "travel")
    findings = assess(visits(first), people(), register(), ALWAYS, beside=visits(rest)).findings
    tables = case_tables(
        findings, visits(first), pl.DataFrame(schema=REQUESTS), people(), register(), ALWAYS, beside=visits(rest)
    )
    asked = tables.overturns.filter(pl.col("kind").is_in(["visit", "fewest"])).select("category", "outcome").rows()
    assert ("social_sharing", "new") in asked or ("travel", "none") in asked
    assert ("social_sharing", "none") not in asked


def test_a_store_without_these_hours_is_read_as_before() -> None:
    assert judged([EVENING], [])[0] == []
    assert assess(visits(MORNING), people(), register(), ALWAYS).spells["minutes_low"].to_list() == [40]
