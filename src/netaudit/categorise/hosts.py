"""Hosts in the form that patterns use, and what a host's form alone says of it."""

from __future__ import annotations

import polars as pl

from netaudit.definitions.taxonomy import INTERNAL, UNCATEGORISED_IP

# RFC 1035 §2.3.4: a name has at most 255 octets. Longer ones are noise and match nothing.
LONGEST_HOST = 255
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
_BARE_IPV6 = r"^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*(%.*)?$"
# RFC 6762 .local, RFC 8375 home.arpa, ICANN's reservation of .internal (2024), and .lan by wide custom.
_INTERNAL_NAME = r"(^|\.)(local|internal|lan|localhost|home\.arpa)$"


def normalised(given: pl.Series) -> pl.DataFrame:
    """Return each `given` text with its `host` as patterns are written: small letters, punycode, no port."""
    frame = given.to_frame("given").with_columns(host="given")
    odd = given.filter(~given.str.contains(_USUAL)).unique()
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
    hosts = [host if host.isascii() else _punycode(host) for host in changed.get_column("host")]
    return frame.with_columns(pl.col("host").replace(odd, pl.Series(hosts, dtype=pl.String)))


def _punycode(host: str) -> str:
    """Return an internationalised name as browsers send it (UTS 46), or the text itself if it is not a name.

    >>> _punycode("münchen.de")
    'xn--mnchen-3ya.de'
    """
    if len(host) > LONGEST_HOST:
        return host
    import idna  # noqa: PLC0415  large tables, for names that logs rarely hold

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return host


def with_form(hosts: pl.DataFrame) -> pl.DataFrame:
    """Add what a host's form tells: `is_name`, and in `fixed` the class of addresses and internal names."""
    host = pl.col("host")
    ipv4, ipv6 = host.str.contains(_IPV4), host.str.contains(_IPV6)
    name = host.str.contains(_NAME) & ~ipv4 & (host.str.len_bytes() <= LONGEST_HOST)
    private = (ipv4 & host.str.contains(_IPV4_INTERNAL)) | (ipv6 & host.str.contains(_IPV6_INTERNAL))
    local = name & (~host.str.contains(".", literal=True) | host.str.contains(_INTERNAL_NAME))
    return hosts.with_columns(
        is_name=name.fill_null(value=False),
        fixed=pl.when(private | local).then(pl.lit(INTERNAL)).when(ipv4 | ipv6).then(pl.lit(UNCATEGORISED_IP)),
    )
