"""Where each case stands, from the trail alone: who asked, who agreed, whether it was opened, and how it ended.

An entry counts only if whoever is said to have made it has signed it, as it stands there, at its own time, and nothing
forbids it: nobody agrees to what they asked for, an agreement is to one request, and a request is opened once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from netaudit.custody.statements import digest, holds
from netaudit.custody.trail import Entry
from netaudit.definitions.officers import Officer, Officers, is_one_name
from netaudit.errors import Problem

STATES = ("requested", "approved", "opening", "open", "closed", "lapsed", "expired")
_HOLDING = ("requested", "approved", "opening", "open")
_OVER = ("closed", "lapsed")
_WAITING = ("requested", "approved")
_CLOCKS_DIFFER = timedelta(minutes=5)  # between what was signed and the entry of it
# kind of entry → the parts in which officers sign it → roles that may
_PARTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "case.requested": {"by": ("ig",)},
    "case.approved": {"by": ("hr", "approver")},
    "case.opening": {"ig": ("ig",), "hr": ("hr",)},
    "case.opened": {"ig": ("ig",), "hr": ("hr",)},
    "case.closed": {"by": ("ig", "hr")},
}
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "case.requested": ("case", "period", "request", "purpose", "expires"),
    "case.approved": ("case", "request", "request_sha256"),
    "case.opening": ("case", "request", "approval_sha256"),
    "case.opened": ("case", "request", "opening_sha256"),
    "case.closed": ("case", "outcome"),
}
# Two who act at once come too late for one another, and what a request stood on may be past its retention.
_EXPIRED, _WAS_OVER = "the request had expired", "the case was over before"
_ASKED, _NO_REQUEST = "somebody else has asked for this case already", "there is no such request of this case"
_ANOTHER = "it agrees to another request than the one that waits"
_NOT_AGREED = "nobody had agreed to that request, or it was opened before"
_NOT_OPENING = "that was not being opened"
_TOO_LATE = frozenset({_EXPIRED, _WAS_OVER, _ASKED, _NO_REQUEST, _ANOTHER, _NOT_AGREED, _NOT_OPENING})


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed something: the name, and the key that tells more surely."""

    name: str
    verify_key: str

    def is_same_person(self, other: Signed, officers: Officers) -> bool:
        """Return whether two signatures are of one person, as far as names, keys and identifiers tell."""
        if self.verify_key == other.verify_key or is_one_name(self.name, other.name):
            return True
        mine, theirs = officers.holding(self.verify_key), officers.holding(other.verify_key)
        return mine is not None and theirs is not None and mine.is_same_person(theirs)


@dataclass(frozen=True, slots=True)
class CaseState:
    """Where a case stands."""

    case_number: str
    period: str
    state: str  # one of STATES; expired: a request that nobody opened in time
    request_id: str = ""
    purpose: str = ""
    requested: Signed | None = None
    approved: Signed | None = None
    opened: tuple[Signed, ...] = ()  # of IG and of HR
    expires: datetime | None = None  # of the request
    since: datetime | None = None  # of the last entry
    outcome: str = ""
    last_sha256: str = ""  # of the last statement; whoever goes on names it
    opened_with: str = ""  # the request with which it was opened last
    first_entry: int = 0  # of the trail that is about the case: as long as it holds, that one must stay
    ran_out: bool = False  # the trail has gone on beyond `expires`, whatever the clock says now

    @property
    def requested_by(self) -> str:
        """Return who asked."""
        return self.requested.name if self.requested else ""

    @property
    def approved_by(self) -> str:
        """Return who agreed."""
        return self.approved.name if self.approved else ""

    @property
    def holds(self) -> bool:
        """Return whether what there is of the case must not be destroyed by the calendar."""
        return self.state in _HOLDING

    @property
    def is_over(self) -> bool:
        """Return whether the case was closed or has lapsed: its name can never be opened again."""
        return self.state in _OVER

    @property
    def opened_by_this(self) -> bool:
        """Return whether the last request is the one with which the case was opened."""
        return bool(self.opened_with) and self.opened_with == self.request_id

    @property
    def was_seen(self) -> bool:
        """Return whether the name was shown, or may have been."""
        return bool(self.opened)


