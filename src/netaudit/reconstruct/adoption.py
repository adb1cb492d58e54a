"""Which host only serves parts of which site: learnt from what opens after what."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from netaudit.reconstruct.arrays import Groups, latest_elsewhere, pair_codes, running_maximum, share_by, within_burst
from netaudit.reconstruct.learning import Tunnels
from netaudit.reconstruct.requests import Flags, Ints, Requests
from netaudit.reconstruct.settings import ReconstructSettings

# Shorter names (x.com, t.me) are found in any host.
_BRAND_LETTERS = 3


def adopt_hosts(requests: Requests, tunnels: Tunnels, timed: Flags, settings: ReconstructSettings) -> Requests:
    """Return the requests with each host given to the site that it only serves parts of, as the log shows.

    A host of a content network or of no known class belongs to a site if nearly all its openings follow that site's
    within a page load, or fall while a tunnel to it is open (HTTP/2 reuses it), and enough of the site's own are
    followed by it, or it bears the site's name. One of several hosts of a site only serves parts by the same signs.
    """
    adopted = np.full(len(requests.hosts), -1, dtype=np.int64)
    opening = tunnels.leading | requests.document | _first_films(requests, settings)
    places = np.flatnonzero(opening & ~timed & ~requests.blocked)
    if not len(places):
        return requests
    free_class = np.isin(np.array(requests.categories, dtype=object), list(settings.content_network_categories))
    free = free_class[requests.category[places]]
    page = ~requests.machine[places] & ~requests.asset[places] & ~requests.media[places]
    for _ in range(2):  # what the first round gave to a site leads in the second
        leader = page & ~free | (adopted[requests.host[places]] >= 0)
        site = np.where(adopted[requests.host[places]] >= 0, adopted[requests.host[places]], requests.site[places])
        found = _adoptable(requests, tunnels, places, free & ~leader, leader, site, settings)
        adopted[found["host"].to_numpy()] = found["leader"].to_numpy()
    sibling = _sibling_parts(requests, places, page, settings)
    home = np.where(adopted >= 0, adopted, sibling)[requests.host]
    taken = home >= 0
    return replace(
        requests,
        site=np.where(taken, home, requests.site),
        asset=requests.asset | taken,
        machine=requests.machine & ~taken,
    )


def _first_films(requests: Requests, settings: ReconstructSettings) -> Flags:
    """Return the requests with which film or sound from a host begins: a stream is many requests."""
    films = np.flatnonzero(requests.media)
    groups = Groups(pair_codes(requests.user[films], requests.host[films], len(requests.hosts)), requests.start[films])
    begins = groups.first
    begins[1:] |= np.diff(groups.start) > settings.adopt_burst_ms
    first = np.zeros(len(requests), dtype=np.bool_)
    first[films[groups.order[begins]]] = True
    return first


def _adoptable(
    requests: Requests,
    tunnels: Tunnels,
    places: Ints,
    free: Flags,
    leader: Flags,
    site: Ints,
    settings: ReconstructSettings,
) -> pl.DataFrame:
    """Return the hosts (host, leader) that follow one site.

    Each opening of a host speaks for the site whose opening came just before it, and for the one whose page was
    opened last, with nothing else before it, if a tunnel to that is still open.
    """
    nothing = pl.DataFrame(schema={"host": pl.Int64, "leader": pl.Int64})
    user, start, host = requests.user[places], requests.start[places], requests.host[places]
    before = latest_elsewhere(user, start, site, leader)
    fresh = leader & ~within_burst(start, before, settings.adopt_burst_ms)
    last_fresh = latest_elsewhere(user, start, site, fresh)
    opened = _open_until(requests, tunnels, places, site)
    still = (last_fresh >= 0) & (start <= np.maximum(opened, start + settings.adopt_burst_ms)[np.maximum(last_fresh, 0)])
    ballots = []
    for at, counts in ((before, within_burst(start, before, settings.burst_ms)), (last_fresh, still)):
        chosen = np.flatnonzero(free & counts)
        ballots.append(
            pl.DataFrame({"opening": chosen, "host": host[chosen], "by": at[chosen], "leader": site[at[chosen]]})
        )
    votes = pl.concat(ballots)
    if not votes.height:
        return nothing
    openings = pl.DataFrame({"host": host[free]}).group_by("host").len("openings")
    own = pl.DataFrame({"leader": site[fresh]}).group_by("leader").len("fresh")
    pairs = (
        votes.group_by("host", "leader")
        .agg(votes=pl.col("opening").n_unique(), followed=pl.col("by").n_unique())
        .join(openings, on="host")
        .filter(pl.col("votes") >= pl.col("openings") * settings.adopt_least_share)
        .join(own, on="leader", how="left")
        .sort("host", "leader")
    )
    bears = [_bears(requests.hosts[h], requests.sites[s]) for h, s in pairs.select("host", "leader").iter_rows()]
    return (
        pairs.with_columns(
            bears=pl.Series(bears, dtype=pl.Boolean),
            support=_supported(requests, tunnels, places, site, free & ~leader, votes, pairs) / pairs["openings"],
            need=pl.col("followed") / pl.max_horizontal(pl.col("fresh").fill_null(1), "followed"),
        )
        .filter(
            (pl.col("support") >= settings.adopt_share)
            & (pl.col("bears") | (pl.col("need") >= settings.adopt_back_share))
        )
        .with_columns(rank=pl.col("support") * pl.col("need"))
        .sort("host", "bears", "rank", "leader", descending=[False, True, True, False])
        .unique("host", keep="first", maintain_order=True)
        .select("host", "leader")
    )


def _supported(
    requests: Requests,
    tunnels: Tunnels,
    places: Ints,
    site: Ints,
    free: Flags,
    votes: pl.DataFrame,
    pairs: pl.DataFrame,
) -> pl.Series:
    """Return for each pair how many openings of the host speak for the site, or fell while a tunnel to it was open."""
    chosen = np.flatnonzero(free)
    held = np.flatnonzero(tunnels.used[places] & ~free)
    openings = (
        pl.DataFrame(
            {
                "opening": chosen,
                "host": requests.host[places[chosen]],
                "user": requests.user[places[chosen]],
                "at": requests.start[places[chosen]],
            }
        )
        .join(pairs.select("host", "leader"), on="host")
        .sort("at", "opening", "leader")
    )
    tunnel = (
        pl.DataFrame(
            {
                "user": requests.user[places[held]],
                "leader": site[held],
                "at": requests.start[places[held]],
                "until": requests.end[places[held]],
            }
        )
        .sort("user", "leader", "at")
        .with_columns(pl.col("until").cum_max().over("user", "leader"))
        .sort("at", "user", "leader")
    )
    covered = openings.join_asof(
        tunnel, on="at", by=["user", "leader"], strategy="backward", check_sortedness=False
    ).filter(pl.col("until") >= pl.col("at"))
    speaking = pl.concat([covered.select("opening", "host", "leader"), votes.select("opening", "host", "leader")])
    counted = speaking.group_by("host", "leader").agg(supported=pl.col("opening").n_unique())
    return pairs.join(counted, on=["host", "leader"], how="left", maintain_order="left")["supported"].fill_null(0)


def _open_until(requests: Requests, tunnels: Tunnels, places: Ints, site: Ints) -> Ints:
    """Return for each opening until when a tunnel of its person to its site, opened so far, stays open."""
    groups = Groups(pair_codes(requests.user[places], site, len(requests.sites)), requests.start[places])
    until = np.where(tunnels.used[places], requests.end[places], requests.start[places])[groups.order]
    return groups.back(running_maximum(until, groups.first))


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
    only_led = (share >= settings.sibling_share) & (count >= 1)
    # Someone must lead, and not in another site's wake: of an embedded site all hosts stay pages.
    before = latest_elsewhere(requests.user[chosen], requests.start[chosen], requests.site[chosen], np.ones(len(chosen), dtype=np.bool_))
    alone = ~within_burst(requests.start[chosen], before, settings.burst_ms)[groups.order]
    leads = np.zeros(len(requests.sites), dtype=np.bool_)
    home = np.full(len(requests.hosts), -1, dtype=np.int64)
    home[host] = requests.site[ordered]
    leads[home[host[alone & ~only_led[host]]]] = True
    result[host] = np.where(only_led[host] & leads[home[host]], home[host], -1)
    return result


def _bears(host: str, site: str) -> bool:
    """Return whether a host bears the name of a site.

    >>> _bears("images.asos-media.com", "asos.com")
    True
    """
    brand = site.split(".")[0]
    return len(brand) >= _BRAND_LETTERS and brand in host
