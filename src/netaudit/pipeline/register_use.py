"""What became of the registers in the weeks that are shown: counts and line numbers, never a name."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.contracts import Case, RegisterUse, Unlisted
from netaudit.definitions.policies import Policy
from netaudit.definitions.registers import Device, Entry, Registers
from netaudit.protect import Identities, attended

_DATED = ("consent", "exemption", "research", "objection")  # once they are over, somebody should know
_OF_CASES = ("decision", "statement")
_EXCUSING = ("consents.csv", "exemptions.csv", "research.csv", "self_reports.csv", "objections.csv")
_NOT_DECIDED = {
    "excused": "the case is excused, so that there is nothing to decide: it changes nothing",
    "close": "the case is close to a limit and not proven, so that it cannot be confirmed: it changes nothing",
}
_MANY_ADDRESSES = 8  # as many people as make a group
_COUNTS = pl.Schema({"missing": pl.Int64, "outside": pl.Int64})


def unlisted(visits: pl.DataFrame, people: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return how many people with activity the directory does not have: `missing`, `outside` as in `Unlisted`.

    No rows where there is no directory. Shielded visits are no activity.
    """
    if people.is_empty():
        return pl.DataFrame(schema=_COUNTS)
    days = (
        attended(visits, policy.classes)
        .select("user_hash", day=pl.col("event_start").dt.convert_time_zone(policy.zone).dt.date())
        .unique()
    )
    there = (
        days.join(people, on="user_hash")
        .filter(
            pl.col("starts").is_null() | (pl.col("starts") <= pl.col("day")),
            pl.col("ends").is_null() | (pl.col("ends") >= pl.col("day")),
        )
        .select("user_hash", "day")
    )
    missing = days.join(people, on="user_hash", how="anti")["user_hash"].n_unique()
    gone = days.join(people, on="user_hash", how="semi").join(there, on=["user_hash", "day"], how="anti")
    return pl.DataFrame([(missing, gone["user_hash"].n_unique())], _COUNTS, orient="row")


def register_use(
    registers: Registers,
    identities: Identities,
    cases: Sequence[Case] | None,
    policy: Policy,
    now: datetime,
) -> tuple[RegisterUse, ...]:
    """Return how each register that there is was used.

    Whether somebody was active is told of no entry: whoever has the register would know of whom.

    Args:
        registers: the registers.
        identities: whom the directory has, and which devices the logs of this run met.
        cases: the cases of the weeks that are shown; None: none may be shown, so that nothing is told of them.
        policy: says how long a self-report may take without being told of.
        now: the moment of the run.
    """
    used: defaultdict[str, set[str]] = defaultdict(set)
    for case in cases or ():
        for place in filter(None, case.entries.split("; ")):
            used[place].add(case.case_number)
    known_cases = None if cases is None else {case.case_number: case for case in cases}
    roles = {role for person in registers.people for role in person.roles}
    zone = ZoneInfo(policy.zone)
    rows: dict[str, list[_Row]] = {name: [] for name in registers.files}
    for entry in registers.entries:
        file, line = _place(entry.place)
        is_known = _is_known(entry, identities, roles, bool(registers.people))
        state = _state(entry, now) if entry.register in _DATED else 0
        notes = _notes_of(entry, policy)
        of_case = [] if known_cases is None else _case_notes_of(entry, known_cases)
        rows.setdefault(file, []).append((line, state, is_known, used[entry.place], notes, of_case))
    for device in registers.devices:
        file, line = _place(device.place)
        is_told = identities.has_read and (device.kind != "own_device" or _is_of_many(device.text))
        is_known = not is_told or device.place in identities.met
        state = _state_of_device(device, now.astimezone(zone))
        rows.setdefault(file, []).append((line, state, is_known, set(), [], []))
    odd: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for note in registers.notes:
        file, line = _place(note.place)
        odd[file].append((line, note.what))
    told = tuple(_use(name, rows[name], odd[name]) for name in sorted(rows))
    return told if cases is not None else tuple(replace(one, used=None, cases=None, unused=()) for one in told)


# Line; -1 over, 0 in force, 1 to come; known; cases; notes about itself, and about its case.
_Row = tuple[int, int, bool, set[str], list[str], list[str]]


def _use(name: str, rows: Iterable[_Row], odd: Iterable[tuple[int, str]]) -> RegisterUse:
    rows = list(rows)
    notes = [*odd, *((line, text) for line, *_, texts, _ in rows for text in texts)]
    return RegisterUse(
        name=name,
        entries=len(rows),
        in_force=sum(state == 0 for _, state, *_ in rows),
        used=sum(bool(cases) for *_, cases, _, _ in rows),
        cases=len(set().union(*(cases for *_, cases, _, _ in rows))),
        expired=tuple(line for line, state, *_ in rows if state < 0),
        not_begun=tuple(line for line, state, *_ in rows if state > 0),
        unmatched=tuple(line for line, _, is_known, *_ in rows if not is_known),
        unused=tuple(line for line, _, is_known, cases, *_ in rows if is_known and not cases and name in _EXCUSING),
        notes=tuple(sorted(notes)),
        case_notes=tuple((line, text) for line, *_, texts in rows for text in texts),
    )


def _place(place: str) -> tuple[str, int]:
    file, _, line = place.rpartition(":")
    return file, int(line)


def _is_known(entry: Entry, identities: Identities, roles: set[str], has_directory: bool) -> bool:
    if entry.register in _OF_CASES or not has_directory:
        return True
    if entry.role is not None:
        return entry.role in roles
    return entry.person_id is not None and identities.lists(entry.person_id)


def _state(entry: Entry, now: datetime) -> int:
    if entry.ends is not None and entry.ends <= now:
        return -1
    return 1 if entry.starts is not None and entry.starts > now else 0


def _is_of_many(text: str) -> bool:
    """Return whether it is a network: a device of somebody's own is as good as its owner."""
    return "/" in text and ipaddress.ip_network(text).num_addresses >= _MANY_ADDRESSES


def _state_of_device(device: Device, now: datetime) -> int:
    if device.ends is not None and device.ends < now.date():
        return -1
    return 1 if device.starts is not None and device.starts > now.date() else 0


def _case_notes_of(entry: Entry, cases: Mapping[str, Case]) -> list[str]:
    if entry.register not in _OF_CASES:
        return []
    case = cases.get(entry.reference or "")
    if case is None:
        return ["there is no such case in this report"]
    if entry.register == "statement":
        return []
    return [_NOT_DECIDED[case.status]] if case.status in _NOT_DECIDED else []


def _notes_of(entry: Entry, policy: Policy) -> list[str]:
    near = timedelta(days=policy.self_report_days)
    if entry.register == "self_report" and entry.reported and entry.ends and entry.reported > entry.ends + near:
        late = (entry.reported - entry.ends).days
        return [f"it was reported {late} {'day' if late == 1 else 'days'} after its date, and counts all the same"]
    return []


def unlisted_by_week(weeks: Iterable[tuple[str, Unlisted | None]]) -> dict[str, Unlisted]:
    """Return what is known of the people that the directory does not have, by week."""
    return {period: one for period, one in weeks if one is not None}
