"""Nobody reads their own time in the summary of the unit that they head."""

from __future__ import annotations

from datetime import date

import polars as pl
import protect_data as data
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.contracts import PEOPLE
from netaudit.protect.units import Staff, staff_of

CHIEF, DIRECTOR, LEAD_A, LEAD_B, DEPUTY_A, LEAD_C = 1, 2, 3, 4, 5, 6


def row(person: int, directorate: str | None, team: str | None, manager: int | None, **more: object) -> dict:
    return {
        "user_hash": person, "directorate": directorate, "team": team, "manager_hash": manager, "roles": [], **more
    }  # fmt: skip


def people(rows: list[dict]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=PEOPLE.schema)


def hospital(size: int = 10) -> list[dict]:
    """A board of ten or so, and nursing with an office and two wards: each has a head in it, and ward A a deputy."""
    return [
        row(CHIEF, "Headquarters", "Board", None),
        *(row(100 + n, "Headquarters", "Board", CHIEF) for n in range(size)),
        row(DIRECTOR, "Nursing", "Office", CHIEF),
        *(row(200 + n, "Nursing", "Office", DIRECTOR) for n in range(size)),
        row(LEAD_A, "Nursing", "Ward A", DIRECTOR),
        row(DEPUTY_A, "Nursing", "Ward A", LEAD_A),
        *(row(300 + n, "Nursing", "Ward A", DEPUTY_A) for n in range(size)),
        row(LEAD_B, "Nursing", "Ward B", DIRECTOR),
        *(row(400 + n, "Nursing", "Ward B", LEAD_B) for n in range(size)),
    ]


def units_of(staff: Staff) -> dict[int, set[str]]:
    """Return the names of the units that each person counts in."""
    found: dict[int, set[str]] = {}
    for person, unit in staff.members.iter_rows():
        found.setdefault(person, set()).add(staff.tree.units[unit].name)
    return found


def test_heads_count_where_their_own_manager_is() -> None:
    units = units_of(staff_of(people(hospital()), data.PERIOD, 8))
    assert units[LEAD_A] == units[LEAD_B] == {"Organisation", "Nursing", "Office"}
    assert units[DEPUTY_A] == {"Organisation", "Nursing", "Office"}  # most of the ward answers to the deputy, too
    assert "Nursing" not in units[DIRECTOR]
    assert units[DIRECTOR] == {"Organisation", "Headquarters"}
    assert units[300] == {"Organisation", "Nursing", "Ward A"}


def test_the_top_counts_nowhere_and_the_parts_still_add_up() -> None:
    staff = staff_of(people(hospital()), data.PERIOD, 8)
    assert CHIEF not in units_of(staff)
    tree = staff.tree
    assert tree.units[0].headcount == len(hospital()) - 1
    for unit, parts in enumerate(tree.parts):
        if parts:
            assert tree.units[unit].headcount == sum(tree.units[part].headcount for part in parts)


def test_without_managers_in_the_directory_everybody_counts_where_they_are() -> None:
    units = units_of(staff_of(people([row | {"manager_hash": None} for row in hospital()]), data.PERIOD, 8))
    assert units[CHIEF] == {"Organisation", "Headquarters"}
    assert units[LEAD_A] == {"Organisation", "Nursing", "Ward A"}


def test_where_the_organisation_is_the_only_unit_who_has_most_of_it_below_is_left_out() -> None:
    units = units_of(staff_of(people([one | {"directorate": None, "team": None} for one in hospital()]), "2026-W47", 8))
    assert set(units) == {one["user_hash"] for one in hospital()} - {CHIEF, DIRECTOR}


def test_a_lead_does_not_come_back_into_a_unit_that_is_mostly_their_ward() -> None:
    # The leads alone are too few for an office: it is joined to the smallest ward.
    rows = [one for one in hospital() if not 200 <= one["user_hash"] < 210]
    rows += [row(500 + n, "Nursing", "Ward C", LEAD_C) for n in range(12)] + [
        row(LEAD_C, "Nursing", "Ward C", DIRECTOR)
    ]
    units = units_of(staff_of(people(rows), data.PERIOD, 8))
    for lead, first in ((LEAD_A, 300), (LEAD_B, 400), (LEAD_C, 500)):
        assert units[lead]
        assert not (units[lead] & units[first]) - {"Organisation", "Nursing"}


def test_managers_in_a_circle_count_nowhere() -> None:
    rows = [row(1, "D", "A", 2), row(2, "D", "B", 1)]
    rows += [row(10 + n, "D", "A", 1) for n in range(9)] + [row(30 + n, "D", "B", 2) for n in range(9)]
    assert set(units_of(staff_of(people(rows), data.PERIOD, 8))) == {*range(10, 19), *range(30, 39)}


