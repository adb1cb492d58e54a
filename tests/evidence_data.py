"""A store of four invented weeks, a trail beside it, and the sheets that are made of both."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from approved import APPROVED, DPIA_SECTION
from attacker_figures import TRUST
from attacker_worlds import audit_week, habitual_world

from netaudit.custody import Trail, digest, make_identity, said
from netaudit.custody.statements import Signer
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.officers import Officer
from netaudit.pipeline.evidence import Exported, Span, dspt_year, export_sheet, iso_year

NEXT_YEAR = datetime(2027, 2, 1, 9, tzinfo=UTC)  # 2026 is over
IN_2026 = datetime(2026, 3, 2, 9, tzinfo=UTC)
YEAR, TOOLKIT = "2026", "2025-26"


def make_store(place: Path, weeks: int = 4) -> None:
    """Audit some weeks of people of habit; store, keys and reports lie in `place/out`."""
    world = habitual_world(TRUST, 7, weeks=weeks, churn=0.4, shares=(0.0, 0.05, 0.3, 0.4, 0.5, 0.6, 0.7, 0.5, 0.3))
    for week in range(weeks):
        audit_week(world, week, place / "out")
    (place / "netaudit.toml").write_text(
        f'[identity]\ndirectory = "directory.csv"\n[categories]\nfolder = "classes"\n{DPIA_SECTION}'
    )


def copied(store: Path, place: Path) -> Path:
    """Return another copy of a store, with all that lies beside it."""
    shutil.copytree(store, place)
    return place


def configured(place: Path, **changes: object) -> Configuration:
    configuration = Configuration(directory=place / "directory.csv", categories_folder=place / "classes", dpia=APPROVED)
    return replace(configuration, **changes)


def trail_of(place: Path, kinds: Iterable[str], first: datetime = IN_2026) -> Trail:
    """Write entries a second apart into the trail of a store; "case" is a case from its request to its closing."""
    trail = Trail(place / "out" / "audit")
    at = first
    for number, kind in enumerate(kinds):
        entries = case(number, at) if kind == "case" else [(kind, _ABOUT.get(kind, {}) | {"note": number})]
        for one, about in entries:
            trail.append(one, about, who="canary.officer", at=at)
            at += timedelta(seconds=1)
    return trail


_ABOUT: Mapping[str, Mapping[str, Any]] = {"view": {"what": "case list"}, "case.lapsed": {"cases": ["F-CANARY-L"]}}
_PEOPLE = {
    who: (Officer(f"Canary {who}", role, identity.recipient, identity.verify_key, date(2026, 1, 1)), identity)
    for who, role in (("ig", "ig"), ("hr", "hr"), ("siro", "approver"))
    for identity in (make_identity("")[1],)
}


def case(number: int, at: datetime) -> list[tuple[str, dict[str, str]]]:
    """What three officers say about a case, signed: asked for, agreed to, opened, closed."""
    ig, hr, siro = (_PEOPLE[who] for who in ("ig", "hr", "siro"))
    name, request = f"F-CANARY-{number}", f"R-CANARY-{number}"
    expires = (at + timedelta(days=3)).isoformat()
    asked = {"case": name, "period": "2026-W06", "request": request, "purpose": "canary", "expires": expires}
    entries = [("case.requested", said("case.requested", asked, at, ("by", *ig)))]

    def then(kind: str, before: str, *signers: Signer) -> None:
        about = {"case": name, "request": request, before: digest(entries[-1][1])}
        entries.append((kind, said(kind, about, at, *signers)))

    then("case.approved", "request_sha256", ("by", *siro))
    then("case.opening", "approval_sha256", ("ig", *ig), ("hr", *hr))
    then("case.opened", "opening_sha256", ("ig", *ig), ("hr", *hr))
    closing = said("case.closed", {"case": name, "outcome": "canary outcome"}, at, ("by", *ig))
    return [*entries, ("case.closed", closing)]


def span_of(kind: str) -> Span:
    span = dspt_year(TOOLKIT) if kind == "dspt" else iso_year(YEAR)
    assert span is not None
    return span


def export(place: Path, kind: str, now: datetime = NEXT_YEAR, **changes: object) -> Exported:
    return export_sheet(kind, configured(place, **changes), place / "out", span_of(kind), place / "to", now)


def content(done: Exported) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(done.folder.iterdir())}


def parts(done: Exported) -> dict[str, dict[str, Any]]:
    """The parts of a sheet by number or title, as JSON has them."""
    told = json.loads((done.folder / "evidence.json").read_text(encoding="utf-8"))
    return {part["number"] or part["title"]: part for part in told["parts"]}


def rows(part: dict[str, Any], name: str) -> dict[str, list[Any]]:
    """The rows of a table by their first cell."""
    table = next(one for one in part["tables"] if one["name"] == name)
    return {row[0]: row[1:] for row in table["rows"]}
