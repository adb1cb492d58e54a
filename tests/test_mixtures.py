"""Files that several devices write into: each line goes to its kind, and every line is accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from netaudit.definitions.format_files import load_formats
from netaudit.definitions.formats import Format, format_name
from netaudit.errors import InputError
from netaudit.ingest import LogFile, LogReader, ParsedChunk, examine
from netaudit.ingest.logfile import Chunk

FORMATS = load_formats()
BY_NAME = {one.name: one for one in FORMATS}
SQUID = (
    "1773136800.779    180 192.0.2.24 TCP_MISS/200 4083 GET http://www.example.com/{} ann "
    "HIER_DIRECT/198.51.100.7 text/html"
)
FORTIGATE = (
    'date=2026-03-10 time=08:16:01 tz="-0500" devid="FG100D0000000001" logid="0315012545" type="utm" '
    'subtype="webfilter" srcip=192.0.2.36 dstport=80 service="HTTP" hostname="shop.example" action="blocked" url="/{}"'
)
TWO = """name = "{name}"
title = "Made up {name}"
signature = '^{mark}'
[time]
styles = ["iso"]
[[layout]]
parser = "regex"
pattern = '^{mark} (?P<time>\\S+) (?P<url_full>\\S+)(?: (?P<user_name>\\S+))?$'
[[sample]]
line = '{sample} 2026-03-10T10:00:00Z http://www.example.com/'
event_start = 2026-03-10T10:00:00Z
"""


def single_lines(log_format: Format) -> list[str]:
    """Return samples that mean something by themselves, wherever in a file they stand."""
    if log_format.record_start or any(one.parser in {"w3c", "zeek"} for one in log_format.layouts):
        return []
    return [one.line.strip("\n") for one in log_format.samples if one.outcome != "reject" and "\n" not in one.line]


POOL = [(one.name, line) for one in FORMATS for line in single_lines(one)]


def made_up(folder: Path, *names: tuple[str, str, str]) -> tuple[Format, ...]:
    for name, mark, sample in names:
        (folder / f"{name}.toml").write_text(TWO.format(name=name, mark=mark, sample=sample))
    return tuple(one for one in load_formats([folder]) if one.path.parent == folder)


def written(path: Path, lines: Iterable[str]) -> LogFile:
    path.write_text("".join(f"{line}\n" for line in lines))
    return LogFile(path)


def read(log: LogFile, formats: Sequence[Format] = FORMATS, size: int = 1 << 20) -> list[ParsedChunk]:
    return list(LogReader(log, formats).chunks(size))


def table(chunks: Sequence[ParsedChunk], name: str) -> pl.DataFrame:
    """Return one of a file's tables, categories as text."""
    frames = [getattr(one, name).with_columns(pl.col(pl.Categorical).cast(pl.String)) for one in chunks]
    return pl.concat(frames).sort("log_line")


def datasets(chunks: Sequence[ParsedChunk]) -> dict[int, str]:
    """Return the format of each line that is a record."""
    rows = [
        *table(chunks, "parsed").select("log_line", "event_dataset").iter_rows(),
        *table(chunks, "others").filter(outcome="not_web").select("log_line", "event_dataset").iter_rows(),
    ]
    return {line: format_name(str(name)) for line, name in rows}


def adds_up(chunks: Sequence[ParsedChunk]) -> bool:
    return all(
        one.lines
        == one.parsed.height + one.rejects.height + one.not_web + one.blank + one.directives + one.continuations
        for one in chunks
    )


def test_each_line_goes_to_its_kind(tmp_path: Path) -> None:
    lines = [SQUID.format(n) if n % 2 else FORTIGATE.format(n) for n in range(20)]
    chunks = read(written(tmp_path / "a.log", lines))
    assert datasets(chunks) == {n + 1: "squid" if n % 2 else "fortigate" for n in range(20)}
    assert table(chunks, "rejects").is_empty()


def test_a_single_line_of_another_device_is_read_as_what_it_is(tmp_path: Path) -> None:
    lines = [*map(SQUID.format, range(900)), FORTIGATE.format(""), *map(SQUID.format, range(900))]
    chunks = read(written(tmp_path / "a.log", lines))
    assert Counter(datasets(chunks).values()) == {"squid": 1800, "fortigate": 1}
    assert datasets(chunks)[901] == "fortigate"


def test_a_kind_that_begins_far_below_the_head_is_read(tmp_path: Path) -> None:
    log = written(tmp_path / "a.log", [*map(SQUID.format, range(5_000)), *map(FORTIGATE.format, range(5_000))])
    reader = LogReader(log, FORMATS)
    assert [one.name for one in reader.formats] == ["squid"]
    assert Counter(datasets(list(reader.chunks(1 << 16))).values()) == {"squid": 5_000, "fortigate": 5_000}


def test_what_no_format_reads_is_set_aside_as_what_comes_nearest(tmp_path: Path) -> None:
    broken = FORTIGATE.format("").partition("tz=")[2]  # without a time
    lines = [SQUID.format(1), SQUID.format(2), FORTIGATE.format(1), "1773136800.779 180 192.0.2.24", broken, "what?"]
    rejects = table(read(written(tmp_path / "a.log", lines)), "rejects")
    assert rejects.select("log_line", "event_dataset").rows() == [
        (4, "squid"),
        (5, "fortigate.webfilter"),
        (6, "squid"),
    ]
    assert not rejects["reason"].str.contains("192.0.2").any()


