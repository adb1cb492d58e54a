"""What firewalls' logs ask of the parsers: templates, cells in quotes, heads of two transports, damage."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest
from test_layouts import COLUMNS, counts, made_up, read, rows

from netaudit.definitions.format_files import load_formats
from netaudit.ingest import parse_chunk
from netaudit.ingest.envelope import HEADS, unwrap
from netaudit.ingest.logfile import Chunk

FORMATS = {one.name: one for one in load_formats()}
KEYS = 'parser = "keyvalue"\nneeds = ["when"]\n'


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        (r"{who~^([^\\]+)\\}/{who~\\([^\\]+)$}", r"who=realm\\ann", "realm/ann"),
        (r"{who~^([^\\]+)\\}/{who~\\([^\\]+)$}", "who=ann", None),
        ("{who!:}", "who=ann", "ann"),
        ("{who!:}", "who=x-fwd-for:1", None),
        ("{who!(:)}", "who=ann", "ann"),
        ("{who~[(]ann}", "who=(ann", "(ann"),
        (r"{who~\(ann}", "who=(ann", "(ann"),
        ("{who}{port~^443$()}", "who=ann port=443", "ann"),
        ("{who}{port~^443$()}", "who=ann port=80", None),
        ("{who}[:{port!^443$}]", "who=ann port=443", "ann"),
        ("{who}[:{port!^443$}]", "who=ann port=80", "ann:80"),
    ],
)
def test_templates_ask_for_a_value_for_its_piece_or_against_it(
    tmp_path: Path, template: str, values: str, expected: str | None
) -> None:
    layout = f"{KEYS}[layout.fields]\nuser_name = '{template}'\n"
    result = read(made_up(tmp_path, layout), f"when=2026-03-10T10:00:00 host=one.example {values}\n")
    assert rows(result) == [(expected, "one.example")]


@pytest.mark.parametrize(
    "line",
    [
        'when=2026-03-10T10:00:00,who="a, b",host=one.example',
        '"when=2026-03-10T10:00:00","who=a, b","host=one.example"',
        'when=2026-03-10T10:00:00,"who=""a, b""",host=one.example',
        'when=2026-03-10T10:00:00,x="1,who=nobody","who=a, b",host=one.example',
    ],
)
def test_keys_between_commas(tmp_path: Path, line: str) -> None:
    assert rows(read(made_up(tmp_path, KEYS + 'separator = ","\n'), line + "\n")) == [("a, b", "one.example")]


@pytest.mark.parametrize(
    "attributes",
    [
        "when=2026-03-10T10:00:00|who=a b|host=one.example|x=",
        "when=2026-03-10T10:00:00\twho=a b\thost=one.example\tx=a|b",
        "x7C|when=2026-03-10T10:00:00|who=a b|host=one.example",
        "^|when=2026-03-10T10:00:00^who=a b^host=one.example",
    ],
)
def test_leef_whose_delimiter_is_said_or_seen(tmp_path: Path, attributes: str) -> None:
    line = f"LEEF:1.0|Vendor|Product|1|id|{attributes}\n"
    assert rows(read(made_up(tmp_path, 'parser = "leef"\n'), line)) == [("a b", "one.example")]


@pytest.mark.parametrize(
    ("head", "time"),
    [
        ("Aug 5 14:56:46 gate1 ", "Aug 5 14:56:46"),
        ("Nov 30 16:09:08 ", "Nov 30 16:09:08"),
        ("214 <14>1 2026-03-10T10:00:00Z gate1 app - - - ", "2026-03-10T10:00:00Z"),
        (
            "Mar  1 20:46:50 192.0.2.1 214 <14>1 2026-03-01T20:46:50.869Z relay app - logs - ",
            "2026-03-01T20:46:50.869Z",
        ),
        ("<134> Mar 14 10:22:33 gate1 ", "Mar 14 10:22:33"),
    ],
)
def test_heads_of_one_transport_or_two(tmp_path: Path, head: str, time: str) -> None:
    line = f"{head}2026-03-10T10:00:00,ann,one.example,/a"
    readings = [unwrap(pl.Series([line]), one).row(0) for one in HEADS]
    assert ("2026-03-10T10:00:00,ann,one.example,/a", time) in readings
    layout = f"{COLUMNS}[layout.checks]\nwhen = '^2026'\n"
    assert rows(read(made_up(tmp_path, layout), line + "\n")) == [("ann", "one.example/a")]


def test_methods_are_in_capitals(tmp_path: Path) -> None:
    layout = f'{KEYS}[layout.fields]\nhttp_request_method = "how"\n'
    result = read(made_up(tmp_path, layout), "when=2026-03-10T10:00:00 host=one.example how=get\n")
    assert result.parsed["http_request_method"].to_list() == ["GET"]


@pytest.mark.parametrize(
    "name",
    [
        "paloalto", "fortigate", "sophos-sfos", "sophos-utm", "sophos-swa", "sonicwall", "watchguard", "stormshield",
        "skyhigh-mcafee",
    ],
)  # fmt: skip
def test_damaged_lines_are_accounted_for(name: str) -> None:
    log_format = FORMATS[name]
    chance = random.Random(1)  # noqa: S311 - repeatable damage, no secret
    lines = []
    for sample in log_format.samples * 12:
        line = bytearray(sample.line.encode())
        if chance.random() < 0.5:
            line = line[: chance.randrange(1, len(line))]
        for _ in range(chance.randrange(1, 6)):
            line[chance.randrange(-1, len(line))] = chance.choice(b'",\\|={}[]()\n\r\t \x00\x1f\xff1a') if line else 0
        lines.append(bytes(line))
    data = b"\n".join(lines)
    result = parse_chunk(Chunk(data, 1), log_format, "Europe/London")
    assert sum(counts(result).values()) == data.count(b"\n") + (not data.endswith(b"\n"))
    assert result.parsed.height > 0
    assert result.rejects.height > 0
