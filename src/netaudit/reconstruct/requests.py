"""From EVENTS to sorted whole numbers: the requests that may be a person's, and why the others cannot be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from netaudit.reconstruct.arrays import Flags, Ints, sorted_places
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.words import Word

SHIELDED = "shielded"
UNKNOWN_SIZE = -1

# Content types, by their beginning: RFC 9110 §8.3; scripts and fonts also under their older names.
_DOCUMENT_TYPES = ("text/html", "application/xhtml")
_PART_TYPES = (
    "image/", "text/css", "text/javascript", "application/javascript", "application/x-javascript", "font/",
    "application/font", "application/x-font", "application/vnd.ms-fontobject",
)  # fmt: skip
# Sound alone is no sign of attention: music plays by itself.
_MEDIA_TYPES = ("video/", "application/vnd.apple.mpegurl", "application/dash+xml")
# What stands in for the content type where a log has none.
_DOCUMENT_EXTENSIONS = ("html", "htm", "xhtml", "php", "asp", "aspx", "jsp", "do", "cfm")
_PART_EXTENSIONS = (
    "gif", "png", "jpg", "jpeg", "webp", "avif", "svg", "ico", "bmp", "css", "js", "mjs",
    "woff", "woff2", "ttf", "otf",
)  # fmt: skip
_MEDIA_EXTENSIONS = ("mp4", "m4s", "m4v", "ts", "webm", "m3u8", "mpd")
_SOUND_EXTENSIONS = ("m4a", "mp3", "aac", "ogg", "wav")

_PROXY_AUTHENTICATION_REQUIRED = 407  # RFC 9110 §15.5.8
_NOT_MODIFIED = 304  # RFC 9110 §15.4.5
_SWITCHING_PROTOCOLS = 101  # RFC 9110 §15.2.2: a websocket
# Smaller than any page: beacons and pixels come in a few hundred bytes, headers included.
_SMALLEST_DOCUMENT_BYTES = 1_000
_DELIVERED = (200, 399)  # RFC 9110 §15.3, §15.4: answers that deliver or lead on


@dataclass(slots=True)
class Requests:
    """Requests as parallel arrays, sorted by person and time; nothing depends on the order they came in.

    `row` is the row in EVENTS; `user`, `host`, `site`, `category` are codes whose order is that of their
    values; `start`, `end` are Unix times in ms; `key` is url_key or 0. `machine` rows are kept only for
    what they tell about others. `unreferred`: no page is named as the referrer, in a log that has
    referrers. `by_host`, `by_site`: places in order of person, host or site, and time.
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
    unreferred: Flags
    by_host: Ints
    by_site: Ints
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
    users = lean["user_hash"].unique().sort()
    numbers = pl.Series(range(len(users)), dtype=pl.Int64)
    user = lean["user_hash"].replace_strict(users, numbers, return_dtype=pl.Int64).to_numpy()
    codes, names = _coded(lean["url_domain"], lean["site"])
    # A site that is not named is its host; shielded ones are all one.
    shielded = lean["shielded"].to_numpy()
    host = codes[0]
    site = np.where(shielded, 0, np.where(codes[1] > 0, codes[1], host))
    (category,), categories = _coded(lean["category"])
    order = _order(lean, user, host)
    user, host, site = user[order], host[order], site[order]
    start, end = lean["start"].to_numpy()[order], lean["end"].to_numpy()[order]
    bits = lean["bits"].to_numpy()[order]
    flags = {name: (bits & (1 << place)) != 0 for place, name in enumerate(_FLAGS)}
    return Requests(
        row=lean["row"].to_numpy()[order],
        user=user,
        start=start,
        end=end,
        host=host,
        site=site,
        category=category[order],
        key=lean["key"].to_numpy()[order],
        size=lean["size"].to_numpy()[order],
        **flags,
        by_host=order_by(user, host, len(names)),
        by_site=order_by(user, site, len(names)),
        hosts=names,
        sites=names,
        categories=categories,
        users=users.to_numpy(),
    )


def order_by(user: Ints, code: Ints, codes: int) -> Ints:
    """Return the places in order of person, code and time; the arrays are in order of person and time."""
    return sorted_places(user * np.int64(codes) + code)


_FLAGS = (
    "tunnel", "document", "part", "media", "asset", "blocked", "success", "socket", "machine", "unreferred",
)  # fmt: skip


def _lean(events: pl.DataFrame, words: pl.Series) -> pl.DataFrame:
    """Return the open requests and telling shared content, narrow, with all flags in one number."""
    tunnel = pl.col("url_scheme") == "tunnel"
    status = pl.col("http_response_status_code")
    blocked = pl.col("disposition") == "blocked"
    open_events = words == int(Word.OPEN)
    document, part, media = _kinds(events, open_events)
    fetched = ~tunnel & (status.is_null() | (status != _SWITCHING_PROTOCOLS))
    has_referrers = _datasets_with(events, open_events, "referrer_domain")
    flags = {
        "tunnel": tunnel,
        "document": fetched & document,
        "part": fetched & part,
        "media": fetched & media,
        "asset": pl.col("host_role") == "asset",
        "blocked": blocked,
        "success": ~blocked & (status.is_between(*_DELIVERED) | status.is_null()),
        "socket": ~tunnel & (status == _SWITCHING_PROTOCOLS),
        "machine": pl.col("word") == int(Word.SHARED_CONTENT),
        "unreferred": ~tunnel & pl.col("referrer_domain").is_null() & has_referrers,
    }
    bits = pl.sum_horizontal(
        [flags[name].fill_null(value=False).cast(pl.Int16) * (1 << place) for place, name in enumerate(_FLAGS)]
    )
    telling = sum(1 << _FLAGS.index(name) for name in ("tunnel", "document", "media"))
    machine = pl.col("word") == int(Word.SHARED_CONTENT)
    start = pl.col("event_start").dt.epoch("ms")
    return (
        events.lazy()
        .with_columns(word=words)
        .with_row_index("row")
        .filter((pl.col("word") == int(Word.OPEN)) | machine)
        .with_columns(bits=bits)
        .filter(~machine | ((pl.col("bits") & telling) != 0))
        .select(
            pl.col("row").cast(pl.Int64),
            "user_hash",
            "url_domain",
            "site",
            "category",
            "bits",
            "log_file",
            shielded=(pl.col("category") == SHIELDED).fill_null(value=False),
            start=start,
            end=start + pl.col("event_duration_ms").fill_null(0).clip(lower_bound=0),
            key=pl.col("url_key").fill_null(0),
            size=pl.col("http_response_bytes").fill_null(UNKNOWN_SIZE),
            log_line=pl.col("log_line").fill_null(0),
        )
        .collect()
    )


