"""Imported lists as they are kept, made up for tests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

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
