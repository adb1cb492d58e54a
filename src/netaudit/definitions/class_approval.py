"""Who answers for the class map, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from netaudit.definitions.toml_files import read_what_is_toml, unknown_keys
from netaudit.errors import Problem


@dataclass(frozen=True, slots=True)
class Approval:
    """Who answers for the class map, and until when."""

    version: str = ""
    owner: str = ""
    approved_by: str = ""
    approved_on: date | None = None
    review_by: date | None = None


def read_approval(path: Path) -> tuple[Approval, list[Problem]]:
    """Return the approval in a file, with every fault found in it."""
    values, problems = read_what_is_toml(path)
    texts, days = ("version", "owner", "approved_by"), ("approved_on", "review_by")
    problems += unknown_keys(values, (*texts, *days), str(path))
    problems += [
        Problem(f"'{key}' is not text", str(path), f'write {key} = "…"')
        for key in texts
        if not isinstance(values.get(key, ""), str)
    ]
    problems += [
        Problem(f"'{key}' is not a date", str(path), f"write {key} = 2026-12-31, without quotes")
        for key in days
        if key in values and type(values[key]) is not date
    ]
    return (Approval() if problems else Approval(**values)), problems


def approval_warnings(approval: Approval, today: date | None) -> list[str]:
    """Return what is to be said of an approval on a day: nothing if it is in order."""
    warnings = []
    if not approval.approved_by:
        warnings.append("the class map has not been approved by the organisation")
    if today is not None and approval.review_by is not None and approval.review_by < today:
        warnings.append(f"the review of the class map was due by {approval.review_by:%-d %B %Y}")
    return warnings
