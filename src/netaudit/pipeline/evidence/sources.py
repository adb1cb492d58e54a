"""Which sources delivered lines on which days, and where a source that otherwise delivers is silent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.contracts import FileAccount
from netaudit.definitions.formats import format_name
from netaudit.definitions.periods import days_of
from netaudit.pipeline.days import EVENTS_TABLE, part_of, slices_of
from netaudit.pipeline.evidence.spans import Span
from netaudit.store import Commit

_ONE_DAY = timedelta(days=1)
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Source:
    """What one log format delivered in a time."""

    name: str
    files: int
    lines: int
    read: int  # lines that are events, duplicates, or of something else than the web
    set_aside: int
    days: frozenset[date]  # on which there are lines of it, as far as files and stored rows tell
    silent: tuple[date, ...]  # between its first day and its last
    with_user: int | None  # per cent of its stored rows that have a user; None: none is stored any more

    @property
    def first(self) -> date | None:
        """Return its first day."""
        return min(self.days, default=None)

    @property
    def last(self) -> date | None:
        """Return its last day."""
        return max(self.days, default=None)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of the logs of a time."""

    span: Span
    sources: tuple[Source, ...]
    days: frozenset[date]  # with lines of any source
    silent: tuple[date, ...]  # without a line of any source, between the first day and the last
    by_rows: int  # days whose stored rows were looked at; of the others the files' first and last lines tell
    statuses: dict[str, int] = field(default_factory=dict)  # files by what became of them


def coverage(
    span: Span, files: Sequence[FileAccount], tables: Commit, is_readable: Callable[[str], bool], zone: str, today: date
) -> Coverage:
    """Return what is known of the logs of a time.

    Rows that are still stored say it to the day. Of days whose rows are gone, the first and the last line of each file
    say it: then a hole inside a file is not seen.

    Args:
        span: the time.
        files: the accounts of all files.
        tables: reads the stored rows.
        is_readable: of a week, whether its rows can be read.
        zone: of the organisation.
        today: no later day is looked at.
    """
    rows, users, looked_at = _stored(span, tables, is_readable, today)
    within = [(one, days) for one in files if one.lines and (days := _days_of_file(one, span, zone, today))]
    names = sorted({one.event_dataset for one, _ in within} | {name for name, _ in rows})
    sources = []
    for name in names:
        mine = [(one, days) for one, days in within if one.has(name)]
        known = {day for source, day in rows if source == name}
        known |= {day for _, some in mine for day in some if day not in looked_at}
        accounts = [one for one, _ in mine]
        counted = users.get(name)
        sources.append(
            Source(
                name,
                len(accounts),
                sum(one.lines for one in accounts),
                sum(one.events + one.duplicates + one.not_web + one.continuations for one in accounts),
                sum(one.rejects for one in accounts),
                frozenset(known),
                _holes(known),
                None if counted is None or not counted[0] else round(_HUNDRED * counted[1] / counted[0]),
            )
        )
    every = frozenset(day for source in sources for day in source.days)
    statuses = Counter(one.status for one, _ in within)
    return Coverage(span, tuple(sources), every, _holes(every), len(looked_at), dict(sorted(statuses.items())))


def _days_of_file(one: FileAccount, span: Span, zone: str, today: date) -> list[date]:
    if one.first is None or one.last is None:
        return []
    place = ZoneInfo(zone)
    first = max(one.first.astimezone(place).date(), span.first)
    last = min(one.last.astimezone(place).date(), span.until(today))
    return _days(first, last)


def _stored(
    span: Span, tables: Commit, is_readable: Callable[[str], bool], today: date
) -> tuple[set[tuple[str, date]], dict[str, tuple[int, int]], set[date]]:
    """Return which source has stored rows on which day, its rows and those with a user, and all days looked at."""
    found: set[tuple[str, date]] = set()
    looked_at: set[date] = set()
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for period in sorted({period for period, _ in tables.parts(EVENTS_TABLE)}):
        if not is_readable(period):
            continue
        for day in days_of(period):
            if not span.first <= day <= span.until(today):
                continue
            looked_at.add(day)
            for one in slices_of(EVENTS_TABLE, period, day, tables):
                counted = tables.read(EVENTS_TABLE, period, part_of(day, one), _by_source)
                for dataset, rows, with_user in () if counted is None else counted.iter_rows():
                    name = format_name(dataset)
                    found.add((name, day))
                    sums[name][0] += rows
                    sums[name][1] += with_user
    return found, {name: (rows, with_user) for name, (rows, with_user) in sums.items()}, looked_at


def _by_source(events: pl.LazyFrame) -> pl.LazyFrame:
    return events.group_by(pl.col("event_dataset").cast(pl.String)).agg(
        pl.len(), pl.col("user_hash").is_not_null().sum()
    )


def _days(first: date, last: date) -> list[date]:
    return [first + _ONE_DAY * number for number in range((last - first).days + 1)]


def _holes(days: Collection[date]) -> tuple[date, ...]:
    if not days:
        return ()
    return tuple(day for day in _days(min(days), max(days)) if day not in days)
