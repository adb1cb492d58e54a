"""How long each table is kept: shipped figures with reasons, the organisation's own, and what contradicts what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from netaudit.definitions.periods import days_of
from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import Problem

_WEEKS_BESIDE_DAYS = 28  # how far apart two weeks can be whose figures are held against each other
_LEAST = 14  # a week is published 48 hours after it ends; some days more, for lines that come late
_MOST = 7320  # twenty years: a larger number is a slip of the finger


@dataclass(frozen=True, slots=True)
class Group:
    """Tables, or other things, that are kept equally long."""

    days: int
    tables: tuple[str, ...]
    why: str


GROUPS: Mapping[str, Group] = {
    "rows": Group(
        90,
        (
            "events", "labels", "visits", "visits_beside", "downloads", "let_through", "source_hours",
            "lines_seen", "page_addresses", "pages",
        ),
        "what people did, row by row: a week is settled long before, and a dispute begins within three months",
    ),
    "matching": Group(
        126,
        ("pseudonyms", "counted", "taken_over"),
        "tells whom a figure counts: needed as long as a week within four weeks of it can still be issued again",
    ),
    "cases": Group(
        183,
        (
            "spells", "findings", "evidence", "timeline", "hours", "ignored", "overturns", "registers_seen", "leaks",
        ),
        "half a year to look into a case and to challenge it; what is upheld is kept by HR, not here",
    ),
    "figures": Group(
        1096,
        ("published", "issued", "provenance", "unlisted", "tallies", "open_sites"),
        "suppressed figures and counts, for three yearly statements; nobody can be told from them",
    ),
    "rejects": Group(183, ("rejects",), "where lines were set aside and why, without their text; as long as cases"),
    "ledger": Group(
        1096,
        ("files", "runs"),
        "checksums and accounts of log files, and what each run used: as long as any figure that came of it",
    ),
    "trail": Group(2192, ("trail",), "six years of who did what, beyond all that it was done to"),
    "certificates": Group(2192, ("certificates",), "as long as the audit trail names them"),
}  # fmt: skip

WEEKLY = frozenset(table for name in ("rows", "matching", "cases", "figures") for table in GROUPS[name].tables)
"""Tables and keys that belong to a week."""

_DEFAULTS: Mapping[str, int] = {table: group.days for group in GROUPS.values() for table in group.tables}
# A table, what it may not be shorter than, and why.
_NOT_SHORTER = (
    ("evidence", "findings", "a case without its evidence cannot be answered, and is not shown"),
    *((name, "findings", "the page of a case is made of it") for name in ("timeline", "hours", "ignored", "overturns")),
    ("files", "evidence", "evidence names log files by their numbers"),
    ("files", "published", "the account of files stands beside the figures"),
    ("runs", "findings", "a verdict is read beside the policy and classes of its run"),
    ("runs", "published", "figures are read beside the policy and classes of their run"),
    ("issued", "published", "it says which lines the figures know"),
    ("tallies", "published", "it says which lines the figures know"),
    ("pseudonyms", "events", "it is the key to whose rows these are"),
    ("pseudonyms", "visits", "it is the key to whose rows these are"),
    ("page_addresses", "events", "it is the key of their addresses"),
    ("trail", "certificates", "the trail vouches for a certificate"),
    ("certificates", "trail", "the trail names certificates that nobody could read"),
)
_COMPARED = ("published", "counted", "taken_over", "pseudonyms")


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days after the end of its week each table is kept."""

    days: Mapping[str, int] = field(default_factory=lambda: _DEFAULTS)

    def last_day(self, table: str, period: str) -> date | None:
        """Return the last day on which a table of a week is kept; None of one that is not known."""
        days = self.days.get(table)
        return None if days is None else days_of(period)[-1] + timedelta(days=days)


def read_retention(raw: Mapping[str, object], where: str, unproven_days: int) -> tuple[Retention, list[Problem]]:
    """Return how long tables are kept, and everything that is wrong about it.

    Args:
        raw: days by the name of a group or a table; a table's own figure goes before its group's.
        where: they stand, for messages.
        unproven_days: for how long a sealed name is kept.
    """
    problems = []
    days = dict(_DEFAULTS)
    known = {*GROUPS, *_DEFAULTS}
    for name, value in sorted(raw.items(), key=lambda one: one[0] not in GROUPS):  # groups first
        if name not in known:
            problems.append(Problem(f"'{name}' is no table that is kept", where, did_you_mean(name, known)))
        elif not isinstance(value, int) or isinstance(value, bool) or not _LEAST <= value <= _MOST:
            remedy = f"write {_LEAST} to {_MOST}: before that a week may still be open, or take late lines"
            problems.append(Problem(f"'{name}' is no number of days", where, remedy))
        else:
            days |= dict.fromkeys(GROUPS[name].tables if name in GROUPS else (name,), value)
    problems += contradictions(days, where, unproven_days)
    return Retention(days), problems


def contradictions(days: Mapping[str, int], where: str, unproven_days: int) -> Iterator[Problem]:
    """Yield one problem for each two figures that do not go together."""
    for table, other, why in _NOT_SHORTER:
        if days[table] < days[other]:
            remedy = f"keep '{table}' for {days[other]} days or longer: {why}"
            yield Problem(f"'{table}' goes before '{other}' ({days[table]} and {days[other]} days)", where, remedy)
    assessable = min(days[table] for table in WEEKLY)  # a week that lacks anything is never issued again
    for table in _COMPARED:
        least = assessable + _WEEKS_BESIDE_DAYS
        if days[table] < least:
            remedy = (
                f"keep '{table}' for {least} days or longer: a week that can still be issued is held against those "
                "within four weeks of it"
            )
            yield Problem(f"'{table}' goes while weeks are held against it ({days[table]} days)", where, remedy)
    if unproven_days > days["findings"]:
        remedy = f"write {days['findings']} or less as '[cases] unproven_days', or keep findings longer"
        what = f"sealed names outlast their findings ({unproven_days} and {days['findings']} days)"
        yield Problem(what, where, remedy)
    longest = max(value for table, value in days.items() if table not in {"trail", "certificates"})
    if days["trail"] < longest:
        remedy = f"keep 'trail' for {longest} days or longer: it says what was done with the rest"
        yield Problem(f"'trail' goes before what it is about ({days['trail']} and {longest} days)", where, remedy)
