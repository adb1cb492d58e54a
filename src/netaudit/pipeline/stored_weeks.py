"""The weeks of a store, for commands that look at them and change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from netaudit.definitions.configuration import Configuration
from netaudit.errors import InputError, Problem, StoreError
from netaudit.pipeline.days import BESIDE_TABLE, DOWNLOADS_TABLE, EVENTS_TABLE, LABELS_TABLE, VISITS_TABLE
from netaudit.pipeline.forgotten import forgotten_by
from netaudit.pipeline.stores import has_store, open_store, store_folder
from netaudit.protect import PSEUDONYMS
from netaudit.store import Commit, Store

TO_ASSESS = frozenset({PSEUDONYMS, VISITS_TABLE, BESIDE_TABLE, DOWNLOADS_TABLE, "findings"})
TO_CLASS = TO_ASSESS | {EVENTS_TABLE, LABELS_TABLE}
Span = tuple[str, str]  # the first and the last week of some


@dataclass(frozen=True, slots=True)
class StoredWeeks:
    """An open store, and those of its weeks that are asked for."""

    store: Store
    tables: Commit  # reads the tables; it is never applied
    periods: tuple[str, ...]
    left_out: tuple[str, ...]  # weeks that nobody can look at: keys were destroyed


@contextmanager
def open_weeks(
    configuration: Configuration, out: Path, wanted: Span | None, needs: frozenset[str] = TO_ASSESS
) -> Iterator[StoredWeeks]:
    """Open the store for reading.

    Args:
        configuration: may say where store and keys are.
        out: where they are if it does not.
        wanted: the first and last week to be looked at; None: all.
        needs: tables and keys; weeks of which one was destroyed are left out.

    Raises:
        StoreError: there is no store, or it is in use.
        InputError: there is no week in the span.
    """
    folder = store_folder(configuration, out)
    if not has_store(configuration, out):
        remedy = "name the folder that `run --out` wrote to with --out, or the configuration with --config"
        raise StoreError(Problem("there is no store", str(folder), remedy))
    store = open_store(configuration, out)
    try:
        tables = Commit(store, store.ledger.next_run())
        forgotten = forgotten_by(store.keys.marks())
        gone = {period for period in forgotten.periods if forgotten.lacks(period, needs)}
        periods = sorted({period for period, _ in tables.parts(VISITS_TABLE)} - gone)
        chosen, left_out = (
            tuple(one for one in some if wanted is None or wanted[0] <= one <= wanted[1])
            for some in (periods, sorted(gone))
        )
        if wanted and not chosen:
            span = " to ".join(dict.fromkeys(wanted))
            remedy = "weeks: " + (", ".join(periods) or "none")
            remedy += f"; the keys of {', '.join(left_out)} were destroyed" if left_out else ""
            raise InputError(Problem(f"there is nothing of {span} in the store", str(folder), remedy))
        yield StoredWeeks(store, tables, chosen, left_out)
    finally:
        store.close()
