"""The parsers: headers, columns, keys, objects; inside envelopes; over several lines; cut anywhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.definitions.format_files import load_format
from netaudit.definitions.formats import Format
from netaudit.errors import DefinitionError
from netaudit.ingest import ParsedChunk, cut_at_records, parse_chunk
from netaudit.ingest.envelope import HEADS, unpacked, unwrap
from netaudit.ingest.logfile import Chunk

HEAD = """
name = "made_up"
title = "Made up"
[time]
styles = ["iso"]
marks = "start"
[fields]
time = "when"
url_full = "[{scheme}://]{host}[{path}]"
user_name = "who"
source_ip = "from"
[[sample]]
line = "nothing"
outcome = "reject"
[[layout]]
"""


def made_up(tmp_path: Path, layout: str, extra: str = "") -> Format:
    path = tmp_path / "made_up.toml"
    path.write_text(extra + HEAD + layout, encoding="utf-8")
    return load_format(path)


def read(log_format: Format, text: str) -> ParsedChunk:
    return parse_chunk(Chunk(text.encode(), 1), log_format, "UTC")


def rows(result: ParsedChunk) -> list[tuple[str | None, str | None]]:
    return result.parsed.select("user_name", "url_full").rows()


def counts(result: ParsedChunk) -> dict[str, int]:
    found = {
        "events": result.parsed.height,
        "rejects": result.rejects.height,
        "not_web": result.not_web,
        "blank": result.blank,
        "directives": result.directives,
        "continuations": result.continuations,
    }
    assert sum(found.values()) == result.lines
    return {name: count for name, count in found.items() if count}


W3C = 'parser = "w3c"\nneeds = ["host"]\n'


def test_a_header_says_what_the_columns_are_until_the_next(tmp_path: Path) -> None:
    result = read(
        made_up(tmp_path, W3C),
        "#Fields: when who host path\n2026-03-10T10:00:00 ann one.example /a\n"
        '#Fields: host path when "x" who\ntwo.example /b 2026-03-10T10:00:01 - "bob ray"\n',
    )
    assert rows(result) == [("ann", "one.example/a"), ("bob ray", "two.example/b")]
    assert counts(result) == {"events": 2, "directives": 2}


def test_a_header_without_the_columns_that_are_needed_reads_nothing(tmp_path: Path) -> None:
    result = read(made_up(tmp_path, W3C), "#Fields: when who\n2026-03-10T10:00:00 ann\n")
    assert counts(result) == {"rejects": 1, "directives": 1}


def test_a_line_with_another_number_of_columns_than_its_header_is_set_aside(tmp_path: Path) -> None:
    result = read(
        made_up(tmp_path, W3C),
        "#Fields: when who host path\n"
        "2026-03-10T10:00:00 ann one.example\n2026-03-10T10:00:00 ann one.example /a more\n",
    )
    assert counts(result) == {"rejects": 2, "directives": 1}


def test_a_header_without_a_column_that_is_looked_at_or_with_too_many_reads_nothing(tmp_path: Path) -> None:
    result = read(
        made_up(tmp_path, W3C + "[layout.checks]\nwho = '^a'\n"),
        "#Fields: when host\n2026-03-10T10:00:00 one.example\n"
        f"#Fields: when who host {'more ' * 50_000}\n2026-03-10T10:00:00 ann one.example\n"
        "#Fields: when who host\n2026-03-10T10:00:00 ann one.example\n2026-03-10T10:00:00 bob one.example\n",
    )
    assert rows(result) == [("ann", "one.example")]
    assert counts(result) == {"events": 1, "rejects": 3, "directives": 3}


def test_any_number_of_columns_may_not_be_looked_at(tmp_path: Path) -> None:
    layout = 'parser = "delimited"\nseparator = "|"\ncolumns = ["time", "_", "_", "url_full", "_"]\n'
    result = read(made_up(tmp_path, layout), "2026-03-10T10:00:00|x|y|http://one.example/|z\n")
    assert result.parsed["url_full"].to_list() == ["http://one.example/"]


def test_tabs_in_a_header_part_columns_that_hold_spaces(tmp_path: Path) -> None:
    result = read(
        made_up(tmp_path, W3C), "#Fields: when\twho\thost\tsome words\n2026-03-10T10:00:00\tann x\tone.example\ta b\n"
    )
    assert rows(result) == [("ann x", "one.example")]


def test_the_header_of_a_chunk_holds_for_the_next(tmp_path: Path) -> None:
    log_format = made_up(tmp_path, W3C)
    first = read(log_format, "#Fields: when who host\n")
    later = parse_chunk(Chunk(b"2026-03-10T10:00:00 ann one.example\n", 2), log_format, "UTC", header=first.header)
    assert rows(later) == [("ann", "one.example")]
    assert later.parsed["log_line"].to_list() == [2]


@pytest.mark.parametrize(
    "head",
    [
        "Mar 10 10:00:00 proxy1 ",
        "Mar  9 10:00:00 2026 proxy1 squid[12]: ",
        "<134>Mar 10 10:00:00 192.0.2.1 ",
        "<134>1 2026-03-10T10:00:00Z proxy1 app 12 - - ",
        '<134>1 2026-03-10T10:00:00.123+01:00 proxy1 app 12 ID47 [meta sequenceId="7" x="a \\" ] b"] ',
        "2026-03-10T10:00:00+00:00 proxy1 app: ",
        "proxy1\tProxyLog\t0\t",
        "Nov 30 16:09:08 ",
    ],
)
def test_envelopes_are_taken_off(tmp_path: Path, head: str) -> None:
    result = read(made_up(tmp_path, W3C), f"{head}#Fields: when who host\n{head}2026-03-10T10:00:00 ann one.example\n")
    assert rows(result) == [("ann", "one.example")]
    assert counts(result) == {"events": 1, "directives": 1}


def test_what_is_no_envelope_is_left_alone() -> None:
    lines = pl.Series(["1773136800.779 180 192.0.2.24", "one two three", "", "1,2026/03/10 10:00:00,x"])
    assert all(unwrap(lines, head)["text"].to_list() == [None] * 4 for head in HEADS)


def test_lines_are_taken_out_of_objects() -> None:
    lines = [
        '{"message": "one"}',
        '{"@timestamp": "2026-03-10", "message": "<134>a \\"b\\" \\\\ c", "event": {"original": "x \\"y\\""}}',
        '{"log":"two\\n","stream":"stdout"}',
        '{"MESSAGE":"three","_PID":"5"}',
        '{"preview":false,"result":{"_raw":"four"}}',
        '{"message":"cut',
        '{"message":"a\\rb"}',
        '{"msg":"five"}',
        "message",
        "",
    ]
    found = unpacked(pl.Series(lines)).to_list()
    assert found == ["one", 'x "y"', "two", "three", "four", None, None, None, None, None]


COLUMNS = 'parser = "columns"\nseparator = ","\ncolumns = ["when", "who", "host", "path"]\n'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2026-03-10T10:00:00,ann,one.example,/a", [("ann", "one.example/a")]),
        ('"2026-03-10T10:00:00","a, ""b""","one.example","/a"', [('a, "b"', "one.example/a")]),
        ('2026-03-10T10:00:00, "ann" ,one.example,"/a,b"', [("ann", "one.example/a,b")]),
        ("2026-03-10T10:00:00,,one.example,", [(None, "one.example")]),
        ("2026-03-10T10:00:00,ann,one.example", []),
        ("2026-03-10T10:00:00,ann,one.example,/a,more", []),
        ('2026-03-10T10:00:00,"ann,one.example,/a', []),
    ],
)
def test_columns_without_a_header(tmp_path: Path, line: str, expected: list[tuple[str, str]]) -> None:
    assert rows(read(made_up(tmp_path, COLUMNS), line + "\n")) == expected


