"""Figures, times and periods in the words a page uses."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from netaudit.definitions.policy_sentences import capital as capital  # noqa: PLC0414  a word of pages, too

_HOUR = 60
_LONG = 10 * _HOUR  # from here on odd minutes are noise
_DAYTIME = frozenset(range(4, 23))
_WEEK = re.compile(r"(\d{4})-W(\d{2})")

# In English on every machine, and in a fifth of the time that strftime takes: a page has dozens.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

HIDDEN = "[c]"  # Government Analysis Function: "Using symbols and shorthand in tables": c is confidential

NOTHING = "\N{EN DASH}"  # an empty cell that is meant to be empty


def count(number: int) -> str:
    """Return a whole number with its thousands parted.

    >>> count(1234567)
    '1,234,567'
    """
    return f"{number:,}"


def line_numbers(lines: Sequence[int], most: int = 12) -> str:
    """Return line numbers, those in a row as a range, and no more of them than can be read.

    >>> line_numbers([2, 3, 4, 9]), line_numbers([7]), line_numbers([1, 3, 5, 7], most=2)
    ('lines 2-4, 9', 'line 7', 'lines 1, 3 and 2 more')
    """
    runs: list[list[int]] = []
    for line in sorted(lines):
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    told = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs[:most])
    more = sum(last - first + 1 for first, last in runs[most:])
    return f"{'line' if len(lines) == 1 else 'lines'} {told}" + (f" and {more} more" if more else "")


def sentence(words: str) -> str:
    """Return the words with a capital letter and a full stop.

    >>> sentence("the file was cut short"), sentence("No DPIA is named.")
    ('The file was cut short.', 'No DPIA is named.')
    """
    return capital(words) + ("" if words.endswith((".", "?", "!")) else ".")


def counted(number: int, one: str, many: str = "") -> str:
    """Return the number with its noun.

    >>> counted(1, "case"), counted(2, "case")
    ('1 case', '2 cases')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def natural(value: str) -> list[tuple[int, str]]:
    """Return a sort key that puts clause 7.10 after 7.9.

    >>> sorted(["7.10", "7.9", "10", "8"], key=natural)
    ['7.9', '7.10', '8', '10']
    """
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"\d+|\D+", value)]


