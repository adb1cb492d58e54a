"""A policy's `[time]` and `[patterns]` tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from netaudit.definitions.calendars import (
    WEEKDAYS,
    BankHolidays,
    Hours,
    Lunch,
    Pattern,
    overlapping,
)
from netaudit.definitions.country_holidays import countries, subdivisions
from netaudit.definitions.time_zones import is_time_zone, zone_hint
from netaudit.definitions.toml_files import did_you_mean
from netaudit.definitions.toml_tables import Shape, Tables

TIME: Shape = {"zone": str, "bank_holidays": dict, "default_pattern": str, "lunch": dict}
_PATTERN: Shape = {
    "title": str,
    **dict.fromkeys(WEEKDAYS, list),
    "lunch": dict,
    "bank_holidays_off": bool,
}
_LUNCH: Shape = {"earliest": time, "latest": time, "minutes": int}


def read_zone(tables: Tables, name: str) -> str:
    """Return the name of a time zone, UTC where nobody knows it."""
    if is_time_zone(name):
        return name
    tables.fault(f"'{name}' is not a time zone", "[time] zone", zone_hint(name))
    return "UTC"


def read_bank_holidays(tables: Tables, table: object) -> BankHolidays | None:
    """Return whose bank holidays count; None where the policy names nobody's."""
    if table is None:
        return None
    where = "[time] bank_holidays"
    known = tables.table(table, {"country": str, "subdivision": str}, where, ("country",))
    country, subdivision = known.get("country"), known.get("subdivision")
    if country is None:
        return None
    if country not in countries():
        hint = did_you_mean(country, countries())
        tables.fault(f"there are no bank holidays for country '{country}'", where, hint)
    elif subdivision is not None and subdivision not in subdivisions(country):
        hint = did_you_mean(subdivision, subdivisions(country))
        tables.fault(f"country '{country}' has no subdivision '{subdivision}'", where, hint)
    return BankHolidays(country, subdivision)


def read_patterns(tables: Tables, patterns: Mapping[str, Any], clock: Mapping[str, Any]) -> dict[str, Pattern]:
    """Return the working patterns by name; a pattern without a lunch of its own has everybody's."""
    everybody = _lunch(tables, clock["lunch"], "[time] lunch") if "lunch" in clock else None
    found = {}
    for name, table in patterns.items():
        where = f"pattern '{name}'"
        known = tables.table(table, _PATTERN, where, ("title",))
        core = {day: _hours(tables, known[day], f"{where}, {day}") for day in WEEKDAYS if day in known}
        lunch = _lunch(tables, known["lunch"], f"{where}, lunch") if "lunch" in known else everybody
        pattern = Pattern(name, known.get("title", ""), core, lunch, known.get("bank_holidays_off", True))
        for weekday in overlapping(pattern):
            remedy = "let one stretch end before the next one starts"
            tables.fault(f"the hours of {weekday} run into the next", where, remedy)
        found[name] = pattern
    return found


def _hours(tables: Tables, stretches: Iterable[object], where: str) -> tuple[Hours, ...]:
    """Return the stretches of one weekday."""
    good = []
    for stretch in stretches:
        match stretch:
            case [time() as start, time() as end]:
                good.append(Hours(start, end))
            case _:
                remedy = "write [[09:00:00, 17:00:00]], with seconds and without quotes"
                tables.fault("not a start and an end", where, remedy)
    return tuple(good)


def _lunch(tables: Tables, table: object, where: str) -> Lunch | None:
    known = tables.table(table, _LUNCH, where, _LUNCH)
    tables.not_negative(known, ["minutes"], where)
    if len(known) < len(_LUNCH):
        return None
    lunch = Lunch(known["earliest"], known["latest"], known["minutes"])
    midnight = datetime.min  # noqa: DTZ901  only the difference of two clock times is wanted
    band = datetime.combine(midnight, lunch.latest) - datetime.combine(midnight, lunch.earliest)
    if timedelta(minutes=lunch.minutes) > band % timedelta(days=1):
        remedy = "widen the band between earliest and latest, or shorten the break"
        tables.fault(f"{lunch.minutes} minutes do not fit between earliest and latest", where, remedy)
    return lunch
