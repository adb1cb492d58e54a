"""What IT reads: whether every line was read, and what the filter let through."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from netaudit.contracts.leaving import LEAKS
from netaudit.report.account import Account
from netaudit.report.audience import Audience
from netaudit.report.leaks import leaks_table
from netaudit.report.quality import sources


def it_pages(audience: Audience, leaks: pl.DataFrame | None, counted: Account, titles: Mapping[str, str]) -> None:
    """Add the page for IT."""
    passed = leaks_table(LEAKS.empty() if leaks is None else leaks, titles)
    of_logs = sources(audience.facts.quality, audience.facts.files)
    tables = [*counted.tables, *(of_logs.tables if of_logs else []), passed]
    audience.page("it/index.jinja", "index.html", tables, account=counted, leaks=passed, sources=of_logs)
