"""Reading: every log file into EVENTS by day, with an exact account of its lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import polars as pl

from netaudit.contracts import REJECTS, FileAccount
from netaudit.definitions.formats import Format
from netaudit.errors import InputError, Problem
from netaudit.ingest import LogFile, cut_at_records, detect, parse_chunk
from netaudit.pipeline.door import Door
from netaudit.store import Store

_ROWS_IN_MEMORY = 4_000_000  # beyond this, what was read is put aside, encrypted; a row takes about 160 bytes
_ROWS_AT_THE_DOOR = 400_000  # looking up what is distinct costs much the same for one row and for many

UNKNOWN_FORMAT = "unknown format"

Progress = Callable[[str, int], None]  # what is being done, and how many lines of it are done


@dataclass(slots=True)
class Gathered:
    """EVENTS by period and day, in memory and put aside."""

    store: Store
    frames: dict[tuple[str, date], list[pl.DataFrame]] = field(default_factory=dict)
    aside: dict[tuple[str, date], list[Path]] = field(default_factory=dict)
    rows: int = 0

    def add(self, period: str, day: date, events: pl.DataFrame) -> None:
        """Keep events of a day; when many are kept, put them aside."""
        self.frames.setdefault((period, day), []).append(events)
        self.rows += events.height
        if self.rows > _ROWS_IN_MEMORY:
            for place, frames in self.frames.items():
                self.aside.setdefault(place, []).append(self.store.stage(pl.concat(frames)))
            self.frames.clear()
            self.rows = 0

    def let_in(self, waiting: list[pl.DataFrame], door: Door, event_dataset: str, log_file: str) -> None:
        """Take PARSED frames through the door and keep what comes out; the list is empty afterwards."""
        for period, day, events in door.let_in(pl.concat(waiting), event_dataset, log_file):
            self.add(period, day, events)
        waiting.clear()

    def places(self) -> list[tuple[str, date]]:
        """Return every period and day that has events, sorted."""
        return sorted({*self.frames, *self.aside})

    def take(self, period: str, day: date) -> list[pl.DataFrame]:
        """Return the events of a day, and forget them."""
        aside = [self.store.staged(path) for path in self.aside.pop((period, day), [])]
        return aside + self.frames.pop((period, day), [])


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One input file after reading."""

    log: LogFile
    account: FileAccount
    sha256: str
    fingerprint: str
    known: bool


def read_files(
    logs: Sequence[LogFile], formats: Sequence[Format], door: Door, store: Store, zone: str, progress: Progress
) -> tuple[list[ReadFile], Gathered, pl.DataFrame]:
    """Return what became of each file, the events, and REJECTS.

    Raises:
        InputError: a file cannot be opened, or no format reads any file.
    """
    gathered = Gathered(store)
    rejects = [REJECTS.empty()]
    files: list[ReadFile] = []
    number = store.ledger.next_file()
    seen: dict[str, FileAccount] = {}
    for log in logs:
        fingerprint = log.fingerprint()
        if fingerprint and (
            store.ledger.may_be_known(fingerprint) or fingerprint in {one.fingerprint for one in files}
        ):
            digest = log.whole_digest()
            known = store.ledger.known_file(digest) or seen.get(digest)
            if known is not None:
                files.append(ReadFile(log, replace(known, status="known already"), digest, fingerprint, known=True))
                continue
        account, bad = _read_one(log, formats, door, gathered, zone, str(number), progress)
        number += 1
        rejects.append(bad)
        files.append(ReadFile(log, account, log.sha256, fingerprint, known=False))
        seen[log.sha256] = account
    unread = [one for one in files if one.account.status == UNKNOWN_FORMAT]
    if files and len(unread) == len(files):
        raise InputError(
            Problem("no known format reads this file", one.log.title, "add a format, or check that it is a web log")
            for one in unread
        )
    return files, gathered, pl.concat(rejects)


def _read_one(
    log: LogFile, formats: Sequence[Format], door: Door, gathered: Gathered, zone: str, number: str, progress: Progress
) -> tuple[FileAccount, pl.DataFrame]:
    found = detect(log.head(), formats)
    account = FileAccount(log_file=number, event_dataset=found.name if found else "unknown", lines=0)
    rejects: list[pl.DataFrame] = [REJECTS.empty()]
    waiting: list[pl.DataFrame] = []
    first: datetime | None = None
    last: datetime | None = None
    header = ""
    for chunk in cut_at_records(log.chunks(), found.record_start if found else ""):
        if found is None:
            lines = chunk.data.count(b"\n") + (not chunk.data.endswith(b"\n")) + chunk.overlong
            rejects.append(_all_rejected(chunk.first_line - chunk.overlong, lines, number))
            account = replace(account, lines=account.lines + lines, rejects=account.rejects + lines)
            continue
        read = parse_chunk(chunk, found, zone, number, header)
        header = read.header
        rejects.append(read.rejects)
        account = replace(
            account,
            lines=account.lines + read.lines,
            events=account.events + read.parsed.height,
            not_web=account.not_web + read.not_web,
            rejects=account.rejects + read.rejects.height,
            blank=account.blank + read.blank,
            directives=account.directives + read.directives,
            continuations=account.continuations + read.continuations,
        )
        if read.parsed.height:
            starts = read.parsed["event_start"]
            earliest, latest = starts.min(), starts.max()
            if isinstance(earliest, datetime) and isinstance(latest, datetime):
                first = min(first or earliest, earliest)
                last = max(last or latest, latest)
            waiting.append(read.parsed)
        if sum(frame.height for frame in waiting) > _ROWS_AT_THE_DOOR:
            gathered.let_in(waiting, door, found.name, number)
        progress(log.title, account.lines)
    if waiting:
        gathered.let_in(waiting, door, account.event_dataset, number)
    status = "read"
    reason = log.damage
    if log.damage:
        status = "cut short"
    elif account.lines == 0:
        status = "empty"
    elif found is None:
        status, reason = UNKNOWN_FORMAT, "no known format reads this file"
    return replace(account, first=first, last=last, status=status, reason=reason), pl.concat(rejects)


def _all_rejected(first_line: int, lines: int, number: str) -> pl.DataFrame:
    return REJECTS.fit(
        pl.DataFrame(
            {"log_line": pl.int_range(first_line, first_line + lines, dtype=pl.Int64, eager=True)}
        ).with_columns(
            log_file=pl.lit(number),
            event_dataset=pl.lit("unknown"),
            reason=pl.lit("no known format reads this file"),
        )
    )
