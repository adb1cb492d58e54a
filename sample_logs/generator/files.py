"""The week is written down: log files, directory, registers, and the truth about them."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import zstandard

from generator.proxy import Line
from generator.script import REGISTERS, STORIES

if TYPE_CHECKING:
    from pathlib import Path

    from generator.browser import TruthRow
    from generator.people import Person

# ISO week 2026-W11. London keeps GMT until 29 March, so local midnight is UTC midnight.
MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
WEEK_MS = int(MONDAY.timestamp()) * 1000
DAY_MS = 86_400_000

# One file a day; Tuesday's proxy writes a custom format, with referrer and user agent.
NAMES = (
    "access.log-20260309.gz",
    "access_ext.log-20260310.gz",
    "access.log-20260311.zst",
    "access.log-20260312.gz",
    "access.log-20260313.zst",
    "access.log-20260314",
    "access.log-20260315",
)
CUSTOM_DAY = 1
OVERLAP = 25  # lines of Thursday that stand in Friday's file as well

# Lines that no parser can use, and where in the day's file they go (share of its length).
BAD: tuple[tuple[int, float, bytes], ...] = (
    (0, 0.10, b"1773048"),
    (0, 0.35, b"1773057301.114    211 198.51.100.44 TCP_TUNNEL/200 18"),
    (0, 0.60, b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
    (1, 0.25, b"1773138002.390     87 198.51.100.61 TCP_MISS/200"),
    (1, 0.75, b"\xff\xfe\x1f\x8b\x08\xc3\x28\xa0\xa1 \x80 \xf0\x28\x8c\xbc"),
    (2, 0.20, b"12/Mar/2026 10:14:07 logrotate: squid reloaded"),
    (2, 0.50, b"1773231x07.114    211 198.51.100.44 TCP_MISS/200 18 CONNECT www.gov.uk:443 - HIER_NONE/- -"),
    (3, 0.40, b"CONNECT www.nhs.uk:443 HIER_DIRECT/192.0.2.7 -"),
    (4, 0.15, b"1773389"),
    (4, 0.55, b"1773400001.000     12 198.51.100.44 TCP_MISS/200 - "),
    (4, 0.80, b"\xef\xbf\xbd\xc3\x28\x00 \x00\x00"),
)  # fmt: skip
BLANK = ((0, 0.2), (0, 0.2), (1, 0.5), (2, 0.9), (3, 0.3), (3, 0.7), (4, 0.1), (5, 0.5))
# Real Squid lines that are no web request: a client that hung up before asking.
ODD: tuple[tuple[int, float, str], ...] = (
    (0, 0.45, "error:transaction-end-before-headers"),
    (2, 0.65, "error:transaction-end-before-headers"),
    (3, 0.55, "error:invalid-request"),
    (4, 0.35, "error:transaction-end-before-headers"),
)


def native(line: Line) -> str:
    """Return the line in Squid's native format, `squid`."""
    seconds, thousandths = divmod(WEEK_MS + line.end_ms, 1000)
    return (
        f"{seconds}.{thousandths:03d} {line.elapsed_ms:6d} {line.client} {line.result} {line.size} "
        f"{line.method} {line.url} {line.user} {line.peer} {line.mime}"
    )


def custom(line: Line) -> str:
    """Return the line with referrer, user agent, request size and client port."""
    return f'{native(line)} "{line.referrer}" "{line.agent}" {line.sent} {line.port}'


