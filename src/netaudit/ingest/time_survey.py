"""The survey of a file: what its lines leave open about their times is decided before any of them is used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import polars as pl

from netaudit.compression import MAGIC_BYTES, decompressor
from netaudit.contracts import TimeChoice
from netaudit.definitions.format_patterns import day_and_month, tells_year
from netaudit.definitions.formats import Format, TimeStyle
from netaudit.errors import InputError, Problem
from netaudit.ingest.detect import Vote
from netaudit.ingest.doubled_hours import HourLines, doubled
from netaudit.ingest.logfile import CHUNK_BYTES, Chunk, LogFile
from netaudit.ingest.moments import head_moments, read_written, with_years
from netaudit.ingest.normalise import durations
from netaudit.ingest.parse import ParsedChunk
from netaudit.ingest.records import cut_at_records
from netaudit.ingest.time_evidence import CHOOSE_ORDER, Circumstances, Evidence
from netaudit.ingest.times import FileTimes, Order, Times, Years
from netaudit.ingest.wrapped import opened

AHEAD_BYTES = 16 << 20
"""So much of standard input is looked at ahead: it comes only once."""

_HEAD_BYTES = _TAIL_BYTES = 1 << 16
_DAY_US = 86_400_000_000
_LONG_AGO_US = int(datetime(2001, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000

Read = Callable[[Chunk], ParsedChunk]
Reading = Callable[[FileTimes], Read]  # one reading of the file from its beginning, a chunk at a time


def decided_times(
    log: LogFile,
    formats: Sequence[Format],
    reading: Reading,
    record_start: str,
    about: Circumstances,
    head: Iterable[Vote],
    size: int = CHUNK_BYTES,
) -> tuple[FileTimes, tuple[TimeChoice, ...]]:
    """Return how the times of a file are read, and what was decided of them.

    A file is read twice only where requests in its head do not say all of their times, or where none stands there.
    Where only later ones do not, what they leave open is taken as usual, and told.

    Args:
        log: the file; it can still be read from its beginning afterwards.
        formats: those that read its head.
        reading: starts to read it.
        record_start: what a line looks like that begins a record, where records can have several lines.
        about: what is known beside its lines.
        head: what the formats of the file make of its first lines.
        size: of chunks; it makes no difference to what is decided.

    Raises:
        InputError: it cannot be read, or its dates contradict one another.
    """
    usual = Times(about.zone, about.order, Years(latest=_to_us(about.latest)))
    times = FileTimes(about.zone, usual=usual)
    choices: list[TimeChoice] = []
    votes = [*head]
    if any(one.times.bare or one.times.either or (not one.events and _leaves_open(one.log_format)) for one in votes):
        evidence = _survey(reading, _chunks(log, record_start, size))
        for name, shown in evidence.items():
            if wrong := shown.contradiction() if about.order is None else "":
                raise InputError(Problem(wrong, log.title, f"nothing of the file is used: {CHOOSE_ORDER}"))
            order = shown.order(_usual_order(formats, name), about)
            years, year = shown.years(_order_of(order), about)
            times.decided[name] = Times(about.zone, _order_of(order) if order else about.order, years or usual.years)
            choices += [one for one in (order, year) if one]
    if not any(one.times.civil for one in votes) or not _may_double(log, reading, times, about):
        return times, tuple(choices)
    for name, hours in _hours(reading, _chunks(log, record_start, size), times).items():
        passes = [one for hour in hours if (one := hour.passes())]
        known = times.of(name)
        second = tuple(one.second for one in passes if one.second)
        times.decided[name] = Times(known.zone, known.order, known.years, second)
        choices += [_told(one.lines, one.how, one.change.begin_us) for one in passes]
    return times, tuple(choices)


def _leaves_open(log_format: Format) -> bool:
    """Return whether lines may not tell their year, or which number is the month."""
    styles = [(style, text) for style in _styles_of(log_format) for text in style.styles]
    return any(
        (style.day_or_month and day_and_month(text)) or (text not in {"epoch", "iso"} and not tells_year(text))
        for style, text in styles
    )


def _styles_of(log_format: Format) -> Iterator[TimeStyle]:
    """Yield how the layouts of a format write times, each once."""
    yield from dict.fromkeys(layout.time or log_format.time for layout in log_format.layouts if layout.web)


@dataclass(slots=True)
class _Collector:
    """Takes the times of lines while they are read, and gives them to whom it may concern after each chunk."""

    pending: defaultdict[str, list[pl.DataFrame]] = field(default_factory=lambda: defaultdict(list))

    def __call__(self, name: str, style: TimeStyle, frame: pl.DataFrame) -> None:
        """Take the times of some lines of a format."""
        if frame.is_empty():
            return
        written = read_written(frame["time"], style)
        heads = head_moments(frame)
        civil = written.civil
        no = pl.repeat(value=False, n=len(civil), dtype=pl.Boolean, eager=True)
        self.pending[name].append(
            pl.DataFrame(
                {
                    "log_line": frame["log_line"],
                    "moment": written.moment,
                    "day": civil if written.day is None else written.day,
                    "month": civil if written.month is None else written.month,
                    "usual": civil,
                    "yearless": no if written.yearless is None else written.yearless,
                    "in_utc": no if written.in_utc is None else written.in_utc,
                    "head": written.moment.clear(len(civil)) if heads is None else heads,
                    "lasted_us": _lasted(frame, style),
                }
            )
        )

    def taken(self, read: ParsedChunk) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield the times of each format in the order of lines; nothing of a line that went to another format."""
        for name, frames in self.pending.items():
            rows = pl.concat(frames).unique("log_line", keep="first").sort("log_line")
            if len(self.pending) > 1:
                of = pl.concat(
                    [
                        read.parsed.select("log_line", pl.col("event_dataset").cast(pl.String)),
                        read.others.select("log_line", "event_dataset"),
                    ]
                )
                foreign = of.filter(~pl.col("event_dataset").str.contains(f"^{name}(?:\\.|$)"))["log_line"]
                rows = rows.filter(~pl.col("log_line").is_in(foreign.implode()))
            if rows.height:
                yield name, rows
        self.pending.clear()


