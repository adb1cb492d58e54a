"""The shape in which measures are listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from netaudit.contracts.annex import Measure
from netaudit.pipeline.dpia.facts import Facts


@dataclass(frozen=True, slots=True)
class MeasureRule:
    """One measure: against which risks, when it is on, and what is to be said of it either way."""

    measure_id: str
    title: str
    risks: tuple[str, ...]
    on: str | Callable[[Facts], str]
    tests: tuple[str, ...]
    off: str | Callable[[Facts], str] = ""
    is_on: Callable[[Facts], bool] | None = None  # None: no setting switches it off

    def of(self, facts: Facts) -> Measure:
        """Return how it stands."""
        is_on = self.is_on is None or self.is_on(facts)
        says = self.on if is_on else self.off
        return Measure(
            self.measure_id,
            self.title,
            self.risks,
            is_on,
            self.is_on is None,
            says if isinstance(says, str) else says(facts),
            self.tests,
        )
