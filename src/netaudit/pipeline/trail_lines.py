"""The audit trail in words: who did what, when; for people and for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from netaudit.custody import Entry
from netaudit.definitions.audit_events import EVENTS
from netaudit.errors import printable

COLUMNS = ("number", "at", "who", "kind", "what", "details", "sha256")
_LONGEST = 200  # characters of one detail, in text
_DULL = {"settings", "files", "hashes", "said_at", "statement"}  # long, and for programs
_FOR_PROGRAMS = ("_key", "_signature", "sha256")  # keys, signatures and checksums, likewise


def chosen(entries: Iterable[Entry], since: date | None, case: str | None, kind: str | None, zone: str) -> list[Entry]:
    """Return the entries that are asked for.

    Args:
        entries: of the trail.
        since: the first day, in the zone.
        case: a case number that stands in what they are about.
        kind: the kind, or its beginning: `case` means all of cases.
        zone: civil time.
    """
    place = ZoneInfo(zone)
    return [
        one
        for one in entries
        if (since is None or one.at.astimezone(place).date() >= since)
        and (case is None or _mentions(one.about, case.strip().upper()))
        and (kind is None or one.kind == kind or one.kind.startswith(f"{kind}."))
    ]


def _mentions(value: object, case: str) -> bool:
    if isinstance(value, dict):
        return any(_mentions(one, case) for one in value.values())
    if isinstance(value, list):
        return any(_mentions(one, case) for one in value)
    return isinstance(value, str) and value.upper() == case


def entry_lines(entries: Iterable[Entry], zone: str) -> Iterator[str]:
    """Yield what stands in entries, for people."""
    place = ZoneInfo(zone)
    for one in entries:
        yield f"{one.number:>6}  {one.at.astimezone(place):%Y-%m-%d %H:%M:%S}  {printable(one.who)}: {_meaning(one)}"
        details = _details(one, longest=_LONGEST)
        if details:
            yield f"{'':8}{details}"


def entry_rows(entries: Iterable[Entry], zone: str) -> Iterator[tuple[str, ...]]:
    """Yield the cells of entries, in the order of COLUMNS."""
    place = ZoneInfo(zone)
    for one in entries:
        at = one.at.astimezone(place).isoformat(timespec="seconds")
        yield str(one.number), at, one.who, one.kind, _meaning(one), _details(one, longest=None), one.sha256


def _meaning(entry: Entry) -> str:
    return EVENTS.get(entry.kind, f"of a kind that is not known here: {entry.kind}")


def _details(entry: Entry, longest: int | None) -> str:
    parts = []
    for name, value in entry.about.items():
        if entry.kind == "setting.changed" and name == "changed":
            parts.append(f"changed: {', '.join(value)}")
        elif longest is None or not (name in _DULL or name.endswith(_FOR_PROGRAMS)):
            text = _text(value)
            parts.append(f"{name}: {text if longest is None or len(text) <= longest else text[:longest] + ' …'}")
    return printable("; ".join(parts))


def _text(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(one)}" for name, one in value.items())
    return ", ".join(map(_text, value)) if isinstance(value, list) else str(value)
