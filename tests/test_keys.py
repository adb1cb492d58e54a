"""Keys: random, private, wrapped by a key that lies elsewhere, and gone for good once they are destroyed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from netaudit.errors import StoreError
from netaudit.protect import Keyring, destroy, key_states, rewrap, wrapping_key
from netaudit.protect.keys import WrappingKey, files, folder
from netaudit.protect.pseudonyms import EARLIER_PAGES, PAGES, Pseudonyms

NETAUDIT = Path(sys.executable).with_name("netaudit")
TODAY = date(2026, 3, 30)
WEEK = "2026-W11"
PLACES = [("events", WEEK), ("visits", WEEK), ("events", "2026-W12")]


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Path]:
    """Give a folder with a few keys; afterwards nobody has one that was put aside."""
    ring = Keyring(tmp_path / "keys")
    for place in PLACES:
        ring.make(*place)
    ring.close()
    yield tmp_path / "keys"
    assert not list((tmp_path / "keys").rglob("*.new"))


def known(path: Path, wrapping: WrappingKey | None = None) -> dict[tuple[str, str], bytes]:
    ring = Keyring(path, wrapping)
    try:
        return {place: ring.key(*place) for place in PLACES if ring.has(*place)}
    finally:
        ring.close()


def fresh() -> WrappingKey:
    return WrappingKey(secrets.token_bytes(32))


def refusal(path: Path, wrapping: WrappingKey | None = None) -> str:
    with pytest.raises(StoreError) as caught:
        known(path, wrapping)
    return str(caught.value)


# Who may see them


def test_all_that_is_wrong_with_the_folder_is_said_at_once(keys: Path, tmp_path: Path) -> None:
    week = keys / WEEK
    week.chmod(0o750)
    (week / "events.key").chmod(0o604)
    (week / "visits.key").rename(tmp_path / "elsewhere.key")
    (week / "visits.key").symlink_to(tmp_path / "elsewhere.key")
    (keys / "2026-W13").symlink_to(week)
    (keys / "README").write_text("whose keys these are")  # is none of ours
    with pytest.raises(StoreError) as caught:
        Keyring(keys)
    assert [(one.what, one.where) for one in caught.value.problems] == [
        ("the key folder is open to others", str(week)),
        ("a key is open to others", str(week / "events.key")),
        ("a key is not a file", str(week / "visits.key")),
        ("the key folder is not a folder", str(keys / "2026-W13")),
    ]
    assert caught.value.problems[1].remedy == f"chmod 600 {week / 'events.key'}"
    (keys / "2026-W13").unlink()
    (week / "visits.key").unlink()


def test_a_folder_behind_a_link_is_not_followed(keys: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(keys)
    with pytest.raises(StoreError, match="it is a symbolic link"):
        Keyring(tmp_path / "link")


def given_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a file another account's; whoever is not root becomes another account instead."""
    own = os.geteuid()
    if own == 0:
        os.chown(path, 12345, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: own + 1)


