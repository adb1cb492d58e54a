"""Which register entry covers which part of which visit.

Consent covers time, never a forbidden class, whatever it names: a line manager cannot consent to gambling.
An exemption covers the classes that it names, of a person or of everybody with a role on the day; lawful research
those that were approved. An objection that is pending or upheld covers all there is. A self-report (7.5) covers visits
of its class near the day that it names, if they began before it was made; it says nothing of rules about time.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from netaudit.contracts import UTC_TIME
from netaudit.definitions.policies import Policy

_LONG_AGO, _FAR_AHEAD = date(1, 1, 1), date(9999, 12, 31)
_OF_TIME = ("consent", "exemption", "research", "objection")
_OF_FORBIDDEN = ("exemption", "research", "objection")  # cover forbidden classes as well
REFUSED = "refused"
# Numbers of a visit that are not shared out evenly over its parts. A page may have been opened in any of them.
_KEYS = ("visit", "user_hash", "start_us", "end_us", "until_us", "low_us")
_UNPROVEN = ("documents",)


def covers_of(seen: pl.DataFrame, people: pl.DataFrame, register: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return which entry covers which part of which visit, one row for each pair.

    Columns: visit, user_hash, day, start_us (of the visit), category, entry, from_us, to_us (what is covered of it),
    forbidden (whether it covers what rules about a class count), of_class (whether it is only for rules about a class).
    """
    visits = seen.select("visit", "user_hash", "day", "start_us", "until_us", "category", "use")
    return pl.concat([_of_time(visits, people, register), _self_reported(visits, register, policy)]).unique()


