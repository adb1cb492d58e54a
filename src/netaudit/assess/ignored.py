"""What a finding did not count, and what it would have added."""

from __future__ import annotations

import polars as pl

from netaudit.assess.human_time import MINUTE_US, PERSONAL_USES
from netaudit.contracts import IGNORED

_EXAMPLES = 3
_OF_VISITS = ("work", "unknown", "excused", "stopped")


def ignored_of(cases: pl.DataFrame, pieces: pl.DataFrame, placed: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
    """Return what each finding left out between its first and its last moment, as IGNORED, the most first.

    Time of visits that do not count is their likely time. A request that nobody made adds the minute in which it came,
    unless something counts in that minute anyway; kinds of requests can share minutes. Only sites of personal and
    forbidden use are named.

    Args:
        cases: `numbered`; findings about a class look at all of their days.
        pieces: of each finding's days, with requests.
        placed: the requests, with the state of the piece they fell into.
        counted: the visits that make up each finding.
    """
    since = pl.when("whole").then("since_us").otherwise("first_us")
    until = pl.when("whole").then("until_us").otherwise("last_us")
    bounds = cases.select("finding", "finding_id", from_us=since, to_us=until)
    inside = pieces.filter(pl.col("state").is_in(_OF_VISITS)).join(bounds, on="finding")
    # What the policy allows of a class can be all that came before the rest of it.
    begins = pl.when(pl.col("state") == "excused").then("end_us").otherwise("start_us")
    inside = inside.filter(pl.col("start_us") < pl.col("to_us"), begins >= pl.col("from_us"))
    hearsay = (pl.col("state") == "unknown") & ~pl.col("category_confirmed").fill_null(value=True)
    visits = inside.with_columns(
        what="state",
        reason=pl.when(hearsay).then(pl.lit("unconfirmed")).otherwise(pl.lit("")),
        requests=pl.sum_horizontal("human", "embedded", "idle", "background"),
    )
    alone = (
        placed.filter(pl.col("label") != "human")
        .join(bounds, on="finding", suffix="_of")
        .filter(pl.col("at_us").is_between("from_us", "to_us"))
        .with_columns(
            what="label", minute=pl.when(pl.col("state").ne_missing("counted")).then(pl.col("at_us") // MINUTE_US)
        )
    )
    keys = ("finding", "finding_id", "what", "reason")
    rows = pl.concat(
        [
            visits.group_by(keys).agg(pl.col("requests").sum(), would_add_us=pl.col("would_us").sum()),
            alone.group_by(keys).agg(
                pl.col("requests").sum(), would_add_us=pl.col("minute").drop_nulls().n_unique() * MINUTE_US
            ),
        ],
        how="vertical_relaxed",
    )
    connections = _left_open(placed.join(bounds, on="finding", suffix="_of"), counted, keys)
    rows = pl.concat([rows, connections.group_by(keys).agg(pl.col("requests").sum(), pl.col("would_add_us").first())])
    named = pl.concat([_named(visits, keys), _named(alone, keys), _named(connections, keys)])
    return IGNORED.fit(
        rows.join(named, on=keys, how="left")
        .with_columns(pl.col("sites", "classes").fill_null([]), pl.col("requests", "would_add_us").cast(pl.Int64))
        .sort("finding", "requests", "what", "reason", descending=[False, True, False, False])
    )


def _left_open(placed: pl.DataFrame, counted: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """Return the connections to sites of personal and forbidden use, where they were open for longer than anybody read.

    What `would_add_us` says is the same in all rows of a finding: what adding up connections would count above what is
    likely.
    """
    likely = counted.group_by("finding").agg(pl.col("likely_us").sum())
    own = placed.filter(pl.col("use").is_in(PERSONAL_USES), pl.col("at_us").is_between("from_us", "to_us"))
    whole = pl.col("open_ms").sum().over("finding") * 1_000 - pl.col("likely_us").fill_null(0)
    return (
        own.join(likely, on="finding", how="left")
        .with_columns(would_add_us=whole, what=pl.lit("open"), reason=pl.lit(""))
        .filter(pl.col("would_add_us") >= MINUTE_US)
        .select(*keys, "requests", "would_add_us", "site", "category", "use")
    )


def _named(rows: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """Return a few examples of sites and of classes for each kind, the most frequent first."""
    told, software = pl.col("use").is_in(PERSONAL_USES), pl.col("use") == "background"
    shown = rows.with_columns(
        site=pl.when(told).then("site"),
        category=pl.when(told | software).then("category").when(pl.col("use") == "business").then(pl.lit("business")),
    )

    def few(column: str, name: str) -> pl.DataFrame:
        return (
            shown.filter(pl.col(column).is_not_null())
            .group_by(*keys, column)
            .agg(pl.col("requests").sum())
            .sort(*keys, "requests", column, descending=[False] * len(keys) + [True, False])
            .group_by(keys, maintain_order=True)
            .agg(pl.col(column).head(_EXAMPLES).alias(name))
        )

    return (
        shown.select(keys)
        .unique()
        .join(few("site", "sites"), on=keys, how="left")
        .join(few("category", "classes"), on=keys, how="left")
    )
