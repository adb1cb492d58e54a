"""The days of a log source: which quarters of hours usually have lines, and in which of those there are none.

A quarter is looked at only if on most comparable days enough people or machines write in it: a silence then tells of
the log and of nobody. At night, or where a site is small, no quarter is like that, and nothing is said.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.contracts.quality import Silence
from netaudit.pipeline.source_hours import QUARTER

WORKING, FREE = "working days", "other days"
COMPARED_DAYS = 4
"""From so many days of a kind on, netaudit says what is usual of them."""

_MOST_DAYS = 0.75  # so many of them have lines in a quarter that usually has some: one day in four may be the gap
_FAR_FEWER = 0.6  # of the usual lines: a file that others stand in for changes nothing
_SHORTEST = timedelta(minutes=30)  # without any line
_SHORTEST_THIN = timedelta(hours=1)  # with fewer files
_PARALLEL = 2  # files at once


@dataclass(frozen=True, slots=True)
class SourceDays:
    """Every quarter of an hour from a source's first line to the last of all logs, and what is usual in it."""

    name: str
    zone: str
    quarters: pl.DataFrame  # quarter, day, slot, kind, lines, people, files, and what is usual: usual_…, watched

    @property
    def days(self) -> list[date]:
        """Return its working days on which there is any line."""
        found = self.quarters.filter(pl.col("kind") == WORKING, pl.col("lines") > 0)["day"]
        return found.unique().sort().to_list()

    @property
    def watched(self) -> tuple[tuple[str, str, str], ...]:
        """Return from when to when a silence would show, by kind of day."""
        slots = (
            self.quarters.filter("watched").group_by("kind").agg(first=pl.col("slot").min(), last=pl.col("slot").max())
        )
        by_kind = {kind: (_clock(first), _clock(last + 1)) for kind, first, last in slots.iter_rows()}
        return tuple((kind, *by_kind[kind]) for kind in (WORKING, FREE) if kind in by_kind)

    def profile(self, days: Collection[date]) -> list[float]:
        """Return how many wrote in each of a day's 96 quarters on average over some days."""
        chosen = self.quarters.filter(pl.col("day").is_in(list(days)))
        by_slot = dict(chosen.group_by("slot").agg(pl.col("people").mean()).iter_rows())
        return [float(by_slot.get(slot) or 0.0) for slot in range(96)]


def source_days(hours: pl.DataFrame, zone: str, off: Collection[date], least: int) -> list[SourceDays]:
    """Return the days of each source, by name.

    Args:
        hours: SOURCE_HOURS of all sources.
        zone: in which a day is a day.
        off: local dates that are no working days, besides those that the weekday makes so.
        least: how many people or machines it takes for a quarter to be looked at.
    """
    if hours.is_empty():
        return []
    end = hours["quarter"].max()
    return [
        SourceDays(str(name), zone, _with_usual(_timeline(counts, end, zone, off), least))  # type: ignore[arg-type]
        for (name,), counts in hours.sort("event_dataset").group_by("event_dataset", maintain_order=True)
    ]


def _timeline(counts: pl.DataFrame, end: datetime, zone: str, off: Collection[date]) -> pl.DataFrame:
    begin = counts["quarter"].min()
    every = pl.select(quarter=pl.datetime_range(pl.lit(begin), pl.lit(end), QUARTER))
    local = pl.col("quarter").dt.convert_time_zone(zone)
    weekend = local.dt.weekday() > 5  # noqa: PLR2004  # Monday is 1
    counted = every.join(counts.select("quarter", "lines", "people", "files"), on="quarter", how="left")
    return counted.select(
        "quarter",
        day=local.dt.date(),
        slot=local.dt.hour().cast(pl.Int32) * 4 + local.dt.minute() // 15,
        kind=pl.when(weekend | local.dt.date().is_in(list(off))).then(pl.lit(FREE)).otherwise(pl.lit(WORKING)),
        lines=pl.col("lines").fill_null(0),
        people=pl.col("people").fill_null(0),
        files=pl.col("files").fill_null(0),
    )


def _with_usual(quarters: pl.DataFrame, least: int) -> pl.DataFrame:
    there = pl.col("lines") > 0
    usual = quarters.group_by("kind", "slot").agg(
        days=pl.col("day").n_unique(),
        share=there.mean(),
        **{f"usual_{name}": pl.col(name).filter(there).median() for name in ("lines", "people", "files")},
    )
    watched = (
        (pl.col("days") >= COMPARED_DAYS) & (pl.col("share") >= _MOST_DAYS) & (pl.col("usual_people") >= least)
    ).fill_null(value=False)
    joined = quarters.join(usual, on=["kind", "slot"], how="left", maintain_order="left")
    return joined.with_columns(watched=watched)


def silences(source: SourceDays) -> list[Silence]:
    """Return the stretches without lines, or with fewer files and lines than usual, the first first."""
    quarters = source.quarters.with_columns(
        silent=pl.col("lines") == 0,
        thin=pl.col("watched")
        & (pl.col("lines") > 0)
        & (pl.col("usual_files") >= _PARALLEL)
        & (pl.col("files") < pl.col("usual_files").floor())
        & (pl.col("lines") < pl.col("usual_lines") * _FAR_FEWER),
    )
    found = [
        Silence(source.name, *_local(first, last, source.zone), whole=True)
        for first, last in _stretches(quarters, "silent").select("first", "last").iter_rows()  # a few stretches
        if last - first >= _SHORTEST
    ] + [
        Silence(source.name, *_local(first, last, source.zone), whole=False, files=files, usual_files=int(usual))
        for first, last, files, usual in _stretches(quarters, "thin").iter_rows()
        if last - first >= _SHORTEST_THIN
    ]
    return sorted(found, key=lambda one: one.start)


def _stretches(quarters: pl.DataFrame, state: str) -> pl.DataFrame:
    """Return the stretches of a day in which a state lasts, from the first to the last quarter that is looked at."""
    run = pl.struct("day", state).rle_id()
    runs = quarters.with_columns(run=run).filter(state, "watched")
    return (
        runs.group_by("run", maintain_order=True)
        .agg(
            first=pl.col("quarter").min(),
            last=pl.col("quarter").max() + QUARTER,
            files=pl.col("files").max(),
            usual=pl.col("usual_files").median(),
        )
        .drop("run")
    )


def _local(first: datetime, last: datetime, zone: str) -> tuple[datetime, datetime]:
    place = ZoneInfo(zone)
    return first.astimezone(place), last.astimezone(place)


def _clock(slot: int) -> str:
    return f"{slot // 4:02d}:{slot % 4 * 15:02d}"
