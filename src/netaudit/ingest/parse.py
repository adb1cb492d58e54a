"""One chunk of lines into PARSED and REJECTS, by the layouts of a format; the same law for every parser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from netaudit.contracts import PARSED, REJECTS, UTC_TIME
from netaudit.definitions.formats import Format, Layout, Sample
from netaudit.errors import Problem
from netaudit.ingest.delimited import read_delimited
from netaudit.ingest.lines import line_column, line_ends, some_lines
from netaudit.ingest.logfile import LINE_BYTES, Chunk

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_COUNTS = ("event_duration_ms", "http_request_bytes", "http_response_bytes")
_FEW_VALUES = (
    "event_action",
    "user_name",
    "source_ip",
    "http_request_method",
    "http_response_mime_type",
    "user_agent_original",
    "vendor_category",
)
_TEXTS = (*_FEW_VALUES, "url_full", "http_request_referrer")


@dataclass(frozen=True, slots=True)
class ParsedChunk:
    """What a chunk held: `lines = parsed + rejects + not_web + blank`."""

    parsed: pl.DataFrame
    rejects: pl.DataFrame
    lines: int
    not_web: int
    blank: int


def parse_chunk(chunk: Chunk, log_format: Format, zone: str, log_file: str = "1") -> ParsedChunk:
    """Return every line of the chunk as a record, a reject or a count.

    Args:
        chunk: whole lines.
        log_format: the format that detection or the operator chose.
        zone: the zone of times that carry none, as an IANA name.
        log_file: the file's number, for REJECTS.
    """
    captured, leftover = _capture(chunk.data, log_format, chunk.first_line)
    parts, not_web = [], 0
    late_rejects = []
    for frame in captured:
        known = _normalise(frame, log_format, zone)
        usable = known["claimed"] & ~known["not_web"] & known["reason"].is_null()
        not_web += int((known["claimed"] & known["not_web"]).sum())
        columns = known.select(PARSED.schema.names())
        parts.append(columns if usable.all() else columns.filter(usable))
        bad = known.select("log_line", "reason").filter(known["claimed"] & ~known["not_web"] & ~usable)
        late_rejects.append(bad)
    blank = int(leftover["blank"].sum())
    unread = leftover.filter(~pl.col("blank")).select("log_line", reason=_why_unread(log_format))
    overlong = pl.DataFrame(
        {"log_line": list(range(chunk.first_line - chunk.overlong, chunk.first_line))},
        schema={"log_line": pl.Int64},
    ).with_columns(reason=pl.lit(f"longer than {LINE_BYTES >> 20} MB"))
    rejects = pl.concat([*late_rejects, unread, overlong]).sort("log_line")
    parsed = pl.concat(parts) if parts else PARSED.empty()
    parsed = parsed if len(parts) < 2 else parsed.sort("log_line")  # noqa: PLR2004 - one part is in order already
    return ParsedChunk(
        parsed=parsed,
        rejects=REJECTS.fit(rejects.with_columns(log_file=pl.lit(log_file), event_dataset=pl.lit(log_format.name))),
        lines=parsed.height + rejects.height + not_web + blank,
        not_web=not_web,
        blank=blank,
    )


def check_format(log_format: Format) -> list[Problem]:
    """Return one problem for each sample that is not read as the format says it is."""
    return [
        problem
        for number, sample in enumerate(log_format.samples, 1)
        for problem in _check_sample(log_format, sample, number)
    ]


def _capture(data: bytes, log_format: Format, first_line: int) -> tuple[list[pl.DataFrame], pl.DataFrame]:
    """Return the captures of each layout, and the lines that no layout claims (`line`, `log_line`, `blank`)."""
    captured: list[pl.DataFrame] = []
    layouts = list(log_format.layouts)
    rest: pl.DataFrame | None = None
    if layouts[0].parser == "delimited":
        layout = layouts.pop(0)
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n")
        ends = line_ends(data)
        frame = (
            read_delimited(data, ends, layout, epoch=log_format.time.kind == "epoch")
            if data and b"\r" not in data
            else None
        )
        if frame is not None:
            frame = frame.with_columns(log_line=pl.int_range(first_line, first_line + pl.len(), dtype=pl.Int64))
            claimed = frame["claimed"]
            captured.append(frame)
            unclaimed = frame.filter(~claimed)["log_line"]
            rest = pl.DataFrame([some_lines(data, ends, ~claimed), unclaimed])
    if rest is None:
        rest = _lines(data, first_line)
    broken = rest.filter(pl.col("line").str.contains("\r", literal=True))  # a carriage return hides a second line
    rest = rest.filter(~pl.col("line").str.contains("\r", literal=True))
    for layout in layouts:
        if rest.is_empty():
            break
        frame = _read_regex(rest, layout)
        captured.append(frame.drop("line"))
        rest = frame.filter(~pl.col("claimed")).select("line", "log_line")
    rest = pl.concat([rest, broken])
    return captured, rest.with_columns(blank=pl.col("line").str.strip_chars() == "")


def _lines(data: bytes, first_line: int) -> pl.DataFrame:
    lines = line_column(data)
    return pl.DataFrame({"line": lines}).with_columns(
        log_line=pl.int_range(first_line, first_line + pl.len(), dtype=pl.Int64)
    )


def _read_regex(lines: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Return the lines with a column per named group and `claimed`."""
    return (
        lines.with_columns(found=pl.col("line").str.extract_groups(layout.pattern))
        .with_columns(claimed=pl.col("found").struct.field("time").is_not_null())
        .unnest("found")
    )


