"""Night after night, edition after edition: what a run prints of a week, and when."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from approved import APPROVED

from netaudit.definitions.configuration import Configuration
from netaudit.pipeline.audit import Result, run_audit
from netaudit.protect import Keyring
from netaudit.protect.keys.changing import destroy
from netaudit.store import Store

MONDAY = datetime(2026, 3, 9, tzinfo=UTC)  # London is on UTC until the end of March
WEEK = "2026-W11"
CLOSED = MONDAY + timedelta(days=9)
SITES = ("www.rightmove.co.uk", "www.bbc.co.uk", "www.ebay.co.uk", "www.skysports.com")
PEOPLE = 60


def pages(user: str, site: str, day: int, hour: int, minutes: int = 6) -> str:
    """Return a new page each minute."""
    start = int((MONDAY + timedelta(days=day, hours=hour)).timestamp())
    return "".join(
        f"{start + 60 * n}.000 100 192.0.2.1 TCP_MISS/200 40000 GET http://{site}/{day}/{n} {user} "
        "HIER_DIRECT/198.51.100.7 text/html\n"
        for n in range(minutes)
    )


def day_of_work(day: int, people: range = range(PEOPLE)) -> str:
    """Return a day on which six in ten read each of the sites; not the same people, and at several hours."""
    return "".join(
        pages(f"user{n}", site, day, 8 + (n + 2 * place) % 9)
        for n in people
        for place, site in enumerate(SITES)
        if (n * 7 + place * 3) % 10 < 6
    )


class Site:
    """An installation that is run night after night."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out"
        self.logs = 0

    def run(self, log: str, now: datetime, *, reissue: bool = False) -> Result:
        self.logs += 1
        path = self.folder / f"{self.logs}.log"
        path.write_text(log)
        weeks = frozenset({WEEK}) if reissue else frozenset[str]()
        return run_audit([str(path)], Configuration(dpia=APPROVED), self.out, now, lambda *_: None, weeks)

    def stored(self, table: str = "published") -> pl.DataFrame | None:
        store = Store(self.out / "store", Keyring(self.out / "keys"))
        try:
            return store.read(table, WEEK, "week")
        finally:
            store.close()

    def published(self) -> pl.DataFrame:
        found = self.stored()
        assert found is not None
        return found

    def printed(self) -> dict[str, bytes]:
        """The figures of the week as every audience gets them."""
        return {
            str(path.relative_to(self.out)): path.read_bytes()
            for audience in ("ig", "managers")
            for path in sorted((self.out / audience).rglob("*.csv"))
            if path.name != "files.csv"  # the account of what was read
        }


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def published_site(site: Site) -> Site:
    site.run("".join(map(day_of_work, range(5))), CLOSED)
    return site


def news(table: pl.DataFrame) -> int | None:
    (people,) = table.filter(report="ig", table="time_by_class", value="news")["people"]
    return None if people is None else int(people)


def test_while_a_week_is_open_no_night_shows_a_figure(site: Site) -> None:
    nights = []
    for day in range(5):
        night = MONDAY + timedelta(days=day + 1, hours=2)
        result = site.run(day_of_work(day), night)
        assert [(week.period, week.provisional, week.due) for week in result.weeks] == [(WEEK, True, CLOSED)]
        table = site.published()
        assert table["suppressed"].all()
        assert (
            table.select("people", "minutes_low", "minutes", "minutes_high").null_count().row(0) == (table.height,) * 4
        )
        assert set(table["report"]) == {"ig"}
        assert site.stored("counted") is None
        provenance = site.stored("provenance")
        assert provenance is not None
        assert provenance["number"].null_count() == provenance.height
        page = " ".join((site.out / "ig" / "index.html").read_text().split())
        assert "Its figures come with the first run after Wednesday 18 March 2026, 00:00" in page
        (listed,) = (site.out / "managers").iterdir()  # what `send` may mail: nothing yet
        assert json.loads(listed.read_bytes())["pages"] == []
        nights.append(table)
    assert all(night.equals(nights[0]) for night in nights)
    # An hour before it closes, nothing; then all of it, as if it had been read in one go.
    site.run("", CLOSED - timedelta(hours=1))
    assert site.published().equals(nights[0])
    result = site.run("", CLOSED)
    assert [(week.provisional, week.due) for week in result.weeks] == [(False, None)]
    assert news(site.published()) == 35
    assert set(site.published()["report"]) == {"ig", "managers"}


