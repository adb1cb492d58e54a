"""A row more, or another one, in a CSV file that people keep: its layout stays, and the new file is whole or absent."""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from netaudit.definitions.csv_tables import Columns, separator_of
from netaudit.errors import DefinitionError, Problem, unwritable

_BOM = b"\xef\xbb\xbf"


def with_row(content: bytes | None, columns: Columns, row: Mapping[str, str]) -> tuple[bytes, int]:
    """Return the file with a row more at its end, and the row's line.

    Separator, order of columns, line ends and byte order mark stay as they are; a file that is not there is begun.

    Args:
        content: the file; None: there is none.
        columns: those it may have.
        row: values by column; empty ones may be left out.

    Raises:
        DefinitionError: the file has no column for a value; the value is not shown.
    """
    if content is None or not content.strip(_BOM + b"\r\n\t ,;"):
        content = (",".join(columns.known) + "\n").encode()
    text = content.removeprefix(_BOM).decode("utf-8")
    separator, end = separator_of(text, columns), "\r\n" if "\r\n" in text else "\n"
    if not text.endswith("\n"):
        text += end
    heading = _heading(text, separator, columns)
    line = text.count("\n") + 1
    mark = _BOM if content.startswith(_BOM) else b""
    return mark + (text + _line(heading, row, columns, separator, end)).encode(), line


def with_columns(content: bytes | None, columns: Columns, row: Mapping[str, str]) -> bytes | None:
    """Return the file with a column more for each of a row's values that it has none for, at the end of its heading.

    Columns that every file must have are not added: that one lacks them is a fault. All other lines stay.

    Args:
        content: the file; None: there is none.
        columns: those it may have.
        row: values by column.
    """
    if content is None or not content.strip(_BOM + b"\r\n\t ,;"):
        return content
    text = content.removeprefix(_BOM).decode("utf-8")
    separator, end = separator_of(text, columns), "\r\n" if "\r\n" in text else "\n"
    heading = _heading(text, separator, columns)
    wanted = [name for name in columns.known if row.get(name) and name not in heading and name not in columns.needed]
    lines = io.StringIO(text, newline="").readlines()
    for number, line in enumerate(lines):
        if {cell.strip().strip('"') for cell in line.split(separator)} & set(columns.known):
            while heading and not heading[-1]:  # empty ones that spreadsheets add
                heading.pop()
            lines[number] = separator.join([*heading, *wanted]) + end if wanted else line
            break
    mark = _BOM if content.startswith(_BOM) else b""
    return mark + "".join(lines).encode()


def with_other_row(content: bytes, columns: Columns, place: int, row: Mapping[str, str]) -> bytes:
    """Return the file with the record that begins on a line replaced; all other bytes stay.

    Args:
        content: the file.
        columns: those it may have.
        place: the line, from 1.
        row: all values of the new record, by column.

    Raises:
        DefinitionError: the file has no column for a value; the value is not shown.
    """
    text = content.removeprefix(_BOM).decode("utf-8")
    separator, end = separator_of(text, columns), "\r\n" if "\r\n" in text else "\n"
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(lines[place - 1 :], strict=True, delimiter=separator)
    next(reader)
    new = _line(_heading(text, separator, columns), row, columns, separator, end)
    rest = lines[place - 1 + reader.line_num :]
    mark = _BOM if content.startswith(_BOM) else b""
    return mark + "".join([*lines[: place - 1], new, *rest]).encode()


def _heading(text: str, separator: str, columns: Columns) -> list[str]:
    for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        heading = [cell.strip() for cell in cells]
        if set(heading) & set(columns.known):
            return heading
    return list(columns.known)


def _line(heading: list[str], row: Mapping[str, str], columns: Columns, separator: str, end: str) -> str:
    lost = [name for name, value in row.items() if value and name not in heading]
    if lost:
        what = ", ".join(f"'{name}'" for name in lost)
        remedy = "add it to the first line; columns: " + ",".join(columns.known)
        raise DefinitionError(Problem(f"the file has no column {what}", "", remedy))
    page = io.StringIO(newline="")
    csv.writer(page, delimiter=separator, lineterminator=end).writerow([row.get(name, "") for name in heading])
    return page.getvalue()


def content_of(path: Path) -> bytes | None:
    """Return what a file holds; None where there is none.

    Raises:
        DefinitionError: it cannot be read, or is not UTF-8.
    """
    try:
        content = path.read_bytes()
        content.decode("utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        problem = Problem(f"cannot be read: {error.strerror}", str(path), "check its permissions")
        raise DefinitionError(problem) from error
    except UnicodeDecodeError as error:
        raise DefinitionError(Problem("not UTF-8 text", str(path), "save it as UTF-8")) from error
    return content


@contextmanager
def alone_with(folder: Path) -> Iterator[None]:
    """Keep others who use this out of a folder: two changes at once would lose one.

    Raises:
        StoreError: the folder cannot be opened.
    """
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise unwritable(folder, error.strerror) from error
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)
