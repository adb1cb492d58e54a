"""Print what an attacker gets from reports, and write it into the manual.

python benchmarks/attack.py             measure what docs/privacy.md tells, and write it there
python benchmarks/attack.py --seeds 50  measure more organisations, and print that alone
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import attacker_figures as figures


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seeds", type=int, default=0, help="how many organisations of each kind to measure")
    seeds = arguments.parse_args().seeds
    if seeds:
        print("\n".join(figures.larger(seeds)))
        return
    section = figures.section()
    print(section)
    figures.write(section)


if __name__ == "__main__":
    main()
