"""Days: the events of a day settled once and for all, then read as people's visits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import polars as pl

from netaudit.contracts import DOWNLOADS, EVENTS, LABELLED, VISITS
from netaudit.definitions.formats import Format, Layout
from netaudit.definitions.periods import MARGIN, day_bounds, days_of, period_of
from netaudit.pipeline.buckets import SLICE_ROWS, Heap, Slice, batches, cut, evenly, slices
from netaudit.pipeline.let_through import LET_THROUGH_TABLE, let_through, summed
from netaudit.pipeline.reading import Gathered
from netaudit.pipeline.source_hours import SOURCE_HOURS_TABLE, merged, quarters_of
from netaudit.reconstruct import ReconstructSettings, reconstruct
from netaudit.store import Commit

EVENTS_TABLE = "events"
LABELS_TABLE = "labels"
VISITS_TABLE = "visits"
BESIDE_TABLE = "visits_beside"
TALLIES_TABLE = "tallies"
DOWNLOADS_TABLE = "downloads"

# Where a line stands, and what the lists of that day said of its site, make it no other line.
_NOT_THE_LINE = {
    "log_file", "log_line", "site", "category", "category_match", "category_source", "category_confirmed", "host_role",
}  # fmt: skip
_IDENTITY = [name for name in EVENTS.schema.names() if name not in _NOT_THE_LINE]
_WHERE = ("user_hash", "site", "event_start", "log_file", "log_line")
_AS_TEXT = pl.Schema(dict.fromkeys(("site", "log_file", "label", "label_reason"), pl.String()))
_ONE_DAY = timedelta(days=1)
_LINES = 1 << 40  # more than a file has
_INT32 = 2**31 - 1
_TALLIES = pl.Schema({"attribution": pl.String, "label": pl.String, "events": pl.Int64})

Tell = Callable[[date, int, int], None]  # the day, which it is of how many


@dataclass(slots=True)
class Settled:
    """What settling days has changed."""

    days: list[tuple[str, date]] = field(default_factory=list)  # whose visits were read anew, with their period
    duplicates: Counter[str] = field(default_factory=Counter)  # by file number


def work_through(gathered: Gathered, commit: Commit, settings: ReconstructSettings, zone: str, tell: Tell) -> Settled:
    """Settle every day that has new events, and read it and its neighbours: each as soon as the next is settled."""
    settled = Settled()
    waiting = gathered.places()
    places = sorted({(period, day + _ONE_DAY * offset) for period, day in waiting for offset in (-1, 0, 1)})
    for number, (period, day) in enumerate(places, 1):
        while waiting and waiting[0] <= (period, day + _ONE_DAY):
            settled.duplicates += settle_day(*waiting.pop(0), gathered, commit)
        if period_of(day) == period and slices_of(EVENTS_TABLE, period, day, commit):
            tell(day, number, len(places))
            read_day(period, day, commit, settings, zone)
            settled.days.append((period, day))
        for one in slices_of(EVENTS_TABLE, period, day - _ONE_DAY, commit):
            commit.let_go(EVENTS_TABLE, period, part_of(day - _ONE_DAY, one))
    return settled


def settle_day(period: str, day: date, gathered: Gathered, commit: Commit) -> Counter[str]:
    """Merge what was read of a day with what was stored; return the duplicates of each file.

    Only what files of an earlier version hold can stand twice here: others were held against one another line by line
    (see `netaudit.pipeline.delivered`).
    """
    stored = slices_of(EVENTS_TABLE, period, day, commit)
    heaps = [_stored_heap(period, day, one, commit) for one in stored] + gathered.take(period, day)
    duplicates: Counter[str] = Counter()
    written = set()
    for one, events in _in_slices(heaps, duplicates, commit.unmarked_files()):
        _put_events(events, period, day, one, commit)
        written.add(one)
    for one in set(stored) - written:
        commit.drop(EVENTS_TABLE, period, part_of(day, one))
        commit.drop(LABELS_TABLE, period, part_of(day, one))
    return duplicates if period_of(day) == period else Counter()


def _in_slices(
    heaps: Sequence[Heap], duplicates: Counter[str], unmarked: frozenset[str]
) -> Iterator[tuple[Slice, pl.DataFrame]]:
    """Yield a day's events in its slices; what is all of one file can be taken as it is."""
    if len({heap.log_file for heap in heaps}) > 1 or any(heap.log_file is None for heap in heaps):
        yield from cut(_settled(heaps, duplicates, unmarked), SLICE_ROWS)
        return
    for one in slices(heaps, SLICE_ROWS):
        yield one, pl.concat([heap.read(one) for heap in heaps])


