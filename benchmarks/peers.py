"""The programs that netaudit is measured beside: how to run each, and what it says that it read.

Each gets a configuration of its own in a temporary folder, so that what is set up on the machine does not count,
and runs with the reports that it makes when nobody asks for more. What is set is what it takes to read a native
Squid log to its end: see the comments.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from measure import Counted, Ended, Measured, run


@dataclass(frozen=True, slots=True)
class Peer:
    """A program to measure beside netaudit."""

    name: str
    program: str  # also the name of its Debian package
    does: str
    ask_version: str
    arguments: Callable[[Path, Path], list[str]]  # of the log and an empty folder, into which it may write settings
    count: Callable[[Path, str], Counted | None]  # of the folder and the program's words; None: it does not say
    reads_stdin: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row of the comparison; `trouble` says why there is nothing to compare."""

    name: str
    version: str
    does: str
    trouble: str
    measured: Measured | None = None
    counted: Counted | None = None


def _goaccess(log: Path, folder: Path) -> list[str]:
    # The layout that it knows as SQUID is another one. Squid writes 000 for a request that was given up, which is no
    # HTTP status: without --no-strict-status such lines would be left out.
    return [
        str(log),
        "--no-global-config",
        "--log-format=%x.%^ %~%L %h %^/%s %b %m %U %e %^ %^",
        "--datetime-format=%s",
        "--date-format=%s",
        "--time-format=%s",
        "--no-strict-status",
        "--no-progress",
        f"--output={folder / 'report.html'}",
    ]


def count_goaccess(folder: Path, words: str) -> Counted | None:
    """Return the figures of the report's head, which stand in the page as JSON."""
    del words
    page = (folder / "report.html").read_text(encoding="utf-8", errors="replace")
    found = re.search(r'"total_requests": ?(\d+), ?"valid_requests": ?(\d+)', page)
    return Counted(int(found[1]), int(found[2])) if found else None


def _sarg(log: Path, folder: Path, more: str = "") -> list[str]:
    (folder / "temporary").mkdir()
    (folder / "pages").mkdir()
    settings = folder / "sarg.conf"
    # It gives up at the first broken line unless it is told how many may come.
    settings.write_text(
        f"access_log {log}\n"
        f"temporary_dir {folder / 'temporary'}\n"
        f"output_dir {folder / 'pages'}\n"
        "resolve_ip no\n"
        "max_successive_log_errors 1000000000\n"
        "max_total_log_errors 1000000000\n"
        f"show_read_statistics yes\n{more}",
        encoding="utf-8",
    )
    return ["-f", str(settings), "--statistics"]


def _sarg_without_graphs(log: Path, folder: Path) -> list[str]:
    return _sarg(log, folder, "graphs no\n")


def count_sarg(folder: Path, words: str) -> Counted | None:
    """Return the last of its running counts, and the records that it made of them."""
    del folder
    read = re.findall(r"Records in file: (\d+)", words)
    used = re.search(r"Processed records: (\d+)", words)
    return Counted(int(read[-1]), int(used[1])) if read and used else None


def _calamaris(log: Path, folder: Path) -> list[str]:
    del log, folder  # it reads standard input and writes to standard output
    return ["--all-useful-reports", "--requester-report-no-dns-lookup"]


def count_calamaris(folder: Path, words: str) -> Counted | None:
    """Return the figures of its summary: parsed lines, and with them those that were not valid."""
    del folder
    parsed = re.search(r"^lines parsed: +lines +(\d+)", words, re.MULTILINE)
    invalid = re.search(r"^invalid lines: +lines +(\d+)", words, re.MULTILINE)
    return Counted(int(parsed[1]) + int(invalid[1]), int(parsed[1])) if parsed and invalid else None


def _webalizer(log: Path, folder: Path) -> list[str]:
    settings = folder / "webalizer.conf"
    settings.write_text("HostName proxy.example\n", encoding="utf-8")
    return ["-c", str(settings), "-F", "squid", "-o", str(folder), str(log)]


def count_webalizer(folder: Path, words: str) -> Counted | None:
    """Return the figures of its last line, where bad and ignored records stand only if there are any."""
    del folder
    found = re.search(r"^(\d+) records(?: \(([^)]*)\))? in ", words, re.MULTILINE)
    if not found:
        return None
    aside = sum(int(number) for number in re.findall(r"(\d+) (?:bad|ignored)", found[2] or ""))
    return Counted(int(found[1]), int(found[1]) - aside)


PEERS = (
    Peer(
        "webalizer",
        "webalizer",
        "monthly totals: days, hours, addresses, URLs, top users; HTML with charts",
        "-V",
        _webalizer,
        count_webalizer,
    ),
    Peer(
        "goaccess",
        "goaccess",
        "totals: days, hours, addresses, URLs, statuses, users; one HTML page",
        "--version",
        _goaccess,
        count_goaccess,
    ),
    Peer(
        "calamaris",
        "calamaris",
        "totals: methods, statuses, domains, types, sizes, addresses; one text",
        "--version",
        _calamaris,
        count_calamaris,
        reads_stdin=True,
    ),
    Peer(
        "sarg",
        "sarg",
        "pages for each user: sites, bytes, times, two charts; top sites and users",
        "--version",
        _sarg,
        count_sarg,
    ),
    Peer(
        "sarg, no graphs",
        "sarg",
        "the same without the charts",
        "--version",
        _sarg_without_graphs,
        count_sarg,
    ),
)


def missing(peers: tuple[Peer, ...] = PEERS) -> list[str]:
    """Return the programs that are not installed, each once."""
    return [name for name in dict.fromkeys(peer.program for peer in peers) if shutil.which(name) is None]


def how_to_install(programs: list[str]) -> str:
    """Return the command that installs programs on Debian."""
    return f"apt-get install --no-install-recommends {' '.join(programs)}"


def compare(peer: Peer, log: Path, *, limit_s: float) -> Outcome:
    """Run a peer once on a log, in a folder that is gone afterwards; nothing that it does raises an error."""
    program = shutil.which(peer.program)
    if program is None:
        return Outcome(peer.name, "", peer.does, f"not installed: {how_to_install([peer.program])}")
    with tempfile.TemporaryDirectory(prefix="netaudit-benchmark-") as name:
        folder = Path(name)
        version = _version([program, peer.ask_version], folder)
        command = [program, *peer.arguments(log.resolve(), folder)]
        stdin = log if peer.reads_stdin else None
        ended = run(command, folder, stdin=stdin, environment=_environment(folder), limit_s=limit_s)
        if ended.trouble:
            return Outcome(peer.name, version, peer.does, ended.trouble)
        return Outcome(peer.name, version, peer.does, "", ended.measured, _count(peer, folder, ended))


def _count(peer: Peer, folder: Path, ended: Ended) -> Counted | None:
    try:
        return peer.count(folder, ended.words)
    except OSError:  # there is no report
        return None


def _version(command: list[str], folder: Path) -> str:
    words = run(command, folder, environment=_environment(folder), limit_s=10).words
    found = re.search(r"\d+(?:[.-]\d+)+", words)
    return found[0] if found else "unknown"


def _environment(folder: Path) -> dict[str, str]:
    # English words, byte order when sorting, and nobody's own settings.
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "HOME": str(folder),
        "TMPDIR": str(folder),
    }
