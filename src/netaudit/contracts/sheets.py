"""Sheets for the governing body: what an organisation shows of its monitoring, in parts, as text and tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Withheld:
    """A figure that is not told, because it would be about few people."""


WITHHELD = Withheld()

SheetCell = str | int | date | Withheld | None
"""A cell of a sheet; None is empty on purpose."""


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table of a sheet; the first column says what each row is."""

    name: str  # of its file
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[SheetCell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One part: what is shown, what is missing, what the tool does not cover, and what people have to add."""

    number: str  # of an outcome, or ""
    title: str
    covers: tuple[str, ...] = ()  # sentences
    tables: tuple[SheetTable, ...] = ()
    gaps: tuple[str, ...] = ()  # what could not be told, and why
    not_covered: tuple[str, ...] = ()
    to_add: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed of one kind of evidence; holds no figure that has not come through the first door."""

    kind: str  # dspt, foi, year
    title: str
    whom: str  # for whom it is
    span: str  # of what time, in words
    handling: str  # the marking of its pages
    organisation: str
    policy_title: str
    run_at: datetime  # local
    time_zone: str
    version: str
    destroy_by: date | None
    hashes: tuple[tuple[str, str], ...]
    minimum_group: int
    intro: tuple[str, ...]
    parts: tuple[SheetPart, ...]
    validity: tuple[str, ...] = ()  # what is overdue for review or approval
