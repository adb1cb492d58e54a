"""What can be said of each event alone: what it is, and whether it may be a person's at all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.contracts.content_types import DOCUMENT_EXTENSIONS, DOCUMENT_TYPES, PART_EXTENSIONS, PART_TYPES
from netaudit.reconstruct.arrays import Flags
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.texts import matching
from netaudit.reconstruct.words import Word

# Of these, what a page is laid out and driven with; an advert's frame can do without.
_STYLE_TYPES = PART_TYPES[1:]
# Sound alone is no sign of attention: music plays by itself.
_MEDIA_TYPES = ("video/", "application/vnd.apple.mpegurl", "application/dash+xml")
_STYLE_EXTENSIONS = ("css", "js", "mjs", "woff", "woff2", "ttf", "otf")
_MEDIA_EXTENSIONS = ("mp4", "m4s", "m4v", "ts", "webm", "m3u8", "mpd")
_SOUND_EXTENSIONS = ("m4a", "mp3", "aac", "ogg", "wav")

SHIELDED = "shielded"  # the class of what is not named

_PROXY_AUTHENTICATION_REQUIRED = 407  # RFC 9110 §15.5.8
_NOT_MODIFIED = 304  # RFC 9110 §15.4.5
_SWITCHING_PROTOCOLS = 101  # RFC 9110 §15.2.2: a websocket
# Smaller than any page: beacons and pixels come in a few hundred bytes, headers included.
_SMALLEST_DOCUMENT_BYTES = 1_000
_SENT_ON = (301, 302, 303, 307, 308)  # RFC 9110 §15.4: look elsewhere
_DELIVERED = (200, 399)  # RFC 9110 §15.3, §15.4: answers that deliver or lead on


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
        .when((pl.col("url_scheme") == "dns") | _among("event_dataset", sorted(settings.names_only_datasets)))
        .then(_word(Word.LOOKED_UP))
        .when(_among("event_dataset", sorted(settings.served_datasets)))
        .then(_word(Word.SERVED))
        .when(_without_site())
        .then(_word(Word.NO_SITE))
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


def _without_site() -> pl.Expr:
    """Return whether a line names no host, and so no site; that of a shielded one is not named either, but known."""
    shielded = (pl.col("category") == SHIELDED).fill_null(value=False)
    unnamed = pl.when(pl.col("url_domain").is_null()).then(~shielded).otherwise(pl.col("url_domain") == "")
    return unnamed | pl.col("url_scheme").is_null()


def _word(word: Word) -> pl.Expr:
    return pl.lit(int(word), dtype=pl.UInt8)


def event_flags(events: pl.DataFrame, words: npt.NDArray[np.uint8], settings: ReconstructSettings) -> dict[str, Flags]:
    """Return what each event is; what a log does not say is False."""
    human = pl.Series(words == int(Word.OPEN))
    tunnel = pl.col("url_scheme") == "tunnel"
    status = pl.col("http_response_status_code")
    blocked = pl.col("disposition") == "blocked"
    document, part, style, media = _kinds(events, human, settings)
    fetched = ~tunnel & (status.is_null() | (status != _SWITCHING_PROTOCOLS))
    named = _with_referrers(events, human & fetched & part, settings)
    flags = {
        "tunnel": tunnel,
        "document": fetched & document,
        "part": fetched & part,
        "style": fetched & style,
        "network": _among("category", sorted(settings.content_network_categories)),
        "media": fetched & media,
        "hop": ~tunnel & status.is_in(_SENT_ON),
        "asset": pl.col("host_role") == "asset",
        "blocked": blocked,
        "success": ~blocked & (status.is_between(*_DELIVERED) | status.is_null()),
        "socket": ~tunnel & (status == _SWITCHING_PROTOCOLS),
        "unreferred": ~tunnel & pl.col("referrer_domain").is_null() & named,
    }
    found = events.select(flag.fill_null(value=False).alias(name) for name, flag in flags.items())
    return {"machine": words == int(Word.SHARED_CONTENT), **{column.name: column.to_numpy() for column in found}}


def _kinds(
    events: pl.DataFrame, human: pl.Series, settings: ReconstructSettings
) -> tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]:
    """Return what makes a request a document, a part of a page, a style, script or font, or film and sound."""
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
    ).otherwise(pl.col("http_response_bytes").is_between(_SMALLEST_DOCUMENT_BYTES, settings.song_bytes))
    # A filter's own page is text/html whatever was asked for.
    part_by_name = _among("url_extension", list(PART_EXTENSIONS + _MEDIA_EXTENSIONS + _SOUND_EXTENSIONS)).fill_null(
        value=False
    )
    form = (pl.col("http_request_method") == "POST") & typed
    document = (
        (get | form)
        & (either(DOCUMENT_TYPES, DOCUMENT_EXTENSIONS) | bare)
        & ~part_by_name
        & (status.fill_null(_DELIVERED[0]) != 0)
    )
    part = get & either(PART_TYPES, PART_EXTENSIONS)
    style = get & either(_STYLE_TYPES, _STYLE_EXTENSIONS)
    return document, part, style, either(_MEDIA_TYPES, _MEDIA_EXTENSIONS)


def _with_referrers(events: pl.DataFrame, parts: pl.Expr, settings: ReconstructSettings) -> pl.Expr:
    """Return whether nearly all parts that a row's person fetched name the page that they are in.

    For each person, who mostly goes through one proxy: others may go through one that keeps no referrers.
    """
    if events["referrer_domain"].null_count() == events.height:
        return pl.lit(value=False)
    named = pl.col("referrer_domain").is_not_null().mean()
    people = events.filter(parts).group_by("user_hash").agg(named=named)
    told = people.filter(pl.col("named") >= settings.referrer_share)["user_hash"].drop_nulls()
    return pl.col("user_hash").is_in(told.implode())


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
