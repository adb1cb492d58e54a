"""netaudit policy diff: what it foretells is what a run under the other policy then finds; and it writes nothing."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from policy_store import HOUR, TUESDAY, WEEK, findings, netaudit, pages, run, write_site

from netaudit.definitions.policies import load_policy
from netaudit.definitions.policy_differences import PARTS, policy_differences

OTHER = """extends = "leeds"
id = "other"
[one_hour]
limit_minutes = 80
[classes]
banking_finance = "unknown"
[[rule]]
rule_id = "core_time"
limit_minutes = 30
[[rule]]
rule_id = "gambling"
on = false
[[rule]]
rule_id = "offensive"
route = "safeguarding"
"""
STRICT = 'extends = "leeds"\nid = "strict"\n[time.lunch]\nearliest = 12:00:00\nlatest = 12:30:00\nminutes = 30\n'


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A week of forty people, in the store."""
    place = tmp_path_factory.mktemp("place")
    log = [
        pages("homes.example", range(12), 70, TUESDAY),  # falls away at 80 minutes; all of it core time
        pages("ends.example", [12, 13], 95, TUESDAY),  # stands
        pages("bets.example", [14, 15], 20, TUESDAY + 5 * HOUR),  # falls away with its rule
        pages("sport.example", range(16, 25), 40, TUESDAY),  # new by the rule about core time
        pages("sport.example", [26], 62, TUESDAY + 90 * 60),  # half past eleven: lunch counts
        pages("www.bbc.co.uk", range(40), 5, TUESDAY + 10 * HOUR),
    ]
    write_site(place, "".join(log), {"other": OTHER, "strict": STRICT})
    run(place)
    return place


@pytest.fixture
def place(stored: Path, tmp_path: Path) -> Path:
    place = tmp_path / "place"
    shutil.copytree(stored, place)
    return place


