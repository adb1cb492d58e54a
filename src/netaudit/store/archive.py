"""Files that are kept beside the tables as they are: each is whole on disk under its name, or absent."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from netaudit.errors import Problem, StoreError, unwritable

CLASS_MAPS = "class_maps"
POLICIES = "policies"
_BESIDE = ".new"
_LEAST_DIGITS = 8  # of a hash that is to be found by its beginning
_MOST_NAMED = 10  # in a message
_ALWAYS = (1980, 1, 1, 0, 0, 0)  # the first moment a zip archive knows: the same files give the same bytes
_FOR_THE_OWNER = 0o600 << 16


class Archive:
    """A folder of files whose names follow from what they hold, so that none ever has to change.

    They say nothing about people, and are not encrypted: they are what verdicts were made with.
    """

    def __init__(self, store: Path, folder: str = CLASS_MAPS) -> None:
        """Name the folder of a store: CLASS_MAPS or POLICIES. It is made when something is kept in it."""
        self.folder = store / folder

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

    def find(self, wanted: str, ending: str, title: str) -> Path:
        """Return the file whose name, a hash, begins like this.

        Args:
            wanted: 8 or more digits of the hash.
            ending: of the file's name, such as `.zip`.
            title: what such a file is called, for messages.

        Raises:
            StoreError: there is none, or several begin like that.
        """
        hashes = [name.removesuffix(ending) for name in self.names(ending)]
        known = ", ".join(one[:16] for one in hashes[:_MOST_NAMED]) + (", …" if len(hashes) > _MOST_NAMED else "")
        many = f"{title[:-1]}ies" if title.endswith("y") else f"{title}s"
        if not is_beginning_of_hash(wanted):
            remedy = (
                f"give {_LEAST_DIGITS} or more digits of its hash, as a report shows it, or the path of its {ending}"
            )
            raise StoreError(Problem(f"'{wanted}' names no {title}", str(self.folder), remedy))
        found = [one for one in hashes if one.startswith(wanted)]
        if not found:
            problem = Problem(f"no {title} '{wanted}' is kept", str(self.folder), f"kept: {known or 'none'}")
            raise StoreError(problem)
        if len(found) > 1:
            remedy = "give more of it: " + ", ".join(found)
            raise StoreError(Problem(f"several {many} begin with '{wanted}'", str(self.folder), remedy))
        return self.folder / (found[0] + ending)

    def clear_leftovers(self) -> None:
        """Remove what a crash left half written."""
        for path in self.folder.rglob(f"*{_BESIDE}"):
            path.unlink()


def is_beginning_of_hash(text: str) -> bool:
    """Return whether a text can name a file by the beginning of its hash.

    >>> is_beginning_of_hash("9f2c9f2c"), is_beginning_of_hash("9f2c"), is_beginning_of_hash("sheffield")
    (True, False, False)
    """
    return len(text) >= _LEAST_DIGITS and set(text) <= set("0123456789abcdef")


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive whose bytes depend on nothing but the files."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as written:  # compressed, they would depend on the library
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _ALWAYS)
            entry.external_attr = _FOR_THE_OWNER
            entry.create_system = 3  # Unix, wherever it is made
            written.writestr(entry, content)
    return archive.getvalue()


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
