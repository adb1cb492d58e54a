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

SLOT_DIGITS = 18
# Fibonacci hashing (Knuth, The Art of Computer Programming, 6.4): neighbours fall far apart.
_SPREAD = np.int64(-7046029254386353131)
_DIGITS = 63  # of a whole number that has a sign


def sorted_places(key: Ints) -> Ints:
    """Return the places of the elements in order of their keys, equal ones in the order they stand in."""
    if not len(key):
        return np.zeros(0, dtype=np.int64)
    floor = int(key.min())
    digits = (len(key) - 1).bit_length()
    if (int(key.max()) - floor).bit_length() + digits > _DIGITS:
        return np.argsort(key, kind="stable").astype(np.int64, copy=False)
    # Keys with their places in the low digits are sorted several times as fast as by a stable argsort.
    places: Ints = key - floor
    places <<= digits
    places |= np.arange(len(key), dtype=np.int64)
    places.sort()
    places &= (1 << digits) - 1
    return places


def lexical_places(*keys: Ints) -> Ints:
    """Return the places of the elements in order of the first key, then of the next, then as they stand."""
    joined = _joined(keys)
    return np.lexsort(keys[::-1]).astype(np.int64, copy=False) if joined is None else sorted_places(joined)


def lexical_order(*keys: Ints) -> tuple[Ints, Ints]:
    """Return the same, and which places of that order hold an element whose keys are all those of a neighbour."""
    order = lexical_places(*keys)
    same = np.zeros(len(order) + 1, dtype=np.bool_)
    if len(order):
        joined = _joined(keys)
        same[1:-1] = True
        for key in keys if joined is None else [joined]:
            same[:-1] &= ~changes(key[order])
    return order, np.flatnonzero(same[1:] | same[:-1])


def _joined(keys: tuple[Ints, ...]) -> Ints | None:
    """Return numbers in the order of all the keys together; None if they do not fit into one number."""
    if not len(keys[0]):
        return keys[0]
    floors = [int(key.min()) for key in keys]
    widths = [(int(key.max()) - floor).bit_length() for key, floor in zip(keys, floors, strict=True)]
    if sum(widths) > _DIGITS:
        return None
    joined = keys[0] - floors[0]
    for key, floor, width in zip(keys[1:], floors[1:], widths[1:], strict=True):
        joined <<= width
        joined |= key - floor
    return joined


def distinct(values: Ints) -> Ints:
    """Return the distinct values in order."""
    ordered = np.sort(values)
    return ordered[np.flatnonzero(changes(ordered))]


def changes(values: Ints) -> Flags:
    """Return whether each element differs from the one before; the first does."""
    found = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found


def numbered(values: Ints) -> tuple[Ints, Ints]:
    """Return each element's place among the distinct values in order, and these.

    For few values that come often; a table of hashes is several times as fast as sorting them all.
    """
    slot = slots(values)
    holder = np.zeros(1 << SLOT_DIGITS, dtype=np.int32)
    holder[slot] = np.arange(len(values), dtype=np.int32)
    used = np.zeros(1 << SLOT_DIGITS, dtype=np.bool_)
    used[slot] = True
    used_slots = np.flatnonzero(used)
    held = values[holder[used_slots]]
    crowded = np.flatnonzero(values[holder[slot]] != values)
    ordered = distinct(np.concatenate([held, distinct(values[crowded])]))
    number_of_slot = np.zeros(1 << SLOT_DIGITS, dtype=np.int64)
    number_of_slot[used_slots] = np.searchsorted(ordered, held)
    numbers = number_of_slot[slot]
    numbers[crowded] = np.searchsorted(ordered, values[crowded])
    return numbers, ordered


def slots(values: Ints) -> Ints:
    """Return a number below 2 to the power of SLOT_DIGITS for each value, the same for equal ones."""
    mixed = values * _SPREAD
    return (mixed.view(np.uint64) >> np.uint64(64 - SLOT_DIGITS)).view(np.int64)


@dataclass(slots=True)
class Groups:
    """Some requests, put in order by group and time."""

    places: Ints  # the requests, as places in the arrays of all
    first: Flags  # whether each is the first of its group

    @property
    def number(self) -> Ints:
        """Return each element's group as a number from 0."""
        return running_count(self.first) - 1

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
    places = order if keep is None else np.compress(keep[order], order)
    first = np.zeros(len(places), dtype=np.bool_)
    for code in codes:
        first |= changes(code[places])
    return Groups(places, first)


