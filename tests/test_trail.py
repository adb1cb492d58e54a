"""The audit trail: whatever is done to its files is found, however many write to it, wherever a writer is killed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netaudit.custody import Trail
from netaudit.custody.trail_entries import next_entry, parse
from netaudit.custody.trail_second import SecondPlace, head_of
from netaudit.errors import StoreError
from netaudit.pipeline.trail_checks import verify_trail

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
YEAR = timedelta(days=365)


def make(folder: Path, count: int = 6, *, second: bool = True) -> Trail:
    trail = Trail(folder / "audit", folder / "second" if second else None)
    for number in range(count):
        trail.append("view", {"number": number}, who="somebody", at=AT + timedelta(minutes=number))
    return trail


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def file_of(trail: Trail) -> Path:
    return max(trail.place.glob("trail-*.jsonl"))


def heads_of(trail: Trail) -> Path:
    assert trail.second
    return trail.second / "heads.jsonl"


def faults(trail: Trail) -> list[str]:
    found = trail.check()
    return (
        found.faults
        + ([found.unreachable] if found.unreachable else [])
        + ([f"torn: {found.torn}"] if found.torn else [])
    )


def refused(trail: Trail) -> str:
    with pytest.raises(StoreError) as caught:
        trail.append("view", {}, who="somebody", at=AT)
    return str(caught.value)


def test_what_is_appended_is_read_back(tmp_path: Path) -> None:
    trail = make(tmp_path, 3)
    entries = list(trail.entries())
    assert [one.kind for one in entries] == ["trail.begun", "view", "view", "view"]
    assert [one.number for one in entries] == [1, 2, 3, 4]
    assert [one.told for one in entries] == [0, 1, 2, 3]
    assert entries[3].about == {"number": 2}
    assert entries[3].at == AT + timedelta(minutes=2)
    assert (faults(trail), trail.check().remarks, trail.check().told) == ([], [], 4)


def test_only_the_owner_can_look(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make(tmp_path)
    finally:
        os.umask(before)
    for path in tmp_path.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_an_unknown_kind_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing"):
        Trail(tmp_path).append("nothing", {}, who="x", at=AT)


# What somebody may do to the files, and what is said of it: at an append, and when all is checked.


def cut_end(trail: Trail) -> None:
    file_of(trail).write_bytes(b"".join(lines_of(file_of(trail))[:-2]))


def cut_last_line_short(trail: Trail) -> None:
    file_of(trail).write_bytes(file_of(trail).read_bytes()[:-9])


def edit_last(trail: Trail) -> None:
    file_of(trail).write_bytes(file_of(trail).read_bytes().replace(b'"number":5}', b'"number":6}'))


def edit_middle(trail: Trail) -> None:
    file_of(trail).write_bytes(file_of(trail).read_bytes().replace(b'"number":2}', b'"number":9}'))


def drop_middle(trail: Trail) -> None:
    lines = lines_of(file_of(trail))
    file_of(trail).write_bytes(b"".join(lines[:3] + lines[4:]))


def drop_first(trail: Trail) -> None:
    file_of(trail).write_bytes(b"".join(lines_of(file_of(trail))[1:]))


def swap(trail: Trail) -> None:
    lines = lines_of(file_of(trail))
    lines[2], lines[3] = lines[3], lines[2]
    file_of(trail).write_bytes(b"".join(lines))


def replay(trail: Trail) -> None:
    lines = lines_of(file_of(trail))
    file_of(trail).write_bytes(b"".join([*lines, lines[2]]))


def rewrite(trail: Trail) -> None:
    """With all checksums made anew: only the second place knows better."""
    old = list(trail.entries())
    new = old[:2]
    for one in old[2:]:
        about = {"number": 99} if one.number == 4 else one.about
        new.append(
            next_entry(new[-1], one.kind, about, one.who, one.at, trail=one.trail, told=one.told, settings=one.settings)
        )
    file_of(trail).write_bytes(b"".join(one.line for one in new))


def copy_from_another(trail: Trail) -> None:
    other = make(trail.folder.parent / "other", second=False)
    lines = lines_of(file_of(trail))
    lines[4] = lines_of(file_of(other))[4]
    file_of(trail).write_bytes(b"".join(lines))


def put_another_in_place(trail: Trail) -> None:
    other = make(trail.folder.parent / "other", 8, second=False)
    shutil.copy(file_of(other), file_of(trail))


def take_away(trail: Trail) -> None:
    shutil.rmtree(trail.folder)


def empty_second(trail: Trail) -> None:
    heads_of(trail).unlink()


def truncate_second(trail: Trail) -> None:
    heads_of(trail).write_bytes(b"")


def cut_second(trail: Trail) -> None:
    heads_of(trail).write_bytes(b"".join(lines_of(heads_of(trail))[:-3]))


def edit_second(trail: Trail) -> None:
    heads_of(trail).write_bytes(heads_of(trail).read_bytes().replace(b'"number":7', b'"number":8'))


def fork_both(trail: Trail) -> None:
    """Two copies continued, both heads in the second place."""
    entries = list(trail.entries())
    other = next_entry(
        entries[-2], "view", {"fork": True}, "x", AT, trail=entries[0].trail, told=entries[-2].number, settings=""
    )
    with heads_of(trail).open("ab") as stream:
        stream.write(head_of(other).line)


DEEDS: list[tuple[Callable[[Trail], None], str, str]] = [
    (cut_end, "it ends with entry 5, but the second place knows entry 7", "entry 6 to 7 is missing at the end"),
    (cut_last_line_short, "it ends with entry 6, but the second place knows", "entry 7 is missing at the end"),
    (edit_last, "the last entry was edited", "entry 7 was edited: it does not match its checksum"),
    (edit_middle, "", "entry 4 was edited: it does not match its checksum"),
    (drop_middle, "", "entry 4 is missing, or entries were put in another order: 5 stands in its place"),
    (drop_first, "", "entry 1 is missing"),
    (swap, "", "entry 3 is missing, or entries were put in another order: 4 stands in its place"),
    (replay, "it ends with entry 3, but the second", "entry 3 stands where entry 8 should: replayed"),
    (rewrite, "entry 7 is not the one that the second place knows", "entry 4 is not the one that the second place"),
    (copy_from_another, "", "entry 5 was copied from another trail"),
    (put_another_in_place, "the second place knows another trail", "entry 1 is not the one that the second place"),
    (
        take_away,
        "there is none here, but the second place knows one of 7",
        "there is no trail here, but the second place",
    ),
    (empty_second, "the second place was emptied", "the second place is empty, but was told up to entry 6"),
    (truncate_second, "the second place was emptied", "the second place is empty, but was told up to entry 6"),
    (
        cut_second,
        "the second place ends with entry 4, but was told",
        "the second place ends with entry 4, but was told",
    ),
    (edit_second, "the second place's last line was edited", "second place: line 7 was edited"),
    (fork_both, "entry 7 is not the one that the second place", "entry 7 stands there twice: the trail was forked"),
]


@pytest.mark.parametrize(("deed", "at_append", "when_checked"), DEEDS, ids=lambda one: getattr(one, "__name__", ""))
def test_what_was_done_is_found_and_named(
    deed: Callable[[Trail], None], at_append: str, when_checked: str, tmp_path: Path
) -> None:
    trail = make(tmp_path)
    assert faults(trail) == []
    deed(trail)
    assert any(when_checked in one for one in faults(trail)), faults(trail)
    if at_append:  # an append looks at the end alone
        assert at_append in refused(trail)
    with pytest.raises(StoreError, match="damaged"):  # what reveals looks at all
        trail.append("case.opening", {}, who="x", at=AT, must_reach_second=True)
    with pytest.raises(StoreError, match="damaged"):
        trail.append("run", {}, who="x", at=AT, whole=True)
    assert any(when_checked in one for one in faults(trail)), "an append that was refused has mended something"


@pytest.mark.parametrize("deed", [edit_middle, drop_middle, drop_first, swap, replay, copy_from_another, edit_last])
def test_without_a_second_place_what_lies_inside_is_found(deed: Callable[[Trail], None], tmp_path: Path) -> None:
    trail = make(tmp_path, second=False)
    deed(trail)
    assert faults(trail)
    with pytest.raises(StoreError, match="is damaged"):
        list(trail.entries())


@pytest.mark.parametrize("deed", [cut_end, rewrite])
def test_without_a_second_place_it_is_said_what_cannot_be_found(deed: Callable[[Trail], None], tmp_path: Path) -> None:
    trail = make(tmp_path, second=False)
    deed(trail)
    assert faults(trail) == []
    assert any("cut off at the end, or all rewritten, cannot be found" in one for one in trail.check().remarks)


def test_an_old_copy_put_back_is_found(tmp_path: Path) -> None:
    trail = make(tmp_path, 3)
    shutil.copytree(trail.folder, tmp_path / "kept")
    trail.append("view", {}, who="x", at=AT)
    shutil.rmtree(trail.folder)
    (tmp_path / "kept").rename(trail.folder)
    assert any("an old copy was put back" in one for one in faults(trail))
    assert "it ends with entry 4, but the second place knows entry 5" in refused(trail)


def test_of_two_copies_that_go_on_the_second_is_refused(tmp_path: Path) -> None:
    first = make(tmp_path, 3)
    shutil.copytree(first.folder, tmp_path / "copy")
    second = Trail(tmp_path / "copy", first.second)
    first.append("view", {"of": 1}, who="x", at=AT)
    assert "the second place knows entry 5" in refused(second)
    # … also where the copy went on while it could not tell the second place
    Trail(second.folder).append("view", {"of": 2}, who="x", at=AT)
    assert "entry 5 is not the one that the second place knows: forked" in refused(second)
    assert any("entry 5 is not the one" in one for one in faults(second))
    assert faults(first) == []


def test_two_trails_cannot_share_a_second_place(tmp_path: Path) -> None:
    trail = make(tmp_path, 3)
    assert "there is none here, but the second place knows" in refused(Trail(tmp_path / "b", trail.second))
    own = make(tmp_path / "c", 3, second=False)
    assert "knows another trail" in refused(Trail(own.folder, trail.second))
    assert faults(trail) == []


# Crashes.


def test_a_line_that_a_crash_cut_short_is_repaired_and_noted(tmp_path: Path) -> None:
    trail = make(tmp_path, 2)
    line = next_entry(list(trail.entries())[-1], "view", {}, "x", AT, trail="", told=3, settings="").line
    with file_of(trail).open("ab") as stream:
        stream.write(line[:40])
    assert trail.check().torn == 40
    assert [one.number for one in trail.entries()] == [1, 2, 3]
    trail.append("view", {"after": True}, who="x", at=AT)
    *_, repair, after = trail.entries()
    assert (repair.kind, repair.about["bytes"], after.about) == ("trail.repaired", 40, {"after": True})
    assert repair.about["sha256"] == hashlib.sha256(line[:40]).hexdigest()
    assert faults(trail) == []
    assert [one for one in trail.check().remarks if "of 40 bytes that was cut short was taken away" in one]


def test_a_whole_line_without_its_end_was_never_there(tmp_path: Path) -> None:
    trail = make(tmp_path, 2, second=False)
    file_of(trail).write_bytes(file_of(trail).read_bytes()[:-1])
    trail.append("view", {"after": True}, who="x", at=AT)
    assert [one.kind for one in trail.entries()] == ["trail.begun", "view", "trail.repaired", "view"]


@pytest.mark.parametrize("size", [0, 1, 50])
def test_a_crash_in_the_first_entry(size: int, tmp_path: Path) -> None:
    trail = make(tmp_path, 1, second=False)
    file_of(trail).write_bytes(file_of(trail).read_bytes()[:size])
    trail = Trail(trail.folder, tmp_path / "second")
    trail.append("view", {}, who="x", at=AT)
    assert faults(trail) == []
    assert [one.kind for one in trail.entries()] == ["trail.begun", "view"]
    assert bool(trail.check().remarks) == bool(size)


KILLED = """
import os, signal, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
folder, second, at, what = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
count = 0
def boundary():
    global count
    count += 1
    if count == at:
        os.kill(os.getpid(), signal.SIGKILL)
