"""Class maps that runs have used: kept whole, found again, and an old report made anew with them."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from approved import DPIA_SECTION
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from imported_data import OVERRIDES, write_import

from netaudit.definitions.categories import categories_folder, load_class_map
from netaudit.errors import StoreError
from netaudit.pipeline.class_maps import find_map, keep, load_kept_map, packed
from netaudit.protect import Keyring
from netaudit.report import AUDIENCES
from netaudit.store import Archive, Store

NETAUDIT = Path(sys.executable).with_name("netaudit")
NOW = "2026-03-20T06:00:00"
TODAY = date(2026, 3, 20)
TUESDAY = 1773136800  # 2026-03-10 10:00 in London


def netaudit(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([NETAUDIT, *map(str, arguments)], capture_output=True, text=True, check=False)


def request(time: int, url: str, user: str) -> str:
    return f"{time}.000 100 192.0.2.7 TCP_MISS/200 40000 GET {url} {user} HIER_DIRECT/203.0.113.9 text/html\n"


def pages(out: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes()
        for audience in AUDIENCES
        for path in sorted((out / audience).rglob("*"))
        if path.is_file()
    }


def hashes(out: Path) -> list[str]:
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        return [facts["hashes"]["categories"] for _, facts in store.ledger.runs()]
    finally:
        store.close()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An organisation with an override, a list of its own, two imported ones, and a log that each decides about."""
    place = tmp_path / "place"
    own = place / "categories"
    own.mkdir(parents=True)
    (place / "netaudit.toml").write_text('[categories]\nfolder = "categories"\nimports = "lists"\n' + DPIA_SECTION)
    (own / "overrides.csv").write_text(f"{OVERRIDES}override.example,gambling,a trial,IG,2026-01-01,,\n")
    (own / "dating.csv").write_text("pattern,site,role,note\nown.example,,,\n")
    write_import(place / "lists", "first", [("imported.example", "online_games"), ("both.example", "gambling")])
    write_import(place / "lists", "second", [("both.example", "gambling")], upstream_date=None)
    sites = ("override", "own", "imported", "both")
    lines = [
        request(TUESDAY + 60 * minute, f"http://www.{site}.example/{minute}", f"canary{number}")
        for number, site in enumerate(sites)
        for minute in range(70)
    ]
    (place / "access.log").write_text("".join(lines))
    return place


def run(place: Path, *options: str | Path, out: str = "out") -> subprocess.CompletedProcess[str]:
    config = place / "netaudit.toml"
    return netaudit("run", place / "access.log", "--config", config, "--out", place / out, "--now", NOW, *options)


def other_classes(place: Path) -> None:
    """Change everything that a map is made of."""
    (place / "categories" / "overrides.csv").write_text(f"{OVERRIDES}override.example,news,no trial,IG,2026-01-01,,\n")
    (place / "categories" / "dating.csv").unlink()
    shutil.rmtree(place / "lists")
    write_import(place / "lists", "first", [("imported.example", "news")])


def test_an_old_report_is_made_anew_with_its_map(place: Path, tmp_path: Path) -> None:
    first = run(place)
    assert first.returncode == 0, first.stderr
    (used,) = hashes(place / "out")
    kept = place / "out" / "store" / "class_maps"
    assert sorted(str(path.relative_to(kept)).partition("-")[0] for path in kept.rglob("*") if path.is_file()) == [
        f"{used}.zip",
        "lists/first",
        "lists/second",
    ]
    assert {path.stat().st_mode & 0o077 for path in kept.rglob("*")} == {0}
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(place, elsewhere, ignore=shutil.ignore_patterns("out"))
    shutil.copytree(place / "out" / "keys", elsewhere / "old" / "keys")
    shutil.copytree(place / "out" / "keys", elsewhere / "new" / "keys")
    other_classes(elsewhere)
    with_today = run(elsewhere, out="new")
    assert with_today.returncode == 0, with_today.stderr
    assert pages(elsewhere / "new") != pages(place / "out")
    again = run(elsewhere, "--class-map", kept / f"{used}.zip", out="old")
    assert again.returncode == 0, again.stderr
    assert hashes(elsewhere / "old") == [used]
    assert pages(elsewhere / "old") == pages(place / "out")
    # The map is kept there as well, the same bytes, and can be found by its hash.
    copies = elsewhere / "old" / "store" / "class_maps"
    assert {path.name: path.read_bytes() for path in copies.rglob("*.*")} == {
        path.name: path.read_bytes() for path in kept.rglob("*.*")
    }
    (elsewhere / "access.log").write_text(request(TUESDAY, "http://www.override.example/", "canary9"))
    by_hash = run(elsewhere, "--class-map", used[:8], out="old")
    assert by_hash.returncode == 0, by_hash.stderr
    assert hashes(elsewhere / "old") == [used, used]


