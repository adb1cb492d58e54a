"""Logs that are rotated, copied, packed and delivered again: every line counts, and none counts twice."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import lzma
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import zstandard
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.cli import main
from netaudit.contracts import FileAccount
from netaudit.definitions.format_files import load_formats
from netaudit.ingest import LogFile, LogReader, line_ends, line_marks, record_marks
from netaudit.pipeline import delivered as module
from netaudit.pipeline.delivered import LINES_TABLE, Delivered
from netaudit.pipeline.known_marks import LINES_SEEN
from netaudit.protect import Keyring
from netaudit.store import Store

NOW = "2026-03-20T06:00:00"
SUNDAY_NIGHT = 1773010800  # 2026-03-08 23:00 in London: the week ends in an hour
KEY = b"k" * 32
SQUID = [one for one in load_formats() if one.name == "squid"]
PACK = {
    "gz": gzip.compress,
    "zst": zstandard.ZstdCompressor().compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
}


def request(time: int, user: str = "ann", site: str = "www.rightmove.co.uk", peer: str = "203.0.113.9") -> str:
    return f"{time}.000 100 192.0.2.7 TCP_MISS/200 4000 GET http://{site}/ {user} HIER_DIRECT/{peer} text/html\n"


# --- marks ---


def marks(lines: Sequence[bytes], end: bytes = b"\n") -> list[int]:
    data = b"".join(line + end for line in lines)
    return [int(one) for one in line_marks(data, line_ends(data), KEY)]


@given(st.lists(st.binary(max_size=40).map(lambda one: one.replace(b"\n", b"").rstrip(b"\r")), max_size=30))
def test_the_mark_of_a_line_hangs_on_its_text_alone(lines: list[bytes]) -> None:
    together = marks(lines)
    assert together == [mark for line in lines for mark in marks([line])]
    assert together == marks(lines, b"\r\n")
    assert len(set(together)) == len(set(lines))


def test_lines_of_any_length_have_marks_of_their_own() -> None:
    lines = [b"x" * length for length in (*range(70), *range(2030, 2070), 5000, 5001, 1 << 20)]
    assert len(set(marks(lines))) == len(lines)
    flipped = [
        bytes([*line[:at], line[at] ^ 1, *line[at + 1 :]]) for line in (b"a" * 100, b"b" * 2500) for at in range(100)
    ]
    assert len(set(marks(flipped))) == 200
    assert marks(lines) != [int(one) for one in line_marks(b"x\n" * len(lines), line_ends(b"x\n" * len(lines)), KEY)]


def plainly(line: bytes) -> int:
    """Return the mark of a line, worked out with whole numbers and one line at a time."""
    digest = hashlib.blake2b(KEY, digest_size=40, person=b"line marks").digest()
    begin, added, first, second, last = (int.from_bytes(digest[at : at + 8], "little") for at in range(0, 40, 8))
    first, second, last = first | 1, second | 1, last | 1
    if len(line) > 2048:
        return int.from_bytes(hashlib.blake2b(line, digest_size=8, key=KEY).digest(), "little")
    state = begin ^ (len(line) * last % 2**64)
    for at in range(0, len(line), 8):
        word = (int.from_bytes(line[at : at + 8], "little") + added) % 2**64
        word = (word ^ word >> 32) * first % 2**64
        word ^= word >> 29
        state = (state ^ word) * second % 2**64
        state ^= state >> 32
    state = state * last % 2**64
    return state ^ state >> 29


@given(st.lists(st.integers(0, 2100).flatmap(lambda size: st.binary(min_size=size, max_size=size)), max_size=6))
def test_marks_do_not_change_from_version_to_version(lines: list[bytes]) -> None:
    """They are compared with those that lie in stores: whoever changes them makes every line that comes again count."""
    lines = [line.replace(b"\n", b"n").replace(b"\r", b"r") for line in lines]
    assert marks(lines) == [plainly(line) for line in lines]


def test_a_mark_cannot_be_made_without_the_key() -> None:
    data = request(SUNDAY_NIGHT).encode()
    ends = line_ends(data)
    assert line_marks(data, ends, b"a" * 32)[0] != line_marks(data, ends, b"b" * 32)[0]


def test_records_of_several_lines_are_told_apart_by_all_of_them() -> None:
    def records(*lines: bytes) -> list[int]:
        of_lines = np.array(marks(lines), np.uint64)
        return [int(one) for one in record_marks(of_lines, np.array([line[:1] == b"#" for line in lines]))]

    one, other = records(b"#a", b"x", b"y", b"#a", b"y", b"x", b"#b")[:2]
    assert one != other
    assert records(b"#a", b"x", b"y") == [one]
    assert records(b"#b") == marks([b"#b"])
    assert records(b"x", b"y") == []


# --- files ---


class Nights:
    """A store that gets files night by night, and which of their lines have counted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counted: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()  # of these, what can be used
        self.twice = 0
        self._files = 0

    def night(self, *files: str, chunk_bytes: int = 1 << 20, crash: bool = False) -> None:
        store = Store(self.folder / "store", Keyring(self.folder / "keys"))
        counted: Counter[str] = Counter()
        requests: Counter[str] = Counter()
        twice = 0
        try:
            with store.commit(datetime(2026, 3, 20, tzinfo=UTC)) as commit:
                delivered = Delivered(lambda period: period.encode(), "Europe/London", store, commit)
                for text in files:
                    self._files += 1
                    path = self.folder / f"{self._files}.log"
                    path.parent.mkdir(exist_ok=True)
                    path.write_text(text)
                    again, usable, spans = self._read(delivered, path, chunk_bytes)
                    lines = text.splitlines(keepends=True)
                    requests.update(lines[number - 1] for number in usable - again)
                    counted.update(line for number, line in enumerate(lines, 1) if number not in again)
                    twice += len(again)
                    commit.add_file(account(self._files, lines, again, spans), "", "")
                delivered.write()
                if crash:
                    commit.apply = None  # type: ignore[assignment,method-assign]
        except TypeError:
            assert crash
            return
        finally:
            store.close()
        self.counted += counted
        self.requests += requests
        self.twice += twice

    def _read(self, delivered: Delivered, path: Path, chunk_bytes: int) -> tuple[set[int], set[int], list[datetime]]:
        delivery = delivered.begin()
        again: set[int] = set()
        usable: set[int] = set()
        moments: list[datetime] = []
        for read in LogReader(LogFile(path), SQUID, chosen=True).chunks(chunk_bytes):
            again |= set(delivery.twice(read).to_list())
            usable |= set(read.parsed["log_line"].to_list())
            moments += read.parsed["event_start"].to_list()
        delivered.keep(delivery)
        return again, usable, moments


