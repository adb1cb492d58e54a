"""The steps of a case: asking for the name, agreeing, opening, closing. Each is recorded before anything is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from netaudit.custody import (
    CaseState,
    Header,
    Identity,
    Sealed,
    Signed,
    digest,
    new_request_id,
    officer_of,
    said,
    two_people,
    unseal,
)
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.officers import Officer, Officers
from netaudit.definitions.registers import Registers
from netaudit.errors import InputError, Problem, StoreError
from netaudit.pipeline.case_room import Room, opened_store, step
from netaudit.pipeline.free_text import free_text
from netaudit.pipeline.seals import destroy_seal_in, is_over, lapsed_in, registers_of, seal_headers, standing_in
from netaudit.store import SealFiles, Store


def request_case(
    configuration: Configuration,
    out: Path,
    case_number: str,
    purpose: str,
    key: Identity,
    now: datetime,
    hours: int | None = None,
) -> CaseState:
    """Ask, as an officer of IG, for the name behind a case; return how it stands then.

    Args:
        configuration: what the organisation has decided.
        out: where a run wrote.
        case_number: of the case.
        purpose: what the name is needed for; it names nobody.
        key: of the officer.
        now: the moment.
        hours: until when it can be opened; None: as the configuration says, and never more.

    Raises:
        NetauditError: it is refused; which is recorded.
    """
    case_number = case_number.strip().upper()
    with step(configuration, out, now, "case request", {"case": case_number}, key) as room:
        room.gate()
        officer = officer_of(key, room.officers, room.today)
        if officer.role != "ig":
            raise InputError(Problem("only an officer of IG can ask for a name", "--key", "ask one of them"))
        most = configuration.request_hours
        if hours is not None and not 1 <= hours <= most:
            raise InputError(Problem("that is no time for a request to wait", "--hours", f"write 1 to {most}"))
        registers = registers_of(configuration)
        purpose = free_text(purpose, "--purpose", registers)
        with opened_store(room) as store:
            states = room.cases().states
            header = _seal_of(store, case_number, states.get(case_number), registers, room)
            about = {
                "case": case_number,
                "period": header.period,
                "request": new_request_id(),
                "purpose": purpose,
                "expires": (now.astimezone(UTC) + timedelta(hours=hours or most)).isoformat(),
            }
            room.note("case.requested", said("case.requested", about, now, ("by", officer, key)), officer)
        return room.cases().states[case_number]


def approve_case(configuration: Configuration, out: Path, request_id: str, key: Identity, now: datetime) -> CaseState:
    """Agree, as an officer of HR or an approver, to what somebody else asked for; return how the case stands then.

    Raises:
        NetauditError: it is refused; which is recorded.
    """
    request_id = request_id.strip().upper()
    with step(configuration, out, now, "case approve", {"request": request_id}, key) as room:
        officer = officer_of(key, room.officers, room.today)
        state = _request(room, request_id)
        if state.state != "requested":
            raise StoreError(Problem(f"{state.approved_by} has agreed to {request_id} already", "", "open the case"))
        if _is_one_of(officer, room.officers, state.requested):
            remedy = "somebody else has to: an officer of HR, or an approver"
            raise StoreError(Problem("nobody can agree to what they asked for", "--key", remedy))
        if officer.role not in ("hr", "approver"):
            remedy = "an officer of HR, or an approver, can"
            raise StoreError(Problem("an officer of IG cannot agree to a request of IG", "--key", remedy))
        about = {"case": state.case_number, "request": request_id, "request_sha256": state.last_sha256}
        room.note("case.approved", said("case.approved", about, now, ("by", officer, key)), officer)
        return room.cases().states[state.case_number]


def open_case(
    configuration: Configuration,
    out: Path,
    request_id: str,
    ig_key: Identity,
    hr_key: Identity,
    now: datetime,
    show: Callable[[Sealed, CaseState], None],
) -> CaseState:
    """Open the seal of a case, once, with two people's keys; return how it stands then.

    That it is opened is recorded, on disk and in the second place, before it is; so whatever happens then, the name
    counts as seen, and to see it again takes another request.

    Args:
        configuration: what the organisation has decided.
        out: where a run wrote.
        request_id: of a request that somebody else has agreed to.
        ig_key: of an officer of IG: who asked, or another one.
        hr_key: of an officer of HR: who agreed, or another one.
        now: the moment.
        show: is given the name, and shows it to the two.

    Raises:
        NetauditError: it is refused; which is recorded.
    """
    request_id = request_id.strip().upper()
    with step(configuration, out, now, "case open", {"request": request_id}, ig_key, hr_key) as room:
        room.gate()
        ig, hr = two_people(ig_key, hr_key, room.officers, room.today)
        registers = registers_of(configuration)
        with opened_store(room) as store:
            state = _request(room, request_id)
            if state.state != "approved":
                remedy = "an officer of HR, or an approver, has to: netaudit case approve"
                raise StoreError(Problem(f"nobody has agreed to {request_id} yet", "", remedy))
            _refuse_two_sides(room, state, ig, hr)
            header = _seal_of(store, state.case_number, None, registers, room)
            content = SealFiles(store.folder).read(state.case_number) or b""
            case_key = store.keys.key(header.key, state.case_number)
            signers = ("ig", ig, ig_key), ("hr", hr, hr_key)
            both = {"case": state.case_number, "request": request_id}
            opening = said("case.opening", both | {"approval_sha256": state.last_sha256}, now, *signers)
            room.note("case.opening", opening, ig, hr)
            show(unseal(content, header, case_key, ig_key, hr_key), state)
            opened = said("case.opened", both | {"opening_sha256": digest(opening)}, now, *signers)
            room.note("case.opened", opened, ig, hr)
        return room.cases().states[state.case_number]


def close_case(
    configuration: Configuration, out: Path, case_number: str, outcome: str, key: Identity, now: datetime
) -> None:
    """Close a case, as an officer of IG or of HR: its seal and key are destroyed, also where it was never opened.

    Raises:
        NetauditError: it is refused; which is recorded.
    """
    case_number = case_number.strip().upper()
    with step(configuration, out, now, "case close", {"case": case_number}, key) as room:
        officer = officer_of(key, room.officers, room.today)
        if officer.role not in ("ig", "hr"):
            raise StoreError(Problem("an approver cannot close a case", "--key", "an officer of IG or of HR can"))
        outcome = free_text(outcome, "--outcome", registers_of(configuration))
        with opened_store(room) as store:
            state = room.cases().states.get(case_number)
            there = case_number in set(SealFiles(store.folder)) or bool(store.keys.tables(case_number))
            if state is not None and state.is_over and not there:
                raise StoreError(Problem(f"case {case_number} was {_ended(state)} before", "", "nothing is left of it"))
            if state is None and not there:
                raise InputError(Problem("there is no seal of a case of this number", "", "netaudit case list"))
            if state is None or not state.is_over:
                about = {"case": case_number, "outcome": outcome}
                room.note("case.closed", said("case.closed", about, now, ("by", officer, key)), officer)
            destroy_seal_in(store, case_number, room.today)


def _request(room: Room, request_id: str) -> CaseState:
    """Return the case that a request is about, which can still be opened.

    Raises:
        StoreError: it cannot, and why.
    """
    cases = room.cases()
    state = cases.of_request(request_id)
    if state is not None and state.state in ("requested", "approved"):
        return state
    again = "ask anew: netaudit case request"
    if state is None:
        problems = [problem for entry, problem in cases.faults if entry.about.get("request") == request_id]
        unknown = Problem("there is no request of this number", "", "netaudit case list")
        raise StoreError(problems or unknown)
    if state.is_over:
        raise StoreError(Problem(f"case {state.case_number} was {_ended(state)}", "", "nothing is left of it"))
    if state.state == "expired" or not state.opened_by_this:
        raise StoreError(Problem(f"request {request_id} has expired", "", again))
    raise StoreError(Problem(f"{request_id} was used: a request opens a case once, and the name was seen", "", again))


def _ended(state: CaseState) -> str:
    return f"{state.state} on {state.since:%Y-%m-%d}" if state.since else state.state


def _refuse_two_sides(room: Room, state: CaseState, ig: Officer, hr: Officer) -> None:
    """Refuse one person on two sides: who asked and IG's key on one, who agreed and HR's key on the other."""
    if _is_one_of(hr, room.officers, state.requested) or _is_one_of(ig, room.officers, state.approved):
        remedy = "IG asks and holds one key; somebody else agrees; HR holds the other key"
        raise StoreError(Problem("one person cannot take two sides in a case", "", remedy))


def _is_one_of(officer: Officer, officers: Officers, *signed: Signed | None) -> bool:
    own = Signed(officer.name, officer.verify_key)
    return any(one is not None and own.is_same_person(one, officers) for one in signed)


def _seal_of(store: Store, case_number: str, state: CaseState | None, registers: Registers, room: Room) -> Header:
    """Return the seal of a case that can be asked for or opened.

    Args:
        store: open.
        case_number: of the case.
        state: where it stands, if that has not been looked at; None: somebody has asked and was agreed with.
        registers: with the decisions of people.
        room: the moment.

    Raises:
        StoreError: there is none, and why.
    """
    if is_over(store, case_number) or (state is not None and state.is_over):
        when = _ended(state) if state is not None and state.is_over else "over"
        raise StoreError(Problem(f"case {case_number} was {when}", "", "its name can never be opened again"))
    if state is not None and state.state in ("requested", "approved"):
        until = f", until {state.expires:%Y-%m-%d %H:%M} UTC" if state.expires else ""
        what = f"{state.requested_by} has asked for case {case_number} already: {state.request_id}{until}"
        raise StoreError(Problem(what, "", "go on with that request, or wait until it has expired"))
    standing = standing_in(store, registers)
    found = standing.get(case_number)
    if found is None:
        raise InputError(Problem("there is no case of this number", "", "take the number from the findings page"))
    if not found.may_be_sealed:
        what = f"case {case_number} is {found.status}: nobody has to answer for it"
        raise StoreError(Problem(what, "", "names are sealed of cases that are new or confirmed"))
    header = seal_headers(store).get(case_number)
    if header is None:
        remedy = "the next run seals it, if officers are enrolled and the name is known: in the directory or its logs"
        raise StoreError(Problem(f"no name is sealed for case {case_number}", "", remedy))
    if header in lapsed_in(store, room.configuration, room.cases().states, standing, room.today):
        remedy = "nobody proved it or asked in time; the next run destroys the seal"
        raise StoreError(Problem(f"the time to ask for case {case_number} is over", "", remedy))
    return header
