"""The day of each finding in pieces: what counted, what did not, and what the requests in between were.

Only sites of personal and forbidden use are named. Of a finding about a class that class alone is told. Of the day
around a chain only work, unknown use and software are kept, as such: what else was personal is not part of the case.
Shielded visits leave no trace, not even a gap: neither they nor what
their pages pulled in is here, and where they were stands nothing, as where the log has nothing.
"""

from __future__ import annotations

import polars as pl

from netaudit.assess.counted import AMOUNTS
from netaudit.assess.evidence import NOT_SHOWN, WORK
from netaudit.assess.human_time import MINUTE_US, PERSONAL_USES, is_of_a_person, use_of
from netaudit.assess.time_spent import Time
from netaudit.contracts import LABELS, TIMELINE, UTC_TIME
from netaudit.definitions.policies import Policy

READING_US = MINUTE_US // 2  # a shorter silence after the last sign is not worth a piece of its own
_AROUND = ("work", "unknown", "idle")  # of the day around a chain
_MERGED = ("finding", "state")
_WITHOUT_TIME = ("attempts", "downloads")


def pieces_of(
    cases: pl.DataFrame, seen: pl.DataFrame, others: pl.DataFrame, counted: pl.DataFrame, time: Time
) -> pl.DataFrame:
    """Return what people did in the days of each finding, in order of time and without overlaps.

    Columns: finding, start_us, end_us, state, site, category, use, label, reason, category_source, category_confirmed,
    AMOUNTS, would_us (the likely time, counted or not).

    Args:
        cases: `numbered`, with `first_us, last_us`: the local days it touches.
        seen: `people_visits` of the people in question.
        others: their VISITS of work, with `use`.
        counted: `counted_visits`.
        time: the time of these people as the rules saw it.
    """
    left = time.personal.select("visit", later_us="start_us", left_us="until_us")
    known = seen.join(left, on="visit", how="left").with_columns(
        excused=pl.col("use").is_in(PERSONAL_USES)
        & ~pl.col("attempt")
        & pl.col("file_kind").is_null()
        & (pl.col("later_us").is_null() | (pl.col("later_us") > pl.col("start_us"))),
        label=pl.lit("human"),
    )
    window = (pl.col("start_us") < pl.col("last_us")) & (pl.col("until_us") > pl.col("first_us"))
    keys = cases.select("finding", "kind", "user_hash", "whole", "categories", "finding_class", "first_us", "last_us")
    is_counted = pl.col("low_us_counted").is_not_null()
    mine = keys.join(known, on="user_hash").filter(window)
    mine = mine.join(counted, on=["finding", "visit"], how="left", suffix="_counted")
    # Attempts stay apart from access, and files from time.
    of_time = ~pl.col("kind").is_in(_WITHOUT_TIME) & pl.col("file_kind").is_null()
    mine = mine.filter(((pl.col("whole") | of_rule()) & of_time) | is_counted)
    stopped = pl.col("attempt") & ~is_counted
    begins = pl.when("excused").then("later_us").otherwise("start_us")
    main = mine.filter(~pl.col("excused") | pl.col("later_us").is_not_null()).select(
        "finding",
        *_told(),
        start_us=begins,
        end_us=pl.when("attempt").then(begins).otherwise("until_us"),
        state=pl.when(stopped)
        .then(pl.lit("stopped"))
        .when(pl.col("use") == "unknown")
        .then(pl.lit("unknown"))
        .when(is_counted)
        .then(pl.lit("counted"))
        .otherwise(pl.lit("personal")),
        would_us="likely_us",
        **{name: pl.col(f"{name}_counted" if name != "core_low_us" else name).fill_null(0) for name in AMOUNTS},
    )
    excused = mine.filter("excused").select(
        "finding",
        *_told(),
        "start_us",
        end_us=pl.coalesce("later_us", "until_us"),
        state=pl.lit("excused"),
        would_us=pl.coalesce("later_us", "until_us") - pl.col("start_us"),
        **dict.fromkeys(AMOUNTS, pl.lit(0, pl.Int64)),
    )
    work = (
        keys.filter("whole")
        .join(others, on="user_hash")
        .filter(window)
        .select(
            "finding",
            *_told(),
            "start_us",
            end_us="until_us",
            state=pl.when((pl.col("use") == "business") & (pl.col("label") == "human"))
            .then(pl.lit("work"))
            .otherwise(pl.lit("idle")),
            would_us="likely_us",
            **dict.fromkeys(AMOUNTS, pl.lit(0, pl.Int64)),
        )
    )
    return _apart(pl.concat([main, excused, work]))


