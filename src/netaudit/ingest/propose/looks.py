"""What values of a log look like."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from http import HTTPStatus

from netaudit.definitions.log_words import ACTIONS, METHODS

NULLS = ("-", "--", "none", "None", "NONE", "null", "NULL", "N/A", "n/a", "NA", "unknown", "(null)", "anonymous")
HOST = re.compile(r"(?i)(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]{1,62}(?::\d{1,5})?")
_SCHEME = re.compile(r"[\w+.-]*://")
_TUNNEL = re.compile(r"(?i)[a-z0-9_.-]+\.[a-z0-9-]+:\d{1,5}|\[[0-9a-f:.]+\]:\d{1,5}|\d+(?:\.\d+){3}:\d{1,5}")
_MIME = re.compile(r"[a-z]+/[A-Za-z0-9.+*-]+(?:;.*)?")
_REQUEST_LINE = re.compile(r"[A-Z]{3,10} \S+(?: HTTP/[\d.]+)?")
_RESULT = re.compile(r"[A-Z][A-Z_]+/\d{3}")
_SIZE = re.compile(
    r"\d{1,3}(?:[,.'\u00a0\u202f ]\d{3})+|\d+|\d+(?:[.,]\d+)?\s?(?:[kKmMgGtT]i?[bB]?|[bB]|[bB]ytes?|[kKMG]i?[bB]ytes?)"
)
_TIME_UNIT = "s|secs?|seconds?|ms|msecs?|us|usecs?|\u00b5s|\u03bcs|ns"
_LASTED = re.compile(
    rf"(?:\d+\s?h(?:ours?)?\s?)?(?:\d+\s?m(?:in)?\s?)?(?:\d+(?:[.,]\d+)?\s?(?:{_TIME_UNIT})?)?"
    r"|(?:\d{1,6}:)?\d{1,3}:\d\d(?:\.\d+)?"
)
PEER = re.compile(r"[A-Z][A-Z_]+/\S+")
_HTTP_STATUS = frozenset(status.value for status in HTTPStatus)
RESERVED = frozenset({"example", "test", "local", "lan", "internal", "invalid"})  # RFC 2606, and what networks use


def is_ip(value: str) -> bool:
    """Return whether a value is an address, with a port or without."""
    try:
        ipaddress.ip_address(value.strip("[]").split("%")[0])
    except ValueError:
        return bool(re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}:\d{1,5}", value))
    return True


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit()


def is_action(value: str) -> bool:
    """Return whether a value is made of the words that filters use."""
    words = re.findall(r"[A-Za-z]+", value.lower()) if re.fullmatch(r"[A-Za-z][A-Za-z_ -]*", value) else []
    return bool(words) and all(word in ACTIONS for word in words)


def is_size(value: str) -> bool:
    """Return whether a value is a size: a whole number, also with thousands parted, or any number with a unit.

    >>> [is_size(text) for text in ("12,345", "300B", "1.2 KB", "4083", "0.35", "150ms")]
    [True, True, True, True, False, False]
    """
    return bool(_SIZE.fullmatch(value))


def is_lasted(value: str) -> bool:
    """Return whether a value can be a duration: a number, a number with a unit, or a clock.

    >>> [is_lasted(text) for text in ("0.35s", "150ms", "00:00:03", "0,350", "1m2s", "300B")]
    [True, True, True, True, True, False]
    """
    return bool(_LASTED.fullmatch(value)) and any(sign.isdigit() for sign in value)


def _is_text(value: str) -> bool:
    return any(one.isalpha() for one in value)


def _is_account(value: str) -> bool:
    return bool(re.fullmatch(r"(?:[\w.-]+[\\/])?[\w.'$-]+(?:@[\w.-]+)?|(?i:cn|uid)=.+", value)) and not is_ip(value)


LOOKS: dict[str, Callable[[str], bool]] = {
    "url": lambda value: bool(_SCHEME.match(value) or _TUNNEL.fullmatch(value)),
    "host": lambda value: bool(HOST.fullmatch(value)) or is_ip(value),
    "path": lambda value: value.startswith("/"),
    "scheme": lambda value: value.lower() in {"http", "https", "ftp", "ssl", "tls", "tcp", "ws", "wss"},
    "port": lambda value: _is_number(value) and int(value) < 65_536,  # noqa: PLR2004 - ports have 16 bits
    "ip": is_ip,
    "user": _is_account,
    "method": lambda value: value.upper() in METHODS,
    "request": lambda value: bool(_REQUEST_LINE.fullmatch(value)),
    "status": lambda value: _is_number(value) and int(value) in _HTTP_STATUS,
    "number": _is_number,
    "size": is_size,
    "lasted": is_lasted,
    "mime": lambda value: bool(_MIME.fullmatch(value)),
    "agent": lambda value: "/" in value and _is_text(value),
    "action": is_action,
    "text": _is_text,
    "result": lambda value: bool(_RESULT.fullmatch(value)),
}
