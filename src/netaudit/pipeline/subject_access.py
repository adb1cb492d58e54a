"""An answer to who asks what is held about them (UK GDPR, Article 15): two officers, one person, one folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from netaudit.contracts.held import HeldFrame, HeldTable, HeldWeek
from netaudit.custody import Identity, two_people
from netaudit.custody.trail import canonical
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.officers import Officer, load_officers
from netaudit.definitions.policy_sentences import amount
from netaudit.errors import InputError, Problem, StoreError, unwritable
from netaudit.pipeline.audit import Definitions, load_definitions, titles_of
from netaudit.pipeline.forgotten import forgotten_by
from netaudit.pipeline.rights_frame import page_frame
from netaudit.pipeline.seals import seal_headers
from netaudit.pipeline.stores import has_store, open_store, store_folder
from netaudit.pipeline.subject_registers import (
    directory_table,
    officer_table,
    page_table,
    register_tables,
    seal_table,
    trail_table,
)
from netaudit.pipeline.subject_tables import PersonalTables
from netaudit.pipeline.subject_words import (
    LIMITS,
    RECIPIENTS,
    ROUTES,
    SOURCES,
    contacts_of,
    kept_for,
    kept_until,
    logic_of,
    purposes_of,
    rights_of,
)
from netaudit.pipeline.trails import note, open_trail
from netaudit.protect import NOT_CONNECTED, Subject, decisions_table, subject_of
from netaudit.report import SubjectFolder
from netaudit.store import Commit

_LONGEST_REFERENCE = 40
_NO_REALM = "\\"  # before an account without one


@dataclass(frozen=True, slots=True)
class Answer:
    """What was written; counts alone."""

    folder: Path
    weeks: int
    requests: int
    findings: int
    rows: int
    destroyed: tuple[str, ...]  # weeks of which nothing can be told any more
    in_directory: bool  # False: looked for as an account, as it was typed


def answer_request(
    person: str,
    reference: str,
    to: Path,
    configuration: Configuration,
    out: Path,
    ig: Identity,
    hr: Identity,
    now: datetime,
) -> Answer:
    """Write all that is held about a person into a folder of their own, and return how much that was.

    Args:
        person: an identifier of the directory, or an account; it goes nowhere but into the folder.
        reference: of the request; this is what the trail knows.
        to: gets the answer, 0700; it must be empty, or not there.
        configuration: says where everything is.
        out: where a run wrote.
        ig: the key of an officer of IG.
        hr: the key of an officer of HR.
        now: the moment.

    Raises:
        StoreError: the keys are not those of two officers in office, or the store lacks a key: no half answer is given.
        InputError: the person cannot be told from others, or the folder is not empty.
    """
    zone = ZoneInfo(configuration.zone)
    today = now.astimezone(zone).date()
    _check(reference, to)
    officers = load_officers(configuration.officers_file)
    two = two_people(ig, hr, officers, today)
    if not has_store(configuration, out):
        remedy = "name the folder that `run --out` wrote to with --out, or the configuration with --config"
        raise StoreError(Problem("there is no store", str(store_folder(configuration, out)), remedy))
    record = partial(_record, configuration, out, reference, two, (ig, hr), now)
    record("begun", {})  # before anything is read
    definitions = load_definitions(configuration, today)
    subject = subject_of(person, definitions.registers, configuration.realms)
    store = open_store(configuration, out, whole=True)
    with closing(store):
        tables = PersonalTables(
            store,
            Commit(store, store.ledger.next_run()),
            subject,
            definitions.policy.zone,
            decisions_table(definitions.registers),
            partial(kept_until, configuration),
        )
        destroyed = {period: tables.destroyed(period) for period in sorted(forgotten_by(store.keys.marks()).periods)}
        frame = _frame(person.strip(), reference, configuration, definitions, subject, two, now, destroyed)
        titles = titles_of(definitions.class_map)
        folder = SubjectFolder(to, page_frame(configuration, definitions.policy, now), frame, titles)
        try:
            told, findings = 0, 0
            for period in tables.periods():
                week = tables.week(period)
                findings += sum(len(one.rows) for one in week.tables if one.name == "findings")
                told += folder.week(week, _requests(tables, week))
            beside = list(_beside(subject, configuration, out, tables, definitions))
            folder.finish(beside)
            answer = Answer(
                to,
                told,
                tables.requests,
                findings,
                tables.rows + sum(len(one.rows) for one in beside),
                tuple(period for period in destroyed if not tables.can_tell(period)),
                subject.person_id is not None,
            )
            record("finished", {"weeks": told, "requests": answer.requests, "findings": findings, "rows": answer.rows})
            folder.publish()
        except OSError as error:
            raise unwritable(to, error.strerror) from error
        finally:
            folder.discard()
    return answer


def _check(reference: str, to: Path) -> None:
    problems = []
    if not (reference.strip() and reference.isprintable() and len(reference) <= _LONGEST_REFERENCE):
        remedy = f"give the number of the request, up to {_LONGEST_REFERENCE} signs, such as SAR-2026-007; no name"
        problems.append(Problem("that is no reference of a request", "--reference", remedy))
    if to.is_symlink() or (to.exists() and (not to.is_dir() or any(to.iterdir()))):
        problems.append(Problem("the folder is not empty", str(to), "name one that is empty, or not there"))
    if problems:
        raise InputError(problems)


def _record(
    configuration: Configuration,
    out: Path,
    reference: str,
    two: tuple[Officer, Officer],
    keys: tuple[Identity, Identity],
    now: datetime,
    stage: str,
    counts: dict[str, int],
) -> None:
    """Append to the trail who answers which request; the person is not in it."""
    said = {"reference": reference, "stage": stage, "at": now.isoformat(), **counts}
    message = canonical({"kind": "rights.access", **said})
    signed = {
        role: {"name": officer.name, "verify_key": officer.verify_key, "signature": key.sign(message)}
        for role, officer, key in zip(("ig", "hr"), two, keys, strict=True)
    }
    note(configuration, out, "rights.access", {**said, **signed}, now)


def _requests(tables: PersonalTables, week: HeldWeek) -> Iterator[tuple[str, HeldTable]]:
    for day in week.days:
        table = tables.day(week.period, day)
        if table.rows:
            yield day, table


def _beside(
    subject: Subject, configuration: Configuration, out: Path, tables: PersonalTables, definitions: Definitions
) -> Iterator[HeldTable]:
    """Yield what is held of no single week."""
    directory = directory_table(subject, definitions.registers, "as long as the organisation keeps its list of staff")
    if directory is not None:
        yield directory
    yield from register_tables(subject, configuration, tables.cases, lambda _: "as long as the register is kept")
    officers = load_officers(configuration.officers_file)
    mine = officer_table(subject, officers)
    if mine is not None:
        yield mine
    names = [str(row[0]) for row in mine.rows] if mine else []
    days = amount(configuration.retention_days, "days")
    yield page_table(out, tables.cases, f"to be destroyed {days} after the run that wrote them")
    yield seal_table(seal_headers(tables.store), tables.cases)
    yield trail_table(open_trail(configuration, out).entries(), tables.cases, names, configuration.zone)


def _frame(
    person: str,
    reference: str,
    configuration: Configuration,
    definitions: Definitions,
    subject: Subject,
    two: tuple[Officer, Officer],
    now: datetime,
    destroyed: dict[str, tuple[str, ...]],
) -> HeldFrame:
    policy = definitions.policy
    on = [rule for rule in policy.rules if rule.on]
    routes = dict.fromkeys(rule.route for rule in on)
    return HeldFrame(
        reference=reference,
        made_at=now.astimezone(ZoneInfo(configuration.zone)).isoformat(timespec="seconds"),
        asked_for=person,
        known_as=tuple(_known_as(subject)),
        answered_by=tuple(f"{officer.name} ({officer.role.upper()})" for officer in two),
        sources=SOURCES,
        purposes=purposes_of(policy),
        recipients=tuple((ROUTES[route], RECIPIENTS[route]) for route in routes),
        logic=logic_of(policy),
        retention=tuple(kept_for(configuration)),
        not_connected=tuple(NOT_CONNECTED.items()),
        rights=rights_of(configuration),
        contacts=contacts_of(configuration),
        limits=LIMITS,
        destroyed=destroyed,
    )


def _known_as(subject: Subject) -> Iterator[str]:
    if subject.person_id is None:
        yield "not in the staff directory: looked for as an account"
    else:
        yield f"identifier {subject.person_id}"
    for account in subject.accounts:
        spans = ", ".join(_span(first, last) for first, last in account.days)
        yield f"account {account.name.removeprefix(_NO_REALM)}" + (
            f", {spans}: before and after it was somebody else's" if spans else ""
        )


def _span(first: date, last: date) -> str:
    begin = f"from {first.isoformat()}" if first != date.min else "from the beginning"
    return f"{begin} to {last.isoformat()}" if last != date.max else begin
