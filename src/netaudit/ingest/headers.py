"""Lines under a header that stands in the file: W3C extended logs, their directives, and headers that lie."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from netaudit.definitions.formats import Layout
from netaudit.ingest.columns import read_columns
from netaudit.ingest.fields import FIELD, with_targets
from netaudit.ingest.misfits import realigned

MORE = "lines have more columns than their header names"
FEWER = "lines have fewer columns than their header names"
ZONED = "a #Date directive names a time zone of its own"
DATELESS = "lines have no date: the day is that of the #Date directive above them"
ODD = "has another number of columns than its header names"

_DIRECTIVE = "^#"
_FIELDS = r"(?i)^#\x20?Fields:\s*(.*)$"
_DATE = r"(?i)^#\x20?Date:\s*(\d{4}-\d\d-\d\d)"
_TELLING = r"(?i)^#\x20?(?:Fields|Date):"
_ZONE = r"(?i)^#\x20?Date:.*?([+-]\d\d):?(\d\d)\)?\s*$"
_BREAK = "\x1f"  # between what is in force: the names, the date, the zone
_MOST_COLUMNS = 1_000  # a header with more is broken; a line is read by a pattern with all of them
_TOLD = ("#date", "#zone")  # fields of every line, from the directive above it


def with_headers(lines: pl.DataFrame, header: str) -> tuple[pl.DataFrame, str]:
    """Return the lines with `header`, what is in force where each stands, and what is in force after them.

    Args:
        lines: `line`, in order; other columns are kept.
        header: what the lines before these left in force.
    """
    begin = [*header.split(_BREAK), "", ""][:3]
    places = lines["line"].str.contains(_TELLING).arg_true()  # few: all other lines repeat what is in force
    line = pl.col("line")
    zone = line.str.extract_groups(_ZONE)
    told = pl.DataFrame(lines["line"].gather(places)).select(
        fields=line.str.extract(_FIELDS, 1),
        date=line.str.extract(_DATE, 1),
        # a date without a zone ends the zone of the one before it
        zone=pl.when(line.str.contains(_DATE)).then(
            pl.concat_str(zone.struct.field("1"), pl.lit(":"), zone.struct.field("2")).fill_null("")
        ),
    )
    in_force = [pl.col(name).forward_fill().fill_null(before) for name, before in zip(told.columns, begin, strict=True)]
    states = told.select(pl.concat_str(in_force, separator=_BREAK)).to_series()
    column = pl.repeat(None, lines.height, dtype=pl.String, eager=True).alias("header").scatter(places, states)
    before = _BREAK.join(begin)
    named = lines.with_columns(column.forward_fill().fill_null(before))
    return named, str(named["header"][-1]) if named.height else header


def read_under_headers(lines: pl.DataFrame, layout: Layout, nulls: tuple[str, ...]) -> pl.DataFrame:
    """Return the lines, each read under its header; directives have no fields.

    Besides the columns of `read_lines` there are `odd`, whether the line has another number of columns than its
    header names, and `doubt`, what is to be said of the header.
    """
    lines = lines.with_columns(directive=pl.col("line").str.contains(_DIRECTIVE))
    parts = [_unread(lines.head(0))]
    for (written,), under in lines.group_by("header", maintain_order=True):
        fields, date, zone = str(written).split(_BREAK)
        names = header_names(fields)
        if not set(layout.needs) - set(_TOLD) <= set(names) or len(names) > _MOST_COLUMNS:
            parts.append(_unread(under))
            continue
        cut = replace(layout, separator="\t" if "\t" in fields.strip() else layout.separator)
        parts.append(_read(under, names, cut, nulls, {"#date": date, "#zone": zone}))
    return pl.concat(parts, how="diagonal").sort("log_line")


def told_doubts(lines: pl.DataFrame) -> set[str]:
    """Return what is to be said of the headers of lines that were read."""
    return {text for told in lines["doubt"].drop_nulls().unique() for text in told.split(_BREAK)}


def names_in_force(header: str) -> str:
    """Return the names, as they are written, of what is in force after some lines."""
    return header.split(_BREAK, 1)[0]


def header_names(header: str) -> tuple[str, ...]:
    """Return the names in a header, in small letters; tabs part them if there are any."""
    parts = header.split("\t") if "\t" in header.strip() else header.split()
    return tuple(part.strip().lower() for part in parts if part.strip())


def prefixed_fields(lines: pl.DataFrame, fields: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with their fields, and `claimed`: whether a line has any."""
    claimed = fields.select(claimed=pl.any_horizontal(pl.all().is_not_null())) if fields.width else None
    named = lines.hstack(fields.rename(lambda name: FIELD + name))
    return named.with_columns(pl.lit(value=False).alias("claimed") if claimed is None else claimed["claimed"])


def _read(
    lines: pl.DataFrame, names: tuple[str, ...], layout: Layout, nulls: tuple[str, ...], told: dict[str, str]
) -> pl.DataFrame:
    """Return lines that all stand under one header."""
    wanted = layout.wanted() & set(names)
    fields = read_columns(lines["line"], names, layout, wanted)
    fits = prefixed_fields(lines, fields)["claimed"]
    odd = ~fits & ~lines["directive"] & (lines["line"].str.strip_chars() != "")
    doubts = []
    if odd.sum() > (fits & ~lines["directive"]).sum():
        rows = odd.arg_true()
        found, more = realigned(lines["line"].gather(rows), names, layout.separator, wanted)
        fields = fields.with_columns(fields[name].scatter(rows, found[name]) for name in found.columns)
        doubts.append(MORE if more else FEWER)
    used = {name: told[name] for name in _TOLD if name in layout.wanted()}
    if used.get("#zone"):
        doubts.append(ZONED)
    if used.get("#date") and "date" not in names:
        doubts.append(DATELESS)
    known = prefixed_fields(lines, fields).with_columns(
        pl.lit(value or None, pl.String).alias(FIELD + name) for name, value in used.items()
    )
    found = with_targets(known, layout, nulls)
    doubt = pl.lit(_BREAK.join(doubts) or None, pl.String)
    return found.with_columns(
        pl.col("claimed") & ~pl.col("directive"), odd=odd, doubt=pl.when(~pl.col("directive")).then(doubt)
    )


def _unread(lines: pl.DataFrame) -> pl.DataFrame:
    """Return lines as read by nobody."""
    nobody = {"claimed": pl.lit(value=False), "odd": pl.lit(value=False), "doubt": pl.lit(None, pl.String)}
    return lines.with_columns(**nobody)
