"""One chunk of lines into PARSED and REJECTS, by the layouts of a format; the same law for every parser."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import polars as pl

from netaudit.contracts import PARSED, REJECTS
from netaudit.definitions.formats import Format, Layout
from netaudit.ingest.answers import repeats
from netaudit.ingest.delimited import read_delimited
from netaudit.ingest.envelope import HEADS, in_envelope, unpacked, unwrap
from netaudit.ingest.fields import FIELD
from netaudit.ingest.headers import ODD, told_doubts, with_headers
from netaudit.ingest.layouts import read_lines
from netaudit.ingest.lines import count_ends, line_column, line_ends, some_lines
from netaudit.ingest.logfile import LINE_BYTES, Chunk
from netaudit.ingest.moments import has_time
from netaudit.ingest.normalise import normalise
from netaudit.ingest.records import joined
from netaudit.ingest.tables import tables_of, with_headings
from netaudit.ingest.times import FileTimes
from netaudit.ingest.zeek import with_zeek_headers

# The first lines of records that are neither events nor rejects. Continuations are what stands in no table.
OTHERS = pl.Schema({"log_line": pl.Int64(), "outcome": pl.String(), "event_dataset": pl.String()})
IS_BLANK = pl.col("line").str.strip_chars() == ""
REJECTED = pl.Schema({"log_line": pl.Int64(), "reason": pl.String(), "event_dataset": pl.String()})
_TEXTS = ("url_full", "http_request_referrer")  # all others are categories by then
_TOLD = ("w3c", "zeek", "table")  # a header tells what is a part of the record


@dataclass(frozen=True, slots=True)
class ParsedChunk:
    """What a chunk held: `lines = parsed + rejects + not_web + blank + directives + continuations`."""

    parsed: pl.DataFrame
    rejects: pl.DataFrame
    lines: int
    not_web: int
    blank: int
    directives: int = 0
    continuations: int = 0
    header: str = ""  # in force after the chunk
    header_doubts: tuple[str, ...] = ()  # what is to be said of headers that do not tell how lines are written
    others: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OTHERS))
    source: Chunk | None = None  # the lines themselves, where they are still at hand


@dataclass(slots=True)
class _Capture:
    """What the layouts of a format make of a chunk's lines."""

    frames: list[tuple[Layout, pl.DataFrame]] = field(default_factory=list)  # with `claimed`
    rest: pl.DataFrame = field(default_factory=pl.DataFrame)  # `line` and `log_line` of lines not claimed
    others: list[pl.DataFrame] = field(default_factory=list)  # OTHERS: directives, records that are no web requests
    continuations: int = 0
    header: str = ""
    header_doubts: set[str] = field(default_factory=set)
    odd: set[int] = field(default_factory=set)  # numbers of lines that do not fit their header

    def note(self, log_lines: pl.Series, outcome: str, event_dataset: str) -> None:
        """Keep the lines of an outcome."""
        if len(log_lines):
            self.others.append(_others(log_lines, outcome, event_dataset))


@dataclass(frozen=True, slots=True)
class Reading:
    """What one format makes of some lines; those that it knows nothing of are left."""

    parsed: tuple[pl.DataFrame, ...]
    rejects: pl.DataFrame  # REJECTED: lines of the format that cannot be used
    others: tuple[pl.DataFrame, ...]  # OTHERS: directives and records that are no web requests
    continuations: int
    header: str  # in force after the lines
    left: pl.DataFrame  # `line` and `log_line`
    header_doubts: frozenset[str] = frozenset()
    odd: frozenset[int] = frozenset()  # numbers of lines that do not fit their header


def parse_chunk(
    chunk: Chunk, log_format: Format, zone: str | FileTimes, log_file: str = "1", header: str = ""
) -> ParsedChunk:
    """Return every line of the chunk as a record, a reject or a count.

    Args:
        chunk: whole lines, and whole records where records have several lines.
        log_format: the format that detection or the operator chose.
        zone: the zone of times that carry none, as an IANA name; or what has been decided of the file's times.
        log_file: the file's number, for REJECTS.
        header: the names of columns that the chunk before left in force, as they are written.
    """
    reading = read_bytes(chunk.data, chunk.first_line, log_format, zone, header)
    blank = reading.left.filter(IS_BLANK)["log_line"]
    return summed_up(
        chunk, [reading], set_aside(reading.left, log_format, reading.odd), blank, log_format.name, log_file
    )


def read_bytes(data: bytes, first_line: int, log_format: Format, zone: str | FileTimes, header: str = "") -> Reading:
    """Return what a format makes of whole lines, the first of which has this number."""
    return _reading(_capture(data, log_format, first_line, header), log_format, zone)


