"""Periods: ISO weeks in local time. Longer spans are unions of whole weeks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

PUBLISHED_AFTER = timedelta(hours=48)  # tunnels that are still open when a week ends are logged later
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
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


def local_days(moments: npt.NDArray[np.int64], zone: str) -> tuple[list[date], npt.NDArray[np.int64]]:
    """Return the local days on which there are moments, sorted, and for each moment the number of its day.

    Args:
        moments: microseconds since 1970.
        zone: an IANA name.
    """
    if not len(moments):
        return [], np.zeros(0, np.int64)
    first, last = (_local_day(int(moment), zone) for moment in (moments.min(), moments.max()))
    if first == last:
        return [first], np.zeros(len(moments), np.int64)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    number = np.searchsorted([_midnight(day, zone) for day in days[1:]], moments, side="right")
    present = np.bincount(number, minlength=len(days)) > 0
    return [day for day, is_there in zip(days, present, strict=True) if is_there], (np.cumsum(present) - 1)[number]


def _local_day(moment: int, zone: str) -> date:
    return (_EPOCH + timedelta(microseconds=moment)).astimezone(ZoneInfo(zone)).date()


@lru_cache(maxsize=1 << 16)
def _midnight(day: date, zone: str) -> int:
    """Return when a local day begins, in microseconds since 1970."""
    return (day_bounds(day, zone)[0] - _EPOCH) // timedelta(microseconds=1)


def closes_at(period: str, zone: str) -> datetime:
    """Return from when on a period's figures may be published: 48 hours after its end, in UTC."""
    _, end = day_bounds(days_of(period)[-1], zone)
    return end + PUBLISHED_AFTER


def is_closed(period: str, zone: str, now: datetime) -> bool:
    """Return whether a period's figures may be published: 48 hours after its end."""
    return now >= closes_at(period, zone)
