"""Reading: every log file into EVENTS by day, with an exact account of its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial

import numpy as np
import polars as pl

from netaudit.contracts import EVENTS, REJECTS, FileAccount, TimeChoice
from netaudit.definitions.formats import Format, format_name
from netaudit.errors import InputError, Problem
from netaudit.ingest import LogFile, NotALog, ParsedChunk, waiting_for
from netaudit.pipeline.buckets import Heap, Slice, buckets_of, by_bucket, heap_of
from netaudit.pipeline.choices import Choices
from netaudit.pipeline.clocks import StrangeTimes, without_strange_times
from netaudit.pipeline.delivered import READ_OTHERWISE, Delivered, Delivery
from netaudit.pipeline.door import Door
from netaudit.pipeline.line_order import LineOrder
from netaudit.pipeline.packed import Packed
from netaudit.pipeline.rejects import Rejects
from netaudit.store import Store

_BYTES_IN_MEMORY = 720_000_000  # beyond this, what was read is put aside, encrypted; a row takes about 67 bytes
_ROWS_PUT_ASIDE = 300_000  # at a time; what that takes comes on top
_ROWS_AT_THE_DOOR = 400_000  # looking up what is distinct costs much the same for one row and for many
_MARK_BYTES = 4_096  # of a file's beginning; it holds a few lines

UNKNOWN_FORMAT = "unknown format"
NOT_READ = "not read"
CUT_SHORT = "cut short"
WAITS = "not read: its format is broken"
NOT_REMEMBERED = frozenset({UNKNOWN_FORMAT, NOT_READ, WAITS})  # such a file is tried again when it comes again
NO_FORMAT = "no known format reads this file"

Progress = Callable[[str, int], None]  # what is being done, and how many lines of it are done


@dataclass(slots=True)
class Gathered:
    """EVENTS by period and day, in memory and put aside."""

    store: Store
    frames: dict[tuple[str, date], list[Packed]] = field(default_factory=dict)
    aside: dict[tuple[str, date], list[Heap]] = field(default_factory=dict)
    size: int = 0  # of what is in memory, in bytes

    def add(self, period: str, day: date, events: pl.DataFrame) -> None:
        """Keep events of a day; when many are kept, put them aside."""
        packed = Packed.of(events)
        self.frames.setdefault((period, day), []).append(packed)
        self.size += int(packed.rows.estimated_size())
        if self.size > _BYTES_IN_MEMORY:
            self._put_all_aside()

    def finish(self) -> None:
        """Give way to what follows reading: where much has been put aside, the rest goes after it."""
        if self.aside:
            self._put_all_aside()

    def _put_all_aside(self) -> None:
        for place, frames in self.frames.items():
            heaps = self.aside.setdefault(place, [])
            while frames:
                few = [frames.pop(0)]
                while frames and sum(one.rows.height for one in few) < _ROWS_PUT_ASIDE:
                    few.append(frames.pop(0))
                heaps.append(self._put_aside(pl.concat([EVENTS.fit(one.unpacked()) for one in few])))
        self.frames.clear()
        self.size = 0

    def _put_aside(self, events: pl.DataFrame) -> Heap:
        packed = Packed.of(events)
        rows, counts = by_bucket(packed.rows, buckets_of(events))
        path = self.store.stage(rows)
        ends = np.append(0, np.cumsum(counts))
        packed = packed.of_rows(rows.clear())

        def read(wanted: Slice) -> pl.DataFrame:
            first, end = int(ends[wanted.first]), int(ends[wanted.last + 1])
            return EVENTS.fit(packed.of_rows(self.store.staged(path, first, end - first)).unpacked())

        return Heap(counts, read, packed.value("log_file"))

    def let_in(self, waiting: list[pl.DataFrame], door: Door, log_file: str) -> None:
        """Take PARSED frames through the door and keep what comes out; the list is empty afterwards."""
        for of_kind in pl.concat(waiting).partition_by("event_dataset", maintain_order=True):
            for period, day, events in door.let_in(of_kind, str(of_kind["event_dataset"][0]), log_file):
                self.add(period, day, events)
        waiting.clear()

    def places(self) -> list[tuple[str, date]]:
        """Return every period and day that has events, sorted."""
        return sorted({*self.frames, *self.aside})

    def take(self, period: str, day: date) -> list[Heap]:
        """Return the events of a day in the order in which they came, and forget them."""
        return self.aside.pop((period, day), []) + [heap_of(one) for one in self.frames.pop((period, day), [])]

    def drop(self, log_file: str) -> None:
        """Forget the events of a file of which it has turned out that it cannot be relied on."""
        others = pl.col("log_file") != log_file
        gathered, self.frames, self.size = self.frames, {}, 0
        for place, some in gathered.items():
            for one in some:
                kept = EVENTS.fit(one.unpacked()).filter(others)
                if kept.height:
                    self.add(*place, kept)
        for place, heaps in [*self.aside.items()]:
            left = [one.filter(others) for one in (heap.read(Slice()) for heap in heaps)]
            self.aside[place] = [self._put_aside(one) for one in left if one.height]
            if not self.aside[place]:
                del self.aside[place]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One input file after reading."""

    log: LogFile
    account: FileAccount
    sha256: str
    fingerprint: str
    known: bool
    problem: Problem | None = None  # what the operator should mend, because lines of the file are missing


