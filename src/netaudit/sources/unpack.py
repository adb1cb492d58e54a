"""Compressed bytes, unpacked in memory within bounds."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

import zstandard

from netaudit.sources.limits import Limits, refused

_PIECE = 1 << 13  # of zstd, 8 KB can stand for 250 MB at most: no limit can be kept inside a piece
_PLAIN_PIECE = 1 << 20
_MEMORY = 256 << 20  # for a decompressor; xz -9 takes 65 MB
_FAILURES = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zstandard.ZstdError)


class _Member(Protocol):
    """One compressed stream of the many that a file may hold, as the decompressors of bz2 and lzma are."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Gzip:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)  # gzip's frame around the data

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


class _Zstd:
    needs_input = True  # whatever a piece stands for comes at once

    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor(max_window_size=_MEMORY).decompressobj()

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:  # noqa: ARG002
        return self._inner.decompress(data)


_MEMBERS: dict[bytes, Callable[[], _Member]] = {
    b"\x1f\x8b": _Gzip,
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _MEMORY),
    b"\x28\xb5\x2f\xfd": _Zstd,
}


def is_packed(data: bytes | memoryview) -> bool:
    """Return whether the first bytes are those of gzip, bzip2, xz or zstd."""
    return _decompressor(data) is not None


def unpacked(packed: bytes, limits: Limits, where: str) -> bytes:
    """Return what compressed bytes stand for, all streams in them one after another.

    Raises:
        InputError: they are damaged, cut short, or stand for more than they may.
    """
    most = limits.most_unpacked(len(packed))
    parts: list[bytes] = []
    count, at = 0, 0
    while at < len(packed):
        make = _decompressor(packed[at : at + 8])
        if make is None:
            if packed[at:].strip(b"\0"):
                raise refused("what follows the compressed data is something else", where)
            break
        member = make()
        while not member.eof:
            data = packed[at : at + _PIECE] if member.needs_input else b""
            if member.needs_input and not data:
                raise refused("it is cut short", where)
            at += len(data)
            try:
                parts.append(member.decompress(data, _PLAIN_PIECE))
            except _FAILURES as error:
                too_large = "emory" in str(error)
                raise refused("it takes too much memory to unpack" if too_large else "it is damaged", where) from error
            count += len(parts[-1])
            if count > most:
                raise refused(f"unpacked, it is more than {most >> 20} MB: a bomb, or not this list", where)
        at -= len(member.unused_data)
    return b"".join(parts)


def _decompressor(data: bytes | memoryview) -> Callable[[], _Member] | None:
    head = bytes(data[:8])
    return next((make for start, make in _MEMBERS.items() if head.startswith(start)), None)
