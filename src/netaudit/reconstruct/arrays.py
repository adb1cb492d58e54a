"""Searches in sorted arrays that the reconstruction needs more than once."""

from __future__ import annotations

import numpy as np

from netaudit.reconstruct.requests import Flags, Ints

class Groups:
    """Elements put in order by group and time, for questions about neighbours within a group.

    Args:
        group: a number per element, equal within a group.
        start: a time per element; elements come sorted by time within a group already, or in any stable order.
    """

    def __init__(self, group: Ints, start: Ints) -> None:
        self.order = np.lexsort((start, group)) if len(group) else np.zeros(0, dtype=np.int64)
        self.group = group[self.order]
        self.start = start[self.order]

    @property
    def first(self) -> Flags:
        """Whether each ordered element is the first of its group."""
        first = np.ones(len(self.group), dtype=np.bool_)
        first[1:] = self.group[1:] != self.group[:-1]
        return first

    def back(self, ordered: np.ndarray) -> np.ndarray:
        """Return values given in this order in the elements' own order."""
        result = np.empty_like(ordered)
        result[self.order] = ordered
        return result


def pair_codes(left: Ints, right: Ints, right_size: int) -> Ints:
    """Return one dense number per pair of codes."""
    _, codes = np.unique(left * np.int64(right_size) + right, return_inverse=True)
    return codes.astype(np.int64)


def last_true(flags: Flags) -> Ints:
    """Return for each place the last place at or before it where the flag is set; -1 for none."""
    places = np.where(flags, np.arange(len(flags), dtype=np.int64), -1)
    return np.maximum.accumulate(places) if len(flags) else places


def next_true(flags: Flags) -> Ints:
    """Return for each place the next place at or after it where the flag is set; the last flag must be set."""
    places = np.where(flags, np.arange(len(flags), dtype=np.int64), len(flags))
    return np.minimum.accumulate(places[::-1])[::-1]


def running_maximum(values: Ints, first: Flags) -> Ints:
    """Return the largest value so far within each group; groups begin where `first` is set."""
    if not len(values):
        return values
    group = np.cumsum(first)
    step = np.int64(values.max() - values.min() + 1)
    raised = np.maximum.accumulate(values + group * step)
    return raised - group * step


def latest_elsewhere(user: Ints, start: Ints, site: Ints, telling: Flags) -> Ints:
    """Return for each element its person's latest telling element on another site; -1 for none.

    The arrays are sorted by user and start. Elements of the same instant count as earlier: which came first is
    unknown to a log in whole seconds.
    """
    marked = np.flatnonzero(telling)
    if not len(marked):
        return np.full(len(user), -1, dtype=np.int64)
    marked_user, marked_site = user[marked], site[marked]
    begins = np.ones(len(marked), dtype=np.bool_)
    begins[1:] = (marked_user[1:] != marked_user[:-1]) | (marked_site[1:] != marked_site[:-1])
    run_begin = last_true(begins)
    count = np.cumsum(telling)
    instant_ends = np.ones(len(user), dtype=np.bool_)
    instant_ends[:-1] = (user[1:] != user[:-1]) | (start[1:] != start[:-1])
    ends = np.flatnonzero(instant_ends)
    instant = np.cumsum(instant_ends) - instant_ends
    latest = count[ends[instant]] - 1
    own = latest >= 0
    own[own] = (marked_user[latest[own]] == user[own]) & (marked_site[latest[own]] == site[own])
    latest[own] = run_begin[latest[own]] - 1
    found = latest >= 0
    found[found] = marked_user[latest[found]] == user[found]
    return np.where(found, marked[np.maximum(latest, 0)], -1)


def within_burst(start: Ints, earlier: Ints, limit: int) -> Flags:
    """Return whether the element at place `earlier` (-1 for none) began no longer than the limit before."""
    return (earlier >= 0) & (start - start[np.maximum(earlier, 0)] <= limit)


def count_within(group: Ints, start: Ints, wanted_group: Ints, low: Ints, high: Ints) -> Ints:
    """Return how many elements of a group start between low and high, both included, for each wanted group."""
    if not len(group) or not len(wanted_group):
        return np.zeros(len(wanted_group), dtype=np.int64)
    floor = min(int(start.min()), int(low.min()))
    span = np.int64(max(int(start.max()), int(high.max())) - floor + 2)
    keys = np.sort(group * span + (start - floor))
    upto = np.searchsorted(keys, wanted_group * span + (high - floor), side="right")
    before = np.searchsorted(keys, wanted_group * span + (low - floor), side="left")
    return (upto - before).astype(np.int64)


def share_by(code: Ints, flags: Flags, size: int, *, spare: int = 0) -> tuple[np.ndarray, Ints]:
    """Return for each code the share of its elements with the flag, out of the count plus `spare`; and the count."""
    count = np.bincount(code, minlength=size)
    hits = np.bincount(code[flags], minlength=size)
    return hits / np.maximum(count + spare, 1), count
