"""CSV files of people's data read with all their faults, none of which repeats what a file holds.

A heading that is missing, or a comma too many, puts names where anything else is expected.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import Problem

_SEPARATORS = (",", ";", "\t")
_TELLS_SEPARATOR = re.compile(r"sep=([,;\t])\r?", re.IGNORECASE)  # a first line that Excel writes and reads
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
Row = dict[str, str]  # by column; every known column is there


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a file may have, and those that each row must fill in."""

    known: tuple[str, ...]
    needed: tuple[str, ...]


def read_rows(
    path: Path, columns: Columns, problems: list[Problem], content: bytes | None = None
) -> list[tuple[str, Row]]:
    """Return place (consents.csv:3) and values of each row, faulty ones as well; an absent file has none.

    Args:
        path: the file: UTF-8, RFC 4180, the first line naming the columns; values parted by commas, semicolons (as
            spreadsheets write where a comma is in every number) or tabs.
        columns: what the file may hold; a row has all of them, and what is missing is empty.
        problems: gets every fault of form. Where it got one, the rows serve to find more faults and nothing else.
        content: read in place of the file, whether it is there or not.
    """
    if content is None and not path.exists():
        return []
    try:
        text = (path.read_bytes() if content is None else content).decode("utf-8-sig")
    except OSError as error:
        problems.append(Problem(f"cannot be read: {error.strerror}", str(path), "check its permissions"))
        return []
    except UnicodeDecodeError:
        remedy = "save the file as UTF-8 (in Excel: CSV UTF-8)"
        problems.append(Problem("not UTF-8 text", str(path), remedy))
        return []
    lines = _lines(path.name, text, separator_of(text, columns), problems)
    where, values = next(lines, (f"{path.name}:1", []))
    if len(values) <= 2 and _TELLS_SEPARATOR.fullmatch(text.partition("\n")[0]):  # noqa: PLR2004  parted by itself
        where, values = next(lines, (f"{path.name}:2", []))
    heading = _without_empty_end(values)
    problems += _faults_of_heading(heading, columns, where)
    return list(_rows(lines, heading, columns, problems)) if set(heading) & set(columns.known) else []


def separator_of(text: str, columns: Columns) -> str:
    """Return what parts the values: whatever makes most known columns of the heading."""
    first, _, rest = text.partition("\n")
    told = _TELLS_SEPARATOR.fullmatch(first)
    if told:
        return told[1]
    heading = first if first.strip() else rest.partition("\n")[0]
    names = {one: {cell.strip().strip('"') for cell in heading.split(one)} for one in _SEPARATORS}
    return max(_SEPARATORS, key=lambda one: len(names[one] & set(columns.known)))


def _lines(name: str, text: str, separator: str, problems: list[Problem]) -> Iterator[tuple[str, list[str]]]:
    """Yield place and cells of each record; one that is not CSV is a fault, and the next line is read."""
    lines = io.StringIO(text, newline="").readlines()
    begin = 0
    while begin < len(lines):
        first = begin
        reader = csv.reader(islice(lines, first, None), strict=True, delimiter=separator)
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
            problems.append(Problem("more values than columns", where, "quote values that hold a comma or a semicolon"))
        row = dict.fromkeys(columns.known, "") | dict(zip(heading, cells, strict=False))
        empty = [name for name in columns.needed if name in heading and not row[name]]
        problems += [Problem(f"'{name}' is empty", where, "fill it in") for name in empty]
        if any(map(_CONTROLS.search, cells)):
            problems.append(Problem("a value holds a control character", where, "write the row anew"))
        if any(cell.startswith("=") for cell in cells):
            problems.append(Problem("a formula stands in place of a value", where, "write what it comes to"))
        yield where, row
