"""Hosts in the form that patterns use, and what a host's form alone says of it."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

import polars as pl

from netaudit.definitions.taxonomy import INTERNAL, UNCATEGORISED_IP

# RFC 1035 §2.3.4: a name has at most 255 octets. Longer ones are noise and match nothing.
LONGEST_HOST = 255
_LONGEST_LABEL = 63
_OCTETS, _LARGEST_OCTET = 4, 255
# Texts that are in normal form already, as nearly all are.
_USUAL = r"^([a-z0-9_.-]*[a-z0-9_-])?$"
_NAME = r"^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$"
_OCTET = r"(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_IPV4 = rf"^{_OCTET}(\.{_OCTET}){{3}}$"
# RFC 1918 §3 private use, RFC 1122 §3.2.1.3 loopback, RFC 3927 link-local.
_IPV4_INTERNAL = r"^(10\.|127\.|192\.168\.|169\.254\.|172\.(1[6-9]|2[0-9]|3[01])\.)"
_IPV6 = r"^\[[0-9a-f:]*:[0-9a-f:.]*(%[^\]]*)?\]$"
# RFC 4291 §2.5.3 loopback, §2.5.6 link-local; RFC 4193 unique local.
_IPV6_INTERNAL = r"^\[(::1(%[^\]]*)?\]$|fe[89ab][0-9a-f]:|f[cd][0-9a-f]{2}:)"
# WHATWG URL §3.5: a host whose last label is a number is an IPv4 address, however it is written, or nothing.
_ENDS_IN_NUMBER = r"(^|\.)([0-9]+|0[xX][0-9a-fA-F]*)\.?$"
_LOST_CHARACTER = "\ufffd"  # stands for bytes that are no UTF-8
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_BARE_IPV6 = r"^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*(%.*)?$"
# RFC 6762 .local, RFC 8375 home.arpa, ICANN's reservation of .internal (2024), and .lan by wide custom.
_INTERNAL_NAME = r"(^|\.)(local|internal|lan|localhost|home\.arpa)$"


def normalised(given: pl.Series) -> pl.DataFrame:
    """Return each `given` text with its `host` as patterns are written: small letters, punycode, no port."""
    frame = given.to_frame("given").with_columns(host="given")
    odd = given.filter(~given.str.contains(_USUAL) | given.str.contains(_ENDS_IN_NUMBER)).unique()
    if odd.is_empty():
        return frame
    changed = odd.to_frame("given").select(
        host=pl.col("given")
        .str.to_lowercase()
        .str.strip_chars()
        .str.replace(r"^.*@", "")  # user information must never become a site
        .str.replace(r"^(\[[^\]]*\]|[^:\[\]]*):[0-9]*$", "$1")
        .str.replace(_BARE_IPV6, "[$0]")
        .str.replace(r"^\[::ffff:([0-9.]+)\]$", "$1")  # RFC 4291 §2.5.5.2: an IPv4 address in IPv6 dress
        .str.strip_chars_end(".")
    )
    hosts = [_plain(host) for host in changed.get_column("host")]
    return frame.with_columns(pl.col("host").replace(odd, pl.Series(hosts, dtype=pl.String)))


def _plain(host: str) -> str:
    """Return a host as browsers ask for it: percent signs decoded, punycode, addresses as four numbers.

    >>> _plain("www%2Ebbc.co.uk"), _plain("0x7f.1"), _plain("2130706433"), _plain("example.010")
    ('www.bbc.co.uk', '127.0.0.1', '127.0.0.1', 'example.010')
    """
    if "%" in host and not host.startswith("["):
        host = unquote(host).lower().strip().rstrip(".")
    host = host if host.isascii() else _punycode(host)
    return _ipv4(host) or host


def _ipv4(host: str) -> str:
    """Return an IPv4 address in its usual form, of one to four numbers (0x… hexadecimal, 0… octal); "" if it is none.

    Source: WHATWG URL §3.5, IPv4 parser.
    """
    labels = host.split(".")
    if not (1 <= len(labels) <= _OCTETS and all(map(_NUMBER.fullmatch, labels)) and len(host) <= LONGEST_HOST):
        return ""
    try:
        numbers = [_number(label) for label in labels]
    except ValueError:  # 08 is no octal number
        return ""
    *heads, last = numbers
    if any(head > _LARGEST_OCTET for head in heads) or last >= 256 ** (_OCTETS + 1 - len(numbers)):
        return ""
    value = last + sum(head << 8 * (_OCTETS - 1 - place) for place, head in enumerate(heads))
    return ".".join(str(octet) for octet in value.to_bytes(_OCTETS, "big"))


def _number(label: str) -> int:
    if label[:2] in {"0x", "0X"}:
        return int(label[2:] or "0", 16)
    return int(label, 8 if len(label) > 1 and label[0] == "0" else 10)


def _punycode(host: str) -> str:
    """Return an internationalised name as browsers send it (UTS 46), or the text itself if it is not a name.

    >>> _punycode("münchen.de"), _punycode("i❤.example")
    ('xn--mnchen-3ya.de', 'xn--i-7iq.example')
    """
    if len(host) > LONGEST_HOST:
        return host
    import idna  # noqa: PLC0415  large tables, for names that logs rarely hold

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        # Browsers let pass what IDNA 2008 does not (signs, underscores): the encoding alone is the name then.
        if not host.isprintable() or _LOST_CHARACTER in host:
            return host
        labels = unicodedata.normalize("NFKC", host).casefold().split(".")
        coded = [one if one.isascii() else "xn--" + one.encode("punycode").decode("ascii") for one in labels]
        return ".".join(coded) if all(0 < len(one) <= _LONGEST_LABEL for one in coded) else host


def with_form(hosts: pl.DataFrame) -> pl.DataFrame:
    """Add what a host's form tells: `is_name`, and in `fixed` the class of addresses and internal names."""
    host = pl.col("host")
    ipv4, ipv6 = host.str.contains(_IPV4), host.str.contains(_IPV6)
    name = host.str.contains(_NAME) & ~host.str.contains(_ENDS_IN_NUMBER) & (host.str.len_bytes() <= LONGEST_HOST)
    private = (ipv4 & host.str.contains(_IPV4_INTERNAL)) | (ipv6 & host.str.contains(_IPV6_INTERNAL))
    local = name & (~host.str.contains(".", literal=True) | host.str.contains(_INTERNAL_NAME))
    return hosts.with_columns(
        is_name=name.fill_null(value=False),
        fixed=pl.when(private | local).then(pl.lit(INTERNAL)).when(ipv4 | ipv6).then(pl.lit(UNCATEGORISED_IP)),
    )
