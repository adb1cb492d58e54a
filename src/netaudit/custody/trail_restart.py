"""A damaged audit trail set aside, and a new one begun that names it; nothing is ever deleted."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from netaudit.custody.trail_check import Checked
from netaudit.custody.trail_entries import Entry, NoEntryError, next_entry, parse
from netaudit.custody.trail_files import lines, make_folder, segment_path, segments, sync_folder, write_at
from netaudit.custody.trail_second import SecondPlace
from netaudit.errors import Problem, StoreError

PLACE = "trail"  # in the folder of the trail: its files
NEW = "trail.new"  # a trail that is being begun


def begin_anew(
    stack: ExitStack,
    folder: Path,
    found: Checked,
    second: SecondPlace | None,
    about: Mapping[str, Any],
    who: str,
    at: datetime,
    aside: str,
) -> Entry:
    """Return the first entry of a new trail; who calls holds the lock of the old one.

    Wherever this is stopped, the old trail still stands, or what is to follow it is there whole and is used next time.

    Raises:
        StoreError: the trail is not damaged.
        OSError: it cannot be written, or the second place cannot be told.
    """
    new, place = folder / NEW, folder / PLACE
    if place.is_dir() and not found.faults:
        what = "the audit trail is not damaged" + (", only cut short" if found.torn else "")
        raise StoreError(Problem(what, str(folder), "go on: what is cut short is repaired by the next entry"))
    if second:
        second.make()
        stack.enter_context(second.alone())
    if place.is_dir() or not segments(new):
        make_folder(new)
        for path in new.iterdir():
            path.unlink()
        trail = secrets.token_hex(16)
        told = {"trail": trail, "set_aside": aside if place.is_dir() else "", **_damage(place, found, second), **about}
        entry = next_entry(None, "trail.restarted", told, who, at, trail=trail, told=0, settings="")
        write_at(segment_path(new, 1), 0, entry.line)
    if place.is_dir():
        place.rename(folder / aside)
        sync_folder(folder)
    entry = parse(next(lines(segment_path(new, 1))))
    if second:
        second.begin_anew(entry)
    new.rename(place)
    sync_folder(folder)
    return entry


def _damage(place: Path, found: Checked, second: SecondPlace | None) -> dict[str, Any]:
    """Return what is to be known of a trail that is set aside."""
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for _, path in segments(place)}
    about: dict[str, Any] = {"entries": found.count, "faults": found.faults, "files": files}
    if found.last:
        about |= {"old_trail": found.last.trail, "old_last": found.last.number, "old_head": found.last.sha256}
    if second:
        try:
            head = second.last()
        except NoEntryError:
            head = None
        if head:
            about |= {"second_trail": head.trail, "second_last": head.number, "second_head": head.sha256}
    return about
