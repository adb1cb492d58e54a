"""Sealed identities of the cases in a store: which there are, and how they end."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from netaudit.assess import decided
from netaudit.contracts import FINDINGS
from netaudit.custody import Cases, CaseState, Header, read_cases, read_header
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.holds import read_holds
from netaudit.definitions.officers import Officers, load_officers
from netaudit.definitions.registers import Registers, load_registers
from netaudit.errors import DefinitionError
from netaudit.pipeline.policy_choice import class_titles
from netaudit.pipeline.stores import has_store, open_store
from netaudit.pipeline.trails import note, open_trail
from netaudit.protect import decisions_table
from netaudit.store import Commit, SealFiles, Store

_KEY = "identity"  # and a few random digits, in a folder of the key folder that is called as the case
_WHOLE = "week"
SEALED = ("new", "confirmed")  # what is close to a limit, excused or withdrawn is nobody's to open
PROVEN = "confirmed"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the findings of a store say of a case."""

    period: str
    status: str

    @property
    def may_be_sealed(self) -> bool:
        """Return whether somebody has to decide about it."""
        return self.status in SEALED


def today_of(configuration: Configuration, now: datetime) -> date:
    """Return the day of a moment where the organisation is."""
    return now.astimezone(ZoneInfo(configuration.zone)).date()


def cases_of(configuration: Configuration, out: Path, now: datetime, officers: Officers | None = None) -> Cases:
    """Return where cases stand, by the trail; only what officers have signed counts.

    Raises:
        StoreError: the trail is damaged.
        DefinitionError: the file of officers is wrong.
    """
    known = load_officers(configuration.officers_file) if officers is None else officers
    return read_cases(open_trail(configuration, out).entries(), now, known)


def standing_of(commit: Commit, registers: Registers) -> dict[str, Standing]:
    """Return what the findings of a store say of each case, decisions of people included."""
    decisions = decisions_table(registers)
    found: dict[str, Standing] = {}
    for period, _ in commit.parts("findings"):
        if commit.is_destroyed("findings", period):
            continue
        stored = commit.read("findings", period, _WHOLE)
        if stored is not None:
            findings = decided(FINDINGS.completed(stored), decisions).select("finding_id", "status")
            found |= {case: Standing(period, status) for case, status in findings.iter_rows()}
    return found


def standing_in(store: Store, registers: Registers) -> dict[str, Standing]:
    """Return what `standing_of` does, of a store that nothing is being written to."""
    return standing_of(Commit(store, store.ledger.next_run()), registers)


def registers_of(configuration: Configuration) -> Registers:
    """Return the staff directory and the registers of a configuration.

    Raises:
        DefinitionError: with all their faults.
    """
    classes = frozenset(class_titles(configuration))
    one = configuration
    return load_registers(one.directory, one.registers, one.zone, classes, one.realms, one.ldif)


def seal_headers(store: Store) -> dict[str, Header]:
    """Return what can be read of each seal that its key still opens, by case number."""
    found = {}
    files = SealFiles(store.folder)
    for case in files:
        header = read_header(files.read(case) or b"")
        if header and header.case_number == case and store.keys.has(header.key, case):
            found[case] = header
    return found


def is_over(store: Store, case_number: str) -> bool:
    """Return whether a case was closed or has lapsed: it is never sealed again."""
    return store.keys.destroyed(_KEY, case_number) is not None


def put_seal(store: Store, header: Header, made: Callable[[Header, bytes], bytes]) -> None:
    """Seal a case under a new key, in the place of the seal before.

    The new key comes first, then the file that needs it, and the key before goes last: whatever happens, the file that
    is there has its key.

    Args:
        store: open.
        header: of the seal; it gets the name of its key.
        made: makes the seal with a key.
    """
    case = header.case_number
    header = replace(header, key=f"{_KEY}_{secrets.token_hex(4)}")
    SealFiles(store.folder).write(case, made(header, store.keys.make(header.key, case)))
    drop_other_keys(store, case, header.key)


def drop_other_keys(store: Store, case_number: str, key: str) -> None:
    """Destroy the keys of a case that its seal does not need: a crash may have left some."""
    for other in store.keys.tables(case_number):
        if other != key:
            store.keys.drop(other, case_number)


def drop_seal_in(store: Store, case_number: str) -> None:
    """Destroy a seal whose finding fell away; should it come again, it is sealed anew."""
    drop_other_keys(store, case_number, "")
    SealFiles(store.folder).remove(case_number)


