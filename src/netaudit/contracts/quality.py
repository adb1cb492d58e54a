"""What a run says about its logs: each source, its silences, its clock, and sites that no list knows. No people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import polars as pl

from netaudit.contracts.contract import Contract, columns

SHARES = ("none", "few", "some", "most", "nearly all")
"""How many requests of a source say something, in bands: 0; under 10 %; under half; under 90 %; the rest."""

GIVES = ("named", "timed", "referred", "agent", "typed", "sized", "classed", "tunnels", "blocked")
"""What a request can say: who asked, how long it took, from which page, by which program, what came, how much, what
the filter calls the site; and whether only the name of the site is known, or the filter stopped it."""

Verdict = Literal["fine", "look", "unknown"]
Clock = Literal["instant", "offset", "local", "either"]


@dataclass(frozen=True, slots=True)
class Source:
    """One log source, that is one format, over the weeks that were looked at."""

    name: str  # of the format
    title: str
    files: int
    requests: int
    first: datetime | None  # of its requests in these weeks, local
    last: datetime | None
    clock: Clock  # how a line says when: seconds since 1970, with an offset, in local time, one or the other
    zone: str  # in which local times were read
    lacks: tuple[str, ...] = ()  # what its layouts have no place for, by the ids of definitions/log_fields.toml
    gives: Mapping[str, str] = field(default_factory=dict)  # of GIVES → one of SHARES; nothing where requests are few
    watched: tuple[tuple[str, str, str], ...] = ()  # kind of day, first and last time at which a silence would show


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch of a day without the lines that a source usually has then."""

    source: str  # of the format
    start: datetime  # local
    end: datetime
    whole: bool  # whether there was no line at all; otherwise fewer files than usual, and far fewer lines
    files: int = 0  # at once, where it is not whole
    usual_files: int = 0


@dataclass(frozen=True, slots=True)
class ClockCheck:
    """What was looked at to see whether a source's clock can be relied on, and what came out."""

    source: str  # of the format
    check: Literal["order", "impossible", "hours", "others", "change"]
    verdict: Verdict
    says: str


@dataclass(frozen=True, slots=True)
class Quality:
    """What is known of the logs of some weeks."""

    periods: tuple[str, ...] = ()  # that were looked at
    first: date | None = None
    last: date | None = None
    sources: tuple[Source, ...] = ()
    silences: tuple[Silence, ...] = ()  # the latest first
    clocks: tuple[ClockCheck, ...] = ()
    compared_days: int = 0  # days of a kind that it takes to say what is usual


# A site without a class, or with one that is not confirmed, that many people used in a week: for IG.
OPEN_SITES = Contract(
    "OPEN_SITES",
    columns(
        {
            "period": pl.String,
            "site": pl.String,
            "note": pl.String,  # what is known of it
            "people": pl.Int64,  # rounded
            "or_more": pl.Boolean,  # more is not told
            "minutes_high": pl.Int64,  # rounded; null: few people make up most of it
        }
    ),
)
