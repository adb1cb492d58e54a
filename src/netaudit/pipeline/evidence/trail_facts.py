"""What the audit trail says of a time: acts, by kind; those about cases and rights in bands, for whole years alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from netaudit.contracts import WITHHELD, SheetCell
from netaudit.custody import Entry, Trail, read_cases
from netaudit.definitions.audit_events import EVENTS
from netaudit.definitions.officers import Officers
from netaudit.errors import StoreError
from netaudit.pipeline.evidence.spans import Span, is_over
from netaudit.protect import SuppressionSettings, band

ABOUT_PEOPLE = ("case.", "seals.", "rights.", "pack.", "review.")
"""Kinds of entries each of which is about somebody in the logs, or tells whether there is anybody."""
_OF_A_CASE = ("case", "cases", "request", "finding")  # what an entry says of which case it is about
_OF_STAFF = {"directory", "registers", "holds"}  # parts of the settings that change with single people

CASES: Mapping[str, str] = {
    "case.requested": "Requests for the name behind a case",
    "case.approved": "Requests that somebody else agreed to",
    "case.opening": "Names that were opened, or may have been",
    "case.closed": "Cases that were closed, and their seal destroyed",
    "case.lapsed": "Cases that nobody proved in time, and their seal destroyed",
}
RIGHTS: Mapping[str, str] = {
    "rights.access": "Requests of staff to see what is held about them, answered",
    "rights.objection": "Objections, recorded or decided",
    "rights.correction": "Corrections and statements, recorded",
}
_GONE = {
    "trail.restarted": "the trail was begun anew in or after this year",
    "trail.shortened": "entries past their retention were taken away in or after this year",
}


@dataclass(frozen=True, slots=True)
class TrailFacts:
    """The entries of the trail, and whether each follows from the one before."""

    folder: Path
    zone: str
    entries: tuple[Entry, ...] = ()
    is_damaged: bool = False  # an entry does not follow from the one before
    is_doubted: bool = False  # the second place, or what the trail says of itself, does not agree with it
    has_second: bool = False  # whether a second place is configured, and there
    second_named: bool = False

    @property
    def first(self) -> date | None:
        """Return the day of its first entry."""
        return self.day(self.entries[0]) if self.entries else None

    @property
    def exists(self) -> bool:
        """Return whether anything was recorded at all."""
        return bool(self.entries) or self.is_damaged

    def day(self, entry: Entry) -> date:
        """Return the local day of an entry."""
        return entry.at.astimezone(ZoneInfo(self.zone)).date()

    def of(self, span: Span) -> list[Entry]:
        """Return the entries of a time."""
        return [one for one in self.entries if span.holds(self.day(one))]

    def acts(self, span: Span) -> dict[str, int]:
        """Return how often each kind of act was done that is about no person in the logs, and only such kinds.

        What was shown or written of a single case is left out, and so is a change of registers alone: each objection
        is one. What was refused is counted, whatever it is about.
        """
        counts = Counter(
            one.kind
            for one in self.of(span)
            if one.kind == "refused" or not any(name in one.about for name in _OF_A_CASE)
            if one.kind != "setting.changed" or not set(one.about["changed"]) <= _OF_STAFF
            if one.about.get("state") != "finished"  # a run has two entries
        )
        return {kind: counts[kind] for kind in EVENTS if not kind.startswith(ABOUT_PEOPLE)}

    def sum_of(self, span: Span, kind: str, name: str) -> int:
        """Return the sum of a number that entries of a kind have."""
        numbers = (one.about.get(name) for one in self.of(span) if one.kind == kind)
        return sum(number for number in numbers if isinstance(number, int))

    def unfinished(self, span: Span) -> int:
        """Return how many runs began and were not finished, as far as entries tell."""
        states = Counter(str(one.about.get("state")) for one in self.of(span) if one.kind == "run")
        return max(0, states["begun"] - states["finished"])


def read_trail(trail: Trail, zone: str) -> TrailFacts:
    """Return what the trail says, as far as it can be followed."""
    second = trail.second
    has_second, is_named = bool(second and second.is_dir()), second is not None
    try:
        entries = tuple(trail.entries())
    except (StoreError, OSError):
        return TrailFacts(trail.folder, zone, is_damaged=True, has_second=has_second, second_named=is_named)
    try:
        is_doubted = bool(trail.check().faults)
    except (StoreError, OSError):
        is_doubted = True
    return TrailFacts(trail.folder, zone, entries, is_doubted=is_doubted, has_second=has_second, second_named=is_named)


@dataclass(frozen=True, slots=True)
class YearCounts:
    """How often something was done about people in a year, in bands; nothing where the year is not to be told of."""

    span: Span
    bands: Mapping[str, SheetCell] = field(default_factory=dict)  # by kind
    why_not: str = ""  # part of a sentence


def counts_of_year(
    facts: TrailFacts, span: Span, kinds: Iterable[str], settings: SuppressionSettings, now: datetime
) -> YearCounts:
    """Return bands of how often some kinds of acts about people were done in a calendar year.

    They are told of whole years that are over and whose entries are all there, and of no other time: two such counts of
    times that overlap would tell what was done in between.
    """
    if not is_over(span, facts.zone, now):
        return YearCounts(
            span, why_not="the year is not over, and what is added to it day by day would be single cases"
        )
    if facts.is_damaged or facts.is_doubted:
        return YearCounts(span, why_not="the trail is damaged, or its second place does not agree with it")
    if facts.first is None:
        return YearCounts(span, why_not="there is no trail")
    if facts.first > span.last:
        return YearCounts(span, why_not="the trail begins later")
    for entry in facts.entries:
        if entry.kind in _GONE and facts.day(entry) >= span.first and facts.first >= span.first:
            return YearCounts(span, why_not=_GONE[entry.kind])
    entries = facts.of(span)
    return YearCounts(span, {kind: band(_things(entries, kind), settings) or WITHHELD for kind in kinds})


def cases_are_in_order(facts: TrailFacts, officers: Officers, now: datetime) -> bool:
    """Return whether every entry about a case is signed by who may, and follows on what has to come before it.

    Args:
        facts: the trail.
        officers: whose signatures count; without any, whoever holds the key that an entry names.
        now: the moment.
    """
    return not read_cases(facts.entries, now, officers if officers.people else None).faults


def _things(entries: Iterable[Entry], kind: str) -> int:
    """Return how many things some entries of a kind are about: a request that is answered in two steps is one."""
    mine = [one for one in entries if one.kind == kind]
    if kind == "case.lapsed":
        return sum(len(cases) if isinstance(cases := one.about.get("cases"), list) else 1 for one in mine)
    names = ("request", "case") if kind.startswith("case.") else ("reference",)
    return len({next((str(one.about[name]) for name in names if name in one.about), one.sha256) for one in mine})
