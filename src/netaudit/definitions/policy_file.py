"""A policy file as a whole: its tables, checked, as a Policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from netaudit.contracts import USES
from netaudit.definitions.policy_patterns import read_patterns
from netaudit.definitions.policy_rules import read_rules
from netaudit.definitions.policy_terms import (
    Attempts,
    BlockedClass,
    Excuse,
    NotAuditable,
    OneHour,
    OwnTime,
    Policy,
)
from netaudit.definitions.policy_time import TIME, read_bank_holidays, read_closure_days, read_zone
from netaudit.definitions.social_accounts import read_social_accounts
from netaudit.definitions.toml_files import did_you_mean
from netaudit.definitions.toml_tables import NUMBER, Shape, Tables, Words

_TOP: Shape = {
    "id": str,
    "extends": str,
    "title": str,
    "version": str,
    "owner": str,
    "ratified": date,
    "review_by": date,
    "source": str,
    "clauses": dict,
    "time": dict,
    "patterns": dict,
    "one_hour": dict,
    "blocked_class": dict,
    "own_time": dict,
    "attempts": dict,
    "self_report": dict,
    "own_devices": dict,
    "excuse": list,
    "classes": dict,
    "rule": list,
    "not_auditable": list,
    "social_accounts": dict,
}
_NEEDED = ("id", "title", "version", "owner", "time", "patterns", "one_hour", "blocked_class", "classes")
_ONE_HOUR: Shape = dict.fromkeys(("tolerance_minutes", "limit_minutes", "core_minutes"), NUMBER)
_BLOCKED: Shape = {"minutes_low": NUMBER, "documents": int}
_EXCUSE: Shape = {"category": str, "minutes_a_day": NUMBER, "clause": str, "bridges": bool}


def read_policy(tables: Tables, document: Mapping[str, Any], rule_files: Mapping[str, str], sha256: str) -> Policy:
    """Return the policy as far as its tables are well formed; the faults are in `tables.problems`."""
    top = tables.table(document, _TOP, "", _NEEDED)
    clock = tables.table(top.get("time", {}), TIME, "[time]", ("zone", "default_pattern"))
    classes = _classes(tables, top.get("classes", {}))
    patterns = read_patterns(tables, top.get("patterns", {}), clock)
    default_pattern = clock.get("default_pattern", "")
    if default_pattern and default_pattern not in patterns:
        hint = did_you_mean(default_pattern, patterns)
        tables.fault(f"there is no pattern '{default_pattern}'", "[time] default_pattern", hint)
    return Policy(
        policy_id=top.get("id", ""),
        title=top.get("title", ""),
        version=top.get("version", ""),
        owner=top.get("owner", ""),
        ratified=top.get("ratified"),
        review_by=top.get("review_by"),
        source=top.get("source", ""),
        zone=read_zone(tables, clock.get("zone", "UTC")),
        bank_holidays=read_bank_holidays(tables, clock.get("bank_holidays")),
        default_pattern=default_pattern,
        patterns=patterns,
        one_hour=_one_hour(tables, top.get("one_hour", {})),
        blocked_class=_blocked_class(tables, top.get("blocked_class", {})),
        self_report_days=_self_report_days(tables, top.get("self_report", {})),
        own_devices_count=_own_devices_count(tables, top.get("own_devices", {})),
        excuses=tuple(_excuses(tables, top.get("excuse", []), classes)),
        classes=classes,
        clauses=dict(top.get("clauses", {})),
        rules=read_rules(tables, top.get("rule", []), rule_files, Words(classes, patterns)),
        not_auditable=tuple(_not_auditable(tables, top.get("not_auditable", []))),
        social_accounts=read_social_accounts(tables, top.get("social_accounts")),
        sha256=sha256,
        closure_days=read_closure_days(tables, clock.get("closure_days", ())),
        own_time=_own_time(tables, top.get("own_time", {})),
        attempts=_attempts(tables, top.get("attempts", {})),
    )


def _one_hour(tables: Tables, table: object) -> OneHour:
    known = tables.table(table, _ONE_HOUR, "[one_hour]", _ONE_HOUR)
    tables.above_nought(known, ("limit_minutes", "core_minutes"), "[one_hour]")
    tables.not_negative(known, ["tolerance_minutes"], "[one_hour]")
    return OneHour(**{key: float(known.get(key, 0)) for key in _ONE_HOUR})


def _blocked_class(tables: Tables, table: object) -> BlockedClass:
    known = tables.table(table, _BLOCKED, "[blocked_class]", _BLOCKED)
    tables.above_nought(known, _BLOCKED, "[blocked_class]")
    return BlockedClass(float(known.get("minutes_low", 0)), known.get("documents", 0))


def _own_time(tables: Tables, table: object) -> OwnTime:
    known = tables.table(table, {"minutes_low": NUMBER}, "[own_time]")
    tables.above_nought(known, ["minutes_low"], "[own_time]")
    return OwnTime(**{key: float(value) for key, value in known.items()})


def _attempts(tables: Tables, table: object) -> Attempts:
    known = tables.table(table, {"apart_minutes": NUMBER}, "[attempts]")
    tables.not_negative(known, ["apart_minutes"], "[attempts]")
    return Attempts(**{key: float(value) for key, value in known.items()})


def _self_report_days(tables: Tables, table: object) -> float:
    known = tables.table(table, {"within_days": NUMBER}, "[self_report]")
    tables.not_negative(known, ["within_days"], "[self_report]")
    return float(known.get("within_days", 1))


def _own_devices_count(tables: Tables, table: object) -> bool:
    return bool(tables.table(table, {"count": bool}, "[own_devices]").get("count", False))


def _classes(tables: Tables, table: Mapping[str, Any]) -> dict[str, str]:
    """Return the use of each category."""
    for category, use in table.items():
        if use not in USES:
            hint = did_you_mean(str(use), USES)
            tables.fault(f"category '{category}' is used as '{use}'", "[classes]", hint)
    return {category: use if use in USES else "unknown" for category, use in table.items()}


def _excuses(tables: Tables, entries: Iterable[object], classes: Mapping[str, str]) -> Iterator[Excuse]:
    for number, entry in enumerate(entries, start=1):
        where = f"[[excuse]] {number}"
        known = tables.table(entry, _EXCUSE, where, ("category", "minutes_a_day", "clause"))
        tables.not_negative(known, ["minutes_a_day"], where)
        if "category" in known:
            tables.known_categories([known["category"]], classes, where)
        yield Excuse(
            category=known.get("category", ""),
            minutes_a_day=float(known.get("minutes_a_day", 0)),
            clause=known.get("clause", ""),
            bridges=known.get("bridges", False),
        )


def _not_auditable(tables: Tables, entries: Iterable[object]) -> Iterator[NotAuditable]:
    keys = ("clause", "bullet", "why")
    for number, entry in enumerate(entries, start=1):
        known = tables.table(entry, dict.fromkeys(keys, str), f"[[not_auditable]] {number}", keys)
        yield NotAuditable(*(known.get(key, "") for key in keys))
