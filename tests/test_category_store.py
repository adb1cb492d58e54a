"""netaudit categories uncategorised: sites that nobody has classed for sure, and nobody's own use of them."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imported_data import OVERRIDES, write_import
from protect_data import visit, visits

from netaudit.definitions.categories import categories_folder, load_class_map
from netaudit.definitions.overrides import read_overrides
from netaudit.definitions.policies import load_policy
from netaudit.errors import Problem
from netaudit.pipeline.stored_weeks import StoredWeeks
from netaudit.pipeline.uncategorised import OpenSites, open_sites, template_lines
from netaudit.protect import SuppressionSettings, attended, busiest_weeks, shown_sites
from netaudit.protect.disclosure import MEASURES

NETAUDIT = Path(sys.executable).with_name("netaudit")
TUESDAY = 1773136800  # 2026-03-10 10:00 in London
WEEK = 7 * 24 * 3600
SETTINGS = SuppressionSettings()
HEADER = "pattern,category,reason,author,date,expires,ticket"


def netaudit(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([NETAUDIT, *map(str, arguments)], capture_output=True, text=True, check=False)


def pages(site: str, people: Iterable[int], minutes: int = 5, start: int = TUESDAY) -> str:
    """A page a minute, by each of some people."""
    return "".join(
        f"{start + 60 * minute}.000 100 192.0.2.7 TCP_MISS/200 40000 GET http://{site}/{minute} canary{person} "
        "HIER_DIRECT/203.0.113.9 text/html\n"
        for person in people
        for minute in range(minutes)
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty people's two weeks."""
    place = tmp_path_factory.mktemp("place")
    (place / "categories").mkdir()
    (place / "categories" / "overrides.csv").write_text(f"{OVERRIDES}known.example,news,why,IG,2026-01-01,,\n")
    (place / "netaudit.toml").write_text('[categories]\nfolder = "categories"\nimports = "lists"\n')
    write_import(place / "lists", "ut", [("www.hearsay.example", "gambling")])
    hours = (TUESDAY + 3600 * hour for hour in range(24))  # nobody is on two sites at once
    later = TUESDAY + WEEK
    log = [
        pages("www.bbc.co.uk", range(40), start=next(hours)),
        pages("www.twenty.example", range(20), start=next(hours)),
        pages("eight.example", range(8), start=next(hours)),
        pages("seven.example", range(7), start=next(hours)),
        pages("everybody.example", range(40), start=next(hours)),
        pages("known.example", range(20), start=next(hours)),
        pages("198.51.100.9", range(12), start=next(hours)),
        pages("[2001:db8::1]", range(12), start=next(hours)),
        pages("one-much.example", range(1, 10), 2, start=next(hours)),
        pages("one-much.example", [0], 250, start=TUESDAY + 24 * 3600),
        pages("rumour.example", range(10), start=next(hours)),
        pages("www.samaritans.org", range(20), start=next(hours)),
        pages("www.hearsay.example", range(11), start=next(hours)),
        # Four people in one week and four others in the next are never eight.
        pages("split.example", range(4), start=next(hours)) + pages("split.example", range(4, 8), start=later),
        # More people in the second week, fewer minutes.
        pages("twice.example", range(9), 100, next(hours)) + pages("twice.example", range(15), start=later + 3600),
        pages("www.bbc.co.uk", range(40), start=later + 7200),
    ]
    (place / "access.log").write_text("".join(log))
    config = ("--config", place / "netaudit.toml")
    done = netaudit("run", place / "access.log", *config, "--out", place / "out", "--now", "2026-03-30")
    assert done.returncode == 0, done.stderr
    return place


def uncategorised(place: Path, *options: str) -> subprocess.CompletedProcess[str]:
    config = ("--config", place / "netaudit.toml", "--out", place / "out")
    return netaudit("categories", "uncategorised", *config, *options)


