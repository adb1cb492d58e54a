"""The parts of the benchmark: netaudit beside its peers, on compressed logs, and its memory as logs grow."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import peers
from log_files import BLOCK, Log, Recipe, borrowed, examine, say
from measure import Counted, Measured, smallest_peak_mb
from netaudit_job import middle, netaudit_version, run_netaudit
from peers import Outcome
from tables import Cell, Column, Table

GZIP_LEVEL, ZSTD_LEVEL = 6, 3  # what gzip and zstd use unless told otherwise
MOST_FOR_COMPRESSION = 1.3  # times the plain log's processor time
MOST_FOR_MEMORY = 1.25  # times the smallest log's peak
SAME_WORK = 0.001  # of the lines: a program whose count is further off has not done the same work
DOES = "classes, people's visits and minutes, policy findings, suppressed reports, encrypted store"
MEASURES = (
    Column("wall s", "wall_s", ",.1f"),
    Column("CPU s", "cpu_s", ",.1f"),
    Column("CPU s / M lines", "cpu_s_per_million_lines", ",.2f"),
    Column("peak MB", "peak_mb", ",.0f"),
    Column("lines / s", "lines_per_s", ",.0f"),
)


def figures(lines: int, measured: Measured | None) -> list[Cell]:
    """Return the cells of `MEASURES`."""
    if measured is None:
        return [None] * len(MEASURES)
    per_million = measured.cpu_s / lines * 1e6
    return [measured.wall_s, measured.cpu_s, per_million, measured.peak_mb, lines / measured.wall_s]


def agreement(log_lines: int, ours: Counted, theirs: Counted | None) -> str:
    """Say whether a program has read what netaudit has read; both count lines, and requests among them."""
    if theirs is None:
        return "does not say"
    if abs(theirs.requests - ours.requests) > log_lines * SAME_WORK:
        return f"NOT THE SAME WORK: {theirs.requests - ours.requests:+,} requests"
    if theirs.requests == ours.requests:
        return "yes"
    return f"nearly: {theirs.requests - ours.requests:+,} of {log_lines - ours.requests:,} unusable lines"


def beside_peers(log: Log, facts: list[str], chosen: tuple[peers.Peer, ...], limit_s: float, repeat: int) -> Table:
    """Return netaudit and its peers, one row each, those that are missing or failed as well."""
    if absent := peers.missing(chosen):
        say(f"not installed: {', '.join(absent)}; on Debian: {peers.how_to_install(absent)}")
    say("netaudit")
    runs = [run_netaudit(log.path) for _ in range(repeat)]
    ours = runs[0][1]
    outcomes = [Outcome("netaudit", netaudit_version(), DOES, "", middle([one for one, _ in runs]), ours)]
    for peer in chosen:
        say(peer.name)
        first = outcome = peers.compare(peer, log.path, limit_s=limit_s)
        if first.measured:
            again = [peers.compare(peer, log.path, limit_s=limit_s).measured for _ in range(repeat - 1)]
            outcome = replace(first, measured=middle([first.measured, *filter(None, again)]))
        outcomes.append(outcome)
    return peers_table(log, [*facts, f"The least peak that can be told apart: {smallest_peak_mb():.0f} MB"], outcomes)


def peers_table(log: Log, facts: list[str], outcomes: list[Outcome]) -> Table:
    """Return the comparison; the first outcome is netaudit's, with whose count the others' are compared."""
    ours = outcomes[0].counted or Counted(0, 0)
    columns = (
        Column("program", "program"),
        Column("version", "version"),
        *MEASURES,
        Column("lines it read", "lines_read", ",d"),
        Column("requests among them", "requests", ",d"),
        Column("agrees with netaudit", "agreement"),
        Column("what it does", "does"),
    )
    rows = [
        [
            one.name,
            one.version,
            *figures(log.lines, one.measured),
            one.counted.lines if one.counted else None,
            one.counted.requests if one.counted else None,
            "" if one is outcomes[0] else one.trouble or agreement(log.lines, ours, one.counted),
            one.does,
        ]
        for one in outcomes
    ]
    bad = log.lines - ours.requests
    verdict = f"Of the log's {log.lines:,} lines netaudit read {ours.lines:,} and took {bad:,} for broken or blank."
    return Table("peers", "netaudit beside its peers", [log.fact, *facts], columns, rows, [verdict])


def pack_gzip(log: Path, packed: Path) -> None:
    """Write a log as gzip does."""
    with log.open("rb") as source, gzip.open(packed, "wb", compresslevel=GZIP_LEVEL) as target:
        shutil.copyfileobj(source, target, BLOCK)


def pack_zstd(log: Path, packed: Path) -> None:
    """Write a log as zstd does."""
    import zstandard  # noqa: PLC0415  (a dependency of netaudit; the other parts do without)

    with log.open("rb") as source, packed.open("wb") as target:
        zstandard.ZstdCompressor(level=ZSTD_LEVEL).copy_stream(source, target)


def compressed(log: Log, facts: list[str], repeat: int) -> Table:
    """Return netaudit on a log as it is and packed; the ways take turns, so that a busy hour hits them all."""
    ways: dict[str, Callable[[Path, Path], None]] = {".gz": pack_gzip, ".zst": pack_zstd}
    titles = {"": "plain", ".gz": f".gz (level {GZIP_LEVEL})", ".zst": f".zst (level {ZSTD_LEVEL})"}
    runs: dict[str, list[tuple[Measured, Counted]]] = {suffix: [] for suffix in titles}
    with tempfile.TemporaryDirectory(prefix="netaudit-benchmark-") as name:
        paths = {"": log.path} | {suffix: Path(name) / f"access.log{suffix}" for suffix in ways}
        for suffix, pack in ways.items():
            pack(log.path, paths[suffix])
        sizes = {suffix: path.stat().st_size for suffix, path in paths.items()}
        for _ in range(repeat):
            for suffix, path in paths.items():
                say(f"netaudit, {titles[suffix]}")
                runs[suffix].append(run_netaudit(path))
    results = {suffix: middle([measured for measured, _ in found]) for suffix, found in runs.items()}
    counts = {suffix: found[0][1] for suffix, found in runs.items()}
    return compressed_table(log, facts, [(titles[one], sizes[one], results[one], counts[one]) for one in titles])


def compressed_table(log: Log, facts: list[str], found: list[tuple[str, int, Measured, Counted]]) -> Table:
    """Return rows of the plain log, which comes first, and of the packed ones, with their ratios to it."""
    columns = (
        Column("log", "log"),
        Column("bytes", "bytes", ",d"),
        *MEASURES,
        Column("CPU, × plain", "cpu_ratio", ".2f"),
        Column("wall, × plain", "wall_ratio", ".2f"),
        Column("requests", "requests", ",d"),
    )
    _, _, plain, same = found[0]
    rows: list[list[Cell]] = []
    verdicts = []
    for title, size, measured, counted in found:
        ratio = measured.cpu_s / plain.cpu_s
        rows.append(
            [title, size, *figures(log.lines, measured), ratio, measured.wall_s / plain.wall_s, counted.requests]
        )
        if measured is not plain:
            verdicts.append(f"{title} {ratio:.2f} {'met' if ratio <= MOST_FOR_COMPRESSION else 'MISSED'}")
        if counted != same:
            verdicts.append(f"{title} READ {counted.requests - same.requests:+,} REQUESTS")
    verdict = f"Aim: at most {MOST_FOR_COMPRESSION} × the plain log's CPU time: {'; '.join(verdicts)}."
    return Table("compressed", "netaudit on compressed logs", [log.fact, *facts], columns, rows, [verdict])


def memory(recipe: Recipe, sizes: list[int], facts: list[str], repeat: int, *, keep_logs: bool) -> Table:
    """Return netaudit on generated logs of growing size, and the ratio of each peak to the first."""
    found = []
    for lines in sorted(sizes):
        with borrowed(recipe, lines, keep=keep_logs) as path:
            log = examine(path)
            say(f"netaudit, {log.lines:,} lines")
            found.append((log, middle([run_netaudit(path)[0] for _ in range(repeat)])))
    return memory_table(facts, found)


def memory_table(facts: list[str], found: list[tuple[Log, Measured]]) -> Table:
    """Return a row for each log, the smallest first."""
    columns = (
        Column("lines", "lines", ",d"),
        Column("bytes", "bytes", ",d"),
        *MEASURES,
        Column("peak, × first", "peak_ratio", ".2f"),
    )
    first = found[0][1].peak_mb
    rows = [[log.lines, log.size, *figures(log.lines, one), one.peak_mb / first] for log, one in found]
    last = found[-1][1].peak_mb / first
    verdict = (
        f"Aim: the largest log's peak at most {MOST_FOR_MEMORY} × the smallest's: {last:.2f}, "
        f"{'met' if last <= MOST_FOR_MEMORY else 'MISSED'}."
    )
    return Table("memory", "netaudit's memory as logs grow", facts, columns, rows, [verdict])