def account(number: int, lines: Sequence[str], again: set[int], moments: Sequence[datetime]) -> FileAccount:
    return FileAccount(
        str(number),
        "squid",
        len(lines),
        events=len(lines) - len(again),
        duplicates=len(again),
        first=min(moments, default=None),
        last=max(moments, default=None),
    )


@st.composite
def split_logs(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """Return the lines of a log, and nights that each get some pieces of it; together they are the whole log."""
    steps = draw(st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 3)), min_size=1, max_size=25))
    groups, time = [], SUNDAY_NIGHT
    for number, (step, copies) in enumerate(steps):
        time += step
        groups.append([request(time, f"user{number % 4}", f"www{number}.example")] * copies)
    count = len(groups)
    cuts = sorted({0, count, *draw(st.lists(st.integers(0, count), max_size=4))})
    reach = st.integers(0, 6)
    pieces = [
        "".join(line for group in groups[max(first - draw(reach), 0) : last + draw(reach)] for line in group)
        for first, last in pairwise(cuts)
    ]
    pieces += draw(st.lists(st.sampled_from(pieces), max_size=2))
    pieces = draw(st.permutations(pieces))
    breaks = sorted({0, len(pieces), *draw(st.lists(st.integers(0, len(pieces)), max_size=3))})
    nights = [list(pieces[first:last]) for first, last in pairwise(breaks)]
    return [line for group in groups for line in group], nights


@given(split_logs(), st.sampled_from([200, 1000, 1 << 20]))
@settings(max_examples=20, deadline=None)
def test_pieces_that_overlap_in_any_order_over_any_nights_are_the_whole(
    tmp_path_factory: pytest.TempPathFactory, given_: tuple[list[str], list[list[str]]], chunk_bytes: int
) -> None:
    whole, nights = given_
    site = Nights(tmp_path_factory.mktemp("nights"))
    for files in nights:
        site.night(*files, chunk_bytes=chunk_bytes)
    assert site.counted == Counter(whole)
    assert site.twice == sum(text.count("\n") for files in nights for text in files) - len(whole)


