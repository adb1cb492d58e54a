"""Log files on disk: found, decompressed as a stream, cut into chunks of whole lines."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import zstandard

from netaudit.errors import InputError, Problem

CHUNK_BYTES = 16 << 20  # larger chunks cost more: fresh memory is slower than warm memory
_PIECE_BYTES = 1 << 12  # a decompressor that fails gives nothing of the piece it was asked for
LINE_BYTES = 1 << 20  # no proxy writes longer lines; a file without line ends must not fill the memory
_DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, zstandard.ZstdError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of a file, the last one with or without its line end."""

    data: bytes
    first_line: int  # counted from 1
    overlong: int = 0  # lines before these that were too long to read


_Stream = IO[bytes] | io.RawIOBase | io.BufferedIOBase


class LogFile:
    """One log file as a stream of chunks; knows the digest of its bytes and whether it was cut short."""

    def __init__(self, path: Path | None) -> None:
        self.path = path  # None: standard input
        self.damage = ""  # why reading ended before the end of the file, in words
        self._digest = hashlib.sha256()

    @property
    def title(self) -> str:
        """Return what the operator called the file."""
        return "-" if self.path is None else str(self.path)

    @property
    def sha256(self) -> str:
        """Return the digest of the file's bytes as they lie on disk; complete once `chunks` has ended."""
        return self._digest.hexdigest()

    def fingerprint(self) -> str:
        """Return a quick mark by which a file that was read before is recognised: size and head.

        Two files may share it; only `whole_digest` decides.
        """
        if self.path is None:
            return ""
        try:
            with self.path.open("rb") as stream:
                head = hashlib.sha256(stream.read(1 << 16)).hexdigest()
            return f"{self.path.stat().st_size}:{head}"
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def whole_digest(self) -> str:
        """Return the digest of the file's bytes as they lie on disk."""
        if self.path is None:
            return ""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def head(self, size: int = 1 << 18) -> Chunk:
        """Return the whole lines among the first bytes; for detection."""
        if self.path is None:
            stream = sys.stdin.buffer
            data = stream.peek(size)[:size] if isinstance(stream, io.BufferedReader) else b""
            data = _decompressed_head(data)
        else:
            try:
                with self.path.open("rb") as raw, _decompressor(_Peekable(raw)) as stream_:
                    data = _read_up_to(stream_, size)
            except _DAMAGE as error:
                if isinstance(error, PermissionError | FileNotFoundError | IsADirectoryError):
                    raise _unreadable(self.path, error) from error
                data = b""
        end = data.rfind(b"\n") + 1
        return Chunk(data[: end or len(data)], 1)

    def chunks(self, size: int = CHUNK_BYTES) -> Iterator[Chunk]:
        """Yield the file in chunks of whole lines; on damage stop and say so in `damage`.

        Raises:
            InputError: the file cannot be opened.
        """
        try:
            raw: IO[bytes] = sys.stdin.buffer if self.path is None else self.path.open("rb")
        except OSError as error:
            raise _unreadable(self.path, error) from error
        with raw:
            hashed = _Hashed(raw, self._digest)
            with _decompressor(_Peekable(hashed)) as stream:
                yield from self._cut(stream, size)
            while hashed.read(1 << 20):
                pass  # what a decompressor left unread belongs to the digest

    def _block(self, stream: _Stream, size: int) -> bytes:
        """Return `size` bytes, or all that is left or can be read; damage costs no more than one piece."""
        piece = size if isinstance(stream, _Peekable) else min(size, _PIECE_BYTES)
        parts = []
        while size > 0:
            try:
                part = stream.read(min(size, piece))
            except _DAMAGE as error:
                self.damage = f"the file is damaged or cut short ({type(error).__name__})"
                break
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _cut(self, stream: _Stream, size: int) -> Iterator[Chunk]:
        rest = b""
        line = 1
        overlong = 0
        skipping = False
        first = True
        while True:
            block = b"" if self.damage else self._block(stream, size)
            if first:
                block = block.removeprefix(b"\xef\xbb\xbf")
                first = False
            if not block:
                break
            if skipping:
                end = block.find(b"\n")
                if end < 0:
                    continue
                block, skipping = block[end + 1 :], False
                overlong += 1
            end = block.rfind(b"\n") + 1
            if not end:
                rest += block
            else:
                data = b"".join((rest, memoryview(block)[:end]))
                rest = block[end:]
                yield Chunk(data, line + overlong, overlong)
                line += data.count(b"\n") + overlong
                overlong = 0
            if len(rest) > LINE_BYTES:
                rest, skipping = b"", True
        overlong += skipping
        if rest or overlong:
            yield Chunk(rest, line + overlong, overlong)


