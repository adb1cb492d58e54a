"""Which host only serves parts of which site: learnt from what opens after what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from netaudit.reconstruct.arrays import (
    Flags,
    Groups,
    Instants,
    Ints,
    changes,
    distinct,
    gaps_before,
    grouped,
    instants_of,
    latest_elsewhere,
    lexical_places,
    running_count,
    running_maximum,
    soon_after,
    sorted_places,
)
from netaudit.reconstruct.learning import Tunnels, polling
from netaudit.reconstruct.requests import Requests
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.texts import bears_name
from netaudit.reconstruct.weights import share_by, sums_by, weights_by


@dataclass(slots=True)
class _Openings:
    """The requests with which the use of a host begins, in order of person and time."""

    user: Ints
    start: Ints
    instants: Instants
    until: Ints  # until when its tunnel stays open
    host: Ints
    site: Ints
    free: Flags  # its host may turn out to belong to any site
    page: Flags  # may be a page
    near: Flags  # may be one in a tunnel that looks like mail


def adopt_hosts(requests: Requests, tunnels: Tunnels, timed: Flags, settings: ReconstructSettings) -> Requests:
    """Return the requests with each host given to the site that it only serves parts of, as the log shows.

    A host of a content network, of no known class, or of a site that nobody visits belongs to a site if
    nearly all its openings follow that site's within a page load, or fall while a tunnel to it is open (HTTP/2
    reuses it), and enough of the site's own are followed by it, or it bears the site's name. One of several hosts
    of a site only serves parts by the same signs.
    """
    openings = _openings(requests, tunnels, timed, settings)
    adopted = np.full(len(requests.names), -1, dtype=np.int64)
    guest = _guests(openings, len(requests.names), settings)
    for _ in range(2):  # what the first round gave to a site leads in the second
        site = np.where(adopted[openings.host] >= 0, adopted[openings.host], openings.site)
        leader = (openings.page & ~openings.free & ~guest) | (adopted[openings.host] >= 0)
        hosts, leaders = _adoptable(openings, site, leader, openings.free & ~leader, requests.names, settings)
        adopted[hosts] = leaders
    # A site of no known class may have parts too, but what it follows itself cannot be its part.
    site = np.where(adopted[openings.host] >= 0, adopted[openings.host], openings.site)
    unknown = openings.free & (adopted[openings.host] < 0)
    hosts, leaders = _adoptable(openings, site, openings.page & ~guest, unknown, requests.names, settings)
    its_own = site[np.isin(openings.host, hosts)]
    follows = np.isin(leaders, its_own)
    adopted[hosts[~follows]] = leaders[~follows]
    siblings = _sibling_parts(openings, len(requests.names), settings)
    home = np.where(adopted >= 0, adopted, siblings)[requests.host]
    taken = home >= 0
    site = np.where(taken, home, requests.site)
    return requests.moved(taken, site)


def _openings(requests: Requests, tunnels: Tunnels, timed: Flags, settings: ReconstructSettings) -> _Openings:
    """Return the openings: leading tunnels, documents, and the first request of each film or sound."""
    films = grouped(requests.by_host, (requests.host_group,), requests.media)
    begins = films.first | (gaps_before(films, requests.start) > settings.adopt_burst_ms)
    first_film = np.zeros(len(requests), dtype=np.bool_)
    first_film[films.places[begins]] = True
    places = np.flatnonzero((tunnels.leading | requests.document | first_film) & ~timed & ~requests.blocked)
    page = ~(requests.machine | requests.asset | requests.media)[places]
    # Parts of a site whose pages nobody opens are somebody else's.
    unvisited = np.ones(len(requests.names), dtype=np.bool_)
    unvisited[requests.site[places[page]]] = False
    orphan = (requests.asset & ~requests.machine)[places] & unvisited[requests.site[places]]
    free = np.array([name in settings.content_network_categories for name in requests.categories], dtype=np.bool_)
    return _Openings(
        user=requests.user[places],
        start=requests.start[places],
        instants=instants_of(requests.user[places], requests.start[places]),
        until=np.where(tunnels.used, requests.end, requests.start)[places],
        host=requests.host[places],
        site=requests.site[places],
        free=free[requests.category[places]] | orphan,
        page=page & ~polling(requests, settings)[places],  # what mail and chat keep up leads nothing
        near=page,
    )


def _guests(openings: _Openings, names: int, settings: ReconstructSettings) -> Flags:
    """Return the openings of sites that mostly open with a page of another: what follows is not for them."""
    pages = np.flatnonzero(openings.page)
    before = latest_elsewhere(openings.instants, openings.site, openings.near, pages)
    with_others = soon_after(openings.start, pages, before, settings.frame_burst_ms)
    weight = weights_by(settings.teaching_count, openings.user[pages], openings.site[pages])
    share, _ = share_by(openings.site[pages], with_others, weight, names)
    return (share >= settings.framed_share)[openings.site]


def _adoptable(
    openings: _Openings,
    site: Ints,
    leader: Flags,
    seeking: Flags,
    names: pl.Series,
    settings: ReconstructSettings,
) -> tuple[Ints, Ints]:
    """Return the hosts that follow one site, and those sites.

    Each opening of a host speaks for the site whose opening came just before it, and for the one whose page
    was opened last with nothing else before it, if a tunnel to that is still open.
    """
    groups = grouped(lexical_places(openings.user, site), (openings.user, site))
    votes, fresh = _votes(openings, site, leader, seeking, groups, settings)
    pairs = _pairs(openings.user, site, fresh, votes, len(names), settings)
    support = _supported(openings, site, votes, pairs, groups, len(names)) / pairs.openings
    need = pairs.followed / np.maximum(pairs.fresh, pairs.followed)
    chosen = np.flatnonzero(support >= settings.adopt_share)
    host, by = pairs.host[chosen], pairs.leader[chosen]
    bears = bears_name(names.gather(host), names.gather(by))
    rank = (support * need)[chosen]
    order = np.lexsort((by, -rank, ~bears, host))
    order = order[(bears | (need[chosen] >= settings.adopt_back_share))[order]]
    best = order[changes(host[order])]
    return host[best], by[best]


@dataclass(slots=True)
class _Votes:
    """For which sites the openings that seek one speak, for two at most; -1 for none."""

    opening: Ints
    host: Ints
    before: Ints  # the opening of another site just before
    fresh: Ints  # the page opened last with nothing else before it, if a tunnel to it is still open
    site_before: Ints  # the sites of both, the second only if it is another
    site_fresh: Ints
    weight: Ints


def _votes(
    openings: _Openings,
    site: Ints,
    leader: Flags,
    seeking: Flags,
    groups: Groups,
    settings: ReconstructSettings,
) -> tuple[_Votes, Flags]:
    """Return the votes of the openings that seek a site, and which openings had nothing else before them."""
    start = openings.start
    asked = np.flatnonzero(leader | seeking)
    before = np.full(len(start), -1, dtype=np.int64)
    before[asked] = latest_elsewhere(openings.instants, site, leader, asked)
    fresh = leader & ~((before >= 0) & (start - start[before] <= settings.adopt_burst_ms))
    opening = np.flatnonzero(seeking)
    before = before[opening]
    before[~soon_after(start, opening, before, settings.burst_ms)] = -1
    last_fresh = latest_elsewhere(openings.instants, site, fresh, opening)
    until = np.maximum(_open_until(openings, groups), start + settings.adopt_burst_ms)
    last_fresh[start[opening] > until[last_fresh]] = -1
    site_before = np.where(before >= 0, site[before], -1)
    site_fresh = np.where(last_fresh >= 0, site[last_fresh], -1)
    site_fresh[site_fresh == site_before] = -1
    host = openings.host[opening]
    weight = weights_by(settings.teaching_count, openings.user[opening], host)
    return _Votes(opening, host, before, last_fresh, site_before, site_fresh, weight), fresh


@dataclass(slots=True)
class _Pairs:
    """Hosts and the sites that enough of their openings speak for, in order of host and site."""

    host: Ints
    leader: Ints
    openings: Ints  # of the host, by weight
    fresh: Ints  # of the site, by weight
    followed: Ints  # of these, by the host


def _pairs(user: Ints, site: Ints, fresh: Flags, votes: _Votes, names: int, settings: ReconstructSettings) -> _Pairs:
    """Return the pairs of hosts and sites that may belong together."""
    leader = np.concatenate([votes.site_before, votes.site_fresh])
    codes, weight = np.tile(votes.host, 2) * names + leader, np.tile(votes.weight, 2)
    order = sorted_places(codes)
    order = order[(leader >= 0)[order]]
    codes, weight = codes[order], weight[order]
    begins = np.flatnonzero(changes(codes))
    count = np.add.reduceat(weight, begins) if len(begins) else weight
    codes = codes[begins]
    host, leader = np.divmod(codes, names)
    openings_of_host = sums_by(votes.host, votes.weight, names)
    fresh_places = np.flatnonzero(fresh)
    fresh_weight = np.zeros(len(site), dtype=np.int64)
    fresh_weight[fresh_places] = weights_by(settings.teaching_count, user[fresh_places], site[fresh_places])
    fresh_of_site = sums_by(site[fresh_places], fresh_weight[fresh_places], names)
    # What never opens by itself leads nothing.
    kept = (count >= openings_of_host[host] * settings.adopt_least_share) & (fresh_of_site[leader] > 0)
    codes, host, leader = codes[kept], host[kept], leader[kept]
    # Each fresh opening counts once for a host, however much follows it.
    size = np.int64(max(len(site), 1))
    followers = distinct(
        np.concatenate([(votes.host * size + by)[(by >= 0) & fresh[by]] for by in (votes.before, votes.fresh)])
    )
    follower, by = np.divmod(followers, size)
    followed = follower * names + site[by]
    order = sorted_places(followed)
    followed, reached = followed[order], np.append(0, np.cumsum(fresh_weight[by[order]]))
    return _Pairs(
        host,
        leader,
        openings_of_host[host],
        fresh_of_site[leader],
        reached[np.searchsorted(followed, codes, side="right")] - reached[np.searchsorted(followed, codes)],
    )


def _supported(openings: _Openings, site: Ints, votes: _Votes, pairs: _Pairs, groups: Groups, names: int) -> Ints:
    """Return for each pair how many openings of the host speak for the site or fell while it was open."""
    pairs_of_host = np.bincount(pairs.host, minlength=names)
    first_of_host = np.cumsum(pairs_of_host) - pairs_of_host
    times = pairs_of_host[votes.host]
    # Every opening of a host with every site that the host may belong to.
    vote = np.repeat(np.arange(len(times)), times)
    pair = np.arange(len(vote)) + np.repeat(first_of_host[votes.host] - (np.cumsum(times) - times), times)
    leader = pairs.leader[pair]
    voted = (votes.site_before[vote] == leader) | (votes.site_fresh[vote] == leader)
    supported = sums_by(pair[voted], votes.weight[vote[voted]], len(pairs.host))
    left = np.flatnonzero(~voted)
    vote, pair = vote[left], pair[left]
    open_then = _open_at(openings, site, votes.opening[vote], pairs.leader[pair], groups, names)
    return supported + sums_by(pair[open_then], votes.weight[vote[open_then]], len(pairs.host))


def _open_at(openings: _Openings, site: Ints, asked: Ints, leader: Ints, groups: Groups, names: int) -> Flags:
    """Return whether a tunnel of the person to the site given was open at each opening asked about."""
    result = np.zeros(len(asked), dtype=np.bool_)
    lasting = groups.places[(openings.until > openings.start)[groups.places]]
    code = openings.user[lasting] * np.int64(names) + site[lasting]
    first = changes(code)
    codes = code[first]
    if not len(codes):
        return result
    wanted = openings.user[asked] * np.int64(names) + leader
    place = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
    known = np.flatnonzero(codes[place] == wanted)
    place, at = place[known], openings.start[asked[known]]
    floor = openings.start.min()
    span = openings.start.max() - floor + 1
    number = running_count(first) - 1
    latest = (
        np.searchsorted(number * span + (openings.start[lasting] - floor), place * span + (at - floor), "right") - 1
    )
    reached = running_maximum(openings.until[lasting], first)
    result[known] = (latest >= 0) & (number[latest] == place) & (reached[latest] >= at)
    return result


def _open_until(openings: _Openings, groups: Groups) -> Ints:
    """Return for each opening until when a tunnel of its person to its site, opened so far, stays open."""
    result = np.empty(len(openings.user), dtype=np.int64)
    result[groups.places] = running_maximum(openings.until[groups.places], groups.first)
    return result


def _sibling_parts(openings: _Openings, names: int, settings: ReconstructSettings) -> Ints:
    """Return for each host its own site if the host only ever follows other hosts of that site; else -1."""
    pages = np.flatnonzero(openings.page)
    before = latest_elsewhere(openings.instants, openings.site, openings.page, pages)
    alone = ~soon_after(openings.start, pages, before, settings.burst_ms)
    order = lexical_places(openings.user[pages], openings.site[pages])
    places, alone = pages[order], alone[order]
    groups = grouped(places, (openings.user, openings.site))
    host, start, site = openings.host[places], openings.start[places], openings.site[places]
    everyone = np.arange(len(places))
    latest = latest_elsewhere(instants_of(groups.number, start), host, np.ones(len(places), dtype=np.bool_), everyone)
    led = soon_after(start, everyone, latest, settings.burst_ms)
    led |= (latest >= 0) & (openings.until[places][latest] >= start)
    share, count = share_by(host, led, weights_by(settings.teaching_count, openings.user[places], host), names)
    follows = (share >= settings.sibling_share) & (count > 0)
    # Someone must lead, and not in another site's wake: of an embedded site all hosts stay pages.
    led_site = np.zeros(names, dtype=np.bool_)
    led_site[site[alone & ~follows[host]]] = True
    result = np.full(names, -1, dtype=np.int64)
    result[host] = np.where(follows[host] & led_site[site], site, -1)
    return result
