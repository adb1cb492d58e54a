"""The second place of an audit trail: a folder, best out of reach, that is told the head after each entry."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netaudit.custody.trail_entries import Entry, NoEntryError, canonical, checksum
from netaudit.custody.trail_files import alone, lines, lines_backwards, make_folder, sync_folder, whole_size, write_at

HEADS_FILE = "heads.jsonl"
_KINDS = {"trail": str, "number": int, "at": str, "sha256": str, "previous": str, "check": str}


@dataclass(frozen=True, slots=True)
class Head:
    """What the second place knows of an entry: which it is, and nothing of what it says."""

    trail: str
    number: int
    at: str
    sha256: str
    previous: str

    @property
    def line(self) -> bytes:
        """Return the head as it is written, with the end of its line."""
        raw = self._raw()
        return canonical(raw | {"check": checksum(raw)}) + b"\n"

    def _raw(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def head_of(entry: Entry) -> Head:
    """Return what the second place is told of an entry."""
    return Head(entry.trail, entry.number, entry.at.isoformat(), entry.sha256, entry.previous)


def parse_head(line: bytes) -> Head:
    """Return the head of a line.

    Raises:
        NoEntryError: it is none, or was changed.
    """
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NoEntryError("cannot be read: it was edited, or the disk is broken") from error
    if (
        not isinstance(raw, dict)
        or set(raw) != set(_KINDS)
        or any(type(raw[name]) is not kind for name, kind in _KINDS.items())
    ):
        raise NoEntryError("is no head of an audit trail")
    head = Head(*(raw[name] for name in Head.__slots__))
    if head.line != line:
        raise NoEntryError("was edited: it does not match its checksum")
    return head


class SecondPlace:
    """Reads and tells heads; every failure of the place itself is an OSError."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made only when the trail has never told it anything."""
        self.folder = folder
        self.path = folder / HEADS_FILE

    def make(self) -> None:
        """Make the folder."""
        make_folder(self.folder)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else write here meanwhile.

        Raises:
            OSError: the place cannot be reached, or not be written to.
        """
        with alone(self.folder / "lock"):
            if self.path.exists():
                os.close(os.open(self.path, os.O_RDWR | os.O_CLOEXEC))  # what cannot be written is found before
            yield

    def last(self) -> Head | None:
        """Return the last head that was told; None where there is none.

        Raises:
            OSError: the place cannot be reached.
            NoEntryError: it was edited.
        """
        self.folder.stat()
        if not self.path.exists():
            return None
        whole, _ = whole_size(self.path)
        line = next(lines_backwards(self.path, whole), None)
        return parse_head(line) if line else None

    def tell(self, entries: Iterable[Entry]) -> int:
        """Append the heads of entries; return how many bytes of a line that was cut short had to go.

        Raises:
            OSError: it cannot be written.
        """
        whole, size = whole_size(self.path) if self.path.exists() else (0, 0)
        text = b"".join(head_of(one).line for one in entries)
        write_at(self.path, whole, text)
        return size - whole

    def heads(self) -> Iterator[bytes]:
        """Yield all lines."""
        yield from lines(self.path)

    def begin_anew(self, entry: Entry) -> None:
        """Keep what is there under another name, and tell the first entry of a new trail; once, if asked twice."""
        try:
            head = self.last()
        except NoEntryError:
            head = None
        if head == head_of(entry):
            return
        if self.path.exists():
            self.path.rename(self.folder / f"heads-before-{entry.trail[:16]}.jsonl")
            sync_folder(self.folder)
        self.tell([entry])
