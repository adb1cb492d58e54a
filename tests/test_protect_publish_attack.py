"""An attacker with the staff list, the code and a solver reads a week's figures and learns nothing hidden."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import polars as pl
import protect_data as data
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array

from netaudit.protect.counting import attended, personal
from netaudit.protect.disclosure import Figure, active_of, hide_people
from netaudit.protect.suppression import bounds
from netaudit.protect.units import Staff, Unit, UnitTree, staff_of

Name = tuple[str, ...]
MEASURES = ("minutes_low", "minutes", "minutes_high")
SLACK = 1e-6
OTHER_STATUSES = ("excused", "close", "withdrawn")  # those say nothing of clauses
TIMED = ("time_by_class", "time_by_hour", "time_by_weekday_hour")
A_LOT = 1e6  # people or minutes: more than there can be
# Shares of a visit in two hours are rounded to the millisecond.
MILLISECONDS = 1.0

team_sizes = st.lists(st.lists(st.integers(1, 16), min_size=1, max_size=4), min_size=1, max_size=4).filter(
    lambda directorates: sum(map(sum, directorates)) >= 16
)


def _sizes(directorates: Iterable[Iterable[int]]) -> dict[tuple[str | None, str | None], int]:
    return {
        (f"Directorate {place}", f"Team {place}.{number}"): size
        for place, teams in enumerate(directorates)
        for number, size in enumerate(teams)
    }


@dataclass
class Attacker:
    """Everything that figures and the staff list say, as linear conditions on the true figures."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    place: dict[Name, int] = field(default_factory=dict)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def unknown(self, name: Name, low: float, high: float) -> None:
        self.place[name] = len(self.low)
        self.low.append(low)
        self.high.append(high)

    def condition(self, terms: dict[Name, float], low: float, high: float) -> None:
        self.rows.append(({self.place[name]: factor for name, factor in terms.items()}, low, high))

    def sums(self, whole: Iterable[Name], parts: Iterable[Name], slack: float = 0.0) -> None:
        terms: dict[Name, float] = dict.fromkeys(whole, 1.0) | dict.fromkeys(parts, -1.0)
        self.condition(terms, -slack, slack)

    def no_more_than(self, small: Name, large: Iterable[Name]) -> None:
        self.condition({small: 1.0} | dict.fromkeys(large, -1.0), -math.inf, 0.0)

    def solver(self) -> Callable[[Name], tuple[float, float]]:
        """Return a function that gives the least and the greatest value a figure can have."""
        terms_of, limits = [], []
        for terms, low, high in self.rows:
            if high < math.inf:
                terms_of.append(terms)
                limits.append(high)
            if low > -math.inf:
                terms_of.append({place: -factor for place, factor in terms.items()})
                limits.append(-low)
        cells = [(row, place, factor) for row, terms in enumerate(terms_of) for place, factor in terms.items()]
        rows, places, factors = zip(*cells, strict=True) if cells else ((), (), ())
        matrix = coo_array((factors, (rows, places)), shape=(len(terms_of), len(self.low))).tocsr()
        box = list(zip(self.low, self.high, strict=True))

        def range_of(name: Name) -> tuple[float, float]:
            ends = []
            for sign in (1.0, -1.0):
                goal = np.zeros(len(self.low))
                goal[self.place[name]] = sign
                found = linprog(goal, A_ub=matrix, b_ub=limits, bounds=box)
                assert found.status == 0, (name, found.message)
                ends.append(sign * found.fun)
            return ends[0], ends[1]

        return range_of

    def whole_numbers(self) -> Callable[[Mapping[Name, float]], dict[Name, float]]:
        """Return a function that gives a world of whole numbers in which a weighted sum of figures is least."""
        cells = [(row, place, factor) for row, (terms, *_) in enumerate(self.rows) for place, factor in terms.items()]
        rows, places, factors = zip(*cells, strict=True)
        matrix = coo_array((factors, (rows, places)), shape=(len(self.rows), len(self.low))).tocsr()
        conditions = LinearConstraint(matrix, [low for _, low, _ in self.rows], [high for *_, high in self.rows])
        box = Bounds(self.low, self.high)

        def solve(goal: Mapping[Name, float]) -> dict[Name, float]:
            weights = np.zeros(len(self.low))
            for name, weight in goal.items():
                weights[self.place[name]] = weight
            found = milp(weights, integrality=np.ones(len(self.low)), bounds=box, constraints=conditions)
            assert found.status == 0, (goal, found.message)
            return {name: round(found.x[place]) for name, place in self.place.items()}

        return solve


