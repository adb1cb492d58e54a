"""What a case shows of a finding's day: in pieces, with the hours, what was left out, and what would undo it.

All times are exact and UTC, all amounts whole microseconds: sums are those of the finding to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from netaudit.contracts.contract import Contract, columns
from netaudit.contracts.tables import UTC_TIME

# What a piece of a person's time was to the finding.
STATES = (
    "counted",  # makes up the finding
    "reading",  # may have been read in silence: adds to the highest figure alone
    "excused",  # acceptable use by the policy's own allowance
    "personal",  # personal or forbidden, and not part of this finding
    "stopped",  # the filter stopped all of it
    "work",
    "unknown",
    "idle",  # requests without a person: adverts, open pages, software
)

# A stretch of a finding's day in which one thing was so. Pieces of a finding do not overlap.
TIMELINE = Contract(
    "TIMELINE",
    columns(
        {
            "finding_id": pl.String,
            "event_start": UTC_TIME,
            "event_end": UTC_TIME,
            "state": pl.String,  # one of STATES
            "within": pl.Boolean,  # told in full; of the rest of the day only what kind of use it was is kept
            "site": pl.String,
            "category": pl.String,
            "use": pl.String,
            "label": pl.String,
            "reason": pl.String,
            "category_source": pl.String,
            "category_confirmed": pl.Boolean,
            "low_us": pl.Int64,  # what the finding counts of it
            "likely_us": pl.Int64,
            "high_us": pl.Int64,
            "core_low_us": pl.Int64,
            "human": pl.Int64,  # requests by label, wherever they went, of what a case may show
            "embedded": pl.Int64,
            "idle": pl.Int64,
            "background": pl.Int64,
        }
    ),
)

# The person's core hours in the days of a finding, and lunch where it was placed.
HOURS = Contract(
    "HOURS",
    columns(
        {
            "finding_id": pl.String,
            "kind": pl.String,  # core, lunch
            "event_start": UTC_TIME,
            "event_end": UTC_TIME,
        }
    ),
)

# What a finding did not count, and why.
IGNORED = Contract(
    "IGNORED",
    columns(
        {
            "finding_id": pl.String,
            "what": pl.String,  # one of STATES, or of LABELS; open: connections that stayed open
            "reason": pl.String,
            "requests": pl.Int64,
            "would_add_us": pl.Int64,  # had it been counted
            "sites": pl.List(pl.String),  # a few examples, where sites may be named
            "classes": pl.List(pl.String),  # and of which classes
        }
    ),
)

# What would have to be otherwise for a finding to fall, each checked by the rule itself.
OVERTURNS = Contract(
    "OVERTURNS",
    columns(
        {
            "finding_id": pl.String,
            "kind": pl.String,  # fewest, visit, site, category, source, returns, breaks, half, base
            "event_start": UTC_TIME,  # of the stretch in question
            "event_end": UTC_TIME,
            "site": pl.String,
            "category": pl.String,
            "stretches": pl.Int64,  # how many it is about; pieces that a chain falls into
            "low_us": pl.Int64,  # what of them was proven
            "left_low_us": pl.Int64,  # what is proven in the largest case that is left
            "left_core_us": pl.Int64,  # and of it in core hours outside lunch
            # breaks: the shortest tolerance, in minutes, at which it is a finding; where a rule counts megabytes or
            # attempts: what of them it is about
            "amount": pl.Float64,
            "outcome": pl.String,  # what is left: new, close, none
        }
    ),
)


@dataclass(frozen=True, slots=True)
class CaseTables:
    """What is kept with the findings of a week: TIMELINE, HOURS, IGNORED, OVERTURNS."""

    timeline: pl.DataFrame
    hours: pl.DataFrame
    ignored: pl.DataFrame
    overturns: pl.DataFrame


CASE_CONTRACTS = {"timeline": TIMELINE, "hours": HOURS, "ignored": IGNORED, "overturns": OVERTURNS}
"""The tables of `CaseTables` by their names at rest."""
