"""Lines that do not fit their header: what the columns look like shows which of them the header forgot, or made up."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

_MOST_COLUMNS = 1_000
_LINES_ASKED = 5_000
_LEAST_LINES = 3  # with fewer columns than names: one line may have been cut short, in the middle of a name
_LEAST_SHARE = 0.98  # of the lines must look right: a few broken ones do not hide where the others' columns are
_QUOTED_OR_PLAIN = r'"(?:[^"]|"")*"|[^"\s]\S*'
_NUMBER = r"^(?:-|\d+)$"
_ADDRESS = r"^(?:-|[0-9A-Fa-f.:]*[.:][0-9A-Fa-f.:]*(?:%\w+)?)$"
# What a column looks like, by its name. Source: W3C WD-logfile-960323, and the vendors' lists of ELFF fields.
_LOOKS: tuple[tuple[str, str], ...] = (
    (r"date(?:-local)?", r"^\d{4}-\d\d-\d\d$"),
    (r"time(?:-local)?", r"^\d\d?:\d\d:\d\d(?:\.\d+)?$"),
    (r"(?:[a-z]+-)?ip", _ADDRESS),
    (r"time-taken|sc-substatus|sc-win32-status|(?:.*-)?bytes|(?:.*-)?port", _NUMBER),
    (r"(?:sc|rs)-status", r"^(?:-|\d{1,3})$"),
    (r"cs-method", r"^(?:-|[A-Za-z_-]+)$"),
    (r"cs-uri-scheme", r"^(?:-|[a-z][a-z0-9+.-]*)$"),
    (r"cs-uri-path|cs-uri-stem", r"^(?:-|\*|/.*|[A-Za-z][A-Za-z0-9+.-]*://.*)$"),
    (r"cs-uri-query|cs-uri-extension", r"^\S+$"),
    (r"(?:cs-host|s-supplier-name|s-computername|s-sitename)", r'^[^/"\s;]+$'),
    (r"cs-username|cs-user|cs-userdn|cs-auth-groups?", r"^(?:-|.*[^0-9.:].*)$"),  # no address
    (r"x-exception-id", r"^(?:-|[a-z0-9_.]+)$"),
    (r"cs-version", r"^(?:-|[A-Z]+/[0-9.]+)$"),
    (r"(?:rs|sc|cs)\(content-type\)", r"^(?:-|[A-Za-z0-9.+*-]+/[A-Za-z0-9.+*-]+(?:[;,%\x20].*)?)$"),
    (r"cs\(referer\)", r"^(?:-|[A-Za-z][A-Za-z0-9+.-]*:.*)$"),
    (r"sc-filter-result", r"^(?:-|[A-Z_]+)$"),
    (r"s-action", r"^(?:-|[A-Z][A-Za-z0-9_;]*)$"),
    (r"s-hierarchy", r"^(?:-|[A-Z_]+)$"),
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to put the names on the cells: for each name the cell's place, or none."""

    places: tuple[int | None, ...]


def realigned(
    lines: pl.Series, names: Sequence[str], separator: str, wanted: Collection[str]
) -> tuple[pl.DataFrame, bool]:
    """Return a String column per wanted name, for lines that have more or fewer columns than names; whether more.

    Columns that follow each other are missing from the names, or names from the columns. All ways to put the one on
    the other are tried on the lines, and a way counts if nearly all lines then look right. A value on which two such
    ways differ is null: nobody is named by a guess. A line that looks right in no way, or has another number of
    columns than most, has no values at all.

    Args:
        lines: text, none of which has as many columns as there are names.
        names: of a header.
        separator: of columns; of spaces several count as one.
        wanted: the names that are made use of.
    """
    spaced = (
        pl.col("line").str.extract_all(_QUOTED_OR_PLAIN) if separator == " " else pl.col("line").str.split(separator)
    )
    rows = lines.to_frame("line").select(cells=spaced)
    count = _usual_count(rows["cells"])
    more = count > len(names)
    nothing = pl.DataFrame({name: pl.repeat(None, rows.height, dtype=pl.String, eager=True) for name in sorted(wanted)})
    if not 0 < count <= _MOST_COLUMNS or (not more and (rows["cells"].list.len() == count).sum() < _LEAST_LINES):
        return nothing, more
    usual = pl.col("cells").list.len() == count
    cells = rows.select(
        pl.when(usual).then(pl.col("cells").list.get(place, null_on_oob=True)).alias(f"{place}")
        for place in range(count)
    ).with_columns(_bare(pl.all()))
    asked = cells.head(_LINES_ASKED).drop_nulls()
    readings = [one for one in _readings(len(names), count) if _share(asked, names, one) >= _LEAST_SHARE]
    if not readings:
        return nothing, more
    found = cells.with_columns(fits=pl.any_horizontal(_looks_right(names, one) for one in readings))
    values = {name: _value([one.places[names.index(name)] for one in readings]) for name in nothing.columns}
    return found.select(pl.when("fits").then(value).alias(name) for name, value in values.items()), more


def _usual_count(cells: pl.Series) -> int:
    counts = cells.list.len().value_counts(sort=True)
    most = counts.filter(pl.col("count") == counts["count"].max())
    return int(most[cells.name].cast(pl.Int64).max() or 0) if most.height else 0  # type: ignore[arg-type]


def _readings(names: int, cells: int) -> list[_Reading]:
    """Return all ways in which names that follow each other have no cell, or cells no name."""
    more = cells - names
    if more >= 0:
        return [_Reading(tuple(n if n < gap else n + more for n in range(names))) for gap in range(names + 1)]
    return [
        _Reading(tuple(n if n < gap else None if n < gap - more else n + more for n in range(names)))
        for gap in range(cells + 1)
    ]


def _looks(name: str) -> str:
    return next((look for pattern, look in _LOOKS if re.fullmatch(pattern, name)), "")


def _looks_right(names: Sequence[str], reading: _Reading) -> pl.Expr:
    """Return whether each cell looks as its name says."""
    told = [
        pl.col(f"{place}").str.contains(_looks(name))
        for name, place in zip(names, reading.places, strict=True)
        if place is not None and _looks(name)
    ]
    return pl.all_horizontal(pl.lit(value=True), *told).fill_null(value=False)


def _share(cells: pl.DataFrame, names: Sequence[str], reading: _Reading) -> float:
    if cells.is_empty():
        return 0.0
    return float(cells.select(_looks_right(names, reading).mean()).item())


def _value(places: Sequence[int | None]) -> pl.Expr:
    """Return what all ways agree on; null where they do not."""
    different = sorted({place for place in places if place is not None})
    if None in places or not different:
        return pl.lit(None, pl.String)
    first = pl.col(f"{different[0]}")
    same = pl.all_horizontal(pl.lit(value=True), *(pl.col(f"{place}") == first for place in different[1:]))
    return pl.when(same).then(first)


def _bare(cell: pl.Expr) -> pl.Expr:
    """Return the text of a cell without the quotes around it and those doubled inside it."""
    inner = cell.str.strip_prefix('"').str.strip_suffix('"').str.replace_all('""', '"', literal=True)
    return pl.when(cell.str.starts_with('"')).then(inner).otherwise(cell)
