"""Which patterns match: by exact host, by suffix on label boundaries, by path at segment boundaries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from netaudit.categorise.hosts import LONGEST_HOST
from netaudit.definitions.rule_index import RuleIndex, SortedKeys, keys_of

_Places = NDArray[np.uint32]


class Votes(NamedTuple):
    """Patterns that match: the place of the host among those asked for, and the pattern's row."""

    places: _Places
    rows: NDArray[np.uint32]


def host_votes(hosts: pl.Series, patterns: pl.Series, index: RuleIndex) -> Votes:
    """Return every pattern without a path that matches a host in normal form, by place.

    Args:
        hosts: the hosts; null and over-long ones match nothing.
        patterns: all patterns.
        index: where they are.
    """
    found = []
    for level, (places, texts) in enumerate(_with_parents(hosts)):
        found.append(_hits(index.hosts, texts, places, patterns))
        if level == 0:
            found.append(_hits(index.hosts, texts, places, patterns, exact=True))
    return _by_place(found)


def path_depths(hosts: pl.Series, index: RuleIndex) -> pl.Series:
    """Return how many segments the longest path has that a pattern is written for, on each host or a parent.

    0 where there is none: the path does not matter.
    """
    depths = np.zeros(len(hosts), np.uint32)
    if len(index.depths.keys):
        for places, texts in _with_parents(hosts):
            hits, found = index.depths.find(keys_of(texts))
            np.maximum.at(depths, places[hits], found)
    return pl.Series(depths)


def path_votes(hosts: pl.Series, parts: pl.Series, patterns: pl.Series, index: RuleIndex) -> Votes:
    """Return every pattern with a path that matches a host with the beginning of a path, as `beginnings` has them."""
    found = []
    first = parts.str.splitn("/", 2).struct.field("field_0")
    for places, texts in _with_parents(hosts):
        hits, _ = index.starts.find(keys_of(texts + "/" + first.gather(places)))
        hits = np.unique(hits)
        places, host, part = places[hits], texts.gather(hits), parts.gather(places[hits])  # noqa: PLW2901 - the few
        while len(places):
            found.append(_hits(index.paths, host + "/" + part + "/", places, patterns))
            shorter = part.str.contains("/", literal=True)
            rest = shorter.arg_true().to_numpy()
            places, host = places[rest], host.gather(rest)  # noqa: PLW2901
            part = part.gather(rest).str.replace(r"/[^/]*$", "")
    return _by_place(found)


def beginnings(path: pl.Expr, depth: pl.Expr) -> pl.Expr:
    """Return the first so many segments of each path, without "/" at either end, query or fragment."""
    # In small letters: servers differ, and a shielded page must not slip through in capitals.
    path = path.str.to_lowercase().str.replace(r"[?#].*$", "").str.replace_all("/+", "/")
    return path.str.strip_chars("/").str.split("/").list.head(depth).list.join("/")


def _with_parents(hosts: pl.Series) -> Iterator[tuple[_Places, pl.Series]]:
    """Yield the hosts, then their parents, then theirs, each time with the places of those that are left."""
    usable = (hosts.str.len_bytes() <= LONGEST_HOST).fill_null(value=False)
    places = usable.arg_true().cast(pl.UInt32).to_numpy()
    texts = hosts.filter(usable)
    while len(places):
        yield places, texts
        parents = texts.str.splitn(".", 2).struct.field("field_1")
        there = parents.is_not_null()
        places, texts = places[there.to_numpy()], parents.filter(there)


def _hits(index: SortedKeys, texts: pl.Series, places: _Places, patterns: pl.Series, *, exact: bool = False) -> Votes:
    hits, rows = index.find(keys_of(texts, exact=exact))
    if len(hits):
        wanted = texts.gather(hits)
        same = (patterns.gather(rows) == ("=" + wanted if exact else wanted)).to_numpy()
        hits, rows = hits[same], rows[same]  # a key is not its text
    return Votes(places[hits], rows)


def _by_place(found: list[Votes]) -> Votes:
    if not found:
        return Votes(np.empty(0, np.uint32), np.empty(0, np.uint32))
    places, rows = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    order = np.argsort(places, kind="stable")
    return Votes(places[order], rows[order])
