"""Personal time by weekday and hour: a heat map, and the table that says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from netaudit.report.pictures import Amount, Picture, heat_map
from netaudit.report.tables import Cell, Column, Table, duration, number, text

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TITLE = "Estimated personal time by weekday and hour"
_CSV = (
    Column("Weekday"),
    Column("Hour"),
    Column("People", numeric=True),
    Column("Proven", numeric=True, unit="minutes"),
    Column("Likely", numeric=True, unit="minutes"),
    Column("At most", numeric=True, unit="minutes"),
)

Place = tuple[int, int]
"""ISO weekday and hour of the day."""


class Timed(Protocol):
    """A published figure with its minutes; None is hidden."""

    @property
    def people(self) -> int | None:
        """How many people it counts."""

    @property
    def minutes_low(self) -> int | None:
        """The minutes that are proven."""

    @property
    def minutes(self) -> int | None:
        """The likely minutes."""

    @property
    def minutes_high(self) -> int | None:
        """The most minutes."""


_PLACES = {f"{day}-{hour:02d}": (day, hour) for day in range(1, 8) for hour in range(24)}


def place_of(value: str) -> Place | None:
    """Return the weekday and the hour that a published value names, or None.

    >>> place_of("1-09"), place_of("8-09"), place_of("1-9")
    ((1, 9), None, None)
    """
    return _PLACES.get(value)


def words_of(place: Place) -> str:
    """Return a weekday and an hour in words.

    >>> words_of((1, 9))
    'Monday 09:00 to 10:00'
    """
    day, hour = place
    return f"{WEEKDAYS[day - 1]} {_label(hour)}"


def cell_table(cells: Mapping[Place, Timed], csv_name: str) -> Table:
    """Return the likely time of each hour of each weekday; people and bounds are in the CSV file alone.

    Hours of which no day is shown are one row on the page.
    """
    hours = [tuple(_minutes(cells, day, hour, "minutes") for day in range(1, 8)) for hour in range(24)]
    rows = [(text(_label(hour)), *row) for hour, row in enumerate(hours) if not all(cell.hidden for cell in row)]
    if hidden := len(hours) - len(rows):
        rows.append((text(f"Other hours: {hidden}" if rows else f"Hours: {hidden}"), *[number(None)] * 7))
    return Table(
        TITLE,
        (Column("Hour"), *(Column(day, numeric=True) for day in WEEKDAYS)),
        tuple(rows),
        csv_name,
        note="The likely time of all staff together. The CSV file also has the people, and the least and most time.",
        wide=True,
        csv_columns=_CSV,
        csv_rows=tuple(_record(cells, day, hour) for day in range(1, 8) for hour in range(24)),
    )


def cell_picture(
    cells: Mapping[Place, Timed],
    core: tuple[float, float] | None,
    lunch: tuple[float, float] | None,
    core_days: Sequence[int],
) -> Picture | None:
    """Return the heat map; None where no minutes are shown."""
    if all(cell.minutes is None for cell in cells.values()):
        return None
    amounts = {(day, hour): _amount(cell, day, hour) for (day, hour), cell in cells.items()}
    return heat_map(TITLE, amounts, core, lunch, core_days)


def _amount(cell: Timed, day: int, hour: int) -> Amount:
    shown = duration(cell.minutes)
    return Amount(words_of((day, hour)), cell.minutes_low or 0.0, cell.minutes, cell.minutes_high or 0.0, shown.text)


def _record(cells: Mapping[Place, Timed], day: int, hour: int) -> tuple[Cell, ...]:
    cell = cells.get((day, hour))
    estimates = (_minutes(cells, day, hour, name) for name in ("minutes_low", "minutes", "minutes_high"))
    return text(WEEKDAYS[day - 1]), text(_label(hour)), number(None if cell is None else cell.people), *estimates


def _minutes(cells: Mapping[Place, Timed], day: int, hour: int, name: str) -> Cell:
    cell = cells.get((day, hour))
    return duration(None if cell is None else getattr(cell, name))


def _label(hour: int) -> str:
    return f"{hour:02d}:00 to {(hour + 1) % 24:02d}:00"
