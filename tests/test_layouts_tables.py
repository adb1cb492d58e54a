"""Tables: a line that names the columns stands above the others, in whatever order somebody chose."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from netaudit.definitions.format_files import load_format
from netaudit.definitions.formats import Format
from netaudit.errors import DefinitionError
from netaudit.ingest import ParsedChunk, parse_chunk
from netaudit.ingest.headers import ODD
from netaudit.ingest.logfile import Chunk, LogFile
from netaudit.ingest.reader import LogReader

DEFINITION = """
name = "{name}"
title = "Made up {name}"
signature = '(?i)user ?name'
[time]
styles = ["iso"]
[[layout]]
parser = "table"
header = ["time|datetime", "username", "{own}"]
[layout.checks]
when = '^\\d'
[layout.parts]
when = ["datetime", "time"]
[layout.fields]
time = "when"
user_name = "username"
source_ip = "clientip"
url_full = "{own}"
vendor_category = "class"
[[sample]]
line = "nothing"
outcome = "reject"
"""
HEADING = "Time,Client_IP,User Name,Class,URL"
ROW = "2026-03-10 08:16:01,192.0.2.36,{user},News,http://www.example.com/"


def definition(folder: Path, name: str = "made_up", own: str = "url") -> Format:
    (folder / f"{name}.toml").write_text(DEFINITION.format(name=name, own=own), encoding="utf-8")
    return load_format(folder / f"{name}.toml")


@pytest.fixture
def made_up(tmp_path: Path) -> Format:
    return definition(tmp_path)


def read(log_format: Format, text: str, header: str = "") -> ParsedChunk:
    return parse_chunk(Chunk(text.encode(), 1), log_format, "UTC", header=header)


def users(result: ParsedChunk) -> list[str | None]:
    return result.parsed["user_name"].cast(pl.String).to_list()


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADING}\n{ROW}\n",
        "\ufeffURL,username,DateTime,Client IP\nhttp://www.example.com/,{user},2026-03-10T08:16:01Z,192.0.2.36\n",
        '"time";"url";"class";"user-name";"client ip"\n"2026-03-10 08:16:01";"http://www.example.com/";"a;b";"{user}";"192.0.2.36"\n',
        "time\turl\tUSERNAME\tclientIP\n2026-03-10 08:16:01\thttp://www.example.com/\t{user}\t192.0.2.36\n",
        'Time,"Bytes, in",URL,User Name,Client IP\r\n2026-03-10 08:16:01,7,http://www.example.com/,{user},192.0.2.36\r\n',
    ],
    ids=["commas", "another order", "semicolons", "tabs", "a comma in a name"],
)
def test_columns_are_found_by_their_names(made_up: Format, text: str) -> None:
    result = read(made_up, text.replace("{user}", "aiko.brandt"))
    assert (result.lines, result.directives, result.rejects.height) == (2, 1, 0)
    event = result.parsed.row(0, named=True)
    assert event["event_start"] == datetime(2026, 3, 10, 8, 16, 1, tzinfo=UTC)
    assert (event["user_name"], event["source_ip"]) == ("aiko.brandt", "192.0.2.36")
    assert event["url_full"] == "http://www.example.com/"


def test_the_names_hold_until_others_come(made_up: Format) -> None:
    above = read(made_up, f"{HEADING}\n{ROW}\n")
    below = read(made_up, f"{ROW.format(user='cara')}\n{HEADING}\n{ROW.format(user='dan')}\n", above.header)
    assert users(below) == ["cara", "dan"]
    assert below.directives == 1
    turned = "User Name,Time,URL\nemil,2026-03-10 08:16:02,http://www.example.com/\n"
    after = read(made_up, turned, below.header)
    assert users(after) == ["emil"]
    assert after.header == "User Name,Time,URL"


def test_lines_without_names_or_with_other_columns_are_set_aside(made_up: Format) -> None:
    result = read(made_up, f"{ROW}\n{HEADING}\n{ROW},more\n2026-03-10 08:16:01,192.0.2.36,ai\n,,,,\n{ROW}\n")
    assert (result.lines, result.parsed.height, result.directives) == (6, 1, 1)
    assert result.rejects["reason"].to_list().count(ODD) == 2
    assert result.rejects["log_line"].to_list() == [1, 3, 4, 5]


@pytest.mark.parametrize(
    "line",
    [
        'time,"url,username',
        ",".join(["time", "url", "username"] * 4000),
        "time,url,username" + ",a" * 3000,
        "timeurlusername",
        "time|url,username",
        "time,url," + '"' * 9000 + "username",
        "\0time,url,username",
    ],
)
def test_what_only_looks_like_names_is_no_heading(made_up: Format, line: str) -> None:
    result = read(made_up, f"{line}\n2026-03-10 08:16:01,http://www.example.com/,ann\n")
    assert result.lines == result.parsed.height + result.rejects.height + result.directives + result.blank
    assert not result.parsed.height or result.directives


def test_a_line_of_names_may_be_long(made_up: Format) -> None:
    names = "time,url,username" + ",a" * 997
    row = "2026-03-10 08:16:01,http://www.example.com/,ann" + ",7" * 997
    assert users(read(made_up, f"{names}\n{row}\n{row},7\n")) == ["ann"]


def test_a_transport_may_stand_before_each_line(made_up: Format) -> None:
    head = "<134>Mar 10 08:16:02 gate1 export: "
    lines = "".join(f"{head}{line}\n" for line in (HEADING, ROW.format(user="ann"), ROW.format(user="cara")))
    result = read(made_up, lines)
    assert users(result) == ["ann", "cara"]
    assert users(read(made_up, f"{head}{ROW.format(user='dan')}\n", result.header)) == ["dan"]


def test_each_product_of_a_file_has_its_own_names(tmp_path: Path) -> None:
    formats = (definition(tmp_path), definition(tmp_path, "other", "address"))
    mine = f"{HEADING}\n" + f"{ROW}\n" * 30
    other = "address,time,username\n" + "http://www.example.com/,2026-03-10 08:16:01,cara\n" * 300
    (tmp_path / "both.csv").write_text(mine + other)
    chunks = list(LogReader(LogFile(tmp_path / "both.csv"), formats).chunks(2000))
    assert len(chunks) > 3
    found = pl.concat(one.parsed.select(pl.col("event_dataset", "user_name").cast(pl.String)) for one in chunks)
    assert found["event_dataset"].value_counts(sort=True).rows() == [("other", 300), ("made_up", 30)]
    assert found.filter(event_dataset="other")["user_name"].unique().to_list() == ["cara"]
    assert sum(one.rejects.height for one in chunks) == 0
    assert sum(one.directives for one in chunks) == 2


@pytest.mark.parametrize(
    ("layout", "told"),
    [
        ('parser = "table"\n', "'header' is missing"),
        ('parser = "table"\nheader = ["User Name"]\n', "'User Name' is not written as names are compared"),
        ('parser = "table"\nheader = ["url|"]\n', "'' is not written as names are compared"),
        ('parser = "table"\nheader = ["url"]\ncolumns = ["a"]\n', "parser 'table' has no key 'columns'"),
        (
            'parser = "table"\nheader = ["url"]\n[layout.fields]\nuser_name = "{User}"\n',
            "'User' is not written as names are compared",
        ),
        (
            'parser = "table"\nheader = ["url"]\n[[layout]]\nparser = "w3c"\nneeds = ["url"]\n',
            "lines are named by headers of two kinds: table and w3c",
        ),
    ],
)
def test_faults_are_told(tmp_path: Path, layout: str, told: str) -> None:
    path = tmp_path / "m.toml"
    top = 'name = "m"\ntitle = "M"\n[time]\nstyles = ["iso"]\n[fields]\ntime = "time"\nurl_full = "url"\n'
    path.write_text(f"{top}[[sample]]\nline = 'x'\noutcome = 'reject'\n[[layout]]\n{layout}")
    with pytest.raises(DefinitionError) as caught:
        load_format(path)
    problems = caught.value.problems
    assert any(told in problem.what for problem in problems), problems
    assert all(problem.where.startswith(str(path)) and problem.remedy for problem in problems)