def read_files(
    logs: Sequence[LogFile],
    choices: Choices,
    door: Door,
    store: Store,
    delivered: Delivered,
    progress: Progress,
    now: datetime,
) -> tuple[list[ReadFile], Gathered, Rejects]:
    """Return what became of each file, the events, and REJECTS; a file that cannot be read does not stop the others.

    Raises:
        InputError: no file can be read; names all of them.
    """
    gathered = Gathered(store)
    rejects = Rejects(store)
    files: list[ReadFile] = []
    number = store.ledger.next_file()
    seen: dict[str, FileAccount] = {}
    marks: set[str] = set()
    for log in in_order_of_content(logs):
        try:
            fingerprint = log.fingerprint()
            may_be_known = store.ledger.may_be_known(fingerprint) or fingerprint in marks
            digest = log.whole_digest() if fingerprint and may_be_known else ""
            known = store.ledger.known_file(digest) or seen.get(digest) if digest else None
            if known is not None:
                files.append(ReadFile(log, replace(known, status="known already"), digest, fingerprint, known=True))
                continue
            log, delivery, account, later = read_delivered(  # noqa: PLW2901 - as it was read in the end
                log, choices, door, gathered, rejects, delivered, str(number), progress, now
            )
        except InputError as error:
            gathered.drop(str(number))
            rejects.drop(str(number))
            files.append(_not_read(log, str(number), error.problems[0]))
            number += 1
            continue
        if account.status == WAITS:
            files.append(ReadFile(log, account, "", "", known=False, problem=_problem(log, account)))
            number += 1
            continue
        was_read = bool(log.path) and account.status not in NOT_REMEMBERED
        known = store.ledger.known_file(log.sha256) if was_read else None
        if known is not None and _is_nothing_new(account, known, later):
            rejects.drop(str(number))
            gathered.drop(str(number))  # lines of the future, which are still in the future
            files.append(ReadFile(log, replace(known, status="known already"), log.sha256, "", known=True))
            continue
        delivered.keep(delivery, account)
        number += 1
        # without a fingerprint the file is read again when it comes again: by then the future may have come
        kept = "" if later else fingerprint
        files.append(ReadFile(log, account, log.sha256, kept, known=False, problem=_problem(log, account)))
        marks.add(kept)
        seen[log.sha256] = account
    gathered.finish()
    unread = [one for one in files if one.account.status in NOT_REMEMBERED - {WAITS}]  # reports tell of those that wait
    if files and len(unread) == len(files):
        raise InputError(one.problem or _unknown(one) for one in unread)
    return files, gathered, rejects


def in_order_of_content(logs: Sequence[LogFile]) -> list[LogFile]:
    """Return the logs in the order of their first lines, which is mostly that of time; standard input comes first.

    The order, and with it the number that each file gets, follows from what the files hold: not from their names, nor
    from how they were named to the program. Of files that begin alike, size, head and at last the whole digest decide.
    Files that cannot be read come last.
    """
    marked = [_mark(log) for log in logs]
    times = Counter(marked)
    keys = [(*mark, _digest(log) if times[mark] > 1 else "") for mark, log in zip(marked, logs, strict=True)]
    return [logs[place] for place in sorted(range(len(logs)), key=keys.__getitem__)]


