"""Layouts: the ways of cutting a line into fields, one for each parser that a format can name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import polars as pl

from netaudit.definitions.formats import Layout
from netaudit.ingest.columns import DIRECTIVE, HEADER, header_names, read_columns
from netaudit.ingest.fields import FIELD, with_targets
from netaudit.ingest.key_values import read_cef, read_json, read_keys, read_leef
from netaudit.ingest.zeek import PATH, header_of, read_zeek, under_headers

_MOST_COLUMNS = 1_000  # a header with more is broken; a line is read by a pattern with all of them
_BRACKETS = r"^[\[\],][\[\],\s]*$"  # with space before it, a bracket is a part of a record over several lines


def read_lines(lines: pl.DataFrame, layout: Layout, nulls: tuple[str, ...], header: str) -> tuple[pl.DataFrame, str]:
    """Return the lines with what was read of them, and the header now in force.

    The columns are a target or a field (see `FIELD`) each, `claimed`, and `directive`: the line is no record but tells
    how the file is written.

    Args:
        lines: `line`, in order; other columns are kept.
        layout: how lines are cut; any but the delimited one.
        nulls: words that mean that there is no value.
        header: of the lines before these.
    """
    if layout.parser == "regex" and layout.web and not layout.fields:
        return _by_pattern(lines, layout).with_columns(directive=pl.lit(value=False)), header
    if layout.parser == "w3c":
        return _under_headers(lines, layout, nulls, header)
    if layout.parser == "zeek":
        return _under_zeek_headers(lines, layout, nulls), header
    fields = _READERS[layout.parser](lines["line"], layout)
    is_json = pl.lit(layout.parser == "json")  # the brackets and commas of a list that is written over several lines
    found = _prefixed(lines, fields).with_columns(directive=is_json & pl.col("line").str.contains(_BRACKETS))
    return with_targets(found, layout, nulls), header


def _by_pattern(lines: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    return (
        lines.with_columns(found=pl.col("line").str.extract_groups(layout.pattern))
        .with_columns(claimed=pl.col("found").struct.field("time").is_not_null())
        .unnest("found")
    )


def _under_headers(
    lines: pl.DataFrame, layout: Layout, nulls: tuple[str, ...], header: str
) -> tuple[pl.DataFrame, str]:
    """Read each line under the header that stands above it; directives are claimed and have no fields."""
    named = lines.with_columns(
        _header=pl.col("line").str.extract(HEADER, 1).forward_fill().fill_null(header),
        directive=pl.col("line").str.contains(DIRECTIVE),
    )
    parts = [_nothing(lines).with_columns(directive=pl.lit(value=False))]
    for (written,), under in named.group_by("_header", maintain_order=True):
        names = header_names(str(written))
        if not set(layout.needs) <= set(names) or len(names) > _MOST_COLUMNS:
            parts.append(_nothing(under.drop("_header"), height=None))
            continue
        cut = replace(layout, separator="\t" if "\t" in str(written) else layout.separator)
        fields = read_columns(under["line"], names, cut, layout.wanted())
        found = with_targets(_prefixed(under.drop("_header"), fields), layout, nulls)
        parts.append(found.with_columns(pl.col("claimed") & ~pl.col("directive")))
    return pl.concat(parts, how="diagonal").sort("log_line"), named["_header"][-1] if named.height else header


def with_zeek_headers(lines: pl.DataFrame, layouts: Iterable[Layout], header: str) -> tuple[pl.DataFrame, str]:
    """Return the lines with the `header` that each stands under (null: it is a part of one), and the last one.

    Layouts share it, as each kind of log has its own. Without a layout of such logs the lines stay as they are.
    """
    if not any(layout.parser == "zeek" for layout in layouts):
        return lines, header
    above, last = under_headers(lines["line"], header)
    return lines.with_columns(above.alias("header")), last


def _under_zeek_headers(lines: pl.DataFrame, layout: Layout, nulls: tuple[str, ...]) -> pl.DataFrame:
    """Read each line under its header; of a header without a column that is needed, none."""
    parts = [_nothing(lines)]
    for (written,), under in lines.group_by("header", maintain_order=True):
        header = header_of(str(written))
        if not header.fields or not _fits(header.path, layout):
            parts.append(_nothing(under, height=None))
            continue
        fields = read_zeek(under["line"], header, layout.wanted())
        parts.append(with_targets(_prefixed(under, fields), layout, nulls))
    return pl.concat(parts, how="diagonal").sort("log_line").with_columns(directive=pl.lit(value=False))


def _fits(path: str, layout: Layout) -> bool:
    """Return whether a kind of log is what the layout asks for: most are told by this alone."""
    pattern = layout.checks.get(PATH)
    return pattern is None or pl.Series([path]).str.contains(pattern).all()


def _nothing(lines: pl.DataFrame, height: int | None = 0) -> pl.DataFrame:
    """Return lines (or none of them) as read by nobody."""
    return (lines if height is None else lines.head(height)).with_columns(claimed=pl.lit(value=False))


def _prefixed(lines: pl.DataFrame, fields: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with their fields, and `claimed`: whether a line has any."""
    claimed = fields.select(claimed=pl.any_horizontal(pl.all().is_not_null())) if fields.width else None
    named = lines.hstack(fields.rename(lambda name: FIELD + name))
    return named.with_columns(pl.lit(value=False).alias("claimed") if claimed is None else claimed["claimed"])


def _keys(lines: pl.Series, layout: Layout) -> pl.DataFrame:
    keys = read_keys(lines, layout.separator, layout.wanted())
    if not layout.head:
        return keys
    head = _groups(lines, layout.head).drop("line")
    return keys.drop(head.columns, strict=False).hstack(head)


def _groups(lines: pl.Series, pattern: str) -> pl.DataFrame:
    frame = lines.to_frame("line")
    whole = frame.select(pl.when(pl.col("line").str.contains(pattern)).then("line").alias("line"))
    return frame.select(pl.col("line").str.extract_groups(pattern).alias("found")).unnest("found").hstack(whole)


_READERS: dict[str, Callable[[pl.Series, Layout], pl.DataFrame]] = {
    "regex": lambda lines, layout: _groups(lines, layout.pattern),
    "columns": lambda lines, layout: read_columns(lines, layout.columns, layout, layout.wanted()),
    "keyvalue": _keys,
    "json": lambda lines, layout: read_json(lines, layout.root, layout.wanted()),
    "cef": lambda lines, layout: read_cef(lines, layout.wanted()),
    "leef": lambda lines, layout: read_leef(lines, layout.wanted()),
}