def _survey(reading: Reading, chunks: Iterable[Chunk]) -> dict[str, Evidence]:
    evidence: defaultdict[str, Evidence] = defaultdict(Evidence)
    for name, rows in _times_of(chunks, reading, FileTimes()):
        evidence[name].add(rows.filter(pl.col("moment").is_null()))
    return evidence


def _hours(reading: Reading, chunks: Iterable[Chunk], times: FileTimes) -> dict[str, list[HourLines]]:
    found: dict[str, dict[int, HourLines]] = {}
    for name, rows in _times_of(chunks, reading, times):
        lines, civil, lasted = _civil_of(rows, times.of(name))
        if not len(civil):
            continue
        hours = found.setdefault(name, {})
        for change in doubled(times.zone, max(int(civil.min()), _LONG_AGO_US), int(civil.max())):
            hours.setdefault(change.begin_us, HourLines(change))
        for hour in hours.values():
            hour.add(lines, civil, civil + lasted)
    return {name: list(hours.values()) for name, hours in found.items()}


def _may_double(log: LogFile, reading: Reading, times: FileTimes, about: Circumstances) -> bool:
    """Return whether the file may have local times of an hour that comes twice; a look at its ends is enough."""
    latest = _to_us(about.latest)
    if not doubled(about.zone, _LONG_AGO_US, latest):
        return False
    ends = (one for one in (log.head(_HEAD_BYTES), _tail(log)) if one is not None)
    seen: list[np.ndarray] = []
    for name, rows in _times_of(ends, reading, times):
        _, civil, _ = _civil_of(rows, times.of(name))
        if not len(civil):
            return False
        seen.append(civil)
    if not seen:
        return False
    first, last = (int(kind([kind(one) for one in seen])) for kind in (min, max))
    if len(seen) == 1:  # the end cannot be seen
        is_rising = seen[0][0] <= seen[0][-1]
        first, last = first if is_rising else _LONG_AGO_US, latest
    return bool(doubled(about.zone, first - _DAY_US, last + _DAY_US))