def _like(printed: int) -> tuple[float, float]:
    """Which counts print as this: worked out anew, not by the code under test."""
    alike = [count for count in range(8, printed + 10) if 5 * math.floor(count / 5 + 0.5) == printed]
    return alike[0], alike[-1]


def _like_minutes(printed: int) -> tuple[float, float]:
    """Between which minutes a figure of two digits, or of tens, can lie."""
    step = max(10, 10 ** (len(str(printed)) - 2))
    below = max(10, 10 ** (len(str(printed - 1)) - 2)) if printed else 0
    return max(0.0, printed - below / 2), printed + step / 2


def _tree(staff: pl.DataFrame) -> Staff:
    return staff_of(staff, data.PERIOD, 8)


def _needed(printed: int) -> int:
    """How many must have been active for a count to print as this and be shown: by trying all, on whole numbers."""
    return next(
        active
        for active in range(8, 10_000)
        if 10 * printed < 9 * (5 * math.floor(active / 5 + 0.5)) and 10 * _like(printed)[0] < 9 * active
    )


def _attack_people(
    table: pl.DataFrame, tree: UnitTree, within: Mapping[str, Collection[str]] | None = None
) -> tuple[Attacker, list[Name]]:
    """Return the attacker and the hidden counts.

    Whole people: who was active (a), had personal time (u) and a finding that stands (n) in each unit is unknown too.
    """
    attacker, hidden = Attacker(), []
    place = {(unit.level, unit.name): number for number, unit in enumerate(tree.units)}
    for kind in "aun":
        _add_kind(attacker, tree, kind)
    cells: defaultdict[tuple[str, str], dict[str, Name]] = defaultdict(dict)
    for row in table.filter(pl.col("value") != "headcount", report="ig").iter_rows(named=True):
        number = place[row["unit_level"], row["unit"]]
        name = (row["table"], row["value"], str(number))
        low, high = (0.0, A_LOT) if row["people"] is None else _like(row["people"])
        attacker.unknown(name, low, min(high, tree.units[number].headcount))
        if row["people"] is None:
            hidden.append(name)
        if row["table"] == "active_people":
            attacker.sums([name], [("a", name[2])])
        else:
            _add_active(attacker, name, row["people"])
            cells[name[:2]][name[2]] = name
    for (title, _), row_of in cells.items():
        if title in ("findings_by_clause", "time_by_class"):
            _add_parts(attacker, tree, row_of)
    for value, categories in (within or {}).items():
        for unit, name in cells["findings_by_clause", value].items():
            attacker.no_more_than(name, [cells["time_by_class", category][unit] for category in categories])
            attacker.no_more_than(name, [("u", unit)])
    _add_covers(attacker, cells)
    return attacker, hidden


def _add_kind(attacker: Attacker, tree: UnitTree, kind: str) -> None:
    for number, unit in enumerate(tree.units):
        attacker.unknown((kind, str(number)), 0.0, unit.headcount)
        if kind != "a":
            attacker.no_more_than((kind, str(number)), [("a", str(number))])
    _add_parts(attacker, tree, {str(number): (kind, str(number)) for number in range(len(tree.units))})


def _add_active(attacker: Attacker, name: Name, printed: int | None) -> None:
    active = ("a", name[2])
    attacker.no_more_than(name, [active])
    if printed is not None:  # or it would say of nearly everybody what they did
        attacker.condition({active: 9.0, name: -10.0}, 1.0, math.inf)
        attacker.condition({active: 1.0}, _needed(printed), math.inf)