def diff(place: Path, *arguments: str | Path, threads: int | None = None) -> str:
    done = netaudit(
        "policy", "diff", *arguments, "--config", place / "netaudit.toml", "--out", place / "out", threads=threads
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def table(text: str, part: str) -> list[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(text))
    return [{key: value for key, value in row.items() if value} for row in rows if row["part"] == part]


def test_what_becomes_of_the_cases_is_what_a_run_under_the_other_policy_finds(place: Path) -> None:
    before = {row["finding_id"]: row for row in findings(place).iter_rows(named=True)}
    text = diff(place, "leeds", "other", "--csv")
    shutil.copytree(place / "out" / "keys", place / "again" / "keys")
    config = (place / "netaudit.toml").read_text().replace('pack = "leeds"', 'pack = "other"')
    (place / "other.toml").write_text(config)
    run(place, "again", "other.toml")
    after = {row["finding_id"]: row for row in findings(place, "again").iter_rows(named=True)}
    cases = table(text, "case")
    gone = {row["name"] for row in cases if row["change"] == "falls away"}
    assert gone == before.keys() - after.keys()
    assert len([number for number in gone if before[number]["rule_id"] == "gambling"]) == 2
    assert len([number for number in gone if before[number]["rule_id"] == "one_hour"]) >= 12
    for row in cases:
        if row["change"] == "changes":
            assert row["name"] in before.keys() & after.keys()
            assert row.get("status_after", "") == after[row["name"]]["status"]
    new: dict[tuple[str, str], set[int]] = {}
    for number in after.keys() - before.keys():
        new.setdefault((after[number]["rule_id"], after[number]["status"]), set()).add(after[number]["user_hash"])
    told = {(row["rule"], row["status_after"]): int(row["people"]) for row in table(text, "new")}
    assert told == {key: (len(people) + 2) // 5 * 5 for key, people in new.items() if len(people) >= 8}
    assert any(rule == "core_time" for rule, _ in told)


def test_the_limit_of_a_case_that_stands_is_told(place: Path) -> None:
    standing = findings(place).filter(pl.col("minutes_low") > 80, rule_id="one_hour", status="new")["finding_id"]
    assert len(standing) == 2
    cases = {row["name"]: row for row in table(diff(place, "leeds", "other", "--csv"), "case")}
    for number in standing:
        row = cases[number]
        assert (row["change"], row["limit_before"], row["limit_after"]) == ("changes", "60.0", "80.0")
        assert row["minutes_low_before"] == row["minutes_low_after"]
    text = diff(place, "leeds", "other")
    assert f"  {standing[0]}  one_hour  limit 60.0 → 80.0\n" in text
    assert f"Week {WEEK}: " in text


def test_a_lunch_of_half_an_hour_changes_figures_and_raises_nobody(place: Path) -> None:
    text = diff(place, "leeds", "strict", "--csv")
    told = {row["name"]: row["after"] for row in table(text, "pattern")}
    assert told["full_time.lunch"] == "lunch between 12:00 and 12:30"
    changed = [row for row in table(text, "case") if row["change"] == "changes"]
    assert changed
    for row in changed:
        assert float(row["lunch_minutes_after"]) <= float(row["lunch_minutes_before"])
        assert float(row["core_minutes_low_after"]) >= float(row["core_minutes_low_before"])


def test_the_other_way_round_what_is_stored_stands_again(place: Path) -> None:
    there = {
        row["name"] for row in table(diff(place, "leeds", "other", "--csv"), "case") if row["change"] == "falls away"
    }
    text = diff(place, "other", "leeds", "--csv")
    assert {row["name"] for row in table(text, "case") if row["change"] == "stands again"} == there
    assert table(text, "new") == []
    assert "stands under the second alone (new)" in diff(place, "other", "leeds")


def test_the_same_policy_changes_nothing(place: Path) -> None:
    text = diff(place, "leeds", "leeds")
    assert "The texts say the same.\n" in text
    assert f"Week {WEEK}: {findings(place).height} stored cases compared\n  No stored case would change.\n" in text
    assert diff(place, "leeds", "leeds", "--csv").count("\n") == 1


def test_new_findings_of_few_people_are_not_told(place: Path) -> None:
    (place / "policies" / "few.toml").write_text(
        'extends = "leeds"\nid = "few"\n[one_hour]\nlimit_minutes = 90\ntolerance_minutes = 5\n'
        '[[rule]]\nrule_id = "core_time"\nlimit_minutes = 85\n'
    )
    text = diff(place, "leeds", "few")
    assert "core_time.limit: none → 85" in text
    assert "people would have" not in text
    assert "core_time (" not in text.partition("Week ")[2]
    assert "Of new findings about fewer than 8 people nothing is said, nor whether there are any.\n" in text


def test_nothing_is_written_and_nobody_is_named(place: Path) -> None:
    def contents() -> dict[Path, str]:
        files = (path for path in place.rglob("*") if path.is_file() and "audit" not in path.parts)
        return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    before = contents()
    told = diff(place, "leeds", "other") + diff(place, "leeds", "other", "--csv")
    assert contents() == before
    for secret in ("canary", "192.0.2", *map(str, findings(place)["user_hash"].unique())):
        assert secret not in told


def test_the_same_bytes_whatever_the_threads_and_the_order_of_lines(place: Path) -> None:
    first = diff(place, "leeds", "other", threads=1)
    assert diff(place, "leeds", "other", threads=4) == first
    lines = (place / "access.log").read_text().splitlines(keepends=True)
    (place / "access.log").write_text("".join(sorted(lines, key=lambda line: (line.split()[7], line))))
    shutil.rmtree(place / "out" / "store")
    run(place)
    assert diff(place, "leeds", "other") == first


def test_a_policy_that_a_run_has_used_is_named_by_its_hash(place: Path) -> None:
    used = load_policy("leeds").sha256
    assert diff(place, used[:8], "leeds").count("The texts say the same.") == 1
    (place / "policies" / "leeds.toml").write_text('extends = "leeds"\nversion = "1.2a"\n')
    text = diff(place, used[:8], "leeds")
    assert "version: 1.2 → 1.2a" in text
    assert "only in" not in text
    lost = netaudit("policy", "diff", "00000000", "leeds", "--config", place / "netaudit.toml", "--out", place / "out")
    assert lost.returncode == 2
    shown = netaudit("policy", "show", used[:12], "--config", place / "netaudit.toml", "--out", place / "out")
    assert "Internet and Social Media Policy, version 1.2\n" in shown.stdout


def test_without_a_store_only_the_texts_are_compared(tmp_path: Path) -> None:
    write_site(tmp_path, "", {"other": OTHER})
    text = diff(tmp_path, "leeds", "other")
    for words in (
        "  one_hour.limit_minutes: 60 → 80\n",
        "  banking_finance: personal → unknown\n",
        "  core_time.limit: none → 30\n",
        "  core_time.on: no → yes\n",
        "  gambling.on: yes → no\n",
        "  offensive: hr → safeguarding\n",
        "There is no store: no past verdicts can be compared.\n",
    ):
        assert words in text
    weeks = netaudit("policy", "diff", "leeds", "other", "--weeks", WEEK, "--config", tmp_path / "netaudit.toml")
    assert weeks.returncode == 2
    assert "there is no store" in weeks.stderr


def test_a_week_that_is_not_stored_ends_with_2(place: Path) -> None:
    done = netaudit(
        "policy",
        "diff",
        "leeds",
        "other",
        "--weeks",
        "2025-W01",
        "--config",
        place / "netaudit.toml",
        "--out",
        place / "out",
    )
    assert done.returncode == 2
    assert "there is nothing of 2025-W01 in the store" in done.stderr


def test_for_a_pattern_of_the_directory_that_a_policy_lacks_its_default_stands_in(place: Path) -> None:
    """Who has adopted patterns of their own compares with the policy that they extend all the same."""
    (place / "policies" / "early.toml").write_text(
        'extends = "leeds"\nid = "early"\n[patterns.early]\ntitle = "Early"\nmonday = [[07:00:00, 15:00:00]]\n'
    )
    (place / "directory.csv").write_text("person_id,accounts,pattern\n1,canary1,early\n")
    config = (place / "netaudit.toml").read_text().replace('"leeds"', '"early"')
    (place / "netaudit.toml").write_text(config + '[identity]\ndirectory = "directory.csv"\n')
    text = diff(place, "early", "leeds")
    assert "early: only in early (Early)" in text
    note = (
        "Policy leeds lacks the working pattern of 1 row of the directory: its default pattern, full_time, stands in."
    )
    assert " ".join(text.split()).endswith(note)
    assert "canary" not in text
    assert "lacks" not in diff(place, "early", "leeds", "--csv")
    what_if = ("policy", "what-if", "--policy", "leeds", "--set", "time.lunch=12:00-13:00")
    tried = netaudit(*what_if, "--config", place / "netaudit.toml", "--out", place / "out")
    assert tried.returncode == 0
    assert "Policy leeds lacks the working pattern of 1 row of the directory" in tried.stdout


def test_a_pattern_that_the_configured_policy_lacks_ends_with_2(place: Path) -> None:
    (place / "directory.csv").write_text("person_id,accounts,pattern\n1,canary1,early\n")
    config = (place / "netaudit.toml").read_text()
    (place / "netaudit.toml").write_text(config + '[identity]\ndirectory = "directory.csv"\n')
    done = netaudit("policy", "diff", "leeds", "other", "--config", place / "netaudit.toml", "--out", place / "out")
    assert done.returncode == 2
    assert "'pattern' is no working pattern of policy 'leeds'" in done.stderr
    assert "canary" not in done.stderr


def test_a_closure_day_that_says_no_reason_is_told_of_the_policy_that_has_it(tmp_path: Path) -> None:
    write_site(tmp_path, "", {"closed": 'extends = "leeds"\nid = "closed"\n[time]\nclosure_days = [2026-03-13]\n'})
    assert "  closure_days.13 March 2026: only in closed\n" in diff(tmp_path, "leeds", "closed")
    assert "  closure_days.13 March 2026: only in closed\n" in diff(tmp_path, "closed", "leeds")


def test_every_field_of_a_policy_makes_a_difference_that_is_told() -> None:
    policy = load_policy("leeds")
    assert policy_differences(policy, policy) == ()
    rules = tuple(replace(rule, title="Another") if rule.rule_id == "games" else rule for rule in policy.rules)
    excuses = tuple(replace(excuse, bridges=True) for excuse in policy.excuses)
    changed = replace(
        policy,
        version="9",
        zone="Australia/Lord_Howe",
        self_report_days=3.0,
        rules=rules[:-1],
        excuses=excuses,
        classes={**policy.classes, "news": "business", "invented": "personal"},
        clauses={},
        patterns={name: pattern for name, pattern in policy.patterns.items() if name != "nights"},
        not_auditable=policy.not_auditable[1:],
        blocked_class=replace(policy.blocked_class, documents=2),
    )
    told = {(one.part, one.name): (one.before, one.after) for one in policy_differences(policy, changed)}
    assert told["text", "version"] == ("1.2", "9")
    assert told["setting", "zone"] == ("Europe/London", "Australia/Lord_Howe")
    assert told["setting", "self_report.within_days"] == ("1", "3")
    assert told["setting", "blocked_class.documents"] == ("1", "2")
    assert told["rule", "games.title"] == ("Playing online games", "Another")
    assert told["rule", policy.rules[-1].rule_id] == (policy.rules[-1].title, None)
    assert told["excuse", "news.bridges"] == ("no", "yes")
    assert told["class", "news"] == ("personal", "business")
    assert told["class", "invented"] == (None, "personal")
    assert told["pattern", "nights"][1] is None
    assert told["not_auditable", policy.not_auditable[0].bullet][1] is None
    assert told["text", "clauses.7.2"][1] is None
    assert {part for part, _ in told} <= set(PARTS)
    assert not any(part == "route" for part, _ in told)  # a rule that is gone is told as a rule
