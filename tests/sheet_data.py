"""Sheets of evidence for tests of their pages: one as they are, one of hostile words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from netaudit.contracts.leaving import WITHHELD, Sheet, SheetPart, SheetTable

WIDE = SheetTable(
    "sources",
    "Sources whose logs were read",
    ("Source", "Files", "Lines", "Lines set aside", "First day", "Last day", "Days", "Silent days", "Rows with a user"),
    (("squid", 365, 412_003_991, 11, date(2026, 1, 1), date(2026, 12, 31), 360, 5, "98 %"),),
    "A source is a log format.",
)
NARROW = SheetTable(
    "classes",
    "Personal use, by class of site",
    ("Class of site", "People in a week", "Hours in a week, likely", "Weeks shown"),
    (("News", "10 to 35", "4 to 12", "48 of 52"), ("Gambling", WITHHELD, WITHHELD, "3 of 52")),
)
TRAIL = SheetTable("trail", "The audit trail", ("What", "Result"), (("Checksum of the last entry", "ab" * 32),))


def sheet(**changes: object) -> Sheet:
    made = Sheet(
        kind="year",
        title="Internet monitoring in 2026: yearly statistics",
        whom="For the governing body",
        span="2026 (29 December 2025 to 3 January 2027)",
        handling="OFFICIAL-SENSITIVE: PERSONAL",
        organisation="Dales and Fells ICB (invented)",
        policy_title="Internet and Social Media Policy",
        run_at=datetime(2027, 2, 1, 9, 30, tzinfo=UTC),
        time_zone="Europe/London",
        version="0.1.0",
        destroy_by=None,
        hashes=(("policy", "0f" * 32),),
        minimum_group=8,
        intro=("For the board.", "Board papers are often published."),
        parts=(
            SheetPart("C1.a", "Monitoring coverage", ("Lines were read.",), (WIDE,), ("Two days lack lines.",)),
            SheetPart("", "What was found", (), (NARROW, TRAIL), (), ("Names.",), ("what became of cases",)),
        ),
        validity=("The policy names no date for its review.",),
    )
    return replace(made, **changes)


def hostile(word: str) -> Sheet:
    table = SheetTable("t", word, ("What", "State"), ((word, word), ("=1+1", 3)), word)  # headings are ours
    part = SheetPart("", word, (word,), (table,), (word,), (word,), (word,))
    return sheet(
        title=word, whom=word, span=word, handling=word, organisation=word, policy_title=word, intro=(word,),
        parts=(part,), validity=(word,), hashes=((word, word),),
    )  # fmt: skip
