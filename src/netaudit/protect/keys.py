"""Random keys, one per table and period, in a folder of their own: a key destroyed is a table forgotten."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from netaudit.errors import Problem, StoreError, unwritable

KEY_BYTES = 32
_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600
_OTHERS = 0o077


class Keyring:
    """Makes a key the first time it is asked for, and finds it ever after."""

    def __init__(self, folder: Path) -> None:
        """Open the folder, or make it.

        Raises:
            StoreError: the folder is open to others, or cannot be made.
        """
        self.folder = folder
        self._known: dict[tuple[str, str], bytes] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
            is_open = folder.stat().st_mode & _OTHERS
        except OSError as error:
            raise StoreError(Problem(f"no key folder: {error.strerror}", str(folder), "check the path")) from error
        if is_open:
            raise StoreError(Problem("the key folder is open to others", str(folder), f"chmod 700 {folder}"))

    def key(self, table: str, period: str) -> bytes:
        """Return the 32 random bytes that belong to a table and a period.

        Raises:
            StoreError: the key file is open to others, is not a key, or cannot be written.
        """
        if (table, period) not in self._known:
            self._known[table, period] = self._load(self.folder / period / f"{table}.key")
        return self._known[table, period]

    def has(self, table: str, period: str) -> bool:
        """Return whether there is such a key."""
        return (table, period) in self._known or (self.folder / period / f"{table}.key").exists()

    def _load(self, path: Path) -> bytes:
        if not path.exists():
            try:
                _write_private(path, secrets.token_bytes(KEY_BYTES).hex().encode())
            except OSError as error:
                raise unwritable(path, error.strerror) from error
        if path.stat().st_mode & _OTHERS:
            raise StoreError(Problem("a key is open to others", str(path), f"chmod 600 {path}"))
        try:
            key = bytes.fromhex(path.read_text(encoding="ascii"))
        except (ValueError, OSError) as error:
            raise StoreError(Problem("not a key", str(path), "restore the key from its back-up")) from error
        if len(key) != KEY_BYTES:
            raise StoreError(Problem("a key of the wrong length", str(path), "restore the key from its back-up"))
        return key


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read; it is whole or absent, whatever happens."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
    beside = path.with_suffix(f".{secrets.token_hex(4)}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        beside.unlink()
        raise
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
