"""Ingest: every line is an event, set aside with its reason, or counted."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from shared_material import SHARED, needs_shared

from netaudit.definitions.format_files import load_formats
from netaudit.definitions.formats import Format
from netaudit.errors import DefinitionError, InputError
from netaudit.ingest import (
    LogFile,
    check_format,
    detect,
    find_logs,
    parse_chunk,
    url_parts,
    url_paths,
    user_agent_names,
)
from netaudit.ingest.logfile import LINE_BYTES, Chunk
from netaudit.ingest.parse import ParsedChunk

FORMATS = load_formats()
SQUID = next(one for one in FORMATS if one.name == "squid")
LINE = (
    "1773136800.779    180 192.0.2.24 TCP_MISS/200 4083 GET http://www.example.com/ ann "
    "HIER_DIRECT/198.51.100.7 text/html"
)


def read(data: bytes, log_format: Format = SQUID) -> ParsedChunk:
    return parse_chunk(Chunk(data, 1), log_format, "UTC")


def without_fast_path(log_format: Format) -> Format:
    layouts = tuple(one for one in log_format.layouts if one.parser == "regex")
    return Format(
        **{name: getattr(log_format, name) for name in log_format.__slots__ if name != "layouts"},
        layouts=layouts,
    )


def test_every_pattern_of_the_shipped_formats_can_be_used() -> None:
    """They are not tried again whenever the program starts."""
    assert load_formats(thorough=True) == FORMATS


@pytest.mark.parametrize("log_format", FORMATS, ids=lambda one: one.name)
def test_samples_are_read_as_the_format_says(log_format: Format) -> None:
    assert check_format(log_format) == []


@pytest.mark.parametrize("log_format", FORMATS, ids=lambda one: one.name)
def test_each_sample_is_claimed_by_its_own_format(log_format: Format) -> None:
    for sample in log_format.samples:
        if sample.outcome == "event":
            found = detect(Chunk(sample.line.encode() + b"\n", 1), FORMATS)
            assert found is not None
            assert found.name == log_format.name, sample.line


def test_a_wrong_sample_gets_a_message_that_names_field_and_line(tmp_path: Path) -> None:
    text = SQUID.path.read_text().replace("http_response_bytes = 4083", "http_response_bytes = 4084", 1)
    (tmp_path / "squid.toml").write_text(text)
    log_format = next(one for one in load_formats([tmp_path]) if one.name == "squid")
    (problem,) = check_format(log_format)
    assert str(problem).startswith(
        "sample 1 of format 'squid': http_response_bytes is 4083, not 4084\n"
        f" --> {tmp_path / 'squid.toml'}\n  = help: the line is 1773136800.779    180 192.0.2.24"
    )


def test_all_faults_of_a_format_are_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\ntitle = "Mine"\n[time]\nstyles = ["clock"]\n'
        '[[layout]]\nparser = "regex"\npattern = "(?P<tiem>x)(?=y)"\n'
        '[[layout]]\nparser = "fixed"\n[[sample]]\nline = "x"\nuser_nmae = "ann"\n'
    )
    with pytest.raises(DefinitionError) as caught:
        load_formats([tmp_path])
    whats = [problem.what for problem in caught.value.problems]
    assert "unknown style of time 'clock'" in whats
    assert any(what.startswith("not a regular expression") for what in whats)
    assert "unknown column 'tiem'" in whats
    assert "unknown parser 'fixed'" in whats
    assert "unknown key 'user_nmae'" in whats
    assert any(problem.remedy == "did you mean 'time'?" for problem in caught.value.problems)


tokens = st.sampled_from(
    [
        "1773136800.779",
        "0.000",
        "99999999999",
        "abc",
        "-1",
        "180",
        "192.0.2.24",
        "2001:db8::1",
        "TCP_MISS/200",
        "TCP_DENIED/407",
        "NONE_NONE/000",
        "TCP_MISS",
        "TCP_MISS/2000",
        "GET",
        "CONNECT",
        "get",
        "http://www.example.com/a?b=c",
        "www.example.com:443",
        "error:invalid-request",
        "-",
        "ann",
        "0ann",
        "EXAMPLE\\ann",
        "HIER_DIRECT/198.51.100.7",
        "HIER_NONE/-",
        "text/html",
        '"x"',
        "",
        "é",
        "0",
    ]
)
good = st.just(LINE.split())
lines = st.builds(
    lambda parts, gap: (" " * gap).join(parts[:2]) + " " + " ".join(parts[2:]),
    st.one_of(
        st.lists(tokens, min_size=0, max_size=13),
        good,
        st.tuples(good, st.integers(0, 9), tokens).map(lambda t: [*t[0][: t[1]], t[2], *t[0][t[1] + 1 :]]),
    ),
    st.integers(1, 5),
)


@given(st.lists(lines, max_size=12))
@settings(max_examples=300, deadline=None)
def test_the_fast_path_reads_what_the_pattern_reads(some: list[str]) -> None:
    data = "".join(line + "\n" for line in some).encode()
    fast, slow = read(data), read(data, without_fast_path(SQUID))
    plain = [pl.col(pl.Categorical).cast(pl.String)]
    assert_frame_equal(fast.parsed.with_columns(plain), slow.parsed.with_columns(plain))
    assert fast.rejects["log_line"].to_list() == slow.rejects["log_line"].to_list()
    assert (fast.not_web, fast.blank) == (slow.not_web, slow.blank)


@pytest.mark.parametrize("gap", range(1, 20))
@pytest.mark.parametrize("duration", ["0", "7", "99999", "1234567890"])
def test_padding_of_any_width_is_read(gap: int, duration: str) -> None:
    time, _, *others = LINE.split()
    padded = f"{time}{' ' * gap}{duration} {' '.join(others)}"
    elsewhere = f"{time} {duration} {others[0]}{' ' * (gap + 1)}{' '.join(others[1:])}"
    cut = f"{time}{' ' * gap}"
    result = read(f"{LINE}\n{padded}\n{elsewhere}\n{cut}\n{padded}".encode())
    assert result.parsed.select("log_line", "event_duration_ms").rows()[1:] == [(2, int(duration)), (5, int(duration))]
    assert result.rejects["log_line"].to_list() == [3, 4]


@given(st.binary(max_size=300), st.sampled_from(FORMATS))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_accounted_for(junk: bytes, log_format: Format) -> None:
    data = LINE.encode() + b"\n" + junk
    result = read(data, log_format)
    expected = len(data.split(b"\n")) - data.endswith(b"\n")
    assert result.lines == expected
    counted = result.not_web + result.blank + result.directives + result.continuations
    assert result.lines == result.parsed.height + result.rejects.height + counted


@needs_shared
@given(st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_cut_and_flipped_real_logs_are_accounted_for(chance: random.Random) -> None:
    path = chance.choice(sorted((SHARED / "logs" / "squid").glob("*.log")))
    data = bytearray(path.read_bytes()[:20_000])
    for _ in range(chance.randrange(40)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    cut = bytes(data[: chance.randrange(1, len(data))])
    for log_format in FORMATS:
        assert read(cut, log_format).lines == cut.count(b"\n") + (not cut.endswith(b"\n"))


def test_each_reject_carries_its_line_and_reason() -> None:
    odd = "1773136800.779 1 x\x00y TCP_MISS/200 1 GET http://a/ - A/- -"
    data = f"{LINE}\n\n{LINE[:30]}\n{LINE}\n{odd}\n".encode()
    result = read(data)
    assert (result.lines, result.parsed.height, result.blank) == (5, 2, 1)
    assert result.parsed["log_line"].to_list() == [1, 4]
    assert result.rejects.select("log_line", "reason").rows() == [
        (3, "too few columns"),
        (5, "holds control characters"),
    ]


def test_line_ends_byte_order_mark_and_latin_1_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_bytes(
        b"\xef\xbb\xbf" + f"{LINE}\r\n{LINE.replace('ann', 'andré')}\r\n".encode("latin-1") + LINE.encode()
    )
    frames = [parse_chunk(chunk, SQUID, "UTC").parsed for chunk in LogFile(path).chunks()]
    users = pl.concat(frames)["user_name"].cast(pl.String).to_list()
    assert users == ["ann", "andr�", "ann"]


@pytest.mark.parametrize(
    ("suffix", "squeeze"),
    [
        ("", bytes),
        (".gz", gzip.compress),
        (".bz2", bz2.compress),
        (".xz", lzma.compress),
        (".zst", zstandard.ZstdCompressor().compress),
        (".gz", lambda data: gzip.compress(data[:500]) + gzip.compress(data[500:])),
        (".zst", lambda data: b"".join(map(zstandard.ZstdCompressor().compress, (data[:500], data[500:])))),
        (".log", gzip.compress),
    ],
    ids=[
        "plain",
        "gz",
        "bz2",
        "xz",
        "zst",
        "gz in two members",
        "zst in two frames",
        "gz without its ending",
    ],
)
def test_compressed_files_are_read_alike(tmp_path: Path, suffix: str, squeeze: Callable[[bytes], bytes]) -> None:
    data = "".join(f"{LINE}{number}\n" for number in range(50)).encode()
    path = tmp_path / f"access{suffix}"
    path.write_bytes(squeeze(data))
    log = LogFile(path)
    chunks = list(log.chunks(size=777))
    assert b"".join(chunk.data for chunk in chunks) == data
    assert [chunk.first_line for chunk in chunks] == [
        1 + b"".join(one.data for one in chunks[:number]).count(b"\n") for number in range(len(chunks))
    ]
    assert log.sha256 == log.whole_digest()
    assert log.damage == ""


def test_a_file_cut_short_gives_what_it_holds_and_says_so(tmp_path: Path) -> None:
    chance = random.Random(1)  # noqa: S311 - not for secrets
    data = "".join(f"{LINE}{chance.random()}\n" for _ in range(5000)).encode()
    path = tmp_path / "access.log.gz"
    path.write_bytes(gzip.compress(data)[:-2000])
    log = LogFile(path)
    read_lines = sum(chunk.data.count(b"\n") for chunk in log.chunks())
    assert 4000 < read_lines < 5000
    assert log.damage == "the file is cut short"


def test_lines_ended_by_a_carriage_return_alone_are_set_aside() -> None:
    result = read(f"{LINE}\r{LINE}\r{LINE}\n{LINE}\n".encode())
    assert result.parsed["log_line"].to_list() == [2]
    assert result.rejects.select("log_line", "reason").rows() == [(1, "holds control characters")]


def test_a_line_too_long_to_read_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_bytes(f"{LINE}\n".encode() + b"x" * (3 * LINE_BYTES) + f"\n{LINE}\n".encode())
    results = [parse_chunk(chunk, SQUID, "UTC") for chunk in LogFile(path).chunks(size=LINE_BYTES // 2)]
    assert sum(result.lines for result in results) == 3
    assert [row for result in results for row in result.parsed["log_line"].to_list()] == [1, 3]
    assert [row for result in results for row in result.rejects.select("log_line", "reason").rows()] == [
        (2, "longer than 1 MB")
    ]


def test_folders_globs_and_files_are_found_once_and_sorted(tmp_path: Path) -> None:
    for name in ("b.log", "a.log.gz", "c.txt", ".hidden", "netaudit.toml"):
        (tmp_path / name).write_text("")
    found = find_logs([str(tmp_path / "*.log"), str(tmp_path), str(tmp_path / "b.log")])
    assert [Path(log.title).name for log in found] == ["a.log.gz", "b.log", "c.txt"]


def test_every_argument_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    found = find_logs([str(tmp_path / "none.log"), str(tmp_path / "empty")])
    assert [str(log.problem) for log in found] == [
        f"the folder holds no log file\n --> {tmp_path / 'empty'}\n  = help: check the path",
        f"no such file or folder\n --> {tmp_path / 'none.log'}\n  = help: check the path or the pattern",
    ]
    for log in found:
        with pytest.raises(InputError) as caught:
            list(log.chunks())
        assert caught.value.problems == (log.problem,)


def test_local_times_are_placed_by_the_zone_of_the_source() -> None:
    iso = next(one for one in FORMATS if one.name == "squid")
    line = "2026-{} 12 TCP_HIT/200 1 GET http://a.example/ - NONE/- - 192.0.2.1 -\n"
    texts = ["03-29T00:30:00", "03-29T01:30:00", "10-25T01:30:00", "07-01T12:00:00", "07-01T12:00:00+02:00"]
    data = "".join(line.format(text) for text in texts).encode()
    ends = parse_chunk(Chunk(data, 1), iso, "Europe/London").parsed.select(
        pl.col("event_start") + pl.duration(milliseconds="event_duration_ms")
    )
    # 01:30 does not exist on 29 March (an hour later is meant), comes twice on 25 October (the first counts)
    assert ends.to_series().to_list() == [
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 7, 1, 11, tzinfo=UTC),
        datetime(2026, 7, 1, 10, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("url", "tunnel", "expected"),
    [
        ("http://www.Example.com:8080/a/b.PDF?x=1#y", False, ("http", "www.example.com", "/a/b.PDF", "pdf")),
        ("https://ann:secret@example.com/", False, ("https", "example.com", "/", None)),
        ("www.example.com:443", True, ("tunnel", "www.example.com", None, None)),
        ("[2001:db8::1]:443", True, ("tunnel", "[2001:db8::1]", None, None)),
        ("https:443", True, ("tunnel", "https", None, None)),
        ("ahmet", False, ("http", "ahmet", "/", None)),
        ("http://", False, (None, "", "/", None)),  # names no site
        ("http://example.com?next=http://other.example/", False, ("http", "example.com", "/", None)),
        ("ftp://files.example./x.tar.gz", False, ("ftp", "files.example", "/x.tar.gz", "gz")),
    ],
)
def test_urls_are_taken_apart(url: str, tunnel: bool, expected: tuple[str | None, ...]) -> None:
    # together with others, and alone
    urls = pl.DataFrame({"url_full": ["http://a.example/x.js", url, "b.example:443"], "tunnel": [False, tunnel, True]})
    for some, row in ((urls, 1), (urls[1:2], 0)):
        scheme, domain, extension = url_parts(some).row(row)
        assert (scheme, domain, url_paths(some)[row], extension) == expected


def test_user_agents_become_names() -> None:
    chrome = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) {}Chrome/156.0.0.0 Safari/537.36{}"
    agents = pl.Series([chrome.format("", ""), chrome.format("Teams/25290 ", ""), chrome.format("", " Edg/156.0"), "-"])
    assert user_agent_names(agents).to_list() == ["Chrome", "Teams", "Edge", None]


@needs_shared
def test_every_line_of_the_real_squid_logs_is_accounted_for() -> None:
    for path in sorted((SHARED / "logs" / "squid").glob("*.log")):
        log = LogFile(path)
        found = detect(log.head(), FORMATS)
        assert found is not None, path.name
        results = [parse_chunk(chunk, found, "UTC") for chunk in log.chunks()]
        lines = sum(result.lines for result in results)
        events = sum(result.parsed.height for result in results)
        data = path.read_bytes()
        assert lines == data.count(b"\n") + (not data.endswith(b"\n"))
        if path.name.startswith("ossec"):  # its lines have lost their time: each is refused
            assert {reason for one in results for reason in one.rejects["reason"]} == {"the time cannot be read"}
            continue
        assert events == lines, path.name


@needs_shared
def test_agrees_with_an_independent_reading() -> None:
    """Apache Metron's own expectations of its Squid parser."""
    folder = SHARED / "logs" / "squid"
    expected = json.loads((folder / "apache__metron__SquidExampleOutput.log.expected.json").read_text())
    data = (folder / "apache__metron__SquidExampleOutput.log").read_bytes()
    parsed = read(data).parsed
    urls = url_parts(parsed.select("url_full", tunnel=pl.lit(value=False)))
    for number, oracle in enumerate(expected):
        row = parsed.row(number, named=True)
        assert row["event_duration_ms"] == oracle["elapsed"]
        assert row["http_response_status_code"] == oracle["code"]
        assert row["http_response_bytes"] == oracle["bytes"]
        assert row["http_request_method"] == oracle["method"]
        assert row["event_action"] == oracle["action"]
        assert row["source_ip"] == oracle["ip_src_addr"]
        assert row["url_full"] == oracle["url"]
        assert urls["url_domain"][number] == oracle["full_hostname"]
        end = row["event_start"].timestamp() * 1000 + row["event_duration_ms"]
        assert round(end) == oracle["timestamp"]
