"""Every line of a log with what became of it, names and all: what a format makes of a file, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from netaudit.contracts import PARSED
from netaudit.contracts.tables import UTC_TIME
from netaudit.ingest import LogFile, LogReader, ParsedChunk, url_parts, url_paths, waiting_for
from netaudit.pipeline.delivered import Delivery
from netaudit.pipeline.reading import NO_FORMAT

_OF_LINES = ("log_line", "outcome", "reason", "event_dataset")
# A line of a log and what became of it. Never at rest: it has names.
OUTCOMES = pl.Schema(
    {
        "log_line": pl.Int64(),
        "outcome": pl.String(),  # event, continuation, not_web, duplicate, reject, directive, blank
        "reason": pl.String(),  # why it was set aside; null for any other outcome
        "event_dataset": pl.String(),  # of a continuation, that of its record; null where no format knows the file
        **{name: kind for name, kind in PARSED.schema.items() if name not in _OF_LINES},
        "event_end": UTC_TIME,
        "url_scheme": pl.String(),
        "url_domain": pl.String(),
        "url_path": pl.String(),
    }
)
OF_EVENTS = tuple(name for name in OUTCOMES.names() if name not in _OF_LINES)
_CUT_OFF = "cut off in the middle"
CHUNK_BYTES = 2 << 20  # less than a run reads at once: what is read goes out as text, which takes more room
_BLANK = b" \t\r\n\v\f"


def line_outcomes(
    log: LogFile, reader: LogReader, delivery: Delivery, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[pl.DataFrame]:
    """Yield OUTCOMES of a file, a chunk at a time, in the order of its lines; every line stands in it once.

    Args:
        log: the file.
        reader: its reader.
        delivery: knows which of its lines another file has had.
        chunk_bytes: how much is read at once.

    Raises:
        InputError: the file cannot be read.
    """
    lines = 0
    if reader.formats:
        for read in reader.chunks(chunk_bytes):
            yield _without_fields(_of_chunk(read, lines + 1), delivery.twice(read))
            lines += read.lines
    else:
        why = reader.stranger.what if reader.stranger else waiting_for(reader.waits_for) if reader.waits_for else ""
        for chunk in log.chunks(chunk_bytes):
            found = _of_stranger(chunk.data, lines + 1, chunk.overlong, why)
            yield found
            lines += found.height
    if log.unfinished:
        yield _set_aside([lines + 1], _CUT_OFF, reader.formats[0].name if reader.formats else None)


def _of_chunk(read: ParsedChunk, first_line: int) -> pl.DataFrame:
    """Return OUTCOMES of a chunk whose first line has this number."""
    events = _with_parts(read.parsed.with_columns(outcome=pl.lit("event")))
    rejects = read.rejects.select("log_line", "reason", "event_dataset", outcome=pl.lit("reject"))
    parts = [one.cast({"event_dataset": pl.String}) for one in (events, rejects, read.others)]
    every = pl.select(log_line=pl.int_range(first_line, first_line + read.lines, dtype=pl.Int64))
    told = every.join(pl.concat(parts, how="diagonal_relaxed"), on="log_line", how="left", maintain_order="left")
    return _fit(
        told.with_columns(
            event_dataset=pl.when(pl.col("outcome").is_null())
            .then(pl.col("event_dataset").forward_fill())
            .otherwise("event_dataset"),
            outcome=pl.col("outcome").fill_null("continuation"),
        )
    )


def _without_fields(outcomes: pl.DataFrame, twice: pl.Series) -> pl.DataFrame:
    """Return OUTCOMES in which some lines are duplicates: where they were read first, it stands what they say."""
    if not len(twice):
        return outcomes
    again = pl.col("log_line").is_in(twice.implode())
    emptied = (pl.when(~again).then(pl.col(name)).alias(name) for name in ("reason", *OF_EVENTS))
    return outcomes.with_columns(*emptied, outcome=pl.when(again).then(pl.lit("duplicate")).otherwise("outcome"))


def _with_parts(parsed: pl.DataFrame) -> pl.DataFrame:
    urls = parsed.select(
        pl.col("url_full").cast(pl.String).fill_null(""),
        tunnel=(pl.col("http_request_method") == "CONNECT").fill_null(value=False),
    )
    parts = url_parts(urls).select("url_scheme", pl.col("url_domain").cast(pl.String).replace("", None))
    lasted = pl.duration(milliseconds=pl.col("event_duration_ms").fill_null(0))
    return parsed.with_columns(
        *parts,
        url_path=pl.when(pl.col("url_full").is_not_null()).then(url_paths(urls)),
        event_end=pl.col("event_start") + lasted,
    )


def _of_stranger(data: bytes, first_line: int, overlong: int, what: str) -> pl.DataFrame:
    """Return OUTCOMES of lines that no format reads."""
    texts = data.split(b"\n")
    if not texts[-1]:
        texts.pop()
    blank = [False] * overlong + [not text.strip(_BLANK) for text in texts]
    is_blank = pl.Series(blank, dtype=pl.Boolean)
    found = _set_aside(range(first_line, first_line + len(blank)), what or NO_FORMAT, None)
    return found.with_columns(
        outcome=pl.when(is_blank).then(pl.lit("blank")).otherwise("outcome"),
        reason=pl.when(~is_blank).then("reason"),
    )


def _set_aside(numbers: Sequence[int], reason: str, event_dataset: str | None) -> pl.DataFrame:
    return _fit(
        pl.DataFrame({"log_line": numbers}, schema={"log_line": pl.Int64}).with_columns(
            outcome=pl.lit("reject"), reason=pl.lit(reason), event_dataset=pl.lit(event_dataset, pl.String)
        )
    )


def _fit(frame: pl.DataFrame) -> pl.DataFrame:
    absent = [pl.lit(None, kind).alias(name) for name, kind in OUTCOMES.items() if name not in frame.columns]
    return frame.with_columns(absent).select(pl.col(name).cast(kind) for name, kind in OUTCOMES.items())
