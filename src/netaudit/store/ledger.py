"""The ledger: runs, input files and live table files in SQLite; its commit is the moment a run becomes true."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from netaudit.contracts import FileAccount, TimeChoice
from netaudit.errors import Problem, StoreError, unwritable

LEDGER_FILE = "ledger.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    run_id INTEGER PRIMARY KEY, started TEXT NOT NULL, facts TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS files (
    file_id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, fingerprint TEXT NOT NULL, run_id INTEGER NOT NULL,
    event_dataset TEXT NOT NULL, lines INTEGER NOT NULL, events INTEGER NOT NULL, continuations INTEGER NOT NULL,
    not_web INTEGER NOT NULL, duplicates INTEGER NOT NULL, rejects INTEGER NOT NULL, directives INTEGER NOT NULL,
    blank INTEGER NOT NULL, first TEXT, last TEXT, status TEXT NOT NULL, reason TEXT NOT NULL,
    times TEXT NOT NULL DEFAULT '[]', also TEXT NOT NULL DEFAULT '', doubts TEXT NOT NULL DEFAULT '[]',
    lines_marked INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS files_by_fingerprint ON files (fingerprint);
CREATE INDEX IF NOT EXISTS files_by_digest ON files (sha256);
CREATE TABLE IF NOT EXISTS parts (
    table_name TEXT NOT NULL, period TEXT NOT NULL, part TEXT NOT NULL, file_name TEXT NOT NULL,
    rows INTEGER NOT NULL, run_id INTEGER NOT NULL, PRIMARY KEY (table_name, period, part));
"""
_LATER = (  # columns that earlier versions did not have
    ("times", "ALTER TABLE files ADD COLUMN times TEXT NOT NULL DEFAULT '[]'"),
    ("also", "ALTER TABLE files ADD COLUMN also TEXT NOT NULL DEFAULT ''"),
    ("doubts", "ALTER TABLE files ADD COLUMN doubts TEXT NOT NULL DEFAULT '[]'"),
    ("lines_marked", "ALTER TABLE files ADD COLUMN lines_marked INTEGER NOT NULL DEFAULT 0"),
)
_PLACES = "SELECT DISTINCT table_name, period FROM parts"
_ACCOUNT = ("continuations", "not_web", "duplicates", "rejects", "directives", "blank")


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """An input file as the ledger has it, and the run that read it."""

    run_id: int
    sha256: str
    account: FileAccount


