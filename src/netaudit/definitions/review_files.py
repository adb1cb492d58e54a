"""Review sheets as officers hand them in: XLSX or CSV, read cell by cell with all their faults."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from netaudit.definitions.csv_tables import Columns, separator_of
from netaudit.definitions.review_columns import COLUMNS, MOST_ROWS, SHEET_NAME
from netaudit.errors import InputError, Problem

_MOST_BYTES, _MOST_UNPACKED = 20_000_000, 200_000_000
_MOST_CELLS = 100  # in a row
_SEARCHED = 10  # rows for the heading
_TITLES = {one.title.casefold(): name for name, one in COLUMNS.items()}
_AS_CSV = Columns(tuple(one.title for one in COLUMNS.values()), ())
_TELLS_SEPARATOR = "sep="  # a first line that Excel writes and reads
# What a damaged or hostile workbook makes the reader say; it promises no errors of its own.
_BROKEN = (
    OSError, ValueError, LookupError, TypeError, AttributeError, SyntaxError, EOFError, RuntimeError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
_REMEDY = "hand in the sheet that `netaudit review export` wrote, saved as XLSX or as CSV UTF-8"


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A row of a sheet: each column's text, and where it stands."""

    number: int
    cells: dict[str, str]
    letters: dict[str, str] = field(repr=False)
    file: str = field(default="", repr=False)

    def place(self, column: str) -> str:
        """Return the place of a cell, as a spreadsheet names it."""
        return f"{self.file}, cell {self.letters[column]}{self.number}"


class _Cell:
    """A value of a sheet as text, or why it is none."""

    def __init__(self, value: object, kind: str = "s") -> None:
        self.fault = ""
        if kind == "f":
            self.fault = "a formula stands in place of a value"
        elif kind == "e":
            self.fault = "a spreadsheet's error stands in place of a value"
        self.text = "" if self.fault else _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())


def read_review(path: Path) -> tuple[list[ReviewRow], list[Problem]]:
    """Return the rows of a sheet and all faults of form; a row without anything in it is left out.

    Args:
        path: an XLSX workbook with a sheet called Cases, or CSV with commas, semicolons or tabs, in UTF-8 or in UTF-16
            with its mark. Rows and columns may stand in any order.

    Raises:
        InputError: it cannot be read, or is no review sheet.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(Problem("the file is too large for a review sheet", path.name, _REMEDY))
        content = path.read_bytes()
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {error.strerror}", str(path), "check the name")) from error
    name = path.name
    if content.startswith(b"PK"):
        rows = list(islice(_workbook(content, name), MOST_ROWS + 1))
        name = f"{name}, sheet {SHEET_NAME}"
    else:
        rows = list(islice(_csv(content, name), MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise InputError(Problem("it has too many rows for a review sheet", name, _REMEDY))
    return _rows(rows, name)


def _rows(rows: Sequence[Sequence[_Cell]], name: str) -> tuple[list[ReviewRow], list[Problem]]:
    heading = next(
        (number for number, row in enumerate(rows[:_SEARCHED]) if any(c.text.casefold() == "case" for c in row)), None
    )
    if heading is None:
        raise InputError(Problem("there is no heading that begins with Case", name, _REMEDY))
    columns: dict[str, int] = {}
    problems = []
    for index, cell in enumerate(rows[heading]):
        known = _TITLES.get(cell.text.casefold())
        if known in columns:
            what = f"column '{COLUMNS[known].title}' stands twice"
            problems.append(Problem(what, f"{name}, cell {_letters(index)}{heading + 1}", "keep one"))
        elif known:
            columns[known] = index
    missing = [one.title for key, one in COLUMNS.items() if key not in columns]
    if missing:
        problems.append(Problem(f"columns are missing: {', '.join(missing)}", f"{name}, row {heading + 1}", _REMEDY))
    if problems:
        raise InputError(problems)
    letters = {key: _letters(index) for key, index in columns.items()}
    found = []
    nothing = _Cell(None)
    for number, row in enumerate(rows[heading + 1 :], heading + 2):
        cells = {key: row[index] if index < len(row) else nothing for key, index in columns.items()}
        one = ReviewRow(number, {key: cell.text for key, cell in cells.items()}, letters, name)
        faults = [Problem(c.fault, one.place(key), "write what it comes to") for key, c in cells.items() if c.fault]
        problems += faults
        if any(one.cells.values()) and not faults:
            found.append(one)
    return found, problems


def _letters(index: int) -> str:
    """Return what a spreadsheet calls a column.

    >>> _letters(0), _letters(25), _letters(26)
    ('A', 'Z', 'AA')
    """
    letters, left = "", index + 1
    while left:
        left, rest = divmod(left - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _csv(content: bytes, name: str) -> Iterator[list[_Cell]]:
    try:
        text = content.decode("utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(Problem("not UTF-8 text", name, "in Excel, save it as CSV UTF-8, or as XLSX")) from error
    first, _, rest = text.partition("\n")
    if first.lower().startswith(_TELLS_SEPARATOR):
        yield []
        text, separator = rest, first[len(_TELLS_SEPARATOR) :].strip("\r")[:1] or ","
    else:
        lines = text.splitlines()[:_SEARCHED]  # the marking may stand above
        heading = max(lines, key=lambda line: sum(title in line for title in _AS_CSV.known), default="")
        separator = separator_of(heading, _AS_CSV)
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator):
            yield [_Cell(cell, "f" if cell.startswith("=") else "s") for cell in cells[:_MOST_CELLS]]
    except csv.Error as error:
        raise InputError(Problem(f"not CSV: {error}", name, "mend the quotes")) from error


def _workbook(content: bytes, name: str) -> Iterator[list[_Cell]]:
    # It takes a fifth of a second to load, for which no other command should wait.
    from openpyxl import load_workbook  # noqa: PLC0415
    from openpyxl.cell.read_only import EmptyCell  # noqa: PLC0415

    broken = InputError(Problem("it is no workbook that can be read", name, _REMEDY))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > _MOST_UNPACKED:
                raise InputError(Problem("the file is too large for a review sheet", name, _REMEDY))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what spreadsheets add and a reader of values does not know
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            if SHEET_NAME not in book.sheetnames:
                raise InputError(Problem(f"there is no sheet called {SHEET_NAME}", name, _REMEDY))
            sheet = book[SHEET_NAME]
            sheet.reset_dimensions()  # what it says of its own size may be wrong
            for row in sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=_MOST_CELLS):
                yield [_Cell(None) if isinstance(one, EmptyCell) else _Cell(one.value, one.data_type) for one in row]
    except _BROKEN as error:
        raise broken from error
