"""Cases that would be others under another policy or with other classes: single ones, and only behind the gate."""

from __future__ import annotations

import polars as pl

from netaudit.definitions.dpia import Gate

NEW = "is new"


def open_changes(changes: pl.DataFrame, gate: Gate) -> pl.DataFrame:
    """Return the cases that are kept and would be others; none while the gate is shut.

    A finding that would be new is no case yet, and is not among them: whoever words a rule or adds a site to a list
    must not learn whom it would strike.

    Args:
        changes: one row for each, with a column `change`.
        gate: the DPIA and the day.
    """
    return changes.filter(pl.col("change") != NEW) if gate.is_open else changes.clear()