def test_a_head_who_was_replaced_within_the_week_is_judged_by_its_end() -> None:
    rows = hospital()
    rows = [one for one in rows if one["user_hash"] != LEAD_A]
    rows += [
        row(LEAD_A, "Nursing", "Ward A", DIRECTOR, ends=date(2026, 11, 18)),
        row(LEAD_A, "Nursing", "Ward B", LEAD_B, starts=date(2026, 11, 19)),  # now a nurse on the other ward
    ]
    assert units_of(staff_of(people(rows), data.PERIOD, 8))[LEAD_A] == {"Organisation", "Nursing", "Ward B"}


def test_a_manager_s_own_time_and_finding_are_in_no_figure_of_the_unit() -> None:
    rows = hospital(40)
    nurses = [one["user_hash"] for one in rows if one["user_hash"] >= 100]
    elsewhere = [user for user in nurses if not 300 <= user < 340 and user % 2]
    seen = [data.visit(user, "business_nhs") for user in nurses]
    seen += [data.visit(user, "news") for user in (*elsewhere, *range(300, 320))]
    found = [data.finding(user, "7.4", "manager") for user in (*elsewhere, *range(300, 320))]
    mine = [data.visit(LEAD_A, "news", minutes_low=80.0, minutes=80.0, minutes_high=80.0)]
    own = [data.finding(LEAD_A, "7.4", "manager")]
    without = data.published(data.visits(seen), people(rows), data.findings(found))
    with_it = data.published(data.visits([*seen, *mine]), people(rows), data.findings([*found, *own]))
    assert data.cell(without, "time_by_class", "Ward A", "news", "managers")["minutes"] == 200
    for unit, changed in (("Ward A", False), ("Office", True)):  # it is counted: just not there
        figures = [table.filter(report="ig", unit=unit) for table in (without, with_it)]
        assert figures[0].equals(figures[1]) is not changed


def test_only_new_and_confirmed_findings_for_managers_are_in_their_figures() -> None:
    rows = hospital(40)
    at_work = [data.visit(one["user_hash"], "business_nhs") for one in rows]

    def figure(status: str, route: str) -> int | None:
        ward = [data.finding(user, "7.4", route, status=status) for user in range(300, 315)]
        others = [
            data.finding(user, "7.4", "manager") for first in (100, 200, 400) for user in range(first, first + 15)
        ]
        table = data.published(data.visits(at_work), people(rows), data.findings([*others, *ward]))
        return data.cell(table, "findings_by_clause", "Ward A", "7.4", "managers")["people"]

    assert figure("new", "manager") == figure("confirmed", "manager") == 15
    for status in ("excused", "close", "withdrawn"):
        assert figure(status, "manager") is None
    for route in ("hr", "safeguarding"):
        assert figure("new", route) is None


@st.composite
def directories(draw: st.DrawFn) -> pl.DataFrame:
    group = st.sampled_from([None, "x", "y"])
    rows = [
        row(person, draw(group), draw(group), draw(st.none() | st.integers(0, 45)))
        for person in range(draw(st.integers(1, 40)))
    ]
    return people(rows)


@settings(max_examples=60, deadline=None)
@given(directories())
def test_whatever_the_tree_parts_add_up_and_nobody_heads_their_unit(staff: pl.DataFrame) -> None:
    found = staff_of(staff, data.PERIOD, 8)
    assert found.tree.units[0].headcount == found.members.filter(unit=0).height
    for unit, parts in enumerate(found.tree.parts):
        inside = set(found.members.filter(unit=unit)["user_hash"])
        assert found.tree.units[unit].headcount == len(inside)
        if parts:
            together = [u for part in parts for u in found.members.filter(unit=part)["user_hash"]]
            assert sorted(together) == sorted(inside)
    assert found.members.select(pl.struct("user_hash", "unit").is_duplicated().any()).item() is False
    # Worked out by walking up from everybody: nobody is counted in a lowest unit that mostly answers to them.
    manager = dict(staff.select("user_hash", "manager_hash").iter_rows())

    def line(person: int) -> set[int]:
        above: set[int] = set()
        while (person := manager.get(person)) is not None and person not in above:
            above.add(person)
        return above

    for unit in found.tree.lowest:
        inside = set(found.members.filter(unit=unit)["user_hash"])
        for head in inside:
            below = sum(head in line(one) for one in inside if one != head)
            assert below <= (len(inside) - 1) / 2, (head, inside)