def _add_parts(attacker: Attacker, tree: UnitTree, row: Mapping[str, Name]) -> None:
    for number, parts in enumerate(tree.parts):
        if parts:
            attacker.sums([row[str(number)]], [row[str(part)] for part in parts])


def _add_covers(attacker: Attacker, cells: Mapping[tuple[str, str], Mapping[str, Name]]) -> None:
    """Add that everybody with personal time is in a class and in an hour, everybody with a finding in a clause."""
    for kind, titles in {
        "u": ("time_by_class", "time_by_hour"),
        "n": ("findings_by_clause", "cases_by_status"),
    }.items():
        for title in titles:
            rows = [row for (own, value), row in cells.items() if own == title and value not in OTHER_STATUSES]
            for unit in {unit for row in rows for unit in row}:
                names = [row[unit] for row in rows if unit in row]
                attacker.no_more_than((kind, unit), names)
                for name in names:
                    attacker.no_more_than(name, [(kind, unit)])
    for hour, (own, its_cells) in _weekdays_of(cells).items():
        attacker.no_more_than(own, its_cells)
        for cell in its_cells:
            attacker.no_more_than(cell, [own])
        assert len(its_cells) == 7, hour


def _weekdays_of(cells: Mapping[tuple[str, str], Mapping[str, Name]]) -> dict[str, tuple[Name, list[Name]]]:
    """Return each hour of the day with its seven cells, of the organisation."""
    of_cells = [(value, row["0"]) for (title, value), row in cells.items() if title == "time_by_weekday_hour"]
    return {
        hour: (row["0"], [name for value, name in of_cells if value.partition("-")[2] == hour])
        for (title, hour), row in cells.items()
        if title == "time_by_hour" and of_cells
    }


def _told(attacker: Attacker, hidden: list[Name]) -> list[tuple[Name, str, float]]:
    """Return the hidden counts that cannot be nought, or cannot be 7 (or everybody), with what they are held to."""
    told = []
    solve = attacker.whole_numbers()
    for goal, sign, enough in (("least", 1.0, 0.0), ("greatest", -1.0, 7.0)):
        left = list(hidden)
        while left:
            values = solve(dict.fromkeys(left, sign))  # one world may do for many of them
            done = [name for name in left if sign * values[name] <= sign * enough]
            if not done:
                name = left[0]
                found = solve({name: sign})[name]
                if sign * found > sign * enough:
                    told.append((name, goal, found))
                done = [name]
            left = [name for name in left if name not in done]
    return told


def _true_people(seen: pl.DataFrame, found: pl.DataFrame, staff: Staff) -> Callable[[str, str, int], int]:
    """Return the true count of a table's value and a unit, counted with sets and loops."""
    visits = attended(seen, data.USES)
    own = personal(visits)
    groups: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    groups["active_people", "active"] = set(visits["user_hash"])
    for user, category in own.select("user_hash", "category").iter_rows():
        groups["time_by_class", category].add(user)
    withheld = {"hr", "safeguarding", "fraud", "it"}
    for user, clause, route, status in found.select("user_hash", "clause", "route", "status").iter_rows():
        groups["cases_by_status", status].add(user)
        if status in ("new", "confirmed"):
            row = f"{clause} ({route})" if route in withheld else clause
            groups["findings_by_clause", row].add(user)
    members: defaultdict[int, set[int]] = defaultdict(set)
    for user, unit in staff.members.iter_rows():
        members[unit].add(user)
    return lambda table, value, unit: len(groups[table, value] & members[unit])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**9), directorates=team_sizes)