def read_frame(lines: pl.DataFrame, log_format: Format, zone: str | FileTimes, header: str = "") -> Reading:
    """Return what a format makes of lines that others have left: `line` and `log_line`, in order."""
    capture = _Capture(header=header)
    layouts = [layout for layout in log_format.layouts if layout.parser != "delimited"]  # another reads the same lines
    _capture_lines(lines, layouts, log_format, capture)
    return _reading(capture, log_format, zone)


def _reading(capture: _Capture, log_format: Format, zone: str | FileTimes) -> Reading:
    parts, rejects = [], [pl.DataFrame(schema=REJECTED)]
    for layout, frame in capture.frames:
        if not frame["claimed"].any():
            continue
        dataset = log_format.dataset(layout)
        if isinstance(zone, FileTimes) and zone.survey is not None:
            claimed = frame.filter("claimed")
            zone.survey(log_format.name, layout.time or log_format.time, claimed)
            capture.note(claimed["log_line"], "not_web", dataset)
            continue
        known = normalise(frame, log_format, layout, zone)
        usable = known["claimed"] & ~known["not_web"] & known["reason"].is_null()
        capture.note(known["log_line"].filter(known["claimed"] & known["not_web"]), "not_web", dataset)
        if "lines" in known.columns:
            capture.continuations += int(known.filter("claimed").select(pl.col("lines").sum() - pl.len()).item())
        columns = known.with_columns(
            event_dataset=pl.lit(dataset, pl.Categorical), **{name: _copied(name) for name in _TEXTS}
        ).select(PARSED.schema.names())
        parts.append(columns if usable.all() else columns.filter(usable))
        bad = known.select("log_line", "reason", event_dataset=pl.lit(dataset))
        rejects.append(bad.filter(known["claimed"] & ~known["not_web"] & ~usable))
    answers = {log_format.dataset(layout) for layout in log_format.layouts if layout.answer}
    return Reading(
        tuple(_without_repeats(parts, answers, capture)),
        pl.concat(rejects),
        tuple(capture.others),
        capture.continuations,
        capture.header,
        capture.rest,
        frozenset(capture.header_doubts),
        frozenset(capture.odd),
    )


def _copied(name: str) -> pl.Expr:
    """Return a text in memory of its own: else it would keep the whole chunk in which it was found."""
    return pl.concat_str(pl.col(name), pl.lit(""))


def _without_repeats(parts: list[pl.DataFrame], answers: set[str], capture: _Capture) -> list[pl.DataFrame]:
    """Return the records but for answers whose question is there by itself: those are noted as no web requests."""
    if not answers or not parts:
        return parts
    parsed = pl.concat(parts)
    again = repeats(parsed, answers)
    for (dataset,), rows in again.group_by("event_dataset", maintain_order=True):
        capture.note(rows["log_line"], "not_web", str(dataset))
    return [parsed.filter(~pl.col("log_line").is_in(again["log_line"].implode()))]


def set_aside(lines: pl.DataFrame, log_format: Format, odd: Collection[int] = ()) -> pl.DataFrame:
    """Return REJECTED of lines that are left, with the reason that can be seen; blank ones are none.

    Args:
        lines: `line` and `log_line`.
        log_format: of the lines, or that which comes nearest.
        odd: numbers of lines that do not fit their header.
    """
    is_odd = pl.col("log_line").is_in(sorted(odd))
    why = pl.when(is_odd).then(pl.lit(ODD)).otherwise(_why_unread(log_format)).alias("reason")
    return lines.filter(~IS_BLANK).select("log_line", why, event_dataset=pl.lit(log_format.name))


def summed_up(
    chunk: Chunk,
    readings: Sequence[Reading],
    rejected: pl.DataFrame,
    blank: pl.Series,
    event_dataset: str,
    log_file: str,
) -> ParsedChunk:
    """Return what several formats have made of a chunk, each of the lines that the ones before left.

    Args:
        chunk: the lines.
        readings: of the main format, then of others.
        rejected: REJECTED of lines that no format reads.
        blank: the numbers of blank lines.
        event_dataset: of lines that show nothing of their own.
        log_file: the file's number, for REJECTS.
    """
    overlong = pl.DataFrame(
        {"log_line": list(range(chunk.first_line - chunk.overlong, chunk.first_line))},
        schema={"log_line": pl.Int64},
    ).with_columns(reason=pl.lit(f"longer than {LINE_BYTES >> 20} MB"), event_dataset=pl.lit(event_dataset))
    rejects = pl.concat([*(one.rejects for one in readings), rejected, overlong]).sort("log_line")
    parts = [part for one in readings for part in one.parsed]
    parsed = pl.concat(parts) if parts else PARSED.empty()
    parsed = parsed if len(parts) < 2 else parsed.sort("log_line")  # noqa: PLR2004 - one part is in order already
    noted = [part for one in readings for part in one.others]
    if len(blank):
        noted.append(_others(blank, "blank", event_dataset))
    others = pl.concat([pl.DataFrame(schema=OTHERS), *noted])
    counts = {outcome: int((others["outcome"] == outcome).sum()) for outcome in ("not_web", "blank", "directive")}
    return ParsedChunk(
        parsed,
        REJECTS.fit(rejects.with_columns(log_file=pl.lit(log_file))),
        count_ends(chunk.data) + (not chunk.data.endswith(b"\n") and chunk.data != b"") + chunk.overlong,
        not_web=counts["not_web"],
        blank=counts["blank"],
        directives=counts["directive"],
        continuations=sum(one.continuations for one in readings),
        header=readings[0].header,
        header_doubts=tuple(sorted({doubt for one in readings for doubt in one.header_doubts})),
        others=others,
    )


