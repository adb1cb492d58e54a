"""EVENTS for the tests of reconstruct: a request in a line, and whole page loads as browsers make them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from netaudit.contracts import EVENTS
from netaudit.reconstruct import Reconstruction, ReconstructSettings, reconstruct

DAY = datetime(2026, 3, 10, tzinfo=UTC)
CLASSES = {
    "www.news.example": ("news.example", "news", "page"),
    "img.news.example": ("news.example", "news", "asset"),
    "www.social.example": ("social.example", "social_sharing", "page"),
    "static.social-cdn.example": ("social.example", "social_sharing", "asset"),
    "www.bets.example": ("bets.example", "gambling", "page"),
    "img.bets.example": ("bets.example", "gambling", "asset"),
    "www.films.example": ("films.example", "streaming_media", "page"),
    "video.films.example": ("films.example", "streaming_media", "asset"),
    "www.essays.example": ("essays.example", "leisure", "page"),
    "www.search.example": ("search.example", "search", "page"),
    "app.supplier.example": ("supplier.example", "business_supplier", "page"),
    "img.supplier.example": ("supplier.example", "business_supplier", "asset"),
    "mail.office.example": ("office.example", "business_m365", "page"),
    "ads.example": ("ads.example", "infra_ads", "asset"),
    "tags.example": ("tags.example", "infra_analytics", "asset"),
    "updates.example": ("updates.example", "infra_update", "asset"),
    "shared-cdn.example": ("shared-cdn.example", "infra_cdn", "asset"),
    "www.club.example": ("club.example", "uncategorised", "page"),
    "x1.parts.example": ("parts.example", "uncategorised", "page"),
}


def at(text: str) -> float:
    """Return seconds since midnight of a time like 10:00, 10:00:05 or 10:00:05.25."""
    hours, minutes, *seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + (float(seconds[0]) if seconds else 0)


def event(when: float | str, host: str, **other: object) -> dict:
    """Return a request; what is not said is that of an ordinary GET of a page by person 1."""
    start = at(when) if isinstance(when, str) else when
    site, category, role = CLASSES.get(host, (host, "uncategorised", "page"))
    return {
        "event_start": DAY + timedelta(milliseconds=round(start * 1000)),
        "event_duration_ms": 100,
        "event_dataset": "squid",
        "event_action": "TCP_MISS",
        "user_hash": 1,
        "source_hash": 1,
        "attribution": "person",
        "url_scheme": "https",
        "url_domain": host,
        "url_key": None,
        "referrer_key": None,
        "referrer_domain": None,
        "url_extension": None,
        "site": site,
        "category": category,
        "category_match": host,
        "host_role": role,
        "http_request_method": "GET",
        "http_request_bytes": 500,
        "http_response_bytes": 20_000,
        "http_response_status_code": 200,
        "http_response_mime_type": "text/html",
        "user_agent_name": None,
        "disposition": "allowed",
        "vendor_category": None,
        "log_file": "1",
        "log_line": 0,
        **other,
    }


def tunnel(when: float | str, host: str, lasts: float = 60.2, size: int = 50_000, **other: object) -> dict:
    """Return a CONNECT, of which only the host, the size and the duration are known."""
    told = {
        "event_action": "TCP_TUNNEL",
        "url_scheme": "tunnel",
        "event_duration_ms": round(lasts * 1000),
        "http_request_method": "CONNECT",
        "http_response_bytes": size,
        "http_response_mime_type": None,
    }
    return event(when, host, **(told | other))


def fetch(when: float | str, host: str, name: str, mime: str = "text/html", **other: object) -> dict:
    """Return a GET of a named thing: equal names have equal keys."""
    key = int.from_bytes(f"{host}/{name}".encode()[-7:], "big") * 31 + sum(name.encode())
    extension = name.rpartition(".")[2] if "." in name else None
    told = {"url_key": key, "url_extension": extension, "http_response_mime_type": mime}
    return event(when, host, **(told | other))


def page_by_tunnels(when: str, host: str, asset: str, **other: object) -> list[dict]:
    """Return a page load through tunnels: the page, its own parts, an advert and a counter."""
    start = at(when)
    return [
        tunnel(start, host, **other),
        tunnel(start + 0.4, asset, size=200_000, **other),
        tunnel(start + 0.4, asset, lasts=2, size=39, **other),
        tunnel(start + 0.9, "ads.example", lasts=120.3, size=9_000, **other),
        tunnel(start + 1.0, "tags.example", lasts=240.3, size=4_000, **other),
    ]


def page_by_urls(when: str, host: str, asset: str, name: str, **other: object) -> list[dict]:
    """Return a page load whose URLs are known: the document, its own parts, an advert's frame."""
    start = at(when)
    return [
        fetch(start, host, name, **other),
        fetch(start + 0.3, host, f"{name}.css", "text/css", **other),
        fetch(start + 0.5, asset, f"{name}.jpg", "image/jpeg", **other),
        fetch(start + 0.9, "ads.example", "frame", http_response_bytes=480, **other),
        fetch(start + 1.1, "ads.example", f"pixel{start}", "image/gif", http_response_bytes=380, **other),
    ]


def table(rows: list[dict]) -> pl.DataFrame:
    """Return rows as EVENTS, with line numbers."""
    numbered = [{**row, "log_line": number} for number, row in enumerate(rows, start=1)]
    return EVENTS.fit(pl.DataFrame(numbered, schema=EVENTS.schema))


def run(rows: list[dict], settings: ReconstructSettings | None = None) -> Reconstruction:
    """Return the reconstruction of rows."""
    return reconstruct(table(rows), settings or ReconstructSettings())


def minutes(result: Reconstruction, site: str | None = None) -> float:
    """Return the likely minutes on a site, or on all."""
    visits = result.visits if site is None else result.visits.filter(site=site)
    return float(visits["minutes"].sum())


def labels(result: Reconstruction, host: str) -> set[str]:
    """Return the labels of a host's requests."""
    return set(result.labelled.filter(url_domain=host)["label"].cast(pl.String))
