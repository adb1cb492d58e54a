"""Human time, not hits: a person's visits, each with what the log proves, what is likely and what it allows.

A proxy log records requests, not attention. The steps, one module each:

kinds      what can be said of each request alone
endings    when tunnels were used of which a log says only when they ended
requests   the rest as sorted whole numbers
learning   what the log teaches: idle time-outs, timers
adoption   which host only serves parts of which site
neighbours what came just before a request
frames     documents inside other pages
starts     signs of a person: pages opened, and open pages come back to, as against what other pages fetch
guests     films that a page shows from another site's host
proof      which of the signs prove something
pulses     the moments at which a log shows a person on a site
clock      one person, one site at a time: stays, low, likely and high
tables     VISITS, and a word for every request
downloads  files that people fetched
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from netaudit.contracts import LABELLED
from netaudit.reconstruct.adoption import adopt_hosts
from netaudit.reconstruct.clock import keep_time
from netaudit.reconstruct.downloads import find_downloads
from netaudit.reconstruct.endings import known_durations
from netaudit.reconstruct.guests import seat_guests
from netaudit.reconstruct.kinds import first_words
from netaudit.reconstruct.learning import learn_timers, learn_tunnels
from netaudit.reconstruct.proof import find_proof
from netaudit.reconstruct.pulses import find_pulses
from netaudit.reconstruct.requests import COLUMNS, open_requests
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.starts import find_signs
from netaudit.reconstruct.tables import request_words, stays_of, visit_table
from netaudit.reconstruct.words import Word, explained

__all__ = ["ReconstructSettings", "Reconstruction", "reconstruct"]


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """What a log shows of people: every request labelled, and the visits they add up to."""

    labelled: pl.DataFrame  # LABELLED: events in the order given, with label and label_reason
    visits: pl.DataFrame  # VISITS: one person's attention on one site
    downloads: pl.DataFrame  # DOWNLOADS: files that people fetched


def reconstruct(events: pl.DataFrame, settings: ReconstructSettings) -> Reconstruction:
    """Return every event with its label, and the visits and downloads of all people.

    Args:
        events: EVENTS of one window of time, all people at once, in any order. Text may be Categorical.
        settings: the constants; no rule of conduct among them.

    Returns: LABELLED in the order of `events`, and VISITS and DOWNLOADS by person and time. None depends on the order
        of the rows.
    """
    # Columns in many pieces are joined once, not by every step that looks at them.
    narrow = events.select(COLUMNS).rechunk()
    words = first_words(narrow, settings)
    durations = known_durations(narrow, words == int(Word.OPEN), settings)
    words[durations.elsewhere] = int(Word.OTHER_PAGE)
    requests = open_requests(narrow, words, durations, settings)
    tunnels = learn_tunnels(requests, settings)
    timed = learn_timers(requests, settings)
    requests = adopt_hosts(requests, tunnels, timed, settings)
    signs = find_signs(requests, tunnels, timed, settings)
    requests, signs = seat_guests(requests, tunnels, signs, settings)
    pulses = find_pulses(requests, tunnels, timed, signs, settings)
    proof = find_proof(requests, tunnels, signs, settings)
    stays = keep_time(requests, signs, proof, pulses, settings)
    stay = stays_of(requests, stays)
    told = request_words(requests, tunnels, timed, signs, stay)
    visits = visit_table(narrow, requests, stays, stay=stay, words=told, proof=proof, settings=settings)
    downloads = find_downloads(narrow, requests, timed, signs, stay, settings)
    words[requests.row] = told
    labelled = events.hstack(explained(pl.Series(words)))
    return Reconstruction(LABELLED.fit(labelled), visits, downloads)
