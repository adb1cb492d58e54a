"""Files that several devices write into: each line goes to the format that reads it, wherever in the file it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from netaudit.definitions.formats import Format
from netaudit.ingest.header_use import fits, has_headers, header_lines, tells, usable
from netaudit.ingest.lines import line_column, line_ends, some_lines
from netaudit.ingest.logfile import Chunk
from netaudit.ingest.parse import IS_BLANK, REJECTED, ParsedChunk, Reading, read_bytes, read_frame, set_aside, summed_up
from netaudit.ingest.signatures import bearing, bearing_any
from netaudit.ingest.times import FileTimes
from netaudit.ingest.waiting import NOTHING_AWAITED, WAITING_FOR, Awaited

_NO_LINES = pl.DataFrame(schema={"line": pl.String(), "log_line": pl.Int64()})


class Mixture:
    """Reads the chunks of one file, in order.

    The formats of the file are asked first, in the order of what they read of its head. What they leave is offered to
    all others, which take lines that bear their signature. Of a line that two of these read as a request, nobody can
    say whose it is: it is set aside. Formats for any product come last, and get no line that another knows.
    """

    def __init__(
        self,
        mine: Sequence[Format],
        every: Sequence[Format],
        zone: str | FileTimes,
        log_file: str,
        awaited: Awaited = NOTHING_AWAITED,
    ) -> None:
        """Prepare for the chunks of a file.

        Args:
            mine: the formats of the file, the main one first.
            every: all that may read lines of it.
            zone: of times that carry none, or what has been decided of the file's times.
            log_file: the file's number, for REJECTS.
            awaited: broken definitions, whose lines are set aside.
        """
        self._mine = tuple(mine)
        self._awaited = awaited
        self.waiting = 0
        """How many lines of the chunks were set aside because the definition that might read them is broken."""
        keys = {one.key for one in mine}
        self._others = tuple(sorted((one for one in every if one.key not in keys), key=lambda one: one.key))
        self._zone, self._log_file = zone, log_file
        self._header = ""  # in force for the main format
        self._headers: dict[tuple[str, Path], str] = {}  # the last that has the columns which a format needs, by format

    def read(self, chunk: Chunk) -> ParsedChunk:
        """Return every line of the chunk as a record, a reject or a count."""
        main = self._mine[0]
        first = self._first(chunk, main)
        left = first.left.filter(~IS_BLANK)
        has_new_header, self._header = first.header != self._header, first.header
        blank = first.left.filter(IS_BLANK)["log_line"]
        is_alone = len(self._mine) + len(self._others) == 1 and not self._awaited.broken
        if is_alone or not (left.height or first.rejects.height or has_new_header):
            return summed_up(chunk, [first], set_aside(left, main, first.odd), blank, main.name, self._log_file)
        headers = _lines_at(chunk, [part["log_line"] for part in first.others if part["outcome"][0] == "directive"])
        headers = pl.concat([headers, header_lines(left.select(_NO_LINES.columns), (*self._mine, *self._others))]).sort(
            "log_line"
        )
        sharing = _Sharing(first, _lines_at(chunk, [first.rejects["log_line"]]), headers, self._zone, self._headers)
        mine = [one for one in self._mine if not one.is_general]
        for one in mine[not main.is_general :]:
            sharing.offer(one)
        for one in mine:  # their lines may have stood between those of others
            if len(self._mine) > 1 and (one.record_start or has_headers(one)):
                sharing.offer(one)
        sharing.offer_strangers([one for one in self._others if not one.is_general])
        sharing.keep_known()
        self.waiting += sharing.keep_awaited(self._awaited)
        for one in self._mine:
            if one.is_general:
                sharing.offer(one)
        sharing.offer_strangers([one for one in self._others if one.is_general])
        sharing.note_headers((*self._mine, *self._others))
        rejected = sharing.rejected(self._mine)
        return summed_up(chunk, sharing.readings, rejected, blank, main.name, self._log_file)

    def _first(self, chunk: Chunk, main: Format) -> Reading:
        """Return what the main format makes of a chunk: nothing yet, if it is one that comes last."""
        if not main.is_general or len(self._mine) + len(self._others) == 1:
            return read_bytes(chunk.data, chunk.first_line, main, self._zone, self._header)
        lines = pl.DataFrame({"line": line_column(chunk.data)}).with_columns(
            log_line=pl.int_range(chunk.first_line, chunk.first_line + pl.len(), dtype=pl.Int64)
        )
        return Reading((), pl.DataFrame(schema=REJECTED), (), 0, "", lines)


@dataclass(slots=True)
class _Share:
    """What one more format makes of lines that are left."""

    log_format: Format
    given: pl.DataFrame
    reading: Reading

    def taken(self, *, as_requests: bool = False) -> pl.Series:
        """Return the numbers of the lines that are records of the format, with all their lines; or of requests."""
        if as_requests:
            return pl.concat([_no_numbers(), *(part["log_line"] for part in self.reading.parsed)])
        free = pl.concat([self.reading.left["log_line"], self.reading.rejects["log_line"]])
        return self.given["log_line"].filter(~self.given["log_line"].is_in(free.implode()))


class _Sharing:
    """The lines of a chunk that the main format leaves, while others are asked for them."""

    def __init__(
        self,
        first: Reading,
        unusable: pl.DataFrame,
        headers: pl.DataFrame,
        zone: str | FileTimes,
        in_force: dict[tuple[str, Path], str],
    ) -> None:
        self._rest = pl.concat([first.left.filter(~IS_BLANK).select(_NO_LINES.columns), unusable]).sort("log_line")
        self._unusable = [first.rejects]  # REJECTED of lines that a format knows and cannot use; others may
        self._contested: list[pl.DataFrame] = []
        self._known: list[pl.DataFrame] = []  # REJECTED of lines that a format for one product knows and cannot use
        self._headers, self._zone, self._in_force = headers, zone, in_force
        self.readings = [replace(first, rejects=pl.DataFrame(schema=REJECTED))]

    def offer(self, log_format: Format) -> None:
        """Let a format of the file take what it reads."""
        if self._rest.height:
            self._take(self._asked(log_format, self._rest))

    def offer_strangers(self, formats: Sequence[Format]) -> None:
        """Let formats take lines that bear their signature, where no two of them read a request in the same line."""
        if self._rest.is_empty():
            return
        marked = self._rest.filter(bearing_any(self._rest["line"], [one.signature for one in formats]))
        shares = []
        for one in formats:
            bears = bearing(marked["line"], one.signature)
            whole = bool(one.record_start) and bears.any()
            given = self._rest if whole or self._knows_columns(one) else marked.filter(bears)
            if given.height:
                share = self._asked(one, given)
                if len(share.taken()):
                    shares.append(share)
        for share in self._agreed(shares):
            self._take(share)

    def keep_known(self) -> None:
        """Take away the lines that a format has known and could not use, before formats for any product are asked."""
        unusable = pl.concat(self._unusable).unique("log_line", keep="first", maintain_order=True)
        unusable = unusable.filter(pl.col("log_line").is_in(self._rest["log_line"].implode()))
        self._known.append(unusable)
        self._rest = self._rest.filter(~pl.col("log_line").is_in(unusable["log_line"].implode()))

    def keep_awaited(self, awaited: Awaited) -> int:
        """Take away the lines that may be of a broken definition; return how many there are."""
        before = self._rest.height
        for one in awaited.broken:
            theirs = awaited.theirs(one, self._rest["line"])
            numbers = self._rest["log_line"].filter(theirs)
            reason = f"{WAITING_FOR} '{one.name}', whose definition is broken"
            self._contested.append(
                pl.select(log_line=numbers, reason=pl.lit(reason), event_dataset=pl.lit(one.name)).match_to_schema(
                    REJECTED
                )
            )
            self._rest = self._rest.filter(~theirs)
        return before - self._rest.height

    def note_headers(self, formats: Iterable[Format]) -> None:
        """Remember what is in force for each format, for the chunks below."""
        for one in formats if self._headers.height else ():
            theirs = usable(one, self._headers)
            if theirs.height:
                self._in_force[one.key] = read_frame(theirs, one, self._zone, self._in_force.get(one.key, "")).header

    def rejected(self, mine: Sequence[Format]) -> pl.DataFrame:
        """Return REJECTED of what is left: as the format has it that knows the line, or that comes nearest."""
        known = pl.concat(self._unusable).unique("log_line", keep="first", maintain_order=True)
        known = known.filter(pl.col("log_line").is_in(self._rest["log_line"].implode()))
        rest = self._rest.filter(~pl.col("log_line").is_in(known["log_line"].implode()))
        parts = [*self._contested, *self._known, known]
        for one in mine[1:]:
            near = bearing(rest["line"], one.signature)
            parts.append(set_aside(rest.filter(near), one))
            rest = rest.filter(~near)
        return pl.concat([*parts, set_aside(rest, mine[0], self.readings[0].odd)])

    def _knows_columns(self, log_format: Format) -> bool:
        """Return whether a header above, or in the chunk, names the columns of a format."""
        if not has_headers(log_format):
            return False
        above = fits(log_format, self._in_force.get(log_format.key, ""))
        return above or tells(log_format, usable(log_format, self._headers))

    def _asked(self, log_format: Format, given: pl.DataFrame) -> _Share:
        """Return what a format makes of some lines, each under the last header that it can use."""
        headers = usable(log_format, self._headers)
        unseen = ~pl.col("log_line").is_in(given["log_line"].implode())
        lines = pl.concat([given, headers.filter(unseen)]).sort("log_line") if headers.height else given
        read = read_frame(lines, log_format, self._zone, self._in_force.get(log_format.key, ""))
        theirs = pl.col("log_line").is_in(given["log_line"].implode())
        others = tuple(kept for part in read.others if (kept := part.filter(theirs)).height)
        return _Share(log_format, given, replace(read, others=others, left=read.left.filter(theirs)))

    def _take(self, share: _Share) -> None:
        taken = share.taken()
        self._unusable.append(share.reading.rejects)
        if len(taken):
            self.readings.append(replace(share.reading, rejects=pl.DataFrame(schema=REJECTED)))
            self._rest = self._rest.filter(~pl.col("log_line").is_in(taken.implode()))

    def _agreed(self, shares: list[_Share]) -> list[_Share]:
        """Return the shares without lines that several formats read: these are set aside, or nobody's request."""
        if _repeated([one.taken() for one in shares]).is_empty():
            return shares
        requests = _repeated([one.taken(as_requests=True) for one in shares])
        alike = [one.log_format.name for one in shares if one.taken(as_requests=True).is_in(requests.implode()).any()]
        lost = requests
        if len(requests):
            reason = f"read alike by {', '.join(alike[:-1])} and {alike[-1]}: choose with --format"
            self._contested.append(
                pl.select(log_line=requests, reason=pl.lit(reason), event_dataset=pl.lit(alike[0])).match_to_schema(
                    REJECTED
                )
            )
            self._rest = self._rest.filter(~pl.col("log_line").is_in(requests.implode()))
        agreed = []
        by_requests = sorted(shares, key=lambda one: (-len(one.taken(as_requests=True)), one.log_format.key))
        for share in by_requests:
            given = share.given.filter(~pl.col("log_line").is_in(lost.implode()))
            kept = share if given.height == share.given.height else self._asked(share.log_format, given)
            lost = pl.concat([lost, kept.taken()])
            agreed.append(kept)
        return agreed


def _no_numbers() -> pl.Series:
    return pl.Series("log_line", [], pl.Int64)


def _repeated(numbers: Sequence[pl.Series]) -> pl.Series:
    every = pl.concat([_no_numbers(), *numbers])
    return every.filter(every.is_duplicated()).unique().sort()


def _lines_at(chunk: Chunk, numbers: Sequence[pl.Series]) -> pl.DataFrame:
    """Return `line` and `log_line` of some lines of a chunk."""
    wanted = pl.concat([_no_numbers(), *(one.cast(pl.Int64) for one in numbers)])
    if wanted.is_empty():
        return _NO_LINES
    ends = line_ends(chunk.data)
    every = pl.int_range(chunk.first_line, chunk.first_line + len(ends), dtype=pl.Int64, eager=True)
    is_wanted = every.is_in(wanted.implode())
    return pl.DataFrame({"line": some_lines(chunk.data, ends, is_wanted), "log_line": every.filter(is_wanted)})
