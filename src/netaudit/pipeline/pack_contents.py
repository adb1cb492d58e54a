"""What an evidence pack is made of, and the files that hold it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from netaudit.contracts import Case
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import Dpia
from netaudit.definitions.officers import Officer
from netaudit.pipeline.code_version import code_digest, code_files, libraries, registers_digest
from netaudit.pipeline.pack_archive import written
from netaudit.pipeline.pack_case import canonical_case
from netaudit.pipeline.pack_custody import CUSTODY
from netaudit.pipeline.pack_gather import Subject
from netaudit.pipeline.pack_inputs import Inputs
from netaudit.pipeline.pack_lines import SourceLines, members_of

CASE, CODE, PERSON, FAVOUR, STATEMENT = "case.json", "code.json", "person.json", "in_favour.json", "statement.txt"


@dataclass(frozen=True, slots=True)
class Material:
    """All that a pack is made of."""

    case: Case
    subject: Subject
    inputs: Inputs
    lines: Sequence[SourceLines]
    all_lines_known: bool
    unbroken: frozenset[str]  # rules by which there is nothing about the person in the span
    dpia: Dpia
    input_zone: str
    remarks: Sequence[str]


def pack_files(
    material: Material, configuration: Configuration, officer: Officer, custody: bytes, now: datetime, statement: bytes
) -> dict[str, bytes]:
    """Return what is in the pack beside its pages."""
    case, subject = material.case, material.subject
    person = {
        "person_id": sorted(subject.person_ids),
        "accounts": list(subject.accounts),
        "directory": [
            {
                "where": row.place,
                "accounts": list(row.accounts),
                "team": row.team,
                "directorate": row.directorate,
                "roles": list(row.roles),
                "pattern": row.pattern,
                "starts": row.starts.isoformat() if row.starts else None,
                "ends": row.ends.isoformat() if row.ends else None,
            }
            for row in subject.rows
        ],
        "register_entries": list(material.inputs.register),
    }
    code = {
        "versions": libraries(),
        "digest": code_digest(),
        "files": dict(code_files()),
        "configuration_sha256": configuration.sha256,
        "registers_sha256": registers_digest(configuration),
        "made_by": officer.name,
        "made_at": now.isoformat(),
    }
    files = {
        CASE: canonical_case(case),
        FAVOUR: in_favour(canonical_case(case)),
        PERSON: written(person),
        CODE: written(code),
        CUSTODY: custody,
        **material.inputs.members(),
        **members_of(material.lines),
    }
    return files | ({STATEMENT: statement} if statement else {})


def in_favour(case: bytes) -> bytes:
    """Return what of a case speaks for the person, as the pack holds it.

    Args:
        case: as `canonical_case` writes it.
    """
    plain = json.loads(case)
    day = plain["day"] or {}
    return written(
        {
            "doubts": plain["doubts"],
            "what_would_overturn_it": day.get("overturns", []),
            "what_was_not_counted": day.get("ignored", []),
            "holds_with_half_the_tolerance": plain["holds_at_half"],
            "holds_with_double_the_tolerance": plain["holds_at_double"],
            "status": plain["status"],
            "status_reason": plain["status_reason"],
            "register_entries_that_cover_any_of_it": plain["entries"],
        }
    )
