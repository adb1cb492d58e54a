"""Words of log records held against the vocabularies: what is in no list becomes one neutral word.

Each function looks at distinct values. What later stages tell apart (a document, a part of a page, a fetch that was
broken off) they tell apart in what is kept, too.
"""

from __future__ import annotations

import re

import polars as pl

from netaudit.contracts.distinct import Distinct
from netaudit.definitions.log_words import ACTIONS, METHODS, MIME_TYPES, OTHER, TOP_LEVEL_TYPES

_ACTION = re.compile(r"[A-Za-z]+(?:[_ *-]{1,4}[A-Za-z]+)*\*?")
_LETTERS = re.compile(r"[A-Za-z]+")
_MOST_TOKENS = 8  # of one result word: Squid's longest has five
_TYPE = re.compile(r"([a-z]+)/([a-z0-9.+-]*)")
_LONGEST_TYPE = 100  # characters; a registered one has 83


def known_words(column: pl.Series) -> pl.Series:
    """Return `event_action`, `http_request_method` or `http_response_mime_type` as far as lists know it."""
    words = Distinct(column)
    written = words.values.cast(pl.String).to_list()
    keep = _KEEP[column.name]
    kept = [keep(word) for word in written]
    return column if kept == written else words.spread(pl.Series(column.name, kept, pl.Categorical))


def known_method(method: str) -> str:
    """Return a request's method if it is one.

    >>> known_method("GET"), known_method("ann.smith")
    ('GET', 'other')
    """
    return method if method in METHODS else OTHER


def known_action(action: str) -> str:
    """Return a proxy's result word without the parts that no proxy writes.

    >>> known_action("TCP_MISS_ABORTED"), known_action("block-url"), known_action("TCP_ann_MISS"), known_action("a b")
    ('TCP_MISS_ABORTED', 'block-url', 'TCP_MISS_other', 'other')
    """
    tokens = _LETTERS.findall(action[:_LONGEST_TYPE])
    known = [token for token in tokens if token.lower() in ACTIONS][:_MOST_TOKENS]
    if len(known) == len(tokens) and _ACTION.fullmatch(action):
        return action
    return "_".join([*(token for token in known if token != OTHER), OTHER])


def known_type(mime: str) -> str:
    """Return a content type without its parameters, in small letters.

    A type that no list has becomes the longest known one that it begins with, or its kind alone.

    >>> known_type("Text/HTML;%20charset=utf-8"), known_type("image/ann"), known_type("text/html-a"), known_type("ann")
    ('text/html', 'image/other', 'text/html', 'other')
    """
    found = _TYPE.match(mime[:_LONGEST_TYPE].lower())
    if found is None:
        return OTHER
    written, top = found[0], found[1]
    if top not in TOP_LEVEL_TYPES:
        return OTHER
    for length in range(len(written), len(top) + 1, -1):
        if written[:length] in MIME_TYPES:
            return written[:length]
    return f"{top}/{OTHER}"


_KEEP = {
    "event_action": known_action,
    "http_request_method": known_method,
    "http_response_mime_type": known_type,
}
