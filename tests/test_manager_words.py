"""The page for managers: one screen, the same frame with and without figures, and easy to read in every variant."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import polars as pl
import pytest
import report_data as data
from reading_age import automated_age, flesch_kincaid_age, texts_of

from netaudit.report import render

OLDEST = 12
UNIT = "nursing-and-quality"
HARD = (
    "Where few people would make a figure differ from one that was printed before, it is printed as it was then, if "
    "it is fewer than 8 people, and no more than a quarter of the minutes, from the truth."
)


def page(tmp_path: Path, published: pl.DataFrame, name: str = f"{UNIT}/index.html", **facts: object) -> str:
    render(tmp_path, published, [], data.facts(**facts), data.TITLES)
    return (tmp_path / "managers" / name).read_text(encoding="utf-8")


def without(table: str, published: pl.DataFrame) -> pl.DataFrame:
    """The same with every figure of a table hidden."""
    hidden = pl.col("table") == table
    figures = [
        pl.when(~hidden).then(pl.col(name)).alias(name) for name in ("people", "minutes_low", "minutes", "minutes_high")
    ]
    return published.with_columns(*figures, suppressed=hidden | pl.col("suppressed"))


def with_all_shown(published: pl.DataFrame) -> pl.DataFrame:
    """Every class and clause of the unit but one each is shown: no week has more to print."""
    filled = (
        (pl.col("report") == "managers")
        & (pl.col("unit") == data.NURSING[0])
        & (pl.col("table") != "active_people")
        & ~pl.col("value").is_in(["sport", "7.3"])
    )
    timed = filled & (pl.col("table") == "time_by_class")
    minutes = {"minutes_low": 695, "minutes": 990, "minutes_high": 1401}
    return published.with_columns(
        pl.when(filled).then(20).otherwise("people").alias("people"),
        *(pl.when(timed).then(value).otherwise(name).alias(name) for name, value in minutes.items()),
        suppressed=pl.col("suppressed") & ~filled,
    )


def many_weeks(published: pl.DataFrame) -> pl.DataFrame:
    return pl.concat(published.with_columns(period=pl.lit(f"2026-W{week}")) for week in range(20, 47))


def variants() -> dict[str, tuple[pl.DataFrame, dict[str, object]]]:
    """Every choice that the template makes, with every other."""
    whole = data.published()
    joined = whole.with_columns(unit=pl.col("unit").replace("Nursing and Quality", "Other teams, Nursing"))
    figures = {
        "some": whole,
        "no clause": without("findings_by_clause", whole),
        "no time": without("time_by_class", whole),
        "nothing": without("findings_by_clause", without("time_by_class", whole)),
        "no head count": without("active_people", whole),
        "joined": joined,
        "all": with_all_shown(whole),
        "many weeks": many_weeks(with_all_shown(whole)),
    }
    said = {
        "warned": {},
        "not warned": {"validity": (), "warnings": ()},
        "contact": {"contact": "ig@icb.example"},
        "no dpia": {"withheld": ("No reference.",), "mend": ("reference = 1",)},
    }
    return {f"{one}, {two}": (figures[one], said[two]) for one, two in product(figures, said)}


VARIANTS = variants()


def own_words(html: str) -> str:
    """What we say to managers; names of units, policies, classes and days are not ours to choose."""
    html = re.sub(r"<(header|footer|tbody)\b.*?</\1>", "", html, flags=re.DOTALL)
    lines = texts_of(html)
    for name in ("“Internet and Social Media Policy”", "ig@icb.example", "Nursing and Quality", "Other teams, Nursing"):
        lines = [line.replace(name, "it") for line in lines]
    lines = [line for line in lines if not re.search(r"\d{4}", line)]  # headings and links with a date
    return "\n".join(lines)


@pytest.mark.parametrize("name", VARIANTS)
def test_somebody_of_twelve_can_read_every_variant(tmp_path: Path, name: str) -> None:
    published, facts = VARIANTS[name]
    (folder,) = {unit for unit in ("other-teams*", UNIT) if unit.startswith("other") == name.startswith("joined")}
    render(tmp_path, published, [], data.facts(**facts), data.TITLES)
    pages = sorted((tmp_path / "managers").glob(f"{folder}/**/*.html"))
    assert pages
    for one in (pages[0], pages[-1]):
        words = own_words(one.read_text(encoding="utf-8"))
        assert len(words.split()) > 100
        assert flesch_kincaid_age(words) <= OLDEST
        assert automated_age(words) <= OLDEST


@pytest.mark.parametrize("name", VARIANTS)
def test_no_sentence_to_managers_is_long(tmp_path: Path, name: str) -> None:
    published, facts = VARIANTS[name]
    render(tmp_path, published, [], data.facts(**facts), data.TITLES)
    one = next(path for path in (tmp_path / "managers").rglob("index.html") if "nursing" in path.as_posix())
    for sentence in re.split(r"[.:?]\s|\n", own_words(one.read_text(encoding="utf-8"))):
        assert len(sentence.split()) <= 20, sentence


def test_the_measure_knows_hard_from_easy() -> None:
    assert flesch_kincaid_age(HARD) > OLDEST
    assert automated_age(HARD) > OLDEST
    assert automated_age("The cat sat on the mat.\nThe dog ran to the cat.") < 8


def test_the_page_without_figures_has_the_same_frame_and_advice(tmp_path: Path) -> None:
    whole = data.published()
    shown = texts_of(page(tmp_path / "shown", whole))
    hidden = texts_of(page(tmp_path / "hidden", without("findings_by_clause", without("time_by_class", whole))))
    advice = [line for line in hidden if line not in shown]
    assert [line[:40] for line in advice] == [
        "There is nothing that we can show for th",
        "You get this text each time the counts a",
    ]
    assert hidden.index("What to do next") < hidden.index("Whom to ask")


def test_hidden_kinds_and_parts_are_counted_and_never_named(tmp_path: Path) -> None:
    shown = page(tmp_path, data.published())
    assert "7 kinds, hidden" in shown
    assert "3 parts, hidden" in shown
    for name in ("Gambling", "Clause 7.2", "Clause 7.10"):
        assert name not in shown
    for twin in (tmp_path / "managers" / UNIT).glob("*.csv"):
        assert "Gambling" not in twin.read_text(encoding="utf-8-sig")


def test_what_does_not_fit_on_the_screen_is_said_to_be_below(tmp_path: Path) -> None:
    shown = page(tmp_path, with_all_shown(data.published()))
    first, second, *_ = re.findall(r"<tbody.*?</tbody>", shown, flags=re.DOTALL)
    assert "4 more below, 1 hidden" in first
    assert "1 more below, 1 hidden" in second
    assert first.count("<tr") == 4
    assert second.count("<tr") == 3


def test_a_range_is_never_narrower_than_what_was_published(tmp_path: Path) -> None:
    """695 and 1,401 minutes are 11 h 35 min and 23 h 21 min: down at the low end, up at the high one."""
    assert "11 to 24 h" in page(tmp_path, with_all_shown(data.published()))


def test_managers_know_whom_to_ask_as_far_as_the_configuration_does(tmp_path: Path) -> None:
    assert "Us, the Information Governance team: ig@icb.example" in page(
        tmp_path / "told", data.published(), contact="ig@icb.example"
    )
    assert "Us, the Information Governance team<" in page(tmp_path / "untold", data.published())
