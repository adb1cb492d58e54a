"""What is doubtful about the logs of a case's day: whoever decides about it may never see the pages about the logs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from netaudit.contracts.leaving import Case, Quality, Source
from netaudit.definitions.log_fields import told
from netaudit.definitions.periods import days_of, is_period
from netaudit.report import words
from netaudit.report.case_checks import is_about_hours


def of_week(quality: Quality, period: str) -> Quality:
    """Return what the cases of one week need of it: other weeks and nights make no difference to their pages."""
    odd = {one.source: replace(one, check="impossible", says="") for one in quality.clocks if one.verdict == "look"}
    is_known = period in quality.periods
    if not is_known and not is_period(period):
        return Quality()
    days = {day + timedelta(days=more) for day in days_of(period) for more in (0, 1)}  # a case may end on Monday
    return Quality(
        periods=(period,) if is_known else (),
        sources=tuple(
            Source(one.name, one.title, 0, 0, None, None, "instant", "", one.lacks if _has_lines(one, period) else ())
            for one in quality.sources
            if is_known
        ),
        silences=tuple(one for one in quality.silences if one.start.date() in days),
        clocks=tuple(odd[name] for name in sorted(odd)) if is_known else (),
    )


def with_log_doubts(case: Case, quality: Quality) -> Case:
    """Return the case with what is doubtful about the logs of its day before its other doubts, what they lack after."""
    found, lacking = log_doubts(case, quality), untold(case, quality)
    return replace(case, doubts=(*found, *case.doubts, *lacking)) if found or lacking else case


def _has_lines(source: Source, period: str) -> bool:
    """Whether a source may have lines of a week."""
    if source.first is None or source.last is None:
        return True
    days = days_of(period)
    return source.first.date() <= max(days) and min(days) <= source.last.date()


def untold(case: Case, quality: Quality) -> tuple[str, ...]:
    """Return what the logs of a case's week do not tell that might speak for somebody, in the words of data quality.

    Sources by which no case comes about are left out. Which source a case's requests went by is not known here.
    """
    some = [one for one in quality.sources if case.period in quality.periods and _has_lines(one, case.period)]
    able = [one for one in some if not any(told()[name].only or name == "named" for name in one.lacks)]
    found = []
    for lack in told().values():
        titles = sorted({one.title for one in able if lack.cases and lack.id in one.lacks})
        if titles:
            condition = "" if len(titles) == len({one.title for one in able}) else "If its requests went that way: "
            verb = "does" if len(titles) == 1 else "do"
            logs = "log" if len(titles) == 1 else "logs"
            what = f"{condition}the {logs} of {' and '.join(titles)} {verb} not tell {lack.what}."
            found.append(f"{words.capital(what)} {lack.follows}")
    return tuple(found)


def log_doubts(case: Case, quality: Quality) -> tuple[str, ...]:
    """Return what speaks against the logs of a case: lines that are missing on its days, and clocks that look wrong.

    Args:
        case: whose days and rule are looked at.
        quality: of the logs; its stretches are of single days.
    """
    titles = {one.name: one.title for one in quality.sources}
    days = {case.start.date(), case.end.date()}
    silent = sorted(
        (one for one in quality.silences if one.start.date() in days), key=lambda one: (one.source, one.start)
    )
    doubts = []
    for name, some in groupby(silent, key=lambda one: one.source):
        stretches = " and ".join(f"{words.clock(one.start)} to {words.clock(one.end)}" for one in some)
        doubts.append(
            f"Lines of {titles.get(name, name)} seem to be missing on the day of this case: {stretches}. What speaks "
            "for the person may be among them."
        )
    odd = {one.source for one in quality.clocks if one.verdict == "look"}
    if odd and case.period in quality.periods and is_about_hours(case):
        named = " and ".join(sorted(titles.get(name, name) for name in odd))
        doubts.append(
            f"A check of the clock of {named} found something odd in these weeks, and this case hangs on the time of "
            "day. If its requests went that way, treat it as open until the IT team has explained it. Information "
            "Governance has it on the page about data quality."
        )
    return tuple(doubts)
