"""CSV files of people's data read with all their faults, none of which repeats what a file holds.

A heading that is missing, or a comma too many, puts names where anything else is expected.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import Problem

Row = dict[str, str]  # by column; every known column is there


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a file may have, and those that each row must fill in."""

    known: tuple[str, ...]
    needed: tuple[str, ...]


def read_rows(path: Path, columns: Columns, problems: list[Problem]) -> list[tuple[str, Row]]:
    """Return place (consents.csv:3) and values of each row, faulty ones as well; an absent file has none.

    Args:
        path: the file: UTF-8, RFC 4180, the first line naming the columns.
        columns: what the file may hold; a row has all of them, and what is missing is empty.
        problems: gets every fault of form. Where it got one, the rows serve to find more faults and nothing else.
    """
    if not path.exists():
        return []
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        problems.append(Problem(f"cannot be read: {error.strerror}", str(path), "check its permissions"))
        return []
    except UnicodeDecodeError:
        remedy = "save the file as UTF-8 (in Excel: CSV UTF-8)"
        problems.append(Problem("not UTF-8 text", str(path), remedy))
        return []
    lines = _lines(path.name, text, problems)
    where, values = next(lines, (f"{path.name}:1", []))
    heading = _without_empty_end(values)
    problems += _faults_of_heading(heading, columns, where)
    return list(_rows(lines, heading, columns, problems)) if set(heading) & set(columns.known) else []


def _lines(name: str, text: str, problems: list[Problem]) -> Iterator[tuple[str, list[str]]]:
    """Yield place and cells of each record; one that is not CSV is a fault, and the next line is read."""
    lines = io.StringIO(text, newline="").readlines()
    begin = 0
    while begin < len(lines):
        first = begin
        reader = csv.reader(islice(lines, first, None), strict=True)
        try:
            for cells in reader:
                yield f"{name}:{begin + 1}", cells
                begin = first + reader.line_num
        except csv.Error as error:
            problems.append(Problem(f"not CSV: {error}", f"{name}:{begin + 1}", "mend the quotes"))
            begin += 1


def _without_empty_end(values: Sequence[str]) -> list[str]:
    """Return the values without the empty ones that spreadsheets add at the end."""
    stripped = [value.strip() for value in values]
    while stripped and not stripped[-1]:
        stripped.pop()
    return stripped


def _faults_of_heading(heading: Sequence[str], columns: Columns, where: str) -> Iterator[Problem]:
    all_of_them = "columns: " + ",".join(columns.known)
    if not set(heading) & set(columns.known):
        yield Problem("the first line is not the heading", where, all_of_them)
        return
    for number, name in enumerate(heading, start=1):
        if name not in columns.known:
            yield Problem(f"column {number} is unknown", where, did_you_mean(name, columns.known))
        elif name in heading[: number - 1]:
            yield Problem(f"column '{name}' stands twice", where, "keep one")
    for name in columns.needed:
        if name not in heading:
            yield Problem(f"column '{name}' is missing", where, all_of_them)


def _rows(
    lines: Iterable[tuple[str, Sequence[str]]],
    heading: Sequence[str],
    columns: Columns,
    problems: list[Problem],
) -> Iterator[tuple[str, Row]]:
    for where, values in lines:
        cells = _without_empty_end(values)
        if not cells:
            continue
        if len(cells) > len(heading):
            problems.append(Problem("more values than columns", where, "quote values that hold a comma"))
        row = dict.fromkeys(columns.known, "") | dict(zip(heading, cells, strict=False))
        empty = [name for name in columns.needed if name in heading and not row[name]]
        problems += [Problem(f"'{name}' is empty", where, "fill it in") for name in empty]
        yield where, row
