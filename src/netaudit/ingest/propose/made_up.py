"""Lines of a sample with made-up people, addresses and sites in the place of the real ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from netaudit.ingest.propose.cut import Row
from netaudit.ingest.propose.looks import LOOKS, NULLS

_URL = re.compile(r"(?i)^([a-z]+://)?([^/:?#]+|\[[^\]]*\])(:\d+)?(.*)$")
_REQUEST = re.compile(r"^(\S+) (\S+)(.*)$")
_PERSON, _AGENT = "aiko.brandt", "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"
_KEPT = {  # where the value is of the kind that the role asks for; whatever else stands there is made up
    "method": "method",
    "status": "status",
    "action": "action",
    "scheme": "scheme",
    "port": "port",
    "result": "result",
    "duration": "lasted",
    "bytes_in": "size",
    "bytes_out": "size",
}
_TYPE = re.compile(r"(?:text|image|audio|video|font|application)/[a-z]{1,12}")
_LONGEST_WORD = 24  # signs
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
    if value in NULLS or (role in _KEPT and LOOKS[_KEPT[role]](value) and len(value) <= _LONGEST_WORD):
        return value
    return _BY_ROLE.get(role, _unknown)(value)


def _account(value: str) -> str:
    """Return a made-up account that is written as the real one."""
    realm, sign, _ = value.rpartition("\\")
    _, at, domain = value.partition("@")
    if "=" in value:
        return f"CN={_PERSON},DC=council,DC=example"
    if sign and realm:
        return f"COUNCIL\\{_PERSON}"
    return f"{_PERSON}@council.example" if at and domain else _PERSON


def _address(value: str, role: str) -> str:
    if value.startswith("/"):
        return "/page"
    found = _URL.match(value)
    if not found:
        return "www.example.com"
    site = "www.example.com" if role != "referrer" else "portal.example"
    scheme = found[1] if found[1] and LOOKS["scheme"](found[1].removesuffix("://")) else ""
    return f"{scheme}{site}{found[3] or ''}{'/page' if found[4] else ''}"


def _unknown(value: str) -> str:
    """Return a value of the same look: nobody knows what stands in a field without a role."""
    if value.isdigit():
        return value if len(value) <= _LONGEST_NUMBER else "1" * len(value)
    if _ADDRESS.search(value) and any(one.isdigit() for one in value):
        return re.sub(r"[0-9a-fA-F]", "0", value)
    return re.sub(r"[^\W\d_]+", "x", re.sub(r"\d", "0", value))


def _of_ip(value: str, made: str) -> str:
    port = re.fullmatch(r"[\d.]+(:\d+)", value)
    return f"{made}{port[1]}" if port else "2001:db8::24" if value.count(":") > 1 else made


def _request(value: str) -> str:
    found = _REQUEST.match(value)
    known = found and LOOKS["method"](found[1])
    return f"{found[1]} {_address(found[2], 'url')} HTTP/1.1" if found and known else "-"


_BY_ROLE: dict[str, Callable[[str], str]] = {
    "user": _account,
    "client": lambda value: _of_ip(value, "192.0.2.24"),
    "server": lambda value: _of_ip(value, "198.51.100.7"),
    "url": lambda value: _address(value, "url"),
    "host": lambda value: _address(value, "host"),
    "referrer": lambda value: _address(value, "referrer"),
    "request": _request,
    "mime": lambda value: value if _TYPE.fullmatch(value) else "text/html",
    "agent": lambda _: _AGENT,
    "path": lambda _: "/page",
    "query": lambda _: "q=1",
    "category": lambda _: "News and Media",
}
