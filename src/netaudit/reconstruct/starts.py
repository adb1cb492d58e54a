"""Which requests show a person at work: pages opened, and open pages come back to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from netaudit.reconstruct.arrays import Flags, Ints, grouped, last_true, latest_elsewhere, share_by, within
from netaudit.reconstruct.learning import Tunnels
from netaudit.reconstruct.requests import Requests
from netaudit.reconstruct.settings import ReconstructSettings


@dataclass(slots=True)
class Signs:
    """Signs of a person, per request."""

    page: Flags  # a page was opened
    back: Flags  # new parts of a page that was open before
    blocked: Flags  # a blocked page was asked for
    standing: Flags  # a connection that mail, chat or an open page keeps up by itself
    frame: Flags  # a document inside another site's page
    foreign: Flags  # a tunnel that some other page opened
    shadowed: Flags  # came with another site's page
    follows: Flags  # activity that keeps a visit going if the person is on the site
    home: Ints  # the latest page of the person on the site; -1 for none


def find_signs(requests: Requests, tunnels: Tunnels, timed: Flags, settings: ReconstructSettings) -> Signs:
    """Return the signs of a person among the requests.

    A page counts as opened by a person if no other site's page began shortly before it. Sites and URLs that
    the log shows inside other pages must bring parts of their own as well; pages with parts of their own
    may also be switched to.
    """
    usable = ~requests.machine & ~timed
    document = requests.document & usable & ~requests.blocked & ~_inner_documents(requests, settings)
    tunnel = tunnels.leading & usable & ~requests.asset
    asset = tunnels.leading & usable & requests.asset
    film_or_part = requests.part | requests.media
    blocked = requests.blocked & usable & (requests.document | requests.tunnel)
    own_parts = _own_parts(requests, document | tunnel | blocked, settings)
    standing = _standing(requests, tunnels, tunnel & ~own_parts, tunnel, settings)
    tunnel &= ~standing
    candidate = document | tunnel | blocked
    loud = candidate | asset | (requests.asset & usable & requests.part)

    shadowed = _just_after_others(requests, loud, settings.burst_ms)
    bare = candidate & ~own_parts
    frame = _frames(requests, document, shadowed, settings)
    among_adverts = tunnel & _just_after_others(requests, requests.tunnel & requests.machine, settings.frame_burst_ms)
    doubtful = bare & (
        _embedded_sites(requests, bare, shadowed, settings.embedded_share, spare=1)
        | _seen_inside(requests, bare, candidate & (own_parts | shadowed | among_adverts), settings)
    )
    junk = candidate & (frame | doubtful)

    # What is certainly inside other pages casts no long shadow itself.
    others = latest_elsewhere(requests.user, requests.start, requests.site, loud & ~junk & ~blocked, requests.document)
    shadowed = within(requests.start, others, settings.burst_ms) & ~requests.unreferred
    crowded = _just_after_others(requests, junk, settings.frame_burst_ms) | among_adverts
    # Without a duration a tunnel's time is that of its end, and what came before it is unknown.
    untimed = tunnel & (requests.end == requests.start)
    switched_to = _goes_on(requests, candidate, others, usable & (film_or_part | requests.asset | candidate), settings)
    with_parts = own_parts & (~shadowed | switched_to)
    alone = bare & ~shadowed & ~crowded & ~untimed
    opened = candidate & ~junk & (with_parts | alone)
    page = opened & ~blocked
    home = _latest_of_site(requests, page | (candidate & own_parts & ~junk & ~blocked))
    return Signs(
        page=page,
        back=asset & ~shadowed & (home >= 0),
        blocked=opened & blocked,
        standing=standing,
        frame=frame | (junk & document),
        foreign=(requests.tunnel & requests.machine) | (junk & tunnel),
        shadowed=shadowed,
        follows=usable
        & ~requests.blocked
        & ~junk
        & (tunnel | (tunnels.used & requests.asset) | requests.document | film_or_part)
        & ~_parts_of_frames(requests, frame, settings),
        home=home,
    )


def _standing(requests: Requests, tunnels: Tunnels, bare: Flags, tunnel: Flags, settings: ReconstructSettings) -> Flags:
    """Return the tunnels without parts of their own that software keeps up: polling, and nothing but polling.

    A host most of whose tunnels are such is mail, chat or the like: there all tunnels without parts are.
    """
    lasted = requests.end - requests.start
    polls = (
        bare
        & (lasted >= settings.held_tunnel_ms)
        & (requests.size * 1000 <= settings.polling_bytes_per_second * lasted)
    )
    places = np.flatnonzero(tunnel)
    share, _ = share_by(requests.host[places], polls[places], len(requests.hosts))
    return bare & (polls | tunnels.renewed | (share >= settings.standing_share)[requests.host])


def _inner_documents(requests: Requests, settings: ReconstructSettings) -> Flags:
    """Return the documents from hosts of a site's parts, fetched within a page load of the site itself."""
    before = _latest_of_site(requests, requests.document & ~requests.asset)
    return requests.document & requests.asset & within(requests.start, before, settings.burst_ms)


def _just_after_others(requests: Requests, telling: Flags, limit: int) -> Flags:
    """Return which requests came shortly after, or with, a telling one of their person on another site."""
    latest = latest_elsewhere(requests.user, requests.start, requests.site, telling, requests.document)
    return within(requests.start, latest, limit) & ~requests.unreferred


