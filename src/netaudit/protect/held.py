"""The third door, for one person alone: what is held about somebody, handed out to answer that very person.

Nobody else's rows come through: whoever asks gives the pseudonyms of the one person, and columns that stand for others
are left out.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl
from polars import selectors

from netaudit.contracts.held import HeldColumn, HeldTable, Scalar
from netaudit.protect.held_columns import HELD, LINKS, MANAGER, PSEUDONYM, Kept

SHIELDED = "a request whose site was not kept"
_NEVER = (PSEUDONYM, MANAGER)


def held_about(table: str, rows: pl.DataFrame, zone: str, kept_until: str = "") -> HeldTable:
    """Return rows of a table as the person is told them: times local, keys as plain numbers, no pseudonym.

    Args:
        table: its name in the store; one that nobody has described is told with all its columns.
        rows: those of the one person, as they are stored.
        zone: time zone of the organisation.
        kept_until: in words.
    """
    kept = HELD.get(table) or Kept(table, "A table that no description exists of yet.", {})
    known = dict(kept.columns)
    for name in rows.columns:
        if name not in known and name not in _NEVER and name not in (kept.withheld or {}):
            known[name] = f"+{name}" if kept.columns else name
    known = {name: title for name, title in known.items() if name in rows.columns}
    frame = rows
    if "event_start" in frame.columns:
        frame = frame.sort("event_start", maintain_order=True)
    if "category" in frame.columns and "site" in frame.columns:
        site = pl.when(pl.col("category").cast(pl.String) == "shielded").then(pl.lit(SHIELDED))
        frame = frame.with_columns(site=site.otherwise(pl.col("site").cast(pl.String)))
    numbered = [name for name in kept.numbered if name in frame.columns]
    frame = frame.with_columns(pl.col(name).rank("dense").cast(pl.Int64) for name in numbered)
    frame = frame.select(list(known)).with_columns(selectors.categorical().cast(pl.String), selectors.float().round(4))
    clock = ZoneInfo(zone)
    cells = tuple(tuple(_cell(value, clock) for value in row) for row in frame.iter_rows())
    columns = tuple(HeldColumn(name, title.removeprefix("+"), title[0] != "+") for name, title in known.items())
    return HeldTable(table, kept.title, kept.meaning, columns, cells, kept_until)


def linked_by(columns: Collection[str]) -> str | None:
    """Return the column that connects rows with a person; None where nothing does."""
    return next((name for name in LINKS if name in columns), None)


def _cell(value: object, clock: ZoneInfo) -> Scalar:
    if isinstance(value, datetime):
        return value.astimezone(clock).isoformat(timespec="seconds")
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
