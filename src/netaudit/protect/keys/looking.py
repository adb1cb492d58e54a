"""What lies in a key folder, looked at without a lock and without a change: for those who only want to know."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from netaudit.errors import Problem, StoreError
from netaudit.protect.keys.folder import EVERY_TABLE, Place

_KEY, _MARK, _MARK_OF_ALL = ".key", ".destroyed", "destroyed"
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class SeenKeys:
    """Keys and marks of a folder."""

    keys: Mapping[Place, str]  # the checksum of each key file: tells a key from another, and opens nothing
    marks: Mapping[Place, str]  # the day of the destruction

    def destroyed(self, table: str, period: str) -> str | None:
        """Return the day on which a key was destroyed; None if it was not."""
        return self.marks.get((table, period)) or self.marks.get((EVERY_TABLE, period))


def look(folder: Path) -> SeenKeys:
    """Return what lies in a key folder; nothing if there is none.

    Raises:
        StoreError: it cannot be read.
    """
    keys: dict[Place, str] = {}
    marks: dict[Place, str] = {}
    try:
        for path in _files(folder):
            period = path.parent.name
            if path.name == _MARK_OF_ALL or path.suffix == _MARK:
                table = EVERY_TABLE if path.name == _MARK_OF_ALL else path.stem
                marks[table, period] = path.read_text("ascii", "replace").strip().rpartition(" ")[2] or "an unknown day"
            elif path.suffix == _KEY:
                keys[path.stem, period] = key_id(path.read_bytes())
    except OSError as error:
        problem = Problem(f"the keys cannot be read: {error.strerror}", str(folder), "check its permissions")
        raise StoreError(problem) from error
    return SeenKeys(keys, marks)


def key_id(content: bytes) -> str:
    """Return what names a key without telling it: of 256 random bits a checksum gives nothing away."""
    return hashlib.sha256(b"netaudit key\0" + content).hexdigest()[:_DIGITS]


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for period in sorted(folder.iterdir()):
        if period.is_dir() and not period.is_symlink():
            yield from (path for path in sorted(period.iterdir()) if path.is_file() and not path.is_symlink())