def by_clause(entries: Sequence[tuple[str, ...]]) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Return entries that begin with a clause, clause by clause in order.

    >>> by_clause([("10", "mail"), ("7.4", "harassment"), ("7.4", "spam")])
    [('7.4', [('harassment',), ('spam',)]), ('10', [('mail',)])]
    """
    clauses = sorted({entry[0] for entry in entries}, key=natural)
    return [(clause, [entry[1:] for entry in entries if entry[0] == clause]) for clause in clauses]


def short_minutes(minutes: float) -> str:
    """Return a duration for a chart or a narrow column.

    >>> short_minutes(45), short_minutes(125), short_minutes(60), short_minutes(12500)
    ('45 min', '2 h 5 min', '1 h', '208 h')
    """
    whole = round(minutes)
    hours, rest = divmod(whole, _HOUR)
    if not hours:
        return f"{whole} min"
    if whole >= _LONG or not rest:
        return f"{(whole + _HOUR // 2) // _HOUR:,} h"
    return f"{hours} h {rest} min"


def exact(number: float) -> str:
    """Return a measured number with one decimal place at most.

    >>> exact(72.0), exact(72.43)
    ('72', '72.4')
    """
    return f"{number:,.1f}".removesuffix(".0")


def per_cent(number: float) -> str:
    """Return a length in a picture.

    >>> per_cent(66.0)
    '66.00%'
    """
    return f"{number:.2f}%"


def measured(number: float, measure: str) -> str:
    """Return a limit with its unit.

    >>> measured(60, "minutes"), measured(1, "requests"), measured(500, "MB")
    ('60 minutes', '1 request', '500 MB')
    """
    return f"{exact(number)} {measure.removesuffix('s') if number == 1 else measure}"


def at_least(number: float, limit: float | None = None) -> str:
    """Return a lower bound, never rounded up, and never down to the limit that it exceeds.

    >>> at_least(72.48), at_least(60.01, 60), at_least(1.0, 1.0)
    ('72.4', 'just over 60', '1')
    """
    shown = math.floor(number * 10) / 10
    return f"just over {exact(limit)}" if limit is not None and shown <= limit < number else exact(shown)


def day(moment: date) -> str:
    """Return a day as people write it.

    >>> day(date(2026, 11, 9))
    'Monday 9 November 2026'
    """
    return f"{_DAYS[moment.weekday()]} {short_day(moment)}"


def short_day(moment: date) -> str:
    """Return a day without its name.

    >>> short_day(date(2026, 11, 9))
    '9 November 2026'
    """
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def list_day(moment: date) -> str:
    """Return a day for a narrow column.

    >>> list_day(date(2026, 11, 9))
    'Mon 9 Nov 2026'
    """
    return f"{_DAYS[moment.weekday()][:3]} {moment.day} {_MONTHS[moment.month - 1][:3]} {moment.year}"


def clock(moment: datetime) -> str:
    """Return a time of day to the minute; in the hour that comes twice in autumn, with the name of its time.

    >>> from zoneinfo import ZoneInfo
    >>> clock(datetime(2026, 11, 9, 8, 5))
    '08:05'
    >>> clock(datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London")))
    '01:30 BST'
    >>> clock(datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London"), fold=1))
    '01:30 GMT'
    """
    shown = f"{moment.hour:02d}:{moment.minute:02d}"
    return f"{shown} {moment.tzname()}" if comes_twice(moment) else shown


def comes_twice(moment: datetime) -> bool:
    """Whether the clocks show this time twice that night, once before and once after they are put back."""
    if moment.hour in _DAYTIME or moment.tzinfo is None:  # no country changes its clocks by day
        return False
    first, second = moment.replace(fold=0).utcoffset(), moment.replace(fold=1).utcoffset()
    return first is not None and second is not None and first > second


def passed(moment: datetime) -> float:
    """Return seconds on a clock that nobody puts back; a time without a zone is taken for UTC.

    Times of one zone compare by the clock on the wall, and so wrongly in the hour that comes twice.
    """
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def stretch(start: datetime, end: datetime) -> str:
    """Return a stretch of time in words.

    >>> stretch(datetime(2026, 11, 9, 10, 2), datetime(2026, 11, 9, 11, 20))
    'Monday 9 November 2026, 10:02 to 11:20'
    """
    if start.date() == end.date():
        return f"{day(start)}, {clock(start)} to {clock(end)}"
    return f"{day(start)} {clock(start)} to {day(end)} {clock(end)}"


def period(label: str) -> str:
    """Return a period's label in words; a label that is no ISO week is returned as it is.

    >>> period("2026-W46")
    'Week 46: Mon 9 to Sun 15 November 2026'
    """
    ends = _week(label)
    if ends is None:
        return label
    first, last = ends
    begin, end = f"{first:%a} {first.day}", f"{last:%a} {short_day(last)}"
    if first.year != last.year:
        begin += f" {first:%B %Y}"
    elif first.month != last.month:
        begin += f" {first:%B}"
    return f"Week {int(label[-2:])}: {begin} to {end}"


def dates_of(label: str) -> str:
    """Return the days a period covers, without its number.

    >>> dates_of("2026-W46")
    'Mon 9 to Sun 15 November 2026'
    """
    return period(label).rpartition(": ")[2]


def first_day(label: str) -> str:
    """Return the day a period begins with, for the end of a line; a label that is no ISO week is returned as it is.

    >>> first_day("2026-W46")
    '9 Nov 2026'
    """
    ends = _week(label)
    return label if ends is None else list_day(ends[0]).partition(" ")[2]


def monday(label: str) -> date | None:
    """Return the first day of a period; None for a label that is no ISO week.

    >>> monday("2026-W46")
    datetime.date(2026, 11, 9)
    """
    ends = _week(label)
    return None if ends is None else ends[0]


def _week(label: str) -> tuple[date, date] | None:
    found = _WEEK.fullmatch(label)
    if found is None:
        return None
    try:
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:  # week 53 of a year without one: print the label
        return None
    return first, first + timedelta(days=6)
