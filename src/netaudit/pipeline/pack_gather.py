"""What an evidence pack needs of the store, the registers and the logs for a case to be made again elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from netaudit.definitions.configuration import Configuration
from netaudit.definitions.formats import Format
from netaudit.definitions.known_formats import KnownFormats
from netaudit.definitions.registers import Entry, Person
from netaudit.errors import InputError, Problem, StoreError
from netaudit.ingest import LogFile
from netaudit.pipeline.audit import Definitions
from netaudit.pipeline.buckets import SLICE_ROWS
from netaudit.pipeline.choices import Choices, choices_of
from netaudit.pipeline.class_maps import lists_of
from netaudit.pipeline.pack_inputs import FOLDER, Inputs, Run, entry_to_json
from netaudit.pipeline.pack_logs import Found, names_in
from netaudit.protect import Blind, BlindIdentities, Identities, Pseudonyms, blinded, group_of
from netaudit.store import CLASS_MAPS, POLICIES, Store, read_kept

_REMEDY = "restore the store from a back-up"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a case is about."""

    text: str  # what the pseudonym is made of: person:… or account:…
    pseudonym: int
    rows: tuple[Person, ...]  # of the directory
    entries: tuple[Entry, ...]  # of registers: about the person, a role of theirs, or the case

    @property
    def person_ids(self) -> frozenset[str]:
        """Return the identifier in the directory; none where the directory has not the person."""
        return frozenset(row.person_id for row in self.rows)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Return the person's accounts."""
        listed = dict.fromkeys(account for row in self.rows for account in row.accounts)
        return tuple(listed) or (self.text.partition(":")[2].removeprefix("\\"),)


def subject_of(
    case_number: str,
    pseudonym: int,
    pseudonyms: Pseudonyms,
    definitions: Definitions,
    identities: Identities,
    logs: Mapping[str, LogFile],
    configuration: Configuration,
) -> Subject:
    """Return whom a pseudonym stands for: from the directory, or else from the accounts in the logs.

    Raises:
        InputError: neither has the person.
    """
    registers = definitions.registers
    text = next(
        (
            f"person:{one}"
            for one in dict.fromkeys(person.person_id for person in registers.people)
            if pseudonyms.of(f"person:{one}") == pseudonym
        ),
        None,
    ) or _in_logs(pseudonym, pseudonyms, definitions.known_formats, identities, logs, configuration)
    if text is None:
        what = "whom the case is about is neither in the staff directory nor in the logs that were given"
        remedy = "give the directory as it was when the case was found; the accounts of a person decide who it is"
        raise InputError(Problem(what, f"case {case_number}", remedy))
    rows = tuple(person for person in registers.people if f"person:{person.person_id}" == text)
    roles = {role for row in rows for role in row.roles}
    entries = tuple(one for one in registers.entries if _touches(one, text, roles, case_number, identities))
    return Subject(text, pseudonym, rows, entries)


def _touches(entry: Entry, text: str, roles: set[str], case_number: str, identities: Identities) -> bool:
    if entry.reference is not None:  # a decision about a case, or what the person says to it
        return entry.reference == case_number
    if entry.person_id is None:
        return entry.role in roles
    return identities.named(entry.person_id, entry.starts.date() if entry.starts else None) == text


def _in_logs(
    pseudonym: int,
    pseudonyms: Pseudonyms,
    formats: KnownFormats,
    identities: Identities,
    logs: Mapping[str, LogFile],
    configuration: Configuration,
) -> str | None:
    for log in logs.values():
        for day, accounts, _ in names_in(log, choices_of(configuration, formats), configuration.zone):
            for text in identities.resolve(accounts.cast(pl.String).drop_nulls(), day)["person"]:
                if pseudonyms.of(text) == pseudonym:
                    return str(text)
    return None