def others_of(visits: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return the visits of people that `people_visits` leaves out, less shielded ones, in the same columns."""
    start, end = pl.col("event_start").to_physical(), pl.col("event_end").to_physical()
    return (
        visits.filter(is_of_a_person(policy), pl.col("user_hash").is_not_null())
        .with_columns(
            pl.col("site", "category", "kind", "reason", "category_source").cast(pl.String), use=use_of(policy)
        )
        .filter(
            (pl.col("use") == "business")
            | ((pl.col("kind") != "human") & (pl.col("use") != "shielded"))
            | (pl.col("use") == "background")
        )
        .select(
            "user_hash",
            "site",
            "category",
            "use",
            "reason",
            "category_source",
            "category_confirmed",
            label="kind",
            start_us=start,
            until_us=pl.max_horizontal(end, start + 1),
            likely_us=(pl.col("minutes") * MINUTE_US).round().cast(pl.Int64),
        )
    )


def of_rule() -> pl.Expr:
    """Return whether something is of what a finding's rule, and its class, are about."""
    by_rule = pl.col("categories").is_null() | pl.col("categories").list.contains(pl.col("category"))
    of_class = pl.col("finding_class").is_null() | (pl.col("finding_class") == pl.col("category"))
    return pl.col("use").is_in(PERSONAL_USES) & by_rule & of_class


def _told() -> tuple[str, ...]:
    return ("site", "category", "use", "label", "reason", "category_source", "category_confirmed")


def _apart(items: pl.DataFrame) -> pl.DataFrame:
    """Return the pieces one after the other; each begins where the one before it ended, or later."""
    order = ["finding", "start_us", "end_us", "state", "category", "site"]
    items = items.sort(order, nulls_last=True, maintain_order=True)
    ended = pl.col("end_us").cum_max().shift(1).over("finding")
    items = items.with_columns(start_us=pl.max_horizontal("start_us", ended))
    return items.with_columns(end_us=pl.max_horizontal("start_us", "end_us"))


def with_silent_reading(pieces: pl.DataFrame) -> pl.DataFrame:
    """Return the pieces with a piece more where the highest estimate reaches beyond the likely one, into nothing."""
    following = pl.col("start_us").shift(-1).over("finding")
    until = pl.min_horizontal(pl.col("end_us") + pl.col("high_us") - pl.col("likely_us"), following)
    is_read = (pl.col("state") == "counted") & (until - pl.col("end_us") >= READING_US)
    pieces = pieces.with_columns(read_until=pl.when(is_read).then(until))
    silent = pieces.filter(pl.col("read_until").is_not_null()).with_columns(
        state=pl.lit("reading"),
        start_us="end_us",
        end_us="read_until",
        low_us=pl.lit(0, pl.Int64),
        likely_us=pl.lit(0, pl.Int64),
        high_us=pl.col("high_us") - pl.col("likely_us"),
        core_low_us=pl.lit(0, pl.Int64),
        would_us=pl.lit(0, pl.Int64),
    )
    read = pl.col("read_until").is_not_null()
    spoken = pieces.with_columns(high_us=pl.when(read).then("likely_us").otherwise("high_us"))
    return pl.concat([spoken, silent]).drop("read_until").sort("finding", "start_us", "end_us", maintain_order=True)


def bounds_of(cases: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return `finding, opens_us, closes_us` of the findings that a day is drawn around: what lies beyond is no part."""
    margin = round(policy.one_hour.tolerance_minutes * MINUTE_US)
    return cases.filter("whole").select(
        "finding", opens_us=pl.col("since_us") - margin, closes_us=pl.col("until_us") + margin
    )


def cut_at_bounds(pieces: pl.DataFrame, bounds: pl.DataFrame) -> pl.DataFrame:
    """Return the pieces of work, unknown use and software in parts: what is of a finding, and what is around it.

    Uncut, work that goes on after a finding would tell when the person went home.
    """
    pieces = pieces.join(bounds, on="finding", how="left", maintain_order="left")
    start, end = pl.col("start_us"), pl.col("end_us")
    opens, closes = pl.col("opens_us"), pl.col("closes_us")
    crosses = (
        pl.col("state").is_in(_AROUND) & (start < closes) & (end > opens) & ((start < opens) | (end > closes))
    ).fill_null(value=False)
    crossing = pieces.filter(crosses)
    nothing = dict.fromkeys((*AMOUNTS, "would_us"), pl.lit(0, pl.Int64))
    parts = [
        pieces.filter(~crosses),
        crossing.filter(start < opens).with_columns(end_us=opens, **nothing),
        crossing.with_columns(start_us=pl.max_horizontal(start, opens), end_us=pl.min_horizontal(end, closes)),
        crossing.filter(end > closes).with_columns(start_us=closes, **nothing),
    ]
    return pl.concat(parts).drop("opens_us", "closes_us").sort("finding", "start_us", "end_us", maintain_order=True)


def as_timeline(cases: pl.DataFrame, pieces: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return the pieces as TIMELINE: in full within a finding, and beyond it no more than the kind of use."""
    start, end = pl.col("start_us"), pl.col("end_us")
    opens, closes = pl.col("opens_us"), pl.col("closes_us")
    contained = (start >= opens) & (end <= closes)
    touched = (start <= closes) & (end >= opens)
    pieces = (
        pieces.join(cases.select("finding", "finding_id"), on="finding", maintain_order="left")
        .join(bounds_of(cases, policy), on="finding", how="left", maintain_order="left")
        .with_columns(
            within=pl.when(pl.col("state").is_in(_AROUND)).then(contained).otherwise(touched).fill_null(value=True)
        )
    )
    told = pl.col("use").is_in(PERSONAL_USES)
    work, software = pl.col("use") == "business", pl.col("use") == "background"
    full = pieces.filter("within").with_columns(
        site=pl.when(told)
        .then("site")
        .when(work)
        .then(pl.lit(WORK))
        .when(software)
        .then(pl.lit(""))
        .otherwise(pl.lit(NOT_SHOWN)),
        category=pl.when(work)
        .then(pl.lit("business"))
        .when(told | software | (pl.col("state") == "unknown"))
        .then("category"),
        category_source=pl.when(told | (pl.col("state") == "unknown")).then("category_source"),
        category_confirmed=pl.col("category_confirmed").fill_null(value=True),
        reason=pl.when(told | (pl.col("state") == "idle")).then(pl.col("reason").fill_null("")).otherwise(pl.lit("")),
    )
    rest = _merged(pieces.filter(~pl.col("within"), pl.col("state").is_in(_AROUND)))
    both = pl.concat([full.with_columns(pl.col(LABELS).cast(pl.Int64)), rest], how="diagonal")
    at = {"event_start": "start_us", "event_end": "end_us"}
    both = both.with_columns(
        pl.col(name).cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias(title) for title, name in at.items()
    ).sort("finding", "start_us", "end_us", maintain_order=True)
    return TIMELINE.fit(both.with_columns(pl.col("event_start", "event_end").cast(UTC_TIME)))


def _merged(pieces: pl.DataFrame) -> pl.DataFrame:
    """Return what lies beyond a finding as kinds of use; what is nearly one stretch is one."""
    apart = pl.col("start_us") - pl.col("end_us").shift(1) > MINUTE_US
    other = pl.any_horizontal(pl.col(name) != pl.col(name).shift(1) for name in _MERGED)
    runs = pieces.with_columns(run=(apart | other).fill_null(value=True).cum_sum())
    return (
        runs.group_by("run", "finding_id", *_MERGED)
        .agg(pl.col("start_us").min(), pl.col("end_us").max())
        .with_columns(
            pl.lit(None, pl.String).alias("site"),
            pl.lit(None, pl.String).alias("category"),
            pl.lit("").alias("use"),
            pl.lit("").alias("label"),
            pl.lit("").alias("reason"),
            pl.lit(None, pl.String).alias("category_source"),
            within=pl.lit(value=False),
            category_confirmed=pl.lit(value=True),
            **dict.fromkeys((*AMOUNTS, *LABELS), pl.lit(0, pl.Int64)),
        )
        .drop("run")
    )
