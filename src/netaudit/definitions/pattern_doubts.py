"""Patterns of class lists and overrides that have no effect, say what another says, or reach further than it seems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import polars as pl

from netaudit.definitions.name_doubts import is_known_top_level, name_faults
from netaudit.definitions.public_suffixes import public_suffixes
from netaudit.definitions.taxonomy import Category
from netaudit.errors import Problem

Row = Mapping[str, str]
_IN_LISTS = "mend the name; one that is only known inside belongs into overrides.csv"
_IN_OVERRIDES = "mend the name, unless it is only known inside"


@dataclass(slots=True)
class Findings:
    """What is wrong for certain, and what somebody should look at."""

    faults: list[Problem]
    notes: list[Problem]

    def __iadd__(self, other: Findings) -> Self:
        """Add what else was found."""
        self.faults += other.faults
        self.notes += other.notes
        return self


def doubts_of_lists(rules: pl.DataFrame, taxonomy: Mapping[str, Category], *, each: bool) -> Findings:
    """Return what is wrong or doubtful about the RULES of own lists.

    Args:
        rules: all of them.
        taxonomy: the classes.
        each: whether each superfluous pattern is told, or how many there are.
    """
    rows = list(rules.iter_rows(named=True))
    found = Findings([*_odd_names(rows), *_unknown_ends(rows, _IN_LISTS), *_same_twice(rows)], [])
    superfluous = list(_superfluous(rows))
    found.notes += superfluous if each else _counted(superfluous)
    human = [row for row in rows if taxonomy[row["category"]].nature == "human"]
    found.notes += _reach_of_strangers(human)
    found.notes += _other_class_than_site(human, rows)
    return found


def doubts_of_overrides(rules: pl.DataFrame) -> Findings:
    """Return what is wrong or doubtful about the patterns of overrides, given as RULES."""
    rows = list(rules.iter_rows(named=True))
    notes = [
        *_unknown_ends((row for row in rows if "." in row["host"]), _IN_OVERRIDES),
        *_superfluous(rows),
        *_reach_of_strangers(rows),
    ]
    return Findings([*_odd_names(rows), *_same_twice(rows)], notes)


def _odd_names(rows: Iterable[Row]) -> Iterator[Problem]:
    for row in rows:
        for what in name_faults(row["host"]):
            yield Problem(f"{_named(row)}: {what}", row["where"], "look where the name comes from, and write it anew")


def _unknown_ends(rows: Iterable[Row], remedy: str) -> Iterator[Problem]:
    for row in rows:
        if not is_known_top_level(row["host"]):
            what = f"{_named(row)}: there is no top-level domain '{row['host'].rpartition('.')[2]}'"
            yield Problem(what, row["where"], remedy)


def _same_twice(rows: Iterable[Row]) -> Iterator[Problem]:
    """Yield exact patterns that the suffix pattern of the same host makes superfluous."""
    rows = list(rows)
    suffixes = {row["host"]: row for row in rows if row["kind"] == "suffix"}
    for row in rows:
        twin = suffixes.get(row["host"]) if row["kind"] == "exact" else None
        if twin is not None and _meaning(twin) == _meaning(row):
            what = f"{_named(row)} can never make a difference: '{twin['pattern']}' says the same"
            yield Problem(what, row["where"], f"take one of the two out (the other: {twin['where']})")


def _superfluous(rows: Iterable[Row]) -> Iterator[Problem]:
    """Yield patterns whose nearest parent says the same of class, site and part."""
    rows = list(rows)
    suffixes = {row["host"]: row for row in rows if row["kind"] == "suffix"}
    for row in rows:
        if row["kind"] == "path" or (row["kind"] == "exact" and row["host"] in suffixes):
            continue
        parent = _nearest(row["host"].partition(".")[2], suffixes)
        if parent is not None and _meaning(parent) == _meaning(row):
            what = f"{_named(row)} says what '{parent['pattern']}' says already"
            yield Problem(what, row["where"], "leave it if it helps a reader")


def _counted(superfluous: Sequence[Problem]) -> list[Problem]:
    """Return one problem, with the first of perhaps many."""
    first, count = (superfluous[0] if superfluous else None), len(superfluous)
    return [Problem(f"{first.what}, and so do {count - 1:,} more", first.where, "--all tells each")] if first else []


def _reach_of_strangers(rows: Iterable[Row]) -> Iterator[Problem]:
    """Yield suffix patterns under which anybody gets a name of their own: example.github.io."""
    everybody = public_suffixes(private=True).keys() - public_suffixes(private=False).keys()
    for row in rows:
        if row["kind"] == "suffix" and row["host"] in everybody:
            what = f"{_named(row)}: anybody can have a name under it, and all of them are of this class"
            yield Problem(what, row["where"], f"write '={row['host']}' if only its owner's own pages are meant")


def _other_class_than_site(rows: Iterable[Row], all_rows: Iterable[Row]) -> Iterator[Problem]:
    """Yield asset hosts of a class that their site itself is not of, nor any of its paths."""
    suffixes: dict[str, Row] = {}
    classes: defaultdict[str, set[str]] = defaultdict(set)
    for row in all_rows:
        if row["kind"] == "suffix":
            suffixes[row["host"]] = row
        else:
            classes[row["host"]].add(row["category"])
    for row in rows:
        home = _nearest(row["site"], suffixes) if row["role"] == "asset" and row["site"] else None
        if home is not None and row["category"] not in {home["category"], *classes[row["site"]]}:
            what = f"{_named(row)} is part of '{row['site']}', which is {home['category']} ({home['pattern']})"
            yield Problem(what, row["where"], "name the site whose parts it serves, or its own class")


def _nearest(host: str, suffixes: Mapping[str, Row]) -> Row | None:
    while host:
        if host in suffixes:
            return suffixes[host]
        host = host.partition(".")[2]
    return None


def _meaning(row: Row) -> tuple[str, str, str]:
    return row["category"], row["site"], row["role"]


def _named(row: Row) -> str:
    return f"'{row['pattern']}' ({row['category']})"
