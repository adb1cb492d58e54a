"""The store: one encrypted Parquet file per table and part (a day or a week), written beside and made live together."""

from __future__ import annotations

import fcntl
import secrets
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Protocol

import polars as pl

from netaudit.contracts import FileAccount
from netaudit.errors import Problem, StoreError
from netaudit.store.archive import POLICIES, Archive
from netaudit.store.encrypted_parquet import Change, check_engine, read_encrypted, write_encrypted
from netaudit.store.ledger import LEDGER_FILE, Ledger
from netaudit.store.sealed_files import read_sealed, write_sealed

_STAGED = "staged"
_ROWS_KEPT = 2_000_000  # of what a run has written, at hand for the stages that follow


def _as_it_is(frame: pl.LazyFrame) -> pl.LazyFrame:
    return frame


class Keys(Protocol):
    """What the store asks of keys; see `protect.Keyring`."""

    def key(self, table: str, period: str) -> bytes:
        """Return a key that is there."""

    def make(self, table: str, period: str) -> bytes:
        """Return a key, a new one if there is none."""

    def destroyed(self, table: str, period: str) -> str | None:
        """Return the day on which a key was destroyed."""

    def has(self, table: str, period: str) -> bool:
        """Return whether there is such a key."""

    def marks(self) -> Mapping[tuple[str, str], str]:
        """Return the days on which keys were destroyed, by table ("" for all of them) and period."""

    def tables(self, period: str) -> list[str]:
        """Return what there are keys of in a period."""

    def drop(self, table: str, period: str) -> None:
        """Destroy a key of what fell away and may come again."""

    def destroy_all(self, period: str, today: date) -> None:
        """Destroy all keys of a period for good."""

    def missing(self, period: str, *tables: str) -> Problem:
        """Return what to say of keys that are not there."""

    def close(self) -> None:
        """Let go of the keys."""


