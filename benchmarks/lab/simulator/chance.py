"""One person's luck: a seeded source of numbers, with the few distributions that days are made of."""

from __future__ import annotations

import math
import random
import zlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Thing = TypeVar("Thing")


class Luck(random.Random):
    """Numbers that depend only on the words they were seeded with."""

    def __new__(cls, *_: object) -> Luck:  # noqa: PYI034  Self is no better in a class nobody derives from
        """The generator, before it is seeded."""
        return super().__new__(cls)

    def __init__(self, *words: object) -> None:
        text = "/".join(str(word) for word in words)
        super().__init__(text)
        self.vector = np.random.Generator(np.random.PCG64(zlib.crc32(text.encode()) + (len(text) << 33)))

    def randrange(self, start: int, stop: int | None = None, _: int = 1) -> int:
        """A whole number below the stop; quicker than the library's, which is exact to the last bit."""
        if stop is None:
            start, stop = 0, start
        return start + int(self.random() * (stop - start))

    def about(self, median: float, sigma: float) -> float:
        """Log-normal, by its median."""
        return median * math.exp(self.gauss(0.0, sigma))

    def between(self, median: float, sigma: float, low: float, high: float) -> float:
        """Log-normal, kept within bounds."""
        return min(max(self.about(median, sigma), low), high)

    def weibull(self, scale: float, shape: float) -> float:
        """Weibull, by scale and shape."""
        return self.weibullvariate(scale, shape)

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random() < probability

    def pick(self, things: Sequence[Thing], weights: Sequence[float] | None = None) -> Thing:
        """One of the things."""
        return self.choices(things, weights)[0] if weights else things[int(self.random() * len(things))]

    def count(self, mean: float) -> int:
        """A whole number whose mean is this."""
        whole = int(mean)
        return whole + (self.random() < mean - whole)
