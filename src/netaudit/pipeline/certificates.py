"""Certificates of destruction: what is being destroyed, written down before; what was, written down after."""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from netaudit.custody.trail import canonical
from netaudit.definitions.configuration import Configuration
from netaudit.durable import replace_file
from netaudit.errors import Problem, StoreError, unwritable
from netaudit.pipeline.purge_items import NOT_TABLES, named
from netaudit.pipeline.trails import open_trail

_PENDING = "pending.json"
_NAME = re.compile(r"certificate-(\d{4,})\.json")
BEGUN, FINISHED = "purge.begun", "purge.finished"
CANNOT_BE_PROVED = (
    (
        "Copies of the key folder, of the store or of reports elsewhere (back-ups, snapshots, print-outs, what was "
        "passed on) are out of reach: a key in a back-up opens the tables in a back-up. Destroy the back-ups of the "
        "key folder from before this day, or rewrap the keys and destroy the old wrapping key."
    ),
    (
        "Keys are overwritten before they are removed. On an SSD, and on a file system that copies on write, what was "
        "overwritten may still lie in cells or blocks that nothing can address."
    ),
    "The source logs are not netaudit's: they are kept and destroyed by whoever runs the proxy.",
)


def certificates_folder(configuration: Configuration, out: Path) -> Path:
    """Return where certificates lie."""
    return configuration.certificates_folder or out / "certificates"


def certified_places(configuration: Configuration, out: Path) -> dict[tuple[str, str], int]:
    """Return the number of the last certificate that a table of a week was destroyed by.

    Raises:
        StoreError: a certificate cannot be read.
    """
    return {
        (item["what"], item["period"]): number
        for number, path in _numbered(certificates_folder(configuration, out))
        for item in read_certificate(path)["destroyed"]
        if item["what"] not in NOT_TABLES
    }


def old_certificates(configuration: Configuration, out: Path, before: date) -> list[Path]:
    """Return the files of certificates from before a day, but for the last one: its number must not come again."""
    numbered = _numbered(certificates_folder(configuration, out))
    old = [
        path for _, path in numbered[:-1] if datetime.fromisoformat(read_certificate(path)["finished"]).date() < before
    ]
    return [one for path in old for one in (path, path.with_suffix(".txt")) if one.is_file()]


def read_certificate(path: Path) -> dict[str, Any]:
    """Return what a certificate, or the plan of one, holds.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        raw = json.loads(path.read_bytes())
    except OSError as error:
        problem = Problem(f"cannot be read: {error.strerror}", str(path), "check its permissions")
        raise StoreError(problem) from error
    except ValueError:
        raw = None
    if not isinstance(raw, dict) or "number" not in raw:
        remedy = "restore it from a back-up: the audit trail has its checksum"
        raise StoreError(Problem("this is no certificate", str(path), remedy))
    return raw


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep every other purge away.

    Raises:
        StoreError: another one is at work, or the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / "lock").open("wb")
    except OSError as error:
        raise unwritable(folder, error.strerror) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(Problem("another purge is at work", str(folder), "wait until it ends")) from error
        yield


def next_number(configuration: Configuration, out: Path) -> int:
    """Return a number that no certificate has had, as the folder and the audit trail know."""
    known = [number for number, _ in _numbered(certificates_folder(configuration, out))]
    known += [
        int(entry.about.get("certificate", 0))
        for entry in open_trail(configuration, out).entries()
        if entry.kind in {BEGUN, FINISHED}
    ]
    return max(known, default=0) + 1


def read_pending(folder: Path) -> dict[str, Any] | None:
    """Return what a purge that was stopped was about to do; None if none was."""
    return read_certificate(folder / _PENDING) if (folder / _PENDING).is_file() else None


def write_pending(folder: Path, raw: Mapping[str, Any]) -> str:
    """Write down what is about to be destroyed, and return the checksum of that."""
    content = canonical(raw) + b"\n"
    replace_file(folder / _PENDING, content)
    return hashlib.sha256(content).hexdigest()


def end_pending(folder: Path) -> None:
    """Forget what was about to be done: it is done."""
    try:
        (folder / _PENDING).unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(folder, error.strerror) from error


def certificate_path(folder: Path, number: int) -> Path:
    """Return where a certificate lies."""
    return folder / f"certificate-{number:04d}.json"


def write_certificate(folder: Path, raw: Mapping[str, Any]) -> Path:
    """Write a certificate, for machines and for people, and return the path of the first."""
    path = certificate_path(folder, raw["number"])
    replace_file(path, canonical(raw) + b"\n")
    return path


def write_text(path: Path) -> str:
    """Write a certificate's text beside it, and return the checksum of the certificate."""
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    replace_file(path.with_suffix(".txt"), _text(json.loads(content), digest).encode())
    return digest


def _text(raw: Mapping[str, Any], digest: str) -> str:
    lines = [
        f"CERTIFICATE OF DESTRUCTION no. {raw['number']}",
        f"{raw['organisation']}: records of the audit of internet use (netaudit {raw['version']})",
        "",
        f"Begun      {raw['begun']}",
        f"Finished   {raw['finished']}",
    ]
    lines += [f"By         {one['by']}, {one['at']}" for one in raw["attempts"]]
    if len(raw["attempts"]) > 1:
        lines.append("           (stopped before it ended, and gone on with: this certificate lists all of it)")
    lines += [
        f"Ordered by the configuration with checksum {raw['configuration']}",
        f"This certificate has the checksum {digest} (SHA-256 of the .json file), which the audit trail has, too.",
        "",
        "DESTROYED",
    ]
    for item in raw["destroyed"]:
        key = f", key {item['key']} destroyed" if item["key"] else ""
        rows = f", {item['rows']:,} rows" if item["rows"] else ""
        lines.append(f"  {named(item['what'], item['period'])}{rows}{key}: {item['why']}")
        lines += [f"      {one['sha256']}  {one['name']} ({one['size']:,} bytes)" for one in item["files"]]
        lines += [f"      {one}" for one in item["entries"]]
    lines += ["", "HELD BACK", *(f"  {one['what']}: {one['why']}" for one in _held(raw))]
    lines += ["", "PROVED AFTERWARDS", *(f"  {one}" for one in raw["proved"])]
    lines += ["", "WHAT CANNOT BE PROVED", *(f"  {one}" for one in raw["cannot_be_proved"])]
    lines += ["", "", "Signed                                        Date", "", "Role"]
    return "\n".join(lines) + "\n"


def _held(raw: Mapping[str, Any]) -> list[dict[str, str]]:
    said = [{"what": named(one["what"], one["period"]), "why": one["why"]} for one in raw["held_back"]]
    return said or [{"what": "nothing", "why": "there was no hold on anything that was past its time"}]


def _numbered(folder: Path) -> list[tuple[int, Path]]:
    if not folder.is_dir():
        return []
    found = ((_NAME.fullmatch(path.name), path) for path in folder.iterdir())
    return sorted((int(match[1]), path) for match, path in found if match)
