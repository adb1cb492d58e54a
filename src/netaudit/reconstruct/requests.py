"""From EVENTS to sorted whole numbers: the requests that may be a person's, and why the others cannot be."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.reconstruct.arrays import (
    Flags,
    Instants,
    Ints,
    changes,
    grouped,
    instants_of,
    lexical_places,
    numbered,
    running_count,
    sorted_places,
)
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.texts import matching, ranked
from netaudit.reconstruct.words import Word

SHIELDED = "shielded"
UNKNOWN_SIZE = -1

# What is read of EVENTS.
COLUMNS = (
    "attribution", "category", "disposition", "event_action", "event_dataset", "event_duration_ms", "event_start",
    "host_role", "http_request_bytes", "http_request_method", "http_response_bytes", "http_response_mime_type",
    "http_response_status_code", "log_file", "log_line", "referrer_domain", "site", "url_domain", "url_extension",
    "url_key", "url_scheme", "user_agent_name", "user_hash",
)  # fmt: skip

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
    referrers. `by_host`, `by_site`: places in order of person, host or site, and time; `host_group`,
    `site_group` number the persons' hosts and sites in that order.
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
    instants: Instants
    by_host: Ints
    host_group: Ints
    by_site: Ints
    site_group: Ints
    names: pl.Series  # of hosts and sites
    categories: list[str]
    users: Ints

    def __len__(self) -> int:
        """Return the number of requests."""
        return len(self.row)

    def moved(self, taken: Flags, site: Ints) -> Requests:
        """Return the requests with those that are taken on another site, as parts of it."""
        by_site, site_group = _ordered(self.user, site, len(self.names))
        return replace(
            self,
            site=site,
            asset=self.asset | taken,
            machine=self.machine & ~taken,
            by_site=by_site,
            site_group=site_group,
        )


def first_words(events: pl.DataFrame, settings: ReconstructSettings) -> npt.NDArray[np.uint8]:
    """Return what can be said of each event alone, as Word numbers; Word.OPEN where more must be known."""
    machine = matching(events["category"], lambda name: name.startswith(settings.machine_category_prefixes))
    parts = [name for name in machine if name in settings.page_part_categories]
    software = matching(events["user_agent_name"], lambda name: name not in settings.browsers)
    unfetched = matching(events["event_action"], lambda name: name.startswith("NONE"))
    nobody = pl.col("user_hash").is_null() | (
        pl.col("http_response_status_code") == _PROXY_AUTHENTICATION_REQUIRED
    ).fill_null(value=False)
    return events.select(
        pl.when(nobody)
        .then(_word(Word.NOBODY))
        .when((pl.col("url_scheme") == "tunnel") & _among("event_action", unfetched))
        .then(_word(Word.BOOKKEEPING))
        .when(_among("category", parts))
        .then(_word(Word.SHARED_CONTENT))
        .when(_among("category", machine))
        .then(_word(Word.SERVICE))
        .when(_among("user_agent_name", software))
        .then(_word(Word.SOFTWARE))
        .otherwise(_word(Word.OPEN))
        .alias("word")
    )["word"].to_numpy(writable=True)


def _word(word: Word) -> pl.Expr:
    return pl.lit(int(word), dtype=pl.UInt8)


def open_requests(events: pl.DataFrame, words: npt.NDArray[np.uint8]) -> Requests:
    """Return the requests that may be a person's, and the shared content that tells about them.

    Hosts have not been given to sites yet.
    """
    flags = _flags(events, words)
    telling = flags["tunnel"] | flags["document"] | flags["media"]
    row = np.flatnonzero((words == int(Word.OPEN)) | (flags["machine"] & telling))
    place = row.astype(np.uint32)
    user, users = numbered(_whole(events, "user_hash")[row])
    (host, site), names = ranked(place, events["url_domain"], events["site"])
    (category,), categories = ranked(place, events["category"])
    # A site that is not named is its host; shielded ones are all one.
    np.copyto(site, host, where=site == 0)
    shielded = [number for number, name in enumerate(categories) if name == SHIELDED]
    site[np.isin(category, shielded)] = 0
    start = events["event_start"].dt.epoch("ms").to_numpy()[row]
    order = _order(events, row, user, start, host)
    row, user, start, host, site = row[order], user[order], start[order], host[order], site[order]
    by_host, host_group = _ordered(user, host, len(names))
    return Requests(
        row=row,
        user=user,
        start=start,
        end=start + np.maximum(_whole(events, "event_duration_ms")[row], 0),
        host=host,
        site=site,
        category=category[order],
        key=_whole(events, "url_key")[row],
        size=_whole(events, "http_response_bytes", UNKNOWN_SIZE)[row],
        **{name: flag[row] for name, flag in flags.items()},
        instants=instants_of(user, start),
        by_host=by_host,
        host_group=host_group,
        by_site=by_host,
        site_group=host_group,
        names=names,
        categories=categories.to_list(),
        users=users,
    )


def _whole(events: pl.DataFrame, column: str, null: int = 0) -> Ints:
    """Return a column of whole numbers, with another number for null."""
    numbers: Ints = events[column].fill_null(null).to_numpy()
    return numbers


def order_by(user: Ints, code: Ints, codes: int) -> Ints:
    """Return the places in order of person, code and time; the arrays are in order of person and time."""
    return sorted_places(user * np.int64(codes) + code)


def _ordered(user: Ints, code: Ints, codes: int) -> tuple[Ints, Ints]:
    """Return the places in order of person, code and time, and for each place the number of its person's code."""
    order = order_by(user, code, codes)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = running_count(grouped(order, (user, code)).first)
    return order, number


