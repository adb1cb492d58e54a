"""The ledger of deliveries: which mail is due to whom, and what became of it; on disk before the next step is taken.

    waiting ─▶ sending ─▶ finishing ─▶ sent
       ▲          │           ├──────▶ refused          the server said so for good
       └──────────┴───────────┤                         it said so for now, or was lost before the final dot
                              └──────▶ unconfirmed      it was lost after the final dot: nobody can know

What is `finishing` when nobody is sending was cut off there, and is unconfirmed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from netaudit.errors import Problem, StoreError, unwritable

LEDGER_FILE = "deliveries.sqlite"
_LOCK_FILE = "lock"
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600
_ID_LETTERS = 10
_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS mails (
    mail_id TEXT PRIMARY KEY, kind TEXT NOT NULL, week TEXT NOT NULL, unit TEXT NOT NULL, level TEXT NOT NULL,
    address TEXT NOT NULL, edition TEXT NOT NULL, state TEXT NOT NULL, planned TEXT NOT NULL, changed TEXT NOT NULL,
    attempts INTEGER NOT NULL, code INTEGER NOT NULL);
"""


class State(StrEnum):
    """What became of a mail."""

    WAITING = "waiting"  # nothing of it can have arrived
    SENDING = "sending"  # the talk has begun; without the final dot nothing arrives
    FINISHING = "finishing"  # the final dot is going out, or went
    SENT = "sent"  # the server took it
    WRITTEN = "written"  # as a file, where there is no server
    REFUSED = "refused"  # the server said that it never will
    UNCONFIRMED = "unconfirmed"  # it may have arrived
    CONFIRMED = "confirmed"  # somebody found out that it had
    DROPPED = "dropped"  # its recipient, or the page it was about, is gone


