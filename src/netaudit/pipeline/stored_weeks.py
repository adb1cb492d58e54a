"""The weeks of a store, for commands that look at them and change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from netaudit.definitions.configuration import Configuration
from netaudit.errors import InputError, Problem, StoreError
from netaudit.pipeline.days import VISITS_TABLE
from netaudit.protect import Keyring
from netaudit.store import LEDGER_FILE, Commit, Store

Span = tuple[str, str]  # the first and the last week of some


@dataclass(frozen=True, slots=True)
class StoredWeeks:
    """An open store, and those of its weeks that are asked for."""

    store: Store
    keyring: Keyring
    tables: Commit  # reads the tables; it is never applied
    periods: tuple[str, ...]


def store_folder(configuration: Configuration, out: Path) -> Path:
    """Return where the store of a configuration lies."""
    return configuration.store_folder or out / "store"


def has_store(configuration: Configuration, out: Path) -> bool:
    """Return whether there is a store."""
    return (store_folder(configuration, out) / LEDGER_FILE).is_file()


@contextmanager
def open_weeks(configuration: Configuration, out: Path, wanted: Span | None) -> Iterator[StoredWeeks]:
    """Open the store for reading.

    Args:
        configuration: may say where store and keys are.
        out: where they are if it does not.
        wanted: the first and last week to be looked at; None: all.

    Raises:
        StoreError: there is no store, or it is in use.
        InputError: there is no week in the span.
    """
    folder = store_folder(configuration, out)
    if not has_store(configuration, out):
        remedy = "name the folder that `run --out` wrote to with --out, or the configuration with --config"
        raise StoreError(Problem("there is no store", str(folder), remedy))
    keyring = Keyring(configuration.keys_folder or out / "keys")
    store = Store(folder, keyring.key)
    try:
        tables = Commit(store, store.ledger.next_run())
        periods = sorted({period for period, _ in tables.parts(VISITS_TABLE)})
        chosen = [one for one in periods if wanted is None or wanted[0] <= one <= wanted[1]]
        if wanted and not chosen:
            span = " to ".join(dict.fromkeys(wanted))
            remedy = "weeks: " + (", ".join(periods) or "none")
            raise InputError(Problem(f"there is nothing of {span} in the store", str(folder), remedy))
        yield StoredWeeks(store, keyring, tables, tuple(chosen))
    finally:
        store.close()
