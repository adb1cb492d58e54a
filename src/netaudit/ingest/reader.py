"""A log file as tables: the one way from a file to PARSED, for files of one format and for mixed ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from netaudit.contracts import TimeChoice
from netaudit.definitions.formats import Format, format_name
from netaudit.definitions.known_formats import BrokenFormat
from netaudit.errors import InputError, Problem
from netaudit.ingest.called import as_called
from netaudit.ingest.content import NotALog, stranger
from netaudit.ingest.detect import Detection, examine
from netaudit.ingest.logfile import CHUNK_BYTES, Chunk, LogFile
from netaudit.ingest.mixture import Mixture
from netaudit.ingest.parse import ParsedChunk
from netaudit.ingest.records import cut_at_records
from netaudit.ingest.time_evidence import Circumstances
from netaudit.ingest.time_notes import noted_times
from netaudit.ingest.time_survey import decided_times
from netaudit.ingest.times import FileTimes
from netaudit.ingest.waiting import NOTHING_AWAITED, Awaited
from netaudit.ingest.wrapped import is_wrapped, opened

_CHOOSE = "say which with --format, or for its folder in [[inputs.folders]] of the configuration"


class LogReader:
    """Reads one log file: finds the formats of its lines, and yields what they say, chunk by chunk."""

    def __init__(
        self,
        log: LogFile,
        formats: Sequence[Format],
        zone: str = "UTC",
        log_file: str = "1",
        *,
        called: str = "",
        chosen: bool = False,
        about: Circumstances | None = None,
        awaited: Awaited = NOTHING_AWAITED,
    ) -> None:
        """Look at the head of the file.

        Args:
            log: the file.
            formats: all that may read it.
            zone: of times that carry none, as an IANA name.
            log_file: the file's number, for REJECTS.
            called: the product that the file is known to be of, where several write the same lines; empty: the names
                of the file and its folders tell.
            chosen: somebody has said that the formats given are those of the file.
            about: what is known of its times beside its lines; None: when it was last changed.
            awaited: broken definitions, which read nothing; what they might have read waits.

        Raises:
            InputError: the file cannot be read, or two formats read its lines alike.
        """
        self._log, self._log_file = log, log_file
        self._about = about or Circumstances(datetime.now(UTC), log.changed(), zone=zone)
        self.zone = self._about.zone
        """Of times that carry none, as an IANA name."""
        self._times: tuple[TimeChoice, ...] = ()
        self._named: set[str] = set()  # formats that have read requests of the file, where several were asked
        self._file_times = FileTimes(self._about.zone)
        self._formats = tuple(as_called(one, log.path, called) for one in formats)
        head = log.head()
        self.detection = examine(head, self._formats)
        if self.detection.tie and not (chosen and len(self._formats) == 1):
            raise InputError(_tie(self.detection, log.title))
        if not self.detection.formats and is_wrapped(head):
            unwrapped = next(opened([head], wrapped=True))
            inside = examine(unwrapped, self._formats)
            if inside.formats:
                self.detection, log.wrapped, head = inside, True, unwrapped
        found = self.detection.formats
        self._awaited = awaited
        self.stranger: NotALog | None = None if found else stranger(head.data)
        """What a file is that no format reads, where its bytes tell."""
        is_held = bool(awaited.broken) and (self.stranger is None or bool(awaited.named))
        self.waits_for: tuple[BrokenFormat, ...] = awaited.holding(head, self.detection, log.path) if is_held else ()
        """The broken definitions one of which may be that of the file, which is not read by any other then."""
        if not found and chosen:
            found = self._formats[:1]
        self.formats: tuple[Format, ...] = () if self.waits_for else found
        """Those that read the head of the file, the main one first; none if no format knows it, or if it waits."""
        self.waiting = 0
        """How many lines were set aside because the definition that might read them is broken, as far as was read."""

    @property
    def record_start(self) -> str:
        """Return what a line looks like that begins a record, where any of the formats has records of several lines."""
        starts = dict.fromkeys(one.record_start for one in self.formats if one.record_start)
        return "|".join(f"(?:{one})" for one in starts)

    def times(self, last: datetime | None = None) -> tuple[TimeChoice, ...]:
        """Return what was decided of times that lines do not tell in full; complete once `chunks` has ended.

        Args:
            last: the last moment in the file.
        """
        return (*self._times, *noted_times(self._file_times, self._about, last, self._named))

    def chunks(self, size: int = CHUNK_BYTES) -> Iterator[ParsedChunk]:
        """Yield what the file holds; nothing if no format reads it.

        Where lines do not tell all of their times, the file is read twice: first to see what its lines show together.

        Raises:
            InputError: as `LogFile.chunks`. Nothing that was yielded before can then be relied on. Or its dates
                contradict one another; then nothing has been yielded.
        """
        if not self.formats:
            return
        self._file_times, self._times = decided_times(
            self._log,
            self.formats,
            lambda times: self._mixture(times).read,
            self.record_start,
            self._about,
            [one for one in self.detection.votes if one.log_format in self.formats],
            size,
        )
        mixture = self._mixture(self._file_times)
        for chunk in self._cut(size):
            read = mixture.read(chunk)
            self.waiting = mixture.waiting
            if len(self._file_times.seen) > 1:
                self._named |= {format_name(str(one)) for one in read.parsed["event_dataset"].unique()}
            yield replace(read, source=chunk)

    def _mixture(self, times: FileTimes) -> Mixture:
        return Mixture(self.formats, self._formats, times, self._log_file, self._awaited)

    def _cut(self, size: int) -> Iterator[Chunk]:
        return cut_at_records(opened(self._log.chunks(size), wrapped=self._log.wrapped), self.record_start)


def _tie(found: Detection, title: str) -> Problem:
    names = [f"{one.title} ({one.name})" for one in found.tie]
    return Problem(f"its lines are read alike by {', '.join(names[:-1])} and {names[-1]}", title, _CHOOSE)
