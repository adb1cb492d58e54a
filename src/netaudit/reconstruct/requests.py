"""From EVENTS to sorted whole numbers: the requests that may be a person's, and why the others cannot be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.words import Word

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SHIELDED = "shielded"

# Content types, by their beginning: RFC 9110 §8.3; scripts and fonts also under their older names.
_DOCUMENT_TYPES = ("text/html", "application/xhtml")
_PART_TYPES = (
    "image/", "text/css", "text/javascript", "application/javascript", "application/x-javascript", "font/",
    "application/font", "application/x-font", "application/vnd.ms-fontobject",
)  # fmt: skip
_MEDIA_TYPES = ("video/", "audio/", "application/vnd.apple.mpegurl", "application/dash+xml")
# What stands in for the content type where a log has none.
_DOCUMENT_EXTENSIONS = ("html", "htm", "xhtml", "php", "asp", "aspx", "jsp", "do", "cfm")
_PART_EXTENSIONS = (
    "gif", "png", "jpg", "jpeg", "webp", "avif", "svg", "ico", "bmp", "css", "js", "mjs", "woff", "woff2", "ttf", "otf",
)  # fmt: skip
_MEDIA_EXTENSIONS = ("mp4", "m4s", "m4a", "m4v", "ts", "webm", "mp3", "aac", "m3u8", "mpd")

_PROXY_AUTHENTICATION_REQUIRED = 407  # RFC 9110 §15.5.8
_NOT_MODIFIED = 304  # RFC 9110 §15.4.5
_SWITCHING_PROTOCOLS = 101  # RFC 9110 §15.2.2: a websocket
# Smaller than any page: beacons and pixels come in a few hundred bytes, headers included.
_SMALLEST_DOCUMENT_BYTES = 1_000
_DELIVERED = (200, 399)  # RFC 9110 §15.3, §15.4: answers that deliver or lead on


@dataclass(slots=True)
class Requests:
    """Requests as parallel arrays, sorted by person and time; nothing depends on the order they came in.

    `row` is the row in EVENTS; `user`, `host`, `site`, `category` are codes whose order is that of their values;
    `start`, `end` are Unix times in ms; `key` is url_key or 0. `machine` rows are kept only for what they tell
    about others. `referred`: another site's page is named as referrer; `unreferred`: none is, in a log that has
    referrers.
    """

    row: Ints
    user: Ints
    start: Ints
    end: Ints
    host: Ints
    site: Ints
    category: Ints
    key: Ints
    size: Ints
    tunnel: Flags
    document: Flags
    part: Flags
    media: Flags
    asset: Flags
    blocked: Flags
    success: Flags
    socket: Flags
    machine: Flags
    referred: Flags
    unreferred: Flags
    hosts: list[str]
    sites: list[str]
    categories: list[str]
    users: Ints

    def __len__(self) -> int:
        """Return the number of requests."""
        return len(self.row)


def first_words(events: pl.DataFrame, settings: ReconstructSettings) -> pl.Series:
    """Return what can be said of each event alone, as Word numbers; Word.OPEN where more must be known."""
    machine = _matching(events, "category", lambda name: name.startswith(settings.machine_category_prefixes))
    parts = [name for name in machine if name in settings.page_part_categories]
    software = _matching(events, "user_agent_name", lambda name: name not in settings.browsers)
    unfetched = _matching(events, "event_action", lambda name: name.startswith("NONE"))
    nobody = pl.col("user_hash").is_null() | (
        pl.col("http_response_status_code") == _PROXY_AUTHENTICATION_REQUIRED
    ).fill_null(value=False)
    return events.select(
        word=pl.when(nobody)
        .then(int(Word.NOBODY))
        .when((pl.col("url_scheme") == "tunnel") & _among("event_action", unfetched))
        .then(int(Word.BOOKKEEPING))
        .when(_among("category", parts))
        .then(int(Word.SHARED_CONTENT))
        .when(_among("category", machine))
        .then(int(Word.SERVICE))
        .when(_among("user_agent_name", software))
        .then(int(Word.SOFTWARE))
        .otherwise(int(Word.OPEN))
        .cast(pl.UInt8)
    ).to_series()


def open_requests(events: pl.DataFrame, words: pl.Series) -> Requests:
    """Return the requests that may be a person's, and the shared content that tells about them."""
    lean = _lean(events, words)
    users = np.unique(lean["user_hash"].to_numpy())
    user = np.searchsorted(users, lean["user_hash"].to_numpy())
    host, hosts = _coded(lean["url_domain"])
    site, sites = _coded(lean["site"])
    category, categories = _coded(lean["category"])
    order = _order(lean, user, host)
    lean, user, host, site, category = lean[order], user[order], host[order], site[order], category[order]
    flags = {name: lean[name].to_numpy() for name in _FLAGS}
    referred, unreferred = _referrers(lean["referrer_domain"], host, site, hosts)
    start = lean["start"].to_numpy()
    return Requests(
        row=lean["row"].to_numpy(),
        user=user,
        start=start,
        end=start + lean["duration"].to_numpy(),
        host=host,
        site=site,
        category=category,
        key=lean["key"].to_numpy(),
        size=lean["size"].to_numpy(),
        **flags,
        referred=referred,
        unreferred=unreferred & ~flags["tunnel"],
        hosts=hosts,
        sites=sites,
        categories=categories,
        users=users,
    )


