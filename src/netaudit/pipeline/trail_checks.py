"""Whether an audit trail is whole, in words; and its stamps."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from netaudit.custody import Checked, Trail, read_cases
from netaudit.custody.statements import holds
from netaudit.custody.trail_stamps import (
    check_stamps,
    digest_of,
    fault_of_stamp,
    keep_stamp,
    of_no_entry,
    read_stamp,
    stamp_request,
)
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.officers import Officers
from netaudit.errors import InputError, Problem, StoreError, unwritable
from netaudit.pipeline.trails import note, open_trail


@dataclass(frozen=True, slots=True)
class Verified:
    """What is to be said of a trail."""

    count: int
    lines: tuple[str, ...]
    faults: tuple[str, ...]


def verify_trail(trail: Trail, roots: Path | None, officers: Officers | None = None) -> Verified:
    """Return what is to be said of a trail, its second place and its stamps, after all of them were read.

    Args:
        trail: with its second place.
        roots: certificates of authorities that are believed.
        officers: whose signatures count in cases; None: whoever holds the key that an entry names.

    Raises:
        InputError: the certificates cannot be read, or stamps cannot for lack of a library.
    """
    stamped = [int(path.stem.partition("-")[2]) for path in trail.place.glob("stamp-*.tsr")]
    found = trail.check(stamped)
    faults = list(found.faults)
    if found.unreachable:
        faults.append(
            f"{found.unreachable}: nobody can say now whether the end was cut off; mount it, and verify again"
        )
    if found.torn:
        faults.append(
            f"the last line is cut short ({found.torn} bytes): after a crash the next recorded command takes it away "
            "and notes it; if there was none, somebody cut it"
        )
    lines: list[str] = []
    if found.first and found.last:
        lines.append(
            f"{found.count} entries, {found.first.number} to {found.last.number}, "
            f"{found.first.at:%Y-%m-%d %H:%M} to {found.last.at:%Y-%m-%d %H:%M} UTC"
        )
        lines.append(f"head {found.last.sha256}")
        if found.first.kind == "trail.restarted" and "statement" in found.first.about:
            statement = found.first.about["statement"]
            signed = isinstance(statement, dict) and holds("trail.restarted", statement, "by")
            lines.append(f"the restart was signed by {found.first.who}: {'the signature holds' if signed else 'NO'}")
            if not signed:
                faults.append("the signature of the restart does not hold")
    wrong, told, best = check_stamps(trail.place, found.stamped, found.lines, roots)
    faults += wrong
    if found.told:
        lines.append(f"the second place vouches for it up to entry {found.told}")
    lines += [f"note: {one}" for one in (*found.remarks, *told)]
    uncounted, made_up = _of_cases(found, officers)
    lines += uncounted
    faults += made_up
    if best:
        lines.append(
            f"an authority vouches that entry {best[0]} and all before it existed on {best[1]:%Y-%m-%d %H:%M} UTC"
        )
    if not faults and found.count:
        lines.append("The trail is whole.")
    return Verified(found.count, tuple(lines), tuple(faults))


def _of_cases(found: Checked, officers: Officers | None) -> tuple[list[str], list[str]]:
    """Return what is to be said of entries about cases that do not count: what came too late, and what is made up."""
    cases = read_cases(found.of_cases, datetime.now(UTC), officers)
    late: list[str] = []
    made_up: list[str] = []
    for entry, problem in cases.faults:
        said = f"entry {entry.number} ({entry.kind}) does not count: {problem.what}"
        if entry.number in cases.made_up:
            made_up.append(said)
        else:
            late.append(f"note: {said}")
    return late, made_up


def request_stamp(configuration: Configuration, out: Path, path: Path) -> int:
    """Write a request to stamp the trail as it is; return the number of its last entry.

    Raises:
        StoreError: there is no trail, it is damaged, or the file cannot be written.
    """
    trail = open_trail(configuration, out)
    if faults := trail.check().faults:
        raise StoreError(Problem(faults[0], str(trail.folder), "netaudit audit verify"))
    last = trail.latest()
    if last is None:
        raise StoreError(Problem("there is no audit trail", str(trail.folder), "name its place: --config, --out"))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(stamp_request(last))
    except OSError as error:
        raise unwritable(path, error.strerror) from error
    return last.number


def take_stamp(
    configuration: Configuration, out: Path, path: Path, roots: Path | None, now: datetime
) -> tuple[int, datetime]:
    """Check an authority's answer, keep it beside the trail, and note it; return which entry existed when.

    Raises:
        InputError: it is no answer, or nobody says which authorities are believed.
        StoreError: it is of no entry of this trail, or is not signed by an authority that is believed.
    """
    if roots is None:
        remedy = "give the authority's root certificate: --root FILE, or [audit] stamp_roots"
        raise InputError(Problem("nobody says which authority is believed", "--root", remedy))
    try:
        stamp = read_stamp(path.read_bytes(), path)
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {error.strerror}", str(path), "give the answer's file")) from error
    trail = open_trail(configuration, out)
    entry = next((one for one in trail.entries() if digest_of(one) == stamp.digest), None)
    if entry is None:
        raise of_no_entry(path)
    if fault := fault_of_stamp(stamp, stamp.digest, roots):
        remedy = "ask the authority which root certificate is its own"
        raise StoreError(Problem(f"the stamp does not hold: {fault}", str(path), remedy))
    keep_stamp(trail.place, entry.number, stamp)
    about = {
        "entry": entry.number,
        "entry_sha256": entry.sha256,
        "time": stamp.at.isoformat(),
        "stamp_sha256": hashlib.sha256(stamp.content).hexdigest(),
    }
    note(configuration, out, "trail.stamped", about, now)
    return entry.number, stamp.at
