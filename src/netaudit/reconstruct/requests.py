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
    distinct,
    grouped,
    instants_of,
    lexical_places,
    running_count,
    sorted_places,
)
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.texts import Texts, ranked, texts_of
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
_NO_ANSWER = 0
_UNKNOWN_STATUS = -(2**31)
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
    category = texts_of(events["category"])
    words = np.full(events.height, int(Word.OPEN), dtype=np.uint8)
    # What is said later outweighs what was said before.
    software = texts_of(events["user_agent_name"]).flags(lambda name: name not in settings.browsers)
    words[software] = int(Word.SOFTWARE)
    words[category.flags(lambda name: name.startswith(settings.machine_category_prefixes))] = int(Word.SERVICE)
    words[
        category.flags(
            lambda name: name.startswith(settings.machine_category_prefixes) and name in settings.page_part_categories
        )
    ] = int(Word.SHARED_CONTENT)
    tunnel = texts_of(events["url_scheme"]).flags("tunnel".__eq__)
    words[tunnel & texts_of(events["event_action"]).flags(lambda name: name.startswith("NONE"))] = int(Word.BOOKKEEPING)
    nobody = events.select(
        pl.col("user_hash").is_null()
        | (pl.col("http_response_status_code") == _PROXY_AUTHENTICATION_REQUIRED).fill_null(value=False)
    ).to_series()
    words[nobody.to_numpy()] = int(Word.NOBODY)
    return words


def open_requests(events: pl.DataFrame, words: npt.NDArray[np.uint8]) -> Requests:
    """Return the requests that may be a person's, and the shared content that tells about them.

    Hosts have not been given to sites yet.
    """
    row = np.flatnonzero((words == int(Word.OPEN)) | (words == int(Word.SHARED_CONTENT)))
    chosen = events.select(_COLUMNS)[row.astype(np.uint32)]
    machine = words[row] == int(Word.SHARED_CONTENT)
    flags = _flags(chosen, machine)
    telling = ~machine | flags["tunnel"] | flags["document"] | flags["media"]
    user, users = _numbered(chosen["user_hash"])
    (host, site), names = ranked(texts_of(chosen["url_domain"]), texts_of(chosen["site"]))
    category = texts_of(chosen["category"])
    # A site that is not named is its host; shielded ones are all one.
    np.copyto(site, host, where=site == 0)
    site[category.flags(SHIELDED.__eq__)] = 0
    (category_code,), categories = ranked(category)
    start = pl.col("event_start").dt.epoch("ms")
    numbers = chosen.select(
        start=start,
        end=start + pl.col("event_duration_ms").fill_null(0).clip(lower_bound=0),
        key=pl.col("url_key").fill_null(0),
        size=pl.col("http_response_bytes").fill_null(UNKNOWN_SIZE),
        line=pl.col("log_line").fill_null(0),
    )
    column = {name: numbers[name].to_numpy() for name in numbers.columns}
    kept = np.flatnonzero(telling)
    lean = {name: values[kept] for name, values in column.items()}
    kept = kept[_order(user[kept], lean["start"], host[kept], lean, chosen["log_file"].gather(kept))]
    user, host, site = user[kept], host[kept], site[kept]
    by_host, host_group = _ordered(user, host, len(names))
    return Requests(
        row=row[kept],
        user=user,
        host=host,
        site=site,
        category=category_code[kept],
        start=column["start"][kept],
        end=column["end"][kept],
        key=column["key"][kept],
        size=column["size"][kept],
        **{name: flag[kept] for name, flag in flags.items()},
        instants=instants_of(user, column["start"][kept]),
        by_host=by_host,
        host_group=host_group,
        by_site=by_host,
        site_group=host_group,
        names=names,
        categories=categories.to_list(),
        users=users,
    )


def order_by(user: Ints, code: Ints, codes: int) -> Ints:
    """Return the places in order of person, code and time; the arrays are in order of person and time."""
    return sorted_places(user * np.int64(codes) + code)


def _ordered(user: Ints, code: Ints, codes: int) -> tuple[Ints, Ints]:
    """Return the places in order of person, code and time, and for each place the number of its person's code."""
    order = order_by(user, code, codes)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = running_count(grouped(order, (user, code)).first)
    return order, number


_COLUMNS = (
    "event_start", "event_duration_ms", "event_dataset", "user_hash", "url_scheme", "url_domain", "url_key",
    "referrer_domain", "url_extension", "site", "category", "host_role", "http_request_method", "http_response_bytes",
    "http_response_status_code", "http_response_mime_type", "disposition", "log_file", "log_line",
)  # fmt: skip


def _numbered(user_hash: pl.Series) -> tuple[Ints, Ints]:
    """Return each row's person as a number in the order of the hashes, and the hashes."""
    hashes = user_hash.to_numpy()
    begins = np.flatnonzero(changes(hashes))  # events are stored by person: few runs
    users = distinct(hashes[begins])
    return np.repeat(np.searchsorted(users, hashes[begins]), np.diff(begins, append=len(hashes))), users