class Ledger:
    """One SQLite file; holds digests and counts, never a file's name or a person's."""

    def __init__(self, path: Path) -> None:
        """Open the ledger, or make it.

        Raises:
            StoreError: the file is not a ledger, or the disk is full.
        """
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.row_factory = sqlite3.Row
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA secure_delete = ON")  # what is forgotten does not stay in free pages
            self._db.executescript(_SCHEMA)
            there = {row["name"] for row in self._db.execute("PRAGMA table_info(files)")}
            for name, added in _LATER:
                if name not in there:
                    self._db.execute(added)
        except OSError as error:
            raise unwritable(path, error.strerror) from error
        except sqlite3.OperationalError as error:
            raise unwritable(path, error) from error
        except sqlite3.DatabaseError as error:
            raise StoreError(Problem("not a ledger", str(path), "restore it from a back-up")) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside becomes true together, or not at all.

        Raises:
            StoreError: the disk is full; nothing has become true.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise unwritable(self.path, error) from error
            raise

    def next_run(self) -> int:
        """Return the number of the run that comes next."""
        return int(self._db.execute("SELECT coalesce(max(run_id), 0) + 1 FROM runs").fetchone()[0])

    def next_file(self) -> int:
        """Return the number of the input file that comes next."""
        return int(self._db.execute("SELECT coalesce(max(file_id), 0) + 1 FROM files").fetchone()[0])

    def add_run(self, run_id: int, started: datetime, facts: Mapping[str, Any]) -> None:
        """Record a run."""
        text = json.dumps(facts, sort_keys=True, default=str)
        self._db.execute("INSERT INTO runs VALUES (?, ?, ?)", (run_id, started.isoformat(), text))

    def runs(self) -> list[tuple[str, dict[str, Any]]]:
        """Return when each run started, and its facts, the first run first."""
        rows = self._db.execute("SELECT started, facts FROM runs ORDER BY run_id")
        return [(str(row["started"]), json.loads(row["facts"])) for row in rows]

    def may_be_known(self, fingerprint: str) -> bool:
        """Return whether a file of this size and head was read before."""
        row = self._db.execute("SELECT 1 FROM files WHERE fingerprint = ?", (fingerprint,)).fetchone()
        return row is not None

    def known_file(self, sha256: str) -> FileAccount | None:
        """Return the account of a file that was read before: the last one, as lines of the future are read again."""
        row = self._db.execute("SELECT * FROM files WHERE sha256 = ? ORDER BY file_id DESC", (sha256,)).fetchone()
        return None if row is None else _account(row)

    def files(self) -> list[FileAccount]:
        """Return the accounts of all files ever read, by number."""
        return [_account(row) for row in self._db.execute("SELECT * FROM files ORDER BY file_id")]

    def unmarked_files(self) -> frozenset[str]:
        """Return the numbers of files that an earlier version read, which kept no marks of lines."""
        rows = self._db.execute("SELECT file_id FROM files WHERE lines_marked = 0")
        return frozenset(str(row["file_id"]) for row in rows)

    def recorded_files(self) -> list[RecordedFile]:
        """Return all files ever read with their digests, in the order in which they were read."""
        rows = self._db.execute("SELECT * FROM files ORDER BY run_id, file_id")
        return [RecordedFile(int(row["run_id"]), str(row["sha256"]), _account(row)) for row in rows]

    def numbered_runs(self) -> list[tuple[int, str, dict[str, Any]]]:
        """Return the number of each run, when it started, and its facts, the first run first."""
        rows = self._db.execute("SELECT run_id, started, facts FROM runs ORDER BY run_id")
        return [(int(row["run_id"]), str(row["started"]), json.loads(row["facts"])) for row in rows]

    def run_of(self, table: str, period: str, part: str) -> int | None:
        """Return the number of the run that wrote the live file of a part."""
        row = self._db.execute(
            "SELECT run_id FROM parts WHERE table_name = ? AND period = ? AND part = ?", (table, period, part)
        ).fetchone()
        return None if row is None else int(row["run_id"])

    def add_file(self, account: FileAccount, sha256: str, fingerprint: str, run_id: int) -> None:
        """Record an input file and its line account."""
        self._db.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
            (
                int(account.log_file),
                sha256,
                fingerprint,
                run_id,
                account.event_dataset,
                account.lines,
                account.events,
                *(getattr(account, name) for name in _ACCOUNT),
                account.first.isoformat() if account.first else None,
                account.last.isoformat() if account.last else None,
                account.status,
                account.reason,
                json.dumps([asdict(one) for one in account.times]),
                ",".join(account.also),
                json.dumps(account.doubts),
            ),
        )

    def move_to_duplicates(self, log_file: str, count: int) -> None:
        """Count events of a file as duplicates, because another file holds the same lines."""
        self._db.execute(
            "UPDATE files SET events = events - ?, duplicates = duplicates + ? WHERE file_id = ?",
            (count, count, int(log_file)),
        )

    def forget_files(self, numbers: Iterable[int]) -> None:
        """Forget input files."""
        self._db.executemany("DELETE FROM files WHERE file_id = ?", [(number,) for number in numbers])

    def forget_runs(self, numbers: Iterable[int]) -> None:
        """Forget runs."""
        self._db.executemany("DELETE FROM runs WHERE run_id = ?", [(number,) for number in numbers])

    def part(self, table: str, period: str, part: str) -> str | None:
        """Return the name of the live file of a part."""
        row = self._db.execute(
            "SELECT file_name FROM parts WHERE table_name = ? AND period = ? AND part = ?", (table, period, part)
        ).fetchone()
        return None if row is None else str(row["file_name"])

    def parts(self, table: str) -> list[tuple[str, str]]:
        """Return period and part of all live files of a table, sorted."""
        rows = self._db.execute("SELECT period, part FROM parts WHERE table_name = ? ORDER BY period, part", (table,))
        return [(str(row["period"]), str(row["part"])) for row in rows]

    def places(self) -> set[tuple[str, str]]:
        """Return every table and period of which there is a live file."""
        rows = self._db.execute(_PLACES)
        return {(str(row["table_name"]), str(row["period"])) for row in rows}

    def has(self, table: str, period: str) -> bool:
        """Return whether there is a live file of a table and period."""
        row = self._db.execute("SELECT 1 FROM parts WHERE table_name = ? AND period = ?", (table, period)).fetchone()
        return row is not None

    def drop(self, table: str, period: str) -> None:
        """Forget all parts of a table and period."""
        self._db.execute("DELETE FROM parts WHERE table_name = ? AND period = ?", (table, period))

    def first_written(self, table: str) -> dict[str, datetime]:
        """Return when the first run started that wrote a live file of a table, by period."""
        rows = self._db.execute(
            "SELECT period, min(started) AS first FROM parts JOIN runs USING (run_id) WHERE table_name = ? "
            "GROUP BY period",
            (table,),
        )
        return {str(row["period"]): datetime.fromisoformat(row["first"]) for row in rows}

    def set_part(self, table: str, period: str, part: str, file_name: str, rows: int, run_id: int) -> None:
        """Make a file the live one of its part."""
        self._db.execute(
            "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?)", (table, period, part, file_name, rows, run_id)
        )

    def rows(self, table: str, period: str, part: str) -> int:
        """Return how many rows a part has; 0 if there is none."""
        row = self._db.execute(
            "SELECT rows FROM parts WHERE table_name = ? AND period = ? AND part = ?", (table, period, part)
        ).fetchone()
        return 0 if row is None else int(row["rows"])

    def drop_part(self, table: str, period: str, part: str) -> None:
        """Forget a part."""
        self._db.execute("DELETE FROM parts WHERE table_name = ? AND period = ? AND part = ?", (table, period, part))

    def live_files(self) -> set[str]:
        """Return the names of all live files."""
        return {str(row["file_name"]) for row in self._db.execute("SELECT file_name FROM parts")}

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def stored_places(store: Path) -> set[tuple[str, str]]:
    """Return every table and period that has a live file, without opening the store; none if there is no store.

    Raises:
        StoreError: its ledger cannot be read.
    """
    path = store / LEDGER_FILE
    if not path.is_file():
        return set()
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            return {(str(table), str(period)) for table, period in db.execute(_PLACES)}
    except sqlite3.OperationalError as error:
        raise StoreError(Problem(f"cannot be read: {error}", str(path), "check its permissions")) from error
    except sqlite3.DatabaseError as error:
        raise StoreError(Problem("not a ledger", str(path), "restore it from a back-up")) from error


