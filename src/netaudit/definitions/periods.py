"""Periods: ISO weeks in local time. Longer spans are unions of whole weeks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PUBLISHED_AFTER = timedelta(hours=48)  # tunnels that are still open when a week ends are logged later
MARGIN = timedelta(hours=3)  # how far the reading of a day looks over its midnights


def period_of(day: date) -> str:
    """Return the ISO week of a local day.

    >>> period_of(date(2026, 3, 10))
    '2026-W11'
    """
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def is_period(text: str) -> bool:
    """Return whether a text names an ISO week.

    >>> is_period("2026-W11"), is_period("2026-W54"), is_period("March")
    (True, False, False)
    """
    try:
        return period_of(days_of(text)[0]) == text
    except ValueError:
        return False


def days_of(period: str) -> list[date]:
    """Return the seven days of a period, Monday first.

    >>> days_of("2026-W11")[0]
    datetime.date(2026, 3, 9)
    """
    year, _, week = period.partition("-W")
    return [date.fromisocalendar(int(year), int(week), weekday) for weekday in range(1, 8)]


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """Return when a local day begins and ends, in UTC; 23 or 25 hours apart when the clocks change."""
    midnights = (datetime.combine(day + timedelta(days=n), time(), ZoneInfo(zone)) for n in (0, 1))
    begin, end = (midnight.astimezone(UTC) for midnight in midnights)
    return begin, end


def is_closed(period: str, zone: str, now: datetime) -> bool:
    """Return whether a period's figures may be published: 48 hours after its end."""
    _, end = day_bounds(days_of(period)[-1], zone)
    return now >= end + PUBLISHED_AFTER
