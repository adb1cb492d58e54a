"""netaudit categories status and lint, from outside: what is old, what is wrong, what is doubtful."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from imported_data import OVERRIDES, write_import

NETAUDIT = Path(sys.executable).with_name("netaudit")
TODAY = datetime.now(UTC).date()


def day(ahead: int) -> str:
    return (TODAY + timedelta(days=ahead)).isoformat()


def netaudit(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([NETAUDIT, *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "categories").mkdir()
    (tmp_path / "netaudit.toml").write_text('[categories]\nfolder = "categories"\nimports = "lists"\n')
    return tmp_path


def approve(place: Path, review_by: str = "2999-01-01") -> None:
    (place / "categories" / "approval.toml").write_text(
        'version = "7"\nowner = "Information Governance"\napproved_by = "The committee"\n'
        f"approved_on = 2026-01-02\nreview_by = {review_by}\n"
    )


def overrides(place: Path, *rows: str) -> None:
    (place / "categories" / "overrides.csv").write_text(OVERRIDES + "".join(f"{row}\n" for row in rows))


def status(place: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return netaudit("categories", "status", "--config", place / "netaudit.toml", *options)


def lint(place: Path, *options: str | Path) -> subprocess.CompletedProcess[str]:
    return netaudit("categories", "lint", "--config", place / "netaudit.toml", "--out", place, *options)


# --- status ------------------------------------------------------------------------------------------------------


def test_status_says_whose_the_map_is_and_what_it_is_made_of(place: Path) -> None:
    approve(place)
    (place / "categories" / "gambling.csv").write_text("pattern,site,role,note\none.example,,,\ntwo.example,,,\n")
    overrides(place, "a.example,news,why,IG,2026-01-01,,")
    write_import(place / "lists", "ut", [("b.example", "gambling"), ("c.example", "news")], upstream_date=day(-3))
    write_import(
        place / "lists",
        "people",
        [("d.example", "dating")],
        "curated",
        upstream_date=None,
        imported_at=f"{day(-7)}T08:00:00+00:00",
        quarantined=1234,
        accepted={"dating": "they merged two lists"},
    )
    done = status(place, "--strict")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Class map 7, sha256 ")
    assert lines[1:4] == [
        "  owner: Information Governance",
        "  approved by The committee on 2026-01-02",
        "  to be reviewed by 2999-01-01",
    ]
    rows = [line.split() for line in lines if line.startswith("  ") and not line.startswith("   ")]
    tiers = {(row[0], row[1]): row[2] for row in rows if len(row) == 3 and row[2][0].isdigit()}
    assert tiers["override", "overrides"] == "1"
    assert (tiers["curated", "people"], tiers["bulk", "ut"]) == ("1", "2")
    order = ["override", "infrastructure", "business", "own", "curated", "vendor", "bulk"]
    assert list(dict.fromkeys(tier for tier, _ in tiers)) == order
    assert ("vendor", "vendor/zscaler") in tiers
    own = lines[lines.index(next(line for line in lines if line.startswith("  own "))) :]
    assert any("gambling 2" in line for line in own)
    at = lines.index("people (curated): The list of people, https://people.example/")
    assert lines[at + 1 : at + 5] == [
        "  licence: CC BY-SA 4.0; attribution: people and friends",
        f"  without a date of its own, imported on {day(-7)}, 7 days old",
        "  1,234 rows in quarantine",
        "  its change of dating was accepted: they merged two lists",
    ]
    at = lines.index("ut (bulk): The list of ut, https://ut.example/")
    assert lines[at + 2] == f"  of {day(-3)}, imported on 2026-03-01, 3 days old"
    assert lines[-1] == "Overrides: 1 hold, of which 0 end within 30 days; 0 have ended"


@pytest.mark.parametrize(
    ("age", "allowed", "stale", "fails"),
    [
        (30, 30, False, False),
        (31, 30, True, False),
        (89, 30, True, False),
        (90, 30, True, True),
        (100, 365, False, False),
    ],
)
def test_an_old_list_is_called_stale_and_at_ninety_days_fails(
    place: Path, age: int, allowed: int, *, stale: bool, fails: bool
) -> None:
    approve(place)
    write_import(place / "lists", "ut", [("b.example", "gambling")], upstream_date=day(-age), stale_after_days=allowed)
    done = status(place)
    assert done.returncode == 0
    assert (f"{age} days old: STALE, {allowed} days are allowed" in done.stdout) is stale
    assert done.stderr == (f"warning: the imported list ut is {age} days old\n" if stale else "")
    strict = status(place, "--strict")
    assert strict.returncode == (2 if fails else 0)
    told = (
        f"error: the imported list is {age} days old\n --> ut\n  = help: import it again: netaudit categories import\n"
    )
    assert strict.stderr == done.stderr + (told if fails else "")
    assert strict.stdout == done.stdout


def test_lapsed_review_and_ended_overrides_are_loud_and_fail_when_strict(place: Path) -> None:
    approve(place, day(-1))
    overrides(
        place,
        f"past.example,news,why,IG,2026-01-01,{day(-1)},",
        f"today.example,news,why,IG,2026-01-01,{day(0)},",
        f"soon.example,dating,why,IG,2026-01-01,{day(30)},",
        f"later.example,news,why,IG,2026-01-01,{day(31)},",
        "never.example,news,why,IG,2026-01-01,,",
    )
    done = status(place)
    assert done.returncode == 0
    assert f"  to be reviewed by {day(-1)}: OVERDUE" in done.stdout
    file = place / "categories" / "overrides.csv"
    assert done.stdout.splitlines()[-4:] == [
        "Overrides: 4 hold, of which 2 end within 30 days; 1 have ended",
        f"  past.example (news, {file}:2) ENDED on {day(-1)}",
        f"  today.example (news, {file}:3) ends on {day(0)}",
        f"  soon.example (dating, {file}:4) ends on {day(30)}",
    ]
    strict = status(place, "--strict")
    assert strict.returncode == 2
    assert strict.stderr == done.stderr + (
        f"error: the review of the class map was due by {day(-1)}\n --> approval.toml\n"
        "  = help: have the class map reviewed, and put the new date into approval.toml\n"
        f"error: the override of past.example ended on {day(-1)}\n --> {file}:2\n  = help: renew it or take it out\n"
    )


def test_a_map_that_nobody_has_approved_says_so(place: Path) -> None:
    done = status(place, "--strict")
    assert done.returncode == 0  # the reports warn of it; this is about what has run out
    assert "  NOT APPROVED by the organisation" in done.stdout
    (place / "categories" / "approval.toml").write_text("")
    empty = status(place)
    assert empty.stdout.startswith("Class map without a version, sha256 ")
    assert "  owner: nobody is named\n  NOT APPROVED by the organisation\n  no date of review is set\n" in empty.stdout


# --- lint --------------------------------------------------------------------------------------------------------


def test_the_shipped_lists_have_no_fault(tmp_path: Path) -> None:
    done = netaudit("categories", "lint", "--out", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("0 faults, ")


def lists(place: Path, **rows: str) -> None:
    for name, text in rows.items():
        (place / "categories" / f"{name}.csv").write_text("pattern,site,role,note\n" + text)


def faults(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.returncode == 2
    return [one.partition("\n")[0] for one in done.stderr.split("error: ")[1:]]


def notes(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line.removeprefix("note: ") for line in done.stdout.splitlines() if line.startswith("note: ")]


def test_patterns_that_can_never_win_are_faults(place: Path) -> None:
    lists(
        place,
        gambling="=10.1.2.3,,,\n=8.8.8.8,,,\nbet.local,bet-example.org,,\n=betting-example.org,,,\nbetting-example.org,,,\n=odds-example.org,odds-example.com,,\nodds-example.org,,,\n",
    )
    assert faults(lint(place)) == [
        "'=10.1.2.3' can never win: an address, or a name that is only known inside",
        "'=8.8.8.8' can never win: an address, or a name that is only known inside",
        "'bet.local' can never win: an address, or a name that is only known inside",
        "'=10.1.2.3' (gambling): there is no top-level domain '3'",
        "'=8.8.8.8' (gambling): there is no top-level domain '8'",
        "'bet.local' (gambling): there is no top-level domain 'local'",
        "'=betting-example.org' (gambling) can never make a difference: 'betting-example.org' says the same",
    ]


def test_names_that_do_not_exist_or_look_like_others_are_faults(place: Path) -> None:
    label = "a" * 60
    lists(
        place,
        gambling="slip.co.ukk,,,\nxn--pypal-4ve.com,,,\nxn--mnchen-3ya.de,,,\nxn--example-3ya-x.org,,,\n"
        f"{'.'.join([label] * 5)}.org,,,\n"
        "xn--80ak6aa92e.com,,,\n",
    )
    overrides(
        place,
        "xn--pple-43d.com,gambling,why,IG,2026-01-01,2999-01-01,",
        "host.inside,news,why,IG,2026-01-01,,",
        "rota,news,why,IG,2026-01-01,,",
    )
    done = lint(place)
    assert faults(done) == [
        "'xn--pypal-4ve.com' (gambling): 'xn--pypal-4ve' mixes CYRILLIC and LATIN letters",
        "'xn--example-3ya-x.org' (gambling): 'xn--example-3ya-x' is not punycode",
        f"'{'.'.join([label] * 5)}.org' (gambling): 308 characters, and no name is longer than 253",
        "'slip.co.ukk' (gambling): there is no top-level domain 'ukk'",
        "'xn--pple-43d.com' (gambling): 'xn--pple-43d' mixes CYRILLIC and LATIN letters",
    ]
    # An organisation may name what is only known inside: a doubt, and none for a single label.
    assert "'host.inside' (news): there is no top-level domain 'inside'" in notes(done)
    assert not [one for one in notes(done) if "rota" in one]


def test_superfluous_patterns_and_those_that_reach_far_are_notes(place: Path) -> None:
    lists(
        place,
        gambling="bet-example.org,,,\nwww.bet-example.org,,,\n=uk.bet-example.org,,,\ncdn.bet-example.org,,asset,\nfr.bet-example.org,bet-example.fr,,\nbet-example.org/uk/,,,\nnetlify.app,,,\n",
        dating="de.bet-example.org,,,\nx.de.bet-example.org,,,\n",
    )
    done = lint(place, "--all")
    assert done.returncode == 0, done.stderr
    told = [one for one in notes(done) if "bet-example.org" in one]
    assert told == [
        "'x.de.bet-example.org' (dating) says what 'de.bet-example.org' says already",
        "'www.bet-example.org' (gambling) says what 'bet-example.org' says already",
        "'=uk.bet-example.org' (gambling) says what 'bet-example.org' says already",
    ]
    assert "'netlify.app' (gambling): anybody can have a name under it, and all of them are of this class" in notes(
        done
    )
    few = lint(place)
    (counted,) = [one for one in notes(few) if "so do" in one]
    every = [one for one in notes(done) if one.endswith("says already")]
    assert counted == f"{every[0]}, and so do {len(every) - 1:,} more"


def test_asset_hosts_of_another_class_than_their_site_are_notes(place: Path) -> None:
    lists(
        place,
        gambling="bet-cdn-example.org,paper-example.org,asset,\nown-cdn-example.org,bet-example.org,asset,\nbet-example.org,,,\npath-cdn-example.org,mixed-example.org,asset,\n",
        news="paper-example.org,,,\nmixed-example.org,,,\n",
        dating="",
    )
    lists(
        place,
        gambling=(place / "categories" / "gambling.csv").read_text().partition("\n")[2]
        + "mixed-example.org/bets/,,,\n",
    )
    done = lint(place)
    assert [one for one in notes(done) if "-cdn-example.org" in one] == [
        "'bet-cdn-example.org' (gambling) is part of 'paper-example.org', which is news (paper-example.org)"
    ]


def test_overrides_that_accuse_for_ever_have_ended_or_overrule_own_lists(place: Path) -> None:
    overrides(
        place,
        "accused-example.org,gambling,why,IG,2026-01-01,,",
        f"ends-example.org,gambling,why,IG,2026-01-01,{day(90)},",
        f"ended-example.org,news,why,IG,2026-01-01,{day(-1)},",
        "harmless-example.org,news,why,IG,2026-01-01,,",
    )
    lists(place, dating="www.harmless-example.org,,,\nanother-example.org,,,\n")
    done = lint(place)
    assert faults(done) == [f"the override of 'ended-example.org' ended on {day(-1)}: it has no effect"]
    told = notes(done)
    assert "the override of 'accused-example.org' accuses (gambling) and never ends" in told
    assert "'www.harmless-example.org' (dating) never wins: the override of 'harmless-example.org' decides" in told
    assert not [one for one in told if "ends-example.org" in one or "another-example.org" in one]
    assert not [one for one in told if "stored weeks" in one]  # there is no store


def test_a_class_without_a_use_is_a_fault_and_one_without_patterns_a_note(place: Path) -> None:
    shipped = Path(__file__).resolve().parents[1] / "categories" / "taxonomy.toml"
    extra = '\n[[category]]\nid = "hobby"\ntitle = "Hobbies"\ndefinition = "Things."\nnature = "human"\n'
    (place / "categories" / "taxonomy.toml").write_text(shipped.read_text() + extra)
    done = lint(place)
    (fault,) = faults(done)
    assert "hobby" in fault
    assert "class 'hobby' has no pattern" in notes(done)


def test_overrides_that_decided_about_nothing_in_the_store_are_notes(place: Path) -> None:
    overrides(
        place,
        "used-example.org,news,why,IG,2026-01-01,,",
        "=www.exact-example.org,news,why,IG,2026-01-01,,",
        "unused-example.org,news,why,IG,2026-01-01,,",
    )
    line = "1773136800.000 100 192.0.2.7 TCP_MISS/200 400 GET http://{}/ ann HIER_DIRECT/203.0.113.9 text/html\n"
    (place / "access.log").write_text(line.format("www.used-example.org") + line.format("www.exact-example.org"))
    config = ("--config", place / "netaudit.toml")
    run = netaudit("run", place / "access.log", *config, "--out", place, "--now", "2026-03-20")
    assert run.returncode == 0, run.stderr
    assert [one for one in notes(lint(place)) if "stored weeks" in one] == [
        "the override of 'unused-example.org' decided about nothing in the stored weeks"
    ]


def test_lists_that_cannot_be_read_are_told_before_anything_is_linted(place: Path) -> None:
    lists(place, gambling="Capital.org,,,\n")
    done = lint(place)
    assert done.stdout == ""
    assert faults(done) == ["pattern 'Capital.org' has capital letters"]
