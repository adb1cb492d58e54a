"""How far the method was from the truth when last measured: the figures of docs/accuracy.md, for every report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of the measurement: days of persons whose truth is known."""

    days: int
    mean_error: float  # minutes a day by which the likely figure is off
    nine_in_ten: float  # minutes that nine days in ten are off by no more than
    in_range: int  # days whose truth lies between proven and at most
    above: int  # days whose truth is below the proven figure
    above_most: float  # by so many minutes at most
    findings: int
    untrue: int  # of them


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What was measured, and when."""

    measured_on: date
    simulated: Measured
    recorded: Measured


ACCURACY = Accuracy(
    measured_on=date(2026, 11, 21),
    simulated=Measured(2_026, 15.1, 43.4, 1_863, 130, 19.6, 920, 1),
    recorded=Measured(24, 3.1, 4.7, 24, 1, 0.0, 13, 0),
)