def _flags(events: pl.DataFrame, words: npt.NDArray[np.uint8]) -> dict[str, Flags]:
    """Return what each event is; what a log does not say is False."""
    human = pl.Series(words == int(Word.OPEN))
    tunnel = pl.col("url_scheme") == "tunnel"
    status = pl.col("http_response_status_code")
    blocked = pl.col("disposition") == "blocked"
    document, part, media = _kinds(events, human)
    fetched = ~tunnel & (status.is_null() | (status != _SWITCHING_PROTOCOLS))
    flags = {
        "tunnel": tunnel,
        "document": fetched & document,
        "part": fetched & part,
        "media": fetched & media,
        "asset": pl.col("host_role") == "asset",
        "blocked": blocked,
        "success": ~blocked & (status.is_between(*_DELIVERED) | status.is_null()),
        "socket": ~tunnel & (status == _SWITCHING_PROTOCOLS),
        "unreferred": ~tunnel & pl.col("referrer_domain").is_null() & _datasets_with(events, human, "referrer_domain"),
    }
    found = events.select(flag.fill_null(value=False).alias(name) for name, flag in flags.items())
    return {"machine": words == int(Word.SHARED_CONTENT), **{column.name: column.to_numpy() for column in found}}


def _kinds(events: pl.DataFrame, human: pl.Series) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Return what makes a request a document, a part of a page, or film and sound."""
    mime, extension = pl.col("http_response_mime_type"), pl.col("url_extension")
    get = pl.col("http_request_method") == "GET"
    typed = mime.is_not_null()
    types_found = matching(events["http_response_mime_type"], lambda _: True)

    def either(types: tuple[str, ...], extensions: tuple[str, ...]) -> pl.Expr:
        wanted = [name for name in types_found if name.startswith(types)]
        by_name = ~typed & _among("url_extension", list(extensions))
        return _among("http_response_mime_type", wanted).fill_null(value=False) | by_name.fill_null(value=False)

    # Without any content types in the log a bare path of a page's size is taken for a document; with them,
    # only an answer that has no content. An answer that never came (status 0) is none.
    status = pl.col("http_response_status_code")
    bare = ~typed & extension.is_null() & get
    bare = bare & pl.when(_datasets_with(events, human, "http_response_mime_type")).then(
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


def _datasets_with(events: pl.DataFrame, human: pl.Series, column: str) -> pl.Expr:
    """Return whether a row's dataset has the column at all, judged by the events that may be a person's."""
    if events[column].null_count() == events.height:
        return pl.lit(value=False)
    having = human & pl.col(column).is_not_null()
    datasets = matching(events["event_dataset"], lambda _: True)
    found = events.select((having & (pl.col("event_dataset") == name)).any().alias(name) for name in datasets)
    return _among("event_dataset", [name for name in datasets if found[name].item()])


def _among(column: str, texts: list[str]) -> pl.Expr:
    return pl.col(column).is_in(texts) if texts else pl.lit(value=False)


def _order(events: pl.DataFrame, row: Ints, user: Ints, start: Ints, host: Ints) -> Ints:
    """Return the one order by person, time and line, whatever order the rows came in."""
    order = lexical_places(user, start)
    tied = _tied(order, user, start)
    if not len(tied):
        return order
    # A log in whole seconds still has its lines in order; which file was read first must not matter.
    line = _whole(events, "log_line")[row]
    at = order[tied]
    order[tied] = at[lexical_places(user[at], start[at], line[at])]
    tied = _tied(order, user, start, line)
    if not len(tied):
        return order
    at = order[tied]
    few = events.select("event_duration_ms", "http_response_bytes", "url_key", "log_file")[row[at].astype(np.uint32)]
    lasted = np.maximum(_whole(few, "event_duration_ms"), 0)
    size, key = _whole(few, "http_response_bytes", UNKNOWN_SIZE), _whole(few, "url_key")
    (file,), _ = ranked(np.arange(len(at), dtype=np.uint32), few["log_file"])
    order[tied] = at[np.lexsort((file, key, size, lasted, host[at], line[at], start[at], user[at]))]
    return order


def _tied(order: Ints, *keys: Ints) -> Ints:
    """Return which places of the order hold elements with the same keys as a neighbour's."""
    same = np.zeros(len(order) + 1, dtype=np.bool_)
    if len(order):
        same[1:-1] = True
        for key in keys:
            same[:-1] &= ~changes(key[order])
    return np.flatnonzero(same[1:] | same[:-1])
