"""What the store holds about one person, week by week, and of requests day by day: no more is in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import polars as pl

from netaudit.assess import decided
from netaudit.contracts import FINDINGS
from netaudit.contracts.held import HeldTable, HeldWeek
from netaudit.definitions.periods import days_of, is_period, period_of
from netaudit.pipeline.buckets import Slice
from netaudit.pipeline.days import BESIDE_TABLE, EVENTS_TABLE, LABELS_TABLE, VISITS_TABLE, widened
from netaudit.pipeline.forgotten import forgotten_by
from netaudit.protect import (
    HELD,
    NOT_CONNECTED,
    PSEUDONYMS,
    TOLD_WITH,
    Pseudonyms,
    Subject,
    held_about,
    linked_by,
    theirs,
)
from netaudit.store import Commit, Store

Hashes = Mapping[int, tuple[tuple[date, date], ...]]  # as `Subject.hashes`

_EVERYTHING = "everything"
_MANAGER = "recipient"
_BY_WEEK = "counted"  # has no moment


@dataclass(slots=True)
class PersonalTables:
    """Reads the rows of one person, and remembers the numbers of their cases."""

    store: Store
    tables: Commit  # reads; it is never applied
    subject: Subject
    zone: str
    decisions: pl.DataFrame  # REGISTER
    kept_until: Callable[[str, str], str]  # of a table and a week
    cases: dict[str, str] = field(default_factory=dict)  # case number → week
    requests: int = 0
    rows: int = 0

    def periods(self) -> list[str]:
        """Return the weeks of which anything is stored, or was destroyed."""
        stored = {period for _, period in self.store.ledger.places() if is_period(period)}
        return sorted(stored | forgotten_by(self.store.keys.marks()).periods)

    def destroyed(self, period: str) -> tuple[str, ...]:
        """Return the tables of a week whose keys were destroyed."""
        marks = {table for table, of in self.store.keys.marks() if of == period}
        return (_EVERYTHING,) if "" in marks else tuple(sorted(marks))

    def unknown(self) -> list[str]:
        """Return tables that are described nowhere."""
        known = {*HELD, *NOT_CONNECTED, *TOLD_WITH}
        return sorted({table for table, _ in self.store.ledger.places()} - known)

    def week(self, period: str) -> HeldWeek:
        """Return what is held of a week, but for its requests."""
        destroyed = self.destroyed(period)
        if not self.can_tell(period):
            return HeldWeek(period, (), (), destroyed, (_NOT_TELLABLE,))
        hashes = self.hashes(period)
        found: list[HeldTable] = []
        notes: list[str] = []
        findings = self._findings(period, hashes, notes)
        for table in [*(one for one in HELD if one != EVENTS_TABLE), *self.unknown()]:
            rows = findings if table == "findings" else self._rows(table, period, hashes)
            if rows is not None and rows.height and table == "counted":
                rows = with_origin(rows, self._read("taken_over", period))
            if rows is not None and rows.height:
                found.append(held_about(table, rows, self.zone, self.kept_until(table, period)))
        self.rows += sum(len(one.rows) for one in found)
        copies = sum(rows.height for rows in self._copies(period, hashes))
        if copies:
            notes.append(
                f"{copies} requests or visits from within three hours of the week's ends are held a second time with "
                "the week beside, so that a night is one night. They are told once, with the week they belong to."
            )
        return HeldWeek(period, tuple(found), self.days(period), destroyed, tuple(notes))

    def can_tell(self, period: str) -> bool:
        """Return whether somebody can be found in a week: without the key of its pseudonyms nobody can."""
        return self.store.keys.has(PSEUDONYMS, period)

    def hashes(self, period: str) -> Hashes:
        """Return the person's pseudonyms of a week, with the days that are theirs."""
        return self.subject.hashes(Pseudonyms(period, self.store.keys.key, self.store.keys.has))

    def days(self, period: str) -> tuple[str, ...]:
        """Return the days under whose name a week has requests that are told with it, of whomever."""
        days = {part.partition(".")[0] for of, part in self.tables.parts(EVENTS_TABLE) if of == period}
        return tuple(sorted(day for day in days if not self._is_copy(EVENTS_TABLE, period, day)))

    def day(self, period: str, day: str) -> HeldTable:
        """Return the person's requests of a day, with what each was taken for."""
        hashes = self.hashes(period)
        frames = []
        for of, part in self.tables.parts(EVENTS_TABLE):
            if of == period and part.partition(".")[0] == day and _may_hold(part, hashes):
                frames.append(self._labelled(period, part, hashes))
        rows = pl.concat(frames, how="diagonal") if frames else pl.DataFrame()
        if rows.is_empty():
            return HeldTable(EVENTS_TABLE, "", "", (), ())
        self.requests += rows.height
        self.rows += rows.height
        return held_about(EVENTS_TABLE, rows, self.zone, self.kept_until(EVENTS_TABLE, period))

    def _labelled(self, period: str, part: str, hashes: Hashes) -> pl.DataFrame:
        def events_of(frame: pl.LazyFrame) -> pl.LazyFrame:
            return widened(frame).with_row_index("_row").filter(theirs(hashes, self.zone))

        events = self.tables.read(EVENTS_TABLE, period, part, events_of)
        if events is None:
            return pl.DataFrame()
        as_text = pl.col(pl.Categorical).cast(pl.String)
        events = events.with_columns(as_text)
        numbers = events["_row"]
        labels = None
        if self.store.keys.destroyed(LABELS_TABLE, period) is None:
            labels = self.tables.read(
                LABELS_TABLE,
                period,
                part,
                lambda frame: frame.with_row_index("_row").filter(pl.col("_row").is_in(numbers.implode())),
            )
        if labels is None:
            return events.drop("_row")
        labels = labels.with_columns(pl.col("label", "label_reason").cast(pl.String))
        return events.join(labels, on="_row", how="left", maintain_order="left").drop("_row")

    def _findings(self, period: str, hashes: Hashes, notes: list[str]) -> pl.DataFrame | None:
        stored = self._read("findings", period)
        if stored is None:
            return None
        stored = FINDINGS.completed(stored)
        led = stored.filter(theirs(hashes, self.zone, column=_MANAGER)).height
        if led:
            notes.append(f"{led} findings about other people were for the person as a line manager. They are not told.")
        mine = decided(stored.filter(theirs(hashes, self.zone)), self.decisions)
        self.cases |= dict.fromkeys(mine["finding_id"].to_list(), period)
        return mine

    def _rows(self, table: str, period: str, hashes: Hashes) -> pl.DataFrame | None:
        cases = [number for number, of in self.cases.items() if of == period]
        frames = []
        for of, part in self.tables.parts(table):
            if of != period:
                continue

            def mine(frame: pl.LazyFrame) -> pl.LazyFrame:
                columns = frame.collect_schema().names()
                link = linked_by(columns)
                if link is None:
                    return frame.head(0)
                if link == "finding_id":
                    return frame.filter(pl.col("finding_id").is_in(cases))
                if "event_start" not in columns:
                    return frame.filter(pl.col("user_hash").is_in(self._all_week(period, hashes)))
                return frame.filter(theirs(hashes, self.zone))

            rows = self.tables.read(table, period, part, mine)
            if rows is not None and rows.height:
                frames.append(rows.with_columns(pl.col(pl.Categorical).cast(pl.String)))
        if table == VISITS_TABLE:
            frames += list(self._beside(period, hashes, copies=False))
        return pl.concat(frames, how="diagonal_relaxed") if frames else None

    def _all_week(self, period: str, hashes: Hashes) -> list[int]:
        """Return pseudonyms that are the person's on each day of a week."""
        week = days_of(period)
        return [
            one
            for one, days in hashes.items()
            if not days or all(any(first <= day <= last for first, last in days) for day in week)
        ]

    def _copies(self, period: str, hashes: Hashes) -> Iterator[pl.DataFrame]:
        for of, part in self.tables.parts(EVENTS_TABLE):
            if of == period and self._is_copy(EVENTS_TABLE, period, part.partition(".")[0]) and _may_hold(part, hashes):
                mine = partial(_filtered, of=theirs(hashes, self.zone))
                rows = self.tables.read(EVENTS_TABLE, period, part, mine)
                yield pl.DataFrame() if rows is None else rows
        yield from self._beside(period, hashes, copies=True)

    def _beside(self, period: str, hashes: Hashes, *, copies: bool) -> Iterator[pl.DataFrame]:
        """Yield visits of the hours beside a week: those that the other week has too, or that this one alone has."""
        for of, part in self.tables.parts(BESIDE_TABLE):
            if of != period:
                continue
            rows = self.tables.read(BESIDE_TABLE, period, part, partial(_filtered, of=theirs(hashes, self.zone)))
            if rows is None or rows.is_empty():
                continue
            day = pl.col("event_start").dt.convert_time_zone(self.zone).dt.date()
            for (moment,), some in rows.group_by(day.alias("_day")):
                if isinstance(moment, date) and self._is_copy(VISITS_TABLE, period, moment.isoformat()) == copies:
                    yield some.drop("_day", strict=False).with_columns(pl.col(pl.Categorical).cast(pl.String))

    def _is_copy(self, table: str, period: str, day: str) -> bool:
        """Return whether the week that a day belongs to has it too, and can be read."""
        home = period_of(date.fromisoformat(day))
        if home == period or not self.can_tell(home):
            return False
        return any(of == home and part.partition(".")[0] == day for of, part in self.tables.parts(table))

    def _read(self, table: str, period: str) -> pl.DataFrame | None:
        parts = [part for of, part in self.tables.parts(table) if of == period]
        frames = [frame for part in parts if (frame := self.tables.read(table, period, part)) is not None]
        return pl.concat(frames, how="diagonal_relaxed") if frames else None


