"""The custody log in an evidence pack: what the audit trail says about the case, and that it stands in the trail."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from netaudit.custody import Entry
from netaudit.custody.trail import canonical
from netaudit.errors import Problem, StoreError
from netaudit.pipeline.class_maps import DAMAGE
from netaudit.pipeline.pack_archive import written

CUSTODY = "custody.json"
_REMEDY = "ask who made the pack for it as it was, and compare with the trail: netaudit audit verify"


@dataclass(frozen=True, slots=True)
class Custody:
    """What was checked of a custody log."""

    entries: int
    first: int
    head: int
    head_sha256: str


def about(entry: Entry, case_number: str) -> bool:
    """Return whether an entry of the trail is about a case."""
    return any(case_number in (value if isinstance(value, list | tuple) else [value]) for value in entry.about.values())


def custody_log(entries: Iterable[Entry], case_number: str) -> tuple[bytes, list[Entry]]:
    """Return the custody log of a case as JSON, and its entries.

    It holds each entry about the case whole, and of all others, from the first of these to the head, the number and the
    checksum alone: other cases are nobody's business here.
    """
    chain: list[list[Any]] = []
    mine: list[Entry] = []
    for entry in entries:
        if about(entry, case_number):
            if not mine:
                chain.append([entry.number - 1, entry.previous])
            mine.append(entry)
        if mine:
            chain.append([entry.number, entry.sha256])
    rows = [
        {one.name: getattr(entry, one.name) for one in fields(entry)}
        | {"at": entry.at.isoformat(), "about": dict(entry.about)}
        for entry in mine
    ]
    return written({"entries": rows, "chain": chain}), mine


def check_custody(content: bytes) -> Custody:
    """Return what a custody log holds, once each entry is as its checksum says and stands in the chain.

    Raises:
        StoreError: with every fault.
    """
    try:
        said: Mapping[str, Any] = json.loads(content)
        chain = {int(number): str(sha256) for number, sha256 in said["chain"]}
        numbers = [int(number) for number, _ in said["chain"]]
        rows = [dict(row) for row in said["entries"]]
        problems = [fault for row in rows if (fault := _fault(row, chain))]
    except DAMAGE as error:
        raise StoreError(Problem("the custody log is damaged", CUSTODY, _REMEDY)) from error
    if not rows or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        problems.append(Problem("entries of the audit trail are missing in the chain", CUSTODY, _REMEDY))
    if problems:
        raise StoreError(problems)
    return Custody(len(rows), numbers[1], numbers[-1], chain[numbers[-1]])


def _fault(row: dict[str, Any], chain: Mapping[int, str]) -> Problem | None:
    said = row.pop("sha256")
    number = row["number"]
    where = f"{CUSTODY}, entry {number}"
    if hashlib.sha256(canonical(row)).hexdigest() != said:
        return Problem("an entry of the custody log was changed", where, _REMEDY)
    if chain.get(number) != said or chain.get(number - 1) != row["previous"]:
        return Problem("an entry of the custody log does not stand in the chain", where, _REMEDY)
    return None