def _mark(log: LogFile) -> tuple[int, bytes, str]:
    if log.path is None:
        return 0, b"", ""
    try:
        return 1, log.head(_MARK_BYTES).data, log.fingerprint()
    except InputError:
        return 2, b"", ""


def _digest(log: LogFile) -> str:
    try:
        return log.whole_digest()
    except InputError:
        return ""


def _is_nothing_new(account: FileAccount, known: FileAccount, later: int) -> bool:
    """Return whether a file that was read before shows the same again: nothing that its lines wait for has come."""
    if (known.lines, known.rejects) == (account.lines, account.rejects):
        return True
    return account.lines == known.lines and not account.events and account.rejects == later


def _not_read(log: LogFile, number: str, problem: Problem) -> ReadFile:
    account = FileAccount(log_file=number, event_dataset="unknown", lines=0, status=NOT_READ, reason=problem.what)
    return ReadFile(log, account, "", "", known=False, problem=problem)


def _problem(log: LogFile, account: FileAccount) -> Problem | None:
    if account.status == WAITS:
        return Problem(WAITS, log.title, f"{account.reason}: mend it, then give the log again")
    if account.status != CUT_SHORT:
        return None
    return Problem(account.reason, log.title, "give the whole file when you have it: what was read counts once")


def _unknown(one: ReadFile) -> Problem:
    return Problem(one.account.reason, one.log.title, "add a format, or check that it is a web log")


def read_delivered(
    log: LogFile,
    choices: Choices,
    door: Door,
    gathered: Gathered,
    rejects: Rejects,
    delivered: Delivered,
    number: str,
    progress: Progress,
    now: datetime,
    called: str = "",
    recorded: Sequence[TimeChoice] = (),
) -> tuple[LogFile, Delivery, FileAccount, int]:
    """Read a file, and again where earlier ones may have its lines as of other moments.

    Return the file as it was read in the end, what knows of its lines, and what `read_one` returns.

    Raises:
        InputError: the file cannot be read.
    """
    delivery = delivered.begin()
    read = partial(read_one, choices=choices, door=door, gathered=gathered, rejects=rejects, number=number)
    read = partial(read, progress=progress, now=now, called=called, recorded=recorded)
    account, later = read(log, delivery=delivery)
    elsewhere = delivered.read_otherwise(account) if log.path else []
    if not elsewhere:
        return log, delivery, account, later
    gathered.drop(number)
    rejects.drop(number)
    again, delivery = log.again(), delivered.begin(elsewhere)
    return again, delivery, *read(again, delivery=delivery)


def read_one(
    log: LogFile,
    choices: Choices,
    door: Door,
    gathered: Gathered,
    rejects: Rejects,
    delivery: Delivery,
    number: str,
    progress: Progress,
    now: datetime,
    called: str = "",
    recorded: Iterable[TimeChoice] = (),
) -> tuple[FileAccount, int]:
    """Read a file: its events go to `gathered`, what is set aside to `rejects`.

    Return its account, and of how many lines more may be read when it comes again: those of the future, and such as
    wait. Lines that `delivery` knows from other files are counted, and go nowhere.

    Raises:
        InputError: the file cannot be read.
    """
    reader = choices.reader(log, number, called, now=now, recorded=recorded)
    if reader.waits_for:
        return FileAccount(number, "unknown", lines=0, status=WAITS, reason=waiting_for(reader.waits_for)), 0
    if not reader.formats:
        return _read_unknown(log, reader.stranger, rejects, number), 0
    main = reader.formats[0]
    strange = StrangeTimes(number)
    order = LineOrder(reader.zone, at_start=main.time.marks == "start")
    account = FileAccount(log_file=number, event_dataset=main.name, lines=0)
    lines_of: Counter[str] = Counter()  # events and other records, by format
    waiting: list[pl.DataFrame] = []
    first: datetime | None = None
    last: datetime | None = None
    doubts: set[str] = set()
    for chunk in reader.chunks():
        doubts.update(chunk.header_doubts)
        lines_of += _by_format(chunk)
        read = door.without_forgotten(without_strange_times(chunk, now, strange), number)
        order.add(read.parsed if len(lines_of) < 2 else _of_format(read.parsed, main))  # noqa: PLR2004
        twice = delivery.twice(read)
        fresh, lost = (_without(one, twice) for one in (read.parsed, read.rejects))
        rejects.append(lost)
        told_twice = read.parsed.height - fresh.height + read.rejects.height - lost.height
        account = replace(
            account,
            lines=account.lines + read.lines,
            events=account.events + fresh.height,
            not_web=account.not_web + read.not_web - (len(twice) - told_twice),
            duplicates=account.duplicates + len(twice),
            rejects=account.rejects + lost.height,
            blank=account.blank + read.blank,
            directives=account.directives + read.directives,
            continuations=account.continuations + read.continuations,
        )
        first, last = _widened(first, last, read.parsed["event_start"])
        if fresh.height:
            waiting.append(fresh)
        if sum(frame.height for frame in waiting) > _ROWS_AT_THE_DOOR:
            gathered.let_in(waiting, door, number)
        progress(log.title, account.lines)
    if waiting:
        gathered.let_in(waiting, door, number)
    if log.unfinished:
        rejects.append(_set_aside(account.lines + 1, 1, number, main.name, "cut off in the middle"))
        account = replace(account, lines=account.lines + 1, rejects=account.rejects + 1)
    most = max(sorted(lines_of), key=lambda name: (lines_of[name], name == main.name), default=main.name)
    account = replace(
        account,
        event_dataset=most,
        also=tuple(sorted(lines_of.keys() - {most})),
        first=first,
        last=last,
        times=reader.times(last),
        doubts=tuple(sorted({*doubts, *([READ_OTHERWISE] if delivery.read_otherwise else [])})),
        reason=log.damage or ", and ".join(filter(None, (strange.in_words, order.in_words))),
    )
    if log.damage or account.lines == account.blank:
        account = replace(account, status=CUT_SHORT if log.damage else "empty")
    return account, strange.future + reader.waiting


