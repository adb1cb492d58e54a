"""A policy's `[social_accounts]` table: when the organisation's own social media accounts may be closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from netaudit.definitions.toml_tables import NUMBER, Shape, Tables

_MONTHS_A_YEAR = 12
_MOST_MONTHS = 120  # ten years: a larger number is a slip of the finger
# What each criterion needs to know, beside the policy's own words.
_CRITERIA: Mapping[str, Shape] = {
    "inactivity": {"months": int},
    "frequency": {"months": int, "posts_a_week": NUMBER},
    "interest": {"months": int, "followers": int},
    "relevance": {},
    "governance": {},
}
CRITERIA = tuple(_CRITERIA)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One reason for which an account may be closed."""

    name: str  # one of CRITERIA
    bullet: str  # the policy's own words
    months: int = 0
    posts_a_week: float = 0
    followers: int = 0


@dataclass(frozen=True, slots=True)
class SocialAccounts:
    """What a policy says of the organisation's own accounts."""

    clause: str
    criteria: tuple[Criterion, ...]


def read_social_accounts(tables: Tables, table: object) -> SocialAccounts | None:
    """Return the criteria as far as they are well formed; None where the policy has none."""
    if table is None:
        return None
    shape: Shape = {"clause": str, **dict.fromkeys(CRITERIA, dict)}
    known = tables.table(table, shape, "[social_accounts]", ("clause",))
    criteria = []
    for name, needed in _CRITERIA.items():
        if name in known:
            where = f"[social_accounts] {name}"
            own = tables.table(known[name], {"bullet": str, **needed}, where, ("bullet", *needed))
            tables.above_nought(own, needed, where)
            if own.get("months", 0) > _MOST_MONTHS:
                tables.fault(f"months is {own['months']}", where, f"write {_MOST_MONTHS} at most")
                continue
            criteria.append(Criterion(name, **{"bullet": "", **own}))
    if not criteria:
        remedy = f"add one of {', '.join(CRITERIA)}, or leave the table out"
        tables.fault("there is no criterion", "[social_accounts]", remedy)
    return SocialAccounts(known.get("clause", ""), tuple(criteria))


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or of an earlier one; its last day where it has no such day.

    >>> months_later(date(2026, 1, 31), 1), months_later(date(2024, 4, 30), -2)
    (datetime.date(2026, 2, 28), datetime.date(2024, 2, 29))
    """
    number = day.year * _MONTHS_A_YEAR + day.month - 1 + months
    year, month = divmod(number, _MONTHS_A_YEAR)
    following = date(year + (month == _MONTHS_A_YEAR - 1), (month + 1) % _MONTHS_A_YEAR + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
