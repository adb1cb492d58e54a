"""Write the sample week: logs, directory, registers, and what netaudit must find in them.

    python sample_logs/generate.py [--out FOLDER] [--seed NUMBER]

The same seed gives the same bytes. Nothing of netaudit is used, so that the sample cannot share its mistakes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from generator.files import write_logs, write_tables
from generator.week import play


def main() -> None:
    """Write every generated file of the sample into a folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write to")
    parser.add_argument("--seed", type=int, default=2026, help="another seed makes another week")
    arguments = parser.parse_args()
    world = play(arguments.seed)
    contents = write_logs(world.lines, arguments.out / "logs")
    write_tables(world.people, world.truth, contents, arguments.out)
    for facts in contents:
        print(f"{facts['lines']:>7} lines  {facts['file']}")


if __name__ == "__main__":
    main()