def test_a_closed_week_is_printed_twenty_times_alike(site: Site) -> None:
    published_site(site)
    table, printed = site.published(), site.printed()
    assert news(table) == 35
    for night in range(20):
        site.run("", CLOSED + timedelta(days=night + 1))
        assert site.published().equals(table)
        assert site.printed() == printed


def test_one_person_s_late_lines_are_in_no_edition(site: Site) -> None:
    published_site(site)
    table = site.published()
    late = "".join(pages("late", address, 2, 13) for address in SITES)
    site.run(late, CLOSED + timedelta(days=1))
    assert site.published().equals(table)
    site.run("", CLOSED + timedelta(days=2), reissue=True)
    assert site.published().equals(table)


def test_those_of_a_whole_team_are(site: Site) -> None:
    published_site(site)
    before = news(site.published())
    assert before is not None
    # so that they are read in equal shares, as by the others
    site.run("".join(day_of_work(day, range(PEOPLE, 2 * PEOPLE)) for day in range(5)), CLOSED + timedelta(days=1))
    site.run("", CLOSED + timedelta(days=2), reissue=True)
    assert news(site.published()) == 2 * before == 70  # 36 people, then 72


def test_a_trial_shows_figures_that_the_whole_week_renews(site: Site) -> None:
    site.run("".join(day_of_work(day) for day in range(2)), CLOSED)
    trial = site.published()
    assert trial["provisional"].all()
    assert news(trial) == 35
    page = (site.out / "ig" / "index.html").read_text()
    assert "The logs of this week do not cover every working day" in page
    # the rest of the week, and in it four more people in the news: fewer than a figure may tell of
    rest = "".join(day_of_work(day, range(PEOPLE + 6)) for day in range(2, 5))
    site.run(rest, CLOSED + timedelta(days=1))
    final = site.published()
    assert not final["provisional"].any()
    assert news(final) == 35  # 36 + 4 = 40 people
    minutes = [
        table.filter(report="ig", table="time_by_class", value="news")["minutes"].item() for table in (trial, final)
    ]
    assert minutes[1] > 2 * minutes[0]


def test_weeks_are_held_against_each_other_only_while_their_keys_are_there(site: Site) -> None:
    directory = site.folder / "directory.csv"
    rows = "".join(f"p{n},user{n},Team,All,,,,,\n" for n in range(PEOPLE))
    joined = "".join(f"j{n},user{n},Team,All,,,,2026-03-16,\n" for n in range(PEOPLE, PEOPLE + 2))
    directory.write_text("person_id,accounts,team,directorate,manager,roles,pattern,starts,ends\n" + rows + joined)
    configuration = Configuration(directory=directory, dpia=APPROVED)
    first, second = (site.folder / name for name in ("first.log", "second.log"))
    first.write_text("".join(map(day_of_work, range(5))))
    people = range(PEOPLE + 2)
    second.write_text("".join(day_of_work(day, people) for day in range(7, 12)))
    later = "2026-W12"
    figures = {}
    for place, destroyed in (("whole", False), ("destroyed", True)):
        out = site.folder / place
        run_audit([str(first)], configuration, out, CLOSED, lambda *_: None)
        if destroyed:
            destroy(out / "keys", WEEK, ["pseudonyms"], [("pseudonyms", WEEK)], CLOSED.date(), rehearse=False)
        run_audit([str(second)], configuration, out, CLOSED + timedelta(days=7), lambda *_: None)
        store = Store(out / "store", Keyring(out / "keys"))
        try:
            figures[place] = store.read("published", later, "week")
        finally:
            store.close()
    whole, destroyed_key = (news(table) for table in figures.values() if table is not None)
    assert whole == 35
    assert destroyed_key == 40  # 36 and two joiners
