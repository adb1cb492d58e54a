"""The requests in a finding's days: which piece each fell into, and what those in between were."""

from __future__ import annotations

import polars as pl

from netaudit.assess.counted import AMOUNTS
from netaudit.assess.human_time import MINUTE_US, use_of
from netaudit.assess.timeline import of_rule
from netaudit.contracts import LABELS
from netaudit.definitions.policies import Policy

IDLE_US = 5 * MINUTE_US  # requests without a person that lie no farther apart are one piece
PAGE_PARTS_US = MINUTE_US  # a page's parts may come so long after it
_COUNTS = {label: pl.col("requests").filter(pl.col("label") == label).sum() for label in LABELS}


def shown_requests(cases: pl.DataFrame, requests: pl.DataFrame, visits: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return the requests of each finding's days that a case may count: `finding, at_us, site, use, label, reason…`.

    Those to shielded sites are left out, and so is what such a page brings along while it is the one opened last:
    adverts without a page would say that there was one, and so would a page after it without its parts. Of a finding
    about a class only requests to that class are counted.
    """
    pages = (
        visits.with_columns(use=use_of(policy))
        .filter((pl.col("kind") == "human") | (pl.col("use") == "shielded"))
        .select(
            "user_hash",
            page_us=pl.col("event_start").to_physical(),
            closed_us=pl.when(pl.col("use") == "shielded").then(pl.col("event_end").to_physical() + PAGE_PARTS_US),
        )
        .sort("page_us", "closed_us", nulls_last=True)
    )
    own = requests.with_columns(
        pl.col("site", "category", "label", "reason").cast(pl.String), at_us=pl.col("event_start").to_physical()
    ).with_columns(use=use_of(policy))
    own = own.filter((pl.col("use") != "shielded") & ~pl.col("category").fill_null("").str.starts_with("special_"))
    own = own.sort("at_us").join_asof(
        pages, left_on="at_us", right_on="page_us", by="user_hash", strategy="backward", check_sortedness=False
    )
    # A proxy announces connections before anything is fetched: those to sites that people visit come with a page, too.
    announced = (pl.col("label") == "background") & (pl.col("use") != "background")
    of_page = ((pl.col("label") == "embedded") | announced) & (pl.col("at_us") <= pl.col("closed_us")).fill_null(
        value=False
    )
    # What a case of attempts or of downloads counts, its own lines say.
    timed = cases.filter(~pl.col("kind").is_in(["attempts", "downloads"]))
    keys = timed.select("finding", "user_hash", "whole", "categories", "finding_class", "first_us", "last_us")
    return (
        own.filter(~of_page)
        .join(keys, on="user_hash")
        .filter(
            pl.col("at_us") >= pl.col("first_us"),
            pl.col("at_us") < pl.col("last_us"),
            pl.col("whole") | of_rule(),
        )
        .select("finding", "whole", "at_us", "site", "category", "use", "label", "reason", "requests", "open_ms")
        .sort("finding", "at_us", "label", "reason", "category", "site", nulls_last=True)
    )


def with_requests(
    pieces: pl.DataFrame, requests: pl.DataFrame, bounds: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the pieces with their requests by label, and the requests with the piece that each fell into.

    Requests by software between pieces make pieces of their own, `idle`, which end at a finding's bounds; somebody's
    own requests belong to the piece before.
    """
    pieces = pieces.with_row_index("piece")
    begins = pieces.select("finding", "piece", "end_us", "state", piece_us="start_us").sort("piece_us", "piece")
    placed = requests.sort("at_us").join_asof(
        begins, left_on="at_us", right_on="piece_us", by="finding", strategy="backward", check_sortedness=False
    )
    inside = (pl.col("at_us") < pl.col("end_us")) | (pl.col("label") == "human")
    placed = placed.with_columns(
        after="piece",
        piece=pl.when(inside).then("piece"),
        state=pl.when(inside).then("state"),
    ).sort("finding", "at_us", "label", "reason", "category", "site", nulls_last=True)
    counts = placed.group_by("piece").agg(**_COUNTS)
    pieces = pieces.join(counts, on="piece", how="left", maintain_order="left")
    between = _between(placed.filter(pl.col("piece").is_null(), pl.col("label") != "human"), pieces, bounds)
    pieces = pl.concat([pieces.drop("piece"), between], how="diagonal")
    pieces = pieces.with_columns(pl.col(LABELS).fill_null(0)).sort("finding", "start_us", "end_us", maintain_order=True)
    return pieces, placed


def _between(requests: pl.DataFrame, pieces: pl.DataFrame, bounds: pl.DataFrame) -> pl.DataFrame:
    """Return the pieces that requests between pieces make up."""
    requests = requests.filter(pl.col("whole") | (pl.col("label") == "idle"))
    requests = requests.join(bounds, on="finding", how="left", maintain_order="left").with_columns(
        side=(pl.col("at_us") >= pl.col("opens_us")).cast(pl.Int8) + (pl.col("at_us") > pl.col("closes_us"))
    )
    beyond = pl.col("side").ne_missing(pl.col("side").shift(1))
    apart = pl.col("at_us") - pl.col("at_us").shift(1) > IDLE_US
    elsewhere = pl.col("after").ne_missing(pl.col("after").shift(1))
    another = pl.col("finding") != pl.col("finding").shift(1)
    runs = requests.with_columns(run=(apart | elsewhere | another | beyond).fill_null(value=True).cum_sum())
    told = ("site", "category", "use", "label", "reason")
    # What most of them were; of equals the first by name.
    most = (
        runs.group_by("run", *told)
        .agg(pl.col("requests").sum())
        .sort("run", "requests", *told, descending=[False, True, *[False] * len(told)], nulls_last=True)
        .unique("run", keep="first", maintain_order=True)
        .select("run", *told)
    )
    following = pieces.select("finding", "start_us", following_us="start_us").sort("start_us")
    return (
        runs.group_by("run", "finding")
        .agg(
            start_us=pl.col("at_us").min(),
            last_us=pl.col("at_us").max(),
            bound_us=pl.when(pl.col("side").first() == 0)
            .then(pl.col("opens_us").first())
            .when(pl.col("side").first() == 1)
            .then(pl.col("closes_us").first()),
            **_COUNTS,
        )
        .sort("start_us")
        .join_asof(following, on="start_us", by="finding", strategy="forward", check_sortedness=False)
        .join(most, on="run")
        .with_columns(
            state=pl.lit("idle"),
            end_us=pl.min_horizontal(pl.col("last_us") + MINUTE_US, "following_us", "bound_us"),
            would_us=pl.lit(0, pl.Int64),
            **dict.fromkeys(AMOUNTS, pl.lit(0, pl.Int64)),
        )
        .drop("run", "last_us", "following_us", "bound_us")
    )
