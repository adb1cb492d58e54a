"""What lies in a store, looked at without its keys and without a change; and what is taken out of it for good."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from netaudit.errors import Problem, StoreError, unwritable
from netaudit.store.archive import CLASS_MAPS, POLICIES
from netaudit.store.ledger import LEDGER_FILE, Ledger

Place = tuple[str, str]  # table, period
_STAGED = "staged"


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A log file that was read."""

    number: int
    sha256: str
    first: datetime | None
    last: datetime | None
    run: int


@dataclass(frozen=True, slots=True)
class LedgerRun:
    """A run, and the facts that were recorded of it."""

    number: int
    started: datetime
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a store holds, by its ledger and by its folder."""

    rows: Mapping[Place, int]  # of live parts
    runs_of: Mapping[Place, frozenset[int]]  # that wrote them
    on_disk: Mapping[Place, tuple[Path, ...]]  # files, live or not
    files: tuple[LedgerFile, ...]
    runs: tuple[LedgerRun, ...]
    names: Mapping[tuple[str, str, str], str]  # the live file of a table, period and part


def take_inventory(store: Path) -> Inventory:
    """Return what a store holds, without opening it; nothing where there is none.

    Raises:
        StoreError: its ledger cannot be read.
    """
    rows: dict[Place, int] = {}
    names: dict[tuple[str, str, str], str] = {}
    runs_of: dict[Place, set[int]] = {}
    files: tuple[LedgerFile, ...] = ()
    runs: tuple[LedgerRun, ...] = ()
    path = store / LEDGER_FILE
    if path.is_file() and path.stat().st_size:
        try:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
                columns = "table_name, period, part, file_name, rows, run_id"
                for table, period, part, name, count, run in db.execute(f"SELECT {columns} FROM parts"):  # noqa: S608
                    names[table, period, part] = name
                    rows[table, period] = rows.get((table, period), 0) + count
                    runs_of.setdefault((table, period), set()).add(run)
                files = tuple(
                    LedgerFile(number, sha256, _moment(first), _moment(last), run)
                    for number, sha256, first, last, run in db.execute(
                        "SELECT file_id, sha256, first, last, run_id FROM files ORDER BY file_id"
                    )
                )
                runs = tuple(
                    LedgerRun(number, datetime.fromisoformat(started), json.loads(facts))
                    for number, started, facts in db.execute("SELECT run_id, started, facts FROM runs ORDER BY run_id")
                )
        except sqlite3.OperationalError as error:
            remedy = "check its permissions; a run that was stopped is tidied up by the next `netaudit run`"
            raise StoreError(Problem(f"cannot be read: {error}", str(path), remedy)) from error
        except sqlite3.DatabaseError as error:
            raise StoreError(Problem("not a ledger", str(path), "restore it from a back-up")) from error
    on_disk: dict[Place, tuple[Path, ...]] = {}
    for table in _folders(store):
        if table.name not in {CLASS_MAPS, POLICIES, _STAGED}:
            for period in _folders(table):
                on_disk[table.name, period.name] = tuple(sorted(one for one in period.rglob("*") if one.is_file()))
    numbers = {place: frozenset(found) for place, found in runs_of.items()}
    return Inventory(rows, numbers, on_disk, files, runs, names)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _folders(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.is_dir() and not one.is_symlink()) if folder.is_dir() else []


@contextmanager
def sole_use(store: Path) -> Iterator[None]:
    """Keep every run away from a store; where there is none, nothing is kept away.

    Raises:
        StoreError: a run is using it.
    """
    if not (store / LEDGER_FILE).is_file():
        yield
        return
    try:
        lock = (store / "lock").open("wb")
    except OSError as error:
        raise unwritable(store, error.strerror) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(Problem("another run is using the store", str(store), "wait until it ends")) from error
        yield


def take_out(store: Path, places: Collection[Place], files: Collection[int], runs: Collection[int]) -> None:
    """Take tables, and rows of log files and runs, out of a ledger, and remove the files of these tables.

    The ledger overwrites what it gives up. The files are of no use without their keys: they are only removed.

    Raises:
        StoreError: the disk is full, or something cannot be removed.
    """
    if (store / LEDGER_FILE).is_file():
        ledger = Ledger(store / LEDGER_FILE)
        try:
            with ledger.transaction():
                for table, period in sorted(places):
                    ledger.drop(table, period)
                ledger.forget_files(files)
                ledger.forget_runs(runs)
        finally:
            ledger.close()
    for table, period in sorted(places):
        folder = store / table / period
        remove(sorted(one for one in folder.rglob("*") if one.is_file() or one.is_symlink()), folder)
        remove_empty(folder)
        remove_empty(store / table)


def remove(paths: Collection[Path], where: Path) -> None:
    """Remove files; those that are gone are gone.

    Raises:
        StoreError: one cannot be removed.
    """
    try:
        for path in paths:
            path.unlink(missing_ok=True)
        for folder in {path.parent for path in paths}:
            if folder.is_dir():
                opened = os.open(folder, os.O_RDONLY)
                os.fsync(opened)
                os.close(opened)
    except OSError as error:
        raise unwritable(where, error.strerror) from error


def remove_empty(folder: Path) -> None:
    """Remove a folder, and those in it, as far as they are empty."""
    if folder.is_dir() and not folder.is_symlink():
        for inner in sorted((one for one in folder.rglob("*") if one.is_dir()), reverse=True):
            with suppress(OSError):
                inner.rmdir()
        with suppress(OSError):
            folder.rmdir()
