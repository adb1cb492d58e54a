"""A case's day: pictures that are right on every day, rows that add up, and the same on the terminal as on the page."""

from __future__ import annotations

import csv
import html
import random
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import day_data as days
import pytest
import report_data as data

from netaudit.contracts import Case, CaseDay, Piece
from netaudit.report import case_as_text, render
from netaudit.report.day_strips import day_strips

FIGURES = ("minutes proven", "minutes likely", "minutes at most")


def page_of(out: Path, case: Case) -> tuple[str, list[list[str]]]:
    """The words of a case's page, and the rows of its CSV file."""
    render(out, data.published(), [case], data.facts(), data.TITLES)
    (path,) = (out / "ig" / "cases").glob("*.html")
    body = path.read_text(encoding="utf-8").partition("<body>")[2]
    words = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())
    with path.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as file:
        return words, list(csv.reader(file))


def table_of(words: str) -> str:
    return words.partition("Proven Likely At most Requests ")[2].partition("Download as CSV")[0]


def sums(rows: list[list[str]]) -> list[Decimal]:
    """What the rows of the CSV file add up to, less the last, which says what they do."""
    return [sum((Decimal(row[column]) for row in rows[1:-1]), Decimal()) for column in (4, 5, 6)]


def test_the_rows_add_up_to_the_printed_figures(tmp_path: Path) -> None:
    """Six stretches of 12 minutes, each less 5.950001 s proven: 71.40499, printed as 71.4; and 5 of silent reading."""
    words, rows = page_of(tmp_path, days.case_of(days.tabbing()))
    assert "71.4 minutes proven 72 minutes likely 77 minutes at most" in words
    assert sums(rows) == [Decimal("71.4"), Decimal(72), Decimal(77)]
    assert rows[-1][4:7] == ["71.4", "72.0", "77.0"]
    assert "All – – – 71.4 72 77" in words
    assert "The rows add up to the figures above: 71.4 minutes proven, 72 likely, 77 at most." in words


