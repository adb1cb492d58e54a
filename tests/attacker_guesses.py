"""Somebody who knows who joined, left and moved, lays weeks side by side, and guesses what these people did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from attacker import Contradiction, PeopleAttack, Week
from attacker_worlds import CLASSES, World

_HALF = 0.5


@dataclass(frozen=True)
class Guess:
    """What somebody who joined, left or moved is thought to have done, and why."""

    week: int
    person: int
    category: str
    constant: bool  # what is the best guess about anybody
    by_difference: (
        bool | None
    )  # a printed figure rose or fell with the person; None: nothing moved, or nothing is printed
    by_solver: bool | None  # nothing else fits if all others keep to their habits; None: either fits
    true: bool


@dataclass(frozen=True)
class Guessed:
    """How often an attacker is right about people who joined, left or moved."""

    questions: int
    constant: int  # right by the best guess about anybody
    difference: int
    solver: int
    sure: int  # questions on which the solver was sure …
    rightly: int  # … and right

    def __add__(self, other: Guessed) -> Guessed:
        pairs = zip(self.all, other.all, strict=True)
        return Guessed(*(one + its for one, its in pairs))

    @property
    def all(self) -> tuple[int, ...]:
        return self.questions, self.constant, self.difference, self.solver, self.sure, self.rightly


def guessed(world: World, weeks: Sequence[Week]) -> Guessed:
    guesses = list(_guesses(world, weeks))
    return Guessed(
        questions=len(guesses),
        constant=sum(one.constant == one.true for one in guesses),
        difference=sum(_or(one.by_difference, one.constant) == one.true for one in guesses),
        solver=sum(_or(one.by_solver, one.constant) == one.true for one in guesses),
        sure=sum(one.by_solver is not None for one in guesses),
        rightly=sum(one.by_solver == one.true for one in guesses),
    )


def _or(told: bool | None, otherwise: bool) -> bool:
    return otherwise if told is None else told


def _guesses(world: World, weeks: Sequence[Week]) -> Iterator[Guess]:
    for category in CLASSES:
        attack = _attack(weeks, category)
        for week, person in _strangers(world, len(weeks)):
            there = [other.number for other in world.people if other.place(week) is not None]
            share = sum(category in world.used(week, other) for other in there) / len(there)
            yield Guess(
                week, person, category, share > _HALF,
                _difference(world, weeks, week, person, category),
                None if attack is None else _solved(attack, week, person, category),
                category in world.used(week, person),
            )  # fmt: skip


def _strangers(world: World, weeks: int) -> Iterator[tuple[int, int]]:
    """Yield everybody who is not in the same place in all weeks, with the first week of each of their stays."""
    for person in world.people:
        for first, last, _ in person.stays:
            if last - first + 1 < weeks:
                yield first or last, person.number


def _attack(weeks: Sequence[Week], category: str) -> PeopleAttack | None:
    """Return an attack on one class; None if what is printed shows that people did not keep to their habits."""
    about = pl.col("table").is_in(["active_people"]) | (
        (pl.col("table") == "time_by_class") & (pl.col("value") == category)
    )
    try:
        attack = PeopleAttack([Week(week.printed.filter(about), week.staff, week.place) for week in weeks], habit=True)
        attack.is_possible()
    except Contradiction:
        return None
    return attack


def _solved(attack: PeopleAttack, week: int, person: int, category: str) -> bool | None:
    group = attack.group_of(week, person)
    at = None if group is None else attack.unknown(group, ("time_by_class", category))
    if at is None:
        return None
    low, high = attack.range_of({at: 1.0})
    size = attack.size(week, group)
    if low > size - _HALF:
        return True
    return False if high < _HALF else None


def _difference(world: World, weeks: Sequence[Week], week: int, person: int, category: str) -> bool | None:
    """Return whether a figure of the smallest unit that is printed in both weeks rose or fell with the person."""
    (stay,) = [stay for stay in world.people[person - 1].stays if stay[0] <= week <= stay[1]]
    before, after = (week - 1, week) if stay[0] else (week, week + 1)
    joined = bool(stay[0])
    names = [_units(weeks[at], person) for at in (before, after)]
    there = names[1] if joined else names[0]
    for unit in reversed(there):
        printed = [_printed(weeks[at], unit, category) for at in (before, after)]
        if None not in printed:
            rise = (printed[1] or 0) - (printed[0] or 0)
            return None if rise == 0 else (rise > 0) == joined
    return None


def _units(week: Week, person: int) -> list[tuple[str, str]]:
    units = sorted(unit for user, unit in week.staff.members.iter_rows() if user == person)
    return [(week.staff.tree.units[unit].level, week.staff.tree.units[unit].name) for unit in units]


def _printed(week: Week, unit: tuple[str, str], category: str) -> int | None:
    rows = week.printed.filter(table="time_by_class", value=category, unit_level=unit[0], unit=unit[1])
    shown = rows["people"].drop_nulls()
    return int(shown[0]) if len(shown) else None
