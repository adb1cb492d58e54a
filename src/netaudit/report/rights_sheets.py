"""Pages of one sheet: the privacy notice, and the sheet with which somebody answers a case."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace

from netaudit.contracts.leaving import Case, RunFacts
from netaudit.contracts.sections import Notice, Section
from netaudit.report import case_words
from netaudit.report.case_view import case_view
from netaudit.report.pages import Press
from netaudit.report.plain import plain

_COLUMNS = 78
_FILE = 0o600
DECIDES: Mapping[str, str] = {
    "manager": "Information Governance, together with Human Resources. The program tells no line manager.",
    "hr": "Information Governance and Human Resources together.",
    "safeguarding": "The safeguarding lead.",
    "fraud": "The counter-fraud specialist.",
    "it": "Information Governance.",
}


def notice_as_html(sheet: Notice, facts: RunFacts) -> bytes:
    """Return a sheet as a page."""
    return _page("rights/notice.jinja", facts, sheet=sheet)


def notice_as_text(sheet: Notice) -> str:
    """Return a sheet as plain text."""
    lines = [sheet.title, "=" * len(sheet.title), sheet.caption, ""]
    for paragraph in sheet.lead:
        lines += [*_wrapped(paragraph), ""]
    for section in sheet.sections:
        lines += [*_section(section), ""]
    return "\n".join(plain(line) for line in lines).rstrip() + "\n"


def challenge_as_html(case: Case, titles: Mapping[str, str], facts: RunFacts, contact: str, answer_by: str) -> bytes:
    """Return the sheet with which somebody answers a case: no name is on it.

    Args:
        case: the case.
        titles: titles by class id.
        facts: frame of the page.
        contact: where the answer goes.
        answer_by: until when; "" where it was not said.
    """
    view = case_view(case, titles)
    shown: dict[str, object] = {
        "view": view,
        "case": case,
        "timed": case_words.is_timed(case),
        "amount": case_words.amount(case),
    }
    # A sheet of paper has no file beside it.
    shown |= {"timeline": replace(view.timeline, csv_name=""), "decides": DECIDES[case.route]}
    shown["ignored"] = replace(view.ignored, csv_name="") if view.ignored else None
    return _page("rights/challenge.jinja", facts, **shown, contact=contact, answer_by=answer_by)


def _page(template: str, facts: RunFacts, **shown: object) -> bytes:
    frame = {"facts": facts, "audience": "", "menu": (), "root": "", "here": ""}
    return Press(facts.handling).page(template, {**shown, **frame})


def _section(section: Section) -> Iterator[str]:
    yield section.title
    yield "-" * len(section.title)
    for paragraph in section.paragraphs:
        yield from _wrapped(paragraph)
    for point in section.points:
        yield from _wrapped(f"- {point}", 2)
    for name, value in section.facts:
        yield from _wrapped(f"{name}: {value}", 2)
    for paragraph in section.after:
        yield from _wrapped(paragraph)


def _wrapped(text: str, indent: int = 0) -> list[str]:
    hanging = " " * (2 * indent)
    return textwrap.wrap(text, _COLUMNS, initial_indent=" " * indent, subsequent_indent=hanging, break_on_hyphens=False)
