"""The reports of a run: one folder of pages and CSV files for each audience."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from netaudit.contracts.leaving import LEAKS, PUBLISHED, Case, RunFacts
from netaudit.report import words
from netaudit.report.account import Account, account, provenance, registers, unlisted
from netaudit.report.case_lists import anchors, case_table, first_steps, period_table, status_table
from netaudit.report.case_pages import CasePages
from netaudit.report.case_view import CaseView, case_views
from netaudit.report.figures import Figures, figures, periods, rows_of, units
from netaudit.report.folders import Folder
from netaudit.report.leaks import leaks_table
from netaudit.report.pages import Press
from netaudit.report.plain import slugs
from netaudit.report.tables import Table

AUDIENCES = ("ig", "managers", "it", "safeguarding", "hr", "fraud")
"""The same folders on every run: that a folder is there says nothing."""

_MENUS = {
    "ig": (
        ("Overview", "index.html"),
        ("Findings", "findings.html"),
        ("Data quality", "data-quality.html"),
        ("Method and limits", "method.html"),
    ),
    **dict.fromkeys(("safeguarding", "hr", "fraud"), (("Cases", "index.html"), ("Method and limits", "method.html"))),
}
# Who reads the cases of a route: in words, and which of them. What is close or excused is nothing to act on.
_ROUTES = {
    "safeguarding": ("the safeguarding team", ("new", "confirmed", "close", "excused", "withdrawn")),
    "hr": ("Human Resources", ("new", "confirmed", "withdrawn")),
    "fraud": ("the counter-fraud specialist", ("new", "confirmed", "withdrawn")),
}
_NO_PERIOD = "No period"


def render(
    out: Path,
    published: pl.DataFrame,
    cases: Sequence[Case],
    facts: RunFacts,
    taxonomy_titles: Mapping[str, str],
    leaks: pl.DataFrame | None = None,
) -> list[Path]:
    """Write the reports of a run and return the paths of all files.

    Args:
        out: gets one folder (0700) for each of AUDIENCES. Each is replaced whole.
        published: a PUBLISHED table. Rows of report "ig" go to the ig folder; rows of report "managers" that
            are not provisional to one folder for each unit. Suppressed figures are printed as [c].
        cases: all of them appear in ig; those with route safeguarding, hr or fraud also in the folder of that
            name, the last two without those that are close or excused; none elsewhere.
        facts: what the run did; the data-quality pages are made of it.
        taxonomy_titles: titles by class id, and by clause where its bare number should not stand alone.
        leaks: LEAKS, for the it folder; None: none is known.

    Raises:
        DefinitionError: the templates or their style sheet are missing.
        ValueError: `published` is no PUBLISHED table, a case number is given twice, or there is a case or a leak though
            none may be shown.
    """
    if facts.withheld and (cases or (leaks is not None and leaks.height)):
        raise ValueError("cases or leaks without a current DPIA")
    published = PUBLISHED.at_rest(published)
    views = case_views(cases, taxonomy_titles)
    counted = account(facts)
    press = Press(facts.handling)
    audiences = {name: _Audience(name, Folder(out / name), press, facts, _MENUS.get(name, ())) for name in AUDIENCES}
    try:
        _ig(audiences["ig"], published, views, counted, taxonomy_titles)
        _managers(audiences["managers"], published, taxonomy_titles)
        passed = leaks_table(LEAKS.empty() if leaks is None else leaks, taxonomy_titles)
        audiences["it"].page("it/index.jinja", "index.html", [*counted.tables, passed], account=counted, leaks=passed)
        for route, (whom, statuses) in _ROUTES.items():
            _route(audiences[route], whom, [v for v in views if v.case.route == route and v.case.status in statuses])
    except BaseException:
        for audience in audiences.values():
            audience.folder.discard()
        raise
    return [path for audience in audiences.values() for path in audience.folder.publish()]


@dataclass(frozen=True, slots=True)
class _Audience:
    """A folder in the making, with what all its pages share."""

    name: str
    folder: Folder
    press: Press
    facts: RunFacts
    menu: Sequence[tuple[str, str]]

    def page(self, template: str, name: str, tables: Sequence[Table | None] = (), **shown: object) -> None:
        """Add a page, and beside it the CSV twin of each of its tables."""
        path, slash, _ = name.rpartition("/")
        root = "../" * name.count("/")
        frame = {"facts": self.facts, "audience": self.name, "menu": self.menu, "root": root, "here": name}
        html = self.press.page(template, {**shown, **frame})
        self._add(path + slash, name, html, tables)

    def _add(self, folder: str, name: str, html: bytes, tables: Sequence[Table | None]) -> None:
        self.folder.page(name, html)
        for table in tables:
            if table is not None:
                self.folder.csv(f"{folder}{table.csv_name}", table)

    def cases(self, views: Sequence[CaseView], listed: tuple[str, str]) -> None:
        """Add the page of each case; `listed` is the title and the name of the page that lists them."""
        frame = {"facts": self.facts, "audience": self.name, "menu": self.menu, "root": "../", "here": ""}
        shared = {**frame, "listed": listed}
        pages = CasePages(self.press, shared)
        for view, before, after in zip(views, [None, *views], [*views[1:], None], strict=False):
            self._add("cases/", f"cases/{view.file}.html", pages.page(view, before, after), [view.timeline])


def _ig(
    audience: _Audience,
    published: pl.DataFrame,
    views: Sequence[CaseView],
    counted: Account,
    titles: Mapping[str, str],
) -> None:
    facts, places = audience.facts, anchors(views)
    known = sorted({*periods(published, "ig"), *facts.periods, *(view.case.period for view in views)})
    shown = {}
    for period in known or [_NO_PERIOD]:
        rows, open_week = rows_of(published, "ig", period, titles)
        provisional = open_week or period in facts.provisional_periods
        shown[period] = figures(
            rows, period, core_hours=facts.core_hours, provisional=provisional, due=facts.due.get(period)
        )
    cases_of = {period: [view for view in views if view.case.period == period] for period in shown}
    front = _front(shown, cases_of)
    folders = dict(zip(shown, slugs([(period,) for period in shown]), strict=True))
    pages = {
        period: "index.html" if period == front else f"periods/{folders[period]}/index.html"
        for period in reversed(shown)  # the latest first
    }
    listed = period_table(
        [(shown[period], cases_of[period], page) for period, page in pages.items()], counted=not facts.withheld
    )
    for period, page in pages.items():
        status = status_table(cases_of[period], places, "../" * page.count("/"))
        overview = listed if period == front and len(pages) > 1 else None
        audience.page(
            "ig/index.jinja" if period == front else "ig/period.jinja",
            page,
            [*shown[period].tables, status, overview],
            figures=shown[period], views=cases_of[period], statuses=status, account=counted, periods=overview,
            steps=first_steps(cases_of[period], places, "../" * page.count("/")),
        )  # fmt: skip

    weeks = [words.period(period) for period in shown if cases_of[period]]
    groups = []
    for rule_id, place in places.items():
        mine = [view for view in views if view.case.rule_id == rule_id]
        groups.append((place, mine[0].case, case_table(mine, mine[0].case.rule_title, f"cases-{place}.csv")))
    audience.page("ig/findings.jinja", "findings.html", [table for _, _, table in groups], groups=groups, weeks=weeks)
    audience.cases(views, ("Findings", "findings.html"))
    classed, used, strangers = provenance(facts), registers(facts), unlisted(facts)
    audience.page(
        "ig/data-quality.jinja",
        "data-quality.html",
        [*counted.tables, classed, used, strangers],
        account=counted,
        classed=classed,
        registers=used,
        unlisted=strangers,
    )
    audience.page("base/method.jinja", "method.html", whom="the Information Governance team")


def _front(shown: Mapping[str, Figures], cases_of: Mapping[str, Sequence[CaseView]]) -> str:
    """Return the latest period that has something to show: a batch can end a few minutes into a week."""
    latest_first = sorted(shown, reverse=True)
    filled = (period for period in latest_first if cases_of[period] or shown[period].released)
    return next(filled, latest_first[0])


def _managers(audience: _Audience, published: pl.DataFrame, titles: Mapping[str, str]) -> None:
    """Add one screen for each unit, from PUBLISHED alone: nothing depends on whether there is a case."""
    mine = published.filter((pl.col("report") == "managers") & ~pl.col("provisional"))
    latest_first, named = periods(mine, "managers"), units(mine)
    rows = {period: rows_of(mine, "managers", period, titles)[0] for period in latest_first}
    pages = [
        "index.html",
        *(f"{name}/index.html" for name in slugs([(period,) for period in latest_first[1:]])),
    ]
    earlier = [(words.period(period), page) for period, page in zip(latest_first, pages, strict=False)][1:]
    for unit, unit_folder in zip(named, slugs(named), strict=True):
        for period, page in zip(latest_first, pages, strict=False):
            shown = figures(rows[period], period, unit)
            clauses, classes = shown.for_managers
            audience.page(
                "managers/index.jinja",
                f"{unit_folder}/{page}",
                [clauses, classes],
                figures=shown, clauses=clauses, classes=classes, unit=unit[0], level=unit[1],
                earlier=earlier if page == "index.html" else [],
            )  # fmt: skip


def _route(audience: _Audience, whom: str, mine: Sequence[CaseView]) -> None:
    """Add the cases of a route that has a folder of its own."""
    table = case_table(mine, f"Cases for {whom}", "cases.csv", ruled=True) if mine else None
    audience.page(f"{audience.name}/index.jinja", "index.html", [table], table=table)
    audience.cases(mine, ("Cases", "index.html"))
    audience.page("base/method.jinja", "method.html", whom=whom)
