"""Lines that were delivered before: what two files both hold counts once, as often as the file that has it most often.

Of every line that counted, whatever it came to, the store keeps a mark: 64 bits under the key of its week (see
`netaudit.ingest.line_marks`), by local day. A file is held against the marks of other files where its times meet
theirs, and a line whose mark they have more often than the file has shown it so far was delivered before. Within one
file equal lines are real. What is kept and what its marks say become true with the same commit.

The same text can be read as another moment: of another zone, or with the month first. So a file whose times are read
otherwise than those of an earlier one is held against all days of that one as well.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.contracts import FileAccount
from netaudit.contracts.tables import UTC_TIME
from netaudit.definitions.periods import local_days, period_of
from netaudit.ingest import WAITING_FOR, ParsedChunk, line_ends, line_marks, record_marks
from netaudit.ingest.line_marks import Marks
from netaudit.pipeline.clocks import FUTURE
from netaudit.pipeline.forgotten import REASON
from netaudit.pipeline.known_marks import Cut, KnownMarks, cuts_in, marks_in, table_of
from netaudit.store import Commit, Store

LINES_TABLE = "lines_seen"

_HELD = 4_000_000  # marks of eight bytes; beyond this they do not wait in memory
_KNOWN = 20_000_000  # marks of other files at hand: each takes sixteen bytes

_TRIED_AGAIN = [FUTURE, REASON]  # why lines were set aside that may count when their file comes again

Place = tuple[str, date]  # a period and one of its local days
Span = tuple[int, int]  # the first and the last moment of a file, in microseconds since 1970

READ_OTHERWISE = "lines that another file had when times were read otherwise stay as they were read then"

_DECIDED = ("order", "zone", "hour")  # what moves the moments that lines are read as
_FAR_APART = "order"  # the others move them by no more than two days
_NEAR = timedelta(days=2)
_OF_LISTS = re.compile(rb"^[ \t]*[\[,][ \t,\[]*(?=\{)|(?<=\})[ \t]*[\],][ \t\],]*(?=\r?$)", re.MULTILINE)
_AROUND_OBJECTS, _BESIDE_THEM = (np.frombuffer(signs, np.uint8) for signs in (b"[],", b"{} \t"))


@dataclass(frozen=True, slots=True)
class _Earlier:
    """A file that was read to its end: its times, and how these were read."""

    span: Span
    event_dataset: str
    read_as: Mapping[str, str]

    def days(self, zone: str) -> tuple[date, date]:
        """Return the first and the last of its local days."""
        days, _ = local_days(np.array(self.span), zone)
        return min(days), max(days)


@dataclass(slots=True)
class Delivered:
    """The marks of all lines that counted so far: in earlier nights, and in the files of this one."""

    key_of: Callable[[str], bytes]  # by period
    zone: str
    store: Store | None = None  # None: nothing is stored, and nothing was
    commit: Commit | None = None
    earlier: list[_Earlier] = field(default_factory=list)
    _held: dict[Place, list[Marks]] = field(default_factory=dict)
    _cuts: dict[Place, list[Cut]] = field(default_factory=dict)
    _size: int = 0
    _parts: int = 0

    def __post_init__(self) -> None:
        """Learn the times of the files that were read in earlier nights."""
        if self.commit is None:
            return
        zones = {facts.get("zone", self.zone) for _, facts in self.store.ledger.runs()} if self.store else set()
        zone = self.zone if zones <= {self.zone} else "of another run"
        for account in self.commit.files():
            self._learn(account, zone)

    def begin(self, elsewhere: Iterable[Place] = ()) -> Delivery:
        """Return what knows which lines of a file were delivered before: see `read_otherwise`."""
        return Delivery(self, tuple(elsewhere))

    def keep(self, delivery: Delivery, account: FileAccount | None = None) -> None:
        """Keep the marks of a file that was read to its end, so that others are held against it."""
        if delivery.span:
            known = (account.event_dataset, _read_as(account, self.zone)) if account else ("", {})
            self.earlier.append(_Earlier(delivery.span, *known))
        if delivery.cut:
            self._cuts.setdefault(delivery.cut[0], []).append(delivery.cut[1])
        for place, marks in delivery.take():
            self._held.setdefault(place, []).append(marks)
            self._size += len(marks)
            if self._size > _HELD:
                self.write()

    def read_otherwise(self, account: FileAccount) -> list[Place]:
        """Return on which days earlier files of its kind, whose times were read otherwise, may have a file's lines."""
        mine = _Earlier(_span(account), account.event_dataset, _read_as(account, self.zone))
        found: set[Place] = set()
        for one in self.earlier if account.first else ():
            names = {*mine.read_as, *one.read_as}
            moved = {name for name in names if mine.read_as.get(name) != one.read_as.get(name)}
            if one.event_dataset != mine.event_dataset or not moved:
                continue
            begin, end = one.days(self.zone)
            if _FAR_APART not in moved:
                first, last = mine.days(self.zone)
                begin, end = max(begin, first - _NEAR), min(end, last + _NEAR)
            days = (begin - _NEAR + timedelta(days=place) for place in range((end - begin).days + 1 + 2 * _NEAR.days))
            found |= {(period_of(day), day) for day in days} if begin <= end else set()
        return sorted(place for place in found if place in self._held or any(self._parts_on(place)))

    def _learn(self, account: FileAccount, zone: str) -> None:
        if account.first and account.last:
            self.earlier.append(_Earlier(_span(account), account.event_dataset, _read_as(account, zone)))

    def write(self) -> None:
        """Write what is held for the commit."""
        if self.commit is None:
            return
        for (period, day), marks in sorted(self._held.items()):
            self._parts += 1
            part = f"{day.isoformat()}.{self.commit.run_id}.{self._parts}"
            table = table_of(np.sort(np.concatenate(marks)), self._cuts.pop((period, day), ()))
            self.commit.put(LINES_TABLE, period, part, table)
            self.commit.let_go(LINES_TABLE, period, part)
        self._held.clear()
        self._size = 0

    def meet(self, span: Span) -> list[Span]:
        """Return the times of other files that meet a span."""
        return [one.span for one in self.earlier if one.span[0] <= span[1] and one.span[1] >= span[0]]

    def on(self, place: Place) -> KnownMarks:
        """Return the marks of a day."""
        marks, cuts = [np.zeros(0, np.uint64), *self._held.get(place, ())], [*self._cuts.get(place, ())]
        for table in self._stored(place):
            marks.append(marks_in(table))
            cuts += cuts_in(table)
        return KnownMarks.of(np.concatenate(marks), cuts)

    def _stored(self, place: Place) -> Iterator[pl.DataFrame]:
        for part in self._parts_on(place):
            table = self.commit.read(LINES_TABLE, place[0], part) if self.commit else None
            if table is not None:
                yield table

    def _parts_on(self, place: Place) -> Iterator[str]:
        period, day = place
        for of, part in self.commit.parts(LINES_TABLE) if self.commit else ():
            if of == period and part.startswith(day.isoformat()):
                yield part


