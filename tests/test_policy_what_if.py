"""netaudit policy what-if: the effect of settings, of which nobody can learn who made it."""

from __future__ import annotations

import csv
import hashlib
import io
import random
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from assess_tables import people, register, visits
from policy_store import HOUR, TUESDAY, WEEK, netaudit, pages, run, write_site

from netaudit.assess import assess
from netaudit.cli.policy_what_if import _columns
from netaudit.contracts import PEOPLE
from netaudit.definitions.policies import Policy, load_policy
from netaudit.definitions.policy_changes import read_changes
from netaudit.protect import Effect, Side, SuppressionSettings, effects

SETTINGS = SuppressionSettings()
NOBODY = pl.DataFrame(schema=PEOPLE.schema)
TEN = datetime(2026, 3, 10, 10, tzinfo=UTC)  # a Tuesday in winter


def stretch(user: int, start: datetime, minutes: float, category: str = "sport") -> dict[str, object]:
    return {
        "user_hash": user,
        "attribution": "person",
        "site": f"{category}.example",
        "category": category,
        "event_start": start,
        "event_end": start + timedelta(minutes=minutes),
        "minutes_low": float(minutes),
        "minutes": float(minutes),
        "minutes_high": float(minutes),
        "requests": 1,
        "human_requests": 1,
        "documents_allowed": 1,
        "requests_blocked": 0,
        "bytes_in": 0,
        "bytes_out": 0,
        "kind": "human",
        "reason": "",
        "category_confirmed": True,
    }


def policy(*settings: str) -> Policy:
    return load_policy("leeds", changes=read_changes(settings, "--set"))


def told(
    rows: Sequence[dict[str, object]], before: Policy, after: Policy, staff: pl.DataFrame = NOBODY
) -> dict[tuple[str, str, str], Effect]:
    week = visits(*rows)
    sides = []
    for one in (before, after):
        found = assess(week, staff, register(), one)
        sides.append(Side(one, found.findings, found.spells))
    listed = effects(week, staff, WEEK, sides[0], sides[1], SETTINGS)
    assert len({one[:3] for one in listed}) == len(listed)
    return {(one.table, one.clause, one.value): one for one in listed}


def hit(rows: Sequence[dict[str, object]], one: Policy, clause: str = "7.2") -> set[int]:
    found = assess(visits(*rows), NOBODY, register(), one).findings
    return set(found.filter(clause=clause, status="new")["user_hash"])


# Idle onlookers, so that nothing is said of nearly everybody.
ONLOOKERS = [stretch(user, TEN + timedelta(hours=9), 5, "travel") for user in range(1000, 1100)]


def test_figures_are_rounded_and_their_change_is_that_of_what_is_printed() -> None:
    rows = [stretch(user, TEN, 61) for user in range(12)]  # 10:00 to 11:01
    rows += [stretch(user, TEN, 25) for user in range(100, 121)]
    found = told([*rows, *ONLOOKERS], policy(), policy("rule.core_time.limit_minutes=20"))
    assert found["findings", "7.2", "new"] == Effect("findings", "7.2", "new", 10, 35)  # 12 and 33
    assert found["findings", "7.2", "new"].change == 25
    assert found["findings", "7.4", "new"] == Effect("findings", "7.4", "new", None, None)
    assert found["findings", "7.4", "new"].change is None
    # 12 × 61 + 21 × 25 minutes are 21 hours in core time; 100 × 5 are 8 in their own.
    assert found["time", "", "core"][3:] == (21, 21)
    assert found["time", "", "own"][3:] == (8, 8)
    assert found["time", "", "lunch"][3:] == (None, None)


def test_lunch_moves_hours_from_core_time() -> None:
    rows = [stretch(user, TEN + timedelta(hours=2), 90) for user in range(40)]  # 12:00 to 13:30
    found = told([*rows, *ONLOOKERS], policy(), policy("time.lunch=12:00-13:30"))
    assert found["time", "", "lunch"][3:] == (40, 60)
    assert found["time", "", "core"][3:] == (20, None)
    assert found["findings", "7.2", "new"][3:] == (40, None)  # an hour and a half, all of it at lunch


def test_the_effect_of_fewer_than_eight_people_cannot_be_seen() -> None:
    rows = [stretch(user, TEN, 61) for user in range(12)] + [stretch(user, TEN, 59) for user in range(50, 57)]
    found = told([*rows, *ONLOOKERS], policy(), policy("one_hour.limit_minutes=58"))
    assert found["findings", "7.2", "new"][3:] == (10, 10)  # truly 19, but by seven people
    more = [*rows, stretch(57, TEN, 59)]
    found = told([*more, *ONLOOKERS], policy(), policy("one_hour.limit_minutes=58"))
    assert found["findings", "7.2", "new"][3:] == (10, 20)


