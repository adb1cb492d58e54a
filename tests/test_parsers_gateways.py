"""Real lines of devices whose samples have no oracle: what netaudit reads of them, and a few lines of Python."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared_material import SHARED, needs_shared

from netaudit.definitions.format_files import load_formats
from netaudit.ingest import LogFile, parse_chunk

FORMATS = {one.name: one for one in load_formats()}

pytestmark = needs_shared


def rows(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each web request in the files of a source that have no oracle, as its line and as it is read."""
    for path in sorted((SHARED / "logs" / name).glob("*.log")):
        if path.with_name(path.name + ".expected.json").exists():
            continue
        lines = path.read_text(errors="replace").split("\n")
        for chunk in LogFile(Path(path)).chunks():
            for row in parse_chunk(chunk, FORMATS[name], "UTC").parsed.iter_rows(named=True):
                yield lines[row["log_line"] - 1], row


def test_sophos_web_appliance() -> None:
    found = list(rows("sophos-swa"))
    assert len(found) == 1
    for line, row in found:
        said = dict(word.split("=", 1) for word in shlex.split(line.replace("\\", "\\\\")) if "=" in word)
        assert row["event_start"] == datetime.fromtimestamp(int(said["t"]), UTC)
        assert row["event_duration_ms"] == round(int(said["T"]) / 1000)
        assert (row["source_ip"], row["user_name"]) == (said["h"], said["u"])
        assert (row["http_request_method"], row["url_full"], "HTTP/1.1") == tuple(said["req"].split(" "))
        assert [row["http_request_bytes"], row["http_response_bytes"]] == [int(said["in"]), int(said["out"])]
        assert row["http_response_status_code"] == int(said["s"])
        assert row["disposition"] == "allowed"


def test_sonicwall() -> None:
    found = list(rows("sonicwall"))
    assert len(found) == 4
    for line, row in found:
        said = {key: quoted or plain for key, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|(\S*))', line)}
        assert f"{row['event_start']:%Y-%m-%d %H:%M:%S} UTC" == said["time"]
        assert row["source_ip"] == said["src"].partition(":")[0]
        assert row["user_name"] is None
        assert row["url_full"] == f"https://{said['dstname']}{said['arg']}"
        assert row["vendor_category"] == said["Category"]
        assert row["http_response_bytes"] == (int(said["rcvd"]) if "rcvd" in said else None)
        assert row["disposition"] == ("blocked" if said["m"] == "14" else "allowed")


def test_fortigate() -> None:
    found = list(rows("fortigate"))
    assert len(found) == 1
    for line, row in found:
        said = {key: quoted or plain for key, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|(\S*))', line)}
        assert row["event_start"].timestamp() == round(int(said["eventtime"]) / 1e9, 6)
        assert row["url_full"] == f"http://{said['hostname']}{said['url']}"
        assert (row["source_ip"], row["event_action"]) == (said["srcip"], said["action"])
        assert row["event_dataset"] == f"fortigate.{said['subtype']}"