def rows(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines[0] == HEADER
    return {row["pattern"]: row["reason"] for row in csv.DictReader(io.StringIO("\n".join(lines)))}


def test_sites_of_eight_people_or_more_are_named_with_rounded_figures(place: Path) -> None:
    done = uncategorised(place)
    assert (done.returncode, done.stderr) == (0, "")
    found = rows(done.stdout)
    people = {site: reason.partition(",")[0].partition(" in ")[0] for site, reason in found.items()}
    assert people == {
        "everybody.example": "no class; 35 or more people",
        "twenty.example": "no class; 20 people",
        "twice.example": "no class; 15 people",
        "198.51.100.9": "no class; 10 people",
        "rumour.example": "no class; 10 people",
        "hearsay.example": "unconfirmed: gambling by ut; 10 people",
        "one-much.example": "no class; 10 people",
        "eight.example": "no class; 10 people",
    }
    assert list(found)[:3] == ["everybody.example", "twenty.example", "twice.example"]
    assert found["one-much.example"].endswith("10 people in 2026-W11")  # one of them made up most of the time
    assert found["twice.example"].endswith("in 2026-W12")
    for reason in found.values():
        figures = [int(word) for word in reason.replace(",", "").split() if word.isdigit()]
        assert all(figure % 5 == 0 for figure in figures)
    for hidden in ("seven", "split", "known", "samaritans", "canary", "bbc", "2001"):
        assert hidden not in done.stdout
    assert "# fewer than 8 sites are not shown: in no week did 8 people use them" in done.stdout
    assert "# fewer than 8 sites are not shown: no override can name them" in done.stdout


def test_the_largest_week_counts_and_weeks_are_never_added_up(place: Path) -> None:
    first = rows(uncategorised(place, "--weeks", "2026-W11").stdout)
    second = rows(uncategorised(place, "--weeks", "2026-W12").stdout)
    both = rows(uncategorised(place, "--weeks", "2026-W11..2026-W12").stdout)
    assert first["twice.example"].startswith("no class; 10 people, ")
    assert second == {"twice.example": both["twice.example"]}
    assert both == first | second


def test_minutes_can_come_first_and_top_is_the_most_that_is_written(place: Path) -> None:
    by_minutes = uncategorised(place, "--by", "minutes", "--top", "2", "--weeks", "2026-W11")
    found = rows(by_minutes.stdout)
    minutes = [int(reason.split(", ")[1].split()[0]) for reason in found.values()]
    assert minutes == sorted(minutes, reverse=True)
    assert len(minutes) == 2
    assert "twice.example" in found
    assert "# 6 more sites could be shown: raise --top" in by_minutes.stdout


def test_the_template_is_refused_until_it_is_filled_in_and_then_taken(place: Path, tmp_path: Path) -> None:
    text = uncategorised(place).stdout
    path = tmp_path / "overrides.csv"
    path.write_text(text)
    taxonomy = load_class_map(categories_folder()).taxonomy
    _, _, problems = read_overrides(path, taxonomy, None)
    assert len(problems) == len(rows(text))
    assert problems[0] == Problem(
        "'category' is empty: the override is not filled in",
        f"{path}:2",
        "write the class of the site, the author and the date; or take the row out",
    )
    filled = text.replace(",,", ",news,", 1).replace(",,,,\n", ",IG,2026-03-30,,\n")
    path.write_text(
        "\n".join(line for line in filled.splitlines() if ",news," in line or line.startswith(("#", "pat")))
    )
    rules, _, problems = read_overrides(path, taxonomy, None)
    assert problems == []
    assert rules["pattern"].to_list() == ["everybody.example"]


def test_what_the_class_map_has_learnt_since_is_left_out_and_hearsay_is_named(place: Path, tmp_path: Path) -> None:
    (tmp_path / "netaudit.toml").write_text(
        f'[retention]\nstore = "{place}/out/store"\n[keys]\nfolder = "{place}/out/keys"\n[categories]\nfolder = "own"\n'
    )
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "overrides.csv").write_text(f"{OVERRIDES}twenty.example,news,why,IG,2026-01-01,,\n")
    write_import(
        tmp_path / "category_lists",
        "ut",
        [("rumour.example", "gambling"), ("twice.example", "special_health"), ("eight.example", "news")],
    )
    done = netaudit("categories", "uncategorised", "--config", tmp_path / "netaudit.toml")
    assert done.returncode == 0, done.stderr
    found = rows(done.stdout)
    assert found["rumour.example"].startswith("unconfirmed: gambling by ut; 10 people, ")
    assert not {"twenty.example", "twice.example", "eight.example"} & set(found)
    assert "known.example" not in found  # it was classed when it was stored


