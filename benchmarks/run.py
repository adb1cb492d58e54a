"""Measure netaudit: the whole job, beside its peers, on compressed logs, and how its memory grows.

    python benchmarks/run.py --lines 3000000 --repeat 3
    python benchmarks/run.py --lines 1000000 --peers --compressed --memory 10000000 30000000

A log is made first if it is not there. Every run is a process of its own with an empty output folder, so that
nothing is known already. CPU and memory are the kernel's count for that process and those it waited for; memory is
the peak of the largest one.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from log_files import DAYS, HERE, Log, Recipe, examine, generated
from measure import Measured
from netaudit_job import middle, netaudit_version, run_netaudit
from parts import beside_peers, compressed, figures, memory
from peers import PEERS
from tables import Table, machine, today

MEMORY_SIZES = [10_000_000, 30_000_000]


def read_arguments() -> argparse.Namespace:
    """Return the command line.

    Raises:
        SystemExit: if its options do not go together.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=3_000_000, help="size of the generated log (default: %(default)s)")
    parser.add_argument("--log", type=Path, help="measure the whole job on this log instead of a generated one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--days", type=int, default=DAYS, help="days over which lines are spread (default: %(default)s)"
    )
    parser.add_argument("--repeat", type=int, default=1, help="runs of each: times are medians, peaks the largest")
    names = list(dict.fromkeys(peer.program for peer in PEERS))
    parser.add_argument(
        "--peers", nargs="*", metavar="NAME", choices=names, help=f"compare with these, or all: {', '.join(names)}"
    )
    parser.add_argument(
        "--limit", type=float, default=900, help="seconds until a peer is stopped (default: %(default)s)"
    )
    parser.add_argument("--compressed", action="store_true", help="the log as .gz and .zst, against the plain one")
    parser.add_argument(
        "--memory", nargs="*", type=int, metavar="LINES", help="peaks at these sizes (default: 10000000 30000000)"
    )
    parser.add_argument("--results", type=Path, default=HERE / "results", help="gets a .md and a .csv for each part")
    parser.add_argument("--note", help="a line for the head of the tables")
    parser.add_argument("--logs", type=Path, default=HERE / "logs", help="where generated logs lie")
    parser.add_argument("--keep-logs", action="store_true", help="do not remove the logs that --memory made")
    arguments = parser.parse_args()
    if arguments.log and (arguments.peers is not None or arguments.compressed or arguments.memory is not None):
        parser.error(
            "--log measures the whole job only: the peers write people's names into their pages, and packed copies "
            "of a log hold them too, so these parts use a generated log"
        )
    if arguments.log and not arguments.log.exists():
        parser.error(f"there is no {arguments.log}")
    return arguments


def whole_job(log: Log, repeat: int) -> None:
    """Print a line for each run, and the median."""
    print(f"{'lines':>12} {'wall s':>8} {'lines/s':>10} {'CPU s/M lines':>14} {'peak MB':>8}")
    runs = []
    for _ in range(repeat):
        runs.append(run_netaudit(log.path)[0])
        print(row(log.lines, runs[-1]), flush=True)
    if len(runs) > 1:
        print(row(log.lines, middle(runs)) + "  median (peak: largest)")
    print(f"reading alone: {log.reading_s:.2f} s; {machine()}")


def row(lines: int, measured: Measured) -> str:
    """Return a line of the whole job's table."""
    wall, _, per_million, peak, speed = figures(lines, measured)
    return f"{lines:>12,} {wall:>8.1f} {speed:>10,.0f} {per_million:>14.2f} {peak:>8,.0f}"


def main() -> None:
    """Read the command line, measure, and print and write tables."""
    arguments = read_arguments()
    recipe = Recipe(arguments.logs, arguments.seed, arguments.days)
    if arguments.peers is None and not arguments.compressed and arguments.memory is None:
        whole_job(examine(arguments.log or generated(recipe, arguments.lines)), arguments.repeat)
        return
    runs = f"{arguments.repeat} runs each, median times, largest peak" if arguments.repeat > 1 else "one run each"
    facts = [
        f"netaudit {netaudit_version()}; generated logs, seed {recipe.seed}, {recipe.days} days",
        f"{today()}; {machine()}; {runs}",
        *([arguments.note] if arguments.note else []),
    ]

    def done(table: Table) -> None:
        print(table.markdown())
        print(f"written: {table.write(arguments.results)} and .csv\n", flush=True)

    if arguments.peers is not None:
        chosen = tuple(peer for peer in PEERS if not arguments.peers or peer.program in arguments.peers)
        log = examine(generated(recipe, arguments.lines))
        done(beside_peers(log, facts, chosen, arguments.limit, arguments.repeat))
    if arguments.compressed:
        done(compressed(examine(generated(recipe, arguments.lines)), facts, arguments.repeat))
    if arguments.memory is not None:
        sizes = arguments.memory or MEMORY_SIZES
        done(memory(recipe, sizes, facts, arguments.repeat, keep_logs=arguments.keep_logs))


if __name__ == "__main__":
    main()
