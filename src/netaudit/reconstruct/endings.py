"""Tunnels of which a log says only when they ended: when they were probably used.

Without durations a tunnel to a site's own host says next to nothing: it may have been held open all day. But tunnels
to hosts of a site's parts end soon after their last byte, since nothing polls them. So their ends follow the use of the
site, about an idle time-out later. What is told from that is likely at best: it proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from netaudit.reconstruct.arrays import Flags, Ints, changes, lexical_places, numbered, running_count
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.texts import ranked

_NEIGHBOURS = 4  # bouts of a person that may overlap one another


@dataclass(frozen=True, slots=True)
class Durations:
    """What is known, or guessed, of how long requests lasted; one element per event."""

    start: Ints  # ms
    lasted: Ints  # ms
    unknown: Flags  # tunnels of which only one moment is known
    guessed: Flags  # of these, the ones whose moment is their end, and whose start is guessed
    elsewhere: Flags  # of these, the ones that a page of another site probably opened


def known_durations(events: pl.DataFrame, open_events: Flags, settings: ReconstructSettings) -> Durations:
    """Return when requests began and how long they lasted, with a guess where a log says only when tunnels ended.

    Args:
        events: EVENTS, in any order.
        open_events: which of them may be a person's.
        settings: the constants.
    """
    start = events["event_start"].dt.epoch("ms").to_numpy(writable=True)
    lasted = np.maximum(events["event_duration_ms"].fill_null(0).to_numpy(), 0)
    nothing = np.zeros(len(start), dtype=np.bool_)
    size = pl.col("http_response_bytes").fill_null(settings.unused_tunnel_bytes)
    used = events.select(
        (pl.col("url_scheme") == "tunnel")
        & (size >= settings.unused_tunnel_bytes)
        & (pl.col("disposition") != "blocked").fill_null(value=True)
    ).to_series()
    tunnels = events.filter(used)
    timeless = (
        tunnels.group_by("event_dataset")
        .agg(timed=(pl.col("event_duration_ms") > 0).any())
        .filter(~pl.col("timed").fill_null(value=False))["event_dataset"]
        .cast(pl.String)
        .to_list()
    )
    if not timeless:
        return Durations(start, lasted, nothing, nothing, nothing)
    dataset = pl.col("event_dataset").cast(pl.String)
    told = events.select(
        unknown=used & dataset.is_in(timeless),
        ends=used & dataset.is_in([name for name in timeless if name not in settings.start_marked_datasets]),
    )
    unknown, ends = (told[name].fill_null(value=False).to_numpy() & open_events for name in ("unknown", "ends"))
    rows = np.flatnonzero(ends)
    if not len(rows):
        return Durations(start, lasted, unknown, nothing, nothing)
    guess = _guess(events, rows, start[rows], settings)
    guessed, elsewhere = nothing.copy(), nothing.copy()
    guessed[rows], elsewhere[rows] = guess.part | guess.page, guess.elsewhere
    # Of a page's own tunnel nothing but its beginning is guessed: it may be polled for hours.
    lasted[rows[guess.part]] = (start[rows] - guess.start)[guess.part]
    start[rows] = guess.start
    return Durations(start, lasted, unknown, guessed, elsewhere)


@dataclass(slots=True)
class _Guess:
    """What is guessed of tunnels whose ends alone are known."""

    start: Ints  # the end where nothing is guessed
    part: Flags  # fetched parts of a page that the person used
    page: Flags  # was opened with that page
    elsewhere: Flags  # fetched parts of another site's page


@dataclass(slots=True)
class _Ends:
    """Ends of tunnels, in order of person, site and time."""

    group: Ints  # a number for each person's site
    user: Ints
    end: Ints
    size: Ints


def _guess(events: pl.DataFrame, rows: Ints, end: Ints, settings: ReconstructSettings) -> _Guess:
    """Return what can be guessed of the tunnels in these rows."""
    place = rows.astype(np.uint32)
    few = events.select("user_hash", "http_response_bytes", "host_role")[place]
    (host, site), _ = ranked(place, events["url_domain"], events["site"])
    np.copyto(site, host, where=site == 0)
    size = few["http_response_bytes"].fill_null(0).to_numpy()
    part = (few["host_role"] == "asset").fill_null(value=False).to_numpy()
    user, _ = numbered(few["user_hash"].fill_null(0).to_numpy())
    order = lexical_places(user, site, end, size, host)
    group = running_count(changes(user[order]) | changes(site[order]))
    ends = _Ends(group, user[order], end[order], size[order])
    guess = _Guess(end.copy(), *(np.zeros(len(rows), dtype=np.bool_) for _ in range(3)))
    of_parts = np.flatnonzero(part[order])
    if not len(of_parts):
        return guess
    start, bout, bouts = _bouts(ends, of_parts, settings)
    inside = _within_others(bouts, settings)
    guess.elsewhere[order[of_parts]] = inside[bout]
    guess.part[order[of_parts]] = ~inside[bout]
    guess.start[order[of_parts[~inside[bout]]]] = start[~inside[bout]]
    leads, of_bout = _first_in_each(ends, np.flatnonzero(~part[order]), bouts)
    leads, of_bout = leads[~inside[of_bout]], of_bout[~inside[of_bout]]
    guess.page[order[leads]] = True
    guess.start[order[leads]] = bouts.start[of_bout] - 1  # a page comes before its parts
    return guess


@dataclass(slots=True)
class _Bouts:
    """Runs of ends of a site's parts without a long silence, in order of person, site and time."""

    group: Ints
    user: Ints
    start: Ints
    last: Ints  # the last end
    size: Ints


