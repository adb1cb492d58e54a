"""URLs taken apart: scheme, host, path, extension. Works on distinct values; credentials are dropped."""

from __future__ import annotations

import numpy as np
import polars as pl

from netaudit.contracts.distinct import Distinct

_LONGEST_SCHEME = 12
_HOST = r"^(\[[0-9A-Fa-f:.%]+\]|[^:\[\]]*)(?::\d{0,5})?$"  # what stands before the port
_EXTENSION = r"\.([A-Za-z0-9]{1,5})$"
_NOT_A_HOST = ["@", ":", "[", "?", "#"]
_QUERY = ["?", "#"]
_BEFORE_QUERY = r"^([^?#]*)"
_PARTS = ("url_full", "url_scheme", "url_domain", "url_path", "url_extension")


def url_parts(urls: pl.DataFrame) -> pl.DataFrame:
    """Return what is known of each URL, in the order given.

    Args:
        urls: `url_full` (String) and `tunnel` (Boolean: asked for by CONNECT, so only a host is known).

    Returns:
        url_full, url_scheme (http, https, ftp …; tunnel for CONNECT), url_domain (lower case, without port,
        credentials and trailing dot; empty if there is none), url_path (without query; null for a tunnel) and
        url_extension (lower case; null if there is none).
    """
    pieces = urls.select("url_full", "tunnel", _piece=pl.col("url_full").str.splitn("/", 4)).unnest("_piece")
    is_web = pieces["field_0"].is_in(["http:", "https:"]) & (pieces["field_1"] == "") & pieces["field_2"].is_not_null()
    web = (is_web & ~pieces["tunnel"]).fill_null(value=False)
    tunnel = (pieces["field_1"].is_null() & pieces["tunnel"]).fill_null(value=False)
    kinds = ((web, _web_parts), (tunnel, _tunnel_parts), (~(web | tunnel), _any_parts))
    found = [(rows.arg_true().to_numpy(), parts(pieces.filter(rows))) for rows, parts in kinds if rows.any()]
    if len(found) == 1:
        return found[0][1]
    place = np.empty(pieces.height, np.uint32)
    place[np.concatenate([np.zeros(0, np.int64), *(rows for rows, _ in found)])] = np.arange(pieces.height)
    return pl.concat([_any_parts(pieces.clear()), *(parts for _, parts in found)]).select(
        pl.all().gather(pl.Series(place))
    )


def _web_parts(pieces: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of URLs that begin http://host or https://host; of those, hosts come again and again."""
    authority = Distinct.of(pieces["field_2"].cast(pl.Categorical))
    hosts = authority.values.cast(pl.String)
    has_query = hosts.str.contains_any(_QUERY)
    path, rest = pl.concat_str(pl.lit("/"), "_path"), pl.col("field_3")
    paths = pieces.lazy().select(
        "url_full",
        url_scheme=pl.when(pl.col("field_0") == "https:").then(_word("https")).otherwise(_word("http")),
        _path=pl.when(rest.str.contains_any(_QUERY)).then(rest.str.extract(_BEFORE_QUERY, 1)).otherwise(rest),
    )
    if has_query.any():  # without a path
        paths = paths.with_columns(_path=pl.when(~authority.spread(has_query)).then("_path"))
    return (
        paths.with_columns(
            url_domain=authority.spread(_domains(hosts)),
            url_path=path.fill_null("/"),
            url_extension=_extension(pl.col("_path")),
        )
        .select(_PARTS)
        .collect()
    )


def _tunnel_parts(pieces: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of tunnels to a host and port."""
    nothing = pl.lit(None, pl.String)
    return pieces.select(
        "url_full",
        _domains(pieces["field_0"]),
        url_scheme=_word("tunnel"),
        url_path=nothing,
        url_extension=nothing,
    ).select(_PARTS)


def _any_parts(urls: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of URLs of any form, tunnels among them."""
    url, rest = pl.col("url_full"), pl.col("_rest")
    scheme_end = url.str.find("://", literal=True)
    has_scheme = scheme_end < _LONGEST_SCHEME
    authority = rest.str.splitn("/", 2).struct
    path = pl.concat_str(pl.lit("/"), pl.col("_path"))
    parts = (
        urls.lazy()
        .with_columns(
            _rest=pl.when(has_scheme).then(url.str.slice(scheme_end + 3)).otherwise(url),
            url_scheme=pl.when("tunnel")
            .then(pl.lit("tunnel"))
            .when(has_scheme)
            .then(url.str.slice(0, scheme_end).str.to_lowercase())
            .otherwise(pl.lit("http"))
            .cast(pl.Categorical),
        )
        .with_columns(_authority=authority.field("field_0"), _path=authority.field("field_1"))
        .with_columns(
            url_path=pl.when(~pl.col("tunnel")).then(
                pl.when(pl.col("_authority").str.contains_any(_QUERY))  # a query without a path
                .then(pl.lit("/"))
                .when(pl.col("_path").str.contains_any(_QUERY))
                .then(path.str.extract(_BEFORE_QUERY, 1))
                .otherwise(path)
                .fill_null("/")
            ),
        )
        .with_columns(url_extension=_extension(pl.col("url_path")))
        .collect()
    )
    parts = parts.with_columns(_domains(parts["_authority"]))
    return parts.select(_PARTS)


def _domains(authorities: pl.Series) -> pl.Series:
    """Return the hosts without user information, port, and a query that follows without a path, as `url_domain`."""
    hosts = authorities.str.strip_suffix(":443")  # nearly all tunnels
    odd = hosts.str.contains_any(_NOT_A_HOST).fill_null(value=False)
    if odd.any():
        plain = authorities.filter(odd).str.replace(r"[?#].*$", "").str.replace(r"^.*@", "").str.extract(_HOST, 1)
        hosts = hosts.scatter(odd.arg_true(), plain)
    return hosts.fill_null("").str.to_lowercase().str.strip_suffix(".").cast(pl.Categorical).alias("url_domain")


def _extension(path: pl.Expr) -> pl.Expr:
    return path.str.tail(6).str.extract(_EXTENSION, 1).str.to_lowercase()


def _word(text: str) -> pl.Expr:
    return pl.lit(text, pl.Categorical)
