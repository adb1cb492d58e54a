"""All that may leave netaudit: published figures, cases, and what a run did. Reports are made of these and no others.

Nothing here has a pseudonym, a name, an address, or the place of a person's line in a log.
"""

from __future__ import annotations

import polars as pl

from netaudit.contracts.contract import Contract, columns
from netaudit.contracts.quality import GIVES, OPEN_SITES, SHARES, ClockCheck, Quality, Silence, Source
from netaudit.contracts.records import (
    Case,
    CaseDay,
    EvidenceLine,
    FileAccount,
    Ignored,
    Overturn,
    Piece,
    RegisterUse,
    RunFacts,
    Span,
    TimeChoice,
    Unlisted,
)
from netaudit.contracts.sheets import WITHHELD, Sheet, SheetCell, SheetPart, SheetTable, Withheld

__all__ = [
    "GIVES",
    "LEAKS",
    "OPEN_SITES",
    "PROVENANCE",
    "PUBLISHED",
    "RANGES",
    "REQUEST_BANDS",
    "SHARES",
    "WITHHELD",
    "Case",
    "CaseDay",
    "ClockCheck",
    "EvidenceLine",
    "FileAccount",
    "Ignored",
    "Overturn",
    "Piece",
    "Quality",
    "RegisterUse",
    "RunFacts",
    "Sheet",
    "SheetCell",
    "SheetPart",
    "SheetTable",
    "Silence",
    "Source",
    "Span",
    "TimeChoice",
    "Unlisted",
    "Withheld",
]

# A figure fit to print, for any audience.
PUBLISHED = Contract(
    "PUBLISHED",
    columns(
        {
            "report": pl.String,  # the audience: ig, or managers
            "table": pl.String,
            "period": pl.String,
            "unit_level": pl.String,  # organisation, directorate, team
            "unit": pl.String,
            "dimension": pl.String,  # clause, category, hour, status, none
            "value": pl.String,
            "people": pl.Int64,  # null where suppressed
            "minutes_low": pl.Int64,
            "minutes": pl.Int64,
            "minutes_high": pl.Int64,
            "suppressed": pl.Boolean,
            "provisional": pl.Boolean,  # the week has not closed: for IG only
        }
    ),
)

# What the published figures of some whole weeks have in common: nothing that is not printed of one of them.
RANGES = Contract(
    "RANGES",
    columns(
        {
            "table": pl.String,  # of PUBLISHED, the organisation as a whole
            "value": pl.String,
            "weeks": pl.Int64,  # of which the row was published
            "weeks_shown": pl.Int64,  # in so many of them its people are printed
            "people_low": pl.Int64,  # the least that is printed of a week; null where too few weeks are shown
            "people_high": pl.Int64,
            "minutes_low": pl.Int64,  # likewise of the likely minutes; null where there are none, or too few
            "minutes_high": pl.Int64,
        }
    ),
)

# Where the classes behind a week's human time come from, fit to print for IG.
PROVENANCE = Contract(
    "PROVENANCE",
    columns(
        {
            "value": pl.String,  # own, imported, filter, unconfirmed, nobody; unconfirmed_sites
            "number": pl.Int64,  # per cent of the time, or sites; null where suppressed
        }
    ),
)

# So many requests, in words that tell nothing of any one person.
REQUEST_BANDS = ("fewer than 10", "10 to 99", "100 to 999", "1,000 or more")

# A site of a forbidden class that the proxy let through in a week: for IT, without people and times.
LEAKS = Contract(
    "LEAKS",
    columns(
        {
            "period": pl.String,
            "site": pl.String,
            "category": pl.String,
            "requests": pl.String,  # one of REQUEST_BANDS
        }
    ),
)
