"""Which requests show a person at work: pages opened, and open pages come back to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from netaudit.reconstruct.arrays import (
    Flags,
    Ints,
    gaps_before,
    grouped,
    last_true,
    latest_elsewhere,
    next_elsewhere,
    soon_after,
)
from netaudit.reconstruct.frames import frames
from netaudit.reconstruct.learning import Tunnels, polling, spoken
from netaudit.reconstruct.neighbours import just_after_others, latest_of_site, soon_after_same
from netaudit.reconstruct.requests import UNKNOWN_SIZE, Requests
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.weights import share_by, weights_by


@dataclass(slots=True)
class Signs:
    """Signs of a person, per request."""

    page: Flags  # a page was opened
    back: Flags  # new parts of a page that was open before
    blocked: Flags  # a blocked page was asked for
    standing: Flags  # a connection that mail, chat or an open page keeps up by itself
    frame: Flags  # a document inside another site's page
    foreign: Flags  # a tunnel that some other page opened
    shadowed: Flags  # came with another site's page; not asked of machines' and timers'
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
    own_parts = _own_parts(requests, tunnels, document | tunnel | blocked, settings)
    # Frames may hide the page they are in: an address that was typed brings parts of its own.
    requests = replace(requests, unreferred=requests.unreferred & own_parts)
    standing = _standing(requests, tunnels, tunnel & ~own_parts, tunnel, settings)
    tunnel &= ~standing
    candidate = document | tunnel | blocked
    loud = candidate | asset | (requests.asset & usable & requests.part)

    # People click on results within seconds; a page with parts of its own that follows is no part of the list.
    lists = [name in settings.result_list_categories for name in requests.categories]
    results = np.array(lists, dtype=np.bool_)[requests.category]
    shadowed = just_after_others(requests, candidate & own_parts, loud & ~results, settings.burst_ms)
    shadowed |= just_after_others(requests, candidate & ~own_parts, loud, settings.burst_ms)
    # Nor does what a page of the site itself has just embedded make its next request another page's.
    shadowed &= ~soon_after_same(requests, shadowed, candidate & ~shadowed & ~requests.blocked, settings.burst_ms)
    own_parts |= _served_parts(requests, candidate, document, settings) & ~shadowed
    bare = candidate & ~own_parts
    frame = frames(requests, document, shadowed, settings)
    adverts = requests.machine & spoken(requests, settings)
    among_adverts = just_after_others(requests, tunnel, adverts, settings.frame_burst_ms)
    # Adverts of a page of the site itself say nothing of what that page opens next.
    leads = candidate & ~shadowed & ~among_adverts
    among_adverts &= ~soon_after_same(requests, among_adverts, leads, settings.burst_ms)
    doubtful = bare & (
        _embedded_sites(requests, bare, shadowed, settings)
        | _seen_inside(requests, bare, candidate & (own_parts | shadowed | among_adverts), settings)
    )
    junk = candidate & (frame | doubtful)

    # What is certainly inside other pages casts no long shadow itself.
    telling = loud & ~junk & ~blocked
    shadowed, others = _long_shadows(requests, usable, own_parts, telling, telling & ~results, settings)
    crowded = just_after_others(requests, bare & ~shadowed, junk, settings.frame_burst_ms) | among_adverts
    # Without a duration a tunnel's time is that of its end, and what came before it is unknown.
    untimed = tunnel & (requests.untimed | (requests.end == requests.start))
    alive = usable & ~tunnels.unused & (film_or_part | requests.asset | candidate)
    switched_to = _goes_on(requests, candidate, others, alive, settings)
    with_parts = own_parts & (~shadowed | switched_to)
    alone = bare & ~shadowed & ~crowded & ~untimed & ~_mere_handshakes(requests, tunnel & bare, settings)
    opened = candidate & ~junk & (with_parts | alone)
    opened &= ~_stopped_in_a_load(requests, candidate & requests.tunnel, settings)
    opened &= ~_stopped_in_a_row(requests, candidate & blocked, settings)
    page = opened & ~blocked
    places, latest = latest_of_site(
        requests, np.ones(len(requests), dtype=np.bool_), page | (candidate & own_parts & ~junk & ~blocked)
    )
    home = np.empty(len(requests), dtype=np.int64)
    home[places] = latest
    plays = _plays_on(requests, asset, page | (candidate & own_parts), settings)
    follows = tunnel | (tunnels.used & requests.asset) | requests.document | film_or_part
    follows &= usable & ~requests.blocked & ~junk & ~plays
    return Signs(
        page=page,
        back=asset & ~shadowed & (home >= 0) & ~plays,
        blocked=opened & blocked,
        standing=standing,
        frame=frame | (junk & document),
        foreign=adverts | (junk & tunnel),
        shadowed=shadowed,
        follows=follows & ~soon_after_same(requests, follows & ~frame, frame, settings.burst_ms),
        home=home,
    )


def _long_shadows(
    requests: Requests, usable: Flags, own_parts: Flags, telling: Flags, of_pages: Flags, settings: ReconstructSettings
) -> tuple[Flags, Ints]:
    """Return what came with another site's page, and for each usable request the latest such page; -1 for none.

    For those with parts of their own only `of_pages` counts.
    """
    asked, others = np.flatnonzero(usable), np.full(len(requests), -1, dtype=np.int64)
    latest = latest_elsewhere(requests.instants, requests.site, telling, asked, requests.document)
    partful = own_parts[asked]
    latest[partful] = latest_elsewhere(requests.instants, requests.site, of_pages, asked[partful], requests.document)
    others[asked] = latest
    shadowed = np.zeros(len(requests), dtype=np.bool_)
    # Without a referrer it was typed, but nobody types that fast.
    limit = np.where(requests.unreferred[asked], settings.frame_burst_ms, settings.burst_ms)
    shadowed[asked] = soon_after(requests.start, asked, latest, limit)
    return shadowed, others


def _plays_on(requests: Requests, asset: Flags, page: Flags, settings: ReconstructSettings) -> Flags:
    """Return the connections that fetch a song or a piece of film by themselves, without anything of their site."""
    groups = grouped(requests.by_site, (requests.site_group,), asset | page)
    begins = groups.first | (gaps_before(groups, requests.start) > settings.burst_ms)
    result = np.zeros(len(requests), dtype=np.bool_)
    result[groups.places] = begins & np.append(begins[1:], True)[: len(begins)]
    much = (requests.size >= settings.song_bytes) | (requests.size == UNKNOWN_SIZE)
    # Fetched at once and then left idle: what goes on for longer is fetched bit by bit, as somebody reads on.
    at_once = requests.end - requests.start <= settings.idle_timeout_ceiling_ms
    found: Flags = result & requests.tunnel & asset & much & at_once
    return found


def _stopped_in_a_load(requests: Requests, tunnel: Flags, settings: ReconstructSettings) -> Flags:
    """Return the connections that were stopped while another site's page may have been loading, for all the log says.

    Where connections have no durations, they are known by their ends: one that ends soon after may have begun before.
    """
    stopped = np.flatnonzero(tunnel & requests.blocked)
    result = np.zeros(len(requests), dtype=np.bool_)
    if not len(stopped) or (requests.tunnel & (requests.end > requests.start)).any():
        return result
    following = next_elsewhere(requests.user, requests.start, requests.site, tunnel & ~requests.blocked, stopped)
    known = following >= 0
    soon = requests.start[following] - requests.start[stopped] < settings.idle_timeout_ceiling_ms
    result[stopped] = known & soon
    return result


def _stopped_in_a_row(requests: Requests, blocked: Flags, settings: ReconstructSettings) -> Flags:
    """Return what was stopped so soon before or after another site was that a program asked, or a page."""
    places = np.flatnonzero(blocked)
    before = latest_elsewhere(requests.instants, requests.site, blocked, places)
    after = next_elsewhere(requests.user, requests.start, requests.site, blocked, places)
    near = soon_after(requests.start, places, before, settings.frame_burst_ms)
    near |= (after >= 0) & (requests.start[after] - requests.start[places] <= settings.frame_burst_ms)
    result = np.zeros(len(requests), dtype=np.bool_)
    result[places] = near
    return result


def _standing(requests: Requests, tunnels: Tunnels, bare: Flags, tunnel: Flags, settings: ReconstructSettings) -> Flags:
    """Return the tunnels without parts of their own that software keeps up: polling, and nothing but polling.

    A host most of whose tunnels are such is mail, chat or the like: there all tunnels without parts are.
    """
    polls = bare & polling(requests, settings)
    places = np.flatnonzero(tunnel)
    weight = weights_by(settings.teaching_count, requests.host_group[places])
    share, _ = share_by(requests.host[places], polls[places], weight, len(requests.names))
    return bare & (polls | tunnels.renewed | (share >= settings.standing_share)[requests.host])


def _mere_handshakes(requests: Requests, bare: Flags, settings: ReconstructSettings) -> Flags:
    """Return the bare tunnels that carried no page, to hosts to which a person's machine opens such again and again."""
    found: Flags = bare & (requests.size <= settings.handshake_bytes) & (requests.size != UNKNOWN_SIZE)
    places = np.flatnonzero(found)
    if len(places):
        group = requests.host_group[places]
        found[places] = np.bincount(group)[group] >= settings.poll_runs
    return found