def test_a_week_that_is_not_over_is_marked(place: Path, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    start = int((now - timedelta(minutes=10)).timestamp())
    (tmp_path / "access.log").write_text(pages("now.example", range(9), 2, start))
    (tmp_path / "netaudit.toml").write_text("")
    run = netaudit("run", tmp_path / "access.log", "--config", tmp_path / "netaudit.toml", "--out", tmp_path / "out")
    assert run.returncode == 0, run.stderr
    (line,) = [line for line in uncategorised(tmp_path).stdout.splitlines() if "is not over" in line]
    assert line.endswith("is not over: its figures may still change and are for information governance only")
    assert "is not over" not in uncategorised(place).stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--weeks", "2026-W20"), "there is nothing of 2026-W20 in the store\n --> {store}\n  = help: weeks: 2"),
        (("--weeks", "March"), "'March' names no weeks; write 2026-W11, or 2026-W10..2026-W12"),
        (("--weeks", "2026-W12..2026-W11"), "names no weeks"),
        (("--top", "0"), "Invalid value for '--top'"),
    ],
)  # fmt: skip
def test_messages(place: Path, options: tuple[str, ...], message: str) -> None:
    done = uncategorised(place, *options)
    assert done.returncode == 2
    assert message.format(store=place / "out" / "store") in done.stderr
    assert done.stdout == ""


def test_without_a_store_there_is_one_message_and_nothing_is_made(tmp_path: Path) -> None:
    (tmp_path / "netaudit.toml").write_text("")
    done = netaudit("categories", "uncategorised", "--config", tmp_path / "netaudit.toml", "--out", tmp_path / "none")
    assert done.returncode == 2
    assert done.stderr == (
        f"error: there is no store\n --> {tmp_path / 'none' / 'store'}\n"
        "  = help: name the folder that `run --out` wrote to with --out, or the configuration with --config\n"
    )
    assert not (tmp_path / "none").exists()


# --- What may be printed, whatever the data ------------------------------------------------------------------------

CLASS_MAP = load_class_map(categories_folder())
POLICY = load_policy("leeds")
SITES = ("one.example", "two.example", "three.example")
VISIT = st.tuples(
    st.integers(0, 30),  # person
    st.sampled_from(SITES),
    st.integers(0, 400),  # minutes
    st.sampled_from(["uncategorised"] * 6 + ["news", "shielded"]),
    st.sampled_from(["person"] * 6 + ["shared", "machine"]),
    st.sampled_from(["human"] * 6 + ["background", "embedded"]),
)


def week_of(drawn: Iterable[tuple[int, str, int, str, str, str]]) -> pl.DataFrame:
    return visits(
        visit(
            person,
            category,
            site=None if category == "shielded" else site,
            attribution=attribution,
            kind=kind,
            minutes_low=float(minutes),
            minutes=float(minutes),
            minutes_high=float(minutes),
        )
        for person, site, minutes, category, attribution, kind in drawn
    )


