"""Class maps that runs have used, kept so that an old report can be made again with the map of its time.

A map is one archive, `class_maps/<hash>.zip` in the store: its own files as they were read, and a list of the imported
lists that it used. Those lie beside it, in `class_maps/lists`, once for all maps.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from netaudit.definitions.categories import ClassMap, categories_folder, load_class_map, map_digest
from netaudit.definitions.imported_lists import LIVE_FILE, ImportedSource
from netaudit.errors import DefinitionError, Problem, StoreError
from netaudit.store import Archive, read_kept, zipped

_ENDING = ".zip"
_MANIFEST = "map.json"
_OWN, _LISTS = "own", "lists"
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
)
_RESTORE = "restore it from a back-up, or use another class map"


@dataclass(frozen=True, slots=True)
class PackedMap:
    """A class map as it is kept."""

    sha256: str
    content: bytes  # of its archive
    lists: Mapping[str, Path]  # where the imported lists are now, by their name in the store


def packed(class_map: ClassMap) -> PackedMap:
    """Return a class map that was just loaded, ready to be kept.

    Raises:
        DefinitionError: its files have changed since.
    """
    try:
        files = {name: path.read_bytes() for name, path in class_map.files.items()}
    except OSError as error:
        problem = Problem(f"a class list cannot be read: {error.strerror}", str(error.filename), "run again")
        raise DefinitionError(problem) from error
    if map_digest(files, class_map.sources) != class_map.sha256:
        raise DefinitionError(Problem("the class lists were changed while the run began", remedy="run again"))
    shipped = categories_folder()
    manifest = {
        "sha256": class_map.sha256,
        "files": {name: _origin(path, shipped) for name, path in class_map.files.items()},
        "sources": {source.name: _entry(source) for source in class_map.sources},
    }
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
    content = zipped({_MANIFEST: text.encode()} | {f"{_OWN}/{name}": files[name] for name in sorted(files)})
    return PackedMap(class_map.sha256, content, {_list_name(source): source.file for source in class_map.sources})


def keep(kept: PackedMap, archive: Archive) -> None:
    """Keep a class map for good, its imported lists first: where there is an archive, all of it is there.

    Raises:
        StoreError: the disk is full.
        DefinitionError: an imported list cannot be read.
    """
    for name, path in kept.lists.items():
        try:
            content = path.read_bytes()
        except OSError as error:
            problem = Problem(f"an imported list cannot be read: {error.strerror}", str(path), "import it again")
            raise DefinitionError(problem) from error
        if hashlib.sha256(content).hexdigest()[:16] not in name:
            raise DefinitionError(Problem("an imported list was changed while the run began", str(path), "run again"))
        archive.keep(name, content)
    archive.keep(kept.sha256 + _ENDING, kept.content)


def find_map(wanted: str, store: Path) -> Path:
    """Return the archive of a class map: of the store by the beginning of its hash, or any by its path.

    Raises:
        StoreError: there is none, or several begin like that.
    """
    if wanted.endswith(_ENDING):
        path = Path(wanted)
        if not path.is_file():
            raise StoreError(Problem("there is no such file", wanted, "name the archive of a class map"))
        return path
    return Archive(store).find(wanted, _ENDING, "class map")


def lists_of(content: bytes) -> frozenset[str]:
    """Return the names of the imported lists that the archive of a class map needs, as they lie beside it.

    Raises:
        StoreError: the archive is damaged, so that nobody can tell.
    """
    try:
        manifest, _ = _unzipped(content)
        return frozenset(f"{_LISTS}/{Path(entry['file']).name}" for entry in manifest["sources"].values())
    except DAMAGE as error:
        raise StoreError(Problem("a class map is damaged", "", _RESTORE)) from error


def load_kept_map(path: Path, today: date | None) -> tuple[ClassMap, PackedMap]:
    """Return a class map from its archive, with the warnings of a day.

    Raises:
        StoreError: the archive, or a list beside it, is damaged or gone, or this version cannot read it.
    """
    content = read_kept(path)
    if content is None:
        raise StoreError(Problem("the class map is gone", str(path), _RESTORE))
    try:
        manifest, files = _unzipped(content)
        sources = {
            name: {**entry, "file": str(path.parent.resolve() / _LISTS / Path(entry["file"]).name)}
            for name, entry in manifest["sources"].items()
        }
        wanted = str(manifest["sha256"])
    except DAMAGE as error:
        raise StoreError(Problem("the class map is damaged", str(path), _RESTORE)) from error
    with TemporaryDirectory(prefix="netaudit-") as name:
        own, imports = Path(name, "own"), Path(name, "imports")
        for folder, texts in ((own, files), (imports, {LIVE_FILE: json.dumps({"sources": sources}).encode()})):
            for file, text in texts.items():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / file).write_bytes(text)
        try:
            class_map = load_class_map(own, (), today, imports)
        except DefinitionError as error:
            raise StoreError(_unusable(error, name, path)) from error
    is_named = len(path.stem) == len(wanted)  # by its hash, not by somebody
    if class_map.sha256 != wanted or (is_named and path.stem != wanted):
        raise StoreError(Problem("the class map is not the one that it says it is", str(path), _RESTORE))
    return class_map, PackedMap(wanted, content, {_list_name(source): source.file for source in class_map.sources})


def _unzipped(content: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the manifest of an archive, and its own files by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest: dict[str, Any] = json.loads(archive.read(_MANIFEST))
        for name in manifest["files"]:
            if Path(name).is_absolute() or ".." in Path(name).parts:
                raise ValueError(name)
        return manifest, {name: archive.read(f"{_OWN}/{name}") for name in manifest["files"]}


def _unusable(error: DefinitionError, unpacked: str, path: Path) -> Problem:
    """Return why an archive cannot be used, with the first reason of perhaps many."""
    first = error.problems[0]
    more = f" (and {len(error.problems) - 1} more)" if error.problems[1:] else ""
    where = first.where.replace(f"{unpacked}/own", str(path)).replace(unpacked, str(path))
    return Problem(f"the class map cannot be used: {first.what}{more}", where, _RESTORE)


def _origin(path: Path, shipped: Path) -> str:
    return "shipped" if path.is_relative_to(shipped) else "own"


def _list_name(source: ImportedSource) -> str:
    return f"{_LISTS}/{source.name}-{source.file_sha256[:16]}.parquet"


def _entry(source: ImportedSource) -> dict[str, Any]:
    """Return a source as the register of imported lists has it."""
    return {
        "version": source.version,
        "file": _list_name(source),
        "file_sha256": source.file_sha256,
        "tier": source.tier,
        "imported_at": source.imported_at.isoformat(),
        "upstream_date": source.upstream_date.isoformat() if source.upstream_date else None,
        "title": source.title,
        "homepage": source.homepage,
        "licence": source.licence,
        "attribution": source.attribution,
        "stale_after_days": source.stale_after_days,
        "rows": dict(source.rows),
        "quarantined": source.quarantined,
        "accepted": dict(source.accepted),
    }
