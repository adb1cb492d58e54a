"""Tables as pages print them and as CSV files carry them: one record, two forms."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from netaudit.definitions.figures import definition_of
from netaudit.report.plain import csv_cell
from netaudit.report.words import HIDDEN, NOTHING, clock, count, exact, list_day, short_minutes

_LONG_WORD = 16  # characters: "doubleclick.net" fits a column of six

Value = str | int | float | None


class Column(NamedTuple):
    """A column's heading; `numeric` stands right, `whole` never breaks, `unit` is for the CSV alone."""

    title: str
    numeric: bool = False
    unit: str = ""
    whole: bool = False

    @property
    def csv_title(self) -> str:
        """Return the heading in the CSV file."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


class Cell(NamedTuple):
    """What a cell prints, what its CSV twin holds, and where it leads."""

    text: str
    value: Value = None
    href: str = ""
    tag: bool = False  # printed as a coloured tag; the template knows the colour of each word

    @property
    def long(self) -> bool:
        """Whether a word in it may have to be broken to fit a column."""
        return len(self.text) > _LONG_WORD and _has_long_word(self.text)

    @property
    def hidden(self) -> bool:
        """Whether the figure is suppressed."""
        return self.text == HIDDEN


@lru_cache(maxsize=1024)
def _has_long_word(text: str) -> bool:
    return any(len(word) > _LONG_WORD for word in text.split())


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption, its rows, and the name of the CSV file beside it."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    csv_name: str
    note: str = ""
    wide: bool = False  # scrolls by itself between phone and desktop
    csv_rows: tuple[tuple[Cell, ...], ...] | None = None  # where the page shows fewer
    csv_columns: tuple[Column, ...] | None = None  # of these rows, where the page shows others

    @property
    def source(self) -> str:
        """Return the definition that its figures are made by; nothing for what explains itself, as a case does."""
        found = definition_of(self.csv_name)
        return found.id if found else ""

    @property
    def any_hidden(self) -> bool:
        """Whether a figure is suppressed, so that the page has to say what [c] means."""
        return any(cell.hidden for row in self.rows for cell in row)


def text(value: str, href: str = "") -> Cell:
    """Return a cell of words."""
    return Cell(value, value, href)


def tag(value: str) -> Cell:
    """Return a cell of one status word."""
    return Cell(value, value, tag=True)


def number(value: float | None, *, hidden: bool = False) -> Cell:
    """Return a cell with a count, or [c]."""
    if hidden or value is None:
        return Cell(HIDDEN, HIDDEN)
    return Cell(count(value) if isinstance(value, int) else exact(value), value)


def duration(minutes: float | None, *, hidden: bool = False) -> Cell:
    """Return a cell with a duration in words and minutes in the CSV, or [c]."""
    if hidden or minutes is None:
        return Cell(HIDDEN, HIDDEN)
    return Cell(short_minutes(minutes), minutes)


def moment(value: datetime | None) -> Cell:
    """Return a cell with the day and the time to the minute, in CSV too, or a dash."""
    return (
        Cell(NOTHING, "")
        if value is None
        else Cell(f"{list_day(value)} {clock(value)}", value.isoformat(timespec="minutes"))
    )


def csv_text(table: Table) -> str:
    """Return the table as CSV (RFC 4180), every text made harmless for spreadsheets."""
    return _csv(
        [column.csv_title for column in table.csv_columns or table.columns],
        [["" if cell.value is None else cell.value for cell in row] for row in table.csv_rows or table.rows],
    )


def _csv(head: Sequence[Value], rows: Sequence[Sequence[Value]]) -> str:
    page = io.StringIO(newline="")
    writer = csv.writer(page)
    for row in (head, *rows):
        # Numbers are ours; only text can have come from outside.
        writer.writerow([csv_cell(value) if isinstance(value, str) else value for value in row])
    return page.getvalue()
