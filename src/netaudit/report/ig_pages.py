"""What Information Governance reads: the weeks, their cases, data quality, and method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from netaudit.contracts.leaving import LEAKS, OPEN_SITES
from netaudit.report import words
from netaudit.report.account import Account, provenance, registers, unlisted
from netaudit.report.accuracy import ACCURACY
from netaudit.report.audience import Audience
from netaudit.report.board_pages import board_weeks, missing_weeks, week_picture, week_table
from netaudit.report.case_lists import (
    first_steps,
    period_table,
    route_table,
    status_table,
    waiting_routes,
)
from netaudit.report.case_view import CaseEntry
from netaudit.report.changes import changes, week_before
from netaudit.report.figures import Figures, Row, figures, periods, rows_of
from netaudit.report.findings_pages import Findings, findings
from netaudit.report.kept_pages import Settled
from netaudit.report.leaks import leaks_table
from netaudit.report.plain import slugs
from netaudit.report.quality import open_sites_table, sources
from netaudit.report.ranges import ranges_tables
from netaudit.report.tables import Table
from netaudit.report.trends import Trends, trends

IG_MENU = (
    ("Overview", "index.html"),
    ("Findings", "findings.html"),
    ("Weeks", "weeks.html"),
    ("Data quality", "data-quality.html"),
    ("Method and limits", "method.html"),
    ("Definitions", "definitions.html"),
)
UNION_MENU = tuple(entry for entry in IG_MENU if entry[0] not in ("Findings", "Data quality"))
"""Of a report on several weeks: each has lists of its own, and how the logs were read is the nightly run's to tell."""

_NO_PERIOD = "No period"


@dataclass(frozen=True, slots=True)
class WeekPages:
    """A week with all that its pages tell, and where they are."""

    period: str
    folder: str  # "" for the front page's week, "periods/2026-w46/"
    rows: Sequence[Row]
    figures: Figures
    entries: Sequence[CaseEntry]
    findings: Findings

    @property
    def page(self) -> str:
        """Return the week's own page."""
        return f"{self.folder}index.html"

    @property
    def root(self) -> str:
        """Return the way from the week's folder to that of the audience."""
        return "../" * self.folder.count("/")


def ig_pages(
    audience: Audience,
    published: pl.DataFrame,
    entries: Sequence[CaseEntry],
    counted: Account | None,
    titles: Mapping[str, str],
    leaks: pl.DataFrame | None = None,
    open_sites: pl.DataFrame | None = None,
    settled: Settled | None = None,
    ranges: pl.DataFrame | None = None,
) -> None:
    """Add every page for Information Governance; with RANGES the first page is about all weeks together.

    Without an account there is no page about data quality.
    """
    weeks = _weeks(audience, published, entries, titles, is_union=ranges is not None)
    by_period = {week.period: week for week in weeks}
    calm = audience.of_settled_weeks
    pages = calm.case_pages()
    for week in weeks:
        earlier = [entry for other in weeks if not week.folder and other.folder for entry in other.entries]
        _week_pages(audience, week, by_period.get(week_before(week.period)), counted, earlier)
        names = {number: f"{week.folder}{page}" for number, page in week.findings.page_of.items()}
        calm.cases(
            pages, week.entries, titles, lambda entry, names=names: ("Findings", names[entry.number]), settled,  # type: ignore[misc]
        )  # fmt: skip
    if ranges is not None:
        _union(audience, weeks, ranges_tables(ranges, titles))
    _index(audience, weeks, published, titles)
    if counted is not None:
        _data_quality(audience, counted, titles, leaks, open_sites)
    audience.page("base/method.jinja", "method.html", whom="the Information Governance team")


def _data_quality(
    audience: Audience,
    counted: Account,
    titles: Mapping[str, str],
    leaks: pl.DataFrame | None,
    open_sites: pl.DataFrame | None,
) -> None:
    facts = audience.facts
    shown = {
        "classed": provenance(facts),
        "registers": registers(facts),
        "unlisted": unlisted(facts),
        "leaks": leaks_table(LEAKS.empty() if leaks is None else leaks, titles),
        "unknown_sites": open_sites_table(OPEN_SITES.empty() if open_sites is None else open_sites, titles),
    }
    of_logs = sources(facts.quality, facts.files)
    tables = [*counted.tables, *(of_logs.tables if of_logs else []), *shown.values()]
    audience.page("ig/data-quality.jinja", "data-quality.html", tables, account=counted, sources=of_logs, **shown)


