"""Canaries: texts that no output may hold, the log lines that carry them, and a search in everything written."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import threading
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self
from urllib.parse import quote

import polars as pl

from netaudit.definitions.formats import Format, Sample
from netaudit.ingest import parse_chunk
from netaudit.ingest.logfile import Chunk
from netaudit.ingest.urls import url_paths
from netaudit.protect import Keyring
from netaudit.store import Store

ADDRESS, ADDRESS_6 = "203.0.113.77", "2001:db8:ca:a4::4a77"
# What stands for each field, by the field. Each is a word of its own, so that a find says where it came from.
CANARIES: Mapping[str, str] = {
    "user_name": "quillfeather",
    "realm": "zorbland",
    "source_ip": ADDRESS,
    "source_ip6": ADDRESS_6,
    "path": "wobblepath",
    "query": "snarkquery",
    "fragment": "gribblefragment",
    "credentials": "crednomen",
    "password": "credpassel",
    "referrer": "refwobble",
    "referrer_query": "refsnark",
    "referrer_credentials": "refcrednom",
    "user_agent_original": "agentquark",
    "http_request_method": "METHQUARK",
    "event_action": "ACTQUARK",
    "http_response_mime_type": "mimequark",
    "extension": "extqk",
    "scheme": "schemeqk",
    "vendor_category": "Catquark",
    "machine": "pc-quillhost",
    "register": "registerquill",
    "file_name": "filequill",
    "raw": "rejectquill",
}
OF_LOGS = tuple(CANARIES)[:-3]

PATH = f"/{CANARIES['path']}/x.{CANARIES['extension']}"
QUERY = f"?{CANARIES['query']}=1&u={CANARIES['query']}#{CANARIES['fragment']}"
URL = f"http://{CANARIES['credentials']}:{CANARIES['password']}@www.rightmove.co.uk{PATH}{QUERY}"
REFERRER = (
    f"https://{CANARIES['referrer_credentials']}:x@www.bbc.co.uk/{CANARIES['referrer']}?{CANARIES['referrer_query']}=1"
)
# What is put in the place of what a sample says, one at a time and together.
INSTEAD: Mapping[str, tuple[str, ...]] = {
    "user_name": (
        CANARIES["user_name"],
        f"{CANARIES['realm']}\\{CANARIES['user_name']}",
        f"{CANARIES['user_name']}@{CANARIES['realm']}.example",
        f"{CANARIES['realm']}%5C{CANARIES['user_name']}",
        f"cn={CANARIES['user_name']},ou={CANARIES['realm']}",
    ),
    "source_ip": (CANARIES["source_ip"], CANARIES["source_ip6"]),
    "url_full": (URL, f"{CANARIES['scheme']}://{CANARIES['machine']}/{CANARIES['path']}"),
    "url_path": (PATH,),
    "url_query": (QUERY.partition("#")[0],),
    "url_domain": (CANARIES["machine"], CANARIES["source_ip"]),
    "http_request_referrer": (REFERRER, f"http://{CANARIES['machine']}/{CANARIES['referrer']}"),
    "user_agent_original": (f"{CANARIES['user_agent_original']}-Laptop/1.0", f"Mozilla/5.0 ({CANARIES['user_name']})"),
    "http_request_method": (CANARIES["http_request_method"],),
    "event_action": (CANARIES["event_action"], f"TCP_{CANARIES['event_action']}_MISS"),
    "http_response_mime_type": (
        f"text/{CANARIES['http_response_mime_type']}",
        f"{CANARIES['http_response_mime_type']}/html",
        f"text/html;{CANARIES['http_response_mime_type']}=1",
    ),
    "vendor_category": (CANARIES["vendor_category"],),
}


def read(line: str, log_format: Format) -> pl.DataFrame:
    return parse_chunk(Chunk(line.encode() + b"\n", 1), log_format, "UTC").parsed


def files_of(log_format: Format) -> Iterator[list[str]]:
    """Yield the lines of files: of a format whose days and months may stand either way round, one for each sample."""
    styles = [log_format.time, *(layout.time for layout in log_format.layouts if layout.time)]
    if any(style.day_or_month for style in styles):
        yield from (list(lines_of_samples(log_format, [sample])) for sample in log_format.samples)
    else:
        yield list(lines_of(log_format))


def lines_of(log_format: Format) -> Iterator[str]:
    """Yield the format's own samples, and each with canaries in the place of what is read of it."""
    yield from lines_of_samples(log_format, log_format.samples)


