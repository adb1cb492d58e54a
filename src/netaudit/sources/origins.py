"""Where a list comes from: a file, an archive or a folder, none of which is written anywhere to be read."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from netaudit.sources.limits import Limits, refused
from netaudit.sources.tars import is_tar, tar_members
from netaudit.sources.tree import Member, Tree, tree_of
from netaudit.sources.unpack import is_packed, unpacked
from netaudit.sources.zips import is_zip, zip_members

_PACKINGS = (".gz", ".bz2", ".xz", ".zst", ".tgz", ".txz", ".tbz2", ".zip", ".tar")
_UNKNOWN = {b"7z\xbc\xaf\x27\x1c": "a 7z archive", b"Rar!": "a rar archive", b"%PDF": "a PDF document"}
_GIVE_A_FILE = "give a file, an archive or a folder"
_SIZE = "the adapter's most_megabytes says how large this list may be"


def open_origin(path: Path, limits: Limits) -> Tree:
    """Return the files of a folder or an archive, or the one file that a path names, packed or not.

    Raises:
        InputError: it cannot be read, or must not be.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = "leads to nothing" if isinstance(error, FileNotFoundError) else "cannot be followed"
        raise refused(f"the path {reason}", path, _GIVE_A_FILE) from error
    if stat.S_ISDIR(mode):
        return tree_of(_folder_members(path, limits), limits, str(path))
    if not stat.S_ISREG(mode):
        raise refused("it is a pipe, a socket or a device", path, _GIVE_A_FILE)
    return open_content(_read(path, limits), path.name, limits, str(path))


def open_content(data: bytes, name: str, limits: Limits, where: str) -> Tree:
    """Return the files of an archive in memory, or the one file that it is.

    Raises:
        InputError: it must not be read.
    """
    if is_packed(data):
        data = unpacked(data, limits, where)
        if is_packed(data) or is_zip(data):
            raise refused("it is packed twice", where, "unpack it once, and look at what is in it")
    if is_zip(data):
        return tree_of(zip_members(data, limits, where), limits, where)
    if is_tar(data):
        return tree_of(tar_members(data, limits, where), limits, where)
    for start, words in _UNKNOWN.items():
        if data.startswith(start):
            raise refused(f"it is {words}", where, _GIVE_A_FILE)
    while Path(name).suffix in _PACKINGS:
        name = Path(name).stem
    return Tree(where, {name: lambda: data})


def is_archive(content: bytes | memoryview) -> bool:
    """Return whether a member is itself something to unpack, which is not done."""
    head = bytes(content[:1024])
    return is_packed(head) or is_zip(head) or any(head.startswith(start) for start in _UNKNOWN)


def _folder_members(folder: Path, limits: Limits) -> Iterator[Member]:
    """Yield what a folder holds to the bottom, hidden files left out."""
    count = 0
    above = [folder]
    root = folder.resolve()
    while above:
        try:
            with os.scandir(above.pop()) as found:
                entries = sorted(found, key=lambda one: one.name)
        except OSError as error:
            raise refused(
                f"the folder cannot be looked into: {error.strerror}", folder, "check its permissions"
            ) from error
        for entry in entries:
            if entry.name.startswith("."):
                continue
            count += 1
            if count > limits.most_members:
                raise refused(f"it holds more than {limits.most_members:,} files", folder)
            path = Path(entry.path)
            name = path.relative_to(folder).as_posix()
            if entry.is_symlink():
                yield Member(name, target=_target(path, root))
            elif entry.is_dir():
                above.append(path)
                yield Member(name)
            elif entry.is_file():
                yield Member(name, read=_reader(path, limits))
            else:
                raise refused("it holds a pipe, a socket or a device", path)


def _target(link: Path, root: Path) -> str:
    """Return where a link leads, from where it stands if that is inside the folder."""
    target = os.readlink(link)  # noqa: PTH115 - Path.readlink tidies what is to be looked at
    if Path(target).is_absolute() and Path(target).resolve().is_relative_to(root):
        return os.path.relpath(target, root / link.parent.resolve())
    return target


def _reader(path: Path, limits: Limits) -> Callable[[], bytes]:
    return lambda: _read(path, limits, os.O_NOFOLLOW)


def _read(path: Path, limits: Limits, flags: int = 0) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | flags)
        with os.fdopen(descriptor, "rb") as stream:
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode):
                raise refused("it is a pipe, a socket or a device", path, _GIVE_A_FILE)
            data = stream.read(limits.most_bytes + 1)
    except OSError as error:
        what = "a link took its place" if error.errno == errno.ELOOP else error.strerror
        raise refused(f"it cannot be read: {what}", path, "check the path and its permissions") from error
    if len(data) > limits.most_bytes:
        raise refused(f"it is larger than {limits.most_bytes >> 20} MB", path, _SIZE)
    return data
