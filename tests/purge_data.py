"""Three weeks in which somebody looks for a house on Tuesday, for eighty minutes, and works; and when they may go."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from approved import APPROVED

from netaudit.definitions.configuration import Configuration
from netaudit.definitions.retention import GROUPS

MONDAY = 1773014400  # 2026-03-09 00:00 in London: week 11
WEEK, DAY = 7 * 86400, 86400
BEFORE, MIDDLE, AFTER = "2026-W10", "2026-W11", "2026-W12"
NOW = datetime(2026, 4, 2, 6, tzinfo=UTC)
ROWS_OF_BEFORE = datetime(2026, 6, 8, 6, tzinfo=UTC)  # 2026-03-08 is its last day: 90 days after it, but for one
CONFIGURATION = Configuration(dpia=APPROVED, retention_days=3660)  # of reports; what is asked about is the rest
CANARIES = (b"canary", b"rightmove", b"somewhere.example", b"192.0.2.1")


def line(second: int, host: str = "somewhere.example") -> str:
    return (
        f"{MONDAY + second}.000   2000 192.0.2.1 TCP_TUNNEL/200 40000 CONNECT {host}:443 canary.ann "
        "HIER_DIRECT/198.51.100.7 -\n"
    )


def page(second: int) -> str:
    return (
        f"{MONDAY + second}.000 100 192.0.2.1 TCP_MISS/200 40000 GET http://www.rightmove.co.uk/{second} canary.ann "
        "HIER_DIRECT/198.51.100.7 text/html\n"
    )


def week_of(first: int) -> list[str]:
    played = [page(first + DAY + 36000 + 60 * minute) for minute in range(80)]
    return sorted([*played, *(line(first + DAY * day + 40000) for day in range(5))])


def after(group: str, period: str) -> datetime:
    """Return the first morning on which a group of tables of a week is past its time."""
    sunday = date.fromisocalendar(int(period[:4]), int(period[-2:]), 7)
    day = sunday + timedelta(days=GROUPS[group].days + 1)
    return datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