def _inner_documents(requests: Requests, settings: ReconstructSettings) -> Flags:
    """Return the documents from hosts of a site's parts, fetched within a page load of the site itself."""
    inner = requests.document & requests.asset
    return soon_after_same(requests, inner, requests.document & ~requests.asset, settings.burst_ms)


def _own_parts(requests: Requests, tunnels: Tunnels, candidate: Flags, settings: ReconstructSettings) -> Flags:
    """Return whether parts of the site itself follow each candidate within a page load."""
    film_or_part = requests.part | requests.media
    part = (film_or_part | (requests.asset & tunnels.used)) & ~requests.machine & ~requests.blocked
    groups = grouped(requests.by_site, (requests.site_group,), part | candidate)
    places, start, number = groups.places, requests.start[groups.places], requests.site_group[groups.places]
    # The next part at or after each, and the first part of the same instant before it in the order.
    is_part = part[places]
    parts = np.flatnonzero(is_part)
    found = np.zeros(len(requests), dtype=np.bool_)
    if not len(parts):
        return found
    asked = np.flatnonzero(candidate[places])
    after = np.cumsum(is_part.view(np.int8), dtype=np.int32)[asked].astype(np.int64) - is_part[asked]
    ahead = after < len(parts)
    upcoming = parts[np.minimum(after, len(parts) - 1)]
    ahead &= (number[upcoming] == number[asked]) & (start[upcoming] - start[asked] <= settings.burst_ms)
    recent = parts[np.maximum(after - 1 + is_part[asked], 0)]
    same_instant = (recent <= asked) & (number[recent] == number[asked]) & (start[recent] == start[asked])
    found[places[asked]] = ahead | same_instant
    return found


