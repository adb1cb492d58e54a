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
    needed = {f"c{number}" for number in range(len(names) - layout.optional)}
    special = not layout.cells.keys().isdisjoint(names)
    if (special and (layout.optional or layout.extra)) or lines.is_empty() or not needed & groups.keys():
        return _by_groups(lines, pattern, groups)
    plain = lines.str.contains(_plain(len(names), layout)).fill_null(value=False)
    if special:  # as no column may be missing, none of them can hold a separator either
        plain &= lines.str.contains(re.sub(r"\(\?P<c\d+>", "(?:", pattern)).fill_null(value=False)
    quick = _by_reader(lines.filter(plain), len(names), layout, groups) if plain.any() else None
    if quick is None:
        return _by_groups(lines, pattern, groups)
    if plain.all():
        return quick
    both = pl.concat([quick, _by_groups(lines.filter(~plain), pattern, groups)])
    return both[pl.concat([plain.arg_true(), (~plain).arg_true()]).arg_sort()]


def _plain(columns: int, layout: Layout) -> str:
    """Return the pattern of lines about which nobody could be of two minds: to look for groups in them is slow."""
    edge = re.escape(layout.separator).replace(r"\ ", r"\x20")
    bare = (
        rf'[^"\r\n{edge}]+'
        if layout.separator == " "
        else rf'(?:[^"\r\n{edge}\x20](?:[^"\r\n{edge}]*[^"\r\n{edge}\x20])?)?'
    )
    cell = rf'(?:"(?:[^"\r\n]|"")*"|{bare})'
    needed = columns - layout.optional
    most = "" if layout.extra else columns - 1
    return rf"^{cell}(?:{edge}{cell}){{{needed - 1},{most}}}$"


def _by_reader(lines: pl.Series, number: int, layout: Layout, groups: dict[str, str]) -> pl.DataFrame | None:
    """Return the columns of plain lines; None if the reader finds another number of them."""
    columns = [f"c{place}" for place in range(number)]
    frame = pl.read_csv(
        lines.str.join("\n").item().encode(),
        separator=layout.separator,
        has_header=False,
        schema=dict.fromkeys([*columns, "more"], pl.String),
        truncate_ragged_lines=True,
        missing_columns="insert",
        extra_columns="ignore",
    )
    if frame.height != len(lines):
        return None
    there = columns[: number - layout.optional]  # the reader takes an empty column for none
    return frame.with_columns(pl.col(there).fill_null("")).select(pl.col(list(groups))).rename(groups)


def _by_groups(lines: pl.Series, pattern: str, groups: dict[str, str]) -> pl.DataFrame:
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
