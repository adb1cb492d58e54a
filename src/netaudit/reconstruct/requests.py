"""From EVENTS to sorted whole numbers: the requests that may be a person's, and why the others cannot be."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.reconstruct.arrays import (
    Flags,
    Instants,
    Ints,
    grouped,
    instants_of,
    lexical_order,
    numbered,
    running_count,
    sorted_places,
)
from netaudit.reconstruct.endings import Durations
from netaudit.reconstruct.kinds import SHIELDED, event_flags
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.texts import ranked
from netaudit.reconstruct.words import Word

UNKNOWN_SIZE = -1
NOWHERE = 0  # the site of what is shielded

# What is read of EVENTS.
COLUMNS = (
    "attribution", "category", "category_confirmed", "category_source", "disposition", "event_action", "event_dataset",
    "event_duration_ms", "event_start", "host_role", "http_request_bytes", "http_request_method", "http_response_bytes",
    "http_response_mime_type", "http_response_status_code", "log_file", "log_line", "referrer_domain", "site",
    "url_domain", "url_extension", "url_key", "url_scheme", "user_agent_name", "user_hash",
)  # fmt: skip


@dataclass(slots=True)
class Requests:
    """Requests as parallel arrays, sorted by person and time; nothing depends on the order they came in.

    `row` is the row in EVENTS; `user`, `host`, `site`, `category` are codes whose order is that of their
    values; `start`, `end` are Unix times in ms; `key` is url_key or 0. `machine` rows are kept only for
    what they tell about others. `unreferred`: no page is named as the referrer, though the person's parts of pages
    have one. `hop`: it leads to another address. `network`: of a host that may serve the parts of any site.
    `untimed`: a tunnel of which only one moment is known; `guessed`: that is its end, and its start is a guess.
    `by_host`, `by_site`: places in order of person, host or site, and time; `host_group`,
    `site_group` number the persons' hosts and sites in that order.
    """

    row: Ints
    user: Ints
    start: Ints
    end: Ints
    host: Ints
    site: Ints
    category: Ints
    key: Ints
    size: Ints
    tunnel: Flags
    document: Flags
    part: Flags
    style: Flags
    network: Flags
    media: Flags
    hop: Flags
    asset: Flags
    blocked: Flags
    success: Flags
    socket: Flags
    machine: Flags
    unreferred: Flags
    untimed: Flags
    guessed: Flags
    instants: Instants
    by_host: Ints
    host_group: Ints
    by_site: Ints
    site_group: Ints
    names: pl.Series  # of hosts and sites
    categories: list[str]
    users: Ints

    def __len__(self) -> int:
        """Return the number of requests."""
        return len(self.row)

    def moved(self, taken: Flags, site: Ints) -> Requests:
        """Return the requests with those that are taken on another site, as parts of it."""
        by_site, site_group = _ordered(self.user, site, len(self.names))
        return replace(
            self,
            site=site,
            asset=self.asset | taken,
            machine=self.machine & ~taken,
            by_site=by_site,
            site_group=site_group,
        )


def open_requests(
    events: pl.DataFrame, words: npt.NDArray[np.uint8], durations: Durations, settings: ReconstructSettings
) -> Requests:
    """Return the requests that may be a person's, and the shared content that tells about them.

    Hosts have not been given to sites yet.
    """
    flags = event_flags(events, words, settings) | {"untimed": durations.unknown, "guessed": durations.guessed}
    telling = flags["tunnel"] | flags["document"] | flags["media"] | flags["hop"] | (flags["part"] & flags["network"])
    row = np.flatnonzero((words == int(Word.OPEN)) | (flags["machine"] & telling))
    # Rows come in any order: all flags are fetched at once.
    packed = np.zeros(events.height, dtype=np.uint32)
    for digit, flag in enumerate(flags.values()):
        packed |= flag.astype(np.uint32) << np.uint32(digit)
    place = row.astype(np.uint32)
    user, users = numbered(_whole(events, "user_hash")[row])
    (host, site), names = ranked(place, events["url_domain"], events["site"])
    (category,), categories = ranked(place, events["category"])
    # A site that is not named is its host; shielded ones are all one.
    np.copyto(site, host, where=site == 0)
    shielded = [number for number, name in enumerate(categories) if name == SHIELDED]
    site[np.isin(category, shielded)] = NOWHERE
    start = durations.start[row]
    order = _order(events, row, user, start, host)
    row, user, start, host, site = row[order], user[order], start[order], host[order], site[order]
    by_host, host_group = _ordered(user, host, len(names))
    packed = packed[row]
    return Requests(
        row=row,
        user=user,
        start=start,
        end=start + durations.lasted[row],
        host=host,
        site=site,
        category=category[order],
        key=_whole(events, "url_key")[row],
        size=_whole(events, "http_response_bytes", UNKNOWN_SIZE)[row],
        **{name: (packed & np.uint32(1 << digit)) != 0 for digit, name in enumerate(flags)},
        instants=instants_of(user, start),
        by_host=by_host,
        host_group=host_group,
        by_site=by_host,
        site_group=host_group,
        names=names,
        categories=categories.to_list(),
        users=users,
    )


def _whole(events: pl.DataFrame, column: str, null: int = 0) -> Ints:
    """Return a column of whole numbers, with another number for null."""
    numbers: Ints = events[column].fill_null(null).to_numpy()
    return numbers


def order_by(user: Ints, code: Ints, codes: int) -> Ints:
    """Return the places in order of person, code and time; the arrays are in order of person and time."""
    return sorted_places(user * np.int64(codes) + code)


def _ordered(user: Ints, code: Ints, codes: int) -> tuple[Ints, Ints]:
    """Return the places in order of person, code and time, and for each place the number of its person's code."""
    order = order_by(user, code, codes)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = running_count(grouped(order, (user, code)).first)
    return order, number


def _order(events: pl.DataFrame, row: Ints, user: Ints, start: Ints, host: Ints) -> Ints:
    """Return the one order by person, time and line, whatever order the rows came in."""
    order, tied = lexical_order(user, start)
    if not len(tied):
        return order
    # A log in whole seconds still has its lines in order; which file was read first must not matter.
    at = order[tied]
    line = _whole(events, "log_line")[row[at]]
    within, still = lexical_order(user[at], start[at], line)
    order[tied] = at = at[within]
    if not len(still):
        return order
    tied, at, line = tied[still], at[still], line[within[still]]
    few = events.select("event_duration_ms", "http_response_bytes", "url_key", "log_file")[row[at].astype(np.uint32)]
    lasted = np.maximum(_whole(few, "event_duration_ms"), 0)
    size, key = _whole(few, "http_response_bytes", UNKNOWN_SIZE), _whole(few, "url_key")
    (file,), _ = ranked(np.arange(len(at), dtype=np.uint32), few["log_file"])
    order[tied] = at[np.lexsort((file, key, size, lasted, host[at], line, start[at], user[at]))]
    return order
