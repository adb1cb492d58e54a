"""The addresses that foreign lists may be fetched from: there are no others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from netaudit.definitions.toml_files import unknown_keys, wrong_kind
from netaudit.errors import Problem

_KINDS: Mapping[str, type] = {"url": str, "sha256": str, "checksum": str, "megabytes": int, "seconds": int}
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_MOST = {"megabytes": 16_384, "seconds": 86_400}


@dataclass(frozen=True, slots=True)
class Download:
    """Where a list comes from, and how it is known to be the right one."""

    url: str
    sha256: str = ""  # of what is there; or
    checksum: str = ""  # the address of a file of SHA-256 sums
    megabytes: int = 256  # more are not fetched. UT1 packed has 30
    seconds: int = 300  # from the first byte asked for to the last that came


def read_downloads(section: object, path: str) -> tuple[dict[str, Download], list[Problem]]:
    """Return the downloads in the section [categories] of a configuration by source, and every fault of theirs."""
    table = section.get("downloads", {}) if isinstance(section, dict) else {}
    downloads: dict[str, Download] = {}
    problems: list[Problem] = []
    for name, entry in table.items() if isinstance(table, dict) else ():
        where = f"{path}, [categories.downloads] {name}"
        faults = list(_faults(entry, where))
        problems += faults
        if not faults:
            downloads[name] = Download(**entry)
    return downloads, problems


def address_fault(url: str, *, plain: bool) -> str:
    """Return what is wrong with an address to fetch from; nothing if it is sound.

    Args:
        url: the address.
        plain: whether http will do, because what comes is known by its digest.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not an address"
    if parts.scheme not in {"https", "http"} or not host or not url.isascii() or not url.isprintable() or " " in url:
        return "is not an address that begins with https://"
    if parts.scheme == "http" and not plain:
        return "is not https: what comes could be anybody's"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "holds a name, a password or a fragment"
    return ""


def _faults(entry: object, where: str) -> Iterator[Problem]:
    if not isinstance(entry, dict):
        yield Problem("not a table", where, 'write { url = "https://…", sha256 = "…" }')
        return
    yield from unknown_keys(entry, _KINDS, where)
    yield from wrong_kind(entry, _KINDS, where)
    sound: dict[str, Any] = {key: value for key, value in entry.items() if not wrong_kind({key: value}, _KINDS, "")}
    if "url" not in entry:
        yield Problem("'url' is missing", where, 'write url = "https://…"')
    for key in ("url", "checksum"):
        if key in sound and (fault := address_fault(sound[key], plain=key == "url" and "sha256" in entry)):
            yield Problem(f"'{key}' {fault}", where, "write an https address; http only beside a sha256")
    if "sha256" in sound and not _SHA256.fullmatch(sound["sha256"]):
        yield Problem("'sha256' is not 64 hexadecimal digits", where, "take it from the source's homepage")
    if ("sha256" in entry) == ("checksum" in entry):
        what = "both sha256 and checksum are given" if "sha256" in entry else "neither sha256 nor checksum is given"
        yield Problem(what, where, "give one of them: what is fetched is checked before it is read")
    for key, most in _MOST.items():
        if not 1 <= sound.get(key, 1) <= most:
            yield Problem(f"'{key}' is {sound[key]}", where, f"write 1 to {most}")
