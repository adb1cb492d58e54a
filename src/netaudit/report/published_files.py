"""PUBLISHED as files for other programs: JSON and CSV beside an audience's pages, with that audience's rows alone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping

import polars as pl

from netaudit.contracts.leaving import RunFacts
from netaudit.definitions.figures import figure_definitions
from netaudit.report.figures import ORGANISATION
from netaudit.report.plain import csv_cell, plain
from netaudit.report.weekday_hours import place_of, words_of
from netaudit.report.words import HIDDEN

JSON_NAME, CSV_NAME = "published.json", "published.csv"
SCHEMA = "netaudit-published-1"
_COUNTS = ("people", "minutes_low", "minutes", "minutes_high")
_FIELDS = ("table", "period", "unit_level", "unit", "dimension", "value", *_COUNTS, "suppressed", "provisional")
_OF_MANAGERS = ("findings_by_clause", "time_by_class")
_OF_THE_BOARD = ("active_people", *_OF_MANAGERS)
_TIMED = "time_by_"


def rows_for_ig(published: pl.DataFrame) -> pl.DataFrame:
    """Return the rows for Information Governance: hidden ones too, and those of weeks that are not whole, marked so."""
    return published.filter(pl.col("report") == "ig")


def rows_for_unit(published: pl.DataFrame, unit: tuple[str, str]) -> pl.DataFrame:
    """Return what the page of a unit shows: released figures, and no name of a class or clause that is hidden.

    Args:
        published: PUBLISHED.
        unit: its name and its level.
    """
    mine = published.filter(
        (pl.col("report") == "managers") & (pl.col("unit") == unit[0]) & (pl.col("unit_level") == unit[1]),
        ~pl.col("provisional"),
        ~pl.col("suppressed"),
    )
    told = mine.filter(pl.col("table").is_in(_OF_MANAGERS))
    # Where nothing else is released the page does not tell the size of the unit either: it is the same every time.
    people = mine.filter((pl.col("table") == "active_people") & (pl.col("value") == "headcount"))
    return pl.concat([told, people.join(told, on="period", how="semi")])


def rows_for_board(published: pl.DataFrame, facts: RunFacts) -> pl.DataFrame:
    """Return released figures of the organisation as a whole, in weeks that have closed, as far as the board hears."""
    return published.filter(
        pl.col("report") == "ig",
        pl.col("unit_level") == ORGANISATION,
        ~pl.col("provisional"),
        ~pl.col("suppressed"),
        pl.col("table").is_in(_OF_THE_BOARD),
        ~pl.col("value").is_in(list(facts.left_out)),
        ~pl.col("value").str.contains(" (", literal=True),  # a clause on a route of its own
    )


def published_files(rows: pl.DataFrame, audience: str, facts: RunFacts, titles: Mapping[str, str]) -> dict[str, bytes]:
    """Return the two files, by name. Both have the same rows in the same order.

    Args:
        rows: those of PUBLISHED that the audience may have.
        audience: whose they are.
        facts: what the run did.
        titles: titles by class id and by clause.
    """
    rows = rows.sort(*_FIELDS[:6], nulls_last=True).select(_FIELDS)
    figures = [
        {**row, "title": _title(row["value"] or "", titles)}
        for row in rows.with_columns(pl.col(pl.Categorical).cast(pl.String)).iter_rows(named=True)
    ]  # published figures: not log data
    return {JSON_NAME: _json(figures, audience, facts), CSV_NAME: _csv(figures)}


def _title(value: str, titles: Mapping[str, str]) -> str:
    place = place_of(value)
    return words_of(place) if place else titles.get(value, value)


def _json(figures: list[dict[str, object]], audience: str, facts: RunFacts) -> bytes:
    there = {row["table"] for row in figures}
    head = {
        "schema": SCHEMA,
        "audience": audience,
        "organisation": facts.organisation,
        "handling": facts.handling,
        "made_at": facts.run_at.isoformat(timespec="seconds"),
        "time_zone": facts.time_zone,
        "netaudit": facts.version,
        "policy": {"id": facts.policy_id, "title": facts.policy_title},
        **({} if audience == "managers" else {"hashes": dict(sorted(facts.hashes.items()))}),
        "minimum_group": facts.minimum_group,
        "rounding": facts.rounding,
        "tables": {
            one.id: {"title": one.title, "counts": one.counts, "people": one.people, "minutes": one.minutes}
            | {"period": one.period, "hidden": one.hidden}
            for one in figure_definitions()
            if one.id in there
        },
    }
    lines = ",\n".join(json.dumps(row, ensure_ascii=True) for row in figures)
    text = json.dumps(head, ensure_ascii=True, indent=1)[:-2]  # without the brace that closes it
    return f'{text},\n "figures": [\n{lines}\n]}}\n'.encode("ascii")


def _csv(figures: list[dict[str, object]]) -> bytes:
    page = io.StringIO(newline="")
    writer = csv.writer(page)
    heading = (*_FIELDS[:6], "title", *_FIELDS[6:])
    writer.writerow(heading)
    writer.writerows([_cell(row, name) for name in heading] for row in figures)
    return page.getvalue().encode("utf-8-sig")


def _cell(row: Mapping[str, object], name: str) -> object:
    value = row[name]
    if isinstance(value, bool):
        return "true" if value else "false"
    hidden = row["suppressed"] or value is None  # the minutes alone are hidden where they would tell too much
    if name in _COUNTS and hidden and (name == "people" or str(row["table"]).startswith(_TIMED)):
        return HIDDEN
    return csv_cell(plain(value)) if isinstance(value, str) else value
