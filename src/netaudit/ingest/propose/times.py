"""Which fields of a sample hold the time, and in which style."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise

from netaudit.definitions.formats import SYSLOG_TIME
from netaudit.ingest.propose.cuts import Cut

_EPOCH = re.compile(r"\d{9,10}(?:\.\d{1,9})?|\d{13}(?:\.\d{1,6})?|\d{16}|\d{19}")
_EARLIEST, _LATEST = datetime(2001, 1, 1, tzinfo=UTC).timestamp(), datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_EPOCH_DIGITS = 10
_NAMED = re.compile(r"(?i)time|date|stamp|when|^ts$|^rt$|^at$|start|^t$|epoch|created|_at$")
_NOT_THE_MOMENT = re.compile(r"(?i)taken|elapsed|duration|expire|timeout|spent|response.?time|latency|zone")
# Dates and clocks; every style that a date with a clock, or a date beside a clock, can make.
_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d/%b/%Y", "%d-%b-%Y", "%d %b %Y", "%b %d %Y", "%b %d, %Y", "%d %B %Y",
    "%a %b %d %Y", "%a, %d %b %Y", "%a %d %b %Y", "%b %d",
)  # fmt: skip
_CLOCKS = ("%H:%M:%S", "%I:%M:%S %p", "%H:%M:%S%.f", "%H%M%S", "%H:%M", "%H.%M.%S")
_WHOLE = (
    *(f"{date}{between}{clock}" for date in _DATES for between in (" ", ":", "T", "-", ", ") for clock in _CLOCKS),
    "%a %b %d %H:%M:%S %Y", "%b %d %H:%M:%S %Y", "%Y%m%d%H%M%S",
)  # fmt: skip
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?")
_ZONES = ("", " %z", "%z", " UTC", " GMT", "Z")
_LOOKED_AT = 300


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
        if _NOT_THE_MOMENT.search(name) or not values:
            continue
        if found := _style_of(values):
            return _guess((name,), f"{{{name}}}" if "{" not in name else name, values, found)
    for first, second in _pairs(cut):
        values = [f"{row[first]} {row[second]}" for row in cut.rows[:_LOOKED_AT] if row.get(first) and row.get(second)]
        if values and (found := _style_of(values)):
            return _guess((first, second), f"{{{first}}} {{{second}}}", values, found)
    return None


def _pairs(cut: Cut) -> list[tuple[str, str]]:
    """Return fields that may be a date and a clock: those named so, and those beside one another."""
    dates = [name for name in cut.names if re.search(r"(?i)date|day", name)]
    clocks = [name for name in cut.names if re.search(r"(?i)time|clock|hour", name)]
    return [(one, two) for one in dates for two in clocks if one != two] + [*pairwise(cut.names)]


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
    elif "%d" in style and swapped != style:
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
    return [style for style in candidates if all(_reads(value, style) for value in values)]


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
    offset = re.sub(r"[+-]\d\d:?\d\d$", "\0", value)
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
