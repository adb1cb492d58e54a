"""The manual's worked example: what it says of the sample week is what the week's script, truth, log and report say."""

from __future__ import annotations

import csv
import html
import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from shown_cases import statuses

from netaudit.cli import main

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_logs"
MANUAL = (ROOT / "docs" / "methodology.md").read_text(encoding="utf-8")
EXAMPLE = MANUAL.partition("\n## A worked example\n")[2].partition("\n## ")[0]
VISITS, LINES = (
    [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]
    for table in re.findall(r"(?:^\|.*\n)+", EXAMPLE, re.MULTILINE)
)
PERSON = "bruno.castell"


def minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:5])


def day_lines() -> pl.Series:
    """The lines of the sample log of that day, read with nothing of netaudit's."""
    return pl.read_csv(
        SAMPLE / "logs" / "access.log-20260311.zst",
        has_header=False, separator="\x01", quote_char=None, new_columns=["line"], encoding="utf8-lossy",
    )["line"]  # fmt: skip


def log_lines() -> pl.DataFrame:
    """The person's lines of it: close, length, bytes, host."""
    lines = day_lines()
    words = lines.filter(lines.str.contains(PERSON)).str.extract_all(r"\S+")
    return pl.DataFrame(
        {
            "closed": words.list.get(0).cast(pl.Float64),
            "ms": words.list.get(1).cast(pl.Int64),
            "bytes": words.list.get(4).cast(pl.Int64),
            "host": words.list.get(6).str.strip_suffix(":443"),
        }
    ).with_columns(opened=pl.col("closed") - pl.col("ms") / 1000)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("example")
    arguments = ["run", str(SAMPLE / "logs"), "--config", str(SAMPLE / "netaudit.toml"), "--out", str(out)]
    done = CliRunner().invoke(main, [*arguments, "--now", "2026-03-23T02:15"])
    assert done.exit_code == 0, done.output
    assert statuses(out) == {"new": 18, "close": 1, "excused": 4}
    pages = [path.read_text(encoding="utf-8") for path in (out / "ig" / "cases").glob("*.html")]
    (found,) = [text for text in pages if "Wednesday 11 March 2026, between 09:50 and 11:40" in text]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found.partition("<body>")[2])).split())


def test_the_visits_are_those_of_the_truth() -> None:
    with (SAMPLE / "truth.csv").open(encoding="utf-8", newline="") as file:
        true = [
            [row["start"][11:16], row["end"][11:16], row["site"]]
            for row in csv.DictReader(file)
            if row["account"] == PERSON and row["start"][:10] == "2026-03-11" and row["kind"] == "human"
        ]
    assert [row[:3] for row in VISITS] == true
    assert [int(row[3]) for row in VISITS] == [minutes(end) - minutes(start) for start, end, _ in true] == [10] * 9
    breaks = [minutes(after[0]) - minutes(before[1]) for before, after in pairwise(true)]
    assert [int(row[5]) for row in VISITS[1:]] == breaks
    assert sum(breaks) == 20
    assert max(breaks) <= 5
    # Half the tolerance: a break of more than 2.5 minutes ends a stretch.
    stretches = [10]
    for length in breaks:
        stretches = [*stretches[:-1], stretches[-1] + 10] if length <= 2.5 else [*stretches, 10]
    assert stretches == [20, 20, 20, 20, 10]


def test_the_connections_are_those_of_the_log() -> None:
    lines = log_lines()
    own = lines.filter(pl.col("host").str.contains("facebook|fbcdn|booking|bstatic|mumsnet"))
    start = datetime.fromisoformat("2026-03-11T09:50:00+00:00").timestamp()

    def clock(seconds: float) -> str:
        return f"{datetime.fromtimestamp(seconds, UTC):%M:%S}"  # in March London has UTC

    first = own.filter(pl.col("opened").is_between(start - 1, start + 599), ~pl.col("host").str.contains("connect"))
    shown = sorted((row[0][3:], row[1][3:], int(row[2].replace(",", "")), row[3]) for row in LINES)
    assert (
        sorted((clock(row["opened"]), clock(row["closed"]), row["bytes"], row["host"]) for row in first.to_dicts())
        == shown
    )
    later = own.filter(pl.col("opened") >= start - 1, pl.col("closed") < start + 7380)
    assert f"{later['ms'].sum() / 60_000:.0f} minutes" in EXAMPLE


