"""From signs of a person to stays: one person, one site at a time; low, likely and high."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from netaudit.reconstruct.arrays import Flags, Ints, changes, last_true, lexical_places, running_count
from netaudit.reconstruct.proof import Proof
from netaudit.reconstruct.pulses import Pulses
from netaudit.reconstruct.requests import NOWHERE, Requests
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.starts import Signs
from netaudit.reconstruct.weights import median, weights_by


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
    signs: Ints  # the requests that are signs of a person …
    stay: Ints  # … and the stay each belongs to


def keep_time(requests: Requests, signs: Signs, proof: Proof, pulses: Pulses, settings: ReconstructSettings) -> Stays:
    """Return the stays that the signs of a person add up to.

    Between two signs on one site the person was there, unless they lie too far apart; after the last one, for
    as long as pages are usually read; never beyond the person's next sign elsewhere.
    """
    if not len(pulses.request):
        nothing = np.zeros(0, dtype=np.int64)
        return Stays(*[nothing] * 10)
    _, _, breaks = _gaps(pulses, pulses.until, _runs(pulses), settings)
    # What only keeps a visit going cannot begin one: after a break it is a page left open.
    begins = np.append(True, breaks[:-1])
    pulses = pulses.pick(np.flatnonzero(last_true(pulses.opens) >= last_true(begins)))
    runs = _runs(pulses)
    active, gap, breaks = _gaps(pulses, pulses.until, runs, settings)
    tail = _usual_dwell(pulses, breaks, settings)
    likely = active + np.where(breaks, np.minimum(tail, gap), gap)
    active_at_most, gap_at_least, _ = _gaps(pulses, pulses.until_at_most, runs, settings)
    tail_at_most = settings.tail_high_ms + pulses.hidden
    high = active_at_most + np.where(breaks, np.minimum(tail_at_most, gap_at_least), gap_at_least)
    # Pages of another class on the same site make another stay, without a gap between them.
    opening = pulses.request[last_true(pulses.opens)]
    category = requests.category[np.where(signs.page[opening], opening, signs.home[opening])]
    begins = np.append(True, breaks[:-1] | (category[1:] != category[:-1]))
    first, stay = np.flatnonzero(begins), np.cumsum(begins) - 1
    high = np.add.reduceat(high, first) + _head_at_most(requests, pulses, first, settings)
    low = np.minimum(_proved(pulses, stay, settings), np.add.reduceat(likely, first))
    # A visit without any whole page proves nothing, nor do the moments in which a page loads that nobody stayed on.
    opened = pulses.request[pulses.opens]
    of = stay[pulses.opens]
    whole = np.bincount(of[proof.whole[opened]], minlength=len(first)) > 0
    asked = np.bincount(of[proof.asked[opened]], minlength=len(first)) > 0
    # What only ends of connections tell of is likely at best.
    told = np.bincount(of[proof.whole[opened] & ~requests.guessed[opened]], minlength=len(first)) > 0
    low[~told | (~asked & (low <= settings.glance_ms))] = 0
    openings = np.bincount(of, minlength=len(first))
    minutes = np.add.reduceat(likely, first)
    minutes[_never_whole(pulses.user[first], pulses.site[first], whole, openings, settings)] = 0
    return Stays(
        pulses.user[first],
        pulses.site[first],
        category[first],
        pulses.start[first],
        low,
        minutes,
        high,
        pulses.request[first],
        pulses.request[pulses.opens],
        stay[pulses.opens],
    )


def _head_at_most(requests: Requests, pulses: Pulses, first: Ints, settings: ReconstructSettings) -> Ints:
    """Return how much earlier each stay may have begun: not at all, unless its beginning is a guess."""
    start = pulses.start[first]
    before = np.maximum(first - 1, 0)
    since = np.where(pulses.user[before] == pulses.user[first], start - pulses.start[before], settings.tail_high_ms)
    head = np.clip(since, 0, settings.tail_high_ms)
    head[0] = settings.tail_high_ms
    head[~requests.guessed[pulses.request[first]]] = 0
    return head


def _never_whole(user: Ints, site: Ints, whole: Flags, opened: Ints, settings: ReconstructSettings) -> Flags:
    """Return the stays on sites that a person's pages bring again and again and that never show a page of their own."""
    order = lexical_places(user, site)
    begins = changes(user[order]) | changes(site[order])
    group = np.empty(len(order), dtype=np.int64)
    group[order] = np.cumsum(begins) - 1
    count = np.bincount(group, weights=opened)
    ever = np.bincount(group, weights=whole) > 0
    # Of sites that are shielded nothing is known, and so not their parts either.
    found: Flags = (~ever & (count >= settings.framed_count))[group] & (site != NOWHERE)
    return found


