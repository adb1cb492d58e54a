"""Cases that would be others under another policy or with other classes: single ones, and only behind the gate."""

from __future__ import annotations

import polars as pl

from netaudit.definitions.dpia import Gate
from netaudit.protect.suppression import SuppressionSettings

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


def new_people(changes: pl.DataFrame, active: int, settings: SuppressionSettings) -> tuple[tuple[str, str, int], ...]:
    """Return rule, status, and about how many people of a week would have new findings, where that may be told.

    Args:
        changes: with columns `change, rule_id, status_after, people`.
        active: how many people were active in that week.
        settings: thresholds.
    """
    new = changes.filter(change=NEW).select("rule_id", "status_after", "people").unique()
    return tuple(
        (rule, status, settings.rounded(people))
        for rule, status, people in new.sort("rule_id", "status_after").iter_rows()
        if not settings.too_small(people) and not settings.says_it_of_all(people, active)
    )


def new_cases(changes: pl.DataFrame, settings: SuppressionSettings) -> tuple[tuple[str, str, int], ...]:
    """Return rule, status, and about how many cases of some weeks would be new, where they are of enough people.

    Args:
        changes: with columns `change, rule_id, status_after, people`; the latter of one week.
        settings: thresholds.
    """
    new = changes.filter(change=NEW).group_by("rule_id", "status_after").agg(pl.len(), pl.max("people"))
    return tuple(
        (rule, status, settings.rounded(count))
        for rule, status, count, people in new.sort("rule_id", "status_after").iter_rows()
        if not settings.too_small(people)
    )
