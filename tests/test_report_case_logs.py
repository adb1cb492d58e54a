"""Doubts about the logs stand on the page of the case: whoever reads it may see no page about the logs."""

from dataclasses import replace
from pathlib import Path

import report_data as data

from netaudit.contracts.quality import ClockCheck, Quality, Silence, Source
from netaudit.definitions.log_fields import told
from netaudit.report import render
from netaudit.report.case_logs import log_doubts, of_week, untold


def silence(day: int, first: int, last: int) -> Silence:
    return Silence("squid", data.at(day, f"{first}:00:00"), data.at(day, f"{last}:00:00"), whole=True)


def quality(*silences: Silence, verdict: str = "fine") -> Quality:
    source = Source("squid", "Squid access log", 1, 1, None, None, "instant", "UTC")
    clock = ClockCheck("squid", "impossible", verdict, "file 3: its times go back")
    first, last = data.at(0, "00:00").date(), data.at(6, "00:00").date()
    return Quality(("2026-W46",), first, last, (source,), silences, (clock,))


def test_a_case_says_that_lines_of_its_day_are_missing() -> None:
    case = data.case()
    (told,) = log_doubts(case, quality(silence(2, 9, 12), silence(1, 13, 14), silence(1, 10, 11)))
    assert "Squid access log seem to be missing on the day of this case: 10:00 to 11:00 and 13:00 to 14:00." in told
    assert not log_doubts(case, quality(silence(2, 9, 12)))


def test_a_case_about_hours_says_that_a_clock_looks_wrong() -> None:
    (told,) = log_doubts(data.case(), quality(verdict="look"))
    assert "hangs on the time of day" in told
    assert not log_doubts(data.case(), quality(verdict="unknown"))
    assert not log_doubts(data.case(period="2026-W45"), quality(verdict="look"))


def test_human_resources_read_it_first(tmp_path: Path) -> None:
    case = data.case(route="hr")
    facts = data.facts(quality=quality(silence(1, 10, 11), verdict="look"))
    render(tmp_path, data.published(), [case], facts, data.TITLES)
    for folder in ("hr", "ig"):
        (page,) = (tmp_path / folder / "cases").glob("*.html")
        told = page.read_text(encoding="utf-8").partition("Why it might be wrong")[2]
        places = [told.index(words) for words in ("seem to be missing", "the clock of Squid", case.doubts[0])]
        assert places == sorted(places)


def telling(*lacks: str, name: str = "squid", week: int = 0) -> Source:
    """Return a source that lacks something and has lines in the week of the case, or in one before it."""
    first, last = data.at(-7 * week, "09:00:00"), data.at(4 - 7 * week, "17:00:00")
    return Source(name, name.capitalize(), 1, 900, first, last, "instant", "UTC", lacks)


def said(*sources: Source) -> tuple[str, ...]:
    whole = replace(quality(), sources=sources)
    kept = of_week(whole, "2026-W46")
    assert untold(data.case(), whole) == untold(data.case(), kept)
    return untold(data.case(), whole)


def test_a_case_says_what_its_log_does_not_tell_in_the_words_of_data_quality() -> None:
    (words,) = said(telling("timed", "classed"))
    assert words == f"The log of Squid does not tell {told()['timed'].what}. {told()['timed'].follows}"


def test_of_several_logs_it_is_not_known_which_was_gone_by() -> None:
    (words,) = said(telling("timed"), telling("sized", name="zeek"))
    assert words.startswith("If its requests went that way: the log of Squid does not tell")
    (words,) = said(telling("timed"), telling("timed", name="zeek"))
    assert words.startswith("The logs of Squid and Zeek do not tell")


def test_logs_by_which_no_case_comes_about_are_left_out() -> None:
    others = (
        telling("asked", "addressed", name="bind"),
        telling("gone_to", name="nginx"),
        telling("named", "timed", name="tinyproxy"),
        telling("timed", name="earlier", week=1),
    )
    assert said(*others) == ()
    assert untold(data.case(period="2026-W45"), replace(quality(), sources=(telling("timed"),))) == ()


def test_it_stands_on_the_page_after_the_case_s_own_doubts(tmp_path: Path) -> None:
    case = data.case(route="hr")
    facts = data.facts(quality=replace(quality(), sources=(telling("timed"),)))
    render(tmp_path, data.published(), [case], facts, data.TITLES)
    (page,) = (tmp_path / "hr" / "cases").glob("*.html")
    text = page.read_text(encoding="utf-8").partition("Why it might be wrong")[2]
    assert text.index(case.doubts[-1]) < text.index(told()["timed"].follows)
