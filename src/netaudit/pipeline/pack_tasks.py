"""Packing and verifying as commands: keys from files, and what the audit trail is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from pyrage import x25519

from netaudit.custody import Identity, is_locked
from netaudit.definitions.configuration import Configuration
from netaudit.errors import InputError, Problem
from netaudit.pipeline.pack_archive import keys_in
from netaudit.pipeline.pack_verify import Verdict
from netaudit.pipeline.packs import Packed, make_pack
from netaudit.pipeline.stores import has_store
from netaudit.pipeline.trails import note

_MOST_BYTES = 65_536


def pack_case(
    case_number: str,
    logs: Sequence[str],
    to: Path,
    recipients: Sequence[str],
    key: Identity,
    configuration: Configuration,
    out: Path,
    now: datetime,
    statement: bytes = b"",
) -> Packed:
    """Write the evidence of an opened case; see `make_pack`."""
    return make_pack(case_number, logs, to, recipients, key, configuration, out, now, _silent, statement)


def keys_of(path: Path, words: Callable[[], str]) -> list[x25519.Identity]:
    """Return the keys that a file holds, which open what is sealed to their holder.

    Args:
        path: an officer's key, or one that age-keygen wrote.
        words: asked for the passphrase, if there is one.

    Raises:
        InputError: it cannot be read, is no such file, or the passphrase is wrong.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(_MOST_BYTES)
    except OSError as error:
        raise InputError(Problem(f"the key cannot be read: {error.strerror}", str(path), "check the path")) from error
    try:
        return keys_in(content, words() if is_locked(content) and not content.startswith(b"#") else "")
    except InputError as error:
        raise InputError([Problem(one.what, str(path), one.remedy) for one in error.problems]) from error


def record_verified(verdict: Verdict, configuration: Configuration, out: Path, now: datetime) -> Iterator[str]:
    """Tell the audit trail that a pack was verified, where there is one; yield what is to be said of that."""
    if not has_store(configuration, out):
        yield "There is no store of netaudit here, so no audit trail says that the pack was verified."
        return
    about = {
        "case": verdict.case_number,
        "manifest": verdict.manifest_sha256,
        "outcome": "held" if verdict.is_good else "did not hold",
        "rebuilt": verdict.rebuilt,
    }
    note(configuration, out, "pack.verified", about, now)


def _silent(*_: object) -> None:
    return
