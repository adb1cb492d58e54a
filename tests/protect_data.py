"""An invented organisation's week, as the last stage before the reports receives it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from netaudit.contracts import FINDINGS, PEOPLE, VISITS
from netaudit.protect.clauses import Clauses
from netaudit.protect.publish import publish
from netaudit.protect.suppression import SuppressionSettings

PERIOD = "2026-W47"  # 16 to 22 November 2026
ZONE = "Europe/London"
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
SETTINGS = SuppressionSettings()
CLASSES = ("gambling", "news", "social_sharing", "webmail")
USES = {
    "gambling": "blocked",
    "news": "personal",
    "social_sharing": "personal",
    "webmail": "personal",
    "business_nhs": "business",
    "uncategorised": "unknown",
    "infra_ads": "background",
    "special_helpline": "shielded",
    "shielded": "shielded",
}
CLAUSES = Clauses(
    {"7.2": ("hr", "manager"), "7.4": ("hr", "manager", "safeguarding"), "9.1": ("safeguarding",)},
    {"gambling": ("manager",), "extremism": ("safeguarding",)},
)

# Clauses of whose findings follows where somebody had personal time; who is accused of 7.9 may have tried only.
PROVING = Clauses(
    {"7.2": ("manager",), "7.4": ("manager", "safeguarding"), "7.9": ("hr", "manager")},
    {"gambling": ("manager",)},
    {
        ("7.2", "manager"): CLASSES,
        ("7.4", "manager"): ("gambling", "webmail"),
        ("7.4", "safeguarding"): ("social_sharing",),
    },
)
PROVEN_ROWS = {"7.2": CLASSES, "7.4": ("gambling", "webmail"), "7.4 (safeguarding)": ("social_sharing",)}

Counts = Mapping[tuple[str, str], Mapping[str, int]]
"""By (directorate, team): how many of its people were in each class."""


def people(sizes: Mapping[tuple[str | None, str | None], int]) -> pl.DataFrame:
    """PEOPLE with so many people in each (directorate, team), numbered from 1."""
    rows = [
        {"team": team, "directorate": directorate, "roles": []}
        for (directorate, team), size in sizes.items()
        for _ in range(size)
    ]
    return pl.DataFrame(
        [{"user_hash": number, **row} for number, row in enumerate(rows, start=1)], schema=PEOPLE.schema
    )


def visit(user: int, category: str, **changes: object) -> dict[str, Any]:
    """A visit of ten minutes on Monday at ten."""
    start = MONDAY + timedelta(hours=10)
    return {
        "user_hash": user,
        "attribution": "person",
        "site": f"{category}.example",
        "category": category,
        "event_start": start,
        "event_end": start + timedelta(minutes=10),
        "minutes_low": 8.0,
        "minutes": 10.0,
        "minutes_high": 12.0,
        "requests": 20,
        "human_requests": 5,
        "documents_allowed": 5,
        "requests_blocked": 0,
        "bytes_in": 1000,
        "bytes_out": 100,
        "kind": "human",
        "reason": "",
    } | changes


def visits(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=VISITS.schema)


def finding(user: int, clause: str, route: str, **changes: object) -> dict[str, Any]:
    return {
        "finding_id": f"F-{user}-{clause}-{route}",
        "rule_id": "a_rule",
        "clause": clause,
        "user_hash": user,
        "route": route,
        "event_start": MONDAY + timedelta(hours=10),
        "event_end": MONDAY + timedelta(hours=11, minutes=10),
        "minutes_low": 65.0,
        "minutes": 70.0,
        "minutes_high": 75.0,
        "core_minutes_low": 65.0,
        "lunch_minutes": 0.0,
        "span_minutes": 70.0,
        "limit": 60.0,
        "measure": "minutes",
        "requests": 100,
        "requests_blocked": 0,
        "holds_at_half": True,
        "holds_at_double": True,
        "status": "new",
        "status_reason": "",
        "route_reason": "",
        "recipient": None,
        "entries": "",
        "pattern": None,
        "listed": True,
    } | changes


def findings(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=FINDINGS.schema)


def published(
    seen: pl.DataFrame,
    staff: pl.DataFrame,
    found: pl.DataFrame | None = None,
    *,
    provisional: bool = False,
    uses: Mapping[str, str] = USES,
    settings: SuppressionSettings = SETTINGS,
    held: Collection[tuple[str, str, str, str]] = (),
    clauses: Clauses = CLAUSES,
) -> pl.DataFrame:
    return publish(
        seen,
        FINDINGS.empty() if found is None else found,
        staff,
        uses,
        PERIOD,
        ZONE,
        settings,
        clauses=clauses,
        provisional=provisional,
        held=held,
    )


def cell(table: pl.DataFrame, name: str, unit: str, value: str, report: str = "ig") -> dict[str, Any]:
    """The one row of a table for a unit and a value."""
    found = table.filter(report=report, table=name, unit=unit, value=value)
    assert found.height == 1, (name, unit, value, found.height)
    return found.row(0, named=True)


def random_week(
    seed: int, sizes: Mapping[tuple[str | None, str | None], int], classes: Sequence[str] = CLASSES
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """VISITS, FINDINGS and PEOPLE: each team has its own number of people in each class, from 0 to all.

    Uniform numbers put far more figures near the threshold, near nought and near all than real life does.
    """
    generator = np.random.default_rng(seed)
    staff = people(sizes)
    seen, found = [], []
    for _, members in staff.group_by("directorate", "team", maintain_order=True):
        team = members["user_hash"].to_list()
        for category in ("business_nhs", *classes):
            few = generator.random() < 0.3  # a third of the figures is small
            count = int(generator.integers(0, min(len(team), 8 if few else 99) + 1))
            for user in generator.choice(team, size=count, replace=False).tolist():
                low = float(generator.exponential(20.0))
                start = MONDAY + timedelta(minutes=int(generator.integers(0, 5 * 24 * 60)))
                seen.append(
                    visit(
                        user,
                        category,
                        event_start=start,
                        event_end=start + timedelta(minutes=low * 1.5),
                        minutes_low=low,
                        minutes=low * 1.5,
                        minutes_high=low * 2.0,
                    )
                )
        for clause, routes in CLAUSES.routes.items():
            count = int(generator.integers(0, len(team) + 1))
            found += [
                finding(
                    user,
                    clause,
                    routes[int(generator.integers(0, len(routes)))],
                    status="confirmed" if generator.random() < 0.3 else "new",
                )
                for user in generator.choice(team, size=count, replace=False).tolist()
            ]
    return visits(seen), findings(found), staff


def busy_week(
    seed: int, sizes: Mapping[tuple[str | None, str | None], int], classes: Sequence[str] = CLASSES
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """VISITS, FINDINGS and PEOPLE: some hours of the day, each weekday with its own number of people in each.

    A fifth of the numbers is small, and some people stay long: what two of them do is then most of a figure.
    """
    generator = np.random.default_rng(seed)
    staff = people(sizes)
    users = staff["user_hash"].to_list()
    seen = [visit(user, "business_nhs") for user in users]
    hours = generator.choice(24, size=int(generator.integers(1, 17)), replace=False).tolist()
    spread = float(generator.choice([2.0, 10.0, 25.0]))
    for hour in hours:
        those = generator.choice(users, size=int(generator.uniform(0.2, 0.85) * len(users)), replace=False)
        for weekday in range(7):
            few = generator.random() < 0.2
            count = int(generator.integers(0, 8)) if few else int(generator.random() * len(those))
            for user in generator.choice(those, size=min(count, len(those)), replace=False).tolist():
                high = min(60.0, float(generator.exponential(spread)))
                start = MONDAY + timedelta(days=weekday, hours=hour)
                times = {"minutes_low": high / 2, "minutes": high / 1.5, "minutes_high": high}
                category = classes[user % len(classes)]
                seen.append(
                    visit(user, category, event_start=start, event_end=start + timedelta(minutes=high), **times)
                )
    return visits(seen), FINDINGS.empty(), staff


def lived_week(
    seed: int,
    sizes: Mapping[tuple[str | None, str | None], int],
    attendance: float,
    rate: float,
    classes: Sequence[str] = CLASSES,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """VISITS, FINDINGS and PEOPLE in which whoever has a finding was there, as PROVING says.

    Each class has its own share of people around the rate, each team its own around that.
    """
    generator = np.random.default_rng(seed)
    staff = people(sizes)
    team = staff.select(pl.struct("directorate", "team").rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()
    users, teams = np.arange(1, staff.height + 1), int(team.max()) + 1
    active = generator.random(staff.height) < attendance
    was_in: dict[str, Any] = {}
    for category in classes:
        own = generator.beta(4 * rate, 4 * (1 - rate)) if generator.random() < 0.7 else rate * generator.random() ** 3
        shares = np.clip(own + generator.normal(0, 0.15, teams), 0, 1)
        was_in[category] = active & (generator.random(staff.height) < shares[team])
    seen = [visit(user, "business_nhs") for user in users[active].tolist()]
    for category, those in was_in.items():
        seen += [
            visit(user, category, event_start=start, event_end=start + timedelta(minutes=10))
            for user, minute in zip(
                users[those].tolist(), generator.integers(0, 1440, those.sum()).tolist(), strict=True
            )
            for start in (MONDAY + timedelta(minutes=minute),)
        ]
    nobody = np.zeros(staff.height, bool)
    found = []
    for clause, routes in PROVING.routes.items():
        for route in routes:
            within = PROVING.within.get((clause, route))
            may = active if within is None else np.any([was_in.get(name, nobody) for name in within], axis=0)
            those = may & (generator.random(staff.height) < generator.random())
            found += [
                finding(user, clause, route, status="confirmed" if generator.random() < 0.2 else "new")
                for user in users[those].tolist()
            ]
    return visits(seen), findings(found), staff
