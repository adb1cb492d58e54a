"""Working patterns in local civil time, and the instants they stand for on a given date.

Clocks go forward and back, and shifts cross midnight. So a pattern holds wall-clock times only, and every
date asks anew which instants those are. Where a wall time does not exist, or exists twice, on the date of a
clock change, the choice makes the working time shorter, and a break longer: doubt goes to the person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
    """A break between two wall-clock times: all that lies between them, or some minutes anywhere in it."""

    earliest: time
    latest: time
    minutes: int
    fixed: bool = False  # the break is the band itself, however long it is on the day of a clock change


Week = Mapping[str, tuple[Hours, ...]]  # by the weekday on which a stretch starts; one that is left out is off


@dataclass(frozen=True, slots=True)
class BankHolidays:
    """Whose public holidays count, in the words of the `holidays` package."""

    country: str
    subdivision: str | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """When somebody is expected at work; without any hours, all time is their own."""

    name: str
    title: str
    core: Week  # every week's; {} where there is a cycle
    lunch: Lunch | None
    bank_holidays_off: bool = True
    bank_holidays: BankHolidays | None = None  # whose; None: the policy's
    weeks: tuple[Week, ...] = ()  # a cycle of weeks, one after the other and again
    first_week: date | None = None  # the Monday of any first week of the cycle

    @property
    def cycle(self) -> tuple[Week, ...]:
        """The weeks of the cycle; a single one where every week is the same."""
        return self.weeks or (self.core,)

    def hours_on(self, day: date) -> tuple[Hours, ...]:
        """Return the stretches that start on a date, whatever the holidays."""
        number = (day - self.first_week).days // 7 % len(self.weeks) if self.first_week and self.weeks else 0
        return self.cycle[number].get(WEEKDAYS[day.weekday()], ())


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


def working_days(
    pattern: Pattern,
    days: Iterable[date],
    zone: ZoneInfo,
    everybodys: BankHolidays | None,
    closed: Collection[date] = (),
) -> dict[date, WorkingDay]:
    """Return what the pattern starts on each of some local dates.

    A holiday is asked of the date on which a stretch starts: a night that begins on the eve of a bank holiday is
    work to its end, and one that begins on the holiday is off.

    Args:
        pattern: the pattern; its own bank holidays come before everybody's.
        days: the dates.
        zone: the zone of its wall-clock times.
        everybodys: whose bank holidays count otherwise.
        closed: dates on which nobody works, not even who works on bank holidays.
    """
    days = list(days)
    off = bank_holidays(pattern.bank_holidays or everybodys, days) if pattern.bank_holidays_off else frozenset()
    return {day: working_day(pattern, day, zone, off=day in off or day in closed) for day in days}


def working_day(pattern: Pattern, day: date, zone: ZoneInfo, *, off: bool) -> WorkingDay:
    """Return the core time and the lunch band that the pattern starts on a local date; nothing on a day off."""
    stretches = pattern.hours_on(day)
    if not stretches or off:
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
    # unlike core time, a break is the longer for a time that the clock shows twice
    earliest = instant(first_day, lunch.earliest, zone, opening=False)
    latest = instant(first_day + _DAY * (lunch.latest <= lunch.earliest), lunch.latest, zone, opening=True)
    if latest <= earliest:
        return None
    band = latest - earliest
    return earliest, latest, band if lunch.fixed else min(timedelta(minutes=lunch.minutes), band)


def overlapping(pattern: Pattern) -> list[str]:
    """Return the days whose core time runs into the stretch that follows it, such as `monday` or `sunday of week 2`."""
    cycle = [
        (_since_midnight(7 * week + number, hours.start), _length(hours), _name(weekday, week, pattern))
        for week, days in enumerate(pattern.cycle)
        for number, weekday in enumerate(WEEKDAYS)
        for hours in days.get(weekday, ())
    ]
    cycle.sort()
    following = [start for start, _, _ in cycle[1:]] + [
        start + 7 * len(pattern.cycle) * _DAY for start, _, _ in cycle[:1]
    ]
    return [name for (start, lasts, name), then in zip(cycle, following, strict=True) if start + lasts > then]


def _since_midnight(days: int, clock: time) -> timedelta:
    return timedelta(days, hours=clock.hour, minutes=clock.minute, seconds=clock.second)


def _length(hours: Hours) -> timedelta:
    return _since_midnight(hours.crosses_midnight, hours.end) - _since_midnight(0, hours.start)


def _name(weekday: str, week: int, pattern: Pattern) -> str:
    return f"{weekday} of week {week + 1}" if pattern.weeks else weekday
