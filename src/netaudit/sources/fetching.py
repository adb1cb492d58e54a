"""The one place that asks the network for anything: a list, from an address in the configuration."""

from __future__ import annotations

import hashlib
import hmac
import queue
import re
import threading
import time
from http.client import HTTPException, HTTPMessage
from pathlib import PurePosixPath
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from netaudit import __version__
from netaudit.definitions.downloads import Download, address_fault
from netaudit.errors import InputError, Problem
from netaudit.sources.importing import Fetched

_PIECE = 1 << 16
_MOST_SUMS_BYTES = 1 << 20
_SUM_LINE = re.compile(r"^\\?([0-9a-fA-F]{64})(?:[ \t]+[ *]?(.*))?$")  # as sha256sum(1) writes it
_BSD_LINE = re.compile(r"^SHA256 \((.*)\) = ([0-9a-fA-F]{64})$")
_NOTHING_CHANGED = "nothing was changed; fetch it by hand and import the file, if you trust it"


def fetch(download: Download) -> Fetched:
    """Return what is at the address of a download, once its digest is right.

    Raises:
        InputError: it could not be fetched, is too large, took too long, leads to another host, or is not what it
            should be.
    """
    deadline = time.monotonic() + download.seconds
    wanted = download.sha256
    if not wanted:
        sums = _within(download.checksum, deadline, _MOST_SUMS_BYTES, plain=False)
        wanted = _wanted(sums.decode("utf-8", "replace"), download)
    data = _within(download.url, deadline, download.megabytes << 20, plain=bool(download.sha256))
    if not hmac.compare_digest(hashlib.sha256(data).hexdigest(), wanted.lower()):
        raise _failed("what came is not what its SHA-256 says it should be", download.url)
    return Fetched(data, _name(download.url), download.url)


def _name(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).name or "list"


def _wanted(sums: str, download: Download) -> str:
    """Return the digest of the list from a file of sums: the line with its name, or the only one."""
    name = _name(download.url)
    found: dict[str, str] = {}
    for line in sums.splitlines():
        if one := _SUM_LINE.match(line.strip()):
            found[PurePosixPath(one[2] or "").name] = one[1]
        elif one := _BSD_LINE.match(line.strip()):
            found[PurePosixPath(one[1]).name] = one[2]
    digest = found.get(name) or (next(iter(found.values())) if list(found) == [""] else "")
    if not digest:
        raise _failed(f"it has no SHA-256 of {name}", download.checksum)
    return digest


def _within(url: str, deadline: float, most_bytes: int, *, plain: bool) -> bytes:
    """Return what is at an address, or fail by the deadline, however slowly names, headers or bytes come."""
    answers: queue.Queue[bytes | InputError] = queue.Queue()

    def work() -> None:
        try:
            answers.put(_read(url, deadline, most_bytes, plain=plain))
        except InputError as error:
            answers.put(error)
        except HTTPError as error:
            with error:  # it holds the connection
                answers.put(_failed(f"it could not be fetched: {error.reason}", url))
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to the thread that asked
            answers.put(_failed(f"it could not be fetched: {_words(error)}", url))

    threading.Thread(target=work, daemon=True).start()
    try:
        answer = answers.get(timeout=max(0.0, deadline - time.monotonic()))
    except queue.Empty:
        answer = _failed("it took too long", url)
    if isinstance(answer, InputError):
        raise answer
    return answer


def _read(url: str, deadline: float, most_bytes: int, *, plain: bool) -> bytes:
    opener = OpenerDirector()  # without handlers for files, FTP and data
    for handler in (
        ProxyHandler(),
        HTTPHandler(),
        HTTPSHandler(),
        HTTPDefaultErrorHandler(),
        HTTPErrorProcessor(),
        _SameHost(plain=plain),
    ):
        opener.add_handler(handler)
    request = Request(url, headers={"User-Agent": f"netaudit/{__version__}", "Accept-Encoding": "identity"})  # noqa: S310 - address_fault has looked at it
    parts, count = [], 0
    with opener.open(request, timeout=max(0.1, deadline - time.monotonic())) as answer:
        while piece := answer.read1(_PIECE):
            count += len(piece)
            if count > most_bytes:
                raise _failed(f"it is larger than {most_bytes >> 20} MB", url)
            if time.monotonic() > deadline:
                raise _failed("it took too long", url)
            parts.append(piece)
        promised = answer.headers.get("Content-Length", "")
    if promised.isdigit() and int(promised) != count:
        raise _failed("it is cut short", url)
    return b"".join(parts)


class _SameHost(HTTPRedirectHandler):
    """Follows redirects to the same host only, and never from https to http."""

    def __init__(self, *, plain: bool) -> None:
        self._plain = plain

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        lowered = old.scheme == "https" and new.scheme != "https"
        if (new.hostname, new.port) != (old.hostname, old.port) or lowered or address_fault(newurl, plain=self._plain):
            fp.close()
            raise _failed(f"it leads to another host: {new.hostname}", req.full_url)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _words(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return type(reason).__name__ if isinstance(reason, HTTPException) else str(reason) or type(reason).__name__


def _failed(what: str, url: str) -> InputError:
    return InputError(Problem(what, url, _NOTHING_CHANGED))
