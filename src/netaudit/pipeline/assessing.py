"""All weeks of a run that have to be looked at, against the policy."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from netaudit.pipeline.days import days_with_events
from netaudit.pipeline.door import Door
from netaudit.pipeline.forgotten import Forgotten
from netaudit.pipeline.late_entries import TO_EXCUSE, take_late_entries
from netaudit.pipeline.weeks import Rules, assess_week
from netaudit.store import Commit


def assess_weeks(
    touched: Collection[str],
    commit: Commit,
    door: Door,
    rules: Rules,
    now: datetime,
    has_key: Callable[[str, str], bool],
    forgotten: Forgotten,
    reissue: Collection[str],
    tell: Callable[[str, str, int], None],
) -> list[str]:
    """Assess the weeks that changed or are open, hold the cases of others against late entries; return the former.

    Args:
        touched: weeks that changed, are open, or are to be issued again.
        commit: what the run writes.
        door: makes pseudonyms.
        rules: what the weeks are measured against.
        now: the moment of the run.
        has_key: whether there is a key of a table and a period.
        forgotten: weeks without keys.
        reissue: weeks whose published figures are to be made anew.
        tell: hears how far it is.
    """
    periods = sorted(period for period in touched if days_with_events(period, commit))
    for number, period in enumerate(periods, 1):
        tell("assess", period, number * 100 // len(periods))
        assess_week(period, commit, door, rules, now, has_key, reissue=period in reissue)
    for period in sorted({period for period, _ in commit.parts("findings")} - set(periods)):
        if not forgotten.lacks(period, TO_EXCUSE):
            take_late_entries(period, commit, door.pseudonyms(period), rules)  # a consent may be entered late
    return periods