@dataclass(frozen=True, slots=True)
class Cases:
    """Where all cases stand, and which entries do not count."""

    states: Mapping[str, CaseState]
    faults: tuple[tuple[Entry, Problem], ...]  # entries that say something of a case and do not count, and why
    made_up: frozenset[int]  # those of them that netaudit never writes, by number; others came too late

    def of_request(self, request_id: str) -> CaseState | None:
        """Return the case that a request is about; None if no request of this number stands."""
        return next((one for one in self.states.values() if request_id and one.request_id == request_id), None)


def case_states(entries: Iterable[Entry], now: datetime, officers: Officers | None = None) -> Mapping[str, CaseState]:
    """Return where each case stands, by its number, in order; of those that nobody has asked about nothing.

    Args:
        entries: of the trail, the oldest first.
        now: the moment: requests end by themselves.
        officers: whose keys count; None: whoever holds the key that an entry names, as nobody knows more.
    """
    return read_cases(entries, now, officers).states


def read_cases(entries: Iterable[Entry], now: datetime, officers: Officers | None = None) -> Cases:
    """Return where each case stands, and the entries that do not count; arguments as of `case_states`."""
    reading = _Reading(officers)
    faults, made_up = [], set()
    for entry in entries:
        reading.pass_time(entry.at)
        if entry.kind == "case.lapsed":
            reading.lapse(entry)
        elif entry.kind in _PARTS:
            fault = reading.take(entry)
            if fault:
                remedy = "it does not count; find out who wrote it: netaudit audit show"
                faults.append((entry, Problem(fault, f"entry {entry.number} of the audit trail", remedy)))
                if fault not in _TOO_LATE:
                    made_up.add(entry.number)
    states = {case: _at(reading.states[case], now) for case in sorted(reading.states)}
    return Cases(states, tuple(faults), frozenset(made_up))


def _at(state: CaseState, now: datetime) -> CaseState:
    """Return the state at a moment: a request that was not opened in time is over, an opening is not."""
    if state.state in _WAITING and state.expires is not None and (state.ran_out or now > state.expires):
        return replace(state, state="open" if state.opened else "expired")
    return state


