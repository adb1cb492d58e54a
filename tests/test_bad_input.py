"""Bad logs: each has one clear outcome, told in words that say what to do, and stops nothing else."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import socket
import tarfile
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zstandard
from click.testing import CliRunner, Result

from netaudit.cli import main
from netaudit.definitions.format_files import load_formats
from netaudit.errors import InputError, NetauditError
from netaudit.ingest import LogFile, detect, find_logs, parse_chunk
from netaudit.ingest.logfile import LINE_BYTES
from netaudit.ingest.streams import PlainText, Source, read_up_to

NOW = "2026-03-20T06:00:00"
TUESDAY = 1773136800  # 2026-03-10 10:00 in London
YEAR = 365 * 86_400
LINE = "{time}.000 100 203.0.113.177 TCP_MISS/200 4000 GET http://www.gov.uk/{number} {user} NONE/- text/html\n"
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
}


def lines(count: int, start: int = TUESDAY, user: str = "ann.canary") -> bytes:
    return "".join(LINE.format(time=start + 7 * n, number=n, user=user) for n in range(count)).encode()


GOOD = lines(50)
OTHER = lines(5, TUESDAY + 90_000)  # another day than that of the good file


def run(*arguments: str | Path, config: Path | None = None) -> Result:
    """Run the program in this process; a bug is raised and not caught."""
    options = ["--config", str(config)] if config else []
    words = ["run", *map(str, arguments), *options, "--now", NOW]
    return CliRunner().invoke(main, words, catch_exceptions=False)


def zipped(data: bytes) -> bytes:
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w") as archive:
        archive.writestr("access.log", data)
    return store.getvalue()


def tarred(data: bytes) -> bytes:
    store = io.BytesIO()
    with tarfile.open(fileobj=store, mode="w") as archive:
        about = tarfile.TarInfo("access.log")
        about.size = len(data)
        archive.addfile(about, io.BytesIO(data))
    return store.getvalue()


def noise(size: int) -> bytes:
    return random.Random(1).randbytes(size)  # noqa: S311 - not for secrets


def text_of(data: bytes, encoding: str) -> bytes:
    return data.decode().encode(encoding)


# --- One bad file among good ones -------------------------------------------------------------------------

# What the file holds; lines = events + not web + duplicates + set aside + blank; the format and the status.
READ: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "0 = 0 + 0 + 0 + 0 + 0  unknown, empty"),
    "nothing compressed": (gzip.compress(b""), "0 = 0 + 0 + 0 + 0 + 0  unknown, empty"),
    "blank lines": (b"\n\r\n\n", "3 = 0 + 0 + 0 + 0 + 3  unknown, empty"),
    "CRLF": (OTHER.replace(b"\n", b"\r\n"), "5 = 5 + 0 + 0 + 0 + 0  squid, read"),
    "no last line end": (OTHER[:-1], "5 = 5 + 0 + 0 + 0 + 0  squid, read"),
    "Latin-1": (OTHER.replace(b"ann", b"andr\xe9"), "5 = 5 + 0 + 0 + 0 + 0  squid, read"),
    "byte order mark": (b"\xef\xbb\xbf" + OTHER, "5 = 5 + 0 + 0 + 0 + 0  squid, read"),
    "UTF-16": (b"\xff\xfe" + text_of(OTHER, "utf-16-le"), "5 = 5 + 0 + 0 + 0 + 0  squid, read"),
    "UTF-16, big end first": (b"\xfe\xff" + text_of(OTHER, "utf-16-be"), "5 = 5 + 0 + 0 + 0 + 0  squid, read"),
    "UTF-16 compressed": (gzip.compress(text_of(OTHER, "utf-16")), "5 = 5 + 0 + 0 + 0 + 0  squid, read"),
    "noughts first": (b"\0" * 300_000 + OTHER, "5 = 5 + 0 + 0 + 0 + 0  squid, read"),
    "noughts inside": (OTHER + b"\0" * 999 + lines(5, TUESDAY + 99_000), "10 = 9 + 0 + 0 + 1 + 0  squid, read"),
    "a line of 10 MB": (OTHER + b"x" * 10_000_000 + b"\n" + OTHER, "11 = 10 + 0 + 0 + 1 + 0  squid, read"),
    "of 2010": (lines(5, 1_286_536_309), "5 = 5 + 0 + 0 + 0 + 0  squid, read"),
    "of tomorrow": (lines(5, TUESDAY + 10 * 86_400), "5 = 5 + 0 + 0 + 0 + 0  squid, read"),
    "of 1970": (lines(5, 3600), "5 = 0 + 0 + 0 + 5 + 0  squid, read"),
    "of 1999": (lines(5, 915_148_800), "5 = 0 + 0 + 0 + 5 + 0  squid, read"),
    "of next year": (lines(5, TUESDAY + YEAR), "5 = 0 + 0 + 0 + 5 + 0  squid, read"),
    "of three years": (OTHER + lines(2, TUESDAY + YEAR) + lines(1, 5), "8 = 5 + 0 + 0 + 3 + 0  squid, read"),
    "a diary": (b"dear diary\n" * 20, "20 = 0 + 0 + 0 + 20 + 0  unknown, unknown format"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + noise(999), "0 = 0 + 0 + 0 + 0 + 0  unknown, unknown format"),
    "a program": (b"\x7fELF\2\1\1" + noise(999), "0 = 0 + 0 + 0 + 0 + 0  unknown, unknown format"),
    "noise": (noise(99_999), "0 = 0 + 0 + 0 + 0 + 0  unknown, unknown format"),
    "UTF-16 unmarked": (text_of(OTHER, "utf-16-le"), "0 = 0 + 0 + 0 + 0 + 0  unknown, unknown format"),
}
WARNED = {
    "a line of 10 MB": "set aside: 1 × longer than 1 MB",
    "noughts inside": "set aside: 1 × holds control characters",
    "of 1970": "warning: File {}: 5 lines are dated before 2001; look at the clock of the proxy.",
    "of 1999": "set aside: 5 × the clock was not set: a time before 2001",
    "of next year": "warning: File {}: 5 lines are dated in the future; look at the clock of the proxy.",
    "of three years": "warning: File {}: 1 line is dated before 2001, 2 lines are dated in the future; look at the",
    "a diary": "warning: File {}: no known format reads this file; all its lines are set aside.",
    "a picture": "warning: File {}: a PNG image, not a log; nothing of it is in this report.",
    "a program": "warning: File {}: a program, not a log; nothing of it is in this report.",
    "noise": "warning: File {}: not text; nothing of it is in this report.",
    "UTF-16 unmarked": ("warning: File {}: text in UTF-16 without a byte order mark; nothing of it is in this report."),
}


def account_of(shown: Result, path: Path) -> tuple[str, str]:
    """Return the number of a file and its line of the account."""
    (line,) = (one for one in shown.stdout.splitlines() if f"  {path}" in one)
    number, _, rest = line.strip().partition("  ")
    return number, rest


@pytest.mark.parametrize("name", READ)
def test_what_can_be_read_is_read_and_the_rest_is_counted(tmp_path: Path, name: str) -> None:
    content, account = READ[name]
    good, bad = tmp_path / "good.log", tmp_path / "bad.log"
    good.write_bytes(GOOD)
    bad.write_bytes(content)
    shown = run(good, bad, "--out", tmp_path / "out")
    assert shown.exit_code == 0, shown.output
    assert account_of(shown, good)[1].startswith("50 = 50 + 0 + 0 + 0 + 0  squid, read")
    number, line = account_of(shown, bad)
    assert line.startswith(account)
    assert WARNED.get(name, "").format(number) in shown.stdout
    assert "canary" not in shown.output
    page = (tmp_path / "out" / "it" / "index.html").read_text(encoding="utf-8")
    assert "bad.log" not in page
    if "File {}" in WARNED.get(name, ""):
        assert WARNED[name].format(number).removeprefix("warning: ") in page.replace("&#39;", "'")


# What is refused, because it may hold lines: the fault and what to do. The run ends with 2.
REFUSED: dict[str, tuple[bytes, str, str]] = {
    "zip": (zipped(OTHER), "a zip archive", "unpack it first, and give the files in it"),
    "tar": (tarred(OTHER), "a tar archive", "unpack it first, and give the files in it"),
    "tar.gz": (gzip.compress(tarred(OTHER)), "a tar archive", "unpack it first, and give the files in it"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + noise(99), "a 7-Zip archive", "unpack it first, and give the files in it"),
    "xlsx": (zipped(OTHER).replace(b"access.log", b"[Content_Types].xml"), "an Office file", "export it as text"),
    "gzip in gzip": (gzip.compress(gzip.compress(OTHER)), "compressed twice", "unpack it once"),
    "zstd in xz": (lzma.compress(PACKERS["zst"](OTHER)), "compressed twice", "unpack it once"),
    "pcap": (
        b"\xd4\xc3\xb2\xa1" + noise(99),
        "a packet capture",
        "give the log of the proxy: packets are not read",
    ),
    "pcapng": (
        b"\n\r\r\n\0\0\0\x1c\x4d\x3c\x2b\x1a" + noise(99),
        "a packet capture",
        "give the log of the proxy: packets are not read",
    ),
    "evtx": (b"ElfFile\0" + noise(99), "a Windows event log", "export it as text"),
    "UTF-32": (text_of(OTHER, "utf-32"), "text in UTF-32", "save it as UTF-8"),
    "PGP": (b"-----BEGIN PGP MESSAGE-----\n\nxxxx\n", "encrypted with PGP", "decrypt it first"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_hold_lines_is_refused_and_the_others_are_read(tmp_path: Path, name: str) -> None:
    content, what, remedy = REFUSED[name]
    good, bad = tmp_path / "good.log", tmp_path / "bad.log"
    good.write_bytes(GOOD)
    bad.write_bytes(content)
    shown = run(good, bad, "--out", tmp_path / "out")
    assert shown.exit_code == 2
    assert shown.stderr.endswith(f"error: {what}\n --> {bad}\n  = help: {remedy}\n")
    assert account_of(shown, good)[1].startswith("50 = 50 + 0 + 0 + 0 + 0  squid, read")
    number, line = account_of(shown, bad)
    assert line == f"0 = 0 + 0 + 0 + 0 + 0  unknown, not read  {bad} ({what})"
    page = (tmp_path / "out" / "it" / "index.html").read_text(encoding="utf-8")
    assert f"File {number}: it could not be read ({what}); it is tried again when it comes again." in page


def test_where_every_file_is_bad_nothing_is_made_and_all_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(zipped(GOOD))
    (tmp_path / "b.log").write_text("dear diary\n")
    (tmp_path / "c.png").write_bytes(b"\x89PNG\r\n\x1a\n" + noise(99))
    shown = run(tmp_path / "a.log", tmp_path / "b.log", tmp_path / "c.png", tmp_path / "d", "--out", tmp_path / "out")
    assert shown.exit_code == 2
    add = "add a format, or check that it is a web log"
    told = shown.stderr
    for name, what, remedy in (
        ("a.log", "a zip archive", "unpack it first, and give the files in it"),
        ("b.log", "no known format reads this file", add),
        ("c.png", "a PNG image, not a log", add),
        ("d", "no such file or folder", "check the path or the pattern"),
    ):
        assert f"error: {what}\n --> {tmp_path / name}\n  = help: {remedy}\n" in told
    assert told.count("error: ") == 4
    assert not (tmp_path / "out" / "it").exists()


def test_a_run_that_is_given_nothing_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    shown = run(tmp_path / "empty", tmp_path / "*.log", "--out", tmp_path / "out")
    assert shown.exit_code == 2
    assert shown.stderr == (
        f"error: no such file or folder\n --> {tmp_path / '*.log'}\n  = help: check the path or the pattern\n"
        f"error: the folder holds no log file\n --> {tmp_path / 'empty'}\n  = help: check the path\n"
    )
    assert not (tmp_path / "out").exists()


def test_what_could_not_be_read_is_read_once_it_is_mended(tmp_path: Path) -> None:
    good, bad, out = tmp_path / "good.log", tmp_path / "bad.log", tmp_path / "out"
    good.write_bytes(GOOD)
    bad.write_bytes(zipped(OTHER))
    assert run(good, bad, "--out", out).exit_code == 2
    bad.write_bytes(OTHER)
    shown = run(good, bad, "--out", out)
    assert shown.exit_code == 0, shown.output
    assert ", known already" in account_of(shown, good)[1]
    assert account_of(shown, bad)[1].startswith("5 = 5 + 0 + 0 + 0 + 0  squid, read")


def test_a_file_cut_short_is_told_once_and_the_whole_one_counts_once(tmp_path: Path) -> None:
    good, bad, out = tmp_path / "good.log", tmp_path / "bad.log.gz", tmp_path / "out"
    good.write_bytes(GOOD)
    whole = gzip.compress(lines(3000, TUESDAY + 90_000))
    bad.write_bytes(whole[: len(whole) // 2])
    shown = run(good, bad, "--out", out)
    assert shown.exit_code == 2
    remedy = "give the whole file when you have it: what was read counts once"
    assert shown.stderr.endswith(f"error: the file is cut short\n --> {bad}\n  = help: {remedy}\n")
    number, line = account_of(shown, bad)
    assert f"warning: File {number}: the file is cut short; what could be read is in this report." in shown.stdout
    assert "set aside: 1 × cut off in the middle" in shown.stdout
    read = int(line.split(" = ")[1].split(" + ")[0].replace(",", ""))
    assert 1000 < read < 2000
    assert run(good, bad, "--out", out).exit_code == 0  # the same bytes: nothing new can be said of them
    bad.write_bytes(whole)
    shown = run(good, bad, "--out", out)
    assert shown.exit_code == 0, shown.output
    assert account_of(shown, bad)[1].startswith(f"3,000 = {3000 - read:,} + 0 + {read:,} + 0 + 0  squid, read")


def test_lines_of_the_future_are_read_when_it_has_come(tmp_path: Path) -> None:
    log, out = tmp_path / "access.log", tmp_path / "out"
    log.write_bytes(OTHER + lines(4, TUESDAY + 20 * 86_400))
    assert account_of(run(log, "--out", out), log)[1].startswith("9 = 5 + 0 + 0 + 4 + 0  squid, read")
    assert ", known already" in account_of(run(log, "--out", out), log)[1]
    later = CliRunner().invoke(main, ["run", str(log), "--out", str(out), "--now", "2026-04-20"])
    assert account_of(later, log)[1].startswith("9 = 4 + 0 + 5 + 0 + 0  squid, read")


# --- What no file is ----------------------------------------------------------------------------------------


def test_pipes_sockets_and_links_are_told_and_never_waited_for(tmp_path: Path) -> None:
    good = tmp_path / "good.log"
    good.write_bytes(GOOD)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{short}/socket")  # the path of a socket must be short
        names = [tmp_path / "pipe", Path(short, "socket"), Path(os.devnull), tmp_path / "nowhere", tmp_path / "loop"]
        shown = run(good, *names, "--out", tmp_path / "out")
    pipe, place, null, nowhere, loop = names
    assert shown.exit_code == 2
    assert account_of(shown, good)[1].startswith("50 = 50 + ")
    for message in (
        f"error: a pipe, not a file\n --> {pipe}\n  = help: give - and let the pipe be standard input\n",
        f"error: a socket, not a file\n --> {place}\n  = help: give the file that the log is written to\n",
        f"error: a device, not a file\n --> {null}\n  = help: give - to read from standard input\n",
        f"error: a link that leads to nothing\n --> {nowhere}\n  = help: mend or remove the link\n",
        f"error: a link that leads back to itself\n --> {loop}\n  = help: mend or remove the link\n",
    ):
        assert message in shown.stderr


def test_a_folder_gives_its_files_and_tells_of_links_that_lead_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "access.log").write_bytes(GOOD)
    (folder / ".hidden").write_bytes(GOOD)
    (folder / "nowhere.log").symlink_to("gone")
    os.mkfifo(folder / "pipe")
    found = find_logs([str(folder)])
    assert [Path(log.title).name for log in found] == ["access.log", "nowhere.log"]
    with pytest.raises(InputError, match="a link that leads to nothing"):
        found[1].head()


@contextmanager
def somebody_else() -> Iterator[None]:
    """As an account that may read nothing of ours; only root can become it."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_may_not_be_read_is_told_by_its_path_and_what_to_do() -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        log, folder = Path(place, "secret.log"), Path(place, "closed")
        log.write_bytes(GOOD)
        log.chmod(0)
        folder.mkdir(mode=0o700)
        (folder / "access.log").write_bytes(GOOD)
        folder.chmod(0)
        with somebody_else():
            found = find_logs([str(log), place])
            told = []
            for one in found:
                with pytest.raises(InputError) as caught:
                    one.fingerprint()
                told.append(str(caught.value))
        folder.chmod(0o700)
    assert told == [
        (
            f"the folder cannot be looked into: Permission denied\n --> {folder}\n"
            "  = help: let the account that runs netaudit read it"
        ),
        f"cannot be read: Permission denied\n --> {log}\n  = help: let the account that runs netaudit read it",
    ]


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "[", "a/b/c", "*/**/nothing"])
def test_paths_that_cannot_be_are_paths_that_lead_nowhere(tmp_path: Path, name: str) -> None:
    (log,) = find_logs([str(tmp_path / name)])
    with pytest.raises(InputError, match="no such file or folder"):
        log.head()


