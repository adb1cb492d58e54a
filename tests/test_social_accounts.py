"""netaudit social-accounts: closing criteria of 10.1, to the day; what is not known is held against nobody."""

from __future__ import annotations

import csv
import io
import random
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from netaudit.assess.social_accounts import judge_account
from netaudit.definitions.policies import load_policy
from netaudit.definitions.social_account_files import Account, read_accounts
from netaudit.definitions.social_accounts import CRITERIA, months_later
from netaudit.errors import DefinitionError, InputError

NETAUDIT = Path(sys.executable).with_name("netaudit")
TODAY = date(2026, 11, 21)
# Nothing against it: posts twice a week, known, followed, of a running project, approved.
GOOD = {
    "account": "wellbeing",
    "platform": "Twitter",
    "opened": "2024-01-15",
    "last_post": "2026-11-19",
    "posts_last_2_months": "17",
    "followers": "2340",
    "project_status": "open",
    "approved_by": "Communications and Engagement Team",
}


def write(path: Path, *rows: dict[str, str]) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return path


def judged(path: Path, today: date = TODAY, **changes: str) -> dict[str, str]:
    """Return the outcome of each criterion for a good account with some things changed."""
    write(path / "accounts.csv", {**GOOD, **changes})
    (account,) = read_accounts(path / "accounts.csv", today)
    return outcomes(account, today)


def outcomes(account: Account, today: date = TODAY) -> dict[str, str]:
    criteria = load_policy("stw").social_accounts
    assert criteria is not None
    return {one.criterion.name: one.outcome for one in judge_account(account, criteria, today)}


def netaudit(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [NETAUDIT, "social-accounts", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-10-31", 1, "2026-11-30"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-08-31", -6, "2026-02-28"),
    ],
)
def test_a_month_is_a_calendar_month(day: str, months: int, then: str) -> None:
    assert months_later(date.fromisoformat(day), months) == date.fromisoformat(then)


def test_a_good_account_meets_nothing(tmp_path: Path) -> None:
    assert judged(tmp_path) == dict.fromkeys(CRITERIA, "not met")


@pytest.mark.parametrize(
    ("last_post", "today", "outcome"),
    [
        ("2026-10-21", "2026-11-21", "met"),  # 1 month or more: exactly one counts
        ("2026-10-22", "2026-11-21", "not met"),
        ("2026-01-31", "2026-02-27", "not met"),
        ("2026-01-31", "2026-02-28", "met"),
        ("2024-01-31", "2024-02-28", "not met"),
        ("2024-01-31", "2024-02-29", "met"),
        ("2026-11-21T23:59:00+00:00", "2026-11-21", "not met"),
    ],
)
def test_inactivity_is_a_month_to_the_day(tmp_path: Path, last_post: str, today: str, outcome: str) -> None:
    found = judged(tmp_path, date.fromisoformat(today), last_post=last_post, posts_last_2_months="9", opened="")
    assert found["inactivity"] == outcome


def test_an_account_that_never_posted_is_inactive_a_month_after_it_was_opened(tmp_path: Path) -> None:
    never = {"last_post": "never", "posts_last_2_months": ""}
    assert judged(tmp_path, **never, opened="2026-10-21")["inactivity"] == "met"
    assert judged(tmp_path, **never, opened="2026-10-22")["inactivity"] == "not met"
    assert judged(tmp_path, **never, opened="")["inactivity"] == "cannot tell"
    # No posts for two months are none for one.
    assert judged(tmp_path, last_post="", posts_last_2_months="0")["inactivity"] == "met"
    assert judged(tmp_path, last_post="", posts_last_2_months="0", opened="2026-11-01")["inactivity"] == "not met"
    assert judged(tmp_path, last_post="", posts_last_2_months="0", opened="")["inactivity"] == "cannot tell"


@pytest.mark.parametrize(
    ("posts", "opened", "outcome"),
    [
        ("8", "2024-01-15", "not met"),  # 21 September to 21 November: 61 days, eight whole weeks
        ("7", "2024-01-15", "met"),
        ("7", "2026-09-21", "met"),  # exactly two months old
        ("7", "2026-09-22", "not met"),
        ("1", "2026-10-31", "not met"),  # three weeks old
        ("7", "", "cannot tell"),
        ("8", "", "not met"),
    ],
)
def test_frequency_is_one_post_in_each_whole_week(tmp_path: Path, posts: str, opened: str, outcome: str) -> None:
    assert judged(tmp_path, posts_last_2_months=posts, opened=opened)["frequency"] == outcome