def lines_of_samples(log_format: Format, samples: Iterable[Sample]) -> Iterator[str]:
    """Yield samples, and each with canaries in the place of what is read of it."""
    for sample in samples:
        line = sample.line.lstrip("\n")
        yield line
        if sample.outcome != "event":
            continue
        record = read(line, log_format).row(0, named=True)
        texts = {name: record[name] for name in INSTEAD if isinstance(record.get(name), str)}
        address = record["url_full"] or ""
        urls = pl.DataFrame({"url_full": [address], "tunnel": [record["http_request_method"] == "CONNECT"]})
        host = re.match(r"(?:[a-z]+://)?([^/:?#]+)", address)
        texts["url_path"], texts["url_query"] = url_paths(urls).item(), re.sub(r"^[^?]*", "", address)
        texts["url_domain"] = host[1] if host else None
        everything = line
        for name, wanted in INSTEAD.items():
            text = texts.get(name)
            if not text or len(text) < 2 or text.lower() not in line.lower():
                continue
            for instead in wanted:
                for shown in dict.fromkeys((instead, instead.replace("\\", "\\\\"))):
                    yield replaced(line, text, shown)
            everything = replaced(everything, text, wanted[0])
        yield everything


def replaced(line: str, text: str, instead: str) -> str:
    """Return the last line of a sample with a text replaced that stands alone, wherever it does."""
    head, sign, last = line.rpartition("\n")
    before = r"(?<![A-Za-z0-9])" if text[0].isalnum() else ""
    return (
        head + sign + re.sub(rf"{before}{re.escape(text)}(?![A-Za-z0-9])", lambda _: instead, last, flags=re.IGNORECASE)
    )


def hostile_lines() -> bytes:
    """Return lines that no format reads as they are meant to be read, in several broken encodings."""
    canary = CANARIES["raw"]
    squid = (
        f"1773136800.779 180 {ADDRESS} TCP_MISS/200 4083 GET http://a.example/{canary} {canary} HIER_DIRECT/- text/html"
    )
    return b"\n".join(
        (
            canary.encode(),
            canary.encode("utf-16"),
            squid.encode().replace(b"text/html", b"\xff\xfe\x00text"),
            squid[10:].encode(),
            squid[:90].encode(),
            squid.replace("1773136800", "9999999999").encode(),
            squid.replace("1773136800", "773136800").encode(),
            squid.replace(canary, f"\x1b]0;{canary}\x07").encode(),
            squid.encode() + canary.encode() * 100_000,
            f"<script>{canary}</script>".encode(),
            b"\x00" * 100 + canary.encode(),
            b"",
        )
    )


