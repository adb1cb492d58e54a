"""Says what halving and doubling each constant does: `python sensitivity.py --lab DIR [--sim SIMDIR] [--out FILE]`.

Each set in these folders is run once through the whole audit; without SIMDIR a sample of every world is simulated,
always the same. Then its events are read again, and assessed, with one constant of the reconstruction halved or
doubled. Each day of a person counts for itself.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import simulate
from accuracy import long_date
from audited import Audited, audited
from figures import Figures, figures_of
from generated_parts import markdown_table, write_part
from lab_sets import LabSet, sets_under
from simulator.worlds import WORLDS

from netaudit.reconstruct import ReconstructSettings

PART = "sensitivity"
SAMPLE = ("--people", "9", "--seed", "2")  # of each world whose accounts are people's


@dataclass(frozen=True, slots=True)
class Trial:
    """A constant with another value."""

    name: str
    usual: float
    tried: float

    def settings(self) -> ReconstructSettings:
        """Return the constants with this one changed."""
        changed: dict[str, Any] = {self.name: self.tried}
        return replace(ReconstructSettings(), **changed)

    def in_words(self) -> str:
        """Return what is changed to what, in the unit that the name says."""
        return f"{_in_words(self.name, self.usual)} → {_in_words(self.name, self.tried)}"


def trials() -> Iterator[Trial]:
    """Yield each numeric constant halved and doubled: counts in whole numbers, shares up to one."""
    usual = ReconstructSettings()
    for one in fields(ReconstructSettings):
        value = getattr(usual, one.name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            for factor in (0.5, 2.0):
                yield Trial(one.name, value, _changed(one.name, value, factor))


def not_numbers() -> list[str]:
    """Return the constants that cannot be halved."""
    tried = {trial.name for trial in trials()}
    return [one.name for one in fields(ReconstructSettings) if one.name not in tried]


def _changed(name: str, value: float, factor: float) -> float:
    if isinstance(value, int):
        return max(1, round(value * factor)) if value else 0
    return min(1.0, value * factor) if name.endswith("_share") else value * factor


class Sample:
    """Sets that have been audited, kept open to be read again."""

    def __init__(self, title: str, labs: Sequence[LabSet], stack: ExitStack) -> None:
        self.title = title
        people = [lab for lab in labs if lab.attributable]
        self.audits: list[Audited] = [stack.enter_context(audited(lab)) for lab in people]

    def figures(self, settings: ReconstructSettings) -> Figures:
        """Return the figures of all sets together."""
        parts = [figures_of(audit, audit.read_again(settings), by_day=True) for audit in self.audits]
        return sum(parts[1:], parts[0])


def rows(samples: Sequence[Sample], tell: Callable[[Trial], None]) -> tuple[list[list[str]], list[list[str]]]:
    """Return the cells of what is usual, and of what each trial changes: nothing where nothing changes."""
    usual = [sample.figures(ReconstructSettings()) for sample in samples]
    firsts = [
        [one.title, str(len(figures.ranges)), *_values(figures)] for one, figures in zip(samples, usual, strict=True)
    ]
    lines = []
    for trial in trials():
        tell(trial)
        changes = [
            cell
            for sample, before in zip(samples, usual, strict=True)
            for cell in _changes(before, sample.figures(trial.settings()))
        ]
        lines.append([f"`{trial.name}`", trial.in_words(), *changes])
    return firsts, lines


def _values(figures: Figures) -> list[str]:
    counts = (figures.in_range, figures.useful, figures.false_findings)
    return [f"{figures.score.mean_error:.2f}", f"{figures.score.f1:.3f}", *map(str, counts)]


def _changes(before: Figures, after: Figures) -> list[str]:
    return [
        _signed(after.score.mean_error - before.score.mean_error, 2),
        _signed(after.score.f1 - before.score.f1, 3),
        *(
            _signed(getattr(after, name) - getattr(before, name), 0)
            for name in ("in_range", "useful", "false_findings")
        ),
    ]


def _signed(value: float, digits: int) -> str:
    text = f"{value:+.{digits}f}"
    return text if float(text) else ""


def _in_words(name: str, value: float) -> str:
    if name.endswith("_ms"):
        return f"{value / 60_000:g} min" if value >= 120_000 else f"{value / 1000:g} s"
    if name.endswith("_share"):
        return f"{100 * value:g} %"
    return f"{value:,}"


def page_part(samples: Sequence[Sample], day: date, tell: Callable[[Trial], None]) -> str:
    """Return what the manual says: the samples as they are, and every trial."""
    firsts, lines = rows(samples, tell)
    measures = ["mean error", "F1", "in range", "useful", "untrue"]
    heads = ["constant", "tried", *(f"{sample.title}: {measure}" for sample in samples for measure in measures)]
    still = sorted({line[0] for line in lines} - {line[0] for line in lines if any(line[2:])})
    words = (
        f"Neither halving nor doubling changes a figure for {len(still)} of them: {', '.join(still) or 'none'}. "
        f"These are no numbers: {', '.join(f'`{name}`' for name in not_numbers())}."
    )
    return "\n\n".join(
        [
            f"Measured on {long_date(day)}. As shipped:",
            markdown_table(["days", "person-days", *measures], firsts),
            "What changes with one constant halved or doubled; an empty cell is no change:",
            markdown_table(heads, lines),
            words,
        ]
    )


def _simulated(stack: ExitStack) -> Path:
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="netaudit-lab-")))
    worlds = [name for name, world in WORLDS.items() if world.attributable]
    simulate.main([str(folder), *SAMPLE, "--world", *worlds])
    return folder


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lab", type=Path, metavar="DIR", required=True, help="recorded sets")
    parser.add_argument("--sim", type=Path, metavar="SIMDIR", help="simulated sets")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the page to write into, docs/accuracy.md")
    parser.add_argument("--date", type=date.fromisoformat, default=datetime.now(UTC).date(), help="of the measurement")
    options = parser.parse_args()
    began = time.process_time()
    with ExitStack() as stack:
        folders = {"recorded": options.lab, "simulated": options.sim or _simulated(stack)}
        samples = [Sample(title, sets_under(folder), stack) for title, folder in folders.items()]
        text = page_part(samples, options.date, lambda trial: print(f"{trial.name} = {trial.tried}", file=sys.stderr))
    print(text)
    print(f"{time.process_time() - began:.0f} CPU seconds", file=sys.stderr)
    if options.out:
        write_part(options.out, PART, text)


if __name__ == "__main__":
    main()
