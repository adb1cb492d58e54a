"""Sealed identities: whose a case is, encrypted to HR, around that to IG, around that under a key of the case alone.

Who has the file has nothing; who has the file and the key folder needs an officer of IG and one of HR; and once the key
of the case is destroyed nobody can open it any more, a copy of the file neither.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyrage import DecryptError, encrypt, x25519

from netaudit.custody.identity import Identity
from netaudit.custody.trail import canonical
from netaudit.definitions.officers import Officer, Officers
from netaudit.errors import Problem, StoreError

_VERSION = 1
_NONCE_BYTES = 12  # NIST SP 800-38D, 5.2.1.1; a key seals a handful of times at most
_BLOCK_BYTES = 4_096  # every payload is as long, so that its length tells nothing of a name
_PAD = b" "
_OUTER_BYTES = 8_192  # age adds a random number of bytes: files are as long as one another all the same
_LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True)
class Header:
    """What can be read of a seal without any key; a seal opens with the header that it was made with alone."""

    case_number: str
    period: str
    raised: date
    expires: date  # the last day on which it can be asked for
    key: str  # which key of the case opens it
    officers: str  # to whom it is sealed: a checksum over all in office then

    def line(self) -> bytes:
        """Return the first line of the file."""
        return canonical(
            {
                "version": _VERSION,
                "case": self.case_number,
                "period": self.period,
                "raised": self.raised.isoformat(),
                "expires": self.expires.isoformat(),
                "key": self.key,
                "officers": self.officers,
            }
        )


@dataclass(frozen=True, slots=True)
class Sealed:
    """Whose a case is. Never shown but by `case open`."""

    case_number: str
    period: str
    purpose: str  # what it was raised for, and what alone it may be used for
    raised: date
    expires: date
    person_id: str = field(repr=False, default="")  # of the staff directory; "" if it has nobody
    accounts: tuple[str, ...] = field(repr=False, default=())
    team: str = field(repr=False, default="")
    more_accounts: int = 0  # that did not fit

    def padded(self) -> bytes:
        """Return all of it in as many bytes as any other has; accounts that do not fit are counted."""
        accounts, more = list(self.accounts), self.more_accounts
        while len(text := self._text(accounts, more)) > _BLOCK_BYTES and accounts:
            accounts.pop()
            more += 1
        return text.ljust(-(-len(text) // _BLOCK_BYTES) * _BLOCK_BYTES, _PAD)

    def _text(self, accounts: Sequence[str], more: int) -> bytes:
        return canonical(
            {
                "case": self.case_number,
                "period": self.period,
                "purpose": self.purpose,
                "raised": self.raised.isoformat(),
                "expires": self.expires.isoformat(),
                "person_id": self.person_id,
                "accounts": list(accounts),
                "team": self.team,
                "more_accounts": more,
            }
        )


def fingerprint_of(officers: Officers, today: date) -> str:
    """Return a checksum of all to whom is sealed on a day: it differs once officers have come or gone."""
    to = sorted(f"{one.role} {one.recipient}" for role in ("ig", "hr") for one in officers.of_role(role, today))
    return hashlib.sha256("\n".join(to).encode()).hexdigest()[:16]


def seal(what: Sealed, header: Header, officers: Officers, about: Iterable[Officer], today: date, key: bytes) -> bytes:
    """Return the file of a sealed identity.

    Args:
        what: whose the case is.
        header: what can be read of it.
        officers: to all of HR in office, and around that to all of IG.
        about: officers whom the case is about. They get no copy; somebody who does not exist gets theirs, so that
            the number of copies tells nothing.
        today: says who is in office.
        key: of the case, 32 bytes.
    """
    without = {one.recipient for one in about}
    inner = encrypt(what.padded(), _recipients(officers.of_role("hr", today), without))
    outer = bytes(encrypt(inner, _recipients(officers.of_role("ig", today), without)))
    outer = len(outer).to_bytes(_LENGTH_BYTES, "big") + outer
    outer = outer.ljust(-(-len(outer) // _OUTER_BYTES) * _OUTER_BYTES, b"\0")
    line, nonce = header.line(), secrets.token_bytes(_NONCE_BYTES)
    return line + b"\n" + nonce + AESGCM(key).encrypt(nonce, outer, line)


def _recipients(officers: Iterable[Officer], without: set[str]) -> list[x25519.Recipient]:
    return [
        x25519.Identity.generate().to_public() if one.recipient in without else x25519.Recipient.from_str(one.recipient)
        for one in officers
    ]


def read_header(content: bytes) -> Header | None:
    """Return what can be read of a seal; None if it is none."""
    line, found, _ = content.partition(b"\n")
    try:
        raw = json.loads(line)
        header = Header(
            raw["case"],
            raw["period"],
            date.fromisoformat(raw["raised"]),
            date.fromisoformat(raw["expires"]),
            raw["key"],
            raw["officers"],
        )
    except (ValueError, KeyError, TypeError):
        return None
    return header if found and header.line() == line else None


def unseal(content: bytes, header: Header, key: bytes, ig: Identity, hr: Identity) -> Sealed:
    """Return whose a case is.

    Args:
        content: of the file.
        header: what is expected to be read of it.
        key: of the case.
        ig: the key of an officer of IG to whom it was sealed.
        hr: likewise of HR.

    Raises:
        StoreError: it was changed, is that of another case, or was sealed to others; which of them is not told, as who
            is left out of a seal would learn that the case is about them.
    """
    line = header.line()
    start = len(line) + 1
    if content[:start] != line + b"\n":
        raise StoreError(_unopened(header.case_number))
    try:
        outer = AESGCM(key).decrypt(content[start : start + _NONCE_BYTES], content[start + _NONCE_BYTES :], line)
        length = int.from_bytes(outer[:_LENGTH_BYTES], "big")
        raw = json.loads(hr.unseal(ig.unseal(outer[_LENGTH_BYTES : _LENGTH_BYTES + length])))
    except (InvalidTag, DecryptError, StoreError, ValueError) as error:
        raise StoreError(_unopened(header.case_number)) from error
    what = _sealed(raw)
    if (what.case_number, what.period, what.raised, what.expires) != (
        header.case_number,
        header.period,
        header.raised,
        header.expires,
    ):
        raise StoreError(_unopened(header.case_number))
    return what


def _sealed(raw: dict[str, Any]) -> Sealed:
    return Sealed(
        raw["case"],
        raw["period"],
        raw["purpose"],
        date.fromisoformat(raw["raised"]),
        date.fromisoformat(raw["expires"]),
        raw["person_id"],
        tuple(raw["accounts"]),
        raw["team"],
        raw["more_accounts"],
    )


def _unopened(case_number: str) -> Problem:
    remedy = (
        "it was changed, or sealed to other officers: try with two others; if officers have changed since it was "
        "made, those of then run: netaudit officers reseal"
    )
    return Problem(f"the seal of case {case_number} does not open with these two keys", "", remedy)
