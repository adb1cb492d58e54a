"""What came just before a request, elsewhere or on its own site."""

from __future__ import annotations

import numpy as np

from netaudit.reconstruct.arrays import Flags, Ints, latest_elsewhere, soon_after
from netaudit.reconstruct.requests import Requests


def just_after_others(requests: Requests, asked: Flags, telling: Flags, limit: int) -> Flags:
    """Return which of those asked about came shortly after, or with, a telling one of their person on another site."""
    result = np.zeros(len(requests), dtype=np.bool_)
    places = np.flatnonzero(asked & ~requests.unreferred)
    latest = latest_elsewhere(requests.instants, requests.site, telling, places, requests.document)
    result[places] = soon_after(requests.start, places, latest, limit)
    return result


def soon_after_same(requests: Requests, asked: Flags, telling: Flags, limit: int) -> Flags:
    """Return which of those asked about came soon after a telling one of their person and site."""
    result = np.zeros(len(requests), dtype=np.bool_)
    if telling.any():
        places, before = latest_of_site(requests, asked, telling)
        result[places] = soon_after(requests.start, places, before, limit)
    return result


def latest_of_site(requests: Requests, asked: Flags, wanted: Flags, *, strictly: bool = False) -> tuple[Ints, Ints]:
    """Return the requests asked about, and for each its person's latest wanted one on its site so far; -1 for none."""
    places = np.compress((asked | wanted)[requests.by_site], requests.by_site)
    is_wanted, is_asked = wanted[places], np.flatnonzero(asked[places])
    marked = np.concatenate((np.array([-1], dtype=np.int64), np.compress(is_wanted, places)))
    count = np.cumsum(is_wanted.view(np.int8), dtype=np.int32)[is_asked].astype(np.int64)
    if strictly:
        count -= is_wanted[is_asked]
    found, places = marked[count], places[is_asked]
    elsewhere = requests.site_group[found] != requests.site_group[places]
    found[np.flatnonzero(elsewhere)] = -1
    return places, found
