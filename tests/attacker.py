"""Somebody who reads every published figure of some weeks, has the staff list and the code, and owns a solver.

Nothing here is told what is true. People are whole numbers, minutes are not; every fact that follows from what is
printed is a linear condition, and the solver gives the least and the greatest value that a hidden figure can have.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from netaudit.protect.units import Staff

MEASURES = ("minutes_low", "minutes", "minutes_high")
BY_UNIT = ("findings_by_clause", "time_by_class")
READ = ("active_people", "time_by_class", "time_by_hour", "time_by_weekday_hour")
TIMED = READ[1:]
CELLS = "time_by_weekday_hour"
LEAST = 8  # no figure below is printed …
STEP = 5  # … and the others to the nearest multiple of this
SATURATION = 0.9
WIDE = 4  # people: no closer than ± 2
LONG = 60.0  # minutes: no closer than ± 30
CELL = 60.0  # minutes: nobody has more in an hour of one day
SLACK = 1e-5
MILLISECONDS = 0.01  # minutes of one cell are whole milliseconds, and shares of a visit are rounded
A_LOT = 1e6
SECONDS = 20.0  # for one question to the solver; an answer that it cannot prove counts as none

Terms = dict[int, float]


class Contradiction(Exception):  # noqa: N818 - nothing is wrong with the program
    """What is printed does not fit together with what the attacker takes for granted."""


Value = tuple[str, str]  # table, value
Cell = tuple[int, str, str, str, str]  # week, table, value, unit level, unit


@dataclass(frozen=True)
class Week:
    """What is public of a week: the figures that were printed and who was in which unit."""

    printed: pl.DataFrame
    staff: Staff
    place: Mapping[
        int, object
    ]  # of everybody on the staff list, where they are listed; the key is a person in any week


@dataclass(frozen=True)
class Range:
    """What a hidden figure can be."""

    low: float
    high: float
    most: float  # head count of the unit: nobody is kept from knowing that

    @property
    def says_somebody(self) -> bool:
        return self.low > SLACK

    @property
    def is_close(self) -> bool:
        return self.high - self.low < min(WIDE, self.most) - SLACK


@dataclass
class Model:
    """Unknowns with bounds, and linear conditions on them."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    rows: list[tuple[Terms, float, float]] = field(default_factory=list)

    def unknown(self, low: float, high: float, *, whole: bool) -> int:
        self.low.append(low)
        self.high.append(high)
        self.whole.append(int(whole))
        return len(self.low) - 1

    def condition(self, terms: Terms, low: float, high: float) -> None:
        self.rows.append((terms, low, high))

    def no_more_than(self, small: Terms, large: Iterable[Terms]) -> None:
        """Add that one sum is no larger than others together."""
        terms = dict(small)
        for one in large:
            for place, factor in one.items():
                terms[place] = terms.get(place, 0.0) - factor
        self.condition(terms, -math.inf, 0.0)

    def solver(self) -> Solver:
        return Solver(self)