def test_two_maps_share_the_lists_that_did_not_change(place: Path) -> None:
    assert run(place).returncode == 0
    (place / "categories" / "dating.csv").write_text("pattern,site,role,note\nanother.example,,,\n")
    write_import(place / "lists", "second", [("both.example", "dating")])
    assert run(place).returncode == 0
    kept = place / "out" / "store" / "class_maps"
    assert len(set(hashes(place / "out"))) == len(list(kept.glob("*.zip"))) == 2
    assert sorted(path.name.partition("-")[0] for path in (kept / "lists").iterdir()) == ["first", "second", "second"]


def test_the_archive_says_which_file_won(place: Path) -> None:
    class_map = load_class_map(categories_folder(), [place / "categories"], TODAY, place / "lists")
    kept = packed(class_map)
    assert packed(class_map).content == kept.content
    archive = Archive(place / "store")
    keep(kept, archive)
    with zipfile.ZipFile(archive.folder / f"{class_map.sha256}.zip") as found:
        manifest = json.loads(found.read("map.json"))
        assert manifest["files"]["dating.csv"] == manifest["files"]["overrides.csv"] == "own"
        assert manifest["files"]["taxonomy.toml"] == "shipped"
        assert found.read("own/dating.csv") == (place / "categories" / "dating.csv").read_bytes()
        assert manifest["sources"]["first"]["licence"] == "CC BY-SA 4.0"
        assert {entry.date_time for entry in found.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_kept_map_warns_as_the_day_asks_for(place: Path) -> None:
    class_map = load_class_map(categories_folder(), [place / "categories"], TODAY, place / "lists")
    archive = Archive(place / "store")
    keep(packed(class_map), archive)
    path = archive.folder / f"{class_map.sha256}.zip"
    shutil.rmtree(place / "lists")
    then, _ = load_kept_map(path, TODAY)
    later, _ = load_kept_map(path, date(2026, 5, 1))
    assert then.warnings == class_map.warnings
    assert not any("days old" in one for one in then.warnings)
    assert [one for one in later.warnings if "days old" in one] == [
        "the imported list first is 62 days old",
        "the imported list second is 61 days old",
    ]
    assert then.rules.drop("where").equals(class_map.rules.drop("where"))
    assert then.lines.equals(class_map.lines)


def kept_map(folder: Path, lists: bool = True) -> Path:
    imports = folder / "imports"
    if lists:
        write_import(imports, "first", [("imported.example", "online_games")])
    class_map = load_class_map(categories_folder(), (), TODAY, imports)
    archive = Archive(folder / "store")
    keep(packed(class_map), archive)
    return archive.folder / f"{class_map.sha256}.zip"


def test_maps_are_found_by_eight_digits_and_no_doubt(tmp_path: Path) -> None:
    folder = tmp_path / "class_maps"
    folder.mkdir()
    ours, like_it, other = "ab" * 32, "ab" * 16 + "cd" * 16, "0" * 64
    for name in (ours, like_it, other):
        (folder / f"{name}.zip").touch()

    def told(wanted: str) -> str:
        with pytest.raises(StoreError) as caught:
            find_map(wanted, tmp_path)
        (problem,) = caught.value.problems
        return str(problem)

    assert find_map("0" * 8, tmp_path) == folder / f"{other}.zip"
    assert find_map(ours, tmp_path) == folder / f"{ours}.zip"
    assert find_map(str(folder / f"{ours}.zip"), tmp_path) == folder / f"{ours}.zip"
    assert told("abababab") == (
        f"several class maps begin with 'abababab'\n --> {folder}\n  = help: give more of it: {ours}, {like_it}"
    )
    assert told("12345678") == (
        f"no class map '12345678' is kept\n --> {folder}\n  = help: kept: {other[:16]}, {ours[:16]}, {like_it[:16]}"
    )
    for short in ("0000000", "", "latest!!", "ABABABAB", "../../00000000"):
        assert told(short).startswith(f"'{short}' names no class map\n --> {folder}\n  = help: give 8 or more digits")
    assert told("nowhere.zip").startswith("there is no such file\n --> nowhere.zip")


def test_a_run_with_a_map_that_is_not_there_changes_nothing(place: Path) -> None:
    done = run(place, "--class-map", "0123456789")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: no class map '0123456789' is kept\n"
        f" --> {place / 'out' / 'store' / 'class_maps'}\n  = help: kept: none\n"
    )
    assert not (place / "out").exists()


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ("cut short", "the class map is damaged"),
        ("another text", "the class map is damaged"),
        ("gone list", "the class map cannot be used: an imported list cannot be read: No such file or directory"),
        ("other list", "the class map cannot be used: an imported list is not as it was written"),
        ("renamed", "the class map is not the one that it says it is"),
        ("other file", "the class map is not the one that it says it is"),
        ("broken file", "the class map cannot be used: 'Capital.example' is not a pattern"),
    ],
)
def test_a_damaged_map_is_told_in_one_message(tmp_path: Path, damage: str, what: str) -> None:
    path = kept_map(tmp_path)
    (imported,) = (path.parent / "lists").iterdir()
    content = path.read_bytes()
    where = str(path)
    if damage == "cut short":
        path.write_bytes(content[:-1000])
    elif damage == "another text":
        at = content.index(b"pornhub")
        path.write_bytes(content[:at] + b"x" + content[at + 1 :])
    elif damage == "gone list":
        imported.unlink()
        where = str(imported)
    elif damage == "other list":
        imported.write_bytes(imported.read_bytes() + b"x")
        where = str(imported)
    elif damage == "renamed":
        path = path.rename(path.with_name("0" * 64 + ".zip"))
        where = str(path)
    else:
        with zipfile.ZipFile(path) as old:
            files = {name: old.read(name) for name in old.namelist()}
        files["own/adult.csv"] += b"another.example,,,\n" if damage == "other file" else b"Capital.example,,,\n"
        with zipfile.ZipFile(path, "w") as new:
            for name, text in files.items():
                new.writestr(name, text)
        if damage == "broken file":
            lines = files["own/adult.csv"].count(b"\n")
            where, what = f"{path}/adult.csv:{lines}", "the class map cannot be used: pattern 'Capital.example'"
    with pytest.raises(StoreError) as caught:
        load_kept_map(path, TODAY)
    (problem,) = caught.value.problems
    assert problem.what.startswith(what)
    assert problem.where == where
    assert problem.remedy == "restore it from a back-up, or use another class map"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept_map(tmp_path_factory.mktemp("sound"))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_byte_is_changed_the_map_is_the_same_or_refused(
    sound: Path, tmp_path: Path, data: st.DataObject
) -> None:
    content = bytearray(sound.read_bytes())
    # Half of the changes go into what describes the files, where other faults than wrong text come from.
    first = data.draw(st.sampled_from([0, len(content) - 6000]))
    at = data.draw(st.integers(first, len(content) - 1))
    content[at] = data.draw(st.integers(0, 255))
    folder = tmp_path / "class_maps"
    if not folder.exists():
        shutil.copytree(sound.parent, folder)
    (folder / sound.name).write_bytes(content)
    try:
        class_map, _ = load_kept_map(folder / sound.name, TODAY)
    except StoreError as error:
        problems = error.problems
    else:
        problems = (class_map.sha256 == sound.stem,)
    assert len(problems) == 1
    assert problems[0]


