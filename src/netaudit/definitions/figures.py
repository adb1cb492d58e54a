"""What each table of the reports means, read from a file: its definition, its period, its table in PUBLISHED."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("figures.toml")
_ANYTHING = "{}"


@dataclass(frozen=True, slots=True)
class FigureDefinition:
    """A table of the reports in words."""

    id: str
    title: str
    published: tuple[str, ...]  # tables of PUBLISHED that it is made of; none: it is about the run or about cases
    files: tuple[str, ...]  # CSV files beside the pages
    counts: str
    people: str
    minutes: str
    period: str
    hidden: str


@cache
def figure_definitions() -> tuple[FigureDefinition, ...]:
    """Return the definitions of all tables, in the order of their file."""
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))["figure"]
    return tuple(
        FigureDefinition(published=tuple(one.pop("published")), files=tuple(one.pop("files")), **one) for one in told
    )


@cache
def definition_of(csv_name: str) -> FigureDefinition | None:
    """Return the definition of the table that a CSV file holds; None where it has none.

    >>> definition_of("cases-rule-3.csv").id, definition_of("f-7kq2m9xwtb.csv")
    ('cases', None)
    """
    return next((one for one in figure_definitions() if any(_is(csv_name, file) for file in one.files)), None)


def _is(name: str, file: str) -> bool:
    begin, anything, end = file.partition(_ANYTHING)
    return name == file if not anything else name.startswith(begin) and name.endswith(end)
