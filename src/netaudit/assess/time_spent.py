"""A week of people's time, as the rules look at it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Time:
    """A week of people's time, split by what the policy counts."""

    personal: (
        pl.DataFrame
    )  # personal and blocked use that came through, less excused minutes, in chains; of_week, of_weeks_chain
    unknown: pl.DataFrame
    attempts: pl.DataFrame  # stopped by the filter: no time
    downloads: pl.DataFrame  # files that somebody fetched: no time
    spells: pl.DataFrame
    core: pl.DataFrame  # the hours it was held against, as in WorkingTime
    lunch: pl.DataFrame
