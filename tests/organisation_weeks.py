"""An invented organisation over several weeks: who joins, leaves, moves, is away, and what is printed of each week."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np
import polars as pl
import protect_data as data

from netaudit.contracts import FINDINGS, VISITS
from netaudit.definitions.periods import days_of, period_of
from netaudit.definitions.policies import load_policy
from netaudit.definitions.registers import Person, Registers
from netaudit.pipeline.publishing import Figures, publish_week
from netaudit.protect import Pseudonyms, people_table
from netaudit.protect.publish import Key

POLICY = replace(load_policy("leeds"), classes=data.USES, rules=())
FIRST = days_of("2026-W40")[0]


class Memory:
    """Tables of a run, as the store keeps them."""

    def __init__(self) -> None:
        self.tables: dict[tuple[str, str], pl.DataFrame] = {}

    def put(self, table: str, period: str, _part: str, frame: pl.DataFrame) -> None:
        self.tables[table, period] = frame

    def read(self, table: str, period: str, _part: str) -> pl.DataFrame | None:
        return self.tables.get((table, period))


def key_of(table: str, period: str) -> bytes:
    return f"{table} {period}".encode().ljust(32, b".")


def pseudonyms(period: str) -> Pseudonyms:
    return Pseudonyms(period, key_of)


def period(number: int) -> str:
    return period_of(FIRST + timedelta(weeks=number))


def person(name: str, directorate: str, team: str, **dates: object) -> Person:
    return Person(name, (name,), team, directorate, None, (), None, dates.get("starts"), dates.get("ends"))


def visits_of(done: Mapping[str, Mapping[str, float]], number: int) -> pl.DataFrame:
    """VISITS of a week: minutes by person and class; whoever is in it was active."""
    hashes = pseudonyms(period(number))
    monday = data.MONDAY + timedelta(weeks=number + (FIRST - data.MONDAY.date()).days // 7, hours=8)
    rows = []
    for name, classes in done.items():
        user = hashes.of(f"person:{name}")
        for category, minutes in {"business_nhs": 60.0, **classes}.items():
            start = monday + timedelta(hours=(user + len(category)) % 9)  # whoever it is, at their own hours
            rows.append(
                data.visit(
                    user,
                    category,
                    event_start=start,
                    event_end=start + timedelta(minutes=minutes),
                    minutes_low=minutes * 0.8,
                    minutes=minutes,
                    minutes_high=minutes * 1.2,
                )
            )
    return pl.DataFrame(rows, schema=VISITS.schema)


def figures_of(
    done: Mapping[str, Mapping[str, float]], number: int, people: tuple[Person, ...], *, has_keys: bool = True
) -> Figures:
    registers = Registers(people=people)
    return Figures(
        period=period(number),
        visits=visits_of(done, number),
        findings=FINDINGS.empty(),
        people=people_table(registers, pseudonyms(period(number))),
        policy=POLICY,
        registers=registers,
        settings=data.SETTINGS,
        pseudonyms=pseudonyms,
        has_key=lambda *_: has_keys,
    )


def printed(memory: Memory, figures: Figures, *, provisional: bool = False) -> pl.DataFrame:
    """What is printed of a week, given what the memory knows was printed before."""
    publish_week(figures, memory, provisional=provisional)  # type: ignore[arg-type]
    return memory.tables["published", figures.period]


def people_of(published: pl.DataFrame) -> dict[Key, int | None]:
    rows = published.filter(report="ig", table="time_by_class").select("table", "value", "unit_level", "unit", "people")
    return {(table, value, level, unit): people for table, value, level, unit, people in rows.iter_rows()}


@dataclass
class Organisation:
    """Directorates of several teams, whose people have habits.

    `churn` is the share that joins, and that leaves, and that moves, each week; `away` the share that is not there.
    """

    seed: int
    sizes: tuple[tuple[int, ...], ...] = ((40, 35, 25, 20), (60, 30), (45, 42, 18), (34, 28, 30, 22))
    churn: float = 0.01
    away: float = 0.08
    steady: float = 0.9  # how often somebody does in a week what they mostly do
    number: int = 0
    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    habits: dict[str, set[str]] = field(default_factory=dict)
    rows: list[Person] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        self.teams = [
            (f"Directorate {d}", f"Team {d}.{t}") for d, sizes in enumerate(self.sizes) for t in range(len(sizes))
        ]
        for team, size in zip(self.teams, (size for sizes in self.sizes for size in sizes), strict=True):
            for _ in range(size):
                self.join(team, None)

    def join(self, team: tuple[str, str], starts: object) -> None:
        name = f"p{len(self.habits)}"
        self.people[name] = team
        chances = dict(zip(data.CLASSES, (0.15, 0.5, 0.4, 0.35), strict=True))
        self.habits[name] = {category for category, chance in chances.items() if self.random.random() < chance}
        self.rows.append(person(name, *team, starts=starts))

    def leave(self, name: str, ends: object) -> None:
        place = next(i for i, row in enumerate(self.rows) if row.person_id == name and row.ends is None)
        self.rows[place] = replace(self.rows[place], ends=ends)

    def weeks(self, number: int) -> Iterator[tuple[int, dict[str, dict[str, float]], tuple[Person, ...]]]:
        for week in range(number):
            monday = FIRST + timedelta(weeks=week)
            if week:
                for name in list(self.people):
                    chance = self.random.random()
                    if chance < self.churn:
                        self.leave(name, monday - timedelta(days=1))
                        team = self.people.pop(name)
                        self.join(self.teams[int(self.random.integers(len(self.teams)))], monday)
                    elif chance < 2 * self.churn:
                        self.leave(name, monday - timedelta(days=1))
                        team = self.teams[int(self.random.integers(len(self.teams)))]
                        self.people[name] = team
                        self.rows.append(person(name, *team, starts=monday))
            done = {
                name: {
                    category: float(self.random.exponential(40.0)) + 1
                    for category in data.CLASSES
                    if (self.random.random() < self.steady) == (category in self.habits[name])
                }
                for name in self.people
                if self.random.random() >= self.away
            }
            yield week, done, tuple(self.rows)


@dataclass(frozen=True)
class Page:
    """What was printed of a week, what would be without regard to other weeks, and the truth, by name."""

    fresh: Mapping[Key, int | None]
    printed: Mapping[Key, int | None]
    people: Mapping[Key, frozenset[str]]  # whom each figure truly counts
    active: Mapping[tuple[str, str], frozenset[str]]  # who was active, by unit


def pages(organisation: Organisation, weeks: int) -> list[Page]:
    memory = Memory()
    found = []
    for number, done, people in organisation.weeks(weeks):
        figures = figures_of(done, number, people)
        hashes = pseudonyms(figures.period)
        names = {hashes.of(f"person:{one.person_id}"): one.person_id for one in people}
        counted: dict[Key, set[str]] = {}
        for table, value, level, unit, user in (
            figures.counted().select("table", "value", "unit_level", "unit", "user_hash").iter_rows()
        ):
            counted.setdefault((table, value, level, unit), set()).add(names[user])
        found.append(
            Page(
                people_of(figures.published(provisional=False)),
                people_of(printed(memory, figures)),
                {key: frozenset(users) for key, users in counted.items() if key[0] == "time_by_class"},
                {key[2:]: frozenset(users) for key, users in counted.items() if key[0] == "active_people"},
            )
        )
    return found


def guesses(found: list[Page], *, protected: bool) -> tuple[int, int, int, int]:
    """What somebody concludes who takes everybody to have done what they did in an earlier week, except one person.

    The one joined or left a unit, or was active in one of two weeks only; nobody else did. Returns how often such a
    person meets a figure, in how many of these they count, how often the figure moves the way that accuses them, and
    how often that is right.
    """
    met = counts = said = right = 0
    for place, now in enumerate(found):
        for then in found[:place]:
            for key in now.people.keys() & then.people.keys():
                came = now.active.get(key[2:], frozenset()) - then.active.get(key[2:], frozenset())
                went = then.active.get(key[2:], frozenset()) - now.active.get(key[2:], frozenset())
                if len(came) + len(went) != 1:
                    continue
                one = next(iter(came | went))
                is_in = one in (now if came else then).people.get(key, ())
                met += 1
                counts += is_in
                before, after = ((page.printed if protected else page.fresh).get(key) for page in (then, now))
                # a figure that appears is taken to have been too small before, and one that goes to be too small now
                change = (after or 0) - (before or 0)
                if (change > 0) if came else (change < 0):
                    said += 1
                    right += is_in
    return met, counts, said, right
