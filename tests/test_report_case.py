"""A case as a new reader meets it: doubt first, what speaks for the person, the clock, and where to start."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from pathlib import Path

import day_data
import pytest
import report_data as data

from netaudit.contracts import Case, FileAccount
from netaudit.reconstruct import ReconstructSettings
from netaudit.report import case_as_text, render
from netaudit.report.charts import Strip, strips
from netaudit.report.pages import templates_folder

ROOT = Path(__file__).resolve().parents[1]


def report(out: Path, *cases: Case, **facts: object) -> Path:
    render(out, data.published(), cases, data.facts(**facts), data.TITLES)
    return out


def words_of(page: Path) -> str:
    body = page.read_text(encoding="utf-8").partition("<body>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def told(case: Case) -> dict[str, str]:
    """What the page says that it checked, from the page itself."""
    text = case_as_text(case, data.TITLES)
    section = text.partition("What was checked for the person\n")[2].partition("\n\n")[0]
    lines = re.sub(r"\n {5,}", " ", section).splitlines()
    return dict(re.split(r" {2,}", line.strip(), maxsplit=1) for line in lines)


def test_doubt_comes_before_the_figures_and_the_timeline(tmp_path: Path) -> None:
    page = report(tmp_path, data.case()) / "ig" / "cases" / "f-7k3m9q1.html"
    headings = re.findall(r"<h2[^>]*>([^<]+)</h2>", page.read_text(encoding="utf-8"))
    assert headings == [
        "Why it might be wrong", "What was checked for the person", "The figures", "The rule", "Timeline",
        "What to do next", "Record of the decision",
    ]  # fmt: skip
    shown = words_of(page)
    assert shown.index("This is a question, not an answer.") < shown.index("Why it might be wrong")
    assert shown.index("Hear the person before anything is decided") < shown.index("Record of the decision")


def test_what_was_checked_for_the_person_of_a_long_stretch() -> None:
    """Hand-written from the made-up stretch: one stretch of work, one unlisted site, one advert, one open tab."""
    assert told(data.case(core_minutes_low=41.0, lunch_minutes=25.2, holds_at_half=False)) == {
        "Consent, exemption, self-report": (
            "No entry that covers it. Ask whether one is missing: netaudit knows only what is in the registers."
        ),
        "Working hours": (
            "41 of the 66.2 proven minutes lie in the person's own working hours, outside lunch. The hours come "
            "from the staff list; it may be out of date."
        ),
        "Lunch": "25.2 minutes taken for lunch.",
        "Length of breaks": ("With half the break that the policy allows it is no finding; with double it is one."),
        "Work in between": "1 stretch. No minute of work is counted.",
        "Sites that no list knows": "1 stretch. It may have been work: only “at most” has any of it.",
        "Sites that one list alone accuses": "1 stretch. Nobody confirms it: only “at most” has any of it.",
        "Adverts, open pages, software": "2 stretches without a sign of a person. None of it is counted.",
    }


def test_where_lunch_was_placed_is_said_of_a_case_that_depends_on_hours() -> None:
    kept = data.case(lunch_minutes=25.2, day=day_data.tabbing())
    assert told(kept)["Lunch"] == (
        "25.2 minutes taken for lunch. Lunch is taken to be Tuesday 10 November 2026, 12:00 to 13:00."
    )
    kept = data.case(lunch_minutes=0.0, day=day_data.tabbing())
    assert told(kept)["Lunch"].startswith("None of it was taken for lunch. Lunch is taken to be Tuesday")


def test_what_was_checked_where_a_class_of_site_is_not_allowed() -> None:
    gambling, stopped = data.cases()[2:4]
    checked = told(gambling)
    assert checked["Working hours and lunch"] == "They make no difference here. This rule holds at any time of day."
    assert checked["The filter"] == "It stopped nothing, so it gave the person no warning."
    assert "Length of breaks" not in checked
    assert "Lunch" not in checked
    assert told(stopped)["The filter"] == "It stopped 6 of 6 requests."
    assert "The policy does not allow such sites." in case_as_text(gambling, data.TITLES)


def test_an_excuse_is_the_first_thing_that_was_checked() -> None:
    excused = told(data.cases()[1])["Consent, exemption, self-report"]
    assert excused.startswith("It is covered. Recorded in line 3 of consents.csv")


@pytest.mark.parametrize(
    ("half", "double", "verdict", "short"),
    [
        (True, True, "It is a finding however breaks are counted", "Holds"),
        (False, True, "Treat this one with more care", "It depends"),
        (True, False, "Treat this one with more care", "It depends"),
        (False, False, "Treat this one with more care", "Fails"),
    ],
)
def test_a_case_that_hangs_on_the_length_of_breaks_says_so(
    tmp_path: Path, half: bool, double: bool, verdict: str, short: str
) -> None:
    case = data.case(holds_at_half=half, holds_at_double=double)
    assert verdict in " ".join(case_as_text(case, {}).split())
    listed = (report(tmp_path, case) / "ig" / "cases-rule-1.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    assert listed.split(",")[3] == short


def test_a_case_close_to_a_limit_asks_for_nothing(tmp_path: Path) -> None:
    shown = words_of(report(tmp_path, data.case(status="close")) / "ig" / "cases" / "f-7k3m9q1.html")
    assert "Close to the limit This is not a finding." in shown
    assert "There is nothing to do." in shown
    assert "find out whose account it was" not in shown


def test_the_classes_of_a_stretch_are_named() -> None:
    named = re.search(r"Class of site +(.+)", case_as_text(data.case(), data.TITLES))
    assert named is not None
    assert named[1] == "Auctions, buying and selling, Social media: microblogging, Sport"


def test_the_hour_that_comes_twice_says_which_one_it_is(tmp_path: Path) -> None:
    night = data.night_of_the_clocks()
    case = data.case(start=night[1].start, end=night[1].end, evidence=night)
    shown = words_of(report(tmp_path, case) / "ig" / "cases" / "f-7k3m9q1.html")
    assert "on Sunday 25 October 2026, between 01:30 BST and 01:10 GMT." in shown
    stretches = ("00:40 to 01:30 BST", "01:30 BST to 01:10 GMT", "01:10 GMT to 02:20")
    assert re.search(".*".join(stretches), shown.partition("The timeline in order")[2])
    assert "00:40 BST" not in shown
    assert "02:20 GMT" not in shown


def test_the_hour_that_comes_twice_is_drawn_twice() -> None:
    """From 00:40 to 02:20 by the clock are 160 minutes: 50, then 40, then 70."""
    (strip,) = strips(data.night_of_the_clocks())
    assert isinstance(strip, Strip)
    (lane,) = strip.lanes
    assert [round(block.width / lane.blocks[0].width * 50) for block in lane.blocks] == [50, 40, 70]
    ends = [block.left + block.width for block in lane.blocks]
    assert ends[:2] == pytest.approx([block.left for block in lane.blocks[1:]])
    assert [tick.label for tick in strip.ticks] == ["00:00", "01:00 GMT", "03:00"]


def test_times_of_files_are_local(tmp_path: Path) -> None:
    summer = FileAccount(
        "1", "squid", 1, 1, first=datetime(2026, 7, 1, 23, 30, tzinfo=UTC), last=datetime(2026, 7, 2, 8, 0, tzinfo=UTC)
    )
    shown = words_of(report(tmp_path, files=(summer,)) / "it" / "index.html")
    assert "Thu 2 Jul 2026 00:30 Thu 2 Jul 2026 09:00" in shown


def test_the_overview_gives_the_answer_first_and_says_where_to_start(tmp_path: Path) -> None:
    shown = words_of(report(tmp_path, *data.cases()) / "ig" / "index.html")
    answer = "3 cases need somebody to look at them. One of them is for the safeguarding team: start there."
    assert shown.index(answer) < shown.index("read this first") < shown.index("cases to review")
    assert shown.index("How far to trust this") < shown.index("Findings by clause")
    steps = shown.partition("Where to start")[2].partition("Findings by clause")[0]
    order = [
        "For the safeguarding team: 1 case.", "For you, and perhaps for a line manager: 2 cases.",
        "Excused: 1 case.", "Close to a limit: 1 case. Do nothing",
    ]  # fmt: skip
    places = [steps.index(step) for step in order]
    assert places == sorted(places)


def test_no_case_is_an_answer_too(tmp_path: Path) -> None:
    shown = words_of(report(tmp_path) / "ig" / "index.html")
    assert "There is no case to look at, as far as the logs can show." in shown
    assert "Where to start" not in shown


def test_a_route_of_an_organisation_s_own_is_not_forgotten(tmp_path: Path) -> None:
    shown = words_of(report(tmp_path, data.case(route="caldicott")) / "ig" / "index.html")
    assert "For others whom the policy names: 1 case." in shown


def test_a_week_that_may_change_is_not_signed(tmp_path: Path) -> None:
    closed = words_of(report(tmp_path / "closed") / "ig" / "index.html")
    assert "Sign off: Week 46: Mon 9 to Sun 15 November 2026 To sign says that" in closed
    running = words_of(report(tmp_path / "open", provisional_periods=("2026-W46",)) / "ig" / "index.html")
    assert "Do not sign yet" in running


def test_safeguarding_has_the_method_at_hand(tmp_path: Path) -> None:
    folder = report(tmp_path, *data.cases()) / "safeguarding"
    assert 'href="../method.html#three-figures"' in (folder / "cases" / "f-7k3m9q5.html").read_text(encoding="utf-8")
    assert words_of(folder / "method.html").count("For the safeguarding team") == 1


def test_the_method_page_states_the_program_s_own_constants(tmp_path: Path) -> None:
    shown = words_of(report(tmp_path, tolerance_minutes=5.0) / "ig" / "method.html")
    settings = ReconstructSettings()
    minute = 60_000
    assert f"no more than {settings.gap_low_ms // minute} minutes apart" in shown
    assert f"the last page: {settings.tail_ceiling_ms // minute} minutes at most" in shown
    assert f"up to {settings.tail_high_ms // minute} minutes of silent reading" in shown
    assert f"At most are {7 + settings.tail_high_ms // minute} minutes." in shown
    assert "A break of up to 5 minutes does not end such a stretch" in shown


def test_the_method_page_claims_no_more_than_the_manual() -> None:
    page = " ".join((templates_folder() / "base" / "method.jinja").read_text(encoding="utf-8").split())
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    for figure in ("about 3 minutes a person", "24 minutes for"):
        assert figure in page
        assert figure in readme
    assert "beyond doubt" not in page


def test_a_case_says_where_it_goes_and_why_and_what_it_was_held_against(tmp_path: Path) -> None:
    case = data.case(
        route="hr",
        route_reason="Nobody in the staff directory is above this person.",
        entries="consents.csv:3; exemptions.csv:4",
        pattern="Part time, Monday to Wednesday",
        listed=False,
    )
    page = words_of(report(tmp_path, case) / "ig" / "cases" / "f-7k3m9q1.html")
    for told in (page, " ".join(case_as_text(case, {}).split())):
        assert "Goes to Information Governance and Human Resources" in told
        assert "Why it goes there Nobody in the staff directory is above this person." in told
        assert "Part of it is covered: line 3 of consents.csv; line 4 of exemptions.csv." in told
        assert "It was held against the working pattern “Part time, Monday to Wednesday”." in told
        assert "The person was not in the staff directory on that day, so nobody knows their own." in told
        assert "in the person's own working hours" not in told


def test_what_is_no_finding_goes_to_nobody(tmp_path: Path) -> None:
    for status in ("close", "excused", "withdrawn"):
        case = data.case(status=status)
        assert "Goes to Information Governance alone" in " ".join(case_as_text(case, {}).split())
        listed = (report(tmp_path, case) / "ig" / "cases-rule-1.csv").read_text(encoding="utf-8-sig").splitlines()[1]
        assert "Line manager" not in listed


@pytest.mark.parametrize(
    ("status", "seen"), [("new", True), ("confirmed", True), ("withdrawn", True), ("close", False)]
)
def test_human_resources_and_fraud_see_what_stands_or_was_withdrawn(tmp_path: Path, status: str, seen: bool) -> None:
    cases = [data.case("F-HR", route="hr", status=status), data.case("F-FRAUD", route="fraud", status=status)]
    folder = report(tmp_path, *cases)
    for route in ("hr", "fraud"):
        assert (folder / route / "cases" / f"f-{route}.html").exists() is seen
        other = "fraud" if route == "hr" else "hr"
        assert not (folder / route / "cases" / f"f-{other}.html").exists()
    assert not list((folder / "safeguarding").glob("cases/*"))
    assert len(list((folder / "ig" / "cases").glob("*.html"))) == 2
