"""Tables of figures as Markdown, for people, and as CSV, for programs."""

from __future__ import annotations

import csv
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

Cell = str | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its name in CSV, and how a number is written for people."""

    heading: str
    name: str
    form: str = ""  # a text column where empty


@dataclass(frozen=True, slots=True)
class Table:
    """What one part of the benchmark found.

    `facts` are lines above the table (the log, the machine, the day), `verdicts` lines below it.
    """

    name: str
    title: str
    facts: Sequence[str]
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    verdicts: Sequence[str] = ()

    def markdown(self) -> str:
        """Return the table for people: numbers to the right, a dash where there is nothing."""
        cells = [
            [_for_people(column, cell) for column, cell in zip(self.columns, row, strict=True)] for row in self.rows
        ]
        lines = [f"# {self.title}", "", *(f"- {fact}" for fact in self.facts), ""]
        lines.append(_line([column.heading for column in self.columns]))
        lines.append(_line(["---:" if column.form else "---" for column in self.columns]))
        lines += [_line(row) for row in cells]
        for verdict in self.verdicts:
            lines += ["", verdict]
        return "\n".join(lines) + "\n"

    def csv(self) -> str:
        """Return the figures unrounded, under names with units; the facts stand in a last column."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*(column.name for column in self.columns), "about"])
        about = "; ".join(self.facts)
        writer.writerows([[*("" if cell is None else cell for cell in row), about] for row in self.rows])
        return text.getvalue()

    def write(self, folder: Path) -> Path:
        """Write both files, replacing those of an earlier run, and return the Markdown's path."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.name}.csv").write_text(self.csv(), encoding="utf-8")
        path = folder / f"{self.name}.md"
        path.write_text(self.markdown(), encoding="utf-8")
        return path


def _for_people(column: Column, cell: Cell) -> str:
    if cell is None or cell == "":
        return "–"
    return cell.replace("|", "\\|") if isinstance(cell, str) else format(cell, column.form)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def machine() -> str:
    """Return what the figures depend on: processor, cores, memory, system, Python. No name of the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB of memory; {_system()}; "
        f"Python {platform.python_version()}"
    )


def today() -> str:
    """Return the day, in UTC."""
    return datetime.now(UTC).date().isoformat()


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()
