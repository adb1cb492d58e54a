"""Weeks whose keys were destroyed: they take no more lines, and are shown as far as they last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import polars as pl

from netaudit.contracts import REJECTS
from netaudit.definitions.periods import day_bounds, days_of, is_period
from netaudit.errors import InputError, Problem
from netaudit.ingest import ParsedChunk

REASON = "its week's keys were destroyed"
_ONE_WEEK = timedelta(weeks=1)
_ALL = ""  # of a mark: every table


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Which tables of which weeks can never be read again."""

    marks: Mapping[tuple[str, str], str] = field(default_factory=dict)  # the day, by table ("" for all) and period

    @property
    def periods(self) -> frozenset[str]:
        """Return the weeks that lack anything."""
        return frozenset(period for _, period in self.marks if is_period(period))

    def lacks(self, period: str, tables: Collection[str]) -> bool:
        """Return whether a week lacks one of these tables, or keys."""
        return (_ALL, period) in self.marks or any((table, period) in self.marks for table in tables)

    def warnings(self) -> Iterator[str]:
        """Yield what reports say of it; nothing if nothing was destroyed."""
        tables: defaultdict[str, set[str]] = defaultdict(set)
        for table, period in self.marks:
            tables[period].add(table)
        by_tables: defaultdict[str, list[str]] = defaultdict(list)
        for period in sorted(self.periods):
            some = "everything" if _ALL in tables[period] else ", ".join(sorted(tables[period]))
            by_tables[some].append(period)
        if by_tables:
            said = "; ".join(f"{some} of {', '.join(_spans(weeks))}" for some, weeks in sorted(by_tables.items()))
            yield (
                f"Keys were destroyed: {said}. What lay under them is in no report; these weeks are not assessed "
                "again, and their lines that come late are set aside."
            )

    def without(self, read: ParsedChunk, log_file: str, zone: str) -> ParsedChunk:
        """Return the chunk with records of these weeks among its rejects."""
        start = read.parsed["event_start"]
        earliest, latest = start.min(), start.max()
        if not isinstance(earliest, datetime) or not isinstance(latest, datetime):
            return read
        spans = [(day_bounds(days[0], zone)[0], day_bounds(days[-1], zone)[1]) for days in map(days_of, self.periods)]
        spans = [(begin, end) for begin, end in spans if begin <= latest and end > earliest]
        if not spans:
            return read
        gone = pl.any_horizontal(pl.col("event_start").is_between(*span, closed="left") for span in spans)
        rejects = read.parsed.filter(gone).select(
            "log_line",
            log_file=pl.lit(log_file),
            event_dataset=pl.col("event_dataset").cast(pl.String),
            reason=pl.lit(REASON),
        )
        return replace(read, parsed=read.parsed.filter(~gone), rejects=pl.concat([read.rejects, REJECTS.fit(rejects)]))

    def refuse(self, reissue: Collection[str]) -> None:
        """Refuse to make figures anew that nothing is left to make from.

        Raises:
            InputError: naming all such weeks.
        """
        problems = [
            Problem(f"week {week} cannot be issued again: its keys were destroyed", "--reissue", "leave it out")
            for week in sorted(self.periods & set(reissue))
        ]
        if problems:
            raise InputError(problems)


def _spans(weeks: Sequence[str]) -> list[str]:
    """Return weeks in order, three and more that follow one another as the first and the last of them.

    >>> _spans(["2025-W52", "2026-W01", "2026-W02", "2026-W04"])
    ['2025-W52 to 2026-W02', '2026-W04']
    """
    spans: list[list[str]] = []
    for week in weeks:
        if spans and days_of(week)[0] - days_of(spans[-1][-1])[0] == _ONE_WEEK:
            spans[-1].append(week)
        else:
            spans.append([week])
    shown = ([f"{span[0]} to {span[-1]}"] if len(span) > 2 else span for span in spans)  # noqa: PLR2004 - two are two
    return [text for span in shown for text in span]


def forgotten_by(marks: Mapping[tuple[str, str], str]) -> Forgotten:
    """Return which weeks the marks in a key folder are about."""
    return Forgotten({place: when for place, when in marks.items() if is_period(place[1])})
