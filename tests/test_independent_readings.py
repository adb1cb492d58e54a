"""Sources whose samples nobody has read for us: a few lines of Python read them another way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from shared_material import SHARED, needs_shared

from netaudit.definitions.format_files import load_formats
from netaudit.ingest import LogFile, cut_at_records, parse_chunk

FORMATS = {one.name: one for one in load_formats()}
COLUMNS = (
    "event_start", "event_duration_ms", "source_ip", "user_name", "url_full", "http_request_method",
    "http_request_bytes", "http_response_bytes", "http_response_status_code", "vendor_category", "disposition",
)  # fmt: skip

pytestmark = needs_shared


def ours(path: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the events of a file, in order."""
    header = ""
    for chunk in cut_at_records(LogFile(path).chunks(), FORMATS[name].record_start):
        read = parse_chunk(chunk, FORMATS[name], "UTC", header=header)
        header = read.header
        texts = read.parsed.with_columns(pl.col(pl.Categorical).cast(pl.String))
        yield from texts.select("log_line", *COLUMNS).iter_rows(named=True)


def number(text: str | None) -> int | None:
    return int(text) if text not in {None, "-", "NA"} else None


def test_isa_server_2000_cut_at_tabs() -> None:
    path = SHARED / "logs" / "isa-tmg-w3c" / "ossec__ossec-docs__firewalls_isaserver_4.log"
    lines = path.read_text(errors="replace").splitlines()
    names = lines[3].removeprefix("#Fields: ").split("\t")
    theirs = {
        n: dict(zip(names, line.split("\t"), strict=True)) for n, line in enumerate(lines, 1) if "w3proxy" in line
    }
    read = {one["log_line"]: one for one in ours(path, "isa-tmg-w3c")}
    broken = {n for n, one in theirs.items() if len(one["date"]) != len("2006-11-16")}
    assert set(read) == set(theirs) - broken
    assert len(broken) == 1
    refused = {"407", "12202", "12209"}  # a login is asked for, a rule says no, a login of the proxy is asked for
    for n, one in read.items():
        row = theirs[n]
        end = datetime.fromisoformat(f"{row['date']}T{row['time']}").replace(tzinfo=UTC)
        took = number(row["time-taken"])
        assert round(one["event_start"].timestamp() * 1000) == round(end.timestamp() * 1000) - (took or 0)
        assert one["source_ip"] == (None if row["c-ip"] == "-" else row["c-ip"])
        assert one["user_name"] == (None if row["cs-username"] in {"-", "anonymous"} else row["cs-username"])
        assert one["url_full"] == row["cs-uri"]
        assert one["http_request_method"] == row["s-operation"]
        assert one["http_request_bytes"] == number(row["cs-bytes"])
        assert one["http_response_bytes"] == number(row["sc-bytes"])
        assert one["disposition"] == ("blocked" if row["sc-status"] in refused else "allowed")


def test_umbrella_as_json() -> None:
    path = SHARED / "logs" / "umbrella-proxy" / "cloudflare__Azure-Sentinel__Cisco_Umbrella_proxy_CL.log"
    theirs = [json.loads(line) for line in path.read_text().splitlines()]
    read = list(ours(path, "umbrella-proxy"))
    assert len(read) == len(theirs)
    for one, row in zip(read, theirs, strict=True):
        stamp = row["Timestamp"]
        style = "%Y-%m-%d %H:%M:%S" if stamp[4] == "-" else "%m/%d/%Y, %I:%M:%S.%f %p"
        assert one["event_start"] == datetime.strptime(stamp, style).replace(tzinfo=UTC)
        assert one["source_ip"] == (row.get("Internal IP") or row.get("External IP") or row.get("External_IP"))
        assert one["url_full"] == row["URL"]
        assert one["http_request_bytes"] == row["requestSize"]
        assert one["http_response_bytes"] == row["responseSize"]
        assert one["vendor_category"] == ";".join(row["Categories"])
        assert one["disposition"] == ("blocked" if row["Verdict"] == "BLOCKED" else "allowed")
        assert one["user_name"] is None  # machines and networks


def test_menlo() -> None:
    path = SHARED / "logs" / "menlo" / "elastic__integrations__menlo-web.log"
    theirs = [json.loads(line) for line in path.read_text().splitlines()]
    for one, outer in zip(ours(path, "menlo"), theirs, strict=True):
        row = outer.get("event", outer)
        categories = row.get("categories")
        assert one["event_start"] == datetime.fromisoformat(row["event_time"]).replace(tzinfo=UTC)
        assert one["source_ip"] == row["x-client-ip"]
        assert one["user_name"] == row.get("userid")
        assert one["http_request_method"] == row["request_type"]
        assert one["http_response_status_code"] == number(row["response_code"])
        assert one["vendor_category"] == (";".join(categories) if isinstance(categories, list) else categories)
        assert one["disposition"] == ("blocked" if row["pe_action"] == "block" else "allowed")


def test_barracuda_and_google() -> None:
    line = (SHARED / "logs" / "barracuda-webfilter" / "unknown__http_scan.log").read_text()
    words = line.split()
    (one,) = ours(SHARED / "logs" / "barracuda-webfilter" / "unknown__http_scan.log", "barracuda-webfilter")
    assert one["event_start"] == datetime.fromtimestamp(int(words[5]), UTC)
    assert (one["source_ip"], one["url_full"], one["http_response_bytes"]) == (words[7], words[11], int(words[12]))
    assert f"[{one['user_name']}]" in words
    path = SHARED / "logs" / "gcp-secure-web-proxy" / "unknown-sreagent__gateway_requests.log"
    row = json.loads(path.read_text())
    (one,) = ours(path, "gcp-secure-web-proxy")
    request = row["httpRequest"]
    assert one["event_start"] == datetime.fromisoformat(row["timestamp"])
    assert one["event_duration_ms"] == round(float(request["latency"].removesuffix("s")) * 1000)
    assert one["url_full"] == request["requestUrl"]
    assert one["http_request_bytes"] == int(request["requestSize"])
    assert one["http_response_bytes"] == int(request["responseSize"])
    assert one["http_response_status_code"] == request["status"]
