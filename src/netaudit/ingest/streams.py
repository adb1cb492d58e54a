"""Bytes of a log as they lie on disk, and the plain UTF-8 that they stand for; damage ends a stream and is told."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable
from typing import BinaryIO, Protocol

from netaudit.compression import FAILURES, MAGIC_BYTES, Member, decompressor

EXPANSION_FLOOR = 64 << 20  # bytes: what is no larger than this unpacked may be as repetitive as it likes
_PACKED_PIECE = 1 << 13  # of zstd, 8 KB can stand for 250 MB at most: no limit can be kept inside a piece
_PLAIN_PIECE = 1 << 14  # a decompressor that fails gives nothing of the piece it was asked for
_NOUGHTS = 512  # a log emptied while its writer went on begins with noughts up to where the writer was
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class ExpansionError(Exception):
    """A compressed file holds more than it may."""


class Stream(Protocol):
    """Something that can be read to its end."""

    def read(self, size: int, /) -> bytes:
        """Return `size` bytes; fewer only if no more come at once, none at the end."""


class Source:
    """The bytes as they lie on disk, digested and counted; a failing disk ends them."""

    def __init__(self, raw: BinaryIO | Stream, digest: hashlib._Hash | None = None) -> None:
        self._raw = raw
        self._digest = digest
        self.count = 0
        self.damage = ""

    def read(self, size: int) -> bytes:
        """Return bytes; none at the end or where the disk fails, which `damage` then says."""
        if self.damage:
            return b""
        try:
            data = self._raw.read(size) or b""
        except OSError as error:
            self.damage = f"the rest of it cannot be read: {error.strerror or 'input or output error'}"
            return b""
        if self._digest is not None:
            self._digest.update(data)
        self.count += len(data)
        return data


class Ahead:
    """A stream whose first bytes can be looked at before they are read."""

    def __init__(self, raw: Stream) -> None:
        self._raw = raw
        self._kept = b""

    def look(self, size: int) -> bytes:
        """Return the next `size` bytes, or all that is left, without taking them away."""
        self._kept += read_up_to(self._raw, size - len(self._kept))
        return self._kept[:size]

    def read(self, size: int) -> bytes:
        """Return bytes, first those that were looked at."""
        if self._kept:
            kept, self._kept = self._kept[:size], self._kept[size:]
            return kept
        return self._raw.read(size)


def read_up_to(stream: Stream, size: int) -> bytes:
    """Return `size` bytes, or all that is left; a stream may give fewer at a time."""
    parts = []
    while size > 0:
        part = stream.read(size)
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


class PlainText:
    """What a source stands for: decompressed and in UTF-8, as its first bytes ask, without byte order mark."""

    def __init__(self, source: Source, most: Callable[[int], int] | None = None) -> None:
        """Look at the first bytes.

        Args:
            source: the bytes as they lie on disk.
            most: how many bytes may come out of a compressed source of which so many have been read.
        """
        self._source = source
        packed = Ahead(source)
        magic = packed.look(MAGIC_BYTES)
        make = decompressor(magic)
        self._unpacked = None if make is None else _Decompressed(packed, source, make, most)
        text = Ahead(packed if self._unpacked is None else self._unpacked)
        if not text.look(_NOUGHTS).strip(b"\0"):
            _skip_noughts(text)
        mark = text.look(4)
        encoding = None if mark == codecs.BOM_UTF32_LE else _UTF_16.get(mark[:2])
        if mark.startswith(codecs.BOM_UTF8):
            text.read(3)
        elif encoding:
            text.read(2)
        self._text: Stream = _Transcoded(text, encoding) if encoding else text

    @property
    def damage(self) -> str:
        """Return why the text ended before its end, in words; nothing if it did not."""
        return self._source.damage or (self._unpacked.damage if self._unpacked else "")

    def read(self, size: int) -> bytes:
        """Return bytes of text; none at its end.

        Raises:
            ExpansionError: more came out than may.
        """
        return self._text.read(size)


def _skip_noughts(text: Ahead) -> None:
    while block := text.look(_PLAIN_PIECE):
        rest = block.lstrip(b"\0")
        read_up_to(text, len(block) - len(rest))
        if rest:
            break


class _Decompressed:
    """The plain bytes of a compressed stream: one member after another, each to its end."""

    def __init__(
        self, packed: Stream, source: Source, make: Callable[[], Member], most: Callable[[int], int] | None
    ) -> None:
        self._packed = packed
        self._source = source
        self._make = make
        self._most = most
        self._member: Member | None = None
        self._rest = b""  # what came after a member
        self._ready = b""
        self._count = 0
        self.damage = ""

    def read(self, size: int) -> bytes:
        """Return bytes; none at the end or at damage."""
        while not self._ready and not self.damage:
            if self._member is None:
                data = self._rest or self._packed.read(_PACKED_PIECE)
                if not data:
                    break
                data = data.lstrip(b"\0")  # padding between members and after the last
                self._rest = b""
                if data:
                    self._member = self._make()
                    self._ready = self._advance(self._member, data)
            else:
                data = self._packed.read(_PACKED_PIECE) if self._member.needs_input else b""
                if self._member.needs_input and not data:
                    self.damage = "the file is cut short"
                else:
                    self._ready = self._advance(self._member, data)
        part, self._ready = self._ready[:size], self._ready[size:]
        return part

    def _advance(self, member: Member, data: bytes) -> bytes:
        """Return what more compressed bytes stand for."""
        try:
            plain = member.decompress(data, _PLAIN_PIECE)
        except FAILURES as error:
            too_large = "emory" in str(error)
            self.damage = "it takes too much memory to unpack" if too_large else "the file is damaged"
            return b""
        self._count += len(plain)
        if self._most and self._count > self._most(self._source.count):
            raise ExpansionError
        if member.eof:
            self._rest, self._member = member.unused_data, None
        return plain


class _Transcoded:
    """UTF-8 of a stream in another encoding."""

    def __init__(self, raw: Stream, encoding: str) -> None:
        self._raw = raw
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ended = False

    def read(self, size: int) -> bytes:
        """Return bytes; none at the end."""
        text = ""
        while not text and not self._ended:
            data = self._raw.read(size)
            self._ended = not data
            text = self._decoder.decode(data, final=self._ended)
        return text.encode("utf-8", "replace")
