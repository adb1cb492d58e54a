"""Real lines of sensors and name servers that no oracle reads, held against a plain reading of our own."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from shared_material import SHARED, needs_shared

from netaudit.definitions.format_files import load_formats
from netaudit.ingest import LogFile, cut_at_records, parse_chunk, url_parts

FORMATS = {one.name: one for one in load_formats()}
MICROSECONDS = 1_000_000

pytestmark = needs_shared
Row = tuple[datetime, str | None, str | None]  # when, which client, for which host


def ours(name: str, path: Path) -> tuple[list[Row], int, int]:
    """Return what a format reads of a file, and how many lines are other records or set aside."""
    rows: list[Row] = []
    not_web = rejects = 0
    header = ""
    for chunk in cut_at_records(LogFile(path).chunks(), FORMATS[name].record_start):
        read = parse_chunk(chunk, FORMATS[name], "UTC", header=header)
        header, not_web, rejects = read.header, not_web + read.not_web, rejects + read.rejects.height
        tunnel = (read.parsed["http_request_method"] == "CONNECT").fill_null(value=False)
        hosts = url_parts(pl.DataFrame({"url_full": read.parsed["url_full"], "tunnel": tunnel}))["url_domain"]
        of_file = read.parsed.select("event_start", "source_ip").with_columns(host=hosts)
        rows += of_file.cast({"source_ip": pl.String, "host": pl.String}).rows()
    return rows, not_web, rejects


def objects(path: Path) -> Iterator[dict[str, object]]:
    yield from (json.loads(line) for line in path.read_text().splitlines() if line.strip())


def files(glob: str) -> list[Path]:
    return sorted((SHARED / "logs").glob(glob))


def test_windows_questions_are_those_that_were_received() -> None:
    for path in files("windows-dns/*.log"):
        records = list(objects(path))
        asked = [one for one in records if one["EventID"] == 256]
        rows, not_web, rejects = ours("windows-dns", path)
        assert (not_web, rejects) == (len(records) - len(asked), 0)
        assert rows == [
            (
                datetime.fromisoformat(str(one["EventTime"])).astimezone(UTC),
                one["Source"],
                str(one["QNAME"]).rstrip(".").lower(),
            )
            for one in asked
        ]


def test_adguard_home() -> None:
    (path,) = files("adguard-home/*.log")
    rows, not_web, rejects = ours("adguard-home", path)
    read = [
        one for one in objects(path) if not str(one["T"]).startswith("12/")
    ]  # one day is written as nobody writes it
    assert (not_web, rejects) == (0, 1)
    assert [(when, host) for when, _, host in rows] == [
        (datetime.fromisoformat(str(one["T"])).astimezone(UTC), str(one["QH"])) for one in read
    ]
    assert [client for _, client, _ in rows] == [one["IP"] if isinstance(one["IP"], str) else None for one in read]


def test_google_questions_that_a_collector_has_flattened() -> None:
    (path,) = files("gcp-dns/cloudflare*.log")
    records = list(objects(path))
    asked = [one for one in records if "payload_queryName_s" in one]
    rows, not_web, rejects = ours("gcp-dns", path)
    assert (not_web, rejects) == (len(records) - len(asked), 0)
    assert [host for _, _, host in rows] == [str(one["payload_queryName_s"]).rstrip(".") for one in asked]
    assert [client for _, client, _ in rows] == [one.get("payload_sourceIP_s") for one in asked]


@pytest.mark.parametrize(  # those in JSON the oracles read
    "path",
    [path for path in files("zeek/*.log") if path.read_bytes().startswith(b"#separator")],
    ids=lambda path: path.name[:40],
)
def test_zeek_text(path: Path) -> None:
    lines = path.read_text(errors="replace").splitlines()
    kind = next(line for line in lines if line.startswith("#path")).split("\t")[1]
    names = next(line for line in lines if line.startswith("#fields")).split("\t")[1:]
    records = [dict(zip(names, line.split("\t"), strict=True)) for line in lines if not line.startswith("#")]
    rows, not_web, rejects = ours("zeek", path)
    assert rejects == 0
    if kind not in {"http", "ssl"}:
        assert (len(rows), not_web) == (0, len(records))
        return
    assert not_web == 0
    assert [round(when.timestamp() * MICROSECONDS) for when, _, _ in rows] == [
        round(float(one["ts"]) * MICROSECONDS) for one in records
    ]
    assert [client for _, client, _ in rows] == [one["id.orig_h"] for one in records]
    named = [
        (host, one["host" if kind == "http" else "server_name"])
        for (_, _, host), one in zip(rows, records, strict=True)
    ]
    agree = sum(
        host == name.lower().removesuffix(":443").removesuffix(":80")
        for host, name in named
        if name != "-" and not is_address(name)
    )
    known = sum(name != "-" and not is_address(name) for _, name in named)
    assert agree >= known * 0.99  # of a whole address the host counts, not the header's


def is_address(text: str) -> bool:
    """Return whether a text is an address, which may be written in several ways."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
