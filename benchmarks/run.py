"""Measure the whole job: a log goes in, reports come out.

    python benchmarks/run.py --lines 3000000 --repeat 3

The log is made first if it is not there. Each repetition is a `netaudit run` in a process of its own with an
empty output folder, so that nothing is known already. CPU and memory are the kernel's count for that process
and those it waited for; memory is the peak of the largest one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from generate_logs import generate

WORK = Path(__file__).parent / "logs"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run took."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def read_limit(log: Path) -> float:
    """Return the seconds that merely reading the file takes: no auditor can be faster."""
    began = time.perf_counter()
    with log.open("rb", buffering=0) as file:
        while file.read(1 << 24):
            pass
    return time.perf_counter() - began


def run_once(command: list[str], log: Path) -> Measured:
    """Run the whole job once, in an empty folder.

    Raises:
        SystemExit: with the job's own words, if it fails.
    """
    with tempfile.TemporaryDirectory(prefix="netaudit-benchmark-") as name:
        folder = Path(name)
        errors = folder / "errors.txt"
        began = time.perf_counter()
        with errors.open("wb") as stderr:
            # The folder is also the working directory: a netaudit.toml that lies about must not count.
            child = subprocess.Popen(
                [*command, "run", str(log.resolve()), "--out", str(folder / "out")],
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
            _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"netaudit ended with {child.returncode}:\n{errors.read_text(errors='replace')}")
        unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes there, kibibytes elsewhere
        return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6)


def netaudit_command() -> list[str]:
    """Return the command beside this Python, or the one on the path.

    Raises:
        SystemExit: if there is neither.
    """
    beside = Path(sys.executable).with_name("netaudit")
    found = str(beside) if beside.exists() else shutil.which("netaudit")
    if found is None:
        raise SystemExit("netaudit is not installed: pip install -e .")
    return [found]


def main() -> None:
    """Read the command line, measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=3_000_000, help="size of the generated log")
    parser.add_argument("--log", type=Path, help="measure this log instead of a generated one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=1)
    arguments = parser.parse_args()
    log = arguments.log or WORK / f"squid-{arguments.lines}-{arguments.seed}.log"
    if not log.exists():
        if arguments.log:
            raise SystemExit(f"there is no {log}")
        print(f"making {log}", file=sys.stderr)
        generate(arguments.lines, log, seed=arguments.seed)
    with log.open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 24), b""))
    command = netaudit_command()
    print(f"{'lines':>12} {'wall s':>8} {'lines/s':>10} {'CPU s/M lines':>14} {'peak MB':>8}")
    runs = []
    for _ in range(arguments.repeat):
        measured = run_once(command, log)
        runs.append(measured)
        print(row(lines, measured), flush=True)
    if len(runs) > 1:
        middle = Measured(
            median(run.wall_s for run in runs),
            median(run.cpu_s for run in runs),
            max(run.peak_mb for run in runs),
        )
        print(row(lines, middle) + "  median (peak: largest)")
    print(f"reading alone: {read_limit(log):.2f} s; {os.cpu_count()} cores, Python {sys.version.split()[0]}")


def row(lines: int, measured: Measured) -> str:
    """Return a line of the table."""
    return (
        f"{lines:>12,} {measured.wall_s:>8.1f} {lines / measured.wall_s:>10,.0f} "
        f"{measured.cpu_s / lines * 1e6:>14.2f} {measured.peak_mb:>8,.0f}"
    )


if __name__ == "__main__":
    main()