def test_hours_that_one_person_makes_move_stand_still() -> None:
    rows = [stretch(user, TEN, 60) for user in range(20)]
    alone = [stretch(19, TEN + timedelta(hours=2), 120, "news")]
    before, after = policy(), policy("classes.news=business")
    found = told([*rows, *alone, *ONLOOKERS], before, after)
    assert all(one.change in (0, None) for one in found.values())
    many = [stretch(user, TEN + timedelta(hours=2), 120, "news") for user in range(10)]
    found = told([*rows, *many, *ONLOOKERS], before, after)
    assert found["time", "", "lunch"].before == 10
    assert found["time", "", "lunch"].after is None


def test_two_questions_do_not_tell_the_time_of_a_hidden_class() -> None:
    """With a class that may be told and without it, and then with a hidden one beside it: 20 hours less, or 27."""
    rows = [stretch(user, TEN, 60) for user in range(30)]
    rows += [stretch(user, TEN, 60, "forums") for user in range(100, 120)]
    rows += [stretch(user, TEN, 5, "leisure") for user in range(200, 212)]
    hidden = [stretch(user, TEN, 60, "property") for user in range(300, 307)]
    week = [*rows, *hidden, *ONLOOKERS]
    shown_alone = told(week, policy(), policy("classes.forums=business"))
    assert shown_alone["time", "", "core"].change == -20
    both = told(week, policy(), policy("classes.forums=business", "classes.property=business"))
    assert all(one.change in (0, None) for one in both.values())


def test_what_is_true_of_nearly_everybody_is_hidden() -> None:
    rows = [stretch(user, TEN, 61) for user in range(30)]
    found = told(rows, policy(), policy("one_hour.limit_minutes=90"))
    assert found["findings", "7.2", "new"][3:] == (None, None)


def test_a_row_says_nothing_by_being_there() -> None:
    after = policy("rule.core_time.limit_minutes=20")
    empty = told([], policy(), after)
    full = told([stretch(user, TEN, 61) for user in range(12)] + ONLOOKERS, policy(), after)
    assert list(empty) == list(full)
    assert all(one.before is None and one.after is None for one in empty.values())


def test_who_is_not_in_the_directory_does_not_count() -> None:
    rows = [stretch(user, TEN, 61) for user in range(1, 31)] + ONLOOKERS
    staff = people(*({"user_hash": user} for user in [*range(1, 13), *range(1000, 1100)]))
    found = told(rows, policy(), policy("one_hour.limit_minutes=90"), staff)
    assert found["findings", "7.2", "new"].before == 10


