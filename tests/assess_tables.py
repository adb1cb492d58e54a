"""Tables for the tests of assess: what a test does not speak about has a plain value."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from netaudit.contracts import PEOPLE, REGISTER, VISITS


def utc(text: str) -> datetime:
    """Return the instant of an ISO text in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def visit(start: str, end: str, category: str = "social_sharing", user_hash: int = 1, **other: object) -> dict:
    """Return a visit, proven from start to end."""
    first, last = utc(start), utc(end)
    lasts = (last - first).total_seconds() / 60
    return {
        "user_hash": user_hash,
        "attribution": "person",
        "site": category.replace("_", "-") + ".example",
        "category": category,
        "event_start": first,
        "event_end": last,
        "minutes_low": lasts,
        "minutes": lasts,
        "minutes_high": lasts,
        "requests": 1,
        "human_requests": 1,
        "documents_allowed": 1,
        "requests_blocked": 0,
        "bytes_in": 0,
        "bytes_out": 0,
        "kind": "human",
        "reason": "page and its parts",
    } | other


def visits(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame(list(rows), VISITS.schema)


def people(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame([{"user_hash": 1, "roles": [], **row} for row in rows], PEOPLE.schema)


def register(*rows: dict) -> pl.DataFrame:
    plain = {"register": "consent", "entry": "consents.csv:2", "reason": "agreed"}
    return pl.DataFrame([{**plain, **row} for row in rows], REGISTER.schema)
