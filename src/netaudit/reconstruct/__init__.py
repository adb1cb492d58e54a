"""Human time, not hits: from requests to a person's visits, each with what the log proves, likely was, and allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from netaudit.contracts import LABELLED, UTC_TIME, VISITS
from netaudit.reconstruct.clock import Stays, keep_time
from netaudit.reconstruct.learning import adopt_hosts, learn_timers, learn_tunnels
from netaudit.reconstruct.requests import Requests, first_words, open_requests
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.starts import find_signs
from netaudit.reconstruct.words import Word, explained

__all__ = ["ReconstructSettings", "Reconstruction", "reconstruct"]


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """LABELLED: every event with what it was and why; VISITS: one person's attention on one site."""

    labelled: pl.DataFrame
    visits: pl.DataFrame


def reconstruct(events: pl.DataFrame, settings: ReconstructSettings) -> Reconstruction:
    words = first_words(events, settings)
    requests = open_requests(events, words)
    tunnels = learn_tunnels(requests, settings)
    timed = learn_timers(requests, tunnels, settings)
    adopted = adopt_hosts(requests, tunnels, timed, settings)
    taken = adopted[requests.host] >= 0
    requests.site = np.where(taken, adopted[requests.host], requests.site)
    requests.asset |= taken
    requests.machine &= ~taken
    signs = find_signs(requests, tunnels, timed, settings)
    stays = keep_time(requests, tunnels, signs, settings)
    global DEBUG
    DEBUG = (requests, tunnels, timed, adopted, signs, stays)
    visits = pl.DataFrame({
        "user_hash": requests.users[stays.user],
        "attribution": "person",
        "site": [requests.sites[s] for s in stays.site],
        "category": [requests.categories[s] for s in stays.category],
        "event_start": pl.Series(stays.start*1000).cast(UTC_TIME),
        "event_end": pl.Series((stays.start+stays.likely)*1000).cast(UTC_TIME),
        "minutes_low": stays.low/60000, "minutes": stays.likely/60000, "minutes_high": stays.high/60000,
        "requests": 0, "human_requests": 0, "documents_allowed": 0, "requests_blocked": 0, "bytes_in": 0, "bytes_out": 0,
        "kind": "human", "reason": "",
    }, schema_overrides=VISITS.schema)
    return Reconstruction(events, VISITS.fit(visits))
