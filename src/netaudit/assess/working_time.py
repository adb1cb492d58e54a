"""How much of each visit lies in core time, and where each person's lunch break is best placed."""

from __future__ import annotations

import polars as pl

from netaudit.assess.rota import SHIFT, rota
from netaudit.definitions.policies import Policy


def split_by_working_time(
    visits: pl.DataFrame, people: pl.DataFrame, register: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """Return the visits with their estimates split into core time outside lunch and lunch.

    Proven minutes are placed inside their visit so that as few as possible lie in core time, likely and
    possible ones evenly. Needs a column `long` (whether the visit is in a chain over the limit); adds
    core_low_us, core_us, core_high_us, lunch_low_us, lunch_us.
    """
    shifts, breaks = rota(visits, people, register, policy)
    pieces = _pieces(visits, shifts)
    pieces = pieces.join(_placed_breaks(pieces, breaks), on=SHIFT, how="left")
    # horizontal minima skip nulls, so whoever has no break must be asked for first
    at_lunch = pl.when(pl.col("lunch_start").is_not_null()).then(
        _overlap("piece_start", "piece_end", "lunch_start", "lunch_end")
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


def hours_of(
    visits: pl.DataFrame, people: pl.DataFrame, register: pl.DataFrame, policy: Policy
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return everybody's core time around their visits, and lunch on the days on which it had to be placed.

    Returns:
        core: user_hash, shift_day, core_start, core_end.
        lunch: user_hash, shift_day, lunch_start, lunch_end.
    """
    core, breaks = rota(visits, people, register, policy)
    return core, _placed_breaks(_pieces(visits, core), breaks)


def _overlap(start: str, end: str, other_start: str, other_end: str) -> pl.Expr:
    return (pl.min_horizontal(end, other_end) - pl.max_horizontal(start, other_start)).clip(0)


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


def _placed_breaks(pieces: pl.DataFrame, breaks: pl.DataFrame) -> pl.DataFrame:
    """Return where each person's break of each shift covers most of their personal time.

    The amount covered is a piecewise linear function of where the break starts, so that its maximum is where
    the break starts with a piece or ends with one, or at an end of the band. Chains over the limit come
    first, then proven minutes, then likely ones; of equals the earliest.
    """
    in_band = (
        pieces.join(breaks, on=SHIFT)
        .with_columns(
            piece_start=pl.max_horizontal("piece_start", "band_start"),
            piece_end=pl.min_horizontal("piece_end", "band_end"),
        )
        .filter(pl.col("piece_start") < pl.col("piece_end"))
    )
    last_start = pl.col("band_end") - pl.col("break_us")
    candidates = (
        in_band.with_columns(
            lunch_start=pl.concat_list(
                pl.col("band_start"),
                last_start,
                pl.col("piece_start").clip("band_start", last_start),
                (pl.col("piece_end") - pl.col("break_us")).clip("band_start", last_start),
            )
        )
        .explode("lunch_start")
        .select(*SHIFT, "lunch_start", lunch_end=pl.col("lunch_start") + pl.col("break_us"))
        .unique()
    )
    covered = _overlap("piece_start", "piece_end", "lunch_start", "lunch_end")

    def gain(density: str) -> pl.Expr:
        return (covered * pl.col(density)).round().cast(pl.Int64)  # whole, so that no order of sums matters

    return (
        candidates.join(
            in_band.select(*SHIFT, "piece_start", "piece_end", "low_density", "likely_density", "long"),
            on=SHIFT,
        )
        .group_by(*SHIFT, "lunch_start", "lunch_end")
        .agg(
            long_gain=gain("low_density").filter(pl.col("long")).sum(),
            low_gain=gain("low_density").sum(),
            likely_gain=gain("likely_density").sum(),
        )
        .sort("long_gain", "low_gain", "likely_gain", "lunch_start", descending=[True, True, True, False])
        .unique(SHIFT, keep="first", maintain_order=True)
        .select(*SHIFT, "lunch_start", "lunch_end")
    )
