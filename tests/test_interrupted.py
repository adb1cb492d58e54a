"""A run that ends where it should not: the disk is full, or it is killed. Nothing is lost, nothing counts twice."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from netaudit.contracts import CASE_CONTRACTS
from netaudit.errors import StoreError
from netaudit.protect import Keyring
from netaudit.report import AUDIENCES
from netaudit.report.picture_cache import FOLDER
from netaudit.store import Store

NETAUDIT = Path(sys.executable).with_name("netaudit")
NOW = "2026-03-20T06:00:00"
TUESDAY = 1773136800  # 2026-03-10 10:00 in London
OF_A_DAY = {"events", "labels", "visits", "tallies", "downloads", "let_through", "source_hours", "lines_seen"}
OF_A_WEEK = {
    "spells",
    "findings",
    "evidence",
    *CASE_CONTRACTS,
    "leaks",
    "unlisted",
    "published",
    "counted",
    "taken_over",
    "provenance",
    "issued",
    "open_sites",
}
REMEDY = "make room or mend the permissions, then run again: nothing that was stored before is lost"

# Runs where a small file system can be mounted: what is written at each size, and again once there is room.
IN_A_SMALL_PLACE = """
import json, pathlib, shutil, subprocess, sys
place, keys, command, *sizes = sys.argv[1:]
place, command = pathlib.Path(place), json.loads(command)
told = []
for size in sizes:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=65536k,mode=700", "none", place], check=True)
    (place / "out").mkdir(mode=0o700)
    shutil.copytree(keys, place / "out" / "keys")
    runs = []
    used = (shutil.disk_usage(place).used + 1023) // 1024
    for room in (used + int(size), 65536):
        subprocess.run(["mount", "-o", f"remount,size={room}k", place], check=True)
        run = subprocess.run([*command, "--out", place / "out"], capture_output=True, text=True)
        files = sorted(str(path.relative_to(place / "out")) for path in place.rglob("*") if path.is_file())
        runs.append({"code": run.returncode, "errors": run.stderr, "files": files})
    pages = {
        str(path.relative_to(place / "out")): path.read_bytes().hex()
        for audience in AUDIENCES
        for path in (place / "out" / audience).rglob("*")
        if path.is_file()
    }
    told.append({"runs": runs, "pages": pages})
    subprocess.run(["umount", place], check=True)
print(json.dumps(told))
""".replace("AUDIENCES", repr(AUDIENCES))


def request(time: int, url: str, user: str) -> str:
    return f"{time}.000 100 192.0.2.7 TCP_MISS/200 40000 GET {url} {user} HIER_DIRECT/203.0.113.9 text/html\n"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("logs") / "access.log"
    path.write_text(
        "".join(
            request(TUESDAY + 60 * minute, f"http://www.rightmove.co.uk/{minute}", f"canary{person}")
            for minute in range(100)
            for person in range(10)
        )
    )
    return path


@pytest.fixture(scope="module")
def whole(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "out"
    subprocess.run([NETAUDIT, "run", log, "--out", out, "--now", NOW], check=True, capture_output=True)
    return out


def pages(out: Path) -> dict[str, str]:
    return {
        str(path.relative_to(out)): path.read_bytes().hex()
        for audience in AUDIENCES
        for path in (out / audience).rglob("*")
        if path.is_file()
    }


def assert_told(errors: str) -> None:
    """Expect one problem with its place and its remedy, and no trace."""
    assert errors.count("error: ") == 1, errors
    assert "error: cannot be written: " in errors
    assert "\n --> /" in errors
    assert errors.endswith(f"  = help: {REMEDY}\n")
    for word in ("Traceback", "bug:", "canary", "rightmove", "192.0.2.7"):
        assert word not in errors


def test_a_file_system_of_any_size_that_is_too_small(log: Path, whole: Path, tmp_path: Path) -> None:
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-Urm", "true"], check=False).returncode:
        pytest.skip("no file system can be mounted here")
    needed = sum(-(-path.stat().st_size // 4096) * 4 for path in whole.rglob("*") if path.is_file())
    sizes = [0, 8, *(needed * share // 16 for share in (1, 3, 7, 13))]
    place = tmp_path / "small"
    place.mkdir()
    command = json.dumps([str(NETAUDIT), "run", str(log), "--now", NOW])
    done = subprocess.run(
        ["unshare", "-Urm", sys.executable, "-c", IN_A_SMALL_PLACE, place, whole / "keys", command, *map(str, sizes)],
        check=True,
        capture_output=True,
        text=True,
    )
    wanted = pages(whole)
    places = set()
    for size, told in zip(sizes, json.loads(done.stdout), strict=True):
        short, roomy = told["runs"]
        assert short["code"] == 2, (size, short["errors"])
        assert_told(short["errors"])
        places.add(short["errors"].splitlines()[-2].partition("/small/")[2])
        for name in short["files"]:
            own = (part for part in Path(name).parts if part != FOLDER)
            assert not any(part.startswith(".") or part == "staged" for part in own), name
            assert not name.endswith(".new"), name
        stored = {Path(name).parts[1] for name in short["files"] if name.endswith(".parquet")}
        assert stored in (set(), OF_A_DAY | OF_A_WEEK), (size, stored ^ (OF_A_DAY | OF_A_WEEK))  # all or nothing
        assert roomy["code"] == 0, (size, roomy["errors"])
        assert told["pages"] == wanted, size
    assert {"out/audit", "out/store/ledger.sqlite", "out"} < places  # and some table


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Let every write beyond so many bytes of a file fail, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


FRAME = pl.DataFrame({"number": range(50_000)})
MOMENT = datetime(2026, 3, 16, tzinfo=UTC)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_what_cannot_be_put_aside_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", Keyring(tmp_path / "keys"))
    try:
        with pytest.raises(StoreError, match="cannot be written: File too large") as caught, no_file_beyond(10_000):
            store.stage(FRAME)
        assert caught.value.problems[0].where == str(tmp_path / "store" / "staged" / "run")
        assert files(tmp_path) == {"store/ledger.sqlite", "store/lock"}
    finally:
        store.close()


def test_a_key_that_cannot_be_written_is_not_there(tmp_path: Path) -> None:
    keys = Keyring(tmp_path / "keys")
    with pytest.raises(StoreError, match="cannot be written"), no_file_beyond(10):
        keys.make("events", "2026-W11")
    assert files(tmp_path) == set()
    assert len(keys.make("events", "2026-W11")) == 32


@pytest.mark.parametrize("step", ["a table", "the ledger"])
def test_a_commit_that_finds_the_disk_full_changes_nothing(tmp_path: Path, step: str) -> None:
    store = Store(tmp_path / "store", Keyring(tmp_path / "keys"))

    def replaced(facts: str) -> None:
        with store.commit(MOMENT) as commit:
            commit.put("events", "2026-W11", "2026-03-09", FRAME if step == "a table" else FRAME.head(1))
            commit.facts = {"long": facts}

    try:
        with store.commit(MOMENT) as commit:
            commit.put("events", "2026-W11", "2026-03-09", FRAME.head(10))
        before = files(tmp_path)
        ledger = (tmp_path / "store" / "ledger.sqlite").stat().st_size
        with pytest.raises(StoreError, match="cannot be written"), no_file_beyond(ledger):
            replaced("x" * 100_000)
        assert files(tmp_path) == before
        found = store.read("events", "2026-W11", "2026-03-09")
        assert found is not None
        assert_frame_equal(found, FRAME.head(10))
        replaced("now there is room")
        assert len(files(tmp_path)) == len(before)
    finally:
        store.close()


# A run over days in many slices, which is killed before it has written its n-th table file, or at a step of the commit.
KILLED = """
import os, signal, sys
from netaudit import cli
from netaudit.pipeline import days, reading
from netaudit.store import ledger, tables
days.SLICE_ROWS, reading._BYTES_IN_MEMORY, reading._ROWS_PUT_ASIDE, reading._ROWS_AT_THE_DOOR = 150, 30_000, 200, 100
moment, *arguments = sys.argv[1:]
written = 0

