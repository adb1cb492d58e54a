"""An invented organisation of 5,000 people over 52 weeks, as the report stage receives it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import day_data as days
import polars as pl
import report_data as data

from netaudit.contracts import LEAKS, PUBLISHED, Case, CaseDay, FileAccount, RunFacts
from netaudit.definitions.periods import days_of, period_of

LAST = data.MONDAY.date()
RULES = (
    ("one-hour", "One hour of continuous personal use", "7.2", data.ONE_HOUR, "manager", ""),
    ("gambling", "Gambling", "7.4", data.GAMBLING, "manager", "gambling"),
    ("auctions", "Auctions, buying and selling", "7.4", "Users must not trade for themselves.", "manager", ""),
    ("radicalisation", "Radicalisation", "7.4", data.RADICAL, "safeguarding", "extremism"),
    ("downloads", "Software downloads", "7.4", "Users must not download software.", "it", ""),
    ("gain", "Commercial gain", "7.4", "Users must not work for their own gain.", "fraud", ""),
)
_WEIGHTS = (60, 8, 20, 1, 10, 1)
_STATUSES = ("new", "close", "excused", "confirmed", "withdrawn")
_OF_STATUSES = (45, 30, 15, 6, 4)


@dataclass(frozen=True)
class Size:
    """How much there is of everything."""

    people: int = 5_000
    weeks: int = 52
    directorates: int = 12
    teams: int = 150
    cases: int = 300  # a week
    files: int = 400
    seed: int = 1


def periods(size: Size) -> list[str]:
    return [period_of(LAST - timedelta(weeks=back)) for back in reversed(range(size.weeks))]


def _units(size: Size) -> list[tuple[str, str]]:
    return [
        data.WHOLE,
        *((f"Directorate {number:02d}", "directorate") for number in range(1, size.directorates + 1)),
        *((f"Team {number:03d}", "team") for number in range(1, size.teams + 1)),
    ]


def published(size: Size) -> pl.DataFrame:
    """PUBLISHED of all weeks: every class, clause, hour and unit, small figures hidden, others rounded to 5."""
    chance, units = random.Random(size.seed), _units(size)  # noqa: S311  # not for keys
    heads = {unit: round(size.people / (1 if level == "organisation" else size.directorates if level == "directorate"
             else size.teams)) for unit, level in units}  # fmt: skip
    classes = [name for name in data.TITLES if name not in data.WORK_CLASSES]

    def figure(people: float, minutes: float | None) -> data.Figure:
        count = round(people * chance.uniform(0.8, 1.2) / 5) * 5
        if count < 8:
            return None
        if minutes is None:
            return (count,)
        likely = round(count * minutes * chance.uniform(0.8, 1.2))
        return (count, likely * 3 // 4, likely, likely * 3 // 2)

    rows: list[dict[str, object]] = []
    for period in periods(size):
        for unit in units:
            head = heads[unit[0]]
            mine = [
                ("active_people", "headcount", (round(head / 5) * 5,)),
                *(("findings_by_clause", clause, figure(head * 0.01, None)) for clause in ("7.2", "7.3", "7.4")),
                *(("time_by_class", name, figure(head / (2 + number), 20)) for number, name in enumerate(classes)),
            ]
            for report in ("ig", "managers") if unit != data.WHOLE else ("ig",):
                rows += [data.row(report, table, unit, value, found, period=period) for table, value, found in mine]
        whole = [
            ("active_people", "active", figure(size.people * 0.9, None)),
            *(("time_by_hour", f"{hour:02d}", figure(size.people * (0.2 if 6 < hour < 22 else 0), 9))
              for hour in range(24)),
            *(("cases_by_status", status, figure(size.cases / 3, None)) for status in _STATUSES),
        ]  # fmt: skip
        rows += [data.row("ig", table, data.WHOLE, value, found, period=period) for table, value, found in whole]
    return pl.DataFrame(rows, schema=PUBLISHED.schema)


def _moved(day: CaseDay, by: timedelta) -> CaseDay:
    def later(moment: datetime | None) -> datetime | None:
        return None if moment is None else moment + by

    def move(parts: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(replace(one, start=later(one.start), end=later(one.end)) for one in parts)  # type: ignore[type-var,attr-defined]

    return replace(
        day,
        days=move(day.days),
        hours=move(day.hours),
        pieces=move(day.pieces),
        overturns=move(day.overturns),
    )


def cases(size: Size) -> Iterator[Case]:
    """Cases of all weeks, each with its day."""
    chance = random.Random(size.seed)  # noqa: S311  # not for keys
    shapes = [days.tabbing(count) for count in (4, 6, 9, 14)]
    for number, period in enumerate(periods(size)):
        by = timedelta(days=days_of(period)[0].toordinal() - LAST.toordinal())
        moved = [days.case_of(_moved(shape, by)) for shape in shapes]
        of_class = days.case_of(_moved(days.of_a_class(), by))
        for count in range(size.cases):
            rule_id, title, clause, text, route, category = chance.choices(RULES, _WEIGHTS)[0]
            status = chance.choices(_STATUSES, _OF_STATUSES)[0]
            yield replace(
                of_class if category else chance.choice(moved),
                case_number=f"F-{number:02d}{count:04d}XYZ",
                rule_id=rule_id,
                rule_title=title,
                clause=clause,
                clause_text=text,
                route=route,
                category=category,
                limit=1.0 if category else 60.0,
                period=period,
                status=status,
                status_reason={"excused": "consents.csv:3", "confirmed": "decisions.csv:2"}.get(status, ""),
            )


def facts(size: Size) -> RunFacts:
    """The facts of a run that has read a file for each night and source."""
    files = tuple(
        FileAccount(
            str(number + 1), "squid", 3_000_000, 2_990_000, rejects=20, duplicates=9_980,
            first=data.at(-(number // 2), "00:00:04"), last=data.at(-(number // 2), "23:59:57"),
        )
        for number in range(size.files)
    )  # fmt: skip
    return data.facts(periods=tuple(periods(size)), files=files)


def leaks(size: Size) -> pl.DataFrame:
    """LEAKS of all weeks."""
    rows = [
        (period, f"site-{number:03d}.example", "gambling", "10 to 99")
        for period in periods(size)
        for number in range(40)
    ]
    return pl.DataFrame(rows, schema=LEAKS.schema, orient="row")
