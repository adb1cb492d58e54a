"""netaudit categories diff: what it foretells is what a run with the other map then says; and it writes nothing."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest
from approved import DPIA_SECTION
from imported_data import OVERRIDES, write_import

from netaudit.definitions.categories import ClassMap, categories_folder, load_class_map
from netaudit.pipeline.pattern_changes import new_paths, other_sites, pattern_changes
from netaudit.protect import Keyring
from netaudit.store import Store

NETAUDIT = Path(sys.executable).with_name("netaudit")
TUESDAY = 1773136800  # 2026-03-10 10:00 in London
NOW = "2026-03-20T06:00:00"


def netaudit(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([NETAUDIT, *map(str, arguments)], capture_output=True, text=True, check=False)


def pages(url: str, people: Iterable[int], minutes: int, start: int) -> str:
    return "".join(
        f"{start + 60 * minute}.000 100 192.0.2.7 TCP_MISS/200 40000 GET http://{url}/{minute} canary{person} "
        "HIER_DIRECT/203.0.113.9 text/html\n"
        for person in people
        for minute in range(minutes)
    )


def run(place: Path, out: str = "out", *options: str | Path) -> None:
    config = ("--config", place / "netaudit.toml")
    done = netaudit("run", place / "access.log", *config, "--out", place / out, "--now", NOW, *options)
    assert done.returncode == 0, done.stderr


def diff(place: Path, *options: str | Path) -> subprocess.CompletedProcess[str]:
    return netaudit("categories", "diff", "--config", place / "netaudit.toml", "--out", place / "out", *options)


def table(done: subprocess.CompletedProcess[str]) -> list[dict[str, str]]:
    assert done.returncode == 0, done.stderr
    return [{key: value for key, value in row.items() if value} for row in csv.DictReader(io.StringIO(done.stdout))]


def findings(place: Path, out: str = "out") -> pl.DataFrame:
    store = Store(place / out / "store", Keyring(place / out / "keys"))
    try:
        found = store.read("findings", "2026-W11", "week")
        assert found is not None
        return found
    finally:
        store.close()


def overrides(place: Path, *rows: str) -> None:
    (place / "categories" / "overrides.csv").write_text(OVERRIDES + "".join(f"{row},IG,2026-01-01,,\n" for row in rows))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A week of forty people, in the store."""
    place = tmp_path_factory.mktemp("place")
    (place / "categories").mkdir()
    (place / "netaudit.toml").write_text('[categories]\nfolder = "categories"\nimports = "lists"\n' + DPIA_SECTION)
    overrides(place, "bets.example,gambling,why", "pages.example/odds/,gambling,why")
    write_import(place / "lists", "ut", [("rumour.example", "news")])
    hours = (TUESDAY + 3600 * hour for hour in range(24))  # nobody is on two sites at once
    log = [
        pages("bets.example", range(2), 20, next(hours)),
        pages("plain.example", range(12), 20, next(hours)),
        pages("few.example", range(5, 8), 20, next(hours)),
        pages("pages.example/odds", range(2), 20, next(hours)),
        pages("pages.example/other", range(10), 20, next(hours)),
        pages("rumour.example", range(9), 20, next(hours)),
        pages("www.rightmove.co.uk", [1], 45, next(hours)),
        pages("long.example", [1], 45, TUESDAY + 6 * 3600 + 45 * 60),
        pages("secret.example", range(20), 20, TUESDAY + 9 * 3600),
        pages("www.bbc.co.uk", range(40), 5, TUESDAY + 10 * 3600),
    ]
    (place / "access.log").write_text("".join(log))
    run(place)
    return place


@pytest.fixture
def place(stored: Path, tmp_path: Path) -> Path:
    place = tmp_path / "place"
    shutil.copytree(stored, place)
    return place


def used(place: Path, out: str = "out") -> str:
    store = Store(place / out / "store", Keyring(place / out / "keys"))
    try:
        return str(store.ledger.runs()[-1][1]["hashes"]["categories"])
    finally:
        store.close()


