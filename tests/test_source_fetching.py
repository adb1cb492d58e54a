"""Fetching a list: only from the address in the configuration, whole, checked, in time; files ask for nothing."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from source_lists import write_categories, write_lists

from netaudit.definitions.configuration import load_configuration
from netaudit.definitions.downloads import Download, address_fault
from netaudit.errors import DefinitionError, InputError
from netaudit.sources.fetching import fetch

LIST = b"casino.example\n" * 100
DIGEST = hashlib.sha256(LIST).hexdigest()
Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """An HTTP server on this machine whose answers a test says."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                server.answers[self.path](self)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


def sends(content: bytes, length: int | None = None) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(content) if length is None else length))
        request.end_headers()
        request.wfile.write(content)

    return answer


def leads_to(url: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", url)
        request.end_headers()

    return answer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    one = Server()
    yield one
    one.close()


def refused(download: Download) -> str:
    with pytest.raises(InputError) as caught:
        fetch(download)
    (problem,) = caught.value.problems
    assert problem.remedy.startswith("nothing was changed")
    return problem.what


def test_what_is_fetched_is_checked(server: Server) -> None:
    server.answers["/x/list.txt"] = sends(LIST)
    fetched = fetch(Download(f"{server.url}/x/list.txt", sha256=DIGEST.upper()))
    assert (fetched.data, fetched.name, fetched.url) == (LIST, "list.txt", f"{server.url}/x/list.txt")
    assert refused(Download(f"{server.url}/x/list.txt", sha256="0" * 64)) == (
        "what came is not what its SHA-256 says it should be"
    )


@pytest.mark.parametrize(
    "sums",
    [
        f"{'0' * 64}  other.txt\n{DIGEST}  list.txt\n",
        f"{DIGEST} *lists/list.txt\n",
        f"SHA256 (list.txt) = {DIGEST}\n",
        f"{DIGEST}\n",
    ],
)
def test_a_file_of_sums(server: Server, sums: str) -> None:
    server.answers |= {"/list.txt": sends(LIST), "/SHA256SUM": sends(sums.encode())}
    assert fetch(Download(f"{server.url}/list.txt", checksum=f"{server.url}/SHA256SUM")).data == LIST
    assert server.asked == ["/SHA256SUM", "/list.txt"]


def test_a_file_of_sums_without_the_list_asks_for_nothing_more(server: Server) -> None:
    server.answers["/SHA256SUM"] = sends(f"{DIGEST}  other.txt\n".encode())
    told = refused(Download(f"{server.url}/list.txt", checksum=f"{server.url}/SHA256SUM"))
    assert told == "it has no SHA-256 of list.txt"
    assert server.asked == ["/SHA256SUM"]


def test_redirects_stay_on_the_host(server: Server) -> None:
    other = Server()
    other.answers["/list"] = sends(LIST)
    server.answers |= {
        "/moved": leads_to("/list"),
        "/list": sends(LIST),
        "/away": leads_to(f"{other.url}/list"),
        "/file": leads_to("file:///etc/passwd"),
        "/round": leads_to("/round"),
        "/name": leads_to(f"http://user:secret@127.0.0.1:{server.http.server_port}/list"),
    }
    assert fetch(Download(f"{server.url}/moved", sha256=DIGEST)).data == LIST
    assert refused(Download(f"{server.url}/away", sha256=DIGEST)) == "it leads to another host: 127.0.0.1"
    assert "is not allowed" in refused(Download(f"{server.url}/file", sha256=DIGEST))
    assert "leads to another host" in refused(Download(f"{server.url}/name", sha256=DIGEST))
    assert "could not be fetched" in refused(Download(f"{server.url}/round", sha256=DIGEST))
    assert other.asked == []
    other.close()


def test_what_is_too_large_or_cut_short_is_refused(server: Server) -> None:
    server.answers |= {
        "/large": sends(bytes(2 << 20)),
        "/short": sends(LIST, len(LIST) + 10),
        "/missing": lambda request: request.send_error(404),
    }
    assert refused(Download(f"{server.url}/large", sha256=DIGEST, megabytes=1)) == "it is larger than 1 MB"
    assert refused(Download(f"{server.url}/short", sha256=DIGEST)) == "it is cut short"
    assert refused(Download(f"{server.url}/missing", sha256=DIGEST)) == "it could not be fetched: Not Found"
    assert "could not be fetched" in refused(Download("http://127.0.0.1:9/list", sha256=DIGEST))


@pytest.mark.parametrize("slow", ["headers", "bytes"])
def test_the_time_is_for_all_of_it(server: Server, slow: str) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        if slow == "bytes":
            request.send_response(200)
            request.end_headers()
        try:
            for _ in range(100):
                request.wfile.write(b"x")
                request.wfile.flush()
                time.sleep(0.1)
        except OSError:
            pass

    server.answers["/list"] = drip
    begin = time.monotonic()
    assert refused(Download(f"{server.url}/list", sha256=DIGEST, seconds=1)) == "it took too long"
    assert time.monotonic() - begin < 3


# --- The configuration ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "plain", "fault"),
    [
        ("https://lists.example/a.tar.gz", False, ""),
        ("http://lists.example/a.tar.gz", True, ""),
        ("http://lists.example/a.tar.gz", False, "is not https: what comes could be anybody's"),
        ("file:///etc/passwd", True, "is not an address that begins with https://"),
        ("ftp://lists.example/a", True, "is not an address that begins with https://"),
        ("https:///a", True, "is not an address that begins with https://"),
        ("lists.example", True, "is not an address that begins with https://"),
        ("https://lists.example/a b", True, "is not an address that begins with https://"),
        ("https://ann:secret@lists.example/a", True, "holds a name, a password or a fragment"),
        ("https://lists.example/a#b", True, "holds a name, a password or a fragment"),
        ("https://lists.example:port/a", True, "is not an address"),
        ("https://[::1/a", True, "is not an address"),
    ],
)
def test_addresses(url: str, fault: str, *, plain: bool) -> None:
    assert address_fault(url, plain=plain) == fault


