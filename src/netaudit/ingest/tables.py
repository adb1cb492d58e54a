"""Tables: lines under a line that names their columns, freely and in any order, as exports have them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from netaudit.definitions.formats import Layout, heading_name
from netaudit.ingest.columns import read_columns
from netaudit.ingest.fields import with_targets
from netaudit.ingest.headers import prefixed_fields

_SEPARATORS = (",", ";", "\t", "|")  # a spreadsheet writes that of its language
_IS_VALUE = r"\d:\d\d|\d\.\d|://|\d{5}"  # a line with a time, an address or a long number names no columns
_LONGEST = 10_000  # bytes; a longer line is broken
_MOST_COLUMNS = 1_000  # a line is read by a pattern with all of them


def tables_of(layouts: Sequence[Layout]) -> list[Layout]:
    """Return those of some layouts whose lines stand under such a line."""
    return [layout for layout in layouts if layout.parser == "table"]


def with_headings(lines: pl.DataFrame, heading: str, layouts: Sequence[Layout]) -> tuple[pl.DataFrame, str]:
    """Return the lines with `header`, the last line at or above each that names columns, and that after them all.

    Args:
        lines: `line`, in order; other columns are kept.
        heading: what the lines before these left in force.
        layouts: of tables; a line names columns if it has those that one of these needs.
    """
    places = are_headings(lines["line"], layouts).arg_true()
    column = pl.repeat(None, lines.height, dtype=pl.String, eager=True).alias("header")
    named = lines.with_columns(column.scatter(places, lines["line"].gather(places)).forward_fill().fill_null(heading))
    return named, str(named["header"][-1]) if named.height else heading


def are_headings(lines: pl.Series, layouts: Sequence[Layout]) -> pl.Series:
    """Return whether each line names the columns that one of some layouts needs."""
    found = pl.Series([False]).new_from_index(0, len(lines))
    if not layouts or not len(lines):
        return found
    frame = lines.to_frame("line").with_row_index("row")
    asked = frame.filter((pl.col("line").str.len_bytes() <= _LONGEST) & ~pl.col("line").str.contains(_IS_VALUE))
    bare = pl.col("line").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")
    has_names = [
        pl.all_horizontal(bare.str.contains_any(needed.split("|")) for needed in layout.header) for layout in layouts
    ]
    likely = asked.filter(pl.any_horizontal(has_names)) if asked.height else asked
    rows = [row for row, line in likely.iter_rows() if any(separator_of(line, layout) for layout in layouts)]
    return found.scatter(rows, True)  # noqa: FBT003 - a value, not a switch


def read_table(lines: pl.DataFrame, layout: Layout, nulls: tuple[str, ...]) -> pl.DataFrame:
    """Return the lines, each read under the names in its `header`; `odd` are those with another number of columns."""
    parts = [_unread(lines.head(0))]
    for (heading,), under in lines.group_by("header", maintain_order=True):
        separator = separator_of(str(heading), layout)
        parts.append(
            _read(under, str(heading), replace(layout, separator=separator), nulls) if separator else _unread(under)
        )
    return pl.concat(parts, how="diagonal").sort("log_line")


def _read(lines: pl.DataFrame, heading: str, layout: Layout, nulls: tuple[str, ...]) -> pl.DataFrame:
    names = _names(heading, layout.separator)
    fields = read_columns(lines["line"], names, layout, layout.wanted() & set(names) - {""})
    is_heading = pl.col("line") == heading
    known = prefixed_fields(lines, fields).with_columns(directive=is_heading)
    odd = ~pl.col("claimed") & ~is_heading & (pl.col("line").str.strip_chars() != "")
    known = known.with_columns(pl.col("claimed") & ~is_heading, odd=odd, doubt=pl.lit(None, pl.String))
    return with_targets(known, layout, nulls)


def _unread(lines: pl.DataFrame) -> pl.DataFrame:
    nobody = {name: pl.lit(value=False) for name in ("claimed", "odd", "directive")}
    return lines.with_columns(**nobody, doubt=pl.lit(None, pl.String))


def separator_of(heading: str, layout: Layout) -> str:
    """Return by which sign a line parts all the names that a layout needs; empty if by none."""
    for sign in _SEPARATORS:
        if sign in heading:
            names = set(_names(heading, sign))
            if all(not names.isdisjoint(needed.split("|")) for needed in layout.header):
                return sign
    return ""


def _names(heading: str, separator: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader([heading], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:  # no line of names: a quote that is never closed, and the like
        return ()
    return tuple(heading_name(cell) for cell in cells) if len(cells) <= _MOST_COLUMNS else ()
