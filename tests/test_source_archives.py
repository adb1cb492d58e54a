"""Archives and folders, honest and hostile: read where they are, or refused in one sentence."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import socket
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import zstandard

from netaudit.errors import InputError
from netaudit.sources.limits import Limits
from netaudit.sources.origins import open_content, open_origin
from netaudit.sources.tree import Tree

MANY = b"0.0.0.0 casino.example\n"
SMALL = Limits(most_bytes=1 << 20, most_members=20, expansion_floor_bytes=1 << 16)


def tar(*members: tuple[str, bytes | tarfile.TarInfo]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members:
            if isinstance(content, bytes):
                info = tarfile.TarInfo(name)
                info.size, info.mtime = len(content), 1_780_000_000
                archive.addfile(info, io.BytesIO(content))
            else:
                content.name = name
                archive.addfile(content)
    return buffer.getvalue()


def special(kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo()
    info.type, info.linkname = kind, target
    return info


def link(target: str) -> tarfile.TarInfo:
    return special(tarfile.SYMTYPE, target)


def zip_of(files: Mapping[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda _: None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2026, 8, 17, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            archive.writestr(info, content)
    return buffer.getvalue()


def opened(data: bytes, limits: Limits = SMALL) -> Tree:
    return open_content(data, "list.tar.gz", limits, "list.tar.gz")


def contents(tree: Tree) -> dict[str, bytes]:
    return {path: bytes(read()) for path, read in tree.files.items()}


def refusal(data: bytes, limits: Limits = SMALL) -> str:
    """Return the one sentence with which something is refused."""
    with pytest.raises(InputError) as caught:
        contents(opened(data, limits))
    (problem,) = caught.value.problems
    assert "nothing was changed" in problem.remedy or problem.remedy
    return problem.what


@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, bz2.compress, lzma.compress, zstandard.ZstdCompressor(write_checksum=True).compress]
)
def test_a_file_or_a_tar_however_it_is_packed(pack: Callable[[bytes], bytes]) -> None:
    assert contents(opened(pack(b"casino.example\n"))) == {"list": b"casino.example\n"}
    assert contents(opened(pack(tar(("./a/domains", b"x"), ("a/b//urls", b"y"))))) == {
        "a/domains": b"x",
        "a/b/urls": b"y",
    }


def test_streams_one_after_another_are_one_file() -> None:
    assert contents(opened(gzip.compress(b"a\n") + gzip.compress(b"b\n") + b"\0" * 64)) == {"list": b"a\nb\n"}


def test_a_zip() -> None:
    assert contents(opened(zip_of({"a/": b"", "a/domains": b"x", "b": b"y"}))) == {"a/domains": b"x", "b": b"y"}


def test_the_time_of_the_newest_file_is_known() -> None:
    assert opened(tar(("a", b"x"))).modified == 1_780_000_000
    assert opened(zip_of({"a": b"x"})).modified == pytest.approx(1_786_924_800)
    assert opened(b"casino.example").modified is None


def test_links_inside_are_followed() -> None:
    archive = tar(
        ("lists/publicite/domains", b"x"),
        ("lists/publicite/urls", b"y"),
        ("lists/ads", link("publicite")),
        ("lists/adverts", link("./ads")),
        ("lists/deep/link", link("../publicite/domains")),
        ("lists/hard", special(tarfile.LNKTYPE, "lists/publicite/urls")),
        ("lists/nowhere", link("not-there")),
    )
    tree = opened(archive)
    assert contents(tree) == {
        "lists/publicite/domains": b"x",
        "lists/publicite/urls": b"y",
        "lists/ads/domains": b"x",
        "lists/ads/urls": b"y",
        "lists/adverts/domains": b"x",
        "lists/adverts/urls": b"y",
        "lists/deep/link": b"x",
        "lists/hard": b"y",
    }
    assert tree.dangling == 1


def test_a_link_in_a_zip_is_followed() -> None:
    def change(info: zipfile.ZipInfo) -> None:
        info.external_attr = (stat.S_IFLNK if info.filename == "ads" else stat.S_IFREG) << 16

    assert contents(opened(zip_of({"publicite/domains": b"x", "ads": b"publicite"}, change)))["ads/domains"] == b"x"


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("/etc/passwd", b"x", "it holds an absolute path"),
        ("C:/list", b"x", "it holds an absolute path"),
        ("../list", b"x", "it holds a path that leads out of it"),
        ("a/../../list", b"x", "it holds a path that leads out of it"),
        ("a\\..\\list", b"x", "it holds a path with a character that has no business in one"),
        ("a", link("/etc/passwd"), "a link leads out of it"),
        ("a", link("../passwd"), "a link leads out of it"),
        ("a/b", link("../../passwd"), "a link leads out of it"),
        ("a", link("b/../../passwd"), "a link leads out of it"),
        ("a", special(tarfile.LNKTYPE, "/etc/passwd"), "a link leads out of it"),
        ("a", special(tarfile.LNKTYPE, "../passwd"), "a link leads out of it"),
        ("a", link("a"), "a link leads back to itself"),
        ("a/b", link(".."), "a link leads back to itself"),
        ("a/b", link("../a"), "a link leads back to itself"),
        ("a", special(tarfile.CHRTYPE), "it holds a device"),
        ("a", special(tarfile.BLKTYPE), "it holds a device"),
        ("a", special(tarfile.FIFOTYPE), "it holds a pipe"),
    ],
)
def test_a_member_that_means_harm_refuses_the_whole_archive(
    name: str, content: bytes | tarfile.TarInfo, what: str
) -> None:
    assert refusal(tar(("good/domains", b"x"), (name, content))) == what


def test_links_that_lead_to_one_another_are_refused() -> None:
    assert refusal(tar(("a", link("b")), ("b", link("a")))) == "a link leads back to itself"
    circle = tar(("a/x", link("../b")), ("b/y", link("../a")), ("a/f", b"1"), ("b/f", b"2"))
    assert refusal(circle) == "a link leads back to itself"


def test_links_upon_links_end() -> None:
    doubled = [
        member
        for number in range(60)
        for member in (
            (f"d{number}/a", link(f"../d{number + 1}")),
            (f"d{number}/b", link(f"../d{number + 1}")),
        )
    ]
    laugh = tar(*doubled, ("d60/f", b"x"))
    assert "with its links" in refusal(laugh, Limits()) or "it holds more than" in refusal(laugh, Limits())
    without_a_file = tar(*doubled, ("d60", special(tarfile.DIRTYPE)))
    assert contents(opened(without_a_file, Limits())) == {}


def test_one_path_twice_is_refused() -> None:
    assert refusal(tar(("a", b"x"), ("./a", b"y"))) == "it holds one path twice"
    assert refusal(tar(("a", b"x"), ("a", link("b")), ("b", b"z"))) == "it holds one path twice"
    assert refusal(tar(("a", b"x"), ("a/b", b"y"))) == "it holds one path twice, as a file and as a folder"
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = _zip_twice()
    assert refusal(twice) == "it holds one path twice"


def _zip_twice() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", b"x")
        archive.writestr("a", b"y")
    return buffer.getvalue()


def test_too_many_members_are_refused() -> None:
    files = [(f"f{number}", b"") for number in range(21)]
    assert refusal(tar(*files)) == "it holds more than 20 files"
    assert refusal(zip_of(dict(files))) == "it holds more than 20 files"
    links = [(f"l{number}", link("f")) for number in range(201)]
    assert refusal(tar(("f", b"x"), *links), Limits()) == "it holds more than 200 links"


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lzma.compress, zstandard.ZstdCompressor(write_checksum=True).compress]
)
def test_a_bomb_is_refused(pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(bytes(64 << 20))
    assert refusal(bomb, Limits(expansion_floor_bytes=1 << 20)) == (
        f"unpacked, it is more than {min(512, max(1, 200 * len(bomb) >> 20))} MB: a bomb, or not this list"
    )


def test_a_zip_bomb_is_refused() -> None:
    assert refusal(zip_of({"a": bytes(8 << 20)})).startswith("unpacked, it is more than")
    inner = zip_of({"b": bytes(4 << 20)})
    with pytest.raises(InputError, match="unpacked, it is more than"):
        opened(zip_of({f"{number}.zip": bytes(len(inner)) + inner * 300 for number in range(3)}))


def test_a_zip_whose_files_overlap_is_refused() -> None:
    data = bytearray(zip_of({"a": b"1" * 100, "b": b"2" * 100}))
    second = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, second + 42, 0)  # the second entry begins where the first does
    assert refusal(bytes(data)) == "its files overlap: a bomb, or it is damaged"


def test_a_zip_that_lies_about_its_sizes_is_refused() -> None:
    data = bytearray(zip_of({"a": b"1" * 1000}))
    entry = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 24, 10)
    assert refusal(bytes(data)) == "it is damaged"


def test_an_encrypted_zip_is_refused() -> None:
    data = bytearray(zip_of({"a": b"x"}))
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(magic) + place
        data[at] |= 1
    assert refusal(bytes(data)) == "it is encrypted"


def test_a_device_in_a_zip_is_refused() -> None:
    def change(info: zipfile.ZipInfo) -> None:
        info.external_attr = stat.S_IFIFO << 16

    assert refusal(zip_of({"a": b""}, change)) == "it holds a device or a pipe"


@pytest.mark.parametrize("content", [tar(("a", MANY * 1000)), zip_of({"a": os.urandom(4000)})])
def test_damage_is_told(content: bytes) -> None:
    assert refusal(content[:600]) in {"it is cut short", "it is damaged", "it is damaged or cut short"}


def test_a_tar_that_ends_at_a_broken_header_is_not_taken_for_whole() -> None:
    whole = tar(("a", b"1" * 512), ("b", b"2" * 512), ("c", b"3" * 512))
    assert len(opened(whole).files) == 3
    broken = bytearray(whole)
    broken[1024 + 148 : 1024 + 156] = b"77777777"  # the check sum of the second member
    assert refusal(bytes(broken)) in {"it is damaged", "it is damaged or cut short"}
    assert refusal(whole[:2048]) == "it is damaged or cut short"


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lzma.compress, zstandard.ZstdCompressor(write_checksum=True).compress]
)
def test_packed_files_that_are_cut_short_or_damaged_are_told(pack: Callable[[bytes], bytes]) -> None:
    packed = pack(os.urandom(5000))
    assert refusal(packed[: len(packed) // 2]) == "it is cut short"
    broken = bytearray(packed)
    broken[20:2000] = bytes(1980)
    assert refusal(bytes(broken)) in {"it is damaged", "it is cut short"}
    assert refusal(packed + b"something else") == "what follows the compressed data is something else"


def test_what_is_packed_twice_is_refused() -> None:
    assert refusal(gzip.compress(gzip.compress(b"x"))) == "it is packed twice"
    assert refusal(gzip.compress(zip_of({"a": b"x"}))) == "it is packed twice"


@pytest.mark.parametrize(
    ("start", "words"), [(b"7z\xbc\xaf\x27\x1c", "it is a 7z archive"), (b"Rar!\x1a", "it is a rar archive")]
)
def test_other_archives_are_named(start: bytes, words: str) -> None:
    assert refusal(start + bytes(100)) == words


def test_a_sparse_file_is_refused() -> None:
    assert refusal(tar(("a", special(tarfile.GNUTYPE_SPARSE)))) in {"it holds a file with holes", "it is damaged"}


# --- Folders --------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "lists"
    (inside / "casinos").mkdir(parents=True)
    (inside / "casinos" / "domains").write_text("casino.example\n")
    (tmp_path / "outside").write_text("secret.example\n")
    return inside


def test_a_folder_is_read_and_its_links_are_followed(folder: Path) -> None:
    (folder / "bets").symlink_to("casinos")
    (folder / "poker").symlink_to(folder / "casinos")
    (folder / ".hidden").write_text("x")
    tree = open_origin(folder, Limits())
    assert contents(tree) == dict.fromkeys(("casinos/domains", "bets/domains", "poker/domains"), b"casino.example\n")


@pytest.mark.parametrize("absolute", [True, False])
def test_a_link_out_of_a_folder_is_refused(folder: Path, *, absolute: bool) -> None:
    (folder / "out").symlink_to(folder.parent / "outside" if absolute else "../outside")
    with pytest.raises(InputError, match="a link leads out of it"):
        open_origin(folder, Limits())


def test_a_folder_with_a_pipe_or_a_socket_is_refused(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with pytest.raises(InputError, match="a pipe, a socket or a device"):
        open_origin(folder, Limits())
    (folder / "pipe").unlink()
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(folder / "socket"))
        with pytest.raises(InputError, match="a pipe, a socket or a device"):
            open_origin(folder, Limits())


def test_a_link_that_takes_the_place_of_a_file_is_not_followed(folder: Path) -> None:
    tree = open_origin(folder, Limits())
    (folder / "casinos" / "domains").unlink()
    (folder / "casinos" / "domains").symlink_to(folder.parent / "outside")
    with pytest.raises(InputError, match="a link took its place"):
        contents(tree)


@pytest.mark.parametrize("name", ["nothing", "pipe"])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match=r"the path leads to nothing|it is a pipe"):
        open_origin(tmp_path / name, Limits())


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list"
    with path.open("wb") as stream:
        stream.truncate(2 << 20)
    with pytest.raises(InputError, match="it is larger than 1 MB"):
        open_origin(path, SMALL)


def test_nothing_is_written_while_an_archive_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "lists.tar.gz"
    path.write_bytes(gzip.compress(tar(("a/domains", b"x"))))
    assert contents(open_origin(path, SMALL)) == {"a/domains": b"x"}
    assert list(tmp_path.iterdir()) == [path]