def _weeks(
    audience: Audience,
    published: pl.DataFrame,
    entries: Sequence[CaseEntry],
    titles: Mapping[str, str],
    *,
    is_union: bool,
) -> list[WeekPages]:
    """Return all weeks, the latest first."""
    facts = audience.facts
    known = sorted({*periods(published, "ig"), *facts.periods, *(entry.case.period for entry in entries)})
    known = known or [_NO_PERIOD]
    cases_of: dict[str, list[CaseEntry]] = {period: [] for period in known}
    for entry in entries:
        cases_of[entry.case.period].append(entry)
    rows, shown = {}, {}
    for period in known:
        rows[period], open_week = rows_of(published, "ig", period, titles)
        provisional = open_week or period in facts.provisional_periods
        shown[period] = figures(
            rows[period],
            period,
            core_hours=facts.core_hours,
            lunch_hours=facts.lunch_hours,
            core_days=facts.core_days,
            provisional=provisional,
            due=facts.due.get(period),
        )
    front = "" if is_union else _front(shown, cases_of)
    weeks = []
    for period, name in zip(known, slugs([(period,) for period in known]), strict=True):
        folder = "" if period == front else f"periods/{name}/"
        found = findings(cases_of[period], "../" * folder.count("/"))
        weeks.append(WeekPages(period, folder, rows[period], shown[period], cases_of[period], found))
    return weeks[::-1]


def _front(shown: Mapping[str, Figures], cases_of: Mapping[str, Sequence[CaseEntry]]) -> str:
    """Return the latest period that has something to show: a batch can end a few minutes into a week."""
    latest_first = sorted(shown, reverse=True)
    filled = (period for period in latest_first if cases_of[period] or shown[period].released)
    return next(filled, latest_first[0])


def _week_pages(
    audience: Audience,
    week: WeekPages,
    before: WeekPages | None,
    counted: Account | None,
    earlier: Sequence[CaseEntry],
) -> None:
    """Add the page of a week, and the lists of its cases; the front page also says what still waits from `earlier`."""
    places = week.findings.places
    status, routes = status_table(week.entries, places), route_table(week.entries)
    changed = _changes(audience, week, before)
    audience.page(
        "ig/period.jinja" if week.folder else "ig/index.jinja",
        week.page,
        [*week.figures.tables, status, routes, changed],
        figures=week.figures, views=week.entries, statuses=status, routes=routes, account=counted, changed=changed,
        steps=first_steps(week.entries, places), before=before.period if before else "",
        accuracy=ACCURACY, waiting=waiting_routes(earlier),
    )  # fmt: skip
    if week.folder and not week.entries:
        return
    names = [page.name for page in week.findings.pages]
    for number, page in enumerate(week.findings.pages):
        audience.page(
            "ig/findings.jinja",
            f"{week.folder}{page.name}",
            week.findings.tables if not number else [],
            groups=page.groups, week=words.period(week.period), cases=len(week.entries), names=names, this=page.name,
            rules=_contents(week.findings), front=not week.folder,
        )  # fmt: skip


def _contents(found: Findings) -> list[tuple[str, str, int]]:
    """Return title, link and number of cases of each rule, on whatever page it is."""
    return [
        (f"{group.case.clause}: {group.case.rule_title}", found.places[group.case.rule_id], group.of)
        for page in found.pages
        for group in page.groups
        if found.places[group.case.rule_id].partition("#")[0] == page.name
    ]


def _changes(audience: Audience, week: WeekPages, before: WeekPages | None) -> Table | None:
    """Return what changed since the week before, if both have closed."""
    if before is None or any(one.figures.due or one.figures.provisional for one in (week, before)):
        return None
    cases = None if audience.facts.withheld else (week.entries, before.entries)
    return changes(week.rows, before.rows, cases, audience.facts.rounding)


def _index(audience: Audience, weeks: Sequence[WeekPages], published: pl.DataFrame, titles: Mapping[str, str]) -> None:
    """Add the page that leads to every week."""
    table = period_table(
        [
            (week.figures, week.entries, week.page, f"{week.folder}findings.html" if week.entries else "")
            for week in weeks
        ],
        counted=not audience.facts.withheld,
    )
    told: Trends | None = trends(
        {week.period: week.rows for week in weeks if not (week.figures.due or week.figures.provisional)}
    )
    # The line that the board is shown, from the same rows; its table beside it.
    lines, classes = board_weeks(published, audience.facts, titles)
    picture = week_picture(lines)
    line = week_table(lines) if picture else None
    audience.page(
        "ig/weeks.jinja", "weeks.html", [table, told.table if told else None, line], periods=table, trends=told,
        count=len(weeks), picture=picture, line=line, classes=classes, missing=missing_weeks(lines),
    )  # fmt: skip


def _union(audience: Audience, weeks: Sequence[WeekPages], ranges: Sequence[Table]) -> None:
    """Add the first page of a report on several weeks: no figure that the pages of the weeks do not tell."""
    entries = sorted((e for week in weeks for e in week.entries), key=lambda e: words.natural(e.case.clause))
    places = dict.fromkeys((entry.case.rule_id for entry in entries), "")
    status, routes = status_table(entries, places), route_table(entries)
    audience.page(
        "ig/union.jinja", "index.html", [status, routes, *ranges],
        statuses=status, routes=routes, ranges=ranges, weeks=[words.period(week.period) for week in weeks[::-1]],
        unsettled=[words.period(w.period) for w in weeks if w.figures.due or w.figures.provisional],
        accuracy=ACCURACY,
    )  # fmt: skip
