"""Headers in the file: they may forget columns, name too many, carry a zone, or be the only place of the day."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from netaudit.definitions.format_files import load_format
from netaudit.definitions.formats import Format
from netaudit.ingest import ParsedChunk, parse_chunk
from netaudit.ingest.headers import DATELESS, FEWER, MORE, ODD, ZONED
from netaudit.ingest.logfile import Chunk
from netaudit.ingest.misfits import realigned

DEFINITION = """
name = "made_up"
title = "Made up"
[time]
styles = ["iso"]
[fields]
time = ["{date}T{time}{#zone}", "{date}T{time}Z", "{#date}T{time}Z"]
user_name = "cs-username"
url_full = "http://{cs-host}[{cs-uri-path}]"
http_request_referrer = "cs(referer)"
vendor_category = "cs-categories"
[[layout]]
parser = "w3c"
needs = ["cs-host"]
[[layout]]
parser = "w3c"
web = false
needs = ["packets"]
[[sample]]
line = "nothing"
outcome = "reject"
"""
NAMES = "date time c-ip cs-host cs-uri-path cs-username rs(Content-Type) cs(Referer) sc-filter-result cs-categories"
ROW = (
    "2026-03-10 08:16:01 192.0.2.36 www.example.com /a {user} text/html http://www.example.com/ {agent}"
    'OBSERVED "News;Games"\n'
)


@pytest.fixture
def made_up(tmp_path: Path) -> Format:
    (tmp_path / "made_up.toml").write_text(DEFINITION, encoding="utf-8")
    return load_format(tmp_path / "made_up.toml")


def read(log_format: Format, text: str, header: str = "") -> ParsedChunk:
    return parse_chunk(Chunk(text.encode(), 1), log_format, "UTC", header=header)


def users(result: ParsedChunk) -> list[str | None]:
    return result.parsed["user_name"].cast(pl.String).to_list()


def test_a_column_that_the_header_forgets_is_found_by_what_columns_look_like(made_up: Format) -> None:
    rows = "".join(ROW.format(user=user, agent='"Mozilla/5.0 (X11)" ') for user in ("ann", "-", "bob"))
    result = read(made_up, f"#Fields: {NAMES}\n{rows}")
    assert users(result) == ["ann", None, "bob"]
    assert result.parsed["vendor_category"].cast(pl.String).to_list() == ["News;Games"] * 3
    assert result.parsed["http_request_referrer"].to_list() == ["http://www.example.com/"] * 3
    assert result.header_doubts == (MORE,)
    assert result.rejects.height == 0


def test_nobody_is_named_where_columns_look_alike(made_up: Format) -> None:
    names = "date time c-ip cs-host cs-uri-path cs-username cs-auth-group sc-filter-result"
    rows = "2026-03-10 08:16:01 192.0.2.36 www.example.com /a staff ann leeds OBSERVED\n" * 3
    result = read(made_up, f"#Fields: {names}\n{rows}")
    assert users(result) == [None] * 3
    assert result.parsed["url_full"].to_list() == ["http://www.example.com/a"] * 3
    assert result.header_doubts == (MORE,)


def test_one_line_that_does_not_fit_among_others_that_do_is_set_aside(made_up: Format) -> None:
    whole = ROW.format(user="ann", agent="")
    result = read(made_up, f"#Fields: {NAMES}\n{whole * 3}{ROW.format(user='ann bob', agent='')}")
    assert users(result) == ["ann"] * 3
    assert result.rejects["reason"].to_list() == [ODD]
    assert result.header_doubts == ()


def test_a_header_that_names_too_much_is_seen_from_several_lines(made_up: Format) -> None:
    header = f"#Fields: {NAMES} x-virus-id s-ip\n"
    row = ROW.format(user="ann", agent="")
    result = read(made_up, header + row * 3)
    assert users(result) == ["ann"] * 3
    assert result.header_doubts == (FEWER,)
    alone = read(made_up, header + row)  # it may have been cut short
    assert alone.parsed.height == 0
    assert alone.rejects["reason"].to_list() == [ODD]


def test_lines_that_look_right_in_no_way_are_set_aside(made_up: Format) -> None:
    rows = ROW.format(user="ann", agent="x ").replace("OBSERVED", "what is this") * 3
    result = read(made_up, f"#Fields: {NAMES}\n{rows}")
    assert result.parsed.height == 0
    assert set(result.rejects["reason"]) == {ODD}


def test_the_date_directive_may_carry_a_zone_and_chunks_remember_it(made_up: Format) -> None:
    header = f"#Date: 2026-03-10 08:02:57 EST (UTC-0400)\n#Fields: {NAMES}\n"
    row = ROW.format(user="ann", agent="")
    first = read(made_up, header + row)
    later = read(made_up, row, first.header)
    plain = read(made_up, "#Date: 2026-03-10 08:02:57\n" + row, first.header)
    assert [one.parsed["event_start"][0] for one in (first, later, plain)] == [
        datetime(2026, 3, 10, 12, 16, 1, tzinfo=UTC),
        datetime(2026, 3, 10, 12, 16, 1, tzinfo=UTC),
        datetime(2026, 3, 10, 8, 16, 1, tzinfo=UTC),
    ]
    assert first.header_doubts == later.header_doubts == (ZONED,)


def test_lines_without_a_date_are_of_the_day_in_the_directive(made_up: Format) -> None:
    result = read(
        made_up, "#Date: 2026-03-10 00:00:00\n#Fields: time cs-host cs-username\n08:16:01 www.example.com ann\n"
    )
    assert result.parsed["event_start"].to_list() == [datetime(2026, 3, 10, 8, 16, 1, tzinfo=UTC)]
    assert result.header_doubts == (DATELESS,)


def test_each_layout_sees_the_header_that_a_line_stands_under(made_up: Format) -> None:
    result = read(
        made_up,
        "#Fields: date time cs-host cs-username\n2026-03-10 08:16:01 www.example.com ann\n"
        "#Fields: date time packets\n2026-03-10 08:16:02 7\n"
        "#Fields: date time cs-username cs-host\n2026-03-10 08:16:03 bob www.example.com\n",
    )
    assert users(result) == ["ann", "bob"]
    assert (result.not_web, result.directives, result.rejects.height) == (1, 3, 0)


def test_a_directive_in_an_envelope_counts_for_lines_in_envelopes(made_up: Format) -> None:
    head = "<134>Mar 10 08:16:02 proxy1 "
    rows = ROW.format(user="ann", agent='"Mozilla/5.0" ')
    result = read(made_up, f"{head}#Fields: {NAMES}\n{head}{rows}{head}{rows}")
    assert users(result) == ["ann", "ann"]
    assert result.header_doubts == (MORE,)


@pytest.mark.parametrize("text", ["", '"', "a", '"a" "b', "\t", "x " * 2_000])
def test_whatever_stands_in_lines_nothing_is_raised(text: str) -> None:
    found, _ = realigned(pl.Series("line", [text, text]), ("date", "cs-host"), " ", {"cs-host"})
    assert found.height == 2
    assert found["cs-host"].null_count() == 2
