"""Pages of cases: the template is printed once for each kind of case, and filled in for each case of that kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from netaudit.report import case_words
from netaudit.report.case_rows import IGNORED, TIMELINE
from netaudit.report.case_view import EVIDENCE, CaseEntry, CaseView
from netaudit.report.charts import Strip
from netaudit.report.day_markup import PATTERNS, day_drawing
from netaudit.report.markup import drawing, items, summary_list, table_rows
from netaudit.report.pages import Form, Press
from netaudit.report.words import count, sentence


class _Kind(NamedTuple):
    """What the template asks about a case, and what is the same for many."""

    rule_title: str
    clause: str
    clause_text: str
    category: bool  # the rule is about a class of sites
    timed: bool  # and about time
    route: str
    status: str
    tag: str
    verdict: str
    doubted: bool
    recorded: bool
    drawn: bool
    told: bool  # minute by minute; an earlier version kept no more than its evidence
    whole: bool  # the person's whole day is told
    ignored: bool
    said: bool
    cut: bool  # the table has not all lines
    before: bool
    after: bool


# What is left open in a page of a kind. The template prints these names and asks nothing about them.
_BLANKS = (
    "number", "recorded", "headline", "doubts", "checks", "low", "likely", "high", "amount", "facts_of_case", "strips",
    "lines", "more_lines", "rows", "csv_name",
    "overturns", "said", "ignored_rows", "listed_title", "listed_page",
    "file_before", "number_before", "file_after", "number_after",
)  # fmt: skip
_BLANKS_OF_A_STRIP = ("name", "title", "height", "says", "inside")


class CasePages:
    """Makes the pages of cases that share a folder, and with it header, footer and links."""

    def __init__(self, press: Press, shared: Mapping[str, Any]) -> None:
        """Take what all pages share: see `base/case.jinja`."""
        self._press = press
        self._shared = shared
        self._forms: dict[_Kind, Form] = {}
        self._first_strip, self._next_strip = (
            press.part_form("base/timeline.jinja", {"key": key}, _BLANKS_OF_A_STRIP) for key in (True, False)
        )
        self._day_forms = {
            (key, hours): press.part_form(
                "base/day.jinja", {"key": key, "hours": hours, "patterns": PATTERNS}, _BLANKS_OF_A_STRIP
            )
            for key in (True, False)
            for hours in (True, False)
        }

    def page(
        self, view: CaseView, listed: tuple[str, str], before: CaseEntry | None = None, after: CaseEntry | None = None
    ) -> bytes:
        """Return the page of a case, with links to its neighbours in the list.

        Args:
            view: the case.
            listed: title and place of the page that lists it.
            before: its neighbour in the list.
            after: likewise.
        """
        kind = _kind(view, before, after)
        form = self._forms.get(kind)
        if form is None:
            known = {**self._shared, "kind": kind, "evidence": EVIDENCE, "timeline": TIMELINE, "ignored": IGNORED}
            form = self._forms[kind] = self._press.page_form("base/case.jinja", known, _BLANKS)
        return form.filled(
            number=view.number,
            recorded=sentence(view.recorded),
            headline=view.headline,
            doubts=items(view.case.doubts),
            checks=summary_list(view.checks),
            low=view.low,
            likely=view.likely,
            high=view.high,
            amount=case_words.amount(view.case),
            facts_of_case=summary_list(view.facts),
            strips=self._days(view) if view.days else self._strips(view.strips),
            lines=count(view.lines),
            more_lines=count(view.lines_left_out),
            rows=table_rows(view.timeline),
            csv_name=view.timeline.csv_name,
            overturns=items(view.overturns),
            said=items(view.said),
            ignored_rows=table_rows(view.ignored) if view.ignored else "",
            listed_title=listed[0],
            listed_page=listed[1],
            file_before=before.file if before else "",
            number_before=before.number if before else "",
            file_after=after.file if after else "",
            number_after=after.number if after else "",
        )

    def _days(self, view: CaseView) -> bytes:
        hours = bool(view.case.day and view.case.day.hours)
        drawn = []
        for number, strip in enumerate(view.days, 1):
            form, name = self._day_forms[number == 1, hours], f"d-{number}"
            inside = day_drawing(strip, name)
            drawn.append(
                form.filled(name=name, title=strip.title, height=str(strip.height), says=strip.says, inside=inside)
            )
        return b"\n".join(drawn)

    def _strips(self, strips: tuple[Strip, ...]) -> bytes:
        drawn = []
        for number, strip in enumerate(strips, 1):
            form, name = self._first_strip if number == 1 else self._next_strip, f"s-{number}"
            inside = drawing(strip, name)
            drawn.append(
                form.filled(name=name, title=strip.title, height=str(strip.height), says=strip.says, inside=inside)
            )
        return b"\n".join(drawn)


def _kind(view: CaseView, before: CaseEntry | None, after: CaseEntry | None) -> _Kind:
    case = view.case
    return _Kind(
        case.rule_title,
        case.clause,
        case.clause_text,
        bool(case.category),
        case_words.is_timed(case),
        case.route,
        case.status,
        view.status,
        view.verdict,
        bool(case.doubts),
        bool(view.recorded),
        bool(view.strips),
        view.case.day is not None,
        bool(view.case.day and view.case.day.whole),
        view.ignored is not None,
        bool(view.said),
        view.lines_left_out > 0,
        before is not None,
        after is not None,
    )
