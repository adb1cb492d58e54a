"""Values that cannot be what their field says: sanitised addresses, numbers beyond all bounds, words that name nobody.

Such a value is lost, and nothing else of its line. Each function looks at distinct values.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

import polars as pl

from netaudit.contracts.distinct import Distinct
from netaudit.definitions.accounts import as_meant
from netaudit.definitions.formats import Layout
from netaudit.definitions.templates import FieldPart

_MOST_BYTES = 1 << 50  # a petabyte in one request; sums of larger numbers would not fit
_MOST_EXACT = 2.0**53  # beyond, a Float64 is no count
_LONGEST_HOST = 255  # RFC 1035 §2.3.4
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d{1,5})?|(\d{1,3}(?:\.\d{1,3}){3})[:/]\d{1,5}")
_ZONE = re.compile(r"%[\w.-]+$")  # RFC 4007 §11: the interface, which says nothing of who it is
_SEVERAL = re.compile(r"[\s,;]+")
# A name as machines have them: with a letter, and not a number with parts of it made unreadable.
_HOST_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_-]{1,63})*\.?")
_MASKED = re.compile(r"[\dxX]+(?:[.:-][\dxX]+)+|[xX]+")
_TYPE = re.compile(r"[\w!#$&^.+*-]+(?:/[\w!#$&^.+*-]*)?\s*(?:[;,].*)?")  # RFC 6838 §4.2, and what servers make of it
_METHOD = re.compile(r"[A-Z][A-Z0-9_-]{0,31}")
_NO_METHOD = frozenset({"UNKNOWN", "NONE", "NULL", "INVALID", "N-A", "NA"})
# Squid's own errors; a scheme alone; a port alone; a dash for the host.
# A slash alone is one: a server's own front page.
_NO_ADDRESS = (
    r"^(?:error:.*|[a-z]{1,12}:(?://)?|[a-z]{1,12}://-?(?::\d{0,5})?/?-?|-(?::\d{0,5})?/?-?|:\d{0,5}/?-?|/-|)$"
)
_LONGEST_NOTHING = 24  # bytes; what follows error: may be longer
_SCHEMES_ALONE = r"^(?:https?|ftp|wss?|ssl|tcp|tunnel)(?::\d{0,5})?/?$"  # CONNECT https:443: the host was left out


def with_plain_values(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Return the frame with null in place of each value that cannot be what its column says."""
    escaped = not _is_decoded(layout)
    texts = ("event_action", "user_agent_original", "vendor_category")
    frame = frame.with_columns(
        *(_by_value(frame[name], _unquoted) for name in texts),
        *(_without_quotes(frame[name]) for name in ("url_full", "http_request_referrer")),
    )
    frame = frame.with_columns(_without(frame[name], pattern) for name, pattern in layout.lost.items())
    return frame.with_columns(
        _by_value(frame["source_ip"], plain_address),
        _by_value(frame["user_name"], lambda text: as_meant(text, escaped=escaped)),
        _by_value(frame["http_request_method"], plain_method),
        _by_value(frame["http_response_mime_type"], plain_type),
        _of_range("http_request_bytes", 0, _MOST_BYTES),
        _of_range("http_response_bytes", 0, _MOST_BYTES),
        _of_range("http_response_status_code", 0, 999),
        url_full=_with_host(frame["url_full"], frame["http_request_method"]),
    )


def plain_address(text: str) -> str | None:
    """Return a machine's address, or its name, without port, brackets and zone; None for what cannot be one.

    Of several, which proxies before this one have put together, the first is the machine's own.

    >>> plain_address("192.0.2.7:51234"), plain_address("[2001:db8::7%eth0]"), plain_address("::ffff:192.0.2.7")
    ('192.0.2.7', '2001:db8::7', '192.0.2.7')
    >>> plain_address("172.999.203.203"), plain_address("192.0.2.x"), plain_address("PC-0417.example")
    (None, None, 'PC-0417.example')
    """
    text = next(filter(None, _SEVERAL.split(text.strip().strip("\"'[]" if text.startswith('["') else "\"'"))), "")
    if found := _WITH_PORT.fullmatch(text):
        text = found[1] or found[2]
    bare = _ZONE.sub("", text).removeprefix("/")
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        is_name = len(bare) <= _LONGEST_HOST and _HOST_NAME.fullmatch(bare) and not _MASKED.fullmatch(bare)
        return bare if is_name else None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped) if mapped else bare  # as it is written: to make it one is a matter of who compares