def test_every_fault_of_the_downloads_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "netaudit.toml"
    path.write_text(
        """
[categories.downloads]
good = { url = "https://lists.example/a", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" }
plain = { url = "http://lists.example/a", checksum = "https://lists.example/SUMS" }
neither = { url = "https://lists.example/a" }
both = { url = "https://lists.example/a", sha256 = "abc", checksum = "http://lists.example/SUMS" }
odd = { ulr = "x", megabytes = 0, seconds = "soon" }
text = "https://lists.example/a"
"""
    )
    with pytest.raises(DefinitionError) as caught:
        load_configuration(path)
    told = [(problem.what, problem.where.rpartition(" ")[2]) for problem in caught.value.problems]
    assert told == [
        ("'url' is not https: what comes could be anybody's", "plain"),
        ("neither sha256 nor checksum is given", "neither"),
        ("'checksum' is not https: what comes could be anybody's", "both"),
        ("'sha256' is not 64 hexadecimal digits", "both"),
        ("both sha256 and checksum are given", "both"),
        ("unknown key 'ulr'", "odd"),
        ("'seconds' is not a whole number", "odd"),
        ("'url' is missing", "odd"),
        ("neither sha256 nor checksum is given", "odd"),
        ("'megabytes' is 0", "odd"),
        ("not a table", "text"),
    ]


def test_downloads_of_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "netaudit.toml"
    path.write_text(
        f'[categories.downloads]\nut1 = {{ url = "https://lists.example/a", sha256 = "{DIGEST}", seconds = 9 }}\n'
    )
    assert load_configuration(path).downloads == {
        "ut1": Download("https://lists.example/a", sha256=DIGEST, megabytes=256, seconds=9)
    }


# --- Files ask the network for nothing -------------------------------------------------------------------------

WATCHED = """
import sys
from pathlib import Path
def watch(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.")):
        print("ASKED", event, arguments)
sys.addaudithook(watch)
sys.path.insert(0, sys.argv[1])
from source_lists import adapter, bring_in, class_map_of
report = bring_in(adapter(), Path(sys.argv[2]), Path(sys.argv[3]), class_map_of(Path(sys.argv[4])))
print(report.is_live, "urllib.request" in sys.modules, "netaudit.sources.fetching" in sys.modules)
"""


def test_an_import_from_a_file_opens_no_socket(tmp_path: Path) -> None:
    origin = write_lists(tmp_path / "lists", {"casinos": ["casino.example"]})
    write_categories(tmp_path / "categories")
    run = subprocess.run(
        [sys.executable, "-c", WATCHED, Path(__file__).parent, origin, tmp_path / "out", tmp_path / "categories"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "True False False\n"
