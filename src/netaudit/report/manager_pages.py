"""What managers read: one screen for each unit, from published figures alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import polars as pl

from netaudit.report import words
from netaudit.report.audience import Audience
from netaudit.report.figures import Row, periods, rows_of, units
from netaudit.report.mail_list import MAIL_LIST, MailPage, digest_of_figures, mail_list_bytes
from netaudit.report.plain import slugs
from netaudit.report.published_files import published_files, rows_for_unit
from netaudit.report.tables import Cell, Column, Table, duration, number, text

_HOUR = 60
_FEW_CLASSES, _FEW_CLAUSES = 3, 2  # what fits on one screen; the folded tables and the CSV files have all


@dataclass(frozen=True, slots=True)
class Summary:
    """What one screen shows of a unit in a week. Hidden clauses and classes are counted, never named.

    A manager who reads "Gambling: [c]" thinks of somebody.
    """

    period: str
    headcount: Cell
    clauses: Table | None  # whole; None where no count may be shown
    classes: Table | None
    few_clauses: Table | None  # as much of them as fits on a screen
    few_classes: Table | None

    @property
    def released(self) -> bool:
        """Whether any figure about findings or time may be shown."""
        return self.clauses is not None or self.classes is not None


def manager_pages(audience: Audience, published: pl.DataFrame, titles: Mapping[str, str]) -> None:
    """Add one screen for each unit, from PUBLISHED alone: nothing depends on whether there is a case."""
    mine = published.filter((pl.col("report") == "managers") & ~pl.col("provisional"))
    latest_first, named = periods(mine, "managers"), units(mine)
    pages = [
        "index.html",
        *(f"{name}/index.html" for name in slugs([(period,) for period in latest_first[1:]])),
    ]
    earlier = [(words.period(period), page) for period, page in zip(latest_first, pages, strict=False)][1:]
    calm, folders = audience.of_settled_weeks, dict(zip(named, slugs(named), strict=True))
    checksums: dict[str, str] = {}
    mailed: dict[tuple[str, str, str], MailPage] = {}
    for period, page in zip(latest_first, pages, strict=False):
        of_week = mine.filter(pl.col("period") == period)
        group, made_of = f"units in {period}", (page, repr(folders), _digest(of_week))
        is_latest = page == "index.html"  # it leads to the others, so it changes when one comes
        if is_latest or not calm.is_kept(group, *made_of):
            rows = _by_unit(rows_of(of_week, "managers", period, titles)[0])
            with calm.making(group, *made_of) if not is_latest else nullcontext():
                for unit, unit_folder in folders.items():
                    summary = _summary(period, rows.get(unit, []))
                    html = (audience if is_latest else calm).page(
                        "managers/index.jinja",
                        f"{unit_folder}/{page}",
                        [summary.clauses, summary.classes],
                        summary=summary, unit=unit[0], level=unit[1],
                        earlier=earlier if is_latest else [],
                        latest="" if is_latest else "../index.html",
                    )  # fmt: skip
                    checksums[f"{unit_folder}/{page}"] = hashlib.sha256(html).hexdigest()
        else:
            checksums |= calm.kept_files(group)
        figures = of_week.partition_by("unit", "unit_level", as_dict=True)
        for unit, unit_folder in folders.items():
            name = f"{unit_folder}/{page}"
            digest = digest_of_figures(figures.get(unit, of_week.clear()), unit, period)
            mailed[(*unit, period)] = MailPage(name, checksums[name], digest)
    for unit, unit_folder in folders.items():
        files = published_files(rows_for_unit(mine, unit), "managers", audience.facts, titles)
        for name, content in files.items():
            audience.folder.page(f"{unit_folder}/{name}", content)
    audience.folder.page(MAIL_LIST, mail_list_bytes(published, mailed))


def _by_unit(rows: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.unit, row.unit_level), []).append(row)
    return found


def _digest(rows: pl.DataFrame) -> str:
    return hashlib.sha256(rows.write_csv().encode()).hexdigest()


def _summary(period: str, rows: Sequence[Row]) -> Summary:
    people = {row.value: row for row in rows if row.table == "active_people"}
    clauses = sorted(
        (row for row in rows if row.table == "findings_by_clause"), key=lambda row: words.natural(row.value)
    )
    classes = sorted(
        (row for row in rows if row.table == "time_by_class"),
        key=lambda row: (row.suppressed, -(row.minutes or 0), row.title),
    )
    headcount = people.get("headcount")
    return Summary(
        period,
        number(None if headcount is None else headcount.people),
        _clauses(clauses),
        _classes(classes),
        _clauses(clauses, _FEW_CLAUSES),
        _few_classes(classes),
    )


def _clauses(rows: Sequence[Row], few: int | None = None) -> Table | None:
    """Return the clauses that are shown, or those of them with the most people where there is room for few."""
    shown = [row for row in rows if not row.suppressed]
    if not shown:
        return None
    kept = shown if few is None else sorted(sorted(shown, key=lambda row: -(row.people or 0))[:few], key=shown.index)
    cells = [(text(row.title), number(row.people)) for row in kept]
    return Table(
        "People with a finding, by part of the policy",
        (Column("Finding under"), Column("People", numeric=True)),
        (*cells, *_others(rows, shown, kept, "part", 2)),
        "" if few else "findings-by-clause.csv",
    )


def _classes(rows: Sequence[Row]) -> Table | None:
    """Return every kind of site that is shown, with its range."""
    shown = [row for row in rows if not row.suppressed]
    if not shown:
        return None
    return Table(
        "Personal time by kind of site",
        (
            Column("Kind of site"),
            Column("People", numeric=True),
            Column("At least", numeric=True, unit="minutes"),
            Column("Likely", numeric=True, unit="minutes"),
            Column("At most", numeric=True, unit="minutes"),
        ),
        (
            *((text(row.title), number(row.people), *_times(row)) for row in shown),
            *_others(rows, shown, shown, "kind", 5),
        ),
        "time-by-class.csv",
    )


def _few_classes(rows: Sequence[Row]) -> Table | None:
    """Return the kinds of site with most time, in so few columns that they fit beside other things."""
    shown = [row for row in rows if not row.suppressed]
    if not shown:
        return None
    kept = shown[:_FEW_CLASSES]
    return Table(
        "Personal time of all together",
        (Column("Personal time on"), Column("People", numeric=True), Column("Time", numeric=True, whole=True)),
        (
            *((text(row.title), number(row.people), text(_range(row))) for row in kept),
            *_others(rows, shown, kept, "kind", 3),
        ),
        "",
    )


def _others(
    rows: Sequence[Row], shown: Sequence[Row], kept: Sequence[Row], noun: str, columns: int
) -> Iterator[tuple[Cell, ...]]:
    """Yield the row that says how many are not in the table: hidden ones, and those that are shown elsewhere."""
    hidden, more = len(rows) - len(shown), len(shown) - len(kept)
    if more:
        yield text(f"{more} more below{f', {hidden} hidden' if hidden else ''}"), *[text("")] * (columns - 1)
    elif hidden:
        yield text(f"{words.counted(hidden, noun)}, hidden"), *[number(None)] * (columns - 1)


def _times(row: Row) -> tuple[Cell, ...]:
    return tuple(
        duration(minutes, hidden=row.suppressed) for minutes in (row.minutes_low, row.minutes, row.minutes_high)
    )


def _range(row: Row) -> str:
    """Return between which whole hours the time lies, or minutes where it is short; never narrower than it is."""
    if row.minutes is None:
        return words.HIDDEN
    low = row.minutes if row.minutes_low is None else row.minutes_low
    high = row.minutes if row.minutes_high is None else row.minutes_high
    if low < _HOUR:
        return f"{low} min to {_hours_up(high)}"
    return f"{low // _HOUR:,} to {_hours_up(high)}"


def _hours_up(minutes: int) -> str:
    return f"{minutes} min" if minutes < _HOUR else f"{-(-minutes // _HOUR):,} h"
