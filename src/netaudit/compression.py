"""The decompressors of gzip, bzip2, xz and zstd under one shape; each keeps to a bound of memory."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

import zstandard

MAGIC_BYTES = 8  # enough of a file's beginning to know its kind
_MEMORY = 256 << 20  # for a decompressor; xz -9 takes 65 MB
# What they raise on damaged data.
FAILURES = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zstandard.ZstdError)


class Member(Protocol):
    """One compressed stream of the many that a file may hold, as the decompressors of bz2 and lzma are."""

    @property
    def eof(self) -> bool:
        """Whether the stream has come to its end."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes out before more goes in."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What stands behind the end."""
        ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Return what comes out, at most so many bytes of it where the kind can be told to stop."""
        ...


class _Gzip:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)  # gzip's frame around the data
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        plain = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self.needs_input = not self._inner.unconsumed_tail and len(plain) < max_length
        return plain


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


_MEMBERS: dict[bytes, Callable[[], Member]] = {
    b"\x1f\x8b": _Gzip,
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _MEMORY),
    b"\x28\xb5\x2f\xfd": _Zstd,
}


def decompressor(head: bytes | memoryview) -> Callable[[], Member] | None:
    """Return what makes a decompressor for data that begin so; None if they are compressed in no known way."""
    first = bytes(head[:MAGIC_BYTES])
    return next((make for start, make in _MEMBERS.items() if first.startswith(start)), None)
