"""What reports say of a policy in a few words: a title for each clause, the usual working day."""

from __future__ import annotations

from datetime import time

from netaudit.definitions.calendars import WEEKDAYS
from netaudit.definitions.managers import INSTEAD, MANAGER
from netaudit.definitions.policies import Policy

_LONGEST_TITLE = 40  # characters: a longer quotation is a sentence, not a title
_MINUTES = 60


def clause_titles(policy: Policy) -> dict[str, str]:
    """Return a title for each row that a clause can have in published figures.

    That is "7.4", and "7.4 (safeguarding)" for each route. The title is the policy's own where its quotation is
    one, else that of the rule that stands for the clause.
    """
    titles: dict[str, str] = {}
    for clause in dict.fromkeys(rule.clause for rule in policy.rules):
        quotation = policy.clauses.get(clause, "")
        rules = [rule for rule in policy.rules if rule.clause == clause]
        names = [rule.title for rule in rules if rule.on] or [rule.title for rule in rules]
        if 0 < len(quotation) <= _LONGEST_TITLE:
            name = quotation
        else:
            name = names[0] if len(names) == 1 else f"{names[0]}, and {len(names) - 1} more"
        titles[clause] = f"{clause}: {name}"
        routes = dict.fromkeys(rule.route for rule in rules)
        for route in (*routes, INSTEAD) if MANAGER in routes else routes:
            titles[f"{clause} ({route})"] = f"{clause}: {name} ({route})"
    return titles


def switched_off(policy: Policy) -> tuple[tuple[str, str], ...]:
    """Return clause and title of each rule that finds nothing, because it is off or waits for a limit."""
    return tuple((rule.clause, rule.title) for rule in policy.rules if not rule.on)


def core_hours(policy: Policy) -> tuple[float, float] | None:
    """Return when the default working day begins and ends, in hours since midnight, such as (9.0, 17.0).

    None where its days differ or cross midnight: a chart of all days can then mark no hours.
    """
    weeks = policy.patterns[policy.default_pattern].cycle
    days = [stretches for week in weeks for stretches in week.values() if stretches]
    if any(stretch.crosses_midnight for stretches in days for stretch in stretches):
        return None
    hours = {
        (_hours(min(one.start for one in stretches)), _hours(max(one.end for one in stretches))) for stretches in days
    }
    return hours.pop() if len(hours) == 1 else None


def lunch_hours(policy: Policy) -> tuple[float, float] | None:
    """Return between which hours of the default working day lunch can be, or None."""
    lunch = policy.patterns[policy.default_pattern].lunch
    if lunch is None or lunch.earliest >= lunch.latest:
        return None
    return _hours(lunch.earliest), _hours(lunch.latest)


def core_days(policy: Policy) -> tuple[int, ...]:
    """Return the ISO weekdays that every week of the default pattern has core time on."""
    weeks = policy.patterns[policy.default_pattern].cycle
    return tuple(day for day, name in enumerate(WEEKDAYS, start=1) if all(week.get(name) for week in weeks))


def _hours(clock: time) -> float:
    return clock.hour + clock.minute / _MINUTES
