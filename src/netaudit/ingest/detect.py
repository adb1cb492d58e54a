"""Detection: every format votes on the head of a file; the one that reads most of its lines wins."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netaudit.definitions.formats import Format
from netaudit.ingest.logfile import Chunk
from netaudit.ingest.parse import parse_chunk

_LINES_ASKED = 400
_LEAST_SHARE = 0.1  # of the lines that are not blank: a file full of junk still belongs to its format


@dataclass(frozen=True, slots=True)
class Vote:
    """What one format makes of the head of a file."""

    log_format: Format
    asked: int  # lines that are not blank
    events: int
    not_web: int
    rejects: Mapping[str, int]  # reason → lines
    filled: Mapping[str, int]  # column of PARSED → events in which it has a value

    @property
    def is_enough(self) -> bool:
        """Whether the format may read the file."""
        return self.share >= _LEAST_SHARE

    @property
    def share(self) -> float:
        """Return the share of the lines that the format understands."""
        return 1 - sum(self.rejects.values()) / self.asked if self.asked else 0.0


def detect(head: Chunk, formats: Sequence[Format]) -> Format | None:
    """Return the best format for the head of a file; None if none reads a tenth of it."""
    best = next(iter(votes(head, formats)), None)
    return best.log_format if best and best.is_enough else None


def votes(head: Chunk, formats: Sequence[Format]) -> list[Vote]:
    """Return what each format makes of the head of a file, the best first.

    The share of lines that are understood decides, then how many of them are web requests; a tie goes to the format
    whose name comes first, so that the result never depends on the order given.
    """
    lines = head.data.split(b"\n")[:_LINES_ASKED]
    chunk = Chunk(b"\n".join(lines) + b"\n", 1)
    found = []
    for log_format in formats:
        signature = re.compile(log_format.signature.encode())
        if not any(signature.search(line) for line in lines):
            continue
        read = parse_chunk(chunk, log_format, "UTC")
        reasons = dict(read.rejects["reason"].value_counts(sort=True).iter_rows())
        understood = read.parsed.height + read.not_web
        if understood or read.directives:  # a header without lines is a quiet night
            filled = {name: read.parsed.height - read.parsed[name].null_count() for name in read.parsed.columns}
            asked = read.lines - read.blank
            found.append(Vote(log_format, asked, read.parsed.height, read.not_web, reasons, filled))
    return sorted(found, key=lambda one: (-one.share, -one.events, one.log_format.name))
