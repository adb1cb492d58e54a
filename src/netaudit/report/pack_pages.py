"""The pages of an evidence pack: a cover that says what it holds, the case as its page tells it, and the method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netaudit.contracts.leaving import Case, RunFacts
from netaudit.report.case_pages import CasePages
from netaudit.report.case_text import case_as_text
from netaudit.report.case_view import case_view
from netaudit.report.case_words import Fact
from netaudit.report.markup import items, summary_list
from netaudit.report.pages import Press
from netaudit.report.tables import csv_text

COVER = "index.html"
_MENU = (("Evidence pack", COVER), ("Method and limits", "method.html"))
_WHOM = "those to whom this pack is sealed"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the cover page."""

    title: str
    text: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    items: tuple[str, ...] = ()


def pack_pages(case: Case, facts: RunFacts, titles: Mapping[str, str], sections: Sequence[Section]) -> dict[str, bytes]:
    """Return the pages of a pack by their names, with the case's timeline as CSV and the case as plain text.

    Args:
        case: the case.
        facts: the frame of the pages.
        titles: titles by class id, and by clause.
        sections: of the cover page.
    """
    press = Press(facts.handling)
    view = case_view(case, titles)
    frame = {"facts": facts, "audience": "pack", "menu": _MENU, "root": "", "here": ""}
    cases = CasePages(press, frame)
    shown = [
        {
            "title": one.title,
            "text": [text for text in one.text if text],
            "facts": summary_list(Fact(*fact) for fact in one.facts) if one.facts else "",
            "listed": items(one.items) if one.items else "",
        }
        for one in sections
    ]
    cover = {**frame, "here": COVER, "number": case.case_number, "page": f"{view.file}.html", "sections": shown}
    return {
        COVER: press.page("pack/index.jinja", {**cover, "headline": view.headline}),
        f"{view.file}.html": cases.page(view, ("Evidence pack", COVER)),
        view.timeline.csv_name: csv_text(view.timeline).encode("utf-8-sig"),
        "case.txt": f"{case_as_text(case, titles)}\n".encode(),
        "method.html": press.page("base/method.jinja", {**frame, "here": "method.html", "whom": _WHOM}),
    }