CLOSED = (State.SENT, State.WRITTEN, State.CONFIRMED, State.DROPPED)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail of the ledger."""

    mail_id: str
    kind: str  # notice, summary
    week: str
    unit: str
    level: str
    address: str
    edition: str  # of the figures of a summary; "" of a notice
    state: State
    planned: datetime
    attempts: int
    code: int  # the server's last answer that was a refusal; 0: none


class MailLedger:
    """One SQLite file below a lock: two that send at once would send twice."""

    def __init__(self, folder: Path, *, new: bool = False) -> None:
        """Open the ledger for one process; who opens it closes it.

        Args:
            folder: where it lies.
            new: make it where it is missing.

        Raises:
            StoreError: another process has it, it is missing, or it is none.
        """
        self.path = folder / LEDGER_FILE
        if not new and not self.path.is_file():
            raise StoreError(Problem("there is no ledger of mails", str(self.path), "name the right --out or --config"))
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
            self._lock = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE_FILE)
        except OSError as error:
            raise unwritable(folder, error.strerror) from error
        try:
            flock(self._lock, LOCK_EX | LOCK_NB)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, _PRIVATE_FILE))
            self._db = sqlite3.connect(self.path, isolation_level=None)
            self._db.row_factory = sqlite3.Row
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.executescript(_SCHEMA)
            secret = ("secret", secrets.token_bytes(32))
            self._db.execute("INSERT OR IGNORE INTO about VALUES (?, ?)", secret)
            self._secret = bytes(self._about("secret"))
        except BlockingIOError as error:
            os.close(self._lock)
            problem = Problem("another `netaudit send` is at work", str(folder), "wait until it is done")
            raise StoreError(problem) from error
        except OSError as error:
            os.close(self._lock)
            raise unwritable(self.path, error.strerror) from error
        except sqlite3.OperationalError as error:
            os.close(self._lock)
            raise unwritable(self.path, error) from error
        except sqlite3.DatabaseError as error:
            os.close(self._lock)
            raise StoreError(Problem("not a ledger", str(self.path), "restore it from a back-up")) from error

    def close(self) -> None:
        """Let others have it."""
        self._db.close()
        os.close(self._lock)

    @property
    def handed(self) -> int:
        """How many mails were ever handed over, or may have been: it never falls, so an old copy is known by it."""
        return int.from_bytes(bytes(self._about("handed") or b""), "big")

    @property
    def sends(self) -> int:
        """How many times sending was begun: by it a copy from before a `send` that was killed is known."""
        return int.from_bytes(bytes(self._about("sends") or b""), "big")

    def begin(self) -> None:
        """Note that sending begins."""
        with self._transaction():
            self._set_about("sends", (self.sends + 1).to_bytes(8, "big"))

    @property
    def forgotten(self) -> str:
        """The latest week of which a mail was forgotten; "" where none was."""
        return self._about("forgotten").decode()

    def mails(self, *states: State) -> list[Mail]:
        """Return the mails in some states, or all, in the order in which they are to be sent."""
        rows = self._db.execute("SELECT * FROM mails ORDER BY week, level, unit, address, kind, edition").fetchall()
        return [mail for mail in map(_mail, rows) if not states or mail.state in states]

    def mail(self, mail_id: str) -> Mail | None:
        """Return the mail of an identifier."""
        row = self._db.execute("SELECT * FROM mails WHERE mail_id = ?", (mail_id,)).fetchone()
        return _mail(row) if row else None

    def id_of(self, kind: str, week: str, unit: str, level: str, address: str, edition: str) -> str:
        """Return the identifier of a mail: always the same, and nothing that can be guessed from outside."""
        parts = (kind, week, unit.casefold(), level, address.casefold(), edition)
        told = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
        digest = hmac.new(self._secret, told, hashlib.sha256).digest()
        return f"M-{base64.b32encode(digest).decode()[:_ID_LETTERS]}"

    def plan(self, mails: Sequence[tuple[str, str, str, str, str, str]], now: datetime) -> int:
        """Note that mails are due (kind, week, unit, level, address, edition), but those that are known; how many.

        One that was given up waits again.
        """
        before = self._db.total_changes
        rows = [(self.id_of(*one), *one, State.WAITING, now.isoformat(), now.isoformat(), 0, 0) for one in mails]
        with self._transaction():
            self._db.executemany(
                "INSERT INTO mails VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (mail_id) DO UPDATE SET "
                "state = excluded.state, changed = excluded.changed WHERE state = ?",
                [(*row, State.DROPPED) for row in rows],
            )
        return self._db.total_changes - before

    def cut_off(self, now: datetime) -> None:
        """Note what a process that ended half-way left behind."""
        with self._transaction():
            for was, now_is in ((State.SENDING, State.WAITING), (State.FINISHING, State.UNCONFIRMED)):
                told = (now_is, now.isoformat(), was)
                self._db.execute("UPDATE mails SET state = ?, changed = ? WHERE state = ?", told)

    def set_state(self, mail_id: str, state: State, now: datetime, code: int = 0) -> None:
        """Note what became of a mail; it is on disk when this returns."""
        with self._transaction():
            began = int(state is State.SENDING)
            told = (state, now.isoformat(), began, code, mail_id)
            self._db.execute(
                "UPDATE mails SET state = ?, changed = ?, attempts = attempts + ?, code = ? WHERE mail_id = ?", told
            )
            if state is State.FINISHING:
                self._set_about("handed", (self.handed + 1).to_bytes(8, "big"))

    def forget(self, before: datetime) -> int:
        """Forget mails that were closed before a moment; return how many."""
        closed = ", ".join(f"'{one}'" for one in CLOSED)
        with self._transaction():
            weeks = self._db.execute(
                f"SELECT max(week) FROM mails WHERE state IN ({closed}) AND changed < ?",  # noqa: S608 - constants
                (before.isoformat(),),
            ).fetchone()
            if weeks[0] is not None:
                self._set_about("forgotten", max(weeks[0], self.forgotten).encode())
            done = self._db.execute(
                f"DELETE FROM mails WHERE state IN ({closed}) AND changed < ?",  # noqa: S608 - constants
                (before.isoformat(),),
            )
        return done.rowcount

    def _about(self, name: str) -> bytes:
        row = self._db.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return bytes(row[0]) if row else b""

    def _set_about(self, name: str, value: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
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


def undecided(folder: Path) -> dict[State, tuple[str, ...]]:
    """Return the identifiers of mails that wait for somebody, by state, without the lock; none without a ledger."""
    path = folder / LEDGER_FILE
    if not path.is_file():
        return {}
    try:
        # Not read-only: what a killed `send` left half-written is taken back by whoever opens it next.
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True)) as db:
            rows = db.execute("SELECT state, mail_id FROM mails ORDER BY mail_id").fetchall()
    except sqlite3.Error as error:
        raise StoreError(Problem("not a ledger", str(path), "restore it from a back-up")) from error
    wanted = (State.UNCONFIRMED, State.REFUSED, State.WAITING)
    found = {state: tuple(mail_id for known, mail_id in rows if known == state) for state in wanted}
    return {state: ids for state, ids in found.items() if ids}


def _mail(row: sqlite3.Row) -> Mail:
    return Mail(
        row["mail_id"], row["kind"], row["week"], row["unit"], row["level"], row["address"], row["edition"],
        State(row["state"]), datetime.fromisoformat(row["planned"]), row["attempts"], row["code"],
    )  # fmt: skip
