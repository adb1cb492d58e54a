"""Small secret files of a folder that is open: each whole or absent, and overwritten before it goes."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress

BESIDE = ".new"  # of a file that is being written
OPEN = os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = 0o600
_MOST_BYTES = 4_096


def names_in(folder: int) -> list[str]:
    """Return the names of all that is in a folder, in order."""
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries)


def read(name: str, folder: int) -> bytes:
    """Return what a file holds, if that is little."""
    with os.fdopen(os.open(name, OPEN | os.O_RDONLY | os.O_NONBLOCK, dir_fd=folder), "rb") as stream:
        return stream.read(_MOST_BYTES)


def write(name: str, content: bytes, folder: int, *, replace: bool) -> None:
    """Write a file that is there afterwards, whatever happens, or was not touched.

    Args:
        name: of the file.
        content: what it is to hold.
        folder: where.
        replace: put it in the place of another, which is overwritten; otherwise one that is there stays.
    """
    beside = f"{name}.{secrets.token_hex(4)}{BESIDE}"
    descriptor = os.open(beside, OPEN | os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            _put_in_place(beside, name, folder)
        else:
            with suppress(FileExistsError):
                os.link(beside, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
            os.unlink(beside, dir_fd=folder)
    except BaseException:  # a signal that ends the run is no reason to leave a secret behind
        with suppress(OSError):
            discard(beside, folder)
        raise
    os.fsync(folder)


def _put_in_place(beside: str, name: str, folder: int) -> None:
    """Put a file in the place of another, which is overwritten once it has no name any more."""
    try:
        old = os.open(name, OPEN | os.O_WRONLY, dir_fd=folder)
    except FileNotFoundError:
        old = -1
    os.replace(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
    if old >= 0:
        os.fsync(folder)
        _overwrite(old)


def discard(name: str, folder: int) -> None:
    """Remove a file that was being written; if it has got its own name already, it keeps what it holds."""
    if os.stat(name, dir_fd=folder, follow_symlinks=False).st_nlink > 1:
        os.unlink(name, dir_fd=folder)
    else:
        shred(name, folder)


def shred(name: str, folder: int) -> None:
    """Overwrite a file and remove it."""
    with suppress(OSError):  # a disk that is full, a file without permission to write: it goes all the same
        _overwrite(os.open(name, OPEN | os.O_WRONLY, dir_fd=folder))
    os.unlink(name, dir_fd=folder)
    os.fsync(folder)


def _overwrite(descriptor: int) -> None:
    with os.fdopen(descriptor, "wb", buffering=0) as stream:
        stream.write(secrets.token_bytes(max(os.fstat(descriptor).st_size, 1)))
        os.fsync(descriptor)
