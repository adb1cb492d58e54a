"""Lines of a sample with made-up people, addresses and sites in the place of the real ones."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from netaudit.ingest.propose.cuts import Row
from netaudit.ingest.propose.meanings import NULLS

_URL = re.compile(r"(?i)^([a-z]+://)?([^/:?#]+|\[[^\]]*\])(:\d+)?(.*)$")
_REQUEST = re.compile(r"^(\S+) (\S+)(.*)$")
_PERSON, _AGENT = "aiko.brandt", "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"
_KEPT = {
    "method",
    "status",
    "action",
    "category",
    "mime",
    "scheme",
    "bytes_in",
    "bytes_out",
    "duration",
    "result",
    "port",
}
_LONGEST_NUMBER = 5  # digits; longer ones may tell of somebody
_ADDRESS = re.compile(r"^[\d.]+$|:")


def made_up_line(line: str, row: Row, roles: Mapping[str, str], times: tuple[str, ...]) -> str | None:
    """Return the line with made-up values; None where a value cannot be found in it.

    What stands outside of fields is kept: it is how the product writes its lines.

    Args:
        line: of the sample.
        row: its fields, in the order of the line.
        roles: of fields, by their names.
        times: fields of the moment, which stays.
    """
    at, parts = 0, []
    for name, value in row.items():
        if not value:
            continue
        written = next((one for one in _forms(value) if line.find(one, at) >= 0), None)
        if written is None:
            return None
        begin = line.find(written, at)
        new = value if name in times else _instead(value, roles.get(name, ""))
        parts += [line[at:begin], written if new == value else _as_written(new, value, written)]
        at = begin + len(written)
    return "".join(parts) + line[at:]


def _forms(value: str) -> tuple[str, ...]:
    """Return how a value may stand in a line: as it is, as JSON writes it, with doubled quotes."""
    return value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], value.replace('"', '""')


def _as_written(new: str, value: str, written: str) -> str:
    return new if written == value else json.dumps(new, ensure_ascii=False)[1:-1]


def _instead(value: str, role: str) -> str:
    if value in NULLS or role in _KEPT:
        return value
    if role == "user":
        realm, sign, _ = value.rpartition("\\")
        _, at, domain = value.partition("@")
        if "=" in value:
            return f"CN={_PERSON},DC=council,DC=example"
        return f"COUNCIL\\{_PERSON}" if sign and realm else f"{_PERSON}@council.example" if at and domain else _PERSON
    if role in {"client", "server"}:
        address = "192.0.2.24" if role == "client" else "198.51.100.7"
        port = re.fullmatch(r"[\d.]+(:\d+)", value)
        return f"{address}{port[1]}" if port else "2001:db8::24" if value.count(":") > 1 else address
    if role in {"url", "host", "referrer"}:
        return _address(value, role)
    if role == "request":
        found = _REQUEST.match(value)
        return f"{found[1]} {_address(found[2], 'url')}{found[3]}" if found else value
    made = {"agent": _AGENT, "path": "/page", "query": "q=1"}.get(role)
    return made or _unknown(value)


def _address(value: str, role: str) -> str:
    if value.startswith("/"):
        return "/page"
    found = _URL.match(value)
    if not found:
        return "www.example.com"
    site = "www.example.com" if role != "referrer" else "portal.example"
    return f"{found[1] or ''}{site}{found[3] or ''}{'/page' if found[4] else ''}"


def _unknown(value: str) -> str:
    """Return a value of the same look: nobody knows what stands in a field without a role."""
    if value.isdigit():
        return value if len(value) <= _LONGEST_NUMBER else "1" * len(value)
    if _ADDRESS.search(value) and any(one.isdigit() for one in value):
        return re.sub(r"[0-9a-fA-F]", "0", value)
    return re.sub(r"[^\W\d_]+", "x", re.sub(r"\d", "0", value))
