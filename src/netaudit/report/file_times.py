"""What had to be decided about the times in files, in a table: what was taken for what, why, and in which files."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from netaudit.contracts.leaving import FileAccount, TimeChoice
from netaudit.report import words
from netaudit.report.tables import Cell, Column, Table, tag, text

_WHAT = {
    "order": "Day and month",
    "unit": "Unit of numbers",
    "year": "Year",
    "zone": "Time zone",
    "hour": "The hour that came twice",
}
_HOW = {"evidence": "the lines show it", "configured": "configured", "default": "nothing shows it"}
_ORDER = {"day": "day first", "month": "month first"}
_PASSES = {"both": "both passes", "first": "the first pass", "second": "the second pass"}
_MOST_ROWS = 30  # on the page; the CSV file has all
_FILES_NAMED = 5


def file_times(files: Sequence[FileAccount]) -> Table | None:
    """Return what was decided about the times of files, what somebody should look at first; None if nothing was."""
    decided = [(choice, one.log_file, one.event_dataset) for one in files for choice in one.times]
    if not decided:
        return None
    found = sorted(decided, key=lambda one: (not one[0].look, one[2], one[0].what, one[0].value, one[0].says))
    alike = groupby(found, key=lambda one: (one[2], one[0]))
    rows = tuple(_row(name, choice, [number for _, number, _ in some]) for (name, choice), some in alike)
    left_out = len(rows) - _MOST_ROWS
    return Table(
        "What the lines of files do not say of their times",
        (Column("Format"), Column("Files"), Column("What"), Column("Taken as"), Column("Because"), Column("Result")),
        rows[:_MOST_ROWS],
        "file-times.csv",
        note=f"{words.counted(left_out, 'more row')} in the CSV file." if left_out > 0 else "",
        csv_rows=rows,
    )


def to_look_at(files: Sequence[FileAccount]) -> int:
    """Return in how many files somebody should look at what was decided."""
    return sum(any(choice.look for choice in one.times) for one in files)


def _row(name: str, choice: TimeChoice, numbers: list[str]) -> tuple[Cell, ...]:
    more = len(numbers) - _FILES_NAMED
    shown = ", ".join(numbers[:_FILES_NAMED]) + (f" and {more} more" if more > 0 else "")
    value = {"order": _ORDER, "hour": _PASSES}.get(choice.what, {}).get(choice.value, choice.value)
    return (
        text(name),
        Cell(shown, " ".join(numbers)),
        text(_WHAT[choice.what]),
        text(value),
        text(f"{words.capital(_HOW[choice.how])}: {choice.says}"),
        tag("Please look" if choice.look else "As it should be"),
    )
