"""The names behind a run's cases: sealed before its findings become true, and destroyed when these fall away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from netaudit.contracts import FINDINGS
from netaudit.custody import CaseState, Header, Sealed, fingerprint_of, seal
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.officers import Officer, Officers
from netaudit.definitions.registers import Person
from netaudit.pipeline.door import Door
from netaudit.pipeline.forgotten import Forgotten
from netaudit.pipeline.seals import (
    Standing,
    cases_of,
    drop_other_keys,
    drop_seal_in,
    finish,
    is_over,
    lapse_in,
    put_seal,
    seal_headers,
    standing_of,
    today_of,
)
from netaudit.pipeline.stores import store_folder
from netaudit.pipeline.trails import note
from netaudit.pipeline.weeks import WHOLE, Rules
from netaudit.protect import PSEUDONYMS, Identities, Pseudonyms, people_table
from netaudit.store import Commit, SealFiles, Store

NO_OFFICERS = (
    "nothing is sealed, as no officers of IG and of HR are enrolled ([keys] officers): "
    "the names behind cases cannot be opened later"
)
_PERSON, _ACCOUNT = "person:", "account:"  # what pseudonyms are made of
_FOR = {
    "manager": "the line manager",
    "hr": "Human Resources",
    "safeguarding": "the safeguarding team",
    "fraud": "the counter-fraud team",
    "it": "IT",
}


@dataclass(frozen=True, slots=True)
class Sealing:
    """What a run needs to know to seal names and to destroy seals."""

    configuration: Configuration
    out: Path
    officers: Officers
    now: datetime
    states: Mapping[str, CaseState]
    idle: bool  # there are neither officers nor anything sealed

    @property
    def today(self) -> date:
        """Return the day where the organisation is."""
        return today_of(self.configuration, self.now)

    @property
    def can_seal(self) -> bool:
        """Return whether there is somebody of either role to seal to."""
        return all(self.officers.of_role(role, self.today) for role in ("ig", "hr"))

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what whoever runs it is told."""
        return () if self.can_seal else (NO_OFFICERS,)

    def note(self, kind: str, about: Mapping[str, object]) -> None:
        """Record something in the audit trail."""
        note(self.configuration, self.out, kind, about, self.now)


def sealing_of(configuration: Configuration, out: Path, officers: Officers, now: datetime) -> Sealing:
    """Return what a run needs to know.

    Raises:
        StoreError: the trail is damaged.
    """
    idle = not officers.people and next(iter(SealFiles(store_folder(configuration, out))), None) is None
    states = {} if idle else cases_of(configuration, out, now, officers).states
    return Sealing(configuration, out, officers, now, states, idle)


def seal_names(
    sealing: Sealing, store: Store, commit: Commit, door: Door, rules: Rules, forgotten: Forgotten
) -> dict[str, Standing]:
    """Seal whose the findings are that a run is about to make true, as far as it is known; return how these stand.

    A finding that has its seal keeps it. Whose a case is that was closed, or has lapsed, is never sealed again. Where
    nobody in the directory and nobody in this run's logs has the pseudonym, nothing is sealed.

    Args:
        sealing: officers, the moment, and where cases stand.
        store: open.
        commit: what the run writes.
        door: makes pseudonyms, and knows those of this run.
        rules: the policy, the registers, and who accounts belong to.
        forgotten: weeks without keys.
    """
    if sealing.idle:
        return {}
    finish(store, sealing.states.values(), sealing.today)
    standing = standing_of(commit, rules.registers)
    if not sealing.can_seal:
        return standing
    there = seal_headers(store)
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for case, one in standing.items():
        if one.may_be_sealed and case not in there and not is_over(store, case):
            wanted[one.period].add(case)
    sealed = []
    for period, cases in sorted(wanted.items()):
        if not forgotten.lacks(period, (PSEUDONYMS,)):
            sealed += _seal_week(sealing, store, commit, door.pseudonyms(period), rules, period, cases)
    if sealed:
        to = [one.name for role in ("ig", "hr") for one in sealing.officers.of_role(role, sealing.today)]
        about = {"names": len(sealed), "periods": sorted({one.period for one in sealed}), "officers": to}
        sealing.note("seals.made", about)
    return standing


