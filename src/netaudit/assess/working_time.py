"""How much of each visit lies in core time, and where each person's lunch break is best placed."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from netaudit.assess.lunch import overlap, placed_breaks
from netaudit.assess.rota import SHIFT, rota
from netaudit.definitions.policies import Policy


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """Visits split by working time, and the hours they were held against."""

    visits: pl.DataFrame
    core: pl.DataFrame  # user_hash, shift_day, core_start, core_end: a row for each stretch of the days around visits
    lunch: pl.DataFrame  # user_hash, shift_day, lunch_start, lunch_end, where it was placed


def split_by_working_time(
    visits: pl.DataFrame, stakes: pl.DataFrame, people: pl.DataFrame, register: pl.DataFrame, policy: Policy
) -> WorkingTime:
    """Return the visits with their estimates split into core time outside lunch and lunch.

    Proven minutes are placed inside their visit so that as few as possible lie in core time, likely and
    possible ones evenly. Adds core_low_us, core_us, core_high_us, lunch_low_us, lunch_us.

    Args:
        visits: people's visits, with `long` (whether the visit is in a chain over the limit).
        stakes: `stakes_of` them, for which lunch is placed.
        people: PEOPLE.
        register: REGISTER, of which leave counts.
        policy: working patterns, holidays and the zone.

    Raises:
        DefinitionError: somebody's pattern is not in the policy.
    """
    core, breaks = rota(visits, people, register, policy)
    breaks = breaks.join(core, on=SHIFT, how="semi")
    pieces = _pieces(visits, core)
    placed = placed_breaks(pieces, breaks, visits, stakes)
    split = _split(visits, pieces.join(placed, on=SHIFT, how="left"))
    return WorkingTime(split, core, placed)


def _split(visits: pl.DataFrame, pieces: pl.DataFrame) -> pl.DataFrame:
    # horizontal minima skip nulls, so whoever has no break must be asked for first
    at_lunch = pl.when(pl.col("lunch_start").is_not_null()).then(
        overlap("piece_start", "piece_end", "lunch_start", "lunch_end")
    )
    inside = pieces.group_by("visit").agg(
        inside_us=(pl.col("piece_end") - pl.col("piece_start")).sum(), inside_lunch_us=at_lunch.sum()
    )
    length = pl.col("until_us") - pl.col("start_us")
    core, lunch = pl.col("inside_us") - pl.col("inside_lunch_us"), pl.col("inside_lunch_us")

    def evenly(column: str, part: pl.Expr) -> pl.Expr:
        # Whole numbers, wide enough for the product: the likely part may not fall below the proven one by rounding.
        return (pl.col(column).cast(pl.Int128) * part // length).cast(pl.Int64)

    return (
        visits.join(inside, on="visit", how="left", maintain_order="left")
        .with_columns(pl.col("inside_us", "inside_lunch_us").fill_null(0))
        .with_columns(
            core_low_us=(pl.col("low_us") - (length - core)).clip(0),
            core_us=evenly("likely_us", core),
            core_high_us=evenly("high_us", core),
            lunch_low_us=(pl.col("low_us") - (length - lunch)).clip(0),
            lunch_us=evenly("likely_us", lunch),
        )
        .drop("inside_us", "inside_lunch_us")
    )


def _pieces(visits: pl.DataFrame, shifts: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of visits that lie in core time: visit, shift, piece_start, piece_end, densities."""
    length = pl.col("until_us") - pl.col("start_us")
    personal = pl.col("use") != "unknown"  # time of unknown use must not draw the break to itself
    return (
        visits.select(
            "visit",
            "user_hash",
            "start_us",
            "until_us",
            low_density=pl.when(personal).then(pl.col("low_us") / length).otherwise(0.0),
            likely_density=pl.when(personal).then(pl.col("likely_us") / length).otherwise(0.0),
            long="long",
            shift_day=pl.concat_list(pl.col("day").dt.offset_by(by) for by in ("-1d", "0d", "1d")),
        )
        .explode("shift_day")
        .join(shifts, on=SHIFT)
        .with_columns(
            piece_start=pl.max_horizontal("start_us", "core_start"),
            piece_end=pl.min_horizontal("until_us", "core_end"),
        )
        .filter(pl.col("piece_start") < pl.col("piece_end"))
    )
