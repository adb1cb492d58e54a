"""`netaudit formats try`: every line of a file once, with what became of it, and nothing left behind."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.cli import main
from netaudit.contracts import PARSED
from netaudit.definitions.format_files import load_formats
from netaudit.ingest import LogFile, LogReader
from netaudit.ingest.logfile import LINE_BYTES
from netaudit.pipeline.delivered import among_themselves
from netaudit.pipeline.line_outcomes import line_outcomes

FORMATS = load_formats()
SQUID = [one for one in FORMATS if one.name == "squid"]
LINE = (
    "1773136800.779    180 192.0.2.24 TCP_MISS/200 4083 GET http://www.example.com/secret?q=1 aiko.brandt "
    "HIER_DIRECT/198.51.100.7 text/html\n"
)


def run(*arguments: str, text: str | bytes = "") -> Result:
    return CliRunner().invoke(main, ["formats", *arguments], input=text)


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_line_is_an_object_and_an_event_has_all_that_was_read(in_folder: Path) -> None:
    (in_folder / "a.log").write_text(LINE + "\n" + "1773136802.640     12 192.0.2.19 TCP_MI\n")
    result = run("try", "--json", "a.log")
    assert result.exit_code == 0
    event, blank, reject = objects(result)
    assert event == {
        "log_file": "a.log",
        "log_line": 1,
        "outcome": "event",
        "reason": None,
        "event_dataset": "squid",
        "event_start": "2026-03-10T10:00:00.599Z",
        "event_end": "2026-03-10T10:00:00.779Z",
        "event_duration_ms": 180,
        "event_action": "TCP_MISS",
        "user_name": "aiko.brandt",
        "source_ip": "192.0.2.24",
        "url_full": "http://www.example.com/secret?q=1",
        "url_scheme": "http",
        "url_domain": "www.example.com",
        "url_path": "/secret",
        "http_request_referrer": None,
        "user_agent_original": None,
        "http_request_method": "GET",
        "http_request_bytes": None,
        "http_response_bytes": 4083,
        "http_response_status_code": 200,
        "http_response_mime_type": "text/html",
        "disposition": "allowed",
        "vendor_category": None,
    }
    assert set(PARSED.schema) <= set(event)
    assert blank == {"log_file": "a.log", "log_line": 2, "outcome": "blank", "reason": None, "event_dataset": "squid"}
    assert (reject["outcome"], reject["reason"]) == ("reject", "too few columns")
    assert "user_name" not in reject


def test_it_warns_of_names_and_leaves_nothing_behind(in_folder: Path) -> None:
    (in_folder / "a.log").write_text(LINE)
    for options in (("--json",), ()):
        result = run("try", *options, "a.log")
        assert result.stderr.startswith("warning: this shows names, addresses and pages of people")
        assert "aiko" not in result.stderr
    assert os.listdir(in_folder) == ["a.log"]  # noqa: PTH208 - hidden files too


def test_a_person_gets_a_table_of_the_first_lines(in_folder: Path) -> None:
    (in_folder / "a.log").write_text(LINE * 30)
    said = run("try", "a.log").stdout.splitlines()
    assert said[:2] == ["a.log: squid", "  first 30 lines: 30 event"]
    assert len(said) == 2 + 1 + 20
    assert "aiko.brandt" in said[3]
    assert "http://www.example.com/secret?q=1" in said[3]


def test_what_a_log_says_steers_no_terminal(in_folder: Path) -> None:
    odd = LINE.replace("aiko.brandt", "ann\u202e\u009b2J\u2028x")
    (in_folder / "a.log").write_text(odd)
    for options in (("--json",), ()):
        out = run("try", *options, "a.log").stdout
        assert not {"\u202e", "\u009b", "\u2028"} & set(out)
    (event,) = objects(run("try", "--json", "a.log"))
    assert event["user_name"] == "ann\u202e\u009b2J\u2028x"


def test_standard_input_is_read_and_a_format_can_be_named() -> None:
    result = run("try", "--json", "--format", "squid", "-", text="junk\n" + LINE)
    assert result.exit_code == 0
    assert [(one["log_file"], one["outcome"]) for one in objects(result)] == [("-", "reject"), ("-", "event")]
    wrong = run("try", "--format", "sqiud", "-", text=LINE)
    assert wrong.exit_code == 2
    assert "error: there is no format 'sqiud'" in wrong.stderr
    assert "squid" in wrong.stderr


def test_files_that_cannot_be_read_or_are_unknown_end_with_2_after_the_others(in_folder: Path) -> None:
    (in_folder / "a.log").write_text("what is this\n\nno log\n")
    (in_folder / "b.log").write_text(LINE)
    whole = gzip.compress((LINE * 500).encode())
    (in_folder / "c.log.gz").write_bytes(whole[: len(whole) // 2])
    result = run("try", "--json", "a.log", "b.log", "c.log.gz", "gone.log")
    assert result.exit_code == 2
    found = objects(result)
    told = {name: [one["outcome"] for one in found if one["log_file"] == name] for name in ("a.log", "b.log")}
    assert told == {"a.log": ["reject", "blank", "reject"], "b.log": ["event"]}
    assert found[0]["reason"] == "no known format reads this file"
    assert found[0]["event_dataset"] is None
    damaged = [one for one in found if one["log_file"] == "c.log.gz"]
    assert [one["log_line"] for one in damaged] == list(range(1, len(damaged) + 1))
    for problem in ("--> a.log", "--> c.log.gz", "--> gone.log"):
        assert problem in result.stderr


def test_records_of_several_lines_are_an_event_and_its_continuations(in_folder: Path) -> None:
    record = (
        '{\n  "ts": 1773136800.5,\n  "uid": "CAbc1",\n  "id.orig_h": "192.0.2.24",\n  "id.orig_p": 50000,\n'
        '  "id.resp_h": "198.51.100.7",\n  "id.resp_p": 80,\n  "trans_depth": 1,\n  "method": "GET",\n'
        '  "host": "www.example.com",\n  "uri": "/a",\n  "version": "1.1",\n  "status_code": 200\n}\n'
    )
    (in_folder / "a.log").write_text(record * 2)
    found = objects(run("try", "--json", "a.log"))
    assert [one["log_line"] for one in found] == list(range(1, 29))
    assert [one["outcome"] for one in found] == (["event"] + ["continuation"] * 13) * 2
    assert {one["event_dataset"] for one in found} == {"zeek.http"}


def test_lines_that_are_too_long_and_lines_without_an_end_stand_in_it_once(in_folder: Path) -> None:
    (in_folder / "a.log").write_text(LINE + "x" * (LINE_BYTES + 10) + "\n" + LINE + "1773136802.640     12 192")
    found = objects(run("try", "--json", "a.log"))
    assert [(one["log_line"], one["outcome"]) for one in found] == [
        (1, "event"), (2, "reject"), (3, "event"), (4, "reject"),
    ]  # fmt: skip


def test_the_list_is_the_same_with_and_without_its_name() -> None:
    assert run().stdout == run("list").stdout
    assert run().exit_code == 0


@given(
    st.lists(st.one_of(st.just(LINE.encode()), st.binary(max_size=80).map(lambda one: one + b"\n")), max_size=30),
    st.integers(min_value=1, max_value=4000),
)
@settings(max_examples=40, deadline=None)
def test_every_line_stands_in_it_once_however_the_file_is_cut(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], chunk_bytes: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "a.log"
    data = LINE.encode() + b"".join(pieces)
    path.write_bytes(data)

    def outcomes(size: int) -> pl.DataFrame:
        log = LogFile(path)
        reader, delivery = LogReader(log, SQUID, chosen=True), among_themselves().begin()
        return pl.concat(line_outcomes(log, reader, delivery, size))

    found = outcomes(chunk_bytes)
    assert found["log_line"].to_list() == list(range(1, data.count(b"\n") + 1))
    assert found["outcome"].null_count() == 0
    assert (found["outcome"] == "event").sum() >= 1 + pieces.count(LINE.encode())
    assert found.equals(outcomes(1 << 20))
