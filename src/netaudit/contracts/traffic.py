"""What moved, apart from visits: files that people fetched, and forbidden sites that the filter let through."""

from __future__ import annotations

import polars as pl

from netaudit.contracts.contract import Contract, columns
from netaudit.contracts.tables import UTC_TIME

FILE_KINDS = ("program", "archive", "disk_image", "audio_video", "document")

# A file that somebody fetched by a request of their own: its kind and size, never its name. Knows no policy.
DOWNLOADS = Contract(
    "DOWNLOADS",
    columns(
        {
            "user_hash": pl.Int64,
            "attribution": pl.String,
            "site": pl.String,
            "category": pl.String,
            "category_source": pl.String,
            "category_confirmed": pl.Boolean,
            "event_start": UTC_TIME,
            "file_kind": pl.String,  # one of FILE_KINDS
            "bytes": pl.Int64,
        }
    ),
)
