"""netaudit's whole job, log to reports, as a process to measure."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from measure import Counted, Measured, run

_COVERED = """
[dpia]
reference = "DPIA-0000"
owner = "Head of IG"
approved = 2020-01-01
review_by = 2099-12-31
"""


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


def run_netaudit(log: Path) -> tuple[Measured, Counted]:
    """Run the whole job once, in an empty folder.

    Raises:
        SystemExit: with the job's own words, if it fails.
    """
    with tempfile.TemporaryDirectory(prefix="netaudit-benchmark-") as name:
        folder = Path(name)
        # The folder is also the working directory: a netaudit.toml that lies about must not count. This one says no
        # more than what the pages of cases need.
        (folder / "netaudit.toml").write_text(_COVERED)
        ended = run([*netaudit_command(), "run", str(log.resolve()), "--out", str(folder / "out")], folder)
    if ended.trouble:
        raise SystemExit(f"netaudit {ended.trouble}:\n{ended.words}")
    return ended.measured, count_netaudit(ended.words)


def count_netaudit(words: str) -> Counted:
    """Return the lines of netaudit's own account, and those that were requests: events, not web, and duplicates."""
    accounts = re.findall(
        r"^ *\d+  ([\d,]+) = ([\d,]+) \+ ([\d,]+) \+ ([\d,]+) \+ [\d,]+ \+ [\d,]+  ", words, re.MULTILINE
    )
    numbers = [[int(number.replace(",", "")) for number in account] for account in accounts]
    return Counted(sum(one[0] for one in numbers), sum(sum(one[1:]) for one in numbers))


def netaudit_version() -> str:
    """Return the version that the command names."""
    said = subprocess.run([*netaudit_command(), "--version"], check=True, capture_output=True, text=True).stdout
    return said.split()[-1]


def middle(runs: list[Measured]) -> Measured:
    """Return the median of times and the largest of peaks."""
    return Measured(
        median(one.wall_s for one in runs), median(one.cpu_s for one in runs), max(one.peak_mb for one in runs)
    )
