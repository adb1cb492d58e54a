"""From signs of a person to stays: one person, one site at a time; low, likely and high."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from netaudit.reconstruct.arrays import Flags, Ints, grouped, last_true, next_true, running_maximum
from netaudit.reconstruct.learning import Tunnels, ticking
from netaudit.reconstruct.requests import Requests
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.starts import Signs


@dataclass(slots=True)
class Stays:
    """Stays of a person on a site, in order of person and time; durations in ms."""

    user: Ints
    site: Ints
    category: Ints
    start: Ints
    low: Ints
    likely: Ints
    high: Ints
    opening: Ints  # the request each began with


@dataclass(slots=True)
class _Pulses:
    """Signs of life, sorted by person and time: which request, when, until when, and what it can prove."""

    request: Ints
    user: Ints
    site: Ints
    start: Ints
    until: Ints
    opens: Flags  # may begin a stay
    sure: Flags  # counts for what the log proves

    def pick(self, which: Flags | Ints) -> _Pulses:
        return _Pulses(
            self.request[which],
            self.user[which],
            self.site[which],
            self.start[which],
            self.until[which],
            self.opens[which],
            self.sure[which],
        )


def keep_time(
    requests: Requests, tunnels: Tunnels, timed: Flags, signs: Signs, settings: ReconstructSettings
) -> Stays:
    """Return the stays that the signs of a person add up to.

    Between two signs on one site the person was there, unless they lie too far apart; after the last one,
    for as long as pages are usually read; never beyond the person's next sign elsewhere.
    """
    pulses = _pulses(requests, tunnels, timed, signs, settings)
    if not len(pulses.request):
        nothing = np.zeros(0, dtype=np.int64)
        return Stays(*[nothing] * 8)
    _, _, breaks = _gaps(pulses, settings)
    # What only keeps a visit going cannot begin one: after a break it is a page left open.
    begins = np.append(True, breaks[:-1])
    stay_begin = last_true(begins)
    pulses = pulses.pick(pulses.opens | (last_true(pulses.opens) >= stay_begin))
    active, gap, breaks = _gaps(pulses, settings)
    joined = active + gap
    tail = _usual_dwell(gap, breaks, settings)
    likely = np.where(breaks, active + np.minimum(tail, gap), joined)
    high = np.where(breaks, active + np.minimum(settings.tail_high_ms, gap), joined)
    # Pages of another class on the same site make another stay, without a gap between them.
    opening = pulses.request[last_true(pulses.opens)]
    category = requests.category[np.where(signs.page[opening], opening, signs.home[opening])]
    begins = np.append(True, breaks[:-1] | (category[1:] != category[:-1]))
    first = np.flatnonzero(begins)
    low = np.minimum(_proved(pulses, np.cumsum(begins) - 1, settings), np.add.reduceat(likely, first))
    return Stays(
        pulses.user[first],
        pulses.site[first],
        category[first],
        pulses.start[first],
        low,
        np.add.reduceat(likely, first),
        np.add.reduceat(high, first),
        pulses.request[first],
    )


def _proved(pulses: _Pulses, stay: Ints, settings: ReconstructSettings) -> Ints:
    """Return what each stay's sure signs alone add up to: nothing after the last or over long silences."""
    sure = np.flatnonzero(pulses.sure)
    total = np.zeros(int(stay[-1]) + 1, dtype=np.int64)
    if not len(sure):
        return total
    stay = stay[sure]
    active, gap, breaks = _gaps(pulses.pick(sure), settings)
    joined = ~breaks & (gap <= settings.gap_low_ms) & np.append(stay[1:] == stay[:-1], False)
    # Activity must end with the stay it belongs to, even if the next sign elsewhere is not a sure one.
    np.add.at(total, stay, active + np.where(joined, gap, 0))
    return total


def _gaps(pulses: _Pulses, settings: ReconstructSettings) -> tuple[Ints, Ints, Flags]:
    """Return for each pulse how long activity goes on, the silence after it, and whether a stay ends."""
    start = pulses.start
    new_user = np.append(True, pulses.user[1:] != pulses.user[:-1])
    changes = new_user | np.append(True, pulses.site[1:] != pulses.site[:-1])
    # Nothing follows a person's last sign: any time beyond the longest tail will do.
    following = np.append(start[1:], 0)
    last_of_user = np.append(new_user[1:], True)
    following[last_of_user] = np.maximum(start, pulses.until)[last_of_user] + 2 * settings.tail_high_ms
    last_of_run = np.append(changes[1:], True)
    run_end = following[next_true(last_of_run)]
    reached = running_maximum(np.minimum(pulses.until, run_end), changes)
    active = np.clip(reached - start, 0, following - start)
    gap = following - start - active
    return active, gap, last_of_run | (gap > settings.gap_ms)