def test_a_name_that_would_upset_a_terminal_is_spelt_out(tmp_path: Path) -> None:
    good = tmp_path / "good.log"
    good.write_bytes(GOOD)
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9\x1b[2J.log")
    Path(odd).write_bytes(OTHER)
    shown = run(good, odd, tmp_path / "\x1b[2J", "--out", tmp_path / "out")
    assert "caf\\udce9\\x1b[2J.log" in shown.stdout
    assert f" --> {tmp_path}/\\x1b[2J\n" in shown.stderr
    assert "\x1b" not in shown.output


# --- Files that change while they are read ------------------------------------------------------------------


def test_a_file_that_goes_before_it_is_read_is_told_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a.log").write_bytes(GOOD)
    (folder / "b.log").write_bytes(OTHER)

    def listed_then_gone(*given: object) -> list[LogFile]:
        found = find_logs(*given)  # type: ignore[arg-type]
        (folder / "b.log").unlink()
        return found

    monkeypatch.setattr("netaudit.pipeline.audit.find_logs", listed_then_gone)
    shown = run(folder, "--out", tmp_path / "out")
    assert shown.exit_code == 2
    remedy = "was it rotated or removed? Give it under its new name"
    assert shown.stderr.endswith(f"error: the file is gone\n --> {folder / 'b.log'}\n  = help: {remedy}\n")
    assert account_of(shown, folder / "a.log")[1].startswith("50 = 50 + ")


def test_a_file_removed_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_bytes(GOOD)
    log = LogFile(path)
    chunks = log.chunks(1000)
    data = next(chunks).data
    path.unlink()
    data += b"".join(chunk.data for chunk in chunks)
    assert (data, log.damage, log.unfinished) == (GOOD, "", False)


def test_a_file_emptied_while_it_is_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_bytes(lines(20_000))
    log = LogFile(path)
    chunks = log.chunks(100_000)
    first = next(chunks).data
    os.truncate(path, 0)
    data = first + b"".join(chunk.data for chunk in chunks)
    assert log.damage == "the file became shorter while it was read"
    assert lines(20_000).startswith(data)
    assert data.endswith(b"\n")  # what is left of a line that was being read is in no chunk


def test_the_last_line_of_a_file_that_grows_is_left_for_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_bytes(GOOD)
    log = LogFile(path)
    chunks = log.chunks(1 << 20)
    with path.open("ab") as writer:
        data = next(chunks).data
        writer.write(OTHER[:60])
        writer.flush()
        data += b"".join(chunk.data for chunk in chunks)
    assert (data, log.damage, log.unfinished) == (GOOD, "", True)
    again = LogFile(path)
    assert b"".join(chunk.data for chunk in again.chunks()) == GOOD + OTHER[:60]  # it grows no more
    assert again.unfinished is False


class _Failing(io.BytesIO):
    """A disk that fails after some bytes."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() >= 2000:
            raise OSError(5, "Input/output error")
        return super().read(min(size or 0, 1000))


def test_a_failing_disk_gives_what_it_gives_and_says_so() -> None:
    text = PlainText(Source(_Failing(GOOD)))
    data = read_up_to(text, 1 << 20)
    assert len(data) >= 2000
    assert GOOD.startswith(data)
    assert text.damage == "the rest of it cannot be read: Input/output error"


# --- Compressed files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("share", [0.05, 0.5, 0.999])
def test_of_a_file_cut_anywhere_all_that_is_there_is_read(tmp_path: Path, packer: str, share: float) -> None:
    whole = "".join(f"{number} {random.Random(number).random()}\n" for number in range(9000)).encode()  # noqa: S311
    packed = PACKERS[packer](whole)
    path = tmp_path / "access.log"
    path.write_bytes(packed[: int(len(packed) * share)])
    log = LogFile(path)
    data = b"".join(chunk.data for chunk in log.chunks())
    assert log.damage == "the file is cut short"
    assert whole.startswith(data)
    assert data == b"" or data.endswith(b"\n")
    if packer in {"gz", "xz"}:  # bzip2 and zstd give nothing of the block that is cut
        assert len(data) > (share - 0.05) * len(whole) * 0.9


@pytest.mark.parametrize("packer", PACKERS)
def test_padding_is_no_damage_and_rubbish_is(tmp_path: Path, packer: str) -> None:
    path = tmp_path / "access.log"
    for tail, damage in ((b"\0" * 1024, ""), (b"rubbish" * 99, "the file is damaged")):
        path.write_bytes(PACKERS[packer](GOOD) + tail)
        log = LogFile(path)
        assert b"".join(chunk.data for chunk in log.chunks()) == GOOD
        assert log.damage == damage


@pytest.mark.parametrize("packer", PACKERS)
def test_a_bomb_is_stopped_and_nothing_of_it_is_kept(
    tmp_path: Path, packer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netaudit.ingest.logfile.EXPANSION_FLOOR", 1 << 20)
    # many chunks and visits to the door, so that lines of the bomb are inside before it is known as one
    monkeypatch.setattr(LogFile.chunks, "__defaults__", (100_000,))
    monkeypatch.setattr("netaudit.pipeline.reading._ROWS_AT_THE_DOOR", 100)
    good, bomb, out = tmp_path / "good.log", tmp_path / "bomb.log", tmp_path / "out"
    good.write_bytes(GOOD)
    bomb.write_bytes(PACKERS[packer](lines(1, TUESDAY + 90_000) * 20_000))
    config = tmp_path / "netaudit.toml"
    config.write_text("[inputs]\nexpansion_limit = 2\n")
    shown = run(good, bomb, "--out", out, config=config)
    assert shown.exit_code == 2
    what = "unpacked, it is more than 2 times its size"
    remedy = "if it is a log all the same, raise expansion_limit in [inputs] of the configuration"
    assert shown.stderr.endswith(f"error: {what}\n --> {bomb}\n  = help: {remedy}\n")
    assert account_of(shown, bomb)[1] == f"0 = 0 + 0 + 0 + 0 + 0  unknown, not read  {bomb} ({what})"
    assert account_of(shown, good)[1].startswith("50 = 50 + ")
    days = [path.name[:10] for path in (out / "store" / "events").rglob("*.parquet")]
    assert set(days) == {"2026-03-10"}  # the day of the good file, and none of the bomb's


def test_a_repetitive_log_may_expand_as_the_configuration_says(tmp_path: Path) -> None:
    path = tmp_path / "access.log.zst"
    path.write_bytes(PACKERS["zst"](lines(1) * 800_000))  # 80 MB, some thousands of times its size
    with pytest.raises(InputError, match="more than 200 times"):
        list(LogFile(path).chunks())
    assert sum(len(chunk.data) for chunk in LogFile(path, None, 100_000).chunks()) == len(lines(1)) * 800_000


# --- Long lines ---------------------------------------------------------------------------------------------


def test_lines_too_long_are_one_line_each_wherever_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    squid = next(one for one in load_formats() if one.name == "squid")
    long = b"x" * (LINE_BYTES + 1) + b"\n"
    just = b"y" * LINE_BYTES + b"\n"
    path.write_bytes(long + lines(1) + long + long + lines(2) + just + long[:-1])
    wanted = [(1, "longer than 1 MB"), (3, "longer than 1 MB"), (4, "longer than 1 MB"), (8, "longer than 1 MB")]
    for size in (1000, LINE_BYTES, LINE_BYTES + 7, 16 << 20):
        results = [parse_chunk(chunk, squid, "UTC") for chunk in LogFile(path).chunks(size)]
        assert sum(result.lines for result in results) == 8
        rows = [row for result in results for row in result.rejects.select("log_line", "reason").rows()]
        assert sorted(row for row in rows if row[0] != 7) == wanted
        assert [row for result in results for row in result.parsed["log_line"].to_list()] == [2, 5, 6]


def test_a_line_without_end_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    with path.open("wb") as file:
        file.truncate(200 << 20)  # 200 MB without a line end
        file.seek(0)
        file.write(b"x")
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + GOOD)
    tracemalloc.start()
    sizes = [len(chunk.data) for chunk in LogFile(path).chunks(1 << 20)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(sizes) == len(GOOD)
    assert peak < 16 << 20


# --- By brute force -----------------------------------------------------------------------------------------


def hurt(data: bytes, chance: random.Random) -> bytes:
    """Return the data cut, with bytes changed, put in, or taken out."""
    damaged = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8])):
        place = chance.randrange(len(damaged) + 1)
        match chance.randrange(4):
            case 0:
                del damaged[place:]
            case 1 if damaged:
                damaged[place - 1] = chance.randrange(256)
            case 2:
                damaged[place:place] = chance.choice(
                    [b"\0" * 600, b"\r", b"\n\n", b"\xff\xfe", b'"', b"\x1f\x8b", b"-"]
                )
            case _:
                del damaged[place : place + chance.randrange(300)]
    return bytes(damaged)


def test_whatever_is_done_to_a_log_every_line_is_accounted_for(tmp_path: Path) -> None:
    formats = load_formats()
    path = tmp_path / "access.log"
    outcomes = set()
    for seed in range(150):
        chance = random.Random(seed)  # noqa: S311 - not for secrets
        data = hurt(GOOD[: chance.randrange(1, 3000)], chance)
        data = chance.choice([bytes, *PACKERS.values()])(data)
        path.write_bytes(hurt(data, chance) if seed % 3 else data)
        log = LogFile(path)
        try:
            found = detect(log.head(), formats)
            count = 0
            for chunk in log.chunks(chance.choice([777, 1 << 20])):
                assert chunk.first_line - chunk.overlong == count + 1
                if found:
                    read = parse_chunk(chunk, found, "UTC")
                    parts = read.parsed.height + read.rejects.height + read.not_web + read.blank
                    assert read.lines == parts + read.directives + read.continuations
                    count += read.lines
                else:
                    count += chunk.data.count(b"\n") + (chunk.data[-1:] not in {b"", b"\n"})
        except NetauditError:
            outcomes.add("refused")
            continue
        assert log.sha256 == log.whole_digest()
        outcomes.add("damaged" if log.damage else "read" if found else "unknown")
    assert outcomes >= {"damaged", "read", "unknown"}


def test_a_binary_file_after_an_empty_one_is_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "empty.log").write_bytes(b"")
    (tmp_path / "good.log").write_bytes(GOOD)
    assert run(tmp_path / "empty.log", tmp_path / "good.log", "--out", tmp_path / "out").exit_code == 0
    (tmp_path / "random.log").write_bytes(noise(5_000))
    again = run(tmp_path / "random.log", "--out", tmp_path / "out")
    assert again.exit_code == 2
    assert "known already" not in again.output


def test_csv_in_a_folder_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "export.csv").write_bytes(GOOD)
    assert "50 = 50 + 0" in run(folder, "--out", tmp_path / "out").output