def test_no_hidden_count_can_be_worked_out(seed: int, directorates: list[list[int]]) -> None:
    seen, found, people = data.random_week(seed, _sizes(directorates))
    table = data.published(seen, people, found)
    attacker, hidden = _attack_people(table, _tree(people).tree)
    assert _told(attacker, hidden) == []


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**9),
    directorates=team_sizes,
    attendance=st.sampled_from([0.3, 0.6, 0.9, 1.0]),
    rate=st.sampled_from([0.05, 0.2, 0.5, 0.7, 0.85, 0.95]),
)
def test_no_hidden_count_can_be_worked_out_from_what_a_finding_proves(
    seed: int, directorates: list[list[int]], attendance: float, rate: float
) -> None:
    seen, found, people = data.lived_week(seed, _sizes(directorates), attendance, rate)
    table = data.published(seen, people, found, clauses=data.PROVING)
    attacker, hidden = _attack_people(table, _tree(people).tree, data.PROVEN_ROWS)
    assert _told(attacker, hidden) == []


def test_the_attacker_finds_what_is_there_to_find() -> None:
    people = data.people({("Finance", "A"): 20, ("Nursing", "B"): 30})
    seen = data.visits(
        [data.visit(user, "business_nhs") for user in range(1, 51)]
        + [data.visit(user, "news") for user in (*range(1, 12), *range(21, 41))]
    )
    table = data.published(seen, people)
    tree = _tree(people).tree
    assert _told(*_attack_people(table, tree)) == []
    hide = pl.col("unit").is_in(["Finance", "Nursing"]) & (pl.col("value") == "news")
    assert not table.filter(hide)["suppressed"].any()
    one = table.with_columns(
        pl.when(hide & (pl.col("unit") == "Finance")).then(None).otherwise("people").alias("people")
    )
    both = table.with_columns(pl.when(hide).then(None).otherwise("people").alias("people"))
    finance = ("time_by_class", "news", "1")
    assert (finance, "least", 6.0) in _told(*_attack_people(one, tree))  # 28 less 22
    nursing = ("time_by_class", "news", "2")
    assert _told(*_attack_people(both, tree)) == [(nursing, "least", 8.0)]  # 28 less all of Finance


def _attack_minutes(table: pl.DataFrame, tree: UnitTree) -> tuple[Attacker, list[tuple[str, str, str]]]:
    attacker, hidden = Attacker(), []
    place = {(unit.level, unit.name): number for number, unit in enumerate(tree.units)}
    timed = table.filter(pl.col("table").is_in(TIMED), report="ig")
    values: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in timed.iter_rows(named=True):
        key = (row["table"], row["value"], str(place[row["unit_level"], row["unit"]]))
        values[key[:2]].append(key[2])
        for measure in MEASURES:
            low, high = (0.0, A_LOT) if row[measure] is None else _like_minutes(row[measure])
            attacker.unknown((*key, measure), low, high)
        attacker.no_more_than((*key, "minutes_low"), [(*key, "minutes")])
        attacker.no_more_than((*key, "minutes"), [(*key, "minutes_high")])
        if row["minutes"] is None:
            hidden.append(key)
    for measure in MEASURES:
        for (title, value), units in values.items():
            if len(units) == len(tree.units):
                for unit, parts in enumerate(tree.parts):
                    if parts:
                        attacker.sums(
                            [(title, value, str(unit), measure)],
                            [(title, value, str(part), measure) for part in parts],
                        )
        attacker.sums(
            [(title, value, "0", measure) for title, value in values if title == "time_by_class"],
            [(title, value, "0", measure) for title, value in values if title == "time_by_hour"],
            MILLISECONDS,
        )
        for hour in {value[-2:] for title, value in values if title == "time_by_weekday_hour"}:  # managers get none
            cells = [one for one in values if one[0] == "time_by_weekday_hour" and one[1].endswith(f"-{hour}")]
            attacker.sums([("time_by_hour", hour, "0", measure)], [(*one, "0", measure) for one in cells])
    return attacker, hidden


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**9), directorates=team_sizes, classes=st.integers(1, 4))
def test_no_hidden_minutes_can_be_worked_out(seed: int, directorates: list[list[int]], classes: int) -> None:
    seen, found, people = data.random_week(seed, _sizes(directorates), data.CLASSES[:classes])
    table = data.published(seen, people, found)
    _attack_all_minutes(table, _tree(people).tree)


