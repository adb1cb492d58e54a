"""What device logs need of layouts: values with escapes, a line of column names, lost heads, absurd durations."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from netaudit.definitions.format_files import load_format
from netaudit.definitions.formats import Format
from netaudit.ingest import parse_chunk
from netaudit.ingest.logfile import Chunk

HEAD = """
name = "made_up"
title = "Made up"
[time]
styles = ["iso"]
duration = "s"
[values]
escaped = ["who"]
[parts]
unused = "nowhere"
page = "address"
[fields]
time = "when"
url_full = "page"
user_name = "who"
[[sample]]
line = "nothing"
outcome = "reject"
"""
KEYS = '[[layout]]\nparser = "keyvalue"\nneeds = ["address"]\n[layout.fields]\nevent_duration_ms = "took"\n'


def made_up(tmp_path: Path, layouts: str) -> Format:
    path = tmp_path / "made_up.toml"
    path.write_text(HEAD + layouts, encoding="utf-8")
    return load_format(path)


def read(log_format: Format, text: str) -> pl.DataFrame:
    return parse_chunk(Chunk(text.encode(), 1), log_format, "UTC").parsed


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"EXAMPLE\\ann", r"EXAMPLE\ann"),
        (r"EXAMPLE\ann", r"EXAMPLE\ann"),
        (r"EXAMPLE\\\xc3\xb5m", "EXAMPLE\\õm"),
        (r"EXAMPLE\xbe", r"EXAMPLE\xbe"),  # no letter in UTF-8: the name may begin so
        (r"an\"n", 'an"n'),
    ],
)
def test_escapes_are_undone_in_the_fields_that_have_them(tmp_path: Path, written: str, meant: str) -> None:
    line = f'when=2026-03-10T10:00:00 address=one.example who="{written}"\n'
    assert read(made_up(tmp_path, KEYS), line)["user_name"].to_list() == [meant]


@pytest.mark.parametrize(("took", "start"), [("2", 58), ("99999999999", 0), ("-5", 0), ("long", 0)])
def test_a_duration_that_no_request_has_is_left_out(tmp_path: Path, took: str, start: int) -> None:
    line = f"when=2026-03-10T10:00:00 address=one.example who=ann took={took}\n"
    assert read(made_up(tmp_path, KEYS), line)["event_start"].dt.second().to_list() == [start]


def test_a_line_of_column_names_is_a_directive(tmp_path: Path) -> None:
    layout = '[[layout]]\nparser = "columns"\nseparator = ","\ncolumns = ["when", "who", "address"]\n'
    text = '\ufeff"When",who,Address\n2026-03-10T10:00:00,ann,one.example\nwhen,who,elsewhere.example\n'
    found = parse_chunk(Chunk(text.removeprefix("\ufeff").encode(), 1), made_up(tmp_path, layout), "UTC")
    assert (found.directives, found.parsed.height, found.rejects.height) == (1, 1, 1)


def test_a_leef_line_may_have_lost_its_name(tmp_path: Path) -> None:
    layout = '[[layout]]\nparser = "leef"\n[layout.checks]\ndevice_vendor = "^Maker$"\n'
    line = "1.0|Maker|Box|1|7|when=2026-03-10T10:00:00\taddress=one.example\twho=ann\n"
    assert read(made_up(tmp_path, layout), line)["user_name"].to_list() == ["ann"]


def test_a_layout_reads_only_the_fields_that_it_makes_use_of(tmp_path: Path) -> None:
    other = '[[layout]]\nparser = "keyvalue"\nneeds = ["other"]\nweb = false\n'
    web, not_web = made_up(tmp_path, KEYS + other).layouts
    assert web.wanted() == {"when", "address", "who", "took"}
    assert not_web.wanted() == {"other"}
