"""Where each person's lunch break is best placed: where it favours them most."""

from __future__ import annotations

import polars as pl

from netaudit.assess.rota import SHIFT

_AT = (*SHIFT, "lunch_start", "lunch_end")
_GAINS = ("long_gain", "low_gain", "likely_gain")


def overlap(start: str, end: str, other_start: str, other_end: str) -> pl.Expr:
    """Return how long two stretches lie in one another."""
    return (pl.min_horizontal(end, other_end) - pl.max_horizontal(start, other_start)).clip(0)


def placed_breaks(
    pieces: pl.DataFrame, breaks: pl.DataFrame, visits: pl.DataFrame, stakes: pl.DataFrame
) -> pl.DataFrame:
    """Return the break of each shift (SHIFT, lunch_start, lunch_end) where it favours the person most.

    That is: with as few proven findings as possible, then with as few likely ones; then over most proven minutes of
    chains over the limit, then over most proven, then over most likely minutes; of equals the earliest. Whether
    something is a finding changes only where a break starts or ends with a piece of a visit, where it covers all of a
    visit that was proven in core time, or where a finding begins or ends to stand: no other places need be tried.

    Args:
        pieces: the parts of visits that lie in core time.
        breaks: the band of each shift, and how long the break in it is.
        visits: the visits, with their estimates.
        stakes: what may be a finding: `stake, visit, at_least_us` (proven or likely time in core outside lunch from
            which on it is one), `likely_only` (it cannot be proven, wherever lunch is).
    """
    in_band = (
        pieces.join(breaks, on=SHIFT)
        .with_columns(
            piece_start=pl.max_horizontal("piece_start", "band_start"),
            piece_end=pl.min_horizontal("piece_end", "band_end"),
            last_start=pl.col("band_end") - pl.col("break_us"),
        )
        .filter(pl.col("piece_start") < pl.col("piece_end"))
    )
    covering_most = _best(_gains(_starts(in_band, *_EDGES), in_band))
    nothing_to_cover = breaks.join(covering_most, on=SHIFT, how="anti").select(
        *SHIFT, lunch_start="band_start", lunch_end=pl.col("band_start") + pl.col("break_us")
    )
    in_question = _in_question(in_band, covering_most, pieces, visits, stakes)
    if in_question is None:
        return pl.concat([covering_most, nothing_to_cover])
    in_band, known, stakes = in_question
    starts = _starts(in_band.join(known.select(*SHIFT, "visit", "room_us"), on=[*SHIFT, "visit"]), *_EDGES, *_USED_UP)
    starts = pl.concat([starts, _turns(_amounts(starts, in_band, known, stakes))]).unique()
    found = _amounts(starts, in_band, known, stakes).group_by(_AT).agg(_proven().sum(), _likely().sum())
    best = _best(_gains(starts, in_band).join(found, on=_AT), "proven", "likely")
    others = covering_most.join(best, on=SHIFT, how="anti")
    return pl.concat([others, best, nothing_to_cover])


_EDGES = (
    pl.col("band_start"),
    pl.col("last_start"),
    pl.col("piece_start"),
    pl.col("piece_end") - pl.col("break_us"),
)
_USED_UP = (pl.col("piece_start") - pl.col("break_us") + pl.col("room_us"), pl.col("piece_end") - pl.col("room_us"))


def _starts(in_band: pl.DataFrame, *places: pl.Expr) -> pl.DataFrame:
    """Return the places, moved into the band, as breaks: _AT."""
    return (
        in_band.with_columns(lunch_start=pl.concat_list(place.clip("band_start", "last_start") for place in places))
        .explode("lunch_start")
        .select(*SHIFT, "lunch_start", lunch_end=pl.col("lunch_start") + pl.col("break_us"))
        .unique()
    )


def _gains(starts: pl.DataFrame, in_band: pl.DataFrame) -> pl.DataFrame:
    """Return how many minutes each break covers: _AT and _GAINS."""
    covered = overlap("piece_start", "piece_end", "lunch_start", "lunch_end")

    def gain(density: str) -> pl.Expr:
        return (covered * pl.col(density)).round().cast(pl.Int64)  # whole, so that no order of sums matters

    told = in_band.select(*SHIFT, "piece_start", "piece_end", "low_density", "likely_density", "long")
    return (
        starts.join(told, on=SHIFT)
        .group_by(_AT)
        .agg(
            long_gain=gain("low_density").filter(pl.col("long")).sum(),
            low_gain=gain("low_density").sum(),
            likely_gain=gain("likely_density").sum(),
        )
    )


def _best(rated: pl.DataFrame, *few: str) -> pl.DataFrame:
    """Return the break of each shift with the fewest findings, then the largest gains; of equals the earliest."""
    down = [False] * len(few) + [True] * len(_GAINS) + [False]
    ordered = rated.sort(*few, *_GAINS, "lunch_start", descending=down)
    return ordered.unique(SHIFT, keep="first", maintain_order=True).select(_AT)


