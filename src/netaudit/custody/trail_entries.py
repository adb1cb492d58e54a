"""What one entry of the audit trail is, and the only way in which it is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FIRST = "0" * 64  # what stands before the first entry
_KINDS = {
    "number": int, "at": str, "kind": str, "who": str, "about": dict, "previous": str, "sha256": str,
    "trail": str, "told": int, "settings": str,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done."""

    number: int  # from 1
    at: datetime  # UTC
    kind: str  # one of EVENTS
    who: str  # an account of the machine, or an officer
    about: Mapping[str, Any]  # text, numbers and lists of them; never a name, address or site of somebody in the logs
    previous: str  # sha256 of the entry before
    sha256: str
    trail: str = ""  # drawn at random when the trail began
    told: int = 0  # the last entry that the second place was known to have when this one was written
    settings: str = ""  # a digest of all settings as they then were

    @property
    def line(self) -> bytes:
        """Return the entry as it is written, with the end of its line."""
        return canonical(_raw(self) | {"sha256": self.sha256}) + b"\n"


class NoEntryError(ValueError):
    """A line holds no entry, or a changed one; says which in words."""


def canonical(raw: Mapping[str, Any]) -> bytes:
    """Return the one way in which something is written that checksums and signatures are about."""
    return json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def checksum(raw: Mapping[str, Any]) -> str:
    """Return the SHA-256 of something, in hexadecimal digits."""
    return hashlib.sha256(canonical(raw)).hexdigest()


def next_entry(
    before: Entry | None,
    kind: str,
    about: Mapping[str, Any],
    who: str,
    at: datetime,
    *,
    trail: str,
    told: int,
    settings: str,
) -> Entry:
    """Return the entry that follows another, or the first of a trail."""
    number, previous = (before.number + 1, before.sha256) if before else (1, FIRST)
    about = json.loads(canonical(about))  # what is written is what is read: tuples are lists, numbers are numbers
    draft = Entry(number, at.astimezone(UTC), kind, who, about, previous, "", trail, told, settings)
    return Entry(number, draft.at, kind, who, about, previous, checksum(_raw(draft)), trail, told, settings)


def parse(line: bytes) -> Entry:
    """Return the entry of a line, with its end.

    Raises:
        NoEntryError: it is none, or was changed.
    """
    try:
        raw = json.loads(line)
        at = datetime.fromisoformat(raw["at"]).astimezone(UTC)
        is_entry = set(raw) == set(_KINDS) and all(type(raw[name]) is kind for name, kind in _KINDS.items())
        is_as_written = is_entry and canonical(raw) + b"\n" == line
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise NoEntryError("cannot be read: it was edited, or the disk is broken") from error
    if not is_entry:
        raise NoEntryError("is no entry of an audit trail")
    if not is_as_written:
        raise NoEntryError("was edited: it is not written as netaudit writes")
    if checksum({name: value for name, value in raw.items() if name != "sha256"}) != raw["sha256"]:
        raise NoEntryError("was edited: it does not match its checksum")
    names = ("kind", "who", "about", "previous", "sha256", "trail", "told", "settings")
    return Entry(raw["number"], at, *(raw[name] for name in names))


def _raw(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "who": entry.who,
        "about": entry.about,
        "previous": entry.previous,
        "trail": entry.trail,
        "told": entry.told,
        "settings": entry.settings,
    }
