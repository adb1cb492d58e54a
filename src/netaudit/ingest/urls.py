"""URLs taken apart: scheme, host, path, extension. Works on distinct values; credentials are dropped."""

from __future__ import annotations

import re
from urllib.parse import unquote

import numpy as np
import polars as pl

from netaudit.contracts.distinct import Distinct
from netaudit.definitions.log_words import EXTENSIONS, OTHER, SCHEMES

_LONGEST_SCHEME = 12
_HOST = r"^(\[[0-9A-Fa-f:.%]+\]|[^:\[\]]*)(?::\d{0,5})?$"  # what stands before the port
_EXTENSION = r"\.([A-Za-z0-9]{1,5})$"
_USUAL_HOST = r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$"
# Letters of any script and signs, for names that a browser sends in punycode; or an address in brackets (RFC 3986).
_ANY_HOST = r"^([\w\p{So}\u200d-]+(\.[\w\p{So}\u200d-]+)*\.?|\[[0-9A-Fa-f:.%]+\])$"
_LONGEST_HOST = 255  # RFC 1035 §2.3.4
_QUERY = ["?", "#"]
_BEFORE_QUERY = r"^([^?#]*)"
_KNOWN_EXTENSIONS = sorted(EXTENSIONS)
_KNOWN_SCHEMES = sorted(SCHEMES)


def url_parts(urls: pl.DataFrame) -> pl.DataFrame:
    """Return what is known of each URL, in the order given, but for its path.

    Args:
        urls: `url_full` (String) and `tunnel` (Boolean: asked for by CONNECT, so only a host is known).

    Returns:
        url_scheme (http, https, ftp …; tunnel for CONNECT; null where no host is named), url_domain (lower case,
        without port, credentials and trailing dot; empty if there is none) and url_extension (lower case; null if
        there is none). Schemes and extensions that no list knows are `other`.
    """
    pieces = urls.select("url_full", "tunnel", _piece=pl.col("url_full").str.splitn("/", 4)).unnest("_piece")
    is_web = pieces["field_0"].is_in(["http:", "https:"]) & (pieces["field_1"] == "") & pieces["field_2"].is_not_null()
    web = (is_web & ~pieces["tunnel"]).fill_null(value=False)
    tunnel = (pieces["field_1"].is_null() & pieces["tunnel"]).fill_null(value=False)
    kinds = ((web, _web_parts), (tunnel, _tunnel_parts), (~(web | tunnel), _any_parts))
    found = [(rows.arg_true().to_numpy(), parts(pieces.filter(rows))) for rows, parts in kinds if rows.any()]
    if len(found) <= 1:
        return _with_scheme(found[0][1] if found else _any_parts(pieces))
    place = np.empty(pieces.height, np.uint32)
    place[np.concatenate([rows for rows, _ in found])] = np.arange(pieces.height, dtype=np.uint32)
    return _with_scheme(pl.concat([parts for _, parts in found]).select(pl.all().gather(pl.Series(place))))


def _with_scheme(parts: pl.DataFrame) -> pl.DataFrame:
    """Return the parts with a scheme only where there is a host: what names none must not look like a request."""
    nowhere = parts["url_domain"] == ""
    return parts.with_columns(parts["url_scheme"].set(nowhere, None)) if nowhere.any() else parts


def url_paths(urls: pl.DataFrame) -> pl.Series:
    """Return the path of each URL, without its query; null for a tunnel.

    Args:
        urls: as for `url_parts`.
    """
    return urls.select(url_path=pl.when(~pl.col("tunnel")).then(_path(*_authority_and_rest()))).to_series()