# What is said where there is nothing to say, and where there is too little.
SILENT = (
    "Hosts of 2026-W11 that would be of another class:\n"
    "  Named are those that 8 people or more opened in one week; shielded ones never are.\n"
    "  Of fewer than 8 hosts that move alike nothing is said, nor whether there are any.\n"
)


def test_the_same_map_changes_nothing(place: Path) -> None:
    done = diff(place)
    assert done.returncode == 0, done.stderr
    sha256 = used(place)[:16]
    cases = findings(place).height
    assert done.stdout == (
        f"From class map {sha256} (the latest run's) to {sha256}\n\nNo pattern would change its class.\n\n"
        f"{SILENT}\nNo case that there is would change.\n"
        "  Of new ones about fewer than 8 people nothing is said, nor whether there are any.\n"
        f"  {cases} stored cases were compared.\n"
    )
    assert cases
    assert table(diff(place, "--csv")) == []


def other_classes(place: Path) -> None:
    overrides(
        place,
        "bets.example,news,a newspaper",
        "plain.example,online_games,now known",
        "few.example,gambling,now known",
        "pages.example/odds/,news,why",
        "long.example,property,why",
        "secret.example,special_health,why",
    )
    write_import(place / "lists", "ut", [("rumour.example", "gambling"), ("another.example", "dating")])


def test_patterns_are_told_by_class_and_source_and_accusing_ones_one_by_one(place: Path) -> None:
    other_classes(place)
    found = [row for row in table(diff(place, "--csv")) if row["part"] == "pattern"]
    told = {(row["change"], row["name"]): (row.get("before"), row.get("after"), row["source"]) for row in found}
    assert told == {
        ("added", "plain.example"): (None, "online_games", "overrides"),
        ("added", "few.example"): (None, "gambling", "overrides"),
        ("added", "long.example"): (None, "property", "overrides"),
        ("added", "secret.example"): (None, "special_health", "overrides"),
        ("added", "another.example"): (None, "dating", "ut"),
        ("moved", "bets.example"): ("gambling", "news", "overrides"),
        ("moved", "pages.example/odds/"): ("gambling", "news", "overrides"),
        ("moved", "rumour.example"): ("news", "gambling", "ut"),
    }
    text = diff(place).stdout
    assert "  2 moved: gambling → news (overrides)\n" in text
    accusing = text.partition("Those that accuse, or did:\n")[2].partition("\n\n")[0]
    assert "  moved: rumour.example, news → gambling (ut)" in accusing
    assert "long.example" not in accusing
    assert "secret.example" not in accusing


def test_hosts_of_another_class_are_named_where_eight_people_were(place: Path) -> None:
    other_classes(place)
    done = diff(place)
    hosts = [row for row in table(diff(place, "--csv")) if row["part"] == "host"]
    assert [(row["name"], row["before"], row["after"], row["tier"], row["people"]) for row in hosts] == [
        ("plain.example", "uncategorised", "online_games", "override", "10"),
        ("rumour.example", "news", "gambling (unconfirmed)", "bulk", "10"),
    ]
    assert all(int(row["minutes_high"]) % 10 == 0 for row in hosts)
    assert {row["week"] for row in hosts} == {"2026-W11"}
    told = done.stdout.partition("another class:\n")[2].partition("\n\n")[0]
    assert "uncategorised → gambling" not in told  # of so few hosts nothing is said
    for hidden in ("few.example", "bets.example", "secret", "special_health", "canary"):
        assert hidden not in told
    assert "canary" not in done.stdout
    assert "192.0.2" not in done.stdout


