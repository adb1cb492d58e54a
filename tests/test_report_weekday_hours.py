"""The heat map of weekdays and hours: it shows what its table shows, and the table what is published."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import polars as pl
import report_data as data

from netaudit.definitions.policies import load_policy
from netaudit.definitions.policy_words import core_days, lunch_hours
from netaudit.report import render

SHOWN = {"1-09": (20, 60, 90, 140), "3-12": (45, 300, 420, 600), "6-12": (10, None, None, None)}
TITLE = "Estimated personal time by weekday and hour"


def report(out: Path, table: pl.DataFrame) -> Path:
    facts = data.facts(lunch_hours=(12.0, 14.0), core_days=(1, 2, 3, 4, 5))
    render(out, published=table, cases=data.cases(), facts=facts, taxonomy_titles=data.TITLES)
    return out / "ig"


def with_cells(shown: dict[str, tuple[int | None, ...]]) -> pl.DataFrame:
    places = [f"{day}-{hour:02d}" for day in range(1, 8) for hour in range(24)]
    rows = [data.row("ig", "time_by_weekday_hour", data.WHOLE, place, shown.get(place)) for place in places]
    table = data.published()
    return pl.concat([table, pl.DataFrame(rows, schema=table.schema)])


def page_of(ig: Path) -> str:
    return (ig / "index.html").read_text(encoding="utf-8")


def test_the_csv_file_has_every_hour_and_what_is_hidden_as_such(tmp_path: Path) -> None:
    ig = report(tmp_path, with_cells(SHOWN))
    with (ig / "time-by-weekday-and-hour.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["Weekday", "Hour", "People", "Proven (minutes)", "Likely (minutes)", "At most (minutes)"]
    assert len(rows) == 168
    assert ["Monday", "09:00 to 10:00", "20", "60", "90", "140"] in rows
    assert ["Saturday", "12:00 to 13:00", "10", "[c]", "[c]", "[c]"] in rows
    assert sum(row[2:] == ["[c]"] * 4 for row in rows) == 165


def test_the_table_on_the_page_folds_hours_of_which_nothing_is_shown(tmp_path: Path) -> None:
    page = page_of(report(tmp_path, with_cells(SHOWN)))
    table = page.partition(f"Show as a table: {TITLE}")[2].partition("</table>")[0]
    words = re.sub(r"<[^>]+>", " ", table)
    assert "1 h 30 min" in words
    assert "7 h" in words
    assert "Other hours: 22" in words
    assert "10:00 to 11:00" not in words


def test_the_picture_marks_core_hours_and_lunch_and_tells_nothing_of_what_is_hidden(tmp_path: Path) -> None:
    page = page_of(report(tmp_path / "some", with_cells(SHOWN)))
    assert page.count(TITLE) > 1
    assert "core hours, 09:00 to 17:00" in page
    assert "when lunch can be, 12:00 to 14:00" in page
    # 10 people without minutes, or nobody: the same picture.
    other = page_of(report(tmp_path / "other", with_cells({name: SHOWN[name] for name in ("1-09", "3-12")})))
    assert page == other


def test_a_week_in_which_nothing_is_shown_says_so(tmp_path: Path) -> None:
    page = page_of(report(tmp_path, with_cells({})))
    assert "By weekday and hour no time can be shown [c]" in page
    assert "when lunch can be" not in page


def test_a_store_without_the_table_renders_as_before(tmp_path: Path) -> None:
    ig = report(tmp_path, data.published())
    assert "weekday and hour" not in page_of(ig)
    assert not (ig / "time-by-weekday-and-hour.csv").exists()


def test_only_ig_has_it(tmp_path: Path) -> None:
    ig = report(tmp_path, with_cells(SHOWN))
    others = [path for path in ig.parent.rglob("*") if path.is_file() and ig not in path.parents]
    assert others
    assert not [path for path in others if b"weekday and hour" in path.read_bytes()]


def test_what_is_marked_is_the_usual_pattern_of_the_policy() -> None:
    policy = load_policy("leeds")
    assert lunch_hours(policy) == (12.0, 14.0)
    assert core_days(policy) == (1, 2, 3, 4, 5)