def _bouts(ends: _Ends, parts: Ints, settings: ReconstructSettings) -> tuple[Ints, Ints, _Bouts]:
    """Return a start for each part, the bout that it falls into, and the bouts.

    As long as a browser keeps a connection, new parts of a page open no other: so a silence may be longer by that.
    A stream may fill any silence of its person that is not too long for its bytes.
    """
    group, user, end, size = ends.group[parts], ends.user[parts], ends.end[parts], ends.size[parts]
    first = changes(group)
    silence = np.append(0, np.diff(end))
    in_time = lexical_places(user, end)
    place = np.empty(len(parts), dtype=np.int64)
    place[in_time] = np.arange(len(parts))
    alone = np.append(False, np.diff(place) == 1)
    streams = ~first & alone & (size * 1000 >= settings.streaming_bytes_per_second * silence)
    streams &= silence <= settings.unattended_ms
    begins = first | ((silence > settings.gap_ms + settings.idle_timeout_ceiling_ms) & ~streams)
    start = end - settings.idle_timeout_ms
    start[streams] = np.minimum(start, end - silence)[streams]
    bout = running_count(begins) - 1
    at = np.flatnonzero(begins)
    return (
        start,
        bout,
        _Bouts(group[at], user[at], start[at], end[np.append(at[1:], len(end)) - 1], np.add.reduceat(size, at)),
    )


def _within_others(bouts: _Bouts, settings: ReconstructSettings) -> Flags:
    """Return the bouts during which the person fetched more from another site: that site's page shows this one."""
    order = lexical_places(bouts.user, bouts.start)
    user, start, last, size = bouts.user[order], bouts.start[order], bouts.last[order], bouts.size[order]
    middle = start + (last - start) // 2
    found = np.zeros(len(order), dtype=np.bool_)
    for distance in range(1, min(_NEIGHBOURS, len(order) - 1) + 1):
        later, earlier = slice(distance, None), slice(None, -distance)
        for one, other in ((later, earlier), (earlier, later)):
            found[one] |= (
                (user[one] == user[other])
                & (start[other] - settings.burst_ms <= middle[one])
                & (middle[one] <= last[other] + settings.burst_ms)
                & (size[other] > size[one])
            )
    result = np.empty_like(found)
    result[order] = found
    return result


def _first_in_each(ends: _Ends, own: Ints, bouts: _Bouts) -> tuple[Ints, Ints]:
    """Return the first tunnel to the site's own host that ends in, or after, each bout, and the bout of each."""
    floor = min(int(bouts.start.min()), int(ends.end.min()))
    span = np.int64(int(ends.end.max()) - floor + 1)
    before = np.searchsorted(
        bouts.group * span + (bouts.start - floor), ends.group[own] * span + (ends.end[own] - floor), side="right"
    )
    bout = before - 1
    known = np.flatnonzero((bout >= 0) & (bouts.group[np.maximum(bout, 0)] == ends.group[own]))
    first = known[changes(bout[known])]
    return own[first], bout[first]
