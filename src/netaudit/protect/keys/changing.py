"""Keys destroyed, and keys wrapped anew: each step leaves a folder that the same command can go on with."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from netaudit.errors import Problem, StoreError
from netaudit.protect.keys.folder import EVERY_TABLE, KeyFolder, Place
from netaudit.protect.keys.keyring import opened
from netaudit.protect.keys.wrapping import WrappingKey

_TABLE = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """How many keys are wrapped by the new key."""

    anew: int
    before: int  # were so already: an earlier attempt stopped there


def is_name_of_table(text: str) -> bool:
    """Return whether a text can name a table.

    >>> is_name_of_table("visits_beside"), is_name_of_table("../other")
    (True, False)
    """
    return _TABLE.fullmatch(text) is not None


def destroy(
    folder: Path, period: str, tables: Collection[str], stored: Collection[Place], today: date, *, rehearse: bool
) -> list[Place]:
    """Destroy keys of a period, and return them: tables and period, those whose key was lost before among them.

    First a mark is written, then the key is overwritten and removed: from the mark on it counts as destroyed, and
    whoever opens the folder next finishes what was begun. What is destroyed already stays as it is.

    Args:
        folder: the key folder.
        period: the week.
        tables: of it; none means all, also those that a later version will have.
        stored: tables and periods of which something is stored: their keys may be missing.
        today: the day that is written down.
        rehearse: only say what would be destroyed.

    Raises:
        StoreError: there is no such key and nothing is stored under it; the folder is in use, or cannot be written to.
    """
    files = KeyFolder(folder, alone=True)
    try:
        known = {table for table, of in {*files.keys, *stored} if of == period}
        strange = sorted(set(tables) - known - {table for table, of in files.marks if of == period})
        if strange or not (known or any(of == period for _, of in files.marks)):
            raise StoreError(_unknown(strange, period, known, files))
        wanted = sorted(table for table in (tables or known) if files.destroyed(table, period) is None)
        if not rehearse:
            if not tables and (EVERY_TABLE, period) not in files.marks:
                files.mark(EVERY_TABLE, period, today.isoformat())
            for table in wanted:
                if tables:
                    files.mark(table, period, today.isoformat())
                if (table, period) in files.keys:
                    files.shred(table, period)
        return [(table, period) for table in wanted]
    finally:
        files.close()


def _unknown(strange: list[str], period: str, known: set[str], files: KeyFolder) -> list[Problem]:
    periods = sorted({of for _, of in (*files.keys, *files.marks)})
    if not known:
        remedy = "weeks: " + (", ".join(periods) or "none")
        return [Problem(f"there are no keys of {period}, and nothing is stored under any", str(files.path), remedy)]
    remedy = "tables: " + ", ".join(sorted(known))
    return [
        Problem(f"there is no key of '{table}' of {period}, and nothing is stored under it", str(files.path), remedy)
        for table in strange
    ]


def destroy_places(folder: Path, places: Collection[Place], whole: Collection[str], today: date) -> None:
    """Destroy keys of several periods, as `destroy` does; those that were destroyed already stay as they are.

    Args:
        folder: the key folder.
        places: tables and periods; their keys may be missing.
        whole: periods under which nothing is ever to be stored again.
        today: the day that is written down.

    Raises:
        StoreError: the folder is in use, or cannot be written to.
    """
    files = KeyFolder(folder, alone=True)
    try:
        for table, period in sorted(places):
            if files.destroyed(table, period) is None:
                files.mark(table, period, today.isoformat())
            if (table, period) in files.keys:
                files.shred(table, period)
        for period in sorted(whole):
            if (EVERY_TABLE, period) not in files.marks:
                files.mark(EVERY_TABLE, period, today.isoformat())
    finally:
        files.close()


def rewrap(folder: Path, old: WrappingKey | None, new: WrappingKey) -> Rewrapped:
    """Wrap every key of a folder by a new wrapping key: those that the old one wraps, and those that none does.

    All of them are opened before the first is changed. A crash leaves some under either; then this goes on.

    Args:
        folder: the key folder.
        old: the wrapping key so far; None if the keys were not wrapped, or are all wrapped anew already.
        new: the other one.

    Raises:
        StoreError: keys that neither opens, each by name; the folder is in use or not to be written to.
    """
    files = KeyFolder(folder, alone=True)
    try:
        keys = {place: opened(files, *place, old, new) for place in sorted(files.keys)}
        faults = [key for key in keys.values() if isinstance(key, Problem)]
        if faults:
            raise StoreError(faults)
        anew = [place for place in keys if files.keys[place] != new.name]
        for table, period in anew:
            key = keys[table, period]
            if isinstance(key, bytes):
                files.write(table, period, new.wrap(key, table, period), new.name, replace=True)
        return Rewrapped(len(anew), len(keys) - len(anew))
    finally:
        files.close()
