"""Forbidden sites that the filter let through, as a table for IT."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from netaudit.contracts.leaving import LEAKS
from netaudit.report import words
from netaudit.report.tables import Column, Table, text

CSV_NAME = "filter-leaks.csv"


def leaks_table(leaks: pl.DataFrame, titles: Mapping[str, str]) -> Table | None:
    """Return LEAKS as a table, the latest week first; None where the filter let nothing through."""
    if leaks.is_empty():
        return None
    rows = LEAKS.fit(leaks).sort("period", "category", "site", descending=[True, False, False])
    return Table(
        "Sites of forbidden classes that the filter let through",
        (Column("Week"), Column("Class"), Column("Site"), Column("Requests")),
        tuple(
            (text(words.period(period)), text(titles.get(category, category)), text(site), text(requests))
            for period, site, category, requests in rows.iter_rows()  # sites of a few classes, not log data
        ),
        CSV_NAME,
    )
