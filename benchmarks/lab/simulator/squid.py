"""Squid's two log formats, and the files of a world."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path

from .connections import Line
from .truth import Row, iso

LEVEL = 3  # of compression: the higher levels cost more time than the simulation


def stamped(lines: list[Line], clock: str, durations: str) -> list[Line]:
    """Lines in the order in which the proxy writes them, with the clock and durations it has."""
    if durations == "none_start":
        lines = [(line[0] - line[1], 0, *line[2:]) for line in lines]
    lines.sort(key=itemgetter(0))
    if durations == "none_end":
        lines = [(line[0], 0, *line[2:]) for line in lines]
    if clock == "s":
        lines = [(line[0] // 1000 * 1000, line[1] // 1000 * 1000, *line[2:]) for line in lines]
    return lines


def write_logs(folder: Path, lines: list[Line]) -> None:
    """The log in Squid's native format and in the extended one."""
    native: list[str] = []
    extended: list[str] = []
    with _compressed(folder / "access.log.gz") as short, _compressed(folder / "access_ext.log.gz") as long:
        for line in lines:
            stamp, elapsed, address, code, size, asked, suffix, user, tail, referer, agent, up, port = line
            text = (
                f"{stamp // 1000}.{stamp % 1000:03d} {elapsed:6d} {address} {code} {size} {asked}{suffix} {user} {tail}"
            )
            native.append(text)
            extended.append(f'{text} "{referer}" "{agent}" {up} {port}')
            if len(native) >= 20_000:
                _flush(native, short)
                _flush(extended, long)
        _flush(native, short)
        _flush(extended, long)


def _flush(texts: list[str], target: gzip.GzipFile) -> None:
    if texts:
        target.write(("\n".join(texts) + "\n").encode())
        texts.clear()


@contextmanager
def _compressed(path: Path) -> Iterator[gzip.GzipFile]:
    """A gzip file whose bytes depend on its content alone."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=LEVEL, mtime=0) as packed,
    ):
        yield packed


def write_truth(path: Path, truth: Iterable[tuple[str, Row]]) -> None:
    """Truth rows by time."""
    rows = sorted((row[0], row[1], user, *row[2:]) for user, row in truth)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["start", "end", "user", "host", "category", "kind"])
    writer.writerows([iso(a), iso(b), user, host, category, kind] for a, b, user, host, category, kind in rows)
    with _compressed(path) as target:
        target.write(text.getvalue().encode())


def write_table(path: Path, header: list[str], rows: Iterable[Iterable[object]]) -> None:
    """A small CSV table."""
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
