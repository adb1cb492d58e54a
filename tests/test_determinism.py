"""The same logs, policy and keys give the same bytes, whatever the logs are called and however many threads work."""

from __future__ import annotations

import gzip
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from approved import APPROVED
from polars.testing import assert_frame_equal

from netaudit.definitions.configuration import Configuration
from netaudit.pipeline import days, reading, rejects, run_audit
from netaudit.protect import Keyring
from netaudit.report import AUDIENCES
from netaudit.store import Store

NETAUDIT = Path(sys.executable).with_name("netaudit")
GENERATOR = Path(__file__).resolve().parents[1] / "benchmarks" / "generate_logs.py"
LINES = 30_000
NOW = "2026-03-20T06:00:00"
Tables = dict[tuple[str, str, str], pl.DataFrame]


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Return the bytes of seven files: overlapping, nested, one the beginning of another, one twice, one no log."""
    path = tmp_path_factory.mktemp("made") / "squid.log"
    options = ["--lines", str(LINES), "--days", "3", "--out", str(path)]
    subprocess.run([sys.executable, str(GENERATOR), *options], check=True, capture_output=True)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[5_000] = b"not a line of a log\n"

    def part(first: int, last: int) -> bytes:
        return b"".join(lines[first:last])

    beginning = part(0, 18_000)
    return [
        part(12_000, LINES),
        beginning,
        gzip.compress(part(6_000, 9_000), mtime=0),
        part(0, 1_000),
        part(20_000, 20_400) + part(25_000, 25_400),
        beginning,
        b"dear diary\n",
    ]


@pytest.fixture(scope="module")
def keys(contents: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a key folder that all runs copy: pseudonyms follow from the keys."""
    folder = tmp_path_factory.mktemp("keys")
    logs = laid_out(contents, folder / "logs", list(range(len(contents))))
    netaudit_run(logs, folder / "out")
    return folder / "out" / "keys"


@pytest.fixture(scope="module")
def whole(contents: list[bytes], keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    return netaudit_run(laid_out(contents, folder / "logs", list(range(len(contents)))), folder / "out", keys)


def laid_out(contents: list[bytes], folder: Path, order: list[int]) -> list[Path]:
    """Write the files so that their names sort in this order, in two folders; return them in no order at all."""
    paths = []
    for name, number in enumerate(order):
        place = folder / ("a" if name % 2 else "b")
        place.mkdir(parents=True, exist_ok=True)
        paths.append(place / f"access.{name}.log")
        paths[-1].write_bytes(contents[number])
    random.Random(str(order)).shuffle(paths)  # noqa: S311 - no secret
    return paths


def netaudit_run(logs: list[Path], out: Path, keys: Path | None = None, threads: int = 1) -> Path:
    if keys:
        out.mkdir(mode=0o700)
        shutil.copytree(keys, out / "keys")
    run = subprocess.run(
        [NETAUDIT, "run", *logs, "--out", out, "--now", NOW],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"POLARS_MAX_THREADS": str(threads)},
    )
    assert run.returncode == 0, run.stderr
    return out