class Solver:
    """Answers what is least and what is greatest."""

    def __init__(self, model: Model) -> None:
        cells = [
            (row, place, factor) for row, (terms, _, _) in enumerate(model.rows) for place, factor in terms.items()
        ]
        rows, places, factors = zip(*cells, strict=True) if cells else ((), (), ())
        size = (len(model.rows), len(model.low))
        matrix = csr_array((np.array(factors, dtype=float), (np.array(rows, int), np.array(places, int))), shape=size)
        lows, highs = ([row[end] for row in model.rows] for end in (1, 2))
        self._conditions = [LinearConstraint(matrix, lows, highs)] if model.rows else []
        self._bounds = Bounds(np.array(model.low), np.array(model.high))
        self._whole = np.array(model.whole)
        self.asked = 0

    def best(self, goal: Terms) -> np.ndarray | None:
        """Return a world in which the goal is least; None: the solver could not tell in time."""
        self.asked += 1
        costs = np.zeros(len(self._whole))
        for place, factor in goal.items():
            costs[place] = factor
        found = milp(
            costs, constraints=self._conditions, bounds=self._bounds, integrality=self._whole,
            options={"time_limit": SECONDS},
        )  # fmt: skip
        if found.status not in (0, 1):
            raise Contradiction(found.message)
        return found.x if found.status == 0 else None

    def ranges(self, wanted: Mapping[Cell, Terms], most: Mapping[Cell, float], enough: float) -> dict[Cell, Range]:
        """Return what each sum can be, exactly where that is less than nought to `enough` above."""
        lows, highs = self._ends(wanted, 1.0, {}, 0.0), {}
        goals = {cell: lows[cell] + min(enough, most[cell]) for cell in wanted}
        highs = self._ends(wanted, -1.0, goals, math.inf)
        return {cell: Range(lows[cell], highs[cell], most[cell]) for cell in wanted}

    def _ends(  # noqa: C901 - three rounds of one search
        self, wanted: Mapping[Cell, Terms], sign: float, goals: Mapping[Cell, float], ideal: float
    ) -> dict[Cell, float]:
        """Return the ends of all sums; a world that serves many at once spares a question for each of them."""
        ends: dict[Cell, float] = {}
        left = dict(wanted)

        def serve(world: np.ndarray) -> None:
            for cell, terms in list(left.items()):
                found = sum(factor * world[place] for place, factor in terms.items())
                if (sign > 0 and found <= ideal + SLACK) or (sign < 0 and found >= goals[cell] - SLACK):
                    ends[cell] = max(found, 0.0) if sign > 0 else found
                    del left[cell]

        def together(cells: Collection[Cell]) -> None:
            goal: Terms = {}
            for cell in cells:
                for place, factor in wanted[cell].items():
                    goal[place] = goal.get(place, 0.0) + sign * factor
            world = self.best(goal)
            if world is not None:
                serve(world)

        if left:
            together(list(left))
        by_value: defaultdict[object, list[Cell]] = defaultdict(list)
        for cell in left:
            by_value[cell[0], cell[1], cell[3:]].append(cell)
        for cells in by_value.values():
            if any(cell in left for cell in cells):
                together([cell for cell in cells if cell in left])
        while left:
            cell, terms = next(iter(left.items()))
            world = self.best({place: sign * factor for place, factor in terms.items()})
            if world is None:  # not proved: no threat that anybody has shown
                ends[cell] = ideal if sign > 0 else goals[cell]
            else:
                found = sum(factor * world[place] for place, factor in terms.items())
                ends[cell] = max(found, 0.0) if sign > 0 else found
                serve(world)
            left.pop(cell, None)
        return ends


