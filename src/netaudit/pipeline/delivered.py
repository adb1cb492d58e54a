"""Lines that were delivered before: what two files both hold counts once, as often as the file that has it most often.

Of every line that counted, whatever it came to, the store keeps a mark: 64 bits under the key of its week (see
`netaudit.ingest.line_marks`), by local day. A file is held against the marks of other files where its times meet
theirs, and a line whose mark they have more often than the file has shown it so far was delivered before. Within one
file equal lines are real. What is kept and what its marks say become true with the same commit.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.definitions.periods import local_days, period_of
from netaudit.ingest import ParsedChunk, line_ends, line_marks, record_marks
from netaudit.ingest.line_marks import Marks
from netaudit.pipeline.clocks import FUTURE
from netaudit.pipeline.forgotten import REASON
from netaudit.store import Commit, Store

LINES_TABLE = "lines_seen"

_HELD = 4_000_000  # marks of eight bytes; beyond this they do not wait in memory
_KNOWN = 20_000_000  # marks of other files at hand: each takes sixteen bytes

_TRIED_AGAIN = [FUTURE, REASON]  # why lines were set aside that may count when their file comes again

Place = tuple[str, date]  # a period and one of its local days
Span = tuple[int, int]  # the first and the last moment of a file, in microseconds since 1970


@dataclass(slots=True)
class _Known:
    """Marks of other files on a day: how often each is there, and how often the file at hand has shown it."""

    marks: Marks
    counts: npt.NDArray[np.int32]
    shown: npt.NDArray[np.int32]

    @classmethod
    def of(cls, marks: Marks) -> _Known:
        """Return marks counted."""
        unique, counts = np.unique(marks, return_counts=True)
        return cls(unique, counts.astype(np.int32), np.zeros(len(unique), np.int32))

    def take(self, marks: Marks) -> npt.NDArray[np.bool_]:
        """Return which of the next lines of a file, in their order, were delivered before."""
        twice = np.zeros(len(marks), np.bool_)
        if not len(self.marks):
            return twice
        place = np.minimum(np.searchsorted(self.marks, marks), len(self.marks) - 1)
        found = np.flatnonzero(self.marks[place] == marks)
        if not len(found):
            return twice
        place = place[found]
        order = np.argsort(place, kind="stable")
        ordered = place[order]
        begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        lengths = np.diff(np.append(begins, len(ordered)))
        nth = np.empty(len(place), np.int64)
        nth[order] = np.arange(len(ordered)) - np.repeat(begins, lengths)
        twice[found] = self.shown[place] + nth < self.counts[place]
        self.shown[ordered[begins]] += lengths.astype(np.int32)
        return twice


@dataclass(slots=True)
class Delivered:
    """The marks of all lines that counted so far: in earlier nights, and in the files of this one."""

    key_of: Callable[[str], bytes]  # by period
    zone: str
    store: Store | None = None  # None: nothing is stored, and nothing was
    commit: Commit | None = None
    _spans: list[Span] = field(default_factory=list)  # of files that were read to their end
    _held: dict[Place, list[Marks]] = field(default_factory=dict)
    _size: int = 0
    _parts: int = 0

    def __post_init__(self) -> None:
        """Learn the times of the files that were read in earlier nights."""
        for account in self.commit.files() if self.commit else ():
            if account.first and account.last:
                moments = pl.Series([account.first, account.last]).dt.epoch("us")
                self._spans.append((int(moments[0]), int(moments[1])))

    def begin(self) -> Delivery:
        """Return what knows which lines of a file were delivered before."""
        return Delivery(self)

    def keep(self, delivery: Delivery) -> None:
        """Keep the marks of a file that was read to its end, so that others are held against it."""
        if delivery.span:
            self._spans.append(delivery.span)
        for place, marks in delivery.take():
            self._held.setdefault(place, []).append(marks)
            self._size += len(marks)
            if self._size > _HELD:
                self.write()

    def write(self) -> None:
        """Write what is held for the commit."""
        if self.commit is None:
            return
        for (period, day), marks in sorted(self._held.items()):
            self._parts += 1
            part = f"{day.isoformat()}.{self.commit.run_id}.{self._parts}"
            self.commit.put(LINES_TABLE, period, part, _table(np.sort(np.concatenate(marks))))
            self.commit.let_go(LINES_TABLE, period, part)
        self._held.clear()
        self._size = 0

    def meet(self, span: Span) -> list[Span]:
        """Return the times of other files that meet a span."""
        return [one for one in self._spans if one[0] <= span[1] and one[1] >= span[0]]

    def on(self, place: Place) -> Marks:
        """Return the marks of a day, in any order."""
        return np.concatenate([np.zeros(0, np.uint64), *self._held.get(place, ()), *self._stored(place)])

    def _stored(self, place: Place) -> Iterator[Marks]:
        period, day = place
        for of, part in self.commit.parts(LINES_TABLE) if self.commit else ():
            if of == period and part.startswith(day.isoformat()) and self.commit:
                table = self.commit.read(LINES_TABLE, period, part)
                if table is not None:
                    yield _marks_in(table)


def among_themselves() -> Delivered:
    """Return what holds files against one another and nothing else: nothing of it is stored."""
    key = secrets.token_bytes(32)
    return Delivered(lambda _period: key, "UTC")


@dataclass(slots=True)
class Delivery:
    """One file, chunk by chunk in its order."""

    delivered: Delivered
    span: Span | None = None  # of what was read so far
    _fresh: dict[Place, list[Marks]] = field(default_factory=dict)  # of the lines that count
    _size: int = 0
    _aside: list[tuple[Place, Path]] = field(default_factory=list)
    _known: dict[Place, _Known] = field(default_factory=dict)
    _latest: int | None = None  # moment of a request

    def twice(self, read: ParsedChunk) -> pl.Series:
        """Return the numbers of the requests and other records of a chunk that were delivered before, sorted.

        A line that is no request counts as made when the request before it was, or else the one after it.
        """
        numbers, moments = self._records(read)
        if read.source is None or not len(numbers):
            return _numbers(numbers[:0])
        first, last = int(moments.min()), int(moments.max())
        self.span = (min(self.span[0], first), max(self.span[1], last)) if self.span else (first, last)
        rows = numbers - read.source.first_line
        days, day_of = local_days(moments, self.delivered.zone)
        marks_under: dict[str, Marks] = {}
        twice = np.zeros(len(numbers), np.bool_)
        for number, day in enumerate(days):
            place = period_of(day), day
            if place[0] not in marks_under:
                marks_under[place[0]] = _marks_of(read, self.delivered.key_of(place[0]))
            chosen = slice(None) if len(days) == 1 else np.flatnonzero(day_of == number)
            marks = marks_under[place[0]][rows[chosen]]
            again = self._again(place, marks, moments[chosen], keep=[(period_of(one), one) for one in days])
            twice[chosen] = again
            self._add(place, marks[~again] if again.any() else marks)
        return _numbers(numbers[twice])

    def take(self) -> Iterator[tuple[Place, Marks]]:
        """Yield the marks of the lines that count, and forget them."""
        for place, path in self._aside:
            if self.delivered.store:
                yield place, _marks_in(self.delivered.store.staged(path))
        for place, marks in self._fresh.items():
            yield place, np.concatenate(marks)
        self._aside, self._fresh, self._size = [], {}, 0

    def _add(self, place: Place, marks: Marks) -> None:
        self._fresh.setdefault(place, []).append(marks)
        self._size += len(marks)
        if self._size > _HELD and self.delivered.store:
            for one, some in self._fresh.items():
                self._aside.append((one, self.delivered.store.stage(_table(np.concatenate(some)))))
            self._fresh, self._size = {}, 0

    def _records(self, read: ParsedChunk) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the numbers of a chunk's records in order, and when each was made; none where nothing tells when."""
        numbers = read.parsed["log_line"].to_numpy()
        moments = read.parsed["event_start"].to_physical().to_numpy()
        if not read.not_web and not read.rejects.height:
            self._latest = int(moments[-1]) if len(moments) else self._latest
            return numbers, moments
        lost = read.rejects.filter(~pl.col("reason").is_in(_TRIED_AGAIN))["log_line"]
        first_line = read.source.first_line if read.source else 0
        others = pl.concat([read.others.filter(outcome="not_web")["log_line"], lost.filter(lost >= first_line)])
        known = pl.DataFrame(
            {
                "number": np.concatenate([numbers, others.to_numpy()]),
                "moment": pl.concat(
                    [pl.Series(moments), pl.Series([None], dtype=pl.Int64).new_from_index(0, len(others))]
                ),
            }
        ).sort("number")
        filled = known.select(
            "number", pl.col("moment").forward_fill().fill_null(pl.lit(self._latest, pl.Int64)).backward_fill()
        )
        self._latest = filled["moment"][-1]
        filled = filled.drop_nulls()
        return filled["number"].to_numpy(), filled["moment"].to_numpy()

    def _again(
        self, place: Place, marks: Marks, moments: npt.NDArray[np.int64], keep: Iterable[Place]
    ) -> npt.NDArray[np.bool_]:
        """Return which records of a day other files have delivered."""
        spans = self.delivered.meet((int(moments.min()), int(moments.max())))
        again = np.zeros(len(marks), np.bool_)
        if not spans:
            return again
        inside = np.zeros(len(marks), np.bool_)
        for first, last in _joined(spans):
            inside |= (moments >= first) & (moments <= last)
        if inside.any():
            again[inside] = self._known_on(place, set(keep)).take(marks[inside])
        return again

    def _known_on(self, place: Place, keep: set[Place]) -> _Known:
        """Return the marks of other files on a day; days that the file has left behind make room."""
        if place not in self._known:
            self._known[place] = _Known.of(self.delivered.on(place))
            while sum(len(one.marks) for one in self._known.values()) > _KNOWN:
                left = next((one for one in self._known if one not in keep), None)
                if left is None:
                    break
                del self._known[left]
        return self._known[place]


def _marks_of(read: ParsedChunk, key: bytes) -> Marks:
    """Return for each line of a chunk the mark of the record that it begins."""
    if read.source is None:
        return np.zeros(0, np.uint64)
    ends = line_ends(read.source.data)
    marks = line_marks(read.source.data, ends, key)
    if not read.continuations:
        return marks
    begins = np.zeros(len(marks), np.bool_)
    for one in (read.parsed, read.rejects, read.others):
        rows = one["log_line"].to_numpy() - read.source.first_line
        begins[rows[rows >= 0]] = True  # what was too long to be read stands before the first
    marks[begins] = record_marks(marks, begins)
    return marks


def _joined(spans: list[Span]) -> list[Span]:
    """Return spans of time that do not touch one another, and cover what these cover."""
    joined: list[Span] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined


def _table(marks: Marks) -> pl.DataFrame:
    return pl.DataFrame({"line_mark": marks.view(np.int64)})


def _marks_in(table: pl.DataFrame) -> Marks:
    return table["line_mark"].to_numpy().view(np.uint64)


def _numbers(numbers: npt.NDArray[np.int64]) -> pl.Series:
    return pl.Series("log_line", numbers, dtype=pl.Int64)