@dataclass(slots=True)
class _Reading:
    officers: Officers | None
    states: dict[str, CaseState] = field(default_factory=dict)
    requests: set[str] = field(default_factory=set)  # every number that was ever used
    waiting: dict[str, datetime] = field(default_factory=dict)  # case → when its request ends

    def pass_time(self, at: datetime) -> None:
        """End the requests that an entry comes too late for: a clock that is set back does not bring them back."""
        for case in [case for case, expires in self.waiting.items() if at > expires]:
            del self.waiting[case]
            self.states[case] = replace(self.states[case], ran_out=True)

    def lapse(self, entry: Entry) -> None:
        cases = entry.about.get("cases")
        for case in cases if isinstance(cases, list) else ():
            known = self.states.get(str(case))
            if known is None or not _at(known, entry.at).holds:
                self.states[str(case)] = CaseState(str(case), "", "lapsed", since=entry.at, first_entry=entry.number)

    def take(self, entry: Entry) -> str:
        """Take an entry in, or return why it does not count."""
        if any(not isinstance(entry.about.get(name), str) for name in (*_NEEDED[entry.kind], "said_at")):
            return "something is missing in it"
        return self._unsigned(entry) or self._follow(entry, self.states.get(entry.about["case"]))

    def _follow(self, entry: Entry, known: CaseState | None) -> str:
        if known is not None and known.is_over:
            return _WAS_OVER
        if entry.kind == "case.requested":
            return self._request(entry, known)
        if entry.kind == "case.closed":
            self._close(entry, known)
            return ""
        if known is None or known.request_id != entry.about["request"]:
            return _NO_REQUEST
        step = {"case.approved": self._approve, "case.opening": self._opening, "case.opened": self._opened}
        return step[entry.kind](entry, known)

    def _close(self, entry: Entry, known: CaseState | None) -> None:
        case = entry.about["case"]
        known = known or CaseState(case, "", "closed", first_entry=entry.number)
        self.states[case] = replace(known, state="closed", outcome=entry.about["outcome"], since=entry.at)

    def _unsigned(self, entry: Entry) -> str:
        parts = _PARTS[entry.kind]
        if not holds(entry.kind, entry.about, *parts):
            return "its signature is missing, or is not that of what it says"
        try:
            at = datetime.fromisoformat(entry.about["said_at"])
            apart = abs(entry.at - at)
        except (ValueError, TypeError):
            return "it does not say when it was signed"
        if apart > _CLOCKS_DIFFER:
            return "it was signed at another time: an old statement, used again"
        for part, roles in parts.items() if self.officers is not None else ():
            fault = self._no_officer(entry.about, part, roles, entry.at)
            if fault:
                return fault
        return ""

    def _no_officer(self, about: Mapping[str, Any], part: str, roles: tuple[str, ...], at: datetime) -> str:
        officer = self.officers.holding(about[f"{part}_key"]) if self.officers else None
        if officer is None:
            return "it is signed with a key that nobody has enrolled"
        if officer.name != about[part]:
            return "it names somebody else than the officer whose key signed it"
        if officer.role not in roles:
            return f"an officer of the role '{officer.role}' cannot say that"
        if not _in_office(officer, at):
            return "the officer was not in office"
        return ""

    def _same(self, one: Signed, *others: Signed | None) -> bool:
        officers = self.officers or Officers()
        return any(other is not None and one.is_same_person(other, officers) for other in others)

    def _request(self, entry: Entry, known: CaseState | None) -> str:
        about = entry.about
        if about["request"] in self.requests:
            return "the number of this request was used before"
        if known is not None and _at(known, entry.at).state in ("requested", "approved"):
            return _ASKED
        try:
            expires = datetime.fromisoformat(about["expires"])
        except ValueError:
            return "it does not say when it ends"
        if expires.tzinfo is None:
            return "it does not say when it ends"
        self.requests.add(about["request"])
        self.waiting[about["case"]] = expires
        self.states[about["case"]] = CaseState(
            about["case"],
            about["period"],
            "requested",
            about["request"],
            about["purpose"],
            requested=_signed(about, "by"),
            opened=known.opened if known else (),
            opened_with=known.opened_with if known else "",
            first_entry=known.first_entry if known else entry.number,
            expires=expires,
            since=entry.at,
            last_sha256=digest(about),
        )
        return ""

    def _approve(self, entry: Entry, known: CaseState) -> str:
        by = _signed(entry.about, "by")
        if _is_late(entry, known):
            return _EXPIRED
        if known.state != "requested" or entry.about["request_sha256"] != known.last_sha256:
            return _ANOTHER
        if self._same(by, known.requested):
            return "nobody can agree to what they asked for"
        self.states[known.case_number] = replace(
            known, state="approved", approved=by, since=entry.at, last_sha256=digest(entry.about)
        )
        return ""

    def _opening(self, entry: Entry, known: CaseState) -> str:
        ig, hr = _signed(entry.about, "ig"), _signed(entry.about, "hr")
        if _is_late(entry, known):
            return _EXPIRED
        if known.state != "approved" or entry.about["approval_sha256"] != known.last_sha256:
            return _NOT_AGREED
        if self._same(ig, hr, known.approved) or self._same(hr, known.requested):
            return "one person took two sides"
        self.states[known.case_number] = replace(
            known,
            state="opening",
            opened=(ig, hr),
            opened_with=known.request_id,
            since=entry.at,
            last_sha256=digest(entry.about),
        )
        return ""

    def _opened(self, entry: Entry, known: CaseState) -> str:
        if known.state != "opening" or entry.about["opening_sha256"] != known.last_sha256:
            return _NOT_OPENING
        self.states[known.case_number] = replace(known, state="open", since=entry.at, last_sha256=digest(entry.about))
        return ""


def _is_late(entry: Entry, known: CaseState) -> bool:
    return known.expires is not None and (known.ran_out or entry.at > known.expires)


def _signed(about: Mapping[str, Any], part: str) -> Signed:
    return Signed(str(about[part]), str(about[f"{part}_key"]))


def _in_office(officer: Officer, at: datetime) -> bool:
    """Return whether an officer is in office at a moment; days are those of any zone, as none is known here."""
    return any(officer.is_there((at + timedelta(hours=hours)).date()) for hours in (-12, 0, 14))
