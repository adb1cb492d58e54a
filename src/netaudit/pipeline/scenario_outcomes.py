"""What a scenario expects beside what came out: the differences in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from netaudit.definitions.local_times import instant_of
from netaudit.definitions.scenario_terms import ExpectedFinding

_NEAR = 0.05  # minutes: reports print tenths
_MOMENTS = {"start": "event_start", "end": "event_end"}
_NEAR_SECONDS = 1
_LISTS = ("entries", "excused_by")  # of register entries, of which one may be named alone


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with the name of the person whom a story tells of."""

    person: str
    to: str  # the manager whom it is for; "" on every other route
    row: Mapping[str, Any]  # as FINDINGS

    def is_of(self, person: str) -> bool:
        """Return whether somebody is the person; capital letters do not matter, as in the staff directory."""
        return self.person.lower() == person.lower()

    def described(self, zone: str) -> str:
        """Return the finding in one line, in local time."""
        start, end = (self.row[name].astimezone(ZoneInfo(zone)) for name in ("event_start", "event_end"))
        until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%-d %B %H:%M}"
        words = [f"{self.person}: {self.row['rule_id']}, {self.row['status']}, {start:%-d %B %Y %H:%M} to {until}"]
        words.append(f"{self.row['minutes_low']:.1f} minutes proven, {self.row['minutes']:.1f} likely")
        if self.row["status_reason"]:
            words.append(self.row["status_reason"])
        words.append(f"route {self.row['route']}" + (f" to {self.to}" if self.to else ""))
        return "; ".join(words)


def differences(expected: Sequence[ExpectedFinding], found: Sequence[Found], zone: str) -> Iterator[str]:
    """Yield what differs between the findings that are expected and those that came out.

    Each expected finding is held against the one of its person and rule that it fits best; those of which most is said
    come first.
    """
    left = list(found)
    for wanted in sorted(expected, key=_how_vague):
        own = [one for one in left if one.is_of(wanted.person) and _is_about(wanted, one)]
        name = wanted.rule_id or f"clause {wanted.clause}"
        if not own:
            yield f"{wanted.person}, {name}: should be found as '{wanted.status}' and is not found"
            continue
        faults, best = min(((list(_faults(wanted, one, zone)), one) for one in own), key=lambda pair: len(pair[0]))
        left = [one for one in left if one is not best]
        for fault in faults:
            yield f"{wanted.person}, {name}: {fault}"
    for one in left:
        yield f"not expected: {one.described(zone)}"


def _how_vague(wanted: ExpectedFinding) -> tuple[bool, int]:
    said = [one for one in (wanted.start, wanted.end, *wanted.words, *wanted.numbers) if one is not None]
    return wanted.rule_id is None, -len(said)


def _is_about(wanted: ExpectedFinding, one: Found) -> bool:
    rule = wanted.rule_id in (None, one.row["rule_id"])
    return rule and wanted.clause in (None, one.row["clause"])


def _faults(wanted: ExpectedFinding, one: Found, zone: str) -> Iterator[str]:
    row = one.row
    if wanted.status != row["status"]:
        reason = f" ({row['status_reason']})" if row["status_reason"] else ""
        yield f"should come out as '{wanted.status}' and comes out as '{row['status']}'{reason}"
    for name, column in _MOMENTS.items():
        moment = getattr(wanted, name)
        if moment is None:
            continue
        there = row[column].astimezone(ZoneInfo(zone))
        if abs((instant_of(moment, ZoneInfo(zone)) - there).total_seconds()) > _NEAR_SECONDS:
            yield f"{name} should be {moment:%Y-%m-%d %H:%M:%S} and is {there:%Y-%m-%d %H:%M:%S}"
    for name, text in wanted.words.items():
        there = _word(name, one)
        there = text or "" if name == "to" and (text or "").lower() == there.lower() else there
        if text not in (there, *(there.split("; ") if name in _LISTS else ())):
            yield f"{name} should be '{text}' and is '{there}'"
    for name, number in wanted.numbers.items():
        there = row[name]
        if there is None:
            yield f"{name} should be {number} and it has none"
        elif abs(there - number) > _NEAR:
            yield f"{name} should be {number} and is {there if isinstance(there, bool) else round(there, 2)}"


def _word(name: str, one: Found) -> str:
    if name == "to":
        return one.to
    if name == "excused_by":
        return str(one.row["status_reason"]) if one.row["status"] == "excused" else ""
    return str(one.row[name] or "")
