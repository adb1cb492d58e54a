"""How much each request teaches: what one account does without end must not outweigh what many people do.

Weights are whole numbers, so that their sums are exact and do not depend on the order of people.
"""

from __future__ import annotations

import numpy as np

from netaudit.reconstruct.arrays import Flags, Ints, Shares, changes, lexical_places, running_count, sorted_places

WHOLE = 1 << 20  # what an element weighs whose owner has few


def weights_by(most: int, *owner: Ints) -> Ints:
    """Return each element's weight: those of one owner weigh no more together than so many whole ones.

    >>> (weights_by(2, np.array([7, 8, 7, 7, 7])) / WHOLE).tolist()
    [0.5, 1.0, 0.5, 0.5, 0.5]
    """
    order = lexical_places(*owner)
    begins = np.zeros(len(order), dtype=np.bool_)
    for code in owner:
        begins |= changes(code[order])
    number = running_count(begins) - 1
    each = np.minimum(most * WHOLE // np.maximum(np.bincount(number), 1), WHOLE)
    weight = np.empty(len(order), dtype=np.int64)
    weight[order] = each[number]
    return weight


def highest_by(code: Ints, weight: Ints, size: int) -> Ints:
    """Return the weight of each code: that of its heaviest element."""
    highest = np.zeros(size, dtype=np.int64)
    np.maximum.at(highest, code, weight)
    return highest


def sums_by(code: Ints, weight: Ints, size: int) -> Ints:
    """Return the sum of weights of each code; floats hold sums below 2 to the power of 53 exactly."""
    return np.bincount(code, weights=weight, minlength=size).astype(np.int64)


def share_by(code: Ints, flags: Flags, weight: Ints, size: int, *, spare: int = 0) -> tuple[Shares, Ints]:
    """Return each code's share of elements with the flag, out of all plus `spare`, by weight; and the weight."""
    total = sums_by(code, weight, size)
    hits = sums_by(code[flags], weight[flags], size)
    return hits / np.maximum(total + spare * WHOLE, 1), total


def low_quantile(share: float, values: Ints, weight: Ints, code: Ints) -> tuple[Ints, Ints]:
    """Return the codes in order, and for each the lower neighbour of the quantile of its values, by weight."""
    order = lexical_places(code, values)
    begins = np.flatnonzero(changes(code[order]))
    reached = np.cumsum(weight[order])
    before = np.append(0, reached[begins[1:] - 1])[: len(begins)]
    total = np.diff(np.append(before, reached[-1:]))
    wanted = before + np.floor(share * np.maximum(total - WHOLE, 0)).astype(np.int64)
    place = np.searchsorted(reached, wanted, side="right")
    return code[order[begins]], values[order[place]]


def median(values: Ints, weight: Ints) -> float:
    """Return the median by weight, halfway between its two neighbours.

    >>> median(np.array([1, 2, 3, 90]), np.array([1, 1, 1, 1])), median(np.array([1, 90]), np.array([1, 2]))
    (2.5, 90.0)
    """
    order = sorted_places(values)
    reached = 2 * np.cumsum(weight[order])
    half = reached[-1] // 2
    places = (np.searchsorted(reached, half), np.searchsorted(reached, half, side="right"))
    return float(sum(int(values[order[place]]) for place in places)) / 2
