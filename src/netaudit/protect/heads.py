"""Where people count whose own unit they head: not there, for its summary is what they are sent.

Somebody heads a team or a directorate if they are in it, somebody else in it answers to them, and nobody above them
is in it. Such a person counts where their own manager is. Whom nobody is above, the top of the organisation, counts in
no published figure at all: every summary is for them, and were they in the whole but in none of its parts, the
difference would be about them alone. Neither does a manager who is part of a circle, for nobody can say who is above.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

import polars as pl

from netaudit.definitions.managers import ManagerTree, Place

_Group = tuple[str | None, str | None]  # directorate, team


def without_own_units(staff: pl.DataFrame, people: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the staff with those who head a unit where their own manager is, and without the top.

    Args:
        staff: user_hash, directorate and team: one row for each person of a week.
        people: PEOPLE, who is above whom.
        day: the day on which the tree is looked at.
    """
    rows = people.select("user_hash", "manager_hash", "starts", "ends").drop_nulls("user_hash").iter_rows()
    tree = ManagerTree(Place(*row) for row in rows)  # the staff directory, not log data
    if not tree.names_managers():
        return staff
    group_of: dict[int, _Group] = {
        person: (directorate, team)
        for person, directorate, team in staff.select("user_hash", "directorate", "team").iter_rows()
    }
    # Who left within the week is counted still, so the tree is that of their last day.
    chains = {person: tuple(one for one in tree.chain(person, day) if one in group_of) for person in group_of}
    below: defaultdict[int, set[int]] = defaultdict(set)
    for person in group_of:
        for one in tree.named_above(person, day):
            below[one].add(person)  # in a circle, themself as well
    counted = {
        person: place
        for person in group_of
        if (place := _place(person, chains[person], below[person], group_of)) is not None
    }
    places = pl.DataFrame(
        [(person, *place) for person, place in counted.items()],
        schema={"user_hash": pl.Int64, "directorate": pl.String, "team": pl.String},
        orient="row",
    )
    return staff.drop("directorate", "team").join(places, on="user_hash", maintain_order="left")


def _place(
    person: int, chain: tuple[int, ...], below: Collection[int], group_of: Mapping[int, _Group]
) -> _Group | None:
    """Return where a person counts; None: nowhere."""
    own = group_of[person]
    if not below:
        return own
    if not chain or person in below:
        return None
    theirs = [group_of[one] for one in below if one in group_of]
    above = [group_of[one] for one in chain]
    heads_team = own in theirs and own not in above
    heads_directorate = any(one[0] == own[0] for one in theirs) and all(one[0] != own[0] for one in above)
    return above[0] if heads_team or heads_directorate else own