def _flags(chosen: pl.DataFrame, machine: Flags) -> dict[str, Flags]:
    """Return what each request is; what a log does not say is False."""
    scheme = texts_of(chosen["url_scheme"])
    tunnel, fetch = scheme.flags("tunnel".__eq__), scheme.flags("tunnel".__ne__)
    status = chosen["http_response_status_code"].fill_null(_UNKNOWN_STATUS).to_numpy()
    disposition = texts_of(chosen["disposition"])
    socket = status == _SWITCHING_PROTOCOLS
    document, part, media = _kinds(chosen, status, ~machine)
    delivered = ((status >= _DELIVERED[0]) & (status <= _DELIVERED[1])) | (status == _UNKNOWN_STATUS)
    dataset = texts_of(chosen["event_dataset"])
    referred = chosen["referrer_domain"].is_not_null().to_numpy()
    return {
        "tunnel": tunnel,
        "document": fetch & ~socket & document,
        "part": fetch & ~socket & part,
        "media": fetch & ~socket & media,
        "asset": texts_of(chosen["host_role"]).flags("asset".__eq__),
        "blocked": disposition.flags("blocked".__eq__),
        "success": disposition.flags("blocked".__ne__) & delivered,
        "socket": fetch & socket,
        "machine": machine,
        "unreferred": fetch & ~referred & _datasets_with(dataset, referred & ~machine),
    }


def _kinds(chosen: pl.DataFrame, status: npt.NDArray[np.int32], human: Flags) -> tuple[Flags, Flags, Flags]:
    """Return what makes a request a document, a part of a page, or film and sound."""
    mime, extension = texts_of(chosen["http_response_mime_type"]), texts_of(chosen["url_extension"])
    method = texts_of(chosen["http_request_method"])
    get = method.flags("GET".__eq__)
    typed = mime.present()

    def either(types: tuple[str, ...], extensions: tuple[str, ...]) -> Flags:
        by_name = extension.flags(extensions.__contains__)
        return mime.flags(lambda name: name.startswith(types)) | (by_name & ~typed)

    # Without any content types in the log a bare path of a page's size is taken for a document; with them,
    # only an answer that has no content. An answer that never came (status 0) is none.
    paged = chosen["http_response_bytes"].fill_null(UNKNOWN_SIZE).to_numpy() >= _SMALLEST_DOCUMENT_BYTES
    of_typed = _datasets_with(texts_of(chosen["event_dataset"]), typed & human)
    bare = ~typed & ~extension.present() & get
    bare &= (of_typed & (status == _NOT_MODIFIED)) | (~of_typed & paged)
    # A filter's own page is text/html whatever was asked for.
    part_by_name = extension.flags((_PART_EXTENSIONS + _MEDIA_EXTENSIONS + _SOUND_EXTENSIONS).__contains__)
    form = method.flags("POST".__eq__) & typed
    document = (
        (get | form) & (either(_DOCUMENT_TYPES, _DOCUMENT_EXTENSIONS) | bare) & ~part_by_name & (status != _NO_ANSWER)
    )
    return document, get & either(_PART_TYPES, _PART_EXTENSIONS), either(_MEDIA_TYPES, _MEDIA_EXTENSIONS)


def _datasets_with(dataset: Texts, having: Flags) -> Flags:
    """Return whether a row's dataset has a thing at all, judged by the rows given."""
    found = np.zeros(dataset.null + 1, dtype=np.bool_)
    found[np.compress(having, dataset.codes)] = True
    found[dataset.null] = False
    return found[dataset.codes]


def _order(user: Ints, start: Ints, host: Ints, columns: dict[str, Ints], log_file: pl.Series) -> Ints:
    """Return the one order by person, time and line, whatever order the rows came in."""
    order, line = lexical_places(user, start), columns["line"]
    tied = _tied(order, user, start)
    if not len(tied):
        return order
    # A log in whole seconds still has its lines in order; which file was read first must not matter.
    at = order[tied]
    order[tied] = at[lexical_places(user[at], start[at], line[at])]
    tied = _tied(order, user, start, line)
    at = order[tied]
    (file,), _ = ranked(texts_of(log_file.gather(at)))
    others = [columns[name][at] for name in ("key", "size", "end")]
    order[tied] = at[np.lexsort((file, *others, host[at], line[at], start[at], user[at]))]
    return order


def _tied(order: Ints, *keys: Ints) -> Ints:
    """Return which places of the order hold elements with the same keys as a neighbour's."""
    same = np.zeros(len(order) + 1, dtype=np.bool_)
    if len(order):
        same[1:-1] = True
        for key in keys:
            same[:-1] &= ~changes(key[order])
    return np.flatnonzero(same[1:] | same[:-1])