def _pulses(
    requests: Requests, tunnels: Tunnels, timed: Flags, signs: Signs, settings: ReconstructSettings
) -> _Pulses:
    """Return the moments at which the person is known, or likely, to be on a site."""
    opens = signs.page | signs.back
    at = last_true(opens)
    led = at >= 0
    led[led] = requests.user[at[led]] == requests.user[led]
    here = led.copy()
    here[here] = requests.site[at[here]] == requests.site[here]
    places = np.flatnonzero(opens | (signs.follows & here))
    ends = np.flatnonzero(requests.socket & here & (requests.end - requests.start <= settings.held_tunnel_ms))
    stops = _last_ticks(requests, timed, settings)
    stops = stops[here[stops]]
    anonymous = _anonymous(requests, signs, opens | (signs.follows & here), settings)
    anonymous = anonymous[led[anonymous]]
    nothing = np.zeros(len(requests), dtype=np.bool_)
    parts = [
        (places, requests.start, _active_until(requests, tunnels, settings), opens, ~signs.shadowed),
        (ends, requests.end, requests.end, nothing, nothing),
        (stops, requests.start, requests.start, nothing, nothing),
        (anonymous, requests.start, requests.start, nothing, nothing),
    ]
    request = np.concatenate([rows for rows, *_ in parts])
    start = np.concatenate([times[rows] for rows, times, *_ in parts])
    pulses = _Pulses(
        request,
        requests.user[request],
        requests.site[np.maximum(at[request], 0)],
        start,
        np.concatenate([until[rows] for rows, _, until, *_ in parts]),
        np.concatenate([flags[rows] for rows, _, _, flags, _ in parts]),
        np.concatenate([flags[rows] for rows, *_, flags in parts]),
    )
    # A later moment of a request must not count if the person has been elsewhere since.
    pulses = pulses.pick(np.lexsort((pulses.request, ~pulses.opens, pulses.start, pulses.user)))
    opened = last_true(pulses.opens)
    still = opened >= 0
    still[still] = (pulses.user[opened[still]] == pulses.user[still]) & (
        pulses.site[opened[still]] == pulses.site[still]
    )
    return pulses.pick(still)


def _active_until(requests: Requests, tunnels: Tunnels, settings: ReconstructSettings) -> Ints:
    """Return until when each request itself shows activity."""
    lasted = tunnels.active_until - requests.start
    busy = requests.asset & (requests.size * 1000 >= settings.active_bytes_per_second * lasted)
    return np.where(busy | (lasted <= settings.held_tunnel_ms), tunnels.active_until, requests.start)


def _last_ticks(requests: Requests, timed: Flags, settings: ReconstructSettings) -> Ints:
    """Return the last requests of timers that stopped: someone closed the page, or left it for another."""
    groups = grouped(requests.by_site, (requests.user, requests.site), timed)
    silence = np.append(np.diff(requests.start[groups.places]), 0)[: len(groups.places)]
    return groups.places[(groups.last | (silence > settings.gap_ms)) & ~groups.first]


def _anonymous(requests: Requests, signs: Signs, known: Flags, settings: ReconstructSettings) -> Ints:
    """Return tunnels to others' hosts that open together: a page is loading, whosever it is.

    Not what a timer opens, and not for long after the last sign that the log does put a name to.
    """
    groups = grouped(requests.by_host, (requests.user, requests.host), signs.foreign)
    chance = signs.foreign.copy()
    chance[ticking(groups, requests.start, settings)] = False
    places = np.flatnonzero(chance)
    user, host, start = requests.user[places], requests.host[places], requests.start[places]
    together = (user[1:] == user[:-1]) & (host[1:] != host[:-1]) & (np.diff(start) <= settings.frame_burst_ms)
    places = places[1:][together]
    last = np.maximum(last_true(known)[places], 0)
    soon = known[last] & (requests.start[places] - requests.start[last] <= settings.tail_high_ms)
    return places[soon]


def _usual_dwell(gap: Ints, breaks: Flags, settings: ReconstructSettings) -> int:
    """Return how long a page is usually read: the median between two signs on one site, within bounds."""
    inner = gap[~breaks & (gap > settings.parallel_ms)]
    usual = int(np.median(inner)) if len(inner) else settings.tail_floor_ms
    return min(max(usual, settings.tail_floor_ms), settings.tail_ceiling_ms)
