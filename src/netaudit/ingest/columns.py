"""Columns: lines cut at a separator, named by a format or by the header that stands in the file."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import polars as pl

from netaudit.definitions.formats import Layout


def read_columns(lines: pl.Series, names: Sequence[str], layout: Layout, wanted: Collection[str]) -> pl.DataFrame:
    """Return a String column per wanted name, all null where a line does not have the layout's columns.

    Source: RFC 4180 for quotes; where the separator is a space, several count as one.
    """
    pattern, groups = _pattern(tuple(names), layout, frozenset(wanted))
    found = lines.to_frame("line").select(pl.col("line").str.extract_groups(pattern).alias("found")).unnest("found")
    return found.select(_unquoted(pl.col(group)).alias(name) for group, name in groups.items())


def _pattern(names: tuple[str, ...], layout: Layout, wanted: frozenset[str]) -> tuple[str, dict[str, str]]:
    """Return the pattern of a line, and which group holds which column."""
    edge = re.escape(layout.separator).replace(r"\ ", r"\x20")
    spaced = layout.separator == " "
    between = f"{edge}+" if spaced else edge
    quoted = r'"(?:[^"]|"")*"'
    # Where spaces part columns there is no empty one; elsewhere spaces may stand around a value.
    cell = rf'(?:{quoted}|[^"{edge}][^{edge}]*)' if spaced else rf'\x20*(?:{quoted}\x20*|[^"{edge}\x20][^{edge}]*|)'
    groups: dict[str, str] = {}
    parts = []
    for number, name in enumerate(names):
        one = rf"(?:{quoted}|{layout.cells[name]})" if name in layout.cells else cell
        taken = name in wanted and name not in groups.values()
        if taken:
            groups[f"c{number}"] = name
        parts.append(f"(?P<c{number}>{one})" if taken else one)
    needed = len(parts) - layout.optional
    tail = rf"(?:{between}.*)?" if layout.extra else ""
    for part in reversed(parts[needed:]):
        tail = f"(?:{between}{part}{tail})?"
    return rf"(?s)^\x20*{between.join(parts[:needed])}{tail}\s*$", groups


def _unquoted(cell: pl.Expr) -> pl.Expr:
    """Return the text of a cell without the quotes around it and those doubled inside it."""
    bare = cell.str.strip_chars(" ")
    inner = bare.str.strip_prefix('"').str.strip_suffix('"').str.replace_all('""', '"', literal=True)
    return pl.when(bare.str.starts_with('"')).then(inner).otherwise(bare)
