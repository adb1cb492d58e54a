"""Odd values cost their field and nothing else of the line; and a line without an address is nobody's doing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.definitions.format_files import load_format, load_formats
from netaudit.errors import DefinitionError
from netaudit.ingest import parse_chunk
from netaudit.ingest.logfile import Chunk
from netaudit.ingest.values import plain_address, plain_method

SQUID = next(one for one in load_formats() if one.name == "squid")
USUAL = {
    "time": "1773136800.779", "lasted": "180", "ip": "192.0.2.24", "action": "TCP_MISS/200", "size": "4083",
    "method": "GET", "url": "http://www.example.com/a", "user": "ann",
    "type": "text/html",
}  # fmt: skip


def read(**other: str) -> dict[str, object]:
    line = "{time} {lasted} {ip} {action} {size} {method} {url} {user} HIER_DIRECT/198.51.100.7 {type}\n"
    found = parse_chunk(Chunk(line.format(**(USUAL | other)).encode(), 1), SQUID, "UTC")
    assert found.rejects.is_empty(), found.rejects
    assert found.parsed["event_start"].item() > datetime(2026, 3, 1, tzinfo=UTC)
    return found.parsed.row(0, named=True)


@pytest.mark.parametrize(
    ("other", "column", "expected"),
    [
        ({"ip": "172.999.203.203"}, "source_ip", None),
        ({"ip": "10.x.x.12"}, "source_ip", None),
        ({"ip": "192.0.2.7:51234"}, "source_ip", "192.0.2.7"),
        ({"ip": "[2001:db8::7]:51234"}, "source_ip", "2001:db8::7"),
        ({"ip": "fe80::7%eth0"}, "source_ip", "fe80::7"),
        ({"ip": "::ffff:192.0.2.7"}, "source_ip", "192.0.2.7"),
        ({"ip": "pc-0417.ex.example"}, "source_ip", "pc-0417.ex.example"),
        ({"url": ":80", "method": "CONNECT"}, "url_full", None),
        ({"url": "https:443", "method": "CONNECT"}, "url_full", None),
        ({"url": "http://"}, "url_full", None),
        ({"url": "-"}, "url_full", None),
        ({"url": "error:transaction-end-before-headers", "method": "-"}, "url_full", None),
        ({"url": "error:invalid-request", "method": "NONE"}, "http_request_method", None),
        ({"method": "unknown"}, "http_request_method", None),
        ({"method": "get"}, "http_request_method", "GET"),
        ({"size": "-1"}, "http_response_bytes", None),
        ({"size": "999999999999999999"}, "http_response_bytes", None),
        ({"lasted": "-5"}, "event_duration_ms", 0),
        ({"action": "NONE_NONE/000"}, "http_response_status_code", 0),
        ({"user": "none@example.org"}, "user_name", "none@example.org"),
        ({"user": "EX%5Cann"}, "user_name", "EX\\ann"),
        ({"user": "a%2540b"}, "user_name", "a%40b"),
        ({"user": "(null)"}, "user_name", None),
        ({"user": '"ann"'}, "user_name", "ann"),
        ({"user": "www.shop.example"}, "user_name", None),
        ({"type": "<script>x</script>"}, "http_response_mime_type", None),
        ({"type": '"text/html"'}, "http_response_mime_type", None),
        ({"type": "${jndi:ldap://a}"}, "http_response_mime_type", None),
        ({"type": "[a"}, "http_response_mime_type", None),
    ],
)
def test_an_odd_value_costs_its_field_alone(other: dict[str, str], column: str, expected: object) -> None:
    row, usual = read(**other), read()
    assert row[column] == expected
    changed = {"ip": "source_ip", "url": "url_full", "method": "http_request_method", "user": "user_name"}
    touched = {changed.get(one, one) for one in other} | {column}
    if not {"size", "lasted", "action"} & touched:
        assert {name for name in row if row[name] != usual[name]} <= touched


@given(st.text(max_size=40))
def test_an_address_is_one_or_nothing(text: str) -> None:
    found = plain_address(text)
    assert found is None or plain_address(found) == found


@given(st.ip_addresses(), st.integers(0, 65535))
def test_every_address_is_kept_with_and_without_a_port(address: object, port: int) -> None:
    text = str(address)
    mapped = getattr(address, "ipv4_mapped", None)
    assert plain_address(text) == str(mapped or text)
    assert plain_address(f"[{text}]:{port}" if ":" in text else f"{text}:{port}") == str(mapped or text)


@given(st.text(max_size=20))
def test_a_method_is_one_or_nothing(text: str) -> None:
    found = plain_method(text)
    assert found is None or plain_method(found) == found


OWN = """
name = "own"
title = "Own"
[time]
styles = ["iso"]
duration = "s"
[values]
WRITTEN
[fields]
time = "t"
url_full = "u"
http_response_bytes = "size"
event_duration_ms = "took"
[[layout]]
parser = "columns"
separator = "|"
columns = ["t", "u", "size", "took"]
[[sample]]
line = "cut short"
outcome = "reject"
"""


def read_own(folder: Path, written: str, size: str, took: str) -> tuple[int | None, int | None]:
    (folder / "own.toml").write_text(OWN.replace("WRITTEN", written))
    line = f"2026-03-10 10:00:00|http://a.example/|{size}|{took}\n"
    row = parse_chunk(Chunk(line.encode(), 1), load_format(folder / "own.toml"), "UTC").parsed.row(0, named=True)
    return row["http_response_bytes"], row["event_duration_ms"]


@pytest.mark.parametrize(
    ("written", "size", "took", "expected"),
    [
        ("", "4083", "2", (4083, 2000)),
        ("", "12,345", "0,350", (None, None)),
        ("", "300B", "0.35s", (None, 350)),
        ("", "1", "150ms", (1, 150)),
        ("", "1", "1m 2.5s", (1, 62_500)),
        ("", "1", "00:00:03", (1, 3000)),
        ("", "1", "0:01:02.250", (1, 62_250)),
        ("", "1", "900us", (1, 1)),
        ("", "1", "soon", (1, None)),
        ('decimal = "."', "1,234,567", "1,200.5", (1_234_567, 1_200_500)),
        ('decimal = "."', "12,34", "2", (None, 2000)),
        ('decimal = ","', "12.345", "0,350", (12_345, 350)),
        ('decimal = ","', "12 345", "3", (12_345, 3000)),
        ("kilobyte = 1024", "300B", "2", (300, 2000)),
        ("kilobyte = 1024", "1.5KB", "2", (1536, 2000)),
        ("kilobyte = 1000", "1.5kB", "2", (1500, 2000)),
        ("kilobyte = 1000", "2 KiB", "2", (2048, 2000)),
        ("kilobyte = 1024", "3M", "2", (3 << 20, 2000)),
        ("kilobyte = 1024", "7 bytes", "2", (7, 2000)),
        ("kilobyte = 1024", "many", "2", (None, 2000)),
        ('decimal = ","\nkilobyte = 1000', "1,5 MB", "2", (1_500_000, 2000)),
    ],
)
def test_a_format_says_how_numbers_are_written(
    tmp_path: Path, written: str, size: str, took: str, expected: tuple[int | None, int | None]
) -> None:
    assert read_own(tmp_path, written, size, took) == expected


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('decimal = ";"', "unknown decimal ';'"),
        ("kilobyte = 1025", "'kilobyte' is 1025"),
        ('kilobyte = "1024"', "kilobyte"),
    ],
)
def test_what_no_number_has_is_refused(tmp_path: Path, written: str, told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        read_own(tmp_path, written, "1", "1")
