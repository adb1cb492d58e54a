"""Stamps of an authority (RFC 3161): that an entry of the trail, and so all before it, existed at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from cryptography import x509

from netaudit.custody.trail_entries import Entry
from netaudit.custody.trail_files import write_at
from netaudit.errors import InputError, Problem, StoreError, unwritable

_SHA256 = "2.16.840.1.101.3.4.2.1"
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an authority's answer says."""

    digest: str  # SHA-256 of a line of the trail
    at: datetime
    content: bytes


def stamp_request(entry: Entry) -> bytes:
    """Return what to send to an authority (TimeStampReq, DER): the SHA-256 of the entry's line, with its end.

    Raises:
        InputError: the extra `timestamp` is not installed.
    """
    client = _client()
    request = client.TimestampRequestBuilder().data(entry.line).hash_algorithm(client.HashAlgorithm.SHA256)
    return bytes(request.build().as_bytes())


def read_stamp(content: bytes, where: Path) -> Stamp:
    """Return what an authority's answer (TimeStampResp, DER) says, unchecked.

    Raises:
        InputError: it is none, or the authority refused.
    """
    answer = _decoded(content, where)
    imprint = answer.tst_info.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256:
        raise InputError(Problem("the stamp is not of a SHA-256", str(where), "send the request that netaudit wrote"))
    return Stamp(imprint.message.hex(), answer.tst_info.gen_time.astimezone(UTC), content)


def fault_of_stamp(stamp: Stamp, digest: str, roots: Path) -> str:
    """Return why a stamp does not hold for the SHA-256 of a line; nothing if it does.

    Args:
        stamp: the answer of an authority.
        digest: of the line.
        roots: certificates (PEM) of authorities that are believed.

    Raises:
        InputError: the certificates cannot be read.
    """
    client = _client()
    builder = client.VerifierBuilder()
    for one in _certificates(roots):
        builder = builder.add_root_certificate(one)
    answer = _decoded(stamp.content, roots)
    try:
        # No number of the request is asked for: which line it is about says which request was answered.
        builder.build().verify(answer, bytes.fromhex(digest))
    except (client.VerificationError, ValueError) as error:
        return str(error)
    return ""


def stamp_path(place: Path, number: int) -> Path:
    """Return where the stamp of an entry is kept."""
    return place / f"stamp-{number:010d}.tsr"


def keep_stamp(place: Path, number: int, stamp: Stamp) -> str:
    """Keep an answer beside the trail, and return the name of its file.

    Raises:
        StoreError: it cannot be written.
    """
    path = stamp_path(place, number)
    try:
        write_at(path, 0, stamp.content)
    except OSError as error:
        raise unwritable(path, error.strerror) from error
    return path.name


def check_stamps(
    place: Path, stamped: Sequence[Entry], digests: Mapping[int, str], roots: Path | None
) -> tuple[list[str], list[str], tuple[int, datetime] | None]:
    """Return what is wrong with the stamps of a trail, what is to be said of them, and what the best one proves.

    Args:
        place: where they are kept.
        stamped: the entries that tell of them.
        digests: SHA-256 of the lines of entries that were stamped.
        roots: certificates of authorities that are believed; None: no signature is checked.

    Returns:
        Faults, remarks, and the last entry that provably existed, with the time at which it did.
    """
    faults: list[str] = []
    remarks: list[str] = []
    best: tuple[int, datetime] | None = None
    for entry in stamped:
        number, path = int(entry.about["entry"]), stamp_path(place, int(entry.about["entry"]))
        if not path.is_file():
            faults.append(f"the stamp of entry {number}, which entry {entry.number} tells of, is gone")
            continue
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != entry.about["stamp_sha256"]:
            faults.append(f"the stamp of entry {number} is not the one that entry {entry.number} tells of")
        elif number not in digests:
            remarks.append(f"entry {number} was stamped, and was taken away since: its stamp cannot be held against it")
        elif roots is None:
            remarks.append(f"entry {number} was stamped: give the authority's root certificate to have that checked")
        else:
            stamp = read_stamp(content, path)
            fault = "it is of another line" if stamp.digest != digests[number] else ""
            fault = fault or fault_of_stamp(stamp, digests[number], roots)
            if fault:
                faults.append(f"the stamp of entry {number} does not hold: {fault}")
            elif best is None or number > best[0]:
                best = (number, stamp.at)
    return faults, remarks, best


def _decoded(content: bytes, where: Path) -> Any:  # noqa: ANN401 - a class of the optional library
    client = _client()
    remedy = "give the answer of the authority as it came (DER)"
    try:
        answer = client.decode_timestamp_response(content[:_MOST_BYTES])
        _ = answer.tst_info  # an authority that refuses sends none
    except ValueError as error:
        raise InputError(Problem("this is no stamp, or the authority refused", str(where), remedy)) from error
    return answer


def _certificates(path: Path) -> list[x509.Certificate]:
    remedy = "give certificates in PEM: -----BEGIN CERTIFICATE-----"
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {error.strerror}", str(path), remedy)) from error
    except ValueError as error:
        raise InputError(Problem("there is no certificate in it", str(path), remedy)) from error


def _client() -> Any:  # noqa: ANN401 - a module
    """Return the library that knows RFC 3161, which not everybody needs."""
    try:
        return import_module("rfc3161_client")
    except ImportError as error:
        remedy = "install netaudit with the extra: pip install 'netaudit[timestamp]'"
        raise InputError(Problem("stamps need a library that is not installed", "rfc3161-client", remedy)) from error


def digest_of(entry: Entry) -> str:
    """Return the SHA-256 of an entry's line."""
    return hashlib.sha256(entry.line).hexdigest()


def of_no_entry(where: Path) -> StoreError:
    """Return what to say of a stamp that no line of the trail has."""
    remedy = "stamp the trail that is here: netaudit audit stamp --request FILE"
    return StoreError(Problem("the stamp is of no entry of this trail", str(where), remedy))
