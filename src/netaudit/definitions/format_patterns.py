"""Patterns and styles of time in a log format: what is wrong with them, before they meet a line."""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime
from functools import cache

import polars as pl

_LOOK_AROUND = r"mend the pattern; it has no look-around, and a space in a verbose pattern is \x20"
_PYTHON = "mend the pattern; this one is read as Python's re reads it, and stands inside another"
_TOO_LARGE = "the pattern is too large"
_YEAR = re.compile("%-?[YyGCDFcsx]|%[+]")  # what tells the year
_NUMBERED = re.compile(r"%([-_0]?)([dem])")  # day and month as numbers
_MOMENT = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)  # no two of its parts are alike


@cache  # formats say many of them alike
def pattern_fault(pattern: str, inside: str = "{}") -> str:
    """Return why a regular expression cannot be used; empty if it can.

    Args:
        pattern: as a format writes it.
        inside: the pattern that it becomes a part of, with `{}` in its place.
    """
    for whole in dict.fromkeys((pattern, inside.replace("{}", pattern))):
        try:
            pl.Series([""]).str.extract_groups(whole)
        except pl.exceptions.ComputeError as error:
            return _reason(error)
    return ""


def pattern_remedy(fault: str) -> str:
    """Return what to do about a pattern that cannot be used."""
    return "make it shorter, above all what is repeated: {1000}" if fault == _TOO_LARGE else _LOOK_AROUND


def bytes_pattern_fault(pattern: str, inside: str = "{}") -> tuple[str, str]:
    """Return why a pattern that looks at bytes cannot be used, and what to do; empty texts if it can."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            re.compile(inside.replace("{}", pattern).encode())
        except (re.error, OverflowError, RecursionError, Warning) as error:
            return str(error), _PYTHON
    return "", ""


@cache
def style_fault(style: str) -> str:
    """Return why times in this style cannot be read; empty if they can.

    A moment is written in the style and read again: one that does not come back has lost its day, its year or its hour.
    """
    zone = "UTC" if "%z" in style else None
    if not tells_year(style):
        style = f"%Y {style}"  # it is put before the text when it is known
    try:
        written = pl.Series([_MOMENT]).dt.strftime(style)
        (read,) = written.str.to_datetime(style, time_unit="us", time_zone=zone, strict=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        return _first_line(error)
    return "" if read is not None and read.replace(tzinfo=UTC) == _MOMENT else "it does not tell the whole moment"


def tells_year(style: str) -> bool:
    """Return whether a strftime pattern names the year.

    >>> tells_year("%d/%m/%y %T"), tells_year("%b %d %H:%M:%S")
    (True, False)
    """
    return _YEAR.search(style) is not None


def day_and_month(style: str) -> dict[str, str]:
    """Return a strftime pattern with the day first, and with the month first; nothing if it cannot be either.

    >>> day_and_month("%m/%d/%Y")
    {'month': '%m/%d/%Y', 'day': '%d/%m/%Y'}
    >>> day_and_month("%b %d %Y")
    {}
    """
    found = [(mark, name) for mark, name in _NUMBERED.findall(style)]
    if [name for _, name in found] not in (["d", "m"], ["e", "m"], ["m", "d"], ["m", "e"]):
        return {}
    usual, other = ("month", "day") if found[0][1] == "m" else ("day", "month")
    last_first = iter(reversed(found))
    return {usual: style, other: _NUMBERED.sub(lambda _: "%" + "".join(next(last_first)), style)}


def _reason(error: Exception) -> str:
    """Return the last line of what is wrong: those before it repeat the pattern."""
    reason = str(error).strip().splitlines()[-1]
    return _TOO_LARGE if "size limit" in reason else reason.removeprefix("error: ").removeprefix("regex error: ")


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), "it cannot be read")
