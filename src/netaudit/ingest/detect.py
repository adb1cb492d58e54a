"""Detection: every format votes on the head of a file; who reads most lines wins, and others read what is left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from netaudit.definitions.formats import Format
from netaudit.ingest.envelope import unpacked
from netaudit.ingest.header_use import fits
from netaudit.ingest.logfile import Chunk
from netaudit.ingest.parse import read_bytes, set_aside
from netaudit.ingest.signatures import any_bears
from netaudit.ingest.times import FileTimes, TimesSeen

LEAST_SHARE = 0.1  # of the lines that are not blank: a file full of junk still belongs to its format
_LINES_ASKED = 400
_FIRST_LOOKED_AT = 24  # for signatures: a header stands at the beginning
_LOOKED_AT = 64


@dataclass(frozen=True, slots=True)
class Vote:
    """What one format makes of the head of a file."""

    log_format: Format
    asked: int  # lines that are not blank
    events: int
    not_web: int
    rejects: Mapping[str, int]  # reason → lines
    filled: Mapping[str, int]  # column of PARSED → events in which it has a value
    understood: frozenset[int] = field(default=frozenset(), repr=False)  # the lines' numbers
    requests: frozenset[int] = field(default=frozenset(), repr=False)
    unusable: frozenset[int] = field(default=frozenset(), repr=False)  # lines of a layout whose time cannot be read
    headers: frozenset[int] = field(default=frozenset(), repr=False)  # lines that several formats may stand under
    times: TimesSeen = field(default_factory=TimesSeen, repr=False)

    @property
    def is_enough(self) -> bool:
        """Whether the format may read the file."""
        return self.share >= LEAST_SHARE

    @property
    def is_of_lines(self) -> bool:
        """Whether the format read more than a header."""
        return bool(self.events or self.not_web)

    @property
    def share(self) -> float:
        """Return the share of the lines that the format understands."""
        return 1 - sum(self.rejects.values()) / self.asked if self.asked else 0.0


@dataclass(frozen=True, slots=True)
class Detection:
    """Which formats read the head of a file."""

    takers: tuple[tuple[Vote, int], ...] = ()  # and how many lines each takes that none before it does
    votes: tuple[Vote, ...] = ()  # of all formats that read any line, the best first
    tie: tuple[Format, ...] = ()  # these read so many of the lines alike that it would be a guess to choose

    @property
    def formats(self) -> tuple[Format, ...]:
        """Return the formats that read the file, the main one first."""
        return tuple(vote.log_format for vote, _ in self.takers)


def head_lines(head: Chunk) -> list[bytes]:
    """Return the lines of the head of a file that are looked at."""
    return head.data.split(b"\n")[:_LINES_ASKED]


def as_given_and_inside(lines: Sequence[bytes]) -> list[bytes]:
    """Return lines, and those that stand inside objects in them: what is looked at for signatures."""
    inside = unpacked(pl.Series([line.decode(errors="replace") for line in lines], dtype=pl.String)).drop_nulls()
    return [*lines, *(line.encode() for line in inside)]


def detect(head: Chunk, formats: Sequence[Format]) -> Format | None:
    """Return the best format for the head of a file; None if none reads a tenth of it, or two read it alike."""
    return next(iter(examine(head, formats).formats), None)


def votes(head: Chunk, formats: Sequence[Format]) -> list[Vote]:
    """Return what each format makes of the head of a file, the best first."""
    return list(examine(head, formats).votes)


def examine(head: Chunk, formats: Sequence[Format]) -> Detection:
    """Return which formats read the head of a file.

    The share of lines that are understood decides, then how many of them are web requests, then how much is read of
    them. What is left goes to the next format in the same way. The order in which formats are given never matters.
    """
    lines = head_lines(head)
    chunk = Chunk(b"\n".join(lines) + b"\n", 1)
    asked = frozenset(number for number, line in enumerate(lines, 1) if line.strip())
    found: dict[tuple[str, Path], Vote] = {}
    unasked = {one.key: one for one in sorted(formats, key=lambda one: one.key)}

    def ask(some: Sequence[bytes]) -> None:
        seen = as_given_and_inside(some)
        for log_format in [one for one in unasked.values() if any_bears(seen, one.signature)]:
            del unasked[log_format.key]
            vote = _vote(chunk, log_format, asked)
            if vote is not None:
                found[log_format.key] = vote

    def ask_about(left: frozenset[int]) -> None:
        ask([lines[number - 1] for number in sorted(left)])
        unasked.clear()

    ask(_spread(lines))
    takers, left, tie = _shared_out(found, asked, ask_about)
    if tie:
        return Detection((), _ranked(found.values()), tie)
    if len(asked) - len(left) < len(asked) * LEAST_SHARE:
        takers = []
    if not takers:  # a header that is cut short, and nothing below it
        takers = [(one, 0) for one in _ranked(found.values()) if not one.is_of_lines and not one.rejects][:1]
    if not takers:  # lines that have lost their times: each is refused with that reason
        takers = [(one, 0) for one in found.values() if len(one.unusable) * 2 > len(asked)]
        takers = takers if len(takers) == 1 else []
    return Detection(tuple(takers), _ranked(found.values()))


def _shared_out(
    found: Mapping[tuple[str, Path], Vote], asked: frozenset[int], ask_about: Callable[[frozenset[int]], None]
) -> tuple[list[tuple[Vote, int]], frozenset[int], tuple[Format, ...]]:
    """Return who takes how many lines, which nobody does, and who reads many of them alike.

    Args:
        found: the votes so far.
        asked: the lines.
        ask_about: lets all formats that have not voted vote, if they know any of some lines.
    """
    takers: list[tuple[Vote, int]] = []
    left, all_asked = asked, False
    while left:
        best, rivals = _best(_after_narrower(found.values()), left)
        if best is None:
            if all_asked or not takers:
                break
            ask_about(left)
            all_asked = True
            continue
        taken = best.understood & left
        if rivals and len(taken) >= len(asked) * LEAST_SHARE:
            return [], left, _by_name(best, *rivals)
        if not rivals:
            takers.append((best, len(taken)))
        left -= taken
    return takers, left, ()


def _after_narrower(found: Collection[Vote]) -> list[Vote]:
    """Return the votes; those of formats for any product without the lines that a format for one product knows."""
    known = [one.understood | one.unusable for one in found if not one.log_format.is_general and one.is_of_lines]
    theirs = frozenset[int]().union(*known)
    return [
        replace(one, understood=one.understood - theirs, requests=one.requests - theirs)
        if one.log_format.is_general
        else one
        for one in found
    ]


def _by_name(*some: Vote) -> tuple[Format, ...]:
    return tuple(sorted((one.log_format for one in some), key=lambda one: one.key))


def _spread(lines: Sequence[bytes]) -> list[bytes]:
    """Return the first lines, and some of the others, evenly spread: what is looked at for signatures."""
    rest = lines[_FIRST_LOOKED_AT:]
    step = max(1, len(rest) // (_LOOKED_AT - _FIRST_LOOKED_AT))
    return [*lines[:_FIRST_LOOKED_AT], *rest[::step]]


def _vote(chunk: Chunk, log_format: Format, asked: frozenset[int]) -> Vote | None:
    """Return what a format makes of the lines; None if it has nothing to say."""
    times = FileTimes()
    read = read_bytes(chunk.data, chunk.first_line, log_format, times)
    unread = pl.concat([read.rejects, set_aside(read.left, log_format, read.odd)])
    directives = frozenset(n for part in read.others if part["outcome"][0] == "directive" for n in part["log_line"])
    requests = frozenset(number for part in read.parsed for number in part["log_line"])
    not_web = sum(len(part) for part in read.others if part["outcome"][0] == "not_web")
    if not requests and not not_web and not directives and not read.rejects.height:
        return None
    understood = asked - frozenset(unread["log_line"])
    if not requests and not not_web and not fits(log_format, read.header):
        understood = frozenset()  # a header without lines is a quiet night; of whose, other words may tell
    filled = {
        name: sum(part.height - part[name].null_count() for part in read.parsed)
        for name in (read.parsed[0].columns if read.parsed else ())
    }
    reasons = dict(unread["reason"].value_counts(sort=True).iter_rows())
    return Vote(
        log_format,
        len(asked),
        len(requests),
        not_web,
        reasons,
        filled,
        understood,
        requests,
        frozenset(read.rejects["log_line"]),
        directives,
        times.seen[log_format.name],
    )


def _weight(vote: Vote, left: frozenset[int]) -> tuple[int, int, int]:
    return len(vote.understood & left), len(vote.requests & left), sum(vote.filled.values())


def _best(found: Collection[Vote], left: frozenset[int]) -> tuple[Vote | None, list[Vote]]:
    """Return who reads most of the lines that are left, and who reads the same ones just as well."""
    able = [one for one in found if one.understood & left]
    if not able:
        return None, []
    weight = max(_weight(one, left) for one in able)
    best, *same = sorted((one for one in able if _weight(one, left) == weight), key=lambda one: one.log_format.key)
    shared = (best.understood & left) - best.headers
    return best, [one for one in same if one.understood & shared and best.is_of_lines]


def _ranked(found: Collection[Vote]) -> tuple[Vote, ...]:
    return tuple(sorted(found, key=lambda one: (-one.share, -one.events, one.log_format.key)))
