"""What the log itself teaches of tunnels and timers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from netaudit.reconstruct.arrays import Groups, pair_codes, running_maximum
from netaudit.reconstruct.requests import Flags, Ints, Requests
from netaudit.reconstruct.settings import ReconstructSettings

# Sizes within 3 % of one another are the same answer: headers and handshakes vary by a few bytes.
_SIZE_STEP = np.log(1.03)


@dataclass(slots=True)
class Tunnels:
    """Which tunnels carried something, and until when, as flags and times per request."""

    used: Flags  # carried more than a handshake
    leading: Flags  # the first used one of several opened at once
    unused: Flags  # opened in advance and dropped
    renewed: Flags  # opened as the last one to the host ended
    active_until: Ints  # last sign of life: the end less the host's idle time-out; the start for other requests


def learn_tunnels(requests: Requests, settings: ReconstructSettings) -> Tunnels:
    """Return what the tunnels of a log carried and when their last byte passed."""
    size = len(requests)
    used = requests.tunnel & (requests.size >= settings.unused_tunnel_bytes)
    leading, renewed = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
    places = np.flatnonzero(requests.tunnel & ~requests.blocked)
    groups = Groups(pair_codes(requests.user[places], requests.host[places], len(requests.hosts)), requests.start[places])
    ordered = places[groups.order]
    first = groups.first
    start, end = requests.start[ordered], requests.end[ordered]
    # A cluster: sockets opened to one host one after another within moments. Its first used one leads.
    begins = first.copy()
    begins[1:] |= start[1:] - start[:-1] > settings.parallel_ms
    cluster = np.cumsum(begins) - 1
    ordered_used = used[ordered]
    candidates = np.flatnonzero(ordered_used)
    _, firsts = np.unique(cluster[candidates], return_index=True)
    leading[ordered[candidates[firsts]]] = True
    # Renewal: it begins as an earlier one of the same person and host ends, or, after one that was held open for
    # long by polling, when the next poll is due.
    for least, reach in (
        (settings.idle_timeout_ceiling_ms, settings.renewal_ms),
        (settings.held_tunnel_ms, settings.held_renewal_ms),
    ):
        latest_end = running_maximum(np.where(begins & (end - start > least), end, 0), first)
        previous = np.concatenate([[0], latest_end[:-1]]) if len(latest_end) else latest_end
        previous[first] = 0
        renewed[ordered] |= ~requests.asset[ordered] & (previous > 0) & (start - previous >= -settings.renewal_ms) & (start - previous <= reach)
    until = requests.start.copy()
    timeout = _idle_timeouts(requests, used, settings)
    tunnels = np.flatnonzero(used)
    until[tunnels] = np.maximum(requests.start[tunnels], requests.end[tunnels] - timeout[requests.host[tunnels]])
    return Tunnels(used, leading, requests.tunnel & ~used & ~requests.blocked, renewed, until)


def _idle_timeouts(requests: Requests, used: Flags, settings: ReconstructSettings) -> Ints:
    """Return each host's idle time-out in ms: hardly any of its tunnels end before it has passed.

    A host with few tunnels is taken to be like the others, if its own do not tell of less.
    """
    timeouts = np.zeros(len(requests.hosts), dtype=np.int64)
    seen = pl.DataFrame({"host": requests.host[used], "lasted": (requests.end - requests.start)[used]})
    learnt = seen.group_by("host").agg(
        pl.col("lasted").quantile(settings.idle_timeout_share, interpolation="lower"), pl.len().alias("count")
    )
    timeouts[learnt["host"].to_numpy()] = learnt["lasted"].cast(pl.Int64).to_numpy()
    known = learnt.filter(pl.col("count") >= settings.idle_timeout_count)["lasted"].median()
    usual = settings.idle_timeout_ms if known is None else int(known)  # type: ignore[call-overload]
    few = learnt.filter(pl.col("count") < settings.idle_timeout_count)["host"].to_numpy()
    timeouts[few] = np.minimum(timeouts[few], usual)
    return np.minimum(timeouts, settings.idle_timeout_ceiling_ms)


def learn_timers(requests: Requests, tunnels: Tunnels, settings: ReconstructSettings) -> Flags:
    """Return which requests are repeated by a timer: the same small answer at the same distance, again and again.

    Tunnels are compared by person and host, other requests by person and URL, or host and size where the URL
    carries a counter. What a timer has once been seen to fetch (URL, or size at a host) is a timer's everywhere.
    """
    small = (requests.size <= settings.poll_bytes) & ~requests.machine & ~requests.media
    tunnel_places = np.flatnonzero(small & requests.tunnel & (requests.end > requests.start))
    timed = np.zeros(len(requests), dtype=np.bool_)
    size_class = (np.log(np.maximum(requests.size, 1)) / _SIZE_STEP).astype(np.int64)
    same_answer = pair_codes(requests.host, size_class, int(size_class.max(initial=0)) + 1)

    hosts = pair_codes(requests.user[tunnel_places], requests.host[tunnel_places], len(requests.hosts))
    ticked = tunnel_places[ticking(hosts, requests.start[tunnel_places], settings)]
    timed[tunnel_places[_mostly(same_answer[tunnel_places], ticked, same_answer)]] = True

    urls = np.flatnonzero(small & ~requests.tunnel)
    for kind in (requests.key, same_answer):
        codes = pair_codes(requests.user[urls], _dense(kind[urls]), len(urls) + 1)
        ticked = urls[ticking(codes, requests.start[urls], settings)]
        timed[urls[_mostly(kind[urls], ticked, kind)]] = True
    return timed


def _dense(values: Ints) -> Ints:
    _, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.int64)


def _mostly(values: Ints, ticking: Ints, kind: Ints) -> Flags:
    """Return which elements have a value that ticks in at least half of its occurrences."""
    distinct, code, count = np.unique(values, return_inverse=True, return_counts=True)
    hits = np.zeros(len(distinct), dtype=np.int64)
    np.add.at(hits, np.searchsorted(distinct, kind[ticking]), 1)
    return (2 * hits >= count)[code]


def ticking(group: Ints, start: Ints, settings: ReconstructSettings) -> Ints:
    """Return the places of elements that follow one another at equal distances within their group."""
    groups = Groups(group, start)
    if not len(groups.start):
        return np.zeros(0, dtype=np.int64)
    gap = np.diff(groups.start, prepend=groups.start[0])
    gap[groups.first] = 0
    equal = np.zeros(len(gap), dtype=np.bool_)
    tolerance = np.maximum(settings.poll_tolerance_ms, (gap * settings.poll_tolerance_share).astype(np.int64))
    equal[1:] = (gap[1:] > settings.poll_tolerance_ms) & (gap[:-1] > 0) & (np.abs(gap[1:] - gap[:-1]) <= tolerance[1:])
    # A run of equal gaps: count them, keep the long ones, and include the two elements before the first.
    run = np.cumsum(~equal)
    length = np.bincount(run, weights=equal).astype(np.int64)[run]
    in_run = equal & (length >= settings.poll_runs - 1)
    spread = in_run.copy()
    spread[:-1] |= in_run[1:]
    spread[:-2] |= in_run[2:]
    return groups.order[spread]
