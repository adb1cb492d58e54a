"""A case as plain text, for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping

from netaudit.contracts.leaving import Case
from netaudit.report import case_words
from netaudit.report.case_view import CaseView, case_view
from netaudit.report.case_words import Fact
from netaudit.report.day_text import day_as_text
from netaudit.report.plain import plain
from netaudit.report.words import NOTHING, count

_COLUMNS = 100
_INDENT = 2
OF_EARLIER_VERSION = (
    "An earlier version of netaudit made this case. It did not keep the day minute by minute, nor what would overturn "
    "the case."
)
_UNSAID = (NOTHING, "Our own list")  # which is nearly always the case


def case_as_text(case: Case, titles: Mapping[str, str]) -> str:
    """Return what the case page shows, in the same order and words, as lines of text without control characters.

    Args:
        case: the case.
        titles: titles by class id.
    """
    view = case_view(case, titles)
    lines = [
        *_wrapped(f"Case {case.case_number}: {case.rule_title}"),
        "",
        *_wrapped(f"{view.status}. {view.verdict}"),
        *_wrapped(view.headline),
        "",
        "Why it might be wrong",
        *(line for doubt in case.doubts for line in _wrapped(f"- {doubt}", _INDENT)),
        "",
        *_said(view),
        "What was checked for the person",
        *_listed(view.checks),
        "",
        *_overturns(view),
        "The figures",
        *_listed([*_minutes(view), *view.facts]),
        "",
        *_wrapped(f"Clause {case.clause}: {case.clause_text}"),
        "",
        *_timeline(view),
    ]
    return "\n".join(plain(line) for line in lines)


def _minutes(view: CaseView) -> list[Fact]:
    if not case_words.is_timed(view.case):
        return []
    return [Fact("Minutes", f"{view.low} proven, {view.likely} likely, {view.high} at most")]


def _said(view: CaseView) -> list[str]:
    if not view.said:
        return []
    return ["What the person says to it", *(line for one in view.said for line in _wrapped(f"- {one}", _INDENT)), ""]


def _overturns(view: CaseView) -> list[str]:
    if not view.overturns:
        return []
    told = [line for said in view.overturns for line in _wrapped(f"- {said}", _INDENT)]
    return ["What would overturn it", *told, ""]


def _timeline(view: CaseView) -> list[str]:
    """Return the days and the minutes, what was counted, and what was not, in the words of the page."""
    day = view.case.day
    if day is None:
        return [
            "Timeline",
            *_wrapped(OF_EARLIER_VERSION, _INDENT),
            *(_stretch(*(cell.text for cell in cells)) for cells in view.timeline.rows),
        ]
    lines = ["Timeline", *day_as_text(view.case, day), "", "Minutes proven, likely and at most, and requests"]
    *rows, total = (tuple(cell.text for cell in cells) for cells in view.timeline.rows)
    lines += (_row(*row) for row in rows)
    if view.lines_left_out:
        lines.append(f"  condensed from {count(view.lines)} rows")
    lines.append(_row(total[0], "", NOTHING, "adds up to the figures above", *total[4:]))
    lines += ["", "What was not counted, why, and the minutes that it would have added"]
    ignored = view.ignored.rows if view.ignored else ()
    return [*lines, *(_left_out(*(cell.text for cell in cells)) for cells in ignored)] + (
        [] if ignored else ["  Nothing."]
    )


def _row(when: str, site: str, what: str, state: str, low: str, likely: str, high: str, requests: str) -> str:
    where = f"{site} ({what}): " if what not in _UNSAID else f"{site}: " if site not in ("", *_UNSAID) else ""
    asked = "" if requests == NOTHING else f"; {requests}"
    return f"  {when:<16} {low:>6} {likely:>6} {high:>6}  {where}{state}{asked}"


def _left_out(what: str, why: str, requests: str, minutes: str, examples: str) -> str:
    such = "" if examples == NOTHING else f" Such as: {examples}"
    return f"  {minutes:>6}  {what}: {why}; {requests} requests.{such}"


def _stretch(when: str, site: str, what: str, by: str, use: str, reason: str, requests: str) -> str:
    known = [part for part in (what, by) if part not in _UNSAID]
    where = f"{site} ({'; '.join(known)})" if known else site
    return f"  {when}  {use:<11}  {where}: {reason}, {requests}"


def _wrapped(text: str, indent: int = 0) -> list[str]:
    return textwrap.wrap(
        text, _COLUMNS, initial_indent=" " * indent, subsequent_indent=" " * (2 * indent), break_on_hyphens=False
    )


def _listed(facts: Iterable[Fact]) -> list[str]:
    facts = list(facts)
    widest = max(len(fact.name) for fact in facts) + _INDENT
    return [
        line
        for fact in facts
        for line in textwrap.wrap(
            fact.value,
            _COLUMNS,
            initial_indent=f"  {fact.name:<{widest}}",
            subsequent_indent=" " * (widest + _INDENT),
            break_on_hyphens=False,
        )
    ]
