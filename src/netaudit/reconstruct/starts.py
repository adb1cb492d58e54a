"""Which requests show a person at work: pages opened, and open pages come back to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from netaudit.reconstruct.arrays import (
    Groups,
    count_within,
    last_true,
    latest_elsewhere,
    pair_codes,
    share_by,
    within_burst,
)
from netaudit.reconstruct.learning import Tunnels
from netaudit.reconstruct.requests import Flags, Ints, Requests
from netaudit.reconstruct.settings import ReconstructSettings


@dataclass(slots=True)
class Signs:
    """Signs of a person, as flags per request."""

    page: Flags  # a page was opened
    back: Flags  # new parts of a page that was open before
    blocked: Flags  # a blocked page was asked for
    frame: Flags  # a document inside another site's page
    foreign: Flags  # a tunnel that some other page opened
    shadowed: Flags  # came with another site's page
    follows: Flags  # activity that keeps a visit going if the person is on the site
    certain: Flags  # signs that no other explanation fits
    home: Ints  # the latest page the person opened on the site; -1 for none


def find_signs(requests: Requests, tunnels: Tunnels, timed: Flags, settings: ReconstructSettings) -> Signs:
    """Return the signs of a person among the requests.

    A page counts as opened by a person if no other site's page began shortly before it; sites and URLs that the
    log shows inside other pages must bring parts of their own as well.
    """
    size = len(requests)
    usable = ~requests.machine & ~timed & ~tunnels.renewed
    document = requests.document & usable & ~requests.blocked
    tunnel = tunnels.leading & usable & ~requests.asset
    asset = tunnels.leading & usable & requests.asset
    asset_part = requests.asset & usable & (requests.part | requests.media)
    blocked = requests.blocked & usable & (requests.document | requests.tunnel)
    candidate = document | tunnel | blocked
    own_parts = _own_parts(requests, candidate, usable, settings)
    loud = candidate | asset | asset_part

    recent = latest_elsewhere(requests.user, requests.start, requests.site, loud)
    shadowed = within_burst(requests.start, recent, settings.burst_ms) & ~requests.unreferred
    bare_share, _ = share_by(
        requests.site[candidate & ~own_parts],
        shadowed[candidate & ~own_parts],
        len(requests.sites),
        spare=1,
    )
    all_share, _ = share_by(requests.site[candidate], shadowed[candidate], len(requests.sites))
    frame = _frames(requests, document, shadowed, settings)
    embedding_prone = bare_share[requests.site] >= settings.embedded_share
    mostly_embedded = all_share[requests.site] >= settings.mostly_embedded_share
    junk = candidate & (frame | (embedding_prone & ~own_parts))

    # Sites that are certainly embedded cast no long shadow themselves.
    telling = loud & ~junk
    recent = latest_elsewhere(requests.user, requests.start, requests.site, telling)
    shadowed = within_burst(requests.start, recent, settings.burst_ms) & ~requests.unreferred
    beside = latest_elsewhere(requests.user, requests.start, requests.site, junk)
    crowded = within_burst(requests.start, beside, settings.frame_burst_ms) & ~requests.unreferred
    # Without a duration a tunnel's time is that of its end, and what came before it is unknown.
    untimed = tunnel & (requests.end == requests.start)
    opened = (
        candidate
        & ~junk
        & np.where(
            own_parts,
            ~shadowed | ~mostly_embedded | _stays_on(requests, tunnels, candidate, telling, usable, settings),
            ~shadowed & ~crowded & ~untimed,
        )
    )
    page = opened & ~blocked
    home = _home_pages(requests, page | (candidate & own_parts & ~junk & ~blocked))
    back = asset & ~shadowed & (home >= 0)
    certain = (page | back) & ~shadowed
    foreign = (tunnels.leading & requests.machine) | (junk & tunnel)
    follows = (
        usable
        & ~frame
        & ~requests.blocked
        & (tunnels.used | requests.part | requests.media | document)
        & ~_of_a_frame(requests, frame, settings)
    )
    del size
    return Signs(page, back, opened & blocked, frame | (junk & document), foreign, shadowed, follows, certain, home)


def _own_parts(requests: Requests, candidate: Flags, usable: Flags, settings: ReconstructSettings) -> Flags:
    """Return whether parts of the site itself follow each candidate within a page load."""
    part = ((requests.part | requests.media) | (requests.asset & requests.tunnel)) & ~requests.machine & ~requests.blocked
    del usable
    both = np.flatnonzero(part | candidate)
    codes = np.zeros(len(requests), dtype=np.int64)
    codes[both] = pair_codes(requests.user[both], requests.site[both], len(requests.sites))
    places, parts = np.flatnonzero(candidate), np.flatnonzero(part)
    begin = requests.start[places]
    found = np.zeros(len(requests), dtype=np.bool_)
    found[places] = count_within(codes[parts], requests.start[parts], codes[places], begin, begin + settings.burst_ms) > 0
    return found


def _stays_on(
    requests: Requests, tunnels: Tunnels, candidate: Flags, telling: Flags, usable: Flags, settings: ReconstructSettings
) -> Flags:
    """Return whether a page goes on to fetch parts after its load while the page it came with is silent: a switch."""
    alive = usable & (requests.part | requests.media | requests.asset | candidate)
    other = latest_elsewhere(requests.user, requests.start, requests.site, telling)
    other_start = np.where(other >= 0, requests.start[np.maximum(other, 0)], 0)
    places = np.flatnonzero(alive)
    groups = Groups(pair_codes(requests.user[places], requests.site[places], len(requests.sites)), requests.start[places])
    ordered = places[groups.order]
    result = np.zeros(len(requests), dtype=np.bool_)
    if not len(ordered):
        return result
    span = np.int64(groups.start.max() - groups.start.min() + 2 * settings.burst_ms + 2)
    keys = groups.group * span + (groups.start - groups.start.min())
    after = np.searchsorted(keys, keys + settings.burst_ms, side="right")
    later = np.minimum(after, len(ordered) - 1)
    goes_on = (after < len(ordered)) & (groups.group[later] == groups.group)
    goes_on &= other_start[ordered[later]] <= groups.start
    result[ordered] = goes_on
    return result & candidate


def _frames(requests: Requests, document: Flags, shadowed: Flags, settings: ReconstructSettings) -> Flags:
    """Return which documents have a URL, or a host, that mostly appears inside other sites' page loads."""
    frame = np.zeros(len(requests), dtype=np.bool_)
    places = np.flatnonzero(document)
    if not len(places):
        return frame
    any_document = requests.document & ~requests.blocked
    near = latest_elsewhere(requests.user, requests.start, requests.site, any_document)
    inside = shadowed | (within_burst(requests.start, near, settings.frame_burst_ms) & ~requests.unreferred)
    keys, key = np.unique(requests.key[places], return_inverse=True)
    share, count = share_by(key, inside[places], len(keys))
    framed_key = (share >= settings.framed_share) & (count >= settings.framed_count)
    host_of_key = np.zeros(len(keys), dtype=np.int64)
    host_of_key[key] = requests.host[places]
    known = keys != 0
    host_share, host_keys = share_by(host_of_key[known], share[known] >= settings.framed_share, len(requests.hosts))
    framed_host = (host_share >= settings.framed_share) & (np.bincount(requests.host[places], minlength=len(requests.hosts)) >= settings.framed_count) & (host_keys > 0)
    frame[places] = (framed_key & known)[key] | framed_host[requests.host[places]]
    return frame


def _of_a_frame(requests: Requests, frame: Flags, settings: ReconstructSettings) -> Flags:
    """Return which parts came within a page load after a frame of the same site."""
    places = np.flatnonzero((requests.part | requests.media | frame) & ~requests.machine)
    codes = pair_codes(requests.user[places], requests.site[places], len(requests.sites))
    result = np.zeros(len(requests), dtype=np.bool_)
    framed = frame[places]
    begin = requests.start[places]
    result[places] = count_within(codes[framed], begin[framed], codes, begin - settings.burst_ms, begin) > 0
    return result & ~frame


def _home_pages(requests: Requests, page: Flags) -> Ints:
    """Return for each request the latest page that its person opened on its site so far; -1 for none."""
    order = np.lexsort((np.arange(len(requests)), requests.site, requests.user))
    user, site = requests.user[order], requests.site[order]
    latest = last_true(page[order])
    seen = latest >= 0
    seen[seen] = (user[latest[seen]] == user[seen]) & (site[latest[seen]] == site[seen])
    result = np.full(len(requests), -1, dtype=np.int64)
    result[order[seen]] = order[latest[seen]]
    return result