@pytest.mark.parametrize("nightly", [False, True], ids=["one night", "night by night"])
@pytest.mark.parametrize("first", ["the part", "the whole"])
def test_a_file_that_ends_in_the_middle_of_a_line_and_the_whole_one(
    tmp_path: Path, first: str, *, nightly: bool
) -> None:
    """Every line counts once, wherever the writer had got to; what cannot be used of a line is no request."""
    lines = [request(SUNDAY_NIGHT + number // 2, f"user{number}") for number in range(8)]
    whole, requests = "".join(lines), set()
    size = len(lines[4])
    for cut in (1, 60, size - 10, size - 3, size - 1):
        site = Nights(tmp_path / str(cut))
        part = "".join(lines[:4]) + lines[4][:cut]
        files = [part, whole] if first == "the part" else [whole, part]
        for some in [[one] for one in files] if nightly else [files]:
            site.night(*some)
        counted = +site.requests
        begun = Counter({line: count for line, count in counted.items() if line == lines[4][:cut]})
        of_all = counted - begun
        assert counted.total() == 8, cut
        assert of_all in (Counter(lines), Counter(lines) - Counter([lines[4]])), cut
        requests.add(begun.total())
    assert requests == ({0, 1} if first == "the part" else {0})


def test_marks_that_do_not_fit_into_memory_count_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_HELD", 7)
    monkeypatch.setattr(module, "_KNOWN", 7)
    lines = [request(SUNDAY_NIGHT + 400 * number, site=f"www{number}.example") for number in range(700)]
    site = Nights(tmp_path)
    site.night("".join(lines[:400]), "".join(lines[300:600]), chunk_bytes=5_000)
    site.night("".join(lines), "".join(lines[200:]), chunk_bytes=5_000)
    assert site.counted == Counter(lines)


def test_a_night_that_did_not_end_has_delivered_nothing(tmp_path: Path) -> None:
    lines = [request(SUNDAY_NIGHT + number) for number in range(10)]
    site = Nights(tmp_path)
    site.night("".join(lines[:5]))
    site.night("".join(lines), crash=True)
    assert site.counted == Counter(lines[:5])
    site.night("".join(lines))
    assert site.counted == Counter(lines)


def test_what_is_kept_of_a_line_is_a_number(tmp_path: Path) -> None:
    site = Nights(tmp_path)
    site.night(request(SUNDAY_NIGHT) + request(SUNDAY_NIGHT) + request(SUNDAY_NIGHT + 7200).rstrip())
    store = Store(tmp_path / "store", Keyring(tmp_path / "keys"))
    try:
        places = store.ledger.parts(LINES_TABLE)
        assert [period for period, _ in places] == ["2026-W10", "2026-W11"]
        kept = [store.read(LINES_TABLE, *place) for place in places]
    finally:
        store.close()
    assert [one.schema for one in kept if one is not None] == [LINES_SEEN] * 2
    assert [one["cut_bytes"].to_list() for one in kept if one is not None] == [
        [None, None],
        [None, len(request(SUNDAY_NIGHT).rstrip())],
    ]


# --- whole runs ---


def run(out: Path, *logs: Path) -> dict[str, str]:
    """Return what is said of each log, by name."""
    told = CliRunner().invoke(main, ["run", *map(str, logs), "--out", str(out), "--now", NOW])
    assert told.exit_code == 0, told.output
    lines = [line for line in told.stdout.splitlines() for log in logs if line.endswith(f"  {log}")]
    return {Path(line.rpartition("  ")[2]).name: line.split("  ")[-3].split(" ", 1)[-1].strip() for line in lines}


def totals(out: Path) -> dict[str, int]:
    with closing(sqlite3.connect(out / "store" / "ledger.sqlite")) as db:
        db.row_factory = sqlite3.Row
        rows = db.execute("SELECT * FROM files").fetchall()
    names = ("lines", "events", "duplicates", "rejects", "not_web", "blank", "directives", "continuations")
    found = {name: sum(int(row[name]) for row in rows) for name in names}
    assert found["lines"] == sum(count for name, count in found.items() if name != "lines")
    return found


def stored_events(out: Path) -> list[tuple[object, ...]]:
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        parts = [store.read("events", *place) for place in store.ledger.parts("events")]
    finally:
        store.close()
    columns = ["event_start", "url_domain", "http_response_bytes"]
    return sorted(row for part in parts if part is not None for row in part.select(columns).rows())


DAY = [request(SUNDAY_NIGHT + 40_000 + 30 * number, f"user{number % 5}") for number in range(200)]
DAY.insert(50, DAY[50])  # real
DAY.insert(90, "no line of a log\n")


def write(path: Path, lines: Sequence[str]) -> Path:
    path.write_text("".join(lines))
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    folder = tmp_path_factory.mktemp("whole")
    run(folder / "out", write(folder / "access.log", DAY))
    return stored_events(folder / "out")


@pytest.mark.parametrize("nightly", [False, True], ids=["one night", "night by night"])
def test_a_log_renamed_and_packed_counts_once(
    tmp_path: Path, whole: list[tuple[object, ...]], *, nightly: bool
) -> None:
    logs = [write(tmp_path / "access.log", DAY), write(tmp_path / "old.log", DAY)]
    for suffix, pack in PACK.items():
        logs.append(tmp_path / f"access.log.{suffix}")
        logs[-1].write_bytes(pack("".join(DAY).encode()))
    out = tmp_path / "out"
    for some in [[log] for log in logs] if nightly else [logs]:
        run(out, *some)
    assert stored_events(out) == whole
    found = totals(out)
    assert (found["events"], found["rejects"]) == (201, 1)


@pytest.mark.parametrize("nightly", [False, True], ids=["one night", "night by night"])
@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([(0, 120), (80, 202)], id="tails that overlap"),
        pytest.param([(0, 120), (0, 202)], id="a file that grew"),
        pytest.param([(0, 120), (0, 150), (0, 202)], id="a file that grew twice"),
        pytest.param([(0, 120), (120, 202)], id="copied and cut at the right moment"),
        pytest.param([(100, 202), (0, 130), (50, 160)], id="the last first"),
    ],
)
def test_pieces_of_a_log_count_as_the_whole(
    tmp_path: Path, whole: list[tuple[object, ...]], pieces: list[tuple[int, int]], *, nightly: bool
) -> None:
    logs = [write(tmp_path / f"{number}.log", DAY[slice(*piece)]) for number, piece in enumerate(pieces)]
    out = tmp_path / "out"
    for some in [[log] for log in logs] if nightly else [logs]:
        run(out, *some)
    assert stored_events(out) == whole
    found = totals(out)
    assert (found["events"], found["rejects"]) == (201, 1)
    assert found["duplicates"] == sum(last - first for first, last in pieces) - 202