def true_people(drawn: Iterable[tuple[int, str, int, str, str, str]]) -> dict[str, dict[int, int]]:
    """Minutes by site and person, of what a person did on a site without a class."""
    found: dict[str, dict[int, int]] = {site: defaultdict(int) for site in SITES}
    for person, site, minutes, category, attribution, kind in drawn:
        if (category, attribution, kind) == ("uncategorised", "person", "human"):
            found[site][person] += minutes
    return found


@settings(max_examples=200, deadline=None)
@given(
    weeks=st.lists(st.lists(VISIT, max_size=150), min_size=1, max_size=3),
    crowds=st.lists(st.tuples(st.sampled_from(SITES), st.integers(6, 31)), max_size=3),
    order=st.randoms(use_true_random=False),
)
def test_nothing_below_the_threshold_is_ever_printed(
    weeks: list[list[tuple[int, str, int, str, str, str]]], crowds: list[tuple[str, int]], order: Any
) -> None:
    for site, size in crowds:  # enough people for something to be shown
        weeks[0] += [(person, site, 5, "uncategorised", "person", "human") for person in range(size)]
    periods = tuple(f"2026-W{number + 11}" for number in range(len(weeks)))
    found = opened(periods, weeks)
    text = "\n".join(template_lines(found, 50, "people", SETTINGS))
    true = [true_people(drawn) for drawn in weeks]
    active = [
        len({row[0] for row in drawn if row[4] == "person" and row[5] == "human" and row[3] != "shielded"})
        for drawn in weeks
    ]
    shown = rows(text)
    for site in SITES:
        most = max(len(week[site]) for week in true)
        if most < 8:
            assert site not in text
        if site not in shown:
            continue
        at = periods.index(shown[site].rpartition(" in ")[2])
        people, minutes = len(true[at][site]), sorted(true[at][site].values(), reverse=True)
        told = int(shown[site].split("; ")[1].split()[0])
        assert people >= 8
        assert told % 5 == 0
        assert told == SETTINGS.rounded(people) or ("or more" in shown[site] and told <= people + 2)
        assert not SETTINGS.says_it_of_all(told, active[at])
        if minutes[0] >= 0.9 * sum(minutes) or "minutes" not in shown[site]:
            assert "minutes" not in shown[site]
        else:
            printed = int(shown[site].split(", ")[1].split()[0])
            assert printed == SETTINGS.rounded_minutes(sum(minutes) * 60_000)
    # The same from the same week, whatever the order of its rows.
    for drawn in weeks:
        order.shuffle(drawn)
    assert opened(periods, weeks) == found


def opened(periods: tuple[str, ...], weeks: list[list[tuple[int, str, int, str, str, str]]]) -> OpenSites:
    tables = {period: week_of(drawn) for period, drawn in zip(periods, weeks, strict=True)}

    def read(_: str, period: str, part: str) -> pl.DataFrame | None:
        return tables[period] if date.fromisoformat(part).isoweekday() == 1 else None

    stored = cast("StoredWeeks", SimpleNamespace(periods=periods, tables=SimpleNamespace(read=read)))
    return open_sites(stored, CLASS_MAP, POLICY, SETTINGS, datetime(2026, 12, 1, tzinfo=UTC))


def test_one_person_who_makes_up_most_of_the_time_hides_it() -> None:
    even = [(person, "one.example", 10, "uncategorised", "person", "human") for person in range(10)]
    others = [(person, "two.example", 10, "news", "person", "human") for person in range(30)]
    for much, hidden in ((10, False), (2000, True)):
        week = week_of([*even, (0, "one.example", much, "uncategorised", "person", "human"), *others])
        seen = attended(week, POLICY.classes)
        counted = (
            seen.filter(category="uncategorised").rename({"site": "value"}).select("user_hash", "value", *MEASURES)
        )
        figure = shown_sites(seen, counted, SETTINGS)["one.example"]
        assert (figure.minutes_high is None) is hidden
        assert busiest_weeks([("2026-W11", {"one.example": figure})]) == {"one.example": ("2026-W11", figure)}
