"""Layouts: the ways of cutting a line into fields, one for each parser that a format can name."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from netaudit.definitions.formats import Layout
from netaudit.ingest.columns import read_columns
from netaudit.ingest.fields import with_targets
from netaudit.ingest.headers import prefixed_fields, read_under_headers
from netaudit.ingest.key_values import read_cef, read_json, read_keys, read_leef
from netaudit.ingest.tables import read_table
from netaudit.ingest.zeek import read_zeek

_LEAST_NAMES = 3  # a line that holds fewer names of columns may be a record all the same
_BRACKETS = r"^[\[\],][\[\],\s]*$"  # with space before it, a bracket is a part of a record over several lines


def read_lines(lines: pl.DataFrame, layout: Layout, nulls: tuple[str, ...]) -> pl.DataFrame:
    """Return the lines with what was read of them.

    The columns are a target or a field (see `FIELD`) each, `claimed`, and `directive`: the line is no record but tells
    how the file is written.

    Args:
        lines: `line`, in order, and `header` for a layout that needs one; other columns are kept.
        layout: how lines are cut; any but the delimited one.
        nulls: words that mean that there is no value.
    """
    if layout.parser == "regex" and layout.web and not layout.fields:
        return _by_pattern(lines, layout).with_columns(directive=pl.lit(value=False))
    if layout.parser == "w3c":
        return read_under_headers(lines, layout, nulls)
    if layout.parser == "table":
        return read_table(lines, layout, nulls)
    if layout.parser == "zeek":
        return read_zeek(lines, layout, nulls)
    fields = _READERS[layout.parser](lines["line"], layout)
    found = prefixed_fields(lines, fields).with_columns(directive=_is_about_the_file(layout, fields))
    return with_targets(found.with_columns(pl.col("claimed") & ~pl.col("directive")), layout, nulls)


def _is_about_the_file(layout: Layout, fields: pl.DataFrame) -> pl.Expr:
    """Return whether a line is the brackets and commas of a list over several lines, or names the columns below it."""
    if layout.parser == "json":
        return pl.col("line").str.contains(_BRACKETS)
    if layout.parser != "columns" or fields.width < _LEAST_NAMES:
        return pl.lit(value=False)
    rows = pl.Series(range(fields.height), dtype=pl.UInt32)
    for name in fields.columns:  # few lines pass the first
        same = fields[name].gather(rows).str.len_bytes() == len(name.encode())
        rows = rows.filter(same.fill_null(value=False))
        if rows.is_empty():
            return pl.lit(value=False)
    names = [fields[name].gather(rows).str.to_lowercase() == name.lower() for name in fields.columns]
    named = rows.filter(pl.select(pl.all_horizontal(names)).to_series())
    return pl.lit(pl.int_range(fields.height, dtype=pl.UInt32, eager=True).is_in(named.implode()))


def _by_pattern(lines: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    return (
        lines.with_columns(found=pl.col("line").str.extract_groups(layout.pattern))
        .with_columns(claimed=pl.col("found").struct.field("time").is_not_null())
        .unnest("found")
    )


def _keys(lines: pl.Series, layout: Layout) -> pl.DataFrame:
    keys = read_keys(lines, layout.separator, layout.wanted(), gives=layout.gives)
    if not layout.head:
        return keys
    head = _groups(lines, layout.head).drop("line")
    return keys.drop(head.columns, strict=False).hstack(head)


def _groups(lines: pl.Series, pattern: str) -> pl.DataFrame:
    frame = lines.to_frame("line")
    found = pl.col("line").str.extract_groups(pattern).alias("found")
    matches = lines.str.contains(pattern)
    if not matches.any():  # as nearly always, of layouts that say what is no web request; to take groups out is slow
        return frame.head(0).select(found).unnest("found").with_columns(line=pl.lit("")).clear(len(lines))
    whole = frame.select(pl.when(matches).then("line").alias("line"))
    return frame.select(found).unnest("found").hstack(whole)


_READERS: dict[str, Callable[[pl.Series, Layout], pl.DataFrame]] = {
    "regex": lambda lines, layout: _groups(lines, layout.pattern),
    "columns": lambda lines, layout: read_columns(lines, layout.columns, layout, layout.wanted()),
    "keyvalue": _keys,
    "json": lambda lines, layout: read_json(lines, layout.root, layout.wanted()),
    "cef": lambda lines, layout: read_cef(lines, layout.wanted()),
    "leef": lambda lines, layout: read_leef(lines, layout.wanted()),
}
