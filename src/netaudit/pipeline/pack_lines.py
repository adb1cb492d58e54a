"""The lines of the logs that a case comes from: those of the person, in the case's span, as they are in the files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote

import polars as pl

from netaudit.categorise import categorise
from netaudit.definitions.categories import ClassMap
from netaudit.ingest import LogFile
from netaudit.pipeline.choices import Choices
from netaudit.pipeline.days import EVENTS_TABLE, widened
from netaudit.pipeline.pack_archive import written
from netaudit.pipeline.pack_inputs import Run
from netaudit.pipeline.pack_logs import lines_of_records, raw_lines
from netaudit.protect import WITHHELD_DOMAIN
from netaudit.store import Commit

LINES = "lines"
LINES_LIST = f"{LINES}/lines.json"
_SHIELDED = "shielded"
# A host, and the path behind it, wherever in a line they stand.
_ADDRESS = re.compile(r"((?:[a-z0-9_-]+\.)+[a-z0-9-]*[a-z][a-z0-9-]*)(?::\d+)?(/[^\s\"'<>?&#]*)?", re.IGNORECASE)
_UNQUOTED = 2  # an address in an address is quoted once, one in that twice
_WHERE = ("log_file", "log_line")


@dataclass(frozen=True, slots=True)
class SourceLines:
    """Lines of one file."""

    sha256: str
    format: str
    numbers: tuple[int, ...]
    lines: tuple[bytes, ...]


def places_of(
    commit: Commit, period: str, whose: int, start: datetime, end: datetime, evidence: pl.DataFrame
) -> tuple[dict[str, list[int]], bool]:
    """Return the numbers of a person's lines in a span by file number, and whether all were known.

    Where the events of the week are gone, only those lines are known that the evidence names. What is shielded, or
    named by its class alone, is not among them.

    Args:
        commit: reads the store.
        period: the week.
        whose: the person's pseudonym.
        start: of the span.
        end: of the span.
        evidence: EVIDENCE of the case.
    """
    ended = pl.col("event_start") + pl.duration(milliseconds=pl.col("event_duration_ms").fill_null(0))
    shown = ~pl.col("category").cast(pl.String).fill_null("").str.contains(f"^(?:{_SHIELDED}|special_)")
    shown &= ~pl.col("url_domain").cast(pl.String).fill_null("").str.ends_with(WITHHELD_DOMAIN)
    mine = (pl.col("user_hash") == whose) & (pl.col("event_start") <= end) & (ended >= start) & shown

    def wanted(events: pl.LazyFrame) -> pl.LazyFrame:
        return (
            widened(events).filter(mine).select(pl.col("log_file").cast(pl.String), pl.col("log_line").cast(pl.Int64))
        )

    parts = [part for of, part in commit.parts(EVENTS_TABLE) if of == period]
    days = {part[:10] for part in parts}
    found = [rows for part in parts if (rows := commit.read(EVENTS_TABLE, period, part, wanted)) is not None]
    known = all(
        (start.date() + timedelta(days=number)).isoformat() in days
        for number in range((end.date() - start.date()).days + 1)
    )
    if not found or not known:
        found.append(
            evidence.select(pl.col("log_file").cast(pl.String), pl.col("log_line").cast(pl.Int64)).drop_nulls()
        )
    places: defaultdict[str, list[int]] = defaultdict(list)
    for log_file, log_line in pl.concat(found).unique().sort(*_WHERE).iter_rows():  # of one person, on a few days
        places[log_file].append(log_line)
    return dict(places), bool(parts) and known


def lines_of(
    places: Mapping[str, Sequence[int]],
    runs: Iterable[Run],
    logs: Mapping[str, LogFile],
    choices: Choices,
    class_map: ClassMap,
) -> list[SourceLines]:
    """Return the lines themselves, without those that name a shielded site anywhere in them."""
    files = {str(file.number): file for run in runs for file in run.files}
    result = []
    for number, wanted in sorted(places.items(), key=lambda one: int(one[0])):
        file = files[number]
        log = logs[file.sha256]
        rows = raw_lines(log, lines_of_records(log, choices, wanted, file.format, file.times))
        telling = _telling([line for _, line in rows], class_map)
        kept = [row for row, tells in zip(rows, telling, strict=True) if not tells]
        if kept:
            numbers, lines = zip(*kept, strict=True)
            result.append(SourceLines(file.sha256, file.format, numbers, lines))
    return result


def _telling(lines: Sequence[bytes], class_map: ClassMap) -> list[bool]:
    """Return for each line whether an address in it is shielded, or told by its class alone.

    Where somebody came from, and where a search led to, stand in a line as well.
    """
    found = [_addresses(line) for line in lines]
    every = sorted({one for some in found for one in some}, key=lambda one: (one[0], one[1] or ""))
    if not every:
        return [False] * len(lines)
    frame = pl.DataFrame(every, schema={"url_domain": pl.String, "url_path": pl.String}, orient="row")
    classed = categorise(frame, class_map)
    tells = dict(zip(every, (classed["shielded"] | classed["withheld"]).to_list(), strict=True))
    return [any(tells[one] for one in some) for some in found]


def _addresses(line: bytes) -> set[tuple[str, str | None]]:
    text = line.decode("utf-8", "replace")
    found: set[tuple[str, str | None]] = set()
    for _ in range(_UNQUOTED + 1):
        for host, path in _ADDRESS.findall(text):
            found |= {(host.lower(), None), (host.lower(), path or None)}
        text = unquote(text)
    return found


def members_of(lines: Sequence[SourceLines]) -> dict[str, bytes]:
    """Return the files of the pack that hold the lines."""
    names = {one.sha256: f"{LINES}/{number:02d}-{one.sha256[:16]}.log" for number, one in enumerate(lines, 1)}
    listed = [
        {"file_sha256": one.sha256, "format": one.format, "lines": list(one.numbers), "name": names[one.sha256]}
        for one in lines
    ]
    return {LINES_LIST: written(listed)} | {
        names[one.sha256]: b"".join(line + b"\n" for line in one.lines) for one in lines
    }
