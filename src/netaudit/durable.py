"""Files that are whole on disk under their name, or not there: how one takes the place of another."""

from __future__ import annotations

import os
from pathlib import Path

from netaudit.errors import unwritable

_BESIDE = ".new"
_FILE = 0o600


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in the place of another: 0600, its owner's as before, and whole whatever happens.

    Raises:
        StoreError: the disk is full, or the folder is not to be written to; the old file is as it was.
    """
    beside = path.with_name(f".{path.name}{_BESIDE}")
    try:
        beside.unlink(missing_ok=True)
        opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _FILE)
        with os.fdopen(opened, "wb") as stream:
            _same_owner(path, stream.fileno())
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise unwritable(path, error.strerror) from error


def _same_owner(path: Path, opened: int) -> None:
    try:
        was = path.stat()
    except FileNotFoundError:
        was = path.parent.stat()
    if (was.st_uid, was.st_gid) != (os.geteuid(), os.getegid()) and os.geteuid() == 0:
        os.fchown(opened, was.st_uid, was.st_gid)
