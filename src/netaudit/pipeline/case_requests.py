"""The requests of those about whom there is a finding, on its days: counted, not listed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from netaudit.assess import REQUESTS
from netaudit.pipeline.days import EVENTS_TABLE, LABELS_TABLE, part_of, slices_of, widened
from netaudit.store import Commit

_OF_PEOPLE = ("person", "own_device")

_OF_A_REQUEST = (
    "user_hash", "attribution", "event_start", "event_duration_ms", "site", "category", "category_confirmed",
)  # fmt: skip


def requests_by_minute(period: str, people: Mapping[date, pl.Series], commit: Commit) -> pl.DataFrame:
    """Return the requests of some people on some days as `netaudit.assess.REQUESTS`: counted by minute.

    However many requests somebody makes, there are no more rows than minutes, sites and kinds of request.

    Args:
        period: the week.
        people: the pseudonyms in question, by day.
        commit: reads events and labels.
    """
    minute = pl.col("event_start").dt.truncate("1m")
    told = ("site", "category", "category_confirmed", "label", "reason")
    frames = [pl.DataFrame(schema=REQUESTS)]
    for day, asked in people.items():
        for one in slices_of(EVENTS_TABLE, period, day, commit):
            part = part_of(day, one)
            wanted = pl.col("user_hash").is_in(asked.implode()) & pl.col("attribution").is_in(_OF_PEOPLE)

            def read(events: pl.LazyFrame, wanted: pl.Expr = wanted) -> pl.LazyFrame:
                return widened(events).select(_OF_A_REQUEST).with_row_index("row").filter(wanted)

            events, labels = commit.read(EVENTS_TABLE, period, part, read), commit.read(LABELS_TABLE, period, part)
            if events is None or labels is None:
                continue
            mine = events.hstack(labels[events["row"]].rename({"label_reason": "reason"}))
            counted = mine.group_by("user_hash", minute.alias("minute"), *told).agg(
                pl.col("event_start").min(),
                requests=pl.len().cast(pl.Int64),
                open_ms=pl.col("event_duration_ms").fill_null(0).sum(),
            )
            frames.append(counted.select(REQUESTS.names()).cast(REQUESTS))
    return pl.concat(frames)