class Store:
    """Tables at rest. Nothing that a run writes is seen before its commit; a crash leaves the old state.

    What lies under a key that was destroyed is forgotten when the store is opened, and its files are removed.
    """

    def __init__(self, folder: Path, keys: Keys) -> None:
        """Open the store, or make it. Tables that a crashed run left are cleared by the next one that writes.

        Args:
            folder: where it lies.
            keys: of its tables; closed with the store.

        Raises:
            StoreError: another run is using it, it cannot be opened, or Polars does not encrypt as it should.
        """
        check_engine()
        self.folder = folder
        self.keys = keys
        self._staging_key = secrets.token_bytes(32)  # known to this process alone
        self._staged = 0
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock: IO[bytes] = (folder / "lock").open("wb")
        except OSError as error:
            raise StoreError(Problem(f"no store: {error.strerror}", str(folder), "check the path")) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise StoreError(Problem("another run is using the store", str(folder), "wait until it ends")) from error
        try:
            _refuse_without_ledger(folder)
        except StoreError:
            self._lock.close()
            raise
        self.ledger = Ledger(folder / LEDGER_FILE)
        self.archive = Archive(folder)
        self.policies = Archive(folder, POLICIES)
        self._clear_half_written()
        self._forget_destroyed()

    def _forget_destroyed(self) -> None:
        gone = [place for place in self.ledger.places() if self.keys.destroyed(*place) is not None]
        if gone:
            with self.ledger.transaction():
                for table, period in gone:
                    self.ledger.drop(table, period)
            self.clear_leftovers()

    def missing_keys(self, of_periods: Mapping[tuple[str, ...], Collection[str]]) -> list[Problem]:
        """Return one problem for each period that lacks keys although something lies under them.

        Args:
            of_periods: keys of no table, one of which a period needs if it has one of these tables.
        """
        places = self.ledger.places()
        wanted: set[tuple[tuple[str, ...], str]] = {((table,), period) for table, period in places}
        for names, needed_by in of_periods.items():
            wanted |= {(names, period) for table, period in places if table in needed_by}
        missing: dict[str, list[str]] = {}
        for names, period in sorted(wanted):
            if not any(self.keys.has(one, period) or self.keys.destroyed(one, period) is not None for one in names):
                missing.setdefault(period, []).append(names[0])
        return [self.keys.missing(period, *tables) for period, tables in sorted(missing.items())]

    def key_of_period(self, name: str, period: str) -> bytes:
        """Return a key that belongs to a period and to no table; a new one only where the period has no tables yet.

        Raises:
            StoreError: it is missing, or was destroyed.
        """
        has_tables = any(of == period for _, of in self.ledger.places())
        return self.keys.key(name, period) if has_tables else self.keys.make(name, period)

    def clear_leftovers(self) -> None:
        """Remove files that no commit made live, unless files are missing that one did."""
        self._clear_half_written()
        kept_folders = {archive.folder.name for archive in (self.archive, self.policies)}
        live = self.ledger.live_files()
        if not all((self.folder / name).is_file() for name in live):
            return  # an older ledger, or a store half restored: what looks left over may be what is wanted
        for path in self.folder.glob("*/*/*"):
            name = path.relative_to(self.folder)
            if path.is_file() and str(name) not in live and name.parts[0] not in kept_folders:
                path.unlink()

    def _clear_half_written(self) -> None:
        shutil.rmtree(self.folder / _STAGED, ignore_errors=True)
        for archive in (self.archive, self.policies):
            archive.clear_leftovers()

    def close(self) -> None:
        """Give the store free for the next run."""
        shutil.rmtree(self.folder / _STAGED, ignore_errors=True)
        self.ledger.close()
        self.keys.close()
        self._lock.close()

    def read(self, table: str, period: str, part: str) -> pl.DataFrame | None:
        """Return a part; None if there is none."""
        name = self.ledger.part(table, period, part)
        if name is None:
            return None
        return self.read_file(name, table, period, part)

    def read_file(self, name: str, table: str, period: str, part: str, change: Change = _as_it_is) -> pl.DataFrame:
        """Return a part from the file of this name, or what is asked of it."""
        return read_sealed(self.folder, name, self.keys.key(table, period), (table, period, part), change)

    def stage(self, frame: pl.DataFrame) -> Path:
        """Put a frame aside until the end of this run, under a key that is never written anywhere."""
        self._staged += 1
        name = f"{self._staged}.parquet"
        path = self.folder / _STAGED / "run" / str(self._staged)
        return write_encrypted(frame, path, self._staging_key, f"{_STAGED}/{name}")

    def staged(self, path: Path, first: int = 0, rows: int | None = None) -> pl.DataFrame:
        """Return a frame that was put aside, or some of its rows."""
        return read_encrypted(path, self._staging_key, f"{_STAGED}/{path.name}", lambda frame: frame.slice(first, rows))

    @contextmanager
    def commit(self, started: datetime) -> Iterator[Commit]:
        """Gather what a run writes; at the end of the block all of it becomes true in one transaction."""
        self.clear_leftovers()
        commit = Commit(self, self.ledger.next_run())
        try:
            yield commit
            with self.ledger.transaction():
                commit.apply(started)
        finally:
            self.clear_leftovers()

    def write(self, table: str, period: str, part: str, frame: pl.DataFrame, run_id: int) -> str:
        """Write a part beside the live one; returns its name in the store."""
        key_of = self.keys.key if self.ledger.has(table, period) else self.keys.make
        key = key_of(table, period)
        return write_sealed(frame, self.folder, key, (table, period, part), run_id)


def _refuse_without_ledger(folder: Path) -> None:
    """Refuse tables that lie there without the ledger that knows them: they would be taken for leftovers.

    A ledger is made, whole on disk, before the first table is written.

    Raises:
        StoreError: the ledger is not there, or empty.
    """
    path = folder / LEDGER_FILE
    if path.is_file() and path.stat().st_size:
        return
    if next(folder.glob("*/*/*.parquet"), None) is not None:
        remedy = "restore it from the same back-up as the tables; or, to begin anew, move the whole store away"
        raise StoreError(Problem("the ledger is missing, and there are tables", str(path), remedy))


