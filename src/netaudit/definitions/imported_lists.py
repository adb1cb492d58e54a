"""The live versions of imported lists, as they are kept: which sources there are, and what they say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from netaudit.definitions.tiers import IMPORTED_TIERS
from netaudit.errors import DefinitionError, Problem

LIVE_FILE = "live.json"
IMPORTED = pl.Schema(
    {
        "pattern": pl.String,
        "category": pl.String,
        "upstream": pl.String,  # the class as the source calls it
    }
)
_AGAIN = "import the list again: netaudit categories import"


@dataclass(frozen=True, slots=True)
class ImportedSource:
    """One source's live version: what it is, whose it is, and how old."""

    name: str
    version: str  # SHA-256 of its rows
    file: Path
    file_sha256: str
    tier: str  # curated or bulk
    imported_at: datetime
    upstream_date: date | None = None
    title: str = ""
    homepage: str = ""
    licence: str = ""
    attribution: str = ""
    stale_after_days: int = 30
    rows: Mapping[str, int] = field(default_factory=dict)  # by category
    quarantined: int = 0
    accepted: Mapping[str, str] = field(default_factory=dict)  # category → why a change of size was accepted

    @property
    def dated(self) -> date:
        """When the list was made, or imported where it does not say."""
        return self.upstream_date or self.imported_at.date()

    def age_days(self, today: date) -> int:
        """Return how many days ago the list was made, or imported where it does not say."""
        return (today - self.dated).days


def live_sources(folder: Path) -> tuple[ImportedSource, ...]:
    """Return the live versions in a folder of imported lists, by name; none where there is no such folder.

    Raises:
        DefinitionError: the folder's register of live versions cannot be read.
    """
    path = folder / LIVE_FILE
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["sources"]
        return tuple(_source(name, entries[name], folder) for name in sorted(entries))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        problem = Problem(f"the imported lists cannot be read: {error.strerror}", str(path), "check its permissions")
        raise DefinitionError(problem) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = Problem("the register of imported lists is damaged", str(path), "restore it from a back-up")
        raise DefinitionError(problem) from error


def read_imported(sources: tuple[ImportedSource, ...]) -> tuple[pl.DataFrame, list[Problem]]:
    """Return the rows of live versions, with `source` and `tier`, and what is wrong with their files."""
    frames, problems = [pl.DataFrame(schema={**IMPORTED, "source": pl.String, "tier": pl.String})], []
    for source in sources:
        try:
            content = source.file.read_bytes()
            if hashlib.sha256(content).hexdigest() != source.file_sha256:
                problems.append(Problem("an imported list is not as it was written", str(source.file), _AGAIN))
                continue
            rows = pl.read_parquet(content, columns=IMPORTED.names())
        except OSError as error:
            what = f"an imported list cannot be read: {error.strerror}"
            problems.append(Problem(what, str(source.file), _AGAIN))
            continue
        frames.append(rows.with_columns(source=pl.lit(source.name), tier=pl.lit(source.tier)))
    return pl.concat(frames), problems


def _source(name: str, entry: Mapping[str, Any], folder: Path) -> ImportedSource:
    if entry["tier"] not in IMPORTED_TIERS:
        raise ValueError(entry["tier"])
    upstream = entry.get("upstream_date")
    return ImportedSource(
        name=name,
        version=str(entry["version"]),
        file=folder / entry["file"],
        file_sha256=str(entry["file_sha256"]),
        tier=entry["tier"],
        imported_at=datetime.fromisoformat(entry["imported_at"]),
        upstream_date=date.fromisoformat(upstream[:10]) if upstream else None,
        title=entry.get("title", name),
        homepage=entry.get("homepage", ""),
        licence=entry.get("licence", ""),
        attribution=entry.get("attribution", ""),
        stale_after_days=int(entry.get("stale_after_days", 30)),
        rows=entry.get("rows", {}),
        quarantined=int(entry.get("quarantined", 0)),
        accepted=entry.get("accepted", {}),
    )