def _others(log_lines: pl.Series, outcome: str, event_dataset: str) -> pl.DataFrame:
    return pl.select(log_line=log_lines.cast(pl.Int64), outcome=pl.lit(outcome), event_dataset=pl.lit(event_dataset))


def _capture(data: bytes, log_format: Format, first_line: int, header: str) -> _Capture:
    """Return what the layouts make of the lines, tried in order; a line belongs to the first that claims it."""
    layouts = list(log_format.layouts)
    capture = _Capture(header=header)
    rest: pl.DataFrame | None = None
    if layouts[0].parser == "delimited":
        rest = _fast(data, layouts.pop(0), log_format, first_line, capture)
    if rest is None:
        rest = _lines(data, first_line)
    _capture_lines(rest, layouts, log_format, capture)
    return capture


def _capture_lines(rest: pl.DataFrame, layouts: list[Layout], log_format: Format, capture: _Capture) -> None:
    broken = rest.filter(pl.col("line").str.contains("\r", literal=True))  # a carriage return hides a second line
    rest = rest.filter(~pl.col("line").str.contains("\r", literal=True))
    left = _read(rest, layouts, log_format, capture)
    if log_format.record_start and left.height:
        left = _read_joined(rest, left, layouts, log_format, capture)
    capture.rest = pl.concat([left, broken]) if broken.height else left


