"""Zeek's own text: columns under a header of several lines, which says what stands for nothing, and its escapes."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import astuple, dataclass, replace

import polars as pl

# Source: the ASCII writer, https://docs.zeek.org/en/master/scripts/base/frameworks/logging/writers/ascii.zeek.html
DIRECTIVE = r"^#(?:separator|set_separator|empty_field|unset_field|path|open|close|fields|types)(?:[^A-Za-z_]|$)"
PATH = "_path"  # Corelight's name for the kind of log, which #path says here
_MARKS = {"#set_separator": "within", "#empty_field": "empty", "#unset_field": "unset", "#path": "path"}
_BETWEEN = "\x1e"  # between the values of a header that is handed on; a line with control characters has no columns
_SEVERAL = re.compile(r"(?:set|table|vector|list)\[")
_ESCAPED = re.compile(r"\\\\|(?:\\x[0-9a-fA-F]{2})+")
_MOST_COLUMNS = 1_000


@dataclass(frozen=True, slots=True)
class Header:
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

    def columns(self) -> list[str]:
        """Return the names of the columns; none for a header that is broken."""
        names = self.fields.split(self.separator) if self.fields else []
        return names if len(names) <= _MOST_COLUMNS else []

    def after(self, line: str) -> Header:
        """Return the header after one more of its lines."""
        word = re.split(r"[^#A-Za-z_]", line, maxsplit=1)[0]
        rest = line[len(word) + 1 :]
        if word in _MARKS:
            return replace(self, **{_MARKS[word]: rest})
        if word == "#fields":
            return replace(self, separator=line[len(word) : len(word) + 1] or "\t", fields=rest, types="")
        return replace(self, types=rest) if word == "#types" else self


def header_of(written: str) -> Header:
    """Return the header that `written` gave."""
    parts = written.split(_BETWEEN)
    return Header(*parts) if len(parts) == len(astuple(Header())) else Header()


def under_headers(lines: pl.Series, written: str) -> tuple[pl.Series, str]:
    """Return the header that each line stands under, as text (null: the line is a part of one), and the last header.

    Args:
        lines: in order.
        written: the header of the lines before these.
    """
    part = lines.str.contains(DIRECTIVE).fill_null(value=False)
    found = [header_of(written)]
    for line in lines.filter(part):
        found.append(found[-1].after(line))
    # Lines that a transport has put before their header belong to the first that comes.
    first = next((header for header in found if header.fields and header.path), found[-1])
    texts = [(header if header.fields and header.path else first).written() for header in found]
    above = pl.Series("header", texts, dtype=pl.String).gather(part.cast(pl.UInt32).cum_sum())
    return above.set(part, None), found[-1].written()


def read_zeek(lines: pl.Series, header: Header, wanted: Collection[str]) -> pl.DataFrame:
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
        read = read.with_columns(pl.when(has_columns).then(pl.lit(header.path or None, pl.String)).alias(PATH))
    return read


def _value(cell: pl.Expr, header: Header, kind: str) -> pl.Expr:
    value = pl.when(~cell.is_in([header.unset, header.empty])).then(cell)
    several = _SEVERAL.match(kind) and header.within
    return value.str.replace_all(header.within, ";", literal=True) if several else value


def _without_escapes(column: pl.Series) -> pl.Series:
    """Return the column with what Zeek writes as \\x20 in place."""
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
