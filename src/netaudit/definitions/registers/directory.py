"""The staff directory: joiners, movers and leavers, each account in one hand at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from netaudit.definitions.accounts import unescaped
from netaudit.definitions.csv_tables import Columns, Row, read_rows
from netaudit.definitions.registers.entries import Person
from netaudit.definitions.registers.ldif_directory import LdifMapping, rows_of_ldif
from netaudit.definitions.registers.reading import Reader, words

DIRECTORY = Columns(
    ("person_id", "accounts", "team", "directorate", "manager", "roles", "pattern", "starts", "ends"),
    ("person_id", "accounts"),
)
LDIF_SUFFIXES = (".ldif", ".ldf")


def read_directory(reader: Reader, path: Path, mapping: LdifMapping) -> tuple[tuple[Person, ...], Mapping[str, int]]:
    """Return the rows of the directory, and how many entries of an export are no people, by kind."""
    if path.suffix.lower() in LDIF_SUFFIXES:
        rows, skipped = rows_of_ldif(path, mapping, reader)
    else:
        rows, skipped = read_rows(path, DIRECTORY, reader.problems), {}
    people = tuple(_person(reader, where, row) for where, row in rows)
    _one_hand_at_a_time(reader, people)
    return people, skipped


def _person(reader: Reader, where: str, row: Row) -> Person:
    starts, ends = reader.days(row, where)
    return Person(
        person_id=row["person_id"].lower(),
        accounts=tuple(unescaped(one) for one in words(row["accounts"].lower())),
        team=row.get("team") or None,
        directorate=row.get("directorate") or None,
        manager=row.get("manager", "").lower() or None,
        roles=words(row.get("roles", "").lower()),
        pattern=row.get("pattern") or None,
        starts=starts,
        ends=ends,
        place=where,
    )


def _one_hand_at_a_time(reader: Reader, people: Iterable[Person]) -> None:
    """Note rows that claim the same person or account on the same day: nobody could say which of them is right."""
    claims: defaultdict[str, list[tuple[date, date, int, str]]] = defaultdict(list)
    for number, person in enumerate(people):
        texts = [text for text in (person.person_id, *person.accounts) if text]
        for key in dict.fromkeys(map(reader.account, texts)):
            claims[key].append((person.starts or date.min, person.ends or date.max, number, person.place))
    told: dict[tuple[int, int], str] = {}
    for rows in claims.values():
        rows.sort()
        latest = rows[0]
        for row in rows[1:]:
            if row[0] <= latest[1]:
                (_, _, first, place), (_, _, second, other) = sorted((latest, row), key=lambda one: one[2])
                told[second, first] = f"{other} and {place}"
            latest = max(latest, row, key=lambda one: one[1])
    for _, where in sorted(told.items()):
        reader.fault("an identifier or account stands twice", where, "keep one, or give them dates that do not overlap")
