"""What the log itself teaches: idle time-outs, timers, which host belongs to which site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from netaudit.reconstruct.arrays import Groups, latest_elsewhere, pair_codes, share_by, within_burst
from netaudit.reconstruct.requests import Flags, Ints, Requests
from netaudit.reconstruct.settings import ReconstructSettings

# Sizes within 3 % of one another are the same answer: headers and handshakes vary by a few bytes.
_SIZE_STEP = np.log(1.03)
_BRAND_LETTERS = 3


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
        latest_end = _running_maximum(np.where(begins & (end - start > least), end, 0), first)
        previous = np.concatenate([[0], latest_end[:-1]]) if len(latest_end) else latest_end
        previous[first] = 0
        renewed[ordered] |= ~requests.asset[ordered] & (previous > 0) & (start - previous >= -settings.renewal_ms) & (start - previous <= reach)
    until = requests.start.copy()
    timeout = _idle_timeouts(requests, used, settings)
    tunnels = np.flatnonzero(used)
    until[tunnels] = np.maximum(requests.start[tunnels], requests.end[tunnels] - timeout[requests.host[tunnels]])
    return Tunnels(used, leading, requests.tunnel & ~used & ~requests.blocked, renewed, until)


def _running_maximum(values: Ints, first: Flags) -> Ints:
    """Return the largest value so far within each group; groups begin where `first` is set."""
    if not len(values):
        return values
    group = np.cumsum(first)
    step = np.int64(values.max() - values.min() + 1)
    raised = np.maximum.accumulate(values + group * step)
    return raised - group * step


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
    ticking = tunnel_places[_ticking(hosts, requests.start[tunnel_places], settings)]
    timed[tunnel_places[_mostly(same_answer[tunnel_places], ticking, same_answer)]] = True

    urls = np.flatnonzero(small & ~requests.tunnel)
    for kind in (requests.key, same_answer):
        codes = pair_codes(requests.user[urls], _dense(kind[urls]), len(urls) + 1)
        ticking = urls[_ticking(codes, requests.start[urls], settings)]
        timed[urls[_mostly(kind[urls], ticking, kind)]] = True
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


def _ticking(group: Ints, start: Ints, settings: ReconstructSettings) -> Ints:
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


def adopt_hosts(requests: Requests, tunnels: Tunnels, timed: Flags, settings: ReconstructSettings) -> Ints:
    """Return for each host the site that it only serves parts of, learnt from the log; -1 where nothing was learnt.

    A host of a content network or of no known class belongs to a site if nearly all its openings follow that site's
    within a page load, or fall while a tunnel to it is open (HTTP/2 reuses it), and enough of the site's own are
    followed by it, or it bears the site's name. One of several hosts of a site only serves parts by the same signs.
    """
    adopted = np.full(len(requests.hosts), -1, dtype=np.int64)
    places = np.flatnonzero((tunnels.leading | requests.document | requests.media) & ~timed & ~requests.blocked)
    if not len(places):
        return adopted
    free_class = np.isin(np.array(requests.categories, dtype=object), list(settings.content_network_categories))
    free = free_class[requests.category[places]]
    page = ~requests.machine[places] & ~requests.asset[places] & ~requests.media[places]
    led_by = _led_by_others(requests, places, page & ~free, settings)
    found = _adoptable(requests, tunnels, places, free, page & ~free, led_by, settings)
    adopted[found["host"].to_numpy()] = found["leader"].to_numpy()
    sibling = _sibling_parts(requests, places, page, settings)
    return np.where((adopted < 0) & (sibling >= 0), sibling, adopted)


def _led_by_others(requests: Requests, places: Ints, leader: Flags, settings: ReconstructSettings) -> Ints:
    """Return for each opening the site whose page opened just before; -1 for none."""
    user, start, site = requests.user[places], requests.start[places], requests.site[places]
    latest = latest_elsewhere(user, start, site, leader)
    led = within_burst(start, latest, settings.burst_ms)
    return np.where(led, site[np.maximum(latest, 0)], -1)


def _adoptable(requests: Requests, tunnels: Tunnels, places: Ints, free: Flags, leader: Flags, led_by: Ints, settings: ReconstructSettings) -> pl.DataFrame:
    """Return the hosts (host, leader) that follow one site."""
    host, site = requests.host[places], requests.site[places]
    votes = pl.DataFrame({"host": host, "leader": led_by}).filter(pl.Series(free & (led_by >= 0)))
    if not votes.height:
        return pl.DataFrame(schema={"host": pl.Int64, "leader": pl.Int64})
    # A site that was itself led is no measure of how often its pages need the host.
    fresh = pl.DataFrame({"leader": site[leader & (led_by < 0)]}).group_by("leader").len("fresh")
    table = (
        votes.group_by("host", "leader")
        .len("votes")
        .with_columns(led=pl.col("votes").sum().over("host"))
        .filter(pl.col("votes") >= pl.col("led") * settings.adopt_share)
        .join(pl.DataFrame({"host": host[free]}).group_by("host").len("openings"), on="host")
        .join(fresh, on="leader", how="left")
        .sort("host", "leader")
    )
    lone = places[free & (led_by < 0)]
    return table.with_columns(
        bears=pl.Series(
            [
                _bears(requests.hosts[host], requests.sites[leader])
                for host, leader in table.select("host", "leader").iter_rows()
            ],
            dtype=pl.Boolean,
        ),
        covered=pl.Series(_covered(requests, tunnels, lone, table.select("host", "leader"))),
    ).filter(
        (pl.col("votes") + pl.col("covered") >= pl.col("openings") * settings.adopt_share)
        & (pl.col("bears") | (pl.col("votes") >= pl.col("fresh").fill_null(0) * settings.adopt_back_share))
    )


def _covered(requests: Requests, tunnels: Tunnels, lone: Ints, table: pl.DataFrame) -> Ints:
    """Return for each (host, leader) how many openings without a leader fell while a tunnel of the leader was open."""
    pages = np.flatnonzero(tunnels.used & ~requests.machine & ~requests.asset)
    pairs = (
        pl.DataFrame({"host": requests.host[lone], "user": requests.user[lone], "at": requests.start[lone]})
        .join(table, on="host")
        .sort("at", "user", "host", "leader")
    )
    tunnel = (
        pl.DataFrame(
            {
                "user": requests.user[pages],
                "leader": requests.site[pages],
                "at": requests.start[pages],
                "until": requests.end[pages],
            }
        )
        .sort("user", "leader", "at")
        .with_columns(pl.col("until").cum_max().over("user", "leader"))
        .sort("at", "user", "leader")
    )
    covered = (
        pairs.join_asof(tunnel, on="at", by=["user", "leader"], strategy="backward", check_sortedness=False)
        .filter(pl.col("until") >= pl.col("at"))
        .group_by("host", "leader")
        .len("covered")
    )
    return (
        table.join(covered, on=["host", "leader"], how="left", maintain_order="left")["covered"]
        .fill_null(0)
        .cast(pl.Int64)
        .to_numpy()
    )


def _sibling_parts(requests: Requests, places: Ints, page: Flags, settings: ReconstructSettings) -> Ints:
    """Return for each host its own site if the host only ever follows other hosts of that site; else -1."""
    result = np.full(len(requests.hosts), -1, dtype=np.int64)
    chosen = places[page]
    groups = Groups(pair_codes(requests.user[chosen], requests.site[chosen], len(requests.sites)), requests.start[chosen])
    ordered = chosen[groups.order]
    host, until = requests.host[ordered], requests.end[ordered]
    latest = latest_elsewhere(groups.group, groups.start, host, np.ones(len(ordered), dtype=np.bool_))
    led = within_burst(groups.start, latest, settings.burst_ms)
    led |= (latest >= 0) & (until[np.maximum(latest, 0)] >= groups.start)
    share, count = share_by(host, led, len(requests.hosts))
    only_led = (share >= settings.adopt_share) & (count >= 1)
    # Of several hosts that follow one another, none leads: all stay pages.
    leads = np.zeros(len(requests.sites), dtype=np.bool_)
    home = np.full(len(requests.hosts), -1, dtype=np.int64)
    home[host] = requests.site[ordered]
    leads[home[host[~only_led[host]]]] = True
    result[host] = np.where(only_led[host] & leads[home[host]], home[host], -1)
    return result


def _bears(host: str, site: str) -> bool:
    """Return whether a host bears the name of a site.

    >>> _bears("images.asos-media.com", "asos.com")
    True
    """
    brand = site.split(".")[0]
    return len(brand) >= _BRAND_LETTERS and brand in host
