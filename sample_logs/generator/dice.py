"""Chance that is the same on every machine and every Python version."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Dice:
    """A seeded source of chance.

    Only `random.Random.random()` is drawn from: it is the one method whose sequence Python promises to keep.
    """

    def __init__(self, *seed: object) -> None:
        self._draw = random.Random("/".join(str(part) for part in seed)).random

    def between(self, low: float, high: float) -> float:
        """Return a number from low up to, but without, high."""
        return low + (high - low) * self._draw()

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return low + int(self._draw() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """Return True in this share of the draws."""
        return self._draw() < share

    def pick(self, things: Sequence[T]) -> T:
        """Return one of the things."""
        return things[int(self._draw() * len(things))]

    def around(self, median: float, spread: float = 0.5) -> float:
        """Return a log-normal number: half of them under the median, a few far above it.

        Reading times on pages are close to log-normal; spread is the standard deviation of the logarithm.
        """
        radius = math.sqrt(-2.0 * math.log(1.0 - self._draw()))
        return median * math.exp(spread * radius * math.cos(2.0 * math.pi * self._draw()))