def encodings(canary: str) -> Iterator[bytes]:
    """Yield a text in the ways in which it may be written, small letters where letters count alike."""
    raw = canary.encode()
    yield from (
        form.lower() for form in (raw, canary[::-1].encode(), raw.hex().encode(), quote(canary, safe="").encode())
    )
    yield "".join(f"%{byte:02x}" for byte in raw).encode()
    yield from (canary.lower().encode(code) for code in ("utf-16-le", "utf-16-be"))
    for start in range(3):  # where it begins among groups of three; what other bytes have a part in is left out
        text = base64.b64encode(b"\0" * start + raw)
        yield text[(0, 2, 3)[start] : 8 * (start + len(raw)) // 6].lower()
    for name in ("md5", "sha1", "sha256", "blake2b"):  # without a key, whoever has the staff list can make them, too
        for spelt in {raw, raw.lower(), b"person:" + raw.lower(), b"address:" + raw}:
            digest = hashlib.new(name, spelt)
            yield digest.digest().lower()
            yield digest.hexdigest().encode()


_FORMS = {name: tuple({form for form in encodings(text) if len(form) >= 5}) for name, text in CANARIES.items()}


def found_in(data: bytes, wanted: Iterable[str] = CANARIES) -> set[str]:
    """Return which canaries are in some bytes, in any encoding; archives are opened."""
    small = data.lower()
    found = {name for name in wanted if any(form in small for form in _FORMS[name])}
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = found.union(*(found_in(archive.read(one), wanted) for one in archive.namelist()))
    return found


def found_below(folder: Path) -> dict[str, set[str]]:
    """Return the canaries in names and bytes of all files below a folder, by file."""
    found = {
        str(path.relative_to(folder)): found_in(os.fsencode(path.relative_to(folder)))
        | (found_in(path.read_bytes()) if path.is_file() else set())
        for path in folder.rglob("*")
    }
    return {name: canaries for name, canaries in found.items() if canaries}


def tables(out: Path) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield every stored table, decrypted with its own keys."""
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        parts = store.ledger._db.execute("SELECT table_name, period, part FROM parts").fetchall()
        for table, period, part in parts:
            frame = store.read(table, period, part)
            assert frame is not None
            yield table, frame
    finally:
        store.close()


def found_in_tables(out: Path) -> dict[str, set[str]]:
    """Return the canaries in any column of any stored table."""
    found = {}
    for table, frame in tables(out):
        for column in frame.get_columns():
            texts = "\n".join(map(str, column.unique().to_list())).encode("utf-8", "replace")
            if canaries := found_in(texts + str(column.dtype).encode()):
                found[f"{table}.{column.name}"] = canaries
    return found


class Watcher:
    """Looks at all that a process and its children have open or write, every few milliseconds, while it runs."""

    def __init__(self, process: int, folders: Iterable[Path], *, inputs: Iterable[Path]) -> None:
        """Watch a process and what is below folders; inputs are read by it, and may hold what they hold."""
        self._process = process
        self._inputs = tuple(inputs)
        self._folders = tuple(folders)
        self._seen: dict[str, tuple[int, int]] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.found: dict[str, set[str]] = {}
        self.looks = 0
        self.files: set[str] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.is_set():
            for folder in self._folders:
                for place, _, names in os.walk(folder):  # which goes on where folders vanish
                    for name in names:
                        self._look(Path(place, name))
            for process in self._processes():
                for name in ("environ", "cmdline", "comm", "task"):
                    self._look(Path(f"/proc/{process}/{name}"), always=True)
                try:
                    opened = list(Path(f"/proc/{process}/fd").iterdir())
                except OSError:
                    continue
                for descriptor in opened:
                    self._look(descriptor)
            self.looks += 1
            time.sleep(0.002)

    def _processes(self) -> list[int]:
        try:
            text = Path(f"/proc/{self._process}/task/{self._process}/children").read_text()
        except OSError:
            return [self._process]
        return [self._process, *map(int, text.split())]

    def _look(self, path: Path, *, always: bool = False) -> None:
        try:
            target = str(path.readlink()) if path.is_symlink() else str(path)
            if any(Path(target).is_relative_to(given) for given in self._inputs) or (
                target.startswith(("/dev/", "pipe:", "socket:", "anon_inode:")) and "shm" not in target
            ):
                return  # what is read, and what has no bytes to keep
            status = path.stat()
            state = (status.st_size, status.st_mtime_ns)
            if not path.is_file() or (not always and self._seen.get(target) == state):
                return
            canaries = found_in(path.read_bytes()) | found_in(os.fsencode(path.name))
            self._seen[target] = state
            self.files.add(target)
        except (OSError, zipfile.BadZipFile):  # gone again, or an archive that is being written: looked at again
            return
        if canaries:
            self.found.setdefault(target, set()).update(canaries)
