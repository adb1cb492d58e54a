"""Samples: the lines inside a format's definition, read as the definition says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netaudit.definitions.formats import Format, Sample
from netaudit.errors import Problem
from netaudit.ingest.logfile import Chunk
from netaudit.ingest.parse import ParsedChunk, parse_chunk
from netaudit.ingest.times import FileTimes, Times, Years


def check_format(log_format: Format) -> list[Problem]:
    """Return one problem for each sample that is not read as the format says it is."""
    return [
        problem
        for number, sample in enumerate(log_format.samples, 1)
        for problem in _check_sample(log_format, sample, number)
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


def _check_sample(log_format: Format, sample: Sample, number: int) -> list[Problem]:
    where = str(log_format.path)
    chunk = read_sample(log_format, sample)
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