_FLAGS = ("tunnel", "document", "part", "media", "asset", "blocked", "success", "socket", "machine")


def _lean(events: pl.DataFrame, words: pl.Series) -> pl.DataFrame:
    """Return the open requests and the telling ones of shared content, narrow and with plain flags."""
    tunnel = (pl.col("url_scheme") == "tunnel").fill_null(value=False)
    status = pl.col("http_response_status_code").fill_null(0)
    blocked = (pl.col("disposition") == "blocked").fill_null(value=False)
    shielded = (pl.col("category") == SHIELDED).fill_null(value=False)
    document, part, media = _kinds(events)
    fetched = ~tunnel & (status != _SWITCHING_PROTOCOLS)
    unnamed = pl.lit("").cast(events.schema["url_domain"])
    return (
        events.lazy()
        .with_columns(word=words)
        .with_row_index("row")
        .filter(pl.col("word").is_in([int(Word.OPEN), int(Word.SHARED_CONTENT)]))
        .with_columns(
            tunnel=tunnel,
            machine=pl.col("word") == int(Word.SHARED_CONTENT),
            document=(fetched & document).fill_null(value=False),
            part=(fetched & part).fill_null(value=False),
            media=(fetched & media).fill_null(value=False),
        )
        .filter(~pl.col("machine") | pl.col("tunnel") | pl.col("document") | pl.col("media"))
        .select(
            pl.col("row").cast(pl.Int64),
            "user_hash",
            pl.col("url_domain").fill_null(unnamed),
            pl.when(shielded).then(pl.lit("")).otherwise(pl.coalesce(pl.col("site", "url_domain").cast(pl.String))).fill_null("").alias("site"),
            pl.col("category").cast(pl.String).fill_null("uncategorised").alias("category"),
            "tunnel",
            "document",
            "part",
            "media",
            "machine",
            start=pl.col("event_start").dt.epoch("ms"),
            duration=pl.col("event_duration_ms").fill_null(0).clip(lower_bound=0),
            key=pl.col("url_key").fill_null(0),
            size=pl.col("http_response_bytes").fill_null(0),
            asset=(pl.col("host_role") == "asset").fill_null(value=False),
            blocked=blocked,
            success=~blocked & (status.is_between(*_DELIVERED) | pl.col("http_response_status_code").is_null()),
            socket=~tunnel & (status == _SWITCHING_PROTOCOLS),
            referrer_domain="referrer_domain",
            log_file="log_file",
            log_line="log_line",
        )
        .collect()
    )


