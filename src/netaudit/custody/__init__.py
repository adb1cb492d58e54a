"""Custody: officers' keys, sealed identities, who may open them, and the trail of all that was done."""

from netaudit.custody.identity import (
    Identity,
    enrolled,
    is_locked,
    make_identity,
    officer_of,
    read_identity,
    signature_holds,
    two_people,
)
from netaudit.custody.requests import STATES, Cases, CaseState, Signed, case_states, read_cases
from netaudit.custody.seals import Header, Sealed, fingerprint_of, read_header, seal, unseal
from netaudit.custody.statements import digest, new_request_id, said
from netaudit.custody.trail import Entry, Trail
from netaudit.custody.trail_check import Checked

__all__ = [
    "STATES",
    "CaseState",
    "Cases",
    "Checked",
    "Entry",
    "Header",
    "Identity",
    "Sealed",
    "Signed",
    "Trail",
    "case_states",
    "digest",
    "enrolled",
    "fingerprint_of",
    "is_locked",
    "make_identity",
    "new_request_id",
    "officer_of",
    "read_cases",
    "read_header",
    "read_identity",
    "said",
    "seal",
    "signature_holds",
    "two_people",
    "unseal",
]