def _in_question(
    in_band: pl.DataFrame,
    covering_most: pl.DataFrame,
    pieces: pl.DataFrame,
    visits: pl.DataFrame,
    stakes: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame] | None:
    """Return what is needed to weigh the shifts in which another break might spare the person a finding.

    These are the pieces in the band of such a shift; what is `known` of their visits there; and the stakes, with what
    their other visits add (`rest_low_us`, `rest_likely_us`). Breaks of other shifts are where they cover most. None:
    there is no such shift.
    """
    if stakes.is_empty() or in_band.is_empty():
        return None
    covered = in_band.join(covering_most, on=SHIFT).select(
        *SHIFT,
        "visit",
        covered_us=overlap("piece_start", "piece_end", "lunch_start", "lunch_end"),
        most_us=pl.min_horizontal(pl.col("piece_end") - pl.col("piece_start"), "break_us"),
    )
    here = covered.group_by(*SHIFT, "visit").agg(pl.col("covered_us", "most_us").sum())
    inside = pieces.group_by("visit").agg(inside_us=(pl.col("piece_end") - pl.col("piece_start")).sum())
    all_day = here.group_by("visit").agg(pl.col("covered_us").sum())
    length = pl.col("until_us") - pl.col("start_us")
    facts = (
        visits.join(inside, on="visit")
        .join(all_day, on="visit", how="left")
        .select("visit", "low_us", "likely_us", "inside_us", pl.col("covered_us").fill_null(0), length_us=length)
    )
    now = facts.select("visit", **_in_core(pl.col("inside_us") - pl.col("covered_us")))
    at_stake = stakes.join(now, on="visit")
    totals = at_stake.group_by("stake").agg(pl.col("core_low_us", "core_likely_us").sum(), *_OF_STAKE)
    standing = totals.filter(_proven() | _likely()).select("stake")  # with the breaks that cover most
    # only a stake in question that a break can touch is worth a search; the others in its shift are weighed with it
    touched = here.join(stakes.join(standing, on="stake"), on="visit").select(SHIFT).unique()
    if touched.is_empty():
        return None
    here = here.join(touched, on=SHIFT)
    known = here.join(facts.rename({"covered_us": "covered_all_us"}), on="visit").with_columns(
        outside_us=pl.col("inside_us") - pl.col("covered_all_us") + pl.col("covered_us")
    )
    known = known.with_columns(room_us=(pl.col("low_us") - pl.col("length_us") + pl.col("outside_us")).clip(0))
    mine = known.select(*SHIFT, "visit").join(at_stake, on="visit")
    own = mine.group_by(*SHIFT, "stake").agg(
        own_low_us=pl.col("core_low_us").sum(), own_likely_us=pl.col("core_likely_us").sum()
    )
    weighed = own.join(totals, on="stake").with_columns(
        rest_low_us=pl.col("core_low_us") - pl.col("own_low_us"),
        rest_likely_us=pl.col("core_likely_us") - pl.col("own_likely_us"),
    )
    weighed = mine.select(*SHIFT, "visit", "stake").join(
        weighed.select(*SHIFT, "stake", "at_least_us", "likely_only", "rest_low_us", "rest_likely_us"),
        on=[*SHIFT, "stake"],
    )
    return in_band.join(touched, on=SHIFT), known, weighed


_OF_STAKE = (pl.col("at_least_us", "likely_only").first(),)


def _in_core(core: pl.Expr) -> dict[str, pl.Expr]:
    """Return the proven and likely time in so much of a visit as lies in core time outside lunch."""
    return {
        "core_low_us": (pl.col("low_us") - (pl.col("length_us") - core)).clip(0),
        # Whole numbers, wide enough for the product: the likely part may not fall below the proven one by rounding.
        "core_likely_us": (pl.col("likely_us").cast(pl.Int128) * core // pl.col("length_us")).cast(pl.Int64),
    }


def _proven() -> pl.Expr:
    return ((pl.col("core_low_us") >= pl.col("at_least_us")) & ~pl.col("likely_only")).alias("proven")


def _likely() -> pl.Expr:
    return (pl.col("core_likely_us") >= pl.col("at_least_us")).alias("likely")


def _amounts(starts: pl.DataFrame, in_band: pl.DataFrame, known: pl.DataFrame, stakes: pl.DataFrame) -> pl.DataFrame:
    """Return what each stake amounts to with each break: _AT, stake, core_low_us, core_likely_us and its bounds."""
    covered = (
        starts.join(in_band.select(*SHIFT, "visit", "piece_start", "piece_end"), on=SHIFT)
        .group_by(*_AT, "visit")
        .agg(now_us=overlap("piece_start", "piece_end", "lunch_start", "lunch_end").sum())
    )
    by_visit = covered.join(known, on=[*SHIFT, "visit"]).select(
        *_AT, "visit", **_in_core(pl.col("outside_us") - pl.col("now_us"))
    )
    return (
        by_visit.join(stakes, on=[*SHIFT, "visit"])
        .group_by(*_AT, "stake")
        .agg(
            pl.col("core_low_us").sum() + pl.col("rest_low_us").first(),
            pl.col("core_likely_us").sum() + pl.col("rest_likely_us").first(),
            *_OF_STAKE,
        )
    )


def _turns(amounts: pl.DataFrame) -> pl.DataFrame:
    """Return the breaks between those given with which a stake begins or ends to be a finding: _AT."""
    of_stake = (*SHIFT, "stake")
    following = amounts.sort(*of_stake, "lunch_start").with_columns(
        then=pl.col("lunch_start").shift(-1).over(of_stake),
        then_low_us=pl.col("core_low_us").shift(-1).over(of_stake),
        then_likely_us=pl.col("core_likely_us").shift(-1).over(of_stake),
    )
    turns = []
    for column in ("low_us", "likely_us"):
        amount, later, bound = pl.col(f"core_{column}"), pl.col(f"then_{column}"), pl.col("at_least_us")
        share = (bound - amount) / (later - amount)
        turn = ((pl.col("then") - pl.col("lunch_start")) * share).floor().cast(pl.Int64)
        # what is not a whole microsecond lies between two of them
        turns += [
            following.filter((amount >= bound) != (later >= bound))
            .with_columns(move=(turn + step).clip(0, pl.col("then") - pl.col("lunch_start")))
            .select(*SHIFT, pl.col("lunch_start") + pl.col("move"), pl.col("lunch_end") + pl.col("move"))
            for step in (-1, 0, 1)
        ]
    return pl.concat(turns)
