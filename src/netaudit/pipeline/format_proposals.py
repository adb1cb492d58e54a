"""A proposal for a log format: made from a sample, and tried on it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from netaudit.definitions.format_files import load_format
from netaudit.definitions.formats import Format
from netaudit.errors import DefinitionError, InputError, Problem
from netaudit.ingest import LogFile, parse_chunk
from netaudit.ingest.envelope import HEADS, unwrap
from netaudit.ingest.logfile import Chunk
from netaudit.ingest.propose import Proposal, propose
from netaudit.ingest.propose.toml_text import literal

_MOST_LINES = 2_000
_MOSTLY = 0.9  # of the lines
_SHOWN = (
    "event_start", "user_name", "source_ip", "url_full", "http_request_method", "http_response_status_code",
    "http_request_bytes", "http_response_bytes", "event_action", "vendor_category", "disposition",
)  # fmt: skip
_LONGEST = 20_000  # bytes; longer lines are left out
_MOST_MACHINES = 3  # whose lines come in one file by way of one collector
_TIME_AND_REST = r"^.*?\d\d:\d\d:\d\d\S*(?: \d{4})?\s*(.*?)(?:\[\d+\])?:?\s*$"
_PLACEHOLDER = '\n[[sample]]\nline = "cut short"\noutcome = "reject"\n'
_ABOUT = (
    "\n# Examples: lines like those of the sample, with made-up people, addresses and sites. Look at each value: it\n"
    "# is what the definition reads now, right or wrong. `netaudit check` then watches that it stays so.\n"
)


@dataclass(frozen=True, slots=True)
class Tried:
    """A definition, and what it makes of the sample it was made from."""

    text: str
    asked: int  # lines that are not blank
    events: int
    rejects: int
    missing: tuple[str, ...]  # what the definition lacks before it can be used
    problems: tuple[Problem, ...] = ()  # what is wrong with it, by the rules for definitions


def proposed_format(log: LogFile, name: str, title: str) -> Tried:
    """Return a definition made from the head of a log, tried on the same lines.

    Raises:
        InputError: the file cannot be read, or its lines have no common layout.
    """
    data = log.head().data
    lines = pl.Series("line", data.decode("utf-8", "replace").splitlines()[:_MOST_LINES], dtype=pl.String)
    usable = lines.filter(lines.str.len_bytes() <= _LONGEST)
    made = propose(name, title, *_bare(usable))
    if made is None:
        what = "its lines have no common layout" if any(map(str.strip, lines)) else "it holds no lines"
        remedy = (
            "give a file of web requests with lines of one kind, or write the definition by hand: docs/extending.md"
        )
        raise InputError(Problem(what, log.title, remedy))
    return _tried(made, data)


def _bare(lines: pl.Series) -> tuple[list[str], list[str]]:
    """Return lines without envelopes, and the times on these, if nearly all have one: the reader takes them off."""
    for head in HEADS:
        found = unwrap(lines, head)
        if len(lines) and found["text"].is_not_null().sum() >= _MOSTLY * len(lines) and _is_envelope(lines, found):
            some = found.filter(pl.col("text").fill_null("") != "")
            return some["text"].to_list(), some["syslog_time"].drop_nulls().to_list()
    return lines.to_list(), []


def _is_envelope(lines: pl.Series, found: pl.DataFrame) -> bool:
    """Return whether what was taken off is a transport's: it says a priority, or few machines wrote all lines.

    A time, and a word that is another one in each line, are the time and the user of the record itself.
    """
    if lines.str.contains(r"^(?:\d{1,6} )?<\d{1,3}>").sum() >= _MOSTLY * len(lines):
        return True
    taken = lines.str.len_bytes() - found["text"].str.len_bytes()
    words = pl.DataFrame({"line": lines, "taken": taken}).select(pl.col("line").str.slice(0, "taken")).to_series()
    after = words.str.replace(_TIME_AND_REST, "${1}").drop_nulls()
    return after.str.contains(r"[A-Za-z0-9]").any() and after.n_unique() <= _MOST_MACHINES


def _tried(made: Proposal, data: bytes) -> Tried:
    asked = sum(1 for line in data.splitlines()[:_MOST_LINES] if line.strip())
    if made.missing:
        return Tried(made.text, asked, 0, 0, made.missing)
    try:
        bare = _loaded(made.text + _PLACEHOLDER)
        text = made.text + _ABOUT + "".join(_example(line, bare) for line in made.examples) + _PLACEHOLDER
        whole = _loaded(text)
    except DefinitionError as error:
        return Tried(made.text, asked, 0, 0, (), error.problems)
    head = b"\n".join(data.split(b"\n")[:_MOST_LINES])
    read = parse_chunk(Chunk(head, 1), whole, "UTC")
    return Tried(text, asked, read.parsed.height, read.rejects.height, ())


def _loaded(text: str) -> Format:
    """Return the format that a text defines; on disk it is for a moment, with made-up people only.

    Raises:
        DefinitionError: with every fault.
    """
    with tempfile.TemporaryDirectory(prefix="netaudit-") as folder:
        path = Path(folder, "proposed.toml")
        path.write_text(text, encoding="utf-8")
        return load_format(path)


def _example(line: str, log_format: Format) -> str:
    read = parse_chunk(Chunk(line.encode() + b"\n", 1), log_format, "UTC")
    if not read.parsed.height:
        return ""
    found = read.parsed.row(0, named=True)
    values = [(name, found[name]) for name in _SHOWN if found[name] is not None]
    return "\n".join(
        ("\n[[sample]]", f"line = {literal(line)}", *(f"{name} = {_toml(one)}" for name, one in values), "")
    )


def _toml(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds").replace("+00:00", "Z")
    return str(value) if isinstance(value, int) else literal(str(value))
