"""Squid's relatives and web servers: who reads whose lines, and readings of real lines that were made another way."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from shared_material import SHARED, needs_shared

from netaudit.contracts import PARSED
from netaudit.definitions.format_files import load_formats
from netaudit.ingest import LogFile, LogReader
from netaudit.ingest.logfile import Chunk
from netaudit.ingest.parse import parse_chunk

FORMATS = load_formats()
BY_NAME = {one.name: one for one in FORMATS}
COMBINED = '192.0.2.{n} - ann [10/Mar/2026:10:00:0{n} +0000] "GET /a{n} HTTP/1.1" 200 12 "-" "curl/8.1"\n'
JSON = (
    '{{"remote_addr":"192.0.2.{n}","time_local":"10/Mar/2026:10:00:0{n} +0000","request":"GET /a{n} HTTP/1.1",'
    '"status":"200","body_bytes_sent":"12","remote_user":"ann"}}\n'
)
ERROR = "2026/03/10 10:00:0{n} [error] 26#26: *{n} open() failed (2: No such file or directory)\n"


def read(path: Path) -> tuple[pl.DataFrame, int, int]:
    """Return the events of a file, and how many lines are not web or refused."""
    chunks = list(LogReader(LogFile(path), FORMATS).chunks())
    parsed = pl.concat([one.parsed for one in chunks]) if chunks else PARSED.empty()
    return parsed, sum(one.not_web for one in chunks), sum(one.rejects.height for one in chunks)


def test_two_definitions_read_one_product(tmp_path: Path) -> None:
    path = tmp_path / "nginx-access.log"
    path.write_text("".join(text.format(n=n) for n in range(1, 5) for text in (COMBINED, JSON, ERROR)))
    parsed, not_web, refused = read(path)
    assert (parsed.height, not_web, refused) == (8, 4, 0)
    assert parsed["event_dataset"].unique().to_list() == ["nginx"]
    assert parsed["url_full"].to_list() == [f"/a{n}" for n in range(1, 5) for _ in (COMBINED, JSON)]


@pytest.mark.parametrize(("name", "dataset"), [("access.log", "apache"), ("squid-access.log", "squid")])
def test_the_name_of_a_file_says_who_wrote_combined_lines(tmp_path: Path, name: str, dataset: str) -> None:
    path = tmp_path / name
    path.write_text("".join(COMBINED.format(n=n) for n in range(1, 5)))
    assert read(path)[0]["event_dataset"].unique().to_list() == [dataset]


@pytest.mark.parametrize(
    ("written", "milliseconds"), [("00:02", 2000), ("01:00:05", 3_605_000), ("90:00", 5_400_000), ("<1 sec", None)]
)
def test_durations_may_be_hours_minutes_and_seconds(written: str, milliseconds: int | None) -> None:
    line = (
        f"[2026.03.10 16:49:08] x.exe - www.example.com:443 close, 1 byte sent, 2 bytes received, lifetime {written}\n"
    )
    parsed = parse_chunk(Chunk(line.encode(), 1), BY_NAME["proxifier"], "UTC").parsed
    assert parsed["event_duration_ms"].to_list() == [milliseconds]


@pytest.mark.parametrize("name", ["squid", "bluecoat-squidlike", "cisco-wsa", "dansguardian"])
def test_what_stands_behind_squids_columns_says_whose_line_it_is(name: str) -> None:
    events = [one.line.lstrip("\n") for one in BY_NAME[name].samples if one.outcome == "event"]
    for other in {"squid", "bluecoat-squidlike", "cisco-wsa"} - {name}:
        for line in events:
            read_by_other = parse_chunk(Chunk(f"{line}\n".encode(), 1), BY_NAME[other], "UTC")
            assert read_by_other.parsed.is_empty(), f"{other} reads {line}"


def squid_like(line: str) -> dict[str, str]:
    """Return what stands round the result and status of a line, found by cutting it at blanks."""
    words = line.split()
    at = next(n for n, word in enumerate(words) if re.fullmatch(r"[A-Z_]+/\d{3}", word))
    action, _, status = words[at].partition("/")
    method = next(n for n in range(at + 2, len(words)) if re.fullmatch(r"[A-Z]+(_CONNECT)?", words[n]))
    return {"action": action, "status": status, "bytes": words[at + 1], "url": words[method + 1]}


@needs_shared
@pytest.mark.parametrize("folder", ["squid", "bluecoat-squidlike", "cisco-wsa"])
def test_real_lines_are_read_as_by_cutting_them_at_blanks(folder: str) -> None:
    compared = 0
    for path in sorted((SHARED / "logs" / folder).glob("*.log")):
        lines = path.read_text(errors="replace").split("\n")
        for row in read(path)[0].iter_rows(named=True):
            if row["event_action"] is None or '"' in lines[row["log_line"] - 1].split("TCP_")[0]:
                continue
            theirs = squid_like(lines[row["log_line"] - 1])
            assert row["event_action"] == theirs["action"]
            assert row["http_response_status_code"] == int(theirs["status"])
            assert row["http_response_bytes"] == int(theirs["bytes"])
            assert row["url_full"] is None or row["url_full"].startswith(theirs["url"])
            compared += 1
    assert compared
