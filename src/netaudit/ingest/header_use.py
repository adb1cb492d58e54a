"""Headers that stand in a file, and which of them a format can use: files of several devices have those of each."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from netaudit.definitions.formats import Format
from netaudit.ingest.headers import header_names, names_in_force
from netaudit.ingest.tables import are_headings, separator_of, tables_of
from netaudit.ingest.zeek import is_whole_header

# A transport may have written something before them.
_MAY_BE_HEADER = r"^#|#\x20?(?i:Fields|Date|Version|Software):|#(?:fields|types|path|separator|unset_field)[^A-Za-z_]"
_NAMES = r"#\x20?(?i:Fields):\s*(.*)$"
_ZEEK = r"#(?:fields|path)[^A-Za-z_]"


def has_headers(log_format: Format) -> bool:
    """Return whether files of a format name their own columns."""
    return any(one.parser in {"w3c", "zeek", "table"} for one in log_format.layouts)


def fits(log_format: Format, header: str) -> bool:
    """Return whether what is in force after some lines tells what the lines of a format are."""
    return (
        _names_what_is_needed(log_format, names_in_force(header))
        or (_is_zeek(log_format) and is_whole_header(header))
        or any(separator_of(header, one) for one in tables_of(log_format.layouts))
    )


def header_lines(lines: pl.DataFrame, formats: Iterable[Format]) -> pl.DataFrame:
    """Return those of some lines that may be a part of a header of any format."""
    tables = tables_of([layout for one in formats for layout in one.layouts])
    return lines.filter(pl.col("line").str.contains(_MAY_BE_HEADER) | are_headings(lines["line"], tables))


def usable(log_format: Format, headers: pl.DataFrame) -> pl.DataFrame:
    """Return header lines without those that name other columns than a format needs."""
    if headers.is_empty() or not has_headers(log_format):
        return headers.head(0)
    if tables := tables_of(log_format.layouts):
        return headers.filter(are_headings(headers["line"], tables))
    named = headers.with_columns(named=pl.col("line").str.extract(_NAMES, 1))
    bad = [one for one in named["named"].drop_nulls().unique() if not _names_what_is_needed(log_format, one)]
    return named.filter(~pl.col("named").is_in(bad).fill_null(value=False)).drop("named")


def tells(log_format: Format, headers: pl.DataFrame) -> bool:
    """Return whether usable header lines name the columns of a format."""
    if tables_of(log_format.layouts):
        return bool(headers.height)
    pattern = f"{_NAMES}|{_ZEEK}" if _is_zeek(log_format) else _NAMES
    return bool(headers.height and headers["line"].str.contains(pattern).any())


def _is_zeek(log_format: Format) -> bool:
    return any(one.parser == "zeek" for one in log_format.layouts)


def _names_what_is_needed(log_format: Format, header: str) -> bool:
    names = set(header_names(header))
    layouts = [one for one in log_format.layouts if one.parser == "w3c"] if names else []
    return any({need for need in one.needs if not need.startswith("#")} <= names for one in layouts)
