"""Digests of everything that an organisation sets, by part: whoever compares two of them knows what was changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from netaudit import __version__
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.imported_lists import LIVE_FILE
from netaudit.definitions.toml_files import read_what_is_toml

_DIGITS = 32  # 128 bits: nobody finds two settings of one digest
_NOTHING = "none"
_ENDINGS = {".csv", ".json", ".ldif", ".toml", ".txt"}  # of what is read from a folder that others write into as well


def setting_digests(configuration: Configuration) -> Mapping[str, str]:
    """Return a digest for each section of the configuration, and for each file or folder that it names.

    What a digest was made of cannot be told from it, save by who can guess all of it. A folder's is of names and
    contents; of imported lists the register is taken, which holds a digest of each list.
    """
    raw = read_what_is_toml(configuration.path)[0] if configuration.path and configuration.path.is_file() else {}
    sections = {f"[{name}]": _digest([json.dumps(raw[name], sort_keys=True, default=str).encode()]) for name in raw}
    return sections | {
        "program": __version__,
        "policy": configuration.policy_pack,
        "policies": _of(configuration.policies_folder),
        "formats": _of(configuration.formats_folder),
        "class lists": _of(configuration.categories_folder),
        "imported lists": _of(configuration.imports_folder / LIVE_FILE),
        "officers": _of(configuration.officers_file),
        "directory": _of(configuration.directory),
        "registers": _of(configuration.registers),
        "holds": _of(configuration.holds_file),
    }


def together(digests: Mapping[str, str]) -> str:
    """Return one digest of all."""
    return _digest([json.dumps(dict(digests), sort_keys=True).encode()])


def _of(path: Path | None) -> str:
    if path is None or not path.exists():
        return _NOTHING
    files = sorted(one for one in path.iterdir() if one.suffix in _ENDINGS) if path.is_dir() else [path]
    return _digest(part for one in files for part in (str(one.relative_to(path.parent)).encode(), _content(one)))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError:
        return b"cannot be read"


def _digest(parts: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big") + part)
    return found.hexdigest()[:_DIGITS]
