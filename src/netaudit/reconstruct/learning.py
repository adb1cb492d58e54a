"""What the log itself teaches of tunnels and timers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from netaudit.reconstruct.arrays import Flags, Groups, Ints, gaps_before, grouped, running_maximum
from netaudit.reconstruct.requests import UNKNOWN_SIZE, Requests
from netaudit.reconstruct.settings import ReconstructSettings

# Sizes within 3 % of one another are the same answer: headers and handshakes vary by a few bytes.
_SIZE_STEP = np.log(1.03)


@dataclass(slots=True)
class Tunnels:
    """What each tunnel was, as flags and times per request."""

    used: Flags  # carried more than a handshake
    leading: Flags  # the first used one of several opened at once
    unused: Flags  # opened in advance and dropped
    renewed: Flags  # opened as the last one to the host ended
    active_until: Ints  # last sign of life: the end less the host's idle time-out; the start for others
    active_for_sure_until: Ints  # the same with the longest time-out that the log allows


def learn_tunnels(requests: Requests, settings: ReconstructSettings) -> Tunnels:
    """Return what the tunnels of a log carried and when their last byte passed."""
    open_tunnel = requests.tunnel & ~requests.blocked
    enough = (requests.size >= settings.unused_tunnel_bytes) | (requests.size == UNKNOWN_SIZE)
    used = open_tunnel & enough
    groups = grouped(requests.by_host, (requests.user, requests.host), open_tunnel)
    # Sockets opened to one host within moments serve one purpose; the first used one leads.
    begins = groups.first | (gaps_before(groups, requests.start) > settings.parallel_ms)
    leading = np.zeros(len(requests), dtype=np.bool_)
    candidates = np.flatnonzero(used[groups.places])
    cluster = np.cumsum(begins)[candidates]
    leading[groups.places[candidates[np.append(True, cluster[1:] != cluster[:-1])[: len(cluster)]]]] = True
    likely, at_most = _idle_timeouts(requests, used, settings)
    return Tunnels(
        used=used,
        leading=leading,
        unused=open_tunnel & ~enough,
        renewed=_renewed(requests, groups, begins, settings),
        active_until=_less(requests, used, likely),
        active_for_sure_until=_less(requests, used, at_most),
    )


def _less(requests: Requests, used: Flags, timeouts: Ints) -> Ints:
    """Return each used tunnel's end less its host's time-out, and the start of other requests."""
    last_sign = np.maximum(requests.start, requests.end - timeouts[requests.host])
    return np.where(used, last_sign, requests.start)


def _renewed(requests: Requests, groups: Groups, begins: Flags, settings: ReconstructSettings) -> Flags:
    """Return which tunnels software opened again: as the last one ended, or when the next poll was due."""
    places = groups.places
    start, end = requests.start[places], requests.end[places]
    found = np.zeros(len(places), dtype=np.bool_)
    for lasting, reach in (
        (settings.idle_timeout_ceiling_ms, settings.renewal_ms),
        (settings.held_tunnel_ms, settings.held_renewal_ms),
    ):
        latest_end = running_maximum(np.where(begins & (end - start > lasting), end, 0), groups.first)
        previous = np.where(groups.first, 0, np.append(0, latest_end[:-1])[: len(latest_end)])
        silence = start - previous
        found |= (previous > 0) & (silence >= -settings.renewal_ms) & (silence <= reach)
    renewed = np.zeros(len(requests), dtype=np.bool_)
    renewed[places] = found & ~requests.asset[places]
    return renewed


def _idle_timeouts(requests: Requests, used: Flags, settings: ReconstructSettings) -> tuple[Ints, Ints]:
    """Return each host's likely and longest idle time-out in ms: hardly any tunnel ends before it has passed.

    A host with few tunnels is likely to be like the others, if its own do not tell of less; but it need not be.
    """
    learnt = (
        pl.DataFrame({"host": requests.host[used], "lasted": (requests.end - requests.start)[used]})
        .group_by("host")
        .agg(pl.col("lasted").quantile(settings.idle_timeout_share, interpolation="lower"), count=pl.len())
    )
    host, shortest = learnt["host"].to_numpy(), learnt["lasted"].cast(pl.Int64).to_numpy()
    well_known = learnt["count"].to_numpy() >= settings.idle_timeout_count
    usual = int(np.median(shortest[well_known])) if well_known.any() else settings.idle_timeout_ms
    likely, longest = (np.zeros(len(requests.hosts), dtype=np.int64) for _ in range(2))
    longest[host] = np.minimum(shortest, settings.idle_timeout_ceiling_ms)
    likely[host] = np.minimum(np.where(well_known, shortest, usual), longest[host])
    return likely, longest


def learn_timers(requests: Requests, settings: ReconstructSettings) -> Flags:
    """Return which requests a timer repeats: the same answer at the same distance, again and again.

    Tunnels are compared by person and host, other requests by person and URL, or host and size where the URL
    carries a counter. What a timer has once been seen to fetch (a URL, a size at a host) is mostly a timer's
    everywhere.
    """
    small = (requests.size <= settings.poll_bytes) & ~requests.machine & ~requests.media
    size_class = (np.log(np.maximum(requests.size, 1)) / _SIZE_STEP).astype(np.int64)
    answer = requests.host * np.int64(size_class.max(initial=0) + 1) + size_class
    timed = np.zeros(len(requests), dtype=np.bool_)

    lasting = small & requests.tunnel & (requests.end > requests.start)
    groups = grouped(requests.by_host, (requests.user, requests.host), lasting)
    timed |= _mostly(answer, lasting, ticking(groups, requests.start, settings))

    fetched = ~requests.tunnel & ~requests.machine & ~requests.media
    named = fetched & (requests.key != 0)
    for kind, among, whole_pages in (
        (requests.key, named & small, False),
        (requests.key, named & ~small, True),
        (answer, fetched & small, False),
    ):
        rows = requests.by_host[among[requests.by_host]]
        # Within one person and host: by what was fetched, then by time.
        order = rows[np.lexsort((np.arange(len(rows)), kind[rows], requests.user[rows]))]
        groups = grouped(order, (requests.user, requests.host, kind))
        timed |= _mostly(kind, among, ticking(groups, requests.start, settings, whole_pages=whole_pages))
    return timed


def _mostly(kind: Ints, among: Flags, ticked: Ints) -> Flags:
    """Return which of the requests among which a timer was sought are of a kind that mostly ticks."""
    result = np.zeros(len(kind), dtype=np.bool_)
    if not len(ticked):
        return result
    kinds, count = np.unique(kind[among], return_counts=True)
    ticking_kinds, hits = np.unique(kind[ticked], return_counts=True)
    known = np.searchsorted(kinds, ticking_kinds)
    chosen = ticking_kinds[2 * hits >= count[known]]
    if len(chosen):
        at = np.minimum(np.searchsorted(chosen, kind), len(chosen) - 1)
        result = among & (chosen[at] == kind)
    return result


def ticking(groups: Groups, start: Ints, settings: ReconstructSettings, *, whole_pages: bool = False) -> Ints:
    """Return the places of requests that follow one another at equal distances within their group.

    A whole page that comes again may be a page that refreshes itself, or somebody who comes back to it: only short
    and exactly equal distances tell of the former.
    """
    gap = gaps_before(groups, start)
    if not len(gap):
        return groups.places
    tolerance = np.maximum(settings.poll_tolerance_ms, (gap * settings.poll_tolerance_share).astype(np.int64))
    if whole_pages:
        tolerance = np.full(len(gap), settings.poll_tolerance_ms)
    equal = np.zeros(len(gap), dtype=np.bool_)
    equal[1:] = (gap[1:] > settings.poll_tolerance_ms) & (gap[:-1] > 0) & (np.abs(gap[1:] - gap[:-1]) <= tolerance[1:])
    if whole_pages:
        equal &= gap <= settings.page_refresh_ms
    # Only runs of equal gaps count; the two requests before the first equal gap belong to its run.
    run = np.cumsum(~equal)
    length = np.bincount(run, weights=equal)[run]
    steady = equal & (length >= settings.poll_runs - 1)
    spread = steady.copy()
    spread[:-1] |= steady[1:]
    spread[:-2] |= steady[2:]
    return groups.places[spread]
