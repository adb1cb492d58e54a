"""URLs taken apart: scheme, host, path, extension. Works on distinct values; credentials are dropped."""

from __future__ import annotations

import polars as pl

_LONGEST_SCHEME = 12
_HOST = r"^(\[[0-9A-Fa-f:.%]+\]|[^:\[\]]*)(?::\d{0,5})?$"  # what stands before the port
_EXTENSION = r"\.([A-Za-z0-9]{1,5})$"


def url_parts(urls: pl.DataFrame) -> pl.DataFrame:
    """Return what is known of each URL, in the order given.

    Args:
        urls: `url_full` (String) and `tunnel` (Boolean: asked for by CONNECT, so only a host is known).

    Returns:
        url_full, url_scheme (http, https, ftp …; tunnel for CONNECT), url_domain (lower case, without port,
        credentials and trailing dot; empty if there is none), url_path (without query; null for a tunnel) and
        url_extension (lower case; null if there is none).
    """
    url, rest = pl.col("url_full"), pl.col("_rest")
    scheme_end = url.str.find("://", literal=True)
    has_scheme = scheme_end < _LONGEST_SCHEME
    odd = pl.col("_authority").str.contains_any(["@", ":", "[", "?", "#"])
    authority = rest.str.splitn("/", 2).struct
    path = pl.concat_str(pl.lit("/"), pl.col("_path"))
    return (
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
            url_domain=pl.when(odd)
            .then(_plain_host(pl.col("_authority")))
            .otherwise("_authority")
            .fill_null("")
            .str.to_lowercase()
            .str.strip_suffix("."),
            url_path=pl.when(~pl.col("tunnel")).then(
                pl.when(pl.col("_authority").str.contains_any(["?", "#"]))  # a query without a path
                .then(pl.lit("/"))
                .when(pl.col("_path").str.contains_any(["?", "#"]))
                .then(path.str.extract(r"^([^?#]*)", 1))
                .otherwise(path)
                .fill_null("/")
            ),
        )
        .with_columns(url_extension=pl.col("url_path").str.tail(6).str.extract(_EXTENSION, 1).str.to_lowercase())
        .select("url_full", "url_scheme", "url_domain", "url_path", "url_extension")
        .collect()
    )


def _plain_host(authority: pl.Expr) -> pl.Expr:
    """Return the host without user information, port, and a query that follows without a path."""
    return authority.str.replace(r"[?#].*$", "").str.replace(r"^.*@", "").str.extract(_HOST, 1)
