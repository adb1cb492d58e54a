"""A damaged audit trail begun anew, which an officer has to sign for where officers are enrolled."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from netaudit.custody import Entry, Identity, officer_of
from netaudit.custody.statements import said
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.officers import load_officers
from netaudit.errors import InputError, Problem, StoreError
from netaudit.pipeline.free_text import names_somebody
from netaudit.pipeline.seals import registers_of
from netaudit.pipeline.stores import has_store
from netaudit.pipeline.trails import open_trail, operator

_MAY_SIGN = ("ig", "approver")
_LONGEST = 500  # characters of a reason


def restart_trail(
    configuration: Configuration, out: Path, reason: str, identity: Identity | None, now: datetime
) -> Entry:
    """Set a damaged trail aside and begin a new one that names it; return its first entry.

    Args:
        configuration: says where the trail lies, and who the officers are.
        out: where it lies otherwise.
        reason: why, in words that name nobody.
        identity: of an officer of IG or an approver; needed where officers are enrolled.
        now: the moment.

    Raises:
        InputError: there is no reason, or it names somebody.
        StoreError: the trail is not damaged, or nobody who may has signed.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > _LONGEST:
        raise InputError(Problem("there is no reason, or one that is too long", "--reason", "write one sentence"))
    if names_somebody(reason, registers_of(configuration)):
        remedy = "name nobody: this stays in the audit trail"
        named = "a word of it is an identifier or an account of the staff directory"
        raise InputError(Problem(named, "--reason", remedy))
    trail = open_trail(configuration, out)
    if not (trail.exists or trail.is_restarting or has_store(configuration, out)):
        remedy = "name what the runs were given: --config, --out; if all is lost, name another second place and run"
        raise StoreError(Problem("there is neither a trail nor a store here", str(trail.folder), remedy))
    officers = load_officers(configuration.officers_file)
    who, statement = operator(), {}
    if officers.people and identity is None:
        remedy = f"give the key of an officer ({' or '.join(_MAY_SIGN)}): --key FILE"
        raise StoreError(Problem("an officer has to sign for that", str(trail.folder), remedy))
    if identity is not None:
        officer = officer_of(identity, officers, now.astimezone(ZoneInfo(configuration.zone)).date())
        if officer.role not in _MAY_SIGN:
            remedy = f"ask an officer of the role {' or '.join(_MAY_SIGN)}"
            raise StoreError(Problem("this officer cannot sign for that", str(trail.folder), remedy))
        found = trail.check()
        what = {"reason": reason, "old_head": found.last.sha256 if found.last else "", "old_entries": str(found.count)}
        who, statement = officer.name, said("trail.restarted", what, now, ("by", officer, identity))
    about = {"reason": reason, "account": operator(), **({"statement": statement} if statement else {})}
    return trail.restart(about, who=who, at=now, aside=f"damaged-{now:%Y%m%dT%H%M%S}")