def with_origin(counted: pl.DataFrame, taken_over: pl.DataFrame | None) -> pl.DataFrame:
    """Return COUNTED with `printed_as_in`: from which week a figure was taken over, and of what; null for none.

    Args:
        counted: COUNTED of a week, or some of it.
        taken_over: TAKEN_OVER of the week; None: nothing is known to be.
    """
    if taken_over is None or taken_over.is_empty():
        return counted
    figure = ["table", "value", "unit_level", "unit"]
    origin = pl.concat_str("aspect", "period", separator=" of ").sort().str.join("; ")
    origins = taken_over.group_by(figure).agg(origin.alias("printed_as_in"))
    return counted.join(origins, on=figure, how="left", maintain_order="left")


_NOT_TELLABLE = (
    "The key of this week's pseudonyms was destroyed. What may be left of the week cannot be connected with anybody "
    "again, the person included."
)


def _filtered(frame: pl.LazyFrame, of: pl.Expr) -> pl.LazyFrame:
    return frame.filter(of)


def _may_hold(part: str, hashes: Hashes) -> bool:
    """Return whether a slice of a day may hold rows of these people: it holds some buckets of pseudonyms."""
    one = Slice.of_part(part)
    return any(one.first <= (value >> 56) + 128 <= one.last for value in hashes)