def watched(name, half=False):
    real = getattr(os, name)
    def call(*args, **kwargs):
        boundary()
        if half and len(args[1]) > 1:  # the disk took a part, and then the power went
            real(args[0], bytes(args[1])[: len(args[1]) // 2], args[2])
            boundary()
        done = real(*args, **kwargs)
        boundary()
        return done
    setattr(os, name, call)
watched("pwrite", half=True)
for name in ("fsync", "ftruncate", "open", "unlink", "rename"):
    watched(name)
from netaudit.custody import Trail
trail = Trail(folder, second)
moment = datetime(2031, 5, 1, tzinfo=UTC)
if what == "append":
    trail.append("view", {"killed": True}, who="x", at=moment)
elif what == "shorten":
    trail.shorten(moment - timedelta(days=2 * 365), who="x", at=moment)
else:
    trail.restart({"reason": "test"}, who="x", at=moment, aside="aside")
print(count)
"""


def killed_at(trail: Trail, boundary: int, what: str) -> bool:
    """Do something in a process that is killed at a boundary; return whether it was."""
    command = [sys.executable, "-c", KILLED, trail.folder, trail.second or "", str(boundary), what]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def each_boundary(tmp_path: Path, what: str, prepared: Trail) -> list[Trail]:
    """Return a trail for each boundary at which a process that did something to it was killed."""
    found = []
    for boundary in range(1, 200):
        folder = tmp_path / str(boundary)
        shutil.copytree(prepared.folder, folder / "audit")
        assert prepared.second
        shutil.copytree(prepared.second, folder / "second")
        trail = Trail(folder / "audit", folder / "second")
        if not killed_at(trail, boundary, what):
            return found
        found.append(trail)
    raise AssertionError("it never ended")


@pytest.mark.parametrize("torn", [0, 30])
def test_an_append_killed_anywhere_loses_nothing(torn: int, tmp_path: Path) -> None:
    """Also where the entry begins a file of its own, for a new year, and where it repairs an earlier crash."""
    prepared = make(tmp_path / "before", 3)
    if torn:
        with file_of(prepared).open("ab") as stream:
            stream.write(b"x" * torn)
    before = [one.sha256 for one in make_whole(prepared)]
    killed = each_boundary(tmp_path, "append", prepared)
    assert len(killed) > 12
    repairs = 0
    for trail in killed:
        trail.append("view", {"after": True}, who="x", at=AT + 6 * YEAR)
        entries = list(trail.entries())
        assert faults(trail) == []
        assert [one.sha256 for one in entries[: len(before)]] == before
        assert entries[-1].about == {"after": True}
        assert sum(one.about == {"killed": True} for one in entries) <= 1
        repairs += any(one.kind == "trail.repaired" for one in entries)
    assert repairs == len(killed) if torn else 0 < repairs < len(killed)


def make_whole(trail: Trail) -> list:
    return [
        parse(line) for path in sorted(trail.place.glob("*.jsonl")) for line in lines_of(path) if line[-1:] == b"\n"
    ]


def test_what_was_written_before_a_kill_stays_and_is_told_late(tmp_path: Path) -> None:
    killed = each_boundary(tmp_path, "append", make(tmp_path / "before", 3))
    late = 0
    for trail in killed:
        stood = any(one.about == {"killed": True} for one in trail.entries())
        trail.append("view", {}, who="x", at=AT + 6 * YEAR)
        assert any(one.about == {"killed": True} for one in trail.entries()) == stood
        late += any(one.kind == "trail.behind" and one.about["state"] == "caught up" for one in trail.entries())
    assert late


def years(folder: Path) -> Trail:
    """Return a trail with two entries in each of five years."""
    trail = Trail(folder / "audit", folder / "second")
    for year in range(5):
        for _ in range(2):
            trail.append("view", {"year": year}, who="x", at=AT + year * YEAR)
    return trail


def test_each_year_has_a_file(tmp_path: Path) -> None:
    trail = years(tmp_path)
    names = [path.name for path in sorted(trail.place.iterdir())]
    assert names == [f"trail-{number:010d}.jsonl" for number in (1, 4, 6, 8, 10)]
    assert faults(trail) == []
    trail.append("view", {}, who="x", at=AT)  # a clock that was put back
    assert len(list(trail.place.iterdir())) == 5
    assert faults(trail) == []


@pytest.mark.parametrize("number", [0, 1, 2, 4])
def test_a_file_that_was_taken_away_is_missed(number: int, tmp_path: Path) -> None:
    trail = years(tmp_path)
    sorted(trail.place.iterdir())[number].unlink()
    assert faults(trail)
    with pytest.raises(StoreError, match="is damaged"):
        trail.append("run", {}, who="x", at=AT + 5 * YEAR, whole=True)


def test_old_years_are_taken_away_and_that_is_said(tmp_path: Path) -> None:
    trail = years(tmp_path)
    kept = [one.sha256 for one in trail.entries()][5:]
    entry = trail.shorten(AT + 2 * YEAR, who="x", at=AT + 5 * YEAR)
    assert entry
    assert (entry.about["first"], entry.about["last"]) == (1, 5)
    assert faults(trail) == []
    assert [one.sha256 for one in trail.entries()][: len(kept)] == kept
    assert [one for one in trail.check().remarks if "entries 1 to 5 were taken away" in one]
    assert trail.shorten(AT + 2 * YEAR, who="x", at=AT + 5 * YEAR) is None
    again = trail.shorten(AT + 3 * YEAR, who="x", at=AT + 5 * YEAR)
    assert again
    assert (again.about["first"], again.about["last"]) == (6, 7)
    assert faults(trail) == []
    # exactly that, and nothing else
    min(trail.place.iterdir()).unlink()
    assert any("no entry says that they were taken away" in one for one in faults(trail))


def test_what_has_to_stay_stays(tmp_path: Path) -> None:
    trail = years(tmp_path)
    entry = trail.shorten(AT + 9 * YEAR, who="x", at=AT + 5 * YEAR, keep_from=7)
    assert entry
    assert entry.about["last"] == 5
    whole = years(tmp_path / "whole")
    assert whole.shorten(AT + 9 * YEAR, who="x", at=AT + 5 * YEAR)
    assert len(list(whole.place.iterdir())) == 2  # the last one, and what was written now
    assert faults(whole) == []


def test_a_shortening_killed_anywhere_goes_on(tmp_path: Path) -> None:
    killed = each_boundary(tmp_path, "shorten", years(tmp_path / "before"))
    assert len(killed) > 12
    for trail in killed:
        trail.append("view", {}, who="x", at=datetime(2031, 6, 1, tzinfo=UTC))
        assert faults(trail) == []
        trail.shorten(datetime(2029, 5, 1, tzinfo=UTC), who="x", at=datetime(2031, 6, 1, tzinfo=UTC))
        assert faults(trail) == []
        assert [one.about.get("year") for one in trail.entries()][:4] == [4, 4, None, None], trail.folder
        assert sum(one.kind == "trail.shortened" for one in trail.entries()) == 1


# A trail that is begun anew.


def test_a_damaged_trail_is_set_aside_and_named(tmp_path: Path) -> None:
    trail = make(tmp_path)
    edit_middle(trail)
    before = file_of(trail).read_bytes()
    entry = trail.restart({"reason": "test"}, who="Cara", at=AT, aside="damaged-1")
    assert (entry.number, entry.kind, entry.who) == (1, "trail.restarted", "Cara")
    assert (entry.about["entries"], entry.about["old_last"]) == (6, 7)
    assert entry.about["second_last"] == 7
    assert "entry 4 was edited" in entry.about["faults"][0]
    assert (trail.folder / "damaged-1" / "trail-0000000001.jsonl").read_bytes() == before
    assert faults(trail) == []
    trail.append("view", {}, who="x", at=AT)
    assert faults(trail) == []
    assert trail.second
    assert len(list(trail.second.glob("heads-before-*.jsonl"))) == 1
    # the old one put back is refused
    shutil.rmtree(trail.place)
    shutil.copytree(trail.folder / "damaged-1", trail.place)
    assert "knows another trail" in refused(trail)


def test_a_trail_that_is_whole_is_not_begun_anew(tmp_path: Path) -> None:
    trail = make(tmp_path)
    with pytest.raises(StoreError, match="is not damaged"):
        trail.restart({}, who="x", at=AT, aside="a")
    with file_of(trail).open("ab") as stream:
        stream.write(b"cut")
    with pytest.raises(StoreError, match="only cut short"):
        trail.restart({}, who="x", at=AT, aside="a")


def test_a_restart_killed_anywhere_goes_on(tmp_path: Path) -> None:
    prepared = make(tmp_path / "before")
    edit_last(prepared)
    old = file_of(prepared).read_bytes()
    for trail in each_boundary(tmp_path, "restart", prepared):
        try:
            trail.append("view", {}, who="x", at=AT)
        except StoreError:
            trail.restart({"reason": "again"}, who="x", at=AT, aside="aside-2")
            trail.append("view", {}, who="x", at=AT)
        assert faults(trail) == []
        assert next(trail.entries()).about["old_last"] == 6
        kept = [path.read_bytes() for path in trail.folder.glob("aside*/*.jsonl")]
        assert kept == [old]


# The second place.


def test_an_unreachable_second_place_holds_up_only_what_reveals(tmp_path: Path) -> None:
    trail = make(tmp_path, 2)
    assert trail.second
    trail.second.rename(tmp_path / "away")
    for number in range(3):
        trail.append("view", {"late": number}, who="x", at=AT)
        assert trail.is_behind
    assert [one.kind for one in trail.entries()].count("trail.behind") == 1
    with pytest.raises(StoreError, match="cannot be told"):
        trail.append("case.opening", {}, who="x", at=AT, must_reach_second=True)
    assert any("the second place cannot be read" in one for one in faults(trail))
    assert not trail.second.exists()  # a folder that is not mounted is not made in its stead
    (tmp_path / "away").rename(trail.second)
    assert faults(trail) == []
    assert any("has not been told of what follows entry 3" in one for one in trail.check().remarks)
    later = Trail(trail.folder, trail.second)
    later.append("case.opening", {}, who="x", at=AT, must_reach_second=True)
    assert not later.is_behind
    (late,) = (one for one in later.entries() if one.about.get("state") == "caught up")
    assert (late.about["first"], late.about["last"]) == (4, 7)
    assert faults(later) == []


def test_a_second_place_that_is_full_is_noted_once_and_caught_up_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail = make(tmp_path, 2)

    def full(_: SecondPlace, __: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(SecondPlace, "tell", full)
        for number in range(3):
            trail.append("view", {"late": number}, who="x", at=AT)
        with pytest.raises(StoreError, match="cannot be told"):
            trail.append("case.opening", {}, who="x", at=AT, must_reach_second=True)
    assert [one.about["state"] for one in trail.entries() if one.kind == "trail.behind"] == ["unreachable"]
    trail.append("view", {}, who="x", at=AT)
    behind = [one.about["state"] for one in trail.entries() if one.kind == "trail.behind"]
    assert behind == ["unreachable", "caught up"]
    assert faults(trail) == []


def test_a_second_place_given_later_learns_all(tmp_path: Path) -> None:
    trail = make(tmp_path, 4, second=False)
    trail = Trail(trail.folder, tmp_path / "second")
    trail.append("view", {}, who="x", at=AT)
    assert len(lines_of(heads_of(trail))) == 7
    assert next(one for one in trail.entries() if one.kind == "trail.behind").about["state"] == "joined"
    assert faults(trail) == []


def test_a_second_place_given_after_a_shortening(tmp_path: Path) -> None:
    trail = years(tmp_path)
    assert trail.shorten(AT + 2 * YEAR, who="x", at=AT + 5 * YEAR)
    alone = Trail(tmp_path / "b" / "audit")
    for year in range(3):
        alone.append("view", {}, who="x", at=AT + year * YEAR)
    assert alone.shorten(AT + YEAR, who="x", at=AT + 2 * YEAR)
    alone.second = tmp_path / "b" / "second"
    alone.append("view", {}, who="x", at=AT + 2 * YEAR)
    assert faults(alone) == []


def test_a_line_of_the_second_place_that_was_cut_short(tmp_path: Path) -> None:
    trail = make(tmp_path)
    heads_of(trail).write_bytes(heads_of(trail).read_bytes()[:-5])
    assert any("last line is cut short" in one for one in trail.check().remarks)
    trail.append("view", {}, who="x", at=AT)
    assert faults(trail) == []
    assert len(lines_of(heads_of(trail))) == 9


# However many write.

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from netaudit.custody import Trail
folder, second, name, count = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
for number in range(count):
    Trail(folder, second).append("view", {"of": name, "number": number}, who=name, at=datetime.now(UTC))
"""


def test_many_processes_make_one_chain(tmp_path: Path) -> None:
    trail = Trail(tmp_path / "audit", tmp_path / "second")
    command = [sys.executable, "-c", WRITER, tmp_path / "audit", tmp_path / "second"]
    writers = [subprocess.Popen([*command, str(name), "25"]) for name in range(8)]
    while any(one.poll() is None for one in writers):
        assert faults(trail) == []  # who looks meanwhile sees no half of anything
    assert [one.returncode for one in writers] == [0] * 8
    entries = list(trail.entries())
    assert faults(trail) == []
    assert len(entries) == 1 + 8 * 25
    for name in range(8):
        assert [one.about["number"] for one in entries if one.about.get("of") == str(name)] == list(range(25))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.integers(0, 3), min_size=1, max_size=20), data=st.data())
