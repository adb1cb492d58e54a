"""An officer's private key: opens what is sealed to the officer, and signs what the officer says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from time import sleep

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pyrage import DecryptError, IdentityError, decrypt, passphrase, x25519

from netaudit.definitions.officers import Officer, Officers
from netaudit.errors import InputError, Problem, StoreError

_SEALING = "AGE-SECRET-KEY-"
_SIGNING = "NETAUDIT-SIGNING-KEY-"
_TOO_SLOW = "Excessive work"  # as age says it
_TRIES, _PAUSE_S = 20, 0.1
_REMEDY = "give the file that `netaudit officers new` wrote"


@dataclass(frozen=True, slots=True)
class Identity:
    """The private half of an officer's keys; in memory only, and never shown."""

    sealing: x25519.Identity = field(repr=False)
    signing: Ed25519PrivateKey = field(repr=False)

    @property
    def recipient(self) -> str:
        """Return what is sealed to."""
        return str(self.sealing.to_public())

    @property
    def verify_key(self) -> str:
        """Return what signatures are checked with, in hexadecimal digits."""
        return self.signing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def sign(self, message: bytes) -> str:
        """Return the signature (Ed25519, RFC 8032) in hexadecimal digits."""
        return self.signing.sign(message).hex()

    def unseal(self, sealed: bytes) -> bytes:
        """Return what was sealed to this officer among others.

        Raises:
            StoreError: it was not, or it was changed.
        """
        try:
            return bytes(decrypt(sealed, [self.sealing]))
        except DecryptError as error:
            remedy = "give the key of an officer to whom it was sealed"
            raise StoreError(Problem("the seal does not open with this key, or was changed", "", remedy)) from error


def make_identity(words: str) -> tuple[bytes, Identity]:
    """Return a new identity, and what its file holds: its keys under a passphrase (age, scrypt).

    Args:
        words: the passphrase; without any the file is for machines, and must be kept like one.
    """
    sealing = x25519.Identity.generate()
    signing = Ed25519PrivateKey.generate()
    text = f"{sealing}\n{_SIGNING}{signing.private_bytes_raw().hex()}\n".encode()
    return (bytes(passphrase.encrypt(text, words)) if words else text), Identity(sealing, signing)


def is_locked(content: bytes) -> bool:
    """Return whether the file of an identity opens with a passphrase only."""
    return not content.startswith(_SEALING.encode())


def read_identity(content: bytes, words: str) -> Identity:
    """Return the identity that a file holds.

    Raises:
        InputError: the passphrase is wrong, or it is no such file; nothing of it is shown.
    """
    if is_locked(content):
        try:
            content = _unlocked(content, words)
        except DecryptError as error:
            if str(error).startswith(_TOO_SLOW):
                remedy = "try again when the machine has less to do; the passphrase was not looked at"
                raise InputError(Problem("this machine is too slow or too busy to open the key", "", remedy)) from error
            raise InputError(Problem("the passphrase is wrong, or this is no identity", "", _REMEDY)) from error
    try:
        sealing, signing = content.decode("ascii").split()
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(signing.removeprefix(_SIGNING)))
        return Identity(x25519.Identity.from_str(sealing), key)
    except (ValueError, IdentityError) as error:
        raise InputError(Problem("this is no identity", "", _REMEDY)) from error


def _unlocked(content: bytes, words: str) -> bytes:
    """Return what stands in a locked file.

    age refuses what it thinks would take too long, from a measurement of a millisecond: a machine that did something
    else in it is measured again.
    """
    for _ in range(_TRIES):
        try:
            return bytes(passphrase.decrypt(content, words))
        except DecryptError as error:
            if not str(error).startswith(_TOO_SLOW):
                raise
        sleep(_PAUSE_S)
    return bytes(passphrase.decrypt(content, words))


def enrolled(identity: Identity, name: str, role: str, day: date, person_id: str = "") -> Officer:
    """Return the officer whose key it is, as the officer's own key says: for the file of officers."""
    officer = Officer(name, role, identity.recipient, identity.verify_key, day, person_id=person_id)
    return replace(officer, proof=identity.sign(officer.statement))


def signature_holds(verify_key: str, message: bytes, signature: str) -> bool:
    """Return whether the holder of a key signed a message."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(verify_key)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def officer_of(identity: Identity, officers: Officers, today: date) -> Officer:
    """Return whose an identity is.

    Raises:
        StoreError: nobody enrolled it, or its officer is not in office.
    """
    officer = officers.holding(identity.verify_key)
    if officer is None or officer.recipient != identity.recipient:
        raise StoreError(Problem("nobody has enrolled this key", "", "add its entry to the file of officers"))
    if not officer.is_there(today):
        raise StoreError(Problem("the officer of this key is not in office", "", "ask one who is"))
    return officer


def two_people(first: Identity, second: Identity, officers: Officers, today: date) -> tuple[Officer, Officer]:
    """Return the officers of two keys, IG's and HR's: what nobody may do alone.

    Raises:
        StoreError: they are not one of each, in office.
    """
    both = officer_of(first, officers, today), officer_of(second, officers, today)
    if (both[0].role, both[1].role) != ("ig", "hr"):
        remedy = "give a key of IG first, and one of HR second"
        raise StoreError(Problem("these are not the keys of IG and of HR", "", remedy))
    return both