def test_keys_of_another_account_are_refused(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given_away(keys / WEEK / "events.key", monkeypatch)
    with pytest.raises(StoreError, match="a key is somebody else's") as caught:
        Keyring(keys)
    others = [problem.where for problem in caught.value.problems if problem.what == "a key is somebody else's"]
    assert others[0] == str(keys / WEEK / "events.key")


def test_a_damaged_key_is_refused_when_it_is_used_and_no_other_is(keys: Path) -> None:
    (keys / WEEK / "events.key").write_text("no key")
    ring = Keyring(keys)
    with pytest.raises(StoreError, match="not a key"):
        ring.key("events", WEEK)
    with pytest.raises(StoreError, match="not a key"):
        ring.make("events", WEEK)
    assert len(ring.key("visits", WEEK)) == 32
    ring.close()


def test_two_who_make_a_key_get_the_same(tmp_path: Path) -> None:
    one, other = Keyring(tmp_path / "keys"), Keyring(tmp_path / "keys")
    assert one.make("events", WEEK) == other.make("events", WEEK)


# Where a wrapping key comes from


RAW = bytes(range(100, 132))


@pytest.mark.parametrize(
    "content",
    [RAW, RAW.hex().encode(), RAW.hex().upper().encode() + b"\n", base64.b64encode(RAW) + b"\n",
     base64.urlsafe_b64encode(RAW).rstrip(b"=")],
    ids=["raw", "hex", "hex with a line's end", "base64", "base64 of addresses"],
)  # fmt: skip
@pytest.mark.parametrize("way", ["descriptor", "file"])
def test_a_wrapping_key_is_understood_as_it_comes(tmp_path: Path, content: bytes, way: str) -> None:
    path = tmp_path / "secret"
    path.touch(mode=0o600)
    path.write_bytes(content)
    if way == "descriptor":
        read, write = os.pipe()
        os.write(write, content)
        os.close(write)
        found = wrapping_key(read, None)
        with pytest.raises(OSError, match="Bad file descriptor"):  # nobody after us can read it
            os.fstat(read)
    else:
        found = wrapping_key(None, path)
    assert found is not None
    assert found.name == WrappingKey(RAW).name


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a wrapping key"),
        (RAW[:16], "not a wrapping key"),
        (RAW.hex().encode()[:62], "not a wrapping key"),
        (RAW * 2, "not a wrapping key"),
        (b"correct horse battery staple", "not a wrapping key"),
        (b"correct horse battery staple 123", "not random enough"),
        (RAW[:16].hex().encode(), "not random enough"),
        (bytes(32), "is not random"),
        (b"00" * 32, "is not random"),
        (secrets.token_bytes(5_000), "not a wrapping key"),
    ],
)
def test_what_is_no_wrapping_key_is_refused_and_not_shown(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "secret"
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(StoreError, match=said) as caught:
        wrapping_key(None, path)
    assert caught.value.problems[0].where == str(path)
    if content.strip(b"\0"):
        assert content.decode("latin-1") not in str(caught.value)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o440, 0o700, 0o602])
def test_a_wrapping_key_that_others_could_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret"
    path.write_bytes(RAW)
    path.chmod(mode)
    with pytest.raises(StoreError, match=f"open to others \\(mode {mode:04o}\\)"):
        wrapping_key(None, path)


def test_a_wrapping_key_is_no_link_pipe_or_folder(tmp_path: Path) -> None:
    (tmp_path / "secret").touch(mode=0o600)
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name, said in (
        ("link", "symbolic link"),
        ("pipe", "not a file"),
        ("none", "No such file"),
        (".", "Is a directory"),
    ):
        with pytest.raises(StoreError, match=said):
            wrapping_key(None, tmp_path / name)
    with pytest.raises(StoreError, match="cannot be read: Bad file descriptor"):
        wrapping_key(987, None)
    with pytest.raises(StoreError, match="two wrapping keys"):
        wrapping_key(987, tmp_path / "secret")
    for standard in (1, 2, -1):
        with pytest.raises(StoreError, match="no wrapping key can come from there"):
            wrapping_key(standard, None)


def test_a_wrapping_key_of_another_account_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    path.touch(mode=0o600)
    path.write_bytes(RAW)
    given_away(path, monkeypatch)
    with pytest.raises(StoreError, match="somebody else's"):
        wrapping_key(None, path)


@pytest.mark.parametrize(("who", "is_taken"), [("us", True), ("another account", False), ("a group", False)])
def test_a_credential_as_systemd_hands_it_over_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: str, *, is_taken: bool
) -> None:
    """With `User=` it is 0440 with an access list that names the account: see systemd issue 29435."""
    path = tmp_path / "credential"
    path.write_bytes(RAW)
    path.chmod(0o400)
    nobody = 0xFFFFFFFF
    named = {"us": (0x02, 4, os.geteuid()), "another account": (0x02, 4, 12345), "a group": (0x08, 4, 12345)}[who]
    entries = [(0x01, 4, nobody), named, (0x04, 0, nobody), (0x10, 4, nobody), (0x20, 0, nobody)]
    content = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in sorted(entries))
    try:
        os.setxattr(path, "system.posix_acl_access", content)
    except OSError:  # a file system without access lists: as one with them would answer
        path.chmod(0o440)
        monkeypatch.setattr(os, "getxattr", lambda *_: content)
    assert path.stat().st_mode & 0o777 == 0o440
    if is_taken:
        assert wrapping_key(None, path) is not None
    else:
        with pytest.raises(StoreError, match="open to others"):
            wrapping_key(None, path)