def _kinds(events: pl.DataFrame) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Return what makes a request a document, a part of a page, or film and sound."""
    mime, extension = pl.col("http_response_mime_type"), pl.col("url_extension")
    get = pl.col("http_request_method") == "GET"
    typed = mime.is_not_null()

    def either(types: tuple[str, ...], extensions: tuple[str, ...]) -> pl.Expr:
        wanted = _matching(events, "http_response_mime_type", lambda name: name.startswith(types))
        return pl.when(typed).then(_among("http_response_mime_type", wanted)).otherwise(
            _among("url_extension", list(extensions))
        )

    # Without any content types in the log a bare path of a page's size is taken for a document; with them, only an
    # answer that has no content. An answer that never came (status 0) is none.
    status = pl.col("http_response_status_code")
    bare = ~typed & extension.is_null() & get
    if events["http_response_mime_type"].count():
        bare = bare & (status == _NOT_MODIFIED)
    else:
        bare = bare & (pl.col("http_response_bytes") >= _SMALLEST_DOCUMENT_BYTES)
    # A filter's own page is text/html whatever was asked for.
    part_by_name = _among("url_extension", list(_PART_EXTENSIONS + _MEDIA_EXTENSIONS)).fill_null(value=False)
    form = (pl.col("http_request_method") == "POST") & typed
    document = (get | form) & (either(_DOCUMENT_TYPES, _DOCUMENT_EXTENSIONS) | bare) & ~part_by_name & (status.fill_null(_DELIVERED[0]) != 0)
    return document, get & either(_PART_TYPES, _PART_EXTENSIONS), either(_MEDIA_TYPES, _MEDIA_EXTENSIONS)


def _matching(events: pl.DataFrame, column: str, wanted: Callable[[str], bool]) -> list[str]:
    """Return the distinct texts of a column for which `wanted` holds."""
    distinct = events[column].unique().drop_nulls().cast(pl.String).to_list()
    return sorted(text for text in distinct if wanted(text))


def _among(column: str, texts: list[str]) -> pl.Expr:
    return pl.col(column).is_in(texts) if texts else pl.lit(value=False)


def _coded(texts: pl.Series) -> tuple[Ints, list[str]]:
    """Return each text's place in the sorted list of distinct texts, and that list."""
    categorical = texts.cast(pl.Categorical)
    distinct = categorical.unique()
    names = distinct.cast(pl.String)
    ranks = names.rank("ordinal").to_numpy().astype(np.int64) - 1
    physical = distinct.to_physical().to_numpy()
    table = np.zeros(int(physical.max(initial=0)) + 1, dtype=np.int64)
    table[physical] = ranks
    return table[categorical.to_physical().to_numpy()], names.sort().to_list()


def _order(lean: pl.DataFrame, user: Ints, host: Ints) -> Ints:
    """Return the one order by person and time that ties cannot change."""
    keys = lean.select("start", "duration", "size", "key", "log_file", "log_line").with_columns(
        user=pl.Series(user), host=pl.Series(host), log_file=pl.col("log_file").cast(pl.String)
    )
    return (
        keys.select(pl.arg_sort_by("user", "start", "host", "duration", "size", "key", "log_file", "log_line"))
        .to_series()
        .to_numpy()
        .astype(np.int64)
    )


def _referrers(domains: pl.Series, host: Ints, site: Ints, hosts: list[str]) -> tuple[Flags, Flags]:
    """Return where another site's page is the referrer, and where none is although the log has referrers."""
    if domains.count() == 0:
        nothing = np.zeros(len(domains), dtype=np.bool_)
        return nothing, nothing
    home = np.full(len(hosts), -1, dtype=np.int64)
    home[host] = site
    distinct = domains.unique().drop_nulls().cast(pl.String)
    known = {name: number for number, name in enumerate(hosts)}
    places = [int(home[known[name]]) if name in known else -1 for name in distinct.to_list()]
    named = domains.cast(pl.String).replace_strict(
        distinct, pl.Series(places, dtype=pl.Int64), default=-2, return_dtype=pl.Int64
    )
    from_site = named.fill_null(-2).to_numpy()
    return (from_site > -2) & (from_site != site), from_site == -2
