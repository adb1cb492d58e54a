"""Imported lists as they are kept, made up for tests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

OVERRIDES = "pattern,category,reason,author,date,expires,ticket\n"  # what an overrides file begins with
Rows = list[tuple[str, str]] | pl.DataFrame  # pattern, category


def keep_lists(folder: Path, lists: Mapping[str, tuple[str, Rows]], imported_at: str = "2026-11-20") -> Path:
    """Write live versions of sources, each with its tier and its rows, and return the folder."""
    (folder / "lists").mkdir(parents=True, exist_ok=True)
    sources = {}
    for name, (tier, rows) in lists.items():
        if isinstance(rows, list):
            rows = pl.DataFrame(rows, {"pattern": pl.String, "category": pl.String}, orient="row")  # noqa: PLW2901
        table = rows.unique().sort("pattern", "category").with_columns(upstream=pl.lit("theirs"))
        path = folder / "lists" / f"{name}.parquet"
        table.write_parquet(path)
        sources[name] = {
            "version": hashlib.sha256(table.write_csv().encode()).hexdigest(),
            "file": f"lists/{name}.parquet",
            "file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "tier": tier,
            "imported_at": f"{imported_at}T00:00:00+00:00",
            "licence": "made up",
        }
    (folder / "live.json").write_text(json.dumps({"sources": sources}))
    return folder


def write_import(
    folder: Path, name: str, rows: Iterable[tuple[str, str]], tier: str = "bulk", **changes: Any
) -> Mapping[str, Any]:
    """Make rows (pattern, category) the live version of a source, as the import command leaves it."""
    (folder / "lists").mkdir(parents=True, exist_ok=True)
    table = pl.DataFrame(
        [(pattern, category, "upstream") for pattern, category in sorted(set(rows))],
        {"pattern": pl.String, "category": pl.String, "upstream": pl.String},
        orient="row",
    )
    version = hashlib.sha256("\n".join(",".join(row) for row in table.iter_rows()).encode()).hexdigest()
    path = folder / "lists" / f"{name}-{version[:16]}.parquet"
    table.write_parquet(path)
    live = folder / "live.json"
    entries = json.loads(live.read_text())["sources"] if live.exists() else {}
    entries[name] = {
        "version": version,
        "file": f"lists/{path.name}",
        "file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "tier": tier,
        "imported_at": datetime(2026, 3, 1, 12, tzinfo=UTC).isoformat(),
        "upstream_date": "2026-02-28",
        "title": f"The list of {name}",
        "homepage": f"https://{name}.example/",
        "licence": "CC BY-SA 4.0",
        "attribution": f"{name} and friends",
        "stale_after_days": 30,
        "rows": dict(table["category"].value_counts().sort("category").iter_rows()),
        "quarantined": 0,
        "accepted": {},
        **changes,
    }
    live.write_text(json.dumps({"sources": entries}))
    return entries[name]
