"""Which host only serves parts of which site: learnt from what opens after what."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from netaudit.reconstruct.arrays import (
    Flags,
    Ints,
    gaps_before,
    grouped,
    latest_elsewhere,
    running_maximum,
    share_by,
    within,
)
from netaudit.reconstruct.learning import Tunnels
from netaudit.reconstruct.requests import Requests, order_by
from netaudit.reconstruct.settings import ReconstructSettings

# Shorter names (x.com, t.me) are found in any host.
_BRAND_LETTERS = 3


@dataclass(slots=True)
class _Openings:
    """The requests with which the use of a host begins, in order of person and time."""

    user: Ints
    start: Ints
    until: Ints  # until when its tunnel stays open
    host: Ints
    site: Ints
    free: Flags  # its host may turn out to belong to any site
    page: Flags  # may be a page


def adopt_hosts(requests: Requests, tunnels: Tunnels, timed: Flags, settings: ReconstructSettings) -> Requests:
    """Return the requests with each host given to the site that it only serves parts of, as the log shows.

    A host of a content network, of no known class, or of a site that nobody visits belongs to a site if
    nearly all its openings follow that site's within a page load, or fall while a tunnel to it is open (HTTP/2
    reuses it), and enough of the site's own are followed by it, or it bears the site's name. One of several hosts
    of a site only serves parts by the same signs.
    """
    openings = _openings(requests, tunnels, timed, settings)
    if not len(openings.user):
        return requests
    adopted = np.full(len(requests.hosts), -1, dtype=np.int64)
    for _ in range(2):  # what the first round gave to a site leads in the second
        site = np.where(adopted[openings.host] >= 0, adopted[openings.host], openings.site)
        leader = (openings.page & ~openings.free) | (adopted[openings.host] >= 0)
        hosts, leaders = _adoptable(openings, site, leader, openings.free & ~leader, requests, settings)
        adopted[hosts] = leaders
    # A site of no known class may have parts too, but what it follows itself cannot be its part.
    site = np.where(adopted[openings.host] >= 0, adopted[openings.host], openings.site)
    unknown = openings.free & (adopted[openings.host] < 0)
    hosts, leaders = _adoptable(openings, site, openings.page, unknown, requests, settings)
    follows = np.isin(leaders, np.unique(site[np.isin(openings.host, hosts)]))
    adopted[hosts[~follows]] = leaders[~follows]
    siblings = _sibling_parts(openings, len(requests.hosts), settings)
    home = np.where(adopted >= 0, adopted, siblings)[requests.host]
    taken = home >= 0
    site = np.where(taken, home, requests.site)
    return replace(
        requests,
        site=site,
        asset=requests.asset | taken,
        machine=requests.machine & ~taken,
        by_site=order_by(requests.user, site, len(requests.sites)),
    )


def _openings(requests: Requests, tunnels: Tunnels, timed: Flags, settings: ReconstructSettings) -> _Openings:
    """Return the openings: leading tunnels, documents, and the first request of each film or sound."""
    films = grouped(requests.by_host, (requests.user, requests.host), requests.media)
    begins = films.first | (gaps_before(films, requests.start) > settings.adopt_burst_ms)
    first_film = np.zeros(len(requests), dtype=np.bool_)
    first_film[films.places[begins]] = True
    places = np.flatnonzero((tunnels.leading | requests.document | first_film) & ~timed & ~requests.blocked)
    page = ~(requests.machine | requests.asset | requests.media)[places]
    # Parts of a site whose pages nobody opens are somebody else's.
    visited = np.zeros(len(requests.sites), dtype=np.bool_)
    visited[requests.site[places[page]]] = True
    orphan = (requests.asset & ~requests.machine)[places] & ~visited[requests.site[places]]
    free = np.array([name in settings.content_network_categories for name in requests.categories], dtype=np.bool_)
    return _Openings(
        user=requests.user[places],
        start=requests.start[places],
        until=np.where(tunnels.used, requests.end, requests.start)[places],
        host=requests.host[places],
        site=requests.site[places],
        free=free[requests.category[places]] | orphan,
        page=page,
    )


def _adoptable(
    openings: _Openings,
    site: Ints,
    leader: Flags,
    seeking: Flags,
    requests: Requests,
    settings: ReconstructSettings,
) -> tuple[Ints, Ints]:
    """Return the hosts that follow one site, and those sites.

    Each opening of a host speaks for the site whose opening came just before it, and for the one whose page
    was opened last with nothing else before it, if a tunnel to that is still open.
    """
    user, start, host = openings.user, openings.start, openings.host
    before = latest_elsewhere(user, start, site, leader)
    fresh = leader & ~within(start, before, settings.adopt_burst_ms)
    last_fresh = latest_elsewhere(user, start, site, fresh)
    open_until = np.maximum(_open_until(openings, site, len(requests.sites)), start + settings.adopt_burst_ms)
    still_open = (last_fresh >= 0) & (start <= open_until[np.maximum(last_fresh, 0)])
    ballots = []
    for by, counts in ((before, within(start, before, settings.burst_ms)), (last_fresh, still_open)):
        chosen = np.flatnonzero(seeking & counts)
        ballots.append(
            {
                "opening": chosen,
                "host": host[chosen],
                "by": by[chosen],
                "leader": site[by[chosen]],
                "fresh": fresh[by[chosen]],
            }
        )
    votes = pl.concat([pl.DataFrame(ballot) for ballot in ballots])
    openings_of_host = pl.DataFrame({"host": host[seeking]}).group_by("host").len("openings")
    fresh_of_site = pl.DataFrame({"leader": site[fresh]}).group_by("leader").len("fresh")
    pairs = (
        votes.group_by("host", "leader")
        .agg(votes=pl.col("opening").n_unique(), followed=pl.col("by").filter("fresh").n_unique())
        .join(openings_of_host, on="host")
        .filter(pl.col("votes") >= pl.col("openings") * settings.adopt_least_share)
        .join(fresh_of_site, on="leader")  # what never opens by itself leads nothing
        .sort("host", "leader")
    )
    bears = [_bears(requests.hosts[h], requests.sites[s]) for h, s in pairs.select("host", "leader").iter_rows()]
    chosen_pairs = (
        pairs.with_columns(
            bears=pl.Series(bears, dtype=pl.Boolean),
            support=_supported(openings, site, seeking, votes, pairs) / pl.col("openings"),
            need=pl.col("followed") / pl.max_horizontal("fresh", "followed"),
        )
        .filter(
            (pl.col("support") >= settings.adopt_share)
            & (pl.col("bears") | (pl.col("need") >= settings.adopt_back_share))
        )
        .with_columns(rank=pl.col("support") * pl.col("need"))
        .sort("host", "bears", "rank", "leader", descending=[False, True, True, False])
        .unique("host", keep="first", maintain_order=True)
    )
    return chosen_pairs["host"].to_numpy(), chosen_pairs["leader"].to_numpy()


def _supported(openings: _Openings, site: Ints, seeking: Flags, votes: pl.DataFrame, pairs: pl.DataFrame) -> pl.Expr:
    """Return for each pair how many openings of the host speak for the site or fell while it was open."""
    sought = (
        pl.DataFrame(
            {
                "opening": np.flatnonzero(seeking),
                "host": openings.host[seeking],
                "user": openings.user[seeking],
                "at": openings.start[seeking],
            }
        )
        .join(pairs.select("host", "leader"), on="host")
        .sort("at", "opening", "leader")
    )
    lasting = openings.until > openings.start
    tunnels = (
        pl.DataFrame(
            {
                "user": openings.user[lasting],
                "leader": site[lasting],
                "at": openings.start[lasting],
                "until": openings.until[lasting],
            }
        )
        .filter(pl.col("leader").is_in(pairs["leader"].unique().implode()))
        .sort("user", "leader", "at")
        .with_columns(pl.col("until").cum_max().over("user", "leader"))
        .sort("at", "user", "leader")
    )
    covered = sought.join_asof(
        tunnels, on="at", by=["user", "leader"], strategy="backward", check_sortedness=False
    ).filter(pl.col("until") >= pl.col("at"))
    counted = (
        pl.concat([covered.select("opening", "host", "leader"), votes.select("opening", "host", "leader")])
        .group_by("host", "leader")
        .agg(supported=pl.col("opening").n_unique())
    )
    joined = pairs.join(counted, on=["host", "leader"], how="left", maintain_order="left")
    return pl.lit(joined["supported"].fill_null(0))


def _open_until(openings: _Openings, site: Ints, sites: int) -> Ints:
    """Return for each opening until when a tunnel of its person to its site, opened so far, stays open."""
    groups = grouped(order_by(openings.user, site, sites), (openings.user, site))
    result = np.zeros(len(site), dtype=np.int64)
    result[groups.places] = running_maximum(openings.until[groups.places], groups.first)
    return result


def _sibling_parts(openings: _Openings, hosts: int, settings: ReconstructSettings) -> Ints:
    """Return for each host its own site if the host only ever follows other hosts of that site; else -1."""
    everyone = np.ones(len(openings.user), dtype=np.bool_)
    before = latest_elsewhere(openings.user, openings.start, openings.site, openings.page)
    alone = ~within(openings.start, before, settings.burst_ms)
    groups = grouped(order_by(openings.user, openings.site, hosts), (openings.user, openings.site), openings.page)
    places = groups.places
    host, start, site = openings.host[places], openings.start[places], openings.site[places]
    latest = latest_elsewhere(groups.number, start, host, everyone[: len(places)])
    led = within(start, latest, settings.burst_ms)
    led |= (latest >= 0) & (openings.until[places][np.maximum(latest, 0)] >= start)
    share, count = share_by(host, led, hosts)
    follows = (share >= settings.sibling_share) & (count > 0)
    # Someone must lead, and not in another site's wake: of an embedded site all hosts stay pages.
    led_site = np.zeros(hosts, dtype=np.bool_)
    led_site[site[alone[places] & ~follows[host]]] = True
    result = np.full(hosts, -1, dtype=np.int64)
    result[host] = np.where(follows[host] & led_site[site], site, -1)
    return result


def _bears(host: str, site: str) -> bool:
    """Return whether a host bears the name of a site.

    >>> _bears("images.asos-media.com", "asos.com")
    True
    """
    brand = site.split(".", maxsplit=1)[0]
    return len(brand) >= _BRAND_LETTERS and brand in host
