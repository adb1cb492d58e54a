"""The reports of a run: one folder of pages and CSV files for each audience."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from netaudit.contracts.leaving import PUBLISHED, Case, RunFacts
from netaudit.report.account import account
from netaudit.report.audience import Audience
from netaudit.report.board_pages import board_pages
from netaudit.report.case_view import case_entries
from netaudit.report.folders import Folder
from netaudit.report.ig_pages import IG_MENU, UNION_MENU, ig_pages
from netaudit.report.it_pages import it_pages
from netaudit.report.kept_pages import KEPT_FOLDER, KeptPages, Settled, settled_facts, shared_digest
from netaudit.report.manager_pages import manager_pages
from netaudit.report.pages import Press
from netaudit.report.picture_cache import FOLDER, kept_pictures
from netaudit.report.published_files import published_files, rows_for_board, rows_for_ig
from netaudit.report.route_pages import ROUTE_MENU, route_pages

AUDIENCES = ("ig", "managers", "board", "it", "safeguarding", "hr", "fraud")
"""The same folders on every run: that a folder is there says nothing."""

BESIDE = (KEPT_FOLDER, FOLDER)
"""What is kept beside them for the next run: notes of what pages were made of, and charts."""

_MENUS = {"ig": IG_MENU, **dict.fromkeys(("safeguarding", "hr", "fraud"), ROUTE_MENU)}
# Who reads the cases of a route: in words, and which of them. What is close or excused is nothing to act on.
_ROUTES = {
    "safeguarding": ("the safeguarding team", ("new", "confirmed", "close", "excused", "withdrawn")),
    "hr": ("Human Resources", ("new", "confirmed", "withdrawn")),
    "fraud": ("the counter-fraud specialist", ("new", "confirmed", "withdrawn")),
}


def render(
    out: Path,
    published: pl.DataFrame,
    cases: Sequence[Case],
    facts: RunFacts,
    taxonomy_titles: Mapping[str, str],
    leaks: pl.DataFrame | None = None,
    open_sites: pl.DataFrame | None = None,
    settled: Settled | None = None,
) -> list[Path]:
    """Write the reports of a run and return the paths of all files.

    Args:
        out: gets one folder (0700) for each of AUDIENCES. Each is replaced whole.
        published: a PUBLISHED table. Rows of report "ig" go to the ig folder; rows of report "managers" that
            are not provisional to one folder for each unit; the board reads of the organisation, in weeks that are not
            provisional. Suppressed figures are printed as [c].
        cases: all of them appear in ig; those with route safeguarding, hr or fraud also in the folder of that
            name, the last two without those that are close or excused; none elsewhere.
        facts: what the run did; the data-quality pages are made of it.
        taxonomy_titles: titles by class id, and by clause where its bare number should not stand alone.
        leaks: LEAKS, for the it and ig folders; None: none is known.
        open_sites: OPEN_SITES, for the ig folder; None: none is known.
        settled: what tells which pages an earlier run made of the same things: these are linked, not made again, and
            say when they were made. Then `cases` need have no more than lists tell. None: every page is made.

    Raises:
        DefinitionError: the templates or their style sheet are missing.
        ValueError: `published` is no PUBLISHED table, a case number is given twice, or there is a case or a leak though
            none may be shown.
    """
    if facts.withheld and (cases or any(sites is not None and sites.height for sites in (leaks, open_sites))):
        raise ValueError("cases or sites without a current DPIA")
    published = PUBLISHED.at_rest(published)
    entries = case_entries(cases)
    press = Press(facts.handling)
    shared = shared_digest(settled_facts(facts), taxonomy_titles) if settled else ""

    def audience(name: str) -> Audience:
        folder = Folder(out / name)
        kept = KeptPages(out / KEPT_FOLDER / f"{name}.json", folder, facts, f"{shared} {name}") if settled else None
        return Audience(name, folder, press, facts, _MENUS.get(name, ()), name != "managers", kept)

    audiences = {name: audience(name) for name in AUDIENCES}
    try:
        with kept_pictures(out / FOLDER):
            counted = account(facts)
            ig_pages(audiences["ig"], published, entries, counted, taxonomy_titles, leaks, open_sites, settled)
            manager_pages(audiences["managers"], published, taxonomy_titles)
            board_pages(audiences["board"], published, facts, taxonomy_titles)
            it_pages(audiences["it"], leaks, counted, taxonomy_titles)
        for route, (whom, statuses) in _ROUTES.items():
            mine = [entry for entry in entries if entry.case.route == route and entry.case.status in statuses]
            route_pages(audiences[route], whom, mine, taxonomy_titles, settled)
        rows = {"ig": rows_for_ig(published), "board": rows_for_board(published, facts)}
        for name, one in audiences.items():
            if one.has_definitions:
                one.definitions(published_files(rows[name], name, facts, taxonomy_titles) if name in rows else None)
    except BaseException:
        for one in audiences.values():
            one.folder.discard()
        raise
    written = []
    for one in audiences.values():
        written += one.folder.publish()
        if one.kept is not None:
            one.kept.write()
    return written


def render_union(
    out: Path,
    published: pl.DataFrame,
    ranges: pl.DataFrame,
    cases: Sequence[Case],
    facts: RunFacts,
    taxonomy_titles: Mapping[str, str],
) -> list[Path]:
    """Write a report on several whole weeks, and the board's page of them; return the paths of all files.

    Args:
        out: gets the folders ig and board (0700), each replaced whole.
        published: PUBLISHED of these weeks.
        ranges: RANGES of them.
        cases: of these weeks.
        facts: what the pages say of the organisation and of what they were made with.
        taxonomy_titles: titles by class id, and by clause.

    Raises:
        DefinitionError: the templates or their style sheet are missing.
        ValueError: there is a case though none may be shown.
    """
    if facts.withheld and cases:
        raise ValueError("cases without a current DPIA")
    published, press = PUBLISHED.at_rest(published), Press(facts.handling)
    menus = {"ig": UNION_MENU, "board": ()}
    audiences = {name: Audience(name, Folder(out / name), press, facts, menu) for name, menu in menus.items()}
    try:
        with kept_pictures(out / FOLDER):
            ig_pages(audiences["ig"], published, case_entries(cases), None, taxonomy_titles, ranges=ranges)
            board_pages(audiences["board"], published, facts, taxonomy_titles)
        for one in audiences.values():
            one.definitions()
    except BaseException:
        for one in audiences.values():
            one.folder.discard()
        raise
    return [path for one in audiences.values() for path in one.folder.publish()]
