"""One log file: opened, unpacked as a stream, cut into chunks of whole lines."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from netaudit.errors import InputError, Problem, printable
from netaudit.ingest.content import archive
from netaudit.ingest.lines import count_ends
from netaudit.ingest.streams import EXPANSION_FLOOR, Ahead, ExpansionError, PlainText, Source, read_up_to

CHUNK_BYTES = 16 << 20  # larger chunks cost more: fresh memory is slower than warm memory
LINE_BYTES = 1 << 20  # no proxy writes longer lines; a file without line ends must not fill the memory
EXPANSION_LIMIT = 200  # times its size; real logs pack ten- to thirtyfold, very repetitive ones a hundredfold
_HEAD_BYTES = 1 << 18
_NO_FILES = {
    stat.S_IFIFO: ("a pipe, not a file", "give - and let the pipe be standard input"),
    stat.S_IFSOCK: ("a socket, not a file", "give the file that the log is written to"),
    stat.S_IFCHR: ("a device, not a file", "give - to read from standard input"),
    stat.S_IFBLK: ("a device, not a file", "give the file that the log is written to"),
    stat.S_IFDIR: ("a folder, not a file", "it was a file when the run began: check the path"),
}


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of a file, the last one with or without its line end."""

    data: bytes
    first_line: int  # counted from 1
    overlong: int = 0  # lines before these that were too long to read


class LogFile:
    """One log file as a stream of chunks; knows the digest of its bytes and whether it was cut short."""

    def __init__(
        self, path: Path | None, problem: Problem | None = None, expansion_limit: int = EXPANSION_LIMIT
    ) -> None:
        self.path = path  # None: standard input
        self.problem = problem  # why there is nothing to read
        self.expansion_limit = expansion_limit
        self.damage = ""  # why reading ended before the end of the file, in words
        self.wrapped = False  # lines stand inside JSON objects that a collector has made
        self.unfinished = False  # the last line was still being written, or is cut off: it is not in any chunk
        self._digest = hashlib.sha256()
        self._ahead: Ahead | None = None  # standard input comes only once

    @property
    def title(self) -> str:
        """Return what the operator called the file, fit for a terminal."""
        return "-" if self.path is None else printable(str(self.path))

    @property
    def sha256(self) -> str:
        """Return the digest of the file's bytes as they lie on disk; complete once `chunks` has ended."""
        return self._digest.hexdigest()

    def again(self) -> LogFile:
        """Return the same file, to be read from its beginning; standard input comes only once."""
        return LogFile(self.path, self.problem, self.expansion_limit)

    def changed(self) -> datetime | None:
        """Return when the file was last written to; None of standard input, and of a file that cannot be looked at."""
        if self.path is None:
            return None
        try:
            return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
        except (OSError, ValueError, OverflowError):
            return None

    def fingerprint(self) -> str:
        """Return a quick mark by which a file that was read before is recognised: size and head.

        Two files may share it; only `whole_digest` decides.

        Raises:
            InputError: the file cannot be read.
        """
        if self.path is None:
            return ""
        with self._open(self.path) as stream:
            try:
                head = hashlib.sha256(stream.read(1 << 16)).hexdigest()
                return f"{os.fstat(stream.fileno()).st_size}:{head}"
            except OSError as error:
                raise InputError(_unreadable(self.path, error)) from error

    def whole_digest(self) -> str:
        """Return the digest of the file's bytes as they lie on disk.

        Raises:
            InputError: the file cannot be read.
        """
        if self.path is None:
            return ""
        with self._open(self.path) as stream:
            try:
                return hashlib.file_digest(stream, "sha256").hexdigest()
            except OSError as error:
                raise InputError(_unreadable(self.path, error)) from error

    def head(self, size: int = _HEAD_BYTES) -> Chunk:
        """Return the whole lines among the first bytes; for detection.

        Raises:
            InputError: the file cannot be read, or is an archive of files.
        """
        if self.path is None:
            packed = self._standard_input().look(size)
            data = read_up_to(PlainText(Source(io.BytesIO(packed))), size)
        else:
            with self._open(self.path) as raw:
                source = Source(raw)
                data = read_up_to(PlainText(source), size)
                if source.damage and not data:
                    raise InputError(Problem("cannot be read", self.title, "check the disk that it lies on"))
        if found := archive(data):
            raise InputError(Problem(found.what, self.title, found.remedy))
        end = data.rfind(b"\n") + 1
        return Chunk(data[: end or len(data)], 1)

    def chunks(self, size: int = CHUNK_BYTES) -> Iterator[Chunk]:
        """Yield the file in chunks of whole lines; on damage stop and say so in `damage`.

        Raises:
            InputError: the file cannot be opened, or grows beyond the limit when it is unpacked. Nothing that was
                yielded before can then be relied on.
        """
        if self.path is None:
            yield from self._cut(Source(self._standard_input(), self._digest), None, size)
            return
        with self._open(self.path) as raw:
            yield from self._cut(Source(raw, self._digest), raw, size)

    def _standard_input(self) -> Ahead:
        if self._ahead is None:
            if sys.stdin is None:
                raise InputError(Problem("there is no standard input", "-", "send the log to the program"))
            self._ahead = Ahead(Source(sys.stdin.buffer))
        return self._ahead

    def _open(self, path: Path) -> io.BufferedReader:
        """Return the opened file.

        Raises:
            InputError: it is none, or cannot be opened.
        """
        if self.problem:
            raise InputError(self.problem)
        try:
            _must_be_file(path, path.stat().st_mode)
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe put there now must not hang
            raw = os.fdopen(descriptor, "rb")
            _must_be_file(path, os.fstat(raw.fileno()).st_mode)
        except (OSError, ValueError) as error:
            raise InputError(_unreadable(path, error)) from error
        return raw

    def _cut(self, source: Source, raw: io.BufferedReader | None, size: int) -> Iterator[Chunk]:
        opened = os.fstat(raw.fileno()) if raw else None
        pieces = _Pieces()
        try:
            text = PlainText(source, lambda read: self._most(opened.st_size if opened else read))
            while block := read_up_to(text, size):
                yield from pieces.take(block)
        except ExpansionError as error:
            what = f"unpacked, it is more than {self.expansion_limit} times its size"
            remedy = "if it is a log all the same, raise expansion_limit in [inputs] of the configuration"
            raise InputError(Problem(what, self.title, remedy)) from error
        while source.read(1 << 20):
            pass  # what a decompressor left unread belongs to the digest
        self.damage = text.damage
        changed = False
        if raw and opened:
            now = os.fstat(raw.fileno())
            changed = (now.st_size, now.st_mtime_ns) != (opened.st_size, opened.st_mtime_ns)
            if now.st_size < source.count and not self.damage:
                self.damage = "the file became shorter while it was read"
        self.unfinished = pieces.has_rest and (changed or bool(self.damage))
        yield from pieces.end(with_rest=not self.unfinished)

    def _most(self, size: int) -> int:
        return max(EXPANSION_FLOOR, self.expansion_limit * size)


