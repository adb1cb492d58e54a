"""netaudit policy list and show: a policy as a person reads it, with all that is in it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, fields, replace
from datetime import date, time
from pathlib import Path

import pytest

from netaudit.definitions.calendars import Hours, Lunch, Pattern
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.policies import KINDS, Policy, load_policy, policy_names
from netaudit.definitions.policy_changes import read_changes
from netaudit.definitions.policy_sentences import hours_in_words, lunch_in_words, pattern_in_words, setting
from netaudit.definitions.policy_terms import OneHour, Rule
from netaudit.definitions.rule_sentences import KIND_SENTENCES, rule_in_words, state_in_words
from netaudit.pipeline.policy_choice import class_titles
from netaudit.report.policy_text import policy_page, wrapped

NETAUDIT = Path(sys.executable).with_name("netaudit")
TODAY = date(2026, 11, 21)
NINE_TO_FIVE = (Hours(time(9), time(17)),)
OVERLAY = """extends = "leeds"
id = "our-trust"
title = "Our own \\u001b[2J policy"
version = "7"
review_by = 2027-01-31
[[rule]]
rule_id = "core_time"
limit_minutes = 25
"""


def netaudit(*arguments: str | Path, cwd: Path | None = None, columns: int = 80) -> subprocess.CompletedProcess[str]:
    environment = {"COLUMNS": str(columns), "PYTHONPATH": ":".join(sys.path), "PYTHONUTF8": "1"}
    command = [NETAUDIT, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=cwd)


def page(policy: Policy, *, examples: bool = False, width: int = 80) -> str:
    lines = policy_page(policy, TODAY, class_titles(Configuration()), examples=examples)
    return "\n".join(wrapped(lines, width))


def unwrapped(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "our-trust.toml").write_text(OVERLAY)
    (tmp_path / "netaudit.toml").write_text('[policy]\npack = "our-trust"\nfolder = "policies"\n')
    return tmp_path


def test_every_kind_has_a_sentence_and_no_other() -> None:
    assert set(KIND_SENTENCES) == set(KINDS)


@pytest.mark.parametrize("name", policy_names())
def test_a_page_tells_all_that_is_in_the_policy(name: str) -> None:
    policy = load_policy(name)
    text = unwrapped(page(policy, examples=True))
    told: list[str] = [policy.title, policy.version, policy.owner, policy.sha256, policy.zone, *policy.patterns]
    told += [pattern.title for pattern in policy.patterns.values()]
    told += list(policy.classes)
    for rule in policy.rules:
        told += [rule.rule_id, rule.title, rule.bullet, f"Findings go to: {rule.route}.", *rule.categories]
        told += [example.title for example in rule.examples]
    for one in policy.not_auditable:
        told += [one.bullet, one.why]
    for excuse in policy.excuses:
        told.append(f"The first {excuse.minutes_a_day:g} minutes a day of")
    assert [one for one in told if unwrapped(one) not in text] == []


@pytest.mark.parametrize("name", policy_names())
@pytest.mark.parametrize("width", [80, 40])
def test_no_line_is_wider_than_asked_for(name: str, width: int) -> None:
    lines = page(load_policy(name), examples=True, width=width).splitlines()
    # One word may be longer: a hash, the name of a class.
    assert [line for line in lines if len(line) > width and len(line.split()) > 2] == []
    assert all(len(line) <= 80 for line in lines)


def test_what_leeds_says_in_words() -> None:
    text = unwrapped(page(load_policy("leeds")))
    for words in (
        "Ratified: 16 September 2020",
        "Review: Review was due by 30 September 2022: overdue",
        "Bank holidays: of England, substitute days included.",
        "Monday to Wednesday and Saturday 21:00 to 07:00 the next day; other days off.",
        "Lunch of 60 minutes anywhere between 01:00 and 04:00",
        (
            "none of whose gaps (work in between included) is longer than 5 minutes, breaks the rule when more than 60 "
            "minutes of personal use are proven in it, and at least 1 minute of these in core time outside lunch"
        ),
        (
            "More than 30 proven minutes of personal use in one day in core time outside lunch. Off until the "
            "organisation sets limit_minutes. Suggested: 30 minutes"
        ),
        "Sites of class gambling on one day: at least 1 proven minute, or 1 page asked for that came through.",
        "7.3 The first 15 minutes a day of News (news); like work, they hold no chain together.",
        "Radicalisation (radicalisation)",
        "On. Findings go to: safeguarding.",
    ):
        assert words in text


def test_a_review_to_come_and_none_at_all_are_told_apart() -> None:
    policy = load_policy("leeds")
    assert "Review: Review by 22 November 2026\n" in page(replace(policy, review_by=date(2026, 11, 22)))
    assert "Review: Review by 21 November 2026\n" in page(replace(policy, review_by=TODAY))
    assert "Review was due by 20 November 2026: overdue\n" in page(replace(policy, review_by=date(2026, 11, 20)))
    assert "Review: No review date\n" in page(replace(policy, review_by=None))


def test_hours_in_words() -> None:
    week = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    assert hours_in_words(dict.fromkeys(week, NINE_TO_FIVE)) == "Monday to Sunday 09:00 to 17:00"
    assert hours_in_words({}) == "no core hours: all time is one's own"
    split = (Hours(time(8, 30), time(12)), Hours(time(13), time(17, 15)))
    assert (
        hours_in_words({"monday": split, "friday": NINE_TO_FIVE})
        == "Monday 08:30 to 12:00 and 13:00 to 17:15; Friday 09:00 to 17:00; other days off"
    )
    assert hours_in_words({"tuesday": NINE_TO_FIVE, "wednesday": NINE_TO_FIVE}).startswith("Tuesday and Wednesday ")
    assert pattern_in_words(Pattern("none", "", {}, None)) == ["No core hours: all time is one's own."]


def test_a_cycle_of_weeks_is_told_week_by_week() -> None:
    cycle = Pattern(
        "two", "", {}, None, weeks=({"monday": NINE_TO_FIVE}, {"friday": NINE_TO_FIVE}), first_week=date(2026, 1, 5)
    )
    assert pattern_in_words(cycle) == [
        "Weeks in a cycle of 2, the first of which began on 5 January 2026.",
        "Week 1: Monday 09:00 to 17:00; other days off.",
        "Week 2: Friday 09:00 to 17:00; other days off.",
        "No lunch break.",
        "Bank holidays are off.",
    ]


def test_lunch_is_fixed_or_anywhere_in_its_band() -> None:
    assert lunch_in_words(Lunch(time(12), time(13), 60, fixed=True)) == "lunch between 12:00 and 13:00"
    assert lunch_in_words(Lunch(time(12), time(13), 60)) == "lunch between 12:00 and 13:00"
    assert lunch_in_words(Lunch(time(23, 30), time(0, 30), 60)) == "lunch between 23:30 and 00:30"
    assert lunch_in_words(Lunch(time(12), time(14), 45)).startswith("lunch of 45 minutes anywhere between 12:00 and")
    assert lunch_in_words(None) == lunch_in_words(Lunch(time(12), time(14), 0)) == "no lunch break"


def test_what_no_sentence_knows_is_told_by_its_name() -> None:
    @dataclass(frozen=True)
    class Wider(Rule):
        cap_in_furlongs: float = 3.5

    policy = load_policy("leeds")
    rule = policy.rule("gambling")
    wider = Wider(**{one.name: getattr(rule, one.name) for one in fields(rule)})
    assert rule_in_words(wider, policy).endswith(" Cap in furlongs: 3.5.")
    assert "furlongs" not in rule_in_words(rule, policy)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"kind": "own_time", "categories": ("forums",)},
            "At least 1 proven minute of personal use of class forums in one day in core time outside lunch.",
        ),
        (
            {"kind": "core_minutes", "per": "week", "limit": 120.0},
            "More than 120 proven minutes of personal use in one week in core time outside lunch.",
        ),
        (
            {"kind": "megabytes", "direction": "out", "limit": 1.0, "categories": ("file_sharing",)},
            "More than 1 MB sent in one day for personal use of class file_sharing.",
        ),
        (
            {"kind": "megabytes", "limit": 2000.0},
            "More than 2,000 MB sent and received in one day for personal use.",
        ),
        (
            {"kind": "downloads", "file_kinds": ("program", "disk_image"), "limit": 1.5, "per": "week"},
            "More than 1.5 MB of files of kind program or disk image fetched in one week for personal use.",
        ),
        (
            {"kind": "attempts", "limit": 3.0},
            (
                "More than 3 attempts in one day to reach sites of any forbidden class that the filter stopped; what "
                "is stopped with no longer breaks between than 10 minutes is one attempt."
            ),
        ),
    ],
)
def test_each_kind_says_what_it_counts(changes: dict[str, object], sentence: str) -> None:
    policy = load_policy("leeds")
    bare = replace(policy.rule("core_time"), categories=(), limit=None, per="day", direction="both", file_kinds=())
    assert rule_in_words(replace(bare, **changes), policy) == sentence  # type: ignore[arg-type]


def test_a_rule_that_is_off_says_what_would_put_it_on() -> None:
    policy = load_policy("leeds")
    assert state_in_words(policy.rule("gambling")) == "On."
    assert state_in_words(replace(policy.rule("gambling"), on=False)) == "Off."
    bare = replace(policy.rule("core_time"), examples=())
    assert state_in_words(bare) == "Off until the organisation sets limit_minutes."
    assert "that is not set" in rule_in_words(bare, policy)
    tried = load_policy("leeds", changes=read_changes(["rule.core_time.limit_minutes=12.5"], "--set"))
    assert state_in_words(tried.rule("core_time")) == "On."
    assert rule_in_words(tried.rule("core_time"), tried).startswith("More than 12.5 proven minutes of personal use")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (frozenset({"b", "a"}), "a, b"),
        ({"a": time(9, 5)}, "a 09:05"),
        (date(2026, 2, 28), "28 February 2026"),
        ((), "none"),
        (OneHour(5, 60, 1), "tolerance minutes 5, limit minutes 60, core minutes 1"),
    ],
)
def test_settings_in_words(value: object, words: str) -> None:
    assert setting(value) == words


def test_the_list_marks_the_policy_in_use_and_tells_whose_it_is(site: Path) -> None:
    done = netaudit("policy", "list", cwd=site)
    assert done.returncode == 0, done.stderr
    (mine,) = [line for line in done.stdout.splitlines() if line.startswith("*")]
    assert mine.split() == ["*", "our-trust", "Our", "own", "\\x1b[2J", "policy,", "version", "7", "(own)"]
    assert "review by 31 January 2027\n" in done.stdout
    for name in policy_names():
        assert any(line.startswith(f"  {name} ") for line in done.stdout.splitlines())
    assert "\x1b" not in done.stdout


def test_one_bad_policy_does_not_hide_the_others(site: Path) -> None:
    (site / "policies" / "broken.toml").write_text('extends = "leeds"\nid = "broken"\nversoin = "2"\n')
    (site / "policies" / "leeds.toml").write_text('extends = "leeds"\nversion = "1.2a"\n')
    done = netaudit("policy", "list", cwd=site)
    assert done.returncode == 2
    assert "did you mean 'version'?" in done.stderr
    assert "* our-trust" in done.stdout
    assert "version 1.2a (own, in place of a shipped one)" in done.stdout


def test_a_policy_is_shown_by_name_and_by_path_with_settings_tried(site: Path) -> None:
    by_name = netaudit("policy", "show", "our-trust", cwd=site)
    by_path = netaudit("policy", "show", "policies/our-trust.toml", cwd=site)
    assert by_name.returncode == 0, by_name.stderr
    assert by_name.stdout == by_path.stdout
    assert "Our own \\x1b[2J policy, version 7\n" in by_name.stdout
    assert "More than 25 proven minutes of personal use" in by_name.stdout
    done = netaudit("policy", "show", "our-trust", "--set", "rule.core_time.limit_minutes=40", cwd=site)
    assert "More than 40 proven minutes of personal use" in done.stdout
    assert "Tried: rule.core_time.limit_minutes=40\n" in done.stdout
    assert "Tried" not in by_name.stdout
    zone = netaudit("policy", "show", "leeds", "--set", "time.zone=Australia/Lord_Howe", cwd=site)
    assert "Clock: Australia/Lord_Howe.\n" in zone.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("leedz",), "did you mean 'leeds'?"),
        (("leeds", "--set", "rule.core_tim.limit_minutes=3"), "did you mean 'core_time'?"),
        (("leeds", "--set", "one_hour.tolerance_minuts=3"), "did you mean 'tolerance_minutes'?"),
        (("leeds", "--set", "one_hour.tolerance_minutes=soon"), "is not a whole number or a number"),
        (("leeds", "--set", "nonsense"), "write it as time.lunch=12:00-13:30"),
        (("absent.toml",), "cannot be read"),
    ],
)
def test_what_cannot_be_shown_ends_with_2_and_a_hint(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    done = netaudit("policy", "show", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


def test_a_narrow_terminal_gets_narrow_lines(tmp_path: Path) -> None:
    wide, narrow = (netaudit("policy", "show", "leeds", columns=columns, cwd=tmp_path).stdout for columns in (80, 50))
    assert max(map(len, wide.splitlines())) <= 80
    assert unwrapped(wide) == unwrapped(narrow)
    assert len(narrow.splitlines()) > len(wide.splitlines())