def write_logs(lines: list[Line], folder: Path) -> list[dict[str, object]]:
    """Write the seven log files, and return what each of them holds."""
    days: dict[int, list[Line]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: line.end_ms):
        if 0 <= line.end_ms < 7 * DAY_MS:
            days[line.end_ms // DAY_MS].append(line)
    folder.mkdir(parents=True, exist_ok=True)
    contents = []
    tail: list[bytes] = []
    for day, name in enumerate(NAMES):
        form = custom if day == CUSTOM_DAY else native
        rows = [form(line).encode() for line in days[day]]
        facts: dict[str, object] = {
            "file": name,
            "requests": len(rows),
            "bad": 0,
            "odd": 0,
            "blank": 0,
            "repeated": 0,
        }
        extra = [(share, text, "bad") for on, share, text in BAD if on == day]
        extra += [(share, b"", "blank") for on, share in BLANK if on == day]
        extra += [(share, _odd(days[day], share, url, day), "odd") for on, share, url in ODD if on == day]
        for share, text, kind in sorted(extra, key=lambda item: -item[0]):
            rows.insert(int(share * len(rows)), text)
            facts[kind] = int(str(facts[kind])) + 1
        if day == 4:  # the proxy was restarted at midnight and wrote Thursday's last lines into both files
            rows = tail + rows
            facts["repeated"] = len(tail)
        tail = rows[-OVERLAP:]
        facts["lines"] = len(rows)
        _write(folder / name, b"\n".join(rows) + b"\n")
        contents.append(facts)
    return contents


def _odd(lines: list[Line], share: float, url: str, day: int) -> bytes:
    near = lines[int(share * len(lines))]
    status, size = ("NONE_NONE/400", 3_812) if url.endswith("request") else ("NONE_NONE/000", 0)
    line = Line(near.end_ms, 0, "198.51.100.77", status, size, "-", url)
    return (custom if day == CUSTOM_DAY else native)(line).encode()


def _write(path: Path, content: bytes) -> None:
    if path.suffix == ".gz":
        # No time stamp and no name, so that the same content gives the same bytes.
        buffer = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as packed:
            packed.write(content)
        content = buffer.getvalue()
    elif path.suffix == ".zst":
        content = zstandard.ZstdCompressor(level=16).compress(content)
    path.write_bytes(content)


def write_tables(people: list[Person], truth: list[TruthRow], contents: list[dict[str, object]], folder: Path) -> None:
    """Write directory, registers, expected outcomes, truth, and the files' line counts."""
    ids = {person.account: person.person_id for person in people if person.in_directory}
    managers = {person.account: person.manager for person in people}
    _table(
        folder / "directory.csv",
        ("person_id", "accounts", "team", "directorate", "manager", "roles", "pattern", "starts", "ends"),
        (
            (
                p.person_id,
                ";".join(p.accounts),
                p.team,
                p.directorate,
                p.manager,
                p.roles,
                p.pattern,
                p.starts,
                p.ends,
            )
            for p in people
            if p.in_directory
        ),
    )
    for name, (header, *rows) in REGISTERS.items():
        _table(folder / "registers" / name, header, (_fill(header, row, ids, managers) for row in rows))
    _table(
        folder / "expected.csv",
        ("account", "person_id", "rule_hint", "status", "category", "accept"),
        ((s.account, ids.get(s.account, ""), s.hint, s.status, s.category, s.accept) for s in STORIES),
    )
    _table(
        folder / "truth.csv",
        ("start", "end", "account", "site", "category", "kind"),
        ((_time(row.start), _time(row.end), *row[2:]) for row in sorted(truth)),
    )
    header = ("file", "lines", "requests", "bad", "odd", "blank", "repeated")
    _table(folder / "lines.csv", header, ([facts[name] for name in header] for facts in contents))


def _fill(header: tuple[str, ...], row: tuple[str, ...], ids: dict[str, str], managers: dict[str, str]) -> list[str]:
    """Put person numbers in place of accounts, and the manager in place of an empty approver."""
    filled = []
    for name, value in zip(header, row, strict=True):
        if name == "person_id" and value:
            filled.append(ids[value])
        elif name == "approver" and not value:
            filled.append(managers[row[0]])
        else:
            filled.append(value)
    return filled


def _time(seconds: float) -> str:
    return (MONDAY + timedelta(seconds=round(seconds))).strftime("%Y-%m-%dT%H:%M:%S")


def _table(path: Path, header: tuple[str, ...], rows: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)  # type: ignore[arg-type]
