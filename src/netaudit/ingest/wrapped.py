"""Lines that a collector has put into JSON objects as they were: Filebeat, Docker, Splunk, Fluentd, event hubs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import polars as pl

from netaudit.ingest.key_values import read_json
from netaudit.ingest.lines import line_column
from netaudit.ingest.logfile import Chunk

# Where collectors keep the line: Filebeat, Elastic's agent, Splunk, Docker, NXLog, Log Analytics.
_KEPT_IN = (
    "event.original",
    "message",
    "_raw",
    "result._raw",
    "log",
    "raw_event",
    "raw",
    "Message",
    "SyslogMessage",
    "RawData",
)
_LIKE_AN_OBJECT = r"^\s*\{.*\}\s*,?\s*$"
_LEAST_SHARE = 0.5  # of the lines that are not blank


def is_wrapped(chunk: Chunk) -> bool:
    """Return whether most lines of a chunk are objects with a line of a log in them."""
    lines = line_column(chunk.data)
    asked = lines.filter(lines.str.strip_chars() != "")
    found = len(asked) - _inside(asked).null_count()
    return found > 0 and found >= len(asked) * _LEAST_SHARE


def opened(chunks: Iterable[Chunk], *, wrapped: bool) -> Iterator[Chunk]:
    """Yield the chunks; if lines are wrapped, with what is in each object in its place, line for line."""
    for chunk in chunks:
        yield _opened(chunk) if wrapped else chunk


def _opened(chunk: Chunk) -> Chunk:
    if not chunk.data:
        return chunk
    lines = line_column(chunk.data)
    text = "\n".join(_inside(lines).fill_null(lines).to_list())
    return replace(chunk, data=(text + "\n" * chunk.data.endswith(b"\n")).encode())


def _inside(lines: pl.Series) -> pl.Series:
    """Return the line inside each object; null where there is none."""
    objects = lines.set(~lines.str.contains(_LIKE_AN_OBJECT), None)
    found = read_json(objects, "", _KEPT_IN).select(pl.coalesce(_KEPT_IN).str.strip_chars("\r\n"))
    text = found.to_series().str.replace_all(r"[\r\n]+", " ")  # one line stays one
    return text.set((text.str.strip_chars() == "").fill_null(value=True), None)
