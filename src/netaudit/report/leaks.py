"""Forbidden sites that the filter let through, as a table for IT."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from netaudit.contracts.leaving import LEAKS
from netaudit.report import words
from netaudit.report.tables import Column, Table, text

CSV_NAME = "filter-leaks.csv"
_MOST_ROWS = 150  # a page stays readable and small; the CSV beside it has every row


def leaks_table(leaks: pl.DataFrame, titles: Mapping[str, str]) -> Table | None:
    """Return LEAKS as a table, the latest week first; None where the filter let nothing through."""
    if leaks.is_empty():
        return None
    found = LEAKS.fit(leaks).sort("period", "category", "site", descending=[True, False, False])
    rows = tuple(
        (text(words.period(period)), text(titles.get(category, category)), text(site), text(requests))
        for period, site, category, requests in found.iter_rows()  # sites of a few classes, not log data
    )
    left_out = len(rows) - _MOST_ROWS
    more = f"The latest {_MOST_ROWS} are here. The CSV file has {words.count(max(left_out, 0))} more."
    return Table(
        "Sites of forbidden classes that the filter let through",
        (Column("Week"), Column("Class"), Column("Site"), Column("Requests")),
        rows[:_MOST_ROWS],
        CSV_NAME,
        note=more if left_out > 0 else "",
        csv_rows=rows if left_out > 0 else None,
    )
