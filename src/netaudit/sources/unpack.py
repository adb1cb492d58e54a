"""Compressed bytes, unpacked in memory within bounds."""

from __future__ import annotations

from netaudit.compression import FAILURES, MAGIC_BYTES, decompressor
from netaudit.sources.limits import Limits, refused

_PIECE = 1 << 13  # of zstd, 8 KB can stand for 250 MB at most: no limit can be kept inside a piece
_PLAIN_PIECE = 1 << 20


def is_packed(data: bytes | memoryview) -> bool:
    """Return whether the first bytes are those of gzip, bzip2, xz or zstd."""
    return decompressor(data) is not None


def unpacked(packed: bytes, limits: Limits, where: str) -> bytes:
    """Return what compressed bytes stand for, all streams in them one after another.

    Raises:
        InputError: they are damaged, cut short, or stand for more than they may.
    """
    most = limits.most_unpacked(len(packed))
    parts: list[bytes] = []
    count, at = 0, 0
    while at < len(packed):
        make = decompressor(packed[at : at + MAGIC_BYTES])
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
            except FAILURES as error:
                too_large = "emory" in str(error)
                raise refused("it takes too much memory to unpack" if too_large else "it is damaged", where) from error
            count += len(parts[-1])
            if count > most:
                raise refused(f"unpacked, it is more than {most >> 20} MB: a bomb, or not this list", where)
        at -= len(member.unused_data)
    return b"".join(parts)
