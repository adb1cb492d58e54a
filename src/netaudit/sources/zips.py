"""Zip archives, read in memory."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from lzma import LZMAError

from netaudit.sources.limits import Limits, refused
from netaudit.sources.tree import Member

_STARTS = (b"PK\x03\x04", b"PK\x05\x06")  # a file's header; the end of an archive without files
_ENTRY = b"PK\x01\x02"  # in the directory at the end. APPNOTE.TXT 4.3.12
_HEADER_BYTES = 30  # of a file's own header, without name and extra field. APPNOTE.TXT 4.3.7
_NAME_AT, _EXTRA_AT = 26, 28
_ENCRYPTED = 0x1  # general purpose bit 0. APPNOTE.TXT 4.4.4
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_FAILURES = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
    zlib.error,
    LZMAError,
)
_MOST_TARGET = 4096  # bytes of a link


def is_zip(data: bytes) -> bool:
    """Return whether bytes begin like a zip archive."""
    return data.startswith(_STARTS)


def zip_members(data: bytes, limits: Limits, where: str) -> Iterator[Member]:
    """Yield what a zip archive holds.

    Raises:
        InputError: it is damaged, encrypted, larger unpacked than it may be, or holds what is no file, folder or
            link.
    """
    # The directory is read as a whole: a million entries are counted before they become objects.
    if data.count(_ENTRY) > 2 * limits.most_members:
        raise refused(f"it holds more than {limits.most_members:,} files", where)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except _FAILURES as error:
        raise refused("it is damaged", where) from error
    if len(entries) > limits.most_members:
        raise refused(f"it holds more than {limits.most_members:,} files", where)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise refused("it is encrypted", where, "unpack it, and import the folder")
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise refused("it is packed in a way that is not known here", where, "unpack it, and import the folder")
    most = limits.most_unpacked(len(data))
    if sum(entry.file_size for entry in entries) > most:
        raise refused(f"unpacked, it is more than {most >> 20} MB: a bomb, or not this list", where)
    _no_overlap(entries, data, archive.start_dir, where)
    for entry in entries:
        yield _member(archive, entry, where)


def _no_overlap(entries: list[zipfile.ZipInfo], data: bytes, directory: int, where: str) -> None:
    """Refuse files that share their bytes: a few kilobytes can stand for any number of them."""
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        header = data[entry.header_offset : entry.header_offset + _HEADER_BYTES]
        if entry.header_offset < end or len(header) < _HEADER_BYTES or not header.startswith(_STARTS[0]):
            raise refused("its files overlap: a bomb, or it is damaged", where)
        lengths = (int.from_bytes(header[at : at + 2], "little") for at in (_NAME_AT, _EXTRA_AT))
        end = entry.header_offset + _HEADER_BYTES + sum(lengths) + entry.compress_size
    if end > directory:
        raise refused("its files overlap: a bomb, or it is damaged", where)


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, where: str) -> Member:
    mode = entry.external_attr >> 16  # as Unix writes it; 0 elsewhere
    kind = stat.S_IFMT(mode)
    if entry.is_dir() or kind == stat.S_IFDIR:
        return Member(entry.filename)
    if kind == stat.S_IFLNK:
        if entry.file_size > _MOST_TARGET:
            raise refused("a link leads out of it", f"{where}: {entry.filename[:200]}")
        target = _reader(archive, entry, where)()
        return Member(entry.filename, target=target.decode("utf-8", "replace"))
    if kind not in {0, stat.S_IFREG}:
        raise refused("it holds a device or a pipe", f"{where}: {entry.filename[:200]}")
    return Member(entry.filename, read=_reader(archive, entry, where), modified=_time(entry))


def _time(entry: zipfile.ZipInfo) -> float | None:
    try:
        return datetime(*entry.date_time, tzinfo=UTC).timestamp()  # local time of whoever packed it: good for a date
    except ValueError:
        return None


def _reader(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, where: str) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return archive.read(entry)  # no more than the directory says, which was added up above
        except _FAILURES as error:
            raise refused("it is damaged", f"{where}: {entry.filename[:200]}") from error

    return read
