"""What a review sheet has: its columns, which of them an officer fills in, and what may stand there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

DECISIONS = ("confirmed", "withdrawn")
LONGEST_REASON = 500
LONGEST_ROLE = 80
LONGEST_INCIDENT = 40
SHEET_NAME = "Cases"
MOST_ROWS = 20_000  # more cases than anybody decides about


class ReviewColumn(NamedTuple):
    """A column: its heading, its width in characters, what to write there; `filled_in` by the officer."""

    title: str
    width: int
    filled_in: bool = False
    advice: str = ""


COLUMNS: Mapping[str, ReviewColumn] = {
    "case": ReviewColumn("Case", 15),
    "week": ReviewColumn("Week", 11),
    "rule": ReviewColumn("Rule", 34),
    "clause": ReviewColumn("Clause", 12),
    "limit": ReviewColumn("Limit", 14),
    "breaks": ReviewColumn("If breaks differ", 14),
    "status": ReviewColumn("Status", 18),
    "page": ReviewColumn("Page", 26),
    "decision": ReviewColumn(
        "Decision", 13, filled_in=True, advice="Choose confirmed or withdrawn. Leave it empty to decide later."
    ),
    "decided_by": ReviewColumn(
        "Decided by", 18, filled_in=True, advice="A role, such as IG lead or DPO. Not the person the case is about."
    ),
    "decided_on": ReviewColumn(
        "Decided on", 13, filled_in=True, advice="The day, as 2026-03-20 or 20/03/2026. Empty: the day of the import."
    ),
    "reason": ReviewColumn(
        "Reason", 48, filled_in=True, advice="Why, in a sentence. It stands on the page of the case: name nobody."
    ),
    "incident": ReviewColumn(
        "Incident number", 18, filled_in=True, advice="The number under the incident policy, if there is one."
    ),
    "sheet": ReviewColumn("Sheet", 14),
    "check": ReviewColumn("Check", 22),
}
"""By the name that the program uses, in the order of the sheet."""

FILLED_IN = tuple(name for name, one in COLUMNS.items() if one.filled_in)
PROTECTED = tuple(name for name in COLUMNS if name not in FILLED_IN)
SHOWN = tuple(name for name in PROTECTED if name not in ("sheet", "check"))
"""What is told of a case, and no officer changes."""