def _fast(data: bytes, layout: Layout, log_format: Format, first_line: int, capture: _Capture) -> pl.DataFrame | None:
    """Return the lines that the fast path leaves; None if it cannot be taken."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    ends = line_ends(data)
    if not data or b"\r" in data:
        return None
    time = layout.time or log_format.time
    frame = read_delimited(data, ends, layout, epoch=time.styles == ("epoch",))
    if frame is None:
        return None
    frame = frame.with_columns(log_line=pl.int_range(first_line, first_line + pl.len(), dtype=pl.Int64))
    claimed = frame["claimed"]
    capture.frames.append((layout, frame))
    unclaimed = frame.filter(~claimed)["log_line"]
    return pl.DataFrame([some_lines(data, ends, ~claimed), unclaimed])


def _lines(data: bytes, first_line: int) -> pl.DataFrame:
    lines = line_column(data)
    return pl.DataFrame({"line": lines}).with_columns(
        log_line=pl.int_range(first_line, first_line + pl.len(), dtype=pl.Int64)
    )


def _read(lines: pl.DataFrame, layouts: list[Layout], log_format: Format, capture: _Capture) -> pl.DataFrame:
    """Return the lines that no layout claims, as they are or out of an envelope.

    A line in an envelope whose time cannot be read as it stands is read again without the envelope, which may have
    been taken for a part of the record; only then for what it is.
    """
    rest = _read_unpacked(lines, layouts, log_format, capture)
    rest, unsure = _read_plain(rest, layouts, log_format, capture, sure=False)
    rest = pl.concat([rest, unsure]).sort("log_line") if unsure.height else rest
    for head in HEADS if rest.height else ():
        inside = unwrap(rest["line"], head)
        wrapped = inside["text"].is_not_null()
        if not wrapped.any():
            continue
        taken_off = rest.with_columns(line=inside["text"], syslog_time=inside["syslog_time"]).filter(wrapped)
        taken_off = taken_off.rename({"syslog_time": f"{FIELD}syslog_time"})
        left = pl.concat(_read_plain(taken_off, layouts, log_format, capture, sure=False))
        rest = rest.filter(~wrapped | pl.col("log_line").is_in(left["log_line"].implode()))
    again = pl.col("log_line").is_in(unsure["log_line"].implode())
    if unsure.is_empty() or rest.filter(again).is_empty():
        return rest
    left, _ = _read_plain(rest.filter(again), layouts, log_format, capture, sure=True)
    return pl.concat([rest.filter(~again), left]).sort("log_line")


def _read_unpacked(lines: pl.DataFrame, layouts: list[Layout], log_format: Format, capture: _Capture) -> pl.DataFrame:
    """Return the lines that no layout claims out of a JSON object.

    This comes first: patterns that begin anywhere in a line would read the object's own marks as parts of it. Only
    layouts that are of such objects know more than the line inside: the time that a collector adds.
    """
    inside = unpacked(lines["line"])
    packed = inside.is_not_null()
    if not packed.any():
        return lines
    of_objects = [layout for layout in layouts if layout.parser == "json"]
    as_objects, _ = _read_plain(lines.filter(packed), of_objects, log_format, capture, sure=True)
    still = packed & lines["log_line"].is_in(as_objects["log_line"].implode())
    left = _read(lines.with_columns(line=inside).filter(still), layouts, log_format, capture)
    return lines.filter(~packed | pl.col("log_line").is_in(left["log_line"].implode()))


def _read_plain(
    lines: pl.DataFrame, layouts: list[Layout], log_format: Format, capture: _Capture, *, sure: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the lines that no layout claims as they stand, and those that better be tried without an envelope."""
    rest = lines
    if any(layout.parser == "w3c" for layout in layouts):
        rest, capture.header = with_headers(lines, capture.header)
    if any(layout.parser == "zeek" for layout in layouts):
        rest, capture.header = with_zeek_headers(lines, capture.header)
        capture.note(rest["log_line"].filter(rest["header"].is_null()), "directive", log_format.name)
        rest = rest.filter(pl.col("header").is_not_null())
    if tables := tables_of(layouts):
        rest, capture.header = with_headings(lines, capture.header, tables)
        layouts = layouts if capture.header else [layout for layout in layouts if layout.parser != "table"]
    unsure = rest.head(0)
    for layout in layouts:
        if rest.is_empty():
            break
        frame = read_lines(rest, layout, log_format.null_values)
        if layout.parser in {"w3c", "table"}:
            capture.header_doubts |= told_doubts(frame)
            capture.odd |= set(frame.filter("odd")["log_line"])
        if not sure and layout.web and layout.parser not in _TOLD:
            doubtful = rest.filter(frame["claimed"] & ~has_time(frame, layout.time or log_format.time))
            doubtful = doubtful.filter(in_envelope(doubtful["line"])) if doubtful.height else doubtful
            unsure = pl.concat([unsure, doubtful])
            better = pl.col("log_line").is_in(doubtful["log_line"].implode())
            frame, rest = frame.filter(~better), rest.filter(~better)
        dataset = log_format.dataset(layout)
        capture.note(frame["log_line"].filter(frame["directive"]), "directive", dataset)
        claimed = frame.drop("line").filter("claimed")
        if claimed.height and layout.web:
            capture.frames.append((layout, claimed))
        elif claimed.height:
            capture.note(claimed["log_line"], "not_web", dataset)
            capture.continuations += int(claimed["lines"].sum()) - claimed.height if "lines" in claimed.columns else 0
        rest = rest.filter(~frame["claimed"] & ~frame["directive"])
    return rest.drop("header", strict=False), unsure.drop("header", strict=False)


def _read_joined(
    lines: pl.DataFrame, left: pl.DataFrame, layouts: list[Layout], log_format: Format, capture: _Capture
) -> pl.DataFrame:
    """Return the lines that are left after records of several lines have been read."""
    is_left = pl.col("log_line").is_in(left["log_line"].implode()) & (pl.col("line").str.strip_chars() != "")
    candidates = lines.filter(is_left | pl.col("line").str.contains(f"^(?:{log_format.record_start})"))
    unclaimed = candidates["log_line"].is_in(left["log_line"].implode())
    records = joined(candidates, unclaimed, log_format.record_start)
    unread = _read(records, layouts, log_format, capture)
    read = records.join(unread, on="log_line", how="anti").select(first="log_line", last_line="last_line")
    within = left.join_asof(read, left_on="log_line", right_on="first", strategy="backward")
    inside = (within["log_line"] <= within["last_line"]) & (left["line"].str.strip_chars() != "")
    return left.filter(~inside.fill_null(value=False))


def _why_unread(log_format: Format) -> pl.Expr:
    """Return why no layout claims a line, from what can be seen of it."""
    line = pl.col("line")
    columns = max((len(layout.columns) - layout.optional for layout in log_format.layouts), default=0)
    return (
        pl.when(line.str.contains(r"[\x00-\x08\x0b-\x1f]"))
        .then(pl.lit("holds control characters"))
        .when(line.str.count_matches(r"\S+") < columns)
        .then(pl.lit("too few columns"))
        .otherwise(pl.lit(f"not in a layout of {log_format.title}"))
        .alias("reason")
    )