def _kinds(events: pl.DataFrame, open_events: pl.Series) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Return what makes a request a document, a part of a page, or film and sound."""
    mime, extension = pl.col("http_response_mime_type"), pl.col("url_extension")
    get = pl.col("http_request_method") == "GET"
    typed = mime.is_not_null()

    def either(types: tuple[str, ...], extensions: tuple[str, ...]) -> pl.Expr:
        wanted = _matching(events, "http_response_mime_type", lambda name: name.startswith(types))
        return (
            pl.when(typed)
            .then(_among("http_response_mime_type", wanted))
            .otherwise(_among("url_extension", list(extensions)))
        )

    # Without any content types in the log a bare path of a page's size is taken for a document; with them,
    # only an answer that has no content. An answer that never came (status 0) is none.
    status = pl.col("http_response_status_code")
    bare = ~typed & extension.is_null() & get
    bare = bare & pl.when(_datasets_with(events, open_events, "http_response_mime_type")).then(
        status == _NOT_MODIFIED
    ).otherwise(pl.col("http_response_bytes") >= _SMALLEST_DOCUMENT_BYTES)
    # A filter's own page is text/html whatever was asked for.
    part_by_name = _among("url_extension", list(_PART_EXTENSIONS + _MEDIA_EXTENSIONS + _SOUND_EXTENSIONS)).fill_null(
        value=False
    )
    form = (pl.col("http_request_method") == "POST") & typed
    document = (
        (get | form)
        & (either(_DOCUMENT_TYPES, _DOCUMENT_EXTENSIONS) | bare)
        & ~part_by_name
        & (status.fill_null(_DELIVERED[0]) != 0)
    )
    return document, get & either(_PART_TYPES, _PART_EXTENSIONS), either(_MEDIA_TYPES, _MEDIA_EXTENSIONS)


def _datasets_with(events: pl.DataFrame, open_events: pl.Series, column: str) -> pl.Expr:
    """Return whether a row's dataset has the column at all, judged by the events that may be a person's."""
    having = events.lazy().filter(open_events, pl.col(column).is_not_null())
    datasets = having.select(pl.col("event_dataset").cast(pl.String).unique()).collect().to_series()
    return _among("event_dataset", sorted(datasets.drop_nulls()))


def _matching(events: pl.DataFrame, column: str, wanted: Callable[[str], bool]) -> list[str]:
    """Return the distinct texts of a column for which `wanted` holds."""
    distinct = events[column].unique().drop_nulls().cast(pl.String).to_list()
    return sorted(text for text in distinct if wanted(text))


def _among(column: str, texts: list[str]) -> pl.Expr:
    return pl.col(column).is_in(texts) if texts else pl.lit(value=False)


def _coded(*columns: pl.Series) -> tuple[list[Ints], list[str]]:
    """Return each text's place in the sorted list of distinct texts, and that list; null is "", the first."""
    texts = [column.cast(pl.Categorical) for column in columns]
    distinct = [column.unique().drop_nulls() for column in texts]
    names = sorted({"", *(name for column in distinct for name in column.cast(pl.String))})
    ranks = {name: rank for rank, name in enumerate(names)}
    codes = []
    for column, values in zip(texts, distinct, strict=True):
        physical = values.to_physical().to_numpy()
        table = np.zeros(int(physical.max(initial=0)) + 1, dtype=np.int64)
        table[physical] = [ranks[name] for name in values.cast(pl.String)]
        places = column.to_physical().fill_null(0).to_numpy()
        codes.append(np.where(column.is_null().to_numpy(), 0, table[places]) if column.null_count() else table[places])
    return codes, names


def _order(lean: pl.DataFrame, user: Ints, host: Ints) -> Ints:
    """Return the one order by person, time and line, whatever order the rows came in."""
    if not lean.height:
        return np.zeros(0, dtype=np.int64)
    start = lean["start"].to_numpy()
    key = user * np.int64(start.max() - start.min() + 1) + (start - start.min())
    order = sorted_places(key)
    key = key[order]
    tied = np.zeros(len(order), dtype=np.bool_)
    tied[1:] = key[1:] == key[:-1]
    tied[:-1] |= tied[1:]
    places = order[tied]
    # A log in whole seconds still has its lines in order; which file was read first must not matter.
    (file,), _ = _coded(lean["log_file"].gather(places))
    columns = [lean[name].to_numpy()[places] for name in ("key", "size", "end")]
    line = lean["log_line"].to_numpy()[places]
    within_ties = np.lexsort((file, *columns, host[places], line, key[tied]))
    order[tied] = places[within_ties]
    return order
