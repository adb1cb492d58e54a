"""Films that a page shows from another site's host: they belong to the page that is being watched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from netaudit.reconstruct.arrays import gaps_before, grouped, last_true
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
    opens = signs.page | signs.back
    latest = last_true(opens)
    at = np.maximum(latest, 0)
    led = (latest >= requests.instants.person) & (requests.site[at] != requests.site)
    soon = led & (requests.start - requests.start[at] <= settings.adopt_burst_ms) & (signs.home < 0)
    lasted = tunnels.active_until - requests.start
    plays = requests.size * 1000 >= settings.streaming_bytes_per_second * lasted
    guest = soon & tunnels.used & plays & (lasted > settings.held_tunnel_ms)
    host = np.where(guest, requests.site[at], requests.site)
    films = grouped(requests.by_host, (requests.host_group,), requests.media)
    if len(films.places):
        begins = films.first | (gaps_before(films, requests.start) > settings.adopt_burst_ms)
        first = films.places[last_true(begins)]
        pieces = films.places[soon[first]]
        guest[pieces] = True
        host[pieces] = requests.site[at[first]][soon[first]]
    if not guest.any():
        return requests, signs
    return requests.moved(guest, host), replace(
        signs,
        follows=signs.follows | guest,
        shadowed=signs.shadowed | guest,
        page=signs.page & ~guest,
        back=signs.back & ~guest,
    )
