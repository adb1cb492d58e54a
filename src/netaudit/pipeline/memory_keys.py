"""Keys of a store that nobody is to open again."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date

from netaudit.errors import Problem

_KEY_BYTES = 32


class KeysInMemory:
    """Keys of a store that lasts no longer than this process; they are never written anywhere."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], bytes] = {}

    def key(self, table: str, period: str) -> bytes:
        """Return a key that is there."""
        return self._keys[table, period]

    def make(self, table: str, period: str) -> bytes:
        """Return a key, a new one if there is none."""
        return self._keys.setdefault((table, period), secrets.token_bytes(_KEY_BYTES))

    def destroyed(self, table: str, period: str) -> str | None:  # noqa: ARG002 - none ever is
        """Return None."""
        return None

    def has(self, table: str, period: str) -> bool:
        """Return whether there is such a key."""
        return (table, period) in self._keys

    def marks(self) -> Mapping[tuple[str, str], str]:
        """Return nothing."""
        return {}

    def tables(self, period: str) -> list[str]:
        """Return what there are keys of in a period."""
        return sorted(table for table, of in self._keys if of == period)

    def drop(self, table: str, period: str) -> None:
        """Forget a key."""
        self._keys.pop((table, period), None)

    def destroy_all(self, period: str, today: date) -> None:  # noqa: ARG002 - no mark is kept
        """Forget all keys of a period."""
        for table in self.tables(period):
            self.drop(table, period)

    def missing(self, period: str, *tables: str) -> Problem:
        """Return what to say of keys that are not there."""
        return Problem(f"no key of {', '.join(tables)}", period, "")

    def close(self) -> None:
        """Forget the keys."""
        self._keys.clear()
