"""Simulates people's working days behind a web proxy: logs of it, and the truth of what each person looked at.

    python benchmarks/lab/simulate.py OUT [--world NAME ... | all] [--people N] [--seed S] [--date YYYY-MM-DD]
                                      [--mode connect_only|intercepted|both]

Writes OUT/<world>/<mode>/{access.log.gz, access_ext.log.gz, truth.csv.gz, people.csv}, OUT/<world>/manifest.json and
OUT/hosts.csv. The same arguments give the same bytes. See docs/simulator.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from pathlib import Path

from simulator.run import MODES, run_world, write_hosts
from simulator.worlds import WORLDS


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="folder to write to")
    parser.add_argument("--world", nargs="+", default=["all"], choices=["all", *WORLDS], metavar="NAME")
    parser.add_argument("--people", type=int, default=0, help="people in each world (default: the world's own number)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--date", type=dt.date.fromisoformat, default=dt.date(2026, 3, 10))
    parser.add_argument("--mode", choices=[*MODES, "both"], default="both")
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> int:
    options = arguments(words)
    modes = MODES if options.mode == "both" else (options.mode,)
    chosen = list(WORLDS) if "all" in options.world else list(dict.fromkeys(options.world))
    total = 0
    start = time.process_time()
    for name in chosen:
        began = time.process_time()
        world = WORLDS[name]
        people = run_world(
            world, options.out, people=options.people or world.people, seed=options.seed, date=options.date, modes=modes
        )
        total += people
        print(f"{name}: {people} person-days, {time.process_time() - began:.1f} s of CPU", file=sys.stderr)
    write_hosts(options.out)
    print(f"{total} person-days, {time.process_time() - start:.1f} s of CPU", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
