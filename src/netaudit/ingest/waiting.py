"""Logs that wait: what only a broken definition might have read is read by nothing else, until that is mended."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from netaudit.definitions.known_formats import BrokenFormat
from netaudit.ingest.called import NAMES_LOOKED_AT, as_word
from netaudit.ingest.detect import Detection, as_given_and_inside, head_lines
from netaudit.ingest.logfile import Chunk
from netaudit.ingest.signatures import any_bears, bearing_any

WAITING_FOR = "waits for format"  # so begins why a line is set aside that a broken definition might read


@dataclass(frozen=True, slots=True)
class Awaited:
    """The broken definitions that might read lines of one file."""

    broken: tuple[BrokenFormat, ...] = ()
    named: frozenset[Path] = frozenset()  # of these, by their files, those that somebody has said the log is in

    def holding(self, head: Chunk, found: Detection, path: Path | None) -> tuple[BrokenFormat, ...]:
        """Return for which definitions a whole file waits; none where sound formats read more of its head.

        Formats for any product count for lines only that are of no broken definition. A file that no format knows
        may be of any that is broken.

        Args:
            head: of the file.
            found: what sound formats make of it.
            path: of the file.
        """
        lines = dict(enumerate(head_lines(head), 1))
        asked = frozenset(number for number, line in lines.items() if line.strip())
        votes = [vote for vote, _ in found.takers]
        known = [vote.understood | vote.unusable for vote in votes if not vote.log_format.is_general]
        left = asked.difference(*known)
        theirs = {one.path: self._theirs(one, lines, left, path) for one in self.broken}
        all_theirs = frozenset[int]().union(*theirs.values())
        taken = frozenset[int]().union(*(vote.understood | vote.unusable for vote in votes)) - all_theirs
        if not asked or (len(all_theirs) <= len(taken) and votes):
            return ()
        return tuple(one for one in self.broken if theirs[one.path]) or self.broken

    def theirs(self, one: BrokenFormat, lines: pl.Series) -> pl.Series:
        """Return which of some lines that no sound format has read may be of a broken definition."""
        if one.path in self.named:
            return pl.Series([True]).new_from_index(0, len(lines))
        return bearing_any(lines, one.signatures)

    def _theirs(
        self, one: BrokenFormat, lines: dict[int, bytes], left: Collection[int], path: Path | None
    ) -> frozenset[int]:
        if one.path in self.named or _is_called(one, path):
            return frozenset(left)
        return frozenset(
            number
            for number in left
            if any(any_bears(as_given_and_inside([lines[number]]), signature) for signature in one.signatures)
        )


NOTHING_AWAITED = Awaited()


def waiting_for(broken: Sequence[BrokenFormat]) -> str:
    """Return why a file is not read, without a word of what is in the definitions."""
    names = [one.in_words for one in broken]
    several = f"one of these may be its format, and each is broken: {', '.join(one.path.name for one in broken)}"
    return f"its format {names[0]}" if len(names) == 1 else several


def _is_called(one: BrokenFormat, path: Path | None) -> bool:
    """Return whether the name of a file, or of its folders, has a name of a definition as a word."""
    parts = path.parts[: -NAMES_LOOKED_AT - 1 : -1] if path else ()
    return any(re.search(as_word(name), part) for name in one.names for part in parts)