def _normalise(frame: pl.DataFrame, log_format: Format, zone: str) -> pl.DataFrame:
    """Return PARSED's columns with `not_web` and `reason` (null for a usable record)."""
    absent = [pl.lit(None, pl.String).alias(name) for name in (*_TEXTS, *_COUNTS) if name not in frame.columns]
    if "http_response_status_code" not in frame.columns:
        absent.append(pl.lit(None, pl.Int32).alias("http_response_status_code"))
    nulls = log_format.null_values
    frame = frame.with_columns(absent).with_columns(pl.col(_FEW_VALUES).cast(pl.Categorical))
    frame = frame.with_columns(
        *(pl.col(name).cast(pl.Int64, strict=False) for name in _COUNTS),
        pl.col("http_response_status_code").cast(pl.Int32, strict=False),
        *(_without(name, nulls) for name in _TEXTS),
        moment=_moment(frame, log_format, zone),
    )
    # a negative duration is a clock that was set back: the request then takes no time
    duration = pl.col("event_duration_ms").fill_null(0).clip(0)
    start = (
        pl.col("moment") - pl.duration(milliseconds=duration) if log_format.time.marks == "end" else pl.col("moment")
    )
    return frame.with_columns(
        event_start=start.cast(UTC_TIME),
        event_duration_ms=pl.col("event_duration_ms").clip(0),
        http_response_bytes=pl.col("http_response_bytes").clip(0),
        http_request_bytes=pl.col("http_request_bytes").clip(0),
        disposition=pl.when(_any_match(log_format.blocked, frame))
        .then(pl.lit("blocked"))
        .otherwise(pl.lit("allowed"))
        .cast(pl.Categorical),
        not_web=_any_match(log_format.not_web, frame),
        reason=pl.when(pl.col("moment").is_null())
        .then(pl.lit("the time cannot be read"))
        .when(~pl.col("moment").is_between(_EARLIEST, _LATEST))
        .then(pl.lit("the time is out of range"))
        .when(pl.col("url_full").is_null())
        .then(pl.lit("no address was asked for")),
    )


def _without(name: str, nulls: tuple[str, ...]) -> pl.Expr:
    """Return the column with the words that mean nothing, and empty text, as null."""
    column = pl.col(name)
    meaningful = pl.all_horizontal(column != word for word in (*nulls, ""))
    return pl.when(meaningful).then(column).alias(name)


def _moment(frame: pl.DataFrame, log_format: Format, zone: str) -> pl.Expr:
    """Return the time of the line in UTC; null where it cannot be read."""
    time = pl.col("time")
    if log_format.time.kind == "epoch":
        seconds = time if frame.schema["time"] == pl.Float64 else time.cast(pl.Float64, strict=False)
        sane = pl.when(seconds.is_between(-1e10, 1e10)).then(seconds)
        return (sane * 1000).round().cast(pl.Int64).cast(pl.Datetime("ms", "UTC")).cast(UTC_TIME)
    pattern = log_format.time.pattern if log_format.time.kind == "pattern" else None
    if pattern and "%z" in pattern:
        return time.str.to_datetime(pattern, time_unit="us", strict=False).dt.convert_time_zone("UTC")
    if log_format.time.kind == "iso":
        clean = time.str.replace(" ", "T", literal=True).str.replace(r"Z$", "+00:00")
        zoned = clean.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
        local = clean.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
        return zoned.fill_null(_to_utc(local, zone))
    return _to_utc(time.str.to_datetime(pattern, time_unit="us", strict=False), zone)


def _to_utc(local: pl.Expr, zone: str) -> pl.Expr:
    """Return local times in UTC: the earlier of two in autumn; an hour later where spring has none."""
    placed = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    after = (local + pl.duration(hours=1)).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return placed.fill_null(after).dt.convert_time_zone("UTC")


def _any_match(entries: tuple[Any, ...], frame: pl.DataFrame) -> pl.Expr:
    """Return whether all patterns of any one entry match."""
    found = pl.lit(value=False)
    for entry in entries:
        every = pl.lit(value=True)
        for column, pattern in entry.items():
            if column in frame.columns:
                every &= _matches(frame[column], pattern)
            else:
                every = pl.lit(value=False)
        found |= every
    return found


def _matches(column: pl.Series, pattern: str) -> pl.Expr:
    """Return whether each value matches; where there are few values, each is looked at once."""
    if column.dtype == pl.String:
        return pl.col(column.name).str.contains(pattern).fill_null(value=False)
    values = column.unique().drop_nulls()
    matching = values.filter(values.cast(pl.String).str.contains(pattern))
    if matching.is_empty():
        return pl.lit(value=False)
    return pl.col(column.name).is_in(matching.implode()).fill_null(value=False)


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
    )


def _check_sample(log_format: Format, sample: Sample, number: int) -> list[Problem]:
    where = str(log_format.path)
    chunk = parse_chunk(Chunk(sample.line.encode() + b"\n", 1), log_format, "UTC")
    outcome = "event" if chunk.parsed.height else "not_web" if chunk.not_web else "reject"
    shown = f"the line is {sample.line[:100]}"
    if outcome != sample.outcome:
        return [
            Problem(
                f"sample {number} of format '{log_format.name}': read as {outcome}, not {sample.outcome}", where, shown
            )
        ]
    if outcome != "event":
        return []
    found = chunk.parsed.row(0, named=True)
    problems = []
    for name, expected in sample.fields.items():
        value = "" if found[name] is None else found[name]  # in a sample, empty text says that nothing is read
        if value != expected:
            problems.append(
                Problem(
                    f"sample {number} of format '{log_format.name}': {name} is {value!r}, not {expected!r}",
                    where,
                    shown,
                )
            )
    return problems