def _seal_week(
    sealing: Sealing,
    store: Store,
    commit: Commit,
    pseudonyms: Pseudonyms,
    rules: Rules,
    period: str,
    cases: Collection[str],
) -> list[Header]:
    stored = commit.read("findings", period, WHOLE)
    if stored is None:
        return []
    people_table(rules.registers, pseudonyms)  # now the pseudonyms of all in the directory are known
    whose = Whose(rules.registers.people, sealing.officers, rules.identities, rules.policy.zone)
    purposes = {rule.rule_id: rule.title for rule in rules.policy.rules}
    findings = FINDINGS.completed(stored).select("finding_id", "user_hash", "event_start", "rule_id", "clause", "route")
    sealed = []
    fingerprint = fingerprint_of(sealing.officers, sealing.today)
    expires = sealing.today + timedelta(days=sealing.configuration.unproven_days)
    for case, pseudonym, start, rule_id, clause, route in findings.sort("finding_id").iter_rows():
        text = pseudonyms.text_of(pseudonym) if case in cases else None
        if text is None:
            continue
        header = Header(case, period, sealing.today, expires, "", fingerprint)
        purpose = _purpose(clause, purposes.get(rule_id, rule_id), route)
        what = replace(whose.named(text, start), case_number=case, period=period, purpose=purpose)
        what = replace(what, raised=header.raised, expires=header.expires)
        put_seal(store, header, partial(_made, what, sealing, whose.officers_of(what)))
        sealed.append(header)
    return sealed


def _made(what: Sealed, sealing: Sealing, about: list[Officer], header: Header, key: bytes) -> bytes:
    return seal(what, header, sealing.officers, about, sealing.today, key)


def _purpose(clause: str, title: str, route: str) -> str:
    return f"to decide about a possible breach of clause {clause} ({title}), for {_FOR.get(route, route)}"


class Whose:
    """Says whose a pseudonym's text is: holds names, in memory only."""

    def __init__(self, people: Collection[Person], officers: Officers, identities: Identities, zone: str) -> None:
        self._rows: defaultdict[str, list[Person]] = defaultdict(list)
        for person in people:
            self._rows[person.person_id].append(person)
        self._officers = [one for one in officers.people if one.person_id]
        self._identities = identities
        self._zone = ZoneInfo(zone)

    def named(self, text: str, start: datetime) -> Sealed:
        """Return who it is, with the team of the day on which the finding starts."""
        day = start.astimezone(self._zone).date()
        nobody = Sealed("", "", "", day, day)
        if not text.startswith(_PERSON):
            return replace(nobody, accounts=(text.removeprefix(_ACCOUNT).removeprefix("\\"),))
        person_id = text.removeprefix(_PERSON)
        rows = self._rows[person_id]
        team = next((row.team or "" for row in rows if row.is_there(day)), "")
        accounts = tuple(sorted({account for row in rows for account in row.accounts}))
        return replace(nobody, person_id=person_id, accounts=accounts, team=team)

    def officers_of(self, what: Sealed) -> list[Officer]:
        """Return the officers whom it is about."""
        texts = {f"{_PERSON}{what.person_id}"} if what.person_id else set()
        texts |= {f"{_ACCOUNT}{self._identities.canonical(one)}" for one in what.accounts}
        return [one for one in self._officers if self._identities.named(one.person_id.lower(), None) in texts]


def tidy_seals(sealing: Sealing, store: Store, standing: Mapping[str, Standing]) -> None:
    """Destroy, once a run's findings are true, the seals that have no finding any more, and those that have lapsed.

    Args:
        sealing: where cases stand.
        store: open; nothing is being written to it.
        standing: how findings stand now.
    """
    if sealing.idle:
        return
    files = SealFiles(store.folder)
    gone = [case for case in files if case not in standing or not standing[case].may_be_sealed]
    if gone:
        sealing.note("seals.dropped", {"names": len(gone)})
    for case in gone:
        drop_seal_in(store, case)
    for case, header in seal_headers(store).items():
        drop_other_keys(store, case, header.key)
    lapse_in(store, sealing.configuration, sealing.out, sealing.states, standing, sealing.now)
