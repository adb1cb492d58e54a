"""An evidence pack of an opened case: all that somebody needs to check it, and to make it again, in one sealed file."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.assess import decided
from netaudit.contracts import EVIDENCE, FINDINGS
from netaudit.custody import Identity, case_states, officer_of
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import Gate
from netaudit.definitions.officers import Officers, folded, load_officers
from netaudit.definitions.policy_words import clause_titles
from netaudit.errors import DefinitionError, InputError, Problem, StoreError, unwritable
from netaudit.pipeline.audit import load_definitions, titles_of
from netaudit.pipeline.choices import choices_of
from netaudit.pipeline.class_maps import load_kept_map
from netaudit.pipeline.code_version import code_digest, registers_digest
from netaudit.pipeline.facts import definition_hashes
from netaudit.pipeline.pack_archive import sealed
from netaudit.pipeline.pack_contents import Material, pack_files
from netaudit.pipeline.pack_custody import custody_log
from netaudit.pipeline.pack_gather import gathered_inputs, subject_of
from netaudit.pipeline.pack_inputs import Inputs, runs_of
from netaudit.pipeline.pack_lines import lines_of, places_of
from netaudit.pipeline.pack_logs import Found, find_recorded
from netaudit.pipeline.pack_texts import frame_facts, sections, standing
from netaudit.pipeline.policy_texts import find_policy
from netaudit.pipeline.stores import open_store, store_folder
from netaudit.pipeline.trails import note, open_trail
from netaudit.pipeline.week_cases import stored_tables
from netaudit.pipeline.weeks import WHOLE
from netaudit.protect import Blind, Identities, Pseudonyms, decisions_table, open_cases, statements_of
from netaudit.report import pack_pages
from netaudit.store import CLASS_MAPS, Commit, Store

Tell = Callable[[str, str, int], None]


@dataclass(frozen=True, slots=True)
class Packed:
    """What became of a pack."""

    path: Path
    bytes: int
    lines: int
    files: int  # log files that a rebuild reads
    recipients: tuple[str, ...]
    manifest_sha256: str
    remarks: tuple[str, ...]


def recipients_of(wanted: Sequence[str], officers: Officers, today: date) -> dict[str, str]:
    """Return the age key of each recipient, by name.

    Args:
        wanted: names of officers, or `NAME=age1…` for somebody else.
        officers: who has a key that is known.
        today: officers must be in office.

    Raises:
        InputError: with everyone who has no key.
    """
    found: dict[str, str] = {}
    problems = []
    for one in wanted:
        name, _, key = (part.strip() for part in one.partition("="))
        officer = next((two for two in officers.people if folded(two.name) == folded(name)), None)
        if key.startswith("age1") and name:
            found[name] = key
        elif key:
            problems.append(Problem("that is no age key", f"--recipient {name}", "write NAME=age1…"))
        elif officer is None or not officer.is_there(today):
            remedy = "name an officer who is in office, or give a name and a key: NAME=age1…"
            problems.append(Problem("nobody of that name has a key", f"--recipient {name}", remedy))
        else:
            found[officer.name] = officer.recipient
    if not found and not problems:
        problems.append(Problem("the pack would be sealed to nobody", "--recipient", "name who is to open it"))
    if problems:
        raise InputError(problems)
    return found


def make_pack(
    case_number: str,
    logs: Sequence[str],
    to: Path,
    recipients: Sequence[str],
    key: Identity,
    configuration: Configuration,
    out: Path,
    now: datetime,
    tell: Tell,
    statement: bytes = b"",
) -> Packed:
    """Write the evidence of an opened case, sealed to its recipients; nothing of it is on the disk unsealed.

    Args:
        case_number: of a case whose name two people have opened.
        logs: files, folders or globs; among them must be all that the case comes from, as they were read.
        to: the file to write; it must not be there.
        recipients: names of officers, or `NAME=age1…`.
        key: of the officer who makes it, and signs it.
        configuration: where store, registers and officers are.
        out: where the run wrote.
        now: the moment.
        tell: hears how far it is.
        statement: what the person has to say, if anything.

    Raises:
        NetauditError: something that can be mended; no pack is written then.
    """
    case_number = case_number.strip().upper()
    today = now.astimezone(ZoneInfo(configuration.zone)).date()
    gate = Gate(configuration.dpia, today)
    if not gate.is_open:
        raise DefinitionError(gate.refusal(str(configuration.path or "the configuration")))
    officers = load_officers(configuration.officers_file)
    officer = officer_of(key, officers, today)
    if officer.role not in ("ig", "hr"):
        raise StoreError(Problem("only officers of IG and HR make packs", officer.name, "ask one of them"))
    named = recipients_of(recipients, officers, today)
    if to.exists():
        raise InputError(Problem("the file is there already", str(to), "name another; no pack is overwritten"))
    entries = list(open_trail(configuration, out).entries())
    state = case_states(entries, now, officers).get(case_number)
    if state is None or state.state != "open":
        said = f"it is {state.state}" if state else "nobody has asked for it"
        remedy = "a pack holds a name: have the case requested, approved and opened first (docs/cases.md)"
        raise StoreError(Problem(f"the case is not open: {said}", f"case {case_number}", remedy))
    custody, mine = custody_log(entries, case_number)
    store = open_store(configuration, out)
    try:
        material = _material(case_number, state.period, logs, configuration, store, gate, tell)
    finally:
        store.close()
    tell("pack", "pages", 100)
    files = pack_files(material, configuration, officer, custody, now, statement)
    titles = titles_of(load_kept_map(_map_path(configuration, out, material.inputs), today)[0])
    policy = find_policy(material.inputs.judged_by.policy, store_folder(configuration, out), zone=configuration.zone)
    facts = frame_facts(configuration, policy, material.inputs.judged_by, now, gate)
    told = sections(material, policy, state, mine, officer, tuple(named), now, bool(statement))
    files |= pack_pages(material.case, facts, titles | clause_titles(policy), told)
    about = {
        "case": case_number,
        "period": state.period,
        "made_at": now.astimezone(ZoneInfo(configuration.zone)).isoformat(),
        "made_by": officer.name,
        "recipients": sorted(named),
        "not_the_same": list(material.remarks),
        "counts": {"source_lines": sum(len(one.lines) for one in material.lines)},
    }
    content, digest = sealed(files, about, key, officer.name, [named[name] for name in sorted(named)])
    # Before the file is there: a pack that nobody knows of is worse than an entry of one that was not written.
    what = {"case": case_number, "recipients": sorted(named), "manifest": digest}
    note(configuration, out, "pack.made", what, now, officer.name)
    _write(to, content)
    return Packed(
        to,
        len(content),
        sum(len(one.lines) for one in material.lines),
        len(material.inputs.digests()),
        tuple(sorted(named)),
        digest,
        tuple(material.remarks),
    )


def _material(
    case_number: str,
    period: str,
    logs: Sequence[str],
    configuration: Configuration,
    store: Store,
    gate: Gate,
    tell: Tell,
) -> Material:
    commit = Commit(store, store.ledger.next_run())  # reads; it is never applied
    findings, evidence = (commit.read(table, period, WHOLE) for table in ("findings", "evidence"))
    finding = None if findings is None else FINDINGS.completed(findings).filter(finding_id=case_number)
    if findings is None or finding is None or evidence is None or finding.height != 1:
        raise InputError(Problem("there is no such case in the store", f"case {case_number}", "check --out"))
    runs = runs_of(store.ledger, period, configuration.zone)
    reading, judged, _ = runs
    tell("pack", "logs", 0)
    wanted = [file.sha256 for run in reading for file in run.files]
    found = find_recorded(logs, wanted, configuration.expansion_limit)
    policy = find_policy(judged.policy, store.folder, zone=configuration.zone)
    class_map, _ = load_kept_map(store.folder / CLASS_MAPS / f"{judged.categories}.zip", judged.day)
    definitions = load_definitions(configuration, gate.today, class_map, policy)
    if definitions.known_formats.broken:  # one of them may have read the logs
        raise DefinitionError(definitions.known_formats.problems)
    identities = Identities(
        definitions.registers, configuration.realms, own_devices_are_people=policy.own_devices_count
    )
    pseudonyms = Pseudonyms(period, store.keys.key, store.keys.has)
    tell("pack", "person", 0)
    row = finding.to_dicts()[0]  # of one finding
    subject = subject_of(case_number, row["user_hash"], pseudonyms, definitions, identities, found.logs, configuration)
    inputs = gathered_inputs(
        row,
        period,
        runs,
        subject,
        definitions,
        identities,
        pseudonyms,
        found,
        Blind(found.key(case_number)),
        store,
        configuration,
    )
    own = EVIDENCE.completed(evidence).filter(finding_id=case_number)
    places, all_known = places_of(commit, period, subject.pseudonym, row["event_start"], row["event_end"], own)
    tell("pack", "lines", 0)
    lines = lines_of(places, reading, found.logs, choices_of(configuration, definitions.known_formats), class_map)
    tables = stored_tables(commit.read, period)
    shown = decided(finding, decisions_table(definitions.registers))
    said = statements_of(definitions.registers, policy.zone)
    (case,) = open_cases(shown, own, policy, period, policy.zone, gate, tables=tables, statements=said)
    hashes = definition_hashes(configuration, definitions.known_formats, class_map, policy)
    remarks = [*standing(inputs, hashes, registers_digest(configuration), code_digest()), *_others(found)]
    beside = FINDINGS.completed(findings).filter(
        pl.col("user_hash") == subject.pseudonym,
        pl.col("event_start") <= row["event_end"],
        pl.col("event_end") >= row["event_start"],
    )
    unbroken = {rule.rule_id for rule in policy.rules if rule.on} - set(beside["rule_id"].cast(pl.String))
    return Material(
        case,
        subject,
        inputs,
        lines,
        all_known,
        frozenset(unbroken),
        configuration.dpia,
        configuration.input_zone,
        remarks,
    )


def _others(found: Found) -> list[str]:
    number = len(found.strangers)
    return [f"{number} of the log files that were given are not of this case"] if number else []


def _map_path(configuration: Configuration, out: Path, inputs: Inputs) -> Path:
    return store_folder(configuration, out) / CLASS_MAPS / f"{inputs.judged_by.categories}.zip"


def _write(to: Path, content: bytes) -> None:
    try:
        opened = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise unwritable(to, error.strerror) from error
    try:
        with os.fdopen(opened, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        to.unlink(missing_ok=True)
        raise unwritable(to, error.strerror) from error
