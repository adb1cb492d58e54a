"""Sizes and durations among columns without names: told by their units, their sizes and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from netaudit.ingest.propose.looks import is_lasted, is_size

_MOST = 0.95  # of the values
_PORTS = frozenset({"21", "22", "80", "443", "1080", "3128", "8000", "8008", "8080", "8081", "8443", "8888"})
_NO_REQUEST_BYTES = 60  # a request line with a host has more
_MOST_SENT = 50_000  # bytes: half of the requests sending more would be odd
_FEWEST = 3
_THOUSAND = 1000
_SMALLEST_SIZE = 99  # sizes have more digits
_TIME_UNIT = re.compile(r"\d\s?(?:[mun\u00b5\u03bc]?s|secs?)$")
_UNITS = {"k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}


@dataclass(frozen=True, slots=True)
class Count:
    """A field that holds a size or a duration, and why it is taken for that."""

    role: str
    name: str
    why: str


def find_counts(order: Sequence[str], values: Mapping[str, Sequence[str]], roles: Mapping[str, str]) -> Iterator[Count]:
    """Yield the sizes and durations among fields.

    Args:
        order: names of all fields, as they stand in the lines.
        values: of those that have no role and no name of their own.
        roles: known already, with their fields.
    """
    there = {name: found for name, found in values.items() if found}
    free = [role for role in ("duration", "bytes_in", "bytes_out") if role not in roles]
    for name, found in list(there.items()):
        why = _lasted(found)
        if why and "duration" in free:
            free.remove("duration")
            del there[name]
            yield Count("duration", name, f"'{name}' holds {why}")
    sizes = {name: [size_of(one) for one in found] for name, found in there.items() if _are_sizes(found)}
    behind = _behind(order, roles.get("status", ""), sizes)
    small = {name for name in sizes if _is_no_size(sizes[name]) and not _has_unit(there[name])}
    pool = [name for name in behind if name not in small] or [name for name in sizes if name not in small]
    if pool and "bytes_in" in free:
        largest = max(pool, key=lambda name: sum(sizes[name]))
        del sizes[largest]
        yield Count("bytes_in", largest, f"'{largest}' holds the largest sizes: taken for what the client got")
    for name in sorted(sizes, key=lambda name: -sum(sizes[name])):
        fits = name not in small and median(sizes[name]) < _MOST_SENT
        if fits and "bytes_out" in free:
            free.remove("bytes_out")
            yield Count("bytes_out", name, f"'{name}' holds the sizes that are left, and smaller ones: taken for sent")
        elif not fits and "duration" in free and not _has_unit(there[name]):
            free.remove("duration")
            odd = "numbers that are no sizes" if name in small else "numbers too large for what is sent"
            yield Count("duration", name, f"'{name}' holds {odd}: taken for a duration")


def size_of(value: str) -> float:
    """Return a size in bytes, for comparing.

    >>> size_of("12,345"), size_of("1.5KB"), size_of("300 B"), size_of("0")
    (12345.0, 1536.0, 300.0, 0.0)
    """
    found = re.fullmatch(r"([\d.,'\s\u00a0\u202f]+)([kKmMgGtT]?)i?[bB]?(?:ytes?)?", value.strip())
    if not found:
        return 0.0
    digits = re.sub(r"[,.'\s](?=\d{3}(?:\D|$))", "", found[1]).strip() if not found[2] else found[1].strip()
    try:
        return float(digits.replace(",", ".")) * _UNITS.get(found[2].lower(), 1)
    except ValueError:
        return 0.0


def _lasted(values: Sequence[str]) -> str:
    """Return what makes values durations by themselves; empty if nothing does."""
    if sum(map(is_lasted, values)) < _MOST * len(values):
        return ""
    if says_unit(values):
        return "durations with their unit"
    if all(":" in value for value in values):
        return "durations as a clock shows them"
    decimal = all(re.fullmatch(r"\d+(?:[.,]\d+)?", value) for value in values)
    grouped = all(re.fullmatch(r"\d{1,3}(?:[.,]\d{3})*", value) for value in values)
    several = sum(bool(re.search(r"[.,]", value)) for value in values) > len(values) / 2
    tiny = any(re.match(r"0[.,]", value) for value in values)
    return "numbers with a fraction: taken for seconds" if decimal and several and (not grouped or tiny) else ""


def says_unit(values: Sequence[str]) -> bool:
    """Return whether values are durations that say their unit."""
    return any(_TIME_UNIT.search(value) for value in values) and all(map(is_lasted, values))


def _are_sizes(values: Sequence[str]) -> bool:
    if sum(map(is_size, values)) < _MOST * len(values) or len({*values}) == 1 < len(values):
        return False
    if {*values} <= _PORTS or max(map(size_of, values)) <= _SMALLEST_SIZE:
        return False
    numbers = [int(value) for value in values if value.isdecimal()]
    steps = {after - before for before, after in pairwise(numbers)}
    return not (len(numbers) >= _FEWEST and len(numbers) == len(values) and min(steps) > 0 and max(steps) <= _FEWEST)


def _behind(order: Sequence[str], status: str, sizes: Mapping[str, object]) -> list[str]:
    """Return the sizes that stand right behind the status, as the common log format has it."""
    if status not in order:
        return []
    found = []
    for name in order[order.index(status) + 1 :]:
        if name not in sizes:
            break
        found.append(name)
    return found


def _is_no_size(sizes: Sequence[float]) -> bool:
    """Return whether some numbers are too small for a request, or nearly all are whole thousands: finer units."""
    if len(sizes) >= _FEWEST and max(sizes) >= _THOUSAND and all(size % _THOUSAND == 0 for size in sizes):
        return True
    tiny = sum(0 < size < _NO_REQUEST_BYTES for size in sizes)
    return tiny >= max(2, len(sizes) * 0.02)


def _has_unit(values: Sequence[str]) -> bool:
    return any(value[-1:].isalpha() for value in values)
