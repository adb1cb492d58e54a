"""Samples: the lines inside a format's definition, read as the definition says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netaudit.definitions.formats import Format, Sample
from netaudit.errors import Problem
from netaudit.ingest.logfile import Chunk
from netaudit.ingest.parse import ParsedChunk, parse_chunk
from netaudit.ingest.times import FileTimes, Times, Years

_SEE_CHECK = "netaudit check shows the line, and what is read of it"


def check_format(log_format: Format, *, quoting: bool = True) -> list[Problem]:
    """Return one problem for each sample that is not read as the format says it is.

    Args:
        log_format: the format.
        quoting: show the line and its values, for whoever writes the format; otherwise which it is.
    """
    return [
        problem
        for number, sample in enumerate(log_format.samples, 1)
        for problem in _check_sample(log_format, sample, number, quoting=quoting)
    ]


def read_sample(log_format: Format, sample: Sample) -> ParsedChunk:
    """Return what a format makes of a sample's line."""
    return parse_chunk(Chunk(sample.line.lstrip("\n").encode() + b"\n", 1), log_format, _times(sample))


def _times(sample: Sample) -> FileTimes:
    """Return how the times of a sample are read: a year that the line does not name is that of what is expected."""
    start = sample.fields.get("event_start")
    if not isinstance(start, datetime):
        return FileTimes()
    microseconds = (start.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return FileTimes(usual=Times(years=Years((1,), (microseconds,))))


def _check_sample(log_format: Format, sample: Sample, number: int, *, quoting: bool) -> list[Problem]:
    chunk = read_sample(log_format, sample)
    outcome = "event" if chunk.parsed.height else "not_web" if chunk.not_web else "reject"
    which = f"sample {number} of format '{log_format.name}'"
    shown = f"the line is {sample.line[:100]}" if quoting else _SEE_CHECK
    if outcome != sample.outcome:
        return [Problem(f"{which}: read as {outcome}, not {sample.outcome}", str(log_format.path), shown)]
    if outcome != "event":
        return []
    found = chunk.parsed.row(0, named=True)
    problems = []
    for name, expected in sample.fields.items():
        value = "" if found[name] is None else found[name]  # in a sample, empty text says that nothing is read
        if value != expected:
            what = f"{name} is {value!r}, not {expected!r}" if quoting else f"{name} is not what it should be"
            problems.append(Problem(f"{which}: {what}", str(log_format.path), shown))
    return problems