@pytest.mark.parametrize("seed", range(20))
def test_the_rows_add_up_whatever_the_amounts(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - made-up data
    day = days.tabbing(count=dice.randrange(1, 60), length=0.5)
    pieces = []
    for one in day.pieces:
        low = dice.randrange(3 * days.MINUTE) if one.state == "counted" else 0
        likely, high = low + dice.randrange(1_000_000) * bool(low), low + dice.randrange(9 * days.MINUTE) * bool(low)
        pieces.append(replace(one, low_us=low, likely_us=likely, high_us=max(high, likely)))
    words, rows = page_of(tmp_path, days.case_of(replace(day, pieces=tuple(pieces))))
    printed = re.search(r"([\d.,]+) minutes proven ([\d.,]+) minutes likely ([\d.,]+) minutes at most", words)
    assert printed is not None
    assert [str(one).removesuffix(".0") for one in sums(rows)] == [one.replace(",", "") for one in printed.groups()]


def test_a_proven_sum_is_never_rounded_up() -> None:
    """Ten rows of 5.95 s are 59.5 s: 0.9 minutes, not one."""
    tiny = days.tabbing(count=10, length=0.2, gap=1)
    pieces = tuple(replace(one, low_us=5_950_000 * (one.state == "counted")) for one in tiny.pieces)
    text = case_as_text(days.case_of(replace(tiny, pieces=pieces)), data.TITLES)
    assert re.search(r"^  All +0\.9 ", text, re.MULTILINE)


@pytest.mark.parametrize("day", [days.tabbing(), days.autumn_night(), days.over_midnight(), days.of_a_class()])
def test_the_terminal_tells_the_same_as_the_page(tmp_path: Path, day: CaseDay) -> None:
    case = days.case_of(day)
    words, rows = page_of(tmp_path, case)
    text = case_as_text(case, data.TITLES)
    flat = " ".join(text.split())
    shown = table_of(words)
    for row in rows[1:-1]:
        minutes = [f"{float(value):,.1f}".removesuffix(".0") if float(value) else "–" for value in row[4:7]]
        assert " ".join([*minutes, row[7]]) in shown
        assert row[3] in shown
        assert row[3] in flat
    times = re.findall(
        r"^  ((?:\w{3} \d\d/\d\d )?\d\d:\d\d(?: BST| GMT)?(?: to \d\d:\d\d(?: BST| GMT)?)?) +[\d–]", text, re.MULTILINE
    )
    assert len(times) == len(rows) - 2
    assert all(time in shown for time in times)
    for told in re.findall(r"<li>(.*?)</li>", "".join(f"<li>{line}</li>" for line in day_sentences(text))):
        assert told in words


def day_sentences(text: str) -> list[str]:
    """What would overturn the case, as the terminal says it."""
    told = text.partition("What would overturn it\n")[2].partition("\n\n")[0]
    return [" ".join(one.split()) for one in re.split(r"(?m)^  - ", told) if one.strip()]


def test_what_would_overturn_it_is_said_with_its_figures() -> None:
    said = day_sentences(case_as_text(days.case_of(days.tabbing()), data.TITLES))
    assert said == [
        (
            "71.4 minutes are proven, and more than 60 are needed: if 11.5 of them were something else, it would be no "
            "finding."
        ),
        (
            "One stretch is enough to undo it. If the 12 minutes on ebay.co.uk from 09:14 to 09:26 were work, or "
            "covered by a consent or an exemption, 23 minutes proven are left: no finding."
        ),
        (
            "It needs breaks of up to 2 minutes to be one stretch; the policy allows 5 minutes. Were less "
            "allowed, it would fall into 6 stretches, the longest with 12 minutes proven: no finding."
        ),
        "If a break could be at most 2.5 minutes, half of what is allowed, nothing would change.",
        (
            "71.4 proven minutes lie in core hours outside lunch, and the rule needs 1 minute. If fewer did, it would "
            "be no finding: a swapped shift, leave, another lunch or a day off that the staff list does not know."
        ),
        "A consent or an exemption excuses it if what it does not cover breaks no rule by itself.",
    ]
    said = day_sentences(case_as_text(days.case_of(days.of_a_class(), category="gambling", limit=1.0), data.TITLES))
    assert said[-2:] == [
        (
            "It takes 2 stretches at least to undo it, with 9 minutes proven. If they were "
            "work, or covered by an exemption or a consent that names the class, nothing proven is left: no finding."
        ),
        (
            "A self-report of “Gambling” excuses it if it is dated within 1 day of Wednesday 11 November 2026. A "
            "consent excuses it only if it names the class."
        ),
    ]
    (said,) = day_sentences(case_as_text(days.case_of(days.tabbing(), status="close", minutes_low=57.25), data.TITLES))
    assert said == (
        "There is nothing to overturn. 57.2 minutes are proven, 2.8 short of the limit of 60: this is not a finding."
    )


def test_what_was_left_out_is_told_with_what_it_would_have_added(tmp_path: Path) -> None:
    words, _ = page_of(tmp_path, days.case_of(days.tabbing()))
    told = words.partition("Minutes it would have added Such as ")[2]
    assert told.startswith(
        "Part of another page Adverts, trackers or shared content in a page 412 2 Advertising "
        "Left open Repeated by a timer; a page was left open 90 11 twitter.com "
        "Work Sites that people work with 6 4 Sites of work "
        "Sites that one list alone accuses Nobody confirms it: only “at most” has any of it 2 1 – "
    )


def test_a_long_timeline_is_condensed_and_still_adds_up(tmp_path: Path) -> None:
    case = days.case_of(days.tabbing(count=300, length=0.5, gap=1))
    words, rows = page_of(tmp_path, case)
    page_rows = (
        (tmp_path / "ig" / "cases" / "f-7k3m9q1.html").read_text(encoding="utf-8").partition('id="t-timeline"')[2]
    )
    assert 100 < page_rows.partition("</table>")[0].count("<tr") <= 202  # heading, 200
    assert len(rows) == 602  # heading, 600 pieces, all
    assert "The table is condensed: the timeline has 600 rows, too many for a page." in words
    printed = re.findall(r"condensed: [a-z, ]+ ([\d.–]+) ", table_of(words))
    assert len(printed) > 100
    assert sum(Decimal(one) for one in printed if one != "–") == sums(rows)[0]
    assert "condensed from 600 rows" in case_as_text(case, data.TITLES)


def test_a_day_is_drawn_from_midnight_to_midnight() -> None:
    whole, near = day_strips(days.case_of(days.tabbing()), days.tabbing())
    by_name = {lane.kind: lane for lane in whole.lanes}
    assert [lane.label for lane in whole.lanes] == [
        "Core hours 09:00\N{EN DASH}17:00, lunch 12:00\N{EN DASH}13:00", "This case", "Personal", "Work",
        "No person: adverts, open pages, software",
    ]  # fmt: skip
    core, lunch = by_name["hours"].forms
    assert (core.left, core.width) == pytest.approx((900 / 24, 800 / 24))
    assert (lunch.left, lunch.width) == pytest.approx((1200 / 24, 100 / 24))
    assert whole.limits == pytest.approx((900 / 24, 100 * (10 + 22 / 60) / 24))
    striped, solid = by_name["personal"].forms[:2]
    assert (striped.kind, solid.kind) == ("striped", "solid")
    assert solid.width / striped.width == pytest.approx((12 * 60 - 5.950001) / (12 * 60))
    assert by_name["personal"].forms[-1].kind == "hollow"  # silent reading
    assert [form.kind for form in by_name["case"].forms] == ["break", *["bar"] * 6]
    assert near.title == "Close up: Tuesday 10 November 2026, 09:00 to 10:22"
    assert [tick.label for tick in near.ticks][:2] == ["09:00", "09:20"]
    assert "Core hours 09:00 to 17:00. Lunch 12:00 to 13:00. This case: 09:00 to 10:22. 5 breaks in it" in whole.says


def test_a_phone_has_room_for_each_label_of_a_close_up() -> None:
    # 320 px leave some 260: seven labels of five letters stand one on another, six do not.
    start = data.at(1, "00:12:00")
    nothing = CaseDay(
        (),
        whole=True,
        hours=(),
        pieces=(),
        ignored=(),
        overturns=(),
        tolerance_minutes=None,
        needed_core_minutes=None,
        self_report_days=None,
    )
    for minutes in range(1, 850, 3):
        one = data.case(start=start, end=start + timedelta(minutes=minutes), evidence=())
        for strip in day_strips(one, nothing):
            kept = [tick.at for tick, narrow in zip(strip.ticks, strip.narrow, strict=True) if narrow]
            assert len(kept) <= 6
            assert kept[0] == 0
            assert kept[-1] == 100
            assert min(after - before for before, after in pairwise(kept)) >= 20 - 1e-9


def test_the_day_of_25_hours_has_25() -> None:
    whole, near = day_strips(days.case_of(days.autumn_night()), days.autumn_night())
    assert whole.title == "Sunday 25 October 2026 (25 hours: the clocks change)"
    assert len(whole.lines) == 26
    marks = {tick.label: tick.at for tick in whole.ticks}
    assert (marks["00:00"], marks["03:00"], marks["24:00"]) == pytest.approx((0, 400 / 25, 100))
    (personal,) = (lane for lane in whole.lanes if lane.kind == "personal")
    stretches = [form for form in personal.forms if form.kind == "striped"]
    assert [form.width * 25 * 60 / 100 for form in stretches] == pytest.approx([50, 40, 70])
    assert stretches[1].left == pytest.approx(100 * 90 / (25 * 60))
    assert any(label.label.endswith(("BST", "GMT")) for label in near.ticks)
    text = case_as_text(days.case_of(days.autumn_night()), data.TITLES)
    (line,) = re.findall(r"^  ([#+.]{90,})$", text, re.MULTILINE)
    assert len(line) == 100  # quarters of an hour
    assert line == "." * 2 + "#" * 12 + "." * 86  # from 40 to 200 minutes after midnight
    assert re.findall(r"^  (\d\d:\d\d(?: \w{3})?)  [#+.]{60}$", text, re.MULTILINE) == [
        "00:00", "01:00 BST", "01:00 GMT", "02:00",
    ]  # fmt: skip


def test_the_day_of_23_hours_has_23() -> None:
    start = data.at(0, "08:00:00").replace(year=2026, month=3, day=29)
    day = replace(
        days.over_midnight(), days=days.civil_day(start), pieces=(days.piece(start, 90, "counted"),), hours=()
    )
    whole, _ = day_strips(days.case_of(day), day)
    assert whole.title.endswith("(23 hours: the clocks change)")
    marks = {tick.label: tick.at for tick in whole.ticks}
    assert marks["06:00"] == pytest.approx(500 / 23)
    assert whole.limits[0] == pytest.approx(700 / 23)


def test_a_case_over_midnight_is_drawn_on_both_days() -> None:
    case = days.case_of(days.over_midnight())
    first, second, near = day_strips(case, days.over_midnight())
    assert (first.title, second.title) == ("Tuesday 10 November 2026", "Wednesday 11 November 2026")
    assert len(first.limits) == len(second.limits) == 1
    assert len(near.limits) == 2
    assert second.limits[0] == pytest.approx(100 * 70 / 1440)
    text = case_as_text(case, data.TITLES)
    assert re.search(r"^  23:00  \.{20}#{40}$", text, re.MULTILINE)
    assert re.search(r"^  01:00  #{9,10}\+?\.{50}$", text, re.MULTILINE)


def test_no_bar_leaves_the_picture() -> None:
    for day in (days.tabbing(), days.autumn_night(), days.over_midnight(), days.of_a_class()):
        for strip in day_strips(days.case_of(day), day):
            for lane in strip.lanes:
                for form in lane.forms:
                    assert form.left >= 0
                    assert form.left + form.width <= 100.4


def test_a_class_is_drawn_without_hours_or_the_rest_of_the_day(tmp_path: Path) -> None:
    case = days.case_of(days.of_a_class(), category="gambling", limit=1.0)
    words, _ = page_of(tmp_path, case)
    assert "Only sites of this class are shown, not the rest of the person's day." in words
    assert "Core hours" not in words.partition("Timeline")[2].partition("What was not counted")[0]
    assert "Nothing to show" not in table_of(words)
    assert "Stopped by the filter: an attempt, no time" in table_of(words)


def test_the_line_of_a_day_reads_at_a_glance() -> None:
    text = case_as_text(days.case_of(days.tabbing()), data.TITLES)
    ruler, hours, line = text.partition("one character for 15 minutes\n")[2].splitlines()[:3]
    assert ruler == "  00          03          06          09          12          15          18          21"
    assert hours == "  " + " " * 36 + "=" * 12 + "~~~~" + "=" * 16
    assert line == "  " + "." * 32 + "ww" + ".." + "######" + "." * 18 + "--" + "." * 34
    assert re.search(r"^  09:00  #{12}ww#{12}ww", text, re.MULTILINE)


def test_an_earlier_version_s_case_says_what_it_lacks(tmp_path: Path) -> None:
    words, rows = page_of(tmp_path, data.case())
    assert "An earlier version of netaudit made this case." in words
    assert "What would overturn it" not in words
    assert len(rows) == len(data.long_spell()) + 1


def test_long_silences_are_rows_of_their_own() -> None:
    tabbing = days.tabbing(count=2)
    later = days.piece(tabbing.pieces[1].end + timedelta(minutes=4), 9, "counted")
    text = case_as_text(days.case_of(replace(tabbing, pieces=(tabbing.pieces[1], later))), data.TITLES)
    assert re.search(r"09:12 to 09:16 +– +– +–  Nothing to show", text)


def test_what_a_picture_cannot_draw_is_still_a_piece() -> None:
    """A stretch within a minute begins and ends at once, and counts."""
    at, third = data.at(1, "10:00:00"), 20_000_000
    told = {"use": "personal", "site": "ebay.co.uk", "label": "human"}
    brief = Piece(at, at, "counted", within=True, low_us=third, likely_us=third, high_us=third, **told)
    day = replace(days.tabbing(), pieces=(brief,))
    whole, _ = day_strips(days.case_of(day), day)
    (personal,) = (lane for lane in whole.lanes if lane.kind == "personal")
    assert personal.forms[0].width > 0.2
    assert re.search(r"^  10:00 +0\.3 +0\.3 +0\.3  ebay", case_as_text(days.case_of(day), data.TITLES), re.MULTILINE)
