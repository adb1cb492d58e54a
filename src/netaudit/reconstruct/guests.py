"""Films that a page shows from another site's host: they belong to the page that is being watched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from netaudit.reconstruct.arrays import Flags, Ints, gaps_before, grouped, last_true
from netaudit.reconstruct.learning import Tunnels
from netaudit.reconstruct.requests import Requests
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.starts import Signs


def seat_guests(
    requests: Requests, tunnels: Tunnels, signs: Signs, settings: ReconstructSettings
) -> tuple[Requests, Signs]:
    """Return requests and signs with each such film given to the site whose page the person had just opened.

    That is a film from a site on which the person has opened nothing, begun soon after a page elsewhere. It shows
    that the page is open, likely watched; it proves nothing.
    """
    latest = last_true(signs.page | signs.back)
    start, site = requests.start, requests.site
    networks = [name in settings.content_network_categories for name in requests.categories]
    # An advert plays to nobody; a content network serves whom it serves.
    film = ~requests.machine | np.array(networks, dtype=np.bool_)[requests.category]

    def soon(places: Ints) -> Flags:
        at = latest[places]
        led = (at >= requests.instants.person[places]) & (site[at] != site[places]) & (signs.home[places] < 0)
        found: Flags = led & (start[places] - start[at] <= settings.adopt_burst_ms)
        return found

    streams = np.flatnonzero(film & tunnels.used & (tunnels.active_until - start > settings.held_tunnel_ms))
    lasted = tunnels.active_until[streams] - start[streams]
    plays = requests.size[streams] * 1000 >= settings.streaming_bytes_per_second * lasted
    guests = streams[plays & soon(streams)]
    guest, host = np.zeros(len(requests), dtype=np.bool_), site.copy()
    guest[guests], host[guests] = True, site[latest[guests]]
    films = grouped(requests.by_host, (requests.host_group,), requests.media & film)
    if len(films.places):
        begins = films.first | (gaps_before(films, start) > settings.adopt_burst_ms)
        first = films.places[last_true(begins)]
        soon_first = soon(first)
        pieces, first = films.places[soon_first], first[soon_first]
        guest[pieces], host[pieces] = True, site[latest[first]]
    if not guest.any():
        return requests, signs
    return requests.moved(guest, host), replace(
        signs,
        follows=signs.follows | guest,
        shadowed=signs.shadowed | guest,
        page=signs.page & ~guest,
        back=signs.back & ~guest,
    )