def die_at(owner, name, wanted, *, after=False):
    real = getattr(owner, name)
    def counted(*given, **named):
        global written
        written += wanted is None
        if not after and moment in (name, str(written)):
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*given, **named)
        if after and moment == name + " done":
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, counted)

die_at(tables, "write_encrypted", None)  # what is put aside
die_at(tables, "write_sealed", None)
die_at(ledger.Ledger, "add_run", 1)
die_at(tables.Commit, "apply", 1, after=True)
try:
    cli.main(arguments, standalone_mode=False)
finally:
    print("written:", written)
"""


def sliced_run(out: Path, log: Path, moment: str = "never") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", KILLED, moment, "run", log, "--out", out, "--now", NOW]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def tables(out: Path) -> dict[tuple[str, str, str], pl.DataFrame]:
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        names = ("rejects", "visits_beside", *sorted(OF_A_DAY | OF_A_WEEK))
        places = [(name, *place) for name in names for place in store.ledger.parts(name)]
        found = {place: store.read(*place) for place in places}
        return {place: table for place, table in found.items() if table is not None}
    finally:
        store.close()


def assert_tables_equal(left: Path, right: Path) -> None:
    ours, theirs = tables(left), tables(right)
    assert sorted(ours) == sorted(theirs)
    for place, table in ours.items():
        assert_frame_equal(table, theirs[place], check_exact=True)


def test_killed_while_a_day_in_slices_grows(log: Path, tmp_path: Path) -> None:
    """The day holds a first log already; the second one changes where the day is cut."""
    lines = log.read_text().splitlines(keepends=True)
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    first.write_text("".join(lines[:600]) + "no line of a log\n")
    second.write_text("".join(lines[500:]) + "nor is this\n")
    before, after = tmp_path / "before", tmp_path / "after"
    assert sliced_run(before, first).returncode == 0
    shutil.copytree(before, after)
    whole_run = sliced_run(after, second)
    assert whole_run.returncode == 0, whole_run.stderr
    slices = [{part for table, _, part in tables(out) if table == "events"} for out in (before, after)]
    assert len(slices[0]) > 2
    assert slices[0] - slices[1]  # some slices are gone
    written = int(whole_run.stdout.rpartition("written: ")[2])
    assert written > 15
    moments = [*(str(number) for number in (1, 3, written // 2, written - 1, written)), "add_run", "apply done"]
    for moment in moments:
        out = tmp_path / moment.replace(" ", "_")
        shutil.copytree(before, out)
        assert sliced_run(out, second, moment).returncode == -signal.SIGKILL, moment
        assert_tables_equal(out, before)
        again = sliced_run(out, second)
        assert again.returncode == 0, again.stderr
        assert_tables_equal(out, after)
        assert pages(out) == pages(after), moment
        assert len(files(out)) == len(files(after)), moment