def learnt_ms(host: str) -> int:
    """The idle time-out that the day's log teaches of a host, by the manual's words: the middle person's, of nearly the
    shortest connection of each, no person weighing more than three connections."""
    words = day_lines().str.extract_all(r"\S+")
    used = pl.DataFrame(
        {
            "ms": words.list.get(1, null_on_oob=True).cast(pl.Int64, strict=False),
            "bytes": words.list.get(4, null_on_oob=True).cast(pl.Int64, strict=False),
            "host": words.list.get(6, null_on_oob=True),
            "user": words.list.get(7, null_on_oob=True),
        }
    ).filter(pl.col("host") == f"{host}:443", pl.col("bytes") >= 2000, pl.col("user") != "-")
    people = used.group_by("user").agg(pl.col("ms").sort())["ms"].to_list()
    shortest = sorted((lasted[int(0.05 * (len(lasted) - 1))], min(len(lasted), 3)) for lasted in people)
    by_weight = [ms for ms, weight in shortest for _ in range(weight)]
    return by_weight[(len(by_weight) - 1) // 2]


def test_the_proven_minutes_follow_from_the_log() -> None:
    """Each visit is proven until a connection of that moment closed, less what the day's log teaches of its host."""
    closes = {
        (row["host"], f"{datetime.fromtimestamp(row['closed'], UTC):%H:%M:%S.%f}"[:12])
        for row in log_lines().to_dicts()
    }
    for start, end, _, _, proven, _, host, closed, less in VISITS:
        assert (host, closed) in closes
        timeout = float(less.removesuffix(" s"))
        assert learnt_ms(host) == round(timeout * 1000)
        clock = minutes(closed) + float(closed[6:]) / 60
        assert clock - timeout / 60 - minutes(start) == pytest.approx(float(proven), abs=0.006)
        assert clock - timeout / 60 <= minutes(end)  # no more than the truth


def test_the_report_says_what_the_example_says(page: str) -> None:
    assert "at least 79.8 minutes" in page
    assert sum(float(row[4]) for row in VISITS) == pytest.approx(79.85, abs=0.01)
    # Six visits of ten minutes, and three proven ones with 68 seconds of reading after them.
    read = sum(float(row[4]) + 68.4 / 60 for row in VISITS if row[2] == "www.mumsnet.com")
    assert 6 * 10 + read == pytest.approx(86.6, abs=0.05)
    assert "79.8 minutes proven 86.6 minutes likely 90 minutes at most" in page
    # The longest break as the likely figures have it: from the end of the sixth visit to 11:05.
    assert 11 * 60 + 5 - (10 * 60 + 52 + float(VISITS[5][4]) + 68.4 / 60) == pytest.approx(3 + 53 / 60, abs=0.02)
    assert "It needs breaks of up to 3 minutes 53 seconds to be one stretch; the policy allows 5 minutes." in page
    assert float(VISITS[6][4]) + float(VISITS[7][4]) == pytest.approx(18.85, abs=0.01)
    assert "If a break could be at most 2.5 minutes, it falls into 6 stretches, the longest with 18.8 minutes" in page
    assert "All 79.8 proven minutes lie in the person's own working hours" in page
    assert "Work in between 8 stretches." in page
    assert "With half the break that the policy allows it is no finding; with double it is one." in page
    assert "hangs on how long a break may be" in " ".join(EXAMPLE.split())
    assert "Treat this one with more care: whether it is a finding hangs on how long a break may be" in page
    for figure in ("79.85", "79.8", "86.6", "68", "3 minutes 53 seconds", "18.8 proven minutes"):
        assert figure in " ".join(EXAMPLE.split())


def test_the_day_of_the_example_adds_up_and_says_what_would_undo_it(page: str) -> None:
    """The rows that count are his nine visits, and add up to the figures above them, whatever those are."""
    figures = re.search(r"([\d.]+) minutes proven ([\d.]+) minutes likely ([\d.]+) minutes at most", page)
    assert figures is not None
    told = page.partition("Proven Likely At most Requests ")[2].partition("Download as CSV")[0]
    dash = "\N{EN DASH}"
    cell = f"([\\d.{dash}]+)"
    minutes = [
        [float(figure.replace(dash, "0")) for figure in row]
        for row in re.findall(f" {cell} {cell} {cell} (?:person|parts|{dash})", told)
    ]
    *rows, total = minutes
    assert total == [float(figure) for figure in figures.groups()]
    assert [round(sum(column), 1) for column in zip(*rows, strict=True)] == total
    starts = {(start, f"www.{site}") for start, site in re.findall(r"(\d\d:\d\d) to \d\d:\d\d (\w+\.com)", told)}
    assert {(row[0], row[2]) for row in VISITS} <= starts
    assert "Connections left open" in page.partition("What was not counted, and why")[2]