def plain_method(text: str) -> str | None:
    r"""Return a request's method in capital letters; None for what is none.

    >>> plain_method("get"), plain_method("unknown"), plain_method("\\x16\\x03")
    ('GET', None, None)
    """
    method = text.strip(" \"'").upper()
    return method if _METHOD.fullmatch(method) and method not in _NO_METHOD else None


def plain_type(text: str) -> str | None:
    """Return a content type as it is written, without quotes; None for what is none.

    >>> plain_type('"text/html; charset=utf-8"'), plain_type("html"), plain_type("<b>"), plain_type('"')
    ('text/html; charset=utf-8', 'html', None, None)
    """
    bare = text.strip("\"' ")
    return bare if _TYPE.fullmatch(bare) else None


def whole_numbers(column: pl.Series) -> pl.Series:
    """Return a column as whole numbers, also where they are written as 200.0 or in quotes; null for anything else.

    >>> whole_numbers(pl.Series(["7", '"8"', "9.0", "-", "1e400"])).to_list()
    [7, 8, 9, None, None]
    """
    found = column.cast(pl.Int64, strict=False)
    if column.dtype != pl.String:
        return found
    lost = found.is_null() & column.is_not_null()
    if not lost.any():
        return found
    number = column.filter(lost).str.strip_chars(" \"'").cast(pl.Float64, strict=False)
    number = number.set(~(number.abs() < _MOST_EXACT).fill_null(value=False), None).round().cast(pl.Int64)
    return found.scatter(lost.arg_true(), number)


def _is_decoded(layout: Layout) -> bool:
    """Whether the layout has undone the escapes of the fields that name the user: it must not be done twice."""
    used, todo = set[str](), ["user_name"]
    while todo:
        templates = layout.fields.get(todo[-1]) or layout.parts.get(todo[-1]) or ()
        todo.pop()
        names = {part.name for one in templates for part in one.fields() if isinstance(part, FieldPart)}
        todo += names - used
        used |= names
    return bool(used & layout.percent)


def _by_value(column: pl.Series, plain: Callable[[str], str | None]) -> pl.Series:
    """Return the column with each distinct value made plain."""
    distinct = Distinct(column)
    written = distinct.values.cast(pl.String).to_list()
    found = [plain(text) for text in written]
    return column if found == written else distinct.spread(pl.Series(column.name, found, column.dtype))


def _without(column: pl.Series, pattern: str) -> pl.Series:
    """Return the column without the values that match."""
    distinct = Distinct(column)
    matches = distinct.values.cast(pl.String).str.contains(pattern)
    return distinct.spread(distinct.values.set(matches, None)) if matches.any() else column


def _unquoted(text: str) -> str | None:
    r"""Return a text without the quotes that stand around it, be they doubled or not; None if nothing is left.

    >>> _unquoted('""a""'), _unquoted('a "b"'), _unquoted('""')
    ('a', 'a "b"', None)
    """
    return text.strip('" ') or None if len(text) > 1 and text[0] == text[-1] == '"' else text


def _without_quotes(column: pl.Series) -> pl.Series:
    quoted = (column.str.starts_with('"') & column.str.ends_with('"')).fill_null(value=False)
    if not quoted.any():
        return column
    bare = pl.Series([_unquoted(text) for text in column.filter(quoted).to_list()], dtype=pl.String)
    return column.scatter(quoted.arg_true(), bare)


def _of_range(name: str, least: int, most: int) -> pl.Expr:
    return pl.when(pl.col(name).is_between(least, most)).then(name)


def _with_host(urls: pl.Series, methods: pl.Series) -> pl.Series:
    """Return the addresses without those that name nothing: an error of the proxy's own, a port or a scheme alone."""
    doubtful = ((urls.str.len_bytes() <= _LONGEST_NOTHING) | urls.str.starts_with("error:")).arg_true()
    some, method = urls.gather(doubtful), methods.gather(doubtful)  # a host may be called as a scheme, but no tunnel's
    none = some.str.contains(_NO_ADDRESS) | (some.str.contains(_SCHEMES_ALONE) & (method == "CONNECT"))
    lost = doubtful.filter(none.fill_null(value=False))
    return urls.scatter(lost, None) if len(lost) else urls