def destroy_seal_in(store: Store, case_number: str, today: date) -> None:
    """Destroy a seal and its key for good: nobody can open a copy of it either, and the case is never sealed again.

    Raises:
        StoreError: store or key folder cannot be written to; the same again goes on.
    """
    store.keys.destroy_all(case_number, today)
    SealFiles(store.folder).remove(case_number)


def destroy_seal(configuration: Configuration, out: Path, case_number: str, today: date) -> None:
    """Open the store and do what `destroy_seal_in` does; recording it is the caller's.

    Raises:
        StoreError: the store is in use, or cannot be written to.
    """
    store = open_store(configuration, out)
    try:
        destroy_seal_in(store, case_number, today)
    finally:
        store.close()


def finish(store: Store, states: Iterable[CaseState], today: date) -> None:
    """Destroy what is left of cases that are over, as a crash may have stopped it; clear what was half written."""
    files = SealFiles(store.folder)
    files.clear_half_written()
    there = set(files)
    for one in states:
        if one.is_over and (one.case_number in there or store.keys.tables(one.case_number)):
            destroy_seal_in(store, one.case_number, today)
    for case in there:
        if is_over(store, case):
            files.remove(case)


def lapsed_in(
    store: Store,
    configuration: Configuration,
    states: Mapping[str, CaseState],
    standing: Mapping[str, Standing],
    today: date,
) -> list[Header]:
    """Return the seals that nobody proved or asked for in time, by case number.

    Args:
        store: open.
        configuration: the days from raising on (where they were more when it was sealed, the fewer count); the holds.
        states: where cases stand; what is asked for or open is held.
        standing: what findings say; what was confirmed is proven.
        today: the day.

    Raises:
        DefinitionError: the file of holds has faults, so that nobody knows what must stay.
    """
    days, found = configuration.unproven_days, []
    headers = seal_headers(store)
    holds = read_holds(configuration.holds_file, today) if headers else []
    held_cases = {one.case_number for one in holds if one.case_number}
    held_weeks = {period for one in holds if not one.case_number for period in one.periods}
    for case, header in headers.items():
        held = (case in states and states[case].holds) or case in held_cases or header.period in held_weeks
        proven = case in standing and standing[case].status == PROVEN
        last = min((header.expires - header.raised).days, days)
        if not held and not proven and (today - header.raised).days > last:
            found.append(header)
    return found


def lapse_in(
    store: Store,
    configuration: Configuration,
    out: Path,
    states: Mapping[str, CaseState],
    standing: Mapping[str, Standing],
    now: datetime,
    who: str = "",
) -> list[Header]:
    """Destroy the seals that nobody proved or asked for in time, and return what could be read of them.

    It is recorded first: a crash leaves seals of cases that have lapsed, which the next run destroys.

    Raises:
        StoreError: trail, store or key folder cannot be written to.
    """
    today = today_of(configuration, now)
    try:
        gone = lapsed_in(store, configuration, states, standing, today)
    except DefinitionError:
        gone = []  # the next purge says all of it; until it is mended everything stays
    if gone:
        cases = [one.case_number for one in gone]
        about = {"cases": cases, "periods": sorted({one.period for one in gone}), "days": configuration.unproven_days}
        note(configuration, out, "case.lapsed", about, now, who)
        for case in cases:
            destroy_seal_in(store, case, today)
    return gone


def lapsed_seals(configuration: Configuration, out: Path, now: datetime) -> list[Header]:
    """Return the seals that `lapse` would destroy, without destroying any.

    Raises:
        StoreError: the store is in use, or the trail is damaged.
    """
    if not has_store(configuration, out):
        return []
    states = cases_of(configuration, out, now).states
    store = open_store(configuration, out)
    try:
        standing, today = standing_in(store, registers_of(configuration)), today_of(configuration, now)
        return lapsed_in(store, configuration, states, standing, today)
    finally:
        store.close()


def lapse(configuration: Configuration, out: Path, now: datetime, who: str = "") -> list[Header]:
    """Destroy the seals that nobody proved or asked for in time, record it, and return what could be read of them.

    Raises:
        StoreError: the store is in use, or the trail is damaged.
    """
    if not has_store(configuration, out):
        return []
    store = open_store(configuration, out)
    try:
        states = cases_of(configuration, out, now).states
        finish(store, states.values(), today_of(configuration, now))
        return lapse_in(store, configuration, out, states, standing_in(store, registers_of(configuration)), now, who)
    finally:
        store.close()
