"""The key folder as it lies on disk: who may see it, what is in it, and how a file in it comes and goes."""

from __future__ import annotations

import fcntl
import os
import re
import stat
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from netaudit.errors import Problem, StoreError, unwritable
from netaudit.protect.keys.files import BESIDE, OPEN, discard, names_in, read, shred, write
from netaudit.protect.keys.wrapping import wrapped_by

EVERY_TABLE = ""  # of a mark: the whole period was destroyed
_FOLDER = 0o700
_FILE = 0o600
_OTHERS = 0o077
_PLAIN = re.compile(rb"[0-9a-f]{64}\s*")
_PERIOD = re.compile(r"[0-9A-Za-z-]+")
_KEY, _MARK = ".key", ".destroyed"
_MARK_OF_ALL = "destroyed"
_DESTROYED_ON = "destroyed on "
_PATIENCE = 2.0  # seconds; whoever opens a folder holds it alone for a moment
_AS_FOLDER = OPEN | os.O_RDONLY | os.O_DIRECTORY

Place = tuple[str, str]  # table, period


@dataclass(frozen=True, slots=True)
class KeyState:
    """What is known of a key without using it."""

    table: str  # EVERY_TABLE: all of the period
    period: str
    state: str  # plain, wrapped, damaged, destroyed, missing
    detail: str = ""  # the name of the wrapping key, or the day of the destruction


