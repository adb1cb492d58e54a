"""What proves a visit: a page that brings what pages bring, and that somebody asked for and stayed on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from netaudit.reconstruct.arrays import Flags, Ints, last_true, latest_elsewhere, next_elsewhere, next_true, soon_after
from netaudit.reconstruct.learning import Tunnels, polling
from netaudit.reconstruct.requests import UNKNOWN_SIZE, Requests
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.starts import Signs

# What parts of its own say of a document: an advert's frame brings a picture or two, a page its style or script, and
# pictures. Film is a film.
_PICTURE, _STYLE, _ENOUGH = 1, 2, 3


@dataclass(slots=True)
class Proof:
    """What signs of a person prove, per request."""

    whole: Flags  # a whole page, or new parts of one: no advert, icon, picture in a message or connection in advance
    asked: Flags  # by itself it says that its page was asked for, and not left at once …
    certain: Flags  # … and that it was a page at all


def find_proof(requests: Requests, tunnels: Tunnels, signs: Signs, settings: ReconstructSettings) -> Proof:
    """Return which of the signs prove something.

    A visit without a whole page proves nothing. A single page proves that it was asked for only if no other site's
    page led to it or came with it, and none was opened right after it; a tunnel only if counters or adverts follow.
    """
    any_load = requests.document | (tunnels.leading & ~requests.asset & ~signs.standing)
    any_load &= ~requests.machine & ~requests.blocked
    any_whole = any_load & _is_whole(requests, tunnels, any_load, settings)
    load = any_load & ~signs.frame & ~signs.foreign
    pages = np.flatnonzero(signs.page & any_whole)
    led = np.zeros(len(pages), dtype=np.bool_)
    for telling, limit in ((load, settings.burst_ms), (requests.hop, settings.frame_burst_ms)):
        before = latest_elsewhere(requests.instants, requests.site, telling, pages, requests.document)
        led |= soon_after(requests.start, pages, before, limit)
    leaves = any_whole | (any_load & (requests.size == UNKNOWN_SIZE))
    asked = np.zeros(len(requests), dtype=np.bool_)
    asked[pages] = requests.success[pages] & ~led & ~_left_at_once(requests, pages, leaves, settings)
    # Messages with pictures and pages that are loaded in advance open connections as well, but run no scripts.
    certain = asked & (requests.document | _counted(requests, settings))
    # Nor do parts prove anything that an open page keeps a connection for, to be told what is new.
    back = signs.back & _fuller(requests, settings) & ~polling(requests, settings)
    whole = (signs.page & any_whole) | back
    return Proof(whole & ~signs.shadowed, asked, certain)


def _counted(requests: Requests, settings: ReconstructSettings) -> Flags:
    """Return the requests soon after which, and not before, their person's machine turned to hosts that pages pull in.

    Adverts that were coming and going already belong to a page that stands open.
    """
    found = np.zeros(len(requests), dtype=np.bool_)
    before = last_true(requests.machine)
    at = np.maximum(before, 0)
    running = (before >= requests.instants.person) & (requests.start > requests.start[at])
    running &= requests.start - requests.start[at] <= settings.burst_ms
    following = next_true(requests.machine)
    known = np.flatnonzero(following < len(requests))
    after = following[known]
    near = requests.user[after] == requests.user[known]
    near &= requests.start[after] - requests.start[known] <= settings.burst_ms
    found[known[near]] = True
    return found & ~running


def _fuller(requests: Requests, settings: ReconstructSettings) -> Flags:
    """Return which requests carried more than the beginning of a connection, as far as the log tells."""
    found: Flags = (requests.size > settings.handshake_bytes) | (requests.size == UNKNOWN_SIZE)
    return found


def _is_whole(requests: Requests, tunnels: Tunnels, load: Flags, settings: ReconstructSettings) -> Flags:
    """Return which loads are followed by parts of their own as pages are, or are a connection that carried a page."""
    own = ~requests.machine & ~requests.blocked
    weight = np.zeros(len(requests), dtype=np.int64)
    weight[own & requests.part] = _PICTURE
    weight[own & requests.style] = _STYLE
    weight[own & (requests.media | (requests.asset & tunnels.used & _fuller(requests, settings)))] = _ENOUGH
    lasted = requests.end - requests.start
    heavy = requests.tunnel & (requests.size >= settings.advert_bytes) & (lasted <= settings.held_tunnel_ms)
    followed = _weight_after(requests, weight, load, settings.burst_ms)
    # What a content network or an unknown host serves belongs to the page that began to load last.
    theirs = np.flatnonzero(requests.network & requests.part & ~requests.blocked)
    latest = last_true(load)[theirs]
    near = latest >= requests.instants.person[theirs]
    near &= requests.start[theirs] - requests.start[latest] <= settings.burst_ms
    near &= requests.site[theirs] != requests.site[latest]
    np.add.at(followed, latest[near], np.where(requests.style[theirs[near]], _STYLE, _PICTURE))
    # A log that holds nothing but documents has no parts to ask for; a handful does not tell what a log leaves out.
    bare_log = not bool((own & (requests.part | requests.media)).any()) and int(load.sum()) >= settings.tail_count
    alone = bare_log & requests.document & ((requests.size > settings.poll_bytes) | (requests.size == UNKNOWN_SIZE))
    found: Flags = (followed >= _ENOUGH) | heavy | alone
    return found


def _weight_after(requests: Requests, weight: Ints, load: Flags, limit: int) -> Ints:
    """Return what the requests of each load's person and site weigh that begin with it or soon after it."""
    result = np.zeros(len(requests), dtype=np.int64)
    order = np.compress((weight > 0)[requests.by_site], requests.by_site)
    asked = np.flatnonzero(load)
    if not len(order) or not len(asked):
        return result
    floor = requests.start.min()
    span = np.int64(requests.start.max() - floor + limit + 1)
    key = requests.site_group[order] * span + (requests.start[order] - floor)
    total = np.append(0, np.cumsum(weight[order]))
    at = requests.site_group[asked] * span + (requests.start[asked] - floor)
    result[asked] = total[np.searchsorted(key, at + limit, side="right")] - total[np.searchsorted(key, at)]
    return result


def _left_at_once(requests: Requests, pages: Ints, leaves: Flags, settings: ReconstructSettings) -> Flags:
    """Return after which pages another site's page began so soon that they were not looked at."""
    after = next_elsewhere(requests.user, requests.start, requests.site, leaves, pages)
    result: Flags = (after >= 0) & (requests.start[after] - requests.start[pages] <= settings.glance_ms)
    return result