def _round_the_clock(user: int, category: str) -> list[dict[str, object]]:
    """A visit of ten minutes in each hour of a day."""
    hours = (data.MONDAY + timedelta(hours=hour) for hour in range(24))
    return [data.visit(user, category, event_start=start, event_end=start + timedelta(minutes=10)) for start in hours]


@settings(max_examples=20, deadline=None)
@given(counts=st.lists(st.integers(8, 30), min_size=1, max_size=4), withheld=st.integers(0, 34))
def test_a_withheld_class_cannot_be_worked_out_from_what_managers_read(counts: list[int], withheld: int) -> None:
    """In the only case in which managers read hours: the organisation is the only unit."""
    seen = [data.visit(user, "business_nhs") for user in range(1, 41)]
    for name, count in zip(("extremism", *data.CLASSES), (withheld, *counts), strict=False):
        seen += [row for user in range(1, count + 1) for row in _round_the_clock(user, name)]
    people = data.people({("Finance", "Payroll"): 40})
    table = data.published(data.visits(seen), people, uses=data.USES | {"extremism": "blocked"})
    managers = table.filter(report="managers")
    assert "time_by_hour" in set(managers["table"])
    assert "extremism" not in set(managers["value"])
    # The attacker knows that there is such a class, and nothing of it.
    row = table.filter(report="ig", value="extremism")
    blank = row.with_columns(pl.lit(None, pl.Int64).alias(name) for name in ("people", *MEASURES))
    known = pl.concat([managers, blank]).with_columns(report=pl.lit("ig"))
    _attack_all_minutes(known, _tree(people).tree)


def test_one_class_without_minutes_is_not_what_the_hours_have_more() -> None:
    people = data.people({("Finance", "A"): 60})
    own = {name: range(1, 41) for name in data.CLASSES if name != "news"}
    seen = [row for name, users in own.items() for user in users for row in _round_the_clock(user, name)]
    seen += [data.visit(user, "news") for user in range(1, 21)]
    seen.append(data.visit(21, "news", minutes_low=900.0, minutes=1000.0, minutes_high=1100.0))
    seen += [data.visit(user, "business_nhs") for user in range(1, 61)]
    table = data.published(data.visits(seen), people)
    assert data.cell(table, "time_by_class", "Organisation", "news")["minutes"] is None
    assert not table.filter(table="time_by_hour")["suppressed"].any()
    assert _attack_all_minutes(table, _tree(people).tree) == 2


def test_one_hour_without_minutes_is_not_what_the_classes_have_more() -> None:
    people = data.people({("Finance", "A"): 60})
    seen = [
        row
        for name in data.CLASSES
        for user in range(1, 41)
        for row in _round_the_clock(user, name)
        if row["event_start"] != data.MONDAY + timedelta(hours=3) or user <= 7
    ]
    seen += [data.visit(user, "business_nhs") for user in range(1, 61)]
    table = data.published(data.visits(seen), people)
    assert data.cell(table, "time_by_hour", "Organisation", "03")["suppressed"]
    assert not table.filter(table="time_by_class")["suppressed"].any()
    assert _attack_all_minutes(table, _tree(people).tree) == 2


def _attack_all_minutes(table: pl.DataFrame, tree: UnitTree) -> int:
    """Check that no hidden minutes can be worked out, and return how many are hidden."""
    attacker, hidden = _attack_minutes(table, tree)
    range_of = attacker.solver()
    by_hour = table.filter(report="ig", table="time_by_hour").select("value", "minutes_high").drop_nulls()
    most = {  # that the hour of the day leaves to each of its cells
        ("time_by_weekday_hour", f"{day}-{hour}", "0"): _like_minutes(minutes)[1]
        for hour, minutes in by_hour.iter_rows()
        for day in range(1, 8)
    }
    cells = [key for key in hidden if key[0] == "time_by_weekday_hour"]
    asked = [key for key in hidden if key not in cells] + cells[:: len(cells) // 2 or 1]  # test_attacker asks for all
    for key in asked:
        for measure in MEASURES:
            low, high = range_of((*key, measure))
            assert low <= MILLISECONDS + SLACK, (key, measure, low)
            if measure == "minutes_high":
                enough = min(60.0, most.get(key, A_LOT))
                assert high >= enough - MILLISECONDS, (key, measure, high)
    return len(hidden) - len(cells)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), directorates=team_sizes)