def test_somebody_who_asks_again_and_again_sees_no_step_of_a_few_people() -> None:
    """Sixty settings, each a little stricter: a figure only moves against its start when eight people do."""
    dice = random.Random(6)  # noqa: S311 - made-up data
    rows = [stretch(user, TEN, round(dice.uniform(3, 70), 1)) for user in range(45)] + ONLOOKERS
    before = policy("rule.core_time.limit_minutes=30")
    start = hit(rows, before)
    moved_once = False
    for limit in range(60, 0, -3):
        after = policy(f"rule.core_time.limit_minutes={limit}")
        end = hit(rows, after)
        one = told(rows, before, after)["findings", "7.2", "new"]
        moved = max(len(start - end), len(end - start))
        assert one.before == (None if len(start) < 8 else (len(start) + 2) // 5 * 5)
        if moved < 8:
            assert one.after == one.before
        elif len(end) < 8:
            assert one.after is None
        else:
            assert one.after == (len(end) + 2) // 5 * 5
            moved_once = True
        assert all(figure is None or figure >= 10 for figure in (one.before, one.after))
    assert moved_once


def test_neighbouring_settings_give_no_person_away() -> None:
    """Each of a row of settings against the next: nobody's step is seen, for each is of fewer than eight people."""
    rows = [stretch(user, TEN, 10 + user) for user in range(45)] + ONLOOKERS
    for limit in range(12, 40, 4):
        one = told(
            rows,
            policy(f"rule.core_time.limit_minutes={limit}"),
            policy(f"rule.core_time.limit_minutes={limit + 1}.5"),
        )["findings", "7.2", "new"]
        assert one.change in (0, None)


def test_seven_people_are_hidden_beside_twenty() -> None:
    rows = [stretch(user, TEN, 61) for user in range(20)]
    rows += [stretch(user, TEN + timedelta(hours=3), 5, "gambling") for user in range(30, 37)]
    found = told([*rows, *ONLOOKERS], policy(), policy("one_hour.limit_minutes=50"))
    assert found["findings", "7.2", "new"][3:] == (20, 20)
    assert found["findings", "7.4", "new"][3:] == (None, None)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("place")
    log = [
        pages("homes.example", range(12), 70, TUESDAY),
        pages("sport.example", range(16, 46), 50, TUESDAY + 2 * HOUR + 1800),  # half past twelve
        pages("ends.example", range(50, 90), 6, TUESDAY + 8 * HOUR),
        pages("bets.example", [90], 20, TUESDAY + 5 * HOUR),
    ]
    write_site(place, "".join(log), {"half": 'extends = "leeds"\nid = "half"\n[one_hour]\nlimit_minutes = 30\n'})
    run(place)
    return place


@pytest.fixture
def place(stored: Path, tmp_path: Path) -> Path:
    place = tmp_path / "place"
    shutil.copytree(stored, place)
    return place


def what_if(place: Path, *arguments: str, threads: int | None = None) -> str:
    where = ("--config", place / "netaudit.toml", "--out", place / "out")
    done = netaudit("policy", "what-if", *arguments, *where, threads=threads)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_prints_every_figure(place: Path) -> None:
    settings = ("--set", "time.lunch=12:00-12:30", "--set", "rule.core_time.limit_minutes=20")
    text = what_if(place, *settings)
    assert "Tried: time.lunch=12:00-12:30\nTried: rule.core_time.limit_minutes=20\n" in text
    rows_of = [one for one in text.splitlines() if one.startswith("  7.2: ") and ", new " in one]
    (line,) = [one for one in rows_of if " (hr)" not in one]
    assert line.split()[-3:] == ["10", "40", "+30"]  # 12 people, then 42
    rows = list(csv.DictReader(io.StringIO(what_if(place, *settings, "--csv"))))
    (row,) = [row for row in rows if (row["clause"], row["value"]) == ("7.2", "new")]
    assert (row["week"], row["before"], row["after"], row["change"]) == (WEEK, "10", "40", "30")
    (bets,) = [row for row in rows if (row["clause"], row["value"]) == ("7.4", "new")]
    assert (bets["before"], bets["after"], bets["change"]) == ("[c]", "[c]", "")
    assert {row["value"] for row in rows if row["table"] == "time"} == {"core", "lunch", "own"}


@pytest.mark.parametrize("width", [60, 80, 100])
def test_every_row_can_be_told_from_the_others(width: int) -> None:
    rows = [
        Effect("findings", clause, status, None, 1200)
        for clause in ("7.2", "7.2 (hr)", "7.4 (safeguarding)")
        for status in ("new", "excused")
    ]
    title = "More than one hour of continuous personal use, and something that takes still more words"
    names = [f"7.2: {title}{one.clause[3:]}, {one.value}" for one in rows]
    lines = list(_columns("People", names, rows, width))
    assert len(set(lines)) == len(rows) + 1
    assert max(map(len, lines)) <= width
    assert all("1,200" in line for line in lines[1:])


def test_another_policy_can_be_tried_from(place: Path) -> None:
    text = what_if(place, "--policy", "half", "--set", "one_hour.limit_minutes=100")
    assert text.startswith("half: Internet and Social Media Policy, version 1.2\n")
    by_path = what_if(place, "--policy", str(place / "policies" / "half.toml"), "--set", "one_hour.limit_minutes=100")
    assert by_path == text


def test_nothing_is_written_and_nobody_is_told(place: Path) -> None:
    def contents() -> dict[Path, str]:
        files = (path for path in place.rglob("*") if path.is_file() and "audit" not in path.parts)
        return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    before = contents()
    text = what_if(place, "--set", "time.zone=Australia/Lord_Howe") + what_if(place, "--set", "classes.sport=blocked")
    assert contents() == before
    for secret in ("canary", "192.0.2", "F-", "sport.example"):
        assert secret not in text


def test_the_same_bytes_whatever_the_threads(place: Path) -> None:
    settings = ("--set", "rule.core_time.limit_minutes=20", "--csv")
    assert what_if(place, *settings, threads=1) == what_if(place, *settings, threads=4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "no setting is tried"),
        (("--set", "rule.core_tme.limit_minutes=10"), "did you mean 'core_time'?"),
        (("--set", "rule.core_time.limit_minuts=10"), "did you mean 'limit_minutes'?"),
        (("--set", "time.lunhc=12:00-13:00"), "did you mean 'lunch'?"),
        (("--set", "time.lunch=noon"), "is no stretch of time"),
        (("--set", "classes.sport=bisness"), "did you mean 'business'?"),
        (("--set", "one_hour.limit_minutes=0"), "limit_minutes is 0"),
        (("--set", "one_hour.limit_minutes=9", "--policy", "leedz"), "did you mean 'leeds'?"),
        (("--set", "one_hour.limit_minutes=9", "--weeks", "2025-W01"), "there is nothing of 2025-W01 in the store"),
    ],
)
def test_a_wrong_setting_ends_with_2_and_a_hint(stored: Path, arguments: tuple[str, ...], words: str) -> None:
    where = ("--config", stored / "netaudit.toml", "--out", stored / "out")
    done = netaudit("policy", "what-if", *arguments, *where)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


def test_without_a_store_there_is_nothing_to_say(tmp_path: Path) -> None:
    done = netaudit("policy", "what-if", "--set", "one_hour.limit_minutes=9", "--out", tmp_path)
    assert done.returncode == 2
    assert "there is no store" in done.stderr
