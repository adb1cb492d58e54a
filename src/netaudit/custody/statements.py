"""What officers say about cases, signed with their own keys: asking, agreeing, opening, closing."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from netaudit.custody.identity import Identity, signature_holds
from netaudit.custody.trail_entries import canonical
from netaudit.definitions.officers import Officer

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without what is taken for something else
_ID_LENGTH = 12  # 60 bits
_SIGNATURE = "_signature"

Signer = tuple[str, Officer, Identity]  # in which part, who, and the key


def new_request_id() -> str:
    """Return the number of a new request, which nobody can foretell."""
    return "R-" + "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


def said(kind: str, what: Mapping[str, str], now: datetime, *signers: Signer) -> dict[str, str]:
    """Return what an entry of the trail is about: what is said, when, by whom, and each one's signature over all of it.

    Args:
        kind: one of EVENTS; a signature for one kind is none for another.
        what: what is said.
        now: the moment.
        signers: who says it.
    """
    about = dict(what) | {"said_at": now.astimezone(UTC).isoformat()}
    for part, officer, identity in signers:
        about |= {part: officer.name, f"{part}_key": identity.verify_key}
    message = _message(kind, about)
    return about | {f"{part}{_SIGNATURE}": identity.sign(message) for part, _, identity in signers}


def holds(kind: str, about: Mapping[str, Any], *parts: str) -> bool:
    """Return whether all who are to have said something have signed it, as it stands there."""
    unsigned = {name: value for name, value in about.items() if not name.endswith(_SIGNATURE)}
    message = _message(kind, unsigned)
    wanted = {f"{part}{_SIGNATURE}" for part in parts}
    return {name for name in about if name.endswith(_SIGNATURE)} == wanted and all(
        signature_holds(str(about.get(f"{part}_key", "")), message, str(about[f"{part}{_SIGNATURE}"])) for part in parts
    )


def digest(about: Mapping[str, Any]) -> str:
    """Return the checksum by which a later statement means this one and no other."""
    return hashlib.sha256(canonical(about)).hexdigest()


def _message(kind: str, about: Mapping[str, Any]) -> bytes:
    return canonical({"statement": f"netaudit {kind} 1", **about})
