"""Whom the figures of a week count, by unit, and who of them moved between two such tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import polars as pl

from netaudit.contracts import COUNTED, FINDINGS, VISITS
from netaudit.protect.clauses import Clauses
from netaudit.protect.counting import ACTIVE, OF_THE_WHOLE, counted
from netaudit.protect.disclosure import MEASURES
from netaudit.protect.publish import Key
from netaudit.protect.suppression import MS_PER_MINUTE, SuppressionSettings
from netaudit.protect.units import Staff, everyone, staff_of

MEMBERS = "members"
"""The table of COUNTED that lists who is in a unit, whether they were active or not."""

ACTIVE_PEOPLE = "active_people"
HEADCOUNT = "headcount"
KEY = ("table", "value", "unit_level", "unit")
PLACE = ("unit_level", "unit")

_AMOUNTS = tuple(f"{measure}_ms" for measure in MEASURES)
_MOVED_MS = MS_PER_MINUTE // 2  # less is rounding


def counted_by_unit(who: pl.DataFrame, staff: Staff) -> pl.DataFrame:
    """Return COUNTED: whom each figure of a week counts, in each unit, and who is in it.

    Args:
        who: as `counted` returns it.
        staff: the units of the week and their members.
    """
    units = pl.DataFrame(
        [(place, unit.level, unit.name) for place, unit in enumerate(staff.tree.units)],
        schema={"place": pl.Int32, "unit_level": pl.String, "unit": pl.String},
        orient="row",
    )
    members = staff.members.select("user_hash", pl.col("unit").cast(pl.Int32).alias("place")).join(units, on="place")
    of_the_whole = pl.col("table").is_in(list(OF_THE_WHOLE))
    cells = pl.concat(
        [
            who.filter(~of_the_whole).join(members, on="user_hash"),
            who.filter(of_the_whole).join(members.filter(place=0), on="user_hash"),
        ]
    )
    amounts = (pl.col(measure).alias(name) for measure, name in zip(MEASURES, _AMOUNTS, strict=True))
    nothing = (pl.lit(None, pl.Int64).alias(name) for name in _AMOUNTS)
    rows = [
        cells.select(*KEY, "user_hash", *amounts, is_counted=True),
        members.select(
            pl.lit(MEMBERS).alias("table"), pl.lit("").alias("value"), *PLACE, "user_hash", *nothing, is_counted=True
        ),
    ]
    return COUNTED.at_rest(pl.concat(rows)).sort(*KEY, "user_hash")


def whom_figures_count(
    visits: pl.DataFrame,
    findings: pl.DataFrame,
    people: pl.DataFrame,
    policy_uses: Mapping[str, str],
    period: str,
    zone: str,
    settings: SuppressionSettings,
    clauses: Clauses,
) -> pl.DataFrame:
    """Return COUNTED of a week as it is; the arguments are those of `publish`."""
    who = counted(VISITS.fit(visits), FINDINGS.fit(findings), policy_uses, zone, settings, clauses)
    if people.is_empty():
        active = who.filter(table=ACTIVE_PEOPLE)
        heads = active.with_columns(value=pl.lit(HEADCOUNT))  # who was active is all that is known of the staff
        return counted_by_unit(pl.concat([who, heads]), everyone(active["user_hash"]))
    return counted_by_unit(who, staff_of(people, period, settings.unit_size))


def basis_of_edition(
    before: pl.DataFrame, now: pl.DataFrame, people: Collection[Key], minutes: Collection[Key]
) -> pl.DataFrame:
    """Return COUNTED of what a new edition prints: where it prints what the former did, whom that counts.

    Small changes from edition to edition would add up otherwise.

    Args:
        before: COUNTED of the former edition.
        now: COUNTED of the week as it is now.
        people: the figures whose people are printed as before.
        minutes: those whose minutes are.
    """
    both = before.join(now, on=[*KEY, "user_hash"], how="full", coalesce=True, suffix="_now")
    for name, keys in (("keeps_people", people), ("keeps_minutes", minutes)):
        listed = pl.DataFrame(list(keys), schema=dict.fromkeys(KEY, pl.String), orient="row")
        both = both.join(listed.with_columns(pl.lit(value=True).alias(name)), on=KEY, how="left")
    chosen = both.select(
        *KEY,
        "user_hash",
        *(pl.when("keeps_minutes").then(name).otherwise(f"{name}_now").alias(name) for name in _AMOUNTS),
        is_counted=pl.when("keeps_people").then("is_counted").otherwise("is_counted_now").fill_null(value=False),
    )
    return COUNTED.fit(
        chosen.filter(pl.col("is_counted") | pl.any_horizontal(pl.col(_AMOUNTS).is_not_null())).sort(*KEY, "user_hash")
    )


def known_as(counted: pl.DataFrame, then: pl.Series, now: pl.Series) -> pl.DataFrame:
    """Return COUNTED of another week with its people under this week's pseudonyms, in memory only.

    Whoever the directory does not have any more keeps the other week's, which nobody has now: they have left.

    Args:
        counted: COUNTED of the other week.
        then: the other week's pseudonyms of everybody in the directory.
        now: this week's, in the same order.
    """
    names = pl.DataFrame({"user_hash": then, "now": now}).unique("user_hash")
    joined = counted.join(names, on="user_hash", how="left", maintain_order="left")
    return COUNTED.fit(joined.with_columns(user_hash=pl.coalesce("now", "user_hash")))


def paired(then: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Return everybody who counts in a figure in one table or the other: `was`, `is_now`, and minutes then and moved.

    `is_other` is false for all.
    """
    before = then.select(
        *KEY, "user_hash", *(pl.col(name).alias(f"{name}_then") for name in _AMOUNTS), was="is_counted"
    )
    both = before.join(now.rename({"is_counted": "is_now"}), on=[*KEY, "user_hash"], how="full", coalesce=True)
    return both.select(
        *KEY,
        "user_hash",
        pl.col("was", "is_now").fill_null(value=False),
        *(
            (pl.col(name).fill_null(0) - pl.col(f"{name}_then").fill_null(0)).abs().alias(measure)
            for name, measure in zip(_AMOUNTS, MEASURES, strict=True)
        ),
        *(pl.col(f"{name}_then").fill_null(0) for name in _AMOUNTS),
        is_other=False,
    )