def like(printed: int) -> tuple[float, float]:
    """Return between which counts one lies that is printed so: worked out anew, not by the code under attack."""
    return max(LEAST, printed - STEP // 2), printed + STEP // 2


def like_minutes(printed: int) -> tuple[float, float]:
    """Return between which minutes a figure of two digits, or of tens, can lie."""
    step = max(10, 10 ** (len(str(printed)) - 2))
    below = max(10, 10 ** (len(str(printed - 1)) - 2)) if printed else 0
    return max(0.0, printed - below / 2), printed + step / 2


@dataclass
class PeopleAttack:
    """An attack on the counts of people of one or several weeks.

    `habit`: he takes for granted that everybody who is neither joiner nor leaver nor mover does in a week what they
    did in the week before. That is no knowledge; in a world in which it happens to be true he is right.
    `only_more`: the weeks are editions of one week, and each knows what the one before knew, and perhaps more.
    `implies_time`: clauses whose findings only somebody with personal time can have.
    """

    weeks: Sequence[Week]
    habit: bool = False
    only_more: bool = False
    implies_time: frozenset[str] = frozenset()
    model: Model = field(default_factory=Model)
    hidden: dict[Cell, Terms] = field(default_factory=dict)
    most: dict[Cell, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._groups = self._groups_of_people()
        self._printed: dict[Cell, int] = {}
        self._unknowns: dict[tuple[object, Value], int] = {}
        for number, week in enumerate(self.weeks):
            self._read(number, week)
        if self.only_more:
            self._grow()
        self._solver = self.model.solver()

    def ranges(self) -> dict[Cell, Range]:
        return self._solver.ranges(self.hidden, self.most, WIDE)

    def range_of(self, terms: Terms) -> tuple[float, float]:
        ends = []
        for sign in (1.0, -1.0):
            world = self._solver.best({place: sign * factor for place, factor in terms.items()})
            assert world is not None
            ends.append(sum(factor * world[place] for place, factor in terms.items()))
        return ends[0], ends[1]

    def is_possible(self) -> None:
        """Find any world that prints what was printed.

        Raises:
            Contradiction: there is none.
        """
        self._solver.best({})

    def group_of(self, number: int, person: int) -> object | None:
        """Return the people whom nothing public tells from somebody in a week; None if they are not counted."""
        return next((group for group, members in self._groups[number].items() if person in members), None)

    def size(self, number: int, group: object) -> int:
        return len(self._groups[number][group])

    def unknown(self, group: object, value: Value) -> int | None:
        return self._unknowns.get((group, value))

    def _groups_of_people(self) -> list[dict[object, frozenset[int]]]:
        """Return for each week whom nothing public tells apart; with habits, in all weeks of a stay in one place."""
        lowest = [_lowest_of(week.staff) for week in self.weeks]
        stays: list[dict[int, object]] = [{} for _ in self.weeks]
        for person in sorted({person for units in lowest for person in units}):
            for first, last in _stays([week.place.get(person) for week in self.weeks], person, lowest, self.habit):
                units = tuple(lowest[number].get(person) for number in range(first, last + 1))
                for number in range(first, last + 1):
                    if person in lowest[number]:
                        stays[number][person] = (first, last, self.weeks[first].place.get(person), units)
        found: list[dict[object, frozenset[int]]] = []
        for week in stays:
            groups: defaultdict[object, set[int]] = defaultdict(set)
            for person, stay in week.items():
                groups[stay].add(person)
            found.append({stay: frozenset(members) for stay, members in groups.items()})
        return found

    def _sum(self, number: int, value: Value, groups: Iterable[object]) -> Terms:
        terms: Terms = {}
        for group in groups:
            key = (group, value)
            if key not in self._unknowns:
                size = len(self._groups[number][group])
                self._unknowns[key] = self.model.unknown(0.0, size, whole=True)
            terms[self._unknowns[key]] = 1.0
        return terms

    def _of_cell(self, number: int, value: Value, groups: Iterable[object]) -> Terms:
        """Return who is in a cell of weekday and hour: of one week, groups say no more of it than their sum."""
        if self.habit or self.only_more:
            return self._sum(number, value, groups)
        key = ((number, "everybody"), value)
        if key not in self._unknowns:
            everybody = sum(map(len, self._groups[number].values()))
            self._unknowns[key] = self.model.unknown(0.0, everybody, whole=True)
        return {self._unknowns[key]: 1.0}

    def _read(self, number: int, week: Week) -> None:
        tree = week.staff.tree
        lowest = _lowest_of(week.staff)
        unit_of = {group: lowest[next(iter(members))] for group, members in self._groups[number].items()}
        inside: list[list[object]] = [[] for _ in tree.units]
        for group, unit in unit_of.items():
            up: int | None = unit
            while up is not None:
                inside[up].append(group)
                up = tree.units[up].parent
        place = {(unit.level, unit.name): at for at, unit in enumerate(tree.units)}
        seen: dict[tuple[Value, int], int | None] = {}
        rows = week.printed.filter(pl.col("value") != "headcount").iter_rows(named=True)
        for row in rows:  # whatever any audience is shown is known
            key = ((row["table"], row["value"]), place[row["unit_level"], row["unit"]])
            assert seen.get(key) in (None, row["people"]), ("two reports differ", key)
            seen[key] = row["people"] if seen.get(key) is None else seen[key]
        for (value, unit), people in seen.items():
            terms = (self._of_cell if value[0] == CELLS else self._sum)(number, value, inside[unit])
            self._cell(number, value, tree.units[unit], people, terms, inside[unit])
        self._imply(number, list(dict.fromkeys(value for value, _ in seen)))
        self._imply_cells(number, {value: people for (value, unit), people in seen.items() if unit == 0})

    def _grow(self) -> None:
        for number, (before, after) in enumerate(pairwise(self._groups)):
            same = {members: group for group, members in after.items()}
            for group, members in before.items():
                for (its_group, value), at in list(self._unknowns.items()):
                    # Findings can fall, and so can the cases of a status: what was read of somebody stays read.
                    if its_group == group and value[0] in READ:
                        (later,) = self._sum(number + 1, value, [same[members]])
                        self.model.no_more_than({at: 1.0}, [{later: 1.0}])

    def _cell(
        self, number: int, value: Value, unit: object, people: int | None, terms: Terms, groups: list[object]
    ) -> None:
        head = sum(len(self._groups[number][group]) for group in groups)
        cell = (number, *value, unit.level, unit.name)  # type: ignore[attr-defined]
        if people is None:
            self.hidden[cell] = terms
            self.most[cell] = head
            return
        low, high = like(people)
        earlier = [self._printed.get((week, *cell[1:])) for week in range(number)]
        self._printed[cell] = people
        if people in earlier and (self.habit or self.only_more):
            high = head  # it may stand as it was printed before, for the sake of few people: that is in the code
            low = LEAST
        self.model.condition(terms, low, min(high, head))
        if value[0] != "active_people":  # or it would have been hidden: it is less than 90 % of who was active
            active = self._sum(number, ("active_people", "active"), groups)
            small = {place: factor / SATURATION for place, factor in terms.items()}
            self.model.no_more_than(small, [active])

    def _imply_cells(self, number: int, printed: Mapping[Value, int | None]) -> None:
        """Add that whoever is in a cell is in its hour, and whoever is in an hour in one of its cells."""
        of_groups = [[group] for group in self._groups[number]] if self.habit or self.only_more else []
        for hour, cells in _cells_of(printed).items():
            for groups in of_groups or [list(self._groups[number])]:
                own, parts = self._sum(number, hour, groups), [self._of_cell(number, cell, groups) for cell in cells]
                self.model.no_more_than(own, parts)
                for part in parts:
                    self.model.no_more_than(part, [own])
            if not of_groups and printed[hour] is not None:  # by the code, nothing else hides a cell's people
                for cell in cells:
                    if printed[cell] is None:
                        self.model.condition(self._of_cell(number, cell, ()), 0.0, LEAST - 1)

    def _imply(self, number: int, values: list[Value]) -> None:
        active = ("active_people", "active")
        classes, hours, clauses, statuses = (
            [value for value in values if value[0] == table]
            for table in ("time_by_class", "time_by_hour", "findings_by_clause", "cases_by_status")
        )
        standing = [value for value in statuses if value[1] in ("new", "confirmed")]
        for group in self._groups[number]:
            of = {value: self._sum(number, value, [group]) for value in values}
            for value in (*classes, *hours):
                self.model.no_more_than(of[value], [of[active]])
            for one, others in ((classes, hours), (hours, classes), (standing, clauses), (clauses, standing)):
                for value in one if others else ():
                    self.model.no_more_than(of[value], [of[other] for other in others])
            for value in clauses:
                if value[1] in self.implies_time:
                    self.model.no_more_than(of[value], [of[other] for other in classes])


def _cells_of(values: Iterable[Value]) -> dict[Value, list[Value]]:
    """Return each hour of the day with its cells; none where there are no cells."""
    values = list(values)
    cells = [value for value in values if value[0] == CELLS]
    hours = [value for value in values if value[0] == "time_by_hour"] if cells else []
    return {hour: [cell for cell in cells if cell[1].partition("-")[2] == hour[1]] for hour in hours}


def _stays(
    places: Sequence[object], person: int, lowest: Sequence[Mapping[int, int]], habit: bool
) -> Iterator[tuple[int, int]]:
    """Yield the first and the last week of each stay in one place; without habits each week is one."""
    first: int | None = None
    for number, place in enumerate(places):
        there = person in lowest[number]
        if first is not None and (not there or not habit or place != places[number - 1]):
            yield first, number - 1
            first = None
        if there and first is None:
            first = number
    if first is not None:
        yield first, len(places) - 1


def _lowest_of(staff: Staff) -> dict[int, int]:
    """Return the lowest unit of everybody who is counted."""
    lowest: dict[int, int] = {}
    for person, unit in staff.members.iter_rows():  # parents stand before their parts in the tree
        lowest[person] = max(unit, lowest.get(person, 0))
    return lowest


@dataclass
class MinutesAttack:
    """An attack on the minutes of one week.

    `most_a_person`: the most minutes that one person can have in an hour of the day in a week, where that is known.
    """

    week: Week
    most_a_person: float | None = None
    model: Model = field(default_factory=Model)
    hidden: dict[Cell, Terms] = field(default_factory=dict)
    most: dict[Cell, float] = field(default_factory=dict)

    def __post_init__(self) -> None:  # noqa: C901, PLR0912 - one condition after the other
        tree = self.week.staff.tree
        place = {(unit.level, unit.name): at for at, unit in enumerate(tree.units)}
        shown: dict[tuple[str, str, int], dict[str, int | None]] = {}
        for row in self.week.printed.filter(pl.col("table").is_in(TIMED)).iter_rows(named=True):
            key = (row["table"], row["value"], place[row["unit_level"], row["unit"]])
            if shown.get(key, {}).get("minutes") is None:
                shown[key] = {name: row[name] for name in ("people", *MEASURES)}
        units_of: defaultdict[Value, set[int]] = defaultdict(set)
        unknowns: dict[tuple[str, str, int, str], int] = {}
        for (table, value, unit), row in shown.items():
            units_of[table, value].add(unit)
            for measure in MEASURES:
                minutes = row[measure]
                low, high = (0.0, A_LOT) if minutes is None else like_minutes(minutes)
                at = unknowns[table, value, unit, measure] = self.model.unknown(low, high, whole=False)
                if minutes is None:
                    cell = (0, table, f"{value}/{measure}", tree.units[unit].level, tree.units[unit].name)
                    self.hidden[cell], self.most[cell] = {at: 1}, A_LOT
                    hour = shown.get(("time_by_hour", value.partition("-")[2], unit), {}).get(measure)
                    if table == CELLS and hour is not None:  # what anybody knows of it without its table
                        self.most[cell] = like_minutes(hour)[1]
                if self.most_a_person and table == "time_by_hour":
                    most = like(row["people"])[1] if row["people"] is not None else tree.units[unit].headcount
                    self.model.condition({at: 1.0}, -math.inf, self.most_a_person * most)
                if self.most_a_person and table == CELLS:
                    self.model.condition({at: 1.0}, -math.inf, CELL * self._most_people(shown, value, row["people"]))
            for small, large in pairwise(MEASURES):
                pair = (unknowns[table, value, unit, name] for name in (small, large))
                self.model.condition(dict(zip(pair, (1.0, -1.0), strict=True)), -math.inf, 0.0)
        for measure in MEASURES:
            for (table, value), units in units_of.items():
                for unit, parts in enumerate(tree.parts):
                    if parts and unit in units and set(parts) <= units:
                        terms = dict.fromkeys((unknowns[table, value, part, measure] for part in parts), -1.0)
                        self.model.condition(terms | {unknowns[table, value, unit, measure]: 1.0}, 0.0, 0.0)
            whole = {
                unknowns[table, value, 0, measure]: 1.0 if table == "time_by_class" else -1.0
                for (table, value), units in units_of.items()
                if 0 in units and table != CELLS
            }
            if len(set(whole.values())) == 2:
                self.model.condition(whole, -MILLISECONDS, MILLISECONDS)
            for (_, hour), cells in _cells_of(units_of).items():
                terms = {unknowns[*cell, 0, measure]: -1.0 for cell in cells}
                self.model.condition(terms | {unknowns["time_by_hour", hour, 0, measure]: 1.0}, 0.0, 0.0)
        self._solver = self.model.solver()

    def ranges(self) -> dict[Cell, Range]:
        return self._solver.ranges(self.hidden, self.most, LONG)

    def _most_people(
        self, shown: Mapping[tuple[str, str, int], Mapping[str, int | None]], cell: str, people: int | None
    ) -> float:
        """Return how many people a cell can have: where they alone are hidden, and not the hour's, they are few."""
        hour = shown["time_by_hour", cell.partition("-")[2], 0]["people"]
        head = self.week.staff.tree.units[0].headcount
        return like(people)[1] if people is not None else head if hour is None else LEAST - 1


def told(ranges: Mapping[Cell, Range]) -> dict[Cell, Range]:
    """Return the hidden counts that the attacker gets: somebody is there, or closer than two either way."""
    return {cell: found for cell, found in ranges.items() if found.says_somebody or found.is_close}


def told_minutes(ranges: Mapping[Cell, Range]) -> dict[Cell, Range]:
    """Return the hidden minutes that are known not to be nought, or closer than half an hour either way.

    Of a cell of weekday and hour: or closer than all that its hour of the day can have.
    """
    return {
        cell: found
        for cell, found in ranges.items()
        if found.low > MILLISECONDS * 2 or found.high - found.low < min(LONG, found.most) - 3 * MILLISECONDS
    }


def monday(period: str) -> date:
    year, _, week = period.partition("-W")
    return date.fromisocalendar(int(year), int(week), 1)