def last_run(store: Path) -> tuple[str, dict[str, Any], tuple[str, ...]] | None:
    """Return when the last run started, its facts and the layouts of all files ever read, without opening the store.

    Returns:
        None if there is no store, or nothing has run.

    Raises:
        StoreError: its ledger cannot be read.
    """
    path = store / LEDGER_FILE
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            run = db.execute("SELECT started, facts FROM runs ORDER BY run_id DESC LIMIT 1").fetchone()
            datasets = db.execute("SELECT DISTINCT event_dataset FROM files WHERE events > 0 ORDER BY event_dataset")
            return None if run is None else (str(run[0]), json.loads(run[1]), tuple(str(one) for (one,) in datasets))
    except sqlite3.OperationalError as error:
        raise StoreError(Problem(f"cannot be read: {error}", str(path), "check its permissions")) from error
    except sqlite3.DatabaseError as error:
        raise StoreError(Problem("not a ledger", str(path), "restore it from a back-up")) from error


def _account(row: sqlite3.Row) -> FileAccount:
    return FileAccount(
        log_file=str(row["file_id"]),
        event_dataset=row["event_dataset"],
        lines=row["lines"],
        events=row["events"],
        **{name: row[name] for name in _ACCOUNT},
        first=datetime.fromisoformat(row["first"]) if row["first"] else None,
        last=datetime.fromisoformat(row["last"]) if row["last"] else None,
        status=row["status"],
        reason=row["reason"],
        times=tuple(TimeChoice(**one) for one in json.loads(row["times"])),
        also=tuple(filter(None, row["also"].split(","))),
        doubts=tuple(json.loads(row["doubts"])),
    )
