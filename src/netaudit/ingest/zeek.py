"""Zeek's own text: columns under a header of several lines, which says what stands for nothing, and its escapes."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import astuple, dataclass, replace

import polars as pl

from netaudit.definitions.formats import Layout
from netaudit.ingest.fields import with_targets
from netaudit.ingest.headers import prefixed_fields

# Source: the ASCII writer, https://docs.zeek.org/en/master/scripts/base/frameworks/logging/writers/ascii.zeek.html
_DIRECTIVE = r"^#(?:separator|set_separator|empty_field|unset_field|path|open|close|fields|types)(?:[^A-Za-z_]|$)"
PATH = "_path"  # Corelight's name for the kind of log, which #path says here
_MARKS = {"#set_separator": "within", "#empty_field": "empty", "#unset_field": "unset", "#path": "path"}
_BETWEEN = "\x1e"  # between the values of a header that is handed on; a line with control characters has no columns
_SEVERAL = re.compile(r"(?:set|table|vector|list)\[")
_ESCAPED = re.compile(r"\\\\|(?:\\x[0-9a-fA-F]{2})+")
_MOST_COLUMNS = 1_000


@dataclass(frozen=True, slots=True)
class _Header:
    """What the lines above a record say of it."""

    separator: str = "\t"
    within: str = ","  # between the values of a set
    empty: str = "(empty)"
    unset: str = "-"
    path: str = ""
    fields: str = ""  # the line, with its separators
    types: str = ""

    def written(self) -> str:
        """Return the header as text."""
        return _BETWEEN.join(astuple(self))

    @property
    def is_whole(self) -> bool:
        """Return whether it says what a line is, and of which kind of log."""
        return bool(self.fields and self.path)

    def columns(self) -> list[str]:
        """Return the names of the columns; none for a header that is broken."""
        names = self.fields.split(self.separator) if self.fields else []
        return names if len(names) <= _MOST_COLUMNS else []

    def after(self, line: str) -> _Header:
        """Return the header after one more of its lines."""
        word = re.split(r"[^#A-Za-z_]", line, maxsplit=1)[0]
        rest = line[len(word) + 1 :]
        if word in _MARKS:
            return replace(self, **{_MARKS[word]: rest})
        if word == "#fields":
            return replace(self, separator=line[len(word) : len(word) + 1] or "\t", fields=rest, types="")
        return replace(self, types=rest) if word == "#types" else self


def with_zeek_headers(lines: pl.DataFrame, written: str) -> tuple[pl.DataFrame, str]:
    """Return the lines with the `header` that each stands under (null: it is a part of one), and the last header.

    Args:
        lines: `line`, in order; other columns are kept.
        written: what the lines before these left in force.
    """
    part = lines["line"].str.contains(_DIRECTIVE).fill_null(value=False)
    found = [_header_of(written)]
    for line in lines["line"].filter(part):
        found.append(found[-1].after(line))
    # Lines that a transport has put before their header belong to the first that comes.
    first = next((header for header in found if header.is_whole), found[-1])
    texts = [(header if header.is_whole else first).written() for header in found]
    above = pl.Series("header", texts, dtype=pl.String).gather(part.cast(pl.UInt32).cum_sum())
    return lines.with_columns(above.set(part, None)), found[-1].written()


def read_zeek(lines: pl.DataFrame, layout: Layout, nulls: tuple[str, ...]) -> pl.DataFrame:
    """Return the lines, each read under its header; of other kinds of log than the layout is for, none."""
    pattern = layout.checks.get(PATH, "")
    parts = [lines.head(0).with_columns(claimed=pl.lit(value=False))]
    for (written,), under in lines.group_by("header", maintain_order=True):
        header = _header_of(str(written))
        if not header.is_whole or not pl.Series([header.path]).str.contains(pattern).all():
            parts.append(under.with_columns(claimed=pl.lit(value=False)))
            continue
        fields = _cells(under["line"], header, layout.wanted())
        parts.append(with_targets(prefixed_fields(under, fields), layout, nulls))
    return pl.concat(parts, how="diagonal").sort("log_line").with_columns(directive=pl.lit(value=False))


def is_whole_header(written: str) -> bool:
    """Return whether what is in force after some lines says what a line is."""
    return _header_of(written).is_whole


def _header_of(written: str) -> _Header:
    parts = written.split(_BETWEEN)
    return _Header(*parts) if len(parts) == len(astuple(_Header())) else _Header()


def _cells(lines: pl.Series, header: _Header, wanted: Collection[str]) -> pl.DataFrame:
    """Return a String column per wanted name that the header has, all null where a line has other columns.

    The values of a set have `;` between them. An empty value is none.
    """
    names = header.columns()
    frame = lines.to_frame("line")
    whole = pl.col("line").str.count_matches(re.escape(header.separator)) == len(names) - 1
    cells = frame.select(
        pl.when(whole).then(pl.col("line")).str.split_exact(header.separator, max(len(names) - 1, 0)).alias("cells")
    )
    places = {name: place for place, name in reversed(list(enumerate(names))) if name in wanted}
    types = dict(zip(names, header.types.split(header.separator), strict=False))
    read = cells.select(
        _value(pl.col("cells").struct.field(f"field_{place}"), header, types.get(name, "")).alias(name)
        for name, place in places.items()
    )
    read = read.with_columns(_without_escapes(column) for column in read) if read.width else read
    if PATH in wanted and PATH not in places:
        has_columns = cells["cells"].struct.field("field_0").is_not_null()
        path = pl.when(has_columns).then(pl.lit(header.path, pl.String)).alias(PATH)
        read = pl.concat([read, pl.select(path)], how="horizontal")
    return read


def _value(cell: pl.Expr, header: _Header, kind: str) -> pl.Expr:
    value = pl.when(~cell.is_in([header.unset, header.empty])).then(cell)
    several = _SEVERAL.match(kind) and header.within
    return value.str.replace_all(header.within, ";", literal=True) if several else value


def _without_escapes(column: pl.Series) -> pl.Series:
    """Return the column with the characters in place that Zeek writes as numbers."""
    known = column.filter(column.str.contains("\\", literal=True)).unique()
    plain = [_unescaped(text) for text in known]
    return column.replace(known, pl.Series(plain, dtype=pl.String)) if plain else column


def _unescaped(text: str) -> str:
    r"""Return text as it was before Zeek wrote it; bytes that are no text stay as they are written.

    >>> _unescaped(r"caf\xc3\xa9 \\x20 \xa0\x09")
    'café \\x20 \\xa0\t'
    """
    return _ESCAPED.sub(lambda found: _bytes_of(found[0]).decode("utf-8", "backslashreplace"), text)


def _bytes_of(escaped: str) -> bytes:
    return b"\\" if escaped == "\\\\" else bytes.fromhex(escaped.replace("\\x", ""))
