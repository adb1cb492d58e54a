"""Files that are kept beside the tables as they are: each is whole on disk under its name, or absent."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from netaudit.errors import Problem, StoreError, unwritable

FOLDER = "class_maps"
_BESIDE = ".new"


class Archive:
    """A folder of files whose names follow from what they hold, so that none ever has to change.

    They say nothing about people, and are not encrypted: they are what verdicts were made with.
    """

    def __init__(self, store: Path) -> None:
        self.folder = store / FOLDER

    def names(self, ending: str) -> list[str]:
        """Return the names of the files with this ending, in order."""
        return sorted(path.name for path in self.folder.glob(f"*{ending}"))

    def keep(self, name: str, content: bytes) -> None:
        """Keep a file, unless it is there with this very content.

        Raises:
            StoreError: the disk is full, or the folder is not to be written to.
        """
        path = self.folder / name
        try:
            if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
                return
            _write(path, content)
        except OSError as error:
            with suppress(OSError):
                path.with_name(path.name + _BESIDE).unlink()
            raise unwritable(path.parent, error.strerror) from error

    def read(self, name: str) -> bytes | None:
        """Return what a file holds; None if there is no such file.

        Raises:
            StoreError: it cannot be read.
        """
        return read_kept(self.folder / name)

    def clear_leftovers(self) -> None:
        """Remove what a crash left half written."""
        for path in self.folder.rglob(f"*{_BESIDE}"):
            path.unlink()


def read_kept(path: Path) -> bytes | None:
    """Return what a file holds; None if there is no such file.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        problem = Problem(f"cannot be read: {error.strerror}", str(path), "check its permissions")
        raise StoreError(problem) from error


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(path.name + _BESIDE)
    beside.touch(mode=0o600)
    with beside.open("wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
