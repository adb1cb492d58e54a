"""Small sealed files beside the tables, one for each case: whole or absent, whatever happens."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from netaudit.errors import unwritable

_FOLDER = "seals"  # two levels below the store: tables lie three below
_SEAL, _BESIDE = ".seal", ".new"
_CASE = re.compile(r"[0-9A-Za-z-]{1,64}")
_MOST_BYTES = 1 << 20


class SealFiles:
    """The sealed files of a store, by case number; who uses them has the store."""

    def __init__(self, store: Path) -> None:
        """Name the store; the folder is made when something is sealed."""
        self.folder = store / _FOLDER

    def __iter__(self) -> Iterator[str]:
        """Yield the numbers of all cases of which there is a file, in order."""
        with suppress(FileNotFoundError, NotADirectoryError):
            names = [path.name.removesuffix(_SEAL) for path in self.folder.iterdir() if path.name.endswith(_SEAL)]
            yield from sorted(filter(_CASE.fullmatch, names))

    def read(self, case_number: str) -> bytes | None:
        """Return what lies in the file of a case; None if there is none."""
        if not _CASE.fullmatch(case_number):
            return None
        try:
            with self._path(case_number).open("rb") as stream:
                return stream.read(_MOST_BYTES)
        except FileNotFoundError:
            return None

    def write(self, case_number: str, content: bytes) -> None:
        """Write the file of a case, in the place of the one before.

        Raises:
            StoreError: the disk is full, or the folder is not to be written to; what was there before is still there.
        """
        if not _CASE.fullmatch(case_number):
            raise ValueError(case_number)
        path = self._path(case_number)
        beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_BESIDE}")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(path)
            self._settle()
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            raise unwritable(path, error.strerror) from error

    def remove(self, case_number: str) -> None:
        """Remove the file of a case, if there is one.

        Raises:
            StoreError: it cannot be removed.
        """
        path = self._path(case_number)
        try:
            path.unlink(missing_ok=True)
            self._settle()
        except FileNotFoundError:  # there is no folder
            return
        except OSError as error:
            raise unwritable(path, error.strerror) from error

    def clear_half_written(self) -> None:
        """Remove what a crash left of files that were being written."""
        for path in self.folder.glob(f"*{_BESIDE}"):
            with suppress(OSError):
                path.unlink()

    def _path(self, case_number: str) -> Path:
        return self.folder / f"{case_number}{_SEAL}"

    def _settle(self) -> None:
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
