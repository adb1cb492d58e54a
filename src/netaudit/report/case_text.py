"""A case as plain text, for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping

from netaudit.contracts import Case
from netaudit.report.case_view import case_views
from netaudit.report.case_words import Fact
from netaudit.report.plain import plain
from netaudit.report.words import NOTHING

_COLUMNS = 100
_INDENT = 2
_UNSAID = (NOTHING, "Our own list")  # which is nearly always the case


def case_as_text(case: Case, titles: Mapping[str, str]) -> str:
    """Return what the case page shows, in the same order and words, as lines of text without control characters.

    Args:
        case: the case.
        titles: titles by class id.
    """
    (view,) = case_views([case], titles)
    lines = [
        *_wrapped(f"Case {case.case_number}: {case.rule_title}"),
        "",
        *_wrapped(f"{view.status}. {view.verdict}"),
        *_wrapped(view.headline),
        "",
        "Why it might be wrong",
        *(line for doubt in case.doubts for line in _wrapped(f"- {doubt}", _INDENT)),
        "",
        "What was checked for the person",
        *_listed(view.checks),
        "",
        "The figures",
        *_listed([Fact("Minutes", f"{view.low} proven, {view.likely} likely, {view.high} at most"), *view.facts]),
        "",
        *_wrapped(f"Clause {case.clause}: {case.clause_text}"),
        "",
        "Timeline",
        *(_stretch(*(cell.text for cell in cells)) for cells in view.evidence.rows),
    ]
    return "\n".join(plain(line) for line in lines)


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
