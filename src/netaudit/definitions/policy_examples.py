"""The worked examples of a policy's rules: read, with every fault, into local civil time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from functools import partial
from typing import TypeVar

from netaudit.contracts import ATTRIBUTIONS, FILE_KINDS, LABELS
from netaudit.definitions.local_times import Clock, clock_of
from netaudit.definitions.policy_terms import Example, ExampleDownload, ExampleEntry, ExampleVisit
from netaudit.definitions.time_zones import is_time_zone, zone_hint
from netaudit.definitions.toml_files import unknown_keys, wrong_kind
from netaudit.definitions.toml_tables import NUMBER, Shape, Tables, Words

_CLOCK = (datetime, time)
_EXAMPLE: Shape = {
    "title": str,
    "breaks": bool,
    "day": date,
    "zone": str,
    "pattern": str,
    "roles": list,
    "relies_on": dict,
    "visits": list,
    "register": list,
    "status": str,
    "expect": dict,
}
_VISIT: Shape = {
    "start": _CLOCK,
    "end": _CLOCK,
    "category": str,
    "site": str,
    "minutes_low": NUMBER,
    "minutes": NUMBER,
    "minutes_high": NUMBER,
    "documents_allowed": int,
    "requests_blocked": int,
    "requests": int,
    "megabytes": NUMBER,
    "megabytes_out": NUMBER,
    "downloads": list,
    "attribution": str,
    "kind": str,
    "confirmed": bool,
}
_ENTRY: Shape = {
    "register": str,
    "start": _CLOCK,
    "end": _CLOCK,
    "categories": list,
    "role": str,
    "somebody_else": bool,
}
# What an example of each kind may rely on: the settings it is run with, whatever the policy says elsewhere.
RELIES_ON: Mapping[str, tuple[str, ...]] = {
    "one_hour": ("tolerance_minutes", "limit_minutes", "core_minutes", "excused_minutes_a_day"),
    "blocked_class": ("minutes_low", "documents"),
    "class_minutes": ("limit_minutes", "excused_minutes_a_day"),
    "core_minutes": ("limit_minutes", "excused_minutes_a_day"),
    "own_time": ("minutes_low", "excused_minutes_a_day"),
    "megabytes": ("limit_megabytes",),
    "downloads": ("limit_megabytes",),
    "attempts": ("limit_attempts", "apart_minutes"),
}
EXPECT = (
    "amount",
    "minutes_low",
    "minutes",
    "minutes_high",
    "core_minutes_low",
    "lunch_minutes",
    "span_minutes",
    "holds_at_half",
    "holds_at_double",
)
REGISTERS = ("consent", "exemption", "self_report", "research", "leave")
_STATUSES = ("new", "excused", "close")


def read_example(
    tables: Tables,
    entry: object,
    kind: str,
    words: Words,
    where: str,
) -> Example:
    """Return a worked example as far as it is well formed; the faults are in `tables.problems`."""
    known = tables.table(entry, _EXAMPLE, where, ("title", "breaks", "day", "visits"))
    tables.one_of(known, "pattern", words.patterns, where)
    if "zone" in known and not is_time_zone(known["zone"]):
        tables.fault(f"unknown zone '{known['zone']}'", where, zone_hint(known["zone"]))
    tables.one_of(known, "status", _STATUSES, where)
    relies_on, expect = known.get("relies_on", {}), known.get("expect", {})
    tables.problems += [
        *unknown_keys(relies_on, RELIES_ON.get(kind, relies_on), tables.place(where), "thing to rely on"),
        *wrong_kind(relies_on, dict.fromkeys(relies_on, NUMBER), tables.place(where)),
        *unknown_keys(expect, EXPECT, tables.place(where), "thing to expect"),
        *wrong_kind(expect, dict.fromkeys(expect, (*NUMBER, bool)), tables.place(where)),
    ]
    breaks = known.get("breaks", False)
    if "status" in known and breaks is not (known["status"] == "new"):
        what = f"status is '{known['status']}' with breaks = {str(breaks).lower()}"
        tables.fault(what, where, "leave status away, or write excused or close with breaks = false")
    day = known.get("day", date(2000, 1, 1))
    day = day.date() if isinstance(day, datetime) else day
    visits = _each(partial(read_visit, day), tables, known.get("visits", ()), words.classes, f"{where}, visit")
    register = _each(partial(_entry, day), tables, known.get("register", ()), words.classes, f"{where}, register")
    return Example(
        title=known.get("title", ""),
        breaks=breaks,
        visits=visits,
        register=register,
        pattern=known.get("pattern"),
        roles=tuple(known.get("roles", ())),
        zone=known.get("zone"),
        relies_on=relies_on,
        status=known.get("status"),
        expect=expect,
    )


_Part = TypeVar("_Part", ExampleVisit, ExampleEntry)


def _each(
    read: Callable[[Tables, object, Mapping[str, str], str], _Part],
    tables: Tables,
    entries: Iterable[object],
    classes: Mapping[str, str],
    where: str,
) -> tuple[_Part, ...]:
    """Return the parts that are well formed."""
    good = []
    for number, entry in enumerate(entries, start=1):
        own = Tables(tables.path)
        part = read(own, entry, classes, f"{where} {number}")
        tables.problems += own.problems
        if not own.problems:
            good.append(part)
    return tuple(good)


def read_visit(day: date, tables: Tables, entry: object, classes: Mapping[str, str], where: str) -> ExampleVisit:
    """Return a visit as far as it is well formed; clock times are of the day."""
    known = tables.table(with_clocks(entry), _VISIT, where, ("start", "end", "category"))
    category = known.get("category", "")
    tables.known_categories([category] if category else [], classes, where)
    tables.one_of(known, "attribution", ATTRIBUTIONS, where)
    tables.one_of(known, "kind", LABELS, where)
    start, end = _civil(day, known.get("start", time()), known.get("end", time()))
    return ExampleVisit(
        start=start,
        end=end,
        category=category,
        site=known.get("site", category.replace("_", "-") + ".example"),
        minutes_low=known.get("minutes_low"),
        minutes=known.get("minutes"),
        minutes_high=known.get("minutes_high"),
        documents_allowed=known.get("documents_allowed", 1),
        requests_blocked=known.get("requests_blocked", 0),
        requests=known.get("requests", max(1, known.get("requests_blocked", 0))),
        megabytes=known.get("megabytes", 0),
        attribution=known.get("attribution", "person"),
        kind=known.get("kind", "human"),
        confirmed=known.get("confirmed", True),
        megabytes_out=known.get("megabytes_out", 0),
        downloads=_downloads(tables, known.get("downloads", ()), where),
    )


def _downloads(tables: Tables, entries: Iterable[object], where: str) -> tuple[ExampleDownload, ...]:
    files = []
    for number, entry in enumerate(entries, start=1):
        place = f"{where}, download {number}"
        known = tables.table(entry, {"kind": str, "megabytes": NUMBER}, place, ("kind", "megabytes"))
        tables.one_of(known, "kind", FILE_KINDS, place)
        tables.not_negative(known, ["megabytes"], place)
        files.append(ExampleDownload(known.get("kind", ""), known.get("megabytes", 0)))
    return tuple(files)


def _entry(day: date, tables: Tables, entry: object, classes: Mapping[str, str], where: str) -> ExampleEntry:
    known = tables.table(with_clocks(entry), _ENTRY, where, ("register", "start", "end"))
    tables.one_of(known, "register", REGISTERS, where)
    categories = known.get("categories")
    tables.known_categories(categories or (), classes, where)
    start, end = _civil(day, known.get("start", time()), known.get("end", time()))
    return ExampleEntry(
        register=known.get("register", ""),
        start=start,
        end=end,
        categories=None if categories is None else tuple(categories),
        role=known.get("role"),
        somebody_else=known.get("somebody_else", False),
    )


def with_clocks(entry: object) -> object:
    """Return a table with its start and end as times, where they are written as text."""
    if not isinstance(entry, dict):
        return entry
    return {key: clock_of(value) if key in {"start", "end"} else value for key, value in entry.items()}


def _civil(day: date, start: Clock, end: Clock) -> tuple[datetime, Clock]:
    """Return when something starts, on the day if it says no other, and when it ends."""
    first = datetime.combine(day, start) if isinstance(start, time) else start
    return first, end
