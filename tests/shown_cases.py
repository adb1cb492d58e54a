"""How many cases a report shows, by status: what a run prints does not say."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

_WORDS = {"To review": "new", "Close to the limit": "close", "Excused": "excused"}


def statuses(out: Path) -> Counter[str]:
    """The cases in the lists of Information Governance, by status; one that no list has is missing here."""
    found: Counter[str] = Counter()
    for path in (out / "ig").rglob("cases-rule-*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found.update(_WORDS.get(row["Status"], row["Status"].lower()) for row in csv.DictReader(file))
    assert found.total() == len(list((out / "ig" / "cases").glob("*.html")))
    return found