def _widened(
    first: datetime | None, last: datetime | None, starts: pl.Series
) -> tuple[datetime | None, datetime | None]:
    """Return the first and the last moment, of a file as far as it was read."""
    earliest, latest = starts.min(), starts.max()
    if not isinstance(earliest, datetime) or not isinstance(latest, datetime):
        return first, last
    return min(first or earliest, earliest), max(last or latest, latest)


def _without(frame: pl.DataFrame, lines: pl.Series) -> pl.DataFrame:
    return frame.filter(~pl.col("log_line").is_in(lines.implode())) if len(lines) else frame


def _by_format(read: ParsedChunk) -> Counter[str]:
    """Return how many records of each format a chunk has."""
    found: Counter[str] = Counter()
    for names in (read.parsed["event_dataset"], read.others.filter(outcome="not_web")["event_dataset"]):
        for name, count in names.cast(pl.String).value_counts().iter_rows():
            found[format_name(str(name))] += count
    return found


def _of_format(parsed: pl.DataFrame, log_format: Format) -> pl.DataFrame:
    datasets = {log_format.dataset(layout) for layout in log_format.layouts}
    return parsed.filter(pl.col("event_dataset").cast(pl.String).is_in(sorted(datasets)))


def _read_unknown(log: LogFile, what: NotALog | None, rejects: Rejects, number: str) -> FileAccount:
    """Count the lines of a file that no format reads; what has no lines is left as it is."""
    account = FileAccount(number, "unknown", lines=0, status=UNKNOWN_FORMAT, reason=what.what if what else NO_FORMAT)
    for chunk in () if what else log.chunks():
        lines = chunk.data.count(b"\n") + (chunk.data[-1:] not in {b"", b"\n"}) + chunk.overlong
        if chunk.data.isspace() and not chunk.overlong:
            account = replace(account, lines=account.lines + lines, blank=account.blank + lines)
            continue
        rejects.append(_set_aside(chunk.first_line - chunk.overlong, lines, number, "unknown", NO_FORMAT))
        account = replace(account, lines=account.lines + lines, rejects=account.rejects + lines)
    if not what and not account.rejects:
        account = replace(account, status=CUT_SHORT if log.damage else "empty", reason=log.damage)
    return account


def _set_aside(first_line: int, lines: int, number: str, event_dataset: str, reason: str) -> pl.DataFrame:
    return REJECTS.fit(
        pl.DataFrame(
            {"log_line": pl.int_range(first_line, first_line + lines, dtype=pl.Int64, eager=True)}
        ).with_columns(log_file=pl.lit(number), event_dataset=pl.lit(event_dataset), reason=pl.lit(reason))
    )