def _proved(pulses: Pulses, stay: Ints, settings: ReconstructSettings) -> Ints:
    """Return what each stay's sure signs alone add up to: nothing after the last or over long silences."""
    sure = np.flatnonzero(pulses.sure)
    total = np.zeros(int(stay[-1]) + 1, dtype=np.int64)
    if not len(sure):
        return total
    stay, certain = stay[sure], pulses.pick(sure)
    active, gap, breaks = _gaps(certain, certain.until_at_least, _runs(certain), settings)
    joined = ~breaks & (gap <= settings.gap_low_ms) & np.append(stay[1:] == stay[:-1], False)
    # Activity must end with the stay it belongs to, even if the next sign elsewhere is not a sure one.
    np.add.at(total, stay, active + np.where(joined, gap, 0))
    return total


@dataclass(slots=True)
class _Runs:
    """Runs of a person's pulses on one site."""

    last: Flags
    number: Ints  # of each pulse's run
    ends: Ints  # the last pulse of each run
    last_of_user: Ints


def _runs(pulses: Pulses) -> _Runs:
    new_user = changes(pulses.user)
    first = new_user | changes(pulses.site)
    last, last_of_user = np.append(first[1:], True), np.append(new_user[1:], True)
    return _Runs(last, running_count(first) - 1, np.flatnonzero(last), np.flatnonzero(last_of_user))


def _gaps(pulses: Pulses, until: Ints, runs: _Runs, settings: ReconstructSettings) -> tuple[Ints, Ints, Flags]:
    """Return for each pulse how long activity goes on, the silence after it, and whether a stay ends."""
    start = pulses.start
    # Nothing follows a person's last sign: any time beyond the longest tail will do.
    following = np.append(start[1:], 0)
    last = runs.last_of_user
    following[last] = np.maximum(start[last], until[last]) + 2 * settings.tail_high_ms
    reached = np.minimum(until, following[runs.ends][runs.number])
    raised = runs.number * (reached.max() - reached.min() + 1)
    reached += raised
    np.maximum.accumulate(reached, out=reached)
    reached -= raised
    silence = following - start
    reached -= start
    active = np.minimum(np.maximum(reached, 0, out=reached), silence, out=reached)
    silence -= active
    return active, silence, runs.last | (silence > settings.gap_ms + pulses.hidden)


def _usual_dwell(pulses: Pulses, breaks: Flags, settings: ReconstructSettings) -> int:
    """Return how long a page is usually read: the median from a page to the next on one site, within bounds."""
    opens = np.flatnonzero(pulses.opens)
    run = running_count(breaks)[opens] - breaks[opens]
    lasts = np.diff(pulses.start[opens])
    read = np.flatnonzero((np.diff(run) == 0) & (lasts > settings.parallel_ms))
    if len(read) < settings.tail_count:
        return settings.tail_ms
    usual = int(median(lasts[read], weights_by(settings.teaching_total, pulses.user[opens][read])))
    return min(max(usual, settings.tail_floor_ms), settings.tail_ceiling_ms)
