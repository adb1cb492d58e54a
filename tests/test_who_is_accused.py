"""Whom a run accuses, by who classed the site: one bulk list alone accuses nobody, and is never counted."""

from __future__ import annotations

import csv
import html
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest
from approved import DPIA_SECTION
from filter_logs import MONDAY, zscaler
from imported_data import OVERRIDES, write_import

from netaudit.contracts import CASE_CONTRACTS
from netaudit.protect import Keyring
from netaudit.store import Store

NETAUDIT = Path(sys.executable).with_name("netaudit")
WEEK = "2026-W11"
CROWD = range(20, 32)
# A site of each kind: the hour of Tuesday in which people read it, and what the filter wrote.
ACCUSED = {
    "two bulk lists": ("agreed.example", 1, [1], None),
    "a bulk list and the filter": ("backed.example", 2, [2], "Gambling"),
    "the filter alone": ("never-listed.example", 3, [3], "Gambling"),
    "our own list": ("www.bet365.com", 4, [4], None),
    "an override": ("ours.example", 5, [5], None),
}
SPARED = {
    "a bulk list alone": ("rumour.example", 0, range(12), None),
    "a bulk list alone, and a word that is ignored": ("rumour.example", 10, [12], "Entertainment"),
    "an override against everybody": ("cleared.example", 6, [6], "Gambling"),
    "the filter against two bulk lists": ("softer.example", 7, [7], "News and Media"),
    "our own list against everybody": ("www.bbc.co.uk", 11, [11], "Gambling"),
    "the filter's doubt": ("unlisted.example", 14, [14], "Gambling;News and Media"),
}