def _span(account: FileAccount) -> Span:
    moments = pl.Series([account.first, account.last], dtype=UTC_TIME).dt.epoch("us").fill_null(0)
    return int(moments[0]), int(moments[1])


def _read_as(account: FileAccount, zone: str) -> dict[str, str]:
    """Return what was decided of the times of a file, and in which zone its days are counted."""
    return {"days": zone, **{one.what: one.value for one in account.times if one.what in _DECIDED}}


def among_themselves() -> Delivered:
    """Return what holds files against one another and nothing else: nothing of it is stored."""
    key = secrets.token_bytes(32)
    return Delivered(lambda _period: key, "UTC")


@dataclass(slots=True)
class Delivery:
    """One file, chunk by chunk in its order."""

    delivered: Delivered
    elsewhere: tuple[Place, ...] = ()  # days on which the same lines may stand as read otherwise
    read_otherwise: bool = False  # whether any of them do
    span: Span | None = None  # of what was read so far
    cut: tuple[Place, Cut] | None = None  # the line in the middle of which the file ends, if it counts
    _fresh: dict[Place, list[Marks]] = field(default_factory=dict)  # of the lines that count
    _size: int = 0
    _aside: list[tuple[Place, Path]] = field(default_factory=list)
    _known: dict[Place, KnownMarks] = field(default_factory=dict)
    _latest: int | None = None  # moment of a request
    _before: tuple[int, bool] | None = None  # moment of the last line, and whether it was delivered before

    def twice(self, read: ParsedChunk) -> pl.Series:
        """Return the numbers of the requests and other records of a chunk that were delivered before, sorted.

        A line that is no request counts as made when the request before it was, or else the one after it.
        """
        numbers, moments = self._records(read)
        if read.source is None or not len(numbers):
            return _numbers(numbers[:0])
        first, last = int(moments.min()), int(moments.max())
        self.span = (min(self.span[0], first), max(self.span[1], last)) if self.span else (first, last)
        lines = _Lines(read)
        rows = numbers - read.source.first_line
        days, day_of = local_days(moments, self.delivered.zone)
        twice = np.zeros(len(numbers), np.bool_)
        for number, day in enumerate(days):
            place = period_of(day), day
            chosen = slice(None) if len(days) == 1 else np.flatnonzero(day_of == number)
            key = self.delivered.key_of(place[0])
            marks = lines.marks(key)[rows[chosen]]
            again, known = self._again(place, marks, moments[chosen], keep=[(period_of(one), one) for one in days])
            if known and known.cuts and not read.continuations:
                known.let_go_of_whole(marks[again])
                others = np.flatnonzero(~again)
                again[others] = known.take_whole(marks[others], lines.beginnings(key, rows[chosen][others]))
            self._look_elsewhere(again, lines, rows[chosen])
            twice[chosen] = again
            if day_of[-1] == number and lines.end_in_the_middle and rows[-1] == len(lines.ends) - 1:
                again[-1] = twice[-1] = self._ends_early(twice, moments, known)
                if not again[-1] and read.parsed["log_line"][-1:].to_list() == [numbers[-1]]:
                    self.cut = place, (lines.last_size, int(marks[-1]))
            self._add(place, marks[~again] if again.any() else marks)
        self._before = int(moments[-1]), bool(twice[-1])
        return _numbers(numbers[twice])

    def take(self) -> Iterator[tuple[Place, Marks]]:
        """Yield the marks of the lines that count, and forget them."""
        for place, path in self._aside:
            if self.delivered.store:
                yield place, marks_in(self.delivered.store.staged(path))
        for place, marks in self._fresh.items():
            yield place, np.concatenate(marks)
        self._aside, self._fresh, self._size = [], {}, 0

    def _add(self, place: Place, marks: Marks) -> None:
        self._fresh.setdefault(place, []).append(marks)
        self._size += len(marks)
        if self._size > _HELD and self.delivered.store:
            for one, some in self._fresh.items():
                self._aside.append((one, self.delivered.store.stage(table_of(np.concatenate(some)))))
            self._fresh, self._size = {}, 0

    def _records(self, read: ParsedChunk) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the numbers of a chunk's records in order, and when each was made; none where nothing tells when."""
        numbers = read.parsed["log_line"].to_numpy()
        moments = read.parsed["event_start"].to_physical().to_numpy()
        if not read.not_web and not read.rejects.height:
            self._latest = int(moments[-1]) if len(moments) else self._latest
            return numbers, moments
        again = pl.col("reason").is_in(_TRIED_AGAIN) | pl.col("reason").str.starts_with(WAITING_FOR)
        lost = read.rejects.filter(~again)["log_line"]
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
        filled = filled.drop_nulls()
        self._latest = filled["moment"][-1] if filled.height else self._latest
        return filled["number"].to_numpy(), filled["moment"].to_numpy()

    def _again(
        self, place: Place, marks: Marks, moments: npt.NDArray[np.int64], keep: Iterable[Place]
    ) -> tuple[npt.NDArray[np.bool_], KnownMarks | None]:
        """Return which records of a day other files have delivered, and their marks if there are other files."""
        spans = self.delivered.meet((int(moments.min()), int(moments.max())))
        again = np.zeros(len(marks), np.bool_)
        if not spans:
            return again, None
        inside = np.zeros(len(marks), np.bool_)
        for first, last in _joined(spans):
            inside |= (moments >= first) & (moments <= last)
        if not inside.any():
            return again, None
        known = self._known_on(place, set(keep))
        again[inside] = known.take(marks[inside])
        return again, known

    def _look_elsewhere(self, again: npt.NDArray[np.bool_], lines: _Lines, rows: npt.NDArray[np.int64]) -> None:
        """Mark the lines that other files have on other days, as their times were read otherwise."""
        for place in self.elsewhere:
            left = np.flatnonzero(~again)
            if not len(left):
                return
            known = self._known_on(place, set(self.elsewhere))
            again[left] = known.take(lines.marks(self.delivered.key_of(place[0]))[rows[left]])
            self.read_otherwise |= bool(again[left].any())

    def _ends_early(
        self, twice: npt.NDArray[np.bool_], moments: npt.NDArray[np.int64], known: KnownMarks | None
    ) -> bool:
        """Return whether the last line of a file is a part of one that another file has: as all before, and goes on."""
        if twice[-1]:
            return True
        if known is None or not known.has_more:  # all that others have of the day was there: the line is a new one
            return False
        before = (int(moments[-2]), bool(twice[-2])) if len(twice) > 1 else self._before
        if before is None or not before[1]:
            return False
        return any(one.span[0] <= before[0] and one.span[1] >= int(moments[-1]) for one in self.delivered.earlier)

    def _known_on(self, place: Place, keep: set[Place]) -> KnownMarks:
        """Return the marks of other files on a day; days that the file has left behind make room."""
        if place not in self._known:
            self._known[place] = self.delivered.on(place)
            while sum(len(one.marks) for one in self._known.values()) > _KNOWN:
                left = next((one for one in self._known if one not in keep), None)
                if left is None:
                    break
                del self._known[left]
        return self._known[place]


