"""From a name as a list writes it to a pattern as ours are written, or the reason why it is none."""

from __future__ import annotations

from functools import cache
from urllib.parse import quote

import polars as pl

from netaudit.definitions.public_suffixes import public_suffixes, registered_domain
from netaudit.sources import reasons

LONGEST_HOST = 253  # RFC 1035 §2.3.4: 255 octets, of which two are not seen in text
_USUAL = r"^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$"
# Labels are separated by one dot, begin and end with a letter, a digit or an underscore, and have 63 octets at most.
_BAD_LABELS = r"\.\.|\.-|-\.|[^.]{64}"
_NUMBER_AT_THE_END = r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$"  # https://url.spec.whatwg.org/#ends-in-a-number-checker
_IPV6 = r"^\[?[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*(?:%[^\]]*)?\]?$"
# RFC 6761 §6.3, RFC 6762, RFC 8375, RFC 9476, ICANN's reservation of .internal (2024); by custom .lan, .localdomain.
_LOCAL = r"(?:^|\.)(?:localhost|local|localdomain|internal|lan|home\.arpa|in-addr\.arpa|ip6\.arpa|alt|broadcasthost)$"
_PATH = r"^(?:/[!-~&&[^/?#*\\]]+)+$"

NAMED = pl.Schema(
    {
        "pattern": pl.String,  # example.org, =host.example.org, example.org/path/; null where there is a reason
        "host": pl.String,
        "reason": pl.String,
        "is_suffix": pl.Boolean,  # strangers register names under it: never to be taken
    }
)


def named(names: pl.DataFrame) -> pl.DataFrame:
    """Return NAMED rows, one for each of NAMES, in their order; further columns are kept.

    Hosts are put into small letters and punycode, without scheme, user, port, wildcard and dots at either end. Paths
    end with "/": they are prefixes at the borders of segments.
    """
    rows = names.with_columns(host="text", path=pl.lit(""))
    odd = rows.filter(pl.col("text").is_not_null() & ~pl.col("text").str.contains(_USUAL)).select("text").unique()
    if odd.height:
        parts = _parts(odd)
        rows = rows.drop("host", "path").join(parts, on="text", how="left", maintain_order="left")
        usual = pl.col("odd_host").is_null()
        rows = rows.with_columns(
            host=pl.when(usual).then("text").otherwise("odd_host"),
            path=pl.when(usual).then(pl.lit("")).otherwise("odd_path"),
        ).drop("odd_host", "odd_path")
    rows = rows.with_columns(is_suffix=_is_suffix(rows.get_column("host")) & pl.col("reason").is_null())
    host = pl.col("host")
    reason = pl.coalesce(
        "reason",
        pl.when(host.str.contains(_NUMBER_AT_THE_END) | host.str.contains(_IPV6)).then(pl.lit(reasons.ADDRESS)),
        pl.when(host.str.contains("*", literal=True)).then(pl.lit(reasons.WILDCARD)),
        pl.when(
            ~host.str.contains(_USUAL) | host.str.contains(_BAD_LABELS) | (host.str.len_bytes() > LONGEST_HOST)
        ).then(pl.lit(reasons.NOT_A_HOST)),
        pl.when(host.str.contains(_LOCAL)).then(pl.lit(reasons.LOCAL_NAME)),
        pl.when(~pl.col("is_suffix") & ~host.str.contains(".", literal=True)).then(pl.lit(reasons.SINGLE_LABEL)),
        pl.when(pl.col("path").is_null()).then(pl.lit(reasons.QUERY)),
    )
    rows = rows.with_columns(reason=reason)
    pattern = (
        pl.when(pl.col("path") != "").then(host + pl.col("path") + "/").when("exact").then("=" + host).otherwise(host)
    )
    usable = pl.col("reason").is_null()
    return rows.with_columns(
        pattern=pl.when(usable).then(pattern), host=pl.when(usable).then(host), is_suffix=usable & pl.col("is_suffix")
    ).select(*NAMED.names(), *[name for name in names.columns if name not in {*NAMED, "text", "exact"}])


def _parts(odd: pl.DataFrame) -> pl.DataFrame:
    """Return the hosts and paths of texts that are not simply the names of hosts; a null path cannot be expressed."""
    bare = pl.col("text").str.to_lowercase().str.replace(r"^(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?", "")
    parts = odd.select("text", host=bare.str.extract(r"^([^/?#]*)"), rest=bare.str.replace(r"^[^/?#]*", ""))
    host = (
        pl.col("host")
        .str.replace(r"^(\[[^\]]*\]|[^:\[\]]*):[0-9]*$", "$1")
        .str.replace(r"^(?:\*?\.)+", "")
        .str.strip_chars_end(".")
    )
    path = pl.col("rest").str.replace(r"#.*$", "").str.replace_all("/+", "/").str.strip_chars_end("/")
    parts = parts.with_columns(host=host, path=path)
    for column, in_ascii in (("host", _punycode), ("path", _quoted)):
        strange = parts.get_column(column).filter(~parts.get_column(column).str.contains(r"^[\x00-\x7f]*$")).unique()
        if len(strange):
            instead = pl.Series([in_ascii(text) for text in strange], dtype=pl.String)
            parts = parts.with_columns(pl.col(column).replace(strange, instead))
    plain = (pl.col("path") == "") | (
        pl.col("path").str.contains(_PATH) & ~pl.col("path").str.contains(r"/\.{1,2}(?:/|$)")
    )
    return parts.select("text", odd_host="host", odd_path=pl.when(plain).then("path"))


def _punycode(host: str) -> str:
    """Return an internationalised name as browsers send it (UTS 46), or "-" for what is none."""
    if len(host) > LONGEST_HOST:
        return "-"
    import idna  # noqa: PLC0415  large tables, for names that lists rarely hold

    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return "-"


def _quoted(path: str) -> str:
    return quote(path, safe="!$%&'()*+,-./:;=@_~").lower()


def _is_suffix(hosts: pl.Series) -> pl.Series:
    """Return whether strangers register names directly under each host, private suffixes (github.io) included."""
    known, above = _suffix_names()
    maybe = hosts.is_in(known) | hosts.str.replace(r"^[^.]*\.", "").is_in(above)
    found = {host for host in hosts.filter(maybe).unique() if not registered_domain(host, private=True)}
    return hosts.is_in(pl.Series(sorted(found), dtype=pl.String).implode()).fill_null(value=False)


@cache
def _suffix_names() -> tuple[pl.Series, pl.Series]:
    """Return the names that rules are about, and those of them with rules about what is under."""
    rules = public_suffixes(private=True)
    plain = rules["com"]  # what is said of a suffix and nothing else
    above = [name for name, said in rules.items() if said != plain]
    return pl.Series(list(rules), dtype=pl.String).implode(), pl.Series(above, dtype=pl.String).implode()
