"""Why a line of a foreign list is not used: every one of them is counted under one of these words."""

from __future__ import annotations

import polars as pl

BLANK = "blank"
COMMENT = "comment"
HEADER = "heading or setting"
TOO_LONG = "longer than a name can be"
NOT_A_HOST = "not the name of a host"
ADDRESS = "an address, not a name"
SINGLE_LABEL = "a single label"
LOCAL_NAME = "a name of local networks"
WILDCARD = "a wildcard inside"
QUERY = "a path that patterns cannot express"
REAL_ADDRESS = "points to a real machine"
EXCEPTION = "an exception"
COSMETIC = "hides parts of pages"
REGEX = "a keyword or regular expression"
NOT_A_HOST_RULE = "blocks parts of addresses, not a host"
MODIFIER = "holds under conditions only"
FORWARDED = "forwarded or let through"
INCLUDE = "includes another list"
ATTRIBUTE = "left out by its attribute"
NOT_MAPPED = "of a class that is not taken"
OTHER_FILE = "in a file without names of hosts"
NOT_READABLE = "not in the syntax of the list"
NOT_ABOUT_HOSTS = "not about hosts"
NO_CLASS = "without a class"
KNOWN_WRONG = "known to be wrong"
TWICE = "listed twice"

REASONS = (
    BLANK, COMMENT, HEADER, TOO_LONG, NOT_A_HOST, ADDRESS, SINGLE_LABEL, LOCAL_NAME, WILDCARD, QUERY, REAL_ADDRESS,
    EXCEPTION, COSMETIC, REGEX, NOT_A_HOST_RULE, MODIFIER, FORWARDED, INCLUDE, ATTRIBUTE, NOT_MAPPED, OTHER_FILE,
    NOT_READABLE, NOT_ABOUT_HOSTS, NO_CLASS, KNOWN_WRONG, TWICE,
)  # fmt: skip

# What a syntax makes of lines: one row for each name on a line, or one that says why there is none.
NAMES = pl.Schema(
    {
        "text": pl.String,  # as it stands in the list; null where there is a reason
        "exact": pl.Boolean,  # this host alone, not what is under it
        "reason": pl.String,  # one of REASONS; null where there is a text
    }
)
# The same with what the list calls the class of each name.
CLASSED = pl.Schema({"text": pl.String, "exact": pl.Boolean, "reason": pl.String, "upstream": pl.String})


def unused(reason: str, count: int = 1) -> pl.DataFrame:
    """Return NAMES of lines that are not used, all for one reason."""
    lines = {"text": [None] * count, "exact": [False] * count, "reason": [reason] * count}
    return pl.DataFrame(lines, schema=NAMES)
