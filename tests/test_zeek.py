"""Zeek's two ways of writing a log: its own text and JSON must give the same table, whatever stands in them."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from netaudit.definitions.format_files import load_formats
from netaudit.ingest import LogFile, ParsedChunk, cut_at_records, parse_chunk
from netaudit.ingest.logfile import Chunk

ZEEK = next(one for one in load_formats() if one.name == "zeek")
HTTP = {
    "ts": "time", "uid": "string", "id.orig_h": "addr", "id.orig_p": "port", "id.resp_h": "addr", "id.resp_p": "port",
    "trans_depth": "count", "method": "string", "host": "string", "uri": "string", "referrer": "string",
    "version": "string", "user_agent": "string", "request_body_len": "count", "response_body_len": "count",
    "status_code": "count", "status_msg": "string", "tags": "set[enum]", "username": "string",
    "proxied": "set[string]", "resp_fuids": "vector[string]", "resp_mime_types": "vector[string]",
}  # fmt: skip
SSL = {
    "ts": "time", "uid": "string", "id.orig_h": "addr", "id.orig_p": "port", "id.resp_h": "addr", "id.resp_p": "port",
    "version": "string", "server_name": "string", "resumed": "bool", "established": "bool",
    "cert_chain_fuids": "vector[string]",
}  # fmt: skip
CONN = {
    "ts": "time",
    "uid": "string",
    "id.orig_h": "addr",
    "id.resp_h": "addr",
    "proto": "enum",
    "conn_state": "string",
}
WORDS = (
    "plain", "two words", "-", "(empty)", "", "a,b", "tab\there", "back\\slash", "\\x41", 'quo"ted', '"begins', "ends ",
    " starts", "caf\u00e9", "\u4e2d\u6587", "line\nfeed", "bell\x07", "per%20cent", "#fields", "null", "{brace}",
)  # fmt: skip

Record = dict[str, Any]


def http(number: int, rng: random.Random) -> Record:
    """Return a request; what is None was not seen."""
    path = "/" + rng.choice(WORDS).strip() + f"?n={number}"
    return {
        "ts": 1773130561 + number + rng.randrange(1_000_000) / 1e6,
        "uid": f"C{number:012}",
        "id.orig_h": rng.choice(["192.0.2.36", "2001:db8::36", "192.0.2.37"]),
        "id.orig_p": rng.randrange(1024, 65536),
        "id.resp_h": rng.choice(["198.51.100.4", "2001:db8::4"]),
        "id.resp_p": rng.choice([80, 80, 8080]),
        "trans_depth": rng.randrange(1, 9),
        "method": rng.choice(["GET", "POST", "CONNECT", None]),
        "host": rng.choice(["www.example.com", "shop.example", None]),
        "uri": rng.choice([path, "http://www.example.com" + path, "www.example.com:443", None]),
        "referrer": rng.choice(["http://www.example.com/", *WORDS, None]),
        "version": rng.choice(["1.1", None]),
        "user_agent": rng.choice([*WORDS, None]),
        "request_body_len": rng.randrange(9_999),
        "response_body_len": rng.randrange(9_999_999),
        "status_code": rng.choice([200, 404, 407, None]),
        "status_msg": rng.choice(["OK", "Not Found", None]),
        "tags": rng.choice([[], ["HTTP::URI_SQLI"]]),
        "username": rng.choice(["aiko.brandt", *WORDS, None, None]),
        "proxied": rng.choice([None, ["VIA -> 1.1 proxy", "X-FORWARDED-FOR -> 192.0.2.9"]]),
        "resp_fuids": rng.choice([None, ["F1"], ["F1", "F2"]]),
        "resp_mime_types": rng.choice([None, [], ["text/html"], ["text/html", "image/png"]]),
    }


def ssl(number: int, rng: random.Random) -> Record:
    """Return a connection of which only the server's name is known."""
    return {
        "ts": 1773130561 + number + rng.randrange(1_000_000) / 1e6,
        "uid": f"C{number:012}",
        "id.orig_h": rng.choice(["192.0.2.36", "2001:db8::36"]),
        "id.orig_p": rng.randrange(1024, 65536),
        "id.resp_h": rng.choice(["198.51.100.4", "2001:db8::4"]),
        "id.resp_p": rng.choice([443, 8443, 3128]),
        "version": rng.choice(["TLSv13", None]),
        "server_name": rng.choice(["www.example.com", "", None]),
        "resumed": rng.choice([True, False]),
        "established": rng.choice([True, False]),
        "cert_chain_fuids": rng.choice([None, [], ["F1", "F2"]]),
    }


def conn(number: int, rng: random.Random) -> Record:
    """Return a connection, which is no request."""
    return {
        "ts": 1773130561.5 + number,
        "uid": f"C{number:012}",
        "id.orig_h": "192.0.2.36",
        "id.resp_h": "198.51.100.4",
        "proto": rng.choice(["tcp", "udp"]),
        "conn_state": rng.choice(["SF", "S0", None]),
    }


def as_text(value: Any, kind: str, within: str = ",") -> str:
    """Return a value as the ASCII writer writes it."""
    if value is None:
        return "-"
    if isinstance(value, list):
        return within.join(escaped(one, within) for one in value) or "(empty)"
    if isinstance(value, bool):
        return "T" if value else "F"
    if kind == "time":
        return f"{value:.6f}"
    text = escaped(str(value))
    return {"": "(empty)", "-": r"\x2d", "(empty)": r"\x28empty)"}.get(text, text)