def test_two_proxies_of_one_hour_are_not_one(tmp_path: Path) -> None:
    """Their lines may say the same but for the machine that was asked, which nothing is kept of."""
    one = write(tmp_path / "one.log", [request(SUNDAY_NIGHT + second, peer="203.0.113.1") for second in range(50)])
    other = write(tmp_path / "other.log", [request(SUNDAY_NIGHT + second, peer="203.0.113.2") for second in range(50)])
    for logs in ([one, other], [one], [other]):
        run(tmp_path / "together" if len(logs) > 1 else tmp_path / "apart", *logs)
    assert totals(tmp_path / "together")["events"] == totals(tmp_path / "apart")["events"] == 100


def test_who_an_account_is_now_does_not_make_its_lines_new_ones(tmp_path: Path) -> None:
    log, out = write(tmp_path / "access.log", DAY), tmp_path / "out"
    run(out, log)
    (tmp_path / "directory.csv").write_text("person_id,accounts\np1,user0\np2,user1;user2\n")
    config = tmp_path / "netaudit.toml"
    config.write_text('[identity]\ndirectory = "directory.csv"\n')
    grown = write(tmp_path / "grown.log", [*DAY, request(SUNDAY_NIGHT + 50_000)])
    told = CliRunner().invoke(main, ["run", str(grown), "--out", str(out), "--now", NOW, "--config", str(config)])
    assert told.exit_code == 0, told.output
    assert totals(out)["events"] == 202


def of_no_zone(when: str, site: str = "www.rightmove.co.uk") -> str:
    return f'192.0.2.7 - ann [{when}] "GET https://{site}/ HTTP/1.1" 200 - - 1000 Housing\n'


def run_in(out: Path, zone: str, log: Path, *, policy: str = "") -> str:
    """Run with a zone for the times that carry none, and perhaps a policy; return what is said."""
    config = out.parent / "netaudit.toml"
    config.write_text(f"policy = '{policy}'\n[inputs]\nzone = '{zone}'\n" if policy else f"[inputs]\nzone = '{zone}'\n")
    told = CliRunner().invoke(main, ["run", str(log), "--out", str(out), "--now", NOW, "--config", str(config)])
    assert told.exit_code == 0, told.output
    return " ".join(told.output.split())


