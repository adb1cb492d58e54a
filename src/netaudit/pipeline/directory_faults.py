"""What is wrong with the tree of managers in the staff directory: by line, never by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from netaudit.definitions.managers import ManagerTree, Place
from netaudit.definitions.periods import days_of
from netaudit.definitions.registers import Person, Registers

_MOST_NAMED = 10  # lines in a warning; the page has all
_HR = "Findings about them go to Human Resources."


@dataclass(frozen=True, slots=True)
class DirectoryFault:
    """One kind of fault."""

    what: str
    places: tuple[str, ...]  # directory.csv:3
    follows: str  # what becomes of findings

    @property
    def where(self) -> str:
        """Return the lines, file by file."""
        return _lines(self.places)

    @property
    def warning(self) -> str:
        """Return it as one sentence or two, with a few of the lines."""
        more = len(self.places) - _MOST_NAMED
        few = _lines(self.places[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        return f"Staff directory: {self.what[:1].lower()}{self.what[1:]} ({few}). {self.follows}"


def directory_faults(registers: Registers, periods: Iterable[str], today: date) -> tuple[DirectoryFault, ...]:
    """Return the faults of the tree of managers, as it is today and as it was in the weeks that were assessed.

    None where the directory names no manager at all, for then no finding is sent by it.
    """
    tree = ManagerTree(Place(one.person_id, one.manager, one.starts, one.ends) for one in registers.people)
    if not tree.names_managers():
        return ()
    found: defaultdict[str, set[Person]] = defaultdict(set)
    for day in _days(registers.people, periods, today):
        _look(tree, registers.people, day, found)
    return tuple(
        DirectoryFault(what, tuple(one.place for one in registers.people if one in found[key]), follows)
        for key, (what, follows) in _KINDS.items()
        if found[key]
    )


_KINDS = {
    "circle": ("People who are above themselves, alone or in a circle", _HR),
    "unclear": ("People for whom two managers are named at once", _HR),
    "unknown": (
        "People whose manager the directory does not have",
        "Findings about them, and about those below such a gap, go to Human Resources.",
    ),
    "left": (
        "People whose manager is no longer there, or not yet",
        "Findings about them go to the next one above, and where there is none to Human Resources.",
    ),
    "top": (
        "People besides the one at the top for whom no manager is named",
        "Findings about them go to Human Resources, and those who manage somebody count in no summary.",
    ),
}


def _look(tree: ManagerTree[str], people: Sequence[Person], day: date, found: defaultdict[str, set[Person]]) -> None:
    """Add the rows in effect on a day that have a fault, by kind."""
    here = [one for one in people if _is_in_effect(one, day)]
    tops: list[Person] = []
    below: defaultdict[str, int] = defaultdict(int)
    for one in here:
        above = tree.above(one.person_id, day).standing
        line = tree.named_above(one.person_id, day)
        for manager in set(line):
            below[manager] += 1
        if above in ("circle", "unclear"):
            found[above].add(one)
        elif above == "top":
            tops.append(one)
        elif line and not tree.is_known(line[0]):
            found["unknown"].add(one)
        elif line and not tree.is_listed(line[0], day):
            found["left"].add(one)
    most = max((below[one.person_id] for one in tops), default=0)
    highest = {one.person_id for one in tops if below[one.person_id] == most}
    if len({one.person_id for one in tops}) > 1:
        found["top"].update(one for one in tops if len(highest) > 1 or one.person_id not in highest)


def _is_in_effect(one: Person, day: date) -> bool:
    return (one.starts is None or one.starts <= day) and (one.ends is None or day <= one.ends)


def _days(people: Iterable[Person], periods: Iterable[str], today: date) -> list[date]:
    """Return today, the first day of each week, and each day of those weeks on which somebody came, moved or left."""
    weeks = [days_of(period) for period in periods]
    changed = {one.starts for one in people} | {one.ends + timedelta(days=1) for one in people if one.ends}
    return sorted({today, *(week[0] for week in weeks), *(day for week in weeks for day in week if day in changed)})


def _lines(places: Collection[str]) -> str:
    """Return places in words.

    >>> _lines(["directory.csv:3", "directory.csv:9"])
    'directory.csv, lines 3 and 9'
    """
    by_file: defaultdict[str, list[str]] = defaultdict(list)
    for place in places:
        name, _, line = place.rpartition(":")
        by_file[name].append(line)
    told = []
    for name, lines in by_file.items():
        listed = lines[0] if len(lines) == 1 else f"{', '.join(lines[:-1])} and {lines[-1]}"
        told.append(f"{name}, {'line' if len(lines) == 1 else 'lines'} {listed}")
    return "; ".join(told)