def ledger(out: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the ledger says, apart from the random names of table files."""
    with sqlite3.connect(out / "store" / "ledger.sqlite") as db:
        found = {
            "runs": db.execute("SELECT * FROM runs").fetchall(),
            "files": db.execute("SELECT * FROM files ORDER BY file_id").fetchall(),
            "parts": db.execute("SELECT table_name, period, part, rows, run_id FROM parts ORDER BY 1, 2, 3").fetchall(),
        }
    db.close()
    return found


def tables(out: Path) -> Tables:
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        with sqlite3.connect(out / "store" / "ledger.sqlite") as db:
            places = db.execute("SELECT table_name, period, part FROM parts").fetchall()
        db.close()
        found = {place: store.read(*place) for place in places}
        return {place: table for place, table in found.items() if table is not None}
    finally:
        store.close()


def pages(out: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes()
        for audience in AUDIENCES
        for path in sorted((out / audience).rglob("*"))
        if path.is_file()
    }


def assert_same(left: Path, right: Path) -> None:
    assert ledger(left) == ledger(right)
    ours, theirs = tables(left), tables(right)
    assert sorted(ours) == sorted(theirs)
    for place, table in ours.items():
        assert_frame_equal(table, theirs[place], check_exact=True)
    shown, again = pages(left), pages(right)
    assert sorted(shown) == sorted(again)
    assert [name for name in shown if shown[name] != again[name]] == []


def test_the_logs_meet_as_they_are_meant_to(whole: Path) -> None:
    """The comparisons below would prove nothing about logs without duplicates, rejects and findings."""
    files = ledger(whole)["files"]
    assert len(files) == 5  # one is known already, one is no log
    kinds = {place[0] for place in tables(whole)}
    assert {"events", "labels", "visits", "findings", "evidence", "published", "rejects"} <= kinds
    with sqlite3.connect(whole / "store" / "ledger.sqlite") as db:
        duplicates = db.execute("SELECT sum(duplicates) FROM files").fetchone()[0]
    db.close()
    assert duplicates > 10_000
    assert sum(table.height for place, table in tables(whole).items() if place[0] == "findings") > 0


@pytest.mark.parametrize("order", [[6, 5, 4, 3, 2, 1, 0], [3, 0, 5, 2, 6, 1, 4]])
def test_names_and_places_of_the_logs_change_nothing(
    contents: list[bytes], keys: Path, whole: Path, tmp_path: Path, order: list[int]
) -> None:
    assert_same(whole, netaudit_run(laid_out(contents, tmp_path / "logs", order), tmp_path / "out", keys))


@pytest.mark.parametrize("threads", [2, 4])
def test_the_number_of_threads_changes_nothing(
    contents: list[bytes], keys: Path, whole: Path, tmp_path: Path, threads: int
) -> None:
    logs = laid_out(contents, tmp_path / "logs", list(range(len(contents))))
    assert_same(whole, netaudit_run(logs, tmp_path / "out", keys, threads))


def test_running_again_changes_nothing_that_is_shown(
    contents: list[bytes], keys: Path, whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    logs = laid_out(contents, tmp_path / "logs", list(range(len(contents))))
    netaudit_run(logs, out, keys)
    netaudit_run(logs, out)
    assert pages(out) == pages(whole)


def audited(logs: list[Path], out: Path, keys: Path) -> Tables:
    if not out.exists():
        out.mkdir(mode=0o700)
        shutil.copytree(keys, out / "keys")
    run_audit(
        list(map(str, logs)), Configuration(dpia=APPROVED), out, datetime(2026, 3, 20, 6, tzinfo=UTC), lambda *_: None
    )
    return tables(out)


def of(found: Tables, name: str) -> Tables:
    return {place: table for place, table in found.items() if place[0] == name}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let days be cut into slices and much be put aside, as it happens with many millions of lines."""
    monkeypatch.setattr(days, "SLICE_ROWS", 2_000)
    monkeypatch.setattr(reading, "_BYTES_IN_MEMORY", 400_000)
    monkeypatch.setattr(reading, "_ROWS_PUT_ASIDE", 1_000)
    monkeypatch.setattr(reading, "_ROWS_AT_THE_DOOR", 1_500)
    monkeypatch.setattr(rejects, "_ROWS_IN_MEMORY", 0)
    return monkeypatch


@pytest.mark.usefixtures("small")
def test_slices_hold_what_the_day_holds(contents: list[bytes], keys: Path, whole: Path, tmp_path: Path) -> None:
    logs = laid_out(contents, tmp_path / "logs", list(range(len(contents))))
    sliced, plain = audited(logs, tmp_path / "out", keys), tables(whole)
    assert len(of(sliced, "events")) > 2 * len(of(plain, "events"))
    order = ["user_hash", "source_hash", "event_start", "log_file", "log_line"]
    for name in ("events", "rejects"):
        ours, theirs = (
            pl.concat([table.cast({"log_line": pl.Int64}) for table in of(some, name).values()], how="vertical_relaxed")
            for some in (sliced, plain)
        )
        by = order if name == "events" else ["log_file", "log_line"]
        assert_frame_equal(ours.sort(by), theirs.sort(by), check_exact=True, check_dtypes=False)
    events = {place[1:]: table for place, table in of(sliced, "events").items()}
    for place, labels in of(sliced, "labels").items():
        assert labels.height == events[place[1:]].height
    assert ledger(tmp_path / "out")["files"] == ledger(whole)["files"]
    tallied = sum(int(table["events"].sum()) for table in of(sliced, "tallies").values())
    assert tallied == sum(table.height for table in of(sliced, "labels").values())


def test_slices_follow_from_the_day_and_not_from_how_it_was_read(
    contents: list[bytes], keys: Path, tmp_path: Path, small: pytest.MonkeyPatch
) -> None:
    logs = laid_out(contents, tmp_path / "logs", list(range(len(contents))))
    once = audited(logs, tmp_path / "once", keys)
    small.setattr(reading, "_BYTES_IN_MEMORY", 1_000_000_000)
    small.setattr(reading, "_ROWS_AT_THE_DOOR", 400)
    again = audited(logs, tmp_path / "again", keys)
    assert sorted(once) == sorted(again)
    for place, table in once.items():
        if place[0] != "rejects":  # they are one table, cut where it is put aside
            assert_frame_equal(table, again[place], check_exact=True)


@pytest.mark.usefixtures("small")
def test_a_day_that_grows_is_cut_anew(contents: list[bytes], keys: Path, tmp_path: Path) -> None:
    """Read one after the other, the files have the same numbers as when they are read at once."""
    numbered = reading.in_order_of_content(
        [reading.LogFile(path) for path in laid_out(contents[:3], tmp_path / "logs", [0, 1, 2])]
    )
    once = audited([log.path for log in numbered if log.path], tmp_path / "once", keys)
    for log in numbered:
        grown = audited([log.path] if log.path else [], tmp_path / "grown", keys)
    assert sorted(of(once, "events")) == sorted(of(grown, "events"))
    for name in ("events", "labels", "visits", "findings", "evidence"):
        for place, table in of(once, name).items():
            assert_frame_equal(table, grown[place], check_exact=True)
    live = {
        str(path.relative_to(tmp_path / "grown" / "store")) for path in (tmp_path / "grown" / "store").glob("*/*/*")
    }
    with sqlite3.connect(tmp_path / "grown" / "store" / "ledger.sqlite") as db:
        assert live == {name for (name,) in db.execute("SELECT file_name FROM parts")}
    db.close()


def events_accounted(out: Path) -> int:
    with sqlite3.connect(out / "store" / "ledger.sqlite") as db:
        (total,) = db.execute("SELECT SUM(events) FROM files").fetchone()
    db.close()
    return int(total)


@pytest.mark.parametrize("cuts", [(), (1,), (600,), (600, 601), (5, 6, 7)])
def test_as_many_events_are_stored_as_are_accounted_for(
    contents: list[bytes], keys: Path, tmp_path: Path, cuts: tuple[int, ...]
) -> None:
    """A file, or a day, of a single line is the smallest table there is."""
    lines = contents[1].splitlines(keepends=True)[:700]
    edges = [0, *cuts, len(lines)]
    logs = []
    for number, (first, last) in enumerate(pairwise(edges)):
        logs.append(tmp_path / f"{number}.log")
        logs[-1].write_bytes(b"".join(lines[first:last]))
    found = audited(logs, tmp_path / "out", keys)
    assert sum(int(table["events"].sum()) for table in of(found, "tallies").values()) == events_accounted(
        tmp_path / "out"
    )
