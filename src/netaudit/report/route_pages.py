"""What the teams read to whom a finding goes that is not for a manager: their cases, and how these are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netaudit.report.audience import Audience
from netaudit.report.case_lists import case_table
from netaudit.report.case_view import CaseEntry
from netaudit.report.findings_pages import MOST_ROWS, chunks
from netaudit.report.kept_pages import Settled

ROUTE_MENU = (("Cases", "index.html"), ("Method and limits", "method.html"))


def route_pages(
    audience: Audience,
    whom: str,
    mine: Sequence[CaseEntry],
    titles: Mapping[str, str],
    settled: Settled | None = None,
) -> None:
    """Add the cases of a route that has a folder of its own."""
    table = case_table(mine, f"Cases for {whom}", "cases.csv", ruled=True) if mine else None
    to_review = sum(entry.case.status == "new" for entry in mine)
    parts = chunks(table, "index.html") if table else [("index.html", None)]
    names = [name for name, _ in parts]
    for name, part in parts:
        audience.page(
            f"{audience.name}/index.jinja", name, [table] if name == names[0] else [], table=part, cases=len(mine),
            names=names, this=name, to_review=to_review,
        )  # fmt: skip
    page_of = {entry.number: names[place // MOST_ROWS] for place, entry in enumerate(mine)}
    calm = audience.of_settled_weeks
    pages = calm.case_pages()
    for period in sorted({entry.case.period for entry in mine}):
        of_week = [entry for entry in mine if entry.case.period == period]
        calm.cases(pages, of_week, titles, lambda entry: ("Cases", page_of[entry.number]), settled)
    audience.page("base/method.jinja", "method.html", whom=whom)