def test_columns_may_be_missing_or_follow_where_a_format_says_so(tmp_path: Path) -> None:
    log_format = made_up(tmp_path, COLUMNS + "optional = 1\nextra = true\n")
    text = "2026-03-10T10:00:00,ann,one.example\n2026-03-10T10:00:00,ann,one.example,/a,b,c\n"
    assert rows(read(log_format, text)) == [("ann", "one.example"), ("ann", "one.example/a")]


KEYS = 'parser = "keyvalue"\nneeds = ["host"]\n'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("when=2026-03-10T10:00:00 who=ann host=one.example path=/a", ("ann", "one.example/a")),
        ("<188>host=one.example path=/a who=ann when=2026-03-10T10:00:00", ("ann", "one.example/a")),
        ('when=2026-03-10T10:00:00 agent="odd who=eve x" host="one.example" who="ann"', ("ann", "one.example")),
        (r'when=2026-03-10T10:00:00 agent="a \" who=eve" host=one.example who=ann', ("ann", "one.example")),
        ("when=2026-03-10T10:00:00 note=two words who=ann ray host=one.example", ("ann ray", "one.example")),
        ("Mar 10 10:00:00 fw1 app[3]: when=2026-03-10T10:00:00 who=ann host=one.example", ("ann", "one.example")),
        ('when=2026-03-10T10:00:00 who="" host=one.example path=-', (None, "one.example")),
        ("when=2026-03-10T10:00:00 host=one.example path=/?who=eve", (None, "one.example/?who=eve")),
        ('when=2026-03-10T10:00:00 agent="a\x1fwho=eve" host=one.example who=ann', ("ann", "one.example")),
    ],
)
def test_keys_and_values(tmp_path: Path, line: str, expected: tuple[str, str]) -> None:
    assert rows(read(made_up(tmp_path, KEYS), line + "\n")) == [expected]


