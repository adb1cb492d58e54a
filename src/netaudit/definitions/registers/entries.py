"""What the staff directory and the registers hold, as rows of the program's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the staff directory; who moves has several, whose dates do not overlap."""

    person_id: str
    accounts: tuple[str, ...]
    team: str | None
    directorate: str | None
    manager: str | None
    roles: tuple[str, ...]
    pattern: str | None
    starts: date | None  # first day; None: always
    ends: date | None  # last day; None: for ever
    place: str = field(default="", compare=False)  # directory.csv:3

    def is_there(self, day: date) -> bool:
        """Whether the row holds on a day."""
        return (self.starts is None or self.starts <= day) and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a register about people or cases: what it says, of whom, from when until when."""

    register: str  # consent, exemption, research, self_report, objection, leave, decision, statement
    place: str  # consents.csv:3
    person_id: str | None
    role: str | None
    categories: tuple[str, ...]  # empty: all
    starts: datetime | None
    ends: datetime | None
    reason: str
    reported: datetime | None = None  # when a self-report was made
    state: str | None = None  # of an objection or a decision
    reference: str | None = None  # of a decision or a statement: the case


@dataclass(frozen=True, slots=True)
class Device:
    """One row of a register of accounts, addresses or networks that are not a single person at a desk of ours."""

    kind: str  # shared, service, own_device
    text: str  # an account, an address, or a network such as 192.0.2.0/24
    place: str  # own_devices.csv:3
    starts: date | None = None
    ends: date | None = None

    def is_there(self, day: date) -> bool:
        """Whether the row holds on a day."""
        return (self.starts is None or self.starts <= day) and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd about a row that is no fault: what, and where."""

    place: str
    what: str


@dataclass(frozen=True, slots=True)
class Registers:
    """Who works here and what has been agreed with them."""

    people: tuple[Person, ...] = ()
    entries: tuple[Entry, ...] = ()
    devices: tuple[Device, ...] = ()
    notes: tuple[Note, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)  # entries of a directory that are no people, by kind
    files: tuple[str, ...] = ()  # the registers that there are
