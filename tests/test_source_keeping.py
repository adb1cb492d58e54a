"""Versions of imported lists: a crash at any instant leaves the old or the new one; imports wait for one another."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from source_lists import NOW, adapter, bring_in, class_map_of, hosts, write_categories, write_lists

from netaudit.definitions.categories import load_class_map
from netaudit.definitions.imported_lists import IMPORTED, live_sources, read_imported
from netaudit.errors import DefinitionError, StoreError
from netaudit.sources.keeping import keep, locked, version_of

OLD = {"casinos": hosts("bet", 1000), "papers": hosts("daily", 60)}
NEW = {"casinos": hosts("bet", 1100), "papers": hosts("daily", 60)}

# Imports a version and is killed at the n-th call that changes a file or folder; says how many calls there were.
KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from source_lists import adapter, bring_in, class_map_of
origin, folder, categories, deadly = Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5])
class_map = class_map_of(categories)
count = 0
def counted(name, call):
    def instead(*arguments, **more):
        global count
        count += 1
        if count == deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **more)
    return instead
for name in ("open", "fsync", "replace", "unlink", "mkdir", "fdopen", "close"):
    setattr(os, name, counted(name, getattr(os, name)))
report = bring_in(adapter(), origin, folder, class_map)
assert report.is_live
print(count)
"""


def state(folder: Path) -> list[str]:
    """Return the version that is live as a reader sees it, and check that it can be read."""
    sources = live_sources(folder)
    rows, problems = read_imported(sources)
    assert problems == []
    for source in sources:
        assert version_of(rows.filter(source=source.name).select(IMPORTED.names())) == source.version
    return [source.version for source in sources]


@pytest.fixture(scope="module")
def origins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("origins")
    write_lists(place / "old", OLD)
    write_lists(place / "new", NEW)
    write_categories(place / "categories")
    return place


def test_what_is_kept_is_what_readers_expect(origins: Path, tmp_path: Path) -> None:
    folder = tmp_path / "category_lists"
    report = bring_in(adapter(stale_after_days=14), origins / "old", folder, class_map_of(origins / "categories"))
    (about,) = live_sources(folder)
    assert (about.name, about.tier, about.version) == ("made_up", "bulk", report.version)
    assert (about.imported_at, about.upstream_date, about.stale_after_days) == (NOW, None, 14)
    assert (about.title, about.licence, about.attribution) == ("A made-up list", "CC0-1.0", "Nobody")
    assert about.rows == {"gambling": 1000, "news": 60}
    assert about.file.name == f"made_up-{report.version[:16]}.parquet"
    rows = pl.read_parquet(about.file)
    assert rows.schema == IMPORTED
    assert rows.equals(rows.unique().sort("pattern", "category", "upstream"))
    class_map = load_class_map(origins / "categories", imports=folder)
    assert class_map.imported.height == 1060
    assert [source.name for source in class_map.sources] == ["made_up"]


def test_only_the_owner_may_look(origins: Path, tmp_path: Path) -> None:
    folder = tmp_path / "category_lists"
    bring_in(adapter(), origins / "old", folder, class_map_of(origins / "categories"))
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_old_versions_file_stays(origins: Path, tmp_path: Path) -> None:
    class_map = class_map_of(origins / "categories")
    reports = [bring_in(adapter(), origins / name, tmp_path, class_map) for name in ("old", "new", "old")]
    assert reports[0].version == reports[2].version != reports[1].version
    assert [report.previous for report in reports] == [None, reports[0].version, reports[1].version]
    names = sorted(path.name for path in (tmp_path / "lists").iterdir())
    assert names == sorted(f"made_up-{report.version[:16]}.parquet" for report in reports[:2])
    assert state(tmp_path) == [reports[0].version]


def test_the_same_rows_again_only_renew_the_date(origins: Path, tmp_path: Path) -> None:
    class_map = class_map_of(origins / "categories")
    bring_in(adapter(), origins / "old", tmp_path, class_map)
    (file,) = (tmp_path / "lists").iterdir()
    before = file.stat()
    bring_in(adapter(), origins / "old", tmp_path, class_map, now=NOW + timedelta(days=3))
    after = file.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert live_sources(tmp_path)[0].imported_at == NOW + timedelta(days=3)


def test_a_trial_changes_nothing(origins: Path, tmp_path: Path) -> None:
    class_map = class_map_of(origins / "categories")
    folder = tmp_path / "category_lists"
    report = bring_in(adapter(), origins / "old", folder, class_map, dry_run=True)
    assert (report.is_live, report.refusals, report.rows) == (False, (), {"gambling": 1000, "news": 60})
    assert not folder.exists()
    bring_in(adapter(), origins / "old", folder, class_map)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert not bring_in(adapter(), origins / "new", folder, class_map, dry_run=True).is_live
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_killed_at_any_instant_the_old_or_the_new_version_is_live(origins: Path, tmp_path: Path) -> None:
    first = tmp_path / "first"
    class_map = class_map_of(origins / "categories")
    old = bring_in(adapter(), origins / "old", first, class_map).version
    new = bring_in(adapter(), origins / "new", first, class_map, dry_run=True).version

    def run(folder: Path, deadly: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", KILLED, Path(__file__).parent, origins / "new", folder, origins / "categories"]
        return subprocess.run([*command, str(deadly)], capture_output=True, text=True, check=False)

    whole = run(shutil.copytree(first, tmp_path / "whole"), 0)
    calls = int(whole.stdout)
    assert calls > 15
    seen = []
    for deadly in range(1, calls + 1):
        folder = shutil.copytree(first, tmp_path / str(deadly))
        assert run(folder, deadly).returncode == -signal.SIGKILL
        seen += state(folder)
        if deadly in {calls // 2, calls}:  # and the next import clears up and succeeds
            assert bring_in(adapter(), origins / "new", folder, class_map).is_live
            assert state(folder) == [new]
            assert not list(folder.rglob("*.partial"))
        shutil.rmtree(folder)
    assert seen == sorted(seen, key=[old, new].index)
    assert set(seen) == {old, new}


def test_a_full_disk_leaves_the_old_version(origins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class_map = class_map_of(origins / "categories")
    old = bring_in(adapter(), origins / "old", tmp_path, class_map).version

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        bring_in(adapter(), origins / "new", tmp_path, class_map)
    monkeypatch.undo()
    assert state(tmp_path) == [old]
    assert not list(tmp_path.rglob("*.partial"))


def _import_own(name: str, folder: Path, origins: Path, turns: int) -> None:
    class_map = class_map_of(origins / "categories" / name)  # written anew by each: not the same files
    for turn in range(turns):
        source = adapter()
        object.__setattr__(source, "name", name)
        bring_in(source, origins / ("old", "new")[turn % 2], folder, class_map)


def test_imports_at_the_same_time_lose_nothing(origins: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_import_own, args=(f"list_{n}", tmp_path, origins, 4)) for n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert [source.name for source in live_sources(tmp_path)] == ["list_0", "list_1", "list_2"]
    assert len(set(state(tmp_path))) == 1


def test_a_version_that_became_live_meanwhile_is_what_counts(
    origins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from netaudit.sources import importing  # noqa: PLC0415 - its lock is what is changed here

    class_map = class_map_of(origins / "categories")
    folder = tmp_path / "category_lists"

    def overtaken(place: Path) -> object:
        monkeypatch.undo()
        flooded = write_lists(tmp_path / "flooded", {"casinos": hosts("bet", 9000)})
        assert bring_in(adapter(), flooded, folder, class_map).is_live
        return locked(place)

    monkeypatch.setattr(importing, "locked", overtaken)
    report = bring_in(adapter(), origins / "old", folder, class_map)
    assert not report.is_live
    assert "9,000 in the last version" in report.refusals[0].what
    assert live_sources(folder)[0].rows == {"gambling": 9000}


def test_a_damaged_version_is_replaced_and_told_of(origins: Path, tmp_path: Path) -> None:
    class_map = class_map_of(origins / "categories")
    bring_in(adapter(), origins / "old", tmp_path, class_map)
    (file,) = (tmp_path / "lists").iterdir()
    file.write_bytes(file.read_bytes()[:-40] + bytes(40))
    with pytest.raises(DefinitionError, match="not as it was written"):
        load_class_map(origins / "categories", imports=tmp_path)
    report = bring_in(adapter(), origins / "old", tmp_path, class_map)
    assert report.warnings[0] == "the last version's file is damaged: sizes are measured by the adapter's expectation"
    assert state(tmp_path) == [report.version]


def test_a_damaged_register_stops_everything_and_is_not_written_over(origins: Path, tmp_path: Path) -> None:
    (tmp_path / "live.json").write_text("{")
    with pytest.raises(DefinitionError, match="the register of imported lists is damaged"):
        bring_in(adapter(), origins / "old", tmp_path, class_map_of(origins / "categories"))
    assert (tmp_path / "live.json").read_text() == "{"


def test_what_others_wrote_into_the_register_stays(tmp_path: Path) -> None:
    rows = pl.DataFrame({"pattern": ["a.example"], "category": ["news"], "upstream": ["x"]}, schema=IMPORTED)
    with locked(tmp_path):
        keep(tmp_path, "one", rows, {"tier": "bulk"})
        keep(tmp_path, "two", rows, {"tier": "curated"})
    sources = json.loads((tmp_path / "live.json").read_text())["sources"]
    assert {name: entry["tier"] for name, entry in sources.items()} == {"one": "bulk", "two": "curated"}


def test_the_version_is_of_what_the_rows_say(tmp_path: Path) -> None:
    rows = pl.DataFrame({"pattern": ["a.example", "b.example"], "category": ["news"] * 2, "upstream": ["x"] * 2})
    rows.write_parquet(tmp_path / "a", compression="uncompressed")
    rows.write_parquet(tmp_path / "b", compression="zstd")
    assert version_of(pl.read_parquet(tmp_path / "a")) == version_of(pl.read_parquet(tmp_path / "b"))
    assert version_of(rows) != version_of(rows.with_columns(category=pl.lit("sport")))
    assert version_of(rows) != version_of(rows.head(1))
