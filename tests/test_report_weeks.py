"""Weeks: their index, what changed, lists that stay small, several together, and pages that are not made again."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import day_data as days
import large_report as large
import polars as pl
import pytest
import report_data as data

from netaudit.protect import SuppressionSettings, weekly_ranges
from netaudit.report import Settled, render, render_union
from netaudit.report.accuracy import ACCURACY
from netaudit.report.findings_pages import MOST_ROWS

DOCS = Path(__file__).resolve().parents[1] / "docs"
SMALL = large.Size(people=600, weeks=5, directorates=3, teams=6, cases=8, files=9)


def words_of(page: Path) -> str:
    body = page.read_text(encoding="utf-8").partition("<body>")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def links_of(page: Path) -> list[Path]:
    found = re.findall(r'href="([^"#:]+\.(?:html|csv))', page.read_text(encoding="utf-8"))
    return [(page.parent / link).resolve() for link in found]


def test_every_link_leads_to_a_file(tmp_path: Path) -> None:
    render(tmp_path, large.published(SMALL), list(large.cases(SMALL)), large.facts(SMALL), data.TITLES)
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > 60
    assert [link for page in pages for link in links_of(page) if not link.is_file()] == []


def test_no_page_is_too_large_for_a_large_organisation(tmp_path: Path) -> None:
    """400 files, 160 units, forty leaks a week, and a week in which one person in ten has a case."""
    size = large.Size(weeks=2, cases=500)
    paths = render(
        tmp_path, large.published(size), list(large.cases(size)), large.facts(size), data.TITLES, large.leaks(size)
    )
    sizes = {path.relative_to(tmp_path).as_posix(): path.stat().st_size for path in paths if path.suffix == ".html"}
    assert {name: bytes_ for name, bytes_ in sizes.items() if bytes_ > 300_000} == {}
    assert "ig/findings-3.html" in sizes


def test_the_page_of_a_case_with_hundreds_of_moments_is_not_too_large(tmp_path: Path) -> None:
    case = days.case_of(days.tabbing(count=250, length=0.5, gap=1), case_number="F-LONG")
    render(tmp_path, data.published(), [case], data.facts(), data.TITLES)
    assert (tmp_path / "ig" / "cases" / "f-long.html").stat().st_size < 300_000


def test_the_line_of_all_weeks_is_that_of_the_board(tmp_path: Path) -> None:
    render(tmp_path, large.published(SMALL), [], large.facts(SMALL), data.TITLES)
    drawn = [
        re.findall(r"<svg.*?</svg>", (tmp_path / page).read_text(encoding="utf-8"), re.DOTALL)
        for page in ("ig/weeks.html", "board/index.html")
    ]
    assert len(drawn[0]) == 4  # two signs of its key, and a drawing for a desk and one for a phone
    assert drawn[0] == drawn[1]
    assert (tmp_path / "ig" / "weeks.csv").read_bytes() == (tmp_path / "board" / "weeks.csv").read_bytes()


def test_a_long_list_goes_on_and_every_case_stands_in_it_once(tmp_path: Path) -> None:
    cases = [data.case(f"F-{number:04d}") for number in range(MOST_ROWS + 30)]
    render(tmp_path, data.published(), cases, data.facts(), data.TITLES)
    ig = tmp_path / "ig"
    listed = [
        re.findall(r'href="cases/(f-\d+)\.html"', (ig / name).read_text(encoding="utf-8"))
        for name in ("findings.html", "findings-2.html")
    ]
    assert [len(some) for some in listed] == [MOST_ROWS, 30]
    assert sorted(listed[0] + listed[1]) == sorted(case.case_number.lower() for case in cases)
    assert "This list has 2 pages. This is page 2." in words_of(ig / "findings-2.html")
    back = re.search(r'nhsuk-back-link" href="([^"]+)"', (ig / "cases" / "f-0229.html").read_text(encoding="utf-8"))
    assert back is not None
    assert back[1] == "../findings-2.html"


def test_what_changed_says_more_or_less_only_where_the_doubt_leaves_a_difference(tmp_path: Path) -> None:
    before = {"active": (300,), "7.2": (10,), "news": (200, 1000, 1500, 2000), "sport": (60, 100, 120, 140)}
    now = {"active": (340,), "7.2": (15,), "news": (200, 1200, 1900, 2400), "sport": (60, 300, 400, 500)}
    table_of = {"active": "active_people", "7.2": "findings_by_clause"}
    rows = [
        data.row("ig", table_of.get(value, "time_by_class"), data.WHOLE, value, figure, period=period)
        for period, figures in (("2026-W45", before), ("2026-W46", now))
        for value, figure in figures.items()
    ]
    rows += [
        data.row("ig", "time_by_class", data.WHOLE, "travel", (20, 60, 70, 80), period="2026-W45"),
        data.row("ig", "time_by_class", data.WHOLE, "travel", None, period="2026-W46"),
    ]
    published = pl.DataFrame(rows, schema=data.published().schema)
    earlier = data.case("F-1", period="2026-W45")
    render(tmp_path, published, [earlier, *data.cases()], data.facts(), data.TITLES)
    lines = (tmp_path / "ig" / "changes.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == [
        "Figure,This week,Week before,Change",
        "Cases: to review,3,1,2 more",
        "Cases: close to the limit,1,0,1 more",
        "Cases: excused,1,0,1 more",
        "People active,340,300,About 40 more",
        '"People with a finding, Clause 7.2",15,10,No clear change',
        "Personal time: News,1900,1500,No clear change",
        "Personal time: Sport,400,120,4 h 40 min more",
        "Personal time: Travel,[c],70,Cannot be compared",
    ]


def test_weeks_without_final_figures_are_compared_with_nothing(tmp_path: Path) -> None:
    render(tmp_path, data.published(), data.cases(), data.facts(provisional_periods=("2026-W45",)), data.TITLES)
    assert not (tmp_path / "ig" / "changes.csv").exists()
    assert "The week before has no final figures to compare with." in words_of(tmp_path / "ig" / "index.html")


def test_the_accuracy_statement_is_that_of_the_manual(tmp_path: Path) -> None:
    text = (DOCS / "accuracy.md").read_text(encoding="utf-8")
    day = ACCURACY.measured_on
    assert f"Measured on {day.day} {day:%B %Y}, on {ACCURACY.simulated.days:,} simulated person-days" in text
    for name, told in (("simulated", ACCURACY.simulated), ("recorded", ACCURACY.recorded)):
        (row,) = (line for line in text.splitlines() if line.startswith(f"| **{name}** | **all** |"))
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert int(cells[2].replace(",", "")) == told.days
        assert (float(cells[3]), float(cells[5])) == (told.mean_error, told.nine_in_ten)
        assert cells[11] == f"{told.in_range} of {told.days}"
        assert cells[12] == f"{told.above}, {told.above_most}"
        assert (int(cells[14]), int(cells[15])) == (told.findings, told.untrue)
    render(tmp_path, data.published(), data.cases(), data.facts(), data.TITLES)
    assert "off by 15.1 minutes a day on the average" in words_of(tmp_path / "ig" / "index.html")


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d[\d,]*", text))


def test_several_weeks_together_have_no_figure_that_their_own_pages_lack(tmp_path: Path) -> None:
    published = large.published(SMALL)
    cases = list(large.cases(SMALL))
    facts = large.facts(SMALL)
    render(tmp_path / "weeks", published, cases, facts, data.TITLES)
    ranges = weekly_ranges(published, SuppressionSettings())
    render_union(tmp_path / "union", published, ranges, cases, facts, data.TITLES)
    ig = tmp_path / "union" / "ig"
    assert "5 weeks together" in words_of(ig / "index.html")
    assert sorted(path.name for path in (tmp_path / "union").iterdir() if path.name[0] != ".") == ["board", "ig"]
    assert len(list((ig / "cases").glob("*.html"))) == len(cases)
    assert [link for page in ig.rglob("*.html") for link in links_of(page) if not link.is_file()] == []
    # Each end of a range about people is a figure of a week, as it was printed.
    of_weeks = published.filter(report="ig", unit_level="organisation", table="findings_by_clause")
    for line in (ig / "findings-by-clause-range.csv").read_text(encoding="utf-8-sig").splitlines()[1:]:
        title, _, told = line.split(",")[:3]
        printed = of_weeks.filter(value=title.removeprefix("Clause "))["people"].drop_nulls().to_list()
        if told != "[c]":
            assert _numbers(told) <= {str(people) for people in printed}
            assert len(printed) >= 4


def test_fewer_than_four_weeks_have_no_range(tmp_path: Path) -> None:
    size = replace(SMALL, weeks=3)
    published = large.published(size)
    ranges = weekly_ranges(published, SuppressionSettings())
    render_union(tmp_path, published, ranges, [], large.facts(size), data.TITLES)
    lines = (tmp_path / "ig" / "active-people-range.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[1].endswith("[c]")


class Kept:
    """Runs over the same weeks, night after night."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.published = large.published(SMALL)
        self.cases = list(large.cases(SMALL))
        self.facts = large.facts(SMALL)
        self.digests = {period: f"cases of {period}" for period in large.periods(SMALL)}

    def run(self, nights: int = 0) -> None:
        whole = {p: [case for case in self.cases if case.period == p] for p in self.digests}
        later = timedelta(days=nights)
        assert self.facts.destroy_by is not None
        facts = replace(self.facts, run_at=self.facts.run_at + later, destroy_by=self.facts.destroy_by + later)
        render(self.out, self.published, self.cases, facts, data.TITLES, settled=Settled(self.digests, whole))

    def made_on(self, page: str) -> str:
        found = re.search(r"Made on (\d+ \w+)", (self.out / page).read_text(encoding="utf-8"))
        assert found is not None
        return found[1]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    runs = Kept(tmp_path)
    runs.run()
    return runs


