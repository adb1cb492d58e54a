"""How a sample writes its numbers: the unit of durations, what parts a fraction, how large a kilobyte is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from netaudit.ingest.propose.cut import Cut, Named

Unit = Literal["s", "ms", "us", "ns"]

_UNITS: tuple[tuple[Unit, re.Pattern[str]], ...] = (
    ("ns", re.compile(r"(?i)nano|(?:_|\b)ns$")),
    ("us", re.compile(r"(?i)micro|(?:_|\b)us$|usec")),
    ("ms", re.compile(r"(?i)ms$|milli|msec")),
    ("s", re.compile(r"(?i)sec|(?:_|\b)s$|sek")),
)
_FRACTION = re.compile(r"\d+[.,]\d+")
_LONG_US, _LONG_NS = 200_000, 100_000_000  # half of the requests lasting minutes: the unit is a finer one
_HAS_UNIT = re.compile(r"\d\s?(?:[smh]|[mun\u00b5\u03bc]s|secs?)")
_SIZE_UNIT = re.compile(r"([\d.,]+)\s?(?:[kKmMgGtT]?[bB]|[kKmMgGtT])")
_GROUPED_POINTS = re.compile(r"\d{1,3}(?:\.\d{3})+")
_BINARY_FROM = 1000


def duration_unit(name: str, values: Sequence[str]) -> tuple[Unit, str]:
    """Return the unit of durations, and how sure that is."""
    if any(map(_HAS_UNIT.match, values)):
        return "ms", "each says its own unit; this counts for those that say none"
    if any(":" in value for value in values):
        return "s", "written as a clock shows them"
    for unit, pattern in _UNITS:
        if pattern.search(name):
            return unit, "the name says so"
    if any(map(_FRACTION.fullmatch, values)):
        return "s", "a fraction suggests it: is that the unit?"
    numbers = sorted(int(value) for value in values if value.isdecimal())
    middle = numbers[len(numbers) // 2] if numbers else 0
    by_size: Unit = "ns" if middle >= _LONG_NS else "us" if middle >= _LONG_US else "ms"
    return by_size, "their size suggests it: is that the unit?"


def number_keys(cut: Cut, roles: Mapping[str, Named]) -> Iterator[tuple[str, str, str]]:
    """Yield what `[values]` must say of numbers: key, value as TOML, and why."""
    lasted = cut.values(roles["duration"].name) if "duration" in roles else []
    sizes = [value for one in ("bytes_in", "bytes_out") if one in roles for value in cut.values(roles[one].name)]
    comma = any("," in value for value in (*lasted, *sizes))
    pointed = [value for value in sizes if "." in value and not _SIZE_UNIT.fullmatch(value)]
    if _is_comma_decimal(lasted, sizes) or (pointed and all(map(_GROUPED_POINTS.fullmatch, pointed))):
        shown = next((one for one in (*lasted, *sizes) if "," in one), "") or pointed[0]
        yield "decimal", '","', f"A comma parts fractions, a point thousands: {shown}."
    elif comma or any(re.search(r"\d['\u00a0\u202f ]\d{3}", value) for value in sizes):
        yield "decimal", '"."', "A point parts fractions, and a comma or a space parts thousands."
    units = [value for value in sizes if value[-1:].isalpha()]
    if units:
        many = [float(found[1].replace(",", ".")) for one in units if (found := _plain_unit(one))]
        binary = any(number >= _BINARY_FROM for number in many)
        sure = "numbers from 1000 on stand before a unit" if binary else "UNSURE: it may be 1000"
        scaled = any(re.search(r"[kKmMgGtT]", value) for value in units)
        yield "kilobyte", "1024", "Sizes have units" + (f". How many bytes a kilobyte has: {sure}." if scaled else ".")


def _is_comma_decimal(lasted: Sequence[str], sizes: Sequence[str]) -> bool:
    with_comma = [value for value in lasted if "," in value]
    if with_comma:
        return any(not re.fullmatch(r"\d{1,3}(?:,\d{3})+", value) or value.startswith("0,") for value in with_comma)
    some = [value for value in sizes if "," in value]
    return bool(some) and all(re.fullmatch(r"(?:\d{1,3}(?:\.\d{3})*|\d+),\d{1,2}\s?[A-Za-z]+", value) for value in some)


def _plain_unit(value: str) -> re.Match[str] | None:
    found = _SIZE_UNIT.fullmatch(value)
    return found if found and re.fullmatch(r"\d+(?:[.,]\d{1,2})?", found[1]) else None
