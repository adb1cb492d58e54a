"""Who is above whom on a day: the staff directory as a tree, with the faults that such trees have.

A person has rows, each with a manager and dates. The row in effect on a day counts; of several, the one that started
last. Who is not there on the day, because a row has ended or not begun, still has somebody above: from the row next
to that day. So a gap in the tree can be climbed over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, Literal, TypeVar

import polars as pl

Key = TypeVar("Key", int, str)

MANAGER, INSTEAD = "manager", "hr"
"""The route of a finding for a manager, and that of one for whom nobody is above."""

# Why somebody's manager on a day is who they are, or why there is none.
Standing = Literal[
    "manager",  # the person's own
    "climbed",  # the own manager is not there on the day: the next one above who is
    "unlisted",  # the directory does not have the person on the day
    "top",  # nobody is named above
    "unclear",  # rows of one day name different managers
    "circle",  # the person is above themself
    "gap",  # whoever is named above is not there on the day, and neither is anybody above them
]


@dataclass(frozen=True, slots=True)
class Place(Generic[Key]):
    """A person's place in the organisation between two dates, both included."""

    person: Key
    manager: Key | None  # None: nobody is named
    starts: date | None = None  # None: always
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Above(Generic[Key]):
    """Who is above somebody on a day; `manager` is None unless standing is manager or climbed."""

    standing: Standing
    manager: Key | None = None


class ManagerTree(Generic[Key]):
    """The staff directory as far as it says who is above whom."""

    def __init__(self, places: Iterable[Place[Key]]) -> None:
        """Take the rows of the directory; their order makes no difference."""
        self._places: defaultdict[Key, list[Place[Key]]] = defaultdict(list)
        for place in places:
            self._places[place.person].append(place)
        self._known: dict[tuple[Key, date], frozenset[Key]] = {}

    def names_managers(self) -> bool:
        """Return whether the directory names any manager at all."""
        return any(place.manager is not None for rows in self._places.values() for place in rows)

    def is_listed(self, person: Key, day: date) -> bool:
        """Return whether the directory has a person on a day."""
        return any(_is_in_effect(place, day) for place in self._places.get(person, ()))

    def is_known(self, person: Key) -> bool:
        """Return whether the directory has a person on any day."""
        return person in self._places

    def above(self, person: Key, day: date) -> Above[Key]:
        """Return the manager of a person on a day: never the person, and never who is not there on the day."""
        if not self.is_listed(person, day):
            return Above("unlisted")
        own = self._named(person, day)
        if len(own) > 1:
            return Above("unclear")
        line = self.named_above(person, day)
        if person in line:
            return Above("circle")
        if not own:
            return Above("top")
        for manager in line:
            if self.is_listed(manager, day):
                return Above("manager" if manager in own else "climbed", manager)
        return Above("gap")

    def chain(self, person: Key, day: date) -> tuple[Key, ...]:
        """Return all who are above a person on a day and there, the nearest first; nobody for part of a circle."""
        line = self.named_above(person, day)
        return () if person in line else tuple(one for one in line if self.is_listed(one, day))

    def named_above(self, person: Key, day: date) -> tuple[Key, ...]:
        """Return all who are named above a person, the nearest first: there or not, and in a circle the person too."""
        line: dict[Key, None] = {}
        here = person
        while len(above := self._named(here, day)) == 1:
            (here,) = above
            if here in line:
                break
            line[here] = None
        return tuple(line)

    def _named(self, person: Key, day: date) -> frozenset[Key]:
        """Return who is named as a person's manager on a day: one, nobody, or several where rows differ."""
        found = self._known.get((person, day))
        if found is None:
            found = self._known[person, day] = self._read(person, day)
        return found

    def _read(self, person: Key, day: date) -> frozenset[Key]:
        rows = self._places.get(person, [])
        now = [place for place in rows if _is_in_effect(place, day)]
        begun = [place for place in rows if _starts(place) <= day]
        if not now and begun:  # has left: the row that ended last
            last = max(place.ends or date.max for place in begun)
            now = [place for place in begun if (place.ends or date.max) == last]
        elif not now and rows:  # has not come yet
            first = min(map(_starts, rows))
            now = [place for place in rows if _starts(place) == first]
        latest = max(map(_starts, now), default=date.min)
        return frozenset(place.manager for place in now if place.manager is not None and _starts(place) == latest)


def _starts(place: Place[Key]) -> date:
    return place.starts or date.min


def _is_in_effect(place: Place[Key], day: date) -> bool:
    return _starts(place) <= day and (place.ends is None or day <= place.ends)


def tree_of_people(people: pl.DataFrame) -> ManagerTree[int]:
    """Return who is above whom, by pseudonym, from PEOPLE."""
    rows = people.select("user_hash", "manager_hash", "starts", "ends").drop_nulls("user_hash").iter_rows()
    return ManagerTree(Place(*row) for row in rows)  # the staff directory, not log data
