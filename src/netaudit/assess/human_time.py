"""Visits of people with the use a policy gives them; minutes in whole microseconds: sums are exact."""

from __future__ import annotations

import polars as pl

from netaudit.contracts import DOWNLOADS, VISITS
from netaudit.definitions.policies import Policy

MINUTE_US = 60_000_000
PERSONAL_USES = ("personal", "blocked")
# A total order: the outcome must not depend on the order of the rows.
_ORDER = (
    "user_hash",
    "event_start",
    "event_end",
    "category",
    "site",
    "minutes_low",
    "minutes",
    "minutes_high",
    "file_kind",
    "bytes_in",
)
_TENTH_OF_A_MEGABYTE, _TENTHS = 100_000, 10
# What a case says of a file.
FILE_WORDS = {
    "program": "a program",
    "archive": "an archive",
    "disk_image": "a disk image",
    "audio_video": "sound or film",
    "document": "a document",
}


def microseconds(minutes: str | float) -> pl.Expr:
    """Return minutes, of a column or a setting, as whole microseconds."""
    value = pl.col(minutes) if isinstance(minutes, str) else pl.lit(minutes)
    return (value * MINUTE_US).round().cast(pl.Int64)


def minutes(column: str) -> pl.Expr:
    """Return whole microseconds as minutes."""
    return divided(pl.col(column), MINUTE_US)


def divided(amount: pl.Expr, by: int) -> pl.Expr:
    """Return an amount divided, to the last digit the same however many rows there are.

    Polars multiplies several rows by a constant's reciprocal, and divides a single one: what one person's figures are
    would depend on whether somebody else has any.
    """
    return amount / (amount * 0 + by)


def class_use(policy: Policy) -> pl.Expr:
    """Return the use of each row's category; a category that the policy does not know is of unknown use."""
    return (
        pl.col("category")
        .cast(pl.String)
        .replace_strict(list(policy.classes), list(policy.classes.values()), default="unknown", return_dtype=pl.String)
    )


def use_of(policy: Policy) -> pl.Expr:
    """Return the use of each visit: that of its category, if the category is confirmed.

    What is not confirmed is of unknown use, whatever the policy says of the class; only a shield stays up.
    """
    heard = pl.col("category_confirmed").fill_null(value=True) | (class_use(policy) == "shielded")
    return pl.when(heard).then(class_use(policy)).otherwise(pl.lit("unknown"))


def is_of_a_person(policy: Policy) -> pl.Expr:
    """Return whether something is one person's doing; what they do on devices of their own, if the policy says so."""
    attribution = pl.col("attribution").cast(pl.String)
    return attribution.is_in(["person", "own_device"] if policy.own_devices_count else ["person"])


def is_attempt() -> pl.Expr:
    """Return whether the filter stopped all that a person asked for in a visit."""
    stopped = (pl.col("requests_blocked") > 0) & (pl.col("requests_blocked") >= pl.col("human_requests"))
    return stopped & (pl.col("documents_allowed") == 0)


