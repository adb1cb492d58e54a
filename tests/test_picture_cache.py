"""Drawings that are kept: found again, never trusted, gone when nobody asks for them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import picture_data as data
import pytest
import report_data
from markupsafe import Markup

from netaudit.report import picture_cache, pictures, render
from netaudit.report.picture_cache import kept_pictures


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count what is really drawn."""
    made = pictures._made.__wrapped__
    drawn: list[str] = []

    def counting(kind: str, facts: str) -> tuple[Markup, Markup]:
        drawn.append(kind)
        return made(kind, facts)

    monkeypatch.setattr(pictures, "_made", counting)
    return drawn


def test_a_picture_is_drawn_once(tmp_path: Path, drawings: list[str]) -> None:
    with kept_pictures(tmp_path / "kept"):
        first = data.some_bars()
    with kept_pictures(tmp_path / "kept"):
        assert data.some_bars() == first
    assert drawings == ["bars"]


def test_another_figure_is_another_picture(tmp_path: Path, drawings: list[str]) -> None:
    with kept_pictures(tmp_path / "kept"):
        assert data.some_bars() != data.some_bars(text="6 h likely")
    assert len(drawings) == 2


def test_another_way_to_draw_is_another_picture(
    tmp_path: Path, drawings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for way in ("old", "new"):
        monkeypatch.setattr(pictures, "_way", lambda way=way: way)
        with kept_pictures(tmp_path / "kept"):
            data.some_bars()
    assert len(drawings) == 2


def test_what_nobody_asks_for_goes(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    with kept_pictures(folder):
        data.some_bars()
        data.some_hours()
    before = set(folder.iterdir())
    (folder / "note.txt").write_text("not ours")
    with kept_pictures(folder):
        data.some_hours()
    assert set(folder.iterdir()) < before | {folder / "note.txt"}
    assert len(list(folder.glob("*.drawing"))) == 1
    assert (folder / "note.txt").is_file()


def test_a_run_that_fails_loses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    with kept_pictures(folder):
        data.some_bars()
    with pytest.raises(KeyError), kept_pictures(folder):
        raise KeyError
    assert len(list(folder.iterdir())) == 1


def test_the_folder_is_closed_to_others_and_holds_nothing_hidden(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    with kept_pictures(folder):
        for make in data.EVERY.values():
            make()
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert b"7371" not in path.read_bytes()
        assert b"9893" not in path.read_bytes()


def signed(content: str) -> bytes:
    rest = content.encode("utf-8", "surrogateescape")
    return hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest


def tampered(good: bytes) -> dict[str, bytes]:
    """Return what somebody, or a failing disk, could put in the place of a good entry."""
    wide, narrow = good.decode().split("\n")[1:]
    return {
        "empty": b"",
        "cut short": good[:-200],
        "a bit flipped": good[:300] + bytes([good[300] ^ 1]) + good[301:],
        "another figure": good.replace(b"5 h likely", b"9 h likely"),
        "markup": signed("<script>alert(1)</script>\n" + narrow),
        "markup inside": signed(wide.replace("</text>", "</text><script>alert(1)</script>", 1) + "\n" + narrow),
        "after the end": signed(wide + "<script>alert(1)</script>\n" + narrow),
        "before the start": signed("<b>" + wide + "\n" + narrow),
        "an event": signed(wide.replace("<path", '<path onclick="alert(1)"', 1) + "\n" + narrow),
        "a style": signed(wide.replace("<path", '<path style="fill:red"', 1) + "\n" + narrow),
        "an id": signed(wide.replace("<path", '<path id="main"', 1) + "\n" + narrow),
        "a reference": signed(wide.replace("#12436D", "url(http://evil.example/x)", 1) + "\n" + narrow),
        "a link": signed(wide.replace("</svg>", '<a href="javascript:alert(1)">x</a></svg>') + "\n" + narrow),
        "an image": signed(wide.replace("</svg>", '<image href="http://evil.example/"/></svg>') + "\n" + narrow),
        "a doctype": signed('<!DOCTYPE svg [<!ENTITY x "y">]>' + wide + "\n" + narrow),
        "a third": signed(wide + "\n" + narrow + "\n" + narrow),
        "one alone": signed(wide),
        "no utf-8": signed(wide.replace("News", "\udcff", 1) + "<" + "\n" + narrow),
        "huge": signed(wide + " " * 3_000_000),
    }


def test_what_was_changed_is_drawn_anew(tmp_path: Path, drawings: list[str]) -> None:
    folder = tmp_path / "kept"
    with kept_pictures(folder):
        right = data.some_bars()
    (entry,) = folder.iterdir()
    good = entry.read_bytes()
    for number, (name, content) in enumerate(tampered(good).items(), 2):
        assert content != good, name
        entry.write_bytes(content)
        with kept_pictures(folder):
            assert data.some_bars() == right, name
        assert len(drawings) == number, name
        assert entry.read_bytes() == good, name


def test_no_link_is_followed(tmp_path: Path, drawings: list[str]) -> None:
    folder = tmp_path / "kept"
    with kept_pictures(folder):
        right = data.some_bars()
    (entry,) = folder.iterdir()
    elsewhere = tmp_path / "elsewhere"
    entry.rename(elsewhere)
    entry.symlink_to(elsewhere)
    with kept_pictures(folder):
        assert data.some_bars() == right
    assert len(drawings) == 2
    assert not entry.is_symlink()


@pytest.mark.parametrize("what", ["a link", "a file", "open to others", "read-only"])
def test_a_folder_that_is_not_ours_alone_is_not_used(what: str, tmp_path: Path, drawings: list[str]) -> None:
    folder, other = tmp_path / "kept", tmp_path / "other"
    other.mkdir(mode=0o700)
    if what == "a link":
        folder.symlink_to(other)
    elif what == "a file":
        folder.write_text("")
    elif what == "open to others":
        folder.mkdir()
        folder.chmod(0o755)
    else:
        folder.mkdir(mode=0o500)
    with kept_pictures(folder):
        data.some_bars()
    assert drawings == ["bars"]
    assert list(other.iterdir()) == []
    if what == "open to others":
        assert list(folder.iterdir()) == []
    if what == "read-only":
        folder.chmod(0o700)


def test_reports_keep_their_pictures_beside_them(tmp_path: Path, drawings: list[str]) -> None:
    pages = []
    for _ in range(2):
        render(tmp_path, report_data.published(), report_data.cases(), report_data.facts(), report_data.TITLES)
        pages.append({path.name: path.read_bytes() for path in (tmp_path / "ig").glob("*.html")})
        assert (tmp_path / picture_cache.FOLDER).is_dir()
    assert pages[0] == pages[1]
    assert len(drawings) == len(set((tmp_path / picture_cache.FOLDER).iterdir()))
