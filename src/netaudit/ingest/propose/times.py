"""Which fields of a sample hold the time, and in which style."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from netaudit.definitions.formats import SYSLOG_TIME
from netaudit.ingest.propose.cut import Cut

_EPOCH = re.compile(r"\d{9,10}(?:\.\d{1,9})?|\d{13}(?:\.\d{1,6})?|\d{16}|\d{19}")
_EARLIEST, _LATEST = datetime(2001, 1, 1, tzinfo=UTC).timestamp(), datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_EPOCH_DIGITS = 10
_NAMED = re.compile(r"(?i)time|date|stamp|when|^ts$|^rt$|^at$|start|^t$|epoch|created|_at$")
_NOT_THE_MOMENT = re.compile(
    r"(?i)taken|elapsed|duration|expire|timeout|spent|(?:resp\w*|request|process\w*).?time|latency|zone|lasted|took"
    r"|dauer|dur[eé]e|duraci|durata|(?:^|[_.])(?:ms|secs?|total\w*)$"
)
# Dates and clocks; every style that a date with a clock, or a date beside a clock, can make.
_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d/%b/%Y", "%d-%b-%Y", "%d %b %Y", "%b %d %Y", "%b %d, %Y", "%d %B %Y",
    "%a %b %d %Y", "%a, %d %b %Y", "%a %d %b %Y", "%b %d", "%d-%b-%y", "%d/%b/%y", "%B %d, %Y", "%B %d %Y", "%y%m%d",
    "%A %d %B %Y", "%A, %d %B %Y", "%A, %B %d, %Y", "%a, %b %d, %Y", "%a %d/%m/%Y", "%a %m/%d/%Y", "%a %d.%m.%Y",
    "%a %Y-%m-%d", "%d. %B %Y", "%y/%m/%d", "%y-%m-%d", "%Y-%b-%d", "%d %b",
)  # fmt: skip
_CLOCKS = ("%H:%M:%S", "%I:%M:%S %p", "%H:%M:%S%.f", "%H%M%S", "%H:%M", "%H.%M.%S", "%I:%M:%S%p", "%I:%M %p")
_BETWEEN = (" ", ":", "T", "-", ", ", "_", "/", " - ")
_WHOLE = (
    *(f"{date}{between}{clock}" for date in _DATES for between in _BETWEEN for clock in _CLOCKS),
    *(f"{clock} {date}" for date in _DATES for clock in _CLOCKS),
    "%a %b %d %H:%M:%S %Y", "%b %d %H:%M:%S %Y", "%Y%m%d%H%M%S",
)  # fmt: skip
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?")
_ZONES = ("", " %z", "%z", " UTC", " GMT", "Z")
_LOOKED_AT = 300
_MOST_FIELDS = 6
_FEW_LACK = 0.9  # of the lines have all of its fields


@dataclass(frozen=True, slots=True)
class TimeGuess:
    """Where the time stands and how it is written."""

    template: str  # for `time`
    fields: tuple[str, ...]
    style: str
    why: str
    day_or_month: bool = False


def time_of_heads(values: Sequence[str]) -> TimeGuess | None:
    """Return how the times on envelopes are written, for lines that have no other; None where there are none."""
    styles = _style_of([*values[:_LOOKED_AT]]) if values else []
    return _guess((SYSLOG_TIME,), f"{{{SYSLOG_TIME}}}", values[:_LOOKED_AT], styles) if styles else None


def guess_time(cut: Cut) -> TimeGuess | None:
    """Return where the time of each line is; None if no field, and no two beside one another, read as one."""
    names = sorted(cut.names, key=lambda name: (bool(_NOT_THE_MOMENT.search(name)), not _NAMED.search(name)))
    for name in names:
        values = cut.values(name)[:_LOOKED_AT]
        if not values:
            continue
        if (found := _style_of(values)) and not (_NOT_THE_MOMENT.search(name) and found == ["epoch"]):
            return _guess((name,), f"{{{name}}}" if "{" not in name else name, values, found)
    for fields in _runs(cut):
        values = [
            " ".join(row[name] for name in fields)
            for row in cut.rows[:_LOOKED_AT]
            if all(row.get(name) for name in fields)
        ]
        if len(values) > _FEW_LACK * len(cut.rows[:_LOOKED_AT]) and (found := _style_of(values)):
            return _guess(fields, " ".join(f"{{{name}}}" for name in fields), values, found)
    return None


def _runs(cut: Cut) -> Iterator[tuple[str, ...]]:
    """Yield fields that may be a date and a clock: those named so, and those beside one another, the longest first."""
    dates = [name for name in cut.names if re.search(r"(?i)date|day|datum|fecha|^data$", name)]
    clocks = [name for name in cut.names if re.search(r"(?i)time|clock|hour|zeit|uhr|hora|heure|ora$", name)]
    zones = [name for name in cut.names if re.search(r"(?i)zone|offset|^tz$", name)]
    yield from ((one, two, three) for one in dates for two in clocks for three in zones if one != two != three)
    for length in range(_MOST_FIELDS, 1, -1):
        yield from (cut.names[at : at + length] for at in range(len(cut.names) - length + 1))
    yield from ((one, two) for one in dates for two in clocks if one != two)


def _guess(fields: tuple[str, ...], template: str, values: Sequence[str], styles: list[str]) -> TimeGuess:
    style = styles[0]
    read = f"all {len(values)} values" if len(values) > 1 else "the only value"
    where = " and ".join(f"'{one}'" for one in fields)
    swapped = _swapped(style)
    unsure = swapped in styles and swapped != style
    what = {"epoch": "seconds since 1970, or finer units", "iso": "ISO 8601"}.get(style, style)
    why = f"{where}: {read} read as {what}"
    if unsure:
        why += "; day and month could also be the other way round: netaudit decides by the whole file"
    elif swapped != style and swapped in _WHOLE:
        why += f"; not as {swapped}: a number above 12 stands in the place of the day"
    if not re.search(r"%[Yy]|epoch|iso", style):
        why += "; the year is not written: it comes from the file's date"
    return TimeGuess(template, fields, style, why, day_or_month=unsure)


def _swapped(style: str) -> str:
    return style.replace("%d", "%\0").replace("%m", "%d").replace("%\0", "%m") if "%m" in style else style


def _style_of(values: Sequence[str]) -> list[str]:
    """Return the styles that read all values, the likeliest first."""
    if all(_EPOCH.fullmatch(value) and _EARLIEST < _seconds(value) < _LATEST for value in values):
        return ["epoch"]
    if all(_ISO.fullmatch(value) for value in values):
        return ["iso"]
    candidates = [style for style in _styles_by_look().get(_look(values[0]), ()) if _reads(values[0], style)]
    found = [style for style in candidates if all(_reads(value, style) for value in values)]
    return sorted(found, key=lambda style: not _is_likelier(style, values)) if len(found) > 1 else found


def _is_likelier(style: str, values: Sequence[str]) -> bool:
    """Return whether a style has the month where something hints at it: in another place than the days that go by.

    A clock of twelve hours stands with the American order of day and month.
    """
    if not re.search(r"%[dm].%[dm]", style):
        return True
    numbers = [found.groups() for value in values if (found := re.search(r"(\d{1,2})\D(\d{1,2})\D", value))]
    first, second = ({pair[place] for pair in numbers} for place in (0, 1))
    month_first = style.find("%m") < style.find("%d")
    if (len(first) == 1) != (len(second) == 1):
        return month_first == (len(first) == 1)
    return month_first == ("%p" in style)


@cache
def _styles_by_look() -> dict[str, list[str]]:
    """Return the styles of each look, so that few of the thousands need to be tried."""
    found: dict[str, list[str]] = {}
    for style in (style + zone for style in _WHOLE for zone in _ZONES):
        written = style.replace("%z", "+0000").replace("%.f", ".0")
        found.setdefault(_look(re.sub("%[A-Za-z]", "0", written)), []).append(style)
    return found


def _look(value: str) -> str:
    """Return a text with one sign for each word, number and offset.

    >>> _look("10/Mar/2026:10:00:00,25 -0130")
    'x/x/x:x:x:x.x z'
    """
    offset = re.sub(r"((?::\d{1,2}|T\d+)(?:[.,]\d+)?(?: ?[AP]M| \d{4})?\s?)[+-]\d\d:?\d\d$", "\\1\0", value)
    words = re.sub(r"[^\W_]+", "x", re.sub(r"(:\d\d),(?=\d)", r"\1.", " ".join(offset.split())))
    return words.replace("\0", "z")


def _seconds(value: str) -> float:
    whole, _, fraction = value.partition(".")
    return float(f"{whole[:_EPOCH_DIGITS]}.{fraction or 0}")


def _reads(value: str, style: str) -> bool:
    """Return whether a value is written in a style of Polars; Python knows them but for fractions of seconds."""
    if "%.f" in style:
        value, found = re.subn(r"(:\d\d)[.,]\d{1,9}", r"\1", value, count=1)
        if not found:
            return False
    if "%Y" not in style and "%y" not in style:
        value, style = f"2024 {value}", f"%Y {style}"
    try:
        return bool(datetime.strptime(value, style.replace("%.f", "")))  # noqa: DTZ007 - only whether it can be read
    except ValueError:
        return False