def test_any_order_of_writers_makes_one_chain(order: list[int], data: st.DataObject, tmp_path: Path) -> None:
    """Each writer keeps its own Trail, opened once; the second place comes and goes."""
    folder = tmp_path / "trail"
    shutil.rmtree(folder, ignore_errors=True)
    writers = [Trail(folder / "audit", folder / "second") for _ in range(4)]
    for number, writer in enumerate(order):
        away = (folder / "second").exists() and data.draw(st.booleans())
        if away:
            (folder / "second").rename(folder / "away")
        writers[writer].append("view", {"number": number}, who=str(writer), at=AT)
        if away:
            (folder / "away").rename(folder / "second")
    assert faults(writers[0]) == []
    views = [one for one in writers[0].entries() if one.kind == "view"]
    assert [(int(one.who), one.about["number"]) for one in views] == [(one, at) for at, one in enumerate(order)]


# Whatever is done to one of the files.


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a trail of three years that was once behind and once repaired."""
    folder = tmp_path_factory.mktemp("pattern")
    trail = years(folder)
    with file_of(trail).open("ab") as stream:
        stream.write(b"torn")
    trail.append("view", {"text": 'quoted " and é'}, who="x", at=AT + 4 * YEAR)
    assert faults(trail) == []
    return folder


def spoilt(content: bytes, data: st.DataObject) -> bytes:
    """Return what one deed makes of a file: an edit, a cut, a swap, a copy, an insertion; of bytes or of lines."""
    lines = content.splitlines(keepends=True)
    whole = st.integers(0, len(content) - 1)
    line = st.integers(0, len(lines) - 1)
    deed = data.draw(
        st.sampled_from(["edit", "cut", "cut bytes", "drop", "swap", "double", "insert", "move", "insert line"])
    )
    if deed == "edit":
        at, byte = data.draw(whole), data.draw(st.integers(0, 255))
        return content[:at] + bytes([byte]) + content[at + 1 :]
    if deed == "cut":
        return content[: data.draw(whole)]
    if deed == "cut bytes":
        begin, end = sorted((data.draw(whole), data.draw(whole)))
        return content[:begin] + content[end:]
    if deed == "insert":
        at = data.draw(whole)
        return content[:at] + data.draw(st.binary(min_size=1, max_size=40)) + content[at:]
    first, other = data.draw(line), data.draw(line)
    if deed == "drop":
        del lines[first]
    elif deed == "swap":
        lines[first], lines[other] = lines[other], lines[first]
    elif deed == "double":
        lines.insert(other, lines[first])
    elif deed == "move":
        lines.insert(other, lines.pop(first))
    else:
        raw = json.loads(lines[first])
        raw["number"] = raw["number"] + 1
        lines.insert(first + 1, json.dumps(raw, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    return b"".join(lines)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_single_deed_is_found(data: st.DataObject, pattern: Path, tmp_path: Path) -> None:
    files = sorted(path for path in pattern.rglob("*.jsonl"))
    path = data.draw(st.sampled_from(files))
    before = path.read_bytes()
    after = spoilt(before, data)
    shutil.rmtree(tmp_path / "copy", ignore_errors=True)
    shutil.copytree(pattern, tmp_path / "copy")
    (tmp_path / "copy" / path.relative_to(pattern)).write_bytes(after)
    trail = Trail(tmp_path / "copy" / "audit", tmp_path / "copy" / "second")
    if after == before:
        assert faults(trail) == []
    elif path.name == "heads.jsonl" and before.startswith(after) and after.count(b"\n") == before.count(b"\n") - 1:
        # as a crash leaves it between the trail and the second place: nothing is lost, and it is said
        assert trail.check().remarks != Trail(pattern / "audit", pattern / "second").check().remarks
    else:
        assert faults(trail), (path.name, len(before), len(after))


def test_a_trail_is_checked_from_copies_without_its_folder(tmp_path: Path) -> None:
    trail = make(tmp_path)
    shutil.copytree(trail.place, tmp_path / "copy")
    (tmp_path / "copy").chmod(0o500)
    copy = Trail(tmp_path / "copy", trail.second)
    assert (copy.check().count, copy.check().faults) == (7, [])
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == ["trail-0000000001.jsonl"]
    (tmp_path / "copy").chmod(0o700)


@pytest.mark.parametrize("number", ["ENOSPC", "EIO"])
def test_a_full_disk_refuses_and_leaves_a_trail(number: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trail = make(tmp_path, 2)
    real = os.pwrite

    def fails(descriptor: int, content: bytes, at: int) -> int:
        real(descriptor, bytes(content)[:10], at)
        raise OSError(getattr(errno, number), "no room")

    monkeypatch.setattr(os, "pwrite", fails)
    with pytest.raises(StoreError, match="cannot be written: no room"):
        trail.append("view", {}, who="x", at=AT)
    monkeypatch.undo()
    trail.append("view", {}, who="x", at=AT)
    assert faults(trail) == []
    assert any(one.kind == "trail.repaired" for one in trail.entries())


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("trail.shortened", {"last": "x"}),
        ("trail.stamped", {}),
        ("trail.stamped", {"entry": "x", "stamp_sha256": ""}),
        ("setting.changed", {}),
    ],
)
def test_an_entry_that_netaudit_cannot_have_written_is_found(
    kind: str, about: dict[str, object], tmp_path: Path
) -> None:
    """Somebody who can compute checksums, and write to both places, appends what others rely on."""
    trail = Trail(tmp_path / "audit", tmp_path / "second")
    trail.append("run", {"lines": 1}, who="ops", at=datetime(2026, 3, 1, tzinfo=UTC))
    trail.append(kind, about, who="ops", at=datetime(2026, 3, 1, tzinfo=UTC))
    found = verify_trail(trail, None)
    assert any("entry 3 does not say what an entry of its kind says" in one for one in found.faults)
    with pytest.raises(StoreError, match="damaged"):
        trail.append("run", {"lines": 1}, who="ops", at=datetime(2026, 3, 1, tzinfo=UTC), whole=True)
