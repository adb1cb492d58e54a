"""The store: encrypted, whole or absent, and never a step behind its ledger."""

from __future__ import annotations

import re
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
from netaudit.store import Store, encrypted_parquet
from netaudit.store.encrypted_parquet import check_engine, read_encrypted, write_encrypted

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


def test_polars_reads_what_pyarrow_encrypts_and_neither_takes_another_key(tmp_path: Path) -> None:
    key, other = b"0123456789abcdef" * 2, b"fedcba9876543210" * 2
    theirs, ours = tmp_path / "theirs.parquet", tmp_path / "ours.parquet"
    made_by_pyarrow = encryption.create_encryption_properties(
        footer_key=key, aad_prefix=b"a/purpose", store_aad_prefix=False
    )
    pq.write_table(FRAME.to_arrow(), theirs, encryption_properties=made_by_pyarrow, compression="none")
    assert_frame_equal(read_encrypted(theirs, key, "a/purpose"), FRAME)
    write_encrypted(FRAME, tmp_path / "ours", key, "a/purpose")
    for path in (theirs, ours):
        for wrong_key, purpose in ((other, "a/purpose"), (key, "another/purpose")):
            with pytest.raises(StoreError, match="the key does not open this file"):
                read_encrypted(path, wrong_key, purpose)
            properties = encryption.create_decryption_properties(footer_key=wrong_key, aad_prefix=purpose.encode())
            with pytest.raises(OSError, match=r"decrypt|AAD"):
                pq.read_table(path, decryption_properties=properties)


def test_the_unstable_interface_is_used_in_one_place() -> None:
    source = Path(encrypted_parquet.__file__).parents[1]
    unstable = re.compile(r"Parquet(En|De)cryption|encryption=")
    using = {path.name for path in source.rglob("*.py") if unstable.search(path.read_text(encoding="utf-8"))}
    assert using == {"encrypted_parquet.py"}