def escaped(text: str, within: str = "") -> str:
    """Return text with what would be misread as numbers, and backslashes doubled."""
    return "".join(
        "\\\\" if sign == "\\" else f"\\x{ord(sign):02x}" if ord(sign) < 0x20 or sign == within else sign
        for sign in text
    )


def as_tsv(records: Sequence[Record], types: dict[str, str], path: str) -> list[str]:
    """Return a log in Zeek's own text."""
    return [
        r"#separator \x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-", f"#path\t{path}",
        "#open\t2026-03-10-08-16-00", "#fields\t" + "\t".join(types), "#types\t" + "\t".join(types.values()),
        *("\t".join(as_text(record[name], kind) for name, kind in types.items()) for record in records),
        "#close\t2026-03-10-09-16-00",
    ]  # fmt: skip


def as_json(records: Sequence[Record]) -> list[str]:
    """Return a log as Zeek's JSON: what was not seen is left out."""
    return [
        json.dumps({name: value for name, value in record.items() if value is not None}, ensure_ascii=False)
        for record in records
    ]


def read_file(path: Path, lines: Sequence[str], size: int) -> tuple[pl.DataFrame, int, int]:
    """Return what is read of a file in chunks: events, the number of other records, and of lines set aside."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    events, others, rejects, header = [], 0, 0, ""
    for chunk in cut_at_records(LogFile(path).chunks(size), ZEEK.record_start):
        found = parse_chunk(chunk, ZEEK, "UTC", header=header)
        header = found.header
        events.append(found.parsed.cast({pl.Categorical: pl.String}))
        others, rejects = others + found.not_web, rejects + found.rejects.height
    return pl.concat(events), others, rejects


def read(lines: Sequence[str]) -> ParsedChunk:
    return parse_chunk(Chunk("\n".join(lines).encode() + b"\n", 1), ZEEK, "UTC")


@pytest.mark.parametrize("size", [1 << 24, 1 << 16])
def test_text_and_json_of_the_same_log_give_equal_tables(tmp_path: Path, size: int) -> None:
    rng = random.Random(7)  # noqa: S311 - test data
    for path, types, make, count in (
        ("http", HTTP, http, 14_000),
        ("ssl", SSL, ssl, 9_000),
        ("conn", CONN, conn, 4_000),
    ):
        records = [make(number, rng) for number in range(count)]
        text, text_others, text_rejects = read_file(tmp_path / "text.log", as_tsv(records, types, path), size)
        objects, others, rejects = read_file(tmp_path / "json.log", as_json(records), size)
        assert (text_rejects, rejects) == (0, 0)
        assert text_others == others == (count if path == "conn" else 0)
        assert text.drop("log_line").equals(objects.drop("log_line"))
        assert text.height + others == count


def test_the_moment_user_and_address_are_those_that_were_written() -> None:
    rng = random.Random(3)  # noqa: S311 - test data
    records = [http(number, rng) for number in range(500)]
    found = read(as_tsv(records, HTTP, "http")).parsed
    assert found["event_start"].dt.timestamp("us").to_list() == [round(one["ts"] * 1e6) for one in records]
    assert found["source_ip"].cast(pl.String).to_list() == [one["id.orig_h"] for one in records]
    assert found["http_response_bytes"].to_list() == [one["response_body_len"] for one in records]
    nothing = {"", "-", "(empty)", None}
    agents = [None if one["user_agent"] in nothing else one["user_agent"] for one in records]
    assert found["user_agent_original"].cast(pl.String).to_list() == agents


def test_several_logs_in_one_file_are_each_read_under_their_header() -> None:
    rng = random.Random(5)  # noqa: S311 - test data
    lines = [
        *as_tsv([http(number, rng) for number in range(3)], HTTP, "http"),
        *as_tsv([conn(number, rng) for number in range(2)], CONN, "conn"),
        *as_tsv([ssl(number, rng) for number in range(4)], SSL, "ssl"),
    ]
    found = read(lines)
    kinds = found.parsed["event_dataset"].cast(pl.String).value_counts().sort("event_dataset").rows()
    assert kinds == [("zeek.http", 3), ("zeek.ssl", 4)]
    assert (found.not_web, found.directives, found.rejects.height) == (2, 27, 0)


def test_a_line_of_other_columns_than_the_header_names_is_set_aside() -> None:
    lines = as_tsv([ssl(1, random.Random(1))], SSL, "ssl")  # noqa: S311 - test data
    lines[8] += "\tmore"
    lines.insert(9, lines[8].rpartition("\t")[0].rpartition("\t")[0])
    found = read(lines)
    assert (found.parsed.height, found.rejects.height) == (0, 2)


def test_lines_before_their_header_are_read_under_the_first_that_comes() -> None:
    rng = random.Random(2)  # noqa: S311 - test data
    lines = as_tsv([ssl(number, rng) for number in range(50)], SSL, "ssl")
    rng.shuffle(lines)
    found = read(lines)
    assert (found.parsed.height, found.rejects.height) == (50, 0)


def test_a_header_that_is_broken_reads_nothing_and_raises_nothing() -> None:
    row = as_tsv([ssl(1, random.Random(1))], SSL, "ssl")[8]  # noqa: S311 - test data
    for header in ("#fields", "#fields\t", "#fields" + "\tx" * 2_000, "#separator", "#path\tssl\x1e\x1e", "#types\t"):
        found = read([header, "#path\tssl", row])
        assert found.parsed.height == 0
        assert found.lines == found.directives + found.rejects.height + found.not_web + found.blank
