"""Frames: documents whose address, or host, mostly appears inside other sites' pages."""

from __future__ import annotations

import numpy as np

from netaudit.reconstruct.arrays import Flags, Ints, changes, lexical_places, sorted_places
from netaudit.reconstruct.neighbours import just_after_others
from netaudit.reconstruct.requests import Requests
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.weights import highest_by, share_by, weights_by


def frames(requests: Requests, document: Flags, shadowed: Flags, settings: ReconstructSettings) -> Flags:
    """Return which documents have a URL, or a host, that mostly appears inside other sites' page loads."""
    frame = np.zeros(len(requests), dtype=np.bool_)
    places = np.flatnonzero(document & (requests.key != 0))
    if not len(places):
        return frame
    inside = shadowed | just_after_others(
        requests, document, requests.document & ~requests.blocked, settings.frame_burst_ms
    )
    key, keys = _ranks(requests.key[places])
    user, host = requests.user[places], requests.host[places]
    share, _ = share_by(key, inside[places], weights_by(settings.teaching_count, user, key), keys)
    count = np.bincount(key, minlength=keys)
    framed = share >= settings.framed_share
    host_of_key = np.zeros(keys, dtype=np.int64)
    host_of_key[key] = host
    # A host by the share of its URLs, not of requests: one button everywhere does not make a site a frame. URLs that
    # one account alone asks for share that account's weight.
    order = lexical_places(user, key)
    each = order[changes(user[order]) | changes(key[order])]
    heaviest = highest_by(key[each], weights_by(settings.teaching_count, requests.host_group[places[each]]), keys)
    host_share, _ = share_by(host_of_key, framed, heaviest, len(requests.names))
    host_count = np.bincount(host, minlength=len(requests.names))
    framed_host = (host_share >= settings.framed_share) & (host_count >= settings.framed_count)
    frame[places] = (framed & (count >= settings.framed_count))[key] | framed_host[host]
    return frame


def _ranks(values: Ints) -> tuple[Ints, int]:
    """Return each value's place among the distinct ones in order, and how many there are."""
    order = sorted_places(values)
    begins = changes(values[order])
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[order] = np.cumsum(begins) - 1
    return ranks, int(np.count_nonzero(begins))
