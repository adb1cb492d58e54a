"""The groups that figures are published for: organisation, directorates, teams, none of them small.

Units are drawn from the staff directory alone. Were they drawn from who was active, the list of units would
itself be a figure about who was there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from netaudit.protect.heads import Group, Heads

LEVELS = ("organisation", "directorate", "team")
ORGANISATION = "Organisation"

_UNITS_OF = "units"


@dataclass(frozen=True, slots=True)
class Unit:
    """A group of staff that is large enough to be shown."""

    level: str
    name: str
    headcount: int
    parent: int | None  # its place in the tree


@dataclass(frozen=True, slots=True)
class UnitTree:
    """Units, parents before their parts; the parts of a unit hold everyone in it, or it has none."""

    units: tuple[Unit, ...]
    parts: tuple[tuple[int, ...], ...]  # by unit, smallest head count first

    @property
    def families(self) -> list[tuple[int, tuple[int, ...]]]:
        """The units that have parts, with these: the widest first."""
        return [(unit, parts) for unit, parts in enumerate(self.parts) if parts]

    @property
    def lowest(self) -> tuple[int, ...]:
        """The units without parts: together they are the organisation."""
        return tuple(unit for unit, parts in enumerate(self.parts) if not parts)


@dataclass(frozen=True, slots=True)
class Staff:
    """The units of a week and who belongs to them.

    `members` has a row for each person and unit they are in (user_hash, unit: its place in the tree);
    `teams` a row for each directorate and team, with the lowest unit it is published in.
    """

    tree: UnitTree
    members: pl.DataFrame
    teams: pl.DataFrame


def week_of(period: str) -> tuple[date, date]:
    """Return the Monday and the Sunday of an ISO week.

    >>> week_of("2026-W47")
    (datetime.date(2026, 11, 16), datetime.date(2026, 11, 22))
    """
    year, _, week = period.partition("-W")
    monday = date.fromisocalendar(int(year), int(week), 1)
    return monday, monday + timedelta(days=6)


def staff_of(people: pl.DataFrame, period: str, unit_size: int) -> Staff:
    """Return the units of a week and their members, from the directory.

    Teams of fewer than `unit_size` are joined to "Other teams" of their directorate; where even those are too
    few, the smallest team that could stand alone joins them: the directorate less its shown teams must not
    leave a small group. Where that leaves a single part, there is no such level. Directorates likewise. Whoever heads
    their unit counts where the next one above them does, and the top of the organisation nowhere.

    Args:
        people: PEOPLE; who left before the week or starts after it is not counted.
        period: the ISO week, such as 2026-W47.
        unit_size: the least head count of a unit.
    """
    monday, sunday = week_of(period)
    staff = (
        people.filter(
            pl.col("starts").is_null() | (pl.col("starts") <= sunday),
            pl.col("ends").is_null() | (pl.col("ends") >= monday),
            pl.col("user_hash").is_not_null(),
        )
        .select("user_hash", "starts", pl.col("directorate", "team").cast(pl.String))
        # Who moved within the week counts where they ended up, whatever the order of the rows.
        .sort("user_hash", "starts", "directorate", "team", nulls_last=False)
        .unique("user_hash", keep="last", maintain_order=True)
    )
    heads = Heads(people, sunday)  # of who left within the week it is their last day that counts
    moved: pl.DataFrame | None = heads.without_the_top(staff.select("user_hash", "directorate", "team"))
    while moved is not None:  # units follow from who counts in them, so they are drawn again
        staff = moved
        tree, units_of = _drawn(staff, unit_size)
        moved = heads.moved(staff, {group: units[-1] for group, units in units_of.items()})
    teams = pl.DataFrame(
        [
            (directorate, team, tree.units[units[-1]].level, tree.units[units[-1]].name, units)
            for (directorate, team), units in sorted(
                units_of.items(), key=lambda item: tuple(part or "" for part in item[0])
            )
        ],
        schema={
            "directorate": pl.String,
            "team": pl.String,
            "unit_level": pl.String,
            "unit": pl.String,
            _UNITS_OF: pl.List(pl.Int32),
        },
        orient="row",
    )
    members = (
        staff.join(teams, on=["directorate", "team"], how="left", nulls_equal=True)
        .select("user_hash", pl.col(_UNITS_OF).alias("unit"))
        .explode("unit")
    )
    return Staff(tree, members, teams.drop(_UNITS_OF))


def everyone(users: pl.Series) -> Staff:
    """Return the organisation as the only unit, made of the given pseudonyms: there is no directory."""
    users = users.drop_nulls().unique().sort()
    tree = UnitTree((Unit(LEVELS[0], ORGANISATION, len(users), None),), ((),))
    members = pl.DataFrame({"user_hash": users}).with_columns(unit=pl.lit(0, pl.Int32))
    teams = pl.DataFrame(schema=dict.fromkeys(("directorate", "team", "unit_level", "unit"), pl.String))
    return Staff(tree, members, teams)


def _drawn(staff: pl.DataFrame, unit_size: int) -> tuple[UnitTree, dict[Group, list[int]]]:
    """Return the units of some staff, and the units of each directorate and team."""
    sizes: dict[Group, int] = {
        (directorate, team): count
        for directorate, team, count in staff.group_by("directorate", "team").len().iter_rows()
    }
    return _grow(sizes, unit_size)


def _grow(sizes: Mapping[Group, int], unit_size: int) -> tuple[UnitTree, dict[Group, list[int]]]:
    """Return the tree and, for each directorate and team, the units it is in, the widest first."""
    units = [Unit(LEVELS[0], ORGANISATION, sum(sizes.values()), None)]
    units_of: dict[Group, list[int]] = {group: [0] for group in sizes}

    def divide(parent: int, level: str, names: Mapping[Group, str | None], other: str) -> None:
        by_name: Counter[str | None] = Counter()
        for group, name in names.items():
            by_name[name] += sizes[group]
        label = other if other not in by_name else f"{other} (joined)"
        shown = _parts(by_name, unit_size, label)
        for name in sorted(set(shown.values())):  # none: the level would have a single part
            members = [group for group, own in names.items() if shown.get(own) == name]
            units.append(Unit(level, name, sum(sizes[group] for group in members), parent))
            for group in members:
                units_of[group].append(len(units) - 1)

    divide(0, "directorate", {group: group[0] for group in sizes}, "Other directorates")
    twice = {team for team, count in Counter(team for _, team in sizes).items() if count > 1}
    # Without directorates, the teams are the organisation's own parts.
    for parent in range(len(units)) if len(units) == 1 else range(1, len(units)):
        inside = {
            (directorate, team): f"{team}, {directorate}" if team in twice and team and directorate else team
            for (directorate, team), own in units_of.items()
            if own[-1] == parent
        }
        if parent == 0 or len({directorate for directorate, _ in inside}) == 1:
            divide(parent, "team", inside, "Other teams" if parent == 0 else f"Other teams, {units[parent].name}")

    parts: list[list[int]] = [[] for _ in units]
    for place, unit in enumerate(units):
        if unit.parent is not None:
            parts[unit.parent].append(place)
    in_order = tuple(tuple(sorted(own, key=lambda part: (units[part].headcount, units[part].name))) for own in parts)
    return UnitTree(tuple(units), in_order), units_of


def _parts(by_name: Mapping[str | None, int], unit_size: int, other: str) -> dict[str | None, str]:
    """Return under which name each group is shown; nothing if there would be a single part."""
    alone = {name: size for name, size in by_name.items() if name is not None and size >= unit_size}
    rest = sum(by_name.values()) - sum(alone.values())
    if alone and 0 < rest < unit_size:
        smallest = min(alone, key=lambda name: (alone[name], name))
        del alone[smallest]
    shown = {name: name if name is not None and name in alone else other for name in by_name}
    return shown if len(set(shown.values())) > 1 else {}