def test_nothing_small_is_printed(seed: int, directorates: list[list[int]]) -> None:
    seen, found, people = data.random_week(seed, _sizes(directorates))
    table = data.published(seen, people, found)
    staff = _tree(people)
    true = _true_people(seen, found, staff)
    place = {(unit.level, unit.name): number for number, unit in enumerate(staff.tree.units)}
    by_hour = pl.col("table").is_in(["time_by_hour", "time_by_weekday_hour"])
    for row in table.filter(~pl.col("suppressed"), ~by_hour).iter_rows(named=True):
        unit = place[row["unit_level"], row["unit"]]
        head, active = staff.tree.units[unit].headcount, true("active_people", "active", unit)
        if row["value"] == "headcount":
            assert head >= 8
            continue
        count = true(row["table"], row["value"], unit)
        assert min(head, active, count) >= 8
        assert abs(row["people"] - count) <= 2
        assert row["people"] % 5 == 0
        if row["table"] != "active_people":
            assert count < 0.9 * active
        else:
            assert unit == 0  # of units the number of active people is never told
    hidden = table.filter("suppressed")  # whose people are hidden, whose minutes are
    assert hidden.select("people", *MEASURES).null_count().row(0) == (hidden.height,) * 4


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), directorates=team_sizes)
def test_minutes_are_printed_only_where_no_one_makes_them_up(seed: int, directorates: list[list[int]]) -> None:
    seen, found, people = data.random_week(seed, _sizes(directorates))
    table = data.published(seen, people, found).filter(pl.col("minutes").is_not_null(), table="time_by_class")
    staff = _tree(people)
    place = {(unit.level, unit.name): number for number, unit in enumerate(staff.tree.units)}
    for row in table.iter_rows(named=True):
        users = staff.members.filter(unit=place[row["unit_level"], row["unit"]])["user_hash"]
        own = seen.filter(pl.col("user_hash").is_in(users.to_list()), category=row["value"])
        for measure in MEASURES:
            shares = sorted(own.group_by("user_hash").agg(pl.col(measure).sum())[measure], reverse=True)
            assert shares[0] <= 0.5 * sum(shares) + 1e-4
            assert sum(shares[:2]) <= 0.75 * sum(shares) + 1e-4
            low, high = _like_minutes(row[measure])
            assert low - 0.001 <= sum(shares) <= high + 0.001


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**9), directorates=team_sizes, who=st.integers(0, 10**6))
def test_one_person_more_or_less_is_one_step_at_most(seed: int, directorates: list[list[int]], who: int) -> None:
    seen, found, people = data.random_week(seed, _sizes(directorates))
    person = people["user_hash"][who % people.height]
    keys = ["report", "table", "unit_level", "unit", "value"]
    present = data.published(seen, people, found)
    absent = data.published(
        seen.filter(pl.col("user_hash") != person), people, found.filter(pl.col("user_hash") != person)
    )
    both = present.join(absent, on=keys, suffix="_absent", maintain_order="left")
    assert both.height == present.height == absent.height  # the same rows, in whatever units
    step = (both["people"] - both["people_absent"]).drop_nulls()
    assert step.is_in([0, 5]).all()
    # Nobody makes up more than half of printed minutes, so absence takes half at most, and rounding.
    for measure in MEASURES:
        pairs = both.filter(pl.col("table") == "time_by_class").select(measure, f"{measure}_absent").drop_nulls()
        for with_them, without in pairs.iter_rows():
            least, most = _like_minutes(with_them)[0] / 2, _like_minutes(with_them)[1]
            assert _like_minutes(without)[1] >= least
            assert _like_minutes(without)[0] <= most


