"""Records of several lines: chunks are cut where a record begins, and lines are put together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import polars as pl

from netaudit.ingest.logfile import LINE_BYTES, Chunk


def cut_at_records(chunks: Iterable[Chunk], record_start: str) -> Iterator[Chunk]:
    """Yield the same lines in chunks that do not part a record: the last record waits for the next chunk.

    A record that grows longer than a line may be is let go, so that a file without record starts needs no more
    memory than another. Without `record_start` chunks stay as they are.
    """
    if not record_start:
        yield from chunks
        return
    start = re.compile(rb"^(?:" + record_start.encode() + rb")", re.MULTILINE)
    held, held_line = b"", 1
    for chunk in chunks:
        if chunk.overlong and held:  # the lines that were left out stand between the two
            yield Chunk(held, held_line)
            held = b""
        data = held + chunk.data
        first_line = held_line if held else chunk.first_line
        cut = _last_start(data, start)
        if len(data) - cut > LINE_BYTES:
            cut = len(data)
        if cut or chunk.overlong:
            yield Chunk(data[:cut], first_line, chunk.overlong)
        held, held_line = data[cut:], first_line + data.count(b"\n", 0, cut)
    if held:
        yield Chunk(held, held_line)


def _last_start(data: bytes, start: re.Pattern[bytes]) -> int:
    """Return where the last record begins; the end of the data if none does."""
    reach = 1 << 12
    while True:
        begin = max(len(data) - reach, 0)
        begin = data.find(b"\n", begin) + 1 if begin else 0
        places = [found.start() for found in start.finditer(data, begin)]
        if places:
            return places[-1]
        if reach >= min(len(data), LINE_BYTES):
            return len(data)
        reach *= 8


def joined(lines: pl.DataFrame, unclaimed: pl.Series, record_start: str) -> pl.DataFrame:
    """Return the records of several lines among lines that mean nothing by themselves.

    Args:
        lines: all lines of a chunk, `line` and `log_line`, without blank ones.
        unclaimed: whether each line was left over when lines were read one by one.
        record_start: what a line looks like that begins a record.

    Returns:
        `line` (with line feeds inside), `log_line` (of the first) and `lines`, for each record of two or more lines
        whose first line was not understood by itself.
    """
    begins = pl.col("line").str.contains(f"^(?:{record_start})")
    grouped = lines.with_columns(unclaimed=unclaimed, begins=begins).with_columns(record=pl.col("begins").cum_sum())
    return (
        grouped.group_by("record", maintain_order=True)
        .agg(
            pl.col("line").str.join("\n"),
            pl.col("log_line").first(),
            lines=pl.len().cast(pl.Int64),
            last_line=pl.col("log_line").last(),
            open=pl.col("begins").first() & pl.col("unclaimed").first(),
        )
        .filter("open", pl.col("lines") > 1)
        .select("line", "log_line", "lines", "last_line")
    )
