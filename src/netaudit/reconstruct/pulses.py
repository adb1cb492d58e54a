"""The moments at which a log shows a person on a site, and for how long each of them holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from netaudit.reconstruct.arrays import (
    Flags,
    Ints,
    gaps_before,
    grouped,
    instants_of,
    last_true,
    latest_elsewhere,
    lexical_places,
    next_true,
    sorted_places,
)
from netaudit.reconstruct.learning import Tunnels, ticking
from netaudit.reconstruct.requests import UNKNOWN_SIZE, Requests
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.starts import Signs

FOREVER = np.int64(2**62)


@dataclass(slots=True)
class Pulses:
    """Signs of life, in order of person and time: which request, when, until when, and what it can prove."""

    request: Ints
    user: Ints
    site: Ints
    start: Ints
    until: Ints  # activity goes on until then
    until_at_least: Ints  # if the host keeps connections for as long as it can
    until_at_most: Ints  # or may have, if a stream that plays by itself was watched
    opens: Flags  # may begin a stay
    sure: Flags  # counts for what the log proves
    hidden: Ints  # for how much longer a person may go on without a line: in connections that are open already

    def pick(self, which: Flags | Ints) -> Pulses:
        """Return some of the pulses."""
        return Pulses(
            self.request[which],
            self.user[which],
            self.site[which],
            self.start[which],
            self.until[which],
            self.until_at_least[which],
            self.until_at_most[which],
            self.opens[which],
            self.sure[which],
            self.hidden[which],
        )


@dataclass(slots=True)
class _Streams:
    """Film and sound that play on: until when, and whether somebody can be taken to watch."""

    until: Ints  # per request: the end of the stream it belongs to; its own start for others
    begins: Flags  # the first request of a stream
    touched_until: Ints  # until when somebody can be taken to attend to it; FOREVER for others
    unwatched: Flags  # pieces of film fetched although nobody can be taken to attend


def find_pulses(
    requests: Requests, tunnels: Tunnels, timed: Flags, signs: Signs, settings: ReconstructSettings
) -> Pulses:
    """Return the pulses of all people. A page's activity counts as long as it is the last the person opened."""
    opens = signs.page | signs.back
    latest = last_true(opens)
    at = np.maximum(latest, 0)
    led = latest >= requests.instants.person
    here = led & (requests.site[at] == requests.site)
    busy = _busy(requests, tunnels, settings)
    streams = _streams(requests, tunnels, busy, opens, settings)
    lively = opens | (signs.follows & here & ~(requests.media & streams.unwatched & ~streams.begins))
    ends = requests.socket & here & (requests.end - requests.start <= settings.held_tunnel_ms)
    stops = _last_ticks(requests, timed, settings)
    shared = _shared_loads(requests, signs, lively, settings)
    named = np.flatnonzero(lively)
    rows = [named, np.flatnonzero(ends), stops[here[stops]], shared[led[shared]]]
    request = np.concatenate(rows)
    start = requests.start[request]
    start[len(named) : len(named) + len(rows[1])] = requests.end[rows[1]]
    until, until_at_least, until_at_most = start.copy(), start.copy(), start.copy()
    until[: len(named)] = np.minimum(
        _active_until(requests, tunnels, busy, named, settings), streams.touched_until[named]
    )
    until_at_least[: len(named)] = np.minimum(until[: len(named)], tunnels.active_for_sure_until[named])
    # Sound needs nobody to watch.
    lasted = tunnels.active_until[named] - requests.start[named]
    long = requests.tunnel[named] & (lasted > settings.held_tunnel_ms)
    sound = long & (requests.size[named] * 1000 < settings.sound_bytes_per_second * lasted)
    sound &= requests.size[named] * 1000 >= settings.streaming_bytes_per_second * lasted
    until_at_least[: len(named)][sound] = requests.start[named][sound]
    # Nor does a connection show until when it was used that carried less than polling does.
    idle = requests.tunnel[named] & (requests.size[named] != UNKNOWN_SIZE)
    idle &= requests.size[named] * 1000 <= settings.polling_bytes_per_second * (requests.end - requests.start)[named]
    until_at_least[: len(named)][idle] = requests.start[named][idle]
    until_at_most[: len(named)] = np.maximum(until[: len(named)], streams.until[named])
    until_at_most[: len(named)] = np.maximum(until_at_most[: len(named)], _longest(requests, named, settings))
    unnamed = np.zeros(len(request) - len(named), dtype=np.bool_)
    pulses = Pulses(
        request,
        requests.user[request],
        requests.site[at[request]],
        start,
        until,
        until_at_least,
        until_at_most,
        np.concatenate([opens[named], unnamed]),
        np.concatenate([~signs.shadowed[named] & ~requests.guessed[named], unnamed]),
        requests.untimed[request] * np.int64(settings.idle_timeout_ceiling_ms),
    )
    # A later moment of a request does not count if the person has been elsewhere since.
    by_request = sorted_places(request)
    later = (~pulses.opens[by_request]).astype(np.int64)
    order = by_request[lexical_places(pulses.user[by_request], start[by_request], later)]
    latest = last_true(pulses.opens[order])
    opened = order[np.maximum(latest, 0)]
    same = (pulses.user[opened] == pulses.user[order]) & (pulses.site[opened] == pulses.site[order])
    return pulses.pick(order[(latest >= 0) & same])