@settings(max_examples=100, deadline=None)
@given(directorates=st.lists(st.lists(st.integers(1, 20), max_size=6), max_size=6), loose=st.integers(0, 20))
def test_units_hold_everyone_once_and_nobody_small(directorates: list[list[int]], loose: int) -> None:
    people = data.people(_sizes(directorates) | {(None, None): loose})
    staff = _tree(people)
    tree = staff.tree
    members = {unit: set() for unit in range(len(tree.units))} | {
        unit: set(users) for unit, users in staff.members.group_by("unit").agg("user_hash").iter_rows()
    }
    assert members[0] == set(people["user_hash"])
    for unit, parts in enumerate(tree.parts):
        assert len(members[unit]) == tree.units[unit].headcount
        assert len(parts) != 1
        if parts:
            assert sum(len(members[part]) for part in parts) == len(members[unit])
            assert set().union(*(members[part] for part in parts)) == members[unit]
            assert min(len(members[part]) for part in parts) >= 8
    names = [(unit.level, unit.name) for unit in tree.units]
    assert len(names) == len(set(names))


def _family(*heads: int) -> UnitTree:
    units = [Unit("organisation", "Organisation", sum(heads), None)]
    units += [Unit("directorate", f"Part {place}", head, 0) for place, head in enumerate(heads)]
    return UnitTree(tuple(units), (tuple(range(1, len(units))), *(() for _ in heads)))


@pytest.mark.parametrize(
    "heads", [(10, 12), (8, 30), (10, 12, 14), (9, 20, 21), (8, 10, 40), (8, 8, 30), (12, 12, 12), (8, 9, 10)]
)
def test_knowing_the_method_does_not_help(heads: tuple[int, ...]) -> None:
    """Every world, by the page it prints: a hidden figure may be anything small, nought included, whatever it is.

    How many of a part were active nobody knows: as many as are counted, so that it is everybody, or all.
    """
    tree = _family(*heads)
    active = active_of(tree, (8.0, float(sum(heads))), [0.0] * len(tree.units))
    printed: defaultdict[tuple[int | None, ...], list[tuple[int, ...]]] = defaultdict(list)
    for world in itertools.product(
        *([(count, group) for count in range(head + 1) for group in {count, head}] for head in heads)
    ):
        counts = [count for count, _ in world]
        row = [Figure(people) for people in (sum(counts), *counts)]
        hidden = hide_people(
            tree, row, data.SETTINGS, groups=[sum(heads), *(group for _, group in world)], active=active
        )
        page = tuple(
            None if unit in hidden else data.SETTINGS.rounded(figure.people) for unit, figure in enumerate(row)
        )
        printed[page].append(tuple(figure.people for figure in row))
    for page, worlds in printed.items():
        for unit, figure in enumerate(page):
            possible = {world[unit] for world in worlds}
            if figure is None:
                assert min(possible) == 0, (page, unit, sorted(possible))
                assert max(possible) >= 7, (page, unit, sorted(possible))
            else:
                assert min(possible) >= 8


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_bounds_are_what_a_solver_finds(draw: st.DataObject) -> None:
    tree = UnitTree(
        tuple(Unit("team", str(place), 20, parent) for place, parent in enumerate((None, 0, 0, 1, 1, 2, 2, 2))),
        ((1, 2), (3, 4), (5, 6, 7), (), (), (), (), ()),
    )
    leaves = [draw.draw(st.integers(0, 20)) for _ in range(5)]
    true = [sum(leaves), leaves[0] + leaves[1], sum(leaves[2:]), *leaves]
    spans = [
        (0.0, A_LOT)
        if draw.draw(st.booleans())
        else (
            float(max(0, figure - draw.draw(st.integers(0, 4)))),
            float(figure + draw.draw(st.integers(0, 4))),
        )
        for figure in true
    ]
    attacker = Attacker()
    for place, (low, high) in enumerate(spans):
        attacker.unknown((str(place),), low, high)
    for place, parts in enumerate(tree.parts):
        if parts:
            attacker.sums([(str(place),)], [(str(part),) for part in parts])
    range_of = attacker.solver()
    for place, span in enumerate(bounds(tree, spans)):
        assert range_of((str(place),)) == pytest.approx(span)
