"""The logs to measure with: made where they are missing, counted, and timed for their mere reading."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
BLOCK = 1 << 20
BYTES_A_LINE = 150  # of a generated log, with a margin
DAYS = 5  # unless told otherwise: these logs have no days in their names


@dataclass(frozen=True, slots=True)
class Log:
    """A log to measure with, and what it is made of."""

    path: Path
    lines: int
    size: int
    reading_s: float  # merely to read its bytes from the page cache: the floor under every figure

    @property
    def fact(self) -> str:
        """Its size in words."""
        return f"Log: {self.lines:,} lines, {self.size:,} bytes; reading the bytes alone: {self.reading_s:.2f} s"


def examine(path: Path) -> Log:
    """Count a log's lines, which also brings it into the page cache, and time a second reading."""
    with path.open("rb", buffering=0) as file:
        lines = sum(block.count(b"\n") for block in iter(partial(file.read, BLOCK), b""))
    began = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        while file.read(BLOCK):
            pass
    return Log(path, lines, path.stat().st_size, time.perf_counter() - began)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How logs are generated, and where they lie."""

    folder: Path
    seed: int = 1
    days: int = DAYS

    def path(self, lines: int) -> Path:
        """Return where the log of that size lies, or will."""
        spread = "" if self.days == DAYS else f"-{self.days}d"
        return self.folder / f"squid-{lines}-{self.seed}{spread}.log"


def generated(recipe: Recipe, lines: int) -> Path:
    """Return the generated log of that size, made if it is not there.

    It is made in a process of its own, see `measure.run`.

    Raises:
        SystemExit: if the disk has no room for it.
    """
    path = recipe.path(lines)
    if path.exists():
        return path
    recipe.folder.mkdir(parents=True, exist_ok=True)
    room, wanted = shutil.disk_usage(recipe.folder).free / 1e9, lines * BYTES_A_LINE / 1e9
    if room < wanted:
        raise SystemExit(f"{lines:,} lines need {wanted:.1f} GB in {recipe.folder}, where {room:.1f} GB are free")
    say(f"making {path.name}, about {wanted:.2f} GB")
    command = [sys.executable, str(HERE / "generate_logs.py"), "--out", str(path)]
    options = ["--lines", str(lines), "--seed", str(recipe.seed), "--days", str(recipe.days)]
    try:
        subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL)
    except BaseException:
        path.with_name(path.name + ".partial").unlink(missing_ok=True)
        raise
    return path


@contextmanager
def borrowed(recipe: Recipe, lines: int, *, keep: bool) -> Iterator[Path]:
    """Lend a generated log, and remove it afterwards unless it was there before."""
    was_there = recipe.path(lines).exists()
    path = generated(recipe, lines)
    try:
        yield path
    finally:
        if not keep and not was_there:
            path.unlink()


def say(text: str) -> None:
    """Tell who waits what goes on."""
    print(text, file=sys.stderr, flush=True)
