"""Measures the audit on days whose truth is known: `python accuracy.py SIMDIR [--lab DIR] [--out FILE]`.

SIMDIR holds a lab set for each world and mode, as `simulate.py` makes them; DIR holds recorded ones. Every set goes
through the whole audit. Each day of a person counts for itself, and the totals are over all of them. A world whose
manifest says `attributable: false` must give no finding: one is an error, and the command ends with code 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from audited import audited
from figures import Figures, figures_of
from generated_parts import markdown_table, write_part
from lab_sets import LabSet, sets_under

PART = "accuracy"
_HEADS = (
    "world", "mode", "person-days", "mean error", "signed", "nine in ten", "precision", "recall", "F1",
    "hour right/false/missed", "blocked false/missed", "in range", "proven too much", "useful", "findings", "untrue",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """A set and what was measured on it."""

    world: str
    mode: str
    attributable: bool
    figures: Figures
    sentence: str  # what kind of days these are
    seed: int | None


def measure(lab: LabSet, *, ext: bool = False) -> Measured:
    """Return the figures of a set, each day of a person for itself."""
    with audited(lab, ext=ext) as audit:
        figures = figures_of(audit, audit.tables(), by_day=True)
    said = lab.manifest
    return Measured(lab.world, lab.mode, lab.attributable, figures, said.get("sentence", ""), said.get("seed"))


def together(sets: Sequence[Measured]) -> Figures | None:
    """Return the figures of all sets whose accounts are people's."""
    parts = [one.figures for one in sets if one.attributable]
    return sum(parts[1:], parts[0]) if parts else None


def rows(sets: Sequence[Measured], name: str) -> list[list[str]]:
    """Return the cells of each set, of each mode and of all together."""
    lines = [_row(one.world, one.mode, one.figures) if one.attributable else _unattributed(one) for one in sets]
    for mode in sorted({one.mode for one in sets}):
        figures = together([one for one in sets if one.mode == mode])
        lines += [_row(f"**{name}**", mode, figures)] if figures else []
    figures = together(sets)
    return lines + ([_row(f"**{name}**", "**all**", figures)] if figures else [])


def accusing(sets: Sequence[Measured]) -> list[Measured]:
    """Return the sets that accuse somebody although their accounts are nobody's in particular."""
    return [one for one in sets if not one.attributable and one.figures.findings]


def _row(world: str, mode: str, figures: Figures) -> list[str]:
    score, count = figures.score, len(figures.score.people)
    return [
        world,
        mode,
        f"{count:,}",
        f"{score.mean_error:.1f}",
        f"{score.mean_signed_error:+.1f}",
        f"{score.error_of_nine_in_ten:.1f}",
        f"{score.precision:.3f}",
        f"{score.recall:.3f}",
        f"{score.f1:.3f}",
        f"{score.hours_right}/{score.hours_false}/{score.hours_missed}",
        f"{score.false_classes}/{score.missed_classes}",
        f"{figures.in_range} of {count}",
        f"{len(figures.proven_too_much)}, {max(figures.proven_too_much, default=0.0):.1f}",
        f"{figures.useful} of {count}",
        f"{sum(one.status == 'new' for one in figures.findings)}",
        f"{figures.false_findings}",
    ]


def _unattributed(one: Measured) -> list[str]:
    return [one.world, one.mode, *["–"] * (len(_HEADS) - 4), str(len(one.figures.findings)), "–"]


def plain(lines: Sequence[Sequence[str]]) -> str:
    """Return a table for the screen."""
    cells = [[cell.strip("*") for cell in line] for line in (_HEADS, *lines)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEADS))]
    text = [width if column > 1 else -width for column, width in enumerate(widths)]
    return "\n".join(
        "  ".join(
            f"{cell:>{width}}" if width > 0 else f"{cell:<{-width}}" for cell, width in zip(line, text, strict=True)
        )
        for line in cells
    )


def page_part(simulated: Sequence[Measured], recorded: Sequence[Measured], day: date) -> str:
    """Return what the manual says of the measurement."""
    seeds = ", ".join(str(seed) for seed in sorted({one.seed for one in simulated if one.seed is not None}))
    lines = rows(simulated, "simulated") + (rows(recorded, "recorded") if recorded else [])
    worlds = {one.world: [f"`{one.world}`", one.sentence] for one in simulated}
    figures = together(simulated)
    count = len(figures.score.people) if figures else 0
    commands = (
        f"```\n.venv/bin/python benchmarks/lab/simulate.py worlds --seed {seeds}\n"
        ".venv/bin/python benchmarks/lab/accuracy.py worlds --lab path/to/recorded --out docs/accuracy.md\n```"
    )
    return "\n\n".join(
        [
            f"Measured on {long_date(day)}, on {count:,} simulated person-days (one a person and mode), seed {seeds}:",
            commands,
            markdown_table(list(_HEADS), lines),
            "The worlds:",
            markdown_table(["world", "what it is"], list(worlds.values())),
        ]
    )


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("simulated", type=Path, metavar="SIMDIR")
    parser.add_argument("--lab", type=Path, metavar="DIR", help="recorded sets, measured beside them")
    parser.add_argument("--ext", action="store_true", help="use the logs with referrer and user agent")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the page to write into, docs/accuracy.md")
    parser.add_argument("--date", type=date.fromisoformat, default=datetime.now(UTC).date(), help="of the measurement")
    options = parser.parse_args()
    began = time.process_time()
    simulated = [measure(lab, ext=options.ext) for lab in sets_under(options.simulated)]
    recorded = [measure(lab, ext=options.ext) for lab in sets_under(options.lab)] if options.lab else []
    lines = rows(simulated, "simulated") + (rows(recorded, "recorded") if recorded else [])
    print(plain(lines))
    print(f"{time.process_time() - began:.0f} CPU seconds")
    if options.out:
        write_part(options.out, PART, page_part(simulated, recorded, options.date))
    accused = accusing([*simulated, *recorded])
    if accused:
        sys.exit(
            "findings about accounts that are nobody's: " + ", ".join(f"{one.world}/{one.mode}" for one in accused)
        )


def long_date(day: date) -> str:
    """Return a day in words, as 21 November 2026."""
    return f"{day.day} {day:%B %Y}"


if __name__ == "__main__":
    main()