def _own_parts(requests: Requests, candidate: Flags, settings: ReconstructSettings) -> Flags:
    """Return whether parts of the site itself follow each candidate within a page load."""
    film_or_part = requests.part | requests.media
    part = (film_or_part | (requests.asset & requests.tunnel)) & ~requests.machine & ~requests.blocked
    groups = grouped(requests.by_site, (requests.user, requests.site), part | candidate)
    places, number, start = groups.places, groups.number, requests.start[groups.places]
    # The next part at or after each, and the first part of the same instant before it in the order.
    is_part = part[places]
    upcoming = _next_in(is_part)
    ahead = (upcoming < len(places)) & (number[np.minimum(upcoming, len(places) - 1)] == number)
    ahead &= start[np.minimum(upcoming, len(places) - 1)] - start <= settings.burst_ms
    recent = last_true(is_part)
    same_instant = (recent >= 0) & (number[recent] == number) & (start[recent] == start)
    found = np.zeros(len(requests), dtype=np.bool_)
    found[places] = ahead | same_instant
    return found & candidate


def _next_in(flags: Flags) -> Ints:
    """Return for each place the next place at or after it where the flag is set; the length for none."""
    places = np.where(flags, np.arange(len(flags), dtype=np.int64), len(flags))
    return np.minimum.accumulate(places[::-1])[::-1]


def _embedded_sites(requests: Requests, openings: Flags, inside: Flags, limit: float, *, spare: int) -> Flags:
    """Return which requests are to sites of whose openings this share came with other sites' pages."""
    places = np.flatnonzero(openings)
    share, _ = share_by(requests.site[places], inside[places], len(requests.sites), spare=spare)
    return (share >= limit)[requests.site]


def _seen_inside(requests: Requests, bare: Flags, telling: Flags, settings: ReconstructSettings) -> Flags:
    """Return which requests are to a site last seen, bare, inside a page that may still be open."""
    before = _latest_of_site(requests, telling, strictly=True)
    return within(requests.start, before, settings.embedding_memory_ms) & bare[np.maximum(before, 0)]


def _frames(requests: Requests, document: Flags, shadowed: Flags, settings: ReconstructSettings) -> Flags:
    """Return which documents have a URL, or a host, that mostly appears inside other sites' page loads."""
    frame = np.zeros(len(requests), dtype=np.bool_)
    places = np.flatnonzero(document & (requests.key != 0))
    if not len(places):
        return frame
    inside = shadowed | _just_after_others(requests, requests.document & ~requests.blocked, settings.frame_burst_ms)
    keys, key = np.unique(requests.key[places], return_inverse=True)
    share, count = share_by(key.astype(np.int64), inside[places], len(keys))
    framed = share >= settings.framed_share
    host = requests.host[places]
    host_of_key = np.zeros(len(keys), dtype=np.int64)
    host_of_key[key] = host
    # A host by the share of its URLs, not of requests: one button everywhere does not make a site a frame.
    host_share, _ = share_by(host_of_key, framed, len(requests.hosts))
    host_count = np.bincount(host, minlength=len(requests.hosts))
    framed_host = (host_share >= settings.framed_share) & (host_count >= settings.framed_count)
    frame[places] = (framed & (count >= settings.framed_count))[key] | framed_host[host]
    return frame


def _goes_on(requests: Requests, candidate: Flags, others: Ints, alive: Flags, settings: ReconstructSettings) -> Flags:
    """Return whether a page fetches on after its load while all others are silent: it was switched to."""
    groups = grouped(requests.by_site, (requests.user, requests.site), alive)
    places, start = groups.places, requests.start[groups.places]
    result = np.zeros(len(requests), dtype=np.bool_)
    if not len(places):
        return result
    span = np.int64(start.max() - start.min() + settings.burst_ms + 2)
    number = groups.number
    keys = number * span + (start - start.min())
    after = np.searchsorted(keys, keys + settings.burst_ms, side="right")
    later = np.minimum(after, len(places) - 1)
    other = others[places[later]]
    silent = (other < 0) | (requests.start[np.maximum(other, 0)] <= start)
    result[places] = (after < len(places)) & (number[later] == number) & silent
    return result & candidate


def _parts_of_frames(requests: Requests, frame: Flags, settings: ReconstructSettings) -> Flags:
    """Return which requests came within a page load after a frame of the same site."""
    if not frame.any():
        return frame
    return within(requests.start, _latest_of_site(requests, frame), settings.burst_ms) & ~frame


def _latest_of_site(requests: Requests, wanted: Flags, *, strictly: bool = False) -> Ints:
    """Return for each request its person's latest wanted one on its site so far; -1 for none."""
    places = requests.by_site
    latest = last_true(wanted[places])
    if strictly:
        latest = np.append(-1, latest[:-1])[: len(latest)]
    found = np.where(latest >= 0, places[np.maximum(latest, 0)], -1)
    held = np.maximum(found, 0)
    same = (requests.site[held] == requests.site[places]) & (requests.user[held] == requests.user[places])
    result = np.empty(len(requests), dtype=np.int64)
    result[places] = np.where((latest >= 0) & same, found, -1)
    return result
