"""Findings of one week before and after something was changed: which fall away, change or are new."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_WHOSE = ["user_hash", "rule_id", "category"]


def case_changes(
    before: pl.DataFrame, after: pl.DataFrame, figures: Sequence[str], words: Sequence[str], worth: float
) -> pl.DataFrame:
    """Return the findings that differ, in a fixed order.

    Columns: change (falls away, changes, is new), finding_id (null: a new one), rule_id, category, the compared columns
    and what they become (`…_after`), people (of a new one: how many have one by the same rule, with the same status),
    renumbered (it begins at another moment, and would get another number).

    Args:
        before: FINDINGS of the week; `status` is always compared.
        after: FINDINGS of the same week.
        figures: columns of numbers that are compared.
        words: columns of text that are compared.
        worth: a difference of figures that is worth a word.
    """
    compared = ["status", *words, *figures]
    names = ["finding_id", "rule_id", "category", "user_hash", "event_start", "event_end", *compared]
    before, after = (
        frame.select(names).with_columns(pl.col("rule_id", "category", "status", *words).cast(pl.String))
        for frame in (before, after)
    )
    both = before.join(after.select("finding_id", *compared), on="finding_id", suffix="_after")
    other_words = [pl.col(name).ne_missing(pl.col(f"{name}_after")) for name in ("status", *words)]
    other_figures = [
        ((pl.col(name) - pl.col(f"{name}_after")).abs() >= worth).fill_null(value=False)
        | (pl.col(name).is_null() != pl.col(f"{name}_after").is_null())
        for name in figures
    ]
    gone = before.join(after, on="finding_id", how="anti")
    new = after.join(before, on="finding_id", how="anti")
    same = _the_same(gone, new)
    gone = gone.join(same, on="finding_id", how="anti")
    new = new.join(same.select(finding_id="finding_id_after"), on="finding_id", how="anti")
    parts = [
        gone.with_columns(change=pl.lit("falls away")),
        both.filter(pl.any_horizontal(*other_words, *other_figures)).with_columns(change=pl.lit("changes")),
        same.with_columns(change=pl.lit("changes"), renumbered=pl.lit(value=True)),
        new.rename({name: f"{name}_after" for name in compared}).with_columns(
            change=pl.lit("is new"),
            finding_id=pl.lit(None, pl.String),
            people=pl.col("user_hash").n_unique().over("rule_id", "status_after").cast(pl.Int64),
        ),
    ]
    told: list[str] = ["change", "finding_id", "rule_id", "category", "people", "renumbered"]
    told += [name for one in compared for name in (one, f"{one}_after")]
    empty = pl.DataFrame(schema={"people": pl.Int64, "renumbered": pl.Boolean})
    found = pl.concat([empty, *parts], how="diagonal").with_columns(pl.col("renumbered").fill_null(value=False))
    order = ["change", "finding_id", "rule_id", "category", "status_after"]
    return found.select(told).sort(order, nulls_last=True, maintain_order=True)


def _the_same(gone: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Return the cases that only begin at another moment, and so get another number."""
    same = gone.join(new, on=_WHOSE, nulls_equal=True, suffix="_after")
    overlap = (pl.col("event_start") <= pl.col("event_end_after")) & (
        pl.col("event_start_after") <= pl.col("event_end")
    )
    same = same.filter(overlap).sort("finding_id", "event_start_after", "finding_id_after")
    same = same.unique("finding_id", keep="first", maintain_order=True)
    return same.unique("finding_id_after", keep="first", maintain_order=True)
