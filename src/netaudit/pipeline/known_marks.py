"""Marks of lines that other files have, of one day: how often, and how often the file at hand has shown them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.ingest.line_marks import Marks

# The mark of a line; and of one in the middle of which a file ended, how many bytes of it were there.
LINES_SEEN = pl.Schema({"line_mark": pl.Int64(), "cut_bytes": pl.Int32()})

Cut = tuple[int, int]  # how many bytes of a line a file ended with, and their mark


def table_of(marks: Marks, cuts: Iterable[Cut] = ()) -> pl.DataFrame:
    """Return LINES_SEEN of marks, and of lines that were cut."""
    whole = pl.DataFrame({"line_mark": marks.view(np.int64)}).with_columns(cut_bytes=pl.lit(None, pl.Int32))
    parts = [pl.DataFrame({"line_mark": _signed(mark), "cut_bytes": size}, LINES_SEEN) for size, mark in cuts]
    return pl.concat([whole, *parts])


def marks_in(table: pl.DataFrame) -> Marks:
    """Return the marks of whole lines in LINES_SEEN."""
    column = table["cut_bytes"]
    whole = table if column.null_count() == len(column) else table.filter(column.is_null())
    return whole["line_mark"].to_numpy().view(np.uint64)


def cuts_in(table: pl.DataFrame) -> list[Cut]:
    """Return the lines in LINES_SEEN that were cut."""
    some = table.filter(table["cut_bytes"].is_not_null())
    return [(size, mark % (1 << 64)) for mark, size in some.iter_rows()]


def _signed(mark: int) -> int:
    return mark - (1 << 64) if mark >> 63 else mark


@dataclass(slots=True)
class KnownMarks:
    """Marks of other files on a day: how often each is there, and how often the file at hand has shown it."""

    marks: Marks
    counts: npt.NDArray[np.int32]
    shown: npt.NDArray[np.int32]
    cuts: defaultdict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))  # by size

    @classmethod
    def of(cls, marks: Marks, cuts: Iterable[Cut]) -> KnownMarks:
        """Return marks counted, and lines that were cut."""
        unique, counts = np.unique(marks, return_counts=True)
        known = cls(unique, counts.astype(np.int32), np.zeros(len(unique), np.int32))
        for size, mark in cuts:
            known.cuts[size][mark] += 1
        return known

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

    @property
    def has_more(self) -> bool:
        """Whether other files have lines of the day that the file at hand has not shown so far."""
        return bool((self.shown < self.counts).any())

    def let_go_of_whole(self, marks: Marks) -> None:
        """Take lines that other files had whole for what they are: no line of theirs was cut there.

        Args:
            marks: of lines that were delivered before.
        """
        for wanted in self.cuts.values():
            for mark in [*wanted]:
                wanted[mark] = max(wanted[mark] - int((marks == np.uint64(mark)).sum()), 0)

    def take_whole(self, marks: Marks, beginnings: Callable[[int], Marks]) -> npt.NDArray[np.bool_]:
        """Return which of some lines another file had as far as it went: it ended in the middle of them.

        Args:
            marks: of lines that no other file had whole.
            beginnings: gives the marks of their first bytes, so many.
        """
        had = np.zeros(len(marks), np.bool_)
        for size, wanted in self.cuts.items():
            if not wanted.total():
                continue
            begun = beginnings(size)
            found = np.isin(begun, np.array([*wanted], np.uint64)) & (begun != marks) & ~had
            for row in np.flatnonzero(found).tolist():
                if wanted[int(begun[row])]:
                    wanted[int(begun[row])] -= 1
                    had[row] = True
        return had
