"""The thresholds of the guards, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """When a foreign list is not believed.

    Attributes:
        canary_share: of the rows that are taken, canaries in an accusing class. Real lists have a handful in hundreds
            of thousands (UT1 in August 2026: 0.02 %); ten times that is no slip.
        doubtful_share: of the rows that are taken, rows in an accusing class that our own lists know as something about
            which honest lists differ (a maker's own shop). In UT1 they are 0.03 %.
        size_share: by which a class may grow or shrink against the last version, or the adapter's expectation. UT1's
            jobsearch, flooded in March 2026, grew 142-fold; honest classes change by some per cent a month.
        size_rows: a change of fewer rows is never refused, nor fewer doubtful rows, or small classes and lists would be
            refused for a handful.
        kept_share: of the rows of either version, those in both. A fifth of the rows exchanged for others leaves
            two thirds, and the number of rows as it was; growth by a quarter leaves four fifths.
        copied_share: of the smaller of two classes that mean different things with us, rows that are in both. In UT1
            the most is 3 %: a quarter is one class copied, or linked, into the other.
        agreement_share: of the rows whose very pattern is in our own lists, those that have the same class there. In
            UT1 the least is 46 % (games, where bookmakers stand); a class filled from elsewhere has next to none.
        agreement_rows: with fewer rows that we know, agreement says nothing.
        drift_share: by which a class may change in `drift_days`, however small each step was: poison in small doses. A
            class that really doubled is accepted by a person, and is then what later versions are measured by.
        drift_days: after so many days the sizes of the day are what later versions are measured by.
        swarm_rows: new rows of an accusing class under one registered domain that is not listed itself, and of which
            there were less than half as many before: names under a site that is not accused as a whole.
        swarm_share: of a class on its first import, names under one domain that it does not list: told as a warning.
        shown_rows: how many rows a message shows.
    """

    canary_share: float = 0.001
    doubtful_share: float = 0.01
    size_share: float = 0.25
    size_rows: int = 50
    kept_share: float = 0.75
    copied_share: float = 0.25
    agreement_share: float = 0.2
    agreement_rows: int = 20
    drift_share: float = 1.0
    drift_days: int = 90
    swarm_rows: int = 50
    swarm_share: float = 0.1
    shown_rows: int = 10
