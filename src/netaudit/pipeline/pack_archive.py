"""The file of an evidence pack: an archive whose bytes follow from what it holds, signed and sealed."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyrage import DecryptError, EncryptError, IdentityError, RecipientError, decrypt, encrypt, x25519

from netaudit.custody import Identity, read_identity, signature_holds
from netaudit.custody.trail import canonical
from netaudit.errors import InputError, Problem, StoreError
from netaudit.pipeline.class_maps import DAMAGE
from netaudit.store import zipped

FORMAT = 1
MANIFEST, SIGNATURE = "manifest.json", "signature.json"
_ABOVE_FORMAT = "verify it with the version of netaudit that made it, or a later one"
_TAMPERED = "ask who made it for the pack as it was; nothing in this one can be relied on"

_UNSIGNED = Problem("the signature over the manifest does not hold", SIGNATURE, _TAMPERED)


@dataclass(frozen=True, slots=True)
class Signed:
    """A pack that was opened, with what its signature says."""

    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]
    manifest_sha256: str
    officer: str
    verify_key: str


def written(content: Any) -> bytes:  # noqa: ANN401 - what JSON can say
    """Return something as JSON that follows from what it says alone."""
    return (json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def sealed(
    files: Mapping[str, bytes], facts: Mapping[str, Any], identity: Identity, officer: str, recipients: Sequence[str]
) -> tuple[bytes, str]:
    """Return a pack as it lies on disk, and the checksum of its manifest.

    Args:
        files: what it holds, by name.
        facts: what the manifest says beside the checksums of the files.
        identity: signs.
        officer: whose the identity is.
        recipients: age1…, each of whom alone can open it.
    """
    manifest = written(
        {
            **facts,
            "format": FORMAT,
            "files": {
                name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
                for name, content in files.items()
            },
        }
    )
    signature = {"officer": officer, "verify_key": identity.verify_key, "signature": identity.sign(_message(manifest))}
    inside = {MANIFEST: manifest, SIGNATURE: written(signature)}
    archive = zipped(inside | {name: files[name] for name in sorted(files)})
    try:
        keys = [x25519.Recipient.from_str(one) for one in recipients]
        return bytes(encrypt(archive, keys)), hashlib.sha256(manifest).hexdigest()
    except (RecipientError, EncryptError) as error:
        raise InputError(Problem("a recipient's key is no age key", "--recipient", "it begins with age1")) from error


def opened(content: bytes, keys: Sequence[x25519.Identity], where: str) -> Signed:
    """Return a pack, once all of its checksums and its signature hold.

    Raises:
        StoreError: it is not sealed to any of the keys, or something in it was changed; with everything that was.
    """
    try:
        archive = bytes(decrypt(content, list(keys)))
    except DecryptError as error:
        remedy = "give the key of a recipient; if it is one, the pack was changed on its way: ask for it again"
        raise StoreError(
            Problem("the pack does not open: it is not sealed to this key, or was changed", where, remedy)
        ) from error
    try:
        files = _unzipped(archive)
        manifest = json.loads(files[MANIFEST])
        signature = json.loads(files[SIGNATURE])
        version, said = int(manifest["format"]), {str(name): dict(one) for name, one in manifest["files"].items()}
        officer, verify_key, signed = (str(signature[name]) for name in ("officer", "verify_key", "signature"))
    except DAMAGE as error:
        raise StoreError(Problem("the pack is damaged inside", where, _TAMPERED)) from error
    if version > FORMAT:
        raise StoreError(
            Problem(f"the pack is of format {version}, which this version cannot read", where, _ABOVE_FORMAT)
        )
    problems = [] if signature_holds(verify_key, _message(files[MANIFEST]), signed) else [_UNSIGNED]
    problems += _faults(files, said, where)
    if problems:
        raise StoreError(problems)
    return Signed(files, manifest, hashlib.sha256(files[MANIFEST]).hexdigest(), officer, verify_key)


def _faults(files: Mapping[str, bytes], said: Mapping[str, Mapping[str, Any]], where: str) -> Iterator[Problem]:
    """Yield what of the files is not as the manifest says."""
    own = set(files) - {MANIFEST, SIGNATURE}
    for name in sorted(own | set(said)):
        if name not in said:
            yield Problem("a file that the manifest does not name", name, _TAMPERED)
        elif name not in own:
            yield Problem("a file of the manifest is missing", name, _TAMPERED)
        elif hashlib.sha256(files[name]).hexdigest() != said[name].get("sha256"):
            yield Problem("a file is not as it was packed", name, _TAMPERED)
    if [*files] != [MANIFEST, SIGNATURE, *sorted(own)]:
        yield Problem("the files are not in the order in which they are packed", where, _TAMPERED)


def keys_in(content: bytes, words: str = "") -> list[x25519.Identity]:
    """Return the keys that a file holds: an officer's, or one that age-keygen wrote.

    Args:
        content: of the file.
        words: the passphrase of an officer's key.

    Raises:
        InputError: it holds none, or the passphrase is wrong; nothing of it is shown.
    """
    lines = [line.strip() for line in content.split(b"\n") if line.strip() and not line.startswith(b"#")]
    plain = [line for line in lines if line.startswith(b"AGE-SECRET-KEY-")]
    if plain and len(plain) == len(lines):
        try:
            return [x25519.Identity.from_str(line.decode("ascii")) for line in plain]
        except (IdentityError, ValueError) as error:
            raise InputError(Problem("this is no identity", "", "give the key of a recipient")) from error
    return [read_identity(content, words).sealing]


def _unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        if len(set(names)) != len(names):
            raise ValueError("a name stands twice")
        return {name: archive.read(name) for name in names}


def _message(manifest: bytes) -> bytes:
    """Return what is signed: not the bytes alone, so that a signature for another purpose is none for this."""
    return canonical({"purpose": "netaudit evidence pack", "manifest": hashlib.sha256(manifest).hexdigest()})