def _times_of(chunks: Iterable[Chunk], reading: Reading, times: FileTimes) -> Iterator[tuple[str, pl.DataFrame]]:
    collector = _Collector()
    read = reading(FileTimes(times.zone, times.decided, survey=collector, usual=times.usual))
    for chunk in chunks:
        yield from collector.taken(read(chunk))


def _chunks(log: LogFile, record_start: str, size: int) -> Iterator[Chunk]:
    if log.path is None:
        yield from cut_at_records(opened([log.head(AHEAD_BYTES)], wrapped=log.wrapped), record_start)
        return
    again = LogFile(log.path, log.problem, log.expansion_limit)
    yield from cut_at_records(opened(again.chunks(size), wrapped=log.wrapped), record_start)


def _tail(log: LogFile) -> Chunk | None:
    """Return the last whole lines of a file that is plain text; None of another."""
    if log.path is None:
        return None
    try:
        with log.path.open("rb") as stream:
            magic = stream.read(max(MAGIC_BYTES, 2))
            if decompressor(magic) or magic[:2] in {b"\xff\xfe", b"\xfe\xff", b"\0\0"}:
                return None
            size = stream.seek(0, 2)
            stream.seek(max(size - _TAIL_BYTES, 0))
            data = stream.read(_TAIL_BYTES)
    except OSError:
        return None  # the reading itself says so
    return Chunk(data[data.find(b"\n") + 1 : data.rfind(b"\n") + 1], 1 << 40)


def _civil_of(rows: pl.DataFrame, times: Times) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return numbers of lines, local times without an offset in microseconds, and how long requests took after them."""
    rows = rows.filter(pl.col("moment").is_null(), ~pl.col("in_utc"))
    civil = rows[times.order or "usual"]
    if rows["yearless"].any():
        whole = with_years(civil, rows["log_line"], times.years, rows["head"])
        civil = pl.select(pl.when(rows["yearless"]).then(whole).otherwise(civil)).to_series()
    known = civil.is_not_null()
    return (
        rows["log_line"].filter(known).to_numpy(),
        civil.filter(known).to_physical().to_numpy(),
        rows["lasted_us"].filter(known).to_numpy(),
    )


def _lasted(frame: pl.DataFrame, style: TimeStyle) -> pl.Series:
    """Return for how long requests went on after the time of their line, in microseconds."""
    if style.marks == "end" or "event_duration_ms" not in frame.columns:
        return pl.repeat(0, n=frame.height, dtype=pl.Int64, eager=True)
    return frame.select(durations(frame, style)).to_series().fill_null(0).clip(0, _DAY_US // 1_000) * 1_000


def _order_of(choice: TimeChoice | None) -> Order:
    return "month" if choice is not None and choice.value == "month" else "day"


def _usual_order(formats: Sequence[Format], name: str) -> Order:
    for one in formats:
        if one.name == name:
            forms = (day_and_month(text) for style in _styles_of(one) if style.day_or_month for text in style.styles)
            for found in forms:
                if found:
                    return "month" if next(iter(found)) == "month" else "day"
    return "day"


def _told(lines: int, how: str, begin_us: int) -> TimeChoice:
    when = datetime.fromtimestamp(begin_us / 1e6, UTC)
    hour = f"{_counted(lines)} of the hour that came twice, from {when:%H:%M on %-d %B %Y}"
    if how == "unknown":
        says = (
            f"nothing shows which pass {hour}, are of: they are taken as the first. Either nothing was logged for an "
            "hour, or the clock of the source does not follow the change: then say its zone for its folder, in "
            "[[inputs.folders]] of the configuration"
        )
        return TimeChoice("hour", "first", "default", says, look=True)
    which = {"both": "both passes", "first": "the first pass", "second": "the second pass"}[how]
    return TimeChoice("hour", how, "evidence", f"by the order of lines, {hour}, are of {which}")


def _counted(lines: int) -> str:
    return f"{lines:,} {'line' if lines == 1 else 'lines'}"


def _to_us(civil: datetime) -> int:
    return int(np.datetime64(civil, "us").astype(np.int64))