def _of_time(visits: pl.DataFrame, people: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Return what consents, exemptions, research and objections cover: the time between their ends."""
    in_force = (pl.col("register") != "objection") | pl.col("state").ne_missing(REFUSED)
    entries = register.filter(pl.col("register").is_in(_OF_TIME), in_force)
    of_person = entries.filter(pl.col("user_hash").is_not_null()).with_columns(
        member_from=pl.lit(_LONG_AGO), member_until=pl.lit(_FAR_AHEAD)
    )
    members = (
        people.select(
            "user_hash",
            role="roles",
            member_from=pl.col("starts").fill_null(_LONG_AGO),
            member_until=pl.col("ends").fill_null(_FAR_AHEAD),
        )
        .explode("role", empty_as_null=False)
        .drop_nulls(["user_hash", "role"])
    )
    of_role = entries.filter(pl.col("user_hash").is_null()).drop("user_hash").join(members, on="role")
    named = pl.col("categories").list.len().fill_null(0) > 0
    return (
        visits.join(pl.concat([of_person, of_role], how="diagonal"), on="user_hash")
        .with_columns(
            from_us=pl.max_horizontal("start_us", _microseconds("starts")),
            to_us=pl.min_horizontal("until_us", _microseconds("ends")),
        )
        .filter(
            pl.col("from_us") < pl.col("to_us"),
            ~named | pl.col("categories").list.contains(pl.col("category")),
            pl.col("day").is_between("member_from", "member_until"),
        )
        .select(
            *_KEPT,
            forbidden=pl.col("register").is_in(_OF_FORBIDDEN) | (named & (pl.col("use") != "blocked")),
            of_class=pl.lit(value=False),
        )
    )


def _self_reported(visits: pl.DataFrame, register: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return what self-reports cover: whole visits, for nobody says to the minute when an accident was."""
    near = timedelta(days=policy.self_report_days)
    reports = register.filter((pl.col("register") == "self_report") & pl.col("user_hash").is_not_null())
    named = pl.col("categories").list.len().fill_null(0) > 0
    return (
        visits.join(
            reports.select(
                "user_hash",
                "entry",
                "categories",
                since=_microseconds("starts", -near).fill_null(pl.Int64.min()),
                until=_microseconds("ends", near).fill_null(pl.Int64.max()),
                reported=_microseconds("reported").fill_null(pl.Int64.max()),
            ),
            on="user_hash",
        )
        .filter(
            ~named | pl.col("categories").list.contains(pl.col("category")),
            pl.col("until_us") >= pl.col("since"),
            pl.col("start_us") <= pl.min_horizontal("until", "reported"),
        )
        .with_columns(from_us="start_us", to_us="until_us")
        .select(*_KEPT, forbidden=pl.lit(value=True), of_class=pl.lit(value=True))
    )


_KEPT = ("visit", "user_hash", "day", "start_us", "category", "entry", "from_us", "to_us")


def _microseconds(column: str, later: timedelta = timedelta(0)) -> pl.Expr:
    return (pl.col(column).cast(UTC_TIME) + later).to_physical()


def uncovered(seen: pl.DataFrame, covers: pl.DataFrame) -> pl.DataFrame:
    """Return the visits less the parts that some entries cover, in the order and with the columns of `people_visits`.

    Of the proven minutes as many as possible are taken to lie in what is covered, so that what is left is proven
    whatever the person did when. Likely and possible minutes, bytes and requests are shared out evenly. A page that was
    opened is not proven for any part of a visit that is covered in part, and a stopped attempt that an entry touches is
    gone. Entries that overlap cover their union.
    """
    bounds = ["user_hash", "start_us", "end_us", "category", "site", "low_us", "likely_us", "high_us", "visit"]
    touched = covers["visit"].unique()
    whole = seen.filter(~pl.col("visit").is_in(touched.implode()))
    cut = seen.filter(pl.col("visit").is_in(touched.implode()), ~pl.col("attempt"))
    pieces = cut.join(_left_of(cut, covers), on="visit")
    length, left = pl.col("until_us") - pl.col("start_us"), pl.col("left_us")
    proven = (pl.col("low_us") - (length - left)).clip(0)
    shared = [
        name
        for name, dtype in cut.schema.items()
        if dtype.is_integer() and name not in (*_KEYS, *_UNPROVEN)
    ]  # fmt: skip

    def share(whole: pl.Expr) -> pl.Expr:
        # Whole numbers whose sum over the pieces is the whole; wide enough for the product.
        upto, before = (
            whole.cast(pl.Int128) * pl.col(name).cast(pl.Int128) // left.cast(pl.Int128)
            for name in ("upto_us", "before_us")
        )
        return upto - before

    pieces = (
        pieces.with_columns(
            *(
                share(pl.col(name).cast(pl.Int128) * left.cast(pl.Int128) // length.cast(pl.Int128))
                .cast(cut.schema[name])
                .alias(name)
                for name in shared
            ),
            low_us=share(proven).cast(pl.Int64),
            start_us="piece_start",
            end_us=pl.col("end_us").clip("piece_start", "piece_end"),
            until_us="piece_end",
            **dict.fromkeys(_UNPROVEN, pl.lit(0, pl.Int64)),
        )
        .with_columns(likely_us=pl.max_horizontal("low_us", "likely_us"))
        .with_columns(high_us=pl.max_horizontal("likely_us", "high_us"))
        .select(seen.columns)
    )
    both = pl.concat([whole, pieces]).sort(bounds, nulls_last=True)
    return both.drop("visit").with_row_index("visit").select(seen.columns)


def _left_of(cut: pl.DataFrame, covers: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of visits that nothing covers.

    Columns: visit, piece_start, piece_end, left_us (all that is left of the visit), before_us and upto_us (what is left
    of it before this part, and to its end).
    """
    ends = cut.select("visit", begin="start_us", finish="until_us")
    spans = covers.select("visit", "from_us", "to_us").join(ends, on="visit").sort("visit", "from_us", "to_us")
    reached = pl.col("to_us").cum_max().shift(1).over("visit")
    between = spans.select("visit", piece_start=pl.coalesce(reached, "begin"), piece_end="from_us")
    after = spans.group_by("visit").agg(piece_start=pl.col("to_us").max(), piece_end=pl.col("finish").first())
    length = pl.col("piece_end") - pl.col("piece_start")
    return (
        pl.concat([between, after])
        .filter(length > 0)
        .sort("visit", "piece_start")
        .with_columns(left_us=length.sum().over("visit"), upto_us=length.cum_sum().over("visit"))
        .with_columns(before_us=pl.col("upto_us") - length)
    )
