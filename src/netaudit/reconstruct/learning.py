"""What the log itself teaches of tunnels and timers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from netaudit.reconstruct.arrays import (
    SLOT_DIGITS,
    Flags,
    Groups,
    Ints,
    distinct,
    gaps_before,
    grouped,
    lexical_places,
    running_maximum,
    slots,
)
from netaudit.reconstruct.requests import UNKNOWN_SIZE, Requests
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.weights import WHOLE, highest_by, low_quantile, median, share_by, weights_by

# Sizes within 3 % of one another are the same answer: headers and handshakes vary by a few bytes.
_SIZE_STEP = np.log(1.03)


@dataclass(slots=True)
class Tunnels:
    """What each tunnel was, as flags and times per request."""

    used: Flags  # carried more than a handshake
    leading: Flags  # the first used one of several opened at once
    unused: Flags  # opened in advance and dropped
    renewed: Flags  # opened as the last one to the host ended
    active_until: Ints  # last sign of life: the end less the host's idle time-out; the start for others
    active_for_sure_until: Ints  # the same with the longest time-out that the log allows


def learn_tunnels(requests: Requests, settings: ReconstructSettings) -> Tunnels:
    """Return what the tunnels of a log carried and when their last byte passed."""
    open_tunnel = requests.tunnel & ~requests.blocked
    enough = (requests.size >= settings.unused_tunnel_bytes) | (requests.size == UNKNOWN_SIZE)
    used = open_tunnel & enough
    groups = grouped(requests.by_host, (requests.host_group,), used)
    # Sockets opened to one host within moments serve one purpose; the first leads. Spare ones tell nothing.
    begins = groups.first | (gaps_before(groups, requests.start) > settings.parallel_ms)
    leading = np.zeros(len(requests), dtype=np.bool_)
    leading[groups.places[begins]] = True
    likely, at_most = _idle_timeouts(requests, used & ~requests.guessed, settings)
    return Tunnels(
        used=used,
        leading=leading,
        unused=open_tunnel & ~enough,
        renewed=_renewed(requests, groups, begins, settings),
        active_until=_less(requests, used, likely, settings),
        active_for_sure_until=_less(requests, used, at_most, settings),
    )


def spoken(requests: Requests, settings: ReconstructSettings) -> Flags:
    """Return the tunnels that carried anything at all."""
    enough = (requests.size >= settings.empty_tunnel_bytes) | (requests.size == UNKNOWN_SIZE)
    found: Flags = requests.tunnel & enough
    return found


def polling(requests: Requests, settings: ReconstructSettings) -> Flags:
    """Return the tunnels that were held open for long and carried no more than polling does."""
    lasted = requests.end - requests.start
    little = requests.size * 1000 <= settings.polling_bytes_per_second * lasted
    found: Flags = requests.tunnel & (lasted >= settings.held_tunnel_ms) & little
    return found


def _less(requests: Requests, used: Flags, timeouts: Ints, settings: ReconstructSettings) -> Ints:
    """Return each used tunnel's end less its host's time-out, and the start of other requests."""
    last_sign, places = requests.start.copy(), np.flatnonzero(used)
    timeout = np.where(requests.guessed[places], settings.idle_timeout_ms, timeouts[requests.host[places]])
    ends = requests.end[places] - timeout
    last_sign[places] = np.maximum(last_sign[places], ends)
    return last_sign


def _renewed(requests: Requests, groups: Groups, begins: Flags, settings: ReconstructSettings) -> Flags:
    """Return which tunnels software opened again: as the last one ended, or when the next poll was due."""
    places = groups.places
    start, end = requests.start[places], requests.end[places]
    found = np.zeros(len(places), dtype=np.bool_)
    for lasting, reach in (
        (settings.idle_timeout_ceiling_ms, settings.renewal_ms),
        (settings.held_tunnel_ms, settings.held_renewal_ms),
    ):
        latest_end = running_maximum(np.where(begins & (end - start > lasting), end, 0), groups.first)
        previous = np.where(groups.first, 0, np.append(0, latest_end[:-1])[: len(latest_end)])
        silence = start - previous
        found |= (previous > 0) & (silence >= -settings.renewal_ms) & (silence <= reach)
    renewed = np.zeros(len(requests), dtype=np.bool_)
    renewed[places] = found & ~requests.asset[places]
    return renewed


def _idle_timeouts(requests: Requests, used: Flags, settings: ReconstructSettings) -> tuple[Ints, Ints]:
    """Return each host's likely and longest idle time-out in ms: hardly any tunnel ends before it has passed.

    A host with few tunnels is likely to be like the others, if its own do not tell of less; but it need not be.
    """
    rows = np.flatnonzero(used)
    likely, longest = (np.zeros(len(requests.names), dtype=np.int64) for _ in range(2))
    if not len(rows):
        return likely, longest
    lasted, group = requests.end[rows] - requests.start[rows], requests.host_group[rows]
    count = np.bincount(requests.host[rows], minlength=len(requests.names))
    # For each person, then over people: one script that hangs up early must not prove anybody's time.
    group, least = low_quantile(settings.idle_timeout_share, lasted, np.full(len(rows), WHOLE), group)
    one = np.zeros(int(group[-1]) + 1, dtype=np.int64)
    one[requests.host_group[rows]] = rows
    one = one[group]
    tunnels = np.bincount(requests.host_group[rows])[group]
    weight = np.minimum(tunnels, settings.teaching_count) * WHOLE
    host, shortest = low_quantile(settings.idle_timeout_people, least, weight, requests.host[one])
    well_known = count[host] >= settings.idle_timeout_count
    # A host that one account alone visits shares that account's weight; adverts and counters tell nothing of others.
    each = one[~requests.machine[one]]
    told = highest_by(
        requests.host[each], weights_by(settings.teaching_total, requests.user[each]), len(requests.names)
    )
    # What lasts longer than any browser keeps an idle connection is held open, and tells of no time-out either.
    told = np.where(well_known & (shortest <= settings.idle_timeout_ceiling_ms), told[host], 0)
    usual = int(median(shortest, told)) if told.any() else settings.idle_timeout_ms
    shortest = np.minimum(shortest, settings.idle_timeout_ceiling_ms)
    # Pages that are closed cut tunnels short; what many last alike was ended by a timer, however long that is.
    alike = _lasting_alike(requests, rows, lasted, settings)[host]
    longest[host] = np.where(well_known, np.maximum(shortest, alike), settings.held_tunnel_ms)
    likely[host] = np.minimum(np.where(well_known, shortest, usual), shortest)
    return likely, longest


def _lasting_alike(requests: Requests, rows: Ints, lasted: Ints, settings: ReconstructSettings) -> Ints:
    """Return for each host the longest time that a share of its tunnels lasted, alike to a hundredth; 0 for none."""
    host = requests.host[rows]
    weight = weights_by(settings.teaching_count, requests.user[rows], host)
    order = lexical_places(host, lasted)
    code, time = host[order], lasted[order]
    span = np.int64(2 * time.max() + settings.poll_tolerance_ms + 1)
    place = np.searchsorted(code * span + time, code * span + time + time // 100 + settings.parallel_ms // 10, "right")
    reached = np.append(0, np.cumsum(weight[order]))
    together = reached[place] - reached[:-1]
    total = np.bincount(host, weights=weight, minlength=len(requests.names))
    many = (together >= settings.poll_runs * WHOLE) & (together >= settings.alike_share * total[code])
    many &= time <= settings.held_tunnel_ms
    result = np.zeros(len(requests.names), dtype=np.int64)
    np.maximum.at(result, code[many], time[place[many] - 1])
    return result


def learn_timers(requests: Requests, settings: ReconstructSettings) -> Flags:
    """Return which requests a timer repeats: the same answer at the same distance, again and again.

    Tunnels are compared by person and host, other requests by person and URL, or host and size where the URL
    carries a counter. What a timer has once been seen to fetch (a URL, a size at a host) is mostly a timer's
    everywhere.
    """
    small = (requests.size <= settings.poll_bytes) & ~requests.machine & ~requests.media
    sizes = np.arange(settings.poll_bytes + 1)
    classes = (np.log(np.maximum(sizes, 1)) / _SIZE_STEP).astype(np.int64)
    # Only answers that are small are ever compared.
    answer = requests.host * (classes[-1] + 1) + classes[np.clip(requests.size, 0, settings.poll_bytes)]
    timed = np.zeros(len(requests), dtype=np.bool_)

    # What the filter stops lasts no time in any log, and nothing does where a log has no durations. Without a handshake
    # nobody polls: empty sockets in between do not stop a timer.
    lasts = requests.end > requests.start
    lasting = small & spoken(requests, settings) & (lasts | requests.blocked | (not (requests.tunnel & lasts).any()))
    groups = grouped(requests.by_host, (requests.host_group,), lasting)
    _mark_mostly(timed, requests.user, answer, lasting, ticking(groups, requests.start, settings), settings)
    # A page that reloads itself opens connections anew, whatever they carry; only long runs tell of that.
    timed[_reloads(requests, settings)] = True

    fetched = ~requests.tunnel & ~requests.machine & ~requests.media
    named = fetched & (requests.key != 0)
    for kind, among, whole_pages in (
        (requests.key, named & small, False),
        (requests.key, named & ~small, True),
        (answer, fetched & small, False),
    ):
        rows = _repeated(np.flatnonzero(among), requests, kind, settings)
        # Within one person and host: by what was fetched, then by time.
        order = rows[lexical_places(requests.host_group[rows], kind[rows])]
        groups = grouped(order, (requests.host_group, kind))
        ticked = ticking(groups, requests.start, settings, whole_pages=whole_pages)
        _mark_mostly(timed, requests.user, kind, among, ticked, settings)
    return timed


def _reloads(requests: Requests, settings: ReconstructSettings) -> Ints:
    """Return the tunnels with which a page, or a player, fetches again and again at exactly equal distances."""
    tunnel = requests.tunnel & ~requests.machine & ~requests.blocked
    groups = grouped(requests.by_host, (requests.host_group,), tunnel)
    leads = groups.first | (gaps_before(groups, requests.start) > settings.parallel_ms)
    leading = np.zeros(len(requests), dtype=np.bool_)
    leading[groups.places[leads]] = True
    own = grouped(requests.by_host, (requests.host_group,), leading)
    found = np.zeros(len(requests), dtype=np.bool_)
    found[ticking(own, requests.start, settings, whole_pages=True, runs=settings.reload_runs)] = True
    # The sockets that were opened with each.
    places: Ints = groups.places[found[groups.places[leads]][np.cumsum(leads) - 1]]
    return places


def _repeated(rows: Ints, requests: Requests, kind: Ints, settings: ReconstructSettings) -> Ints:
    """Return the rows without most of those whose kind comes too seldom at their person and host to tick."""
    slot = slots(slots(kind[rows]) + (requests.host_group[rows] << SLOT_DIGITS))
    return np.compress(np.bincount(slot, minlength=1 << SLOT_DIGITS)[slot] > settings.poll_runs, rows)


def _mark_mostly(
    marked: Flags, user: Ints, kind: Ints, among: Flags, ticked: Ints, settings: ReconstructSettings
) -> None:
    """Mark which of the requests among which a timer was sought are of a kind that mostly ticks."""
    if not len(ticked):
        return
    kinds = distinct(kind[ticked])
    rows = np.flatnonzero(among)
    place = np.minimum(np.searchsorted(kinds, kind[rows]), len(kinds) - 1)
    known = np.flatnonzero(kinds[place] == kind[rows])
    rows, place = rows[known], place[known]
    ticks = np.zeros(len(marked), dtype=np.bool_)
    ticks[ticked] = True
    share, _ = share_by(place, ticks[rows], weights_by(settings.teaching_count, user[rows], place), len(kinds))
    marked[rows[(2 * share >= 1)[place]]] = True


def ticking(
    groups: Groups, start: Ints, settings: ReconstructSettings, *, whole_pages: bool = False, runs: int = 0
) -> Ints:
    """Return the places of requests that follow one another at equal distances within their group.

    A whole page that comes again may be a page that refreshes itself, or somebody who comes back to it: only short
    and exactly equal distances tell of the former.
    """
    runs = runs or settings.poll_runs
    gap = gaps_before(groups, start)
    if len(gap) <= runs:
        return groups.places[:0]
    longest = settings.page_refresh_ms if whole_pages else np.iinfo(np.int64).max
    apart = np.flatnonzero((gap > settings.poll_tolerance_ms) & (gap <= longest))
    apart = apart[gap[apart - 1] > 0]  # the gap before a group's first is 0, and so the first of all is none
    tolerance = np.full(len(apart), settings.poll_tolerance_ms)
    if not whole_pages:
        tolerance = np.maximum(tolerance, (gap[apart] * settings.poll_tolerance_share).astype(np.int64))
    equal = apart[np.abs(gap[apart] - gap[apart - 1]) <= tolerance]
    if not len(equal):
        return groups.places[:0]
    # Only runs of equal gaps count; the two requests before the first equal gap belong to its run.
    begins = np.append(True, equal[1:] != equal[:-1] + 1)
    length = np.diff(np.flatnonzero(begins), append=len(equal))
    steady = equal[np.repeat(length >= runs - 1, length)]
    spread = np.zeros(len(gap), dtype=np.bool_)
    for before in (0, 1, 2):
        spread[steady - before] = True
    return groups.places[np.flatnonzero(spread)]
