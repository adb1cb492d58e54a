"""Lines that a collector has put into JSON objects are read as they were before."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import polars as pl
import pytest

from netaudit.definitions.format_files import load_formats
from netaudit.definitions.formats import Format
from netaudit.ingest import LogFile, LogReader

_SQUID = (
    "1773130561.250     12 192.0.2.36 TCP_MISS/200 420 GET http://www.example.com/ ann DIRECT/198.51.100.7 text/html"
)
_HEADED = (
    "#Software: Microsoft Internet Information Services 10.0",
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip sc-status time-taken",
    "2026-03-10 08:16:01 192.0.2.1 GET /a b=1 80 TRUST\\ann 192.0.2.36 200 15",
)


@functools.cache
def _formats() -> tuple[Format, ...]:
    return load_formats([])


def _read(path: Path, lines: list[str]) -> pl.DataFrame:
    path.write_text("\n".join(lines) + "\n")
    reader = LogReader(LogFile(path), _formats())
    return pl.concat(chunk.parsed for chunk in reader.chunks())


@pytest.mark.parametrize(
    "wrap",
    [
        lambda line: {"@timestamp": "2026-03-10T09:00:00Z", "message": line, "agent": {"name": "gate"}},
        lambda line: {"log": line + "\n", "stream": "stdout"},
        lambda line: {"event": {"original": line}},
        lambda line: {"_raw": "<13>Mar 10 09:00:00 gate app: " + line},
    ],
    ids=["filebeat", "docker", "elastic", "splunk"],
)
@pytest.mark.parametrize("lines", [[_SQUID], list(_HEADED)], ids=["squid", "iis"])
def test_a_line_inside_an_object_is_read_as_it_is_by_itself(wrap, lines, tmp_path: Path) -> None:
    plain = _read(tmp_path / "plain.log", lines)
    wrapped = _read(tmp_path / "wrapped.log", [json.dumps(wrap(line)) for line in lines])
    assert plain.height == 1
    assert wrapped.equals(plain)


def test_every_line_of_such_a_file_is_accounted_for(tmp_path: Path) -> None:
    lines = [json.dumps({"message": _SQUID}), "", "{cut", json.dumps({"message": "rubbish\nof two lines"})]
    (tmp_path / "log").write_text("\n".join(lines))
    reader = LogReader(LogFile(tmp_path / "log"), _formats())
    chunks = list(reader.chunks())
    assert sum(chunk.rejects.height for chunk in chunks) == 2
    assert sum(chunk.parsed.height for chunk in chunks) == 1
    assert sum(chunk.blank for chunk in chunks) == 1
    assert sum(chunk.lines for chunk in chunks) == 4
