"""REJECTS: counted by reason, the first ones shown, and put aside once they are many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count as count_from
from pathlib import Path

import polars as pl

from netaudit.contracts import REJECTS
from netaudit.store import Commit, Store

REJECTS_TABLE = "rejects"

_PERIOD = "runs"
_SPAN = timedelta(days=28)  # of runs whose rejects lie under one key
_ROWS_IN_MEMORY = 1_000_000  # a row takes about twenty bytes
_EXAMPLES_SHOWN = 50
_NARROW = pl.Schema(
    {name: pl.Categorical() if wanted == pl.String else wanted for name, wanted in REJECTS.schema.items()}
)


@dataclass(frozen=True, slots=True)
class RejectSummary:
    """What is said of REJECTS: how many there are for each reason, most first, and the first of them."""

    reasons: Mapping[str, int]
    examples: pl.DataFrame


@dataclass(slots=True)
class Rejects:
    """The REJECTS of a run, in memory and put aside."""

    store: Store
    frames: list[pl.DataFrame] = field(default_factory=list)
    aside: list[Path] = field(default_factory=list)
    rows: int = 0

    def append(self, rejects: pl.DataFrame) -> None:
        """Keep some; when many are kept, put them aside."""
        if not rejects.height:
            return
        self.frames.append(rejects.cast(_NARROW))
        self.rows += rejects.height
        if self.rows > _ROWS_IN_MEMORY:
            self.aside.append(self.store.stage(pl.concat(self.frames)))
            self.frames.clear()
            self.rows = 0

    def drop(self, log_file: str) -> None:
        """Forget those of a file of which it has turned out that it cannot be relied on."""
        self.frames = [one.filter(pl.col("log_file") != log_file) for one in self.frames]
        self.rows = sum(one.height for one in self.frames)
        for number, path in enumerate(self.aside):
            some = self.store.staged(path)
            others = some.filter(pl.col("log_file") != log_file)
            if others.height < some.height:
                self.aside[number] = self.store.stage(others)

    def take(self) -> Iterator[pl.DataFrame]:
        """Yield all of them in the order in which they came, and forget them."""
        while self.aside:
            yield self.store.staged(self.aside.pop(0))
        if self.frames:
            yield pl.concat(self.frames)
            self.frames.clear()


def store_rejects(
    rejects: Rejects, lasting: Callable[[pl.Expr], pl.Expr], commit: Commit, now: datetime
) -> RejectSummary:
    """Record those REJECTS of a run that last, and return what is said of them, the others, and all earlier ones.

    Args:
        rejects: of the run; they are taken.
        lasting: tells from `log_file` which of them are recorded.
        commit: gets them.
        now: the moment of the run.
    """
    reasons: Counter[str] = Counter()
    examples = REJECTS.empty()

    def count(some: pl.DataFrame) -> None:
        nonlocal examples
        for reason, number in some["reason"].value_counts().iter_rows():
            reasons[reason] += number
        first = some.sort(pl.col("log_file").cast(pl.String), "log_line").head(_EXAMPLES_SHOWN)
        examples = pl.concat([examples, REJECTS.at_rest(first)]).sort("log_file", "log_line").head(_EXAMPLES_SHOWN)

    for period, part in commit.parts(REJECTS_TABLE):
        earlier = commit.read(REJECTS_TABLE, period, part)
        if earlier is not None:
            count(earlier)
    number, period = 0, _period(commit, now)
    for some in rejects.take():
        count(some)
        recorded = some.filter(lasting(pl.col("log_file")))
        if recorded.height:
            commit.put(REJECTS_TABLE, period, f"{commit.run_id}.{number}" if number else str(commit.run_id), recorded)
            number += 1
    ordered = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    return RejectSummary(dict(ordered), examples)


def _period(commit: Commit, now: datetime) -> str:
    """Return what stands for a week: the list of some weeks' runs; then, or when it is destroyed, another is begun.

    What lies under one key is destroyed together, so it must not be of all times.
    """
    full = {period for period, started in commit.first_written(REJECTS_TABLE).items() if now - started > _SPAN}
    names = (f"{_PERIOD}-{number}" if number > 1 else _PERIOD for number in count_from(1))
    return next(name for name in names if name not in full and not commit.is_destroyed(REJECTS_TABLE, name))
