"""Working patterns in local civil time, and the instants they stand for on a given date.

Clocks go forward and back, and shifts cross midnight. So a pattern holds wall-clock times only, and every
date asks anew which instants those are. Where a wall time does not exist, or exists twice, on the date of a
clock change, the choice makes the working time shorter: doubt goes to the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from netaudit.definitions.country_holidays import holidays_of

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of core time by the clock on the wall; ending at or before its start means the next day."""

    start: time
    end: time

    @property
    def crosses_midnight(self) -> bool:
        """Whether it ends on the day after the one it starts on."""
        return self.end <= self.start


@dataclass(frozen=True, slots=True)
class Lunch:
    """A break of some minutes that may lie anywhere between two wall-clock times."""

    earliest: time
    latest: time
    minutes: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """When somebody is expected at work."""

    name: str
    title: str
    core: Mapping[str, tuple[Hours, ...]]  # by weekday on which the stretch starts
    lunch: Lunch | None
    bank_holidays_off: bool = True


@dataclass(frozen=True, slots=True)
class BankHolidays:
    """Whose public holidays count, in the words of the `holidays` package."""

    country: str
    subdivision: str | None = None


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """The core time and the lunch band that start on one date, as instants."""

    core: tuple[tuple[datetime, datetime], ...]
    lunch: tuple[datetime, datetime, timedelta] | None  # band, and how long the break is


def bank_holidays(whose: BankHolidays | None, dates: Iterable[date]) -> frozenset[date]:
    """Return which of the dates are bank holidays, substitute days included.

    Source: https://www.gov.uk/bank-holidays, as carried by the `holidays` package.
    """
    wanted = set(dates)
    if whose is None or not wanted:
        return frozenset()
    return frozenset(wanted & holidays_of(whose.country, whose.subdivision, {day.year for day in wanted}))


def instant(day: date, clock: time, zone: ZoneInfo, *, opening: bool) -> datetime:
    """Return the instant (UTC) at which the clock on the wall shows the time on the date.

    On the date of a clock change a stretch that opens at a repeated time opens at its second showing, and one
    that closes there closes at its first; a time that is skipped stands for the moment of the change.
    """
    wall = datetime.combine(day, clock)
    moment = wall.replace(tzinfo=zone, fold=1 if opening else 0).astimezone(UTC)
    steps = 0
    while moment.astimezone(zone).replace(tzinfo=None) != wall:  # skipped: walk back to the last that exists
        wall -= _MINUTE
        steps = 1
        moment = wall.replace(tzinfo=zone).astimezone(UTC)
    return moment + steps * _MINUTE


def working_day(pattern: Pattern, day: date, zone: ZoneInfo, *, bank_holiday: bool) -> WorkingDay:
    """Return the core time and the lunch band that the pattern starts on a local date."""
    stretches = pattern.core.get(WEEKDAYS[day.weekday()], ())
    if not stretches or (bank_holiday and pattern.bank_holidays_off):
        return WorkingDay((), None)
    core = (
        (
            instant(day, hours.start, zone, opening=True),
            instant(day + _DAY * hours.crosses_midnight, hours.end, zone, opening=False),
        )
        for hours in stretches
    )
    return WorkingDay(
        tuple((start, end) for start, end in core if start < end), _lunch_band(pattern, stretches, day, zone)
    )


def _lunch_band(
    pattern: Pattern, stretches: tuple[Hours, ...], day: date, zone: ZoneInfo
) -> tuple[datetime, datetime, timedelta] | None:
    lunch = pattern.lunch
    if lunch is None or not lunch.minutes:
        return None
    # a break at 02:00 in a shift that starts at 21:00 is on the next date
    after_midnight = any(hours.crosses_midnight for hours in stretches) and lunch.earliest < min(
        hours.start for hours in stretches
    )
    first_day = day + _DAY * after_midnight
    earliest = instant(first_day, lunch.earliest, zone, opening=True)
    latest = instant(first_day + _DAY * (lunch.latest <= lunch.earliest), lunch.latest, zone, opening=False)
    if latest <= earliest:
        return None
    return earliest, latest, min(timedelta(minutes=lunch.minutes), latest - earliest)


def overlapping(pattern: Pattern) -> list[str]:
    """Return the weekdays whose core time runs into the stretch that follows it."""
    week = sorted(
        (
            timedelta(days=number, hours=hours.start.hour, minutes=hours.start.minute),
            timedelta(days=number + hours.crosses_midnight, hours=hours.end.hour, minutes=hours.end.minute),
            weekday,
        )
        for number, weekday in enumerate(WEEKDAYS)
        for hours in pattern.core.get(weekday, ())
    )
    following = [*week[1:], *((start + 7 * _DAY, end, day) for start, end, day in week[:1])]
    return [weekday for (_, end, weekday), (start, _, _) in zip(week, following, strict=True) if end > start]