def _settled(
    heaps: Sequence[Heap], duplicates: Counter[str], unmarked: frozenset[str]
) -> Iterator[tuple[Slice, pl.DataFrame]]:
    for one in batches(heaps, SLICE_ROWS):
        parts = [part for heap in heaps if (part := heap.read(one)).height]
        if not parts:  # what is stored was only taken to be spread evenly
            continue
        events = pl.concat(parts)
        kept = without_duplicates(events, unmarked) if unmarked else events
        if kept.height < events.height:
            for sign, rows in ((1, events), (-1, kept)):
                counted = rows["log_file"].value_counts().cast({"log_file": pl.String})
                for name, count in counted.iter_rows():
                    duplicates[name] += sign * count
        yield one, kept


def without_duplicates(events: pl.DataFrame, unmarked: Collection[str]) -> pl.DataFrame:
    """Return the events with each line of a file without marks as often as the file that holds it most often.

    Equal lines inside one file are real; equal lines of two files are one line that was logged or copied twice. Files
    that do not overlap in time are not compared.

    Args:
        events: of a day.
        unmarked: the numbers of files whose lines were not marked when they were read: what is kept of a line tells
            there which it is.
    """
    number = _file_numbers(events)
    if number is None:
        return events
    ended = pl.col("event_start") + pl.duration(milliseconds=pl.col("event_duration_ms").fill_null(0))
    spans = events.group_by("log_file").agg(first=ended.min(), last=ended.max()).sort("first", "last")
    # a file overlaps an earlier one if it begins before the latest end so far
    overlaps = spans.select((pl.col("first") <= pl.col("last").cum_max().shift(1)).any()).item()
    if not overlaps:
        return events
    keyed = events.with_columns(_line=pl.struct(_IDENTITY).hash(seed=0), _file=number)
    counted = keyed.with_columns(_occurrence=pl.int_range(pl.len()).over("_line", "_file"))
    first = pl.col("_file").min().over("_line", "_occurrence")
    known = first.is_in([int(one) for one in unmarked])
    return counted.filter(~known | (pl.col("_file") == first)).drop("_line", "_file", "_occurrence")


def reconstruct_settings(formats: Iterable[Format], settings: ReconstructSettings | None = None) -> ReconstructSettings:
    """Return the settings (None: the shipped ones) as a reconstruction of logs in these formats needs them."""
    layouts = [(one, layout) for one in formats for layout in one.layouts]

    def datasets(some: Iterable[tuple[Format, Layout]]) -> frozenset[str]:
        return frozenset(name for one, layout in some for name in one.datasets(layout))

    return replace(
        settings or ReconstructSettings(),
        start_marked_datasets=datasets(pair for pair in layouts if (pair[1].time or pair[0].time).marks == "start"),
        names_only_datasets=datasets(pair for pair in layouts if pair[0].scope == "dns"),
        # A proxy may write as servers do: under its own name, its log is a proxy's.
        served_datasets=datasets(pair for pair in layouts if pair[0].scope == "server")
        - datasets(pair for pair in layouts if pair[0].scope != "server"),
    )


