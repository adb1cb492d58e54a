"""Which code this is: what a run, and a pack, say that they were made with."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from netaudit import __version__
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.registers import REGISTERS

_PACKAGE = Path(__file__).resolve().parents[1]
_SUFFIXES = frozenset({".py", ".toml", ".csv", ".txt", ".dat", ".json"})
_LIBRARIES = ("polars", "polars-runtime-32", "pyarrow", "numpy", "tldextract", "tzdata", "holidays", "pyrage")
_OVER_CASES = ("decisions.csv", "statements.csv")  # laid over cases that were found


@cache
def code_files() -> Mapping[str, str]:
    """Return the digest of each file of the installed package that a verdict can depend on, by its path in it."""
    return {
        path.relative_to(_PACKAGE).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(_PACKAGE.rglob("*"))
        if path.suffix in _SUFFIXES and path.is_file() and path.relative_to(_PACKAGE).parts[0] not in _NOT_CODE
    }


_NOT_CODE = frozenset({"categories", "templates"})  # class lists have a hash of their own; templates decide nothing


def code_digest() -> str:
    """Return one digest of the installed package's files."""
    return hashlib.sha256("".join(f"{name}\0{one}\n" for name, one in code_files().items()).encode()).hexdigest()


def libraries() -> dict[str, str]:
    """Return the versions of what the code stands on."""
    found = {"netaudit": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def registers_digest(configuration: Configuration) -> str:
    """Return one digest of the staff directory and the registers as they lie there; not of decisions and statements."""
    digest = hashlib.sha256()
    folder = configuration.registers
    paths = [
        configuration.directory,
        *(folder / name for name in sorted(REGISTERS) if folder and name not in _OVER_CASES),
    ]
    for path in paths:
        if path is not None and path.is_file():
            digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def ran_with(configuration: Configuration) -> dict[str, str]:
    """Return what the ledger keeps of a run so that it can be told later whether it was made with the same things."""
    return {"code": code_digest(), "registers": registers_digest(configuration)}
