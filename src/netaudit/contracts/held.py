"""What is held about one person, as it is told to that person and to nobody else (UK GDPR, Article 15).

The one record that leaves with a name on it: it is made by `protect.held_about`, for somebody who asked with two keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class HeldColumn:
    """A column of what is held."""

    key: str  # in the JSON
    title: str  # on the page
    on_page: bool = True  # false: in the JSON alone, for want of room


@dataclass(frozen=True, slots=True)
class HeldTable:
    """Rows of one kind that are held about the person."""

    name: str  # of the table in the store, or of the file
    title: str
    meaning: str  # one sentence: what a row is, and what it is for
    columns: tuple[HeldColumn, ...]
    rows: tuple[tuple[Scalar, ...], ...]
    kept_until: str = ""

    def as_json(self) -> dict[str, object]:
        """Return it as the JSON has it: one object for each row."""
        keys = [column.key for column in self.columns]
        return {
            "table": self.name,
            "meaning": self.meaning,
            "kept_until": self.kept_until,
            "rows": [dict(zip(keys, row, strict=True)) for row in self.rows],
        }


@dataclass(frozen=True, slots=True)
class HeldWeek:
    """What is held of a week, but for the single requests, which are read a day at a time."""

    period: str
    tables: tuple[HeldTable, ...]
    days: tuple[str, ...]  # of which there are requests, as 2026-03-09
    destroyed: tuple[str, ...] = ()  # tables whose keys were destroyed; "everything" for all of them
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldFrame:
    """What stands around it: who asked for it, by which reference, and what is the same for everybody."""

    reference: str
    made_at: str
    asked_for: str  # the person, as the request named them
    known_as: tuple[str, ...]  # identifier and accounts that were looked for, with their days
    answered_by: tuple[str, ...]
    sources: tuple[str, ...]
    purposes: tuple[tuple[str, str], ...]  # clause, its words
    recipients: tuple[tuple[str, str], ...]  # route, who reads it
    logic: tuple[str, ...]  # paragraphs
    retention: tuple[tuple[str, str], ...]  # what, until when
    not_connected: tuple[tuple[str, str], ...]  # tables that say nothing of anybody, and why
    rights: tuple[tuple[str, str], ...]
    contacts: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]
    tables: tuple[HeldTable, ...] = ()  # directory, registers, trail: of no single week
    destroyed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # week → what cannot be read any more
