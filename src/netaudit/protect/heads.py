"""Where people count who head the unit that they would count in: not there, for its summary is what they are sent.

Somebody heads a unit of those that managers read of if most of the others in it answer to them, directly or through
others. Such a person counts where the next one above them does who is in another unit, as a rule their own manager.
Who manages somebody and has nobody above counts in no published figure at all, and so does who finds no other unit:
every summary is for them, and were they in the whole but in no part, the difference would be about them alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date

import polars as pl

from netaudit.definitions.managers import tree_of_people

Group = tuple[str | None, str | None]
"""Directorate and team."""


class Heads:
    """Who is above whom in a week, and how far up somebody was moved for heading a unit."""

    def __init__(self, people: pl.DataFrame, day: date) -> None:
        """Take PEOPLE, and the day on which the tree is looked at."""
        self._tree = tree_of_people(people)
        self._day = day
        self._steps: dict[int, int] = {}  # how far up somebody was moved: never twice to the same place
        self._listed: dict[int, Group] = {}

    def without_the_top(self, staff: pl.DataFrame) -> pl.DataFrame:
        """Return the staff (user_hash, directorate, team) without those who manage somebody and have nobody above."""
        self._listed = _groups(staff)
        if not self._tree.names_managers():
            return staff
        users = staff["user_hash"].to_list()
        # A circle is above itself; nobody is above it, then.
        managers = {one for user in users for one in self._tree.named_above(user, self._day)}
        top = [user for user in users if user in managers and not self._tree.chain(user, self._day)]
        return staff.filter(~pl.col("user_hash").is_in(top))

    def moved(self, staff: pl.DataFrame, unit_of: Mapping[Group, int]) -> pl.DataFrame | None:
        """Return the staff with those who head their unit elsewhere; None if nobody does.

        Who heads the unit that they were moved to is moved further up, and in the end counts nowhere.

        Args:
            staff: user_hash, directorate and team, as they count now.
            unit_of: the lowest unit of each group.
        """
        if not self._tree.names_managers():
            return None
        group_of = _groups(staff)
        units: defaultdict[int, set[int]] = defaultdict(set)
        for user, group in group_of.items():
            units[unit_of[group]].add(user)
        heads = {
            head: unit
            for unit, members in units.items()
            for head, below in Counter(
                above
                for user in members
                for above in self._tree.named_above(user, self._day)
                if above in members and above != user
            ).items()
            if 2 * below > len(members) - 1
        }
        if not heads:
            return None
        places = {user: self._next(user, unit, group_of, unit_of) for user, unit in heads.items()}
        rows = [(user, *place) for user in group_of if (place := places.get(user, group_of[user])) is not None]
        return pl.DataFrame(rows, schema=staff.schema, orient="row")

    def _next(self, user: int, unit: int, group_of: Mapping[int, Group], unit_of: Mapping[Group, int]) -> Group | None:
        """Return where the next one above counts who counts in another unit."""
        places = {**self._listed, **group_of}  # whoever counts nowhere is still listed somewhere
        above = self._tree.chain(user, self._day)
        for step in range(self._steps.get(user, 0), len(above)):
            group = places.get(above[step])
            if group is not None and unit_of.get(group) != unit:
                self._steps[user] = step + 1
                return group
        return None


def _groups(staff: pl.DataFrame) -> dict[int, Group]:
    return {user: (directorate, team) for user, directorate, team in staff.iter_rows()}