def test_two_formats_that_read_a_file_alike_are_an_error_that_names_both(tmp_path: Path) -> None:
    first, second = made_up(tmp_path, ("one", "[EF]", "E"), ("two", "[FG]", "G"))
    log = written(tmp_path / "a.log", ["F 2026-03-10T10:00:00Z http://www.example.com/"] * 3)
    with pytest.raises(InputError) as caught:
        LogReader(log, (first, second))
    (problem,) = caught.value.problems
    assert problem.what == "its lines are read alike by Made up one (one) and Made up two (two)"
    assert "--format" in problem.remedy
    assert "inputs.folders" in problem.remedy
    chosen = list(LogReader(log, (second,), chosen=True).chunks())
    assert set(datasets(chosen).values()) == {"two"}


def test_a_stray_line_that_two_formats_read_alike_is_nobodys(tmp_path: Path) -> None:
    alike = made_up(tmp_path, ("one", "[EF]", "E"), ("two", "[FG]", "G"))
    line = "{} 2026-03-10T10:00:00Z http://www.example.com/"
    lines = [*map(SQUID.format, range(500)), line.format("F"), line.format("E"), line.format("G")]
    for formats in ((*FORMATS, *alike), (*reversed(alike), *FORMATS)):
        chunks = read(written(tmp_path / "a.log", lines), formats)
        assert {number: name for number, name in datasets(chunks).items() if number > 500} == {502: "one", 503: "two"}
        assert table(chunks, "rejects")["reason"].to_list() == ["read alike by one and two: choose with --format"]


def test_the_share_of_the_file_decides_where_lines_are_alike(tmp_path: Path) -> None:
    alike = made_up(tmp_path, ("one", "[EF]", "E"), ("two", "[FG]", "G"))
    line = "{} 2026-03-10T10:00:00Z http://www.example.com/"
    chunks = read(written(tmp_path / "a.log", [line.format(mark) for mark in "FFGF"]), alike)
    assert set(datasets(chunks).values()) == {"two"}


def test_headers_of_two_devices_in_one_file_are_kept_apart(tmp_path: Path) -> None:
    header = (
        "#Fields: date time c-ip cs-username sc-status cs-method cs-uri-scheme cs-host cs-uri-path sc-filter-result"
    )
    row = "2026-03-10 10:00:0{} 192.0.2.24 ann 200 GET http www.example.com /{} OBSERVED"
    lines = ["#Software: SGOS 6.7", header, *(row.format(n, n) for n in range(8))]
    mixed = [one for pair in zip(lines, map(SQUID.format, range(10)), strict=True) for one in pair]
    chunks = read(written(tmp_path / "a.log", mixed))
    assert Counter(datasets(chunks).values()) == {"bluecoat-proxysg": 8, "squid": 10}
    assert sum(one.directives for one in chunks) == 2


shuffled = st.lists(st.integers(0, len(POOL) - 1), min_size=1, max_size=60)
slow = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink takes minutes
)


@given(chosen=shuffled, order=st.permutations(FORMATS))
@slow
def test_whatever_is_mixed_every_line_is_accounted_for_and_nothing_else_matters(
    tmp_path: Path, chosen: list[int], order: list[Format]
) -> None:
    """Neither the size of chunks nor the order of formats changes what is read."""
    log = written(tmp_path / "a.log", [POOL[number][1] for number in chosen])
    try:
        whole = read(log)
    except InputError:
        with pytest.raises(InputError):
            LogReader(log, order)
        return
    assert adds_up(whole)
    other = read(log, order, 700)
    assert adds_up(other)
    for name in ("parsed", "rejects", "others"):
        left, right = (table(some, name) if some else pl.DataFrame() for some in (whole, other))
        assert_frame_equal(left, right)


@given(st.lists(st.binary(max_size=200) | st.sampled_from([line.encode() for _, line in POOL]), max_size=30), st.data())
@slow
def test_bytes_between_lines_and_lines_cut_short_are_counted(
    tmp_path: Path, pieces: list[bytes], data: st.DataObject
) -> None:
    text = b"\n".join(pieces)
    text = text[: data.draw(st.integers(0, len(text)))]
    path = tmp_path / "a.log"
    path.write_bytes(text)
    log = LogFile(path)
    try:
        chunks = read(log, size=300)
    except InputError:
        return
    assert adds_up(chunks)
    if chunks:
        assert sum(one.lines for one in chunks) + log.unfinished == text.count(b"\n") + (text[-1:] not in {b"", b"\n"})


def test_a_line_of_one_format_among_many_of_another_is_never_lost() -> None:
    """Samples of every format, one among lines of Squid: the line is what it would be by itself, or set aside."""
    lines = [SQUID.format(n) for n in range(20)]
    wrong = []
    for name, line in POOL:
        found = examine(Chunk("\n".join([*lines, line, ""]).encode(), 1), FORMATS)
        if {one.name for one in found.formats} - {name, "squid"}:
            wrong.append((name, [one.name for one in found.formats]))
    assert wrong == []