def test_what_becomes_of_the_cases_is_what_a_run_with_the_other_map_finds(place: Path) -> None:
    before = {row["finding_id"]: row for row in findings(place).iter_rows(named=True)}
    other_classes(place)
    told = [row for row in table(diff(place, "--csv")) if row["part"] == "case"]
    shutil.copytree(place / "out" / "keys", place / "again" / "keys")
    run(place, "again")
    after = {row["finding_id"]: row for row in findings(place, "again").iter_rows(named=True)}
    gone = {row["name"] for row in told if row["change"] == "falls away"}
    changed = {row["name"]: row for row in told if row["change"] == "changes"}
    new = {(row["after"], row["status_after"]): int(row["count"]) for row in told if row["change"] == "is new"}
    assert gone  # bets.example is a newspaper now
    assert gone == before.keys() - after.keys() - changed.keys()
    really_new: dict[tuple[str, str], int] = {}
    for number in after.keys() - before.keys():
        key = (after[number]["rule_id"], after[number]["status"])
        really_new[key] = really_new.get(key, 0) + 1
    # Of so few people nothing is said, nor whether there are any.
    assert really_new
    assert all(count == (really_new[key] + 2) // 5 * 5 for key, count in new.items())
    assert all(count >= 8 for key, count in really_new.items() if key in new)
    for number in before.keys() & after.keys():
        then, now = before[number], after[number]
        differs = abs(then["minutes_low"] - now["minutes_low"]) >= 0.1 or then["status"] != now["status"]
        if differs:
            assert float(changed[number]["minutes_low_after"]) == pytest.approx(now["minutes_low"], abs=0.01)
    assert "gambling" in {rule for rule, _ in really_new}
    assert "one_hour" in {rule for rule, _ in really_new}  # 45 minutes of property, and 45 more that are property now


def test_a_case_that_only_begins_elsewhere_keeps_its_number(place: Path) -> None:
    """Ninety minutes at a stretch, of which the first half turns out to be work."""
    overrides(place, "long.example,property,why")
    (place / "access.log").write_text(
        pages("long.example", [5], 30, TUESDAY) + pages("www.rightmove.co.uk", [5], 70, TUESDAY + 1800)
    )
    shutil.rmtree(place / "out")
    run(place)
    (number,) = findings(place).filter(rule_id="one_hour")["finding_id"]
    overrides(place, "long.example,business_supplier,why")
    (case,) = [row for row in table(diff(place, "--csv")) if row["part"] == "case"]
    assert (case["change"], case["name"]) == ("changes", number)
    assert float(case["minutes_low_before"]) > 90
    assert 60 < float(case["minutes_low_after"]) < 75
    assert f"{number} (2026-W11, one_hour) changes: " in diff(place).stdout
    assert ", another number\n" in diff(place).stdout


def test_what_a_path_decided_is_decided_again_by_what_is_known_of_it(place: Path) -> None:
    overrides(place, "bets.example,gambling,why", "pages.example,news,why", "pages.example/odds/,gambling,why")
    hosts = [row for row in table(diff(place, "--csv")) if row["part"] == "host"]
    assert [(row["name"], row["before"], row["after"]) for row in hosts] == [("pages.example", "uncategorised", "news")]
    assert "have a pattern of their own now" not in diff(place).stdout
    overrides(place, "bets.example,gambling,why", "pages.example/odds/,gambling,why", "plain.example/1/,dating,why")
    text = diff(place).stdout
    assert SILENT in text
    assert "  Of fewer than 8 hosts some pages have a pattern of their own now. The store keeps no paths" in text


FIREWALL = (
    'date=2026-03-10 time={time} devname="gate1" devid="FG100E0000000001" logid="0317013312" type="utm" '
    'subtype="webfilter" eventtype="ftgd_allow" level="notice" vd="root" tz="+0000" user="canary{person}" '
    'srcip=192.0.2.36 dstip=203.0.113.7 dstport=80 service="HTTP" hostname="{host}" action="passthrough" '
    'url="http://{host}/{minute}" sentbyte=1152 rcvdbyte=11300 direction="outgoing" agent="Mozilla/5.0" '
    'httpmethod="GET" msg="URL belongs to an allowed category in policy" cat={number} catdesc="{word}"\n'
)


def test_what_the_web_filter_said_is_heard_again(place: Path) -> None:
    """A table of words that is changed moves what the filter classed, and nothing else."""
    log = [
        FIREWALL.format(
            time=f"{hour}:{minute:02}:00", minute=minute, person=person, host=host, word=word, number=number
        )
        for hour, people, host, word, number in (
            (10, 10, "said.example", "Gambling", 11),
            (12, 30, "paper.example", "News and Media", 36),
        )
        for person in range(people)
        for minute in range(20)
    ]
    (place / "access.log").write_text("".join(log))
    shutil.rmtree(place / "out")
    run(place)
    assert set(findings(place)["rule_id"]) == {"gambling"}
    same = diff(place)
    assert SILENT in same.stdout
    assert "No case that there is would change." in same.stdout
    (place / "categories" / "vendors").mkdir()
    shipped = (categories_folder() / "vendors" / "fortiguard.toml").read_text()
    mine = shipped.replace('"Gambling" = "gambling"', '"Gambling" = "sport"').replace(
        'category = "gambling"', 'category = "sport"'
    )
    (place / "categories" / "vendors" / "fortiguard.toml").write_text(mine)
    found = table(diff(place, "--csv"))
    patterns = [
        (row["change"], row["name"], row["before"], row["after"], row["source"])
        for row in found
        if row["part"] == "pattern"
    ]
    assert patterns == [("moved", "Gambling", "gambling", "sport", "vendor/fortiguard")]
    hosts = [
        (row["name"], row["before"], row["after"], row["tier"], row["people"]) for row in found if row["part"] == "host"
    ]
    assert hosts == [("said.example", "gambling", "sport", "vendor", "10")]
    cases = [row for row in found if row["part"] == "case"]
    assert {row["change"] for row in cases} == {"falls away"}
    assert {row["name"] for row in cases} == set(findings(place)["finding_id"])


def test_any_two_kept_maps_can_be_compared(place: Path) -> None:
    first = used(place)
    other_classes(place)
    shutil.copy(place / "access.log", place / "more.log")
    (place / "access.log").write_text(pages("www.bbc.co.uk", [1], 2, TUESDAY + 20 * 3600))
    run(place)
    second = used(place)
    assert first != second
    forth = table(diff(place, "--from", first[:12], "--to", second[:12], "--csv"))
    back = table(diff(place, "--from", second, "--to", first, "--csv"))
    # What is stored was mostly decided by the first map: beside it the second run's own map makes the same difference.
    assert table(diff(place, "--csv")) == [row for row in forth if row["part"] != "pattern"]

    def names(found: list[dict[str, str]], part: str, change: str) -> set[str]:
        return {row["name"] for row in found if row["part"] == part and row["change"] == change}

    assert names(forth, "pattern", "added") == names(back, "pattern", "removed") != set()
    assert names(forth, "host", "moved") == names(back, "host", "moved") != set()
    text = diff(place, "--from", first, "--to", second).stdout
    assert text.startswith(f"From class map {first[:16]} (asked for) to {second[:16]}\n")
    unknown = diff(place, "--from", "0123456789")
    assert unknown.returncode == 2
    assert unknown.stderr.startswith("error: no class map '0123456789' is kept\n")


def test_an_override_that_has_ended_since_counts_as_a_change(place: Path) -> None:
    path = place / "categories" / "overrides.csv"
    path.write_text(f"{OVERRIDES}bets.example,gambling,why,IG,2026-01-01,2026-03-25,\n")
    shutil.rmtree(place / "out")
    run(place)
    (row,) = [row for row in table(diff(place, "--csv")) if row["part"] == "pattern"]
    assert (row["change"], row["name"], row["before"]) == ("removed", "bets.example", "gambling")


def test_a_store_from_before_maps_were_kept_is_compared_as_far_as_it_goes(place: Path) -> None:
    shutil.rmtree(place / "out" / "store" / "class_maps")
    other_classes(place)
    done = diff(place)
    assert done.returncode == 0, done.stderr
    assert "is not kept, so that they cannot be compared." in done.stdout
    assert "  plain.example: uncategorised → online_games (overrides, override); 10 people" in done.stdout


def test_cases_that_other_rules_or_registers_undo_are_left_out(place: Path) -> None:
    other_classes(place)
    (place / "policies").mkdir()
    (place / "policies" / "ours.toml").write_text(
        'id = "ours"\nextends = "leeds"\ntitle = "Ours"\n\n[[rule]]\nrule_id = "gambling"\non = false\n'
    )
    text = (place / "netaudit.toml").read_text()
    (place / "netaudit.toml").write_text(text + '[policy]\npack = "ours"\nfolder = "policies"\n')
    done = diff(place)
    assert done.returncode == 0, done.stderr
    gambling = findings(place).filter(rule_id="gambling").height
    assert gambling
    assert (
        f"  {gambling} were not: by today's policy, registers and program they are no cases, or others.\n"
        in done.stdout
    )
    assert "gambling)" not in done.stdout.partition("Cases:")[2]


def test_a_store_without_a_week_is_told_in_one_message(place: Path) -> None:
    shutil.rmtree(place / "out")
    log = pages("www.bbc.co.uk", [1], 20, TUESDAY)
    (place / "access.log").write_text(log.replace("TCP_MISS/200", "UDP_MISS/000").replace("GET", "ICP_QUERY"))
    run(place)
    done = diff(place)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: no week is stored\n --> {place / 'out' / 'store'}\n  = help: run netaudit on some logs first\n"
    )
    empty = netaudit("categories", "uncategorised", "--config", place / "netaudit.toml", "--out", place / "out")
    assert empty.returncode == 0
    assert [line for line in empty.stdout.splitlines() if not line.startswith("#")] == [OVERRIDES.strip()]
    assert netaudit("categories", "lint", "--config", place / "netaudit.toml", "--out", place / "out").returncode == 0


