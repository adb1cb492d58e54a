"""Invented organisations over some weeks: who works where, what they do each week, and what a run makes of it."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
from approved import APPROVED
from attacker import Week, monday

from netaudit.contracts import PEOPLE
from netaudit.definitions.configuration import Configuration
from netaudit.pipeline import run_audit
from netaudit.protect import Keyring
from netaudit.protect.units import staff_of
from netaudit.store import Store

PERIODS = ("2026-W06", "2026-W07", "2026-W08", "2026-W09")  # February: London keeps UTC
FIRST = monday(PERIODS[0])
WORK = "work.example"
SITES = {
    "sport": ("sport.example", "goals.example", "rugby.example"),
    "travel": ("travel.example", "ends.example"),
    "property": ("property.example", "homes.example"),
    "shopping_auction": ("auction.example", "second.example"),
    "gambling": ("gambling.example", "bets.example"),
    "social_sharing": ("social.example",),
    "leisure": ("leisure.example", "cooking.example"),
    "job_search": ("jobs.example",),
    "webmail": ("webmail.example",),
}
CLASSES = tuple(SITES)
Place = tuple[str | None, str | None]


@dataclass(frozen=True)
class Act:
    """Some minutes on one site, a new page in each."""

    weekday: int
    minute: int  # of the day
    site: str
    minutes: int


@dataclass(frozen=True)
class Person:
    """Somebody invented."""

    number: int
    stays: tuple[tuple[int, int, Place], ...]  # first week, last week, directorate and team
    habit: tuple[Act, ...] = ()
    manager: int | None = None

    @property
    def account(self) -> str:
        return f"canary{self.number}"

    def place(self, week: int) -> Place | None:
        return next((place for first, last, place in self.stays if first <= week <= last), None)


@dataclass(frozen=True)
class World:
    """Some weeks of an organisation; acts by week and person."""

    people: tuple[Person, ...]
    acts: tuple[Mapping[int, tuple[Act, ...]], ...]

    @property
    def weeks(self) -> int:
        return len(self.acts)

    def used(self, week: int, person: int) -> frozenset[str]:
        """Return the classes of sites for own use that somebody used in a week."""
        sites = {act.site for act in self.acts[week].get(person, ())}
        return frozenset(name for name, its_sites in SITES.items() if sites & set(its_sites))

    def log(self, week: int, days: Collection[int] = range(7)) -> str:
        lines = sorted(line for person in self.people for line in self._lines(week, person, days))
        return "".join(f"{line}\n" for _, line in lines)

    def _lines(self, week: int, person: Person, days: Collection[int]) -> Iterator[tuple[float, str]]:
        for act in self.acts[week].get(person.number, ()):
            if act.weekday not in days:
                continue
            day = datetime.combine(FIRST + timedelta(days=7 * week + act.weekday), datetime.min.time(), UTC)
            start = day.timestamp() + 60 * act.minute + person.number % 50
            for minute in range(act.minutes + 1):
                yield start + 60 * minute, _line(start + 60 * minute, person.account, act.site, minute)

    def directory(self) -> str:
        """Return the staff directory as one file with a row for each stay."""
        page = io.StringIO(newline="")
        write = csv.writer(page)
        write.writerow(["person_id", "accounts", "team", "directorate", "manager", "starts", "ends"])
        for person in self.people:
            for first, last, (directorate, team) in person.stays:
                starts = FIRST + timedelta(days=7 * first) if first else ""
                ends = FIRST + timedelta(days=7 * last + 6) if last < self.weeks - 1 else ""
                above = "" if person.manager is None else f"p{person.manager}"
                write.writerow(
                    [f"p{person.number}", person.account, team or "", directorate or "", above, starts, ends]
                )
        return page.getvalue()

    def staff(self) -> pl.DataFrame:
        """Return PEOPLE as whoever reads the staff directory can write them down, by the people's own numbers."""
        rows = []
        for person in self.people:
            for first, last, (directorate, team) in person.stays:
                rows.append(
                    {
                        "user_hash": person.number, "team": team, "directorate": directorate, "roles": [],
                        "pattern": None, "manager_hash": person.manager,
                        "starts": FIRST + timedelta(days=7 * first) if first else None,
                        "ends": FIRST + timedelta(days=7 * last + 6) if last < self.weeks - 1 else None,
                    }
                )  # fmt: skip
        return pl.DataFrame(rows, schema=PEOPLE.schema)

    def public(self, week: int, printed: pl.DataFrame) -> Week:
        """Return what is public of a week."""
        places = {person.number: place for person in self.people if (place := person.place(week)) is not None}
        return Week(printed, staff_of(self.staff(), PERIODS[week], 8), places)


def _line(time: float, user: str, site: str, page: int) -> str:
    return (
        f"{time:.3f} 100 192.0.2.7 TCP_MISS/200 40000 GET http://{site}/{int(time) % 100_000}/{page} {user} "
        "HIER_DIRECT/203.0.113.9 text/html"
    )