def with_others(pairs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the pairs of two weeks with `is_other`, and how many such people each unit has.

    Others are those who were there in one of the weeks only. To be there is to be active, and for the figure of active
    people to be on the staff list.
    """
    of_active = pl.col("table") == ACTIVE_PEOPLE
    there = pl.concat(
        [
            pairs.filter(of_active, value=ACTIVE).with_columns(of_active=False),
            pairs.filter(table=MEMBERS).with_columns(of_active=True),
        ]
    ).select(*PLACE, "user_hash", "of_active", "is_now", is_other=pl.col("was") != pl.col("is_now"))
    numbers = (
        there.filter("is_other")
        .group_by(*PLACE, "of_active")
        .agg(pl.col("is_now").sum().alias("joined"), (~pl.col("is_now")).sum().alias("left"))
    )
    cells = pairs.filter(pl.col("table") != MEMBERS).with_columns(of_active=of_active)
    on = [*PLACE, "user_hash", "of_active"]
    marked = cells.drop("is_other").join(there.select(*on, "is_other"), on=on, how="left")
    return marked.with_columns(pl.col("is_other").fill_null(value=False)), numbers


def moves(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return how many came into each figure and left it, and what moved of its minutes, by KEY."""
    came, went = pl.col("is_now") & ~pl.col("was"), pl.col("was") & ~pl.col("is_now")
    other = pl.col("is_other")
    return (
        pairs.group_by(*KEY)
        .agg(
            pl.col("was").sum().alias("then"),
            came.sum().alias("came"),
            went.sum().alias("went"),
            (came & other).sum().alias("others_came"),
            (went & other).sum().alias("others_went"),
            ((came | went) & ~other).sum().alias("stayers"),
            *_minutes_moved(other),
        )
        .sort(*KEY)
    )


def _minutes_moved(other: pl.Expr) -> Iterator[pl.Expr]:
    for measure, amount in zip(MEASURES, _AMOUNTS, strict=True):
        has_moved = pl.col(measure) >= _MOVED_MS
        moved = pl.col(measure).filter(has_moved)
        yield pl.col(f"{amount}_then").sum().alias(f"{measure}_then")
        yield pl.col(f"{amount}_then").top_k(2).sort(descending=True).alias(f"{measure}_then_top")
        yield moved.len().alias(f"{measure}_people")
        yield moved.sum().alias(f"{measure}_moved")
        yield moved.top_k(2).sort(descending=True).alias(f"{measure}_top")
        yield pl.col(measure).filter(has_moved, other).top_k(2).sort(descending=True).alias(f"{measure}_others_top")
        yield (has_moved & ~other).sum().alias(f"{measure}_stayers")
