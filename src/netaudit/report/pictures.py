"""Pictures of figures: bars, hours of the day, a heat map of the week, a trend over weeks, each drawn twice.

A range is drawn in parts that need no colour: solid up to what the log proves, striped up to the likely figure,
outlined up to what the log allows. What is hidden is marked as hidden, and nothing of it reaches a drawing.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from markupsafe import Markup

from netaudit.report.picture_cache import Drawings, kept_or_drawn
from netaudit.report.picture_svg import cleaned
from netaudit.report.picture_text import shortened
from netaudit.report.plain import plain
from netaudit.report.words import HIDDEN, counted, short_minutes

_HOURS, _BANDS = 24, 4
_LONGEST = 1000.0  # px at 16 px: a label in the text alternative
_MOST_NAMED = 3
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NICE_TENTHS = (10, 12, 14, 16, 20, 24, 30, 36, 40, 50, 60, 70, 80, 90)
_NICE_MINUTES = (1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0)
_WORKING_DAYS = (1, 2, 3, 4, 5)
_RANGE_KEY = (("low", "proven by the log"), ("likely", "likely"), ("high", "the most the log allows"))
_HIDDEN_KEY = ("c", "hidden to protect people")
_DRAWN_BY = ("pictures", "picture_drawings", "picture_layers", "picture_svg", "picture_text")


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure with its bounds; `likely` is None where it is suppressed."""

    label: str
    low: float
    likely: float | None
    high: float
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its title, what it says in words, and its drawings for a desk and for a phone."""

    title: str
    says: str
    wide: Markup
    narrow: Markup
    any_hidden: bool
    key: tuple[tuple[str, str], ...] = ()  # (swatch, words)


def bars(title: str, amounts: Sequence[Amount], ranged: bool = False) -> Picture:
    """Return bars below one another, in the order given; `ranged` if they have three parts."""
    says = "; ".join(_said(amount) for amount in amounts)
    key = _RANGE_KEY if ranged else ()
    return _picture("bars", title, says, amounts, key, ranged=ranged, rows=[_row(amount) for amount in amounts])


def hours(title: str, amounts: Sequence[Amount], core: tuple[float, float] | None) -> Picture:
    """Return a column for each hour of the day; `amounts` holds all 24 in order, `core` the core hours."""
    top = _round_up(_highest(amounts))
    shown = "; ".join(_said(amount) for amount in amounts if amount.likely is None or amount.high)
    label = f"Core hours {_clock(core[0])} to {_clock(core[1])}" if core else ""
    says = ". ".join(part for part in (label, shown or "No time in any hour") if part)
    return _picture(
        "hours", title, says, amounts, _RANGE_KEY,
        rows=[_row(amount) for amount in amounts], top=top, grid=_grid(top), core=_pieces(core), core_label=label,
    )  # fmt: skip


def heat_map(
    title: str,
    cells: Mapping[tuple[int, int], Amount],
    core: tuple[float, float] | None,
    lunch: tuple[float, float] | None,
    core_days: Sequence[int] = _WORKING_DAYS,
) -> Picture:
    """Return a square for each hour of the week, larger and darker the more likely time it has.

    Args:
        title: what the picture shows.
        cells: figures by ISO weekday (1 to 7) and hour (0 to 23); one that is missing is hidden like one whose likely
            figure is None.
        core: the core hours, marked on `core_days`.
        lunch: when lunch can be, marked on `core_days`.
        core_days: ISO weekdays.
    """
    nothing = Amount("", 0.0, None, 0.0, HIDDEN)
    every = {(day, hour): cells.get((day, hour), nothing) for day in range(1, 8) for hour in range(_HOURS)}
    ends = _band_ends(max((amount.likely or 0.0 for amount in every.values()), default=0.0))
    bands = [[day, hour, _band(amount.likely, ends)] for (day, hour), amount in every.items()]
    marked = [("core", "core hours", core), ("lunch", "when lunch can be", lunch)]
    key = [(f"cell-{band}", f"up to {short_minutes(end)}") for band, end in enumerate(ends, 1)]
    key += [(swatch, f"{words}, {_clock(at[0])} to {_clock(at[1])}") for swatch, words, at in marked if at]
    return _picture(
        "heat_map", title, _week_said(every), list(every.values()), tuple(key),
        cells=bands, core=_pieces(core), lunch=_pieces(lunch), days=_stretches(core_days),
    )  # fmt: skip


def trend(title: str, points: Sequence[tuple[str, Amount]]) -> Picture:
    """Return a dot for each week, in the order given, with a line from low to high; a hidden week is a marked gap."""
    amounts = [amount for _, amount in points]
    top = _round_up(_highest(amounts))
    rows = [[_short(label), *_row(amount)[1:4]] for label, amount in points]
    key = (("dot", "likely"), ("range", "from proven to the most the log allows"))
    says = _weeks_said(points)
    grid = _grid(top) if _highest(amounts) else []  # nothing to measure
    return _picture("trend", title, says, amounts, key, rows=rows, top=top, grid=grid)


def _picture(
    kind: str, title: str, says: str, amounts: Sequence[Amount], key: Sequence[tuple[str, str]], **facts: object
) -> Picture:
    any_hidden = any(amount.likely is None for amount in amounts)
    # What is drawn depends on nothing else than this, and on how it is drawn.
    wide, narrow = _drawn(kind, json.dumps(facts, sort_keys=True, allow_nan=False))
    return Picture(plain(title), says, wide, narrow, any_hidden, (*key, *((_HIDDEN_KEY,) if any_hidden else ())))


@lru_cache(maxsize=512)
def _made(kind: str, facts: str) -> Drawings:
    # The library takes a third of a second to load: not before something is to be drawn.
    from netaudit.report.picture_drawings import KINDS  # noqa: PLC0415

    known: Mapping[str, Any] = json.loads(facts)
    wide, narrow = (KINDS[kind](known, wide=wide) for wide in (True, False))
    return cleaned(wide.svg(), wide.width, wide.height), cleaned(narrow.svg(), narrow.width, narrow.height)


def _drawn(kind: str, facts: str) -> Drawings:
    checksum = hashlib.sha256(f"{_way()} {kind} {facts}".encode()).hexdigest()
    return kept_or_drawn(checksum, lambda: _made(kind, facts))


@cache
def _way() -> str:
    """Return a checksum of all that decides how a picture is drawn: our own code and the libraries."""
    digest = hashlib.sha256()
    for name in _DRAWN_BY:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    digest.update(f"{version('altair')} {version('vl-convert-python')}".encode())
    return digest.hexdigest()


def _row(amount: Amount) -> list[Any]:
    """Return a figure for the drawing; of a hidden one nothing but that it is hidden."""
    if amount.likely is None:
        return [_short(amount.label), 0.0, None, 0.0, HIDDEN]
    low, likely, high = (float(value) for value in (amount.low, amount.likely, amount.high))
    return [_short(amount.label), low, likely, high, _short(amount.text)]


def _short(text: str) -> str:
    return shortened(text, 16, _LONGEST)


def _said(amount: Amount) -> str:
    words = f"{HIDDEN}, hidden to protect people" if amount.likely is None else _short(amount.text)
    return f"{_short(amount.label)}: {words}" if amount.label else words


def _highest(amounts: Sequence[Amount]) -> float:
    return max((amount.high for amount in amounts if amount.likely is not None), default=0.0)


def _week_said(every: Mapping[tuple[int, int], Amount]) -> str:
    shown = [(amount.likely, place) for place, amount in every.items() if amount.likely is not None]
    most = sorted((one for one in shown if one[0]), key=lambda one: (-one[0], one[1]))[:_MOST_NAMED]
    named = "; ".join(
        f"{_DAY_NAMES[day - 1]} {_clock(hour)} to {_clock((hour + 1) % _HOURS)}, {short_minutes(likely)} likely"
        for likely, (day, hour) in most
    )
    hidden = len(every) - len(shown)
    parts = [f"Most time: {named}"] if named else ["No time that can be shown"]
    if hidden:
        parts.append(f"{counted(hidden, 'hour')} of {len(every)} hidden to protect people {HIDDEN}")
    return ". ".join(parts)


def _weeks_said(points: Sequence[tuple[str, Amount]]) -> str:
    if not points:
        return "No week"
    shown = [(amount.likely, label, amount) for label, amount in points if amount.likely is not None]
    parts = [f"{counted(len(points), 'week')}, {_short(points[0][0])} to {_short(points[-1][0])}"]
    if shown:
        least, most = min(shown, key=lambda one: one[0]), max(shown, key=lambda one: one[0])
        parts += [
            f"{word}: {_short(one[1])}, {_short(one[2].text)}" for word, one in (("Most", most), ("Least", least))
        ]
    if hidden := [_short(label) for label, amount in points if amount.likely is None]:
        named = f": {'; '.join(hidden)}" if len(hidden) <= _MOST_NAMED else ""
        parts.append(f"{counted(len(hidden), 'week')} hidden to protect people {HIDDEN}{named}")
    return ". ".join(parts)


def _pieces(ends: tuple[float, float] | None) -> list[tuple[float, float]]:
    """Return a stretch of the day, in two where it goes over midnight."""
    if ends is None or ends[0] == ends[1]:
        return []
    begin, end = ends
    return [(begin, end)] if begin < end else [(0.0, end), (begin, float(_HOURS))]


def _stretches(days: Sequence[int]) -> list[tuple[int, int]]:
    """Return (first day, number of days) of days that follow one another.

    >>> _stretches([1, 2, 3, 6])
    [(1, 3), (6, 1)]
    """
    found: list[tuple[int, int]] = []
    for day in sorted(set(days)):
        if found and sum(found[-1]) == day:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((day, 1))
    return found


def _grid(top: float) -> list[tuple[float, str]]:
    return [(top, short_minutes(top)), (top / 2, short_minutes(top / 2))]


def _round_up(minutes: float) -> float:
    """Return a round number of minutes, not less, whose half is round too.

    >>> _round_up(17), _round_up(130), _round_up(1400), _round_up(9000)
    (20.0, 240.0, 1440.0, 9600.0)
    """
    many = [60.0 * factor * 10.0**power for power in range(9) for factor in _NICE_TENTHS]
    return next(nice for nice in (10.0, 20.0, 30.0, 60.0, 120.0, 240.0, 360.0, 480.0, *many) if nice >= minutes)


def _band_ends(minutes: float) -> list[float]:
    """Return where the bands of a map end, each at twice the one before: most hours have little, and a few much.

    >>> _band_ends(17), _band_ends(130), _band_ends(9000)
    ([3.0, 6.0, 12.0, 24.0], [20.0, 40.0, 80.0, 160.0], [1200.0, 2400.0, 4800.0, 9600.0])
    """
    many = [60.0 * factor * 10.0**power for power in range(9) for factor in (1, 2, 3, 5)]
    first = next(nice for nice in (*_NICE_MINUTES, *many) if 2 ** (_BANDS - 1) * nice >= minutes)
    return [first * 2**band for band in range(_BANDS)]


def _band(likely: float | None, ends: Sequence[float]) -> int | None:
    """Return the band of a figure, 0 for nothing, None where it is hidden."""
    if likely is None:
        return None
    return min(bisect_left(ends, likely) + 1, _BANDS) if likely > 0 else 0


def _clock(hour: float) -> str:
    return f"{int(hour):02d}:{round(hour % 1 * 60):02d}"