def test_a_last_post_long_ago_tells_the_frequency_too(tmp_path: Path) -> None:
    assert judged(tmp_path, last_post="2026-09-21", posts_last_2_months="")["frequency"] == "met"
    assert judged(tmp_path, last_post="2026-09-22", posts_last_2_months="")["frequency"] == "cannot tell"


@pytest.mark.parametrize(
    ("followers", "opened", "outcome"),
    [
        ("100", "2024-01-15", "not met"),  # less than 100
        ("99", "2024-01-15", "met"),
        ("99", "2026-05-21", "met"),  # 6 months or more
        ("99", "2026-05-22", "not met"),
        ("", "2026-05-22", "not met"),
        ("", "2024-01-15", "cannot tell"),
        ("99", "", "cannot tell"),
        ("1,250", "", "not met"),
        ("0", "2024-01-15", "met"),
    ],
)
def test_interest_is_followers_after_six_months(tmp_path: Path, followers: str, opened: str, outcome: str) -> None:
    assert judged(tmp_path, followers=followers, opened=opened)["interest"] == outcome


@pytest.mark.parametrize(
    ("status", "ends", "outcome"),
    [
        ("closed", "", "met"),
        ("Closed", "2027-03-31", "met"),
        ("", "2026-11-20", "met"),
        ("", "2026-11-21", "not met"),  # its last day
        ("open", "", "not met"),
        ("open", "2026-11-20", "cannot tell"),
        ("none", "", "not met"),
        ("none", "2026-01-01", "cannot tell"),
        ("", "", "cannot tell"),
    ],
)
def test_relevance_is_the_end_of_the_project(tmp_path: Path, status: str, ends: str, outcome: str) -> None:
    assert judged(tmp_path, project_status=status, project_ends=ends)["relevance"] == outcome


@pytest.mark.parametrize(
    ("managed", "by", "on", "outcome"),
    [
        ("no", "", "", "met"),
        ("no", "Communications", "2024-01-10", "met"),
        ("yes", "", "", "not met"),
        ("", "Communications", "", "not met"),
        ("", "", "2024-01-10", "not met"),
        ("", "none", "", "met"),
        ("", "", "", "cannot tell"),
    ],
)
def test_governance_is_the_corporate_process(tmp_path: Path, managed: str, by: str, on: str, outcome: str) -> None:
    assert judged(tmp_path, managed=managed, approved_by=by, approved_on=on)["governance"] == outcome


def test_nothing_is_held_against_an_account_of_which_nothing_is_known(tmp_path: Path) -> None:
    write(tmp_path / "accounts.csv", {"account": "unknown"})
    (account,) = read_accounts(tmp_path / "accounts.csv", TODAY)
    assert outcomes(account) == dict.fromkeys(CRITERIA, "cannot tell")


@pytest.mark.parametrize(
    "changes",
    [
        {"last_post": "2026-03-01", "posts_last_2_months": "4"},
        {"last_post": "2026-11-19", "posts_last_2_months": "0"},
        {"last_post": "never", "posts_last_2_months": "3"},
        {"last_post": "2023-12-31", "posts_last_2_months": "0"},  # before it was opened
    ],
)
def test_an_export_that_contradicts_itself_proves_nothing(tmp_path: Path, changes: dict[str, str]) -> None:
    found = judged(tmp_path, **changes)
    assert (found["inactivity"], found["frequency"]) == ("cannot tell", "cannot tell")


def test_an_export_of_posts_is_counted(tmp_path: Path) -> None:
    about = {"account": "@stw", "platform": "Twitter", "opened": "2024-01-15"}
    posts = [
        *[{**about, "posted": f"2026-10-{day:02}"} for day in range(1, 9)],
        {**about, "posted": "2026-09-21", "original": "yes"},  # two months ago: no longer in the last two months
        {**about, "posted": "2026-11-20T08:00:00", "original": "no"},  # a repost
        {"account": "@STW", "platform": "twitter", "opened": "", "posted": "2026-10-30", "original": "yes"},
        {**about, "account": "silent"},
    ]
    expected = None
    for seed in range(5):
        random.Random(seed).shuffle(posts)  # noqa: S311 - only an order
        found = read_accounts(write(tmp_path / "posts.csv", *posts), TODAY)
        assert [(one.account, one.posts, one.last_post) for one in found] == [
            ("@STW", 9, date(2026, 10, 30)),
            ("silent", None, None),
        ]
        done = netaudit("posts.csv", "--today", "2026-11-21", cwd=tmp_path)
        expected = expected or done.stdout
        assert done.stdout == expected


