"""From signs of a person to visits: one person, one site at a time, low, likely and high."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from netaudit.reconstruct.arrays import last_true
from netaudit.reconstruct.learning import Tunnels, _running_maximum
from netaudit.reconstruct.requests import Flags, Ints, Requests
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
    pulse: Ints  # the requests that are signs of life
    stay: Ints  # and the stay each belongs to


def keep_time(requests: Requests, tunnels: Tunnels, signs: Signs, settings: ReconstructSettings) -> Stays:
    """Return the stays that the signs of a person add up to."""
    pulse = _pulses(requests, signs, settings)
    user, site, start = requests.user[pulse], requests.site[pulse], requests.start[pulse]
    if not len(pulse):
        nothing = np.zeros(0, dtype=np.int64)
        return Stays(*([nothing] * 9))
    new_user = np.ones(len(pulse), dtype=np.bool_)
    new_user[1:] = user[1:] != user[:-1]
    changes = new_user.copy()
    changes[1:] |= site[1:] != site[:-1]
    last_of_run = np.ones(len(pulse), dtype=np.bool_)
    last_of_run[:-1] = changes[1:]
    far = np.int64(start.max() + 10 * settings.tail_high_ms)
    following = np.append(start[1:], far)
    following[np.append(new_user[1:], True)] = far
    # The time at which the person is next seen elsewhere ends whatever went on here.
    run_end = following[_next_true(last_of_run)]
    until = np.minimum(_active_until(requests, tunnels, pulse, settings), run_end)
    reached = _running_maximum(until, changes)
    gap = np.maximum(following - reached, 0)
    active = np.minimum(np.maximum(reached - start, 0), following - start)
    breaks = last_of_run | (gap > settings.gap_ms)
    tail = _usual_dwell(gap, breaks, settings)
    joined = following - start
    likely = np.where(breaks, active + np.minimum(tail, gap), joined)
    low = np.where(breaks | (gap > settings.gap_low_ms), active, joined)
    high = np.where(breaks, active + np.minimum(settings.tail_high_ms, gap), joined)
    begins = changes.copy()
    begins[1:] |= breaks[:-1]
    stay = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    return Stays(
        user[first],
        site[first],
        requests.category[pulse[last_true(_home(requests, signs, pulse) | begins)]][first],
        start[first],
        np.add.reduceat(low, first),
        np.add.reduceat(likely, first),
        np.add.reduceat(high, first),
        pulse,
        stay,
    )


def _home(requests: Requests, signs: Signs, pulse: Ints) -> Flags:
    return signs.page[pulse] & ~requests.asset[pulse]


def _pulses(requests: Requests, signs: Signs, settings: ReconstructSettings) -> Ints:
    """Return the requests at which the person is known, or likely, to be on their site."""
    start = signs.page | signs.back
    at = last_true(start)
    here = at >= 0
    here[here] = (requests.user[at[here]] == requests.user[here]) & (requests.site[at[here]] == requests.site[here])
    return np.flatnonzero(start | (signs.follows & here))


def _next_true(flags: Flags) -> Ints:
    """Return for each place the next place at or after it where the flag is set; the last must be set."""
    size = len(flags)
    places = np.where(flags, np.arange(size, dtype=np.int64), size)
    return np.minimum.accumulate(places[::-1])[::-1]


def _active_until(requests: Requests, tunnels: Tunnels, pulse: Ints, settings: ReconstructSettings) -> Ints:
    """Return until when each pulse itself shows activity."""
    start, until = requests.start[pulse], tunnels.active_until[pulse]
    lasted = until - start
    asset = requests.asset[pulse]
    streams = requests.size[pulse] * 1000 >= settings.streaming_bytes_per_second * np.maximum(lasted, 1)
    limit = np.where(asset, np.where(streams, lasted, settings.asset_activity_ms), 0)
    held = ~asset & (lasted <= settings.held_tunnel_ms)
    return start + np.where(held, lasted, np.minimum(lasted, limit))


def _usual_dwell(gap: Ints, breaks: Flags, settings: ReconstructSettings) -> int:
    """Return how long a page is usually read: the log's own median between two signs on one site, within bounds."""
    inner = gap[~breaks & (gap > settings.parallel_ms)]
    usual = int(np.median(inner)) if len(inner) else settings.tail_floor_ms
    return min(max(usual, settings.tail_floor_ms), settings.tail_ceiling_ms)
