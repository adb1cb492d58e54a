"""What a format can say of its fields: parts, conditions, encodings, records of other things; nothing breaks it."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_material import SHARED, needs_shared

from netaudit.definitions.format_files import load_format, load_formats
from netaudit.definitions.formats import Format
from netaudit.errors import DefinitionError
from netaudit.ingest import cut_at_records, parse_chunk
from netaudit.ingest.logfile import Chunk

FORMATS = {one.name: one for one in load_formats()}
FOLDERS = {
    name: name
    for name in (
        "azure-firewall", "barracuda-cloudgen", "bluecoat-proxysg", "bluecoat-wss", "cato-sase", "iis-w3c",
        "isa-tmg-w3c", "menlo", "netskope-transaction", "umbrella-proxy", "zscaler-nss",
    )
}  # fmt: skip

HEAD = """
name = "made_up"
title = "Made up"
[time]
styles = ["iso", "%b %d %H:%M:%S UTC %Y", "%d.%m.%Y %H:%MZ"]
[values]
null = ["-", "none"]
percent = ["who", "agent"]
base64 = ["b64page"]
[parts]
page = ["address", "b64page"]
scheme = ['{kind~^(?i)https()$}https', '{kind~^(?i)http()$}http']
[fields]
time = "when"
url_full = ['tunnel://{verb~^CONNECT()$}{page~^([^/]+)}', "{scheme}://{page}", "page"]
user_name = "{who~@}"
user_agent_original = "agent"
vendor_category = "kinds"
[[sample]]
line = "nothing"
outcome = "reject"
"""
KEYS = '[[layout]]\nparser = "keyvalue"\nneeds = ["page"]\n'
WHEN = "when=2026-03-10T10:00:00"


def made_up(tmp_path: Path, layouts: str) -> Format:
    path = tmp_path / "made_up.toml"
    path.write_text(HEAD + layouts, encoding="utf-8")
    return load_format(path)


def urls(log_format: Format, text: str) -> list[str]:
    return parse_chunk(Chunk(text.encode(), 1), log_format, "Europe/London").parsed["url_full"].to_list()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{WHEN} kind=HTTPS address=one.example/a", "https://one.example/a"),
        (f"{WHEN} kind=http b64page=b25lLmV4YW1wbGUvYQ==", "http://one.example/a"),
        (f"{WHEN} kind=http address=none b64page=b25lLmV4YW1wbGUvYQ==", "http://one.example/a"),
        (f"{WHEN} kind=ftp address=one.example/a", "one.example/a"),
        (f"{WHEN} kind=HTTPS verb=CONNECT address=one.example:443/", "tunnel://one.example:443"),
        (f"{WHEN} kind=HTTPS b64page=not!base64", "https://not!base64"),
    ],
)
def test_parts_and_conditions_make_an_address(tmp_path: Path, line: str, expected: str) -> None:
    assert urls(made_up(tmp_path, KEYS), line + "\n") == [expected]


@pytest.mark.parametrize(
    ("written", "user"),
    [
        ("ann@one.example", "ann@one.example"),
        ("ann%40one.example", "ann@one.example"),
        ("100%25@one.example", "100%@one.example"),
        ("a%0Ab@one.example", "a%0Ab@one.example"),  # a line feed is left as it was written
        ("Town%20Hall", None),
    ],
)
def test_characters_written_with_a_percent_sign_are_read(tmp_path: Path, written: str, user: str | None) -> None:
    chunk = Chunk(f"{WHEN} address=one.example who={written}\n".encode(), 1)
    assert parse_chunk(chunk, made_up(tmp_path, KEYS), "UTC").parsed["user_name"].to_list() == [user]


def test_keys_parted_by_commas_may_hold_commas(tmp_path: Path) -> None:
    log_format = made_up(tmp_path, KEYS + 'separator = ","\n')
    quoted = f'{WHEN},kind="http",kinds="news, address=two.example",address="one.example/a,b"\n'
    plain = f"{WHEN}, kind=http, kinds=news, sport, address=one.example/a,b\n"
    assert urls(log_format, quoted + plain) == ["http://one.example/a,b"] * 2


def test_keys_may_stand_in_quotes(tmp_path: Path) -> None:
    log_format = made_up(tmp_path, KEYS + 'separator = "\\t"\n')
    text = '"when"="2026-03-10T10:00:00"\t"kind"=""http""\t"address"="one.example"\n'
    assert urls(log_format, text) == ["http://one.example"]


def test_records_of_other_things_are_counted_as_such(tmp_path: Path) -> None:
    other = '[[layout]]\nparser = "keyvalue"\nneeds = ["question"]\nweb = false\n'
    remark = "[[layout]]\nparser = \"regex\"\npattern = '^the server \\w+'\nweb = false\n"
    log_format = made_up(tmp_path, KEYS + other + remark)
    text = (
        f"{WHEN} address=one.example\n{WHEN} question=one.example\nthe server rests\nMar 10 10:00:00 the server ran\n"
    )
    read = parse_chunk(Chunk((text + "?\n").encode(), 1), log_format, "UTC")
    assert (read.lines, read.parsed.height, read.not_web, read.rejects.height) == (5, 1, 3, 1)


def test_a_pattern_may_name_fields_for_templates(tmp_path: Path) -> None:
    layout = (
        '[[layout]]\nparser = "regex"\n'
        "pattern = '^(?P<when>\\S+) (?P<kind>\\S+) (?P<address>\\S+)(?: (?P<who>.*))?$'\n"
        '[layout.fields]\nuser_agent_original = "{who~^([a-z]+)}"\n'
    )
    read = parse_chunk(Chunk(b"2026-03-10T10:00:00 http one.example ann ray\n", 1), made_up(tmp_path, layout), "UTC")
    assert read.parsed.select("url_full", "user_agent_original").rows() == [("http://one.example", "ann")]


def test_an_object_may_be_judged_by_what_stands_around_it(tmp_path: Path) -> None:
    layout = '[[layout]]\nparser = "json"\nroot = "event"\nneeds = ["page"]\n[layout.checks]\n"/source" = "^web$"\n'
    inner = '"event": {"when": "2026-03-10T10:00:00", "address": "one.example", "kinds": ["a, b", "c"]}'
    text = f'{{"source": "web", {inner}}}\n{{"source": "dns", {inner}}}\n{{{inner}}}\n'
    read = parse_chunk(Chunk(text.encode(), 1), made_up(tmp_path, layout), "UTC")
    assert read.parsed.select("log_line", "vendor_category").rows() == [(1, "a, b;c")]


def test_leef_whose_tabs_have_become_spaces(tmp_path: Path) -> None:
    layout = '[[layout]]\nparser = "leef"\nneeds = ["page"]\n'
    text = f"LEEF:1.0|Made|Web|1|e|{WHEN} kinds=two words address=one.example\n"
    assert urls(made_up(tmp_path, layout), text + text.replace(" ", "\t")) == ["one.example"] * 2


@pytest.mark.parametrize("written", ["Jul 10 10:00:00 UTC 2026", "10.07.2026 10:00Z"])
def test_a_style_that_names_greenwich_is_not_local(tmp_path: Path, written: str) -> None:
    layout = '[[layout]]\nparser = "columns"\nseparator = "|"\ncolumns = ["when", "address"]\n'
    chunk = Chunk(f"{written}|one.example\n".encode(), 1)
    read = parse_chunk(chunk, made_up(tmp_path, layout), "Europe/London")
    assert read.parsed["event_start"].to_list() == [datetime(2026, 7, 10, 10, tzinfo=UTC)]


def test_faults_of_parts_are_named(tmp_path: Path) -> None:
    path = tmp_path / "made_up.toml"
    path.write_text(HEAD.replace('"iso"', '"%H"') + KEYS + '[layout.parts]\nkinds = ["kinds", "{kind"]\n')
    with pytest.raises(DefinitionError) as caught:
        load_format(path)
    whats = [problem.what for problem in caught.value.problems]
    assert "kinds: a brace or bracket has no partner at character 1 of '{kind'" in whats
    assert any(what.startswith("'%H' is no style of time:") for what in whats)
    assert "the part 'kinds' is made of a field of the same name" in whats


PIECES = [
    b'"',
    b"{",
    b"}",
    b"[",
    b"\\",
    b"\t",
    b"\n",
    b"\r",
    b"\x00",
    b"=",
    b"%",
    b"|",
    b'""',
    b"\xff",
    b"\\u12",
    b"CEF:0|",
]


@needs_shared
@given(st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_cut_flipped_and_stuffed_real_logs_are_accounted_for(chance: random.Random) -> None:
    folder = chance.choice(sorted(FOLDERS))
    log_format = FORMATS[FOLDERS[folder]]
    data = bytearray(chance.choice(sorted((SHARED / "logs" / folder).glob("*.log"))).read_bytes()[:6_000])
    for _ in range(chance.randrange(12)):
        place = chance.randrange(len(data))
        change = chance.randrange(3)
        if change == 0:
            data[place] = chance.randrange(256)
        elif change == 1:
            data[place:place] = chance.choice(PIECES)
        else:
            del data[place : place + chance.randrange(1, 40)]
    cut = bytes(data[: chance.randrange(1, len(data))])
    lines = 0
    for chunk in cut_at_records([Chunk(cut, 1)], log_format.record_start):
        read = parse_chunk(chunk, log_format, "UTC")
        lines += read.lines
        counted = read.not_web + read.blank + read.directives + read.continuations
        assert read.lines == read.parsed.height + read.rejects.height + counted
    assert lines == cut.count(b"\n") + (not cut.endswith(b"\n"))