def test_metadata_and_statistics_are_not_in_the_file_as_they_are(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    put(store, pl.DataFrame({"canary_column": ["canary-smallest", "canary-zzz"], "canary_number": [71, 1_234_567]}))
    data = live_file(tmp_path).read_bytes()
    for trace in (b"canary", b"ARROW:schema", b"Polars", (1_234_567).to_bytes(8, "little")):
        assert trace not in data


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


def refuses(store: Store, path: Path, part: str = "2026-03-09") -> bool:
    try:
        store.read("events", "2026-W11", part)
    except StoreError as error:
        return error.problems[0].where == str(path)
    return False


def test_no_byte_of_a_file_can_change(tmp_path: Path) -> None:
    """Each byte, at its lowest or highest bit; among them those that Parquet's own encryption does not watch."""
    store = open_store(tmp_path)
    put(store)
    path = live_file(tmp_path)
    data = path.read_bytes()
    assert not refuses(store, path)
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 0x80 if place % 2 else 0x01
        path.write_bytes(changed)
        assert refuses(store, path), place
    path.write_bytes(data)
    assert not refuses(store, path)


def test_a_file_cannot_be_cut_lengthened_or_left_out(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    put(store)
    path = live_file(tmp_path)
    data = path.read_bytes()
    for content in (b"", data[:4], data[: len(data) // 2], data[:-1], data + b"x", data + data, data[:4] + b"x" + data):
        path.write_bytes(content)
        assert refuses(store, path), len(content)
    path.unlink()
    assert refuses(store, path)


def test_an_older_version_cannot_take_the_place_of_a_newer_one(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    put(store)
    older = live_file(tmp_path).read_bytes()
    put(store, FRAME.with_columns(n=pl.col("n") + 10))
    path = live_file(tmp_path)
    newer = path.read_bytes()
    path.write_bytes(older)
    assert refuses(store, path)
    path.write_bytes(newer)
    assert not refuses(store, path)


@pytest.mark.parametrize("other", [("visits", "2026-W11"), ("events", "2026-W12")])
def test_a_file_of_another_table_or_week_is_refused_even_under_an_equal_key(
    tmp_path: Path, other: tuple[str, str]
) -> None:
    for table, period in (("events", "2026-W11"), other):
        key = tmp_path / "keys" / period / f"{table}.key"
        for folder in (key.parent.parent, key.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        key.touch(mode=0o600)
        key.write_text("0f" * 32)
    store = open_store(tmp_path)
    with store.commit(NOW) as commit:
        commit.put("events", "2026-W11", "2026-03-09", FRAME)
        commit.put(*other, "2026-03-09", FRAME)
    theirs = next((tmp_path / "store" / other[0] / other[1]).glob("*.parquet"))
    mine = next((tmp_path / "store" / "events" / "2026-W11").glob("*.parquet"))
    mine.write_bytes(theirs.read_bytes())
    assert refuses(store, mine)
    with store.ledger.transaction():  # nor if its own name is made the live one
        store.ledger.set_part("events", "2026-W11", "2026-03-09", str(theirs.relative_to(store.folder)), 2, 1)
    assert refuses(store, theirs)


def test_files_of_earlier_versions_open_and_stay_what_they_were(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    put(store)
    key = store.keys.key("events", "2026-W11")
    names = {}
    for day in ("2026-03-10", "2026-03-11"):
        name = f"events/2026-W11/{day}.1.0123abcd"
        path = write_encrypted(FRAME, tmp_path / "store" / name, key, f"netaudit/events/2026-W11/{day}",
                               lambda written: written.with_suffix(".parquet"))  # fmt: skip
        names[day] = path
        with store.ledger.transaction():
            store.ledger.set_part("events", "2026-W11", day, f"{name}.parquet", 2, 1)
    found = store.read("events", "2026-W11", "2026-03-10")
    assert found is not None
    assert_frame_equal(found, FRAME)
    data = names["2026-03-10"].read_bytes()
    names["2026-03-10"].write_bytes(names["2026-03-11"].read_bytes())
    assert refuses(store, names["2026-03-10"], "2026-03-10")
    for place in range(0, len(data), 7):  # whatever comes of it: what was written, or a refusal
        changed = bytearray(data)
        changed[place] ^= 0x10
        names["2026-03-10"].write_bytes(changed)
        if not refuses(store, names["2026-03-10"], "2026-03-10"):
            found = store.read("events", "2026-W11", "2026-03-10")
            assert found is not None
            assert_frame_equal(found, FRAME)


@pytest.fixture
def engine() -> Iterator[None]:
    check_engine.cache_clear()
    yield
    check_engine.cache_clear()


@pytest.mark.parametrize("version", ["2.0.4", "2.2.0", "3.0.0b1", "unheard-of"])
@pytest.mark.usefixtures("engine")
def test_a_polars_that_was_not_tested_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setattr(pl, "__version__", version)
    with pytest.raises(StoreError, match="not a version that encryption was tested with") as caught:
        open_store(tmp_path)
    assert "pip install 'polars>=2.1,<2.2'" in caught.value.problems[0].remedy


@pytest.mark.usefixtures("engine")
def test_a_polars_that_does_not_encrypt_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = pl.DataFrame.write_parquet

    def plain(frame: pl.DataFrame, target: object, **settings: object) -> None:
        real(frame, target, **(settings | {"encryption": None}))  # type: ignore[arg-type]

    monkeypatch.setattr(pl.DataFrame, "write_parquet", plain)
    with pytest.raises(StoreError, match=r"does not encrypt what it should|cannot write or read encrypted files"):
        open_store(tmp_path)
    assert not (tmp_path / "store").exists()


@pytest.mark.usefixtures("engine")
def test_a_polars_that_takes_any_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encrypted_parquet, "_read_parquet", lambda *_: encrypted_parquet._PROBE)
    with pytest.raises(StoreError, match="with a wrong key or in a wrong place"):
        open_store(tmp_path)


@pytest.mark.usefixtures("engine")
def test_a_polars_without_the_interface_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(pl, "ParquetEncryptionProperties")
    with pytest.raises(StoreError, match="cannot write or read encrypted files here"):
        open_store(tmp_path)


def test_a_lost_key_is_never_made_anew_where_something_lies_under_it(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    put(store)
    store.close()
    path = tmp_path / "keys" / "2026-W11" / "events.key"
    path.unlink()
    store = open_store(tmp_path)
    said = (
        "the key of 'events' of 2026-W11 is missing\n"
        f" --> {path}\n"
        "  = help: restore it from the back-up of the keys; or, if that was done on purpose, say so: "
        "netaudit keys destroy --period 2026-W11 --table events"
    )
    with pytest.raises(StoreError) as caught:
        store.read("events", "2026-W11", "2026-03-09")
    assert str(caught.value) == said
    with pytest.raises(StoreError) as caught:
        put(store, part="2026-03-10")
    assert str(caught.value) == said
    with pytest.raises(StoreError, match="the key of 'pseudonyms' of 2026-W11 is missing"):
        store.key_of_period("pseudonyms", "2026-W11")
    assert not path.exists()
    with store.commit(NOW) as commit:  # another week, and another table of this one, have nothing to lose
        commit.put("events", "2026-W12", "2026-03-16", FRAME)
        commit.put("visits", "2026-W11", "2026-03-09", FRAME)
    assert len(store.key_of_period("pseudonyms", "2026-W13")) == 32


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


@pytest.mark.parametrize("lost", ["missing", "empty"])
def test_tables_whose_ledger_is_lost_are_not_taken_for_leftovers(tmp_path: Path, lost: str) -> None:
    store = open_store(tmp_path)
    put(store)
    store.close()
    ledger, kept = tmp_path / "store" / "ledger.sqlite", live_file(tmp_path)
    saved = ledger.read_bytes()
    ledger.unlink()
    if lost == "empty":
        ledger.touch(mode=0o600)
    for _ in range(2):  # nor by the second who tries
        with pytest.raises(StoreError, match="the ledger is missing"):
            open_store(tmp_path)
    assert kept.is_file()
    ledger.write_bytes(saved)
    found = open_store(tmp_path).read("events", "2026-W11", "2026-03-09")
    assert found is not None
    assert_frame_equal(found, FRAME)


def test_an_older_ledger_does_not_make_newer_tables_leftovers(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    put(store)
    store.close()
    ledger = tmp_path / "store" / "ledger.sqlite"
    old = ledger.read_bytes()
    put(open_store(tmp_path), FRAME.head(1))
    OPEN.pop().close()
    new, kept = ledger.read_bytes(), live_file(tmp_path)
    ledger.write_bytes(old)
    with pytest.raises(StoreError, match="does not open this file"):
        open_store(tmp_path).read("events", "2026-W11", "2026-03-09")
    OPEN.pop().close()
    assert live_file(tmp_path) == kept
    ledger.write_bytes(new)
    found = open_store(tmp_path).read("events", "2026-W11", "2026-03-09")
    assert found is not None
    assert found.height == 1


def test_who_only_reads_clears_no_table(tmp_path: Path) -> None:
    """By an older ledger, the tables of a day that came later are leftovers."""
    put(open_store(tmp_path))
    OPEN.pop().close()
    ledger = tmp_path / "store" / "ledger.sqlite"
    old = ledger.read_bytes()
    put(open_store(tmp_path), part="2026-03-10")
    OPEN.pop().close()
    new = ledger.read_bytes()
    ledger.write_bytes(old)
    assert open_store(tmp_path).read("events", "2026-W11", "2026-03-10") is None
    OPEN.pop().close()
    ledger.write_bytes(new)
    assert open_store(tmp_path).read("events", "2026-W11", "2026-03-10") is not None


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
