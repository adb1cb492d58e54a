"""Measure what each stage of the job costs: parsing against human time, also beside an account that never stops.

    python benchmarks/stages.py --lines 1000000 5000000 --giant 5000000

Logs are those of `generate_logs.py`: as they are, only their tunnels, and only their intercepted requests. The giant
asks for pages of a popular host, evenly over one day of 300 ordinary people. Each job is a process of its own;
seconds are of CPU, and of the calling thread's stages in turn, as they follow one another.
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path

from log_files import HERE, Recipe, borrowed
from tables import Column, Table, machine, today

NOW = datetime(2026, 4, 20, 6, tzinfo=UTC)
MONDAY = 1773014400  # of the generated logs
DAY = 86_400
STAGES = {
    "parse": ("netaudit.pipeline.reading", "parse_chunk"),
    "class, pseudonyms": ("netaudit.pipeline.reading", "Gathered.let_in"),
    "settle": ("netaudit.pipeline.days", "settle_day"),
    "human time": ("netaudit.pipeline.days", "reconstruct"),
    "read and write a day": ("netaudit.pipeline.days", "read_day"),
    "assess": ("netaudit.pipeline.audit", "assess_week"),
}


@contextmanager
def timed(spent: dict[str, float]) -> Iterator[None]:
    """Let the stages add their CPU seconds up from now on."""

    def wrapped(name: str, call: Callable[..., object]) -> Callable[..., object]:
        @wraps(call)
        def run(*args: object, **kwargs: object) -> object:
            began = time.process_time()
            try:
                return call(*args, **kwargs)
            finally:
                spent[name] = spent.get(name, 0.0) + time.process_time() - began

        return run

    for name, (place, attribute) in STAGES.items():
        *outer, last = attribute.split(".")
        owner: object = importlib.import_module(place)
        for one in outer:
            owner = getattr(owner, one)
        setattr(owner, last, wrapped(name, getattr(owner, last)))
    yield


def job(log: Path) -> None:
    """Run the whole job once; print what each stage took, as JSON."""
    from netaudit.definitions.configuration import Configuration  # noqa: PLC0415
    from netaudit.definitions.dpia import Dpia  # noqa: PLC0415
    from netaudit.pipeline import run_audit  # noqa: PLC0415

    # Without a current assessment there are no pages of cases to write.
    covered = Dpia("DPIA-0000", "Head of IG", date(2020, 1, 1), date(2099, 12, 31))

    spent: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="netaudit-benchmark-") as out, timed(spent):
        result = run_audit([str(log)], Configuration(dpia=covered), Path(out) / "out", NOW, lambda *_: None)
        lines = sum(one.account.lines for one in result.files)
    spent["read and write a day"] -= spent["human time"]
    spent["whole job"] = time.process_time()
    spent["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"lines": lines, **spent}))


def measured(log: Path) -> dict[str, float]:
    """Return the figures of one job in a process of its own."""
    command = [sys.executable, str(Path(__file__).resolve()), "--job", str(log)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(told.splitlines()[-1])
    return figures


def picked(log: Path, kind: str, wanted: int, target: Path) -> Path:
    """Write so many lines of a log that are tunnels, or that are not."""
    left = wanted
    with log.open("rb") as source, target.open("wb") as out:
        for line in source:
            if (b" CONNECT " in line) == (kind == "tunnels"):
                out.write(line)
                left -= 1
                if not left:
                    break
    return target


def with_giant(log: Path, people: int, giant: int, target: Path) -> Path:
    """Write one day of so many people, and of one account with so many requests among them, in order of time."""
    named: dict[bytes, None] = {}
    lines = []
    with log.open("rb") as source:
        for line in source:
            parts = line.split()
            if len(parts) < 10 or not parts[0].startswith(b"17") or not MONDAY <= float(parts[0]) < MONDAY + DAY:
                continue
            if parts[7] in named or len(named) < people:
                named[parts[7]] = None
                lines.append(line)
    host = b"www.bbc.co.uk"
    with target.open("wb") as out:
        each, place = DAY / giant if giant else 0, 0
        for number in range(giant):
            second = MONDAY + number * each
            while place < len(lines) and float(lines[place].split(None, 1)[0]) <= second:
                out.write(lines[place])
                place += 1
            out.write(
                b"%.3f     90 198.18.255.9 TCP_MISS/200 21480 GET https://%s/news/%d kiosk HIER_DIRECT/198.19.0.1 "
                b"text/html\n" % (second, host, number % 5_000)
            )
        out.writelines(lines[place:])
    return target


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--job", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--lines", type=int, nargs="+", default=[1_000_000, 5_000_000])
    parser.add_argument("--giant", type=int, default=5_000_000, help="requests of the account that never stops")
    parser.add_argument("--people", type=int, default=300, help="ordinary people beside it (default: %(default)s)")
    parser.add_argument("--logs", type=Path, default=HERE / "logs")
    parser.add_argument("--results", type=Path, default=HERE / "results")
    parser.add_argument("--note", help="a line for the head of the table")
    arguments = parser.parse_args()
    if arguments.job:
        job(arguments.job)
        return
    rows = []

    def add(title: str, log: Path) -> None:
        found = measured(log)
        million = found["lines"] / 1e6
        each = [found.get(name, 0.0) / million for name in (*STAGES, "whole job")]
        rows.append([title, int(found["lines"]), *each, found["peak MB"]])
        print(rows[-1], flush=True)

    recipe = Recipe(arguments.logs, 1, 5)
    with (
        tempfile.TemporaryDirectory(prefix="netaudit-benchmark-") as name,
        borrowed(recipe, max(arguments.lines), keep=True) as whole,
    ):
        scratch = Path(name) / "squid.log"
        for lines in arguments.lines:
            with borrowed(recipe, lines, keep=True) as log:
                add("as generated", log)
        for kind in ("tunnels", "intercepted"):
            add(f"only {kind}", picked(whole, kind, min(arguments.lines), scratch))
        add(f"a day of {arguments.people} people", with_giant(whole, arguments.people, 0, scratch))
        add("the same and one account that never stops", with_giant(whole, arguments.people, arguments.giant, scratch))
    columns = (
        Column("log", "log"),
        Column("lines", "lines", ",d"),
        *(Column(name, name.replace(" ", "_").replace(",", ""), ",.2f") for name in (*STAGES, "whole job")),
        Column("peak MB", "peak_mb", ",.0f"),
    )
    facts = [f"CPU seconds for a million lines; {today()}; {machine()}", *([arguments.note] if arguments.note else [])]
    table = Table("stages", "What each stage costs", facts, columns, rows, [])
    print(table.markdown())
    table.write(arguments.results)


if __name__ == "__main__":
    main()