class Commit:
    """What one run is about to make true."""

    def __init__(self, store: Store, run_id: int) -> None:
        self.run_id = run_id
        self._store = store
        self._parts: dict[tuple[str, str, str], tuple[str, int]] = {}
        self._dropped: set[tuple[str, str, str]] = set()
        self._kept: dict[tuple[str, str, str], pl.DataFrame] = {}
        self._files: list[tuple[FileAccount, str, str]] = []
        self._duplicates: list[tuple[str, int]] = []
        self.facts: dict[str, Any] = {}

    def put(self, table: str, period: str, part: str, frame: pl.DataFrame) -> None:
        """Write a part; it replaces the live one when the run commits."""
        self._parts[table, period, part] = (self._store.write(table, period, part, frame, self.run_id), frame.height)
        self._dropped.discard((table, period, part))
        self._kept.pop((table, period, part), None)
        if sum(one.height for one in self._kept.values()) + frame.height <= _ROWS_KEPT:
            self._kept[table, period, part] = frame

    def drop(self, table: str, period: str, part: str) -> None:
        """Forget a part; it is gone when the run commits."""
        self._kept.pop((table, period, part), None)
        self._parts.pop((table, period, part), None)
        self._dropped.add((table, period, part))

    def let_go(self, table: str, period: str, part: str) -> None:
        """Forget a part that is at hand; it stays on disk."""
        self._kept.pop((table, period, part), None)

    def parts(self, table: str) -> list[tuple[str, str]]:
        """Return period and part of all of a table's parts, as they will be after this commit, sorted."""
        own = {(period, part) for name, period, part in self._parts if name == table}
        gone = {(period, part) for name, period, part in self._dropped if name == table}
        return sorted({*self._store.ledger.parts(table), *own} - gone)

    def rows(self, table: str, period: str, part: str) -> int:
        """Return how many rows a part will have after this commit."""
        own = self._parts.get((table, period, part))
        return own[1] if own else self._store.ledger.rows(table, period, part)

    def file_name(self, table: str, period: str, part: str) -> str | None:
        """Return under which name a part will lie after this commit: another whenever it was written anew."""
        place = (table, period, part)
        if place in self._dropped:
            return None
        return self._parts[place][0] if place in self._parts else self._store.ledger.part(*place)

    def first_written(self, table: str) -> dict[str, datetime]:
        """Return when the first run started that wrote something live of a table, by period."""
        return self._store.ledger.first_written(table)

    def is_destroyed(self, table: str, period: str) -> bool:
        """Return whether nothing can be put there any more, because the key was destroyed."""
        return self._store.keys.destroyed(table, period) is not None

    def files(self) -> list[FileAccount]:
        """Return the accounts of all files ever read, as they will be after this commit, by number."""
        moved: Counter[str] = Counter()
        for log_file, count in self._duplicates:
            moved[log_file] += count
        stored = [
            replace(one, events=one.events - moved[one.log_file], duplicates=one.duplicates + moved[one.log_file])
            for one in self._store.ledger.files()
        ]
        return stored + [account for account, _, _ in self._files]

    def unmarked_files(self) -> frozenset[str]:
        """Return the numbers of files that an earlier version read, which kept no marks of lines."""
        return self._store.ledger.unmarked_files()

    def read(self, table: str, period: str, part: str, change: Change = _as_it_is) -> pl.DataFrame | None:
        """Return a part as it will be after this commit, or what is asked of it.

        Args:
            table: its name.
            period: the week.
            part: of the week.
            change: picks columns or rows; what it leaves out need not be read.
        """
        place = (table, period, part)
        if place in self._dropped:
            return None
        if place in self._kept:
            return change(self._kept[place].lazy()).collect()
        name = self._parts[place][0] if place in self._parts else self._store.ledger.part(*place)
        return None if name is None else self._store.read_file(name, *place, change)

    def add_file(self, account: FileAccount, sha256: str, fingerprint: str) -> None:
        """Record an input file."""
        self._files.append((account, sha256, fingerprint))

    def move_to_duplicates(self, log_file: str, count: int) -> None:
        """Count events of a file as duplicates."""
        self._duplicates.append((log_file, count))

    def apply(self, started: datetime) -> None:
        """Tell the ledger; called inside its transaction."""
        ledger = self._store.ledger
        for table, period, part in self._dropped:
            ledger.drop_part(table, period, part)
        for (table, period, part), (file_name, rows) in self._parts.items():
            ledger.set_part(table, period, part, file_name, rows, self.run_id)
        for account, sha256, fingerprint in self._files:
            ledger.add_file(account, sha256, fingerprint, self.run_id)
        for log_file, count in self._duplicates:
            ledger.move_to_duplicates(log_file, count)
        ledger.add_run(self.run_id, started, self.facts)
