"""A policy's `[time]` table: its zone, whose bank holidays count, and when everything is closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from netaudit.definitions.calendars import BankHolidays
from netaudit.definitions.country_holidays import countries, subdivisions
from netaudit.definitions.time_zones import is_time_zone, zone_hint
from netaudit.definitions.toml_files import did_you_mean
from netaudit.definitions.toml_tables import Shape, Tables

TIME: Shape = {
    "zone": str,
    "bank_holidays": dict,
    "closure_days": list,
    "default_pattern": str,
    "lunch": (dict, str, bool),
}
_CLOSURE: Shape = {"day": date, "title": str}


def read_zone(tables: Tables, name: str) -> str:
    """Return the name of a time zone, UTC where nobody knows it."""
    if is_time_zone(name):
        return name
    tables.fault(f"'{name}' is not a time zone", "[time] zone", zone_hint(name))
    return "UTC"


def read_bank_holidays(tables: Tables, table: object, where: str = "[time] bank_holidays") -> BankHolidays | None:
    """Return whose bank holidays count; None where nobody's are named."""
    if table is None:
        return None
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


def read_closure_days(tables: Tables, entries: Iterable[object]) -> dict[date, str]:
    """Return the dates on which nobody works, in order, each with what it is called, if anything."""
    found = {}
    for number, entry in enumerate(entries, start=1):
        where = f"[time] closure_days, entry {number}"
        if isinstance(entry, dict):
            known = tables.table(entry, _CLOSURE, where, ("day",))
            if "day" in known:
                found[known["day"]] = known.get("title", "")
        elif isinstance(entry, date) and not isinstance(entry, datetime):
            found[entry] = ""
        else:
            tables.fault("not a date", where, 'write 2026-12-29 without quotes, or { day = 2026-12-29, title = "…" }')
    return dict(sorted(found.items()))