def test_keys_parted_by_tabs_hold_anything_else(tmp_path: Path) -> None:
    log_format = made_up(tmp_path, KEYS + 'separator = "\\t"\n')
    text = 'when=2026-03-10T10:00:00\tagent=a who=eve b\thost=one.example\twho=""ann""\n'
    assert rows(read(log_format, text)) == [("ann", "one.example")]


JSON = 'parser = "json"\nroot = "event"\nneeds = ["host"]\n'
STARTS = "record_start = '\\{'\n"
ONE = '{"event": {"when": "2026-03-10T10:00:00", "who": "ann", "host": "one.example", "path": "/a", "n": 1}}'
PRETTY = '{\n  "event": {\n    "when": "2026-03-10T10:00:01",\n    "who": "bob",\n    "host": "two.example"\n  }\n}'


def test_objects_one_to_a_line_or_over_several(tmp_path: Path) -> None:
    log_format = made_up(tmp_path, JSON, STARTS)
    result = read(log_format, f"[\n{ONE},\n{PRETTY}\n{ONE}\n]\n")
    assert rows(result) == [("ann", "one.example/a"), ("bob", "two.example"), ("ann", "one.example/a")]
    assert result.parsed["log_line"].to_list() == [2, 3, 10]
    assert counts(result) == {"events": 3, "directives": 2, "continuations": 6}


def test_a_broken_object_costs_no_other(tmp_path: Path) -> None:
    log_format = made_up(tmp_path, JSON, STARTS)
    cut = PRETTY[: PRETTY.index("two")]
    result = read(log_format, f"{ONE}\n{cut}\n{ONE[:40]}\nnoise\n{ONE}\n{{}}\n[1]\n" + '{"event": "text"}\n')
    assert rows(result) == [("ann", "one.example/a")] * 2
    counts(result)


def test_values_of_any_kind_become_text(tmp_path: Path) -> None:
    log_format = made_up(tmp_path, JSON)
    line = '{"event": {"when": "2026-03-10T10:00:00", "who": 7, "host": "x.example", "path": ["/a", "/b"]}}'
    assert rows(read(log_format, line)) == [("7", "x.example/a;/b")]


