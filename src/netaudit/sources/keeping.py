"""Versions of foreign lists at rest: each is written beside the others, and becomes live in one moment."""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from netaudit.definitions.imported_lists import IMPORTED, LIVE_FILE, ImportedSource, live_sources, read_imported
from netaudit.errors import unwritable

LISTS_FOLDER = "lists"
_LOCK_FILE = "lock"
_PARTIAL = ".partial"
_OWN_FOLDER, _OWN_FILE = 0o700, 0o600
_DIGITS = 16  # of a version, in the name of its file


@dataclass(frozen=True, eq=False)
class LastVersion:
    """What is live of a source; no rows if its file is damaged."""

    about: ImportedSource
    rows: pl.DataFrame | None  # IMPORTED
    baseline: Mapping[str, Any]  # what drift is measured by: `at`, and `rows` by class


def last_version(folder: Path, name: str) -> LastVersion | None:
    """Return what is live of a source; nothing if it was never imported.

    Raises:
        DefinitionError: the register of live versions cannot be read.
    """
    about = next((source for source in live_sources(folder) if source.name == name), None)
    if about is None:
        return None
    rows, problems = read_imported((about,))
    entry = json.loads((folder / LIVE_FILE).read_text(encoding="utf-8"))["sources"][name]
    baseline = entry.get("baseline", {})
    return LastVersion(about, None if problems else rows.select(IMPORTED.names()), baseline)


def version_of(rows: pl.DataFrame) -> str:
    """Return what tells rows from other rows: the SHA-256 of what they say, whatever file they are in."""
    text = io.BytesIO()
    rows.select(IMPORTED.names()).write_csv(text, include_header=False, separator="\t", quote_style="never")
    return hashlib.sha256(text.getvalue()).hexdigest()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Have the folder of imported lists to oneself; waits until another import has ended.

    Raises:
        StoreError: the folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=_OWN_FOLDER)
        (folder / LISTS_FOLDER).mkdir(exist_ok=True, mode=_OWN_FOLDER)
        descriptor = os.open(folder / _LOCK_FILE, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, _OWN_FILE)
    except OSError as error:
        raise unwritable(folder, error.strerror) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        for left in (*folder.glob(f"*{_PARTIAL}"), *(folder / LISTS_FOLDER).glob(f"*{_PARTIAL}")):
            left.unlink(missing_ok=True)  # of an import that was killed
        yield
    finally:
        os.close(descriptor)


def keep(folder: Path, name: str, rows: pl.DataFrame, entry: Mapping[str, Any]) -> None:
    """Make rows the live version of a source. Whatever happens, the old version or the new one is live.

    Args:
        folder: of imported lists, which must be locked.
        name: of the source.
        rows: IMPORTED, sorted.
        entry: what the register of live versions says of it, without `version`, `file` and `file_sha256`.

    Raises:
        StoreError: the disk is full or cannot be written to; the old version is live.
    """
    version = version_of(rows)
    register = folder / LIVE_FILE
    try:
        sources = json.loads(register.read_text(encoding="utf-8"))["sources"] if register.exists() else {}
        file = {"file": f"{LISTS_FOLDER}/{name}-{version[:_DIGITS]}.parquet"}
        file["file_sha256"] = _written(folder / file["file"], rows, sources.get(name, {}))
        document = {"sources": dict(sorted({**sources, name: {"version": version, **file, **entry}}.items()))}
        _replace(register, json.dumps(document, indent=1, ensure_ascii=False).encode())
    except OSError as error:
        raise unwritable(folder, error.strerror) from error


def _written(path: Path, rows: pl.DataFrame, live: Mapping[str, Any]) -> str:
    """Return the digest of the file that holds the rows, which is written unless it is what is live."""
    if live.get("file") == f"{LISTS_FOLDER}/{path.name}" and path.exists():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest == live["file_sha256"]:
            return digest
    buffer = io.BytesIO()
    rows.select(IMPORTED.names()).write_parquet(buffer)
    _replace(path, buffer.getvalue())
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def _replace(path: Path, content: bytes) -> None:
    """Write a file beside, and put it in place when all of it is on the disk."""
    partial = path.with_name(path.name + _PARTIAL)
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _OWN_FILE)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
