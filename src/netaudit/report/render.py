"""The reports of a run: one folder of pages and CSV files for each audience."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from netaudit.contracts import PUBLISHED, Case, RunFacts
from netaudit.report import words
from netaudit.report.account import Account, account
from netaudit.report.case_view import CaseView, anchors, case_table, case_views, status_table
from netaudit.report.figures import figures, periods, rows_of, units
from netaudit.report.folders import Folder
from netaudit.report.pages import Press
from netaudit.report.plain import slugs
from netaudit.report.tables import Table

_IG_PAGES = (
    ("Overview", "index.html"),
    ("Findings", "findings.html"),
    ("Data quality", "data-quality.html"),
    ("Method and limits", "method.html"),
)
_SAFEGUARDING_PAGES = (("Cases", "index.html"),)


def render(
    out: Path,
    published: pl.DataFrame,
    cases: Sequence[Case],
    facts: RunFacts,
    taxonomy_titles: Mapping[str, str],
) -> list[Path]:
    """Write the reports of a run and return the paths of all files.

    Args:
        out: gets one folder (0700) for each audience: ig, managers, it, safeguarding. Each is replaced whole.
        published: a PUBLISHED table. Rows of report "ig" go to the ig folder, closed periods of report "managers"
            to one folder for each unit; suppressed figures are printed as [c].
        cases: all of them appear in ig; those with route safeguarding also in safeguarding; none anywhere else.
        facts: what the run did; the data-quality pages are made of it.
        taxonomy_titles: titles of class ids, and of clauses where `published` names them by number only.

    Raises:
        DefinitionError: the templates or their style sheet are missing.
        ValueError: `published` is no PUBLISHED table, or a case number is given twice.
    """
    published = PUBLISHED.at_rest(published)
    press = Press(facts.handling)
    views = case_views(cases, taxonomy_titles)
    counted = account(facts)
    folders = {name: Folder(out / name) for name in ("ig", "managers", "it", "safeguarding")}
    try:
        _ig(folders["ig"], press, published, views, facts, counted, taxonomy_titles)
        _managers(folders["managers"], press, published, facts, taxonomy_titles)
        _it(folders["it"], press, facts, counted)
        _safeguarding(folders["safeguarding"], press, views, facts)
    except BaseException:
        for folder in folders.values():
            folder.discard()
        raise
    return [path for folder in folders.values() for path in folder.publish()]


def _ig(
    folder: Folder,
    press: Press,
    published: pl.DataFrame,
    views: Sequence[CaseView],
    facts: RunFacts,
    counted: Account,
    titles: Mapping[str, str],
) -> None:
    places = anchors(views)
    known = periods(published, "ig") or sorted(facts.periods, reverse=True) or ["–"]
    names = ["index", *(f"periods/{name}" for name in slugs([(period,) for period in known[1:]]))]
    earlier = [(words.period(period), f"{name}.html") for period, name in zip(known, names, strict=True)][1:]
    for period, name in zip(known, names, strict=True):
        latest = name == "index"
        prefix = "" if latest else f"{name.rpartition('/')[2]}-"
        rows, provisional = rows_of(published, "ig", period, titles)
        provisional = provisional or period in facts.provisional_periods
        shown = figures(rows, period, None, facts.core_hours, provisional=provisional, prefix=prefix)
        mine = [view for view in views if view.case.period == period]
        root = "" if latest else "../"
        status = status_table(mine, places, root, f"{prefix}cases-by-status.csv") if mine else None
        _page(
            folder, press, "ig/index.jinja" if latest else "ig/period.jinja", f"{name}.html",
            [shown.clauses, shown.classes, shown.hours, shown.units, status],
            facts=facts, nav=_IG_PAGES, figures=shown, views=mine, statuses=status, account=counted, earlier=earlier,
        )  # fmt: skip

    groups = []
    for rule_id, place in places.items():
        mine = [view for view in views if view.case.rule_id == rule_id]
        groups.append((place, mine[0].case, case_table(mine, mine[0].case.rule_title, f"cases-{place}.csv")))
    _page(
        folder, press, "ig/findings.jinja", "findings.html", [group[2] for group in groups],
        facts=facts, nav=_IG_PAGES, groups=groups, views=views,
    )  # fmt: skip
    _cases(folder, press, views, facts, _IG_PAGES, ("Findings", "findings.html"))
    _page(
        folder, press, "ig/data-quality.jinja", "data-quality.html", counted.tables,
        facts=facts, nav=_IG_PAGES, account=counted,
    )  # fmt: skip
    _page(folder, press, "ig/method.jinja", "method.html", facts=facts, nav=_IG_PAGES)


def _managers(
    folder: Folder, press: Press, published: pl.DataFrame, facts: RunFacts, titles: Mapping[str, str]
) -> None:
    """One screen for each unit, from PUBLISHED alone: no case, and nothing that depends on whether there is one."""
    mine = published.filter((pl.col("report") == "managers") & ~pl.col("provisional"))
    named = units(mine)
    known = periods(mine, "managers")
    rows = {period: rows_of(mine, "managers", period, titles)[0] for period in known}
    names = ["index", *slugs([(period,) for period in known[1:]])]
    earlier = [(words.period(period), f"{name}.html") for period, name in zip(known, names, strict=True)][1:]
    for unit, unit_folder in zip(named, slugs(named), strict=True):
        for period, name in zip(known, names, strict=True):
            prefix = "" if name == "index" else f"{name}-"
            shown = figures(rows[period], period, unit, None, prefix=prefix)
            _page(
                folder, press, "managers/index.jinja", f"{unit_folder}/{name}.html",
                [shown.clauses, shown.classes] if shown.released else [],
                facts=facts, nav=(), figures=shown, unit=unit[0], level=unit[1],
                earlier=earlier if name == "index" else [],
            )  # fmt: skip


def _it(folder: Folder, press: Press, facts: RunFacts, counted: Account) -> None:
    _page(folder, press, "it/index.jinja", "index.html", counted.tables, facts=facts, nav=(), account=counted)


def _safeguarding(folder: Folder, press: Press, views: Sequence[CaseView], facts: RunFacts) -> None:
    mine = [view for view in views if view.case.route == "safeguarding"]
    table = case_table(mine, "Cases for the safeguarding team", "cases.csv") if mine else None
    _page(
        folder, press, "safeguarding/index.jinja", "index.html", [table],
        facts=facts, nav=_SAFEGUARDING_PAGES, views=mine, table=table,
    )  # fmt: skip
    _cases(folder, press, mine, facts, _SAFEGUARDING_PAGES, ("Cases", "index.html"))


def _cases(
    folder: Folder,
    press: Press,
    views: Sequence[CaseView],
    facts: RunFacts,
    nav: Sequence[tuple[str, str]],
    listed: tuple[str, str],
) -> None:
    for position, view in enumerate(views):
        _page(
            folder, press, "base/case.jinja", f"cases/{view.file}.html", [view.whole_evidence],
            facts=facts, nav=nav, view=view, listed=listed,
            before=views[position - 1] if position else None,
            after=views[position + 1] if position + 1 < len(views) else None,
        )  # fmt: skip


def _page(
    folder: Folder,
    press: Press,
    template: str,
    name: str,
    tables: Sequence[Table | None] = (),
    **shown: object,
) -> None:
    """Add a page, and beside it the CSV twin of each of its tables."""
    path, _, _ = name.rpartition("/")
    folder.page(name, press.page(template, {**shown, "root": "../" * name.count("/"), "here": name}))
    for table in tables:
        if table is not None:
            folder.csv(f"{path}/{table.csv_name}".lstrip("/"), table)