def _served_parts(requests: Requests, loads: Flags, document: Flags, settings: ReconstructSettings) -> Flags:
    """Return the documents that were the last to load before parts came from hosts that serve the parts of any site."""
    found = np.zeros(len(requests), dtype=np.bool_)
    parts = np.flatnonzero(requests.network & requests.part & ~requests.blocked & ~loads)
    latest = last_true(loads)[parts]
    near = latest >= requests.instants.person[parts]
    near &= requests.start[parts] - requests.start[latest] <= settings.burst_ms
    found[latest[near]] = True
    return found & document


def _embedded_sites(requests: Requests, openings: Flags, inside: Flags, settings: ReconstructSettings) -> Flags:
    """Return which requests are to sites of whose openings this share came with other sites' pages."""
    places = np.flatnonzero(openings)
    weight = weights_by(settings.teaching_count, requests.site_group[places])
    # One more than there are: a single opening is no rule.
    share, _ = share_by(requests.site[places], inside[places], weight, len(requests.names), spare=1)
    return (share >= settings.embedded_share)[requests.site]


def _seen_inside(requests: Requests, bare: Flags, telling: Flags, settings: ReconstructSettings) -> Flags:
    """Return which bare requests are to a site last seen, bare, inside a page that may still be open."""
    result = np.zeros(len(requests), dtype=np.bool_)
    asked, before = latest_of_site(requests, bare, telling, strictly=True)
    result[asked] = soon_after(requests.start, asked, before, settings.embedding_memory_ms) & bare[before]
    return result


def _goes_on(requests: Requests, candidate: Flags, others: Ints, alive: Flags, settings: ReconstructSettings) -> Flags:
    """Return whether a page fetches on after its load while all others are silent: it was switched to."""
    groups = grouped(requests.by_site, (requests.site_group,), alive)
    places, start, number = groups.places, requests.start[groups.places], requests.site_group[groups.places]
    result = np.zeros(len(requests), dtype=np.bool_)
    if not len(places):
        return result
    span = np.int64(start.max() - start.min() + settings.burst_ms + 2)
    keys = number * span + (start - start.min())
    asked = np.flatnonzero(candidate[places])
    after = np.searchsorted(keys, keys[asked] + settings.burst_ms, side="right")
    later = np.minimum(after, len(places) - 1)
    other = others[places[later]]
    silent = (other < 0) | (requests.start[other] <= start[asked])
    result[places[asked]] = (after < len(places)) & (number[later] == number[asked]) & silent
    return result