def download_visits(downloads: pl.DataFrame) -> pl.DataFrame:
    """Return DOWNLOADS in the columns of VISITS, and `file_kind`: instants without minutes, each with its reason."""
    tenths = pl.col("bytes") // _TENTH_OF_A_MEGABYTE  # never rounded up
    whole, rest = (tenths // _TENTHS).cast(pl.String), tenths % _TENTHS
    is_whole = (tenths >= _TENTHS * _TENTHS) | ((rest == 0) & (tenths > 0))
    size = pl.when(is_whole).then(whole).otherwise(whole + "." + rest.cast(pl.String))
    size = pl.when(tenths == 0).then(pl.lit("less than 0.1")).otherwise(size)
    kind = pl.col("file_kind").cast(pl.String)
    found = DOWNLOADS.fit(downloads).with_columns(
        pl.col("event_start").alias("event_end"),
        *(pl.lit(0.0).alias(name) for name in ("minutes_low", "minutes", "minutes_high")),
        *(pl.lit(0, pl.Int64).alias(name) for name in ("documents_allowed", "requests_blocked", "bytes_out")),
        *(pl.lit(1, pl.Int64).alias(name) for name in ("requests", "human_requests")),
        bytes_in="bytes",
        kind=pl.lit("human"),
        reason=pl.format("downloaded {}, {} MB", kind.replace(FILE_WORDS), size),
    )
    return found.select(*VISITS.schema.names(), "file_kind")


def with_downloads(visits: pl.DataFrame, downloads: pl.DataFrame) -> pl.DataFrame:
    """Return VISITS with the files that were downloaded among them, as instants."""
    return pl.concat([VISITS.at_rest(visits), VISITS.at_rest(download_visits(downloads))])


def people_visits(
    visits: pl.DataFrame,
    policy: Policy,
    downloads: pl.DataFrame | None = None,
    beside: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the visits that are a person's own doing, in a fixed order, with use and local day.

    Visits of nobody in particular, of software and of shielded sites are left out: they can prove nothing. Files that
    people downloaded from sites of personal or forbidden use are rows as well, without minutes.
    Columns: visit (row number), user_hash, site, category, use, attempt, day, start_us, end_us (as recorded),
    until_us (at least as long as the proven minutes), low_us, likely_us, high_us, documents, requests,
    requests_blocked, bytes_in, bytes_out, reason, category_source, category_confirmed, file_kind (null: a visit),
    of_week (false: of the hours beside it, which only chains look at).
    """
    own = is_of_a_person(policy) & (pl.col("kind") == "human") & pl.col("user_hash").is_not_null()
    start, end = pl.col("event_start").to_physical(), pl.col("event_end").to_physical()
    of_visit = ["personal", "blocked", "unknown"]
    text = pl.col("site", "category", "reason", "category_source", "file_kind").cast(pl.String)
    rows = [visits.filter(own).with_columns(file_kind=pl.lit(None, pl.String), of_week=pl.lit(value=True))]
    if beside is not None and not beside.is_empty():
        rows.append(beside.filter(own).with_columns(file_kind=pl.lit(None, pl.String), of_week=pl.lit(value=False)))
    if downloads is not None and not downloads.is_empty():
        rows.append(download_visits(downloads).filter(own).with_columns(of_week=pl.lit(value=True)))
    return (
        pl.concat([one.with_columns(text) for one in rows], how="vertical_relaxed")
        .with_columns(use=use_of(policy))
        .filter(pl.col("use").is_in(PERSONAL_USES) | (pl.col("file_kind").is_null() & pl.col("use").is_in(of_visit)))
        .sort(_ORDER, nulls_last=True)
        .with_row_index("visit")
        .select(
            "visit",
            "user_hash",
            "site",
            "category",
            "use",
            is_attempt().alias("attempt"),
            pl.col("event_start").dt.convert_time_zone(policy.zone).dt.date().alias("day"),
            start.alias("start_us"),
            end.alias("end_us"),
            pl.max_horizontal(end, start + microseconds("minutes_low"), start + 1).alias("until_us"),
            microseconds("minutes_low").alias("low_us"),
            microseconds("minutes").alias("likely_us"),
            microseconds("minutes_high").alias("high_us"),
            pl.col("documents_allowed").alias("documents"),
            "requests",
            "requests_blocked",
            pl.col("bytes_in", "bytes_out").fill_null(0),
            "reason",
            "category_source",
            "category_confirmed",
            "file_kind",
            "of_week",
        )
    )


def without_excused_minutes(visits: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return the visits less the minutes of the day that count as acceptable use.

    The first minutes of a class in a day are taken off each estimate. What is excused is like work: a visit
    excused in full disappears, and one excused in part starts later, unless the policy lets excused minutes
    hold a chain together.
    """
    for excuse in policy.excuses:
        own = pl.col("category") == excuse.category
        allowance = round(excuse.minutes_a_day * MINUTE_US)
        left = {
            column: pl.min_horizontal(
                column, (pl.col(column).cum_sum().over("user_hash", "day", "category") - allowance).clip(0)
            )
            for column in ("low_us", "likely_us", "high_us")
        }
        length = pl.col("until_us") - pl.col("start_us")
        excused_share = pl.when(pl.col("likely_us") > 0).then(1 - left["likely_us"] / pl.col("likely_us")).otherwise(0)
        later = (
            pl.col("start_us")
            if excuse.bridges
            else pl.col("start_us") + (length * excused_share).floor().cast(pl.Int64)
        )
        day_total = pl.col("likely_us").cum_sum().over("user_hash", "day", "category")
        gone = pl.lit(value=False) if excuse.bridges else own & (day_total <= allowance)
        excused = visits.with_columns(
            gone.alias("gone"),
            pl.when(own).then(later).otherwise("start_us").alias("start_us"),
            *(pl.when(own).then(minutes_left).otherwise(column).alias(column) for column, minutes_left in left.items()),
        )
        visits = excused.filter(~pl.col("gone")).drop("gone")
    return visits.sort("user_hash", "start_us", "end_us", "visit")
