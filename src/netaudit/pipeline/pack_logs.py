"""The log files behind a case: found by their digests, and read again for the lines of one person."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl

from netaudit.compression import MAGIC_BYTES, decompressor
from netaudit.contracts import TimeChoice
from netaudit.contracts.distinct import Distinct
from netaudit.definitions.periods import local_days
from netaudit.errors import InputError, Problem
from netaudit.ingest import LogFile, find_logs
from netaudit.ingest.lines import line_ends
from netaudit.ingest.streams import EXPANSION_FLOOR, ExpansionError, PlainText, Source, Stream
from netaudit.pipeline.choices import Choices

_BLOCK_BYTES = 1 << 20
_PURPOSE = b"netaudit: names in an evidence pack\0"
_REMEDY = "give it with --logs, as it was when it was read; unpacking a log changes nothing, any other change does"


@dataclass(frozen=True, slots=True)
class Found:
    """Log files that were looked for, by digest, and what only who has them can know."""

    logs: Mapping[str, LogFile]
    secret: bytes
    strangers: tuple[str, ...]  # paths of files that nobody asked for

    def key(self, about: str) -> bytes:
        """Return a key that follows from what the files hold."""
        return hashlib.sha256(_PURPOSE + about.encode() + b"\0" + self.secret).digest()


def find_recorded(logs: Sequence[str], wanted: Iterable[str], expansion_limit: int) -> Found:
    """Return the log files of these digests, whatever they are called, and in whatever order they are named.

    A file that was read as plain text may since have been compressed.

    Args:
        logs: files, folders or globs.
        wanted: digests of the files as the ledger has them.
        expansion_limit: how many times its size a compressed file may hold.

    Raises:
        InputError: naming all digests that no file has.
    """
    missing = dict.fromkeys(wanted)
    found: dict[str, LogFile] = {}
    marks: dict[str, bytes] = {}
    strangers = []
    for log in find_logs(logs, expansion_limit):
        if log.path is None or log.problem:
            strangers.append(log.title)
            continue
        digest, mark = _digests(log.path, missing, expansion_limit)
        if digest is None:
            strangers.append(log.title)
        else:
            found.setdefault(digest, log)
            marks[digest] = mark
    problems = [
        Problem("a log file of this case is missing among the logs, or was changed", f"sha256 {digest}", _REMEDY)
        for digest in missing
        if digest not in found
    ]
    if problems:
        raise InputError(problems)
    return Found(found, b"".join(marks[digest] for digest in sorted(marks)), tuple(strangers))


def _digests(path: Path, wanted: Collection[str], expansion_limit: int) -> tuple[str | None, bytes]:
    """Return under which digest a file is looked for, if it is, and the mark of its content."""
    try:
        with path.open("rb") as stream:
            magic = stream.read(MAGIC_BYTES)
            stream.seek(0)
            digest, mark = _digested(stream)
            if digest not in wanted and decompressor(magic) is not None:
                stream.seek(0)
                most = max(EXPANSION_FLOOR, expansion_limit * path.stat().st_size)
                digest, mark = _digested(PlainText(Source(stream), lambda _: most))
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {error.strerror}", str(path), "check its permissions")) from error
    except ExpansionError:
        return None, b""
    return (digest if digest in wanted else None), mark


def _digested(stream: BinaryIO | Stream) -> tuple[str, bytes]:
    digest, mark = hashlib.sha256(), hashlib.sha256(_PURPOSE)
    while block := stream.read(_BLOCK_BYTES):
        digest.update(block)
        mark.update(block)
    return digest.hexdigest(), mark.digest()


def raw_lines(log: LogFile, wanted: Iterable[int]) -> list[tuple[int, bytes]]:
    """Return lines of a file as they are, by their numbers from 1, without line ends."""
    asked = sorted(set(wanted))
    found: list[tuple[int, bytes]] = []
    place = 0
    log = LogFile(log.path, None, log.expansion_limit)
    for chunk in log.chunks():
        if place >= len(asked):
            continue  # to the end of the file, so that its digest is known
        ends = line_ends(chunk.data)
        while place < len(asked) and asked[place] < chunk.first_line + len(ends):
            row = asked[place] - chunk.first_line
            place += 1
            if row >= 0:
                line = chunk.data[ends[row - 1] if row else 0 : ends[row]]
                found.append((chunk.first_line + row, line.rstrip(b"\r\n")))
    return found


def lines_of_records(
    log: LogFile, choices: Choices, wanted: Iterable[int], called: str, recorded: Iterable[TimeChoice] = ()
) -> list[int]:
    """Return the numbers of all lines of records, by the numbers of their first lines.

    Args:
        log: the file.
        choices: how it is opened.
        wanted: of each record the first line.
        called: the format that the file was read as.
        recorded: what was decided about the file's times when it was read.
    """
    asked = sorted(set(wanted))
    found = set(asked)
    before = 0
    log = LogFile(log.path, None, log.expansion_limit)
    for read in choices.reader(log, called=called, recorded=recorded).chunks():
        if read.continuations:
            firsts = [*(one["log_line"] for one in (read.parsed, read.rejects, read.others))]
            begun = np.sort(np.concatenate([*(one.to_numpy() for one in firsts), [before + read.lines + 1]]))
            for number in asked:
                if before < number <= before + read.lines:
                    found.update(range(number, int(begun[np.searchsorted(begun, number, "right")])))
        before += read.lines
    return sorted(found)


def names_in(
    log: LogFile, choices: Choices, zone: str, recorded: Iterable[TimeChoice] = ()
) -> Iterator[tuple[date, pl.Series, pl.Series]]:
    """Yield the accounts and addresses in a file, chunk by chunk, with the local day; each once for a chunk and day.

    Args:
        log: the file.
        choices: how it is opened.
        zone: of local days.
        recorded: what was decided about the file's times when it was read.
    """
    log = LogFile(log.path, None, log.expansion_limit)
    for read in choices.reader(log, recorded=recorded).chunks():
        parsed = read.parsed.select("event_start", "user_name", "source_ip")
        days, number = local_days(parsed["event_start"].to_physical().to_numpy(), zone)
        for place, day in enumerate(days):
            rows = parsed.filter(pl.Series(number == place))
            yield day, Distinct(rows["user_name"]).values, Distinct(rows["source_ip"]).values
