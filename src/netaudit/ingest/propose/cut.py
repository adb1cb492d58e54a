"""Lines of a sample that have been cut into fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Row = dict[str, str]

FEWEST_COLUMNS, MOST_COLUMNS = 4, 200
KEY = r"[A-Za-z_][A-Za-z0-9_.()-]*"
_NAME_LIKE = re.compile(r"[^\W\d_][\w ()#%/-]{0,40}\.?")  # no dot inside: hosts and accounts have those


class Named(Protocol):
    """Whatever names a field."""

    @property
    def name(self) -> str:
        """The name of the field."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Lines cut into fields."""

    parser: str
    why: str  # in words, for the comment above the layout
    names: tuple[str, ...]  # of the fields, in the order of the lines
    rows: tuple[Row, ...]  # of each line that was understood
    lines: tuple[str, ...]  # those lines
    keys: Mapping[str, Any] = field(default_factory=dict)  # further keys of the layout
    signature: str = ""  # a pattern that every line of this kind has
    heading: str = ""  # the line that names the columns
    parts: Mapping[str, str] = field(default_factory=dict)  # fields that are pieces of others: name to template
    single: frozenset[str] = frozenset()  # fields whose values stand in single quotes

    def values(self, name: str) -> list[str]:
        """Return the values of a field, of the lines that have it."""
        return [row[name] for row in self.rows if row.get(name)]


def keyed_cut(
    parser: str, why: str, pairs: Sequence[tuple[str, Row]], signature: str, keys: Mapping[str, Any] | None = None
) -> Cut | None:
    """Return the cut of lines that name their fields; None where there are none."""
    names = list(dict.fromkeys(name for _, row in pairs for name in row))
    if not pairs or not names:
        return None
    rows, lines = tuple(row for _, row in pairs), tuple(line for line, _ in pairs)
    return Cut(parser, why, tuple(names), rows, lines, keys or {}, signature)


def numbered(width: int) -> list[str]:
    """Return names for columns that have none."""
    return [f"column_{number}" for number in range(1, width + 1)]


def names_of(cells: Sequence[str], below: Sequence[Sequence[str]]) -> list[str]:
    """Return the names that a line gives to the columns of those below it; empty if it is no such line."""
    bare = [cell.strip().strip('"').lstrip("#").strip() for cell in cells]
    for number, name in enumerate(bare):  # an edge of a drawn table
        if not name and below and all(number < len(one) and not one[number].strip() for one in below):
            bare[number] = f"column {number + 1}"
    if not below or len({*bare}) < len(bare) or not all(_NAME_LIKE.fullmatch(name) for name in bare):
        return []
    if any({*filter(str.strip, one)} & {*cells} for one in below[:2]):
        return []
    plain = [re.sub(r"\W+", "_", name).strip("_").lower() for name in bare]
    plain = [name if re.match(r"[A-Za-z_]", name) else f"column_{number}" for number, name in enumerate(plain, 1)]
    return plain if len({*plain}) == len(plain) else [f"{name}_{number}" for number, name in enumerate(plain, 1)]