def pages(site: str, hour: float, people: Iterable[int], said: str | None = None, minutes: int = 20) -> str:
    """A page a minute on Tuesday, by each of some people."""
    return "".join(
        zscaler(
            time=86400 + int(3600 * hour) + 60 * minute + person,
            user=f"canary{person}",
            ip=f"192.0.2.{person + 1}",
            url=f"{site}/{minute}",
            said=said,
        )
        for minute in range(minutes)
        for person in people
    )


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("place")
    (place / "categories").mkdir()
    (place / "netaudit.toml").write_text('[categories]\nfolder = "categories"\nimports = "lists"\n' + DPIA_SECTION)
    reason = "why,IG,2026-01-01,,\n"
    overrides = f"ours.example,gambling,{reason}cleared.example,business_supplier,{reason}"
    (place / "categories" / "overrides.csv").write_text(OVERRIDES + overrides)
    both = [(f"{name}.example", "gambling") for name in ("agreed", "cleared", "softer")]
    both += [("www.bbc.co.uk", "gambling"), ("market.example", "property")]
    alone = [("rumour.example", "gambling"), ("backed.example", "gambling"), ("bazaar.example", "shopping_auction")]
    write_import(place / "lists", "first", [*both, *alone])
    write_import(place / "lists", "second", both)
    log = [pages(*one) for one in (*ACCUSED.values(), *SPARED.values())]
    log += [
        # An hour of personal sites in the day's middle, if half of it counts that one list alone calls so.
        pages("www.rightmove.co.uk", 9, [8], minutes=45),
        pages("bazaar.example", 9.75, [8], minutes=45),
        # The same, where two lists say so.
        pages("www.rightmove.co.uk", 9, [9], minutes=45),
        pages("rumour.example", 9.75, [9], "Entertainment", 3),
        pages("market.example", 9.8, [9], minutes=45),
        # Time on a site that one list alone accuses, amid a case.
        pages("agreed.example", 12, [10], minutes=10) + pages("rumour.example", 12, [10], "Entertainment"),
        pages("agreed.example", 13, CROWD),
        pages("nobody-knows.example", 15, range(40)),
        pages("www.bbc.co.uk", 16, range(40)),
    ]
    (place / "access.log").write_text("".join(log))
    options = ("--config", place / "netaudit.toml", "--out", place / "out", "--now", "2026-03-20T06:00:00")
    command = [NETAUDIT, "run", place / "access.log", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return place / "out"


def stored(out: Path, kind: str) -> pl.DataFrame:
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        found = store.read(kind, WEEK, "week")
        assert found is not None
        return found
    finally:
        store.close()


def hours(frame: pl.DataFrame) -> list[int]:
    """Return the hour of Tuesday in which each row begins."""
    return [(second - MONDAY) // 3600 - 24 for second in frame["event_start"].dt.epoch("s")]


def page(path: Path) -> str:
    text = re.sub(r"<style.*?</style>|<[^>]+>", " ", path.read_text(), flags=re.DOTALL)
    return " ".join(html.unescape(text).split())


def cases(out: Path) -> dict[int, str]:
    """Return the case pages on gambling by the hour in which the case begins."""
    found = stored(out, "findings").filter(pl.col("rule_id") == "gambling")
    paths = [out / "ig" / "cases" / f"{case}.html".lower() for case in found["finding_id"]]
    return {hour: page(path) for hour, path in zip(hours(found), paths, strict=True)}


def test_these_are_accused_and_nobody_else(out: Path) -> None:
    found = stored(out, "findings")
    gambling = found.filter(pl.col("rule_id") == "gambling")
    assert sorted(hours(gambling)) == sorted([*(hour for _, hour, _, _ in ACCUSED.values()), 12, *[13] * len(CROWD)])
    assert set(gambling["status"].cast(pl.String)) == {"new"}
    others = found.filter(pl.col("rule_id") != "gambling")
    assert hours(others) == [9]
    assert others["core_minutes_low"].item() > 60  # of market.example too; bazaar.example adds nothing


def test_what_one_list_says_adds_no_minute_to_a_case(out: Path) -> None:
    found = stored(out, "findings").filter(pl.col("rule_id") == "gambling")
    (row,) = found.filter(pl.Series(hours(found)) == 12).iter_rows(named=True)
    assert row["minutes"] < 11
    assert row["requests"] == 10


def test_chains_hold_no_visit_that_is_not_confirmed(out: Path) -> None:
    spells = stored(out, "spells")
    at_nine = spells.filter(pl.Series(hours(spells)) == 9)
    assert sorted(at_nine["minutes"].round()) == [45, 90]  # bazaar.example is in none, market.example is
    assert not {0, 10, 6} & {*hours(spells)}


def test_figures_count_it_as_unknown(out: Path) -> None:
    published = stored(out, "published")
    people = {tuple(row[:2]): row[2] for row in published.select("table", "value", "people").rows()}
    assert people["time_by_class", "gambling"] == 20  # 18: with those of rumour.example it would be 30
    assert people["cases_by_status", "new"] == 20
    shops = published.filter(pl.col("value") == "shopping_auction")
    assert shops["people"].null_count() == shops.height


def test_the_case_page_says_who_classed_each_site(out: Path) -> None:
    told = cases(out)
    words = {1: "List The list of first", 2: "The filter's own category", 3: "The filter's own category"}
    words |= {4: "Our own list", 5: "An override of yours"}
    doubts = ("is the web filter's own word for them", "comes from an imported list")
    for hour, says in words.items():
        assert f"Who says so {says}" in told[hour], told[hour]
        by = f" ({says[0].lower()}{says[1:]})" if says != "Our own list" else ""
        assert f"Gambling{by} Not allowed" in told[hour], told[hour]
        doubted = [doubt in told[hour] for doubt in doubts]
        assert doubted == [hour in (2, 3), hour == 1], told[hour]
    assert "never-listed.example" in told[3]


def test_sites_that_one_list_alone_accuses_stand_in_no_evidence_by_name(out: Path) -> None:
    chain = stored(out, "findings").filter(pl.col("rule_id") != "gambling")["finding_id"].item()
    told = page(out / "ig" / "cases" / f"{chain}.html".lower())
    assert "not shown Gambling (list The list of first only: unconfirmed, not counted) Not known" in told, told
    assert "Among the sites in between are some that a single list accuses and nobody confirms." in told
    for table in ("evidence", *CASE_CONTRACTS):
        assert "rumour.example" not in str(stored(out, table).to_dicts()), table
    # By name only among the sites that eight people used and nobody knows for sure: an organisation must class them.
    files = [*out.glob("*/**/*.html"), *out.glob("*/**/*.csv")]
    named = {path.name for path in files if "rumour.example" in path.read_text()}
    assert named <= {"data-quality.html", "uncategorised-sites.csv"}, named


def test_data_quality_says_where_classes_come_from(out: Path) -> None:
    with (out / "ig" / "classes-from.csv").open(encoding="utf-8-sig") as file:
        assert list(csv.reader(file)) == [
            ["Who classed the site", "Share of people's likely time (%)"],
            ["Our own lists, and overrides of yours", "40"],
            ["Imported lists", "15"],
            ["The web filter's own categories", "[c]"],  # three people
            ["One list alone, unconfirmed: counted as unknown", "10"],
            ["Nobody, or too few people to show", "35"],
        ]
    told = page(out / "ig" / "data-quality.html").partition("Who says what a site is")[2]
    assert "An accusing class that a single bulk list names is unconfirmed" in told