CASE = "ig/cases/f-000000xyz.html"  # of the earliest week
UNIT = "managers/directorate-01/2026-w45/index.html"


def test_pages_of_settled_weeks_are_made_once(kept: Kept) -> None:
    before = {path.relative_to(kept.out): path.read_bytes() for path in kept.out.rglob("*.html")}
    kept.run(nights=1)
    after = {path.relative_to(kept.out): path.read_bytes() for path in kept.out.rglob("*.html")}
    assert before.keys() == after.keys()
    assert [kept.made_on(page) for page in (CASE, UNIT, "ig/index.html", "managers/directorate-01/index.html")] == [
        "18 November", "18 November", "19 November", "19 November",
    ]  # fmt: skip
    mail = json.loads((kept.out / "managers" / "mail.json").read_bytes())
    for one in mail["pages"]:
        content = (kept.out / "managers" / one["page"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == one["sha256"]


def test_a_case_that_changed_is_made_anew_and_its_week_alone(kept: Kept) -> None:
    first, second = large.periods(SMALL)[:2]
    changed = next(case for case in kept.cases if case.period == first)
    kept.cases = [replace(case, doubts=("Seen.",)) if case is changed else case for case in kept.cases]
    kept.digests[first] = "otherwise"
    kept.run(nights=1)
    assert kept.made_on(CASE) == "19 November"
    assert "Seen." in words_of(kept.out / CASE)
    other = next(case for case in kept.cases if case.period == second)
    assert kept.made_on(f"ig/cases/{other.case_number.lower()}.html") == "18 November"


@pytest.mark.parametrize("what", ["policy_title", "handling", "validity", "minimum_group"])
def test_pages_are_made_anew_when_what_they_say_of_the_run_changes(kept: Kept, what: str) -> None:
    other = {"minimum_group": 10, "validity": ("The policy is overdue.",)}.get(what, "Something else")
    kept.facts = replace(kept.facts, **{what: other})
    kept.run(nights=1)
    assert kept.made_on(CASE) == kept.made_on(UNIT) == "19 November"


def test_a_page_that_somebody_changed_is_made_anew(kept: Kept) -> None:
    page = kept.out / CASE
    whole = page.read_bytes()
    page.write_bytes(whole.replace(b"</main>", b"<script>alert(1)</script></main>"))
    kept.run(nights=1)
    assert "<script" not in page.read_text(encoding="utf-8")
    assert kept.made_on(CASE) == "19 November"


@pytest.mark.parametrize("noted", [b"", b"[]", b'{"cases of 2026-W42": 3}', b'{"x": {"of": 1}}'])
def test_notes_that_cannot_be_read_were_never_made(kept: Kept, noted: bytes) -> None:
    (kept.out / ".kept" / "ig.json").write_bytes(noted)
    kept.run(nights=1)
    assert kept.made_on(CASE) == "19 November"


def test_notes_lead_to_no_file_outside_the_folder(kept: Kept) -> None:
    path = kept.out / ".kept" / "ig.json"
    noted = json.loads(path.read_bytes())
    group = f"cases of {large.periods(SMALL)[0]}"
    noted[group]["files"]["../secret.txt"] = "0" * 64
    path.write_text(json.dumps(noted), encoding="utf-8")
    kept.run(nights=1)
    assert kept.made_on(CASE) == "19 November"


def test_no_page_outlives_the_day_by_which_it_has_to_go(kept: Kept) -> None:
    assert kept.facts.destroy_by is not None
    nights = (kept.facts.destroy_by - kept.facts.run_at.date()).days
    kept.run(nights=nights - 1)
    assert kept.made_on(CASE) == "18 November"
    kept.run(nights=nights)
    assert kept.made_on(CASE) != "18 November"


def test_a_case_that_is_gone_leaves_no_page(kept: Kept) -> None:
    first = large.periods(SMALL)[0]
    kept.cases = [case for case in kept.cases if case.period != first]
    del kept.digests[first]
    kept.run(nights=1)
    assert not (kept.out / CASE).exists()


def test_a_new_week_does_not_hide_what_waits_from_earlier_ones(tmp_path: Path) -> None:
    now, before = "2026-W46", "2026-W45"
    for number, (cases, told) in enumerate(
        (
            ([data.case(period=now)], "1 case needs somebody to look at it."),
            (
                [data.case(period=now, status="excused"), data.case("F-1", period=before)],
                "1 case of earlier weeks waits",
            ),
            (
                [data.case("F-1", period=before), data.case("F-2", period=before, route="safeguarding")],
                "2 cases of earlier weeks wait as well, one of them for the safeguarding team.",
            ),
            ([data.case("F-2", period=before, route="safeguarding")], "waits as well, for the safeguarding team."),
        )
    ):
        out = tmp_path / str(number)
        render(out, data.published(), cases, data.facts(), data.TITLES)
        page = (out / "ig" / "index.html").read_text(encoding="utf-8")
        assert told in page
        assert ("of earlier weeks" in page) == bool(number)
        assert ("no case of this week to look at" in page) == bool(number)
        for path in (out / "ig" / "periods").rglob("index.html"):
            assert "of earlier weeks" not in path.read_text(encoding="utf-8")
