"""What is kept of figures that were printed, for the next edition and later weeks to be held against."""

from __future__ import annotations

import polars as pl

from netaudit.contracts.contract import Contract, columns

# Whom the published figures of a week count, as they were printed.
COUNTED = Contract(
    "COUNTED",
    columns(
        {
            "table": pl.String,  # of PUBLISHED; "members": who is in the unit
            "value": pl.String,
            "unit_level": pl.String,
            "unit": pl.String,
            "user_hash": pl.Int64,
            "minutes_low_ms": pl.Int64,  # null where the table has no minutes
            "minutes_ms": pl.Int64,
            "minutes_high_ms": pl.Int64,
            "is_counted": pl.Boolean,  # false: printed minutes know them, the printed count of people does not
        }
    ),
)

# Which week a figure was taken over from, because the difference would have been the doing of few; and which figures
# were hidden for that (aspect "held", with their own week).
TAKEN_OVER = Contract(
    "TAKEN_OVER",
    columns(
        {
            "table": pl.String,
            "value": pl.String,
            "unit_level": pl.String,
            "unit": pl.String,
            "aspect": pl.String,  # people, minutes, held
            "period": pl.String,
        }
    ),
)