@pytest.mark.parametrize("name", ["FELLS\\\\petra", "a\\tb", 'x\\"y', "caf\\u00e9"])
def test_texts_inside_objects_are_unescaped_once(tmp_path: Path, name: str) -> None:
    line = '{"event": {"when": "2026-03-10T10:00:00", "who": "%s", "host": "one.example", "n": {"m": "%s"}}}'
    layout = JSON + '[layout.fields]\nvendor_category = "n.m"\n'
    result = read(made_up(tmp_path, layout), line % (name, name) + "\n")
    expected = json.loads(f'"{name}"')
    assert result.parsed.select("user_name", "vendor_category").rows() == [(expected, expected)]


@pytest.mark.parametrize(
    "line",
    [
        'when=2026-03-10T10:00:00 agent="x" who="eve" y=" host=one.example who=ann',
        "when=2026-03-10T10:00:00 agent=odd who=eve host=one.example who=ann",
    ],
)
def test_a_key_that_comes_twice_and_says_two_things_names_nobody(tmp_path: Path, line: str) -> None:
    result = read(made_up(tmp_path, KEYS), line + "\n")
    assert counts(result) == {"rejects": 1}


def test_a_key_that_says_the_same_thing_twice_is_no_harm(tmp_path: Path) -> None:
    line = 'when=2026-03-10T10:00:00 who=ann host=one.example who="ann"\n'
    assert rows(read(made_up(tmp_path, KEYS), line)) == [("ann", "one.example")]


def test_an_envelope_is_not_taken_for_the_beginning_of_the_record(tmp_path: Path) -> None:
    layout = 'parser = "keyvalue"\nseparator = "\\t"\nneeds = ["host"]\nhead = "^(?P<when>[^\\t]*)\\t"\n'
    log_format = made_up(tmp_path, layout)
    record = "2026-03-10T10:00:00\twho=ann\thost=one.example\n"
    for head in (
        "",
        "Mar 10 10:00:05 gw1 ",
        "<14>Mar 10 10:00:05 gw1 tag: ",
        "<14>1 2026-03-10T10:00:05Z gw1 a b c - ",
    ):
        assert rows(read(log_format, head + record)) == [("ann", "one.example")], head
    assert counts(read(log_format, "Mar 10 10:00:05 gw1 whenever\twho=ann\thost=one.example\n")) == {"rejects": 1}


def test_cef_with_escapes(tmp_path: Path) -> None:
    log_format = made_up(tmp_path, 'parser = "cef"\nneeds = ["host"]\nchecks = { device_vendor = "^Made|Up$" }\n')
    line = (
        "Mar 10 10:00:00 gw1 CEF:0|Made\\|Up|Web|1.0|100|Request|3|when=2026-03-10T10:00:00 who=ann ray "
        "path=/a?who\\=eve host=one.example"
    )
    assert rows(read(log_format, line + "\n")) == [("ann ray", "one.example/a?who=eve")]


@pytest.mark.parametrize(
    "line",
    [
        "LEEF:1.0|Made|Web|1|e|when=2026-03-10T10:00:00\twho=ann ray\thost=one.example\n",
        "<13>Mar 10 10:00:00 gw1 LEEF: 1.0|Made|Web|1|e|when=2026-03-10T10:00:00#011who=ann ray#011host=one.example\n",
        "LEEF:2.0|Made|Web|1|e|^|when=2026-03-10T10:00:00^who=ann ray^host=one.example\n",
        "LEEF:2.0|Made|Web|1|e|x7C|when=2026-03-10T10:00:00|who=ann ray|host=one.example\n",
        "LEEF:2.0|Made|Web|1|e|when=2026-03-10T10:00:00\twho=ann ray\thost=one.example\n",
    ],
)
def test_leef_with_each_kind_of_delimiter(tmp_path: Path, line: str) -> None:
    log_format = made_up(tmp_path, 'parser = "leef"\nneeds = ["host"]\n')
    assert rows(read(log_format, line)) == [("ann ray", "one.example")]


