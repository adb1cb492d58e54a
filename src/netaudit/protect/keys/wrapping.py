"""A wrapping key, which never lies on this disk, and what it makes of the keys that do."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12  # NIST SP 800-38D, 5.2.1.1: drawn at random for each of a few thousand keys
_TITLE = b"netaudit wrapped key 1"
_WRAPPED = re.compile(re.escape(_TITLE) + rb" ([0-9a-f]{16}) ([0-9a-f]{24}) ([0-9a-f]{96})\n?")


class WrappingKey:
    """Wraps keys with AES-256-GCM, each for its table and period alone; knows which keys it has wrapped."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self.name = hmac.digest(key, b"netaudit name of a wrapping key", hashlib.sha256)[:8].hex()

    def wrap(self, key: bytes, table: str, period: str) -> bytes:
        """Return what lies in the key file."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, key, _belongs_to(table, period))
        return b" ".join((_TITLE, self.name.encode(), nonce.hex().encode(), sealed.hex().encode())) + b"\n"

    def unwrap(self, content: bytes, table: str, period: str) -> bytes | None:
        """Return the key; None if it was wrapped by another one, for another table or period, or was changed."""
        found = _WRAPPED.fullmatch(content)
        if found is None:
            return None
        nonce, sealed = (bytes.fromhex(found[place].decode()) for place in (2, 3))
        try:
            key = self._cipher.decrypt(nonce, sealed, _belongs_to(table, period))
        except InvalidTag:
            return None
        return key if len(key) == KEY_BYTES else None


def wrapped_by(content: bytes) -> str | None:
    """Return the name of the key that a key file says it was wrapped by; None if it is not a wrapped one."""
    found = _WRAPPED.fullmatch(content)
    return found[1].decode() if found else None


def _belongs_to(table: str, period: str) -> bytes:
    return f"netaudit/key/{period}/{table}".encode()