def _active_until(
    requests: Requests, tunnels: Tunnels, busy: Flags, places: Ints, settings: ReconstructSettings
) -> Ints:
    """Return until when each of the requests itself shows activity."""
    start, until = requests.start[places], tunnels.active_until[places]
    silent = ~busy[places] & (until - start > settings.held_tunnel_ms)
    until[silent] = start[silent]
    return until


def _longest(requests: Requests, places: Ints, settings: ReconstructSettings) -> Ints:
    """Return until when a stream whose end the log does not tell can have gone on, at the lowest rate of streams."""
    start = requests.start[places]
    lasts = np.minimum(requests.size[places] * 1000 // settings.streaming_bytes_per_second, settings.unattended_ms)
    endless = (requests.untimed & ~requests.guessed & requests.asset)[places]
    return np.where(endless, start + np.maximum(lasts, 0), start)


def _busy(requests: Requests, tunnels: Tunnels, settings: ReconstructSettings) -> Flags:
    """Return the tunnels to hosts of parts that carry more than polling all the time."""
    busy = requests.asset & tunnels.used
    places = np.flatnonzero(busy)
    lasted = tunnels.active_until[places] - requests.start[places]
    busy[places] = requests.size[places] * 1000 >= settings.active_bytes_per_second * lasted
    return busy


def _streams(
    requests: Requests, tunnels: Tunnels, busy: Flags, opens: Flags, settings: ReconstructSettings
) -> _Streams:
    """Return the streams: long busy tunnels, and films fetched piece by piece.

    A stream that outlives the person's departure to another site plays by itself, and may have all the time.
    """
    until = requests.start.copy()
    long = busy & (tunnels.active_until - until > settings.held_tunnel_ms)
    until[long] = tunnels.active_until[long]
    origin = requests.start.copy()
    films = grouped(requests.by_site, (requests.site_group,), requests.media)
    begins = films.first | (gaps_before(films, requests.start) > settings.adopt_burst_ms)
    if len(begins):
        first = films.places[last_true(begins)]
        last = films.places[next_true(np.append(begins[1:], True))]
        until[films.places] = requests.start[last]
        origin[films.places] = requests.start[first]
    # When the person opened a page elsewhere after the stream began: if ever.
    streaming = long | requests.media
    left = until.copy()
    backwards = np.flatnonzero(streaming | opens)[::-1]
    asked = np.flatnonzero(streaming[backwards])
    start = requests.start[backwards]
    following = latest_elsewhere(
        instants_of(requests.user[backwards], start), requests.site[backwards], opens[backwards], asked
    )
    asked, following = asked[following >= 0], following[following >= 0]
    left[backwards[asked]] = start[following]
    if len(begins):
        left[films.places] = left[first]
    places = np.flatnonzero(streaming)
    start, origin, left = requests.start[places], origin[places], left[places]
    media, lasts = requests.media[places], until[places]
    outlived = lasts - left > settings.idle_timeout_ceiling_ms
    plays = media | (requests.size[places] * 1000 >= settings.streaming_bytes_per_second * (lasts - origin))
    attended = np.minimum(left, origin + settings.unattended_ms)
    touched_until = np.full(len(requests), FOREVER)
    touched_until[places] = np.where(outlived & plays, start, attended)
    unwatched = np.zeros(len(requests), dtype=np.bool_)
    unwatched[places] = media & (outlived | (start > attended))
    beginning = long.copy()
    beginning[films.places[begins]] = True
    return _Streams(until, beginning, touched_until, unwatched)


def _last_ticks(requests: Requests, timed: Flags, settings: ReconstructSettings) -> Ints:
    """Return the last requests of timers that stopped: someone closed the page, or left it for another."""
    groups = grouped(requests.by_site, (requests.site_group,), timed)
    silence = np.append(np.diff(requests.start[groups.places]), 0)[: len(groups.places)]
    return groups.places[(groups.last | (silence > settings.gap_ms)) & ~groups.first]


def _shared_loads(requests: Requests, signs: Signs, known: Flags, settings: ReconstructSettings) -> Ints:
    """Return tunnels to others' hosts that open together: a page is loading, whosever it is.

    Not what a timer opens, nor what loads with a sign that the log does put a name to, which says all there is to say,
    and not for long after the last of those.
    """
    after = np.maximum(last_true(known), 0)
    within = known[after] & (requests.user[after] == requests.user)
    within &= requests.start - requests.start[after] <= settings.burst_ms
    chance = signs.foreign & ~within
    groups = grouped(requests.by_host, (requests.host_group,), chance)
    chance[ticking(groups, requests.start, settings)] = False
    places = np.flatnonzero(chance)
    user, host, start = requests.user[places], requests.host[places], requests.start[places]
    together = (user[1:] == user[:-1]) & (host[1:] != host[:-1]) & (np.diff(start) <= settings.frame_burst_ms)
    places = places[1:][together]
    last = after[places]
    soon = known[last] & (requests.start[places] - requests.start[last] <= settings.tail_high_ms)
    found: Ints = places[soon]
    return found
