"""Files that people fetched by a request of their own: which kind of file, how large, from where.

A log does not say whether a browser showed what it got, played it, or saved it. So only what hardly any page fetches by
itself is taken for a download, whole and answered with success, soon after a page of the same site that the person
opened, before any page of another site, and too late to come with that page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import polars as pl

from netaudit.contracts import DOWNLOADS
from netaudit.reconstruct.arrays import Flags, Ints, latest_elsewhere
from netaudit.reconstruct.kinds import SHIELDED
from netaudit.reconstruct.neighbours import latest_of_site
from netaudit.reconstruct.requests import Requests
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.starts import Signs
from netaudit.reconstruct.texts import matching

# Names of files end in what they are. Endings that pages and players fetch by themselves (gz, bin, dat, ts, m4s) are
# left out.
_BY_EXTENSION: Mapping[str, str] = {
    **dict.fromkeys(("exe", "msi", "msix", "appx", "apk", "deb", "rpm", "pkg", "jar", "bat", "ps1", "scr"), "program"),
    **dict.fromkeys(("zip", "rar", "7z", "tar", "tgz", "cab"), "archive"),
    **dict.fromkeys(("iso", "img", "dmg", "vhd", "vhdx", "vmdk", "ova"), "disk_image"),
    **dict.fromkeys(("mp3", "m4a", "flac", "wav", "ogg", "mp4", "mkv", "avi", "mov", "wmv", "webm"), "audio_video"),
    **dict.fromkeys(("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "rtf", "epub"), "document"),
}
# Content types of the IANA registry, and those that servers use without having registered them, by their beginning.
_BY_TYPE: Mapping[str, str] = {
    "application/x-msdownload": "program",
    "application/x-msdos-program": "program",
    "application/x-dosexec": "program",
    "application/vnd.microsoft.portable-executable": "program",
    "application/x-msi": "program",
    "application/x-ms-installer": "program",
    "application/vnd.android.package-archive": "program",
    "application/vnd.debian.binary-package": "program",
    "application/x-debian-package": "program",
    "application/x-rpm": "program",
    "application/x-redhat-package-manager": "program",
    "application/java-archive": "program",
    "application/zip": "archive",
    "application/x-zip-compressed": "archive",
    "application/vnd.rar": "archive",
    "application/x-rar": "archive",
    "application/x-7z-compressed": "archive",
    "application/x-tar": "archive",
    "application/vnd.ms-cab-compressed": "archive",
    "application/x-iso9660-image": "disk_image",
    "application/x-apple-diskimage": "disk_image",
    "application/pdf": "document",
    "application/msword": "document",
    "application/rtf": "document",
    "application/epub+zip": "document",
    "application/vnd.ms-excel": "document",
    "application/vnd.ms-powerpoint": "document",
    "application/vnd.openxmlformats-officedocument": "document",
    "application/vnd.oasis.opendocument": "document",
}
# What servers call a file that is to be kept, not shown (RFC 9110 §8.3, RFC 2046 §4.5.1): its name says what it is.
_TO_KEEP = (
    "application/octet-stream", "binary/octet-stream", "application/force-download", "application/x-download",
    "application/download",
)  # fmt: skip
# Pages have no use for them, so that what follows a page after a moment was asked for.
_NEVER_PARTS = ("program", "disk_image")
_OK = 200  # RFC 9110 §15.3.1: the whole of it, not a part (206) of what a player asks for bit by bit
_KIND = "file_kind"


def find_downloads(
    events: pl.DataFrame, requests: Requests, timed: Flags, signs: Signs, stay: Ints, settings: ReconstructSettings
) -> pl.DataFrame:
    """Return DOWNLOADS, in an order of their own.

    Args:
        events: EVENTS.
        requests: those that may be a person's.
        timed: which of them a timer made.
        signs: pages that people opened.
        stay: the visit that each request falls into; -1 for none.
        settings: the constants.
    """
    kinds = _file_kinds(events)
    if kinds.is_empty():
        return DOWNLOADS.empty()
    wanted = np.zeros(events.height, dtype=np.bool_)
    wanted[kinds["row"].to_numpy()] = True
    file = wanted[requests.row] & ~requests.machine & ~requests.blocked & ~timed & ~signs.shadowed & ~signs.page
    places = np.flatnonzero(file)
    start, home = requests.start, signs.home[places]
    pages = signs.page & ~requests.blocked
    elsewhere = latest_elsewhere(requests.instants, requests.site, pages, places)
    loads = requests.document & ~requests.blocked & ~requests.machine
    asked, document = latest_of_site(requests, file, loads)
    loaded = np.full(len(requests), -1, dtype=np.int64)
    loaded[asked] = document
    latest = np.maximum(loaded[places], home)
    since = start[places] - start[np.maximum(latest, 0)]
    read = (stay[places] >= 0) | (start[places] - start[np.maximum(home, 0)] <= settings.gap_low_ms)
    own = (home >= 0) & read & ((elsewhere < 0) | (start[elsewhere] < start[home]))
    found = kinds.join(
        pl.DataFrame(
            {
                "row": requests.row[places][own],
                "since": since[own],
                "key": requests.key[places][own],
                "user_hash": requests.users[requests.user[places][own]],
                "site": requests.names.gather(requests.site[places][own]),
                "category": pl.Series(requests.categories, dtype=pl.String).gather(requests.category[places][own]),
            }
        ),
        on="row",
    )
    of_a_page = pl.when(pl.col(_KIND).is_in(_NEVER_PARTS)).then(settings.frame_burst_ms).otherwise(settings.burst_ms)
    named = (pl.col("site") != "") & (pl.col("category") != SHIELDED) & ~pl.col("category").str.starts_with("special_")
    found = found.filter(pl.col("since") > of_a_page, named)
    return DOWNLOADS.fit(_once(found).select(DOWNLOADS.schema.names()))


def _file_kinds(events: pl.DataFrame) -> pl.DataFrame:
    """Return the events that fetched a file as a whole: `row`, what it is, how large, and who classed its site."""
    extensions = matching(events["url_extension"], _BY_EXTENSION.__contains__)
    kinds = {name: _kind(name) for name in matching(events["http_response_mime_type"], lambda _: True)}
    types = {name: kind for name, kind in kinds.items() if kind is not None}
    if not extensions and not types:
        return pl.DataFrame()
    mime, extension = pl.col("http_response_mime_type"), pl.col("url_extension")
    status = pl.col("http_response_status_code")
    told = _among(mime, types) | (mime.is_null() & _among(extension, extensions))
    whole = (status.is_null() | (status == _OK)) & (pl.col("http_request_method") == "GET")
    aborted = matching(events["event_action"], lambda name: "ABORT" in name)
    finished = ~_among(pl.col("event_action"), aborted)
    rows = events.select(
        (told & whole & (pl.col("url_scheme") != "tunnel") & (pl.col("http_response_bytes") > 0) & finished)
        .fill_null(value=False)
        .alias("file")
    )["file"].arg_true()
    text = pl.col("http_response_mime_type", "url_extension", "attribution", "category_source").cast(pl.String)
    by_name = extension.replace_strict(_BY_EXTENSION, default=None, return_dtype=pl.String)
    # A player does without a server's word; without the server's word that a file is to be kept, it was played.
    by_name_alone = pl.when(by_name != "audio_video").then(by_name)
    by_type = mime.replace_strict(list(types), list(types.values()), default=None, return_dtype=pl.String)
    what = pl.when(mime.is_null()).then(by_name_alone).when(by_type == "").then(by_name).otherwise(by_type)
    return (
        events[rows]
        .select(
            text,
            "event_start",
            "category_confirmed",
            pl.col("http_response_bytes").alias("bytes"),
            rows.cast(pl.Int64).alias("row"),
        )
        .with_columns(what.alias(_KIND))
        .filter(pl.col(_KIND).is_not_null())
    )


def _among(column: pl.Expr, texts: Collection[str]) -> pl.Expr:
    return column.is_in(list(texts)).fill_null(value=False) if texts else pl.lit(value=False)


def _kind(mime: str) -> str | None:
    """Return what a content type says a file is: "" where its name must; None for what is shown or played."""
    mime = mime.lower()
    if mime.startswith(_TO_KEEP):
        return ""
    return next((kind for name, kind in _BY_TYPE.items() if mime.startswith(name)), None)


def _once(found: pl.DataFrame) -> pl.DataFrame:
    """Return each person's file once, however often it was fetched: the largest answer, then the first."""
    order = ["user_hash", "event_start", "site", _KIND, "bytes", "row"]
    unknown = pl.when(pl.col("key") == 0).then(pl.col("row") + 1).otherwise(0)
    return (
        found.sort("bytes", *order, descending=[True, *[False] * len(order)])
        .with_columns(apart=unknown)
        .unique(["user_hash", "key", "apart"], keep="first", maintain_order=True)
        .sort(order)
    )
