"""Files, attempts and filter leaks, from lines of a log to what a report says of them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import polars as pl
import pytest
from approved import DPIA_SECTION
from click.testing import CliRunner

from netaudit.cli import main
from netaudit.contracts import LEAKS, REQUEST_BANDS
from netaudit.definitions.policies import load_policy
from netaudit.protect import filter_leaks

MONDAY = 1773014400  # 2026-03-09 00:00 in London
POLICY = """extends = "leeds"
id = "ours"
[[rule]]
rule_id = "core_time_week"
limit_minutes = 30
[[rule]]
rule_id = "downloads"
limit_megabytes = 1
[[rule]]
rule_id = "attempts"
limit_attempts = 3
[[rule]]
rule_id = "games"
on = false
"""


def at(day: int, clock: str) -> float:
    hours, minutes, seconds = map(int, clock.split(":"))
    return MONDAY + day * 86_400 + hours * 3600 + minutes * 60 + seconds


def line(
    when: float, url: str, size: int = 20_000, mime: str = "text/html", status: str = "TCP_MISS/200", user: str = "ann"
) -> str:
    return f"{when:.3f}      0 192.0.2.1 {status} {size} GET {url} {user} HIER_DIRECT/198.51.100.7 {mime}\n"


def page(when: float, host: str, name: str, user: str = "ann") -> list[str]:
    return [
        line(when, f"http://{host}/{name}", user=user),
        line(when + 1, f"http://{host}/{name}.css", 5_000, "text/css", user=user),
        line(when + 2, f"http://{host}/{name}.jpg", 50_000, "image/jpeg", user=user),
    ]


LOG = [
    *(
        text
        for minute in range(0, 10, 2)
        for text in page(at(1, f"10:{minute:02d}:00"), "www.miniclip.com", f"p{minute}")
    ),
    line(at(1, "10:09:00"), "http://www.miniclip.com/get/anns-secret-plan.exe", 34_500_000, "application/x-msdownload"),
    # a shielded site's file, and a shielded page
    *page(at(1, "10:40:00"), "www.samaritans.org", "how-we-can-help"),
    line(at(1, "10:41:00"), "http://www.samaritans.org/anns-safety-plan.zip", 9_000_000, "application/zip"),
    *page(at(2, "10:40:00"), "www.nhs.uk", "conditions/depression/"),
    # stopped five times, each time twice
    *(
        line(at(3, f"{hour:02d}:30:{second:02d}"), "http://www.bet365.com/", 400, status="TCP_DENIED/403")
        for hour in (9, 11, 13, 14, 16)
        for second in (0, 5)
    ),
    *(
        text
        for day in range(5)
        for minute in range(0, 14, 2)
        for text in page(at(day, f"15:{minute:02d}:00"), "www.asos.com", f"p{day}{minute}")
    ),
    # let through to a forbidden site, by nobody's doing
    line(at(4, "09:00:00"), "http://www.paddypower.com/pixel.gif", 43, "image/gif", user="-"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "policies").mkdir()
    (folder / "policies" / "ours.toml").write_text(POLICY)
    (folder / "netaudit.toml").write_text('[policy]\npack = "ours"\nfolder = "policies"\n' + DPIA_SECTION)
    return folder


def audited(site: Path, out: Path, *logs: list[str]) -> Path:
    paths = []
    for number, lines in enumerate(logs):
        paths.append(str(out.with_name(f"{out.name}{number}.log")))
        Path(paths[-1]).write_text("".join(lines))
    options = ["--config", str(site / "netaudit.toml"), "--out", str(out), "--now", "2026-03-18T02:00"]
    done = CliRunner().invoke(main, ["run", *paths, *options])
    assert done.exit_code == 0, done.output
    return out


@pytest.fixture(scope="module")
def out(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return audited(site, tmp_path_factory.mktemp("audit") / "out", sorted(LOG))


def cases(out: Path) -> dict[str, list[str]]:
    """Return the text of each case page, by its title."""
    found: dict[str, list[str]] = {}
    for path in sorted((out / "ig" / "cases").glob("*.html")):
        html = path.read_text(encoding="utf-8").partition("<main")[2]
        text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
        title = re.search(r"Case F-\w+ (.*?) (?:To review|Close|Excused)", text)
        found.setdefault(title[1] if title else "?", []).append(text)
    return found


def leaks(out: Path) -> list[tuple[str, ...]]:
    text = (out / "it" / "filter-leaks.csv").read_text(encoding="utf-8-sig")
    return [tuple(row) for row in csv.reader(text.splitlines())]


def told(out: Path, words: str) -> list[str]:
    return [text for texts in cases(out).values() for text in texts if words in text]


def test_a_file_is_a_case_of_kind_and_size(out: Path) -> None:
    (text,) = told(out, "Files for purposes not consistent with service use")
    assert "34.5 MB downloaded" in text
    assert "downloaded a program, 34 MB" in text
    assert "This case counts no time" in text
    assert "not that anybody kept it" in text


def test_attempts_are_a_case_of_their_own(out: Path) -> None:
    (text,) = told(out, "Repeated attempts to reach forbidden sites")
    assert "5 separate attempts to reach sites that the policy forbids" in text
    assert "The filter stopped all of them: attempts, not access. The limit is 3 attempts." in text
    assert "if 2 of them had another cause" in text
    assert "minutes proven" not in text
    assert not told(out, "Accessing sites that involve: Gambling")


def test_a_week_is_a_case_of_its_days(out: Path) -> None:
    (text,) = told(out, "Personal use in core time outside lunch, over a week")
    assert "The limit is 30 minutes a week." in text
    assert "Monday 9 March 2026" in text
    assert "Friday 13 March 2026" in text
    assert "of the 6" in text or "All 6" in text  # five times 12 minutes, and some of the game


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Files for purposes", "34.5 MB downloaded"),
        ("Repeated attempts", "5 attempts are counted"),
        ("Personal use in core time outside lunch, over", "60 min"),
    ],
)
def test_a_stored_case_is_explained_again(site: Path, out: Path, title: str, words: str) -> None:
    (text,) = told(out, title)
    number = re.search(r"F-\w+", text)
    options = ["--config", str(site / "netaudit.toml"), "--out", str(out)]
    done = CliRunner().invoke(main, ["explain", number[0], *options])
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split()).casefold()
    if title.startswith("Personal"):
        assert "the limit is 30 minutes a week" in said
    else:
        assert words.casefold() in said


def test_leaks_are_told_by_site_and_band(out: Path) -> None:
    assert leaks(out) == [
        ("Week", "Class", "Site", "Requests"),
        ("Week 11: Mon 9 to Sun 15 March 2026", "Gambling", "paddypower.com", "fewer than 10"),
        ("Week 11: Mon 9 to Sun 15 March 2026", "Online games", "miniclip.com", "10 to 99"),
        ("Week 11: Mon 9 to Sun 15 March 2026", "Shopping, buying and selling", "asos.com", "100 to 999"),
    ]
    assert "paddypower.com" in (out / "it" / "index.html").read_text(encoding="utf-8")


def test_no_shielded_site_and_no_name_of_a_file_is_anywhere(out: Path) -> None:
    reports = [
        path for name in ("ig", "it", "managers", "safeguarding") for path in (out / name).rglob("*") if path.is_file()
    ]
    assert reports
    for path in reports:
        text = path.read_text(encoding="utf-8")
        for word in ("samaritans", "nhs.uk/", "depression", "anns-", "secret", "192.0.2.1"):
            assert word not in text, (path.name, word)


def test_leaks_are_the_same_whatever_the_order_and_the_files(site: Path, out: Path, tmp_path: Path) -> None:
    lines = sorted(LOG)
    again = audited(site, tmp_path / "other", lines[1::2], lines[::2])
    assert (again / "it" / "filter-leaks.csv").read_bytes() == (out / "it" / "filter-leaks.csv").read_bytes()
    nights = [lines[: len(lines) // 2], lines[len(lines) // 2 :]]
    for night in nights:
        audited(site, tmp_path / "nightly", night)
    assert leaks(tmp_path / "nightly") == leaks(out)
    assert sorted(map(len, cases(again).values())) == sorted(map(len, cases(out).values()))


# --- The list itself --------------------------------------------------------------------------------------------------


def passed(*rows: tuple[str, str, int]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), {"site": pl.String, "category": pl.String, "requests": pl.Int64}, orient="row")


@pytest.mark.parametrize(
    ("requests", "band"),
    [(1, 0), (9, 0), (10, 1), (99, 1), (100, 2), (999, 2), (1_000, 3), (5_000_000, 3)],
)
def test_counts_are_bands(requests: int, band: int) -> None:
    found = filter_leaks(passed(("bets.example", "gambling", requests)), load_policy("leeds").classes, "2026-W11")
    assert found.rows() == [("2026-W11", "bets.example", "gambling", REQUEST_BANDS[band])]
    assert found.schema == LEAKS.schema


def test_only_what_the_policy_forbids_is_a_leak_and_nothing_special_whatever_a_policy_calls_it() -> None:
    uses = dict(load_policy("leeds").classes) | {"special_health": "blocked", "shielded": "blocked", "sport": "blocked"}
    rows = passed(
        ("bets.example", "gambling", 5),
        ("goals.example", "sport", 5),
        ("travel.example", "travel", 5),
        ("clinic.example", "special_health", 5),
        ("hidden.example", "shielded", 5),
        ("other.example", "uncategorised", 5),
    )
    assert filter_leaks(rows, uses, "2026-W11")["site"].to_list() == ["bets.example", "goals.example"]


def test_only_names_that_can_be_registered_are_told() -> None:
    names = [
        "192.0.2.7",
        "2001:db8::7",
        "bets",
        "bets.example",
        "xn--bcher-kva.example",
        "a..b.example",
        "=cmd.example",
        "bets.example:80",
    ]
    rows = passed(*((name, "gambling", 5) for name in names))
    found = filter_leaks(rows, load_policy("leeds").classes, "2026-W11")
    assert found["site"].to_list() == ["bets.example", "xn--bcher-kva.example"]
