"""The truth beside the log: what was in front of the person, what was merely open, embedded, or the machine's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from .plan import Visit
from .sites import Event, Socket, Traffic
from .web import Origin

# (start, end, host, category, kind), whole epoch seconds
Row = tuple[int, int, str, str, str]
TOGETHER = 300.0  # requests of one program closer than this are one row


def rows_of_visits(visits: Iterable[Visit]) -> list[Row]:
    """Human and idle-tab rows."""
    out: list[Row] = []
    for visit in visits:
        start, end = int(visit.start), int(visit.end)
        site = visit.site
        if end > start:
            out.append((start, end, site.host, site.category, "human"))
        if int(visit.open_until) > end + 5:
            out.append((end, int(visit.open_until), site.host, site.category, "idle-tab"))
    return out


def rows_of_embedded(events: list[Event], sockets: list[Socket], page: Origin) -> list[Row]:
    """What the page of one visit asked of other hosts: one row for each host."""
    spans: dict[Origin, list[float]] = {}
    for at, took, _, asked, _ in events:
        span = spans.get(asked.origin)
        if span is None:
            spans[asked.origin] = [at, at + took]
        else:
            span[0] = min(span[0], at)
            span[1] = max(span[1], at + took)
    for socket in sockets:
        span = spans.setdefault(socket.asked.origin, [socket.start, socket.end])
        span[0], span[1] = min(span[0], socket.start), max(span[1], socket.end)
    return [
        (int(a), max(int(b), int(a) + 1), origin.host, origin.category, "embedded")
        for origin, (a, b) in spans.items()
        if origin.host != page.host
    ]


def rows_of_software(traffic: Traffic) -> list[Row]:
    """Background rows: one for each stretch in which a host was asked again and again."""
    moments: dict[Origin, list[tuple[float, float]]] = {}
    for at, took, _, asked, _ in traffic.events:
        moments.setdefault(asked.origin, []).append((at, at + took))
    for socket in traffic.sockets:
        moments.setdefault(socket.asked.origin, []).append((socket.start, socket.end))
    out: list[Row] = []
    for origin, spans in moments.items():
        spans.sort()
        a, b = spans[0]
        for start, end in [*spans[1:], (float("inf"), 0.0)]:
            if start - b > TOGETHER:
                out.append((int(a), max(int(b), int(a) + 1), origin.host, origin.category, "background"))
                a, b = start, end
            b = max(b, end)
    return out


def minutes(rows: Iterable[Row], personal: set[str], kind: str) -> float:
    """Minutes of personal use of this kind, overlaps counted once."""
    spans = sorted((a, b) for a, b, _, category, which in rows if which == kind and category in personal)
    total, until = 0, 0
    for a, b in spans:
        total += max(b - max(a, until), 0)
        until = max(until, b)
    return total / 60.0


def iso(moment: int) -> str:
    """An ISO time in UTC."""
    return dt.datetime.fromtimestamp(moment, dt.UTC).isoformat()