def test_nothing_is_written(place: Path) -> None:
    other_classes(place)

    def state() -> dict[str, bytes]:
        files = (path for path in (place / "out").rglob("*") if path.is_file() and "audit" not in path.parts)
        return {str(path): path.read_bytes() for path in files}

    before = state()
    assert diff(place).returncode == 0
    assert diff(place, "--csv", "--weeks", "2026-W11").returncode == 0
    assert state() == before


# --- Patterns alone ------------------------------------------------------------------------------------------------


def class_map(folder: Path, **lists: str) -> ClassMap:
    folder.mkdir(exist_ok=True)
    for name, text in lists.items():
        (folder / f"{name}.csv").write_text("pattern,site,role,note\n" + text)
    return load_class_map(categories_folder(), [folder])


def test_what_two_maps_say_of_patterns(tmp_path: Path) -> None:
    gambling = "one.example,,,\ntwo.example,,,\nsite.example,,,\n"
    before = class_map(tmp_path / "a", gambling=gambling, sport="three.example,,,\n")
    after = class_map(
        tmp_path / "b",
        gambling="two.example,,,\nthree.example,,,\nsite.example,other.example,,\n",
        sport="four.example/a/,,,\n",
    )
    found = pattern_changes(before, after)
    assert found.select("change", "pattern", "before", "after", "accusing").rows() == [
        ("added", "four.example/a/", None, "sport", False),
        ("moved", "three.example", "sport", "gambling", True),
        ("removed", "one.example", "gambling", None, True),
    ]
    assert other_sites(before, after) == 1
    assert new_paths(before, after) == {"four.example": ["four.example/a/"]}
    assert new_paths(None, before).keys() == new_paths(None, after).keys() - {"four.example"}