class _Lines:
    """The lines of a chunk and their marks."""

    def __init__(self, read: ParsedChunk) -> None:
        self._read = read
        self._data = _without_signs_of_lists(read.source.data) if read.source else b""
        self.ends = line_ends(self._data)
        self._marks: dict[tuple[bytes, int | None], Marks] = {}

    @property
    def end_in_the_middle(self) -> bool:
        """Whether the last line lacks its end, and is one record: the file may go on there."""
        return not self._data.endswith(b"\n") and not self._read.continuations

    @property
    def last_size(self) -> int:
        """Return how many bytes the last line has."""
        return int(self.ends[-1] - (self.ends[-2] if len(self.ends) > 1 else 0))

    def beginnings(self, key: bytes, rows: npt.NDArray[np.int64]) -> Callable[[int], Marks]:
        """Return what gives the marks of the first bytes of some lines, so many."""
        return lambda size: self.marks(key, size)[rows]

    def marks(self, key: bytes, most: int | None = None) -> Marks:
        """Return for each line the mark of the record that it begins, or of its first bytes."""
        if (key, most) not in self._marks:
            self._marks[key, most] = self._marked(key, most)
        return self._marks[key, most]

    def _marked(self, key: bytes, most: int | None) -> Marks:
        marks = line_marks(self._data, self.ends, key, most)
        if not self._read.continuations or self._read.source is None:
            return marks
        begins = np.zeros(len(marks), np.bool_)
        for one in (self._read.parsed, self._read.rejects, self._read.others):
            rows = one["log_line"].to_numpy() - self._read.source.first_line
            begins[rows[rows >= 0]] = True  # what was too long to be read stands before the first
        marks[begins] = record_marks(marks, begins)
        return marks


def _without_signs_of_lists(data: bytes) -> bytes:
    """Return lines without what stands around objects of a list: the last has no comma until another follows."""
    characters = np.frombuffer(b"\n" + data + b"\n\n", np.uint8)
    ends = line_ends(data)
    last = ends - (characters[ends] == ord("\n"))  # where the last sign of each line stands among these
    last -= characters[last] == ord("\r")
    first = np.append(np.ones(1, np.int64), ends[:-1] + 1)
    begins = np.isin(characters[first], _AROUND_OBJECTS) & np.isin(characters[first + 1], _BESIDE_THEM)
    closes = np.isin(characters[last], _AROUND_OBJECTS) & np.isin(characters[last - 1], _BESIDE_THEM)
    return _OF_LISTS.sub(b"", data) if begins.any() or closes.any() else data  # few logs are such lists


def _joined(spans: list[Span]) -> list[Span]:
    """Return spans of time that do not touch one another, and cover what these cover."""
    joined: list[Span] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined


def _numbers(numbers: npt.NDArray[np.int64]) -> pl.Series:
    return pl.Series("log_line", numbers, dtype=pl.Int64)
