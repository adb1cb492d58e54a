"""What times evidence is about: years of the DSPT, and calendar years as unions of whole weeks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from netaudit.definitions.periods import days_of, is_closed, period_of

_DSPT_BEGINS = (7, 1)  # month and day: the toolkit of a year is published by 30 June of the next
_FIRST_YEAR, _LAST_YEAR = 2001, 9998
_SHORT = 100


@dataclass(frozen=True, slots=True)
class Span:
    """Some days, both ends among them, and what they are called."""

    title: str
    first: date
    last: date

    @property
    def words(self) -> str:
        """Return it with its days, in words."""
        return f"{self.title} ({self.first:%-d %B %Y} to {self.last:%-d %B %Y})"

    def until(self, today: date) -> date:
        """Return its last day that has been."""
        return min(self.last, today)

    def holds(self, day: date) -> bool:
        """Return whether a day is one of it."""
        return self.first <= day <= self.last

    def weeks(self, periods: tuple[str, ...]) -> tuple[str, ...]:
        """Return those weeks that lie in it as a whole."""
        return tuple(one for one in periods if self.holds(days_of(one)[0]) and self.holds(days_of(one)[-1]))


def dspt_year(text: str) -> Span | None:
    """Return a year of the Data Security and Protection Toolkit; None where a text names none.

    >>> dspt_year("2026-27").words
    'DSPT 2026-27 (1 July 2026 to 30 June 2027)'
    >>> dspt_year("2026-28") is None
    True
    """
    found = re.fullmatch(r"(\d{4})-(\d{2})", text)
    if not found or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR or int(found[2]) != (int(found[1]) + 1) % _SHORT:
        return None
    return _dspt(int(found[1]))


def dspt_year_of(day: date) -> Span:
    """Return the toolkit's year in which a day lies."""
    return _dspt(day.year if (day.month, day.day) >= _DSPT_BEGINS else day.year - 1)


def _dspt(year: int) -> Span:
    first, next_first = date(year, *_DSPT_BEGINS), date(year + 1, *_DSPT_BEGINS)
    return Span(f"DSPT {year}-{(year + 1) % _SHORT:02d}", first, next_first - timedelta(days=1))


def iso_year(text: str) -> Span | None:
    """Return a year as the union of its ISO weeks; None where a text names none.

    >>> iso_year("2026").words
    '2026 (29 December 2025 to 3 January 2027)'
    """
    if not re.fullmatch(r"\d{4}", text) or not _FIRST_YEAR <= int(text) <= _LAST_YEAR:
        return None
    first, next_first = (date.fromisocalendar(int(text) + n, 1, 1) for n in (0, 1))
    return Span(text, first, next_first - timedelta(days=1))


def is_over(span: Span, zone: str, now: datetime) -> bool:
    """Return whether the last week of a span has closed."""
    return is_closed(period_of(span.last), zone, now)


def years_over(span: Span, zone: str, now: datetime) -> tuple[Span, ...]:
    """Return the calendar years that a span touches and that are over, the latest first."""
    years = range(span.first.isocalendar()[0], span.last.isocalendar()[0] + 1)
    found = (iso_year(str(year)) for year in reversed(years))
    return tuple(one for one in found if one is not None and is_over(one, zone, now))
