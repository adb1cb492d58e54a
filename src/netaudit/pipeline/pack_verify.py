"""An evidence pack held against itself, and against the source logs: byte-identical, or what differs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pyrage import x25519

from netaudit.contracts import Case
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.officers import Officers, load_officers
from netaudit.errors import InputError, Problem, StoreError
from netaudit.pipeline.code_version import code_digest, libraries
from netaudit.pipeline.pack_agreement import NOT_COMPARED, disagreements, foreign_accounts
from netaudit.pipeline.pack_archive import Signed, opened
from netaudit.pipeline.pack_case import OF_THE_KEYS, Difference, canonical_case, differences, told
from netaudit.pipeline.pack_contents import CASE, CODE
from netaudit.pipeline.pack_custody import CUSTODY, check_custody
from netaudit.pipeline.pack_inputs import FOLDER, Inputs, inputs_of, settings_of
from netaudit.pipeline.pack_lines import LINES_LIST
from netaudit.pipeline.pack_logs import Found, find_recorded, raw_lines
from netaudit.pipeline.rebuild import Rebuilt, rebuild
from netaudit.protect import Blind
from netaudit.store import CLASS_MAPS, POLICIES

Tell = Callable[[str, str, int], None]
_MOST_BYTES = 4 << 30
_SHORT = 16
_TAMPERED = "ask who made it for the pack as it was; nothing in this one can be relied on"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a pack."""

    case_number: str
    manifest_sha256: str
    said: tuple[str, ...]  # what was found, in order
    rebuilt: bool
    found: tuple[Difference, ...]  # nothing where it was rebuilt byte by byte, or not at all
    faults: tuple[str, ...]  # why it is not the same, beside these

    @property
    def is_good(self) -> bool:
        """Return whether nothing speaks against the pack."""
        return not self.found and not self.faults


