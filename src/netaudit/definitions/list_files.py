"""Class lists and overrides as they stand in their files: comma-separated rows with a header and comments."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import Problem

_SEPARATOR = "\x1f"  # between the cells of a line once its quotes are understood
_MORE = "more"  # what a line has beyond the last column
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def read_lists(paths: Iterable[Path], columns: Sequence[str]) -> tuple[pl.DataFrame, dict[Path, list[Problem]]]:
    """Return the rows of lists, file after file, and every fault of their form by file.

    Empty lines and lines that begin with `#` are skipped. Missing cells at the end of a line are empty.

    Args:
        paths: the files.
        columns: what the header of each must be.

    Returns:
        The columns as text without white space around it, with `list` (the file's name without ending) and `where`
        (file:line).
    """
    problems: dict[Path, list[Problem]] = {}
    texts: list[str] = []
    names: list[str] = []
    places: list[str] = []
    for path in paths:
        lines, problems[path] = _read_lines(path, columns)
        texts += lines.values()
        names += [path.stem] * len(lines)
        file = str(path)
        places += [f"{file}:{number}" for number in lines]
    lines_of_all = {"text": texts, "list": names, "where": places}
    cells = pl.col("text").str.splitn(_SEPARATOR, len(columns) + 1).struct.rename_fields([*columns, _MORE])
    rows = pl.DataFrame(lines_of_all, schema=dict.fromkeys(lines_of_all, pl.String)).with_columns(cells).unnest("text")
    by_name = {path.stem: path for path in problems}
    for name, where, more in rows.filter(pl.col(_MORE).is_not_null()).select("list", "where", _MORE).iter_rows():
        what = f"{len(columns) + 1 + more.count(_SEPARATOR)} cells, not {len(columns)}"
        problems[by_name[name]].append(Problem(what, where, "put a text with a comma in double quotes"))
    rows = rows.filter(pl.col(_MORE).is_null())
    return rows.select(pl.col(*columns).fill_null("").str.strip_chars(), "list", "where"), problems


def _read_lines(path: Path, columns: Sequence[str]) -> tuple[dict[int, str], list[Problem]]:
    """Return the lines below the header by their number, with separators between their cells."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return {}, [Problem(f"the list cannot be read: {error}", str(path), "save it as UTF-8 text")]
    if _CONTROLS.search(text):  # one of them parts the cells below
        return {}, [
            Problem("a cell holds a control character", f"{path}:{number}", "write the line anew")
            for number, line in enumerate(text.split("\n"), start=1)
            if _CONTROLS.search(line)
        ]
    try:
        lines = _separated(text)
    except csv.Error as error:
        remedy = "save it as comma-separated text"
        return {}, [Problem(f"the list cannot be read: {error}", str(path), remedy)]
    number = next(iter(lines), 1)
    header = lines.pop(number).split(_SEPARATOR) if lines else []
    where = f"{path}:{number}"
    whole = "the first line is " + ",".join(columns)
    if header and not set(header) & set(columns):
        return {}, [Problem("the first line is not the heading", where, whole)]
    problems = [  # by number: where the heading is broken, the cell may be the name of an author
        Problem(f"column {place} is unknown", where, did_you_mean(name, columns))
        for place, name in enumerate(header, start=1)
        if name not in columns
    ]
    if not problems and header != list(columns):
        problems = [Problem("the header is not complete", where, whole)]
    return (lines if len(header) == len(columns) else {}), problems


def _separated(text: str) -> dict[int, str]:
    """Return the lines that are not empty and no comments, by their number, with separators between their cells."""
    lines = {
        number: line
        for number, line in enumerate(text.split("\n"), start=1)  # splitlines() would end a line at U+2028 in a reason
        if line and line[0] != "#" and not line.isspace()
    }
    # Few files have quotes, and without them a reader for each line would be the slowest part of reading a list.
    if '"' in text:
        return {number: _SEPARATOR.join(next(csv.reader([line]))) for number, line in lines.items()}
    return {number: line.replace(",", _SEPARATOR) for number, line in lines.items()}