# Wrapped keys


def test_wrapped_keys_open_with_their_wrapping_key_alone(tmp_path: Path) -> None:
    wrapping, other = fresh(), fresh()
    ring = Keyring(tmp_path / "keys", wrapping)
    key = ring.make("events", WEEK)
    ring.close()
    content = (tmp_path / "keys" / WEEK / "events.key").read_bytes()
    assert key not in content
    assert key.hex().encode() not in content
    assert known(tmp_path / "keys", wrapping) == {("events", WEEK): key}
    said = refusal(tmp_path / "keys", other)
    assert f"this is the wrapping key {other.name}, not {wrapping.name}, which wraps these keys" in said
    said = refusal(tmp_path / "keys")
    assert "the keys are wrapped, and no wrapping key is given" in said
    assert "NETAUDIT_KEY_FILE" in said


def test_key_files_cannot_be_swapped_or_changed(tmp_path: Path) -> None:
    wrapping = fresh()
    ring = Keyring(tmp_path / "keys", wrapping)
    for place in PLACES:
        ring.make(*place)
    ring.close()
    mine, theirs = tmp_path / "keys" / WEEK / "events.key", tmp_path / "keys" / WEEK / "visits.key"
    another_week = tmp_path / "keys" / "2026-W12" / "events.key"
    content = mine.read_bytes()
    at = len(content) - 5
    changed = content[:at] + (b"0" if content[at : at + 1] != b"0" else b"1") + content[at + 1 :]
    for other in (theirs.read_bytes(), another_week.read_bytes(), changed):
        mine.write_bytes(other)
        said = refusal(tmp_path / "keys", wrapping)
        assert "the key was changed, or is that of another table or week" in said
        assert str(mine) in said


def test_plain_keys_and_a_wrapping_key_do_not_mix(keys: Path) -> None:
    wrapping = fresh()
    before = known(keys)
    assert "the keys are not wrapped, but a wrapping key is given" in refusal(keys, wrapping)
    (keys / "2026-W13").mkdir(mode=0o700)
    (keys / "2026-W13" / "events.key").touch(mode=0o600)
    (keys / "2026-W13" / "events.key").write_bytes(wrapping.wrap(RAW, "events", "2026-W13"))
    for given in (None, wrapping):
        said = refusal(keys, given)
        assert f"the keys are wrapped differently: by {wrapping.name} and not at all" in said
        assert "netaudit keys rewrap" in said
    assert rewrap(keys, None, wrapping).anew == 3
    assert known(keys, wrapping) == before


def test_rewrapping_changes_the_wrapping_and_no_key(keys: Path, tmp_path: Path) -> None:
    before = known(keys)
    first, second = fresh(), fresh()
    shutil.copytree(keys, tmp_path / "plain")
    done = rewrap(keys, None, first)
    assert (done.anew, done.before) == (3, 0)
    assert known(keys, first) == before
    shutil.copytree(keys, tmp_path / "back-up")
    done = rewrap(keys, first, second)
    assert (done.anew, done.before) == (3, 0)
    assert known(keys, second) == before
    assert "not" in refusal(keys, first)
    done = rewrap(keys, first, second)
    assert (done.anew, done.before) == (0, 3)
    # a back-up of the key folder is as good as the wrapping key of its day
    assert known(tmp_path / "back-up", first) == before
    refusal(tmp_path / "back-up", second)
    for path in keys.rglob("*.key"):
        assert path.stat().st_mode & 0o777 == 0o600


def test_rewrapping_without_the_old_key_changes_nothing(keys: Path) -> None:
    first, second = fresh(), fresh()
    rewrap(keys, None, first)
    content = {path: path.read_bytes() for path in keys.rglob("*.key")}
    with pytest.raises(StoreError) as caught:
        rewrap(keys, None, second)
    assert len(caught.value.problems) == 3
    assert {path: path.read_bytes() for path in keys.rglob("*.key")} == content