def overrides() -> str:
    rows = [(site, name) for name, sites in SITES.items() for site in sites] + [(WORK, "business_supplier")]
    head = "pattern,category,reason,author,date,expires,ticket\n"
    return head + "".join(f"{site},{name},why,IG,2026-01-01,,\n" for site, name in rows)


def audit_week(
    world: World,
    week: int,
    out: Path,
    *,
    days: Collection[int] = range(7),
    now: datetime | None = None,
    reissue: bool = False,
) -> None:
    """Read a week's log, or some days of it, with the directory, in this process."""
    out.parent.mkdir(parents=True, exist_ok=True)
    log, directory = out.parent / f"week{week}.log", out.parent / "directory.csv"
    log.write_text(world.log(week, days), encoding="utf-8")
    directory.write_text(world.directory(), encoding="utf-8")
    (out.parent / "classes").mkdir(exist_ok=True)
    (out.parent / "classes" / "overrides.csv").write_text(overrides(), encoding="utf-8")
    closed = datetime.combine(FIRST + timedelta(days=7 * week + 11), datetime.min.time(), UTC)
    configuration = Configuration(directory=directory, categories_folder=out.parent / "classes", dpia=APPROVED)
    again = frozenset({PERIODS[week]} if reissue else ())
    run_audit([str(log)], configuration, out, now or closed, lambda *_: None, again)


def published(out: Path) -> dict[str, pl.DataFrame]:
    """Return the published figures of each week of a store."""
    return stored(out, "published")


def stored(out: Path, name: str) -> dict[str, pl.DataFrame]:
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        tables = {period: store.read(name, period, part) for period, part in store.ledger.parts(name)}
    finally:
        store.close()
    return {period: table for period, table in tables.items() if table is not None}


def at_work(person: Person) -> tuple[Act, ...]:
    """Return a minute of work on each day."""
    return tuple(Act(day, 9 * 60 + 5 + person.number % 20, WORK, 1) for day in range(5))


def organisation(
    sizes: Mapping[Place, int], weeks: int, draw: random.Random, *, joiners: int = 0, leavers: int = 0, movers: int = 0
) -> list[Person]:
    """Return people in teams; so many join, leave and move in each week after the first."""
    places = [place for place, size in sizes.items() for _ in range(size)]
    people = [Person(number, ((0, weeks - 1, place),)) for number, place in enumerate(places, 1)]
    settled = list(range(len(people)))
    draw.shuffle(settled)
    for week in range(1, weeks):
        for _ in range(leavers):
            at = settled.pop()
            people[at] = replace(people[at], stays=((0, week - 1, people[at].stays[0][2]),))
        for _ in range(movers):
            at = settled.pop()
            place = people[at].stays[0][2]
            other = draw.choice([one for one in sizes if one != place] or [place])
            people[at] = replace(people[at], stays=((0, week - 1, place), (week, weeks - 1, other)))
        people += [
            Person(len(people) + 1 + number, ((week, weeks - 1, draw.choice(list(sizes))),))
            for number in range(joiners)
        ]
    return people


def small_habits(draw: random.Random, shares: Mapping[str, float]) -> tuple[Act, ...]:
    """Return a few minutes on sites of some classes, in a week's lunch breaks and evenings."""
    acts = []
    for name, share in shares.items():
        if draw.random() < share:
            minute = draw.choice((12 * 60 + 10, 12 * 60 + 40, 17 * 60 + 30, 8 * 60 + 15)) + draw.randrange(15)
            acts.append(Act(draw.randrange(5), minute, draw.choice(SITES[name]), draw.randint(3, 12)))
    return tuple(acts)


def habitual_world(
    sizes: Mapping[Place, int],
    seed: int,
    *,
    weeks: int = 4,
    churn: float = 0.0,
    joiners: int = 1,
    leavers: int = 1,
    movers: int = 1,
    shares: Sequence[float] = (0.0, 0.1, 0.25, 0.4, 0.6, 0.8, 0.95, 0.5, 0.3),
) -> World:
    """Return a world in which people do each week what they did, but for a share `churn` who do something else."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    people = organisation(sizes, weeks, draw, joiners=joiners, leavers=leavers, movers=movers)
    mixed = list(shares)
    draw.shuffle(mixed)
    of_class = dict(zip(CLASSES, mixed, strict=True))
    people = [replace(person, habit=small_habits(draw, of_class)) for person in people]
    acts: list[dict[int, tuple[Act, ...]]] = []
    for week in range(weeks):
        acts.append({})
        for person in people:
            if person.place(week) is not None:
                own = person.habit if draw.random() >= churn else small_habits(draw, of_class)
                acts[-1][person.number] = at_work(person) + own
    return World(tuple(people), tuple(acts))