class _Pieces:
    """Blocks of bytes cut into chunks of whole lines, none of them longer than LINE_BYTES."""

    def __init__(self) -> None:
        self._rest = b""
        self._line = 1  # the number of the line that the rest begins
        self._overlong = 0
        self._skipping = False  # the rest of a line that is too long is still to come

    @property
    def has_rest(self) -> bool:
        """Return whether something follows the last line end."""
        return bool(self._rest) or self._skipping

    def take(self, block: bytes) -> Iterator[Chunk]:
        """Yield the lines that end in the block."""
        if self._skipping:
            end = block.find(b"\n")
            if end < 0:
                return
            block, self._skipping = block[end + 1 :], False
            self._note_overlong()
        end = block.rfind(b"\n") + 1
        if end:
            data = b"".join((self._rest, memoryview(block)[:end]))
            self._rest = block[end:]
            yield from self._whole_lines(data)
        else:
            self._rest += block
        if len(self._rest) > LINE_BYTES:
            self._rest, self._skipping = b"", True

    def end(self, *, with_rest: bool) -> Iterator[Chunk]:
        """Yield what follows the last line end."""
        if with_rest and self._skipping:
            self._note_overlong()
        rest = self._rest if with_rest else b""
        if rest or self._overlong:
            yield self._chunk(rest)

    def _note_overlong(self) -> None:
        self._overlong += 1
        self._line += 1

    def _whole_lines(self, data: bytes) -> Iterator[Chunk]:
        begin = place = 0
        while place < len(data):
            end = data.rfind(b"\n", place, place + LINE_BYTES + 1) + 1
            if end:
                place = end
                continue
            if place > begin:
                yield self._chunk(data[begin:place])
            self._note_overlong()
            begin = place = data.find(b"\n", place) + 1
        if begin < len(data):
            yield self._chunk(data[begin:] if begin else data)

    def _chunk(self, data: bytes) -> Chunk:
        chunk = Chunk(data, self._line, self._overlong)
        self._line += count_ends(data)
        self._overlong = 0
        return chunk


def _must_be_file(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        what, remedy = _NO_FILES.get(stat.S_IFMT(mode), ("not a file", "give the file that the log is written to"))
        raise InputError(Problem(what, str(path), remedy))


def _unreadable(path: Path, error: OSError | ValueError) -> Problem:
    """Return why a file cannot be opened or read, and what to do about it."""
    number = error.errno if isinstance(error, OSError) else None
    what = f"cannot be read: {(error.strerror if isinstance(error, OSError) else None) or 'no such path can be'}"
    remedy = "check the path and the disk that it lies on"
    if number == errno.ENOENT:
        gone = not os.path.lexists(path)
        what = "the file is gone" if gone else "a link that leads to nothing"
        remedy = "was it rotated or removed? Give it under its new name" if gone else "mend or remove the link"
    elif number == errno.ELOOP:
        what, remedy = "a link that leads back to itself", "mend or remove the link"
    elif number in {errno.EACCES, errno.EPERM}:
        remedy = "let the account that runs netaudit read it"
    return Problem(what, str(path), remedy)
