"""Searches in sorted arrays that the reconstruction needs more than once.

All of them rest on one order: requests sorted by person and time. Sorting stably by a code that includes
the person therefore keeps each group in order of time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Shares = npt.NDArray[np.float64]


def sorted_places(key: Ints) -> Ints:
    """Return the places of the elements in order of their keys, equal ones in the order they stand in.

    Sorting the keys with their places in the low digits is several times as fast as a stable argsort.
    """
    size = np.int64(len(key))
    if not size:
        return np.zeros(0, dtype=np.int64)
    floor = key.min()
    if int(key.max() - floor) + 1 > np.iinfo(np.int64).max // int(size):
        return np.argsort(key, kind="stable").astype(np.int64)
    return np.sort((key - floor) * size + np.arange(size, dtype=np.int64)) % size


@dataclass(slots=True)
class Groups:
    """Some requests, put in order by group and time."""

    places: Ints  # the requests, as places in the arrays of all
    first: Flags  # whether each is the first of its group

    @property
    def number(self) -> Ints:
        """Return each element's group as a number from 0."""
        return np.cumsum(self.first) - 1

    @property
    def last(self) -> Flags:
        """Return whether each element is the last of its group."""
        return np.append(self.first[1:], True)[: len(self.first)]


def grouped(order: Ints, codes: tuple[Ints, ...], keep: Flags | None = None) -> Groups:
    """Return the requests that are kept, in an order that keeps equal codes together.

    Args:
        order: places of all requests, sorted by the codes and, within equal codes, by time.
        codes: what makes a group.
        keep: which requests are wanted; all of them by default.
    """
    places = order if keep is None else order[keep[order]]
    first = np.ones(len(places), dtype=np.bool_)
    if len(places):
        first[1:] = False
        for code in codes:
            values = code[places]
            first[1:] |= values[1:] != values[:-1]
    return Groups(places, first)


def gaps_before(groups: Groups, start: Ints) -> Ints:
    """Return the time since the element before in the same group; 0 for the first of a group."""
    times = start[groups.places]
    gaps = np.diff(times, prepend=times[:1])
    gaps[groups.first] = 0
    return gaps


def last_true(flags: Flags) -> Ints:
    """Return for each place the last place at or before it where the flag is set; -1 for none."""
    places = np.where(flags, np.arange(len(flags), dtype=np.int64), -1)
    return np.maximum.accumulate(places) if len(flags) else places


def next_true(flags: Flags) -> Ints:
    """Return for each place the next place, from it on, where the flag is set; the last must be set."""
    places = np.where(flags, np.arange(len(flags), dtype=np.int64), len(flags))
    return np.minimum.accumulate(places[::-1])[::-1]


def running_maximum(values: Ints, first: Flags) -> Ints:
    """Return the largest value so far within each group; groups begin where `first` is set."""
    if not len(values):
        return values
    raised = np.cumsum(first) * np.int64(values.max() - values.min() + 1)
    return np.maximum.accumulate(values + raised) - raised


def latest_elsewhere(user: Ints, start: Ints, site: Ints, telling: Flags, in_order: Flags | None = None) -> Ints:
    """Return for each element its person's latest telling element on another site; -1 for none.

    The arrays are sorted by user and start. Elements of the same instant count as earlier, for a log in whole
    seconds does not tell which came first, except for elements marked `in_order`, whose order is known.
    """
    marked = np.flatnonzero(telling)
    if not len(marked):
        return np.full(len(user), -1, dtype=np.int64)
    marked_user, marked_site = user[marked], site[marked]
    begins = np.ones(len(marked), dtype=np.bool_)
    begins[1:] = (marked_user[1:] != marked_user[:-1]) | (marked_site[1:] != marked_site[:-1])
    before_run = last_true(begins) - 1
    count = np.cumsum(telling, dtype=np.int64)
    instant_ends = np.ones(len(user), dtype=np.bool_)
    instant_ends[:-1] = (user[1:] != user[:-1]) | (start[1:] != start[:-1])
    upto = next_true(instant_ends)
    if in_order is not None:
        upto = np.where(in_order, np.arange(len(user)), upto)
    latest = count[upto] - 1
    held = np.maximum(latest, 0)
    own = (latest >= 0) & (marked_site[held] == site) & (marked_user[held] == user)
    latest = np.where(own, before_run[held], latest)
    held = np.maximum(latest, 0)
    return np.where((latest >= 0) & (marked_user[held] == user), marked[held], -1)


def within(start: Ints, earlier: Ints, limit: int) -> Flags:
    """Return whether the element at place `earlier` (-1 for none) began no longer than the limit before."""
    return (earlier >= 0) & (start - start[np.maximum(earlier, 0)] <= limit)


def share_by(code: Ints, flags: Flags, size: int, *, spare: int = 0) -> tuple[Shares, Ints]:
    """Return each code's share of elements with the flag, out of the count plus `spare`; and the count."""
    count = np.bincount(code, minlength=size).astype(np.int64)
    hits = np.bincount(code[flags], minlength=size)
    return hits / np.maximum(count + spare, 1), count
