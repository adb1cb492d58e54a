"""Detection: every format votes on the head of a file; the one that reads most of its lines wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netaudit.definitions.formats import Format
from netaudit.ingest.logfile import Chunk
from netaudit.ingest.parse import parse_chunk

_LINES_ASKED = 400
_LEAST_SHARE = 0.1  # of the lines that are not blank: a file full of junk still belongs to its format


@dataclass(frozen=True, slots=True)
class Detection:
    """The format that reads a file best, and the share of its first lines that it reads."""

    log_format: Format
    share: float


def detect(head: Chunk, formats: Sequence[Format]) -> Detection | None:
    """Return the best format for the head of a file; None if none reads a tenth of it.

    A tie goes to the format whose name comes first, so that the result never depends on the order given.
    """
    lines = head.data.split(b"\n")[:_LINES_ASKED]
    chunk = Chunk(b"\n".join(lines) + b"\n", 1)
    best: Detection | None = None
    for log_format in sorted(formats, key=lambda one: one.name):
        read = parse_chunk(chunk, log_format, "UTC")
        asked = read.lines - read.blank
        share = (read.parsed.height + read.not_web) / asked if asked else 0.0
        if share >= _LEAST_SHARE and (best is None or share > best.share):
            best = Detection(log_format, share)
    return best
