"""Local civil times as people write them in examples, and the instants that they stand for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Clock = datetime | time
_ONE_DAY = timedelta(days=1)
_LAST_DAY = date.max - 4 * _ONE_DAY


def clock_of(value: object) -> object:
    """Return the time of a text such as `10:00`, `2026-03-10 10:00` or `2026-03-10T10:00+01:00`; else the value.

    >>> clock_of("10:00"), clock_of("2026-03-10 10:00"), clock_of("at ten")
    (datetime.time(10, 0), datetime.datetime(2026, 3, 10, 10, 0), 'at ten')
    """
    if not isinstance(value, str):
        return value
    for read in (time.fromisoformat, datetime.fromisoformat):
        try:
            return read(value.strip())
        except ValueError:
            continue
    return value


def instants(start: datetime, end: Clock, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when something starts and ends, in UTC.

    A local time that a clock change repeats is its first showing. An end that is only a clock time is the next moment
    after the start at which the clock on the wall shows it, be it the next day or the second showing.
    """
    begins = instant_of(start, zone)
    if isinstance(end, datetime):
        return begins, instant_of(end, zone)
    day = min(begins.astimezone(zone).date(), _LAST_DAY)
    days = (day, day + _ONE_DAY, day + 2 * _ONE_DAY)  # a clock change can skip a time of the next day
    showings = (datetime.combine(one, end, zone).replace(fold=fold).astimezone(UTC) for one in days for fold in (0, 1))
    return begins, min((moment for moment in showings if moment > begins), default=begins)


def instant_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a moment in UTC: its own offset counts, else the zone."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def is_skipped(moment: datetime, zone: ZoneInfo) -> bool:
    """Return whether the clocks of the zone go past a local time without showing it."""
    if moment.tzinfo:
        return False
    return moment.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment
