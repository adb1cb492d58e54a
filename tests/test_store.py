"""The store: encrypted, whole or absent, and never a step behind its ledger."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal
from pyarrow.parquet import encryption

from netaudit.contracts import FileAccount
from netaudit.errors import StoreError
from netaudit.protect import Keyring
from netaudit.store import Store

NOW = datetime(2026, 3, 16, tzinfo=UTC)
FRAME = pl.DataFrame({"site": ["canary-site.example", "bbc.co.uk"], "n": [1, 2]})


OPEN: list[Store] = []


@pytest.fixture(autouse=True)
def close_stores() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


def open_store(folder: Path) -> Store:
    OPEN.append(Store(folder / "store", Keyring(folder / "keys")))
    return OPEN[-1]


def put(store: Store, frame: pl.DataFrame = FRAME, part: str = "2026-03-09") -> None:
    with store.commit(NOW) as commit:
        commit.put("events", "2026-W11", part, frame)


def live_file(folder: Path) -> Path:
    (path,) = (folder / "store" / "events").rglob("*.parquet")
    return path


def test_what_is_committed_is_read_back(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    put(store)
    store.close()
    again = open_store(tmp_path)
    found = again.read("events", "2026-W11", "2026-03-09")
    assert found is not None
    assert_frame_equal(found, FRAME)
    assert again.read("events", "2026-W11", "2026-03-10") is None


def test_nothing_readable_lies_on_disk(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    put(store)
    staged = store.stage(FRAME)
    data = live_file(tmp_path).read_bytes() + staged.read_bytes()
    assert b"canary" not in data
    assert b"site" not in data  # nor the names of the columns
    assert_frame_equal(store.staged(staged), FRAME)


def test_pyarrow_reads_what_polars_encrypts(tmp_path: Path) -> None:
    """The interface in Polars is marked unstable; the format is the Parquet standard's own."""
    store = open_store(tmp_path)
    put(store)
    key = Keyring(tmp_path / "keys").key("events", "2026-W11")
    path = live_file(tmp_path)
    part, run, drawn, _, _ = path.name.split(".")
    properties = encryption.create_decryption_properties(
        footer_key=key, aad_prefix=f"netaudit/events/2026-W11/{part}.{run}.{drawn}".encode()
    )
    table = pq.read_table(path, decryption_properties=properties)
    assert table["site"].to_pylist() == ["canary-site.example", "bbc.co.uk"]


@pytest.mark.parametrize("damage", ["another key", "a flipped bit", "a file of another day"])
def test_a_file_that_is_not_what_it_was_is_refused_by_name(tmp_path: Path, damage: str) -> None:
    store = open_store(tmp_path)
    put(store)
    path = live_file(tmp_path)
    if damage == "another key":
        store.close()
        (tmp_path / "keys" / "2026-W11" / "events.key").write_text("0f" * 32)
        store = open_store(tmp_path)
    elif damage == "a flipped bit":
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    else:
        put(store, part="2026-03-10")
        other = next(one for one in (tmp_path / "store" / "events").rglob("2026-03-10*"))
        shutil.copy(other, path)
    with pytest.raises(StoreError) as caught:
        store.read("events", "2026-W11", "2026-03-09")
    assert caught.value.problems[0].where == str(path)
    assert "restore the file and its key" in caught.value.problems[0].remedy


def test_a_crash_before_the_commit_leaves_the_old_state(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    put(store)
    newer = FRAME.with_columns(n=pl.col("n") + 10)

    def crash() -> None:
        with store.commit(NOW) as commit:
            commit.put("events", "2026-W11", "2026-03-09", newer)
            commit.add_file(FileAccount("1", "squid", 1, events=1), "digest", "mark")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash()
    store.close()
    again = open_store(tmp_path)
    found = again.read("events", "2026-W11", "2026-03-09")
    assert found is not None
    assert_frame_equal(found, FRAME)
    assert again.ledger.files() == []
    assert len(list((tmp_path / "store" / "events").rglob("*.parquet"))) == 1


def test_a_replaced_part_leaves_no_file_behind(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    put(store)
    put(store, FRAME.head(1))
    assert len(list((tmp_path / "store" / "events").rglob("*"))) == 2  # the period's folder and the live file
    found = store.read("events", "2026-W11", "2026-03-09")
    assert found is not None
    assert found.height == 1


def test_two_runs_do_not_use_a_store_at_once(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with pytest.raises(StoreError, match="another run is using the store"):
        open_store(tmp_path)
    store.close()
    open_store(tmp_path).close()


def test_keys_are_random_private_and_stay_the_same(tmp_path: Path) -> None:
    ring = Keyring(tmp_path / "keys")
    key = ring.make("events", "2026-W11")
    assert len({key, ring.make("visits", "2026-W11"), ring.make("events", "2026-W12")}) == 3
    assert Keyring(tmp_path / "keys").key("events", "2026-W11") == key
    assert Keyring(tmp_path / "others").make("events", "2026-W11") != key
    for path in (tmp_path / "keys").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


def test_open_keys_are_refused_with_the_remedy(tmp_path: Path) -> None:
    Keyring(tmp_path / "keys").make("events", "2026-W11")
    path = tmp_path / "keys" / "2026-W11" / "events.key"
    path.chmod(0o644)
    with pytest.raises(StoreError) as caught:
        Keyring(tmp_path / "keys")
    assert str(caught.value) == f"a key is open to others\n --> {path}\n  = help: chmod 600 {path}"
    (tmp_path / "keys").chmod(0o755)
    with pytest.raises(StoreError, match="the key folder is open to others"):
        Keyring(tmp_path / "keys")