def gathered_inputs(
    finding: Mapping[str, object],
    period: str,
    runs: tuple[tuple[Run, ...], Run, bool],
    subject: Subject,
    definitions: Definitions,
    identities: Identities,
    pseudonyms: Pseudonyms,
    found: Found,
    blind: Blind,
    store: Store,
    configuration: Configuration,
) -> Inputs:
    """Return all that a rebuild of a case needs but the logs.

    Raises:
        StoreError: a policy or class map that a run used is gone from the store.
    """
    reading, judged, is_late = runs
    start, end = finding["event_start"], finding["event_end"]
    if not (isinstance(start, datetime) and isinstance(end, datetime)):
        raise TypeError("a finding without its times")
    rows = blinded(definitions.registers, identities, blind, subject.person_ids)
    kind, _, name = subject.text.partition(":")
    groups = {}
    if sum(file.lines for run in reading for file in run.files) >= SLICE_ROWS:  # perhaps learnt from in parts
        theirs = BlindIdentities(rows, blind, configuration.realms)
        choices = choices_of(configuration, definitions.known_formats)
        groups = dict(
            sorted(_groups(choices, identities, theirs, pseudonyms, found, blind, configuration.zone, reading))
        )
    cited = str(finding["entries"] or "").split("; ") if is_late else []
    return Inputs(
        case_number=str(finding["finding_id"]),
        period=period,
        subject=f"account:{blind.account(name)}" if kind == "account" else subject.text,
        rule_id=str(finding["rule_id"]),
        category=str(finding["category"] or ""),
        start=start,
        end=end,
        runs=reading,
        judged_by=judged,
        late=frozenset(one for one in cited if one),
        identities=rows,
        groups=groups,
        register=[entry_to_json(one) for one in subject.entries],
        configuration=configuration.path.read_bytes() if configuration.path else b"",
        files=dict(_definitions(reading, judged, definitions.formats, store)),
    )


def _groups(
    choices: Choices,
    identities: Identities,
    theirs: BlindIdentities,
    pseudonyms: Pseudonyms,
    found: Found,
    blind: Blind,
    zone: str,
    reading: Sequence[Run],
) -> Iterator[tuple[str, int]]:
    """Yield, for each person and address in the logs, the group that they were learnt from with, under a digest."""
    times = {file.sha256: file.times for run in reading for file in run.files}
    for digest, log in found.logs.items():
        for day, accounts, sources in names_in(log, choices, zone, times.get(digest, ())):
            names = accounts.cast(pl.String).drop_nulls()
            real, blinded_too = (one.resolve(names, day)["person"] for one in (identities, theirs))
            for text, instead in zip(real, blinded_too, strict=True):
                yield blind.of("group", instead), group_of(pseudonyms.of(text))
            for source in sources.cast(pl.String).drop_nulls():
                text = f"address:{source}"
                yield blind.of("group", text), group_of(pseudonyms.of(text))


def _definitions(
    reading: Sequence[Run], judged: Run, formats: Sequence[Format], store: Store
) -> Iterator[tuple[str, bytes]]:
    runs = (*reading, judged)
    for sha256 in dict.fromkeys(run.policy for run in runs):
        yield f"{FOLDER}/{POLICIES}/{sha256}.zip", _kept(store, POLICIES, f"{sha256}.zip")
    lists: set[str] = set()
    for sha256 in dict.fromkeys(run.categories for run in runs):
        content = _kept(store, CLASS_MAPS, f"{sha256}.zip")
        yield f"{FOLDER}/{CLASS_MAPS}/{sha256}.zip", content
        lists.update(lists_of(content))
    for name in sorted(lists):
        yield f"{FOLDER}/{CLASS_MAPS}/{name}", _kept(store, CLASS_MAPS, name)
    for one in formats:
        yield f"{FOLDER}/formats/{one.path.name}", one.path.read_bytes()


def _kept(store: Store, folder: str, name: str) -> bytes:
    content = read_kept(store.folder / folder / name)
    if content is None:
        raise StoreError(Problem("what a run was told is gone from the store", f"{folder}/{name}", _REMEDY))
    return content