def test_the_criteria_are_the_policys_own(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'extends = "stw"\nid = "own"\n[social_accounts]\n'
        'interest = { months = 3, followers = 500, bullet = "too few" }\n'
    )
    policy = load_policy(tmp_path / "own.toml")
    assert policy.social_accounts is not None
    assert [one.name for one in policy.social_accounts.criteria] == list(CRITERIA)
    write(tmp_path / "accounts.csv", {**GOOD, "followers": "499", "opened": "2026-08-21", "account": "few"})
    own = netaudit("accounts.csv", "--today", "2026-11-21", "--policy", "own.toml", cwd=tmp_path)
    assert "few on Twitter: 1 reason to close it\n  Interest, “too few”: met. 499 followers;" in own.stdout
    usual = netaudit("accounts.csv", "--today", "2026-11-21", cwd=tmp_path)
    assert "few on Twitter: no reason to close it\n" in usual.stdout
    assert "(stw), clause" in usual.stdout.replace("\n ", "")


@pytest.mark.parametrize("name", ["stw", "warrington"])
def test_both_policies_quote_their_clause(name: str) -> None:
    found = load_policy(name).social_accounts
    assert found is not None
    assert found.clause == "10.1"
    assert {one.name: (one.months, one.posts_a_week, one.followers) for one in found.criteria} == {
        "inactivity": (1, 0, 0),
        "frequency": (2, 1, 0),
        "interest": (6, 0, 100),
        "relevance": (0, 0, 0),
        "governance": (0, 0, 0),
    }


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('clause = "1"', "there is no criterion"),
        ('clause = "1"\ninterst = {}', "did you mean 'interest'?"),
        ('clause = "1"\ninactivity = { months = 0, bullet = "x" }', "months is 0"),
        ('clause = "1"\ninactivity = { months = 1000, bullet = "x" }', "months is 1000"),
        ('clause = "1"\ninactivity = { months = 1.5, bullet = "x" }', "'months' is not a whole number"),
        ('clause = "1"\nrelevance = {}', "'bullet' is missing"),
        ('relevance = { bullet = "x" }', "'clause' is missing"),
    ],
)
def test_a_faulty_table_is_told(tmp_path: Path, table: str, words: str) -> None:
    (tmp_path / "own.toml").write_text(f'extends = "leeds"\nid = "own"\n[social_accounts]\n{table}\n')
    with pytest.raises(DefinitionError) as error:
        load_policy(tmp_path / "own.toml")
    assert words in str(error.value)


