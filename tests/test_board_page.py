"""The page for the board: one chart, three figures, and nothing but published figures of weeks that have closed."""

from __future__ import annotations

import csv
import html
import re
from pathlib import Path

import polars as pl
import report_data as data

from netaudit.report import render
from netaudit.report.board_pages import board_weeks

EARLIER = "2026-W44"


def shown(out: Path, published: pl.DataFrame, **facts: object) -> str:
    render(out, published, [], data.facts(**facts), data.TITLES)
    body = (out / "board" / "index.html").read_text(encoding="utf-8").partition("<body>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def hidden(published: pl.DataFrame, which: pl.Expr) -> pl.DataFrame:
    names = ("people", "minutes_low", "minutes", "minutes_high")
    return published.with_columns(
        *(pl.when(~which).then(pl.col(name)).alias(name) for name in names), suppressed=which | pl.col("suppressed")
    )


def test_three_figures_are_those_that_were_published(tmp_path: Path) -> None:
    """News, auctions, microblogging, sport and travel: 4,770 likely minutes, 3,575 to 7,290, over 345 people."""
    page = shown(tmp_path, data.published())
    assert "345 people on the staff list. About 310 of them used the web" in page
    assert "15 people with a finding (Clause 7.4). No other clause has more" in page
    assert "14 min of personal time for each person on the staff list. It lies between 10 min and 21 min" in page
    assert "In 1 earlier week it was 14 min." in page
    twin = (tmp_path / "board" / "weeks.csv").read_text(encoding="utf-8-sig")
    _, last, _ = csv.reader(twin.splitlines())
    assert last[1:] == ["345", "310", "15", "10.4", "13.8", "21.1"]


def test_a_week_that_is_open_reaches_no_board(tmp_path: Path) -> None:
    provisional = data.published().with_columns(provisional=pl.lit(value=True))
    assert "No week has closed yet." in shown(tmp_path, provisional)


def test_what_goes_elsewhere_is_counted_nowhere_on_it() -> None:
    rows = [
        data.row("ig", "findings_by_clause", data.WHOLE, "7.4 (safeguarding)", (95,)),
        *(
            data.row("ig", "time_by_class", data.WHOLE, "extremism", (90, 9000, 9000, 9000), period=period)
            for period in ("2026-W45", "2026-W46")
        ),
        data.row("ig", "findings_by_clause", data.NURSING, "7.2", (80,)),
        data.row("managers", "findings_by_clause", data.NURSING, "7.2", (85,)),
    ]
    published = pl.concat([data.published(), pl.DataFrame(rows, schema=data.PUBLISHED.schema)])
    weeks, classes = board_weeks(published, data.facts(left_out=("extremism",)), data.TITLES)
    assert weeks[-1].found.value == 15
    assert "Radicalisation and extremism" not in classes
    assert weeks[-1].time.likely == 13.8
    weeks, classes = board_weeks(published, data.facts(), data.TITLES)
    assert weeks[-1].time.likely != 13.8, "without the list the class would be counted: the test can fail"


def test_a_hidden_class_makes_its_week_hidden_and_no_dip(tmp_path: Path) -> None:
    ten = [data.published().filter(period="2026-W46").with_columns(period=pl.lit(f"2026-W{n}")) for n in range(36, 46)]
    before = pl.concat([*ten, data.published().filter(period="2026-W46")])
    news = (pl.col("value") == "news") & (pl.col("period") == EARLIER)
    weeks, classes = board_weeks(hidden(before, news), data.facts(), data.TITLES)
    assert [week.period for week in weeks if week.time.likely is None] == [EARLIER]
    assert "News" in classes
    page = shown(tmp_path, hidden(before, news))
    assert "A week marked [c] is hidden, not empty." in page
    often = (pl.col("value") == "news") & pl.col("period").is_in([EARLIER, "2026-W43", "2026-W42"])
    weeks, classes = board_weeks(hidden(before, often), data.facts(), data.TITLES)
    assert all(week.time.likely is not None for week in weeks)
    assert "News" not in classes


def test_a_week_without_any_figure_is_told_and_drawn_as_no_zero(tmp_path: Path) -> None:
    week = data.published().filter(period="2026-W46")
    gap = pl.concat([week.with_columns(period=pl.lit("2026-W43")), week])
    assert "2 weeks in between have no figures and are left out." in shown(tmp_path, gap)


def test_nothing_to_show_is_told_as_that(tmp_path: Path) -> None:
    nothing = hidden(data.published(), pl.lit(value=True))
    page = shown(tmp_path, nothing)
    assert "The personal time of this week cannot be shown [c]." in page
    assert "[c] people with a finding: the count is hidden for every clause" in page
    assert "na-picture" not in (tmp_path / "board" / "index.html").read_text(encoding="utf-8").partition("<body>")[2]


def test_the_board_is_told_that_no_dpia_is_current(tmp_path: Path) -> None:
    page = shown(tmp_path, data.published(), withheld=("No reference.",), mend=("reference = 1",))
    assert "Important: this needs a decision" in page
    assert "Ask the Information Governance team if anything is unclear." in page