@given(
    size=st.integers(1, 400),
    noise=st.lists(st.sampled_from([ONE, PRETTY, "noise", "", "}", "[", PRETTY[:50]]), max_size=12),
)
@settings(max_examples=60, deadline=None)
def test_where_chunks_are_cut_makes_no_difference(
    tmp_path_factory: pytest.TempPathFactory, size: int, noise: list[str]
) -> None:
    log_format = made_up(tmp_path_factory.mktemp("format"), JSON, STARTS)
    data = "".join(line + "\n" for line in noise).encode()
    chunks, held, line = [], b"", 1
    for start in range(0, len(data), size):  # pieces of whole lines, as a log file gives them
        held += data[start : start + size]
        end = held.rfind(b"\n") + 1
        if end:
            chunks.append(Chunk(held[:end], line))
            line += held[:end].count(b"\n")
            held = held[end:]
    whole = parse_chunk(Chunk(data, 1), log_format, "UTC") if data else None
    parts = [parse_chunk(chunk, log_format, "UTC") for chunk in cut_at_records(chunks, log_format.record_start)]
    for part in parts:
        counts(part)
    places = [row for part in parts for row in part.parsed.select("log_line", "user_name").rows()]
    assert places == (whole.parsed.select("log_line", "user_name").rows() if whole else [])
    assert sum(part.lines for part in parts) == (whole.lines if whole else 0)


TIMES = [
    ("epoch", "1773136800", "2026-03-10T10:00:00"),
    ("epoch", "1773136800.5", "2026-03-10T10:00:00.5"),
    ("epoch", "1773136800500", "2026-03-10T10:00:00.5"),
    ("epoch", "1773136800500000", "2026-03-10T10:00:00.5"),
    ("epoch", "1773136800500000000", "2026-03-10T10:00:00.5"),
    ("iso", "2026-03-10 10:00:00", "2026-03-10T10:00:00"),
    ("iso", "2026-03-10T10:00:00.25+01:00", "2026-03-10T09:00:00.25"),
    ("iso", "2026-03-10 10:00:00 UTC", "2026-03-10T10:00:00"),
    ("%a %b %d %H:%M:%S %Y", "Tue Mar 10 10:00:00 2026", "2026-03-10T10:00:00"),
    ("%d/%b/%Y:%H:%M:%S %z", "10/Mar/2026:10:00:00 -0500", "2026-03-10T15:00:00"),
    ("%Y.%m.%d %H:%M:%S", "2026.3.1 9:05:07", "2026-03-01T09:05:07"),
]


@pytest.mark.parametrize(("style", "written", "expected"), TIMES)
def test_styles_of_time(tmp_path: Path, style: str, written: str, expected: str) -> None:
    path = tmp_path / "made_up.toml"
    columns = 'parser = "columns"\nseparator = "|"\ncolumns = ["when", "who", "host"]\n'
    path.write_text(HEAD.replace('["iso"]', f'["{style}"]') + columns)
    found = read(load_format(path), f"{written}|ann|one.example\n").parsed["event_start"].to_list()
    assert found == [datetime.fromisoformat(expected).replace(tzinfo=UTC)]


def test_faults_of_templates_and_layouts_are_all_named(tmp_path: Path) -> None:
    path = tmp_path / "made_up.toml"
    path.write_text(
        HEAD.replace('"when"', '"{when"').replace("user_name", "user_nmae")
        + 'parser = "colums"\n[[layout]]\nparser = "columns"\ncolumns = ["host"]\n[layout.checks]\nhots = "("\n'
    )
    with pytest.raises(DefinitionError) as caught:
        load_format(path)
    whats = [problem.what for problem in caught.value.problems]
    assert "time: a brace or bracket has no partner at character 1 of '{when'" in whats
    assert "unknown target 'user_nmae'" in whats
    assert "unknown parser 'colums'" in whats
    assert "unknown column 'hots'" in whats
    assert any(what.startswith("not a regular expression") for what in whats)
