"""Class lists and overrides as they stand in their files: comma-separated rows with a header and comments."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import polars as pl

from netaudit.definitions.taxonomy import did_you_mean
from netaudit.errors import Problem


def read_lists(paths: Iterable[Path], columns: Sequence[str]) -> tuple[pl.DataFrame, dict[Path, list[Problem]]]:
    """Return the rows of lists, file after file, and every fault of their form by file.

    Empty lines and lines that begin with `#` are skipped. Missing cells at the end of a line are empty.

    Args:
        paths: the files.
        columns: what the header of each must be.

    Returns:
        The columns as text without white space around it, with `list` (the file's name without ending) and `where` (file:line).
    """
    problems: dict[Path, list[Problem]] = {}
    rows: list[list[str]] = []
    names: list[str] = []
    wheres: list[str] = []
    for path in paths:
        lines, problems[path] = _read_lines(path, columns)
        for number, cells in lines:
            if len(cells) > len(columns):
                what, remedy = f"{len(cells)} cells, not {len(columns)}", "put a text with a comma in double quotes"
                problems[path].append(Problem(what, f"{path}:{number}", remedy))
        good = [(number, cells) for number, cells in lines if len(cells) <= len(columns)]
        rows += [cells + [""] * (len(columns) - len(cells)) for _, cells in good]
        names += [path.stem] * len(good)
        wheres += [f"{path}:{number}" for number, _ in good]
    values = dict(zip(columns, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(columns, ())
    table = pl.DataFrame(values, schema=dict.fromkeys(columns, pl.String))
    return table.with_columns(
        pl.all().str.strip_chars(),
        pl.Series("list", names, dtype=pl.String),
        pl.Series("where", wheres, dtype=pl.String),
    ), problems


def _read_lines(path: Path, columns: Sequence[str]) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """Return the cells of each line below the header, by line number."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return [], [Problem(f"the list cannot be read: {error}", str(path), "save it as UTF-8 text")]
    try:
        lines = list(_lines(text))
    except csv.Error as error:
        remedy = "save it as comma-separated text"
        return [], [Problem(f"the list cannot be read: {error}", str(path), remedy)]
    number, header = lines[0] if lines else (1, [])
    problems = [
        Problem(f"unknown column '{name}'", f"{path}:{number}", did_you_mean(name, columns))
        for name in header
        if name not in columns
    ]
    if not problems and header != list(columns):
        remedy = "the first line is " + ",".join(columns)
        problems = [Problem("the header is not complete", f"{path}:{number}", remedy)]
    return ([] if problems else lines[1:]), problems


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line and line[0] != "#" and not line.isspace():
            # A reader for each line is slow, and only quotes need one.
            yield number, next(csv.reader([line])) if '"' in line else line.split(",")
