"""Buckets: a day's people in 256 groups, and slices of whole buckets, each small enough to be worked on at once.

The bucket is the first byte of the pseudonym, which is as good as random. All requests of a person are in one
bucket, and so are those of an address that nobody is named for. Equal lines of two files meet in one bucket as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.contracts import EVENTS
from netaudit.pipeline.packed import Packed

BUCKETS = 256
SLICE_ROWS = 700_000  # enough people to learn from; what reading it takes is some hundred megabytes

_BITS_WITHIN = 56

Ends = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Slice:
    """Some neighbouring buckets of a day, first and last."""

    first: int = 0
    last: int = BUCKETS - 1

    @property
    def suffix(self) -> str:
        """Return what the name of its part in the store ends with; nothing for a whole day.

        >>> Slice().suffix, Slice(0, 127).suffix
        ('', '.00-7f')
        """
        return "" if self == Slice() else f".{self.first:02x}-{self.last:02x}"

    @classmethod
    def of_part(cls, part: str) -> Slice:
        """Return the slice that a part in the store holds.

        >>> Slice.of_part("2026-03-09"), Slice.of_part("2026-03-09.80-ff")
        (Slice(first=0, last=255), Slice(first=128, last=255))
        """
        _, _, suffix = part.partition(".")
        first, _, last = suffix.partition("-")
        return cls(int(first, 16), int(last, 16)) if suffix else cls()

    def meets(self, other: Slice) -> bool:
        """Return whether the two have a bucket in common."""
        return self.first <= other.last and other.first <= self.last

    def holds(self, other: Slice) -> bool:
        """Return whether all of the other's buckets are among this one's."""
        return self.first <= other.first and other.last <= self.last

    def rows(self) -> pl.Expr:
        """Return whether a row of EVENTS is in the slice."""
        low, high = ((bucket - BUCKETS // 2) << _BITS_WITHIN for bucket in (self.first, self.last))
        return _owner().is_between(low, high + (1 << _BITS_WITHIN) - 1)


@dataclass(frozen=True, slots=True)
class Heap:
    """Events of a day, wherever they are: how many there are in each bucket, and how to get those of a slice."""

    counts: Ends
    read: Callable[[Slice], pl.DataFrame]
    log_file: str | None = None  # of all the events; None: they may be of several


def heap_of(events: Packed) -> Heap:
    """Return events that are in memory, in any order."""
    buckets = buckets_of(events.unpacked(("user_hash", "source_hash")))

    def read(wanted: Slice) -> pl.DataFrame:
        inside = (buckets >= wanted.first) & (buckets <= wanted.last)
        chosen = events if inside.all() else events.of_rows(events.rows.filter(pl.Series(inside)))
        return EVENTS.fit(chosen.unpacked())

    return Heap(np.bincount(buckets, minlength=BUCKETS), read, events.value("log_file"))


def evenly(rows: int, over: Slice) -> Ends:
    """Return about how many of some rows are in each bucket, all of which are in the slice."""
    counts = np.zeros(BUCKETS, dtype=np.int64)
    counts[over.first : over.last + 1] = -(-rows // (over.last - over.first + 1))
    return counts


def buckets_of(events: pl.DataFrame) -> npt.NDArray[np.uint8]:
    """Return the bucket of each row of EVENTS."""
    owner = events.select(_owner()).to_series().to_numpy()
    return ((owner >> _BITS_WITHIN) + BUCKETS // 2).astype(np.uint8)


def by_bucket(events: pl.DataFrame, buckets: npt.NDArray[np.uint8]) -> tuple[pl.DataFrame, Ends]:
    """Return the rows in order of their buckets, and how many each bucket has; within a bucket they stay in order."""
    order = pl.Series(np.argsort(buckets, kind="stable")).cast(pl.get_index_type())
    return events[order], np.bincount(buckets, minlength=BUCKETS)


def batches(heaps: Sequence[Heap], rows: int) -> Iterator[Slice]:
    """Yield slices that cover a day, each of half so many rows; the whole of a day that `cut` would not cut."""
    counts: Ends = np.sum([heap.counts for heap in heaps], axis=0, dtype=np.int64)
    if counts.sum() < _least_cut(rows):
        yield Slice()
        return
    first, held = 0, 0
    for bucket in range(BUCKETS):
        held += int(counts[bucket])
        if held >= rows // 2 and bucket < BUCKETS - 1:
            yield Slice(first, bucket)
            first, held = bucket + 1, 0
    yield Slice(first)


def slices(heaps: Sequence[Heap], rows: int) -> list[Slice]:
    """Return the slices into which `cut` would cut a day that has no duplicates."""
    counts: Ends = np.sum([heap.counts for heap in heaps], axis=0, dtype=np.int64)
    if counts.sum() < _least_cut(rows):
        return [Slice()]
    edges = _Edges(rows)
    found = [one for bucket, count in enumerate(counts.tolist()) if (one := edges.after(bucket, count))]
    return [*(one for one, _ in found), Slice(edges.first)]


def cut(settled: Iterable[tuple[Slice, pl.DataFrame]], rows: int) -> Iterator[tuple[Slice, pl.DataFrame]]:
    """Yield a day's events in slices of `rows` to half as many again; a day of fewer is one slice.

    Where a slice ends follows from how many rows each bucket has, and from nothing else: not from the pieces in
    which they come, nor from the files and runs that they came in. (One bucket can hold more: a person is not cut.)

    Args:
        settled: buckets and their events, from the first bucket to the last.
        rows: the least that a slice holds, unless the day holds less.
    """
    pending: list[pl.DataFrame] = []  # since the last cut, in order of buckets
    edges = _Edges(rows)
    for buckets, events in settled:
        if buckets == Slice() and events.height < _least_cut(rows):
            yield buckets, events
            return
        events, counts = by_bucket(events, buckets_of(events))  # noqa: PLW2901 - the same rows
        pending.append(events)
        del events
        for bucket in range(buckets.first, buckets.last + 1):
            if found := edges.after(bucket, int(counts[bucket])):
                yield found[0], _taken(pending, found[1])
    yield Slice(edges.first), _taken(pending, edges.held)


@dataclass(slots=True)
class _Edges:
    """Where a day is cut: after the bucket that fills a slice, once enough follows to be one by itself."""

    rows: int
    first: int = 0  # bucket of the slice that is being filled
    held: int = 0  # rows in it so far
    full: tuple[int, int] | None = None  # the bucket that filled it, and the rows up to there

    def after(self, bucket: int, count: int) -> tuple[Slice, int] | None:
        """Return the slice that is known to be whole after a bucket of so many rows, and how many it has."""
        self.held += count
        if self.full is None and self.held >= self.rows:
            self.full = bucket, self.held
        if self.full is None or self.held - self.full[1] < _least_cut(self.rows) - self.rows:
            return None
        last, taken = self.full
        found = Slice(self.first, last), taken
        self.first, self.held = last + 1, self.held - taken
        self.full = (bucket, self.held) if self.held >= self.rows else None
        return found


def _taken(frames: list[pl.DataFrame], rows: int) -> pl.DataFrame:
    """Return so many of the first rows, which are then gone from the list."""
    taken = []
    while rows:
        frame = frames.pop(0)
        taken.append(frame.head(rows))
        rows -= taken[-1].height
        if taken[-1].height < frame.height:
            frames.insert(0, frame.slice(taken[-1].height))
    return pl.concat(taken)


def _least_cut(rows: int) -> int:
    return rows + rows // 2


def _owner() -> pl.Expr:
    return pl.coalesce("user_hash", "source_hash", pl.lit(0, pl.Int64))
