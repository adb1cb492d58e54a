"""The files of an audit trail: one for each year, only ever appended to, each write on disk before it counts."""

from __future__ import annotations

import errno
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SEGMENT = re.compile(r"trail-(\d{10})\.jsonl")  # the number of its first entry
_LINE = re.compile(rb"[^\n]*\n|[^\n]+$")
_BLOCK = 1 << 16
_FILE_MODE, _FOLDER_MODE = 0o600, 0o700


def segment_path(folder: Path, number: int) -> Path:
    """Return the file that begins with an entry."""
    return folder / f"trail-{number:010d}.jsonl"


def segments(folder: Path) -> list[tuple[int, Path]]:
    """Return the files of a trail, the oldest first, each with the number of its first entry."""
    if not folder.is_dir():
        return []
    named = ((_SEGMENT.fullmatch(path.name), path) for path in folder.iterdir())
    return sorted((int(found[1]), path) for found, path in named if found)


def snapshot(folder: Path, lock: Path) -> list[tuple[int, Path, int]]:
    """Return the files of a trail with their sizes at one moment at which nobody writes.

    What is read up to there stays as it is, however much is appended meanwhile.
    """
    with shared(lock):
        return [(first, path, path.stat().st_size) for first, path in segments(folder)]


def lines(path: Path, size: int | None = None) -> Iterator[bytes]:
    """Yield the lines of a file, each with its end; the last may lack one."""
    with path.open("rb") as stream:
        left = path.stat().st_size if size is None else size
        while left > 0 and (line := stream.readline(left)):
            left -= len(line)
            yield line


def whole_size(path: Path) -> tuple[int, int]:
    """Return how many bytes of a file are whole lines, and how many there are."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        end = size
        while end > 0:
            begin = max(0, end - _BLOCK)
            stream.seek(begin)
            found = stream.read(end - begin).rfind(b"\n")
            if found >= 0:
                return begin + found + 1, size
            end = begin
    return 0, size


def lines_backwards(path: Path, end: int) -> Iterator[bytes]:
    """Yield the whole lines of a file before a place that ends one, the last first."""
    with path.open("rb") as stream:
        rest = b""
        while end > 0:
            begin = max(0, end - _BLOCK)
            stream.seek(begin)
            *others, last = _LINE.findall(stream.read(end - begin) + rest)[::-1]
            yield from others
            rest, end = last, begin
        if rest:
            yield rest


def write_at(path: Path, offset: int, line: bytes) -> None:
    """Make a file end with a line that begins at a place; on disk when this returns, the folder too.

    What stood there before is written over, and cut away last: whenever this is stopped, either the old rest is still
    there, or the line is whole.
    """
    is_new = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
    try:
        at = offset
        view = memoryview(line)
        while view:
            done = os.pwrite(descriptor, view, at)
            view, at = view[done:], at + done
        if os.fstat(descriptor).st_size != at:
            os.ftruncate(descriptor, at)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Put on disk which files a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:  # some file servers cannot, and need not
            raise
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder for the owner alone, with what is above it."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
        sync_folder(folder.parent)


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold a lock that nobody else holds."""
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def shared(lock: Path) -> Iterator[None]:
    """Hold a lock together with other readers; a copy without one that can be opened needs none."""
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)