def read_pack(path: Path) -> bytes:
    """Return what a pack's file holds, still sealed.

    Raises:
        InputError: it cannot be read.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(Problem("the file is too large to be a pack", str(path), "check the path"))
        return path.read_bytes()
    except OSError as error:
        raise InputError(Problem(f"the pack cannot be read: {error.strerror}", str(path), "check the path")) from error


def verify_pack(
    path: Path,
    keys: Sequence[x25519.Identity],
    logs: Sequence[str],
    tell: Tell,
    configuration: Configuration | None = None,
) -> Verdict:
    """Return what is to be said of a pack.

    Args:
        path: of the pack.
        keys: of a recipient.
        logs: files, folders or globs; without any nothing is made again.
        tell: hears how far it is.
        configuration: names the officers who may have made it, where that is known.

    Raises:
        StoreError: it does not open, or something in it was changed; with everything that was.
        InputError: a log file that it names is missing or was changed.
    """
    officers = load_officers(configuration.officers_file) if configuration else None
    pack = opened(read_pack(path), keys, str(path))
    inputs = inputs_of(pack)
    _must_agree(pack, inputs)
    said = list(_about(pack, inputs, officers))
    faults = list(disagreements(pack, inputs))
    if not logs:
        said.append(
            "No log files were given: checksums, signature and custody were checked, and nothing was made again."
        )
        return Verdict(
            inputs.case_number, pack.manifest_sha256, tuple(said), rebuilt=False, found=(), faults=tuple(faults)
        )
    settings = settings_of(inputs.configuration)
    found = find_recorded(logs, inputs.digests(), settings.expansion_limit)
    said.append(f"Logs: all {len(found.logs)} files of the case are there, each with its recorded SHA-256.")
    if found.strangers:
        said.append(f"Files that are not of this case, and were not read: {', '.join(found.strangers)}")
    wrong = list(_wrong_lines(pack, found))
    if not wrong:
        said.append(f"Lines: all {pack.manifest['counts']['source_lines']:,} packed lines stand in these files.")
    made_at = datetime.fromisoformat(str(pack.manifest["made_at"]))
    today = made_at.astimezone(ZoneInfo(settings.zone)).date()
    blind = Blind(found.key(inputs.case_number))
    faults += [*wrong, *foreign_accounts(pack, inputs, settings.realms, blind)]
    result = rebuild(inputs, found.logs, blind, today, tell)
    said += [f"Read otherwise than recorded: {one}" for one in result.notes]
    case, differing = result.case, []
    if case is None:
        faults.append(_nothing(result, inputs))
    else:
        differing = differences(pack.files[CASE], canonical_case(case))
        said += _outcome(pack, inputs, case, differing)
    return Verdict(
        inputs.case_number,
        pack.manifest_sha256,
        tuple(said),
        rebuilt=True,
        found=tuple(differing),
        faults=tuple(faults),
    )


def _must_agree(pack: Signed, inputs: Inputs) -> None:
    """Raise an error unless policies and class maps are those that the runs recorded."""
    problems = []
    for run in (*inputs.runs, inputs.judged_by):
        for folder, sha256, title in ((POLICIES, run.policy, "policy"), (CLASS_MAPS, run.categories, "class map")):
            name = f"{FOLDER}/{folder}/{sha256}.zip"
            if name not in pack.files:
                problems.append(Problem(f"the {title} of run {run.number} is not in the pack", name, _TAMPERED))
    if problems:
        raise StoreError(dict.fromkeys(problems))


def _about(pack: Signed, inputs: Inputs, officers: Officers | None) -> Iterator[str]:
    manifest = pack.manifest
    yield f"Case {inputs.case_number} of {inputs.period}, packed on {manifest['made_at']} by {pack.officer}."
    yield f"Checksums: all {len(pack.files) - 2} files are as the manifest says ({pack.manifest_sha256})."
    known = officers.holding(pack.verify_key) if officers else None
    if known is not None and known.name == pack.officer:
        yield f"Signature: it is that of {pack.officer}, an officer ({known.role}) enrolled here."
    elif officers is not None and officers.people:
        raise StoreError(
            Problem("nobody whom the file of officers names has signed the pack", f"key {pack.verify_key}", _TAMPERED)
        )
    else:
        yield f"Signature: it holds; compare its key with that of {pack.officer} by another way: {pack.verify_key}"
    custody = check_custody(pack.files[CUSTODY])
    yield (
        f"Custody: {custody.entries} entries about the case stand unchanged in the chain from {custody.first} to "
        "its head "
        f"{custody.head}, {custody.head_sha256}. That this is the trail's head shows its second place, not the pack."
    )
    own, theirs = code_digest(), _code(pack)
    if own == theirs.get("digest"):
        yield f"Program: the same as that of the pack ({own[:_SHORT]})."
    else:
        yield (
            f"Program: another one than that of the pack ({own[:_SHORT]}, packed "
            f"{str(theirs.get('digest'))[:_SHORT]}); what differs may "
            "come from that."
        )
    mine = libraries()
    others = [
        f"{name} {mine.get(name, 'none')} (packed {version})"
        for name, version in dict(theirs.get("versions", {})).items()
        if mine.get(name) != version
    ]
    if others:
        yield f"Other versions here: {', '.join(others)}."
    told_when_made = [str(one) for one in manifest.get("not_the_same", ())]
    yield from (f"Said when it was packed: {one}" for one in told_when_made)
    if not told_when_made:
        yield "Said when it was packed: nothing that the runs were told had changed since."
    for run in {run.number: run for run in (*inputs.runs, inputs.judged_by)}.values():
        if run.code not in (own, "not recorded"):
            yield f"Run {run.number} was made with another program ({run.code[:_SHORT]})."


def _code(pack: Signed) -> dict[str, Any]:
    return dict(json.loads(pack.files[CODE]))


def _wrong_lines(pack: Signed, found: Found) -> Iterator[str]:
    """Yield a fault for each log whose packed lines are not those of the file."""
    for one in json.loads(pack.files[LINES_LIST]):
        log = found.logs.get(one["file_sha256"])
        if log is None:
            yield f"lines of a file that no run read: {one['file_sha256']}"
            continue
        packed = pack.files[one["name"]].split(b"\n")[:-1]
        if [line for _, line in raw_lines(log, one["lines"])] != packed:
            yield f"packed lines do not stand in file {one['file_sha256']} under their numbers"


def _nothing(result: Rebuilt, inputs: Inputs) -> str:
    others = ", ".join(one.isoformat() for one in result.others) or "none"
    return (
        f"The logs give no such finding: rule {inputs.rule_id}, from {inputs.start.isoformat()}. Findings of this "
        "person by this "
        f"rule begin at: {others}"
    )


def _outcome(pack: Signed, inputs: Inputs, case: Case, found: list[Difference]) -> Iterator[str]:
    size = len(pack.files[CASE])
    if not found:
        yield f"Rebuilt from {len(inputs.runs)} runs: byte-identical to the packed case ({size:,} bytes)."
    else:
        yield f"Rebuilt from {len(inputs.runs)} runs: {len(found)} fields of case {case.case_number} differ."
        yield from (f"  {one}" for one in told(found))
    yield from (f"Not compared as it is: {one}" for one in OF_THE_KEYS)
    yield NOT_COMPARED


def write_report(verdict: Verdict, to: Path) -> None:
    """Write what was found as text, for this account alone; the file must not be there.

    Raises:
        InputError: it cannot be written.
    """
    outcome = ["Nothing speaks against the pack." if verdict.is_good else "The pack does NOT hold."]
    text = "\n".join([*verdict.said, *verdict.faults, *outcome]) + "\n"
    try:
        opened_file = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(opened_file, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        remedy = "name a file that is not there yet"
        raise InputError(Problem(f"cannot be written: {error.strerror}", str(to), remedy)) from error