def find_logs(arguments: Sequence[str]) -> list[LogFile]:
    """Return the log files that paths, folders, globs and `-` name, sorted, each once.

    Raises:
        InputError: naming every argument that leads to no file.
    """
    found: dict[Path, None] = {}
    problems = []
    standard_input = False
    for argument in arguments:
        if argument == "-":
            standard_input = True
            continue
        path = Path(argument)
        if path.is_dir():
            inside = [one for one in path.rglob("*") if one.is_file() and _is_log(one.relative_to(path))]
            if not inside:
                problems.append(Problem("the folder holds no log file", argument, "check the path"))
        elif path.is_file():
            inside = [path]
        else:
            root = Path(path.anchor or ".")
            try:
                inside = [one for one in root.glob(str(path.relative_to(path.anchor))) if one.is_file()]
            except ValueError:
                inside = []
            if not inside:
                problems.append(Problem("no such file or folder", argument, "check the path or the pattern"))
        found.update(dict.fromkeys(inside))
    if problems:
        raise InputError(problems)
    logs = [LogFile(path) for path in sorted(found)]
    return [LogFile(None), *logs] if standard_input else logs


def _is_log(path: Path) -> bool:
    """Return whether a file found in a folder is a log: hidden files and this program's own files are not."""
    hidden = any(part.startswith(".") for part in path.parts)
    return not hidden and path.suffix.lower() not in {".toml", ".csv", ".md", ".py", ".html", ".key", ".sqlite"}


def _unreadable(path: Path | None, error: OSError) -> InputError:
    return InputError(
        Problem(f"cannot be read: {error.strerror}", str(path or "-"), "check the path and its permissions")
    )


class _Hashed(io.RawIOBase):
    """A stream that digests what is read from it."""

    def __init__(self, raw: IO[bytes], digest: hashlib._Hash) -> None:
        self._raw = raw
        self._digest = digest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._raw.read(size)
        self._digest.update(data)
        return data


class _Peekable(io.RawIOBase):
    """A stream whose first bytes can be looked at before they are read."""

    def __init__(self, raw: IO[bytes] | io.RawIOBase) -> None:
        self._raw = raw
        self.magic = raw.read(6) or b""
        self._kept = self.magic

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self._kept:
            if size < 0:
                kept, self._kept = self._kept, b""
                return kept + (self._raw.read(size) or b"")
            kept, self._kept = self._kept[:size], self._kept[size:]
            return kept
        return self._raw.read(size) or b""

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _decompressor(raw: _Peekable) -> _Stream:
    """Return the stream's plain bytes; the first bytes decide, not the file's name."""
    if raw.magic.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=io.BufferedReader(raw, 1 << 20))
    if raw.magic.startswith(b"BZh"):
        return bz2.BZ2File(io.BufferedReader(raw, 1 << 20))
    if raw.magic.startswith(b"\xfd7zXZ"):
        return lzma.LZMAFile(io.BufferedReader(raw, 1 << 20))
    if raw.magic.startswith(b"\x28\xb5\x2f\xfd"):
        return zstandard.ZstdDecompressor().stream_reader(
            io.BufferedReader(raw, 1 << 20), read_size=1 << 20, read_across_frames=True
        )
    return raw


def _read_up_to(stream: _Stream, size: int) -> bytes:
    """Return `size` bytes, or all that is left; a decompressor may give fewer at a time."""
    parts = []
    while size > 0:
        part = stream.read(size)
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _decompressed_head(data: bytes) -> bytes:
    try:
        with _decompressor(_Peekable(io.BytesIO(data))) as stream:
            return _read_up_to(stream, 1 << 16)
    except _DAMAGE:
        return b""
