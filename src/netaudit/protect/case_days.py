"""The days of cases: what was kept with findings, in local time, without a pseudonym; the case itself to the minute."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.contracts import (
    FINDINGS,
    HOURS,
    IGNORED,
    LABELS,
    OVERTURNS,
    TIMELINE,
    CaseDay,
    CaseTables,
    Ignored,
    Overturn,
    Piece,
    Span,
)
from netaudit.definitions.policies import Policy
from netaudit.protect.around import in_whole_hours
from netaudit.protect.counting import is_shielded

_ONE_DAY = timedelta(days=1)
_MOST_DAYS = 8  # a chain ends with its week
_LABELS = len(LABELS)
_AMOUNTS = ("low_us", "likely_us", "high_us", "core_low_us")
_OF_AN_OVERTURN = [name for name in OVERTURNS.schema if name != "finding_id"]


def case_days(findings: pl.DataFrame, tables: CaseTables, policy: Policy, zone: str) -> dict[str, CaseDay]:
    """Return the days of findings by case number.

    A piece begins in the minute in which it began, and ends where the next begins, or else with the minute in which it
    ended: pieces never overlap, and one that is shorter than its minute can begin and end at once. What is shielded is
    left out here too, whoever let it in.

    Args:
        findings: FINDINGS of a week.
        tables: what was kept with them.
        policy: the policy they were raised under.
        zone: time zone of the organisation.
    """
    pieces = _pieces(TIMELINE.fit(tables.timeline), zone)
    hours = _hours(HOURS.fit(tables.hours), zone)
    ignored = _ignored(IGNORED.fit(tables.ignored))
    overturns = _overturns(OVERTURNS.fit(tables.overturns), zone)
    kinds = {rule.rule_id: rule.kind for rule in policy.rules}
    columns = ("finding_id", "rule_id", "event_start", "event_end")
    local = (pl.col(name).dt.convert_time_zone(zone) for name in columns[2:])
    days = {}
    for number, rule_id, start, end in FINDINGS.fit(findings).select(*columns[:2], *local).iter_rows():
        kind = kinds.get(rule_id)
        days[number] = CaseDay(
            days=tuple(_civil_days(start, end, ZoneInfo(zone))),
            whole=kind == "one_hour",
            hours=tuple(hours[number]),
            pieces=tuple(in_whole_hours(pieces[number])),
            ignored=tuple(ignored[number]),
            overturns=tuple(overturns[number]),
            tolerance_minutes=policy.one_hour.tolerance_minutes if kind == "one_hour" else None,
            needed_core_minutes=policy.one_hour.core_minutes if kind == "one_hour" else None,
            self_report_days=policy.self_report_days,
        )
    return days


def _civil_days(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Span]:
    """Yield the local days from midnight to midnight: of 23 or 25 hours when the clocks change."""
    day, last = start.date(), max(start, end - timedelta(microseconds=1)).date()
    for _ in range(_MOST_DAYS):
        if day > last:
            return
        yield Span(_midnight(day, zone), _midnight(day + _ONE_DAY, zone), "day")
        day += _ONE_DAY


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _pieces(timeline: pl.DataFrame, zone: str) -> defaultdict[str, list[Piece]]:
    whole_minute = pl.duration(minutes=1) - pl.duration(microseconds=1)
    # What may have been read follows what was read: that keeps its last minute.
    is_read = pl.col("state") == "reading"
    begins = (pl.col("event_start") + pl.when(is_read).then(whole_minute).otherwise(pl.duration())).dt.truncate("1m")
    following = begins.shift(-1).over("finding_id")
    ends = pl.min_horizontal((pl.col("event_end") + whole_minute).dt.truncate("1m"), following)
    rows = (
        timeline.sort("finding_id", "event_start", "event_end", maintain_order=True)
        .with_columns(
            event_start=begins.dt.convert_time_zone(zone),
            event_end=pl.max_horizontal(begins, ends).dt.convert_time_zone(zone),
        )
        .with_columns(pl.col("site", "category", "use", "label", "reason", "category_source").fill_null(""))
        .select(
            "finding_id", "event_start", "event_end", "state", "within", "site", "category", "use", "label", "reason",
            "category_source", pl.col("category_confirmed").fill_null(value=True), *_AMOUNTS, *LABELS,
        )
    )  # fmt: skip
    found: defaultdict[str, list[Piece]] = defaultdict(list)
    for number, *told in rows.iter_rows():
        described: list[Any] = [*told[:-_LABELS], tuple(told[-_LABELS:])]
        piece = Piece(*described)
        if not is_shielded(piece.category, piece.use):
            found[number].append(piece)
    return found


def _hours(hours: pl.DataFrame, zone: str) -> defaultdict[str, list[Span]]:
    local = hours.with_columns(pl.col("event_start", "event_end").dt.convert_time_zone(zone))
    found: defaultdict[str, list[Span]] = defaultdict(list)
    for number, kind, start, end in local.iter_rows():
        found[number].append(Span(start, end, kind))
    return found


def _ignored(ignored: pl.DataFrame) -> defaultdict[str, list[Ignored]]:
    found: defaultdict[str, list[Ignored]] = defaultdict(list)
    for number, what, reason, requests, would_add, sites, classes in ignored.iter_rows():
        shown = tuple(name for name in classes or () if not is_shielded(name, ""))
        found[number].append(Ignored(what, reason or "", requests, would_add, tuple(sites or ()), shown))
    return found


def _overturns(overturns: pl.DataFrame, zone: str) -> defaultdict[str, list[Overturn]]:
    start, end = (pl.col(name).dt.convert_time_zone(zone) for name in ("event_start", "event_end"))
    whole_minute = pl.duration(minutes=1) - pl.duration(microseconds=1)
    local = overturns.with_columns(
        start.dt.truncate("1m"), (end + whole_minute).dt.truncate("1m"), pl.col("site", "category").fill_null("")
    ).with_columns(pl.col("stretches", "low_us", "left_low_us", "left_core_us").fill_null(0))
    found: defaultdict[str, list[Overturn]] = defaultdict(list)
    for number, *told in local.select("finding_id", *_OF_AN_OVERTURN).iter_rows():
        found[number].append(Overturn(*told))
    return found