def _web_parts(pieces: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of URLs that begin http://host or https://host; of those, hosts come again and again."""
    authority = Distinct(pieces["field_2"].cast(pl.Categorical))
    hosts = authority.values.cast(pl.String)
    has_query = hosts.str.contains_any(_QUERY)
    if has_query.any():  # without a path
        pieces = pieces.with_columns(field_3=pl.when(~authority.spread(has_query)).then("field_3"))
    path = pieces["field_3"].str.splitn("?", 2).struct.field("field_0")
    return pieces.select(
        url_scheme=pl.when(pl.col("field_0") == "https:").then(_word("https")).otherwise(_word("http")),
        url_domain=authority.spread(_domains(hosts)),
        url_extension=_extensions(
            path.str.extract(_BEFORE_QUERY) if path.str.contains("#", literal=True).any() else path
        ),
    )


def _tunnel_parts(pieces: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of tunnels to a host and port."""
    return pieces.select(
        url_scheme=_word("tunnel"), url_domain=_domains(pieces["field_0"]), url_extension=pl.lit(None, pl.Categorical)
    )


def _any_parts(urls: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of URLs of any form, tunnels among them."""
    url, scheme_end = pl.col("url_full"), pl.col("url_full").str.find("://", literal=True)
    authority, rest = _authority_and_rest()
    parts = urls.select(
        url_scheme=pl.when("tunnel")
        .then(pl.lit("tunnel"))
        .when(scheme_end < _LONGEST_SCHEME)
        .then(_known(url.str.slice(0, scheme_end).str.to_lowercase(), _KNOWN_SCHEMES))
        .otherwise(pl.lit("http"))
        .cast(pl.Categorical),
        url_domain=authority,
        url_extension=pl.when(~pl.col("tunnel")).then(_path(authority, rest)),
    )
    return parts.with_columns(_domains(parts["url_domain"]), _extensions(parts["url_extension"]))


def _authority_and_rest() -> tuple[pl.Expr, pl.Expr]:
    """Return what stands before and after the first slash of a URL, its scheme left out."""
    url = pl.col("url_full")
    scheme_end = url.str.find("://", literal=True)
    parts = pl.when(scheme_end < _LONGEST_SCHEME).then(url.str.slice(scheme_end + 3)).otherwise(url)
    parts = parts.str.splitn("/", 2)
    return parts.struct.field("field_0"), parts.struct.field("field_1")


def _path(authority: pl.Expr, rest: pl.Expr) -> pl.Expr:
    path = pl.concat_str(pl.lit("/"), rest).str.extract(_BEFORE_QUERY, 1)
    # a query may follow without a path
    return pl.when(~authority.str.contains_any(_QUERY)).then(path).fill_null("/")


def _domains(authorities: pl.Series) -> pl.Series:
    """Return the hosts without user information, port, and a query that follows without a path, as `url_domain`.

    What cannot be a host's name or address is none: it may be anything, a name or a password among it.
    """
    hosts = authorities.str.strip_suffix(":443")  # nearly all tunnels
    odd = (~hosts.str.contains(_USUAL_HOST) | (hosts.str.len_bytes() > _LONGEST_HOST)).fill_null(value=False)
    if odd.any():
        plain = pl.Series([_plain_host(host) for host in authorities.filter(odd).to_list()], dtype=pl.String)
        plain = plain.str.extract(_HOST, 1)
        plain = plain.set(~plain.str.contains(_ANY_HOST) | (plain.str.len_bytes() > _LONGEST_HOST), None)
        hosts = hosts.scatter(odd.arg_true(), plain)
    return hosts.fill_null("").str.to_lowercase().str.strip_suffix(".").cast(pl.Categorical).alias("url_domain")


def _plain_host(authority: str) -> str:
    """Return what browsers ask for of an authority: percent signs decoded, no user, nothing after a backslash.

    >>> _plain_host("ann:secret@www.example:80?q=1"), _plain_host("ann%40www.example")
    ('www.example:80', 'www.example')
    """
    text = unquote(authority) if "%" in authority and "[" not in authority else authority
    return re.split(r"[?#]", text, maxsplit=1)[0].rpartition("@")[2].partition("\\")[0].strip()


def _extensions(paths: pl.Series) -> pl.Series:
    """Return the extensions, as `url_extension`: known ones, or `other`; paths end alike, however many there are."""
    ends = Distinct(paths.str.tail(6).cast(pl.Categorical(pl.Categories.random())))
    found = ends.values.cast(pl.String).str.extract(_EXTENSION, 1).str.to_lowercase()
    found = found.set((~found.is_in(_KNOWN_EXTENSIONS)).fill_null(value=False), OTHER)
    return ends.spread(found.cast(pl.Categorical)).alias("url_extension")


def _known(word: pl.Expr, known: list[str]) -> pl.Expr:
    return pl.when(word.is_in(known)).then(word).otherwise(pl.lit(OTHER))


def _word(text: str) -> pl.Expr:
    return pl.lit(text, pl.Categorical)
