"""The tables of a policy or a log format, read with every fault and its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from netaudit.definitions.calendars import Pattern
from netaudit.definitions.toml_files import did_you_mean, unknown_keys, wrong_kind
from netaudit.errors import Problem

Shape = Mapping[str, type | tuple[type, ...]]  # key to the kind of its value
NUMBER = (int, float)
_LARGEST = 1e9  # minutes, megabytes or requests; beyond it, and for "nan" and "inf", a limit would never be reached


@dataclass(frozen=True, slots=True)
class Words:
    """What a policy has named, for its rules and examples to use."""

    classes: Mapping[str, str]  # category to use
    patterns: Mapping[str, Pattern]


@dataclass(slots=True)
class Tables:
    """Reads the tables of one file and keeps every fault in them."""

    path: str
    problems: list[Problem] = field(default_factory=list)
    proven: bool = False  # the file ships, and tests have tried each of its patterns: that takes most of the time

    def in_file(self, path: str) -> Tables:
        """Return a reader for another file that adds to the same faults."""
        return Tables(path, self.problems)

    def place(self, where: str) -> str:
        """Return a place inside the file as it is printed."""
        return f"{self.path}: {where}" if where else self.path

    def fault(self, what: str, where: str, remedy: str) -> None:
        """Note a fault at a place inside the file."""
        self.problems.append(Problem(what, self.place(where), remedy))

    def table(self, table: object, shape: Shape, where: str, required: Iterable[str] = ()) -> dict[str, Any]:
        """Return the well-formed values of a table; note unknown, ill-typed and missing ones."""
        if not isinstance(table, dict):
            self.fault("not a table", where, "write [name] or { key = value }")
            return {}
        self.problems += [
            *unknown_keys(table, shape, self.place(where)),
            *wrong_kind(table, shape, self.place(where)),
        ]
        for key, value in table.items():
            if _is_beyond(value):
                self.fault(
                    f"{key} is no number that can be counted with", where, f"write {key} as {_LARGEST:.0f} at most"
                )
        for key in required:
            if key not in table:
                self.fault(f"'{key}' is missing", where, f"add {key} = …")
        return {
            key: value
            for key, value in table.items()
            if key in shape and not wrong_kind(table, {key: shape[key]}, "") and not _is_beyond(value)
        }

    def one_of(self, table: Mapping[str, Any], key: str, known: Iterable[str], where: str) -> None:
        """Note a value that is not a known word."""
        if key in table and table[key] not in known:
            self.fault(f"unknown {key} '{table[key]}'", where, did_you_mean(table[key], known))

    def above_nought(self, table: Mapping[str, Any], keys: Iterable[str], where: str) -> None:
        """Note numbers that are nought or less where that would make everybody break the rule."""
        for key in keys:
            if key in table and table[key] <= 0:
                self.fault(f"{key} is {table[key]}", where, f"write a {key} above 0")

    def not_negative(self, table: Mapping[str, Any], keys: Iterable[str], where: str) -> None:
        """Note numbers below nought."""
        for key in keys:
            if key in table and table[key] < 0:
                self.fault(f"{key} is {table[key]}", where, f"write {key} = 0 or more")

    def known_categories(self, categories: Iterable[object], classes: Mapping[str, str], where: str) -> None:
        """Note categories that the policy gives no use."""
        for category in categories:
            if not isinstance(category, str) or category not in classes:
                self.fault(f"unknown category '{category}'", where, did_you_mean(str(category), classes))


def _is_beyond(value: object) -> bool:
    return isinstance(value, int | float) and not abs(value) <= _LARGEST
