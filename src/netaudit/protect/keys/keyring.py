"""The keys of a folder, as the store and the door ask for them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from netaudit.errors import Problem, StoreError
from netaudit.protect.keys.folder import EVERY_TABLE, KeyFolder, KeyState, Place
from netaudit.protect.keys.wrapping import KEY_BYTES, WrappingKey, wrapped_by

_REWRAP = "run `netaudit keys rewrap`"
_RESTORE = "restore it from its back-up"


class Keyring:
    """Finds keys, and makes them where it is told that nothing lies under them yet."""

    def __init__(self, folder: Path, wrapping: WrappingKey | None = None) -> None:
        """Open the folder, or make it.

        Args:
            folder: where the keys lie.
            wrapping: opens them, if they are wrapped.

        Raises:
            StoreError: folder or keys are open to others or somebody else's, or do not fit the wrapping key.
        """
        self.folder = folder
        self._files = KeyFolder(folder)
        self._wrapping = wrapping
        self._known: dict[Place, bytes] = {}
        faults = wrapping_faults(self._files, wrapping)
        if faults:
            self.close()
            raise StoreError(faults)

    def close(self) -> None:
        """Let go of the folder, and of the keys that were asked for."""
        self._known.clear()
        self._files.close()

    def key(self, table: str, period: str) -> bytes:
        """Return the 32 random bytes that belong to a table and a period.

        Raises:
            StoreError: there is no such key: it was lost, or destroyed on purpose; or it is damaged.
        """
        known = self._known.get((table, period))
        if known is not None:
            return known
        if (table, period) not in self._files.keys:
            raise StoreError(self.missing(period, table))
        key = opened(self._files, table, period, self._wrapping)
        if isinstance(key, Problem):
            raise StoreError(key)
        self._known[table, period] = key
        return key

    def make(self, table: str, period: str) -> bytes:
        """Return the key of a table and a period, a new one if there is none: for places where nothing is stored.

        Raises:
            StoreError: it was destroyed on purpose, is damaged, or cannot be written.
        """
        if (table, period) not in self._files.keys and self.destroyed(table, period) is None:
            key = secrets.token_bytes(KEY_BYTES)
            wrapping = self._wrapping
            content = wrapping.wrap(key, table, period) if wrapping else key.hex().encode()
            self._files.write(table, period, content, wrapping.name if wrapping else "")
        return self.key(table, period)

    def drop(self, table: str, period: str) -> None:
        """Destroy one key of what fell away and may come again: then it gets another."""
        self._known.pop((table, period), None)
        if (table, period) in self._files.keys:
            self._files.shred(table, period)

    def destroy_all(self, period: str, today: date) -> None:
        """Destroy all keys of a period for good: there will be no others. Whatever was begun is finished.

        Raises:
            StoreError: the folder cannot be written to.
        """
        if (EVERY_TABLE, period) not in self._files.marks:
            self._files.mark(EVERY_TABLE, period, today.isoformat())
        for table in self.tables(period):
            self.drop(table, period)

    def tables(self, period: str) -> list[str]:
        """Return what there are keys of in a period, in order."""
        return sorted(table for table, of in self._files.keys if of == period)

    def has(self, table: str, period: str) -> bool:
        """Return whether there is such a key."""
        return (table, period) in self._files.keys

    def destroyed(self, table: str, period: str) -> str | None:
        """Return the day on which a key was destroyed; None if it was not."""
        return self._files.destroyed(table, period)

    def marks(self) -> Mapping[Place, str]:
        """Return the days on which keys were destroyed, by table ("" for all of them) and period."""
        return dict(self._files.marks)

    def missing(self, period: str, *tables: str) -> Problem:
        """Return what to say of keys of a period that are not there."""
        names = ", ".join(f"'{table}'" for table in tables)
        what = f"the key{'s'[: len(tables) > 1]} of {names} of {period}"
        is_are, was_were, it_them = ("is", "was", "it") if len(tables) == 1 else ("are", "were", "them")
        where = str(self._files.file(tables[0], period) if len(tables) == 1 else self.folder / period)
        when = self.destroyed(tables[0], period)
        if when is not None:
            remedy = f"nothing that lay under {it_them} can be read again, from a back-up neither"
            return Problem(f"{what} {was_were} destroyed on {when}", where, remedy)
        said = " ".join(f"--table {table}" for table in tables)
        remedy = (
            f"restore {it_them} from the back-up of the keys; or, if that was done on purpose, say so: "
            f"netaudit keys destroy --period {period} {said}"
        )
        return Problem(f"{what} {is_are} missing", where, remedy)


def opened(files: KeyFolder, table: str, period: str, *wrapping: WrappingKey | None) -> bytes | Problem:
    """Return the key that lies in a file, or why it cannot be had with these wrapping keys."""
    content, where = files.content(table, period), str(files.file(table, period))
    name = wrapped_by(content)
    if name is None:
        try:
            key = bytes.fromhex(content.decode("ascii"))
        except ValueError:
            return Problem("not a key", where, _RESTORE)
        return key if len(key) == KEY_BYTES else Problem("a key of the wrong length", where, _RESTORE)
    for one in wrapping:
        if one is not None and one.name == name:
            key_or_none = one.unwrap(content, table, period)
            changed = Problem("the key was changed, or is that of another table or week", where, _RESTORE)
            return changed if key_or_none is None else key_or_none
    return Problem(f"the key is wrapped by another wrapping key ({name})", where, "give that one")


def wrapping_faults(files: KeyFolder, wrapping: WrappingKey | None) -> list[Problem]:
    """Return why a wrapping key, or none, does not fit the keys of a folder."""
    names = set(files.keys.values()) - {"?"}  # of a damaged key it is said when it is used
    own = wrapping.name if wrapping else ""
    if not names or names == {own}:
        return []
    where = str(files.path)
    if len(names) > 1:
        said = " and ".join(f"by {name}" if name else "not at all" for name in sorted(names, reverse=True))
        which = "the new wrapping key" if "" in names else "both wrapping keys, the old one and the new one"
        remedy = f"{_REWRAP} with {which}: it goes on where it stopped"
        return [Problem(f"the keys are wrapped differently: {said}", where, remedy)]
    (name,) = names
    if not name:
        remedy = f"{_REWRAP} with this key as the new one (NETAUDIT_NEW_KEY_FILE), or give no wrapping key"
        return [Problem("the keys are not wrapped, but a wrapping key is given", where, remedy)]
    if wrapping is None:
        remedy = f"give the wrapping key {name}: --key-fd N, NETAUDIT_KEY_FD or NETAUDIT_KEY_FILE"
        return [Problem("the keys are wrapped, and no wrapping key is given", where, remedy)]
    return [
        Problem(f"this is the wrapping key {own}, not {name}, which wraps these keys", where, f"give {name}, as it was")
    ]


def key_states(folder: Path, stored: Iterable[Place]) -> list[KeyState]:
    """Return what is known of the keys of a folder, and of those that should be there, by period and table.

    Args:
        folder: the key folder.
        stored: tables and periods under whose keys something lies.

    Raises:
        StoreError: the folder is open to others, or somebody else's.
    """
    files = KeyFolder(folder)
    try:
        states = []
        for table, period in {*files.keys, *files.marks, *stored}:
            when = files.destroyed(table, period)
            kind = files.keys.get((table, period))
            if when is not None:
                if (EVERY_TABLE, period) not in files.marks or not table:
                    states.append(KeyState(table, period, "destroyed", when))
            elif kind is None:
                states.append(KeyState(table, period, "missing"))
            else:
                state = {"": "plain", "?": "damaged"}.get(kind, "wrapped")
                states.append(KeyState(table, period, state, kind if state == "wrapped" else ""))
        return sorted(states, key=lambda one: (one.period, one.table))
    finally:
        files.close()
