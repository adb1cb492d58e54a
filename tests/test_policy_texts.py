"""Policies that runs have used: their text kept whole, found by its hash, and read again."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from netaudit.definitions.policies import SHIPPED, load_policy
from netaudit.definitions.policy_changes import read_changes
from netaudit.errors import DefinitionError, StoreError
from netaudit.pipeline.policy_texts import find_policy, keep_policy
from netaudit.protect import Keyring
from netaudit.store import POLICIES, Archive, Store

NETAUDIT = Path(sys.executable).with_name("netaudit")
OWN = 'extends = "leeds"\nid = "trust"\n\n[[rule]]\nrule_id = "gambling"\nroute = "hr"\n'


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    """A folder with a policy of the organisation's own, which extends a shipped one."""
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "trust.toml").write_text(OWN)
    return folder


def test_a_kept_policy_is_read_again_by_its_hash(overlay: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    policy = load_policy("trust", [overlay])
    keep_policy(policy, Archive(store, POLICIES))
    shutil.rmtree(overlay)
    again = find_policy(policy.sha256[:8], store)
    assert again == policy
    assert again.rule("gambling").route == "hr"
    assert find_policy(str(store / "policies" / f"{policy.sha256}.zip")) == policy


def test_the_archive_holds_the_words_as_they_were_read(overlay: Path, tmp_path: Path) -> None:
    keep_policy(policy := load_policy("trust", [overlay]), Archive(tmp_path, POLICIES))
    with zipfile.ZipFile(tmp_path / "policies" / f"{policy.sha256}.zip") as kept:
        assert kept.namelist() == ["0.toml", "1.toml"]
        assert kept.read("0.toml") == (SHIPPED / "leeds.toml").read_bytes()
        assert kept.read("1.toml").decode() == OWN
        digest = hashlib.sha256(kept.read("0.toml") + b"\0" + kept.read("1.toml")).hexdigest()
    assert policy.sha256 == digest  # of the words alone: no path is in it


def test_the_hash_is_the_same_wherever_the_files_lie(overlay: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(overlay / "trust.toml", elsewhere / "renamed.toml")
    assert load_policy("trust", [overlay]).sha256 == load_policy(elsewhere / "renamed.toml").sha256


def test_a_policy_that_extends_the_shipped_one_of_its_own_name_is_kept_too(tmp_path: Path) -> None:
    (tmp_path / "leeds.toml").write_text(OWN)
    policy = load_policy("leeds", [tmp_path])
    keep_policy(policy, Archive(tmp_path, POLICIES))
    assert find_policy(policy.sha256, tmp_path) == policy


def test_settings_can_be_tried_on_a_kept_policy(overlay: Path, tmp_path: Path) -> None:
    keep_policy(policy := load_policy("trust", [overlay]), Archive(tmp_path, POLICIES))
    changes = read_changes(["one_hour.limit_minutes=30"], "the test")
    assert find_policy(policy.sha256[:12], tmp_path, changes=changes).one_hour.limit_minutes == 30
    with pytest.raises(DefinitionError, match="one_huor"):
        find_policy(policy.sha256[:12], tmp_path, changes=read_changes(["one_huor.limit_minutes=30"], "the test"))


def test_a_name_goes_before_a_hash(tmp_path: Path) -> None:
    (tmp_path / "deadbeef.toml").write_text(OWN)
    assert find_policy("deadbeef", tmp_path, [tmp_path]).policy_id == "trust"
    assert find_policy("leeds", tmp_path).policy_id == "leeds"


def test_what_is_not_kept_is_told(overlay: Path, tmp_path: Path) -> None:
    keep_policy(policy := load_policy("trust", [overlay]), Archive(tmp_path, POLICIES))
    wrong = ("0" if policy.sha256[0] != "0" else "1") * 8
    with pytest.raises(StoreError, match=f"no policy '{wrong}' is kept") as told:
        find_policy(wrong, tmp_path)
    assert policy.sha256[:16] in str(told.value)
    with pytest.raises(DefinitionError, match="there is no policy 'leds'"):
        find_policy("leds", tmp_path)
    (tmp_path / "policies" / f"{policy.sha256[:8]}{'0' * 56}.zip").write_bytes(b"")
    with pytest.raises(StoreError, match="several policies begin"):
        find_policy(policy.sha256[:8], tmp_path)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"no archive at all"])
def test_a_damaged_archive_is_told(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / f"{'ab' * 32}.zip").write_bytes(damage)
    with pytest.raises(StoreError, match="damaged"):
        find_policy("abababab", tmp_path)


def test_another_policy_under_the_hash_is_refused(overlay: Path, tmp_path: Path) -> None:
    keep_policy(policy := load_policy("trust", [overlay]), Archive(tmp_path, POLICIES))
    path = tmp_path / "policies" / f"{policy.sha256}.zip"
    path.rename(path.with_name(f"{'ab' * 32}.zip"))
    with pytest.raises(StoreError, match="not the one that it says it is"):
        find_policy("abababab", tmp_path)


def test_a_run_keeps_the_policy_it_used_and_a_half_written_one_is_cleared(tmp_path: Path) -> None:
    log, out = tmp_path / "access.log", tmp_path / "out"
    log.write_text(
        "1773136800.000 100 192.0.2.7 TCP_MISS/200 40000 GET http://a.example/ ann HIER_DIRECT/203.0.113.9 text/html\n"
    )
    command = [NETAUDIT, "run", log, "--out", out, "--now", "2026-03-20T06:00:00"]
    subprocess.run(command, check=True, capture_output=True)
    (kept,) = (out / "store" / "policies").iterdir()
    assert kept.stem == load_policy("leeds").sha256
    assert kept.stat().st_mode & 0o777 == 0o600
    half = kept.with_name(kept.name + ".new")
    half.write_bytes(kept.read_bytes()[:100])
    before = kept.read_bytes()
    Store(out / "store", Keyring(out / "keys")).close()
    assert not half.exists()
    assert kept.read_bytes() == before
    assert find_policy(kept.stem[:8], out / "store") == load_policy("leeds")