def read_day(period: str, day: date, commit: Commit, settings: ReconstructSettings, zone: str) -> None:
    """Write the labels and visits of a day, read in a window that reaches some hours beyond its midnights.

    The labels stand in the order of the day's events, slice by slice.
    """
    begin, end = day_bounds(day, zone)
    of_day = pl.col("event_start").is_between(begin, end, closed="left")
    beside_week = _beside_week(period, day, zone)
    visits, beside, downloads = [VISITS.empty()], [VISITS.empty()], [DOWNLOADS.empty()]
    tallies_, passed, quarters = [], [], []
    for one in slices_of(EVENTS_TABLE, period, day, commit):
        own = _read_events(period, day, one, commit)
        around = _neighbours(period, day, one, commit, zone)
        result = reconstruct(pl.concat([own, *around]), settings)
        labelled = result.labelled.head(own.height)
        commit.put(LABELS_TABLE, period, part_of(day, one), labelled.select("label", "label_reason"))
        visits.append(VISITS.at_rest(result.visits.filter(of_day)))
        if beside_week is not None:
            beside.append(VISITS.at_rest(result.visits.filter(beside_week)))
        downloads.append(DOWNLOADS.at_rest(result.downloads.filter(of_day)))
        passed.append(let_through(own, settings.names_only_datasets | settings.served_datasets))
        quarters.append(quarters_of(own, settings.start_marked_datasets))
        tallies_.append(labelled.group_by("attribution", "label").len("events"))
    commit.put(VISITS_TABLE, period, day.isoformat(), pl.concat(visits))
    if beside_week is not None:
        commit.put(BESIDE_TABLE, period, day.isoformat(), pl.concat(beside))
    commit.put(DOWNLOADS_TABLE, period, day.isoformat(), pl.concat(downloads))
    commit.put(LET_THROUGH_TABLE, period, day.isoformat(), summed(passed))
    commit.put(SOURCE_HOURS_TABLE, period, day.isoformat(), merged(quarters))
    counted = pl.concat([one.cast(_TALLIES) for one in tallies_])
    counted = counted.group_by("attribution", "label").agg(pl.col("events").sum()).sort("attribution", "label")
    commit.put(TALLIES_TABLE, period, day.isoformat(), counted)


def _beside_week(period: str, day: date, zone: str) -> pl.Expr | None:
    """Return what tells visits that start in the hours beside a week, which its first and its last day see."""
    begin, end = day_bounds(day, zone)
    days = days_of(period)
    if day == days[0]:
        return pl.col("event_start") < begin
    return pl.col("event_start") >= end if day == days[-1] else None


def days_with_events(period: str, commit: Commit) -> list[date]:
    """Return the days of a period of which there are events."""
    return [day for day in days_of(period) if slices_of(EVENTS_TABLE, period, day, commit)]


def slices_of(table: str, period: str, day: date, commit: Commit) -> list[Slice]:
    """Return the slices in which a table of a day is stored, in order; none if there is no such day."""
    name = day.isoformat()
    parts = [part for of, part in commit.parts(table) if of == period and part.startswith(name)]
    return [Slice.of_part(part) for part in parts]


def labelled_events(period: str, days: Iterable[date], visits: pl.DataFrame, zone: str, commit: Commit) -> pl.DataFrame:
    """Return LABELLED as far as it shows where in the logs some visits begin.

    These are the requests of the visits' own kind, and those of people to sites where they have a visit without any.
    Only person, site, time, place and label are filled in.
    """
    visits = visits.with_columns(pl.col("site").cast(pl.Categorical))
    asked, kinds = visits.select("user_hash", "site").unique(), visits["kind"].unique()
    frames = []
    for day in days:
        begin, end = day_bounds(day, zone)
        of_day = visits.filter(pl.col("event_start") < end, pl.col("event_end") >= begin).with_row_index("visit")
        for one in slices_of(EVENTS_TABLE, period, day, commit):
            part = part_of(day, one)
            events = commit.read(EVENTS_TABLE, period, part, lambda events: widened(events).select(_WHERE))
            labels = commit.read(LABELS_TABLE, period, part)
            if events is None or labels is None:
                continue
            events = events.hstack(labels)
            own = events.filter(pl.col("label").is_in(kinds.implode())).join(
                asked, on=["user_hash", "site"], how="semi"
            )
            found = of_day.join(own.select("user_hash", "site", at="event_start"), on=["user_hash", "site"])
            found = found.filter(pl.col("at").is_between("event_start", "event_end"))
            without = of_day.join(found, on="visit", how="anti")
            others = events.filter(~pl.col("label").is_in(kinds.implode()))
            frames += [own, others.join(without, on=["user_hash", "site"], how="semi")]
    return LABELLED.at_rest(pl.concat([LABELLED.empty(), *(frame.cast(_AS_TEXT) for frame in frames)], how="diagonal"))


