"""URLs taken apart: scheme, host, path, extension. Works on distinct values; credentials are dropped."""

from __future__ import annotations

import polars as pl

_AUTHORITY = r"^(?:[^/?#@]*@)?(\[[0-9A-Fa-f:.%]+\]|[^/:?#@\[\]]*)(?::\d{0,5})?(?:[/?#]|$)"
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
    url = pl.col("url_full")
    scheme_end = url.str.find("://", literal=True)
    has_scheme = scheme_end.is_not_null() & (scheme_end < 12)
    rest = pl.when(has_scheme).then(url.str.slice(scheme_end + 3)).otherwise(url)
    path = pl.col("_rest").str.extract(r"^[^/?#]*(/[^?#]*)", 1)
    return (
        urls.lazy()
        .with_columns(
            _rest=rest,
            url_scheme=pl.when("tunnel")
            .then(pl.lit("tunnel"))
            .when(has_scheme)
            .then(url.str.slice(0, scheme_end).str.to_lowercase())
            .otherwise(pl.lit("http")),
        )
        .with_columns(
            url_domain=pl.col("_rest")
            .str.extract(_AUTHORITY, 1)
            .fill_null("")
            .str.to_lowercase()
            .str.strip_suffix("."),
            url_path=pl.when("tunnel").then(None).otherwise(path.fill_null("/")),
        )
        .with_columns(url_extension=pl.col("url_path").str.extract(_EXTENSION, 1).str.to_lowercase())
        .select("url_full", "url_scheme", "url_domain", "url_path", "url_extension")
        .collect()
    )