def gaps_before(groups: Groups, start: Ints) -> Ints:
    """Return the time since the element before in the same group; 0 for the first of a group."""
    times = start[groups.places]
    gaps = np.zeros(len(times), dtype=np.int64)
    np.subtract(times[1:], times[:-1], out=gaps[1:])
    gaps *= ~groups.first
    return gaps


def running_count(flags: Flags) -> Ints:
    """Return for each place how often the flag is set at or before it."""
    return np.cumsum(flags.view(np.int8), dtype=np.int32).astype(np.int64)


def last_true(flags: Flags) -> Ints:
    """Return for each place the last place at or before it where the flag is set; -1 for none."""
    places = np.full(len(flags), -1, dtype=np.int64)
    marked = np.flatnonzero(flags)
    places[marked] = marked
    return np.maximum.accumulate(places, out=places) if len(flags) else places


def next_true(flags: Flags) -> Ints:
    """Return for each place the next place, from it on, where the flag is set; the length for none."""
    places = np.full(len(flags), len(flags), dtype=np.int64)
    marked = np.flatnonzero(flags)
    places[marked] = marked
    return np.minimum.accumulate(places[::-1])[::-1] if len(flags) else places


def running_maximum(values: Ints, first: Flags) -> Ints:
    """Return the largest value so far within each group; groups begin where `first` is set."""
    if not len(values):
        return values
    raised = running_count(first)
    raised *= np.int64(values.max() - values.min() + 1)
    highest = values + raised
    np.maximum.accumulate(highest, out=highest)
    highest -= raised
    return highest


@dataclass(slots=True)
class Instants:
    """Where each element's person begins, and where its instant ends, in arrays sorted by person and time."""

    person: Ints  # the place of the person's first element
    end: Ints  # the last place of the same person and time


def instants_of(user: Ints, start: Ints) -> Instants:
    """Return where persons begin and instants end."""
    begins = changes(user)
    shared = np.flatnonzero(~begins[1:] & (start[1:] == start[:-1]))  # those whose instant goes on
    last = np.append(shared[1:] != shared[:-1] + 1, True)[: len(shared)]
    end = np.arange(len(user), dtype=np.int64)
    end[shared] = shared[next_true(last)] + 1
    person = np.flatnonzero(begins)
    return Instants(np.repeat(person, np.diff(person, append=len(user))), end)


def latest_elsewhere(
    instants: Instants, site: Ints, telling: Flags, asked: Ints, in_order: Flags | None = None
) -> Ints:
    """Return for each place asked about its person's latest telling element on another site; -1 for none.

    Elements of the same instant count as earlier, for a log in whole seconds does not tell which came first,
    except for elements marked `in_order`, whose order is known.
    """
    if not len(asked):
        return asked
    none = np.array([-1], dtype=np.int64)
    marked = np.concatenate((none, np.flatnonzero(telling)))
    marked_site = site[marked]
    marked_site[0] = -1
    upto = instants.end[asked]
    if in_order is not None:
        ordered = np.flatnonzero(in_order[asked])
        upto[ordered] = asked[ordered]
    latest = np.cumsum(telling.view(np.int8), dtype=np.int32)[upto].astype(np.int64)
    before_run = last_true(changes(marked_site)) - 1
    own = np.flatnonzero(marked_site[latest] == site[asked])
    latest[own] = np.maximum(before_run[latest[own]], 0)
    found = marked[latest]
    found[np.flatnonzero(found < instants.person[asked])] = -1
    return found


def next_elsewhere(user: Ints, start: Ints, site: Ints, telling: Flags, asked: Ints) -> Ints:
    """Return for each place asked about its person's next telling element on another site; -1 for none."""
    wanted = telling.copy()
    wanted[asked] = True
    backwards = np.flatnonzero(wanted)[::-1]
    place = np.zeros(len(user), dtype=np.int64)
    place[backwards] = np.arange(len(backwards))
    instants = instants_of(user[backwards], start[backwards])
    found = latest_elsewhere(instants, site[backwards], telling[backwards], place[asked])
    return np.where(found >= 0, backwards[found], -1)


def soon_after(start: Ints, places: Ints, earlier: Ints, limit: int | Ints) -> Flags:
    """Return whether each of the places began no longer than the limit after the one `earlier`; -1 for none."""
    return (earlier >= 0) & (start[places] - start[earlier] <= limit)