class Crash(BaseException):
    """The power goes."""


def crash_at(patch: pytest.MonkeyPatch, step: int, *names: str) -> None:
    """Let the n-th call of some functions of the system be the last thing that happens."""
    calls = iter(range(1_000))

    def crashing(name: str) -> None:
        real = getattr(os, name)

        def counted(*given: object, **named: object) -> object:
            if next(calls) == step:
                raise Crash
            return real(*given, **named)

        patch.setattr(os, name, counted)

    for name in names:
        crashing(name)


STEPS = ("fsync", "replace", "unlink", "link", "open")


def steps_of(patch: pytest.MonkeyPatch, step: int, work: object) -> bool:
    """Return whether the work crashed at a step; it is done if not."""
    with patch.context() as here:
        crash_at(here, step, *STEPS)
        try:
            work()  # type: ignore[operator]
        except Crash:
            return True
    return False


def test_a_crash_while_keys_are_rewrapped_loses_none(
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = known(keys)
    first, second = fresh(), fresh()
    rewrap(keys, None, first)
    step, crashed = 0, True
    while crashed:
        place = tmp_path / str(step)
        shutil.copytree(keys, place)
        crashed = steps_of(monkeypatch, step, lambda place=place: rewrap(place, first, second))
        for table, period in PLACES:  # whatever came to pass, each key opens with one of the two
            content = (place / period / f"{table}.key").read_bytes()
            found = {one.unwrap(content, table, period) for one in (first, second)} - {None}
            assert found == {before[table, period]}, step
        done = rewrap(place, first, second)
        assert done.anew + done.before == 3
        assert known(place, second) == before
        assert not list(place.rglob("*.new"))
        step += 1
    assert step > 10


# Destroyed keys


def test_a_destroyed_key_is_gone_and_says_so(keys: Path, tmp_path: Path) -> None:
    key = known(keys)["events", WEEK]
    os.link(keys / WEEK / "events.key", tmp_path / "same file")
    assert destroy(keys, WEEK, ["events"], [], TODAY, rehearse=True) == [("events", WEEK)]
    assert known(keys)["events", WEEK] == key
    assert destroy(keys, WEEK, ["events"], [], TODAY, rehearse=False) == [("events", WEEK)]
    assert not (keys / WEEK / "events.key").exists()
    assert key.hex() not in (tmp_path / "same file").read_text("latin-1")  # it was overwritten before it went
    mark = keys / WEEK / "events.destroyed"
    assert mark.read_text() == "destroyed on 2026-03-30\n"
    assert mark.stat().st_mode & 0o777 == 0o600
    ring = Keyring(keys)
    for attempt in (ring.key, ring.make):
        with pytest.raises(StoreError, match="the key of 'events' of 2026-W11 was destroyed on 2026-03-30"):
            attempt("events", WEEK)
    assert {*known(keys)} == {("visits", WEEK), ("events", "2026-W12")}
    ring.close()
    assert destroy(keys, WEEK, ["events"], [], TODAY, rehearse=False) == []


def test_a_destroyed_week_never_gets_a_key_again(keys: Path) -> None:
    assert destroy(keys, WEEK, [], [], TODAY, rehearse=False) == [("events", WEEK), ("visits", WEEK)]
    ring = Keyring(keys)
    for table in ("events", "visits", "a_table_of_a_later_version"):
        with pytest.raises(StoreError, match="was destroyed"):
            ring.make(table, WEEK)
    assert {*known(keys)} == {("events", "2026-W12")}


def test_a_crash_while_keys_are_destroyed_leaves_them_or_finishes(
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = known(keys)
    for tables in (["events"], []):
        step, crashed, whole = 0, True, 0
        while crashed:
            place = tmp_path / f"{len(tables)}.{step}"
            shutil.copytree(keys, place)
            crashed = steps_of(
                monkeypatch, step,
                lambda place=place, tables=tables: destroy(place, WEEK, tables, [], TODAY, rehearse=False),
            )  # fmt: skip
            is_marked = any((place / WEEK).glob("*destroyed"))
            found = known(place)  # whoever opens the folder next finishes it
            assert found.items() <= before.items(), step
            assert (("events", WEEK) in found) != is_marked, step
            assert (place / WEEK / "events.key").exists() != is_marked, step
            assert found["events", "2026-W12"] == before["events", "2026-W12"]
            whole += is_marked
            destroy(place, WEEK, tables, [], TODAY, rehearse=False)
            assert ("events", WEEK) not in known(place)
            assert not list(place.rglob("*.new"))
            step += 1
        assert 0 < whole < step


def test_a_key_that_comes_back_from_a_back_up_is_destroyed_again(keys: Path, tmp_path: Path) -> None:
    shutil.copytree(keys, tmp_path / "back-up")
    destroy(keys, WEEK, ["events"], [], TODAY, rehearse=False)
    shutil.copytree(tmp_path / "back-up", keys, dirs_exist_ok=True)
    assert (keys / WEEK / "events.key").exists()
    assert ("events", WEEK) not in known(keys)
    assert not (keys / WEEK / "events.key").exists()


def test_keys_in_use_are_not_destroyed(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "_PATIENCE", 0.05)
    ring = Keyring(keys)
    with pytest.raises(StoreError, match="the keys are in use"):
        destroy(keys, WEEK, ["events"], [], TODAY, rehearse=False)
    with pytest.raises(StoreError, match="the keys are in use"):
        rewrap(keys, None, fresh())
    ring.close()
    destroy(keys, WEEK, ["events"], [], TODAY, rehearse=False)


def test_a_slip_destroys_nothing(keys: Path) -> None:
    before = known(keys)
    with pytest.raises(StoreError, match="there is no key of 'evnets' of 2026-W11, and nothing is stored under it"):
        destroy(keys, WEEK, ["evnets", "events"], [], TODAY, rehearse=False)
    with pytest.raises(StoreError, match="there are no keys of 2026-W21, and nothing is stored under any"):
        destroy(keys, "2026-W21", [], [], TODAY, rehearse=False)
    assert known(keys) == before


def test_a_lost_key_can_be_declared_destroyed(keys: Path) -> None:
    (keys / WEEK / "events.key").unlink()
    assert destroy(keys, WEEK, ["events"], [("events", WEEK)], TODAY, rehearse=False) == [("events", WEEK)]
    states = {(one.table, one.period): (one.state, one.detail) for one in key_states(keys, [("spells", WEEK)])}
    assert states == {
        ("events", WEEK): ("destroyed", "2026-03-30"),
        ("visits", WEEK): ("plain", ""),
        ("spells", WEEK): ("missing", ""),
        ("events", "2026-W12"): ("plain", ""),
    }


def test_what_a_crash_left_of_a_key_being_made_does_not_harm_the_key(keys: Path) -> None:
    """A key and what it was made from can be one file with two names."""
    before = known(keys)
    os.link(keys / WEEK / "events.key", keys / WEEK / "events.key.0123abcd.new")
    (keys / WEEK / "visits.key.0123abcd.new").touch(mode=0o600)
    assert known(keys) == before
    assert not list(keys.rglob(f"*{files.BESIDE}"))


# Pages


def test_pages_are_told_apart_by_hmac_and_earlier_weeks_as_they_were() -> None:
    asked: list[str] = []

    def key_of(name: str, _: str) -> bytes:
        asked.append(name)
        return RAW

    urls = ["http://a.example/", "http://a.example/1", "x" * 200, "http://a.example/"]
    found = Pseudonyms(WEEK, key_of).of_pages(pl.Series(urls)).to_list()
    texts = [url.encode() for url in urls]
    assert found == [int.from_bytes(hmac.digest(RAW, one, "sha256")[:8], "little", signed=True) for one in texts]
    earlier = Pseudonyms(WEEK, key_of, lambda name, _: name == EARLIER_PAGES).of_pages(pl.Series(urls)).to_list()
    codes = [hashlib.blake2b(one, digest_size=8, key=RAW).digest() for one in texts]
    assert earlier == [int.from_bytes(one, "little", signed=True) for one in codes]
    assert asked == ["pseudonyms", PAGES, "pseudonyms", EARLIER_PAGES]


# The command line


def netaudit(*arguments: object, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [NETAUDIT, *map(str, arguments)], capture_output=True, text=True, check=False, input=stdin,
        env=os.environ | environment,
    )  # fmt: skip


@pytest.fixture
def site(keys: Path) -> Path:
    (keys.parent / "netaudit.toml").write_text('[keys]\nfolder = "keys"\n')
    return keys.parent


def test_keys_are_listed_without_a_word_of_what_they_are(site: Path) -> None:
    destroy(site / "keys", WEEK, ["visits"], [], TODAY, rehearse=False)
    run = netaudit("keys", "list", "--config", site / "netaudit.toml", "--out", site)
    assert run.returncode == 0, run.stderr
    assert [line.split(maxsplit=2) for line in run.stdout.splitlines()[:-1]] == [
        [WEEK, "events", "there, not wrapped"],
        [WEEK, "visits", "destroyed on 2026-03-30"],
        ["2026-W12", "events", "there, not wrapped"],
    ]
    assert run.stdout.endswith("2 keys\n")
    assert not re.search(r"[0-9a-f]{16}", run.stdout)


def test_destroying_asks_first(site: Path) -> None:
    before = known(site / "keys")
    given = ("keys", "destroy", "--period", WEEK, "--config", site / "netaudit.toml", "--out", site)
    run = netaudit(*given, "--dry-run")
    assert run.returncode == 0, run.stderr
    assert "would destroy: events of 2026-W11" in run.stdout
    run = netaudit(*given, stdin="n\n")
    assert "Nothing was destroyed." in run.stdout
    assert known(site / "keys") == before
    run = netaudit(*given, "--table", "../2026-W12/events", "--yes")
    assert run.returncode == 2
    for strange in ("runs", "2026-W111", ".."):
        run = netaudit(*given[:3], strange, *given[4:], "--yes")
        assert run.returncode == 2
        assert f"there are no keys of {strange}" in run.stderr
    assert known(site / "keys") == before
    run = netaudit(*given, "--yes")
    assert "2 keys destroyed" in run.stdout
    assert {*known(site / "keys")} == {("events", "2026-W12")}


def test_keys_are_wrapped_from_the_command_line(site: Path) -> None:
    before = known(site / "keys")
    for name in ("first", "second"):
        (site / name).touch(mode=0o600)
        (site / name).write_text(secrets.token_hex(32))
    first, second = (wrapping_key(None, site / name) for name in ("first", "second"))
    given = ("keys", "rewrap", "--config", site / "netaudit.toml", "--out", site)
    run = netaudit(*given)
    assert run.returncode == 2
    assert "there is no new wrapping key" in run.stderr
    run = netaudit(*given, NETAUDIT_NEW_KEY_FILE=str(site / "first"))
    assert run.stdout == "3 keys wrapped anew, 0 were already\n", run.stderr
    assert known(site / "keys", first) == before
    command = [str(NETAUDIT), *map(str, given), "--key-fd", "3", "--new-key-fd", "4"]
    shell = " ".join(f"'{one}'" for one in command)
    done = subprocess.run(
        ["sh", "-c", f"{shell} 3< '{site / 'first'}' 4< '{site / 'second'}'"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert known(site / "keys", second) == before


@pytest.mark.parametrize(
    "way", ["NETAUDIT_KEY", "NETAUDIT_NEW_KEY", "NETAUDIT_KEY_FILE", "--key-fd", "NETAUDIT_KEY_FD"]
)
def test_a_key_in_a_place_that_others_see_is_refused_and_not_shown(site: Path, way: str) -> None:
    key = secrets.token_hex(32)
    given = ("explain", "F-0000000000", "--config", site / "netaudit.toml", "--out", site)
    run = netaudit(*given, way, key) if way.startswith("--") else netaudit(*given, **{way: key})
    assert run.returncode == 2
    assert way in run.stderr
    assert "replace" in run.stderr
    assert key not in run.stdout + run.stderr