def tallies(commit: Commit, periods: Sequence[str]) -> pl.DataFrame:
    """Return how many events had which attribution and label: `attribution, label, events`."""
    frames = [
        part
        for period in periods
        for day in days_of(period)
        if (part := commit.read(TALLIES_TABLE, period, day.isoformat())) is not None
    ]
    return pl.concat([pl.DataFrame(schema=_TALLIES), *(frame.cast(_TALLIES) for frame in frames)])


def _neighbours(period: str, day: date, wanted: Slice, commit: Commit, zone: str) -> list[pl.DataFrame]:
    """Return the events of the days before and after that the reading of a day looks at, of the same people."""
    begin, end = day_bounds(day, zone)
    duration = pl.duration(milliseconds=pl.col("event_duration_ms").fill_null(0))
    near = (pl.col("event_start") < end + MARGIN) & (pl.col("event_start") + duration >= begin - MARGIN)
    found = []
    for other in (day - _ONE_DAY, day + _ONE_DAY):
        for one in slices_of(EVENTS_TABLE, period, other, commit):
            if one.meets(wanted):
                chosen = near if wanted.holds(one) else near & wanted.rows()
                found.append(_read_events(period, other, one, commit, chosen))
    return found


def _stored_heap(period: str, day: date, stored: Slice, commit: Commit) -> Heap:
    def read(wanted: Slice) -> pl.DataFrame:
        if not stored.meets(wanted):
            return pl.DataFrame()
        return _read_events(period, day, stored, commit, None if wanted.holds(stored) else wanted.rows())

    return Heap(evenly(commit.rows(EVENTS_TABLE, period, part_of(day, stored)), stored), read)


def _put_events(events: pl.DataFrame, period: str, day: date, one: Slice, commit: Commit) -> None:
    """Write a slice's events in the order of the files and their lines, in no wider types than they need."""
    events = EVENTS.fit(events)
    line, number = events["log_line"], _file_numbers(events)
    place = line if number is None else number * _LINES + line
    if not place.is_sorted():
        events = events[place.arg_sort()]
    narrow = [pl.lit(None).alias(name) for name in EVENTS.schema if events[name].null_count() == events.height]
    if int(line.max()) <= _INT32:  # type: ignore[arg-type]
        narrow.append(pl.col("log_line").cast(pl.Int32))
    commit.put(EVENTS_TABLE, period, part_of(day, one), events.with_columns(narrow))


def _read_events(period: str, day: date, one: Slice, commit: Commit, rows: pl.Expr | None = None) -> pl.DataFrame:
    """Return EVENTS of a slice, or some of its rows."""

    def wanted(events: pl.LazyFrame) -> pl.LazyFrame:
        events = widened(events)
        return events if rows is None else events.filter(rows)

    events = commit.read(EVENTS_TABLE, period, part_of(day, one), wanted)
    if events is None:
        raise KeyError(f"no events of {period}, {day}")
    return events


def widened(events: pl.LazyFrame) -> pl.LazyFrame:
    """Return EVENTS in the types that they had before they were put; text is Categorical."""
    events = events.with_columns(EVENTS.missing(events.collect_schema().names())).select(EVENTS.schema.names())
    found = events.collect_schema()
    types = {name: pl.Categorical() if wanted == pl.String else wanted for name, wanted in EVENTS.schema.items()}
    return events.cast(pl.Schema({name: wanted for name, wanted in types.items() if found[name] != wanted}))


def _file_numbers(events: pl.DataFrame) -> pl.Series | None:
    """Return the number of each row's file; None if all rows are of one."""
    files = events["log_file"].unique()
    if len(files) < 2:  # noqa: PLR2004 - two files
        return None
    return events["log_file"].replace_strict(files, files.cast(pl.String).cast(pl.Int64), return_dtype=pl.Int64)


def part_of(day: date, one: Slice) -> str:
    """Return the name of the part that holds a slice of a day."""
    return day.isoformat() + one.suffix
