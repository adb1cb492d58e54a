"""Tar archives, read where they lie in memory."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator

from netaudit.sources.limits import Limits, refused
from netaudit.sources.tree import Member

_BLOCK = 512
_MAGIC_AT, _MAGIC = 257, b"ustar"  # POSIX.1-2017, pax, "ustar Interchange Format"
_OTHER = {
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
    tarfile.GNUTYPE_SPARSE: "a file with holes",
    tarfile.CONTTYPE: "a file of an unknown kind",
}


def is_tar(data: bytes) -> bool:
    """Return whether bytes begin like a tar archive."""
    if data[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)] == _MAGIC:
        return True
    try:  # archives older than the magic; the sum over the header tells them from text
        return len(data) >= _BLOCK and bool(tarfile.TarInfo.frombuf(data[:_BLOCK], "utf-8", "surrogateescape").name)
    except (tarfile.HeaderError, ValueError):
        return False


def tar_members(data: bytes, limits: Limits, where: str) -> Iterator[Member]:
    """Yield what a tar archive holds; the content of files is not copied.

    Raises:
        InputError: it is damaged, cut short, or holds what is no file, folder or link.
    """
    view = memoryview(data)
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            count = 0
            while True:
                member = archive.next()
                if member is None:
                    break
                count += 1
                if count > limits.most_members:
                    raise refused(f"it holds more than {limits.most_members:,} files", where)
                yield _member(member, view, where)
            end = archive.offset
    except (tarfile.TarError, ValueError, OverflowError, EOFError) as error:
        raise refused("it is damaged", where) from error
    # tarfile takes a broken header for the end. The end of an archive is a block of noughts.
    if data[end : end + _BLOCK] != bytes(_BLOCK):
        raise refused("it is damaged or cut short", where)


def _member(member: tarfile.TarInfo, view: memoryview, where: str) -> Member:
    place = f"{where}: {member.name[:200]}"
    if member.type in _OTHER or member.issparse():
        raise refused(f"it holds {_OTHER.get(member.type, 'a file with holes')}", place)
    if member.isdir():
        return Member(member.name)
    if member.issym() or member.islnk():
        return Member(member.name, target=member.linkname, from_root=member.islnk())
    if member.size < 0 or member.offset_data + member.size > len(view):
        raise refused("it is cut short", place)
    return Member(member.name, read=_reader(view, member.offset_data, member.size), modified=member.mtime)


def _reader(view: memoryview, start: int, size: int) -> Callable[[], memoryview]:
    return lambda: view[start : start + size]