def test_the_text_quotes_the_policy_and_ends_with_0_either_way(tmp_path: Path) -> None:
    write(
        tmp_path / "accounts.csv",
        GOOD,
        {"account": "old", "platform": "Twitter", "opened": "2025-01-01", "last_post": "2026-03-03", "followers": "12"},
    )
    done = netaudit("accounts.csv", "--policy", "warrington", "--today", "2026-11-21", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "wellbeing on Twitter: no reason to close it\n" in done.stdout
    text = " ".join(done.stdout.split())
    assert "old on Twitter: 3 reasons to close it" in text
    assert (
        "Inactivity, “no original posts made for 1 month or more”: met. The last original post was on 3 March 2026."
        in text
    )
    assert (
        "Frequency, “less than one tweet/post a week over a 2 month period”: met. 0 posts in the 8 whole weeks" in text
    )
    assert "has less than 100 followers”: met. 12 followers; it was opened on 1 January 2025." in text
    assert "Governance, “account not managed through corporate process”: cannot tell." in text
    assert "Inactivity: 1 met, 0 cannot tell" in text
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_table_has_every_criterion_and_no_formula(tmp_path: Path) -> None:
    formula = {**GOOD, "account": "-HYPERLINK(1)", "platform": "\t+1"}
    write(tmp_path / "accounts.csv", {**GOOD, "account": "@stw"}, formula)
    done = netaudit("accounts.csv", "--today", "2026-11-21", "--csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["account"] for row in rows] == ["'-HYPERLINK(1)"] * 5 + ["'@stw"] * 5
    assert rows[0]["platform"] == "'+1"
    assert [row["criterion"] for row in rows[:5]] == list(CRITERIA)
    assert {row["outcome"] for row in rows} == {"not met"}


def test_the_order_of_rows_makes_no_difference(tmp_path: Path) -> None:
    rows = [{**GOOD, "account": f"account {number}", "followers": str(number * 30)} for number in range(20)]
    seen = set()
    for seed in range(3):
        random.Random(seed).shuffle(rows)  # noqa: S311 - only an order
        write(tmp_path / "accounts.csv", *rows)
        seen.add(netaudit("accounts.csv", "--today", "2026-11-21", cwd=tmp_path).stdout)
    assert len(seen) == 1


def test_hostile_names_are_spelt_out(tmp_path: Path) -> None:
    names = ["\u202egnp.exe", "x" * 10_000, "two\nlines", "zero\u200bwidth", "caf\u00e9"]
    content = "\ufeffaccount,platform,followers\r\n" + "".join(f'"{name}",Twitter,5\r\n' for name in names)
    (tmp_path / "accounts.csv").write_bytes(content.encode())
    done = netaudit("accounts.csv", "--today", "2026-11-21", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert all(character.isprintable() or character == "\n" for character in done.stdout)
    assert "\\u202egnp.exe on Twitter" in done.stdout
    assert "caf\u00e9 on Twitter" in done.stdout
    assert "x" * 101 not in done.stdout
    table = netaudit("accounts.csv", "--today", "2026-11-21", "--csv", cwd=tmp_path)
    assert all(character.isprintable() or character == "\n" for character in table.stdout)
    assert "x" * 10_000 in table.stdout


@pytest.mark.parametrize("name", ["\x1b[2Jclear", "nul\0byte", "=1+1"])
def test_control_characters_and_formulas_are_faults(tmp_path: Path, name: str) -> None:
    (tmp_path / "accounts.csv").write_text(f"account,platform\nsound,Twitter\n{name},Twitter\n")
    done = netaudit("accounts.csv", "--today", "2026-11-21", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "accounts.csv:3" in done.stderr
    assert all(character.isprintable() or character == "\n" for character in done.stderr)


def test_all_faults_are_told_at_once_and_nothing_is_judged(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text(
        "account,platform,opened,last_post,followers,managed,project_status,folowers\n"
        "a,Twitter,31/01/2026,2026-11-22,many,perhaps,half,1\n"
        "a,twitter,,,,,,\n"
        ",Twitter,1889-01-01,,-1,,,\n"
    )
    done = netaudit("accounts.csv", "--today", "2026-11-21", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    for words in (
        "column 8 is unknown",
        "'opened' is no date",
        "'last_post' is after the day of the check",
        "'followers' is no whole number",
        "'managed' is neither yes nor no",
        "'project_status' is no word for it",
        "this account is there already",
        "'account' is empty",
        "'opened' is too long ago",
    ):
        assert words in done.stderr
    assert "accounts.csv:4" in done.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "heading"),
        (b"account\n", "there is no account in it"),
        (b"acount\nx\n", "the first line is not the heading"),
        (b"\xff\xfea\x00c\x00", "not UTF-8 text"),
        (b'account\n"x\n', "not CSV"),
        (b"account,posted,last_post\nx,2026-11-01,2026-11-01\n", "posts are told twice"),
        (b"account,posted,opened\nx,2026-11-01,2025-01-01\nx,2026-11-02,2025-01-02\n", "'opened' is another than at"),
    ],
)
def test_a_file_that_is_none_ends_with_2(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "accounts.csv").write_bytes(content)
    with pytest.raises(InputError) as error:
        read_accounts(tmp_path / "accounts.csv", TODAY)
    assert words in str(error.value)


def test_what_cannot_be_checked_ends_with_2(tmp_path: Path) -> None:
    assert "there is no such file" in netaudit("absent.csv", cwd=tmp_path).stderr
    write(tmp_path / "accounts.csv", GOOD)
    leeds = netaudit("accounts.csv", "--policy", "leeds", cwd=tmp_path)
    assert leeds.returncode == 2
    assert "policy 'leeds' says nothing of the organisation's own accounts" in leeds.stderr
    assert "stw, warrington" in leeds.stderr
    assert netaudit("accounts.csv", "--today", "0001-01-01", cwd=tmp_path).returncode == 2
