"""A policy's `[patterns]` tables and the lunch in them: hours by weekday, every week or in a cycle of weeks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from netaudit.definitions.calendars import WEEKDAYS, Hours, Lunch, Pattern, Week, overlapping
from netaudit.definitions.policy_time import read_bank_holidays
from netaudit.definitions.toml_tables import Shape, Tables

_WEEK: Shape = dict.fromkeys(WEEKDAYS, (list, str))
_PATTERN: Shape = {
    "title": str,
    **_WEEK,
    "weeks": list,
    "first_week": date,
    "lunch": (dict, str, bool),
    "bank_holidays_off": bool,
    "bank_holidays": dict,
}
_LUNCH: Shape = {"earliest": time, "latest": time, "minutes": int}
# 09:00-17:00, also with seconds, blanks or a dash; a day may end at 24:00.
_CLOCK = r"(\d{1,2}:\d\d(?::\d\d)?)"
_STRETCH = re.compile(rf"\s*{_CLOCK}\s*[-\u2013]\s*{_CLOCK}\s*")
_END_OF_DAY = re.compile(r"24:00(:00)?")
_DAY = timedelta(days=1)


def read_patterns(tables: Tables, patterns: Mapping[str, Any], clock: Mapping[str, Any]) -> dict[str, Pattern]:
    """Return the working patterns by name; a pattern without a lunch of its own has everybody's."""
    everybodys = _lunch(tables, clock["lunch"], "[time] lunch") if "lunch" in clock else None
    return {name: _pattern(tables, name, table, everybodys) for name, table in patterns.items()}


def _pattern(tables: Tables, name: str, table: object, everybodys: Lunch | None) -> Pattern:
    where = f"pattern '{name}'"
    known = tables.table(table, _PATTERN, where, ("title",))
    if known.get("bank_holidays_off") is False and "bank_holidays" in known:
        remedy = "leave one of bank_holidays and bank_holidays_off away"
        tables.fault("it names bank holidays and works on them", where, remedy)
    pattern = Pattern(
        name,
        known.get("title", ""),
        _week(tables, known, where),
        _lunch(tables, known["lunch"], f"{where}, lunch") if "lunch" in known else everybodys,
        known.get("bank_holidays_off", True),
        read_bank_holidays(tables, known.get("bank_holidays"), f"{where}, bank_holidays"),
        tuple(_weeks(tables, known, where)),
        known.get("first_week"),
    )
    for day in overlapping(pattern):
        tables.fault(f"the hours of {day} run into the next", where, "let one stretch end before the next one starts")
    return pattern


def _weeks(tables: Tables, known: Mapping[str, Any], where: str) -> Iterator[Week]:
    """Yield the weeks of a cycle, whose first week must be known."""
    if "weeks" not in known:
        if "first_week" in known:
            tables.fault("there is a first week and no weeks", where, "add weeks = [{ monday = … }, { monday = … }]")
        return
    if any(day in known for day in WEEKDAYS):
        remedy = "write the weekdays in each week, or leave weeks away"
        tables.fault("it has weekdays, and weeks as well", where, remedy)
    if not known["weeks"]:
        tables.fault("there are no weeks in it", f"{where}, weeks", "write [{ monday = … }, { monday = … }]")
    first = known.get("first_week")
    if first is None:
        remedy = "add first_week = the Monday on which a first week of the cycle begins"
        tables.fault("'first_week' is missing", where, remedy)
    elif first.weekday():
        monday = first - first.weekday() * _DAY if first.toordinal() > first.weekday() else first
        tables.fault(
            f"first_week is a {WEEKDAYS[first.weekday()].capitalize()}",
            where,
            f"weeks begin on Mondays: write {monday}, or the week after",
        )
    for number, week in enumerate(known["weeks"], start=1):
        place = f"{where}, week {number}"
        yield _week(tables, tables.table(week, _WEEK, place), place)


def _week(tables: Tables, known: Mapping[str, Any], where: str) -> Week:
    return {day: tuple(_stretches(tables, known[day], f"{where}, {day}")) for day in WEEKDAYS if day in known}


def _stretches(tables: Tables, value: str | Iterable[object], where: str) -> Iterator[Hours]:
    """Yield the stretches of one weekday."""
    for stretch in [value] if isinstance(value, str) else value:
        match stretch:
            case [time() as start, time() as end]:
                yield Hours(start, end)
            case str() if between := _between(stretch):
                yield Hours(*between)
            case _:
                what = f"'{stretch}' is no stretch of time" if isinstance(stretch, str) else "not a start and an end"
                tables.fault(
                    what, where, 'write "09:00-17:00", or [[09:00:00, 17:00:00]] with seconds and without quotes'
                )


def _between(text: str) -> tuple[time, time] | None:
    """Return the two times of a text.

    >>> _between("9:00-17:30"), _between("16:00 - 24:00"), _between("9-5")
    ((datetime.time(9, 0), datetime.time(17, 30)), (datetime.time(16, 0), datetime.time(0, 0)), None)
    """
    found = _STRETCH.fullmatch(text)
    if not found:
        return None
    end = "00:00" if _END_OF_DAY.fullmatch(found[2]) else found[2]
    try:
        return time.fromisoformat(found[1].zfill(5)), time.fromisoformat(end.zfill(5))
    except ValueError:
        return None


def _lunch(tables: Tables, value: object, where: str) -> Lunch | None:
    """Return a break: a band that is all lunch, or minutes anywhere in a band; None where there is none."""
    if isinstance(value, str | bool):
        between = _between(value) if isinstance(value, str) else None
        if between is None and value is not False:
            what = f"'{value}' is no stretch of time" if isinstance(value, str) else "lunch is true"
            tables.fault(what, where, 'write "12:00-13:30", or false for no lunch')
        return _fixed(tables, *between, where) if between else None
    known = tables.table(value, _LUNCH, where, ("earliest", "latest"))
    tables.not_negative(known, ["minutes"], where)
    if "earliest" not in known or "latest" not in known:
        return None
    if "minutes" not in known:
        return _fixed(tables, known["earliest"], known["latest"], where)
    lunch = Lunch(known["earliest"], known["latest"], known["minutes"])
    if timedelta(minutes=lunch.minutes) > _band(lunch.earliest, lunch.latest):
        remedy = "widen the band between earliest and latest, or shorten the break"
        tables.fault(f"{lunch.minutes} minutes do not fit between earliest and latest", where, remedy)
    return lunch


def _fixed(tables: Tables, earliest: time, latest: time, where: str) -> Lunch | None:
    if earliest == latest:
        tables.fault("lunch ends when it begins", where, "write false for no lunch")
        return None
    minutes = -(-_band(earliest, latest) // timedelta(minutes=1))
    return Lunch(earliest, latest, minutes, fixed=True)


def _band(earliest: time, latest: time) -> timedelta:
    midnight = datetime.min  # noqa: DTZ901  only the difference of two clock times is wanted
    return (datetime.combine(midnight, latest) - datetime.combine(midnight, earliest)) % _DAY
