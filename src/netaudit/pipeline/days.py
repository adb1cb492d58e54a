"""Days: the events of a day settled once and for all, then read as people's visits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from netaudit.contracts import EVENTS, LABELLED, VISITS
from netaudit.definitions.periods import MARGIN, day_bounds, days_of, period_of
from netaudit.pipeline.reading import Gathered
from netaudit.reconstruct import ReconstructSettings, reconstruct
from netaudit.store import Commit

EVENTS_TABLE = "events"
LABELS_TABLE = "labels"
VISITS_TABLE = "visits"
TALLIES_TABLE = "tallies"

_PLACE = ("log_file", "log_line")
_IDENTITY = [name for name in EVENTS.schema.names() if name not in _PLACE]
_ORDER = ("user_hash", "event_start", "log_line")


@dataclass(frozen=True, slots=True)
class SettledDay:
    """A day whose events have changed."""

    period: str
    day: date
    duplicates: dict[str, int]  # by file number


def settle(gathered: Gathered, commit: Commit) -> list[SettledDay]:
    """Merge what was read with what was stored, without duplicates, and write each day's events."""
    settled = []
    for period, day in gathered.places():
        stored = commit.read(EVENTS_TABLE, period, day.isoformat())
        frames = gathered.take(period, day) if stored is None else [stored, *gathered.take(period, day)]
        events = pl.concat(frames)
        before = events.height
        events = without_duplicates(events)
        duplicates: dict[str, int] = {}
        if events.height < before and period_of(day) == period:
            counted = (
                pl.concat([*frames])
                .group_by("log_file")
                .len()
                .join(events.group_by("log_file").len("kept"), on="log_file", how="left")
            )
            duplicates = {
                str(name): count - (kept or 0) for name, count, kept in counted.iter_rows() if count != (kept or 0)
            }
        commit.put(EVENTS_TABLE, period, day.isoformat(), EVENTS.fit(events.sort(_ORDER, maintain_order=True)))
        settled.append(SettledDay(period, day, duplicates))
    return settled


def without_duplicates(events: pl.DataFrame) -> pl.DataFrame:
    """Return the events with each line as often as the file that holds it most often.

    Equal lines inside one file are real; equal lines of two files are one line that was logged or copied twice. Files
    that do not overlap in time are not compared.
    """
    if events["log_file"].n_unique() < 2:  # noqa: PLR2004 - two files
        return events
    ended = pl.col("event_start") + pl.duration(milliseconds=pl.col("event_duration_ms").fill_null(0))
    number = pl.col("log_file").cast(pl.String).cast(pl.Int64)
    spans = events.group_by("log_file").agg(first=ended.min(), last=ended.max()).sort("first", "last")
    # a file overlaps an earlier one if it begins before the latest end so far
    overlaps = spans.select((pl.col("first") <= pl.col("last").cum_max().shift(1)).any()).item()
    if not overlaps:
        return events
    keyed = events.with_columns(_line=pl.struct(_IDENTITY).hash(seed=0), _file=number)
    counted = keyed.with_columns(_occurrence=pl.int_range(pl.len()).over("_line", "_file"))
    first = pl.col("_file").min().over("_line", "_occurrence")
    return counted.filter(pl.col("_file") == first).drop("_line", "_file", "_occurrence")


def affected_days(settled: Iterable[SettledDay], commit: Commit) -> list[tuple[str, date]]:
    """Return every day whose visits may have changed: those settled, and their neighbours in the period."""
    days = {(one.period, one.day + timedelta(days=offset)) for one in settled for offset in (-1, 0, 1)}
    return sorted(
        (period, day)
        for period, day in days
        if period_of(day) == period and commit.scan(EVENTS_TABLE, period, day.isoformat()) is not None
    )


def days_with_events(period: str, commit: Commit) -> list[date]:
    """Return the days of a period of which there are events."""
    return [day for day in days_of(period) if commit.scan(EVENTS_TABLE, period, day.isoformat()) is not None]


def read_day(period: str, day: date, commit: Commit, settings: ReconstructSettings, zone: str) -> None:
    """Write the labels and visits of a day, read in a window that reaches some hours beyond its midnights."""
    window = _window(period, day, commit, zone)
    begin, end = day_bounds(day, zone)
    of_day = pl.col("event_start").is_between(begin, end, closed="left")
    result = reconstruct(window, settings)
    labelled = result.labelled.filter(of_day)
    part = day.isoformat()
    commit.put(LABELS_TABLE, period, part, labelled.select(*_PLACE, "label", "label_reason"))
    commit.put(VISITS_TABLE, period, part, VISITS.fit(result.visits.filter(of_day)))
    counted = labelled.group_by("attribution", "label").len("events")
    counted = counted.with_columns(pl.col("attribution", "label").cast(pl.String)).sort("attribution", "label")
    commit.put(TALLIES_TABLE, period, part, counted)
    commit.let_go(EVENTS_TABLE, period, (day - timedelta(days=1)).isoformat())


def labelled_events(
    period: str, days: Iterable[date], users: pl.Series, sites: pl.Series, commit: Commit
) -> pl.DataFrame:
    """Return LABELLED for a few people and sites over some days."""
    frames = []
    for day in days:
        events = commit.scan(EVENTS_TABLE, period, day.isoformat())
        labels = commit.scan(LABELS_TABLE, period, day.isoformat())
        if events is None or labels is None:
            continue
        chosen = events.filter(
            pl.col("user_hash").is_in(users.implode()), pl.col("site").is_in(sites.cast(pl.String).implode())
        )
        found = chosen.join(labels, on=_PLACE, how="inner").collect()
        frames.append(LABELLED.fit(found))
    return pl.concat(frames) if frames else LABELLED.empty()


def tallies(commit: Commit, periods: Sequence[str]) -> pl.DataFrame:
    """Return how many events had which attribution and label: `attribution, label, events`."""
    frames = [
        part
        for period in periods
        for day in days_of(period)
        if (part := commit.read(TALLIES_TABLE, period, day.isoformat())) is not None
    ]
    empty = pl.DataFrame(schema={"attribution": pl.String, "label": pl.String, "events": pl.Int64})
    return pl.concat([empty, *(frame.cast({"events": pl.Int64}) for frame in frames)])


def _window(period: str, day: date, commit: Commit, zone: str) -> pl.DataFrame:
    begin, end = day_bounds(day, zone)
    duration = pl.duration(milliseconds=pl.col("event_duration_ms").fill_null(0))
    near = (pl.col("event_start") < end + MARGIN) & (pl.col("event_start") + duration >= begin - MARGIN)
    frames = []
    for offset in (-1, 0, 1):
        part = commit.scan(EVENTS_TABLE, period, (day + timedelta(days=offset)).isoformat())
        if part is not None:
            frames.append(part.filter(near))
    return pl.concat(pl.collect_all(frames))