@pytest.mark.parametrize("zones", [("UTC", "Europe/Paris"), ("Asia/Tokyo", "America/New_York")], ids=" then ".join)
def test_another_zone_makes_no_line_a_new_one(tmp_path: Path, zones: tuple[str, str]) -> None:
    """Nobody's minutes double because somebody says, as the run asks for, in which zone the clocks are."""
    lines = [of_no_zone(f"10/03/2026 {hour:02}:{minute:02}:00") for hour in (0, 13, 23) for minute in range(0, 60, 3)]
    lines = [of_no_zone("13/03/2026 12:00:00"), *lines]  # which shows that the day comes first
    out = tmp_path / "out"
    run_in(out, zones[0], write(tmp_path / "access.log", lines))
    before = stored_events(out)
    grown = [*lines, of_no_zone("11/03/2026 09:00:00", "www.example.org")]
    told = run_in(out, zones[1], write(tmp_path / "grown.log", grown))
    assert (totals(out)["events"], totals(out)["duplicates"]) == (62, 61)
    assert set(before) < set(stored_events(out))
    assert "lines that another file had when times were read otherwise stay as they were read then" in told


def test_days_that_were_taken_for_months_make_no_line_a_new_one(tmp_path: Path) -> None:
    lines = [of_no_zone(f"02/03/2026 10:{minute:02}:00") for minute in range(30)]
    out = tmp_path / "out"
    run_in(out, "Europe/London", write(tmp_path / "access.log", lines))
    assert {row[0].month for row in stored_events(out)} == {3}  # type: ignore[attr-defined]
    run_in(out, "Europe/London", write(tmp_path / "grown.log", [*lines, of_no_zone("02/13/2026 10:00:00")]))
    assert (totals(out)["events"], totals(out)["duplicates"]) == (31, 30)


@pytest.mark.parametrize("number", [1, 7])
def test_a_new_last_line_without_its_end_is_a_line(tmp_path: Path, number: int) -> None:
    """Of what other files have, all has been there: it is no part of one of their lines."""
    lines = [request(SUNDAY_NIGHT + 10 * second) for second in range(number)]
    ended = SUNDAY_NIGHT + 10 * number
    long = f"{ended}.000 90000 192.0.2.7 TCP_TUNNEL/200 4000 CONNECT a.example:443 ann HIER_DIRECT/- -"
    out = tmp_path / "out"
    run(out, write(tmp_path / "access.log", lines))
    run(out, write(tmp_path / "grown.log", [*lines, long]))
    assert (totals(out)["events"], totals(out)["duplicates"]) == (number + 1, number)
    run(out, write(tmp_path / "ended.log", [*lines, long, "\n"]))
    assert totals(out)["events"] == number + 1


def test_a_last_line_without_its_end_that_was_whole_is_no_part_of_another(tmp_path: Path) -> None:
    site = Nights(tmp_path)
    lines = [request(SUNDAY_NIGHT), request(SUNDAY_NIGHT, "user1").rstrip() + "1\n"]
    short = lines[1].rstrip("1\n")
    site.night(lines[0] + short)
    site.night(lines[0] + short + "\n" + lines[1])
    assert site.counted == Counter({lines[0]: 1, short: 1, lines[1]: 1})


@pytest.mark.parametrize("wrap", ["[{}]", "[\n{}\n]\n", "[ {} ]\r\n"])
def test_objects_of_a_list_are_the_same_wherever_it_ends(tmp_path: Path, wrap: str) -> None:
    told = {"Email": "ann@council.example", "HTTPHost": "a.example", "HTTPMethod": "GET", "SourceIP": "192.0.2.7"}
    told |= {"Action": "allow", "UntrustedCertificateAction": "none"}
    objects = [
        json.dumps({"Datetime": f"2026-03-09T10:{minute:02}:00Z", "URL": f"https://a.example/{minute}", **told})
        for minute in range(20)
    ]
    out = tmp_path / "out"
    for number, some in enumerate((objects[:12], objects[:15], objects[10:])):
        run(out, write(tmp_path / f"{number}.json", [wrap.replace("{}", ",\n".join(some))]))
    run(out, write(tmp_path / "lines.json", [one + "\n" for one in objects]))
    assert totals(out)["events"] == 20


def test_files_tried_together_show_what_stands_twice(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a.log", DAY[:120]), tmp_path / "b.log.gz"
    second.write_bytes(gzip.compress("".join(DAY[100:]).encode()))
    told = CliRunner().invoke(main, ["formats", "try", str(first), str(second), "--json"])
    assert told.exit_code == 0, told.output
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    outcomes = Counter((Path(line["log_file"]).name, line["outcome"]) for line in lines)
    assert outcomes == {
        ("a.log", "event"): 119,
        ("a.log", "reject"): 1,
        ("b.log.gz", "duplicate"): 20,
        ("b.log.gz", "event"): 82,
    }
    assert {line.get("user_name") for line in lines if line["outcome"] == "duplicate"} == {None}