class KeyFolder:
    """An open key folder, locked against others who would change it, or, if `alone`, against all others.

    Files are found through the folder that was opened and checked, whatever becomes of its path, and no link is
    followed. What a crash left behind is removed: half-written keys, and keys whose destruction was decided.
    """

    def __init__(self, path: Path, *, alone: bool = False) -> None:
        """Open the folder, or make it.

        Raises:
            StoreError: with all faults of owner and permissions; or it is in use.
        """
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True, mode=_FOLDER)
            self._folder = os.open(path, _AS_FOLDER)
        except OSError as error:
            said = "it is a symbolic link" if path.is_symlink() else error.strerror
            problem = Problem(f"no key folder: {said}", str(path), "name a folder; links are not followed")
            raise StoreError(problem) from error
        self.close = weakref.finalize(self, os.close, self._folder)
        self.keys: dict[Place, str] = {}  # in use: the name of the wrapping key; "" of a plain key, "?" of none
        self.marks: dict[Place, str] = {}
        try:
            can_change = self._take(alone=alone)
            self._look()
            if can_change:
                self._finish()
            if can_change and not alone:
                self._lock(fcntl.LOCK_SH)
        except OSError as error:
            self.close()
            problem = Problem(f"the keys cannot be read: {error.strerror}", str(path), "check its permissions")
            raise StoreError(problem) from error
        except BaseException:
            self.close()
            raise

    def _take(self, *, alone: bool) -> bool:
        """Lock the folder, and return whether nobody else has it."""
        if self._lock(fcntl.LOCK_EX, _PATIENCE if alone else 0):
            return True
        if alone or not self._lock(fcntl.LOCK_SH, _PATIENCE):
            raise StoreError(Problem("the keys are in use", str(self.path), "wait until the other command ends"))
        return False

    def _lock(self, kind: int, patience: float = 0) -> bool:
        end = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self._folder, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    return False
                time.sleep(0.02)
            else:
                return True

    def _look(self) -> None:
        """Find keys and marks; refuse the folder with everything that is wrong about who may see it."""
        faults = [*_faults(os.fstat(self._folder), self.path, is_folder=True)]
        found: list[tuple[str, str]] = []
        for period in names_in(self._folder):
            inner = os.stat(period, dir_fd=self._folder, follow_symlinks=False)
            if not _PERIOD.fullmatch(period) or stat.S_ISREG(inner.st_mode):
                continue
            faults += _faults(inner, self.path / period, is_folder=True)
            for name in self._names(period) if stat.S_ISDIR(inner.st_mode) else ():
                faults += self._faults_of(period, name)
                found.append((period, name))
        if faults:
            raise StoreError(faults)
        for period, name in found:
            self._remember(period, name)

    def _names(self, period: str) -> list[str]:
        with self._period(period) as folder:
            return [name for name in names_in(folder) if name.endswith((_KEY, _MARK, BESIDE)) or name == _MARK_OF_ALL]

    def _faults_of(self, period: str, name: str) -> list[Problem]:
        with self._period(period) as folder:
            found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        return [*_faults(found, self.path / period / name, is_folder=False)]

    def _remember(self, period: str, name: str) -> None:
        if name == _MARK_OF_ALL:
            self.marks[EVERY_TABLE, period] = self._said(period, name)
        elif name.endswith(_MARK):
            self.marks[name.removesuffix(_MARK), period] = self._said(period, name)
        elif name.endswith(_KEY):
            table = name.removesuffix(_KEY)
            content = self.content(table, period)
            self.keys[table, period] = "" if _PLAIN.fullmatch(content) else wrapped_by(content) or "?"

    def _said(self, period: str, name: str) -> str:
        with self._period(period) as folder:
            said = read(name, folder).decode("ascii", "replace").strip().removeprefix(_DESTROYED_ON)
        return said or "an unknown day"

    def _finish(self) -> None:
        """Remove what a crash left: files that were being written, and keys that have a mark."""
        for period in filter(_PERIOD.fullmatch, names_in(self._folder)):
            with suppress(NotADirectoryError), self._period(period) as folder:
                for name in names_in(folder):
                    if name.endswith(BESIDE):
                        discard(name, folder)
        for table, period in [*self.keys]:
            if self.destroyed(table, period) is not None:
                self.shred(table, period)

    @contextmanager
    def _period(self, period: str) -> Iterator[int]:
        folder = os.open(period, _AS_FOLDER, dir_fd=self._folder)
        try:
            yield folder
        finally:
            os.close(folder)

    def file(self, table: str, period: str) -> Path:
        """Return the path of a key, for messages."""
        return self.path / period / f"{table}{_KEY}"

    def destroyed(self, table: str, period: str) -> str | None:
        """Return the day on which a key was destroyed; None if it was not."""
        return self.marks.get((table, period)) or self.marks.get((EVERY_TABLE, period))

    def content(self, table: str, period: str) -> bytes:
        """Return what lies in a key file."""
        with self._period(period) as folder:
            return read(f"{table}{_KEY}", folder)

    def write(self, table: str, period: str, content: bytes, kind: str, *, replace: bool = False) -> None:
        """Write a key file: whole or absent, whatever happens. One that is there stays, unless it is to be replaced.

        Raises:
            StoreError: the disk is full, or the folder is not to be written to.
        """
        try:
            self._make(period)
            with self._period(period) as folder:
                write(f"{table}{_KEY}", content, folder, replace=replace)
            self.keys[table, period] = kind
        except OSError as error:
            raise unwritable(self.file(table, period), error.strerror) from error

    def mark(self, table: str, period: str, text: str) -> None:
        """Write down that a key, or with EVERY_TABLE a period, is destroyed.

        Raises:
            StoreError: the disk is full, or the folder is not to be written to.
        """
        name = f"{table}{_MARK}" if table else _MARK_OF_ALL
        try:
            self._make(period)
            with self._period(period) as folder:
                write(name, f"{_DESTROYED_ON}{text}\n".encode(), folder, replace=True)
            self.marks[table, period] = text
        except OSError as error:
            raise unwritable(self.path / period / name, error.strerror) from error

    def shred(self, table: str, period: str) -> None:
        """Overwrite a key file and remove it.

        Raises:
            StoreError: it cannot be removed.
        """
        try:
            with self._period(period) as folder:
                shred(f"{table}{_KEY}", folder)
            self.keys.pop((table, period), None)
        except OSError as error:
            raise unwritable(self.file(table, period), error.strerror) from error

    def _make(self, period: str) -> None:
        with suppress(FileExistsError):
            os.mkdir(period, _FOLDER, dir_fd=self._folder)
            os.fsync(self._folder)


def _faults(found: os.stat_result, path: Path, *, is_folder: bool) -> Iterator[Problem]:
    title = "the key folder" if is_folder else "a key"
    if not (stat.S_ISDIR if is_folder else stat.S_ISREG)(found.st_mode):
        kind = "folder" if is_folder else "file"
        yield Problem(f"{title} is not a {kind}", str(path), f"put the {kind} itself there; links are not followed")
        return
    if found.st_uid != os.geteuid():
        remedy = f"run netaudit as its owner, or chown it to account {os.geteuid()}"
        yield Problem(f"{title} is somebody else's", str(path), remedy)
    if found.st_mode & _OTHERS:
        yield Problem(f"{title} is open to others", str(path), f"chmod {_FOLDER if is_folder else _FILE:o} {path}")