# Kills a run while it keeps the map: before, with half of a file written, between two files, and after.
KILLED = """
import os, signal, sys
from netaudit import cli
from netaudit.store import archive
moment, *arguments = sys.argv[1:]
real, written = archive._write, 0

def write(path, content):
    global written
    written += 1
    if moment == f"half {written}":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(path.name + ".new").write_bytes(content[: len(content) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    real(path, content)
    if moment == f"after {written}":
        os.kill(os.getpid(), signal.SIGKILL)

archive._write = write
cli.main(arguments)
"""


@pytest.mark.parametrize("moment", ["half 1", "after 1", "half 3", "after 3"])
def test_killed_while_it_keeps_the_map(place: Path, moment: str) -> None:
    whole = run(place, out="whole")
    assert whole.returncode == 0
    shutil.copytree(place / "whole" / "keys", place / "out" / "keys")
    command = [sys.executable, "-c", KILLED, moment, "run", place / "access.log"]
    command += ["--config", place / "netaudit.toml", "--out", place / "out", "--now", NOW]
    killed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert hashes(place / "out") == []  # nothing has become true; and whoever opens the store clears the leftovers
    store = place / "out" / "store"
    assert not [
        path for path in store.rglob("*") if path.suffix in {".new", ".parquet"} and path.parent.name != "lists"
    ]
    for path in (store / "class_maps").rglob("*.*"):
        twin = place / "whole" / path.relative_to(place / "out")
        assert path.read_bytes() == twin.read_bytes()
    again = run(place)
    assert again.returncode == 0, again.stderr
    assert pages(place / "out") == pages(place / "whole")
    marks = "lines_seen/2026-W11/*"
    assert len([*store.glob(marks)]) == len([*(place / "whole" / "store").glob(marks)])


def test_a_full_disk_leaves_no_half_map(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(StoreError, match="cannot be written: File too large") as caught:
            archive.keep("lists/a.parquet", b"content" * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.problems[0].where == str(archive.folder / "lists")
    assert list((archive.folder / "lists").iterdir()) == []


def test_what_is_kept_is_mended_when_it_was_damaged(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.keep("a.zip", b"content")
    (archive.folder / "a.zip").write_bytes(b"another")
    archive.keep("a.zip", b"content")
    assert archive.read("a.zip") == b"content"
    before = (archive.folder / "a.zip").stat().st_mtime_ns
    archive.keep("a.zip", b"content")
    assert (archive.folder / "a.zip").stat().st_mtime_ns == before
    assert archive.names(".zip") == ["a.zip"]


def test_the_store_leaves_kept_files_alone(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", Keyring(tmp_path / "keys"))
    store.archive.keep("lists/one.parquet", b"content")
    store.archive.keep("two.zip", b"content")
    (store.archive.folder / "lists" / "three.parquet.new").touch()
    with store.commit(datetime(2026, 3, 20, tzinfo=UTC)):
        pass
    store.close()
    assert sorted(path.name for path in (tmp_path / "store" / "class_maps").rglob("*.*")) == ["one.parquet", "two.zip"]
